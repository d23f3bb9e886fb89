//! TLS from the client's side: an authority of the test's own, and requests as bytes inside of TLS.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The name that certificates are for.
const HOST: &str = "localhost";
/// The longest that a server may take to end a connection.
const END_TIME_MAX: Duration = Duration::from_secs(60);

/// An authority that one test trusts, and nobody else.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl std::fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl Authority {
    /// A new one.
    ///
    /// # Panics
    ///
    /// Where there is no randomness.
    #[must_use]
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no name is no bad name");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key is made");
        Self(CertifiedIssuer::self_signed(params, key).expect("a certificate is signed"))
    }

    /// Puts a new certificate for this machine and its key into the files `cert.pem` and `key.pem` of `folder`.
    ///
    /// # Panics
    ///
    /// Where the folder cannot be written to.
    pub fn issue_into(&self, folder: &Path) {
        let params = CertificateParams::new(vec![HOST.to_owned()]).expect("a good name");
        let key = KeyPair::generate().expect("a key is made");
        let cert = params.signed_by(&key, &self.0).expect("a certificate is signed");
        fs::write(folder.join("cert.pem"), cert.pem()).expect("the folder is writable");
        fs::write(folder.join("key.pem"), key.serialize_pem()).expect("the folder is writable");
    }

    /// Shakes hands with a server in one of these versions of TLS.
    ///
    /// # Errors
    ///
    /// Where it does not come about.
    ///
    /// # Panics
    ///
    /// Where there is no connection.
    pub async fn connect(
        &self,
        address: SocketAddr,
        versions: &[&'static SupportedProtocolVersion],
    ) -> io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).expect("an authority's certificate");
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .expect("these versions are there")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let stream = TcpStream::connect(address)
            .await
            .expect("the server accepts connections");
        let name = ServerName::try_from(HOST).expect("a name");
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

/// Sends these bytes and reads everything until the server ends the connection.
///
/// # Panics
///
/// Where it does not end it within a minute.
pub async fn exchange(stream: &mut TlsStream<TcpStream>, bytes: &[u8]) -> String {
    stream.write_all(bytes).await.expect("the server reads");
    let mut received = Vec::new();
    let read = tokio::time::timeout(END_TIME_MAX, stream.read_to_end(&mut received)).await;
    // A server may close without saying so, after an answer that says how long it is.
    let _ = read.expect("the server ends the connection");
    String::from_utf8_lossy(&received).into_owned()
}
