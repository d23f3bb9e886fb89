//! Every combination of filters and sorts against a list that is filtered and sorted by hand.

use std::collections::BTreeSet;

use entity::{account, transaction};
use proptest::prelude::*;
use proptest::sample::select;
use sea_orm::{ActiveModelTrait, Database, DatabaseConnection, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::*;
use crate::money::CurrencyCode;
use crate::query::CurrencyCache;
use crate::record::{TransactionKind, TransactionStatus};
use crate::value::{Timestamp, UserId, fold};
use crate::{Ledger, query};

const OWNERS: [&str; 4] = ["", "", "ada", "bob"];
const CURRENCIES: [&str; 2] = ["JPY", "USD"];
const CATEGORIES: [Option<&str>; 3] = [None, Some("food"), Some("Straße")];

/// Two accounts of each owner: the first holds yen, the second dollars.
fn account_id(owner: usize, currency: usize) -> Uuid {
    Uuid::from_u64_pair(7, u64::try_from(owner.wrapping_mul(2).wrapping_add(currency)).unwrap())
}

fn account_row(owner: usize, currency: usize) -> account::Model {
    account::Model {
        ledger_id: 1,
        id: account_id(owner, currency),
        owner: OWNERS[owner].to_owned(),
        name: format!("account {owner}"),
        currency: CURRENCIES[currency].to_owned(),
        balance: 0,
        held_out: 0,
        held_in: 0,
        minimum_balance: None,
        status: "open".to_owned(),
        seq: 0,
        metadata: "{}".to_owned(),
        version: 1,
        created_at: 0,
        updated_at: 0,
        position: 1,
    }
}

/// What differs between transactions: number, source, destination, currency, kind, status, amount, day, category, and
/// whether it has a reference.
type Draft = (
    u64,
    usize,
    usize,
    usize,
    TransactionKind,
    TransactionStatus,
    i64,
    i64,
    usize,
    bool,
);

fn draft() -> impl Strategy<Value = Draft> {
    let kind = select(TransactionKind::ALL);
    let status = select(TransactionStatus::ALL);
    (
        0..10_000_u64,
        0..4_usize,
        1..4_usize,
        0..2_usize,
        kind,
        status,
        1..5_i64,
        0..4_i64,
        0..3_usize,
        any::<bool>(),
    )
}

fn transaction_row(draft: Draft) -> transaction::Model {
    let (number, source, distance, currency, kind, status, amount, day, category, has_reference) = draft;
    // The remainder by the four owners there are.
    let destination = source.wrapping_add(distance) & 3;
    let category = CATEGORIES[category].map(str::to_owned);
    let reference = has_reference.then(|| format!("ref {number}"));
    let searched = [&category, &reference]
        .map(|text| text.as_deref().unwrap_or_default())
        .join("\n");
    transaction::Model {
        ledger_id: 1,
        id: Uuid::from_u64_pair(number, 1),
        kind: kind.as_str().to_owned(),
        status: status.as_str().to_owned(),
        source_account_id: account_id(source, currency),
        source_owner: OWNERS[source].to_owned(),
        source_day_0: None,
        source_day_1: None,
        destination_account_id: account_id(destination, currency),
        destination_owner: OWNERS[destination].to_owned(),
        destination_day_0: None,
        destination_day_1: None,
        amount,
        currency: CURRENCIES[currency].to_owned(),
        transaction_date: day,
        description: None,
        search_text: (category.is_some() || reference.is_some()).then(|| fold(&searched)),
        category,
        reference,
        metadata: "{}".to_owned(),
        parent_id: None,
        version: 1,
        created_at: 0,
        updated_at: 0,
        first_position: 1,
        position: 1,
    }
}

fn filter() -> impl Strategy<Value = TransactionFilter> {
    let sorts = [
        TransactionSort::DateDescending,
        TransactionSort::DateAscending,
        TransactionSort::CreatedDescending,
        TransactionSort::CreatedAscending,
        TransactionSort::AmountDescending,
        TransactionSort::AmountAscending,
    ];
    let maybe = |chance, bound: i64| proptest::option::weighted(chance, 0..bound);
    let whose = (maybe(0.5, 3), maybe(0.5, 8), select(sorts.to_vec()));
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
        let index = |number: i64| usize::try_from(number).unwrap();
        let currency = currency.map(|number| Currency::parse(CURRENCIES[index(number)]).unwrap());
        let amount = |number: i64| currency.map(|currency| AmountText::parse(&currency.format(number.into())).unwrap());
        let by_amount = SortKey::from(sort) == SortKey::Amount;
        let can_sort = !by_amount || (currency.is_some() && (user.is_some() || account.is_some()));
        TransactionFilter {
            user_id: user.map(|number| UserId::parse(["ada", "bob", "nobody"][index(number)]).unwrap()),
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

/// The list as the contract describes it.
fn expected(rows: &[transaction::Model], filter: &TransactionFilter) -> Vec<Uuid> {
    let minor = |amount: &Option<AmountText>| {
        let currency = filter.currency.unwrap();
        amount.as_ref().map(|amount| amount.minor_units(currency).unwrap())
    };
    let shows = |row: &&transaction::Model| {
        let touches = |id: &str| row.source_owner == id || row.destination_owner == id;
        let statuses: Vec<&str> = filter.statuses.iter().map(|status| status.as_str()).collect();
        filter.user_id.as_ref().is_none_or(|id| touches(id.as_str()))
            && filter
                .account_id
                .is_none_or(|id| row.source_account_id == id || row.destination_account_id == id)
            && filter.kind.is_none_or(|kind| kind.as_str() == row.kind)
            && (if statuses.is_empty() {
                row.status != "voided"
            } else {
                statuses.contains(&row.status.as_str())
            })
            && filter
                .currency
                .is_none_or(|currency| currency.code.as_str() == row.currency)
            && filter
                .category
                .as_ref()
                .is_none_or(|category| row.category.as_ref() == Some(category))
            && filter
                .reference
                .as_ref()
                .is_none_or(|reference| row.reference.as_ref() == Some(reference))
            && filter.from.is_none_or(|from| row.transaction_date >= from.micros())
            && filter.to.is_none_or(|to| row.transaction_date < to.micros())
            && (filter.min_amount.is_none() || minor(&filter.min_amount).is_none_or(|min| row.amount >= min))
            && (filter.max_amount.is_none() || minor(&filter.max_amount).is_none_or(|max| row.amount <= max))
            && (filter.words.is_empty() || row.category.as_deref() == Some("Straße"))
    };
    let key = SortKey::from(filter.sort);
    let mut shown: Vec<_> = rows.iter().filter(shows).map(|row| key.position(row)).collect();
    shown.sort_unstable();
    if matches!(
        filter.sort,
        TransactionSort::DateDescending | TransactionSort::CreatedDescending | TransactionSort::AmountDescending
    ) {
        shown.reverse();
    }
    shown.into_iter().map(|(_, id)| id).collect()
}

/// A database in memory, on the one connection that it lives in.
async fn database(rows: &[transaction::Model]) -> DatabaseConnection {
    let db = Database::connect("sqlite::memory:").await.unwrap();
    migration::up(&db).await.unwrap();
    for owner in 0..OWNERS.len() {
        for currency in 0..CURRENCIES.len() {
            account_row(owner, currency)
                .into_active_model()
                .insert(&db)
                .await
                .unwrap();
        }
    }
    let models = rows.iter().cloned().map(IntoActiveModel::into_active_model);
    transaction::Entity::insert_many(models)
        .exec_without_returning(&db)
        .await
        .unwrap();
    db
}

async fn walk(db: &DatabaseConnection, filter: &TransactionFilter, limit: u32) -> Vec<Uuid> {
    let ledger = Ledger {
        id: 1,
        name: "main".to_owned(),
        default_currency: CurrencyCode::USD,
        secret: [0; 32],
    };
    let reader = query::Reader {
        db,
        ledger: &ledger,
        currency_cache: &CurrencyCache::new(),
    };
    let mut ids = Vec::new();
    let mut cursor = None;
    loop {
        let page = reader
            .list_transactions(filter, &PageRequest { limit, cursor })
            .await
            .unwrap();
        ids.extend(page.data.iter().map(|record| record.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return ids;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_walk_shows_what_the_filters_let_through_in_order(
        drafts in prop::collection::vec(draft(), 1..120),
        filters in prop::collection::vec((filter(), 1_u32..40), 20),
    ) {
        let mut numbers = BTreeSet::new();
        let drafts = drafts.into_iter().filter(|draft| numbers.insert(draft.0));
        let rows: Vec<_> = drafts.map(transaction_row).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let db = database(&rows).await;
            for (filter, limit) in filters {
                prop_assert_eq!(walk(&db, &filter, limit).await, expected(&rows, &filter), "{:?}", filter);
            }
            Ok(())
        })?;
    }
}
