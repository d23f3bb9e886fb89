//! What the servers of a test log, at every level: nothing of it may be a secret or personal.
//!
//! The harness takes note of whatever a test sends or is answered that nobody but its bearer or its user should read, and
//! looks for it in all that was logged while the test ran.

use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, Once, OnceLock, PoisonError};

use aho_corasick::AhoCorasick;
use log::kv::{Error, Key, Value as Logged, VisitSource};
use log::{LevelFilter, Log, Metadata, Record};
use serde_json::Value;

/// Shorter texts are in many a line by chance.
const CHARS_MIN: usize = 5;
/// Of a longer text the beginning is looked for.
const CHARS_MAX: usize = 200;
/// Most rows of a file that are looked for: the others are as they are.
const ROWS_MAX: usize = 100;
/// What logs in this process and is no part of a server.
const OTHERS: [&str; 6] = ["reqwest", "hyper", "hyper_util", "want", "rustls", "tests"];
/// The members of bodies that are personal, or secret, wherever they stand.
const MEMBERS: [&str; 7] = [
    "full_name",
    "email",
    "metadata",
    "description",
    "reason",
    "secret",
    "token",
];

/// What was logged and not yet looked at, and what is looked for; each with its number, of all that came.
#[derive(Default)]
struct Kept {
    lines: VecDeque<(usize, String)>,
    hidden: VecDeque<(usize, String)>,
    count: usize,
    /// From which number on each running test looks.
    running: Vec<usize>,
}

impl Kept {
    fn next(&mut self) -> usize {
        self.count += 1;
        self.count
    }

    /// Forgets what no running test will look at.
    fn settle(&mut self) {
        let first = self.running.iter().min().copied().unwrap_or(usize::MAX);
        for all in [&mut self.lines, &mut self.hidden] {
            while all.front().is_some_and(|(number, _)| *number < first) {
                all.pop_front();
            }
        }
    }
}

fn kept() -> MutexGuard<'static, Kept> {
    static KEPT: OnceLock<Mutex<Kept>> = OnceLock::new();
    let kept = KEPT.get_or_init(Mutex::default);
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Logger;

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let of = metadata.target().split("::").next().unwrap_or_default();
        !OTHERS.contains(&of)
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let mut line = format!("{} {} {}", record.level(), record.target(), record.args());
        let _ = record.key_values().visit(&mut Pairs(&mut line));
        let mut kept = kept();
        if !kept.running.is_empty() {
            let number = kept.next();
            kept.lines.push_back((number, line));
        }
    }

    fn flush(&self) {}
}

/// Appends the pairs of a record.
struct Pairs<'a>(&'a mut String);

impl<'kvs> VisitSource<'kvs> for Pairs<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Logged<'kvs>) -> Result<(), Error> {
        let _ = write!(self.0, " {key}={value}");
        Ok(())
    }
}

/// Begins to keep what is logged; the number is for [`end`].
pub(crate) fn begin() -> usize {
    static START: Once = Once::new();
    START.call_once(|| {
        log::set_logger(&Logger).expect("nobody else takes what is logged");
        log::set_max_level(LevelFilter::Trace);
    });
    let mut kept = kept();
    let number = kept.next();
    kept.running.push(number);
    number
}

/// Every line since `began` that tells what nobody should read, and what it tells.
pub(crate) fn end(began: usize) -> Vec<String> {
    let mut kept = kept();
    let mut hidden: Vec<&str> = kept.hidden.iter().map(|(_, text)| text.as_str()).collect();
    hidden.sort_unstable();
    hidden.dedup();
    let found = AhoCorasick::new(&hidden).expect("texts are patterns");
    let told = |line: &str| {
        let first = found.find(line)?;
        Some(format!("{:?} is in the log: {line}", hidden[first.pattern()]))
    };
    let own = kept.lines.iter().filter(|(number, _)| *number >= began);
    let leaks = own.filter_map(|(_, line)| told(line)).collect();
    kept.running.retain(|number| *number != began);
    kept.settle();
    leaks
}

