//! What people type about ledgers, and about the keys that open them.

use clap::{Args, Subcommand};

/// `daybook ledger`
#[derive(Args, Clone, Debug)]
#[command(arg_required_else_help = false)]
pub(crate) struct LedgerArguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: LedgerCommand,
}

/// What to do about ledgers.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Make a ledger: a tenant with books of its own
    Create {
        /// 1 to 63 of a-z 0-9 -
        name: String,
        #[command(flatten)]
        settings: LedgerSettingsArguments,
    },
    /// Change some of a ledger's settings
    Update {
        /// The ledger
        name: String,
        #[command(flatten)]
        settings: LedgerSettingsArguments,
        /// Why; kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// List the ledgers and their settings
    List,
}

/// The settings of a ledger; one that is not given stays as it is, or as new ledgers have it.
#[derive(Args, Clone, Debug)]
pub(crate) struct LedgerSettingsArguments {
    /// Currency of requests that name none (a new ledger: USD)
    #[arg(long, value_name = "CODE")]
    pub(crate) default_currency: Option<String>,
    /// Minimum balance of users' accounts that are given none, at most 0; none: no limit (a new ledger: none)
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub(crate) default_minimum_balance: Option<String>,
    /// Whether every write must have an Idempotency-Key
    #[arg(long, value_name = "true|false")]
    pub(crate) require_idempotency_key: Option<bool>,
    /// Whether a write to what has a version must have If-Match
    #[arg(long, value_name = "true|false")]
    pub(crate) require_if_match: Option<bool>,
    /// Whether users' tokens may record the users' credits, and edit and delete their credits and debits, whoever made them
    #[arg(long, value_name = "true|false")]
    pub(crate) users_may_edit: Option<bool>,
}

/// `daybook key`
#[derive(Args, Clone, Debug)]
#[command(arg_required_else_help = false)]
pub(crate) struct KeyArguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: KeyCommand,
}

/// What to do about keys.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key and print it, this once
    Create {
        /// The ledger that the key belongs to
        #[arg(long, value_name = "NAME", default_value = "main")]
        ledger: String,
        /// reader, writer, admin or operator
        #[arg(long)]
        role: String,
        /// What people call the key
        #[arg(long)]
        name: String,
    },
}
