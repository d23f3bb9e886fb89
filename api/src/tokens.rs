//! Users' tokens: made for a user's device by the team's own server.

use service::access::{TOKEN_TIME_MAX_S, TOKEN_TIME_MIN_S};
use service::ledger::{Command, CreateToken};
use service::record::{Record, TokenRecord, TokenScope};
use service::value::UserId;

use crate::answer::Written;
use crate::body::{Fields, one_of, whole_number};
use crate::call::Call;
use crate::problem::Problem;

/// `POST /users/{id}/tokens`
pub(crate) async fn create(call: Call) -> Result<Written<TokenRecord>, Problem> {
    let user_id = call.user_id()?;
    let mut write = call.write()?;
    let command = write.body(|fields| read_create(fields, user_id))?;
    // Had before the commit: what is recorded then is also shown.
    let (ledger, signer) = write.signer().await?;
    let written = write.submit(Command::CreateToken(command)).await?;
    written.with_secret("token", |record| match record {
        Record::Token(record) => Ok(signer.sign(&ledger, record)?),
        _ => Err(Problem::internal("a token was made, and something else is answered")),
    })
}

/// Reads a new token.
pub(crate) fn read_create(fields: &mut Fields, user_id: UserId) -> Option<CreateToken> {
    let expires_in_s = fields.required("expires_in", whole_number(TOKEN_TIME_MIN_S..=TOKEN_TIME_MAX_S));
    let scope = fields.required("scope", one_of(TokenScope::ALL, TokenScope::as_str));
    Some(CreateToken {
        user_id,
        scope: scope?,
        expires_in_s: expires_in_s?,
    })
}
