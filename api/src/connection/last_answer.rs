//! The answer to what is no request, after which the connection ends.

use uuid::Uuid;

use crate::call::request_id::REQUEST_ID;
use crate::problem::{MEDIA_TYPE, Problem};

/// The whole answer, head and body, that tells `problem` under an id of its own. It is logged.
pub(super) fn last_answer(problem: &Problem, date: Option<&str>) -> Vec<u8> {
    let request_id = Uuid::now_v7().to_string();
    let (status, body) = (problem.code().status(), problem.document(&request_id));
    log::debug!(
        target: "daybook::requests",
        request_id = &*request_id,
        status = status.as_u16();
        "answered what is no request"
    );
    let date = date.map(|date| format!("date: {date}\r\n")).unwrap_or_default();
    let mut answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {}\r\n{REQUEST_ID}: {request_id}\r\n\
         x-content-type-options: nosniff\r\nconnection: close\r\n{date}\r\n",
        body.len(),
    )
    .into_bytes();
    answer.extend_from_slice(&body);
    answer
}
