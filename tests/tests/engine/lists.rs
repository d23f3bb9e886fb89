//! Every combination of filters and sorts against a list that is filtered and sorted by hand.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use service::money::{AmountText, Currency};
use service::query::{PageRequest, TransactionFilter, TransactionSort};
use service::record::{TransactionKind, TransactionStatus};
use service::value::{Timestamp, UserId};
use tests::{Engine, Random};
use uuid::Uuid;

use super::on_both_engines;
use super::service_under_test::Service;

/// Tables that are filled anew, and how many lists are read of each.
const CASES: u32 = 24;
const FILTERS: usize = 20;

/// Two of the ledger itself, and two users.
const OWNERS: [&str; 4] = ["", "", "ada", "bob"];
const CURRENCIES: [&str; 2] = ["JPY", "USD"];
const CATEGORIES: [Option<&str>; 3] = [None, Some("food"), Some("Straße")];

const SORTS: [TransactionSort; 6] = [
    TransactionSort::DateDescending,
    TransactionSort::DateAscending,
    TransactionSort::CreatedDescending,
    TransactionSort::CreatedAscending,
    TransactionSort::AmountDescending,
    TransactionSort::AmountAscending,
];

/// What differs between transactions; all else is the same.
#[derive(Clone, Debug)]
struct Row {
    number: u64,
    source: usize,
    destination: usize,
    currency: usize,
    kind: TransactionKind,
    status: TransactionStatus,
    amount: i64,
    day: i64,
    category: Option<&'static str>,
    has_reference: bool,
}

impl Row {
    /// Ids rise with the numbers.
    fn id(&self) -> Uuid {
        Uuid::from_u64_pair(self.number, 1)
    }

    fn reference(&self) -> Option<String> {
        self.has_reference.then(|| format!("ref {}", self.number))
    }

    fn touches_owner(&self, owner: &str) -> bool {
        OWNERS[self.source] == owner || OWNERS[self.destination] == owner
    }

    fn touches_account(&self, id: Uuid) -> bool {
        [self.source, self.destination]
            .map(|owner| account_id(owner, self.currency))
            .contains(&id)
    }

    /// The row as it is written in a statement.
    fn values(&self, engine: Engine) -> String {
        let text = |text: Option<String>| text.map_or("NULL".to_owned(), |text| format!("'{text}'"));
        let side = |owner: usize| {
            let id = engine.uuid(account_id(owner, self.currency));
            format!("{id}, '{}'", OWNERS[owner])
        };
        // What is searched is folded: Straße becomes strasse.
        let category = self.category.map(|name| name.to_lowercase().replace('ß', "ss"));
        let searched: Vec<String> = self.reference().into_iter().chain(category).collect();
        let searched = (!searched.is_empty()).then(|| searched.join("\n"));
        // The database keeps holds apart from what was posted.
        let is_hold = !matches!(self.status, TransactionStatus::Posted | TransactionStatus::Voided);
        let captured = if is_hold { "0" } else { "NULL" };
        format!(
            "(1, {}, '{}', '{}', {}, {}, {}, '{}', {}, {}, {}, {}, {captured}, '{{}}', 1, 0, 0, 1, 1)",
            engine.uuid(self.id()),
            self.kind.as_str(),
            self.status.as_str(),
            side(self.source),
            side(self.destination),
            self.amount,
            CURRENCIES[self.currency],
            self.day,
            text(self.category.map(str::to_owned)),
            text(self.reference()),
            text(searched),
        )
    }
}

/// Two accounts of each owner: the first holds yen, the second dollars.
fn account_id(owner: usize, currency: usize) -> Uuid {
    let number = u64::try_from(owner * 2 + currency).expect("a small number");
    Uuid::from_u64_pair(7, number)
}

