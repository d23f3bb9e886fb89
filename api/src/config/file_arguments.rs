//! What people type about files: of transactions, and of proofs.

use std::path::PathBuf;

use clap::Args;

/// `daybook import`
#[derive(Args, Clone, Debug)]
pub(crate) struct ImportArguments {
    /// CSV with a header row or NDJSON, in UTF-8; - is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The ledger that it is recorded in
    #[arg(long, value_name = "NAME", default_value = "main")]
    pub(crate) ledger: String,
    /// csv or ndjson [default: as the file's name ends]
    #[arg(long)]
    pub(crate) format: Option<String>,
    /// Check and report, and keep nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// After a row that is rejected: skip it and go on, or stop there
    #[arg(long, value_name = "ACTION", default_value = "skip")]
    pub(crate) on_error: String,
}

/// `daybook export`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Without --append the transactions come oldest first, as from GET /transactions/export, and a FILE is there once it is
whole.

With --append they come in the order in which they were recorded. FILE is made where it is absent; else a row at its end
that is torn is cut off, and what was recorded after its last row is added: run again, also after it was broken off, the
same command, with the same filters, adds what is missing. Rows that are there stay as they are, whatever was edited,
voided or restored since.")]
pub(crate) struct ExportArguments {
    /// Where to write; - is standard output [default: -]
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The ledger whose transactions are written
    #[arg(long, value_name = "NAME", default_value = "main")]
    pub(crate) ledger: String,
    /// csv or ndjson [default: as the file's name ends; csv where it has no ending]
    #[arg(long)]
    pub(crate) format: Option<String>,
    /// Replace a FILE that is there
    #[arg(long, conflicts_with = "append")]
    pub(crate) force: bool,
    /// Add what is missing to a FILE that --append made, or make it
    #[arg(long)]
    pub(crate) append: bool,
    /// Which transactions are written.
    #[command(flatten)]
    pub(crate) filter: FilterArguments,
}

/// `daybook verify-proof`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
A proof is what GET /transactions/{id}/proof answers. HASH is the hash of a block, noted earlier from GET /audit/head or
GET /audit/blocks, or told by somebody whom you trust. Where it is not the hash of the proof's own block but of a later
one, --blocks links the two: the answers of GET /audit/blocks?from_height=… up to that block, one after the other in one
file, or one block a line.

  curl … /api/v1/transactions/ID/proof | daybook verify-proof - --hash HASH

docs/PROOFS.md says what is checked, so that another program can check it too.")]
pub(crate) struct VerifyProofArguments {
    /// The proof; - is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The hash of the block that is trusted
    #[arg(long, value_name = "HASH")]
    pub(crate) hash: String,
    /// The blocks from the proof's own to the one that is trusted
    #[arg(long, value_name = "FILE")]
    pub(crate) blocks: Option<PathBuf>,
}

/// Which transactions: the filters of `GET /transactions`, by the same names.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Filters, as those of GET /transactions")]
pub(crate) struct FilterArguments {
    /// Those of this user
    #[arg(long, value_name = "ID")]
    user_id: Option<String>,
    /// Those that touch this account
    #[arg(long, value_name = "ID")]
    account_id: Option<String>,
    /// credit, debit or transfer
    #[arg(long, value_name = "TYPE")]
    r#type: Option<String>,
    /// posted, voided, pending, captured or expired, or several with commas between [default: all but voided]
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// In this currency
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// Under this category
    #[arg(long, value_name = "NAME")]
    category: Option<String>,
    /// With this reference
    #[arg(long, value_name = "REFERENCE")]
    reference: Option<String>,
    /// Dated then or later: 2026-01-31T00:00:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Dated before
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Of this amount or more; needs --currency
    #[arg(long, value_name = "AMOUNT")]
    min_amount: Option<String>,
    /// Of this amount or less; needs --currency
    #[arg(long, value_name = "AMOUNT")]
    max_amount: Option<String>,
    /// With each of these words in description, reference or category
    #[arg(long, value_name = "WORDS")]
    q: Option<String>,
}

impl FilterArguments {
    /// The filters that are given, as parameters of a query.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        let given = [
            ("user_id", &self.user_id),
            ("account_id", &self.account_id),
            ("type", &self.r#type),
            ("status", &self.status),
            ("currency", &self.currency),
            ("category", &self.category),
            ("reference", &self.reference),
            ("from", &self.from),
            ("to", &self.to),
            ("min_amount", &self.min_amount),
            ("max_amount", &self.max_amount),
            ("q", &self.q),
        ];
        let given = given
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_ref()?)));
        given.map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }

    /// The flag that stands for a parameter.
    pub(crate) fn flag(parameter: &str) -> String {
        format!("--{}", parameter.replace('_', "-"))
    }
}
