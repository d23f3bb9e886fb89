//! Many clients at the same moment, and waiting for what must come.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Barrier;

/// Runs `count` tasks that all begin together, and gives their results in the order of their numbers.
///
/// # Panics
///
/// Where a task panics.
pub async fn at_once<T, F>(count: usize, task: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    assert!(count > 0, "nothing would run");
    let start = Arc::new(Barrier::new(count));
    let running: Vec<_> = (0..count)
        .map(|number| {
            let start = Arc::clone(&start);
            let work = task(number);
            tokio::spawn(async move {
                start.wait().await;
                work.await
            })
        })
        .collect();
    let mut results = Vec::with_capacity(count);
    for task in running {
        results.push(task.await.expect("every concurrent task ends well"));
    }
    results
}

/// Asks again and again until `ask` gives a value.
///
/// # Panics
///
/// Where it gives none within `limit`; the message names `what` was awaited.
pub async fn eventually<T>(what: &str, limit: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(value) = ask().await {
            return value;
        }
        assert!(started.elapsed() < limit, "{what}: not within {limit:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
