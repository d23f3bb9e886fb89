//! A thin HTTP client: one method per verb, and checks of what the contract promises of every answer.

mod request;

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use crate::Answer;

pub use request::Request;

/// A connection that nobody uses is closed after this time, so that it does not hold up a server that is being stopped.
const IDLE_TIME_MAX: Duration = Duration::from_secs(1);

/// No request of a test is answered later than this.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(120);

/// No list of a test has more pages.
const PAGES_MAX: usize = 10_000;

/// A builder of an HTTP client. One that could speak TLS needs a provider, though the suites never speak it.
fn builder() -> reqwest::ClientBuilder {
    // Another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
}

/// A caller of one server, with or without a credential. Cheap to clone into tasks.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    address: SocketAddr,
    key: Option<String>,
}

impl Client {
    pub(crate) fn new(address: SocketAddr, key: Option<String>) -> Self {
        let http = builder()
            .timeout(REQUEST_TIME_MAX)
            .pool_idle_timeout(IDLE_TIME_MAX)
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .build()
            .expect("the HTTP client is built");
        Self { http, address, key }
    }

    /// The same client with another credential.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..self.clone()
        }
    }

    /// The same client without a credential.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self {
            key: None,
            ..self.clone()
        }
    }

    /// A client that decompresses what the server compressed, and tells the server so.
    ///
    /// # Panics
    ///
    /// Where the HTTP client cannot be built.
    #[must_use]
    pub fn decompressing(&self) -> Self {
        let http = builder().timeout(REQUEST_TIME_MAX).no_proxy().build();
        Self {
            http: http.expect("the HTTP client is built"),
            ..self.clone()
        }
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A request to a path as it is, such as `/livez` or a `Location`.
    pub fn request(&self, method: Method, path: &str) -> Request {
        let headers = self
            .key
            .iter()
            .map(|key| ("Authorization".to_owned(), format!("Bearer {key}").into_bytes()))
            .collect();
        Request {
            http: self.http.clone(),
            method,
            url: format!("http://{}{path}", self.address),
            headers,
            body: None,
        }
    }

    /// A GET of a path as it is.
    pub fn get_root(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    /// A GET below `/api/v1`.
    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, &format!("/api/v1{path}"))
    }

    /// A POST below `/api/v1`.
    pub fn post(&self, path: &str, body: &Value) -> Request {
        self.request(Method::POST, &format!("/api/v1{path}")).json(body)
    }

    /// A PUT below `/api/v1`.
    pub fn put(&self, path: &str, body: &Value) -> Request {
        self.request(Method::PUT, &format!("/api/v1{path}")).json(body)
    }

    /// A PATCH below `/api/v1`.
    pub fn patch(&self, path: &str, body: &Value) -> Request {
        self.request(Method::PATCH, &format!("/api/v1{path}")).json(body)
    }

    /// A DELETE below `/api/v1`.
    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, &format!("/api/v1{path}"))
    }

    /// Posts a transaction, which must succeed.
    ///
    /// # Panics
    ///
    /// Where it is refused.
    pub async fn create(&self, body: &Value) -> Answer {
        self.post("/transactions", body).await.expect(201)
    }

    /// Makes or replaces a user, which must succeed.
    ///
    /// # Panics
    ///
    /// Where it is refused.
    pub async fn put_user(&self, id: &str, body: &Value) -> Answer {
        let answer = self.put(&format!("/users/{id}"), body).await;
        assert!(
            matches!(answer.status, 200 | 201),
            "{} was answered {}",
            answer.request,
            answer.text
        );
        answer
    }

    /// Makes an account, which must succeed, and gives its id.
    pub async fn open_account(&self, body: &Value) -> String {
        self.post("/accounts", body).await.expect(201).id()
    }

    /// A user's only account of this name and currency, as the API shows it.
    ///
    /// # Panics
    ///
    /// Where there is none.
    pub async fn account_of(&self, user_id: &str, name: &str, currency: &str) -> Value {
        let accounts = self
            .get(&format!("/accounts?user_id={user_id}&currency={currency}"))
            .await
            .expect(200);
        let found = accounts.rows().iter().find(|account| account["name"] == name);
        found
            .unwrap_or_else(|| panic!("{user_id} has no {currency} account {name}: {}", accounts.text))
            .clone()
    }

    /// The balance of a user's `main` account in USD.
    ///
    /// # Panics
    ///
    /// Where there is none.
    pub async fn balance_of(&self, user_id: &str) -> String {
        let account = self.account_of(user_id, "main", "USD").await;
        account["balance"].as_str().expect("a balance is text").to_owned()
    }

    /// Every row of a list, page by page.
    ///
    /// # Panics
    ///
    /// Where the list does not end.
    pub async fn walk(&self, path_and_query: &str, limit: usize) -> Vec<Value> {
        let separator = if path_and_query.contains('?') { '&' } else { '?' };
        let path = format!("{path_and_query}{separator}limit={limit}");
        let mut page = self.get(&path).await.expect(200);
        let mut rows = page.rows().to_vec();
        let mut pages = 1;
        while let Some(cursor) = page.next_cursor() {
            page = self.get(&format!("{path}&cursor={cursor}")).await.expect(200);
            assert!(
                page.rows().len() <= limit,
                "{} has {} rows",
                page.request,
                page.rows().len()
            );
            rows.extend_from_slice(page.rows());
            pages += 1;
            assert!(pages < PAGES_MAX, "{path} does not end");
        }
        rows
    }

    /// A new key of this role, and the client that uses it.
    pub async fn key(&self, role: &str) -> Self {
        let made = self
            .post("/keys", &serde_json::json!({"name": role, "role": role}))
            .await
            .expect(201);
        self.with_key(made.text("secret"))
    }
}
