//! `/docs`: Swagger UI, served from the binary.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use utoipa_swagger_ui::Config;

use super::page_of;
use crate::call::Incoming;
use crate::problem::Problem;

const PAGE: &str = include_str!("docs.html");
const STYLE: &str = include_str!("docs.css");
const SCRIPT: &str = include_str!("docs.js");
/// Scripts and styles of ours, and the styles that Swagger UI writes into its elements.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The files of Swagger UI that the page asks for.
const FILES_OF_SWAGGER: &[&str] = &["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"];
/// They change with the version of the server alone.
const CACHED: &str = "public, max-age=3600";

/// Bytes of the program itself are answered as they lie there.
fn shared(bytes: Cow<'static, [u8]>) -> Bytes {
    match bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    }
}

/// `GET /docs`
pub(crate) async fn docs(_: Incoming) -> Result<HttpResponse, Problem> {
    Ok(page_of(PAGE, POLICY))
}

/// `GET /docs/{file}`
pub(crate) async fn docs_file(incoming: Incoming) -> Result<HttpResponse, Problem> {
    let name = incoming.request.match_info().get("file").unwrap_or_default();
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, CACHED));
    match name {
        "docs.css" => Ok(response.content_type("text/css; charset=utf-8").body(STYLE)),
        "docs.js" => Ok(response.content_type("text/javascript; charset=utf-8").body(SCRIPT)),
        name if FILES_OF_SWAGGER.contains(&name) => {
            let file = utoipa_swagger_ui::serve(name, Arc::new(Config::default()))
                .map_err(|error| Problem::internal(format!("Swagger UI lacks {name}: {error}")))?
                .ok_or_else(Problem::no_such_path)?;
            Ok(response.content_type(file.content_type).body(shared(file.bytes)))
        }
        _ => Err(Problem::no_such_path()),
    }
}
