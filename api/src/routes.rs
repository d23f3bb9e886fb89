//! The whole table of routes: every path, its methods, and who may use them.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{self, Payload, ServiceConfig};
use actix_web::{HttpRequest, guard};

use service::record::Role::{Admin, Operator, Reader, Writer};

use crate::body::Media::{self, Json, OptionalJson, Rows};
use crate::call::UserAccess;
use crate::config::Metrics;
use crate::endpoint::Endpoint;
use crate::state::State;
use crate::{
    accounts, audit, closing, currencies, health, keys, ledgers, limits, pages, serve, statements, statistics, tokens,
    transactions, users,
};

/// Every endpoint; those of one path stand together, and the path of an id after those that are words.
#[rustfmt::skip]
pub(crate) fn table(metrics: Metrics) -> Vec<Endpoint> {
    let mut table = vec![
        Endpoint::get("/api/v1/transactions", Reader, transactions::list),
        Endpoint::post("/api/v1/transactions", Writer, Json, transactions::create).for_users(UserAccess::Write),
        Endpoint::post("/api/v1/transactions/batch", Writer, Json, transactions::batch::create)
            .with_body_bytes_max(transactions::batch::BATCH_BYTES_MAX),
        Endpoint::get("/api/v1/transactions/export", Reader, transactions::export),
        Endpoint::post("/api/v1/transactions/import", Writer, Rows, transactions::import::run),
        Endpoint::get("/api/v1/transactions/{id}", Reader, transactions::find).for_users(UserAccess::Read),
        Endpoint::patch("/api/v1/transactions/{id}", Writer, transactions::update).for_users(UserAccess::Edit),
        Endpoint::delete("/api/v1/transactions/{id}", Writer, transactions::void).for_users(UserAccess::Edit),
        Endpoint::post("/api/v1/transactions/{id}/restore", Writer, OptionalJson, transactions::restore),
        Endpoint::post("/api/v1/transactions/{id}/capture", Writer, OptionalJson, transactions::capture),
        Endpoint::post("/api/v1/transactions/{id}/void", Writer, OptionalJson, transactions::void_hold),
        Endpoint::post("/api/v1/transactions/{id}/extend", Writer, Json, transactions::extend),
        Endpoint::post("/api/v1/transactions/{id}/refund", Writer, OptionalJson, transactions::refund),
        Endpoint::get("/api/v1/transactions/{id}/revisions", Reader, transactions::list_revisions),
        Endpoint::get("/api/v1/transactions/{id}/proof", Reader, audit::prove),

        Endpoint::get("/api/v1/users", Reader, users::list),
        Endpoint::get("/api/v1/users/{id}", Reader, users::find).for_users(UserAccess::Read),
        Endpoint::put("/api/v1/users/{id}", Writer, users::put),
        Endpoint::patch("/api/v1/users/{id}", Writer, users::update),
        Endpoint::delete("/api/v1/users/{id}", Admin, users::erase),
        Endpoint::get("/api/v1/users/{id}/balances", Reader, users::list_balances).for_users(UserAccess::Read),
        Endpoint::get("/api/v1/users/{id}/transactions", Reader, transactions::list_of_user).for_users(UserAccess::Read),
        Endpoint::get("/api/v1/users/{id}/stats", Reader, statistics::of_user).for_users(UserAccess::Read),
        Endpoint::get("/api/v1/users/{id}/limits", Reader, limits::list_of_user).for_users(UserAccess::Read),
        Endpoint::post("/api/v1/users/{id}/tokens", Writer, Json, tokens::create).without_dry_run().without_conditions(),
        Endpoint::get("/api/v1/stats", Reader, statistics::of_ledger),

        Endpoint::get("/api/v1/accounts", Reader, accounts::list),
        Endpoint::post("/api/v1/accounts", Writer, Json, accounts::create),
        Endpoint::get("/api/v1/accounts/{id}", Reader, accounts::find).for_users(UserAccess::Read),
        Endpoint::patch("/api/v1/accounts/{id}", Writer, accounts::update),
        Endpoint::get("/api/v1/accounts/{id}/entries", Reader, accounts::list_entries).for_users(UserAccess::Read),
        Endpoint::get("/api/v1/accounts/{id}/balance", Reader, statements::balance).for_users(UserAccess::Read),
        Endpoint::get("/api/v1/accounts/{id}/statement", Reader, statements::statement).for_users(UserAccess::Read),

        Endpoint::get("/api/v1/currencies", Reader, currencies::list),
        Endpoint::post("/api/v1/currencies", Admin, Json, currencies::create).without_dry_run(),

        Endpoint::get("/api/v1/closing", Reader, closing::find),
        Endpoint::put("/api/v1/closing", Admin, closing::put).without_dry_run(),

        Endpoint::get("/api/v1/limits", Admin, limits::list),
        Endpoint::post("/api/v1/limits", Admin, Json, limits::create).without_dry_run(),
        Endpoint::get("/api/v1/limits/{id}", Admin, limits::find),
        Endpoint::patch("/api/v1/limits/{id}", Admin, limits::update).without_dry_run(),
        Endpoint::delete("/api/v1/limits/{id}", Admin, limits::delete).without_dry_run(),

        Endpoint::get("/api/v1/ledgers", Operator, ledgers::list),
        Endpoint::post("/api/v1/ledgers", Operator, Json, ledgers::create).without_dry_run(),
        Endpoint::get("/api/v1/ledgers/{id}", Operator, ledgers::find),
        Endpoint::patch("/api/v1/ledgers/{id}", Operator, ledgers::update).without_dry_run(),

        Endpoint::get("/api/v1/keys", Admin, keys::list),
        Endpoint::post("/api/v1/keys", Admin, Json, keys::create).without_dry_run(),
        Endpoint::delete("/api/v1/keys/{id}", Admin, keys::revoke).without_dry_run().without_conditions(),

        Endpoint::get("/api/v1/audit/head", Reader, audit::head),
        Endpoint::get("/api/v1/audit/blocks", Reader, audit::list_blocks),
        Endpoint::post("/api/v1/audit/verify", Admin, Media::None, audit::verify).without_writing(),
        Endpoint::get("/api/v1/events", Reader, audit::list_events),

        Endpoint::open("/", pages::root),
        Endpoint::probe("/livez", health::live),
        Endpoint::probe("/readyz", health::ready),
        Endpoint::open("/openapi.json", pages::openapi),
        Endpoint::open("/docs", pages::docs),
        Endpoint::open("/docs/{file}", pages::docs_file),
    ];
    match metrics {
        Metrics::On => table.push(Endpoint::get("/metrics", Reader, health::metrics_for_key)),
        Metrics::Open => table.push(Endpoint::open("/metrics", health::metrics)),
        Metrics::Off => {}
    }
    table
}

