//! Section 4.

use serde_json::{Value, json};
use service::AnswerStatus;
use service::ledger::Precondition;

use super::{Model, Outcome, Refusal, User, check_version};
use crate::steps::{USERS, ZONES};

impl Model {
    pub(super) fn put_user(
        &mut self,
        number: usize,
        name: &str,
        zone: Option<usize>,
        email: Option<&str>,
        expected: &Precondition,
    ) -> Outcome {
        let old = self.users.get(&number).cloned();
        check_version(expected, old.as_ref().map(|user| user.version))?;
        let new = User {
            full_name: name.to_owned(),
            email: email.map(str::to_owned),
            zone: ZONES[zone.unwrap_or(0)],
            shown_zone: old.as_ref().map_or(ZONES[zone.unwrap_or(0)], |user| user.shown_zone),
            version: old.as_ref().map_or(1, |user| user.version),
        };
        let status = if old.is_some() {
            AnswerStatus::Ok
        } else {
            AnswerStatus::Created
        };
        Ok((status, self.replace_user(number, old.as_ref(), new)))
    }

    pub(super) fn patch_user(
        &mut self,
        number: usize,
        name: Option<&str>,
        zone: Option<usize>,
        email: Option<Option<&str>>,
        expected: &Precondition,
    ) -> Outcome {
        let Some(old) = self.users.get(&number).cloned() else {
            return Err(Refusal::of("user_not_found"));
        };
        check_version(expected, Some(old.version))?;
        let mut new = old.clone();
        if let Some(name) = name {
            name.clone_into(&mut new.full_name);
        }
        if let Some(zone) = zone {
            new.zone = ZONES[zone];
        }
        if let Some(email) = email {
            new.email = email.map(str::to_owned);
        }
        Ok((AnswerStatus::Ok, self.replace_user(number, Some(&old), new)))
    }

    fn replace_user(&mut self, number: usize, old: Option<&User>, mut new: User) -> Value {
        if old.is_some_and(|old| *old != new) {
            new.version += 1;
        }
        self.users.insert(number, new);
        self.user_document(number)
    }

    /// Statistics of every user are shown by the days of the time zone that the user has.
    pub(crate) fn show_zones(&mut self) {
        for user in self.users.values_mut() {
            user.shown_zone = user.zone;
        }
    }

    fn user_document(&self, number: usize) -> Value {
        let user = &self.users[&number];
        json!({
            "id": USERS[number], "full_name": user.full_name, "email": user.email, "time_zone": user.zone,
            "metadata": {}, "version": user.version,
        })
    }
}
