//! Whoever changes a table by hand is found out: the tables' triggers are taken away, and one row is changed.

use service::ledger::{Command, CreateLimit, LimitFor, Precondition, Request};
use service::money::AmountText;
use service::record::{Direction, LimitStatus, LimitWindow, Role};
use service::value::Name;
use service::verify::{Failure, Invariant};
use tests::Engine;

use super::on_both_engines;
use super::played::Played;
use super::service_under_test::Service;
use super::steps::{Action, Details, Edit};

/// Takes the guards of the journal away.
const UNGUARD: [(&str, &[&str]); 3] = [
    ("entries", &["entries_update", "entries_delete"]),
    ("events", &["events_update", "events_delete"]),
    ("blocks", &["blocks_update", "blocks_delete"]),
];

/// What is done to the tables, and what must then be said that was not said before.
const DEEDS: [(&str, Invariant, &str); 33] = [
    (
        "UPDATE accounts SET balance = balance + 100 WHERE owner = 'ada' AND currency = 'USD'",
        Invariant::ZeroSum,
        "the balances in USD sum to 100 minor units",
    ),
    (
        "UPDATE accounts SET balance = balance + 1 WHERE owner = 'bo' AND currency = 'JPY'",
        Invariant::Balances,
        "its entries sum to",
    ),
    (
        "UPDATE accounts SET held_out = 5 WHERE owner = 'bo' AND currency = 'JPY'",
        Invariant::Limits,
        "keeps 5 going out and 0 coming in, its holds 0 and 0",
    ),
    (
        "UPDATE transactions SET refunded = refunded + 1 WHERE refunded IS NOT NULL",
        Invariant::Limits,
        "were refunded, what did so sums to 500",
    ),
    (
        "UPDATE transactions SET refunded = NULL",
        Invariant::Limits,
        "belongs to one that is absent, or does not tell of it",
    ),
    (
        "INSERT INTO entries SELECT ledger_id, transaction_id, seq, transaction_id, transaction_version, amount,
            balance, transaction_date, recorded_at, position FROM entries WHERE seq = 1 AND account_id IN
            (SELECT id FROM accounts WHERE owner = 'ada' AND currency = 'USD')",
        Invariant::Balances,
        "which does not exist",
    ),
    (
        "INSERT INTO entries SELECT ledger_id, account_id, seq + 1000, transaction_id, transaction_version, amount,
            balance, transaction_date, recorded_at, position FROM entries WHERE seq = 1 AND account_id IN
            (SELECT id FROM accounts WHERE owner = 'ada' AND currency = 'USD')",
        Invariant::Balances,
        "entry 1001 of account",
    ),
    (
        "UPDATE events SET data = replace(data, '\"minimum_balance\":null', '\"minimum_balance\":\"0\"')
            WHERE kind = 'account.created' AND data LIKE '%\"user_id\":\"bo\"%'",
        Invariant::Limits,
        "below its minimum of 0",
    ),
    (
        "UPDATE entries SET amount = amount + 1 WHERE seq = 1 AND account_id IN
            (SELECT id FROM accounts WHERE owner = 'ada' AND currency = 'USD')",
        Invariant::Balances,
        "tells a balance of",
    ),
    (
        "UPDATE events SET data = replace(data, '\"amount\":\"20.50\"', '\"amount\":\"21.50\"') WHERE position = 5",
        Invariant::Chain,
        "does not follow from its events",
    ),
    (
        "UPDATE events SET personal = '{\"full_name\":\"Eve\"}' WHERE kind = 'user.created' AND subject = 'users/ada'",
        Invariant::Chain,
        "is not the one that was committed to",
    ),
    (
        "UPDATE users SET search_text = 'eve' WHERE id = 'bo'",
        Invariant::Documents,
        "user bo is searched by other texts",
    ),
    (
        "UPDATE transactions SET search_text = 'eve' WHERE category = 'food'",
        Invariant::Documents,
        "is searched by other texts than its row has",
    ),
    (
        "UPDATE transactions SET reference = 'r2' WHERE reference = 'r1'",
        Invariant::Documents,
        "is not as its newest event",
    ),
    (
        "UPDATE transactions SET amount = amount + 1 WHERE category = 'food'",
        Invariant::Documents,
        "is not as its newest event",
    ),
    (
        "UPDATE transactions SET reference = 'r3'",
        Invariant::Documents,
        "several transactions have the reference \"r3\"",
    ),
    (
        "UPDATE users SET full_name = 'Eve' WHERE id = 'bo'",
        Invariant::Documents,
        "user bo is not as its newest event recorded it",
    ),
    (
        "UPDATE daily_totals SET credit_count = credit_count + 1 WHERE owner = 'bo' AND category = ''",
        Invariant::Statistics,
        "of user bo tells",
    ),
    (
        "UPDATE totals SET debit_total_low = debit_total_low + 1 WHERE owner = '' AND category = '' AND currency = 'USD'",
        Invariant::Statistics,
        "the total USD (generation 0) of the ledger tells",
    ),
    (
        "UPDATE totals SET busiest = busiest + 1 WHERE owner = '' AND category = '' AND currency = 'USD'",
        Invariant::Statistics,
        "the total USD (generation 0) of the ledger tells",
    ),
    (
        "UPDATE idempotency_keys SET answer_position = answer_position - 1",
        Invariant::Answers,
        "does not lead to its answer, event",
    ),
    (
        "UPDATE idempotency_keys SET answer_position = 2, head_position = 2",
        Invariant::Answers,
        "does not lead to its answer, event 2",
    ),
    (
        "UPDATE api_keys SET role = 'admin' WHERE name = 'till'",
        Invariant::Documents,
        "is not as its newest event 16 recorded it",
    ),
    (
        "UPDATE api_keys SET revoked_at = NULL WHERE name = 'shop'",
        Invariant::Documents,
        "is not as its newest event 18 recorded it",
    ),
    (
        "UPDATE events SET data = replace(data, '\"writer\"', '\"reader\"') WHERE position = 17",
        Invariant::Documents,
        "is not as event 17 made it",
    ),
    (
        "DELETE FROM api_keys WHERE name = 'till'",
        Invariant::Documents,
        "made the API key",
    ),
    (
        "UPDATE limits SET max_amount = max_amount + 1",
        Invariant::Documents,
        "is not as its newest event recorded it: its row names event",
    ),
    ("DELETE FROM limits", Invariant::Documents, "made the limit"),
    (
        "UPDATE idempotency_keys SET answer_position = 999",
        Invariant::Answers,
        "does not lead to its answer, event 999",
    ),
    (
        "UPDATE api_keys SET position = 2",
        Invariant::Documents,
        "names event 2, which is not its newest",
    ),
    (
        "DELETE FROM blocks WHERE height = 3",
        Invariant::Chain,
        "blocks 3 to 3 are missing",
    ),
    (
        "DELETE FROM events WHERE position = 2",
        Invariant::Chain,
        "events 2 to 2 are missing",
    ),
    (
        "UPDATE ledgers SET head = head + 1",
        Invariant::Chain,
        "the ledger's head is",
    ),
];

