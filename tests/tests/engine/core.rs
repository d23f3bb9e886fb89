//! The core by itself: every decision is the model's, a batch decides as its commands would one by one, and a list as its
//! items would.

use std::collections::BTreeMap;

use proptest::test_runner::{Config, RngSeed, TestRunner};
use service::ledger::{Command, Ids, Precondition, Request};
use service::money::CurrencyCode;
use service::value::Timestamp;
use service::{Answer, LedgerError};
use tests::Random;
use uuid::Uuid;

use super::binding::Binding;
use super::clock::time_of;
use super::closed_past::check_closed_past;
use super::model::{Asked, Model};
use super::request::request;
use super::steps::{Phase, phases_of_core};
use super::store::Store;

/// Random sequences.
const CASES: u32 = 300;

#[test]
fn the_core_decides_as_the_model_alone_and_in_batches_and_never_makes_money() {
    let config = Config {
        cases: CASES,
        rng_seed: RngSeed::Fixed(Random::announced().bits()),
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&phases_of_core(4, 10), |phases| {
        play(&phases);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

fn play(phases: &[Phase]) {
    let [mut alone, mut together, mut apart] = [(); 3].map(|()| Store::new());
    let (mut model, mut binding) = (Model::default(), Binding::default());
    let mut history: Vec<Asked> = Vec::new();
    for (number, phase) in phases.iter().enumerate() {
        let now = time_of(number);
        let began = history.len();
        for step in phase {
            let asked = model.resolve(step, &history);
            history.push(asked);
        }
        let requests: Vec<_> = history[began..].iter().map(|asked| request(asked, &binding)).collect();
        let mut ids = Ids::new(now, 7);
        let batch = together.commit(&requests, now, &mut ids);
        let [mut ids, mut ids_apart] = [(); 2].map(|()| Ids::new(now, 7));
        for ((asked, request), in_batch) in history[began..].iter().zip(&requests).zip(batch) {
            let answer = alone.commit(std::slice::from_ref(request), now, &mut ids).remove(0);
            assert_eq!(answer, in_batch, "alone, then in the batch");
            commit_apart(&mut apart, request, &answer, now, &mut ids_apart);
            binding.check(&model.ask(asked, now), &answer);
        }
        let left = format!("{alone:#?}");
        assert_eq!(left, format!("{together:#?}"), "alone, then in the batch");
        assert_eq!(left, format!("{apart:#?}"), "as lists, then as their items");
        check(&alone);
    }
}

/// Asks for the items of a list one by one instead, where that is the same: it is kept, and not remembered as a whole.
fn commit_apart(
    store: &mut Store,
    request: &Request,
    answer: &Result<Answer, LedgerError>,
    now: Timestamp,
    ids: &mut Ids,
) {
    let whole = [request.clone()];
    let (Command::CreateTransactions(list), Ok(answer), None, false) =
        (&request.command, answer, &request.idempotency, request.dry_run)
    else {
        assert_eq!(store.commit(&whole, now, ids).first(), Some(answer));
        return;
    };
    assert_eq!(list.items.len(), answer.items.len());
    for (item, in_list) in list.items.iter().zip(&answer.items) {
        let by_itself = Request {
            command: Command::CreateTransaction(item.command.clone()),
            precondition: Precondition::Any,
            idempotency: item.idempotency.clone(),
            ..request.clone()
        };
        let answers = store.commit(&[by_itself], now, ids);
        assert_eq!(answers.first(), Some(in_list), "by itself, then in the list");
    }
}

/// What holds after every batch.
fn check(store: &Store) {
    let mut sums: BTreeMap<CurrencyCode, i128> = BTreeMap::new();
    for account in store.accounts.values() {
        *sums.entry(account.currency.code).or_default() += i128::from(account.balance);
    }
    assert!(sums.values().all(|sum| *sum == 0), "money was made: {sums:?}");
    for (id, held) in store.recount_held() {
        let account = &store.accounts[&id];
        assert_eq!([account.held_out, account.held_in].map(i128::from), held, "{account:?}");
    }
    let mut newest: BTreeMap<Uuid, (i64, i64)> = BTreeMap::new();
    for entry in &store.entries {
        let (seq, balance) = newest.entry(entry.account_id).or_default();
        *seq += 1;
        *balance += entry.amount;
        assert_eq!((*seq, *balance), (entry.seq, entry.balance), "{entry:?}");
    }
    for account in store.accounts.values() {
        let (seq, balance) = newest.get(&account.id).copied().unwrap_or_default();
        assert_eq!((seq, balance), (account.seq, account.balance), "{account:?}");
    }
    assert_eq!(store.kept_totals(), store.recount());
    check_closed_past(store.documents());
}
