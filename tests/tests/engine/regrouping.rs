//! Changes of time zone, step by step: what is shown meanwhile, what is written meanwhile, and who sees them through.

use std::time::Duration;

use service::{Options, RegroupingBounds};
use tests::{Engine, Random, eventually};

use super::moving_user::{
    ADA, BACKGROUND_TIME_MAX, BO, SMALL_STEPS, TRANSACTIONS, assert_completed, change, creation, creation_of_user,
    details, filled, generations, row, swept, unswept, zone,
};
use super::on_both_engines;
use super::played::Played;
use super::steps::{Action, Details, ZONES};

async fn writes_go_on_while_statistics_move_step_by_step(engine: Engine) {
    let Some((mut played, mut random)) = filled(engine, unswept).await else {
        return;
    };
    let mut steps = 0;
    // A request that names the zone again takes the next steps.
    assert!(played.ask(zone(ADA, 1)).await);
    while played.check_shown_statistics(Some(ADA)).await == ZONES[0] {
        assert_eq!(row(&played, "ada").await, format!("{} 0 {} 1", ZONES[0], ZONES[1]));
        for _ in 0..4 {
            let next = creation(&mut random, ADA);
            let _ = played.ask(next).await;
            let next = change(&mut random, &played);
            let _ = played.ask(next).await;
        }
        let _ = played.check_shown_statistics(Some(ADA)).await;
        let _ = played.check_shown_statistics(None).await;
        let _ = played.service.verify().await;
        assert!(played.ask(zone(ADA, 1)).await);
        steps += 1;
        assert!(steps < 100, "it comes to an end");
    }
    assert!(steps >= 3, "{steps} requests show the old zone");
    // The rows of the old zone are removed in steps too.
    while !row(&played, "ada").await.ends_with("none") {
        let next = change(&mut random, &played);
        let _ = played.ask(next).await;
        let _ = played.service.verify().await;
        played.check_statistics().await;
        assert!(played.ask(zone(ADA, 1)).await);
    }
    assert_completed(&mut played, "ada", ZONES[1]).await;
    played.service.close().await;
}

async fn what_takes_longer_goes_on_in_the_background(engine: Engine) {
    let Some((mut played, _)) = filled(engine, swept).await else {
        return;
    };
    // The sweep at the start is over, and its next is far: it is woken by who has begun.
    assert!(played.ask(zone(ADA, 2)).await);
    assert_completed(&mut played, "ada", ZONES[2]).await;
    played.service.close().await;
}

async fn what_one_process_leaves_half_way_another_takes_up(engine: Engine) {
    let Some((mut played, mut random)) = filled(engine, unswept).await else {
        return;
    };
    assert!(played.ask(zone(ADA, 3)).await);
    assert_eq!(row(&played, "ada").await, format!("{} 0 {} 1", ZONES[0], ZONES[3]));
    let mut played = played.reopened(swept).await;
    for _ in 0..10 {
        let next = change(&mut random, &played);
        let _ = played.ask(next).await;
    }
    assert_completed(&mut played, "ada", ZONES[3]).await;
    played.service.close().await;
}

async fn a_second_change_half_way_gives_the_first_one_up(engine: Engine) {
    let Some((mut played, mut random)) = filled(engine, unswept).await else {
        return;
    };
    assert!(played.ask(zone(ADA, 1)).await);
    for _ in 0..5 {
        let next = change(&mut random, &played);
        let _ = played.ask(next).await;
    }
    assert!(played.ask(zone(ADA, 4)).await);
    assert_eq!(row(&played, "ada").await, format!("{} 0 {} 3", ZONES[0], ZONES[4]));
    assert_eq!(generations(&played, "ada").await, ["0", "1", "3"]);
    let _ = played.check_shown_statistics(Some(ADA)).await;
    let _ = played.service.verify().await;
    // And back to the zone that is still shown.
    assert!(played.ask(zone(ADA, 0)).await);
    assert_eq!(row(&played, "ada").await, format!("{} 0 {} 5", ZONES[0], ZONES[0]));
    let mut played = played.reopened(swept).await;
    assert_completed(&mut played, "ada", ZONES[0]).await;
    played.service.close().await;
}

/// The new zone is shown, and the rows of the old one are still there.
async fn shown_but_not_cleared(engine: Engine) -> Option<(Played, Random)> {
    let (mut played, random) = filled(engine, unswept).await?;
    assert!(played.ask(zone(ADA, 1)).await);
    while played.check_shown_statistics(Some(ADA)).await == ZONES[0] {
        assert!(played.ask(zone(ADA, 1)).await);
    }
    assert_eq!(row(&played, "ada").await, format!("{} 1 {} 1", ZONES[1], ZONES[1]));
    assert_eq!(generations(&played, "ada").await, ["0", "1"]);
    let _ = played.service.verify().await;
    Some((played, random))
}

