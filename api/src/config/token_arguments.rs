//! What people type about users' tokens: whose are accepted, and the keys that sign our own.

use clap::{Args, Subcommand};
use secrecy::SecretString;

/// The identity provider whose tokens a server accepts.
#[derive(Args, Clone, Debug, Default)]
#[command(next_line_help = true)]
pub(crate) struct ProviderArguments {
    /// File with the keys of the team's identity provider, a JWK Set [default: none]
    #[arg(long, env = "DAYBOOK_JWKS_FILE", hide_env_values = true, value_name = "PATH")]
    pub(super) jwks_file: Option<String>,
    /// URL of those keys instead; https, or http on this machine [default: none]
    #[arg(long, env = "DAYBOOK_JWKS_URL", hide_env_values = true, value_name = "URL")]
    pub(super) jwks_url: Option<SecretString>,
    /// The iss of its tokens; needed with either [default: none]
    #[arg(long, env = "DAYBOOK_JWT_ISSUER", hide_env_values = true, value_name = "NAME")]
    pub(super) jwt_issuer: Option<String>,
    /// What the aud of its tokens names; needed with either [default: none]
    #[arg(long, env = "DAYBOOK_JWT_AUDIENCE", hide_env_values = true, value_name = "NAME")]
    pub(super) jwt_audience: Option<String>,
}

/// `daybook token-key`
#[derive(Args, Clone, Debug)]
#[command(arg_required_else_help = false)]
pub(crate) struct TokenKeyArguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: TokenKeyCommand,
}

/// What to do about the keys that sign users' tokens.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum TokenKeyCommand {
    /// Let a new key sign; what the one before has signed stays valid until it is over
    Rotate {
        /// End every token that was signed as well, within 5 s: for a key that somebody else knows
        #[arg(long)]
        revoke: bool,
    },
    /// List the keys, without what is secret
    List,
}
