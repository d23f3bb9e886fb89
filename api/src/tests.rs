//! The application in one process: what the framework would answer by itself, and what every answer has.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, call_service, init_service};
use prometheus::Registry;
use serde_json::Value;
use uuid::Uuid;

use service::{Daybook, Purpose};

use crate::answer::Json;
use crate::call::Incoming;
use crate::config::{Metrics, Settings};
use crate::endpoint::Endpoint;
use crate::metrics::HttpMetrics;
use crate::problem::Problem;
use crate::serve;
use crate::server::{create_app, options};
use crate::state::State;

/// A folder for one database, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("daybook-{}", Uuid::now_v7()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The state of a server on a SQLite file in `folder`.
async fn state(folder: &Folder, change: impl FnOnce(&mut Settings)) -> Arc<State> {
    let path = folder.0.join("daybook.db");
    let mut settings = Settings::for_database(&format!("sqlite://{}", path.display()));
    change(&mut settings);
    let registry = Registry::new();
    let options = options(&settings, &registry, Purpose::Serve).unwrap();
    let daybook = Daybook::open(options).await.unwrap();
    State::new(daybook, HttpMetrics::register(registry).unwrap(), &settings)
}

/// Sends one request to a server of its own.
async fn answer(request: TestRequest, change: impl FnOnce(&mut Settings)) -> (StatusCode, HeaderMap, Vec<u8>) {
    let folder = Folder::new();
    let app = init_service(create_app(state(&folder, change).await)).await;
    let response = call_service(&app, request.to_request()).await;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = to_bytes(response.into_body()).await.unwrap_or_default();
    (status, headers, body.to_vec())
}

fn code(body: &[u8]) -> String {
    let problem: Value = serde_json::from_slice(body).unwrap();
    problem["code"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_path_that_is_not_there_is_a_problem() {
    let (status, headers, body) = answer(TestRequest::get().uri("/api/v1/nothing"), |_| ()).await;
    assert_eq!((status.as_u16(), code(&body).as_str()), (404, "not_found"));
    assert_eq!(headers.get(header::CONTENT_TYPE).unwrap(), "application/problem+json");
    assert!(headers.contains_key("x-request-id"));
}

#[actix_web::test]
async fn a_method_that_a_path_lacks_is_answered_with_those_it_has() {
    for method in [
        Method::POST,
        Method::TRACE,
        Method::OPTIONS,
        Method::from_bytes(b"BREW").unwrap(),
    ] {
        let request = TestRequest::with_uri("/api/v1/users/42").method(method.clone());
        let (status, headers, body) = answer(request, |_| ()).await;
        assert_eq!(
            (status.as_u16(), code(&body).as_str()),
            (405, "method_not_allowed"),
            "{method}"
        );
        assert_eq!(
            headers.get(header::ALLOW).unwrap(),
            "GET, HEAD, PUT, PATCH, DELETE",
            "{method}"
        );
    }
}

#[actix_web::test]
async fn the_request_keeps_its_id() {
    let request = TestRequest::get()
        .uri("/api/v1/users")
        .insert_header(("x-request-id", "order-17"));
    let (status, headers, body) = answer(request, |_| ()).await;
    assert_eq!((status.as_u16(), code(&body).as_str()), (401, "unauthenticated"));
    assert_eq!(headers.get("x-request-id").unwrap(), "order-17");
    assert_eq!(headers.get(header::WWW_AUTHENTICATE).unwrap(), "Bearer");
    let problem: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem["request_id"], "order-17");
}

#[actix_web::test]
async fn head_is_answered_wherever_get_is() {
    let request = TestRequest::with_uri("/livez").method(Method::HEAD);
    assert_eq!(answer(request, |_| ()).await.0, StatusCode::OK);
}

#[actix_web::test]
async fn an_encoding_that_nobody_speaks_is_answered_plainly() {
    for accepted in ["identity;q=0, dcb", "*;q=0"] {
        let request = TestRequest::get()
            .uri("/livez")
            .insert_header((header::ACCEPT_ENCODING, accepted));
        let (status, headers, body) = answer(request, |_| ()).await;
        assert_eq!(
            (status, body.as_slice()),
            (StatusCode::OK, &b"{\"status\":\"ok\"}"[..]),
            "{accepted}"
        );
        assert_eq!(headers.get(header::VARY).unwrap(), "Accept-Encoding");
    }
}

#[actix_web::test]
async fn a_browser_gets_a_page_and_a_program_json() {
    for (accepted, media_type) in [
        (
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/html; charset=utf-8",
        ),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("text/html;q=0.1, application/json", "application/json"),
    ] {
        let request = TestRequest::get().uri("/").insert_header((header::ACCEPT, accepted));
        let (_, headers, _) = answer(request, |_| ()).await;
        assert_eq!(headers.get(header::CONTENT_TYPE).unwrap(), media_type, "{accepted}");
    }
}

#[actix_web::test]
async fn metrics_follow_their_switch() {
    let status = |metrics: Metrics| async move {
        answer(TestRequest::get().uri("/metrics"), |settings| {
            settings.metrics = metrics
        })
        .await
        .0
        .as_u16()
    };
    assert_eq!(status(Metrics::On).await, 401);
    assert_eq!(status(Metrics::Open).await, 200);
    assert_eq!(status(Metrics::Off).await, 404);
}

async fn broken(_: Incoming) -> Result<Json<()>, Problem> {
    panic!("a handler may have a fault")
}

#[actix_web::test]
async fn a_handler_that_panics_is_answered_for() {
    let endpoint = Rc::new(Endpoint::open("/broken", broken));
    let request = TestRequest::get().uri("/broken").to_http_request();
    let folder = Folder::new();
    let response = serve::endpoint(state(&folder, |_| ()).await, endpoint, request, Payload::None).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = to_bytes(response.into_body()).await.unwrap();
    assert_eq!(code(&body), "internal");
    assert!(!String::from_utf8_lossy(&body).contains("may have a fault"));
}