fn row() -> impl Strategy<Value = Row> {
    let sides = (0..4_usize, 1..4_usize, 0..2_usize);
    let kinds = (select(TransactionKind::ALL), select(TransactionStatus::ALL));
    let rest = (1..5_i64, 0..4_i64, select(&CATEGORIES[..]), any::<bool>());
    (0..10_000_u64, sides, kinds, rest).prop_map(
        |(number, (source, distance, currency), (kind, status), (amount, day, category, has_reference))| Row {
            number,
            source,
            destination: (source + distance) % OWNERS.len(),
            currency,
            kind,
            status,
            amount,
            day,
            category,
            has_reference,
        },
    )
}

fn filter() -> impl Strategy<Value = TransactionFilter> {
    let maybe = |chance, bound: i64| proptest::option::weighted(chance, 0..bound);
    let whose = (maybe(0.5, 3), maybe(0.5, 8), select(&SORTS[..]));
    let what = (
        maybe(0.2, 3),
        maybe(0.3, 3),
        maybe(0.6, 2),
        maybe(0.2, 2),
        maybe(0.1, 10_000),
        any::<bool>(),
    );
    let bounds = (maybe(0.3, 4), maybe(0.3, 5), maybe(0.3, 6), maybe(0.3, 6));
    (whose, what, bounds).prop_map(|((user, account, sort), what, (from, to, min, max))| {
        let (kind, status, currency, category, reference, searches) = what;
        let index = |number: i64| usize::try_from(number).expect("a place");
        let currency = currency.map(|number| Currency::parse(CURRENCIES[index(number)]).expect("a currency"));
        let amount = |number: i64| {
            let shown = currency?.format(number.into());
            Some(AmountText::parse(&shown).expect("an amount"))
        };
        let can_sort = !is_by_amount(sort) || (currency.is_some() && (user.is_some() || account.is_some()));
        TransactionFilter {
            user_id: user.map(|number| UserId::parse(["ada", "bob", "nobody"][index(number)]).expect("a user's id")),
            account_id: account.map(|number| account_id(index(number / 2), index(number % 2))),
            kind: kind.map(|number| TransactionKind::ALL[index(number)]),
            statuses: status.map_or(Vec::new(), |number| TransactionStatus::ALL[..index(number)].to_vec()),
            currency,
            category: category.map(|number| ["food", "Straße"][index(number)].to_owned()),
            reference: reference.map(|number| format!("ref {number}")),
            from: from.map(Timestamp::from_micros),
            to: to.map(Timestamp::from_micros),
            min_amount: min.and_then(amount),
            max_amount: max.and_then(amount),
            words: if searches {
                vec!["STRASSE".to_owned()]
            } else {
                Vec::new()
            },
            sort: if can_sort {
                sort
            } else {
                TransactionSort::DateDescending
            },
        }
    })
}

fn is_by_amount(sort: TransactionSort) -> bool {
    matches!(
        sort,
        TransactionSort::AmountDescending | TransactionSort::AmountAscending
    )
}

/// The list as the contract describes it.
fn expected(rows: &[Row], filter: &TransactionFilter) -> Vec<Uuid> {
    let minor = |amount: &AmountText| amount.minor_units(filter.currency.expect("needed by amounts"));
    let is_least = |row: &Row, amount: &AmountText| minor(amount).is_ok_and(|least| row.amount >= least);
    let is_most = |row: &Row, amount: &AmountText| minor(amount).is_ok_and(|most| row.amount <= most);
    let shows = |row: &&Row| {
        filter.user_id.as_ref().is_none_or(|id| row.touches_owner(id.as_str()))
            && filter.account_id.is_none_or(|id| row.touches_account(id))
            && filter.kind.is_none_or(|kind| kind == row.kind)
            && (filter.statuses.contains(&row.status)
                || (filter.statuses.is_empty() && row.status != TransactionStatus::Voided))
            && filter
                .currency
                .is_none_or(|currency| currency.code.as_str() == CURRENCIES[row.currency])
            && filter.category.as_deref().is_none_or(|name| row.category == Some(name))
            && filter
                .reference
                .as_ref()
                .is_none_or(|name| row.reference().as_ref() == Some(name))
            && filter.from.is_none_or(|from| row.day >= from.micros())
            && filter.to.is_none_or(|to| row.day < to.micros())
            && filter.min_amount.as_ref().is_none_or(|amount| is_least(row, amount))
            && filter.max_amount.as_ref().is_none_or(|amount| is_most(row, amount))
            && (filter.words.is_empty() || row.category == Some("Straße"))
    };
    let key = |row: &Row| match filter.sort {
        TransactionSort::DateDescending | TransactionSort::DateAscending => row.day,
        TransactionSort::CreatedDescending | TransactionSort::CreatedAscending => 0,
        TransactionSort::AmountDescending | TransactionSort::AmountAscending => row.amount,
    };
    let mut shown: Vec<_> = rows.iter().filter(shows).map(|row| (key(row), row.id())).collect();
    shown.sort_unstable();
    if matches!(
        filter.sort,
        TransactionSort::DateDescending | TransactionSort::CreatedDescending | TransactionSort::AmountDescending
    ) {
        shown.reverse();
    }
    shown.into_iter().map(|(_, id)| id).collect()
}

