//! The first key of an empty database, without which nobody could ask for one.

use std::time::{Duration, Instant};

use entity::api_key;
use sea_orm::EntityTrait;
use secrecy::SecretString;

use super::{Daybook, OpenError};
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
    /// Makes an operator key where there is no key at all; its secret is handed out where it was made here. Of several
    /// servers that start at once, one makes it.
    pub(super) async fn make_first_key(&self, given: Option<SecretString>) -> Result<Option<SecretString>, OpenError> {
        // Most starts end here, without a commit.
        if api_key::Entity::find().one(&self.database.read).await?.is_some() {
            return Ok(None);
        }
        let opening = |error: LedgerError| OpenError(error.to_string());
        let (secret, is_ours) = match given {
            Some(secret) => (secret, false),
            None => (access::make_secret().map_err(opening)?, true),
        };
        let name = Name::parse("first").map_err(|error| OpenError(error.to_string()))?;
        let request = Request {
            command: Command::CreateFirstKey(CreateKey::new(name, Role::Operator, None, &secret)),
            precondition: Precondition::Any,
            idempotency: None,
            dry_run: false,
            actor: SYSTEM_ACTOR.to_owned(),
            request_id: SYSTEM_ACTOR.to_owned(),
        };
        let ledger = self.ledger(MAIN_LEDGER).await.map_err(opening)?;
        let deadline = Instant::now()
            .checked_add(FIRST_KEY_TIMEOUT)
            .unwrap_or_else(Instant::now);
        let answer = self.submit(&ledger, request, deadline).await.map_err(opening)?;
        let is_made = answer.status == AnswerStatus::Created;
        Ok((is_made && is_ours).then_some(secret))
    }
}
