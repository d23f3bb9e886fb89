//! Whoever changes a table by hand is found out: the tables' triggers are taken away, and one row is changed.

use service::verify::Invariant;
use tests::Engine;

use super::binding::Binding;
use super::model::Model;
use super::request::request;
use super::service_under_test::{Service, run};
use super::steps::{Action, Details, Edit, Expectation, Step};

/// Takes the guards of the journal away.
const UNGUARD: [(&str, &[&str]); 3] = [
    ("entries", &["entries_update", "entries_delete"]),
    ("events", &["events_update", "events_delete"]),
    ("blocks", &["blocks_update", "blocks_delete"]),
];

/// What is done to the tables, and what must then be said that was not said before.
const DEEDS: [(&str, Invariant, &str); 15] = [
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
        "holds money back without a hold",
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
        "UPDATE transactions SET amount = amount + 1 WHERE category = 'food'",
        Invariant::Documents,
        "is not as its newest event",
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
        "UPDATE idempotency_keys SET answer_position = 999",
        Invariant::Answers,
        "does not lead to its answer, event 999",
    ),
    (
        "UPDATE api_keys SET position = 2",
        Invariant::Documents,
        "is not as its newest event recorded it",
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
    }
}

/// A few commands of each kind, one a block.
async fn fill(service: &Service) {
    let edit = Edit {
        amount: Some("7"),
        kind: Some(0),
        date: None,
        description: None,
        category: None,
        reference: Some(Some("r1")),
        colour: None,
    };
    let (mut model, mut binding) = (Model::default(), Binding::default());
    for action in [
        Action::Credit(0, None, Some(0), details("20.50", None)),
        Action::Credit(0, None, Some(0), details("30", Some("food"))),
        Action::Debit(1, None, Some(1), details("1000", Some("food"))),
        Action::Transfer(1, 0, None, details("1", None)),
        Action::Edit(2, edit),
        Action::Void(0),
        Action::Restore(0),
        Action::PatchUser(1, Some("Bo"), Some(2), None),
    ] {
        let step = Step {
            action,
            expectation: Expectation::Any,
            key: (model.transactions.len() == 3).then_some(1),
            dry_run: false,
            again: None,
        };
        let asked = model.resolve(&step, &[]);
        let answer = service.submit(request(&asked, &binding)).await;
        binding.check(&model.ask(&asked, service::value::Timestamp::from_micros(0)), &answer);
        assert!(answer.is_ok(), "{answer:?}");
    }
}

fn whoever_changes_a_row_by_hand_is_named(engine: Engine) {
    run(async {
        let Some(service) = Service::open(engine, 1).await else {
            return;
        };
        fill(&service).await;
        let report = service.daybook.verify(None).await.expect("the database answers");
        assert!(report.is_ok(), "{:#?}", report.failures);
        for (table, triggers) in UNGUARD {
            match engine {
                Engine::Postgres => {
                    service
                        .database
                        .execute(&format!("ALTER TABLE {table} DISABLE TRIGGER ALL"))
                        .await;
                }
                Engine::Sqlite => {
                    for trigger in triggers {
                        service.database.execute(&format!("DROP TRIGGER {trigger}")).await;
                    }
                }
            }
        }
        let mut known = Vec::new();
        for (deed, invariant, words) in DEEDS {
            assert!(service.database.execute(deed).await > 0, "nothing was done by {deed}");
            let report = service.daybook.verify(None).await.expect("the database answers");
            let is_new = |failure: &&service::verify::Failure| !known.contains(*failure);
            let mut said = report.failures.iter().filter(is_new);
            let is_named = said.any(|failure| failure.invariant == invariant && failure.detail.contains(words));
            assert!(is_named, "{deed}: {:#?}", report.failures);
            known = report.failures;
        }
        service.close().await;
    });
}

mod sqlite {
    #[test]
    fn whoever_changes_a_row_by_hand_is_named() {
        super::whoever_changes_a_row_by_hand_is_named(tests::Engine::Sqlite);
    }
}

mod postgres {
    #[test]
    fn whoever_changes_a_row_by_hand_is_named() {
        super::whoever_changes_a_row_by_hand_is_named(tests::Engine::Postgres);
    }
}