async fn rows_that_a_process_left_behind_another_removes(engine: Engine) {
    let Some((mut played, _)) = shown_but_not_cleared(engine).await else {
        return;
    };
    // Whoever changes something else of the user does not forget them.
    assert!(played.ask(Action::PatchUser(ADA, Some("Cy"), None, None)).await);
    let mut played = played.reopened(swept).await;
    assert_completed(&mut played, "ada", ZONES[1]).await;
    played.service.close().await;
}

async fn a_change_while_old_rows_are_removed_keeps_the_days_that_are_shown(engine: Engine) {
    let Some((mut played, mut random)) = shown_but_not_cleared(engine).await else {
        return;
    };
    assert!(played.ask(zone(ADA, 2)).await);
    assert_eq!(row(&played, "ada").await, format!("{} 1 {} 2", ZONES[1], ZONES[2]));
    for _ in 0..10 {
        let next = change(&mut random, &played);
        let _ = played.ask(next).await;
        let _ = played.service.verify().await;
        let _ = played.check_shown_statistics(Some(ADA)).await;
    }
    let mut played = played.reopened(swept).await;
    assert_completed(&mut played, "ada", ZONES[2]).await;
    played.service.close().await;
}

/// Two days of the old zone that are one of the new, with more than a day's total can hold.
async fn make_impossible(played: &mut Played) {
    for (date, amount) in [
        ("2026-02-01T00:00:00Z", "60000000000000000"),
        ("2026-01-31T23:59:59.999999Z", "60000000000000000"),
    ] {
        let details = Details {
            amount,
            date: Some(date),
            description: None,
            category: None,
            reference: None,
            colour: None,
            hold: None,
        };
        assert!(played.ask(Action::Credit(ADA, None, Some(0), details.clone())).await);
        // Out again, so that the balance can be held; on a day of its own.
        let out = Details {
            date: Some("2011-12-30T09:59:00Z"),
            ..details
        };
        let _ = played.ask(Action::Debit(ADA, None, Some(0), out)).await;
    }
}

async fn one_that_cannot_be_completed_keeps_nobody_waiting_and_ends_when_it_can(engine: Engine) {
    let often = |options: &mut Options| {
        options.regrouping = RegroupingBounds {
            sweep_period: Duration::from_millis(50),
            ..SMALL_STEPS
        };
    };
    let mut random = Random::announced();
    let Some(mut played) = Played::open(engine, often).await else {
        return;
    };
    make_impossible(&mut played).await;
    assert!(played.ask(Action::CreateAccount(Some(ADA), "savings", 0, None)).await);
    assert!(played.ask(creation_of_user(BO)).await);
    fill_beside(&mut played, &mut random).await;
    assert!(played.ask(zone(ADA, 1)).await, "the change itself is done");
    assert!(played.ask(zone(BO, 1)).await);
    eventually("the other user's regrouping ends", BACKGROUND_TIME_MAX, async || {
        row(&played, "bo").await.ends_with("none").then_some(())
    })
    .await;
    assert_eq!(played.check_shown_statistics(Some(BO)).await, ZONES[1]);
    assert_eq!(
        played.check_shown_statistics(Some(ADA)).await,
        ZONES[0],
        "the old days go on to be shown"
    );
    assert_eq!(row(&played, "ada").await, format!("{} 0 {} 1", ZONES[0], ZONES[1]));
    let _ = played.service.verify().await;
    assert!(played.ask(Action::Void(0)).await, "the day becomes possible");
    assert_completed(&mut played, "ada", ZONES[1]).await;
    played.service.close().await;
}

async fn fill_beside(played: &mut Played, random: &mut Random) {
    for _ in 0..TRANSACTIONS {
        let action = Action::Credit(BO, None, Some(1), details(random));
        assert!(played.ask(action).await);
    }
}

async fn thousands_of_transactions_are_regrouped_before_the_answer(engine: Engine) {
    let mut random = Random::announced();
    let Some(mut played) = Played::open(engine, |options| options.purpose = service::Purpose::Write).await else {
        return;
    };
    for _ in 0..5 {
        let burst = (0..500).map(|_| Action::Credit(ADA, None, Some(0), details(&mut random)));
        played.ask_together(burst.map(|action| (action, None)).collect()).await;
    }
    assert_eq!(played.model.transactions.len(), 2500);
    assert!(played.ask(zone(ADA, 1)).await);
    assert_eq!(row(&played, "ada").await, format!("{} 1 none", ZONES[1]));
    assert_eq!(generations(&played, "ada").await, ["1"]);
    played.check_statistics().await;
    let _ = played.service.verify().await;
    played.service.close().await;
}

on_both_engines!(
    writes_go_on_while_statistics_move_step_by_step,
    what_takes_longer_goes_on_in_the_background,
    what_one_process_leaves_half_way_another_takes_up,
    a_second_change_half_way_gives_the_first_one_up,
    rows_that_a_process_left_behind_another_removes,
    a_change_while_old_rows_are_removed_keeps_the_days_that_are_shown,
    one_that_cannot_be_completed_keeps_nobody_waiting_and_ends_when_it_can,
    thousands_of_transactions_are_regrouped_before_the_answer,
);
