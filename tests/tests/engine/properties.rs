//! The whole service against the model, on both databases.

use proptest::test_runner::{Config, RngSeed, TestRunner};
use service::query::{Interval, StatisticsQuery};
use service::record::Record;
use service::value::Timestamp;
use tests::{Engine, Random};

use super::binding::{Binding, document};
use super::model::{Asked, Model};
use super::recount::{statistics, without_averages};
use super::request::{request, user_id};
use super::service_under_test::{Service, run};
use super::steps::{Phase, phases};

/// Random sequences for each database, of up to 45 commands; each is played twice.
const CASES: u32 = 8;
/// Most sequences that are tried to shorten one that failed.
const SHRINK_MAX: u32 = 100;

fn every_answer_and_every_row_is_the_models(engine: Engine) {
    let config = Config {
        cases: CASES,
        rng_seed: RngSeed::Fixed(Random::announced().bits()),
        failure_persistence: None,
        max_shrink_iters: SHRINK_MAX,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&phases(3, 15), |phases| {
        run(async {
            for batch_max in [1, 500] {
                play(engine, batch_max, &phases).await;
            }
        });
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Plays the phases: command by command where a batch has one, else each phase in one burst.
async fn play(engine: Engine, batch_max: usize, phases: &[Phase]) {
    let Some(service) = Service::open(engine, batch_max).await else {
        return;
    };
    let (mut model, mut binding) = (Model::default(), Binding::default());
    let mut history: Vec<Asked> = Vec::new();
    for phase in phases {
        let began = history.len();
        for step in phase {
            let asked = model.resolve(step, &history);
            history.push(asked);
        }
        let mut requests: Vec<_> = history[began..].iter().map(|asked| request(asked, &binding)).collect();
        let mut answers = Vec::new();
        if batch_max == 1 {
            for request in requests.drain(..) {
                answers.push(service.submit(request).await);
            }
        } else {
            answers = service.submit_together(requests).await;
        }
        assert_eq!(answers.len(), phase.len());
        for (asked, answer) in history[began..].iter().zip(answers) {
            // A transaction without a date has that of its recording, which its answer alone tells.
            let now = match answer.as_ref().map(|answer| &answer.record) {
                Ok(Record::Transaction(record)) => record.created_at,
                _ => Timestamp::from_micros(0),
            };
            binding.check(&model.ask(asked, now), &answer);
        }
    }
    check_reads(&service, &model, &mut binding).await;
    check_statistics(&service, &model).await;
    let report = service
        .daybook
        .verify(Some("main"))
        .await
        .expect("the database answers");
    assert!(report.is_ok(), "{:#?}", report.failures);
    let counts = report.ledgers[0].counts;
    let rows = (model.users.len(), model.accounts.len(), model.transactions.len());
    assert_eq!(
        rows,
        (size(counts.users), size(counts.accounts), size(counts.transactions))
    );
    service.close().await;
}

fn size(count: u64) -> usize {
    usize::try_from(count).expect("a small number")
}

/// Every account and every transaction is read back as the model has it.
async fn check_reads(service: &Service, model: &Model, binding: &mut Binding) {
    for number in 0..model.accounts.len() {
        let id = binding.account(number);
        let found = service
            .daybook
            .find_account(&service.ledger, id)
            .await
            .expect("the account is there");
        binding.check_document(
            &model.account_document(number),
            &document(&Record::Account(found)),
            false,
        );
    }
    for number in 0..model.transactions.len() {
        let id = binding.transaction(number);
        let found = service.daybook.find_transaction(&service.ledger, id, None).await;
        let found = document(&Record::Transaction(found.expect("the transaction is there")));
        binding.check_document(&model.transaction_document(number), &found, false);
    }
}

/// The statistics of every user, and of the ledger, equal a recount.
async fn check_statistics(service: &Service, model: &Model) {
    for user in std::iter::once(None).chain(model.users.keys().copied().map(Some)) {
        let query = StatisticsQuery {
            user_id: user.map(user_id),
            interval: Some(Interval::Day),
            ..StatisticsQuery::default()
        };
        let found = service.daybook.find_statistics(&service.ledger, &query).await;
        let found = found.expect("the database answers");
        let zone = user.map_or("UTC", |user| model.users[&user].zone);
        assert_eq!(found.time_zone, zone);
        let found = serde_json::to_value(found.currencies).expect("statistics have a JSON form");
        assert_eq!(without_averages(found), statistics(model, user), "of user {user:?}");
    }
}

mod sqlite {
    #[test]
    fn every_answer_and_every_row_is_the_models() {
        super::every_answer_and_every_row_is_the_models(tests::Engine::Sqlite);
    }
}

mod postgres {
    #[test]
    fn every_answer_and_every_row_is_the_models() {
        super::every_answer_and_every_row_is_the_models(tests::Engine::Postgres);
    }
}
