//! Rows of an import a second, beside the same transactions each posted by itself; and the server's memory for it.

use std::fmt::Write;
use std::rc::Rc;
use std::time::Instant;

use serde_json::Value;
use tests::Random;

use crate::Plan;
use crate::connection::Connection;
use crate::drive::{Next, drive, write_post};
use crate::figures::{Round, Series, print_ratio, print_table};
use crate::server::Server;

/// Users whose transactions they are.
const USERS: usize = 10_000;
/// Connections that post at once.
const CONNECTIONS: usize = 256;
/// Rows of a piece of a body.
const PIECE_ROWS: usize = 500;

pub(crate) async fn run(plan: Plan, rows: usize) {
    let server = Server::start(plan.engine, &[]).await;
    let memory_before = server.memory_max_mib();
    let post: Next = Rc::new(|random: &mut Random, request: &mut Vec<u8>| {
        let body = format!(
            r#"{{"type":"credit","user_id":"user-{}","amount":"1.00","currency":"USD","transaction_date":"2026-01-31T09:30:00Z","category":"salary"}}"#,
            random.place(USERS)
        );
        write_post(request, "/transactions", random, &body);
    });
    let mut named = Series::new("import, rows with a reference");
    let mut unnamed = Series::new("import, rows without a reference");
    let mut again = Series::new("import of both again");
    let mut posted = Series::new(format!("POST /transactions, {CONNECTIONS} connections"));
    for round in 0..plan.rounds {
        named.push(import(&server, round, rows, true, "accepted").await);
        posted.push(drive(server.address(), CONNECTIONS, plan.time, &post).await);
        unnamed.push(import(&server, round, rows, false, "accepted").await);
        for has_reference in [true, false] {
            again.push(import(&server, round, rows, has_reference, "duplicates").await);
        }
    }
    let memory = server.memory_max_mib();
    print_table("rows", &[&named, &unnamed, &again, &posted]);
    print_ratio("import, to posts with a key", &unnamed.ratio_to(&posted), "1");
    print_memory(memory.saturating_sub(memory_before), rows);
}

/// Prints how many MiB a server grew by.
pub(crate) fn print_memory(growth: u64, rows: usize) {
    println!("- memory of the server: {growth} MiB more for files of {rows} rows (goal: 200)");
}

/// Imports the file of a round, all of whose rows must come to `outcome`.
pub(crate) async fn import(server: &Server, round: usize, rows: usize, has_reference: bool, outcome: &str) -> Round {
    let mut connection = Connection::open(server.address()).await;
    let began = Instant::now();
    let head = format!(
        "POST /api/v1/transactions/import HTTP/1.1\r\nHost: load\r\nAuthorization: Bearer {}\r\n\
         Content-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n",
        tests::OPERATOR_KEY
    );
    connection.write(head.as_bytes()).await;
    let header = "type,user_id,amount,currency,transaction_date,category,reference\n";
    connection.write(&chunk(header)).await;
    for first in (0..rows).step_by(PIECE_ROWS) {
        let mut piece = String::new();
        for row in first..rows.min(first + PIECE_ROWS) {
            let reference = if has_reference {
                format!("{round}-{row}")
            } else {
                String::new()
            };
            let second = row % 60;
            // Another date a round, since rows are known by what they say.
            writeln!(
                piece,
                "credit,user-{},1.00,USD,20{:02}-01-31T09:30:{second:02}Z,salary,{reference}",
                row % USERS,
                round + 10
            )
            .expect("text grows");
        }
        connection.write(&chunk(&piece)).await;
    }
    let answer = connection.send(&chunk("")).await;
    let report: Value = serde_json::from_slice(answer.body).expect("an answer is JSON");
    assert_eq!(report[outcome], rows, "{report}");
    Round::once(u64::try_from(rows).expect("a number is a u64"), began.elapsed())
}

/// A piece of a body in chunks; an empty one ends it.
fn chunk(piece: &str) -> Vec<u8> {
    format!("{:x}\r\n{piece}\r\n", piece.len()).into_bytes()
}
