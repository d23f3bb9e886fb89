//! The command line of the schema alone: `migration up|down|status|fresh` on the database of `DATABASE_URL`.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use migration::{Action, DATABASE_URL_DEFAULT};

#[derive(Parser)]
#[command(name = "migration", about = "Changes the schema of a Daybook database")]
struct Arguments {
    /// sqlite://PATH (made if absent) or postgres://…
    #[arg(long, env = "DATABASE_URL", default_value = DATABASE_URL_DEFAULT, hide_env_values = true)]
    database_url: String,
    #[command(subcommand)]
    action: Action,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // An empty variable is how a compose file leaves a setting alone.
    let database_url = match arguments.database_url.trim() {
        "" => DATABASE_URL_DEFAULT,
        url => url,
    };
    // A reader that went away is no failure of the migration.
    match migration::run(database_url, arguments.action).await {
        Ok(states) => {
            let lines: String = states.iter().map(|state| format!("{state}\n")).collect();
            let _ = std::io::stdout().write_all(lines.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}
