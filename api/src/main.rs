//! The program `daybook`.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    api::cli::run(std::env::args_os()).await
}
