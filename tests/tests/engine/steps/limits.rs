//! Spending limits, and money that comes up against them.

use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use service::record::{AccountStatus, Direction, LimitStatus, LimitWindow};

use super::actions::{amounts, details, edit};
use super::holds::{hold_action, money_of};
use super::lists::list;
use super::{Action, CATEGORIES, Edit, Kind, Phase, Step, ZONES, step};

/// Days and weeks that two time zones tell apart: the last of a month and the first of the next, which are one week with
/// the Monday before and none with the Monday after; and the last day of the month after.
pub(super) const LIMITED_DATES: [&str; 7] = [
    "2026-01-26T11:00:00Z",
    "2026-01-31T23:59:59.999999Z",
    "2026-02-01T00:00:00Z",
    "2026-02-01T04:30:00Z",
    "2026-02-02T00:30:00Z",
    "2026-02-02T05:30:00Z",
    "2026-02-28T12:00:00Z",
];
/// Several of them are within a limit, and soon no more.
pub(super) const LIMITED_AMOUNTS: [&str; 5] = ["1", "2", "5", "20.5", "0.01"];
/// What is soon used up, and what lasts.
const MAXIMA: [&str; 6] = ["0", "5", "10", "20.5", "30", "100"];
/// Around the sums of [`super::actions::amounts`] where these are large.
const LARGE_MAXIMA: [&str; 4] = [
    "1",
    "46116860184273879.04",
    "92233720368547758.06",
    "92233720368547758.07",
];
const NAMES: [&str; 2] = ["Groceries", "Out of house"];
/// Those of two users, the world, and a second account of the first user.
const ACCOUNTS: usize = 4;

/// Whom a limit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LimitScope {
    AllUsers,
    User(usize),
    Account(usize),
}

/// A limit to make.
#[derive(Clone, Debug)]
pub(crate) struct NewLimit {
    pub(crate) scope: LimitScope,
    pub(crate) currency: Option<usize>,
    pub(crate) direction: Direction,
    pub(crate) window: LimitWindow,
    pub(crate) max_amount: Option<&'static str>,
    pub(crate) max_count: Option<i64>,
    pub(crate) category: Option<&'static str>,
    pub(crate) status: LimitStatus,
}

/// Changes of a limit; `Some(None)` clears.
#[derive(Clone, Debug)]
pub(crate) struct LimitEdit {
    pub(crate) name: Option<&'static str>,
    pub(crate) max_amount: Option<Option<&'static str>>,
    pub(crate) max_count: Option<Option<i64>>,
    pub(crate) status: Option<LimitStatus>,
}

/// Two users, one of them with two accounts, spend money that is limited, in windows of a few days. Now and then one of them
/// moves to another time zone, and nothing else happens then: from when on the days of the new zone are shown, and
/// counted, is no business of a model.
pub(super) fn limited_money(kind: Kind, phases_max: usize, steps_max: usize) -> impl Strategy<Value = Vec<Phase>> {
    let zone = || 0..ZONES.len();
    let moving =
        (0..2_usize, zone()).prop_map(|(user, zone)| vec![Step::of(Action::PatchUser(user, None, Some(zone), None))]);
    let spending = vec(sent(kind), 1..=steps_max).prop_map(|sent| sent.into_iter().flatten().collect::<Phase>());
    let spending = spending.boxed();
    let moving = if kind == Kind::Limited {
        moving.boxed()
    } else {
        spending.clone()
    };
    let phase = prop_oneof![5 => spending, 1 => moving];
    let history = vec(limited_creation(kind).prop_map(Step::of), 4..=8);
    let limits = || vec(new_limit(kind).prop_map(Step::of), 2..=4);
    let phases = vec(phase, phases_max / 2..=phases_max);
    ([zone(), zone()], history, [limits(), limits()], phases).prop_map(|(zones, history, limits, mut phases)| {
        let [ada, bo] = zones;
        let people = [
            Action::PutUser(0, "Ada", Some(ada), None),
            Action::PutUser(1, "Bo", Some(bo), None),
            money_of(0),
            money_of(1),
            Action::CreateAccount(Some(0), "savings", 0, None),
        ];
        let [first, later] = limits;
        // Of windows that are looked at later there is more to load.
        phases.insert(phases.len() / 2, later);
        phases.splice(0..0, [people.map(Step::of).into(), history, first]);
        phases
    })
}

/// A step that is sent now and then twice. It asks for no earlier one again, which might be a change of time zone.
fn sent(kind: Kind) -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => limited_action(kind).prop_map(Step::of),
        1 => step(limited_action(kind)),
    ];
    (step, prop::bool::weighted(0.1)).prop_map(|(step, is_sent_twice)| {
        let step = Step { again: None, ..step };
        let again = Step {
            again: Some(0),
            dry_run: false,
            ..step.clone()
        };
        [step].into_iter().chain(is_sent_twice.then_some(again)).collect()
    })
}

