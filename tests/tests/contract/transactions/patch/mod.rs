//! PATCH `/transactions/{id}`: what may be changed, and what a change does.

mod refusals;

use serde_json::{Value, json};
use tests::body::{credit, transfer, with};
use tests::{Book, on_both};

on_both!(
    each_member_can_be_changed_alone,
    a_new_amount_moves_the_balances_by_the_difference,
    a_credit_becomes_a_debit_and_back,
    a_transfer_stays_a_transfer,
    metadata_is_merged,
    null_clears_three_members_and_no_other,
    no_difference_records_nothing,
    both_media_types_of_a_patch_are_understood,
);

async fn each_member_can_be_changed_alone(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let path = format!("/transactions/{}", made.id());
    let changes = [
        ("amount", json!("35.50")),
        ("type", json!("debit")),
        ("transaction_date", json!("2026-01-31T09:30:00.000000Z")),
        ("description", json!("rent")),
        ("category", json!("home")),
        ("reference", json!("r-1")),
        ("metadata", json!({"a": "b"})),
    ];
    let mut before = made;
    for (member, value) in changes {
        let after = book.patch(&path, &json!({member: value})).await.expect(200);
        assert_eq!(after.version(), before.version() + 1, "{member}");
        assert_eq!(after.body[member], value);
        assert!(after.text("updated_at") > before.text("updated_at"));
        assert_eq!(after.body["created_at"], before.body["created_at"]);
        assert!(after.position() > before.position());
        for other in [
            "id",
            "status",
            "amount",
            "user_id",
            "currency",
            "description",
            "category",
            "reference",
            "metadata",
        ] {
            if other != member {
                assert_eq!(after.body[other], before.body[other], "{member} changes no {other}");
            }
        }
        assert_eq!(book.get(&path).await.expect(200).body, after.body);
        before = after;
    }
}

async fn a_new_amount_moves_the_balances_by_the_difference(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let _ = book.create(&credit("ada", "1.00")).await;
    let path = format!("/transactions/{}", made.id());
    for (amount, balance) in [("35.50", "36.50"), ("0.01", "1.01"), ("20", "21.00")] {
        let _ = book.patch(&path, &json!({"amount": amount})).await.expect(200);
        assert_eq!(book.balance_of("ada").await, balance);
        let world = book
            .get(&format!("/accounts/{}", made.text("source_account_id")))
            .await
            .expect(200);
        assert_eq!(world.body["balance"], format!("-{balance}"));
    }
}

async fn a_credit_becomes_a_debit_and_back(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let path = format!("/transactions/{}", made.id());
    let turned = book.patch(&path, &json!({"type": "debit"})).await.expect(200);
    assert_eq!(turned.body["type"], "debit");
    assert_eq!(turned.body["user_id"], "ada");
    assert_eq!(turned.body["source_account_id"], made.body["destination_account_id"]);
    assert_eq!(turned.body["destination_account_id"], made.body["source_account_id"]);
    assert_eq!(book.balance_of("ada").await, "-20.00");
    let back = book
        .patch(&path, &json!({"type": "credit", "amount": "5.00"}))
        .await
        .expect(200);
    assert_eq!(back.version(), 3);
    assert_eq!(book.balance_of("ada").await, "5.00");
}

async fn a_transfer_stays_a_transfer(book: &Book) {
    let ada = book
        .create(&credit("ada", "20.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let bob = book
        .create(&credit("bob", "20.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let moved = format!(
        "/transactions/{}",
        book.create(&transfer(&ada, &bob, "5.00")).await.id()
    );
    let paid = format!("/transactions/{}", book.create(&credit("ada", "1.00")).await.id());
    for (path, kind) in [(&moved, "credit"), (&moved, "debit"), (&paid, "transfer")] {
        let refused = book
            .refuses(book.patch(path, &json!({"type": kind})), "validation_failed", 422)
            .await;
        let _ = refused.invalid(&[("type", "not_allowed")]);
    }
    let edited = book
        .patch(&moved, &json!({"type": "transfer", "amount": "6.00"}))
        .await
        .expect(200);
    assert_eq!(edited.body["amount"], "6.00");
    assert_eq!(book.balance_of("bob").await, "26.00");
}

async fn metadata_is_merged(book: &Book) {
    let made = book
        .create(&with(credit("ada", "20.00"), json!({"metadata": {"a": "1", "b": "2"}})))
        .await;
    let path = format!("/transactions/{}", made.id());
    let merged = book
        .patch(&path, &json!({"metadata": {"a": null, "b": "3", "c": "4"}}))
        .await
        .expect(200);
    assert_eq!(merged.body["metadata"], json!({"b": "3", "c": "4"}));
    let emptied = book
        .patch(&path, &json!({"metadata": {"b": null, "c": null}}))
        .await
        .expect(200);
    assert_eq!(emptied.body["metadata"], json!({}));
}

async fn null_clears_three_members_and_no_other(book: &Book) {
    let texts = json!({"description": "d", "category": "c", "reference": "r", "metadata": {"a": "1"}});
    let made = book.create(&with(credit("ada", "20.00"), texts)).await;
    let path = format!("/transactions/{}", made.id());
    for member in ["amount", "type", "transaction_date", "metadata"] {
        let refused = book
            .refuses(book.patch(&path, &json!({member: null})), "validation_failed", 422)
            .await;
        let _ = refused.invalid_fields(&[member]);
    }
    let nulls = json!({"description": null, "category": null, "reference": null});
    let cleared = book.patch(&path, &nulls).await.expect(200);
    for member in ["description", "category", "reference"] {
        assert_eq!(cleared.body.get(member), Some(&Value::Null), "{member}");
    }
    let _ = book
        .create(&with(credit("bob", "1.00"), json!({"reference": "r"})))
        .await;
}

async fn no_difference_records_nothing(book: &Book) {
    let given = json!({"description": "d", "metadata": {"a": "1"}, "transaction_date": "2026-01-31T09:30:00Z"});
    let made = book.create(&with(credit("ada", "20.50"), given)).await;
    let path = format!("/transactions/{}", made.id());
    let head = book.create(&credit("bob", "1.00")).await.position();
    for patch in [
        json!({}),
        json!({"amount": "20.5", "description": "d", "type": "credit"}),
        json!({"transaction_date": "2026-01-31T11:30:00+02:00"}),
        json!({"metadata": {"a": "1", "absent": null}, "category": null}),
        json!({"reason": "nothing but a reason"}),
    ] {
        let same = book
            .leaves_no_trace(async || book.patch(&path, &patch).await)
            .await
            .expect(200);
        assert_eq!(same.body, made.body, "{patch}");
        assert_eq!(same.position(), head, "{patch}: the position is the head");
    }
}

async fn both_media_types_of_a_patch_are_understood(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    for (media_type, text) in [
        ("application/json", "a"),
        ("application/merge-patch+json", "b"),
        ("application/json; charset=utf-8", "c"),
        ("Application/JSON", "d"),
    ] {
        let body = json!({"description": text}).to_string();
        let patched = book.patch(&path, &json!({})).body(body, media_type).await.expect(200);
        assert_eq!(patched.body["description"], text);
    }
}
