//! What a route asks of a request: its line in the table of routes.

use actix_web::http::Method;

use service::record::{Role, TokenScope};

use crate::body::Media;

/// What a route asks of a request.
#[derive(Clone, Debug)]
pub(crate) struct Demand {
    pub(crate) method: Method,
    /// The least role; `None`: no credential is asked for.
    pub(crate) role: Option<Role>,
    pub(crate) media: Media,
    /// Whether the request is counted against what its caller may ask.
    pub(crate) is_counted: bool,
    /// Most bytes of its body.
    pub(crate) body_bytes_max: usize,
    /// What users' tokens may do here.
    pub(crate) users: UserAccess,
    /// Whether `?dry_run=true` is understood.
    pub(crate) dry_run: bool,
    /// Whether it changes anything.
    pub(crate) writes: bool,
    /// How a write takes what it is told of the state that it expects.
    pub(crate) conditions: Conditions,
}

/// What the bearer of a user's token may do with a route; what it may see and change there is the service's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UserAccess {
    /// Nothing.
    None,
    /// Read what is the user's own.
    Read,
    /// Move money out of the user's accounts.
    Write,
    /// Edit the user's own records, where the ledger's rules say so.
    Edit,
}

impl UserAccess {
    /// The scope that a token must have; `None`: none suffices.
    pub(crate) fn scope(self) -> Option<TokenScope> {
        match self {
            Self::None => None,
            Self::Read => Some(TokenScope::Read),
            Self::Write | Self::Edit => Some(TokenScope::Write),
        }
    }
}

/// What becomes of a write's `If-Match` and `If-None-Match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conditions {
    /// Nothing: a collection has no version, and nothing is overwritten.
    Ignored,
    /// They are kept.
    Kept,
    /// They are refused: the resource has no version, and whoever relies on one must be told.
    Refused,
}
