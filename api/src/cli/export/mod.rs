//! `daybook export`

mod appended;
mod destination;
mod sink;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use prometheus::Registry;
use service::money::CurrencyCode;
use service::query::TransactionFilter;
use service::{Daybook, Ledger, LedgerError, Purpose};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;

use super::output::{ProgressLine, counted, grouped};
use super::progress::Progress;
use super::{Failure, find_ledger};
use crate::call::Query;
use crate::config::{ExportArguments, FilterArguments, Settings};
use crate::export::{End, Export};
use crate::format::Format;
use crate::names;
use crate::server::options;
use crate::transactions::filter::read_export;
use destination::{Destination, Output};
use sink::Sink;

/// The longest that connections may take to close.
const CLOSE_TIME_MAX: Duration = Duration::from_secs(5);

/// How many transactions there are to be written, as it is found out meanwhile; `None` where it could not be.
type Counting = JoinSet<Option<u64>>;

/// Why an export was not written to its end.
enum Stopped {
    Interrupted,
    Unread(LedgerError),
    Unwritten(std::io::Error),
}

/// Writes the transactions of a ledger, and tells a person at a terminal how many there were.
pub(super) async fn run(settings: &Settings, arguments: &ExportArguments) -> Result<(), Failure> {
    let format = read_format(arguments)?;
    let destination = Destination::choose(arguments)?;
    let options = options(settings, &Registry::new(), Purpose::Read).map_err(Failure::failed)?;
    let daybook = Daybook::open(options).await.map_err(Failure::failed)?;
    let outcome = export(&daybook, arguments, format, &destination).await;
    daybook.shutdown(CLOSE_TIME_MAX).await;
    outcome
}

fn read_format(arguments: &ExportArguments) -> Result<Format, Failure> {
    let ending = arguments.file.as_deref().and_then(Path::extension);
    let format = match (&arguments.format, ending) {
        (Some(name), _) => names::find(name, Format::ALL, Format::as_str).ok(),
        (None, None) => Some(Format::Csv),
        (None, Some(ending)) => ending.to_str().and_then(Format::of_extension),
    };
    format.ok_or_else(|| Failure::usage("--format must be csv or ndjson, where the file's name does not say"))
}

async fn export(
    daybook: &Daybook,
    arguments: &ExportArguments,
    format: Format,
    destination: &Destination,
) -> Result<(), Failure> {
    let ledger = find_ledger(daybook, &arguments.ledger).await?;
    let filter = read_filter(daybook, &ledger, &arguments.filter).await?;
    let (mut export, output, end) = begin(daybook, &ledger, filter, format, destination).await?;
    let line = match destination {
        Destination::StandardOutput => ProgressLine::beside_results(),
        _ => ProgressLine::new(),
    };
    let mut counting = JoinSet::new();
    if line.is_shown() && arguments.filter.parameters().is_empty() {
        let (daybook, ledger, after) = (daybook.clone(), Arc::clone(&ledger), end.and_then(|end| end.last));
        counting.spawn(async move { daybook.count_transactions(&ledger, after).await.ok() });
    }
    let written = write_until_told(&mut export, &output, &line, counting, destination).await;
    let written = written.and_then(|()| output.finish().map_err(Stopped::Unwritten));
    match written {
        Ok(()) => {
            line.leave(&summary(export.rows(), end.as_ref(), destination));
            Ok(())
        }
        Err(Stopped::Unwritten(error)) if destination.is_left(&error) => Ok(()),
        Err(stopped) => Err(failure_of(&stopped, destination)),
    }
}

/// What is to be written, and where; and where that goes on, if it goes on in a file.
async fn begin(
    daybook: &Daybook,
    ledger: &Arc<Ledger>,
    filter: TransactionFilter,
    format: Format,
    destination: &Destination,
) -> Result<(Export, Output, Option<End>), Failure> {
    let opened = match destination {
        Destination::Appended(path) => {
            let (output, end) = appended::open(path, format, daybook, ledger).await?;
            let walk = daybook
                .walk_recorded(ledger, filter, end.last)
                .map_err(Failure::failed)?;
            return Ok((Export::after(&end, walk, format), output, Some(end)));
        }
        Destination::StandardOutput => Ok(Output::Standard),
        Destination::Stream(path) => Output::stream(path),
        Destination::Whole { path, replaces } => Output::beside(path, *replaces),
    };
    let output = opened.map_err(|error| Failure::usage(format!("cannot write {}: {error}", destination.name())))?;
    let walk = daybook.walk_transactions(ledger, filter);
    Ok((Export::new(walk, format), output, None))
}

