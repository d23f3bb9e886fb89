//! A book with users and transactions, made through the API.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;

use serde_json::Value;
use tests::Random;

use crate::connection::Connection;
use crate::drive::write_post;

/// Connections that fill a book.
const CONNECTIONS: usize = 256;

/// Posts the transactions 0 to `count` - 1 and gives what `keep` keeps of their answers, in any order.
pub(crate) async fn post_all<T: 'static>(
    address: SocketAddr,
    count: usize,
    body: impl Fn(usize, &mut Random) -> String + 'static,
    keep: impl Fn(&Value) -> Option<T> + 'static,
) -> Vec<T> {
    let next = Rc::new(Cell::new(0));
    let kept = Rc::new(RefCell::new(Vec::new()));
    let (body, keep) = (Rc::new(body), Rc::new(keep));
    let clients: Vec<_> = (0..CONNECTIONS.min(count))
        .map(|number| {
            let (next, kept, body, keep) = (Rc::clone(&next), Rc::clone(&kept), Rc::clone(&body), Rc::clone(&keep));
            tokio::task::spawn_local(async move {
                let mut random = Random::seeded(u64::try_from(number).expect("a number is a u64"));
                let mut connection = Connection::open(address).await;
                let mut request = Vec::new();
                while next.get() < count {
                    let number = next.replace(next.get() + 1);
                    let text = body(number, &mut random);
                    request.clear();
                    write_post(&mut request, "/transactions", &mut random, &text);
                    let answer = connection.send(&request).await;
                    assert_eq!(answer.status, 201, "{text}: {}", String::from_utf8_lossy(answer.body));
                    let document = serde_json::from_slice(answer.body).expect("an answer is JSON");
                    kept.borrow_mut().extend(keep(&document));
                }
            })
        })
        .collect();
    for client in clients {
        client.await.expect("a client ends well");
    }
    kept.take()
}

/// Makes this many users, `user-0` and so on, each with a credit of 1000.00 USD, and gives their accounts.
pub(crate) async fn open_accounts(address: SocketAddr, users: usize) -> Vec<String> {
    let body = |number: usize, _: &mut Random| {
        format!(r#"{{"type":"credit","user_id":"user-{number}","amount":"1000.00","currency":"USD"}}"#)
    };
    post_all(address, users, body, |answer| {
        answer["destination_account_id"].as_str().map(str::to_owned)
    })
    .await
}
