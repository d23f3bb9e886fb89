//! Pages for people: the landing page, and the documentation with Swagger UI. Nothing is loaded from elsewhere.

mod docs;

use actix_web::HttpResponse;
use actix_web::http::header::{self, ContentType, HeaderMap, HeaderValue};
use serde::Serialize;

use crate::answer::{Json, Respond};
use crate::call::{Incoming, preferred};
use crate::problem::Problem;

pub(crate) use docs::{docs, docs_file};

const LANDING: &str = include_str!("landing.html");
/// A page that runs no script and loads nothing.
const LANDING_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
                              form-action 'none'; frame-ancestors 'none'";
/// The origin shown to a browser that does not say which one it asked for.
const ORIGIN_DEFAULT: &str = "127.0.0.1:8000";

/// What a program is told of the server.
#[derive(Debug, Serialize)]
struct About {
    name: &'static str,
    version: &'static str,
    message: &'static str,
    docs: &'static str,
}

/// `GET /`
pub(crate) async fn root(incoming: Incoming) -> Result<HttpResponse, Problem> {
    let headers = incoming.request.headers();
    let mut response = if prefers_page(&incoming) {
        let page = LANDING.replace("{{version}}", env!("CARGO_PKG_VERSION")).replace(
            "{{origin}}",
            &origin(headers, incoming.state.has_tls, incoming.state.behind_proxy),
        );
        page_of(page, LANDING_POLICY)
    } else {
        let about = About {
            name: "daybook",
            version: env!("CARGO_PKG_VERSION"),
            message: "Server connected successfully",
            docs: "/docs",
        };
        Json(about).respond(&incoming)?
    };
    response
        .headers_mut()
        .append(header::VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

/// `GET /openapi.json`
pub(crate) async fn openapi(incoming: Incoming) -> Result<HttpResponse, Problem> {
    let document = incoming.state.openapi.clone();
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(document))
}

/// A page, with what a browser is to allow it and nothing more.
fn page_of(html: impl Into<String>, policy: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"))
        .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"))
        .insert_header((header::PERMISSIONS_POLICY, "camera=(), geolocation=(), microphone=()"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(html.into())
}

/// A browser names HTML; a program that takes anything is answered JSON.
fn prefers_page(incoming: &Incoming) -> bool {
    let offered = [("application/json", false), ("text/html", true)];
    preferred(&incoming.request, &offered, false)
}

/// The origin that the browser asked for, of characters that no page minds.
fn origin(headers: &HeaderMap, has_tls: bool, behind_proxy: bool) -> String {
    let plain = |text: &&str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".:-[]".contains(&byte))
    };
    let text_of = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text_of(header::HOST).filter(plain).unwrap_or(ORIGIN_DEFAULT);
    let is_secure = has_tls || (behind_proxy && text_of(header::X_FORWARDED_PROTO) == Some("https"));
    format!("{}://{host}", if is_secure { "https" } else { "http" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(host: &'static str, proto: Option<&'static str>, behind_proxy: bool) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        if let Some(proto) = proto {
            headers.insert(header::X_FORWARDED_PROTO, HeaderValue::from_static(proto));
        }
        origin(&headers, false, behind_proxy)
    }

    #[test]
    fn the_origin_is_shown_as_the_browser_sees_it() {
        assert_eq!(shown("localhost:8000", None, false), "http://localhost:8000");
        assert_eq!(shown("[::1]:8000", Some("https"), false), "http://[::1]:8000");
        assert_eq!(shown("ledger.example", Some("https"), true), "https://ledger.example");
        assert_eq!(shown("x\"><script>", None, false), "http://127.0.0.1:8000");
    }
}
