//! Uploads that begin and do not go on, as somebody sends them who wants the server's memory and not its answer.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::phone::{Call, Phone};

/// A connection with an upload that goes no further, for as long as this lives.
pub struct Stalled {
    _connection: StreamOwned<ClientConnection, TcpStream>,
}

impl Stalled {
    /// Announces so many bytes with the head of `call`, and sends `sent` of them.
    pub fn begin(
        address: SocketAddr,
        authority: &Path,
        phone: &Phone,
        call: &Call,
        announced: usize,
        sent: usize,
    ) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(authority).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let session = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
        let mut connection = StreamOwned::new(session, TcpStream::connect(address).unwrap());
        let proof = phone.draft(call).sign();
        let (method, path, host) = (&call.method, &call.path, &phone.origin["https://".len()..]);
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nDPoP: {proof}\r\nContent-Type: multipart/form-data; \
             boundary=frontier\r\nContent-Length: {announced}\r\n\r\n"
        );
        connection.write_all(head.as_bytes()).unwrap();
        connection.write_all(&vec![b'x'; sent]).unwrap();
        connection.flush().unwrap();
        Self { _connection: connection }
    }
}
