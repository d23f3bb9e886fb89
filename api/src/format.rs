//! How a file of transactions is written, whether it comes or goes.

/// A format of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Comma-separated, below a row that names the columns.
    Csv,
    /// A JSON object a line.
    Ndjson,
}

impl Format {
    /// Every format, in the order of the contract.
    pub(crate) const ALL: &'static [Self] = &[Self::Csv, Self::Ndjson];

    /// The format's name, which is also the ending of a file.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    /// What a file is in that is called so after its last point.
    pub(crate) fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            _ => None,
        }
    }

    /// The media type, without parameters.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}
