//! The bodies of requests.

use utoipa::openapi::Required;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};

use super::describe::content;
use super::{examples, schemas};
use crate::body::Media;
use crate::format::Format;

/// The body of an endpoint that reads `media`, of the schema called so where it is JSON.
pub(super) fn of(schema: Option<&str>, media: Media) -> Option<RequestBody> {
    match schema {
        Some(schema) => Some(json_body(schema, media)),
        None if media == Media::Rows => Some(rows_body()),
        None => None,
    }
}

/// A file of rows, in any format.
fn rows_body() -> RequestBody {
    let body = RequestBodyBuilder::new().required(Some(Required::True));
    let described = Format::ALL.iter().fold(body, |body, format| {
        let example = examples::of_rows(*format);
        body.content(
            format.media_type(),
            content(schemas::any_text().into(), Some(example.into())),
        )
    });
    described.build()
}

fn json_body(schema: &str, media: Media) -> RequestBody {
    let examples = examples::of_body(schema)
        .into_iter()
        .map(|(name, value)| (name, ExampleBuilder::new().value(Some(value)).build()));
    let content = ContentBuilder::new()
        .schema(Some(schemas::reference(schema)))
        .examples_from_iter(examples)
        .build();
    let required = if media == Media::OptionalJson {
        Required::False
    } else {
        Required::True
    };
    let body = RequestBodyBuilder::new().required(Some(required));
    let described = media
        .types()
        .iter()
        .fold(body, |body, media_type| body.content(*media_type, content.clone()));
    described.build()
}