async fn read_filter(
    daybook: &Daybook,
    ledger: &Ledger,
    arguments: &FilterArguments,
) -> Result<TransactionFilter, Failure> {
    let query = Query::of(arguments.parameters());
    let own = query
        .given("currency")
        .filter(|code| CurrencyCode::parse_own(code).is_ok());
    let currencies = daybook.currencies(ledger, own).await.map_err(Failure::failed)?;
    let read = query.read_all(|query| read_export(query, &currencies));
    let (filter, _) = read.map_err(|problem| {
        let flag = FilterArguments::flag(problem.named_parameter().unwrap_or_default());
        Failure::usage(format!("{flag}: {}", problem.detail()))
    })?;
    Ok(filter)
}

/// Writes until the export or the patience of whoever waits ends. What an appended file was to get is written before the
/// first Ctrl-C ends it, so that it ends with a whole row; another ends it at once.
async fn write_until_told(
    export: &mut Export,
    output: &Output,
    line: &ProgressLine,
    counting: Counting,
    destination: &Destination,
) -> Result<(), Stopped> {
    let mut told = Told::listen().map_err(Stopped::Unwritten)?;
    let mut sink = Sink::new(output.writer().map_err(Stopped::Unwritten)?);
    let read = tokio::select! {
        read = write(export, &mut sink, Progress::new(line, None), counting) => read,
        () = told.wait() => Err(Stopped::Interrupted),
    };
    line.clear();
    if matches!(read, Err(Stopped::Interrupted)) && !matches!(destination, Destination::Appended(_)) {
        return read;
    }
    tokio::select! {
        written = sink.finish() => written.map_err(Stopped::Unwritten).and(read),
        () = told.wait() => Err(Stopped::Interrupted),
    }
}

/// Writes until there is no more to read, or `sink` takes no more.
async fn write(
    export: &mut Export,
    sink: &mut Sink,
    mut progress: Progress<'_>,
    mut counting: Counting,
) -> Result<(), Stopped> {
    let mut shown = export.rows();
    while let Some(part) = export.next().await.map_err(Stopped::Unread)? {
        if !sink.take(part).await {
            break;
        }
        if let Some(Ok(Some(in_all))) = counting.try_join_next() {
            progress.expect(in_all);
        }
        let rows = export.rows();
        progress.count(usize::try_from(rows.saturating_sub(shown)).unwrap_or(usize::MAX));
        progress.show(rows);
        shown = rows;
    }
    Ok(())
}

/// Ctrl-C and SIGTERM.
struct Told {
    interrupt: Signal,
    terminate: Signal,
}

impl Told {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

fn summary(rows: u64, end: Option<&End>, destination: &Destination) -> String {
    let transactions = counted(rows, "transaction");
    let name = destination.name();
    match end {
        Some(end) => format!(
            "{transactions} added to {name}, which has {}",
            grouped(end.rows.saturating_add(rows))
        ),
        None => format!("{transactions} written to {name}"),
    }
}

/// Why it ended, and what became of what was written.
fn failure_of(stopped: &Stopped, destination: &Destination) -> Failure {
    let why = match stopped {
        Stopped::Interrupted => "interrupted".to_owned(),
        Stopped::Unread(error) => error.to_string(),
        Stopped::Unwritten(error) => format!("cannot write {}: {error}", destination.name()),
    };
    let left = match destination {
        Destination::Appended(_) => "the same command again adds the rest".to_owned(),
        Destination::Whole { path, .. } if path.exists() => format!("{} is as it was", path.display()),
        Destination::Whole { path, .. } => format!("{} was not made", path.display()),
        Destination::StandardOutput | Destination::Stream(_) => "what was written is not whole".to_owned(),
    };
    Failure::failed(format!("{why}; {left}"))
}
