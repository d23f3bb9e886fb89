//! What becomes of holds in moments that random steps seldom meet.

use service::record::AccountStatus;
use tests::Engine;

use super::clock::time_of;
use super::on_both_engines;
use super::played::Played;
use super::steps::{Action, Details, Edit, NewHold};

const ADA: usize = 0;

/// What the only pending hold is asked for.
fn capture(amount: &'static str) -> Action {
    Action::Capture(0, Some(amount), false)
}

fn held(amount: &'static str, expires_in: Option<usize>) -> Details {
    Details {
        amount,
        hold: Some(NewHold { expires_in }),
        ..Details::default()
    }
}

fn change(number: usize, amount: &'static str) -> Action {
    let edit = Edit {
        amount: Some(amount),
        ..Edit::default()
    };
    Action::Edit(number, edit)
}

async fn a_capture_of_a_hold_past_its_time_is_changed_alike_before_and_after_the_sweep(engine: Engine) {
    let Some(mut played) = Played::open(engine, |_| ()).await else {
        return;
    };
    for (phase, is_swept) in [(0, false), (2, true)] {
        let number = played.model.transactions.len() + 1;
        let make = async |played: &mut Played| {
            let debit = Action::Debit(ADA, None, Some(0), held("5", Some(phase + 1)));
            assert!(played.ask(debit).await);
            assert!(played.ask(capture("2")).await);
        };
        played.at(time_of(phase), make).await;
        let changes = async |played: &mut Played| {
            if is_swept {
                assert!(played.ask(Action::Expire(0)).await);
            }
            assert!(!played.ask(change(number, "2.01")).await, "nothing more is captured");
            assert!(played.ask(change(number, "1")).await, "some of it may be given back");
            assert!(played.ask(Action::Void(number)).await);
            assert!(!played.ask(Action::Restore(0)).await, "nothing is captured again");
        };
        played.at(time_of(phase + 1), changes).await;
        let kept = played.model.accounts.iter().map(|account| account.held_out);
        assert!(kept.eq([0, 0]), "nothing comes back to a hold that is over");
        played.check_reads().await;
        played.check_holds().await;
        let _ = played.service.verify().await;
    }
    played.service.close().await;
}

async fn an_account_that_money_is_announced_to_is_not_closed(engine: Engine) {
    let Some(mut played) = Played::open(engine, |_| ()).await else {
        return;
    };
    let close = || Action::UpdateAccount(0, None, Some(AccountStatus::Closed), None);
    assert!(played.ask(Action::Credit(ADA, None, Some(0), held("5", None))).await);
    assert!(!played.ask(close()).await);
    assert!(played.ask(Action::VoidHold(0)).await);
    assert!(played.ask(close()).await);
    played.check_reads().await;
    let _ = played.service.verify().await;
    played.service.close().await;
}

on_both_engines!(
    a_capture_of_a_hold_past_its_time_is_changed_alike_before_and_after_the_sweep,
    an_account_that_money_is_announced_to_is_not_closed,
);