/// Registers the table: a path answers its methods, HEAD wherever GET, and every other with 405.
pub(crate) fn configure(config: &mut ServiceConfig, state: &Arc<State>) {
    let endpoints: Vec<Rc<Endpoint>> = table(state.metrics_access).into_iter().map(Rc::new).collect();
    for of_path in endpoints.chunk_by(|left, right| left.path == right.path) {
        let Some(first) = of_path.first() else { continue };
        let path = first.path;
        let mut resource = web::resource(path);
        for endpoint in of_path {
            resource = resource.route(route(endpoint, state));
        }
        let allowed: Rc<[Method]> = of_path.iter().flat_map(|endpoint| methods(endpoint)).collect();
        let state = Arc::clone(state);
        config.service(resource.default_service(web::route().to(move |request: HttpRequest| {
            serve::wrong_method(Arc::clone(&state), path, Rc::clone(&allowed), request)
        })));
    }
    let state = Arc::clone(state);
    config.default_service(web::route().to(move |request: HttpRequest| serve::wrong_path(Arc::clone(&state), request)));
}

/// The methods that an endpoint answers.
pub(crate) fn methods(endpoint: &Endpoint) -> Vec<Method> {
    if endpoint.demand.method == Method::GET {
        vec![Method::GET, Method::HEAD]
    } else {
        vec![endpoint.demand.method.clone()]
    }
}

fn route(endpoint: &Rc<Endpoint>, state: &Arc<State>) -> actix_web::Route {
    let methods = methods(endpoint);
    let (endpoint, state) = (Rc::clone(endpoint), Arc::clone(state));
    web::route()
        .guard(guard::fn_guard(move |context| methods.contains(&context.head().method)))
        .to(move |request: HttpRequest, payload: Payload| {
            serve::endpoint(Arc::clone(&state), Rc::clone(&endpoint), request, payload.into_inner())
        })
}
