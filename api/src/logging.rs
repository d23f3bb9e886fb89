//! Log lines on standard error: for people, or one JSON object each.
//!
//! A filter, what `RUST_LOG` says, tells which ones there are. Without one: what Daybook itself has to say, and warnings of
//! the libraries.

use std::io::Write;

use env_logger::fmt::Formatter;
use log::Record;
use log::kv::{Error, Key, Value, VisitSource};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::config::LogFormat;

/// What is logged without a filter. What a client sends that is no HTTP is the client's affair: actix
/// calls it an error, and anybody could fill the log with it.
const FILTER_DEFAULT: &str = "warn,actix_http=off,api=info,service=info,migration=info,daybook=info";

/// Starts logging what `filter` lets through; a second call changes nothing.
pub(crate) fn init(format: LogFormat, filter: Option<&str>) {
    let mut builder = env_logger::Builder::new();
    builder.parse_filters(filter.unwrap_or(FILTER_DEFAULT));
    match format {
        LogFormat::Text => builder.format(write_text),
        LogFormat::Json => builder.format(write_json),
    };
    // Only a test, which starts several programs in one process, finds a logger that is there already.
    let _ = builder.try_init();
}

fn write_text(formatter: &mut Formatter, record: &Record<'_>) -> std::io::Result<()> {
    let mut pairs = Pairs::default();
    let _ = record.key_values().visit(&mut pairs);
    let style = formatter.default_level_style(record.level());
    let level = record.level();
    let time = formatter.timestamp_millis();
    write!(
        formatter,
        "{time} {style}{level:5}{style:#} {} {}",
        record.target(),
        record.args()
    )?;
    for (name, value) in &pairs.0 {
        match value {
            serde_json::Value::String(text) => write!(formatter, " {name}={text}")?,
            other => write!(formatter, " {name}={other}")?,
        }
    }
    writeln!(formatter)
}

fn write_json(formatter: &mut Formatter, record: &Record<'_>) -> std::io::Result<()> {
    let mut pairs = Pairs::default();
    let _ = record.key_values().visit(&mut pairs);
    let line = Line {
        time: formatter.timestamp_micros().to_string(),
        record,
        pairs,
    };
    let json = serde_json::to_string(&line).map_err(std::io::Error::other)?;
    writeln!(formatter, "{json}")
}

/// A line for programs: what every line has, and then the pairs of this one.
struct Line<'a> {
    time: String,
    record: &'a Record<'a>,
    pairs: Pairs,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("time", &self.time)?;
        map.serialize_entry("level", self.record.level().as_str())?;
        map.serialize_entry("target", self.record.target())?;
        map.serialize_entry("message", self.record.args())?;
        for (name, value) in &self.pairs.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The pairs of a record, in their order.
#[derive(Default)]
struct Pairs(Vec<(String, serde_json::Value)>);

impl<'kvs> VisitSource<'kvs> for Pairs {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        let value = value
            .to_i64()
            .map_or_else(|| value.to_string().into(), serde_json::Value::from);
        self.0.push((key.as_str().to_owned(), value));
        Ok(())
    }
}
