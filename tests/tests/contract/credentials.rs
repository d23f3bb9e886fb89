//! Who may do what: section 3 of the contract.

use serde_json::json;
use tests::body::credit;
use tests::{Book, OPERATOR_KEY, Request, on_both};

on_both!(
    no_credential_is_refused,
    what_is_no_credential_is_refused,
    each_role_does_what_it_may_and_no_more,
    the_ledger_header_is_the_operators,
    public_pages_need_no_credential,
);

async fn no_credential_is_refused(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let stranger = book.anonymous();
    for path in [
        "/users",
        "/users/ada",
        "/accounts",
        "/transactions",
        "/stats",
        "/keys",
        "/users/nobody",
        "/transactions/7",
    ] {
        let _ = stranger.get(path).await.problem("unauthenticated", 401);
    }
    let path = format!("/transactions/{}", made.id());
    for request in [
        stranger.post("/transactions", &credit("ada", "1.00")),
        stranger.post("/transactions/import", &json!({})).body("", "text/csv"),
        stranger.patch(&path, &json!({"amount": "1.00"})),
        stranger.delete(&path),
        stranger.post(&format!("{path}/restore"), &json!({})),
        stranger.put("/users/ada", &json!({"full_name": "Ada"})),
        stranger.post("/keys", &json!({"name": "mine", "role": "operator"})),
    ] {
        let _ = book.refuses(request, "unauthenticated", 401).await;
    }
}

async fn what_is_no_credential_is_refused(book: &Book) {
    let key = book
        .post("/keys", &json!({"name": "shop", "role": "reader"}))
        .await
        .expect(201);
    let secret = key.text("secret");
    let other_case = secret.replace("dbk_", "DBK_");
    let (shorter, longer) = (&secret[..secret.len() - 1], format!("{secret}A"));
    let cases: [Vec<u8>; 11] = [
        b"Bearer ".to_vec(),
        b"Bearer".to_vec(),
        b"".to_vec(),
        secret.as_bytes().to_vec(),
        format!("Basic {secret}").into_bytes(),
        format!("Bearer {shorter}").into_bytes(),
        format!("Bearer {longer}").into_bytes(),
        format!("Bearer {other_case}").into_bytes(),
        format!("Bearer {}", key.text("prefix")).into_bytes(),
        format!("Bearer {secret} {secret}").into_bytes(),
        b"Bearer \xff\xfe".to_vec(),
    ];
    for value in cases {
        let answer = book.anonymous().get("/users").header("Authorization", &value).await;
        let _ = answer.problem("unauthenticated", 401);
    }
    let _ = book
        .anonymous()
        .get("/users")
        .header("Authorization", format!("Bearer {secret}"))
        .await
        .expect(200);
}

/// The ranks that a role can have: whoever may do something of a rank may do all below.
const ROLES: [&str; 4] = ["reader", "writer", "admin", "operator"];

async fn each_role_does_what_it_may_and_no_more(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let path = format!("/transactions/{}", made.id());
    let account = format!("/accounts/{}", made.text("destination_account_id"));
    let mut doomed = Vec::new();
    for role in ROLES {
        doomed.push(
            book.post("/keys", &json!({"name": role, "role": "reader"}))
                .await
                .expect(201)
                .id(),
        );
    }
    for (rank, role) in ROLES.into_iter().enumerate() {
        let client = book.key(role).await;
        let reads = [
            "/users",
            "/users/ada",
            "/users/ada/balances",
            "/users/ada/transactions",
            "/users/ada/stats",
            "/accounts",
            &account,
            &format!("{account}/entries"),
            &format!("{account}/balance"),
            &format!("{account}/statement"),
            "/transactions",
            "/transactions/export",
            &path,
            &format!("{path}/revisions"),
            "/stats",
        ]
        .map(|path| (client.get(path), 0));
        let changes = [
            (client.post("/transactions", &credit("ada", "1.00")), 1),
            (
                client
                    .post("/transactions/import", &json!({}))
                    .body("", "application/x-ndjson"),
                1,
            ),
            (client.patch(&path, &json!({"description": role})), 1),
            (client.delete(&path), 1),
            (client.post(&format!("{path}/restore"), &json!({})), 1),
            (client.put("/users/bob", &json!({"full_name": role})), 1),
            (client.patch("/users/ada", &json!({"full_name": role})), 1),
            (client.post("/accounts", &json!({"name": role, "currency": "USD"})), 1),
            (client.patch(&account, &json!({"metadata": {"role": role}})), 1),
            (client.get("/keys"), 2),
            (client.post("/keys", &json!({"name": "by", "role": "reader"})), 2),
            (client.delete(&format!("/keys/{}", doomed[rank])), 2),
            (client.post("/keys", &json!({"name": "by", "role": "operator"})), 3),
        ];
        for (request, needed) in reads.into_iter().chain(changes) {
            assert_rank(book, request, rank, needed, role).await;
        }
    }
}

async fn assert_rank(book: &Book, request: Request, rank: usize, needed: usize, role: &str) {
    if rank < needed {
        let _ = book.refuses(request, "forbidden", 403).await;
    } else {
        let answer = request.await;
        assert!(
            answer.status < 300,
            "{role}: {} was answered {}",
            answer.request,
            answer.text
        );
    }
}

async fn the_ledger_header_is_the_operators(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    assert_eq!(
        book.get("/users")
            .header("Daybook-Ledger", "main")
            .await
            .expect(200)
            .column("id"),
        ["ada"]
    );
    for name in ["other", "MAIN", ""] {
        let read = book.get("/users").header("Daybook-Ledger", name);
        let _ = read.await.problem("ledger_not_found", 404);
    }
    let post = book
        .post("/transactions", &credit("ada", "1.00"))
        .header("Daybook-Ledger", "other");
    let _ = book.refuses(post, "ledger_not_found", 404).await;
    for role in ["reader", "writer", "admin"] {
        let client = book.key(role).await;
        let _ = client.get("/users").header("Daybook-Ledger", "main").await.expect(200);
        let _ = client
            .get("/users")
            .header("Daybook-Ledger", "other")
            .await
            .problem("forbidden", 403);
    }
}

async fn public_pages_need_no_credential(book: &Book) {
    let stranger = book.anonymous();
    for path in ["/", "/livez", "/readyz", "/openapi.json", "/docs"] {
        let _ = stranger.decompressing().get_root(path).await.expect(200);
    }
    let _ = stranger.get_root("/metrics").await.problem("unauthenticated", 401);
    let _ = stranger.with_key(OPERATOR_KEY).get_root("/metrics").await.expect(200);
}
