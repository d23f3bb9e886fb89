//! GET `/transactions?q=`: words in description, reference and category.

use serde_json::json;
use tests::body::{credit, with};
use tests::{Book, on_both};

on_both!(
    each_word_is_a_substring_of_one_of_the_texts,
    letter_case_is_folded_by_unicode,
    signs_of_patterns_are_plain_text,
    edited_texts_are_found_by_what_they_are_now,
    eight_words_are_the_most,
);

async fn found(book: &Book, words: &str) -> Vec<String> {
    let listed = book
        .get(&format!("/transactions?sort=created_at&q={words}"))
        .await
        .expect(200);
    listed
        .rows()
        .iter()
        .map(|row| row["description"].as_str().unwrap_or("none").to_owned())
        .collect()
}

async fn each_word_is_a_substring_of_one_of_the_texts(book: &Book) {
    let given = [
        json!({"description": "Rent for January", "category": "home", "reference": "inv-77"}),
        json!({"description": "Groceries", "category": "food"}),
        json!({"description": "none", "reference": "january-fee"}),
    ];
    for texts in given {
        let _ = book.create(&with(credit("ada", "1.00"), texts)).await;
    }
    let cases: [(&str, &[&str]); 8] = [
        ("rent", &["Rent for January"]),
        ("janu", &["Rent for January", "none"]),
        ("oceri", &["Groceries"]),
        ("home%20inv-7", &["Rent for January"]),
        ("%20%20rent%09%20january%20", &["Rent for January"]),
        ("rent%20food", &[]),
        ("FOOD", &["Groceries"]),
        ("january%20fee", &["none"]),
    ];
    for (words, expected) in cases {
        assert_eq!(found(book, words).await, expected, "q={words}");
    }
}

async fn letter_case_is_folded_by_unicode(book: &Book) {
    for description in ["ÉCOLE", "Привет", "straße"] {
        let _ = book
            .create(&with(credit("ada", "1.00"), json!({"description": description})))
            .await;
    }
    assert_eq!(found(book, "%C3%A9cole").await, ["ÉCOLE"]);
    assert_eq!(found(book, "%D0%9F%D0%A0%D0%98").await, ["Привет"]);
    assert_eq!(found(book, "STRA%C3%9F").await, ["straße"]);
}

async fn signs_of_patterns_are_plain_text(book: &Book) {
    for description in ["100% sure", "a_b", "back\\slash", "star*", "quote'd", "\"double\""] {
        let _ = book
            .create(&with(credit("ada", "1.00"), json!({"description": description})))
            .await;
    }
    let cases: [(&str, &[&str]); 8] = [
        ("%25", &["100% sure"]),
        ("_", &["a_b"]),
        ("%5C", &["back\\slash"]),
        ("*", &["star*"]),
        ("'", &["quote'd"]),
        ("%22", &["\"double\""]),
        ("a%25b", &[]),
        ("%5B", &[]),
    ];
    for (words, expected) in cases {
        assert_eq!(found(book, words).await, expected, "q={words}");
    }
}

async fn edited_texts_are_found_by_what_they_are_now(book: &Book) {
    let made = book
        .create(&with(credit("ada", "1.00"), json!({"description": "before"})))
        .await;
    let path = format!("/transactions/{}", made.id());
    let _ = book
        .patch(&path, &json!({"description": "after", "category": "kept"}))
        .await
        .expect(200);
    assert_eq!(found(book, "before").await, [""; 0]);
    assert_eq!(found(book, "after").await, ["after"]);
    let _ = book.patch(&path, &json!({"description": null})).await.expect(200);
    assert_eq!(found(book, "after").await, [""; 0]);
    assert_eq!(found(book, "kept").await, ["none"]);
}

async fn eight_words_are_the_most(book: &Book) {
    let _ = book
        .create(&with(
            credit("ada", "1.00"),
            json!({"description": "1 2 3 4 5 6 7 8 9"}),
        ))
        .await;
    assert_eq!(found(book, "1%202%203%204%205%206%207%208").await.len(), 1);
    let _ = book
        .get("/transactions?q=1%202%203%204%205%206%207%208%209")
        .await
        .malformed("q");
}
