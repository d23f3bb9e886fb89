//! The journal: its newest block, its blocks and events, proofs, and the check of a whole ledger.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::HeaderName;
use serde::Serialize;

use service::journal::Proof;
use service::query::PageRequest;
use service::record::{BlockRecord, EventsRecord, HeadRecord};
use service::verify::VerifyReport;

use crate::answer::{Json, Listed, POSITION, Respond, link_to_next};
use crate::call::query::whole_number;
use crate::call::{Call, Incoming, Query};
use crate::problem::Problem;

/// `GET /audit/head`
pub(crate) async fn head(call: Call) -> Result<Json<HeadRecord>, Problem> {
    call.no_query()?;
    let ledger = call.ledger().await?;
    Ok(Json(call.daybook().find_head(&ledger).await?))
}

/// `GET /audit/blocks`
pub(crate) async fn list_blocks(call: Call) -> Result<Listed<BlockRecord>, Problem> {
    let (from_height, page) = call.query(read_blocks)?;
    let ledger = call.ledger().await?;
    Ok(Listed(call.daybook().list_blocks(&ledger, from_height, &page).await?))
}

/// `GET /transactions/{id}/proof`
pub(crate) async fn prove(call: Call) -> Result<Json<Proof>, Problem> {
    let id = call.id()?;
    let version = call.query(read_version)?;
    let ledger = call.ledger().await?;
    Ok(Json(call.daybook().prove_transaction(&ledger, id, version).await?))
}

/// `GET /events`
pub(crate) async fn list_events(call: Call) -> Result<Events, Problem> {
    let (after, page) = call.query(read_events)?;
    let ledger = call.ledger().await?;
    let role = call.role()?;
    Ok(Events(call.daybook().list_events(&ledger, after, role, &page).await?))
}

/// `POST /audit/verify`
pub(crate) async fn verify(call: Call) -> Result<Json<Verification>, Problem> {
    call.no_query()?;
    // It tells how the ledger is now, each time.
    call.ignore_key()?;
    let ledger = call.ledger().await?;
    // It takes as long as it takes, and ends with its caller; but a server that stops does not wait for it.
    tokio::select! {
        report = call.daybook().verify_ledger(&ledger) => Ok(Json(Verification::of(report?))),
        () = call.stopped_for(Duration::ZERO) => Err(Problem::unavailable("the server stops, and with it the check")),
    }
}

/// From which height on, and which page.
pub(crate) fn read_blocks(query: &mut Query) -> Result<(i64, PageRequest), Problem> {
    let from_height = query.optional("from_height", |text| {
        whole_number(text)
            .filter(|height| *height > 0)
            .ok_or("Must be a height: 1 or more.")
    })?;
    Ok((from_height.unwrap_or(1), query.page()?))
}

/// After which position, and which page.
pub(crate) fn read_events(query: &mut Query) -> Result<(i64, PageRequest), Problem> {
    let after = query.optional("after", |text| {
        whole_number(text).ok_or("Must be a position: a whole number, 0 for the beginning.")
    })?;
    Ok((after.unwrap_or(0), query.page()?))
}

/// Which version is to be proved.
pub(crate) fn read_version(query: &mut Query) -> Result<Option<i64>, Problem> {
    query.optional("version", |text| {
        whole_number(text)
            .filter(|version| *version > 0)
            .ok_or("Must be a version: 1 or more.")
    })
}

/// A page of events, and the head of the ledger beside it.
#[derive(Debug)]
pub(crate) struct Events(EventsRecord);

impl Respond for Events {
    fn respond(self, incoming: &Incoming) -> Result<HttpResponse, Problem> {
        let link = link_to_next(incoming, self.0.next_cursor.as_deref());
        let head = self.0.head;
        let mut response = Json(self.0).respond(incoming)?;
        let headers = response.headers_mut();
        headers.insert(HeaderName::from_static(POSITION), head.into());
        if let Some((name, value)) = link {
            headers.insert(name, value);
        }
        Ok(response)
    }
}

/// What a check of a ledger came to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Verification {
    /// Whether everything holds.
    pub(crate) ok: bool,
    pub(crate) checked: Checked,
    /// Most that are listed; `failure_count` counts the rest.
    pub(crate) failures: Vec<Failed>,
    pub(crate) failure_count: u64,
    /// Lowest block that is touched by a failure, where it is known.
    pub(crate) first_bad_height: Option<i64>,
}

/// How much was checked.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Checked {
    pub(crate) height: i64,
    pub(crate) position: i64,
    pub(crate) blocks: u64,
    pub(crate) events: u64,
    pub(crate) users: u64,
    pub(crate) accounts: u64,
    pub(crate) transactions: u64,
    pub(crate) entries: u64,
    pub(crate) days: u64,
    pub(crate) idempotency_keys: u64,
    pub(crate) api_keys: u64,
    pub(crate) currencies: u64,
    pub(crate) limits: u64,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Failed {
    pub(crate) invariant: &'static str,
    pub(crate) detail: String,
}

impl Verification {
    fn of(report: VerifyReport) -> Self {
        let checked = report.ledgers.first().map(|ledger| Checked {
            height: ledger.height,
            position: ledger.head,
            blocks: ledger.counts.blocks,
            events: ledger.counts.events,
            users: ledger.counts.users,
            accounts: ledger.counts.accounts,
            transactions: ledger.counts.transactions,
            entries: ledger.counts.entries,
            days: ledger.counts.days,
            idempotency_keys: ledger.counts.idempotency_keys,
            api_keys: ledger.counts.api_keys,
            currencies: ledger.counts.currencies,
            limits: ledger.counts.limits,
        });
        Self {
            ok: report.is_ok(),
            checked: checked.unwrap_or_default(),
            failure_count: report.failure_count,
            first_bad_height: report.ledgers.first().and_then(|ledger| ledger.first_bad_height),
            failures: report
                .failures
                .into_iter()
                .map(|failure| Failed {
                    invariant: failure.invariant.as_str(),
                    detail: failure.detail,
                })
                .collect(),
        }
    }
}
