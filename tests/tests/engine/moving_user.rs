//! A user of many transactions who moves to another time zone, in steps small enough to look between.

use std::time::Duration;

use service::{Options, RegroupingBounds};
use tests::{Engine, Random, eventually};

use super::played::Played;
use super::steps::{Action, CURRENCIES, DATES, Details, Edit};

/// The user whose zone changes, and somebody else.
pub(crate) const ADA: usize = 0;
pub(crate) const BO: usize = 1;
/// Transactions of the user before a change: more than a few steps count.
pub(crate) const TRANSACTIONS: u64 = 75;
/// The longest that the background may take for them.
pub(crate) const BACKGROUND_TIME_MAX: Duration = Duration::from_secs(30);
/// A time that no test lasts.
const NEVER: Duration = Duration::from_secs(3600);

/// Small steps, of which two are done before the answer.
pub(crate) const SMALL_STEPS: RegroupingBounds = RegroupingBounds {
    step_rows: 10,
    steps_at_once: 2,
    sweep_period: NEVER,
};

/// Whoever does not serve sweeps nothing: what was begun stays where it is until somebody asks again.
pub(crate) fn unswept(options: &mut Options) {
    options.purpose = service::Purpose::Write;
    options.regrouping = SMALL_STEPS;
}

pub(crate) fn swept(options: &mut Options) {
    options.regrouping = SMALL_STEPS;
}

pub(crate) fn details(random: &mut Random) -> Details {
    Details {
        amount: "1",
        date: Some(random.pick::<&str>(&DATES)),
        description: None,
        category: *random.pick(&[None, Some("food"), Some("salary")]),
        reference: None,
        colour: None,
        hold: None,
    }
}

/// A credit, a debit, or a transfer between two accounts that the user is on one side of, or on both.
pub(crate) fn creation(random: &mut Random, user: usize) -> Action {
    let currency = Some(random.place(CURRENCIES.len()));
    match random.below(3) {
        0 => Action::Credit(user, None, currency, details(random)),
        1 => Action::Debit(user, None, currency, details(random)),
        _ => Action::Credit(user, Some("savings"), Some(0), details(random)),
    }
}

/// A change of something recorded, long ago or just now: counted already by the new days, or not yet.
pub(crate) fn change(random: &mut Random, played: &Played) -> Action {
    let number = random.place(played.model.transactions.len());
    match random.below(4) {
        0 => Action::Void(number),
        1 => Action::Restore(number),
        _ => {
            let edit = Edit {
                amount: Some("2"),
                kind: None,
                date: Some(random.pick::<&str>(&DATES)),
                description: None,
                category: Some(Some("food")),
                reference: None,
                colour: None,
            };
            Action::Edit(number, edit)
        }
    }
}

pub(crate) fn zone(user: usize, number: usize) -> Action {
    Action::PatchUser(user, None, Some(number), None)
}

/// A service with a user of many transactions, on many days.
pub(crate) async fn filled(engine: Engine, change: impl FnOnce(&mut Options)) -> Option<(Played, Random)> {
    let mut random = Random::announced();
    let mut played = Played::open(engine, change).await?;
    assert!(played.ask(creation_of_user(ADA)).await);
    assert!(played.ask(Action::CreateAccount(Some(ADA), "savings", 0, None)).await);
    let first = Action::Credit(ADA, None, Some(0), details(&mut random));
    assert!(played.ask(first).await);
    fill(&mut played, &mut random).await;
    Some((played, random))
}

pub(crate) fn creation_of_user(user: usize) -> Action {
    Action::PutUser(user, "Ada", None, None)
}

async fn fill(played: &mut Played, random: &mut Random) {
    for number in 1..TRANSACTIONS {
        let action = if number % 10 == 9 {
            // From her savings to her main account: counted on both sides.
            Action::Transfer(0, 1, None, details(random))
        } else {
            creation(random, ADA)
        };
        assert!(played.ask(action).await);
    }
}

/// The zones and generations of a user's row: shown, and coming if there is one.
pub(crate) async fn row(played: &Played, user: &str) -> String {
    let row = format!(
        "SELECT stats_zone || ' ' || CAST(stats_generation AS TEXT) || ' '
            || COALESCE(regroup_zone || ' ' || CAST(regroup_generation AS TEXT), 'none')
            FROM users WHERE id = '{user}'"
    );
    played.service.database.texts(&row).await.concat()
}

/// The generations that there are rows of.
pub(crate) async fn generations(played: &Played, user: &str) -> Vec<String> {
    let generations = format!(
        "SELECT DISTINCT CAST(generation AS TEXT) FROM daily_totals WHERE owner = '{user}'
            UNION SELECT DISTINCT CAST(generation AS TEXT) FROM totals WHERE owner = '{user}' ORDER BY 1"
    );
    played.service.database.texts(&generations).await
}

/// Waits until nothing is left to do for the user, and checks everything.
pub(crate) async fn assert_completed(played: &mut Played, user: &str, zone: &str) {
    eventually("the regrouping ends", BACKGROUND_TIME_MAX, async || {
        row(played, user).await.ends_with("none").then_some(())
    })
    .await;
    assert!(row(played, user).await.starts_with(&format!("{zone} ")));
    assert_eq!(generations(played, user).await.len(), 1, "the rows before are removed");
    played.check_reads().await;
    played.check_statistics().await;
    let _ = played.service.verify().await;
}
