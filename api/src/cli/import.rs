//! `daybook import`

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use prometheus::Registry;
use service::{Daybook, Ledger, Purpose};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::output::{self, ProgressLine, grouped};
use super::progress::Progress;
use super::{Failure, find_ledger};
use crate::config::{ImportArguments, Settings};
use crate::format::Format;
use crate::import::{Import, OnError, Report, Terms, Unfinished};
use crate::names;
use crate::server::options;

/// The longest that the last commits may take.
const COMMIT_TIME_MAX: Duration = Duration::from_secs(30);
/// Bytes that are read at once.
const PIECE_BYTES: usize = 16 * 1024;
/// Pieces that are read ahead.
const PIECES_MAX: usize = 4;
/// Rejected rows that are told one by one.
const ERRORS_SHOWN_MAX: usize = 20;

/// The name of a file that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// A file that is read on a thread of its own: standard input may keep whoever reads it waiting for ever.
struct Source {
    pieces: mpsc::Receiver<std::io::Result<Bytes>>,
    bytes_in_all: Option<u64>,
}

/// What an import came to, if not to the end of its file.
enum Stopped {
    Interrupted,
    Unreadable(std::io::Error),
}

/// Imports a file and tells what became of its rows.
pub(super) async fn run(settings: &Settings, arguments: &ImportArguments) -> Result<(), Failure> {
    let terms = read_terms(arguments)?;
    let source = Source::open(&arguments.file).map_err(|error| {
        let file = arguments.file.display();
        Failure::usage(format!("cannot read {file}: {error}"))
    })?;
    let options = options(settings, &Registry::new(), Purpose::Write).map_err(Failure::failed)?;
    let daybook = Daybook::open(options).await.map_err(Failure::failed)?;
    let outcome = match find_ledger(&daybook, &arguments.ledger).await {
        Ok(ledger) => import_until_told(&daybook, ledger, &terms, source).await,
        Err(failure) => Err(failure),
    };
    daybook.shutdown(COMMIT_TIME_MAX).await;
    outcome
}

fn read_terms(arguments: &ImportArguments) -> Result<Terms, Failure> {
    let format = match &arguments.format {
        Some(name) => names::find(name, Format::ALL, Format::as_str).ok(),
        None => arguments
            .file
            .extension()
            .and_then(|extension| Format::of_extension(extension.to_str()?)),
    };
    let format =
        format.ok_or_else(|| Failure::usage("--format must be csv or ndjson, where the file's name does not say"))?;
    let on_error = names::find(&arguments.on_error, OnError::ALL, OnError::as_str)
        .map_err(|_| Failure::usage("--on-error must be skip or stop"))?;
    Ok(Terms {
        format,
        on_error,
        dry_run: arguments.dry_run,
        actor: "cli".to_owned(),
        request_id: Uuid::now_v7().to_string(),
    })
}

/// Imports until the file or the patience of whoever waits ends: Ctrl-C ends it once what was asked for is recorded,
/// another at once.
async fn import_until_told(
    daybook: &Daybook,
    ledger: Arc<Ledger>,
    terms: &Terms,
    source: Source,
) -> Result<(), Failure> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::failed)?;
    let (stop, stopping) = watch::channel(false);
    let work = import(Import::new(daybook.clone(), ledger, terms.clone()), source, stopping);
    tokio::pin!(work);
    loop {
        tokio::select! {
            ended = &mut work => return tell(ended, terms),
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        if stop.send_replace(true) {
            return Err(Failure::failed(
                "ended before every row was answered; the same command again adds the rest",
            ));
        }
    }
}

