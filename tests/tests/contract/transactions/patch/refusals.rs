//! What PATCH `/transactions/{id}` refuses.

use serde_json::{Value, json};
use tests::body::{credit, debit, with};
use tests::{Book, on_both};

on_both!(
    a_voided_transaction_cannot_be_edited,
    an_edit_below_the_minimum_is_refused,
    an_edit_takes_only_a_free_reference,
    members_that_are_not_editable_are_refused,
    an_amount_has_the_decimals_of_the_stored_currency,
    merged_metadata_stays_within_its_bounds,
);

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
