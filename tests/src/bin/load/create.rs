//! Transactions a second, each posted by itself, with an idempotency key, and answered when it is on disk.

use std::rc::Rc;

use tests::{Engine, Random};

use crate::Plan;
use crate::drive::{Next, drive, write_post};
use crate::figures::{Series, print_ratio, print_table};
use crate::pgbench::{Baseline, Script};
use crate::population::open_accounts;
use crate::server::Server;

/// Users with an account that transfers go between.
const USERS: usize = 10_000;
/// Connections that post at once.
const CONNECTIONS: usize = 256;
const CONNECTIONS_FEW: usize = 64;
/// Sessions of the plain SQL.
const SQL_CLIENTS: usize = 32;

/// A server and the request that it is loaded with.
struct Loaded {
    server: Server,
    transfer: Next,
}

impl Loaded {
    async fn start(engine: Engine, arguments: &[&str]) -> Self {
        let server = Server::start(engine, arguments).await;
        let accounts = open_accounts(server.address(), USERS).await;
        let transfer = Rc::new(move |random: &mut Random, request: &mut Vec<u8>| {
            let source = random.place(accounts.len());
            let step = 1 + random.place(accounts.len() - 1);
            let (source, destination) = (&accounts[source], &accounts[(source + step) % accounts.len()]);
            let body = format!(
                r#"{{"type":"transfer","source_account_id":"{source}","destination_account_id":"{destination}","amount":"1.00","currency":"USD"}}"#
            );
            write_post(request, "/transactions", random, &body);
        });
        Self { server, transfer }
    }

    async fn measure(&self, connections: usize, plan: Plan) -> crate::figures::Round {
        drive(self.server.address(), connections, plan.time, &self.transfer).await
    }
}

pub(crate) async fn run(plan: Plan) {
    let batched = Loaded::start(plan.engine, &[]).await;
    let single = Loaded::start(plan.engine, &["--batch-max", "1"]).await;
    let credit: Next = Rc::new(|random: &mut Random, request: &mut Vec<u8>| {
        let body = r#"{"type":"credit","user_id":"user-0","amount":"1.00","currency":"USD"}"#;
        write_post(request, "/transactions", random, body);
    });
    let baseline = match plan.engine {
        Engine::Postgres => Some(Baseline::start(USERS).await),
        Engine::Sqlite => None,
    };
    let mut many = Series::new(format!("{CONNECTIONS} connections"));
    let mut many_single = Series::new(format!("{CONNECTIONS} connections, batch limit 1"));
    let mut few = Series::new(format!("{CONNECTIONS_FEW} connections"));
    let mut few_single = Series::new(format!("{CONNECTIONS_FEW} connections, batch limit 1"));
    let mut hot = Series::new(format!("{CONNECTIONS} connections, one account"));
    let mut one = Series::new("1 connection");
    let mut sql = Series::new(format!("plain SQL, {SQL_CLIENTS} sessions"));
    let mut sql_unchained = Series::new(format!("plain SQL without journal and chain, {SQL_CLIENTS} sessions"));
    let mut sql_one = Series::new("plain SQL, 1 session");
    for _ in 0..plan.rounds {
        many.push(batched.measure(CONNECTIONS, plan).await);
        many_single.push(single.measure(CONNECTIONS, plan).await);
        if let Some(baseline) = &baseline {
            sql.push(baseline.run(Script::Transfer, SQL_CLIENTS, plan.time));
            sql_unchained.push(baseline.run(Script::TransferUnchained, SQL_CLIENTS, plan.time));
        }
        few.push(batched.measure(CONNECTIONS_FEW, plan).await);
        few_single.push(single.measure(CONNECTIONS_FEW, plan).await);
        hot.push(drive(batched.server.address(), CONNECTIONS, plan.time, &credit).await);
        one.push(batched.measure(1, plan).await);
        if let Some(baseline) = &baseline {
            sql_one.push(baseline.run(Script::Transfer, 1, plan.time));
        }
    }
    let mut series = vec![&many, &many_single, &few, &few_single, &hot, &one];
    if baseline.is_some() {
        series.extend([&sql, &sql_unchained, &sql_one]);
    }
    print_table("POST /transactions", &series);
    let goal = if baseline.is_some() { "8" } else { "4" };
    print_ratio(
        "256 connections, to a batch limit of 1",
        &many.ratio_to(&many_single),
        goal,
    );
    if baseline.is_some() {
        print_ratio("64 connections, to a batch limit of 1", &few.ratio_to(&few_single), "6");
        print_ratio(
            "256 connections, to the same rows in plain SQL",
            &many.ratio_to(&sql),
            "3",
        );
        print_ratio(
            "256 connections, to plain SQL without journal and chain",
            &many.ratio_to(&sql_unchained),
            "3",
        );
        print_ratio(
            "1 connection, to the same rows in plain SQL",
            &one.ratio_to(&sql_one),
            "0.8",
        );
    }
    print_ratio("one account, to many", &hot.ratio_to(&many), "0.9");
    println!(
        "- most memory of the server: {} MiB (goal: 100)",
        batched.server.memory_max_mib()
    );
}