async fn import(
    mut import: Import,
    mut source: Source,
    mut stopping: watch::Receiver<bool>,
) -> (Result<Report, Unfinished>, Option<Stopped>) {
    let line = ProgressLine::new();
    let mut progress = Progress::new(&line, source.bytes_in_all);
    let mut stopped = None;
    let outcome = loop {
        if import.is_over() {
            break Ok(());
        }
        let piece = tokio::select! {
            biased;
            _ = stopping.wait_for(|is_stopping| *is_stopping) => {
                stopped = Some(Stopped::Interrupted);
                break Ok(());
            }
            piece = source.pieces.recv() => piece,
        };
        let fed = match piece {
            None => break import.finish().await,
            Some(Err(error)) => {
                stopped = Some(Stopped::Unreadable(error));
                break Ok(());
            }
            Some(Ok(piece)) => {
                progress.count(piece.len());
                import.feed(piece).await
            }
        };
        if fed.is_err() {
            break fed;
        }
        progress.show(import.report().rows());
    };
    let ended = import.end(outcome).await;
    line.clear();
    (ended, stopped)
}

/// Tells what became of the rows, and whether that is all.
fn tell((ended, stopped): (Result<Report, Unfinished>, Option<Stopped>), terms: &Terms) -> Result<(), Failure> {
    let (report, problem) = match ended {
        Ok(report) => (Some(report), None),
        Err(unfinished) => (unfinished.report, Some(unfinished.problem)),
    };
    if let Some(report) = &report {
        show(report, terms.dry_run);
    }
    if let Some(problem) = problem {
        let cause = problem.cause().map(|cause| format!(" ({cause})")).unwrap_or_default();
        return Err(Failure::failed(format!("{}{cause}", problem.detail())));
    }
    let rejected = report.map_or(0, |report| report.rejected);
    match stopped {
        Some(Stopped::Interrupted) => Err(Failure::failed("interrupted; the same command again adds the rest")),
        Some(Stopped::Unreadable(error)) => Err(Failure::failed(format!(
            "the file cannot be read to its end: {error}; the same command again adds the rest"
        ))),
        None if rejected == 0 => Ok(()),
        None if terms.on_error == OnError::Stop => Err(Failure::failed("stopped at a row that was rejected")),
        None if rejected == 1 => Err(Failure::failed("1 row was rejected")),
        None => Err(Failure::failed(format!("{} rows were rejected", grouped(rejected)))),
    }
}

fn show(report: &Report, dry_run: bool) {
    if dry_run {
        output::line(&format!("{}  nothing was kept", output::bold("dry run")));
    }
    for (name, count) in [
        ("accepted", report.accepted),
        ("duplicates", report.duplicates),
        ("rejected", report.rejected),
    ] {
        output::line(&format!("{name:<10}  {:>13}", grouped(count)));
    }
    for error in report.errors.iter().take(ERRORS_SHOWN_MAX) {
        output::line(&format!("line {}: {} ({})", error.line, error.detail, error.code));
    }
    let shown = u64::try_from(ERRORS_SHOWN_MAX).unwrap_or(u64::MAX);
    if report.rejected > shown {
        output::line(&format!(
            "… and {} more",
            grouped(report.rejected.saturating_sub(shown))
        ));
    }
}

impl Source {
    fn open(path: &Path) -> std::io::Result<Self> {
        let (reader, bytes_in_all): (Box<dyn Read + Send>, _) = if path.as_os_str() == STANDARD_INPUT {
            (Box::new(std::io::stdin()), None)
        } else {
            let file = std::fs::File::open(path)?;
            let about = file.metadata()?;
            if about.is_dir() {
                return Err(std::io::ErrorKind::IsADirectory.into());
            }
            let bytes = about.is_file().then_some(about.len());
            (Box::new(file), bytes)
        };
        let (sender, pieces) = mpsc::channel(PIECES_MAX);
        std::thread::spawn(move || read_pieces(reader, &sender));
        Ok(Self { pieces, bytes_in_all })
    }
}

fn read_pieces(mut reader: Box<dyn Read + Send>, sender: &mpsc::Sender<std::io::Result<Bytes>>) {
    let mut buffer = vec![0; PIECE_BYTES];
    loop {
        let piece = match reader.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => Ok(Bytes::copy_from_slice(buffer.get(..count).unwrap_or_default())),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let is_last = piece.is_err();
        if sender.blocking_send(piece).is_err() || is_last {
            return;
        }
    }
}
