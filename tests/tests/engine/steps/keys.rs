//! What idempotency keys are called.

use std::fmt;

/// The name of an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyName {
    number: u8,
    /// Where it is a list's, and stands for those of its items: the item.
    item: Option<usize>,
}

impl KeyName {
    pub(crate) fn of(number: u8) -> Self {
        Self { number, item: None }
    }

    /// What the key of a list stands for at one of its items.
    pub(crate) fn at(self, item: usize) -> Self {
        Self {
            item: Some(item),
            ..self
        }
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "key {}", self.number)?;
        match self.item {
            Some(item) => write!(formatter, "#{item}"),
            None => Ok(()),
        }
    }
}
