//! The core by itself: every decision is the model's, and a batch decides as its commands would one by one.

use std::collections::BTreeMap;

use proptest::test_runner::{Config, RngSeed, TestRunner};
use service::ledger::Ids;
use service::money::CurrencyCode;
use tests::Random;
use uuid::Uuid;

use super::binding::Binding;
use super::clock::time_of;
use super::model::{Asked, Model};
use super::request::request;
use super::steps::{Phase, phases};
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
    let outcome = TestRunner::new(config).run(&phases(4, 10), |phases| {
        play(&phases);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

fn play(phases: &[Phase]) {
    let (mut alone, mut together) = (Store::new(), Store::new());
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
        let mut ids = Ids::new(now, 7);
        for ((asked, request), in_batch) in history[began..].iter().zip(&requests).zip(batch) {
            let answer = alone.commit(std::slice::from_ref(request), now, &mut ids).remove(0);
            assert_eq!(answer, in_batch, "alone, then in the batch");
            binding.check(&model.ask(asked, now), &answer);
        }
        assert_eq!(
            format!("{alone:#?}"),
            format!("{together:#?}"),
            "alone, then in the batch"
        );
        check(&alone);
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
}
