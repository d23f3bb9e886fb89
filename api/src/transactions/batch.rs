//! `POST /transactions/batch`: many transactions with one request.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use serde::Serialize;
use serde_json::value::RawValue;

use service::query::Currencies;
use service::record::{BatchRecord, Record};
use service::value::{FieldError, ValueCode, ValueError};
use service::{Answer, LedgerError};

use super::bodies::read_create;
use crate::answer::{Respond, Written, head_of, to_json};
use crate::body::{ERRORS_MAX, Fields, Tree, flag, list, text};
use crate::call::{Call, Incoming, ListItem, read_key};
use crate::problem::Problem;

/// Most bytes of a batch.
pub(crate) const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most transactions of a batch.
pub(crate) const BATCH_ITEMS_MAX: usize = 1000;

/// What became of a batch.
#[derive(Debug)]
pub(crate) enum Batched {
    /// All of it, of one that is atomic.
    Whole(Written<BatchRecord>),
    /// Each item for itself, in the order of the request.
    Apart {
        results: Vec<Result<Answer, Problem>>,
        answer: Answer,
    },
}

/// Records the transactions of the body.
pub(crate) async fn create(call: Call) -> Result<Batched, Problem> {
    let mut write = call.write()?;
    let (is_atomic, items) = write.body(read_batch)?;
    let currencies = write.currencies(items.iter().filter_map(currency_code)).await?;
    if is_atomic {
        let items = read_all(items, &currencies)?;
        let answer = write.submit_list(items, is_atomic).await?;
        return Ok(Batched::Whole(Written::new(answer)));
    }
    let read: Vec<Result<ListItem, Problem>> = items
        .into_iter()
        .enumerate()
        .map(|(index, item)| read_item(index, item, &currencies))
        .collect();
    let mut good = Vec::with_capacity(read.len());
    let refused: Vec<Option<Problem>> = read
        .into_iter()
        .map(|item| item.map(|item| good.push(item)).err())
        .collect();
    let mut answer = write.submit_list(good, is_atomic).await?;
    let mut made = std::mem::take(&mut answer.items).into_iter();
    let results = refused.into_iter().map(|problem| match problem {
        Some(problem) => Err(problem),
        None => made.next().unwrap_or_else(|| Err(unanswered())).map_err(Problem::from),
    });
    let results = results.collect();
    Ok(Batched::Apart { results, answer })
}

/// Reads a batch, whose transactions are read later, each by itself.
pub(crate) fn read_batch(fields: &mut Fields) -> Option<(bool, Vec<Tree>)> {
    let is_atomic = fields.required("atomic", flag);
    let items = fields.required("transactions", list(1..=BATCH_ITEMS_MAX));
    Some((is_atomic?, items?))
}

fn currency_code(item: &Tree) -> Option<&str> {
    match item {
        Tree::Object(members) => match members.get("currency") {
            Some(Tree::Text(code)) => Some(code),
            _ => None,
        },
        _ => None,
    }
}

/// Reads every item, or tells every bad field of all, by its path in the body, and which item is the first that has one.
fn read_all(items: Vec<Tree>, currencies: &Currencies) -> Result<Vec<ListItem>, Problem> {
    let mut read = Vec::with_capacity(items.len());
    let (mut errors, mut first_bad) = (Vec::new(), None);
    for (index, item) in items.into_iter().enumerate() {
        match read_item(index, item, currencies) {
            Ok(item) => read.push(item),
            Err(problem) => {
                first_bad.get_or_insert(index);
                let room = ERRORS_MAX.saturating_sub(errors.len());
                let own = problem.errors().iter().take(room);
                errors.extend(own.map(|error| FieldError {
                    field: path_of(index, &error.field),
                    error: error.error.clone(),
                }));
            }
        }
    }
    match first_bad {
        Some(index) => Err(Problem::invalid(errors).with("index", index)),
        None => Ok(read),
    }
}

fn path_of(index: usize, field: &str) -> String {
    let dot = if field.is_empty() { "" } else { "." };
    format!("transactions[{index}]{dot}{field}")
}

fn read_item(index: usize, mut item: Tree, currencies: &Currencies) -> Result<ListItem, Problem> {
    let key = match &mut item {
        Tree::Object(members) => members.remove("idempotency_key"),
        _ => None,
    };
    // What makes two of them one request is all but the key.
    let body = item.to_string();
    if let (Tree::Object(members), Some(key)) = (&mut item, key) {
        members.insert("idempotency_key".to_owned(), key);
    }
    let (command, key) = Fields::read(item, |fields| {
        let key = fields.optional("idempotency_key", text(key_of_item));
        Some((read_create(fields, currencies)?, key))
    })?;
    Ok(ListItem {
        index,
        command,
        key,
        body,
    })
}

fn key_of_item(key: &str) -> Result<String, ValueError> {
    let refused = || ValueError::new(ValueCode::InvalidFormat, "Must be 1 to 255 printable ASCII characters.");
    read_key(key).map(str::to_owned).ok_or_else(refused)
}

fn unanswered() -> LedgerError {
    LedgerError::Internal("an item of a list was not answered".to_owned())
}

impl Respond for Batched {
    fn respond(self, incoming: &Incoming) -> Result<HttpResponse, Problem> {
        let (results, mut answer) = match self {
            Self::Whole(written) => return written.respond(incoming),
            Self::Apart { results, answer } => (results, answer),
        };
        answer.replayed = results
            .iter()
            .all(|result| result.as_ref().is_ok_and(|answer| answer.replayed));
        let results = results.into_iter().enumerate();
        let data = results
            .map(|(index, result)| Row::of(index, result, incoming))
            .collect();
        let body = to_json(&Rows { data })?;
        Ok(head_of(&answer, StatusCode::OK)
            .content_type(ContentType::json())
            .body(body))
    }
}

#[derive(Serialize)]
struct Rows {
    data: Vec<Row>,
}

/// What became of one item.
#[derive(Serialize)]
struct Row {
    index: usize,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<Record>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Box<RawValue>>,
}

impl Row {
    fn of(index: usize, result: Result<Answer, Problem>, incoming: &Incoming) -> Self {
        let (status, transaction, problem) = match result {
            Ok(answer) => (StatusCode::CREATED, Some(answer.record), None),
            Err(problem) => {
                if let Some(cause) = problem.cause() {
                    log::error!("{}: item {index} of a batch: {cause}", incoming.request_id);
                }
                let text = String::from_utf8(problem.document(&incoming.request_id)).unwrap_or_default();
                (problem.code().status(), None, RawValue::from_string(text).ok())
            }
        };
        Self {
            index,
            status: status.as_u16(),
            transaction,
            problem,
        }
    }
}
