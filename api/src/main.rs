//! The program `daybook`.

use std::process::ExitCode;

/// A request's memory is taken by the thread that reads it and given back by the one that commits it, which the
/// system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    api::cli::run(std::env::args_os()).await
}
