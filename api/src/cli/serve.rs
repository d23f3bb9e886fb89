//! `daybook serve`

use migration::Target;
use secrecy::ExposeSecret;
use tokio::signal::unix::{SignalKind, signal};

use super::{Failure, output};
use crate::config::Settings;
use crate::server::{Server, start};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Serves until the process is told to stop.
pub(super) async fn run(settings: Settings) -> Result<(), Failure> {
    if !settings.listen.ip().is_loopback() && !settings.behind_proxy {
        log::warn!(
            "keys travel unencrypted to {}: put a proxy that ends TLS in front and say so with --behind-proxy",
            settings.listen
        );
    }
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::failed)?;
    let database = Target::parse(settings.database_url.expose_secret()).map_err(Failure::failed)?;
    let mut server = start(settings).await.map_err(Failure::failed)?;
    log::info!("daybook {VERSION} serves {database} on {}", server.address());
    greet(&server, &database);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        why = server.ended() => return Err(Failure::failed(why)),
    }
    log::info!("stopping: running requests finish and queued commands commit; Ctrl-C again ends at once");
    tokio::select! {
        () = server.stop() => log::info!("stopped"),
        _ = interrupt.recv() => return Err(Failure::failed("ended before every request was answered")),
    }
    Ok(())
}

fn greet(server: &Server, database: &Target) {
    let address = format!("http://{}", server.address());
    output::line(&format!("{} {}", output::bold("daybook"), VERSION));
    output::line(&format!("  address  {address}"));
    output::line(&format!("  docs     {address}/docs"));
    output::line(&format!("  data     {database}"));
    if let Some(key) = server.first_key() {
        let shown = format!(
            "  key      {}\n           the first operator key, shown this once: keep it\n",
            output::bold(key.expose_secret())
        );
        if output::print(&shown).is_err() {
            log::warn!("nobody was shown the first operator key: `daybook key create --role operator` makes another");
        }
    }
}
