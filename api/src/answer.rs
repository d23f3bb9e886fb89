//! What handlers answer: a body, and the headers that go with its kind.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use service::query::Page;
use service::record::{AccountRecord, ClosingRecord, LedgerRecord, LimitRecord, Record, TransactionRecord, UserRecord};
use service::{Answer, AnswerStatus};

use crate::call::{Incoming, conditions, query};
use crate::problem::Problem;

/// The path that every resource lies under.
pub(crate) const BASE_PATH: &str = "/api/v1";
/// Position of a write's last event.
pub(crate) const POSITION: &str = "daybook-position";
/// Says that nothing was kept.
pub(crate) const DRY_RUN: &str = "daybook-dry-run";
/// Says that an earlier answer is given again.
pub(crate) const REPLAYED: &str = "idempotent-replayed";

/// What the JSON of most resources fits into.
const RESOURCE_BYTES: usize = 768;

/// What a handler hands back.
pub(crate) trait Respond {
    /// The answer to `incoming`.
    ///
    /// # Errors
    /// 500 for a body that cannot be written.
    fn respond(self, incoming: &Incoming) -> Result<HttpResponse, Problem>;
}

impl Respond for HttpResponse {
    fn respond(self, _: &Incoming) -> Result<HttpResponse, Problem> {
        Ok(self)
    }
}

/// A JSON body and nothing else.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> Respond for Json<T> {
    fn respond(self, _: &Incoming) -> Result<HttpResponse, Problem> {
        let body = to_json(&self.0)?;
        Ok(HttpResponse::Ok().content_type(ContentType::json()).body(body))
    }
}

/// Rows under `data`, all there are.
#[derive(Debug, Serialize)]
pub(crate) struct All<T> {
    pub(crate) data: Vec<T>,
}

/// A resource that has a version.
pub(crate) trait Versioned {
    fn version(&self) -> i64;
}

impl Versioned for TransactionRecord {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for UserRecord {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for ClosingRecord {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for LedgerRecord {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for LimitRecord {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for AccountRecord {
    fn version(&self) -> i64 {
        self.version
    }
}

/// One resource, with its tag; 304 where the reader has it.
#[derive(Debug)]
pub(crate) struct Found<T>(pub(crate) T);

impl<T: Serialize + Versioned> Respond for Found<T> {
    fn respond(self, incoming: &Incoming) -> Result<HttpResponse, Problem> {
        let version = self.0.version();
        let known = conditions::if_none_match(incoming.request.headers())?;
        let tag = (header::ETAG, entity_tag(version));
        if known.is_some_and(|tags| tags.matches(version)) {
            return Ok(HttpResponse::NotModified().insert_header(tag).finish());
        }
        let body = to_json(&self.0)?;
        Ok(HttpResponse::Ok()
            .insert_header(tag)
            .content_type(ContentType::json())
            .body(body))
    }
}

/// A page of a list, with the way to the next.
#[derive(Debug)]
pub(crate) struct Listed<T>(pub(crate) Page<T>);

impl<T: Serialize> Respond for Listed<T> {
    fn respond(self, incoming: &Incoming) -> Result<HttpResponse, Problem> {
        let mut response = HttpResponse::Ok();
        if let Some(link) = link_to_next(incoming, self.0.next_cursor.as_deref()) {
            response.insert_header(link);
        }
        let body = write_json(&self.0, self.0.data.len())?;
        Ok(response.content_type(ContentType::json()).body(body))
    }
}

/// The header that leads to the page of `cursor`.
pub(crate) fn link_to_next(incoming: &Incoming, cursor: Option<&str>) -> Option<(HeaderName, HeaderValue)> {
    let request = &incoming.request;
    let next = query::with_cursor(request.query_string(), cursor?);
    let link = format!("<{}?{next}>; rel=\"next\"", request.path());
    Some((header::LINK, HeaderValue::from_str(&link).ok()?))
}

/// The answer to a write, whose body is a `T`.
#[derive(Debug)]
pub(crate) struct Written<T> {
    answer: Answer,
    /// A member that no record has: the secret of a key, or a token, shown once.
    secret: Option<(&'static str, Option<SecretString>)>,
    body: PhantomData<T>,
}

impl<T> Written<T> {
    pub(crate) fn new(answer: Answer) -> Self {
        Self {
            answer,
            secret: None,
            body: PhantomData,
        }
    }

