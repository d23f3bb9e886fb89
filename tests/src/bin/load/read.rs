//! Reads of one transaction and of a page of 20: over HTTP, and the same rows in plain SQL.

use std::rc::Rc;

use serde_json::Value;
use tests::{Engine, Random};

use crate::Plan;
use crate::drive::{Next, drive, write_get};
use crate::figures::{Series, print_ratio, print_table};
use crate::pgbench;
use crate::population::post_all;
use crate::server::Server;

/// Users, and what each has on the average.
const USERS: u64 = 1_000;
const TRANSACTIONS: usize = 50_000;
/// Connections and sessions that read at once.
const CLIENTS: usize = 8;
/// Transactions that are read by id: as many as `pgbench` takes scripts, since it can draw numbers but no ids.
const IDS_MAX: usize = 128;

const COLUMNS: &str = "id, kind, status, source_account_id, source_owner, destination_account_id, destination_owner, \
    amount, currency, transaction_date, description, category, reference, metadata, parent_id, version, created_at, \
    updated_at";

pub(crate) async fn run(plan: Plan) {
    let server = Server::start(plan.engine, &[]).await;
    let body = |_: usize, random: &mut Random| {
        format!(
            r#"{{"type":"debit","user_id":"user-{}","amount":"1.00","currency":"USD","category":"rent"}}"#,
            random.below(USERS)
        )
    };
    let id = |answer: &Value| answer["id"].as_str().map(str::to_owned);
    let mut ids = post_all(server.address(), TRANSACTIONS, body, id).await;
    // Every so many-th, so that they lie all over the table.
    ids.sort_unstable();
    let ids: Vec<String> = ids.into_iter().step_by(TRANSACTIONS.div_ceil(IDS_MAX)).collect();

    let one_sql: Vec<String> = ids
        .iter()
        .map(|id| format!("SELECT {COLUMNS} FROM transactions WHERE ledger_id = 1 AND id = '{id}';"))
        .collect();
    let side = |side: &str| {
        format!(
            "(SELECT {COLUMNS} FROM transactions WHERE ledger_id = 1 AND {side}_owner = 'user-' || :user::int8 \
             AND {side}_owner <> '' ORDER BY transaction_date DESC, id DESC LIMIT 21)"
        )
    };
    let page_sql = format!(
        "\\set user random(0, :users - 1)\n{} UNION ALL {} ORDER BY transaction_date DESC, id DESC LIMIT 21;",
        side("source"),
        side("destination")
    );
    let one: Next = Rc::new(move |random: &mut Random, request: &mut Vec<u8>| {
        write_get(request, &format!("/transactions/{}", random.pick(&ids)));
    });
    let page: Next = Rc::new(|random: &mut Random, request: &mut Vec<u8>| {
        write_get(request, &format!("/transactions?user_id=user-{}", random.below(USERS)));
    });

    let mut ones = Series::new("one transaction");
    let mut pages = Series::new("a page of 20");
    let mut one_rows = Series::new("one transaction, plain SQL");
    let mut page_rows = Series::new("a page of 20, plain SQL");
    let users = USERS.to_string();
    let has_sql = plan.engine == Engine::Postgres;
    for _ in 0..plan.rounds {
        ones.push(drive(server.address(), CLIENTS, plan.time, &one).await);
        if has_sql {
            one_rows.push(pgbench::run(server.database(), &one_sql, &[], CLIENTS, plan.time));
        }
        pages.push(drive(server.address(), CLIENTS, plan.time, &page).await);
        if has_sql {
            let scripts = std::slice::from_ref(&page_sql);
            page_rows.push(pgbench::run(
                server.database(),
                scripts,
                &[("users", &users)],
                CLIENTS,
                plan.time,
            ));
        }
    }
    let mut series = vec![&ones, &pages];
    if has_sql {
        series.extend([&one_rows, &page_rows]);
    }
    print_table("GET, 8 clients", &series);
    if has_sql {
        print_ratio("one transaction, to plain SQL", &ones.ratio_to(&one_rows), "0.4");
        print_ratio("a page of 20, to plain SQL", &pages.ratio_to(&page_rows), "0.4");
    }
}
