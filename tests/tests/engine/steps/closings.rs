//! Days that are closed and opened again, and money that is dated around them.

use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use service::record::AccountStatus;

use super::actions::{amounts, creation, edit};
use super::holds::hold_action;
use super::lists::list;
use super::{Action, DATES, Details, Kind, Phase, Step, step};

/// The days of [`super::DATES`] and those before and after them; then the day on which everything is recorded, and that
/// before it.
const DAYS: [&str; 10] = [
    "1969-12-30",
    "1969-12-31",
    "2011-12-29",
    "2011-12-30",
    "2026-01-30",
    "2026-01-31",
    "2026-02-01",
    "2026-02-02",
    "2099-12-31",
    "2100-01-01",
];

/// A day, or none.
pub(super) fn close() -> impl Strategy<Value = Action> {
    weighted(0.9, select(&DAYS[..])).prop_map(Action::Close)
}

/// A user has some money of each date; then days are closed, and what is dated there is asked for all the same.
pub(super) fn closed_money(phases_max: usize, steps_max: usize) -> impl Strategy<Value = Vec<Phase>> {
    let steps = prop_oneof![3 => closed_action().prop_map(Step::of), 1 => step(closed_action())];
    vec(vec(steps, 1..=steps_max), phases_max / 2..=phases_max).prop_map(|mut phases| {
        let money = DATES.map(|date| {
            let details = Details {
                amount: "5",
                date: Some(date),
                ..Details::default()
            };
            Step::of(Action::Credit(0, None, Some(0), details))
        });
        phases.insert(0, money.into());
        phases
    })
}

fn closed_action() -> impl Strategy<Value = Action> {
    const KIND: Kind = Kind::Small;
    let number = || 0..30_usize;
    let status = prop_oneof![
        4 => Just(AccountStatus::Open),
        1 => Just(AccountStatus::Frozen),
    ];
    prop_oneof![
        6 => close(),
        4 => creation(KIND),
        2 => list(creation(KIND)),
        6 => (number(), edit(KIND)).prop_map(|(transaction, edit)| Action::Edit(transaction, edit)),
        4 => number().prop_map(Action::Void),
        4 => number().prop_map(Action::Restore),
        3 => (number(), of(select(amounts(KIND))))
            .prop_map(|(transaction, amount)| Action::Refund(transaction, amount)),
        3 => hold_action(KIND, || 0..30),
        1 => (0..3_usize, status)
            .prop_map(|(account, status)| Action::UpdateAccount(account, None, Some(status), None)),
    ]
}