async fn make_accounts(service: &Service) {
    let engine = service.database.engine();
    for (owner, name) in OWNERS.iter().enumerate() {
        for (currency, code) in CURRENCIES.iter().enumerate() {
            let id = engine.uuid(account_id(owner, currency));
            let statement = format!(
                "INSERT INTO accounts (ledger_id, id, owner, name, currency, balance, held_out, held_in, status, seq,
                    metadata, version, created_at, updated_at, position)
                    VALUES (1, {id}, '{name}', 'account {owner}', '{code}', 0, 0, 0, 'open', 0, '{{}}', 1, 0, 0, 1)"
            );
            service.database.execute(&statement).await;
        }
    }
}

async fn fill(service: &Service, rows: &[Row]) {
    service.database.execute("DELETE FROM transactions").await;
    let rows: Vec<String> = rows.iter().map(|row| row.values(service.database.engine())).collect();
    let statement = format!(
        "INSERT INTO transactions (ledger_id, id, kind, status, source_account_id, source_owner, destination_account_id,
            destination_owner, amount, currency, transaction_date, category, reference, search_text, captured, metadata, version,
            created_at, updated_at, first_position, position) VALUES {}",
        rows.join(", ")
    );
    service.database.execute(&statement).await;
}

async fn walk(service: &Service, filter: &TransactionFilter, limit: u32) -> Vec<Uuid> {
    let mut ids = Vec::new();
    let mut cursor = None;
    loop {
        let request = PageRequest { limit, cursor };
        let page = service
            .daybook
            .list_transactions(&service.ledger, filter, &request)
            .await;
        let page = page.expect("the database answers");
        ids.extend(page.data.iter().map(|record| record.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return ids;
        }
    }
}

async fn a_walk_shows_what_the_filters_let_through_in_order(engine: Engine) {
    let Some(service) = Service::open(engine, |_| ()).await else {
        return;
    };
    make_accounts(&service).await;
    let config = Config {
        rng_seed: RngSeed::Fixed(Random::announced().bits()),
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let rows = prop::collection::vec(row(), 1..120);
    let filters = prop::collection::vec((filter(), 1_u32..40), FILTERS);
    for _ in 0..CASES {
        let rows = rows.new_tree(&mut runner).expect("rows are made").current();
        let mut numbers = BTreeSet::new();
        let rows: Vec<Row> = rows.into_iter().filter(|row| numbers.insert(row.number)).collect();
        fill(&service, &rows).await;
        let filters = filters.new_tree(&mut runner).expect("filters are made").current();
        for (filter, limit) in filters {
            let walked = walk(&service, &filter, limit).await;
            assert_eq!(walked, expected(&rows, &filter), "{filter:?} of {rows:?}");
        }
    }
    service.close().await;
}

on_both_engines!(a_walk_shows_what_the_filters_let_through_in_order);
