//! Whether anything grows slower with the book: the same requests in a book and in one of a hundred times as many
//! transactions, and for a user with few transactions and one with a tenth of all.

use std::rc::Rc;
use std::time::Instant;

use tests::Random;

use crate::Plan;
use crate::drive::{Next, drive, write_get, write_post};
use crate::figures::{Round, Series, print_ratio, print_table};
use crate::population::post_all;
use crate::server::Server;

/// How many times as many transactions the large book has.
const GROWTH: usize = 100;
/// Users that the transactions are spread over, all of them in either book.
const USERS: usize = 10_000;
/// Transactions of the user `light`, in either book.
const LIGHT: usize = 100;
/// Of how many transactions of the large book one is of the user `heavy`.
const HEAVY_SHARE: usize = 10;
/// Days that the transactions are spread over.
const DAYS: u64 = 365;
/// Connections that post, and connections that read.
const WRITERS: usize = 256;
const READERS: usize = 8;
/// Rows of the pages that lead to a deep one.
const PAGE_MAX: usize = 200;

/// A day after all of them, and the transactions that the users `light` and `heavy` have from then on.
const PERIOD: &str = "2027-06-01";
const PERIOD_LINES: usize = 20;

/// A request that is sent to both books, or for both users.
struct Case {
    name: &'static str,
    connections: usize,
    few: (Rc<Server>, Next),
    many: (Rc<Server>, Next),
    /// The least that the ratio of the rates should be.
    goal: &'static str,
}

/// No slower than 1.5 times the time.
const OF_A_LARGER_BOOK: &str = "0.67";
/// No slower.
const OF_A_BUSIER_USER: &str = "1";

pub(crate) async fn run(plan: Plan, transactions: usize) {
    let small = Rc::new(fill(plan, transactions / GROWTH, false).await);
    let large = Rc::new(fill(plan, transactions, true).await);
    let cases = cases(&small, &large, transactions).await;
    let mut series: Vec<[Series; 2]> = cases
        .iter()
        .map(|case| {
            [
                Series::new(format!("{}: few", case.name)),
                Series::new(format!("{}: many", case.name)),
            ]
        })
        .collect();
    // Case by case: what is created is there before anything is read.
    for (case, [few, many]) in cases.iter().zip(&mut series) {
        for _ in 0..plan.rounds {
            few.push(measure(case.connections, &case.few, plan).await);
            many.push(measure(case.connections, &case.many, plan).await);
        }
    }
    println!();
    print_table("request", &series.iter().flatten().collect::<Vec<_>>());
    for (case, [few, many]) in cases.iter().zip(&series) {
        print_ratio(case.name, &many.ratio_to(few), case.goal);
    }
    println!(
        "- most memory of the server of the large book: {} MiB (goal: 100)",
        large.memory_max_mib()
    );
}

async fn measure(connections: usize, (server, next): &(Rc<Server>, Next), plan: Plan) -> Round {
    drive(server.address(), connections, plan.time, next).await
}

/// Serves a book with this many transactions: 100 of `light`, a tenth of `heavy` where there is one, the rest of
/// everybody else.
async fn fill(plan: Plan, transactions: usize, has_heavy: bool) -> Server {
    let began = Instant::now();
    let server = Server::start(plan.engine, &[]).await;
    let body = move |number: usize, random: &mut Random| {
        let user = if number.is_multiple_of(transactions / LIGHT) {
            "light".to_owned()
        } else if has_heavy && number % HEAVY_SHARE == 1 {
            "heavy".to_owned()
        } else {
            format!("user-{}", number % USERS)
        };
        format!(
            r#"{{"type":"credit","user_id":"{user}","amount":"{}.00","currency":"USD","category":"salary","transaction_date":"{}T09:30:00Z"}}"#,
            1 + random.below(1000),
            day(random.below(DAYS))
        )
    };
    post_all(server.address(), transactions, body, |_| None::<()>).await;
    println!(
        "- filled with {transactions} transactions in {} s",
        began.elapsed().as_secs()
    );
    server
}

/// A day of 2026 by its number.
fn day(number: u64) -> String {
    let days = chrono::Days::new(number);
    let first = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("the year begins");
    first.checked_add_days(days).expect("the year ends").to_string()
}