    /// The same answer with the secret of its record as the member `name`, or with null where it repeats an earlier one.
    ///
    /// # Errors
    /// Those of `secret_of`.
    pub(crate) fn with_secret(
        mut self,
        name: &'static str,
        secret_of: impl FnOnce(&Record) -> Result<SecretString, Problem>,
    ) -> Result<Self, Problem> {
        let secret = (!self.answer.replayed)
            .then(|| secret_of(&self.answer.record))
            .transpose()?;
        self.secret = Some((name, secret));
        Ok(self)
    }
}

impl<T> Respond for Written<T> {
    fn respond(self, _: &Incoming) -> Result<HttpResponse, Problem> {
        let answer = &self.answer;
        let status = match answer.status {
            AnswerStatus::Created if !answer.dry_run => StatusCode::CREATED,
            AnswerStatus::Created | AnswerStatus::Ok => StatusCode::OK,
            AnswerStatus::NoContent => StatusCode::NO_CONTENT,
        };
        let mut response = head_of(answer, status);
        if answer.status == AnswerStatus::NoContent {
            return Ok(response.finish());
        }
        if answer.status == AnswerStatus::Created
            && !answer.dry_run
            && let Some(path) = location(&answer.record)
        {
            response.insert_header((header::LOCATION, path));
        }
        if let Some(version) = answer.record.version() {
            response.insert_header((header::ETAG, entity_tag(version)));
        }
        let body = match &self.secret {
            None => to_json(&answer.record)?,
            Some((name, secret)) => to_json(&WithSecret {
                record: &answer.record,
                secret: BTreeMap::from([(*name, secret.as_ref().map(ExposeSecret::expose_secret))]),
            })?,
        };
        Ok(response.content_type(ContentType::json()).body(body))
    }
}

/// The headers that every answer to a write has.
pub(crate) fn head_of(answer: &Answer, status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    if answer.dry_run {
        response.insert_header((DRY_RUN, "true"));
    }
    if answer.replayed {
        response.insert_header((REPLAYED, "true"));
    }
    if let Some(position) = answer.position {
        response.insert_header((POSITION, position.to_string()));
    }
    response
}

#[derive(Serialize)]
struct WithSecret<'a> {
    #[serde(flatten)]
    record: &'a Record,
    #[serde(flatten)]
    secret: BTreeMap<&'static str, Option<&'a str>>,
}

fn entity_tag(version: i64) -> String {
    format!("\"{version}\"")
}

/// Where the resource can be read; currencies and keys cannot, they are only listed, and tokens not even that.
fn location(record: &Record) -> Option<String> {
    match record {
        Record::Transaction(record) => Some(format!("{BASE_PATH}/transactions/{}", record.id)),
        Record::User(record) => Some(format!("{BASE_PATH}/users/{}", record.id)),
        Record::Account(record) => Some(format!("{BASE_PATH}/accounts/{}", record.id)),
        Record::Ledger(record) => Some(format!("{BASE_PATH}/ledgers/{}", record.name)),
        Record::Limit(record) => Some(format!("{BASE_PATH}/limits/{}", record.id)),
        Record::Batch(_) | Record::Currency(_) | Record::Closing(_) | Record::Key(_) | Record::Token(_) => None,
    }
}

pub(crate) fn to_json<T: Serialize>(body: &T) -> Result<Vec<u8>, Problem> {
    write_json(body, 1)
}

/// The JSON of `body`, which has about as many `resources`: memory that grows while it is written is copied each time.
fn write_json<T: Serialize>(body: &T, resources: usize) -> Result<Vec<u8>, Problem> {
    let mut json = Vec::with_capacity(resources.saturating_mul(RESOURCE_BYTES));
    serde_json::to_writer(&mut json, body)
        .map_err(|error| Problem::internal(format!("a body cannot be written: {error}")))?;
    Ok(json)
}
