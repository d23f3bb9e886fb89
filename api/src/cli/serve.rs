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
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::failed)?;
    let mut hang_up = signal(SignalKind::hangup()).map_err(Failure::failed)?;
    let database = Target::parse(settings.database_url.expose_secret()).map_err(Failure::failed)?;
    let mut server = start(settings).await.map_err(Failure::failed)?;
    log::info!("daybook {VERSION} serves {database} on {}", server.origin());
    greet(&server, &database);
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = hang_up.recv() => {
                if !reload(&server) {
                    break;
                }
            }
            why = server.ended() => return Err(Failure::failed(why)),
        }
    }
    log::info!("stopping: running requests finish and queued commands commit; Ctrl-C again ends at once");
    tokio::select! {
        () = server.stop() => log::info!("stopped"),
        _ = interrupt.recv() => return Err(Failure::failed("ended before every request was answered")),
    }
    Ok(())
}

/// Takes over a new certificate and key; what cannot be used changes nothing. Says whether the server has any: one that
/// has none is told to stop, as by a terminal that is closed.
fn reload(server: &Server) -> bool {
    match server.reload_tls() {
        Ok(has_tls) => {
            if has_tls {
                log::info!("certificate and key were read again");
            }
            has_tls
        }
        Err(error) => {
            log::error!("the certificate that was served is still served: {error}");
            true
        }
    }
}

fn greet(server: &Server, database: &Target) {
    let address = server.origin();
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
