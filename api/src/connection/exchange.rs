//! A request and its answer on their connection: from the request's head to the last byte of the answer it is the
//! application's turn.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::web::Bytes;

use super::request_body::RequestBody;
use super::turn::{Turn, TurnTaken};

/// Hands a request on and keeps its connection's turn until the answer is sent.
///
/// A body that is not read to its end by then makes the answer the connection's last. The framework closes after such
/// an answer and reads on for a bounded time only, but for a chunked body that has been dropped: it keeps that
/// connection and skips the rest of the body, however long it takes. So the body is kept until its answer is sent.
pub(crate) async fn take_turn(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<Sending>, Error> {
    let turn = request.conn_data::<Rc<Turn>>().cloned().unwrap_or_default();
    let taken = TurnTaken::new(&turn);
    let body = RequestBody::lend(&mut request, &turn);
    let mut response = next.call(request).await?;
    let unread = body.filter(|body| !body.has_ended());
    if unread.is_some() {
        turn.end();
        response
            .response_mut()
            .head_mut()
            .set_connection_type(ConnectionType::Close);
    }
    Ok(response.map_body(|_, body| Sending {
        body: body.boxed(),
        _unread: unread,
        _taken: taken,
    }))
}

/// The body of an answer.
#[derive(Debug)]
pub(crate) struct Sending {
    body: BoxBody,
    _unread: Option<RequestBody>,
    _taken: TurnTaken,
}

impl MessageBody for Sending {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
