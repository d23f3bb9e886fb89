//! The OpenAPI 3.1 document, made of the table of routes and of what is to be said about each endpoint.
//!
//! Roles, media types, conditions, dry runs and the errors that follow from them come from the table, so that they
//! cannot be said wrongly; `operations` adds words, schemas and the errors that only one endpoint can meet.

mod answered;
mod describe;
mod examples;
mod operations;
mod parameters;
mod problems;
mod request_body;
mod schemas;
#[cfg(test)]
mod tests;

use actix_web::http::Method;
use actix_web::web::Bytes;
use utoipa::openapi::path::{HttpMethod, PathItem, PathsBuilder};
use utoipa::openapi::schema::ComponentsBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Server};

use crate::config::Metrics;
use crate::routes;

const ABOUT: &str = include_str!("about.md");

/// The document of everything served, as JSON.
pub(crate) fn document(metrics: Metrics) -> Bytes {
    let json = serde_json::to_vec(&build(metrics)).unwrap_or_default();
    Bytes::from(json)
}

/// The document's example of a recorded transaction, which is what the service answers.
#[cfg(test)]
pub(crate) fn example_transaction() -> serde_json::Value {
    examples::transaction()
}

fn build(metrics: Metrics) -> OpenApi {
    let mut paths = PathsBuilder::new();
    let endpoints = routes::table(metrics);
    for description in operations::all() {
        let endpoint = endpoints
            .iter()
            .find(|endpoint| endpoint.path == description.path && endpoint.demand.method == description.method);
        // A switch of the server may leave a route out.
        if let Some(endpoint) = endpoint {
            let method = http_method(&description.method);
            let operation = description.operation(&endpoint.demand);
            paths = paths.path(endpoint.path, PathItem::new(method, operation));
        }
    }
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Daybook")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(ABOUT))
                .license(Some(
                    LicenseBuilder::new()
                        .name("Apache-2.0")
                        .identifier(Some("Apache-2.0"))
                        .build(),
                )),
        )
        .servers(Some([Server::new("/")]))
        .tags(Some(operations::TAGS.iter().map(|(name, description)| {
            TagBuilder::new().name(*name).description(Some(*description)).build()
        })))
        .paths(paths)
        .components(Some(components().build()))
        .build()
}

fn components() -> ComponentsBuilder {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API key: `Authorization: Bearer dbk_…`"))
        .build();
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(
            "A token of one user, made by `POST /api/v1/users/{id}/tokens` or by the team's identity provider: \
             `Authorization: Bearer eyJ…`. What is another's is answered as if it were not there; in paths `me` stands for \
             the user.",
        ))
        .build();
    let mut components = ComponentsBuilder::new()
        .security_scheme(describe::BEARER, SecurityScheme::Http(bearer))
        .security_scheme(describe::USER_TOKEN, SecurityScheme::Http(token));
    for (name, schema) in schemas::all() {
        components = components.schema(name, schema);
    }
    components
}

fn http_method(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}
