//! One exchange against a server that breaks off, sends too much, or points elsewhere.

#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use client::connection::ANSWER_MAX_BYTES;
use client::{Call, Connection, Failure, Method};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Serves one connection with these bytes and then closes it; says what came in.
async fn serve_once(answer: Vec<u8>) -> (Connection, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).await.unwrap();
        // An answer that is larger than what is read ends with a reset, which is the point.
        let _ = stream.write_all(&answer).await;
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    (Connection::danger_without_tls(&base), served)
}

fn get(path: &str) -> Call<'_> {
    Call { method: Method::GET, path, headers: Vec::new(), body: None }
}

#[tokio::test]
async fn a_whole_answer_comes_with_its_status_whatever_that_is() {
    let (connection, served) = serve_once(b"HTTP/1.1 409 x\r\nContent-Length: 2\r\n\r\n{}".to_vec()).await;
    let answer = connection.exchange(get("/app/v1/x")).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (409, &b"{}"[..]));
    assert!(served.await.unwrap().starts_with("GET /app/v1/x HTTP/1.1\r\n"));
}

#[tokio::test]
async fn an_answer_that_breaks_off_leaves_the_outcome_open() {
    let (connection, _served) =
        serve_once(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"a\"".to_vec()).await;
    assert!(matches!(connection.exchange(get("/")).await, Err(Failure::Interrupted)));
    let (connection, _served) = serve_once(Vec::new()).await;
    assert!(matches!(connection.exchange(get("/")).await, Err(Failure::Interrupted)));
}

#[tokio::test]
async fn a_port_where_nobody_listens_means_that_nothing_was_sent() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let connection = Connection::danger_without_tls(&format!("http://127.0.0.1:{port}"));
    assert!(matches!(connection.exchange(get("/")).await, Err(Failure::Unreachable(_))));
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    answer.resize(answer.len() + ANSWER_MAX_BYTES + 1, b'x');
    let (connection, _served) = serve_once(answer).await;
    assert!(matches!(connection.exchange(get("/")).await, Err(Failure::NotUnderstood { status: 200 })));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (connection, _served) =
        serve_once(b"HTTP/1.1 307 x\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec())
            .await;
    let answer = connection.exchange(get("/")).await.unwrap();
    assert!(matches!(answer.json::<String>(), Err(Failure::NotUnderstood { status: 307 })));
}
