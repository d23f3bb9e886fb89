//! What the command lines do: `daybook migrate` and this crate's own binary.

use std::io::{IsTerminal, Write};

use crate::{FileLock, MigrationState, SchemaError, Target};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Subcommand)]
pub enum Action {
    /// Apply every migration that is missing
    Up,
    /// Take back the newest migrations, with everything that their tables hold
    Down {
        /// How many
        #[arg(short = 'n', long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
        /// Do not ask whoever sits at a terminal
        #[arg(long)]
        yes: bool,
    },
    /// Say which migrations the database has
    Status,
    /// Take back every migration, with everything that their tables hold, and apply them anew
    Fresh {
        /// Do not ask whoever sits at a terminal
        #[arg(long)]
        yes: bool,
    },
}

impl Action {
    /// Whether there need not be a database of SQLite yet.
    fn makes_file(self) -> bool {
        matches!(self, Self::Up | Self::Fresh { .. })
    }
}

/// Asks whoever sits at a terminal before anything is lost. A script means what it says.
fn confirm(target: &Target, what: &str) -> Result<(), SchemaError> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Ok(());
    }
    let mut answer = String::new();
    let question = format!("This takes back {what} of {target}, with everything in their tables. Type yes to go on: ");
    write!(std::io::stderr(), "{question}")
        .and_then(|()| stdin.read_line(&mut answer))
        .map_err(|error| SchemaError::new(format!("the terminal cannot be asked: {error}")))?;
    if answer.trim() == "yes" {
        Ok(())
    } else {
        Err(SchemaError::new("nothing was changed"))
    }
}

/// Does it to the database at `url`, and answers how the migrations stand afterwards.
///
/// # Errors
/// A URL that cannot be read; a SQLite file that is being served (`status` reads it all the same), or is absent and is
/// not to be made; a person's no; the errors of the database, which is left as it was.
pub async fn run(url: &str, action: Action) -> Result<Vec<MigrationState>, SchemaError> {
    let target = Target::parse(url)?;
    if !action.makes_file() {
        target.require_file()?;
    }
    target.probe().await?;
    match action {
        Action::Down { steps, yes: false } => confirm(&target, &format!("the newest {steps} migration(s)"))?,
        Action::Fresh { yes: false } => confirm(&target, "every migration")?,
        _ => {}
    }
    let _lock = match (&target, action) {
        (Target::Postgres { .. }, _) | (_, Action::Status) => None,
        (Target::Sqlite(path), _) => Some(FileLock::acquire(path)?),
    };
    let db = target.connect(action.makes_file()).await?;
    match action {
        Action::Up => crate::up(&db).await?,
        Action::Down { steps, .. } => crate::down(&db, steps).await?,
        Action::Status => {}
        Action::Fresh { .. } => crate::fresh(&db).await?,
    }
    let states = crate::status(&db).await?;
    db.close().await?;
    Ok(states)
}
