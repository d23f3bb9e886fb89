//! Compression, as the caller asks for it; the framework compresses, this makes it answer every caller, and in the
//! encodings of the contract alone.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, AcceptEncoding, Encoding, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

/// Hands a request on to the compression and says on its answer what it depends on.
///
/// The framework, left to choose, would answer `deflate` too: it is told of the encoding chosen here and of no other.
/// A caller that accepts none of our encodings, not even plain bytes, is answered with plain bytes: the framework's
/// own 406 is no problem document, and RFC 9110 lets a server disregard the header.
pub(crate) async fn negotiate(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(accepted) = request.get_header::<AcceptEncoding>() {
        let encodings = [
            Encoding::gzip(),
            Encoding::brotli(),
            Encoding::zstd(),
            Encoding::identity(),
        ];
        let chosen = accepted.negotiate(encodings.iter());
        let chosen = chosen.and_then(|encoding| HeaderValue::from_str(&encoding.to_string()).ok());
        match chosen {
            Some(encoding) => request.headers_mut().insert(header::ACCEPT_ENCODING, encoding),
            None => request.headers_mut().remove(header::ACCEPT_ENCODING),
        };
    }
    let mut response = next.call(request).await?;
    merge_vary(response.headers_mut());
    Ok(response)
}

/// One `Vary` that always names `Accept-Encoding`, whichever encoding this answer has.
fn merge_vary(headers: &mut HeaderMap) {
    let mut names = vec!["Accept-Encoding".to_owned()];
    for value in headers.get_all(header::VARY) {
        let value = value.to_str().unwrap_or_default();
        for name in value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name.to_owned());
            }
        }
    }
    if let Ok(value) = HeaderValue::from_str(&names.join(", ")) {
        headers.insert(header::VARY, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vary_is_one_line_without_repetition() {
        let mut headers = HeaderMap::new();
        merge_vary(&mut headers);
        headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.append(header::VARY, HeaderValue::from_static("Origin, Accept"));
        merge_vary(&mut headers);
        let lines: Vec<_> = headers.get_all(header::VARY).collect();
        assert_eq!(lines, ["Accept-Encoding, Origin, Accept"]);
    }
}
