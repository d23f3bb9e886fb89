//! TLS on the server's own connections: the certificate and its key, and the handshake.
//!
//! TLS 1.2 and 1.3, by rustls with ring. The one protocol that is offered is `http/1.1`: what holds a slow or broken
//! request in check is the `connection` below, which reads HTTP/1.1, and a ledger's callers gain nothing from HTTP/2.

mod transport;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::version::{TLS12, TLS13};

pub(crate) use transport::Transport;

/// The longest that a handshake may take.
const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(5);
/// The one protocol that is offered.
const HTTP_1_1: &[u8] = b"http/1.1";

/// Where a server's certificate and its key lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and those between it and its authority, in PEM.
    pub cert: PathBuf,
    /// The certificate's private key, in PEM.
    pub key: PathBuf,
}

/// What is wrong with the files: one line that names the setting, and nothing of a key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate cannot be read.
    #[error("--tls-cert must be a file with certificates in PEM: {0}")]
    Cert(Unreadable),
    /// The key cannot be read.
    #[error("--tls-key must be a file with a private key in PEM: {0}")]
    Key(Unreadable),
    /// They do not belong together, or are of a kind that rustls does not know.
    #[error("--tls-cert and --tls-key must be a certificate and its key: {0}")]
    Pair(#[from] tokio_rustls::rustls::Error),
}

/// A file that cannot be read, and why not.
#[derive(Debug)]
pub struct Unreadable {
    path: PathBuf,
    cause: String,
}

impl Unreadable {
    fn new(path: &Path, error: &pem::Error) -> Self {
        let cause = match error {
            pem::Error::Io(error) => error.to_string(),
            pem::Error::NoItemsFound => "there is none in it".to_owned(),
            // What is not understood may be a piece of a key.
            _ => "it is not PEM".to_owned(),
        };
        Self {
            path: path.to_owned(),
            cause,
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path.display(), self.cause)
    }
}

impl TlsFiles {
    /// Everything that is wrong with them.
    pub(crate) fn faults(&self) -> Vec<TlsError> {
        match (self.read_chain(), self.read_key()) {
            (Ok(chain), Ok(key)) => pair(chain, key).err().into_iter().collect(),
            (chain, key) => chain.err().into_iter().chain(key.err()).collect(),
        }
    }

    fn read(&self) -> Result<ServerConfig, TlsError> {
        pair(self.read_chain()?, self.read_key()?)
    }

    fn read_chain(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let bad = |error| TlsError::Cert(Unreadable::new(&self.cert, &error));
        let chain = CertificateDer::pem_file_iter(&self.cert).map_err(bad)?;
        let chain = chain.collect::<Result<Vec<_>, _>>().map_err(bad)?;
        if chain.is_empty() {
            return Err(bad(pem::Error::NoItemsFound));
        }
        Ok(chain)
    }

    fn read_key(&self) -> Result<PrivateKeyDer<'static>, TlsError> {
        let key = PrivateKeyDer::from_pem_file(&self.key);
        key.map_err(|error| TlsError::Key(Unreadable::new(&self.key, &error)))
    }
}

/// What serves with this certificate and its key.
fn pair(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<ServerConfig, TlsError> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![HTTP_1_1.to_vec()];
    Ok(config)
}

/// The certificate that connections are served with from now on.
#[derive(Debug)]
pub(crate) struct Tls {
    files: TlsFiles,
    current: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    pub(crate) fn open(files: TlsFiles) -> Result<Self, TlsError> {
        let current = RwLock::new(Arc::new(files.read()?));
        Ok(Self { files, current })
    }

    /// Reads the files again. Connections that there are keep what they began with.
    ///
    /// # Errors
    /// What is wrong with them; the certificate that was served is still served then.
    pub(crate) fn reload(&self) -> Result<(), TlsError> {
        let read = Arc::new(self.files.read()?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    /// Shakes hands on a connection.
    ///
    /// # Errors
    /// Those of a client that speaks something else, or not in time: there is nothing that it could be told.
    pub(crate) async fn accept(&self, stream: TcpStream) -> io::Result<Transport> {
        let current = Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner));
        let handshake = TlsAcceptor::from(current).accept(stream);
        let stream = tokio::time::timeout(HANDSHAKE_TIME_MAX, handshake).await??;
        Ok(Transport::Tls(Box::new(stream)))
    }
}
