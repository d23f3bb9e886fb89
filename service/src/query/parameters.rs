//! The values of a statement whose text is put together here.

use sea_orm::Value;

/// The values of a statement, numbered as its text names them.
#[derive(Default)]
pub(super) struct Parameters(pub(super) Vec<Value>);

impl Parameters {
    /// Adds a value, and gives the name that stands for it.
    pub(super) fn add(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len())
    }
}
