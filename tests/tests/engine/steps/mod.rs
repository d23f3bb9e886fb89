//! Random steps: what is asked for, in small spaces so that steps meet each other.

use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use service::record::{AccountStatus, Role};

/// Users are numbered, and called so.
pub(crate) const USERS: [&str; 3] = ["ada", "bo", "cy"];
/// Currencies with two, no and three decimals.
pub(crate) const CURRENCIES: [(&str, usize); 3] = [("USD", 2), ("JPY", 0), ("KWD", 3)];
/// Zones with days far apart, one that skipped a day and one that turns its clock back at midnight.
pub(crate) const ZONES: [&str; 5] = [
    "UTC",
    "Pacific/Kiritimati",
    "America/New_York",
    "Pacific/Apia",
    "Asia/Beirut",
];
/// Close to midnight somewhere, and to the day that Samoa skipped.
pub(crate) const DATES: [&str; 6] = [
    "2026-01-31T23:59:59.999999Z",
    "2026-02-01T00:00:00Z",
    "2026-01-31T10:30:00Z",
    "2011-12-30T09:59:00Z",
    "1969-12-31T23:30:00Z",
    "2026-02-01T04:30:00Z",
];
/// The number of what does not exist.
pub(crate) const UNKNOWN: usize = usize::MAX;

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
const MINIMUMS: [&str; 3] = ["0", "-5", "-100.50"];
const TEXTS: [&str; 3] = ["", "rent", "Miete für März"];

/// The members that any transaction may have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    pub(crate) amount: &'static str,
    pub(crate) date: Option<&'static str>,
    pub(crate) description: Option<&'static str>,
    pub(crate) category: Option<&'static str>,
    pub(crate) reference: Option<&'static str>,
    pub(crate) colour: Option<&'static str>,
}

/// Changes of a transaction; `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edit {
    pub(crate) amount: Option<&'static str>,
    /// 0 credit, 1 debit, 2 transfer.
    pub(crate) kind: Option<usize>,
    pub(crate) date: Option<&'static str>,
    pub(crate) description: Option<Option<&'static str>>,
    pub(crate) category: Option<Option<&'static str>>,
    pub(crate) reference: Option<Option<&'static str>>,
    pub(crate) colour: Option<Option<&'static str>>,
}

/// What is asked for; users, accounts and transactions by number, in the order in which they were made.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Credit(usize, Option<&'static str>, Option<usize>, Details),
    Debit(usize, Option<&'static str>, Option<usize>, Details),
    Transfer(usize, usize, Option<usize>, Details),
    Edit(usize, Edit),
    Void(usize),
    Restore(usize),
    Refund(usize, Option<&'static str>),
    PutUser(usize, &'static str, Option<usize>, Option<&'static str>),
    PatchUser(usize, Option<&'static str>, Option<usize>, Option<Option<&'static str>>),
    CreateAccount(Option<usize>, &'static str, usize, Option<&'static str>),
    UpdateAccount(
        usize,
        Option<Option<&'static str>>,
        Option<AccountStatus>,
        Option<&'static str>,
    ),
    CreateKey(&'static str, Role),
    /// The key, and the role of whoever revokes it.
    RevokeKey(usize, Role),
}

/// The state that the caller expects.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expectation {
    Any,
    Exists,
    Absent,
    /// The version when the step is worked out, and so much more.
    Version(i64),
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) action: Action,
    pub(crate) expectation: Expectation,
    pub(crate) key: Option<u8>,
    pub(crate) dry_run: bool,
    /// Sends an earlier request again instead, counted back from the last.
    pub(crate) again: Option<usize>,
}

/// Steps that are worked out before the first of them is sent.
pub(crate) type Phase = Vec<Step>;

/// What the steps of one sequence have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Everyday,
    /// Sums pass what can be held. Time zones stay and accounts have no minimum: what a grouping holds that is being
    /// filled, and which of two refusals comes first where the database finds one of them, is no business of a model.
    Large,
}

/// Phases, one after the other.
pub(crate) fn phases(count: usize, steps_max: usize) -> impl Strategy<Value = Vec<Phase>> {
    let of = move |kind| vec(vec(step(kind), 1..=steps_max), 1..=count);
    // Long enough for what a large batch does in another way than a small one.
    let days = vec(vec(day_step(), 1..=steps_max.saturating_mul(4)), 1..=count);
    prop_oneof![3 => of(Kind::Everyday), 1 => of(Kind::Large), 1 => days]
}

