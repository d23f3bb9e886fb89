//! Statistics against a recount: thousands of random creates, edits, deletes and restores by many clients at once, over
//! users in many time zones, some of which move to another zone meanwhile.

mod model;

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use tests::body::{credit, debit, transfer, with};
use tests::{Book, Client, Random, at_once, on_both};

use model::{CURRENCIES, Interval, Model, Record};

on_both!(statistics_equal_a_recount_after_ten_thousand_random_changes);

const WORKERS: usize = 20;
const CHANGES_EACH: usize = 500;

/// The users' first zones. A worker moves each third user to the next one half way.
const ZONES: [&str; 8] = [
    "UTC",
    "America/New_York",
    "Asia/Kolkata",
    "Pacific/Kiritimati",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Pago_Pago",
    "Europe/London",
];

const CATEGORIES: [Option<&str>; 7] = [
    None,
    Some("a"),
    Some("b"),
    Some("B"),
    Some("é"),
    Some("food"),
    Some("zz top"),
];

/// A user, with one account per currency and a second one in the first.
#[derive(Clone)]
struct Owner {
    id: String,
    accounts: Vec<(&'static str, String)>,
}

fn zone(number: usize) -> &'static str {
    ZONES[number % ZONES.len()]
}

fn final_zone(number: usize) -> &'static str {
    if number.is_multiple_of(3) {
        zone(number + 1)
    } else {
        zone(number)
    }
}

async fn open_owner(book: &Book, number: usize) -> Owner {
    let id = format!("user-{number}");
    let _ = book
        .put_user(&id, &json!({"full_name": id, "time_zone": zone(number)}))
        .await;
    let mut accounts = Vec::new();
    let names = CURRENCIES
        .iter()
        .map(|currency| (currency.code, "main"))
        .chain([(CURRENCIES[0].code, "savings")]);
    for (currency, name) in names {
        let body = json!({"user_id": id, "name": name, "currency": currency});
        accounts.push((currency, book.open_account(&body).await));
    }
    Owner { id, accounts }
}

/// An instant of six weeks around the change to summer time in America and Europe.
fn any_date(random: &mut Random) -> DateTime<Utc> {
    let first = Utc
        .with_ymd_and_hms(2026, 2, 26, 0, 0, 0)
        .single()
        .expect("a time of UTC");
    let seconds = i64::try_from(random.below(45 * 86_400)).expect("a small number");
    first + chrono::TimeDelta::seconds(seconds)
}

async fn create(client: &Client, owners: &[Owner], random: &mut Random) -> Record {
    let owner = random.pick(owners);
    let date = any_date(random);
    let minor = 1 + i64::try_from(random.below(1_000_000)).expect("a small number");
    let category = *random.pick(&CATEGORIES);
    let more = json!({"transaction_date": date.to_rfc3339(), "category": category});
    let (body, code) = if random.below(4) == 0 {
        let (code, source) = random.pick(&owner.accounts).clone();
        let others: Vec<&String> = owners
            .iter()
            .flat_map(|owner| &owner.accounts)
            .filter(|(other_code, other)| *other_code == code && *other != source)
            .map(|(_, other)| other)
            .collect();
        (
            transfer(&source, others[random.place(others.len())], &model::format(minor, code)),
            code,
        )
    } else {
        let code = random.pick(&CURRENCIES).code;
        let amount = model::format(minor, code);
        let body = if random.below(2) == 0 {
            credit(&owner.id, &amount)
        } else {
            debit(&owner.id, &amount)
        };
        (with(body, json!({"currency": code})), code)
    };
    let made = client.create(&with(body, more)).await;
    let user = |member: &str| made.body[member].as_str().map(str::to_owned);
    let (source_user, destination_user) = match made.text("type") {
        "credit" => (None, user("user_id")),
        "debit" => (user("user_id"), None),
        _ => (user("source_user_id"), user("destination_user_id")),
    };
    Record {
        id: made.id(),
        is_transfer: made.text("type") == "transfer",
        is_posted: true,
        source_user,
        destination_user,
        currency: code,
        minor,
        date,
        category,
    }
}

