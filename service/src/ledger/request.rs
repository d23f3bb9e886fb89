//! A command together with how it is asked for: by whom, expecting what, and whether it may be sent again.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::command::Command;
use crate::value::UserId;

/// A command, and how it is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is asked for.
    pub command: Command,
    /// The state that the caller expects.
    pub precondition: Precondition,
    /// The caller's key for this request, if it may be sent again.
    pub idempotency: Option<Idempotency>,
    /// Decide and answer, but keep nothing.
    pub dry_run: bool,
    /// The credential that asks: `key:<id>`, or `user:<id>`.
    pub actor: String,
    /// The one user on whose behalf it is asked, where a user's token asks: it does what that user may. `None`: whoever
    /// asks may do whatever the command says.
    pub acting_user: Option<UserId>,
    /// The id of the HTTP request.
    pub request_id: String,
}

impl Request {
    /// The user whose statistics may have to be grouped by other days once the request is committed.
    #[must_use]
    pub fn regroups(&self) -> Option<&str> {
        match &self.command {
            Command::PutUser(command) => Some(command.id.as_str()),
            Command::UpdateUser(command) if command.time_zone.is_some() => Some(command.id.as_str()),
            _ => None,
        }
        .filter(|_| !self.dry_run)
    }

    /// The user of whom everything erasable is to be cleared once the request is committed.
    #[must_use]
    pub fn erases(&self) -> Option<&str> {
        match &self.command {
            Command::EraseUser(command) if !self.dry_run => Some(command.id.as_str()),
            _ => None,
        }
    }
}

/// The state that a caller expects, from the headers of a conditional request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Precondition {
    /// None.
    #[default]
    Any,
    /// `If-Match: *`: the resource must exist.
    Exists,
    /// `If-Match`: its version must be one of these.
    VersionIn(Vec<i64>),
    /// `If-None-Match: *`: it must not exist.
    Absent,
}

/// What makes a request sent twice one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// What stands for the caller's key; see [`Idempotency::key_of`].
    pub key: Uuid,
    /// Tells the request from another with the same key; see [`crate::Ledger::fingerprint`].
    pub fingerprint: [u8; 32],
}

impl Idempotency {
    /// What stands for the caller's `key` within `scope`, which is empty for API keys: the first half of a SHA-256 over
    /// both. It is as short as an id, says nothing of its caller, and two keys never share it.
    #[must_use]
    pub fn key_of(scope: &str, key: &str) -> Uuid {
        let mut hasher = Sha256::new();
        // Neither has a NUL.
        for part in [scope, "\0", key] {
            hasher.update(part);
        }
        let mut half = [0; 16];
        half.iter_mut().zip(hasher.finalize()).for_each(|(to, from)| *to = from);
        Uuid::from_bytes(half)
    }
}
