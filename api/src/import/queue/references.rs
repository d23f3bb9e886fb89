//! The references of a file that is only tried: the ledger keeps none of them.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use service::ledger::CreateTransaction;

use crate::problem::{Code, Problem};

/// Most references that are remembered, so that the memory for them does not grow with the file.
const REFERENCES_MAX: usize = 1_000_000;

/// References, and what the rows that have them say; both as hashes.
#[derive(Debug, Default)]
pub(super) struct References {
    known: HashMap<u64, u64>,
    hasher: RandomState,
}

/// What is known of the reference of a row.
pub(super) enum Met {
    /// No row before has it, or this one has none.
    New,
    /// A row that says the same has it.
    Same,
    /// A row that says something else has it.
    Other(Problem),
}

impl References {
    /// Compares a row that would be accepted with those before it, and remembers it.
    pub(super) fn meet(&mut self, row: &CreateTransaction) -> Met {
        let Some(reference) = &row.reference else {
            return Met::New;
        };
        let reference = self.hasher.hash_one(reference.as_str());
        let content = self.hasher.hash_one(row.content());
        match self.known.get(&reference) {
            Some(known) if *known == content => Met::Same,
            Some(_) => Met::Other(Problem::new(
                Code::ReferenceTaken,
                "An earlier row of the file has this reference and says something else.",
            )),
            None => {
                if self.known.len() < REFERENCES_MAX {
                    self.known.insert(reference, content);
                }
                Met::New
            }
        }
    }
}
