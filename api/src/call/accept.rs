//! Which media type a caller would rather have, of those that a path answers (RFC 9110, section 12.5.1).

use std::cmp::Reverse;

use actix_web::HttpRequest;
use actix_web::http::header::{Accept, Header, Quality};

/// The one of `offered` that the caller likes best: by its quality, then by how exactly it was named, then by where. The
/// first, where nothing is said and where none is acceptable: a server may disregard the header.
pub(crate) fn preferred<T: Copy>(request: &HttpRequest, offered: &[(&str, T)], default: T) -> T {
    let Ok(accept) = Accept::parse(request) else {
        return default;
    };
    let liked = offered.iter().rev().filter_map(|(media_type, value)| {
        let (exactness, place, quality) = match_of(&accept, media_type)?;
        (quality > Quality::ZERO).then_some(((quality, exactness, Reverse(place)), *value))
    });
    liked.max_by_key(|(rank, _)| *rank).map_or(default, |(_, value)| value)
}

/// The range that names `media_type` most exactly: how exactly, the how-manieth it is, and its quality.
fn match_of(accept: &Accept, media_type: &str) -> Option<(u8, usize, Quality)> {
    let (kind, _) = media_type.split_once('/')?;
    let ranges = accept.iter().enumerate().filter_map(|(place, range)| {
        let exactness = match range.item.essence_str() {
            named if named == media_type => 2,
            "*/*" => 0,
            _ if range.item.type_() == kind && range.item.subtype() == "*" => 1,
            _ => return None,
        };
        Some((exactness, place, range.quality))
    });
    ranges.max_by_key(|(exactness, place, _)| (*exactness, Reverse(*place)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    const OFFERED: &[(&str, &str)] = &[("application/json", "json"), ("text/csv", "csv")];

    #[test]
    fn the_best_liked_type_is_taken_and_json_where_nothing_decides() {
        for (accepted, expected) in [
            ("text/csv", "csv"),
            ("TEXT/CSV; header=present", "csv"),
            ("text/*", "csv"),
            ("text/csv, */*", "csv"),
            ("application/json;q=0.5, text/csv;q=0.6", "csv"),
            ("text/csv, application/json", "csv"),
            ("*/*;q=0.1, text/*;q=0.2", "csv"),
            ("application/json, text/csv", "json"),
            ("application/json;q=0.7, text/csv;q=0.6", "json"),
            ("text/csv;q=0", "json"),
            ("text/csv;q=0, */*", "json"),
            ("*/*", "json"),
            ("text/html", "json"),
            ("", "json"),
            ("no media type", "json"),
        ] {
            let request = TestRequest::default().insert_header(("accept", accepted));
            let found = preferred(&request.to_http_request(), OFFERED, "json");
            assert_eq!(found, expected, "{accepted:?}");
        }
        let silent = TestRequest::default().to_http_request();
        assert_eq!(preferred(&silent, OFFERED, "json"), "json");
    }
}
