//! Invariant 5, from the side of the events: whatever was made is there.

use std::collections::{HashMap, HashSet};

use entity::{account, event, transaction, user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::scan::PAGE_ROWS;
use super::{Audit, Invariant, currencies, keys, ledgers, limits};
use crate::LedgerError;

/// The events that made something, gathered a page at a time.
#[derive(Default)]
pub(super) struct Births {
    /// Those that are still to be looked up: position, kind and name.
    waiting: Vec<(i64, &'static str, String)>,
    made: HashMap<&'static str, u64>,
    /// Where accounts were made that were changed afterwards: their rows lead to a later event.
    accounts: HashMap<Uuid, i64>,
}

/// What events name tokens as.
const TOKENS: &str = "tokens";

/// The kinds of resource: as events name them, and as sentences do.
const KINDS: [(&str, &str); 8] = [
    ("transactions", "transactions"),
    ("users", "users"),
    ("accounts", "accounts"),
    ("keys", "API keys"),
    ("currencies", "currencies"),
    ("limits", "limits"),
    ("ledgers", "period closes and ledgers"),
    (TOKENS, "tokens"),
];

impl Births {
    /// Takes note of an event.
    pub(super) async fn add(&mut self, audit: &mut Audit<'_>, event: &event::Model) -> Result<(), LedgerError> {
        let (kind, name) = event.subject.split_once('/').unwrap_or_default();
        let Some((kind, _)) = KINDS.iter().find(|(known, _)| *known == kind) else {
            let detail = format_args!("event {} is of the unknown subject {}", event.position, event.subject);
            audit.fail(Invariant::Documents, detail);
            return Ok(());
        };
        // That a token was made is all there is to tell of it: nothing keeps it.
        if *kind == TOKENS {
            return Ok(());
        }
        if event.subject_version == 1 {
            let made = self.made.entry(kind).or_default();
            *made = made.saturating_add(1);
            self.waiting.push((event.position, kind, name.to_owned()));
        }
        if self.waiting.len() >= PAGE_ROWS {
            self.flush(audit).await?;
        }
        Ok(())
    }

    /// Looks up what is waiting.
    pub(super) async fn flush(&mut self, audit: &mut Audit<'_>) -> Result<(), LedgerError> {
        let waiting = std::mem::take(&mut self.waiting);
        let of_kind = |wanted: &str| -> Vec<(i64, String)> {
            let own = waiting.iter().filter(|(_, kind, _)| *kind == wanted);
            own.map(|(position, _, name)| (*position, name.clone())).collect()
        };
        check_transactions(audit, &of_kind("transactions")).await?;
        check_users(audit, &of_kind("users")).await?;
        keys::check_made(audit, &of_kind("keys")).await?;
        currencies::check_made(audit, &of_kind("currencies")).await?;
        limits::check_made(audit, &of_kind("limits")).await?;
        ledgers::check_made(audit, &of_kind("ledgers")).await?;
        self.check_accounts(audit, &of_kind("accounts")).await
    }

    async fn check_accounts(&mut self, audit: &mut Audit<'_>, made: &[(i64, String)]) -> Result<(), LedgerError> {
        if made.is_empty() {
            return Ok(());
        }
        let found: HashMap<Uuid, i64> = account::Entity::find()
            .filter(account::Column::LedgerId.eq(audit.ledger.id))
            .filter(account::Column::Id.is_in(ids(made)))
            .select_only()
            .columns([account::Column::Id, account::Column::Position])
            .into_tuple()
            .all(&**audit.view)
            .await?
            .into_iter()
            .collect();
        for (position, name) in made {
            let id = Uuid::parse_str(name).ok();
            match id.and_then(|id| found.get(&id).map(|newest| (id, newest))) {
                Some((id, newest)) if newest != position => {
                    self.accounts.insert(id, *position);
                }
                Some(_) => {}
                None => absent(audit, *position, "account", name),
            }
        }
        Ok(())
    }

    /// Position of the event that made the account, where it is not the newest.
    pub(super) fn of_account(&self, id: Uuid) -> Option<i64> {
        self.accounts.get(&id).copied()
    }

    /// Nothing was made twice, and nothing is there that was not made.
    pub(super) fn check_counts(&self, audit: &mut Audit<'_>) {
        let counts = audit.counts;
        let rows = [
            counts.transactions,
            counts.users,
            counts.accounts,
            counts.api_keys,
            counts.currencies,
            counts.limits,
            counts.closings.saturating_add(counts.ledgers),
        ];
        for ((kind, words), rows) in KINDS.into_iter().zip(rows) {
            let made = self.made.get(kind).copied().unwrap_or_default();
            audit.require(made == rows, Invariant::Documents, || {
                format!("the events tell of {made} {words} that were made, there are {rows}")
            });
        }
    }
}

pub(super) fn ids(made: &[(i64, String)]) -> impl Iterator<Item = Uuid> {
    made.iter().filter_map(|(_, name)| Uuid::parse_str(name).ok())
}

/// Notes that what an event made is not there.
pub(super) fn absent(audit: &mut Audit<'_>, position: i64, kind: &str, name: &str) {
    let detail = format_args!("event {position} made the {kind} {name}, which does not exist");
    audit.fail(Invariant::Documents, detail);
}

async fn check_transactions(audit: &mut Audit<'_>, made: &[(i64, String)]) -> Result<(), LedgerError> {
    if made.is_empty() {
        return Ok(());
    }
    let found: HashMap<Uuid, i64> = transaction::Entity::find()
        .filter(transaction::Column::LedgerId.eq(audit.ledger.id))
        .filter(transaction::Column::Id.is_in(ids(made)))
        .select_only()
        .columns([transaction::Column::Id, transaction::Column::FirstPosition])
        .into_tuple()
        .all(&**audit.view)
        .await?
        .into_iter()
        .collect();
    for (position, name) in made {
        match Uuid::parse_str(name).ok().and_then(|id| found.get(&id)) {
            Some(first) => audit.require(first == position, Invariant::Documents, || {
                format!("event {position} made transaction {name}, whose row names event {first}")
            }),
            None => absent(audit, *position, "transaction", name),
        }
    }
    Ok(())
}

async fn check_users(audit: &mut Audit<'_>, made: &[(i64, String)]) -> Result<(), LedgerError> {
    if made.is_empty() {
        return Ok(());
    }
    let found: HashSet<String> = user::Entity::find()
        .filter(user::Column::LedgerId.eq(audit.ledger.id))
        .filter(user::Column::Id.is_in(made.iter().map(|(_, name)| name.as_str())))
        .select_only()
        .column(user::Column::Id)
        .into_tuple()
        .all(&**audit.view)
        .await?
        .into_iter()
        .collect();
    for (position, name) in made {
        if !found.contains(name) {
            absent(audit, *position, "user", name);
        }
    }
    Ok(())
}
