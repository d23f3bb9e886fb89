//! The answer to a `COMMIT`, lost on its way.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::body::credit;
use tests::{Book, Load, Loss, Proxy, eventually, on_postgres};

on_postgres!(
    a_commit_whose_answer_is_lost_is_found_and_answered,
    a_commit_that_is_lost_itself_is_made_again,
    a_commit_that_stays_unknown_is_settled_by_its_key,
    a_commit_that_stays_unknown_and_was_not_kept_is_made_by_its_key,
    an_edit_whose_answer_is_lost_is_made_once,
    a_commit_that_is_never_answered_is_proved_by_the_batch_behind_it,
);

/// The server looks for 5 s; the rest is for a machine that is busy.
const SETTLE_TIME_MAX: Duration = Duration::from_secs(8);
/// Far less than the 10 s that the answer to a commit is waited for where nothing proves it.
const PROOF_TIME_MAX: Duration = Duration::from_secs(5);
/// Mostly enough for a batch to have one behind it that is large enough to be decided meanwhile.
const WRITERS: usize = 192;
/// How soon everything works again.
const RECOVERY_TIME_MAX: Duration = Duration::from_secs(5);

/// That ada has this many transactions of 20.00, and every invariant holds.
async fn assert_made(book: &Book, count: usize) {
    assert_eq!(book.walk("/transactions?user_id=ada", 200).await.len(), count);
    assert_eq!(book.balance_of("ada").await, format!("{}.00", 20 * count));
    book.database().verify().await;
}

async fn a_commit_whose_answer_is_lost_is_found_and_answered(book: &Book) {
    let (book, proxy) = book.behind_proxy().await;
    let _ = book.create(&credit("ada", "20.00")).await;
    proxy.lose_next(Loss::Answer);
    let made = book.create(&credit("ada", "20.00")).await;
    assert_eq!(proxy.losses(), 1, "the answer was lost");
    let read = book.get(&format!("/transactions/{}", made.id())).await.expect(200);
    assert_eq!(read.body, made.body);
    assert_made(&book, 2).await;
}

async fn a_commit_that_is_lost_itself_is_made_again(book: &Book) {
    let (book, proxy) = book.behind_proxy().await;
    let _ = book.create(&credit("ada", "20.00")).await;
    proxy.lose_next(Loss::Commit);
    let _ = book.create(&credit("ada", "20.00")).await;
    assert_eq!(proxy.losses(), 1, "the commit was lost");
    assert_made(&book, 2).await;
}

/// Posts a credit whose commit comes to nobody knows what, and lets the network come back.
async fn post_into_the_unknown(book: &Book, proxy: &Proxy, loss: Loss) {
    let _ = book.create(&credit("ada", "20.00")).await;
    proxy.lose_next_and_refuse(loss);
    let started = Instant::now();
    let answer = book.post("/transactions", &credit("ada", "20.00")).key("k").await;
    let _ = answer.problem("outcome_unknown", 503).header("Retry-After");
    assert!(started.elapsed() < SETTLE_TIME_MAX, "after {:?}", started.elapsed());
    assert_eq!(proxy.losses(), 1);
    proxy.recover();
}

async fn a_commit_that_stays_unknown_is_settled_by_its_key(book: &Book) {
    let (book, proxy) = book.behind_proxy().await;
    post_into_the_unknown(&book, &proxy, Loss::Answer).await;
    let again = eventually("the server recovers", RECOVERY_TIME_MAX, async || {
        let answer = book.post("/transactions", &credit("ada", "20.00")).key("k").await;
        (answer.status != 503).then_some(answer)
    })
    .await
    .expect(201);
    assert!(again.is_replay(), "the commit was kept");
    assert_made(&book, 2).await;
}

async fn a_commit_that_stays_unknown_and_was_not_kept_is_made_by_its_key(book: &Book) {
    let (book, proxy) = book.behind_proxy().await;
    post_into_the_unknown(&book, &proxy, Loss::Commit).await;
    let again = eventually("the server recovers", RECOVERY_TIME_MAX, async || {
        let answer = book.post("/transactions", &credit("ada", "20.00")).key("k").await;
        (answer.status != 503).then_some(answer)
    })
    .await
    .expect(201);
    assert!(!again.is_replay(), "the commit was not kept");
    let replay = book
        .post("/transactions", &credit("ada", "20.00"))
        .key("k")
        .await
        .expect(201);
    assert!(replay.is_replay());
    assert_eq!(replay.body, again.body);
    assert_made(&book, 2).await;
}

async fn an_edit_whose_answer_is_lost_is_made_once(book: &Book) {
    let (book, proxy) = book.behind_proxy().await;
    let path = format!("/transactions/{}", book.create(&credit("ada", "1.00")).await.id());
    proxy.lose_next(Loss::Answer);
    let edited = book
        .patch(&path, &json!({"amount": "20.00"}))
        .if_match(1)
        .await
        .expect(200);
    assert_eq!((proxy.losses(), edited.version()), (1, 2));
    assert_eq!(book.get(&format!("{path}/revisions")).await.expect(200).rows().len(), 2);
    assert_made(&book, 1).await;
}

async fn a_commit_that_is_never_answered_is_proved_by_the_batch_behind_it(book: &Book) {
    let (book, proxy) = book.behind_proxy().await;
    let clients: Vec<_> = (0..WRITERS).map(|_| book.client()).collect();
    let load = Load::start(&clients, "ada");
    let mut soonest = Duration::MAX;
    // A commit that few are behind is not proved.
    for losses in 1..=4 {
        load.progress(2 * WRITERS).await;
        proxy.lose_next(Loss::AnswerUntold);
        eventually("an answer is lost", RECOVERY_TIME_MAX, async || {
            (proxy.losses() == losses).then_some(())
        })
        .await;
        let lost = Instant::now();
        load.progress(2 * WRITERS).await;
        soonest = soonest.min(lost.elapsed());
        if soonest < PROOF_TIME_MAX {
            break;
        }
    }
    let journal = load.stop().await;
    assert!(soonest < PROOF_TIME_MAX, "after {soonest:?}");
    assert_eq!(journal.unanswered(), 0);
    journal.assert_kept_once(&book).await;
    book.database().verify().await;
}
