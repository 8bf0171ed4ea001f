//! Bodies without end: the client is answered, and then the connection ends, whatever it goes on sending.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::site::Site;

/// Chunks that a client may still send after its answer; at the pace below, ten seconds of them.
const CHUNKS: usize = 200;
const PACE: Duration = Duration::from_millis(50);

/// Sends a chunked body for as long as the connection lives; the answer, and how many chunks were sent. `None` if the
/// connection outlived them all.
fn pour(address: SocketAddr, head: &str) -> Option<(String, usize)> {
    let mut stream = TcpStream::connect(address).unwrap();
    // Waiting for an answer is what sets the pace.
    stream.set_read_timeout(Some(PACE)).unwrap();
    let head = format!("{head}Host: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
    for sent in 0..CHUNKS {
        let written = stream.write_all(b"1\r\nx\r\n");
        match stream.read(&mut buffer) {
            Ok(0) => return Some((String::from_utf8(answer).unwrap(), sent)),
            Ok(count) => answer.extend_from_slice(&buffer[..count]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return Some((String::from_utf8(answer).unwrap(), sent)),
        }
        if written.is_err() {
            return Some((String::from_utf8(answer).unwrap(), sent));
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_nobody_reads_ends_with_the_answer_and_a_moment() {
    let site = Site::new();
    let address = site.running().admin_addr;
    for (head, status) in [
        ("POST /no/such/path HTTP/1.1\r\n", "404"),
        ("POST /healthz HTTP/1.1\r\n", "405"),
        ("GET /healthz HTTP/1.1\r\n", "200"),
        ("POST /admin/v1/kiosks HTTP/1.1\r\nContent-Type: application/json\r\n", "401"),
    ] {
        let poured = tokio::task::spawn_blocking(move || pour(address, head)).await.unwrap();
        let (answer, sent) = poured.unwrap_or_else(|| panic!("{head:?}: the connection goes on"));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{head:?}: {answer:?}");
        assert!(answer.to_ascii_lowercase().contains("connection: close"), "{head:?}: {answer:?}");
        assert!(sent < CHUNKS, "{head:?}");
    }
}
