//! Random steps: what is asked for, in small spaces so that steps meet each other.

mod actions;
mod closings;
mod days;
mod holds;
mod keys;
mod limits;
mod lists;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use service::record::{AccountStatus, Role};

use actions::action;
use closings::closed_money;
use days::day_step;
use holds::held_money;
use limits::{LIMITED_AMOUNTS, LIMITED_DATES, limited_money};
use lists::listed_money;

pub(crate) use keys::KeyName;
pub(crate) use limits::{LimitEdit, LimitScope, NewLimit};
pub(crate) use lists::Item;

/// Users are numbered, and called so.
pub(crate) const USERS: [&str; 3] = ["ada", "bo", "cy"];
/// Currencies with two, no and three decimals, and those that a ledger may make for itself.
pub(crate) const CURRENCIES: [(&str, usize); 5] = [("USD", 2), ("JPY", 0), ("KWD", 3), ("GOLD_PT", 4), ("HOURS", 1)];
/// So many of them are there without being made.
pub(crate) const GIVEN_CURRENCIES: usize = 3;
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
pub(crate) const CATEGORIES: [&str; 2] = ["food", "salary"];
/// The number of what does not exist.
pub(crate) const UNKNOWN: usize = usize::MAX;

/// The members that any transaction may have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    pub(crate) amount: &'static str,
    pub(crate) date: Option<&'static str>,
    pub(crate) description: Option<&'static str>,
    pub(crate) category: Option<&'static str>,
    pub(crate) reference: Option<&'static str>,
    pub(crate) colour: Option<&'static str>,
    pub(crate) hold: Option<NewHold>,
}

/// What makes a hold of a new transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewHold {
    /// The phase at whose beginning it is over.
    pub(crate) expires_in: Option<usize>,
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
    /// The hold, how much of it, and whether the rest is given up.
    Capture(usize, Option<&'static str>, bool),
    VoidHold(usize),
    /// The hold, and the phase at whose beginning it is over.
    Extend(usize, usize),
    Expire(usize),
    PutUser(usize, &'static str, Option<usize>, Option<&'static str>),
    PatchUser(usize, Option<&'static str>, Option<usize>, Option<Option<&'static str>>),
    CreateAccount(Option<usize>, &'static str, usize, Option<&'static str>),
    UpdateAccount(
        usize,
        Option<Option<&'static str>>,
        Option<AccountStatus>,
        Option<&'static str>,
    ),
    /// The transactions, and whether they are recorded all or none.
    List(Vec<Item>, bool),
    /// The last day that is closed.
    Close(Option<&'static str>),
    /// The currency, what it is called, and whether it is asked for at another exponent than it has.
    CreateCurrency(usize, &'static str, bool),
    /// What it is called, and all else that it has.
    CreateLimit(&'static str, NewLimit),
    UpdateLimit(usize, LimitEdit),
    DeleteLimit(usize),
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
    /// Sends an earlier request again instead, counted back from the last; each transaction of a list is one too.
    pub(crate) again: Option<usize>,
}

impl Step {
    /// Asks for something without conditions.
    pub(crate) fn of(action: Action) -> Self {
        Self {
            action,
            expectation: Expectation::Any,
            key: None,
            dry_run: false,
            again: None,
        }
    }
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
    /// Little money, most of it in holds.
    Holds,
    /// Little money, most of it moved.
    Small,
    /// Little money, moved as far as spending limits allow.
    Limited,
}

/// Phases, one after the other.
pub(crate) fn phases(count: usize, steps_max: usize) -> impl Strategy<Value = Vec<Phase>> {
    let of = move |kind| vec(vec(step(action(kind)), 1..=steps_max), 1..=count);
    // Long enough for time to pass.
    let holds = held_money(count.saturating_mul(3), steps_max);
    // Long enough for what a large batch does in another way than a small one.
    let days = vec(vec(day_step(), 1..=steps_max.saturating_mul(4)), 1..=count);
    let lists = listed_money(count, steps_max);
    let closings = closed_money(count.saturating_mul(2), steps_max);
    // Long enough for what is used in one batch to matter.
    let limits = limited_money(Kind::Limited, count, steps_max.saturating_mul(3));
    prop_oneof![
        3 => of(Kind::Everyday),
        1 => of(Kind::Large),
        2 => holds,
        1 => days,
        2 => lists,
        2 => closings,
        4 => limits,
    ]
}

/// Those, and what only the core answers as the model does: a database finds some sums too large after the limits.
pub(crate) fn phases_of_core(count: usize, steps_max: usize) -> impl Strategy<Value = Vec<Phase>> {
    prop_oneof![
        9 => phases(count, steps_max),
        1 => limited_money(Kind::Large, count, steps_max),
    ]
}

fn step(action: impl Strategy<Value = Action>) -> impl Strategy<Value = Step> {
    let expectation = prop_oneof![
        12 => Just(Expectation::Any),
        1 => Just(Expectation::Exists),
        1 => Just(Expectation::Absent),
        3 => (-1..=1_i64).prop_map(Expectation::Version),
    ];
    let key = weighted(0.4, 0..4_u8);
    let dry_run = prop::bool::weighted(0.1);
    (action, expectation, key, dry_run, weighted(0.1, 0..8_usize)).prop_map(
        |(action, expectation, key, dry_run, again)| Step {
            action,
            expectation,
            key,
            dry_run,
            again,
        },
    )
}