async fn change(client: &Client, record: &mut Record, random: &mut Random) {
    let path = format!("/transactions/{}", record.id);
    if !record.is_posted {
        let _ = client.post(&format!("{path}/restore"), &json!({})).await.expect(200);
        record.is_posted = true;
        return;
    }
    if random.below(4) == 0 {
        let _ = client.delete(&path).await.expect(200);
        record.is_posted = false;
        return;
    }
    let mut patch = json!({});
    if random.below(2) == 0 {
        record.minor = 1 + i64::try_from(random.below(1_000_000)).expect("a small number");
        patch["amount"] = json!(model::format(record.minor, record.currency));
    }
    if random.below(2) == 0 {
        record.date = any_date(random);
        patch["transaction_date"] = json!(record.date.to_rfc3339());
    }
    if random.below(2) == 0 {
        record.category = *random.pick(&CATEGORIES);
        patch["category"] = json!(record.category);
    }
    if !record.is_transfer && random.below(3) == 0 {
        std::mem::swap(&mut record.source_user, &mut record.destination_user);
        patch["type"] = json!(if record.source_user.is_none() {
            "credit"
        } else {
            "debit"
        });
    }
    let _ = client.patch(&path, &patch).await.expect(200);
}

async fn work(client: Client, owners: Vec<Owner>, number: usize, mut random: Random) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    for step in 0..CHANGES_EACH {
        if step == CHANGES_EACH / 2 {
            let patch = json!({"time_zone": final_zone(number)});
            let _ = client
                .patch(&format!("/users/{}", owners[number].id), &patch)
                .await
                .expect(200);
        }
        if records.is_empty() || random.below(2) == 0 {
            records.push(create(&client, &owners, &mut random).await);
        } else {
            let place = random.place(records.len());
            change(&client, &mut records[place], &mut random).await;
        }
    }
    records
}

async fn statistics_equal_a_recount_after_ten_thousand_random_changes(book: &Book) {
    let mut random = Random::announced();
    let mut owners = Vec::new();
    for number in 0..WORKERS {
        owners.push(open_owner(book, number).await);
    }
    let seed = random.bits();
    let client = book.client();
    let records = at_once(WORKERS, |number| {
        let own = Random::seeded(seed.wrapping_add(u64::try_from(number).expect("a small number")));
        work(client.clone(), owners.clone(), number, own)
    })
    .await
    .concat();
    let model = Model { records };

    let ranges = [
        (None, None),
        (Some("2026-03-05"), None),
        (None, Some("2026-03-20")),
        (Some("2026-03-08"), Some("2026-03-29")),
    ];
    for (number, owner) in owners.iter().enumerate() {
        let zone: Tz = final_zone(number).parse().expect("an IANA name");
        for (from, to) in ranges {
            let interval = *random.pick(&[None, Some(Interval::Day), Some(Interval::Week), Some(Interval::Month)]);
            let found = stats(book, &format!("/users/{}/stats", owner.id), (from, to), interval).await;
            assert_eq!(found["time_zone"], zone.name());
            let rows = model.rows_of(&owner.id, zone, (day(from), day(to)));
            assert_eq!(
                found["currencies"],
                model::statistics(&rows, interval),
                "{} {from:?} {to:?} {interval:?}",
                owner.id
            );
        }
    }
    for (from, to) in ranges {
        for interval in [None, Some(Interval::Day), Some(Interval::Week), Some(Interval::Month)] {
            let found = stats(book, "/stats", (from, to), interval).await;
            let rows = model.rows_of_all((day(from), day(to)));
            assert_eq!(
                found["currencies"],
                model::statistics(&rows, interval),
                "ledger {from:?} {to:?} {interval:?}"
            );
        }
    }
}

fn day(date: Option<&str>) -> Option<NaiveDate> {
    date.map(|date| date.parse().expect("a date"))
}

async fn stats(book: &Book, path: &str, range: (Option<&str>, Option<&str>), interval: Option<Interval>) -> Value {
    let mut query = Vec::new();
    query.extend(range.0.map(|from| format!("from={from}")));
    query.extend(range.1.map(|to| format!("to={to}")));
    query.extend(interval.map(|interval| format!("interval={}", interval.name())));
    let separator = if query.is_empty() { "" } else { "?" };
    book.get(&format!("{path}{separator}{}", query.join("&")))
        .await
        .expect(200)
        .body
}
