//! `daybook verify-proof`

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use serde::Deserialize;
use service::journal::{self, Hash, Links, Proof, hex, parse_hash};
use service::record::{BlockRecord, Record, TransactionRecord};

use super::{Failure, output};
use crate::body::Tree;
use crate::config::VerifyProofArguments;

/// Most bytes of a proof: its event is within the bounds of a request, and its path is short.
const PROOF_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Blocks as they were saved: the answers of `GET /audit/blocks`, or one block a line.
#[derive(Deserialize)]
#[serde(untagged)]
enum Saved {
    Page { data: Vec<BlockRecord> },
    One(Box<BlockRecord>),
}

/// Checks a proof without a database, and prints what it proves.
pub(super) fn run(arguments: &VerifyProofArguments) -> Result<(), Failure> {
    let trusted = parse_hash(&arguments.hash.to_ascii_lowercase())
        .ok_or_else(|| Failure::usage("--hash must be a SHA-256: 64 digits of hexadecimal; see --help"))?;
    let proof = read_proof(&arguments.file)?;
    let own = proof.check().map_err(Failure::failed)?;
    let linked = match &arguments.blocks {
        _ if own == trusted => proof.block.height,
        None => {
            return Err(Failure::failed(format!(
                "the proof holds for block {} with the hash {}, which is not the hash that is trusted. If that is the \
                 hash of a later block, --blocks links the two; if of an earlier one, ask for the proof of the version \
                 that stood then",
                proof.block.height,
                hex(&own)
            )));
        }
        Some(blocks) => link(blocks, &proof, &trusted)?,
    };
    show(&proof, linked);
    Ok(())
}

fn read_proof(file: &Path) -> Result<Proof, Failure> {
    let mut bytes = Vec::new();
    let read = open(file)?.take(PROOF_BYTES_MAX).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(file, error))?;
    // A member that comes twice could show one thing here and another elsewhere.
    Tree::parse(&bytes).map_err(|fault| Failure::failed(format!("{} {}", file.display(), shown(&fault))))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let told = shown(&error.to_string());
        Failure::failed(format!("{} is no proof: {told}", file.display()))
    })
}

fn open(file: &Path) -> Result<Box<dyn Read>, Failure> {
    if file == Path::new("-") {
        return Ok(Box::new(std::io::stdin()));
    }
    let opened = File::open(file).map_err(|error| unreadable(file, error))?;
    Ok(Box::new(opened))
}

fn unreadable(file: &Path, error: impl std::fmt::Display) -> Failure {
    let told = shown(&error.to_string());
    Failure::failed(format!("{} cannot be read: {told}", file.display()))
}

fn no_blocks(file: &Path, error: &serde_json::Error) -> Failure {
    Failure::failed(format!(
        "{} has neither answers of GET /audit/blocks nor a block a line, see line {}",
        file.display(),
        error.line()
    ))
}

/// Goes from the proof's block to the one that is trusted, and gives its height.
fn link(file: &Path, proof: &Proof, trusted: &Hash) -> Result<i64, Failure> {
    let ledger = proof.ledger_id().map_err(Failure::failed)?;
    let mut links = Links::new(ledger, proof.block.clone());
    let saved = serde_json::Deserializer::from_reader(BufReader::new(open(file)?)).into_iter::<Saved>();
    for saved in saved {
        let blocks = match saved.map_err(|error| no_blocks(file, &error))? {
            Saved::Page { data } => data,
            Saved::One(block) => vec![*block],
        };
        for block in blocks {
            let height = block.height;
            if links.add(block).map_err(Failure::failed)? == Some(*trusted) {
                return Ok(height);
            }
        }
    }
    Err(Failure::failed(format!(
        "{} does not lead from block {} to the hash that is trusted",
        file.display(),
        proof.block.height
    )))
}

fn show(proof: &Proof, linked: i64) {
    let block = &proof.block;
    output::line(&format!("{}  the event is in the journal", output::bold("proved")));
    let version = proof.event.get("subject_version").map(ToString::to_string);
    tell(
        "event",
        &format!("{} at position {}", proof.event_text("kind"), position(proof)),
    );
    tell(
        "subject",
        &format!(
            "{}, version {}",
            proof.event_text("subject"),
            version.unwrap_or_default()
        ),
    );
    tell("recorded at", &block.recorded_at.to_string());
    tell("actor", proof.event_text("actor"));
    let data = proof.event.get("data").map(ToString::to_string).unwrap_or_default();
    if let Ok((record, reason)) = journal::join(proof.event_text("kind"), &data, proof.personal.as_deref()) {
        if let Record::Transaction(transaction) = &record {
            show_transaction(transaction);
        }
        match proof.personal {
            Some(_) => tell("reason", reason.as_deref().unwrap_or("-")),
            None => tell(
                "personal part",
                "not in the proof: erased, and held by its commitment alone",
            ),
        }
    }
    tell("ledger", &proof.ledger);
    let events = format!("of the events {} to {}", block.first_position, block.last_position);
    tell("block", &format!("{}, {events}", block.height));
    tell("block's hash", &hex(&block.hash));
    if linked != block.height {
        let blocks = u64::try_from(linked.saturating_sub(block.height)).unwrap_or_default();
        let later = output::counted(blocks, "block");
        tell(
            "linked to",
            &format!("block {linked}, {later} later, whose hash is the trusted one"),
        );
    }
}

fn show_transaction(transaction: &TransactionRecord) {
    let user = |id: &Option<String>| {
        id.as_deref()
            .map_or_else(|| "the ledger".to_owned(), |id| format!("user {id}"))
    };
    let kind = transaction.kind.as_str();
    tell("transaction", &format!("{kind}, {}", transaction.status.as_str()));
    tell("amount", &format!("{} {}", transaction.amount, transaction.currency));
    tell(
        "from",
        &format!(
            "{} ({})",
            transaction.source_account_id,
            user(&transaction.source_user_id)
        ),
    );
    let destination = user(&transaction.destination_user_id);
    tell("to", &format!("{} ({destination})", transaction.destination_account_id));
    tell("dated", &transaction.transaction_date.to_string());
    for (name, text) in [
        ("category", &transaction.category),
        ("reference", &transaction.reference),
        ("description", &transaction.description),
    ] {
        if let Some(text) = text {
            tell(name, text);
        }
    }
}

fn position(proof: &Proof) -> String {
    proof.event.get("position").map(ToString::to_string).unwrap_or_default()
}

/// A text that somebody else wrote, without what a terminal would obey.
fn shown(text: &str) -> String {
    text.escape_debug().to_string()
}

/// One line of what is proved: the text is out of the file, whatever it is of.
fn tell(name: &str, text: &str) {
    output::line(&format!("  {name:<13}  {}", shown(text)));
}