/// One user's transactions move from day to day, so that in one batch days lose some and gain others.
fn day_step() -> impl Strategy<Value = Step> {
    let date = || select(&DATES[..]);
    let number = || 0..30_usize;
    let create = date().prop_map(|date| {
        let details = Details {
            amount: "1",
            date: Some(date),
            ..Details::default()
        };
        Action::Credit(0, None, Some(0), details)
    });
    let redate = (number(), date()).prop_map(|(transaction, date)| {
        let edit = Edit {
            date: Some(date),
            ..Edit::default()
        };
        Action::Edit(transaction, edit)
    });
    let action = prop_oneof![
        4 => create,
        6 => redate,
        1 => number().prop_map(Action::Void),
        1 => number().prop_map(Action::Restore),
    ];
    action.prop_map(|action| Step {
        action,
        expectation: Expectation::Any,
        key: None,
        dry_run: false,
        again: None,
    })
}

fn step(kind: Kind) -> impl Strategy<Value = Step> {
    let expectation = prop_oneof![
        12 => Just(Expectation::Any),
        1 => Just(Expectation::Exists),
        1 => Just(Expectation::Absent),
        3 => (-1..=1_i64).prop_map(Expectation::Version),
    ];
    let key = weighted(0.4, 0..4_u8);
    let dry_run = prop::bool::weighted(0.1);
    (action(kind), expectation, key, dry_run, weighted(0.1, 0..6_usize)).prop_map(
        |(action, expectation, key, dry_run, again)| Step {
            action,
            expectation,
            key,
            dry_run,
            again,
        },
    )
}

fn action(kind: Kind) -> impl Strategy<Value = Action> {
    let number = || 0..8_usize;
    let zone = move || everyday(kind, 0..ZONES.len());
    let details = move || details(kind);
    let role = || select(Role::ALL);
    let user = || 0..USERS.len();
    let account = || of(select(&NAMES[..2]));
    let currency = || of(0..CURRENCIES.len());
    prop_oneof![
        6 => (user(), account(), currency(), details())
            .prop_map(|(user, account, currency, details)| Action::Credit(user, account, currency, details)),
        4 => (user(), account(), currency(), details())
            .prop_map(|(user, account, currency, details)| Action::Debit(user, account, currency, details)),
        4 => (number(), number(), weighted(0.2, 0..CURRENCIES.len()), details())
            .prop_map(|(source, destination, currency, details)| {
                Action::Transfer(source, destination, currency, details)
            }),
        7 => (number(), edit(kind)).prop_map(|(transaction, edit)| Action::Edit(transaction, edit)),
        3 => number().prop_map(Action::Void),
        2 => number().prop_map(Action::Restore),
        5 => (number(), of(select(amounts(kind))))
            .prop_map(|(transaction, amount)| Action::Refund(transaction, amount)),
        2 => (user(), select(&["Ada", "Bo"][..]), zone(), of(Just("a@example.org")))
            .prop_map(|(user, name, zone, email)| Action::PutUser(user, name, zone, email)),
        2 => (user(), of(select(&["Ada", "Cy"][..])), zone(), of(of(Just("c@example.org"))))
            .prop_map(|(user, name, zone, email)| Action::PatchUser(user, name, zone, email)),
        3 => (of(user()), select(&NAMES[..]), 0..CURRENCIES.len(), everyday(kind, select(&MINIMUMS[..])))
            .prop_map(|(user, name, currency, minimum)| Action::CreateAccount(user, name, currency, minimum)),
        3 => update_account(kind),
        1 => (select(&["shop", "till"][..]), role()).prop_map(|(name, role)| Action::CreateKey(name, role)),
        1 => (number(), select(&[Role::Admin, Role::Operator][..]))
            .prop_map(|(key, by)| Action::RevokeKey(key, by)),
    ]
}

/// Half of the time something, where it is a matter of every day.
fn everyday<S>(kind: Kind, what: S) -> BoxedStrategy<Option<S::Value>>
where
    S: Strategy + 'static,
    S::Value: Clone,
{
    match kind {
        Kind::Everyday => of(what).boxed(),
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

fn amounts(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Everyday => &AMOUNTS,
        Kind::Large => &LARGE_AMOUNTS,
    }
}

fn details(kind: Kind) -> impl Strategy<Value = Details> {
    (
        select(amounts(kind)),
        weighted(0.8, select(&DATES[..])),
        of(select(&TEXTS[..])),
        of(select(&["food", "salary"][..])),
        weighted(0.3, select(&["r1", "r2", "r3"][..])),
        weighted(0.3, select(&TEXTS[1..])),
    )
        .prop_map(|(amount, date, description, category, reference, colour)| Details {
            amount,
            date,
            description,
            category,
            reference,
            colour,
        })
}

fn edit(kind: Kind) -> impl Strategy<Value = Edit> {
    (
        weighted(0.4, select(amounts(kind))),
        weighted(0.3, 0..3_usize),
        weighted(0.3, select(&DATES[..])),
        weighted(0.3, of(select(&TEXTS[..]))),
        weighted(0.3, of(select(&["food", "salary"][..]))),
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