fn details(amount: &'static str, category: Option<&'static str>) -> Details {
    Details {
        amount,
        date: Some("2026-02-01T00:00:00Z"),
        description: None,
        category,
        reference: None,
        colour: None,
        hold: None,
    }
}

/// A few commands of each kind, one a block.
pub(crate) async fn filled(engine: Engine) -> Option<Played> {
    let edit = Edit {
        amount: Some("7"),
        kind: Some(0),
        date: None,
        description: None,
        category: None,
        reference: Some(Some("r1")),
        colour: None,
    };
    let mut played = Played::open(engine, |_| ()).await?;
    for action in [
        Action::Credit(0, None, Some(0), details("20.50", None)),
        Action::Credit(0, None, Some(0), details("30", Some("food"))),
        Action::Debit(1, None, Some(1), details("1000", Some("food"))),
        Action::Transfer(1, 0, None, details("1", None)),
        Action::Edit(2, edit),
        Action::Void(0),
        Action::Restore(0),
        Action::PatchUser(1, Some("Bo"), Some(2), None),
        Action::CreateKey("till", Role::Reader),
        Action::CreateKey("shop", Role::Writer),
        Action::RevokeKey(1, Role::Admin),
    ] {
        let key = (played.model.transactions.len() == 3).then_some(1);
        assert!(played.ask_under_key(action, key).await);
    }
    let _ = played.service.verify().await;
    Some(played)
}

fn limit() -> Request {
    Request {
        command: Command::CreateLimit(CreateLimit {
            name: Name::parse("Pocket money").expect("a name"),
            scope: LimitFor::AllUsers,
            currency: None,
            direction: Direction::Debit,
            window: LimitWindow::Day,
            max_amount: Some(AmountText::parse("20").expect("an amount")),
            max_count: None,
            category: None,
            status: LimitStatus::Active,
        }),
        precondition: Precondition::Any,
        idempotency: None,
        dry_run: false,
        actor: "system".to_owned(),
        acting_user: None,
        request_id: "system".to_owned(),
    }
}

/// Takes away what keeps the tables as they are.
pub(crate) async fn unguard(service: &Service) {
    let database = &service.database;
    for (table, triggers) in UNGUARD {
        match database.engine() {
            Engine::Postgres => drop(
                database
                    .execute(&format!("ALTER TABLE {table} DISABLE TRIGGER ALL"))
                    .await,
            ),
            Engine::Sqlite => {
                for trigger in triggers {
                    database.execute(&format!("DROP TRIGGER {trigger}")).await;
                }
            }
        }
    }
    database.execute("DROP INDEX transactions_reference_key").await;
}

async fn whoever_changes_a_row_by_hand_is_named(engine: Engine) {
    let Some(mut played) = filled(engine).await else {
        return;
    };
    assert!(played.ask(Action::Refund(1, Some("5"))).await);
    let service = played.service;
    let _ = service.submit(limit()).await.expect("a limit is made");
    unguard(&service).await;
    let mut known = Vec::new();
    for (deed, invariant, words) in DEEDS {
        assert!(service.database.execute(deed).await > 0, "nothing was done by {deed}");
        let report = service.daybook.verify(None).await.expect("the database answers");
        let is_new = |failure: &&Failure| !known.contains(*failure);
        let mut said = report.failures.iter().filter(is_new);
        let is_named = said.any(|failure| failure.invariant == invariant && failure.detail.contains(words));
        assert!(is_named, "{deed}: {:#?}", report.failures);
        known = report.failures;
    }
    service.close().await;
}

on_both_engines!(whoever_changes_a_row_by_hand_is_named);
