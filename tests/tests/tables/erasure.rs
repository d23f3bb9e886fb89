//! What becomes of the journal's readers when the personal part of events is erased: the rest stands, and the chain
//! still verifies.

use serde_json::{Value, json};
use tests::body::{credit, with};
use tests::{Book, on_both};

use crate::verified::verified;

on_both!(
    a_stored_answer_is_replayed_without_what_was_erased,
    past_versions_and_revisions_are_shown_without_what_was_erased,
    a_journal_without_its_personal_parts_verifies,
);

/// Erases every personal part, in the journal and in the rows.
async fn erase(book: &Book) {
    for statement in [
        "UPDATE events SET personal = NULL, salt = NULL",
        "UPDATE transactions SET description = NULL, metadata = '{}', search_text = NULL",
        "UPDATE users SET full_name = NULL, email = NULL, metadata = '{}', search_text = ''",
        "UPDATE accounts SET metadata = '{}'",
    ] {
        assert!(book.database().execute(statement).await > 0, "{statement}");
    }
}

fn salary() -> Value {
    with(
        credit("ada", "20.00"),
        json!({"description": "salary of Ada", "category": "salary", "reference": "r1", "metadata": {"for": "Ada"}}),
    )
}

/// `document` as it is when its personal members are gone.
fn without_personal(document: &Value) -> Value {
    let mut erased = document.clone();
    for name in ["description", "full_name", "email"] {
        if let Some(member) = erased.get_mut(name) {
            *member = Value::Null;
        }
    }
    erased["metadata"] = json!({});
    erased
}

async fn a_stored_answer_is_replayed_without_what_was_erased(book: &Book) {
    let user = json!({"full_name": "Ada", "email": "ada@example.org", "metadata": {"town": "Accra"}});
    let account = json!({"user_id": "ada", "name": "savings", "currency": "USD", "metadata": {"for": "a house"}});
    let requests = || {
        [
            book.put("/users/ada", &user).key("a user"),
            book.post("/accounts", &account).key("an account"),
            book.post("/transactions", &salary()).key("a transaction"),
        ]
    };
    let mut first = Vec::new();
    for request in requests() {
        first.push(request.await.expect(201));
    }
    erase(book).await;
    for (request, first) in requests().into_iter().zip(first) {
        let replay = request.await.expect(201);
        assert!(replay.is_replay());
        assert_eq!(replay.body, without_personal(&first.body));
        assert_ne!(replay.body, first.body);
    }
}

async fn past_versions_and_revisions_are_shown_without_what_was_erased(book: &Book) {
    let first = book.create(&salary()).await;
    let path = format!("/transactions/{}", first.id());
    let change = json!({"amount": "30.00", "description": "bonus of Ada", "reason": "Ada asked"});
    let second = book.patch(&path, &change).await.expect(200);
    erase(book).await;
    for (version, made) in [(1, &first), (2, &second)] {
        let shown = book.get(&format!("{path}?version={version}")).await.expect(200);
        assert_eq!(shown.body, without_personal(&made.body));
    }
    let revisions = book.get(&format!("{path}/revisions")).await.expect(200);
    let [of_first, of_second] = revisions.rows() else {
        panic!("two versions, not {}", revisions.text)
    };
    assert_eq!(of_first["transaction"], without_personal(&first.body));
    assert_eq!(of_second["transaction"], without_personal(&second.body));
    assert_eq!(of_second["reason"], Value::Null);
    assert_eq!(
        of_second["changes"],
        json!({"amount": {"from": "20.00", "to": "30.00"}})
    );
}

async fn a_journal_without_its_personal_parts_verifies(book: &Book) {
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    let made = book.post("/transactions", &salary()).key("k").await.expect(201);
    let path = format!("/transactions/{}", made.id());
    let _ = book.delete(&format!("{path}?reason=Ada+asked")).await.expect(200);
    let _ = verified(book.database(), None);
    erase(book).await;
    let _ = verified(book.database(), None);
    // What is written after an erasure chains on to it.
    let _ = book.post(&format!("{path}/restore"), &json!({})).await.expect(200);
    let _ = book.create(&credit("ada", "1.00")).await;
    let _ = verified(book.database(), None);
}