fn limited_action(kind: Kind) -> impl Strategy<Value = Action> {
    let number = || 0..30_usize;
    let status = prop_oneof![
        6 => Just(AccountStatus::Open),
        1 => Just(AccountStatus::Frozen),
    ];
    prop_oneof![
        14 => limited_creation(kind),
        3 => list(limited_creation(kind)),
        9 => (number(), edit(kind)).prop_map(|(transaction, edit)| Action::Edit(transaction, edit)),
        7 => (number(), of(select(&CATEGORIES[..]))).prop_map(|(transaction, category)| {
            let edit = Edit { category: Some(category), ..Edit::default() };
            Action::Edit(transaction, edit)
        }),
        4 => number().prop_map(Action::Void),
        3 => number().prop_map(Action::Restore),
        3 => (number(), of(select(amounts(kind))))
            .prop_map(|(transaction, amount)| Action::Refund(transaction, amount)),
        2 => hold_action(kind, || 0..30),
        4 => new_limit(kind),
        5 => (0..8_usize, limit_edit(kind)).prop_map(|(limit, edit)| Action::UpdateLimit(limit, edit)),
        1 => (0..8_usize).prop_map(Action::DeleteLimit),
        1 => (0..ACCOUNTS, weighted(0.7, of(select(&["0", "-5"][..]))), weighted(0.4, status))
            .prop_map(|(account, minimum, status)| Action::UpdateAccount(account, minimum, status, None)),
        1 => of(select(&["2026-01-25", "2026-01-31"][..])).prop_map(Action::Close),
    ]
}

fn limited_creation(kind: Kind) -> impl Strategy<Value = Action> {
    let user = || 0..2_usize;
    // The second account is one of dollars.
    let side = || select(&[(None, 0), (None, 0), (None, 0), (Some("savings"), 0), (None, 1)][..]);
    prop_oneof![
        1 => (user(), side(), details(kind))
            .prop_map(|(user, (name, currency), details)| Action::Credit(user, name, Some(currency), details)),
        3 => (user(), side(), details(kind))
            .prop_map(|(user, (name, currency), details)| Action::Debit(user, name, Some(currency), details)),
        3 => (0..ACCOUNTS, 1..ACCOUNTS, details(kind)).prop_map(|(source, further, details)| {
            Action::Transfer(source, (source + further) % ACCOUNTS, None, details)
        }),
    ]
}

fn new_limit(kind: Kind) -> impl Strategy<Value = Action> {
    let scope = prop_oneof![
        3 => Just(LimitScope::AllUsers),
        4 => (0..2_usize).prop_map(LimitScope::User),
        // One who may not exist.
        1 => Just(LimitScope::User(2)),
        4 => (0..ACCOUNTS).prop_map(LimitScope::Account),
    ];
    let direction = prop_oneof![2 => Just(Direction::Debit), 1 => Just(Direction::Credit)];
    let window = select(LimitWindow::ALL);
    let status = prop_oneof![5 => Just(LimitStatus::Active), 1 => Just(LimitStatus::Disabled)];
    (
        select(&NAMES[..]),
        (scope, weighted(0.3, 0..2_usize), direction, window),
        (weighted(0.7, select(maxima(kind))), weighted(0.4, 0..=4_i64)),
        weighted(0.5, select(&CATEGORIES[..])),
        status,
    )
        .prop_map(
            |(name, (scope, currency, direction, window), maxima, category, status)| {
                let (max_amount, max_count) = match (window, maxima) {
                    (LimitWindow::Transaction, (amount, _)) => (amount.or(Some("10")), None),
                    (_, (None, None)) => (Some("30"), None),
                    (_, maxima) => maxima,
                };
                let limit = NewLimit {
                    scope,
                    currency,
                    direction,
                    window,
                    max_amount,
                    max_count,
                    category,
                    status,
                };
                Action::CreateLimit(name, limit)
            },
        )
}

fn limit_edit(kind: Kind) -> impl Strategy<Value = LimitEdit> {
    let status = prop_oneof![3 => Just(LimitStatus::Active), 2 => Just(LimitStatus::Disabled)];
    (
        weighted(0.2, select(&NAMES[..])),
        weighted(0.5, weighted(0.8, select(maxima(kind)))),
        weighted(0.3, weighted(0.7, 0..=4_i64)),
        weighted(0.4, status),
    )
        .prop_map(|(name, max_amount, max_count, status)| LimitEdit {
            name,
            max_amount,
            max_count,
            status,
        })
}

fn maxima(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Large => &LARGE_MAXIMA,
        Kind::Everyday | Kind::Holds | Kind::Small | Kind::Limited => &MAXIMA,
    }
}
