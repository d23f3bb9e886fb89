//! Transactions a second that come a thousand a request, beside the same ones each posted by itself, beside plain SQL that
//! makes a thousand with one statement, and beside all of these rows written again with what the database has for that.

use std::fmt::Write;
use std::rc::Rc;

use tests::{Database, Engine, Random};

use crate::Plan;
use crate::copy::{name, settle, write_again};
use crate::drive::{Next, drive, drive_lists, write_post};
use crate::figures::{Round, Series, print_comparison, print_ratio, print_table};
use crate::pgbench::{Baseline, Script};
use crate::population::open_accounts;
use crate::server::Server;

/// Users whose transactions they are.
const USERS: usize = 10_000;
/// Transactions of a request: as many as it may have.
const ITEMS: usize = 1_000;
/// Connections that send such requests at once.
const SENDERS: usize = 4;
/// Connections that post single transactions at once.
const CONNECTIONS: usize = 256;

pub(crate) async fn run(plan: Plan) {
    let post: Next = Rc::new(|random: &mut Random, request: &mut Vec<u8>| {
        let body = item(random);
        write_post(request, "/transactions", random, &body);
    });
    let (apart, atomic) = (lists(false), lists(true));
    let mut apart_one = Series::new(format!("{ITEMS} a request, each for itself, 1 connection"));
    let mut apart_many = Series::new(format!("{ITEMS} a request, each for itself, {SENDERS} connections"));
    let mut atomic_one = Series::new(format!("{ITEMS} a request, all or none, 1 connection"));
    let mut atomic_many = Series::new(format!("{ITEMS} a request, all or none, {SENDERS} connections"));
    let mut posted = Series::new(format!("one a request, {CONNECTIONS} connections"));
    let mut sql = Series::new(format!("plain SQL, {ITEMS} a statement, 1 session"));
    let mut copied = Series::new(name(plan.engine));
    let baseline = match plan.engine {
        Engine::Postgres => Some(Baseline::start(USERS).await),
        Engine::Sqlite => None,
    };
    let mut memory = 0;
    for _ in 0..plan.rounds {
        let mut server = Server::start(plan.engine, &[]).await;
        open_accounts(server.address(), USERS).await;
        settle(server.database()).await;
        apart_one.push(measure(&server, 1, plan, &apart).await);
        atomic_one.push(measure(&server, 1, plan, &atomic).await);
        if let Some(baseline) = &baseline {
            sql.push(baseline.run(Script::List, 1, plan.time));
        }
        posted.push(drive(server.address(), CONNECTIONS, plan.time, &post).await);
        apart_many.push(measure(&server, SENDERS, plan, &apart).await);
        atomic_many.push(measure(&server, SENDERS, plan, &atomic).await);
        memory = memory.max(server.memory_max_mib());
        server.stop();
        copied.push(write_again(server.database()).await);
    }
    let mut series = vec![&apart_one, &apart_many, &atomic_one, &atomic_many, &posted, &copied];
    if baseline.is_some() {
        series.insert(series.len() - 1, &sql);
    }
    print_table("transactions", &series);
    for (what, one) in [("each for itself", &apart_one), ("all or none", &atomic_one)] {
        print_comparison(
            &format!("{ITEMS} a request, {what}, to one a request"),
            &one.ratio_to(&posted),
        );
        if baseline.is_some() {
            print_ratio(
                &format!("{ITEMS} a request, {what}, to plain SQL"),
                &one.ratio_to(&sql),
                "0.7",
            );
        }
        print_comparison(
            &format!("{ITEMS} a request, {what}, to {}", name(plan.engine)),
            &one.ratio_to(&copied),
        );
    }
    println!("- most memory of the server: {memory} MiB (goal: 100)");
}

/// Requests with a list of transactions.
fn lists(is_atomic: bool) -> Next {
    Rc::new(move |random: &mut Random, request: &mut Vec<u8>| {
        let mut body = format!(r#"{{"atomic":{is_atomic},"transactions":["#);
        for number in 0..ITEMS {
            let separator = if number == 0 { "" } else { "," };
            write!(body, "{separator}{}", item(random)).expect("text grows");
        }
        body.push_str("]}");
        write_post(request, "/transactions/batch", random, &body);
    })
}

fn item(random: &mut Random) -> String {
    format!(
        r#"{{"type":"credit","user_id":"user-{}","amount":"1.00","currency":"USD","transaction_date":"2026-01-31T09:30:00Z","category":"salary"}}"#,
        random.place(USERS)
    )
}

/// Sends lists for a while. A list of which each item is for itself succeeds also where its items are refused, so what
/// was recorded is counted.
async fn measure(server: &Server, connections: usize, plan: Plan, next: &Next) -> Round {
    let before = count(server.database()).await;
    let round = drive_lists(server.address(), connections, plan.time, ITEMS, next).await;
    let recorded = count(server.database()).await - before;
    assert!(
        recorded >= round.rate * plan.time.as_secs(),
        "{recorded} were recorded in {:?}, and {} a second answered",
        plan.time,
        round.rate
    );
    round
}

async fn count(database: &Database) -> u64 {
    database.number("SELECT count(*) FROM transactions").await
}
