//! The lists of names that a load is bound to, and which of them a shorter load takes.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::commit::rows::{Cell, Dialect, Kind, Rows, select_rows};
use crate::ledger::Names;
use crate::money::CurrencyCode;

/// A list of names: its own, and its columns with their types.
type List = (&'static str, &'static [&'static str], &'static [Kind]);

/// The lists that a load is bound to, in the order of their parameters.
const LISTS: [List; 8] = [
    ("named_users", &["id"], &[Kind::Text]),
    ("named_accounts", &["id"], &[Kind::Uuid]),
    (
        "account_names",
        &["owner", "name", "currency"],
        &[Kind::Text, Kind::Text, Kind::Text],
    ),
    ("named_transactions", &["id"], &[Kind::Uuid]),
    (NAMED_REFERENCES, &["reference"], &[Kind::Text]),
    (NAMED_ANSWERS, &["key"], &[Kind::Uuid]),
    ("named_keys", &["id"], &[Kind::Uuid]),
    ("named_limits", &["id"], &[Kind::Uuid]),
];

/// Those of what callers draw anew for each request ([`Names::are_new`]).
const NEW_LISTS: [&str; 2] = [NAMED_REFERENCES, NAMED_ANSWERS];

const NAMED_REFERENCES: &str = "named_references";
const NAMED_ANSWERS: &str = "named_answers";

fn is_new((name, ..): &List) -> bool {
    NEW_LISTS.contains(name)
}

/// The lists of names, in the order of the statement's parameters.
pub(in crate::commit) fn bind_lists(names: &Names) -> Vec<Rows> {
    let texts = |names: &BTreeSet<String>| names.iter().map(|name| vec![name.as_str().into()]).collect();
    let ids = |names: &BTreeSet<Uuid>| names.iter().map(|id| vec![Cell::from(*id)]).collect();
    let account_names = |(owner, name, currency): &(String, String, CurrencyCode)| {
        vec![owner.as_str().into(), name.as_str().into(), currency.as_str().into()]
    };
    let cells: [Vec<Vec<Cell>>; LISTS.len()] = [
        texts(&names.users),
        ids(&names.accounts),
        names.account_names.iter().map(account_names).collect(),
        ids(&names.transactions),
        texts(&names.references),
        ids(&names.answers),
        ids(&names.keys),
        ids(&names.limits),
    ];
    let are_new = names.are_new();
    let lists = LISTS.iter().zip(cells);
    lists
        .filter(|(list, _)| !are_new || is_new(list))
        .map(|((_, _, kinds), cells)| {
            let mut rows = Rows::new(kinds);
            cells.into_iter().for_each(|row| rows.push(row));
            rows
        })
        .collect()
}

/// All lists, as parts of a statement.
pub(super) fn all_sources(dialect: Dialect) -> String {
    sources(dialect, LISTS.iter())
}

/// Those of what is new, as parts of a statement.
pub(super) fn new_sources(dialect: Dialect) -> String {
    sources(dialect, LISTS.iter().filter(|list| is_new(list)))
}

fn sources<'a>(dialect: Dialect, lists: impl Iterator<Item = &'a List>) -> String {
    let mut first = 2;
    let mut sources = Vec::new();
    for (name, columns, kinds) in lists {
        sources.push(format!("{name} AS ({})", select_rows(dialect, columns, kinds, first)));
        first = first.saturating_add(Rows::new(kinds).parameters(dialect));
    }
    sources.join(", ")
}
