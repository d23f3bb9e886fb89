//! A bad row is told, with its line and its code, and every good one is kept.

use serde_json::json;
use tests::body::{credit, with};
use tests::{Book, on_both};

use super::{CSV, NDJSON, assert_report, import};

on_both!(
    every_kind_of_bad_row_of_csv_is_told_and_every_good_one_kept,
    every_kind_of_bad_row_of_ndjson_is_told_and_every_good_one_kept,
    every_bad_member_of_a_row_is_named,
    a_row_is_refused_as_a_request_for_it_would_be,
    the_first_thousand_errors_are_told,
);

const MIB: usize = 1024 * 1024;

/// What `users` own together, each one unit: one good row each.
async fn assert_kept(book: &Book, users: &[&str]) {
    let rows = book.walk("/transactions?sort=created_at", 50).await;
    let kept: Vec<&str> = rows.iter().filter_map(|row| row["user_id"].as_str()).collect();
    assert_eq!(kept, users);
    book.database().verify().await;
}

async fn every_kind_of_bad_row_of_csv_is_told_and_every_good_one_kept(book: &Book) {
    let _ = book
        .create(&with(credit("own", "1"), json!({"reference": "taken"})))
        .await;
    let mut file = b"\xef\xbb\xbftype,user_id,amount,currency,description,reference\r\n".to_vec();
    let mut add = |row: &[u8]| file.extend_from_slice(row);
    add(b"credit,a,1,USD,,\r\n"); // line 2
    add(b"credit,b,1,USD,bad \xff UTF-8,\n"); // 3
    add(b"credit,c,1,USD,\n"); // 4: a cell too few
    add(b"credit,d,1,USD,,,\n"); // 5: one too many
    add(b"credit,e,1,USD,\"two\r\nlines\",\n"); // 6 and 7: a control character in a description
    add(b"credit,f,1,USD,\"a, \"\"quoted\"\" text\",f\n"); // 8: good
    add(b"\r\n\n"); // 9 and 10
    add(b"credit,g,1,USD,\"closed\"too early,\n"); // 11
    add(b"credit,h,1,USD,\"");
    add(&vec![b'x'; 10 * MIB]);
    add(b"\n\",\n"); // 12 and 13: 10 MiB
    add(b"credit,i,1,XYZ,,\n"); // 14: no currency
    add(b"credit,j,1,USD,,taken\n"); // 15: another's reference
    add(b"credit,k,1.005,USD,,\n"); // 16
    add(b"gift,l,1,USD,,\n"); // 17
    add(b"credit,,1,USD,,\n"); // 18: no user
    add(b"credit,m,1,,,f\n"); // 19: the reference of line 8
    add(b"credit,n,1,,,\n"); // 20: good
    add(b"credit,o,1,USD,\"does not end,\ncredit,p,1,USD,,\n"); // 21 to the end
    let answer = import(book, "", CSV, file).await;
    let errors = [
        (3, "malformed_request"),
        (4, "malformed_request"),
        (5, "malformed_request"),
        (6, "validation_failed"),
        (11, "malformed_request"),
        (12, "payload_too_large"),
        (14, "validation_failed"),
        (15, "reference_taken"),
        (16, "validation_failed"),
        (17, "validation_failed"),
        (18, "validation_failed"),
        (19, "reference_taken"),
        (21, "malformed_request"),
    ];
    assert_report(&answer, [3, 0, 13], &errors);
    assert_kept(book, &["own", "a", "f", "n"]).await;
}

