//! `POST /transactions/import`: a file as the body, and what became of its rows as the answer.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};

use crate::answer::{DRY_RUN, Json, POSITION, Respond};
use crate::body::Rows;
use crate::call::{Call, Incoming, Query};
use crate::format::Format;
use crate::import::{Import, OnError, Report, Terms};
use crate::names;
use crate::problem::{Code, Problem};

/// How long an import goes on once the server stops. Others may take up to half a minute then, but this ends well before
/// its file does: whoever sent it can send it again.
const STOP_TIME_MAX: Duration = Duration::from_secs(10);

/// What became of the rows of a body.
#[derive(Debug)]
pub(crate) struct Imported {
    report: Report,
    dry_run: bool,
}

impl Respond for Imported {
    fn respond(self, incoming: &Incoming) -> Result<HttpResponse, Problem> {
        let (dry_run, position) = (self.dry_run, self.report.position);
        let mut response = Json(self.report).respond(incoming)?;
        let headers = response.headers_mut();
        if dry_run {
            headers.insert(HeaderName::from_static(DRY_RUN), HeaderValue::from_static("true"));
        }
        if let Some(position) = position {
            headers.insert(HeaderName::from_static(POSITION), position.into());
        }
        Ok(response)
    }
}

/// Imports the body.
pub(crate) async fn run(mut call: Call) -> Result<Imported, Problem> {
    let (dry_run, on_error) = call.query(|query| Ok((query.flag("dry_run")?, read_query(query)?)))?;
    call.refuse_key("An import takes no Idempotency-Key: its rows are known by themselves when they come again.")?;
    let mut rows = call.take_rows()?;
    let ledger = call.ledger().await?;
    let terms = Terms {
        format: format_of(&rows)?,
        on_error,
        dry_run,
        actor: call.actor(),
        request_id: call.request_id().to_owned(),
    };
    let mut import = Import::new(call.daybook().clone(), ledger, terms);
    let outcome = feed(&call, &mut rows, &mut import).await;
    let report = import.end(outcome).await?;
    Ok(Imported { report, dry_run })
}

/// Reads what becomes of the rows after one that is rejected.
pub(crate) fn read_query(query: &mut Query) -> Result<OnError, Problem> {
    let on_error = query.one_of("on_error", OnError::ALL, OnError::as_str)?;
    Ok(on_error.unwrap_or_default())
}

fn format_of(rows: &Rows) -> Result<Format, Problem> {
    let media_types = names::find(rows.media_type(), Format::ALL, Format::media_type);
    media_types.map_err(|unnamed| Problem::internal(unnamed.to_string()))
}

/// Hands the body on as it comes, until it ends, nothing more of it matters or the server stops.
async fn feed(call: &Call, rows: &mut Rows, import: &mut Import) -> Result<(), Problem> {
    let stopped = call.stopped_for(STOP_TIME_MAX);
    tokio::pin!(stopped);
    while !import.is_over() {
        let piece = tokio::select! {
            piece = rows.next() => piece?,
            () = &mut stopped => return Err(stopping()),
        };
        match piece {
            Some(piece) => import.feed(piece).await?,
            None => return import.finish().await,
        }
    }
    Ok(())
}

fn stopping() -> Problem {
    let detail = "The server stops: the import ended before its file did, and what it accepted stays. Send the file \
                  again to add the rest.";
    Problem::new(Code::Unavailable, detail).because("the server stops")
}
