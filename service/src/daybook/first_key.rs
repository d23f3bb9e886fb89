//! The first key of an empty database, without which nobody could ask for one.

use std::time::{Duration, Instant};

use entity::api_key;
use sea_orm::EntityTrait;
use secrecy::{ExposeSecret, SecretString};

use super::Daybook;
use crate::database::MAIN_LEDGER;
use crate::ledger::{AnswerStatus, Command, CreateKey, Precondition, Request};
use crate::record::Role;
use crate::value::Name;
use crate::{LedgerError, access};

/// Who acts when the service itself does.
const SYSTEM_ACTOR: &str = "system";
/// How long the first key of an empty database may take.
const FIRST_KEY_TIMEOUT: Duration = Duration::from_secs(10);

impl Daybook {
    /// Makes an operator key where there is no key at all: the given one, or a new one, whose secret is answered. It can
    /// be had this once, so that whoever asks has nothing left to do that may fail before it is shown. Of several
    /// servers that start at once, one makes it.
    ///
    /// # Errors
    /// Those of a database that does not answer; a source of random bytes that gives none.
    pub async fn make_first_key(&self, given: Option<SecretString>) -> Result<Option<SecretString>, LedgerError> {
        let Some(given) = given else {
            let secret = access::make_secret()?;
            return Ok(self.make_key_if_none(&secret).await?.then_some(secret));
        };
        let is_made = self.make_key_if_none(&given).await?;
        if !is_made && self.authenticate(given.expose_secret()).await?.is_none() {
            log::warn!("the given operator key opens nothing: the database has keys already, and it is none of them");
        }
        Ok(None)
    }

    async fn make_key_if_none(&self, secret: &SecretString) -> Result<bool, LedgerError> {
        // Most starts end here, without a commit.
        if api_key::Entity::find().one(&self.database.read).await?.is_some() {
            return Ok(false);
        }
        let name = Name::parse("first").map_err(|error| LedgerError::Internal(error.to_string()))?;
        let request = Request {
            command: Command::CreateFirstKey(CreateKey::new(name, Role::Operator, None, secret)),
            precondition: Precondition::Any,
            idempotency: None,
            dry_run: false,
            actor: SYSTEM_ACTOR.to_owned(),
            acting_user: None,
            request_id: SYSTEM_ACTOR.to_owned(),
        };
        let ledger = self.ledger(MAIN_LEDGER).await?;
        let deadline = Instant::now()
            .checked_add(FIRST_KEY_TIMEOUT)
            .unwrap_or_else(Instant::now);
        let answer = self.submit(&ledger, request, deadline).await?;
        Ok(answer.status == AnswerStatus::Created)
    }
}
