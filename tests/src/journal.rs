//! What clients asked for under a fault and what they were told, held against the book when the fault is over.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinHandle;

use crate::body::credit;
use crate::{Client, at_once, eventually};

/// How many clients ask again at a time when the fault is over.
const ASKING_AGAIN: usize = 16;

/// Clients that post credits to one user, each under a key of its own, until they are told to stop.
#[derive(Debug)]
pub struct Load {
    user_id: String,
    is_over: Arc<AtomicBool>,
    acknowledged: Arc<AtomicUsize>,
    clients: Vec<JoinHandle<Vec<Sent>>>,
}

/// One request, and what became of it as its client saw it.
#[derive(Clone, Debug)]
struct Sent {
    key: String,
    /// The body of the 201; none where the answer was a 503 or did not come.
    acknowledged: Option<Value>,
}

/// What the clients of a [`Load`] saw.
#[derive(Clone, Debug)]
pub struct Journal {
    user_id: String,
    sent: Vec<Sent>,
}

impl Load {
    /// Starts one task a client.
    #[must_use]
    pub fn start(clients: &[Client], user_id: &str) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let run = |(number, client): (usize, &Client)| {
            let (client, user_id) = (client.clone(), user_id.to_owned());
            let (is_over, acknowledged) = (Arc::clone(&is_over), Arc::clone(&acknowledged));
            tokio::spawn(async move {
                let mut sent = Vec::new();
                while !is_over.load(Ordering::SeqCst) {
                    let key = format!("{user_id}-{number}-{}", sent.len());
                    let told = post(&client, &user_id, &key).await;
                    if told.is_some() {
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                    } else {
                        // A client that is refused does not come back at once.
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    sent.push(Sent {
                        key,
                        acknowledged: told,
                    });
                }
                sent
            })
        };
        Self {
            user_id: user_id.to_owned(),
            clients: clients.iter().enumerate().map(run).collect(),
            is_over,
            acknowledged,
        }
    }

    /// Waits until so many more requests were acknowledged.
    pub async fn progress(&self, count: usize) {
        let target = self.acknowledged.load(Ordering::SeqCst) + count;
        eventually("the load is acknowledged", Duration::from_secs(60), async || {
            (self.acknowledged.load(Ordering::SeqCst) >= target).then_some(())
        })
        .await;
    }

    /// Lets every client finish its last request, and gives what they saw.
    ///
    /// # Panics
    ///
    /// Where a client was answered anything but 201 and 503.
    pub async fn stop(self) -> Journal {
        self.is_over.store(true, Ordering::SeqCst);
        let mut sent = Vec::new();
        for client in self.clients {
            sent.extend(
                client
                    .await
                    .expect("every client is answered 201 or 503, or not at all"),
            );
        }
        Journal {
            user_id: self.user_id,
            sent,
        }
    }
}

/// Posts a credit; the body of its 201, if it came to that.
async fn post(client: &Client, user_id: &str, key: &str) -> Option<Value> {
    let request = client.post("/transactions", &credit(user_id, "1.00")).key(key);
    let answer = request.attempt().await.ok()?;
    match answer.status {
        201 => Some(answer.body),
        503 => None,
        _ => panic!("{} was answered {}: {}", answer.request, answer.status, answer.text),
    }
}

impl Journal {
    /// How many requests were answered 201.
    #[must_use]
    pub fn acknowledged(&self) -> usize {
        self.sent.iter().filter(|sent| sent.acknowledged.is_some()).count()
    }

    /// How many were answered 503, or not at all.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.sent.len() - self.acknowledged()
    }

    /// Sends everything once more under its key, and proves that each request stands in the book exactly once, and as
    /// it was acknowledged if it was.
    ///
    /// # Panics
    ///
    /// Where one does not.
    pub async fn assert_kept_once(&self, client: &Client) {
        assert!(self.acknowledged() > 0, "nothing was acknowledged: there was no load");
        let shares = self.sent.len().div_ceil(ASKING_AGAIN).max(1);
        let shares: Vec<Vec<Sent>> = self.sent.chunks(shares).map(<[Sent]>::to_vec).collect();
        let ids = at_once(shares.len(), |number| {
            let (client, user_id, share) = (client.clone(), self.user_id.clone(), shares[number].clone());
            async move {
                let mut ids = Vec::new();
                for sent in share {
                    let request = client.post("/transactions", &credit(&user_id, "1.00")).key(&sent.key);
                    let answer = request.await.expect(201);
                    if let Some(acknowledged) = sent.acknowledged {
                        assert!(answer.is_replay(), "{} was acknowledged and is not kept", sent.key);
                        assert_eq!(answer.body, acknowledged, "{}", sent.key);
                    }
                    ids.push(answer.id());
                }
                ids
            }
        })
        .await
        .concat();
        let made: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(made.len(), self.sent.len(), "two keys led to one transaction");
        let rows = client
            .walk(&format!("/transactions?user_id={}", self.user_id), 200)
            .await;
        let kept: Vec<&str> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
        assert_eq!(kept.len(), made.len(), "a request stands in the book twice");
        assert!(kept.iter().all(|id| made.contains(&(*id).to_owned())));
        assert_eq!(client.balance_of(&self.user_id).await, format!("{}.00", kept.len()));
    }
}
