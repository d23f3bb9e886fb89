//! Random histories against a naive recount: creates, backdated or not, edits, voids, restores and refunds, one after the
//! other, so that what was answered at each recorded instant is known.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use tests::accounting::cents;
use tests::body::{credit, debit, transfer, with};
use tests::{Answer, Book, Random, on_both};

use super::model::{self, Range, Record};
use super::{statement_of, walk};

on_both!(
    a_statement_equals_a_naive_recount_for_random_histories,
    as_of_every_recorded_instant_everything_is_what_was_answered_then,
);

const CHANGES: usize = 240;
/// Statements that are asked for of each account.
const RANGES: usize = 12;

/// The users, and the zones they live in, one with clocks that change within the dates of the test.
const USERS: [(&str, &str); 3] = [
    ("ada", "America/New_York"),
    ("bob", "Pacific/Kiritimati"),
    ("cy", "UTC"),
];

/// An account with the zone of its statement.
#[derive(Clone)]
struct Account {
    id: String,
    zone: Tz,
}

/// What was recorded at an instant: the transaction, and the balances of all accounts after it.
struct Instant {
    at: String,
    transactions: Vec<Value>,
    balances: Vec<i64>,
}

struct History<'a> {
    book: &'a Book,
    random: Random,
    accounts: Vec<Account>,
    records: Vec<Record>,
    instants: Vec<Instant>,
}

impl<'a> History<'a> {
    /// Two accounts of each user, two of the ledger, and as many changes as a test has.
    async fn play(book: &'a Book) -> Self {
        let mut accounts = Vec::new();
        for (user, zone) in USERS {
            let _ = book
                .put_user(user, &json!({"full_name": user, "time_zone": zone}))
                .await;
            for name in ["main", "savings"] {
                let body = json!({"user_id": user, "name": name, "currency": "USD"});
                let (id, zone) = (book.open_account(&body).await, zone.parse().expect("an IANA name"));
                accounts.push(Account { id, zone });
            }
        }
        let fees = book.open_account(&json!({"name": "fees", "currency": "USD"})).await;
        let first = book.create(&credit("ada", "1.00")).await;
        let world = first.text("source_account_id").to_owned();
        accounts.extend([fees, world].map(|id| Account { id, zone: Tz::UTC }));
        let mut history = Self {
            book,
            random: Random::announced(),
            accounts,
            records: Vec::new(),
            instants: Vec::new(),
        };
        history.take(&first).await;
        for _ in 0..CHANGES {
            history.step().await;
        }
        let taken = history.instants.len();
        assert!(taken > CHANGES / 2, "only {taken} changes were taken");
        history
    }

    async fn step(&mut self) {
        let place = self.random.place(self.records.len());
        let record = self.records[place].clone();
        let path = format!("/transactions/{}", record.id);
        let answer = match (self.random.below(10), record.is_posted) {
            (0..5, _) => {
                let body = self.new_transaction();
                self.book.create(&body).await
            }
            (_, false) => self.book.post(&format!("{path}/restore"), &json!({})).await,
            (5, true) => self.book.delete(&path).await,
            (6, true) => {
                self.book
                    .post(&format!("{path}/refund"), &json!({"amount": "0.01"}))
                    .await
            }
            (_, true) => {
                let patch = self.new_patch(record.is_transfer);
                self.book.patch(&path, &patch).await
            }
        };
        // What is refunded can neither be voided nor turned round, and a refund no more than restored.
        if answer.status < 300 {
            self.take(&answer).await;
        } else {
            let known = [
                "transaction_not_editable",
                "amount_exceeds_remaining",
                "validation_failed",
            ];
            assert!(
                known.contains(&answer.text("code")),
                "{} was answered {}",
                answer.request,
                answer.text
            );
        }
    }

    fn new_transaction(&mut self) -> Value {
        let amount = model::format(self.any_cents());
        let (user, _) = *self.random.pick(&USERS);
        let body = match self.random.below(4) {
            0 => credit(user, &amount),
            1 => debit(user, &amount),
            2 => with(debit(user, &amount), json!({"account": "savings"})),
            _ => {
                let (source, distance) = (self.random.place(7), 1 + self.random.place(6));
                let [source, destination] = [source, (source + distance) % 7].map(|place| &self.accounts[place].id);
                transfer(source, destination, &amount)
            }
        };
        let text = *self.random.pick(&[None, Some("rent"), Some("=1+1")]);
        with(
            body,
            json!({"transaction_date": model::shown(self.any_date()), "description": text}),
        )
    }

    fn new_patch(&mut self, is_transfer: bool) -> Value {
        let mut patch = json!({"description": format!("edit {}", self.instants.len())});
        if self.random.below(2) == 0 {
            patch["amount"] = json!(model::format(self.any_cents()));
        }
        if self.random.below(2) == 0 {
            patch["transaction_date"] = json!(model::shown(self.any_date()));
        }
        if !is_transfer && self.random.below(3) == 0 {
            patch["type"] = json!(*self.random.pick(&["credit", "debit"]));
        }
        patch
    }

    fn any_cents(&mut self) -> i64 {
        1 + i64::try_from(self.random.below(100_000)).expect("a small number")
    }

