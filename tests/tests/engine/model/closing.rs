//! Section 14.

use serde_json::{Value, json};
use service::AnswerStatus;
use service::ledger::Precondition;
use service::value::Timestamp;

use super::{Closing, Model, Outcome, Refusal, check_version, day_in};

impl Model {
    pub(super) fn close_through(&mut self, day: Option<&str>, expected: &Precondition) -> Outcome {
        let Closing { through, version } = self.closing;
        check_version(expected, Some(version))?;
        let day = day.map(|day| day.parse().expect("the generator writes days"));
        if version == 0 || day != through {
            self.closing = Closing {
                through: day,
                version: version + 1,
            };
        }
        Ok((AnswerStatus::Ok, self.closing_document()))
    }

    /// What is posted on one of these dates is neither added, changed nor taken back.
    pub(super) fn check_days(&self, dates: &[Timestamp]) -> Result<(), Refusal> {
        match self.closing.through {
            Some(through) if dates.iter().any(|date| day_in("UTC", *date) <= through) => Err(Refusal {
                code: "period_closed",
                members: json!({"closed_through": through}),
            }),
            _ => Ok(()),
        }
    }

    pub(crate) fn closing_document(&self) -> Value {
        json!({"closed_through": self.closing.through, "version": self.closing.version})
    }
}
