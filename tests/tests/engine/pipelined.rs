//! Batches that follow each other without a pause: on PostgreSQL each is decided while the one before is committed, and
//! must know all the same what that wrote.

use tests::{Engine, Random};

use super::on_both_engines;
use super::played::Played;
use super::steps::{Action, Details, USERS};

/// Requests of the burst, and most of a batch: large enough to be decided ahead.
const REQUESTS: usize = 400;
const BATCH_MAX: usize = 20;
/// Different requests, each with a key of its own: most are sent several times, in this batch or another.
const DIFFERENT: u8 = 180;
const REFERENCES: [&str; 12] = [
    "r01", "r02", "r03", "r04", "r05", "r06", "r07", "r08", "r09", "r10", "r11", "r12",
];

fn details(random: &mut Random) -> Details {
    Details {
        amount: random.pick::<&str>(&["1", "2.5", "40"]),
        reference: (random.below(4) == 0).then(|| *random.pick::<&str>(&REFERENCES)),
        ..Details::default()
    }
}

/// Movements between accounts that are there, many of them below the minimum.
fn movement(random: &mut Random) -> Action {
    let (user, other) = (random.place(USERS.len()), random.place(USERS.len()));
    match random.below(4) {
        0 => Action::Credit(user, None, Some(0), details(random)),
        1 => Action::Debit(user, None, Some(0), details(random)),
        _ => Action::Transfer(user + 1, other + 1, None, details(random)),
    }
}

async fn a_burst_of_many_batches_is_answered_as_its_requests_one_by_one(engine: Engine) {
    let Some(mut played) = Played::open(engine, |options| options.batch_max = BATCH_MAX).await else {
        return;
    };
    let random = &mut Random::announced();
    for user in 0..USERS.len() {
        assert!(played.ask(Action::Credit(user, None, Some(0), details(random))).await);
    }
    for account in 0..=USERS.len() {
        // The ledger's own account refuses it, whichever it is.
        let _ = played
            .ask(Action::UpdateAccount(account, Some(Some("0")), None, None))
            .await;
    }
    let different: Vec<_> = (0..DIFFERENT).map(|key| (movement(random), Some(key))).collect();
    let burst = (0..REQUESTS).map(|_| random.pick(&different).clone()).collect();
    let (blocks, _) = played.service.tip().await;
    played.ask_together(burst).await;
    let batches = played.service.tip().await.0 - blocks;
    assert!(batches >= 5, "{batches} batches are no sequence");
    played.check_reads().await;
    played.check_statistics().await;
    let _ = played.service.verify().await;
    if engine == Engine::Postgres {
        let sessions = "SELECT FROM pg_stat_activity \
                        WHERE datname = current_database() AND application_name = 'daybook commit'";
        let sessions = played.service.database.execute(sessions).await;
        assert_eq!(sessions, 2, "one that commits, and one that decides ahead");
    }
    played.service.close().await;
}

on_both_engines!(a_burst_of_many_batches_is_answered_as_its_requests_one_by_one);
