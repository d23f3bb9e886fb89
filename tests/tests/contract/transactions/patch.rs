//! PATCH `/transactions/{id}`: what may be changed, and what a change does.

use serde_json::{Value, json};
use tests::body::{credit, debit, transfer, with};
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
    a_voided_transaction_cannot_be_edited,
    an_edit_below_the_minimum_is_refused,
    an_edit_takes_only_a_free_reference,
    members_that_are_not_editable_are_refused,
    an_amount_has_the_decimals_of_the_stored_currency,
    merged_metadata_stays_within_its_bounds,
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

async fn a_voided_transaction_cannot_be_edited(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    let _ = book.delete(&path).await.expect(200);
    for patch in [json!({"amount": "1.00"}), json!({"description": "d"}), json!({})] {
        let refused = book
            .refuses(book.patch(&path, &patch), "transaction_not_editable", 409)
            .await;
        assert_eq!(refused.body["current_status"], "voided");
    }
}

async fn an_edit_below_the_minimum_is_refused(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let account = made.text("destination_account_id");
    let _ = book
        .patch(&format!("/accounts/{account}"), &json!({"minimum_balance": "0"}))
        .await
        .expect(200);
    let spent = book.create(&debit("ada", "15.00")).await;
    let (received, spent) = (
        format!("/transactions/{}", made.id()),
        format!("/transactions/{}", spent.id()),
    );
    for request in [
        book.patch(&received, &json!({"amount": "14.99"})),
        book.patch(&received, &json!({"type": "debit"})),
        book.patch(&spent, &json!({"amount": "20.01"})),
    ] {
        let refused = book.refuses(request, "insufficient_funds", 422).await;
        assert_eq!(refused.text("available"), "5.00");
        assert_eq!(refused.text("account_id"), account);
    }
    let _ = book.patch(&received, &json!({"amount": "15.00"})).await.expect(200);
    assert_eq!(book.balance_of("ada").await, "0.00");
}

async fn an_edit_takes_only_a_free_reference(book: &Book) {
    let holder = book
        .create(&with(credit("ada", "20.00"), json!({"reference": "r-1"})))
        .await;
    let other = format!("/transactions/{}", book.create(&credit("ada", "1.00")).await.id());
    let refused = book
        .refuses(book.patch(&other, &json!({"reference": "r-1"})), "reference_taken", 409)
        .await;
    assert_eq!(refused.text("resource_id"), holder.id());
    let _ = book
        .patch(&format!("/transactions/{}", holder.id()), &json!({"reference": "r-2"}))
        .await
        .expect(200);
    let _ = book.patch(&other, &json!({"reference": "r-1"})).await.expect(200);
}

async fn members_that_are_not_editable_are_refused(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    for member in [
        "id",
        "user_id",
        "currency",
        "status",
        "version",
        "account",
        "full_name",
        "parent_id",
        "colour",
    ] {
        let refused = book
            .refuses(book.patch(&path, &json!({member: "USD"})), "validation_failed", 422)
            .await;
        let _ = refused.invalid_fields(&[member]);
    }
}

async fn an_amount_has_the_decimals_of_the_stored_currency(book: &Book) {
    let made = book
        .create(&with(credit("ada", "20"), json!({"currency": "JPY"})))
        .await;
    let path = format!("/transactions/{}", made.id());
    let refused = book
        .refuses(book.patch(&path, &json!({"amount": "20.0"})), "validation_failed", 422)
        .await;
    let _ = refused.invalid(&[("amount", "too_many_decimals")]);
    assert_eq!(
        book.patch(&path, &json!({"amount": "21"})).await.expect(200).body["amount"],
        "21"
    );
}

async fn merged_metadata_stays_within_its_bounds(book: &Book) {
    let full: serde_json::Map<String, Value> = (0..50).map(|number| (format!("k{number}"), json!("v"))).collect();
    let made = book
        .create(&with(credit("ada", "20.00"), json!({"metadata": full})))
        .await;
    let path = format!("/transactions/{}", made.id());
    let refused = book
        .refuses(
            book.patch(&path, &json!({"metadata": {"one more": "v"}})),
            "validation_failed",
            422,
        )
        .await;
    let _ = refused.invalid(&[("metadata", "too_many")]);
    let swapped = book
        .patch(&path, &json!({"metadata": {"one more": "v", "k0": null}}))
        .await
        .expect(200);
    assert_eq!(swapped.body["metadata"].as_object().map(serde_json::Map::len), Some(50));
}
