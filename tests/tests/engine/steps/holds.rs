//! Holds, and what becomes of them while time passes.

use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use service::record::AccountStatus;

use super::actions::{amounts, creation, edit};
use super::lists::list;
use super::{Action, Details, Kind, NewHold, Phase, Step, step};

/// Holds end at the beginning of one of these phases: before they are asked for, among what is asked of them, or later.
const PHASES: usize = 12;

/// How long a new hold stands.
pub(super) fn new_hold() -> impl Strategy<Value = NewHold> {
    of(phase()).prop_map(|expires_in| NewHold { expires_in })
}

fn phase() -> impl Strategy<Value = usize> {
    1..PHASES
}

/// What only a hold is asked for.
pub(super) fn hold_action(kind: Kind, number: fn() -> std::ops::Range<usize>) -> impl Strategy<Value = Action> {
    prop_oneof![
        6 => (number(), weighted(0.8, select(amounts(kind))), prop::bool::weighted(0.3))
            .prop_map(|(hold, amount, is_final)| Action::Capture(hold, amount, is_final)),
        1 => number().prop_map(Action::VoidHold),
        2 => (number(), phase()).prop_map(|(hold, expires_in)| Action::Extend(hold, expires_in)),
        2 => number().prop_map(Action::Expire),
    ]
}

/// Two users have some money each, and keep it for each other and for the world while time passes: holds are captured,
/// captures are changed.
pub(super) fn held_money(phases_max: usize, steps_max: usize) -> impl Strategy<Value = Vec<Phase>> {
    let step = || prop_oneof![3 => held_action().prop_map(Step::of), 1 => step(held_action())];
    let phases = vec(vec(step(), 1..=steps_max), phases_max / 2..=phases_max);
    phases.prop_map(|mut phases| {
        phases.insert(0, vec![Step::of(money_of(0)), Step::of(money_of(1))]);
        phases
    })
}

pub(super) fn money_of(user: usize) -> Action {
    let details = Details {
        amount: "100",
        ..Details::default()
    };
    Action::Credit(user, None, Some(0), details)
}

fn held_action() -> impl Strategy<Value = Action> {
    const KIND: Kind = Kind::Holds;
    let number = || 0..30_usize;
    let account = || 0..3_usize;
    let status = prop_oneof![
        4 => Just(AccountStatus::Open),
        2 => Just(AccountStatus::Frozen),
        1 => Just(AccountStatus::Closed),
    ];
    prop_oneof![
        6 => creation(KIND),
        1 => list(creation(KIND)),
        12 => hold_action(KIND, || 0..30),
        6 => (number(), edit(KIND)).prop_map(|(transaction, edit)| Action::Edit(transaction, edit)),
        3 => number().prop_map(Action::Void),
        3 => number().prop_map(Action::Restore),
        2 => (number(), of(select(amounts(KIND))))
            .prop_map(|(transaction, amount)| Action::Refund(transaction, amount)),
        3 => (account(), weighted(0.8, of(select(&["0", "-5"][..]))), weighted(0.4, status))
            .prop_map(|(account, minimum, status)| Action::UpdateAccount(account, minimum, status, None)),
    ]
}
