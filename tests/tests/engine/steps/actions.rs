//! What is asked for at random, by what the steps of a sequence have in common.

use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use service::record::{AccountStatus, Role};

use super::closings::close;
use super::holds::{hold_action, new_hold};
use super::lists::list;
use super::{
    Action, CATEGORIES, CURRENCIES, DATES, Details, Edit, GIVEN_CURRENCIES, Kind, LIMITED_AMOUNTS, LIMITED_DATES,
    USERS, ZONES,
};

const NAMES: [&str; 4] = ["main", "savings", "fees", "world"];
/// Amounts of every day, and those whose sums come near what an account and a day's total can hold: 2^63−1 minor units
/// of the dollar, half of it, and the same of the yen.
const AMOUNTS: [&str; 8] = ["1", "20.5", "20.50", "7.125", "0.01", "0", "1000", "333333333.3"];
const LARGE_AMOUNTS: [&str; 6] = [
    "92233720368547758.07",
    "46116860184273879.04",
    "9223372036854775807",
    "4611686018427387904",
    "1",
    "0.01",
];
/// Holds of which several fit into another, and what is more than most have.
const HOLD_AMOUNTS: [&str; 6] = ["1", "2", "5", "20.5", "0.01", "100"];
const MINIMUMS: [&str; 3] = ["0", "-5", "-100.50"];
const TEXTS: [&str; 3] = ["", "rent", "Miete für März"];

/// Anything.
pub(super) fn action(kind: Kind) -> impl Strategy<Value = Action> {
    let number = || 0..8_usize;
    let zone = move || everyday(kind, 0..ZONES.len());
    let role = || select(Role::ALL);
    let user = || 0..USERS.len();
    prop_oneof![
        14 => creation(kind),
        4 => list(creation(kind)),
        7 => (number(), edit(kind)).prop_map(|(transaction, edit)| Action::Edit(transaction, edit)),
        3 => number().prop_map(Action::Void),
        2 => number().prop_map(Action::Restore),
        5 => (number(), of(select(amounts(kind))))
            .prop_map(|(transaction, amount)| Action::Refund(transaction, amount)),
        6 => hold_action(kind, || 0..8),
        2 => (user(), select(&["Ada", "Bo"][..]), zone(), of(Just("a@example.org")))
            .prop_map(|(user, name, zone, email)| Action::PutUser(user, name, zone, email)),
        2 => (user(), of(select(&["Ada", "Cy"][..])), zone(), of(of(Just("c@example.org"))))
            .prop_map(|(user, name, zone, email)| Action::PatchUser(user, name, zone, email)),
        3 => (of(user()), select(&NAMES[..]), 0..CURRENCIES.len(), everyday(kind, select(&MINIMUMS[..])))
            .prop_map(|(user, name, currency, minimum)| Action::CreateAccount(user, name, currency, minimum)),
        3 => update_account(kind),
        1 => close(),
        3 => (GIVEN_CURRENCIES..CURRENCIES.len(), select(&["Points", "Points", "Hours"][..]), any::<bool>())
            .prop_map(|(currency, name, is_other)| Action::CreateCurrency(currency, name, is_other)),
        1 => (select(&["shop", "till"][..]), role()).prop_map(|(name, role)| Action::CreateKey(name, role)),
        1 => (number(), select(&[Role::Admin, Role::Operator][..]))
            .prop_map(|(key, by)| Action::RevokeKey(key, by)),
    ]
}

