//! What is taken from a line, and when.

use std::time::Duration;

use prometheus::Registry;

use super::*;
use crate::commit::batcher::tests::{LIMITS, code, credit, soon};
use crate::ledger::{Command, CreateTransactions, ListedTransaction};

fn metrics() -> Metrics {
    Metrics::register(&Registry::new()).unwrap()
}

/// An empty line, and its other end.
fn line() -> (Line, mpsc::Sender<Waiting>) {
    let (sender, receiver) = mpsc::channel(8);
    (Line::new(receiver, LIMITS, metrics()), sender)
}

/// A request that waits until `deadline`, and where its answer comes.
fn waiting(deadline: Instant) -> (Waiting, oneshot::Receiver<Reply>) {
    waiting_with(credit("ada"), deadline)
}

fn waiting_with(request: Request, deadline: Instant) -> (Waiting, oneshot::Receiver<Reply>) {
    let (reply, answer) = oneshot::channel();
    let waiting = Waiting {
        request,
        room: Room::take(1, &Arc::default(), &metrics()),
        deadline,
        reply,
    };
    (waiting, answer)
}

#[tokio::test]
async fn whose_deadline_passes_after_the_look_is_left_out_unless_the_batch_is_decided() {
    let wait = Duration::from_millis(500);
    for is_decided in [false, true] {
        let (mut line, sender) = line();
        let (late, answer) = waiting(Instant::now().checked_add(wait).unwrap());
        sender.try_send(late).unwrap();
        sender.try_send(waiting(soon()).0).unwrap();
        assert_eq!(line.look().len(), 2);
        tokio::time::sleep(wait).await;
        let mut batch = line.take(is_decided).await.unwrap();
        assert_eq!(batch.requests.len(), if is_decided { 2 } else { 1 });
        batch.refuse(&LedgerError::Overloaded);
        let expected = if is_decided { "overloaded" } else { "unavailable" };
        assert_eq!(code(&answer.await.unwrap()), expected);
    }
}

fn list(count: usize) -> Request {
    let one = credit("ada");
    let Command::CreateTransaction(command) = one.command.clone() else {
        panic!("a credit is one transaction")
    };
    let item = |index| ListedTransaction {
        index,
        command: command.clone(),
        idempotency: None,
    };
    let list = CreateTransactions {
        items: (0..count).map(item).collect(),
        is_atomic: true,
    };
    Request {
        command: Command::CreateTransactions(list),
        ..one
    }
}

#[tokio::test]
async fn a_list_counts_for_its_items_and_one_that_has_no_room_is_in_the_next_batch() {
    let (mut line, sender) = line();
    let most = LIMITS.batch_max;
    let requests = [
        list(most - 1),
        list(1),
        list(most),
        credit("ada"),
        list(2 * most),
        credit("ada"),
    ];
    for request in requests {
        sender.try_send(waiting_with(request, soon()).0).unwrap();
    }
    for expected in [vec![most - 1, 1], vec![most], vec![1], vec![2 * most], vec![1]] {
        let batch = line.take(false).await.unwrap();
        let weights: Vec<usize> = batch.requests.iter().map(Request::weight).collect();
        assert_eq!(weights, expected);
    }
}

#[tokio::test]
async fn what_comes_after_the_look_is_taken_as_well_unless_the_batch_is_decided() {
    for (is_decided, taken) in [(false, 2), (true, 1)] {
        let (mut line, sender) = line();
        sender.try_send(waiting(soon()).0).unwrap();
        assert_eq!(line.look().len(), 1);
        sender.try_send(waiting(soon()).0).unwrap();
        assert_eq!(line.take(is_decided).await.unwrap().requests.len(), taken);
    }
}