/// Keeps what a server that is a process of its own has logged.
pub(crate) fn keep(text: &str) {
    let mut kept = kept();
    for line in text.lines() {
        let number = kept.next();
        kept.lines.push_back((number, line.to_owned()));
    }
    // Nothing is kept for nobody.
    kept.settle();
}

/// Takes note of a text that no line may have.
pub(crate) fn hide(text: &str) {
    let text: String = text.chars().take(CHARS_MAX).collect();
    // A plain word may be in a line for another reason.
    let is_plain = text.chars().all(|char| char.is_ascii_lowercase() || char == '_');
    if text.chars().count() < CHARS_MIN || is_plain {
        return;
    }
    let mut kept = kept();
    let number = kept.next();
    kept.hidden.push_back((number, text));
}

/// The same for whatever is personal or secret in a body of any kind: JSON, one JSON on each line, or CSV.
pub(crate) fn hide_in_bytes(body: &[u8]) {
    if let Ok(body) = serde_json::from_slice(body) {
        hide_in(&body);
        return;
    }
    for line in String::from_utf8_lossy(body).lines().take(ROWS_MAX) {
        if let Ok(line) = serde_json::from_str(line) {
            hide_in(&line);
        }
    }
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(body);
    let columns = rows.headers().cloned().unwrap_or_default();
    for row in rows.records().take(ROWS_MAX).flatten() {
        let cells = columns.iter().zip(row.iter());
        cells
            .filter(|(column, _)| MEMBERS.contains(column))
            .for_each(|(_, cell)| hide(cell));
    }
}

/// The same for whatever is personal in the query of a URL.
pub(crate) fn hide_in_query(url: &str) {
    let url = reqwest::Url::parse(url).ok();
    for (name, value) in url.iter().flat_map(reqwest::Url::query_pairs) {
        if name == "q" || MEMBERS.contains(&&*name) {
            hide(&value);
        }
    }
    // As it was sent as well, whatever stands for a blank.
    let raw = url
        .iter()
        .filter_map(reqwest::Url::query)
        .flat_map(|query| query.split('&'));
    for (name, value) in raw.filter_map(|pair| pair.split_once('=')) {
        if name == "q" || MEMBERS.contains(&name) {
            hide(value);
        }
    }
}

/// The same for whatever is personal or secret in a body of JSON.
pub(crate) fn hide_in(body: &Value) {
    match body {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            if MEMBERS.contains(&name.as_str()) {
                hide_texts(value);
            } else {
                hide_in(value);
            }
        }),
        Value::Array(values) => values.iter().for_each(hide_in),
        _ => {}
    }
}

fn hide_texts(value: &Value) {
    match value {
        Value::String(text) => hide(text),
        Value::Object(members) => members.values().for_each(hide_texts),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_nobody_should_read_is_found_in_a_line() {
        let began = begin();
        hide("dbk_0123456789");
        hide_in_bytes(b"type,description,amount\ncredit,Gift-7,1.00\n");
        hide_in_bytes(b"{\"reason\":\"Typo-3\"}\n{\"reason\":\"Typo-4\"}\n");
        hide_in_query("http://localhost/users?q=Mensah%201&limit=12345");
        hide_in(
            &json!({"transactions": [{"description": "Rent of May", "category": "Rent-2"}], "metadata": {"a": "B7-x9"}}),
        );
        log::trace!(target: "api::call", credential = "dbk_0123456789"; "a request came");
        log::debug!(target: "sqlx::query", "INSERT 'Rent of May'");
        log::info!(target: "service", "Rent-2 and a plain word");
        log::warn!(target: "actix_http", "{{\"B7-x9\"}}");
        log::info!(target: "reqwest::connect", "dbk_0123456789");
        keep("WARN Mensah%201\nWARN a row: Gift-7\nWARN Typo-4\nWARN 12345 and credit\nWARN Mensah 1");
        let leaks = end(began);
        assert_eq!(leaks.len(), 7, "{leaks:?}");
        log::info!(target: "api", "dbk_0123456789 after the test");
        assert!(end(begin()).is_empty());
    }
}