/// A new transaction; where there is little money, it is that of two users in one currency.
pub(super) fn creation(kind: Kind) -> BoxedStrategy<Action> {
    if matches!(kind, Kind::Holds | Kind::Small) {
        let user = || 0..2_usize;
        let account = || 0..3_usize;
        return prop_oneof![
            2 => (user(), details(kind)).prop_map(|(user, details)| Action::Credit(user, None, Some(0), details)),
            3 => (user(), details(kind)).prop_map(|(user, details)| Action::Debit(user, None, Some(0), details)),
            2 => (account(), account(), details(kind))
                .prop_map(|(source, destination, details)| Action::Transfer(source, destination, None, details)),
        ]
        .boxed();
    }
    let number = || 0..8_usize;
    let user = || 0..USERS.len();
    let account = || of(select(&NAMES[..2]));
    let currency = || of(0..CURRENCIES.len());
    prop_oneof![
        6 => (user(), account(), currency(), details(kind))
            .prop_map(|(user, account, currency, details)| Action::Credit(user, account, currency, details)),
        4 => (user(), account(), currency(), details(kind))
            .prop_map(|(user, account, currency, details)| Action::Debit(user, account, currency, details)),
        4 => (number(), number(), weighted(0.2, 0..CURRENCIES.len()), details(kind))
            .prop_map(|(source, destination, currency, details)| {
                Action::Transfer(source, destination, currency, details)
            }),
    ]
    .boxed()
}

/// Half of the time something, where it is a matter of every day.
fn everyday<S>(kind: Kind, what: S) -> BoxedStrategy<Option<S::Value>>
where
    S: Strategy + 'static,
    S::Value: Clone,
{
    match kind {
        Kind::Everyday | Kind::Holds | Kind::Small | Kind::Limited => of(what).boxed(),
        Kind::Large => Just(None).boxed(),
    }
}

fn update_account(kind: Kind) -> impl Strategy<Value = Action> {
    let minimum = everyday(kind, of(select(&["0", "-5", "10", "-100.50"][..])));
    let status = weighted(
        0.4,
        prop_oneof![
            3 => Just(AccountStatus::Open),
            2 => Just(AccountStatus::Frozen),
            1 => Just(AccountStatus::Closed),
        ],
    );
    let colour = weighted(0.2, select(&TEXTS[1..]));
    (0..8_usize, minimum, status, colour)
        .prop_map(|(account, minimum, status, colour)| Action::UpdateAccount(account, minimum, status, colour))
}

pub(super) fn amounts(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Everyday => &AMOUNTS,
        Kind::Large => &LARGE_AMOUNTS,
        Kind::Holds | Kind::Small => &HOLD_AMOUNTS,
        Kind::Limited => &LIMITED_AMOUNTS,
    }
}

fn dates(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Limited => &LIMITED_DATES,
        Kind::Everyday | Kind::Large | Kind::Holds | Kind::Small => &DATES,
    }
}

pub(super) fn details(kind: Kind) -> impl Strategy<Value = Details> {
    let held = match kind {
        Kind::Everyday | Kind::Small => 0.25,
        Kind::Limited => 0.15,
        Kind::Large => 0.4,
        Kind::Holds => 0.7,
    };
    (
        select(amounts(kind)),
        weighted(0.8, select(dates(kind))),
        of(select(&TEXTS[..])),
        of(select(&CATEGORIES[..])),
        weighted(0.3, select(&["r1", "r2", "r3"][..])),
        weighted(0.3, select(&TEXTS[1..])),
        weighted(held, new_hold()),
    )
        .prop_map(
            |(amount, date, description, category, reference, colour, hold)| Details {
                amount,
                date,
                description,
                category,
                reference,
                colour,
                hold,
            },
        )
}

pub(super) fn edit(kind: Kind) -> impl Strategy<Value = Edit> {
    (
        weighted(0.4, select(amounts(kind))),
        weighted(0.3, 0..3_usize),
        weighted(0.3, select(dates(kind))),
        weighted(0.3, of(select(&TEXTS[..]))),
        weighted(0.3, of(select(&CATEGORIES[..]))),
        weighted(0.3, of(select(&["r1", "r2", "r3"][..]))),
        weighted(0.3, of(select(&TEXTS[1..]))),
    )
        .prop_map(|(amount, kind, date, description, category, reference, colour)| Edit {
            amount,
            kind,
            date,
            description,
            category,
            reference,
            colour,
        })
}
