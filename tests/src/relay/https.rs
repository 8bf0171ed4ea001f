//! Between phone or kiosk and server: ends the client's TLS with the server's own certificate, and speaks to the
//! server as the client would, so that single requests and answers can be told apart.

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::trap::{Heard, Then, Trap};

/// PEM files of one side: certificate and key.
pub type Identity<'a> = (&'a Path, &'a Path);

/// A relay that listens on a port of its own until it is dropped.
pub struct HttpsRelay {
    port: u16,
    trap: Arc<Trap>,
    ended: Arc<AtomicBool>,
}

struct Way {
    front: Arc<ServerConfig>,
    back: Arc<ClientConfig>,
    server: u16,
    trap: Arc<Trap>,
}

impl HttpsRelay {
    /// Begins to relay to `server`. `own` is the server's own identity; `client`, if the server asks for one, the
    /// client's.
    ///
    /// # Panics
    /// If the files do not hold what they should.
    pub fn start(server: u16, own: Identity<'_>, authority: &Path, client: Option<Identity<'_>>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (trap, ended) = (Trap::new(), Arc::new(AtomicBool::new(false)));
        let way = Arc::new(Way {
            front: Arc::new(front(own)),
            back: Arc::new(back(authority, client)),
            server,
            trap: trap.clone(),
        });
        let watched = ended.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if watched.load(Ordering::SeqCst) {
                    return;
                }
                let way = way.clone();
                // A connection that breaks is what this is for.
                thread::spawn(move || stream.and_then(|stream| way.serve(stream)));
            }
        });
        Self { port, trap, ended }
    }

    /// Where clients reach it.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its trap.
    pub fn trap(&self) -> &Arc<Trap> {
        &self.trap
    }
}

impl Drop for HttpsRelay {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the listener, so that it sees.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

fn chain(file: &Path) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_file_iter(file).unwrap().collect::<Result<_, _>>().unwrap()
}

fn key(file: &Path) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from_pem_file(file).unwrap()
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn front((certificate, private): Identity<'_>) -> ServerConfig {
    let builder =
        ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
    builder.with_no_client_auth().with_single_cert(chain(certificate), key(private)).unwrap()
}

fn back(authority: &Path, client: Option<Identity<'_>>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    for certificate in chain(authority) {
        roots.add(certificate).unwrap();
    }
    let builder =
        ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
    let builder = builder.with_root_certificates(roots);
    match client {
        None => builder.with_no_client_auth(),
        Some((certificate, private)) => {
            builder.with_client_auth_cert(chain(certificate), key(private)).unwrap()
        }
    }
}

type ToServer = BufReader<StreamOwned<ClientConnection, TcpStream>>;

impl Way {
    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let session = ServerConnection::new(self.front.clone()).map_err(io::Error::other)?;
        let mut client = BufReader::new(StreamOwned::new(session, stream));
        let mut server: Option<ToServer> = None;
        while let Some(request) = Message::read(&mut client)? {
            let label = request.first_line();
            self.trap.hear(Heard::Question(&label, &request.body));
            let (number, then) = self.trap.question(label.clone());
            if then == Then::Lose {
                return Ok(());
            }
            let connection = match server.take() {
                Some(connection) => connection,
                None => self.connect()?,
            };
            let connection = server.insert(connection);
            request.write(connection.get_mut())?;
            let answer = Message::read(connection)?.ok_or(ErrorKind::UnexpectedEof)?;
            self.trap.hear(Heard::Answer(&label));
            if self.trap.answer(number) == Then::Lose {
                return Ok(());
            }
            answer.write(client.get_mut())?;
        }
        Ok(())
    }

    fn connect(&self) -> io::Result<ToServer> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.server))?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from("localhost").expect("a host name");
        let session = ClientConnection::new(self.back.clone(), name).map_err(io::Error::other)?;
        Ok(BufReader::new(StreamOwned::new(session, stream)))
    }
}

/// A request or an answer, as it came.
struct Message {
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Message {
    /// Nothing at the end of the connection.
    fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match from.read_until(b'\n', &mut head) {
                Ok(0) => return Ok(None),
                Ok(_) => {}
                // Few clients say goodbye before they hang up.
                Err(error) if head.is_empty() && error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
        assert!(!text.contains("\r\ntransfer-encoding:"), "bodies here have a known length: {text}");
        let length = text.split("\r\ncontent-length:").nth(1).and_then(|rest| rest.lines().next());
        let mut body = vec![0; length.map_or(0, |length| length.trim().parse().expect("a length"))];
        from.read_exact(&mut body)?;
        Ok(Some(Self { head, body }))
    }

    fn write(&self, to: &mut impl Write) -> io::Result<()> {
        to.write_all(&[self.head.as_slice(), &self.body].concat())?;
        to.flush()
    }

    /// Method and path of a request.
    fn first_line(&self) -> String {
        let head = String::from_utf8_lossy(&self.head);
        head.split(" HTTP/").next().unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_its_head_and_as_much_as_that_announces() {
        let mut bytes = &b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n"[..];
        let first = Message::read(&mut bytes).unwrap().unwrap();
        assert_eq!((first.first_line().as_str(), first.body.as_slice()), ("POST /a", &b"abc"[..]));
        let second = Message::read(&mut bytes).unwrap().unwrap();
        assert_eq!((second.first_line().as_str(), second.body.len()), ("GET /b", 0));
        assert!(Message::read(&mut bytes).unwrap().is_none());
    }
}
