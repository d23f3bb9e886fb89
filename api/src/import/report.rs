//! What an import comes to.

use serde::Serialize;

use service::value::FieldError;

use crate::problem::Problem;

/// Most rejected rows that are told one by one.
pub(crate) const ERRORS_MAX: usize = 1_000;
/// Most characters of what is told of one.
const DETAIL_CHARS_MAX: usize = 1_000;

/// What became of the rows of a file.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// Rows that were recorded; in a dry run, that would be.
    pub(crate) accepted: u64,
    /// Rows that were recorded before.
    pub(crate) duplicates: u64,
    /// Rows that were not recorded.
    pub(crate) rejected: u64,
    /// The first of these, in the order of the file.
    pub(crate) errors: Vec<RowError>,
    /// Position of the newest event of a row.
    #[serde(skip)]
    pub(crate) position: Option<i64>,
}

/// Why a row was not recorded.
#[derive(Debug, Serialize)]
pub(crate) struct RowError {
    /// The line of the file on which the row begins, from 1.
    pub(crate) line: u64,
    /// The code of the problem that a request for the row alone would meet.
    pub(crate) code: &'static str,
    /// One sentence for a person, or one for each bad member.
    pub(crate) detail: String,
}

impl RowError {
    /// What is wrong with the row on `line`.
    pub(super) fn new(line: u64, problem: &Problem) -> Self {
        let fields: Vec<String> = problem.errors().iter().map(told).collect();
        let detail = if fields.is_empty() {
            problem.detail().to_owned()
        } else {
            fields.join(" ")
        };
        Self {
            line,
            code: problem.code().as_str(),
            detail: detail.chars().take(DETAIL_CHARS_MAX).collect(),
        }
    }
}

fn told(error: &FieldError) -> String {
    if error.field.is_empty() {
        error.error.detail.to_string()
    } else {
        format!("{}: {}", error.field, error.error.detail)
    }
}

impl Report {
    /// Every row so far.
    pub(crate) fn rows(&self) -> u64 {
        self.accepted
            .saturating_add(self.duplicates)
            .saturating_add(self.rejected)
    }

    pub(super) fn accept(&mut self, position: Option<i64>) {
        self.accepted = self.accepted.saturating_add(1);
        self.position = self.position.max(position);
    }

    pub(super) fn pass_duplicate(&mut self) {
        self.duplicates = self.duplicates.saturating_add(1);
    }

    pub(super) fn reject(&mut self, error: RowError) {
        self.rejected = self.rejected.saturating_add(1);
        if self.errors.len() < ERRORS_MAX {
            self.errors.push(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use service::value::{ValueCode, ValueError};

    use super::*;

    #[test]
    fn the_first_errors_are_told_and_all_are_counted() {
        let mut report = Report::default();
        for line in 0..2_000 {
            report.reject(RowError::new(line, &Problem::malformed("It is bad.")));
        }
        assert_eq!((report.rejected, report.rows()), (2_000, 2_000));
        assert_eq!(report.errors.len(), ERRORS_MAX);
        assert_eq!(report.errors.last().unwrap().line, 999);
    }

    #[test]
    fn every_bad_member_of_a_row_is_told_and_no_more_than_fits() {
        let error = |field: &str| FieldError {
            field: field.to_owned(),
            error: ValueError::new(ValueCode::Required, "Must be given."),
        };
        let told = RowError::new(7, &Problem::invalid(vec![error("amount"), error("type")]));
        assert_eq!((told.line, told.code), (7, "validation_failed"));
        assert_eq!(told.detail, "amount: Must be given. type: Must be given.");
        let long = RowError::new(7, &Problem::invalid(vec![error(&"x".repeat(100_000))]));
        assert_eq!(long.detail.chars().count(), DETAIL_CHARS_MAX);
    }
}