async fn cases(small: &Rc<Server>, large: &Rc<Server>, transactions: usize) -> Vec<Case> {
    let create: Next = Rc::new(|random: &mut Random, request: &mut Vec<u8>| {
        let body = format!(
            r#"{{"type":"credit","user_id":"user-{}","amount":"1.00","currency":"USD","category":"salary","transaction_date":"{}T09:30:00Z"}}"#,
            random.place(USERS),
            day(random.below(DAYS))
        );
        write_post(request, "/transactions", random, &body);
    });
    let by_size = |name, connections, next: &Next| Case {
        name,
        connections,
        few: (Rc::clone(small), Rc::clone(next)),
        many: (Rc::clone(large), Rc::clone(next)),
        goal: OF_A_LARGER_BOOK,
    };
    let [light, heavy] = [begin_period(large, "light").await, begin_period(large, "heavy").await];
    let by_history = |name, path: &str| by_user(name, large, &format!("{light}/{path}"), &format!("{heavy}/{path}"));
    let all = "/transactions";
    let (of_light, of_heavy) = ("/transactions?user_id=light", "/transactions?user_id=heavy");
    vec![
        by_size("create", WRITERS, &create),
        by_size("first page of everything", READERS, &get(all)),
        Case {
            name: "page in the middle of everything",
            connections: READERS,
            few: (Rc::clone(small), get(&middle(small, all, transactions / GROWTH).await)),
            many: (Rc::clone(large), get(&middle(large, all, transactions).await)),
            goal: OF_A_LARGER_BOOK,
        },
        by_size("first page of a user", READERS, &get(of_light)),
        by_size(
            "page in the middle of a user",
            READERS,
            &get(&middle(small, of_light, LIGHT).await),
        ),
        by_size("statistics of a user", READERS, &get("/users/light/stats")),
        by_user("first page of a user with few and with many", large, of_light, of_heavy),
        by_user(
            "page in the middle of a user with few and with many",
            large,
            &middle(large, of_light, LIGHT).await,
            &middle(large, of_heavy, transactions / HEAVY_SHARE).await,
        ),
        by_user(
            "statistics of a user with few and with many",
            large,
            "/users/light/stats",
            "/users/heavy/stats",
        ),
        by_history(
            "statement after little and after much",
            &format!("statement?from={PERIOD}"),
        ),
        by_history(
            "balance by date after little and after much",
            &format!("balance?effective_at={PERIOD}T00:00:00Z"),
        ),
        by_history(
            "balance as recorded, of few and of many entries",
            &format!("balance?as_of={PERIOD}T00:00:00Z"),
        ),
    ]
}

fn by_user(name: &'static str, large: &Rc<Server>, light: &str, heavy: &str) -> Case {
    Case {
        name,
        connections: READERS,
        few: (Rc::clone(large), get(light)),
        many: (Rc::clone(large), get(heavy)),
        goal: OF_A_BUSIER_USER,
    }
}

/// Gives a user the transactions of the period, and tells the path of the user's account.
async fn begin_period(server: &Server, user: &str) -> String {
    let client = server.client();
    for _ in 0..PERIOD_LINES {
        let date = serde_json::json!({"transaction_date": format!("{PERIOD}T09:30:00Z")});
        let _ = client
            .create(&tests::body::with(tests::body::credit(user, "1.00"), date))
            .await;
    }
    let account = client.account_of(user, "main", "USD").await;
    format!("/accounts/{}", account["id"].as_str().expect("an id is text"))
}

fn get(path: &str) -> Next {
    let path = path.to_owned();
    Rc::new(move |_: &mut Random, request: &mut Vec<u8>| write_get(request, &path))
}

/// The path of the page that lies behind half of the rows of a list.
async fn middle(server: &Server, path: &str, rows: usize) -> String {
    let client = server.client();
    let separator = if path.contains('?') { '&' } else { '?' };
    let limit = PAGE_MAX.min(rows / 2);
    let mut cursor = String::new();
    for _ in 0..(rows / 2).div_ceil(limit) {
        let page = client
            .get(&format!("{path}{separator}limit={limit}{cursor}"))
            .await
            .expect(200);
        cursor = format!("&cursor={}", page.next_cursor().expect("half of the list is left"));
    }
    format!("{path}{separator}limit=20{cursor}")
}
