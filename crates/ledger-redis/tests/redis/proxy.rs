//! A proxy that can let a request through and keep the answer.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinHandle;

pub(crate) struct Proxy {
    pub(crate) url: String,
    cut: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Proxy {
    pub(crate) async fn to(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("redis://{}", listener.local_addr().unwrap());
        let cut = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn({
            let cut = Arc::clone(&cut);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    let Ok(server) = UnixStream::connect(&socket).await else { continue };
                    tokio::spawn(carry(client, server, Arc::clone(&cut)));
                }
            }
        });
        Self { url, cut, task }
    }

    /// From now on, the next answer of every connection is swallowed and the connection closed.
    pub(crate) fn cut_answers(&self, cut: bool) {
        self.cut.store(cut, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(client: TcpStream, server: UnixStream, cut: Arc<AtomicBool>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let requests = async {
        tokio::io::copy(&mut from_client, &mut to_server).await.ok();
    };
    let answers = async {
        let mut buffer = [0; 16 * 1024];
        while let Ok(count @ 1..) = from_server.read(&mut buffer).await {
            // The server has answered, so the command is done; the client shall not know.
            if cut.load(Ordering::SeqCst) || to_client.write_all(&buffer[..count]).await.is_err() {
                break;
            }
        }
    };
    tokio::select! { () = requests => {}, () = answers => {} }
}