async fn every_kind_of_bad_row_of_ndjson_is_told_and_every_good_one_kept(book: &Book) {
    let row =
        |user: &str, more: &str| format!("{{\"type\":\"credit\",\"user_id\":\"{user}\",\"amount\":\"1\"{more}}}\n");
    let long = format!(",\"description\":\"{}\"", "x".repeat(10 * MIB));
    let mut file = b"\xef\xbb\xbf".to_vec();
    for row in [
        row("a", "").into_bytes(),                                 // line 1
        b"\r\n".to_vec(),                                          // 2
        b"{\"type\":\"credit\",\"user_id\":\"b\xff\"}\n".to_vec(), // 3
        b"{\"type\":\"credit\",\n".to_vec(),                       // 4: no JSON
        b"\"user_id\":\"c\"}\n".to_vec(),                          // 5: nor is its rest
        b"[1, 2]\n".to_vec(),                                      // 6: no object
        row("d", ",\"amount\":\"1\"").into_bytes(),                // 7: a member twice
        row("e", &long).into_bytes(),                              // 8
        row("f", ",\"colour\":\"red\"").into_bytes(),              // 9: no such member
        row("g", ",\"currency\":\"XYZ\"").into_bytes(),            // 10
        row("h", ",\"reference\":\"h\"").into_bytes(),             // 11: good
        row("i", ",\"reference\":\"h\"").into_bytes(),             // 12
        row("j", "} {").into_bytes(),                              // 13: two objects
        row("k", ",\"metadata\":{\"a\":1}").into_bytes(),          // 14
        row("l", "").trim_end().as_bytes().to_vec(),               // 15: good, without a line's end
    ] {
        file.extend(row);
    }
    let answer = import(book, "", NDJSON, file).await;
    let errors = [
        (3, "malformed_request"),
        (4, "malformed_request"),
        (5, "malformed_request"),
        (6, "validation_failed"),
        (7, "malformed_request"),
        (8, "payload_too_large"),
        (9, "validation_failed"),
        (10, "validation_failed"),
        (12, "reference_taken"),
        (13, "malformed_request"),
        (14, "validation_failed"),
    ];
    assert_report(&answer, [3, 0, 11], &errors);
    assert_kept(book, &["a", "h", "l"]).await;
}

async fn every_bad_member_of_a_row_is_named(book: &Book) {
    let file = "type,user_id,amount,currency,transaction_date\ncredit,me,-1,usd,yesterday\n";
    let answer = book.leaves_no_trace(async || import(book, "", CSV, file).await).await;
    assert_report(&answer, [0, 0, 1], &[(2, "validation_failed")]);
    let detail = answer.errors()[0]["detail"].as_str().expect("a detail is text");
    for member in ["user_id: ", "amount: ", "currency: ", "transaction_date: "] {
        assert!(detail.contains(member), "{detail}");
    }
}

async fn a_row_is_refused_as_a_request_for_it_would_be(book: &Book) {
    let source = book.create(&credit("ada", "1")).await;
    let account = source.text("destination_account_id").to_owned();
    let path = format!("/accounts/{account}");
    let _ = book.patch(&path, &json!({"minimum_balance": "0"})).await.expect(200);
    let _ = book.create(&credit("bob", "1")).await;
    let frozen = book.account_of("bob", "main", "USD").await;
    let frozen = format!("/accounts/{}", frozen["id"].as_str().expect("an id is text"));
    let _ = book.patch(&frozen, &json!({"status": "frozen"})).await.expect(200);
    let file = "type,user_id,account,amount\ndebit,ada,,2\ndebit,bob,,1\ncredit,ada,savings,1\ncredit,eve,,92233720368547758.07\n\
                credit,eve,,1\ndebit,ada,,1\n";
    let answer = import(book, "", CSV, file).await;
    let errors = [
        (2, "insufficient_funds"),
        (3, "account_frozen"),
        (4, "account_not_found"),
        (5, "amount_overflow"),
    ];
    assert_report(&answer, [2, 0, 4], &errors);
    assert_eq!(book.balance_of("ada").await, "0.00");
    book.database().verify().await;
}

async fn the_first_thousand_errors_are_told(book: &Book) {
    let mut file = "type,user_id,amount\n".to_owned();
    for _ in 0..1_500 {
        file.push_str("credit,ada,nothing\n");
    }
    let answer = book.leaves_no_trace(async || import(book, "", CSV, file).await).await;
    assert_eq!(answer.body["rejected"], 1_500);
    assert_eq!(answer.errors().len(), 1_000);
    assert_eq!(answer.errors()[999]["line"], 1_001);
}
