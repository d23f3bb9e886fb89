//! Pages for people.

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;

use crate::answer::Json;
use crate::call::Incoming;
use crate::problem::Problem;

/// `GET /`
pub(crate) async fn root(_: Incoming) -> Result<Json<serde_json::Value>, Problem> {
    Ok(Json(serde_json::json!({
        "name": "daybook",
        "version": env!("CARGO_PKG_VERSION"),
        "message": "Server connected successfully",
        "docs": "/docs",
    })))
}

/// `GET /openapi.json`
pub(crate) async fn openapi(incoming: Incoming) -> Result<HttpResponse, Problem> {
    let document = incoming.state.openapi.clone();
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(document))
}

/// `GET /docs`
pub(crate) async fn docs(_: Incoming) -> Result<HttpResponse, Problem> {
    Err(Problem::no_such_path())
}

/// `GET /docs/{file}`
pub(crate) async fn docs_file(_: Incoming) -> Result<HttpResponse, Problem> {
    Err(Problem::no_such_path())
}
