//! Lists of transactions, and money that is mostly moved by them.

use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use service::record::AccountStatus;

use super::actions::{amounts, creation, edit};
use super::holds::money_of;
use super::{Action, KeyName, Kind, Phase, Step, step};

/// Most transactions of a list: enough for one to be refused in the middle, and for what comes after it.
const ITEMS_MAX: usize = 8;
/// Few accounts: those of two users, and the world.
const ACCOUNTS: usize = 3;

/// One transaction of a list.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// It makes a transaction.
    pub(crate) action: Action,
    pub(crate) key: Option<KeyName>,
    /// Asks for an earlier transaction again instead, counted back from the one before: of this list, or sent before it.
    pub(crate) again: Option<usize>,
}

/// A list of what is made so.
pub(super) fn list(creation: impl Strategy<Value = Action>) -> impl Strategy<Value = Action> {
    let key = weighted(0.3, (0..4_u8).prop_map(KeyName::of));
    let item = (creation, key, weighted(0.15, 0..8_usize)).prop_map(|(action, key, again)| Item { action, key, again });
    (vec(item, 1..=ITEMS_MAX), any::<bool>()).prop_map(|(items, is_atomic)| Action::List(items, is_atomic))
}

/// Two users have some money each and no credit, so that many a list asks for more than there is; some are sent twice.
pub(super) fn listed_money(phases_max: usize, steps_max: usize) -> impl Strategy<Value = Vec<Phase>> {
    let steps = prop_oneof![1 => listed_action().prop_map(Step::of), 2 => step(listed_action())];
    let sent = (steps, prop::bool::weighted(0.2)).prop_map(|(step, is_sent_twice)| {
        let again = Step {
            again: Some(0),
            dry_run: false,
            ..step.clone()
        };
        [step].into_iter().chain(is_sent_twice.then_some(again))
    });
    let phase = vec(sent, 1..=steps_max).prop_map(|sent| sent.into_iter().flatten().collect::<Phase>());
    vec(phase, 1..=phases_max).prop_map(|mut phases| {
        let without_credit = |account| Step::of(Action::UpdateAccount(account, Some(Some("0")), None, None));
        phases.insert(0, vec![Step::of(money_of(0)), Step::of(money_of(1))]);
        phases.insert(1, vec![without_credit(0), without_credit(2)]);
        phases
    })
}

fn listed_action() -> impl Strategy<Value = Action> {
    const KIND: Kind = Kind::Small;
    let number = || 0..30_usize;
    let status = prop_oneof![
        3 => Just(AccountStatus::Open),
        1 => Just(AccountStatus::Frozen),
    ];
    prop_oneof![
        10 => list(creation(KIND)),
        3 => creation(KIND),
        2 => (number(), edit(KIND)).prop_map(|(transaction, edit)| Action::Edit(transaction, edit)),
        1 => number().prop_map(Action::Void),
        1 => (number(), of(select(amounts(KIND))), any::<bool>())
            .prop_map(|(hold, amount, is_final)| Action::Capture(hold, amount, is_final)),
        2 => (0..ACCOUNTS, weighted(0.5, of(select(&["0", "-5"][..]))), weighted(0.7, status))
            .prop_map(|(account, minimum, status)| Action::UpdateAccount(account, minimum, status, None)),
    ]
}