    /// Of few hours, so that several transactions share one, around the change of the clocks in America.
    fn any_date(&mut self) -> DateTime<Utc> {
        let first = Utc
            .with_ymd_and_hms(2026, 3, 1, 0, 0, 0)
            .single()
            .expect("a time of UTC");
        first + TimeDelta::hours(i64::try_from(self.random.below(15 * 24)).expect("a small number"))
    }

    /// Takes over what was answered, and what it did to others.
    async fn take(&mut self, answer: &Answer) {
        let mut transactions = vec![answer.body.clone()];
        if let Some(parent) = answer.body["parent_id"].as_str() {
            transactions.push(self.book.get(&format!("/transactions/{parent}")).await.expect(200).body);
        }
        self.remember(record_of(&answer.body));
        let balances = self
            .accounts
            .iter()
            .map(|account| model::balance(&self.records, &account.id, |_| true));
        self.instants.push(Instant {
            at: answer.text("updated_at").to_owned(),
            transactions,
            balances: balances.collect(),
        });
    }

    fn remember(&mut self, record: Record) {
        match self.records.iter_mut().find(|known| known.id == record.id) {
            Some(known) => *known = record,
            None => self.records.push(record),
        }
    }

    fn any_range(&mut self) -> Range {
        let first = NaiveDate::from_ymd_opt(2026, 2, 27).expect("a date");
        let mut day = || (self.random.below(4) > 0).then(|| first + Days::new(self.random.below(20)));
        match (day(), day()) {
            (Some(one), Some(other)) => (Some(one.min(other)), Some(one.max(other))),
            range => range,
        }
    }
}

fn record_of(document: &Value) -> Record {
    let text = |member: &str| document[member].as_str().expect("a member that is text").to_owned();
    Record {
        id: text("id"),
        is_posted: document["status"] == "posted",
        is_transfer: document["type"] == "transfer",
        source: text("source_account_id"),
        destination: text("destination_account_id"),
        cents: cents(&document["amount"]),
        date: text("transaction_date").parse().expect("a time"),
        description: document["description"].as_str().map(str::to_owned),
    }
}

async fn a_statement_equals_a_naive_recount_for_random_histories(book: &Book) {
    let mut history = History::play(book).await;
    for account in history.accounts.clone() {
        let path = statement_of(&account.id);
        let now = book.get(&format!("/accounts/{}", account.id)).await.expect(200);
        assert_eq!(
            now.text("balance"),
            model::format(model::balance(&history.records, &account.id, |_| true))
        );
        for _ in 0..RANGES {
            let range = history.any_range();
            let (opening, lines, closing) = model::statement(&history.records, &account.id, account.zone, range);
            let mut query = Vec::new();
            query.extend(range.0.map(|from| format!("from={from}")));
            query.extend(range.1.map(|to| format!("to={to}")));
            let path = format!("{path}?{}", query.join("&"));
            let (found, statement) = walk(book, &path, 1 + history.random.place(40)).await;
            assert_eq!(found, lines, "{path}");
            assert_eq!(statement["opening_balance"], opening, "{path}");
            assert_eq!(statement["closing_balance"], closing, "{path}");
            assert_eq!(statement["time_zone"], account.zone.name());
        }
        for _ in 0..RANGES {
            let time = history.any_date();
            let expected = model::balance(&history.records, &account.id, |record| record.date <= time);
            let path = format!("/accounts/{}/balance?effective_at={}", account.id, model::shown(time));
            assert_eq!(
                book.get(&path).await.expect(200).text("balance"),
                model::format(expected),
                "{path}"
            );
        }
    }
    book.database().verify().await;
}

/// The instant before this one.
fn just_before(at: &str) -> String {
    let at: DateTime<Utc> = at.parse().expect("a time");
    model::shown(at - TimeDelta::microseconds(1))
}

async fn as_of_every_recorded_instant_everything_is_what_was_answered_then(book: &Book) {
    let history = History::play(book).await;
    let mut before = vec![0; history.accounts.len()];
    for instant in &history.instants {
        for (time, balances) in [(&instant.at, &instant.balances), (&just_before(&instant.at), &before)] {
            for (account, balance) in history.accounts.iter().zip(balances) {
                let path = format!("/accounts/{}/balance?as_of={time}", account.id);
                assert_eq!(
                    book.get(&path).await.expect(200).text("balance"),
                    model::format(*balance),
                    "{path}"
                );
            }
        }
        before = instant.balances.clone();
    }
    for record in &history.records {
        let versions = history.instants.iter().flat_map(|instant| {
            let own = instant
                .transactions
                .iter()
                .find(|document| document["id"] == *record.id);
            own.map(|document| (&instant.at, document))
        });
        let mut before: Option<&Value> = None;
        for (at, document) in versions {
            let path = |time: &str| format!("/transactions/{}?as_of={time}", record.id);
            let earlier = book.get(&path(&just_before(at))).await;
            match before {
                Some(before) => assert_eq!(earlier.expect(200).body, *before, "before {at}"),
                None => drop(earlier.problem("transaction_not_found", 404)),
            }
            assert_eq!(book.get(&path(at)).await.expect(200).body, *document, "{at}");
            before = Some(document);
        }
    }
}
