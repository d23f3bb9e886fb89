//! The command line: what each command does, and what it prints.

mod commit;
mod export;
mod import;
mod key;
mod ledger;
mod migrate;
mod output;
mod progress;
mod serve;
mod token_key;
mod verify;
mod verify_proof;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::error::ErrorKind;
use service::{Daybook, Ledger, LedgerError};

use crate::config::{self, Arguments, Command, KeyCommand, LedgerCommand, TokenKeyCommand};
use crate::logging;

/// A setting or an argument is wrong.
const EXIT_USAGE: u8 = 2;

/// Why a command ended badly: one line, and the exit status.
#[derive(Debug)]
struct Failure {
    line: String,
    status: u8,
}

impl Failure {
    /// The command was understood, but could not be done.
    fn failed(line: impl ToString) -> Self {
        Self {
            line: line.to_string(),
            status: 1,
        }
    }

    /// The ledger refused it: every bad value is told.
    fn refused(error: LedgerError) -> Self {
        match error {
            LedgerError::Invalid(errors) => {
                let told: Vec<String> = errors
                    .iter()
                    .map(|bad| format!("{}: {}", bad.field, bad.error))
                    .collect();
                Self::failed(told.join("; "))
            }
            error => Self::failed(error),
        }
    }

    /// The command was not understood.
    fn usage(line: impl ToString) -> Self {
        Self {
            line: line.to_string(),
            status: EXIT_USAGE,
        }
    }
}

/// Does what the command line says, and gives the exit status.
pub async fn run(given: impl IntoIterator<Item = OsString>) -> ExitCode {
    let outcome = match Arguments::read(given) {
        Ok(arguments) => execute(arguments).await,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            // Whoever reads may have gone: that is no failure.
            let _ = error.print();
            Ok(())
        }
        Err(error) => Err(Failure::usage(complaint(&error))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::complain(&failure.line);
            ExitCode::from(failure.status)
        }
    }
}

async fn execute(arguments: Arguments) -> Result<(), Failure> {
    // It has no database, so that no setting of one is looked at.
    if let Command::VerifyProof(proof) = &arguments.command {
        return verify_proof::run(proof);
    }
    let (settings, log_format) = match &arguments.command {
        Command::Serve(serve) => serve.check(&arguments.database),
        Command::Migrate(_)
        | Command::Ledger(_)
        | Command::Key(_)
        | Command::TokenKey(_)
        | Command::Import(_)
        | Command::Export(_)
        | Command::Verify(_)
        | Command::VerifyProof(_) => arguments.database.check(),
    }
    .map_err(Failure::usage)?;
    logging::init(log_format, config::log_filter().as_deref());
    match arguments.command {
        Command::Serve(_) => serve::run(settings).await,
        Command::Migrate(migrate) => migrate::run(&settings, migrate.action).await,
        Command::Ledger(arguments) => match arguments.command {
            LedgerCommand::Create { name, settings: given } => ledger::create(&settings, &name, &given).await,
            LedgerCommand::Update {
                name,
                settings: given,
                reason,
            } => ledger::update(&settings, &name, &given, reason.as_deref()).await,
            LedgerCommand::List => ledger::list(&settings).await,
        },
        Command::Key(key) => match key.command {
            KeyCommand::Create { ledger, role, name } => key::create(&settings, &ledger, &role, &name).await,
        },
        Command::TokenKey(arguments) => match arguments.command {
            TokenKeyCommand::Rotate { revoke } => token_key::rotate(&settings, revoke).await,
            TokenKeyCommand::List => token_key::list(&settings).await,
        },
        Command::Import(arguments) => import::run(&settings, &arguments).await,
        Command::Export(arguments) => export::run(&settings, &arguments).await,
        Command::Verify(verify) => verify::run(&settings, verify.ledger.as_deref()).await,
        Command::VerifyProof(proof) => verify_proof::run(&proof),
    }
}

/// The ledger called `name`.
async fn find_ledger(daybook: &Daybook, name: &str) -> Result<Arc<Ledger>, Failure> {
    daybook.ledger(name).await.map_err(|error| match error {
        LedgerError::NotFound(_) => Failure::failed(format!("there is no ledger called {name}")),
        error => Failure::failed(error),
    })
}

/// What clap says in one line: what is wrong, and what it suggests, without the usage.
fn complaint(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let mut lines = text.lines().map(str::trim);
    let wrong: Vec<&str> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
    let wrong = wrong.join(" ");
    let wrong = wrong.strip_prefix("error: ").unwrap_or(&wrong);
    match lines.find_map(|line| line.strip_prefix("tip: ")) {
        Some(tip) => format!("{wrong} ({tip}); see --help"),
        None => format!("{wrong}; see --help"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_the_command_line_is_one_line() {
        for (given, named) in [
            (&["daybook", "--colour"][..], "--colour"),
            (&["daybook", "migrate"], "up, down, status, fresh"),
            (&["daybook", "key", "create", "--name", "n"], "--role"),
            (&["daybook", "verfy"], "'verify'"),
            (&["daybook", "--listn", "127.0.0.1:80"], "'--listen'"),
        ] {
            let error = Arguments::read(given.iter().map(Into::into)).unwrap_err();
            let line = complaint(&error);
            assert!(line.contains(named) && !line.contains('\n'), "{line}");
        }
    }
}
