//! The whole service against the model, on both databases.

use proptest::test_runner::{Config, RngSeed, TestRunner};
use service::{Answer, LedgerError};
use tests::{Engine, Random};

use super::clock::time_of;
use super::model::Asked;
use super::played::Played;
use super::request::request;
use super::service_under_test::run;
use super::steps::{Phase, phases};

/// Random sequences for each database; each is played twice.
const CASES: u32 = 10;
/// Most sequences that are tried to shorten one that failed.
const SHRINK_MAX: u32 = 100;

/// How the commands of a phase are handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    OneByOne,
    /// In one burst, which becomes one block.
    Together,
}

fn every_answer_and_every_row_is_the_models_one_by_one_and_together(engine: Engine) {
    let config = Config {
        cases: CASES,
        rng_seed: RngSeed::Fixed(Random::announced().bits()),
        failure_persistence: None,
        max_shrink_iters: SHRINK_MAX,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&phases(3, 15), |phases| {
        run(async {
            let alone = play(engine, Way::OneByOne, &phases).await.unwrap_or_default();
            let together = play(engine, Way::Together, &phases).await.unwrap_or_default();
            for (alone, together) in alone.iter().zip(&together) {
                assert_eq!(alone, together, "one by one, then together");
            }
            assert_eq!(alone.len(), together.len(), "{alone:#?}, then {together:#?}");
        });
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Plays the phases, checks everything after each, and gives the state that they lead to; `None` where there is no such
/// engine.
async fn play(engine: Engine, way: Way, phases: &[Phase]) -> Option<Vec<String>> {
    let mut played = Played::open(engine, |_| ()).await?;
    let mut history: Vec<Asked> = Vec::new();
    for (number, phase) in phases.iter().enumerate() {
        let began = history.len();
        for step in phase {
            let asked = played.model.resolve(step, &history);
            history.push(asked);
        }
        let asked = &history[began..];
        played
            .at(time_of(number), async |played| play_phase(played, way, asked).await)
            .await;
        // A change of time zone was seen through before it was answered.
        played.model.show_zones();
        check_all(&mut played).await;
    }
    let state = played.state().await;
    played.service.close().await;
    Some(state)
}

async fn play_phase(played: &mut Played, way: Way, phase: &[Asked]) {
    let mut requests: Vec<_> = phase.iter().map(|asked| request(asked, &played.binding)).collect();
    let before = played.service.tip().await;
    let mut answers = Vec::new();
    match way {
        Way::OneByOne => {
            for request in requests.drain(..) {
                answers.push(played.service.submit(request).await);
            }
        }
        Way::Together => answers = played.service.submit_together(requests).await,
    }
    assert_eq!(answers.len(), phase.len());
    let after = played.service.tip().await;
    let (blocks, events) = (after.0 - before.0, after.1 - before.1);
    // A sum that the database finds too large breaks the batch up.
    let is_whole = !answers.iter().any(overflows);
    if way == Way::Together && is_whole {
        assert_eq!(blocks, i64::from(events > 0), "{events} events are in {blocks} blocks");
    }
    for (asked, answer) in phase.iter().zip(&answers) {
        played.check(asked, answer);
    }
}

/// Whether the answer, or that of an item of a list, is that a sum would be too large.
fn overflows(answer: &Result<Answer, LedgerError>) -> bool {
    match answer {
        Ok(answer) => answer.items.iter().any(overflows),
        Err(error) => error.code() == LedgerError::AmountOverflow.code(),
    }
}

/// What holds after each phase.
async fn check_all(played: &mut Played) {
    played.check_reads().await;
    played.check_holds().await;
    played.check_statistics().await;
    played.check_closed_past().await;
    let counts = played.service.verify().await.ledgers[0].counts;
    let model = &played.model;
    // The operator's key was there before.
    let rows = [
        model.users.len(),
        model.accounts.len(),
        model.transactions.len(),
        model.keys.len() + 1,
        model.limits.len(),
    ];
    let counted = [
        counts.users,
        counts.accounts,
        counts.transactions,
        counts.api_keys,
        counts.limits,
    ];
    assert_eq!(rows.map(|rows| u64::try_from(rows).expect("a small number")), counted);
}

mod sqlite {
    #[test]
    fn every_answer_and_every_row_is_the_models_one_by_one_and_together() {
        super::every_answer_and_every_row_is_the_models_one_by_one_and_together(tests::Engine::Sqlite);
    }
}

mod postgres {
    #[test]
    fn every_answer_and_every_row_is_the_models_one_by_one_and_together() {
        super::every_answer_and_every_row_is_the_models_one_by_one_and_together(tests::Engine::Postgres);
    }
}
