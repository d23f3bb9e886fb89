//! Erasures and the journal: what one takes is missed nowhere, and what somebody takes without one is.

use serde_json::{Value, json};
use tests::body::{credit, with};
use tests::program::{Folder, run};
use tests::{Book, Engine, on_both};
use uuid::Uuid;

use crate::verified::verified;

on_both!(
    what_is_written_after_an_erasure_chains_on_to_it,
    a_personal_part_that_no_erasure_took_is_missed,
    an_erasure_that_the_journal_does_not_tell_of_is_found,
    a_text_that_was_written_behind_a_pretended_erasure_is_found,
);

#[test]
fn a_file_of_sqlite_keeps_no_byte_of_what_was_erased() {
    tests::run(Engine::Sqlite, keeps_no_byte_of_what_was_erased);
}

/// Users before the one who is erased, and after: the rows are parted among many pages.
const NEIGHBOURS: usize = 60;

async fn keeps_no_byte_of_what_was_erased(book: &Book) {
    let write = async |user: &str, word: &str| {
        let name = json!({"full_name": format!("{word} {word}"), "email": format!("{word}@example.org")});
        let _ = book.put_user(user, &name).await;
        let texts = json!({"description": format!("{word} {}", "x".repeat(200)), "metadata": {"who": word}});
        let _ = book.create(&with(credit(user, "20.00"), texts)).await;
    };
    for round in 0..2 * NEIGHBOURS {
        write(&format!("user-{round}"), "anybody").await;
        if round % 10 == 0 {
            write("zq", "quimby").await;
        }
    }
    let path = book.database().url().trim_start_matches("sqlite://").to_owned();
    let is_in = |word: &str| {
        let found = ["", "-wal"].map(|end| std::fs::read(format!("{path}{end}")).unwrap_or_default());
        found
            .concat()
            .windows(word.len())
            .filter(|bytes| bytes.eq_ignore_ascii_case(word.as_bytes()))
            .count()
    };
    assert!(is_in("quimby") > 10 && is_in("anybody") > 10);
    let _ = book.delete("/users/zq?texts=true").await.expect(200);
    assert_eq!(is_in("quimby"), 0);
    assert!(is_in("anybody") > 10);
}

fn salary(user: &str) -> Value {
    with(
        credit(user, "20.00"),
        json!({"description": "salary", "category": "salary", "metadata": {"for": "Ada"}}),
    )
}

/// Checks the database, which must fail, and gives what was printed.
fn refuted(book: &Book) -> String {
    let arguments = ["verify", "--database-url", book.database().url()];
    let output = run(Folder::empty().path(), &arguments);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

async fn what_is_written_after_an_erasure_chains_on_to_it(book: &Book) {
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    let made = book.create(&salary("ada")).await;
    let path = format!("/transactions/{}", made.id());
    let _ = book.delete(&format!("{path}?reason=Ada+asked")).await.expect(200);
    let _ = verified(book.database(), None);
    let _ = book.delete("/users/ada?texts=true").await.expect(200);
    let _ = verified(book.database(), None);
    let _ = book.post(&format!("{path}/restore"), &json!({})).await.expect(200);
    let _ = book.create(&salary("bob")).await;
    let _ = verified(book.database(), None);
    // Of what was recorded before, nothing personal is left, nor what could show that it was this.
    let left = "SELECT subject FROM events WHERE (personal IS NOT NULL OR salt IS NOT NULL) AND position <
        (SELECT position FROM users WHERE id = 'ada') AND subject NOT LIKE 'keys/%' AND data NOT LIKE '%\"system\"%'";
    assert_eq!(book.database().texts(left).await, Vec::<String>::new());
}

async fn a_personal_part_that_no_erasure_took_is_missed(book: &Book) {
    for user in ["ada", "bob"] {
        let _ = book.create(&salary(user)).await;
    }
    let _ = book.delete("/users/ada").await.expect(200);
    let _ = verified(book.database(), None);
    // The guards of the journal let an erasure pass, whoever asks for it; its texts were not to be erased.
    for data in ["%\"user_id\":\"ada\"%", "%\"user_id\":\"bob\"%"] {
        let erase = format!(
            "UPDATE events SET personal = NULL, salt = NULL WHERE kind = 'transaction.created' AND data LIKE '{data}'"
        );
        assert_eq!(book.database().execute(&erase).await, 1);
        let rows = "UPDATE transactions SET description = NULL, metadata = '{}' WHERE position IN
            (SELECT position FROM events WHERE personal IS NULL)";
        assert!(book.database().execute(rows).await > 0);
        let said = refuted(book);
        assert!(said.contains("is gone, and no erasure took it"), "{said}");
    }
}

async fn an_erasure_that_the_journal_does_not_tell_of_is_found(book: &Book) {
    for user in ["ada", "bob"] {
        let _ = book.create(&salary(user)).await;
    }
    let _ = book.delete("/users/ada").await.expect(200);
    for (deed, back) in [
        (
            "UPDATE users SET erased_texts = 1 WHERE id = 'ada'",
            "UPDATE users SET erased_texts = 0 WHERE id = 'ada'",
        ),
        (
            "UPDATE users SET erased_at = 1, erased_texts = 1 WHERE id = 'bob'",
            "UPDATE users SET erased_at = NULL, erased_texts = NULL WHERE id = 'bob'",
        ),
        (
            "UPDATE users SET full_name = 'Ada' WHERE id = 'ada'",
            "UPDATE users SET full_name = NULL WHERE id = 'ada'",
        ),
    ] {
        assert_eq!(book.database().execute(deed).await, 1);
        let said = refuted(book);
        assert!(
            said.contains("is not as its newest event recorded it"),
            "{deed}: {said}"
        );
        assert_eq!(book.database().execute(back).await, 1);
        let _ = verified(book.database(), None);
    }
    let deed = "UPDATE users SET erased_at = NULL, erased_texts = NULL WHERE id = 'ada'";
    assert_eq!(book.database().execute(deed).await, 1);
    let said = refuted(book);
    assert!(said.contains("is gone, and no erasure took it"), "{said}");
}

async fn a_text_that_was_written_behind_a_pretended_erasure_is_found(book: &Book) {
    let _ = book.create(&salary("ada")).await;
    let _ = book.delete("/users/ada?texts=true").await.expect(200);
    // Nothing records how far an erasure is: so it lets nothing stand but what was recorded, or nothing at all.
    let all = book.engine().uuid(Uuid::max());
    let pretended = format!("UPDATE users SET erasing = 'transactions', erasing_after = {all} WHERE id = 'ada'");
    assert_eq!(book.database().execute(&pretended).await, 1);
    let _ = verified(book.database(), None);
    for (table, invented, cleared) in [
        ("transactions", "description = 'invented'", "description = NULL"),
        ("transactions", "metadata = '{\"for\":\"Eve\"}'", "metadata = '{}'"),
        ("accounts", "metadata = '{\"for\":\"Eve\"}'", "metadata = '{}'"),
    ] {
        let own = "position < (SELECT position FROM users WHERE id = 'ada')";
        let own = match table {
            "accounts" => format!("owner = 'ada' AND {own}"),
            _ => own.to_owned(),
        };
        let deed = format!("UPDATE {table} SET {invented} WHERE {own}");
        assert_eq!(book.database().execute(&deed).await, 1, "{deed}");
        let said = refuted(book);
        assert!(said.contains("is not as its newest event"), "{deed}: {said}");
        let back = format!("UPDATE {table} SET {cleared} WHERE {own}");
        assert_eq!(book.database().execute(&back).await, 1);
        let _ = verified(book.database(), None);
    }
}
