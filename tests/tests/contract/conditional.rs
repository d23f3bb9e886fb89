//! `If-Match`, `If-None-Match` and `ETag`: section 1 of the contract.

use serde_json::{Value, json};
use tests::body::credit;
use tests::{Book, Request, at_once, on_both};

on_both!(
    a_stale_version_is_refused_everywhere,
    the_present_version_passes_in_every_form,
    a_condition_is_tested_even_where_nothing_would_change,
    create_only_is_refused_where_the_user_is,
    an_unchanged_resource_is_not_sent_again,
    a_malformed_condition_is_refused,
    of_thirty_two_edits_with_one_version_one_wins,
);

async fn a_stale_version_is_refused_everywhere(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let path = format!("/transactions/{}", made.id());
    let _ = book.patch(&path, &json!({"amount": "30.00"})).await.expect(200);
    let voided = format!("/transactions/{}", book.create(&credit("ada", "1.00")).await.id());
    let _ = book.delete(&voided).await.expect(200);
    let fees = book.open_account(&json!({"name": "fees", "currency": "USD"})).await;
    let _ = book.put_user("bob", &json!({"full_name": "bob"})).await;
    let cases: [(Request, u64); 6] = [
        (book.patch(&path, &json!({"amount": "40.00"})), 2),
        (book.delete(&path), 3),
        (book.post(&format!("{voided}/restore"), &json!({})), 2),
        (book.put("/users/ada", &json!({"full_name": "Ada"})), 1),
        (book.patch("/users/bob", &json!({"full_name": "Bob"})), 1),
        (
            book.patch(&format!("/accounts/{fees}"), &json!({"status": "frozen"})),
            1,
        ),
    ];
    for (request, current) in cases {
        for stale in [
            "\"9\"".to_owned(),
            "\"0\"".to_owned(),
            "\"a\"".to_owned(),
            format!("\"{}\", W/\"7\"", current + 1),
        ] {
            let refused = book
                .refuses(request.clone().header("If-Match", &stale), "version_mismatch", 412)
                .await;
            assert_eq!(refused.body["current_version"], current, "{} {stale}", refused.request);
        }
        let _ = request.if_match(current).await.expect(200);
    }
}

async fn the_present_version_passes_in_every_form(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    for version in 1..=5_u64 {
        let forms = [
            "*".to_owned(),
            format!("\"{version}\""),
            format!("W/\"{version}\""),
            format!("\"99\", \"{version}\""),
            format!("W/\"99\",W/\"{version}\" , \"7\""),
        ];
        let form = &forms[usize::try_from(version - 1).expect("a small number")];
        let patch = json!({"description": format!("after {version}")});
        let edited = book.patch(&path, &patch).header("If-Match", form).await.expect(200);
        assert_eq!(edited.version(), version + 1, "{form}");
    }
}

async fn a_condition_is_tested_even_where_nothing_would_change(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    let same = book.patch(&path, &json!({"amount": "20.00"})).if_match(2);
    let _ = book.refuses(same, "version_mismatch", 412).await;
}

async fn create_only_is_refused_where_the_user_is(book: &Book) {
    let request = || {
        book.put("/users/ada", &json!({"full_name": "Ada"}))
            .header("If-None-Match", "*")
    };
    let _ = request().await.expect(201);
    let refused = book.refuses(request(), "version_mismatch", 412).await;
    assert_eq!(refused.body["current_version"], 1);
}

async fn an_unchanged_resource_is_not_sent_again(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let account = book.open_account(&json!({"name": "fees", "currency": "USD"})).await;
    for path in [
        format!("/transactions/{}", made.id()),
        "/users/ada".to_owned(),
        format!("/accounts/{account}"),
    ] {
        let read = book.get(&path).await.expect(200);
        assert_eq!(read.version(), 1);
        for known in ["\"1\"", "W/\"1\"", "\"7\", W/\"1\"", "*"] {
            let same = book.get(&path).header("If-None-Match", known).await.expect(304);
            assert_eq!(same.text, "", "{known}");
            assert_eq!(same.header("ETag"), "\"1\"");
        }
        for other in ["\"2\"", "\"7\", \"8\""] {
            assert_eq!(
                book.get(&path).header("If-None-Match", other).await.expect(200).body,
                read.body
            );
        }
    }
    let path = format!("/transactions/{}", made.id());
    let _ = book.patch(&path, &json!({"amount": "30.00"})).await.expect(200);
    assert_eq!(
        book.get(&path)
            .header("If-None-Match", "\"1\"")
            .await
            .expect(200)
            .version(),
        2
    );
}

async fn a_malformed_condition_is_refused(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    let too_many = ["\"1\""; 101].join(", ");
    for condition in ["1", "", "\"1", "1\"", "\"1\" \"2\"", "W/1", "*, \"1\"", &too_many] {
        let request = book
            .patch(&path, &json!({"amount": "1.00"}))
            .header("If-Match", condition);
        let _ = book.refuses(request, "malformed_request", 400).await;
    }
}

async fn of_thirty_two_edits_with_one_version_one_wins(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    let client = book.client();
    let answers = at_once(32, |number| {
        let (client, path) = (client.clone(), path.clone());
        async move {
            client
                .patch(&path, &json!({"amount": format!("{}.00", 100 + number)}))
                .if_match(1)
                .await
        }
    })
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 31));
    for answer in lost {
        assert_eq!(answer.problem("version_mismatch", 412).body["current_version"], 2);
    }
    assert_eq!(book.get(&path).await.expect(200).body, won[0].body);
    let amount: &Value = &won[0].body["amount"];
    assert_eq!(book.balance_of("ada").await, amount.as_str().unwrap_or_default());
}
