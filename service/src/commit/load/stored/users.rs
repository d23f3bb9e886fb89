//! A user, with how far its regrouping and its erasure are.

use super::{UserRow, read_metadata, read_name, read_zone};
use crate::commit::Corrupt;
use crate::ledger::{Erasing, Erasure, ErasureStage, Grouping, Regrouping, User};
use crate::value::Timestamp;

impl UserRow {
    pub(in crate::commit::load) fn read(self) -> Result<User, Corrupt> {
        let regrouping = match (self.regroup_zone, self.regroup_generation, self.regroup_until) {
            (Some(zone), Some(generation), Some(until)) => {
                let grouping = Grouping {
                    zone: read_zone(&zone)?,
                    generation,
                };
                Some(Regrouping {
                    grouping,
                    after: self.regroup_after,
                    until,
                })
            }
            _ => None,
        };
        Ok(User {
            id: self.id,
            full_name: self.full_name,
            email: self.email,
            time_zone: read_zone(&self.time_zone)?,
            metadata: read_metadata(&self.metadata)?,
            version: self.version,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            position: self.position,
            grouping: Grouping {
                zone: read_zone(&self.stats_zone)?,
                generation: self.stats_generation,
            },
            regrouping,
            erasure: self.erased_at.map(|at| Erasure {
                at: Timestamp::from_micros(at),
                texts: self.erased_texts == Some(1),
            }),
            erasing: self
                .erasing
                .map(|name| read_name(ErasureStage::from_name(&name), &name))
                .transpose()?
                .map(|stage| Erasing {
                    stage,
                    after: self.erasing_after,
                }),
        })
    }
}
