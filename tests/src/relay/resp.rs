//! Between server and Redis: counts what writes (the commit script, and first uses).

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::trap::{Then, Trap};

/// A relay that listens on a socket of its own until it is dropped.
pub struct RedisRelay {
    socket: PathBuf,
    trap: Arc<Trap>,
    ended: Arc<AtomicBool>,
}

impl RedisRelay {
    /// Begins to relay from `socket` to the Redis at `redis`.
    ///
    /// # Panics
    /// If the socket cannot be made.
    pub fn start(socket: PathBuf, redis: PathBuf) -> Self {
        let listener = UnixListener::bind(&socket).unwrap();
        let (trap, ended) = (Trap::new(), Arc::new(AtomicBool::new(false)));
        let (counting, watched) = (trap.clone(), ended.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                if watched.load(Ordering::SeqCst) {
                    return;
                }
                let (trap, redis) = (counting.clone(), redis.clone());
                // A connection that breaks is what this is for.
                thread::spawn(move || stream.and_then(|stream| serve(stream, &redis, &trap)));
            }
        });
        Self { socket, trap, ended }
    }

    /// Where the server reaches it.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Its trap.
    pub fn trap(&self) -> &Arc<Trap> {
        &self.trap
    }
}

impl Drop for RedisRelay {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the listener, so that it sees.
        let _ = UnixStream::connect(&self.socket);
    }
}

/// One command and its reply at a time; pipelines are nothing else.
fn serve(client: UnixStream, redis: &Path, trap: &Trap) -> io::Result<()> {
    let mut client = BufReader::new(client);
    let mut redis = BufReader::new(UnixStream::connect(redis)?);
    loop {
        let command = element(&mut client)?;
        let counted = is_write(&command).map(|label| trap.question(label.to_owned()));
        if let Some((_, Then::Lose)) = counted {
            return Ok(());
        }
        redis.get_mut().write_all(&command)?;
        let reply = element(&mut redis)?;
        if counted.is_some_and(|(number, _)| trap.answer(number) == Then::Lose) {
            return Ok(());
        }
        client.get_mut().write_all(&reply)?;
    }
}

/// What of a command's names counts.
fn is_write(command: &[u8]) -> Option<&'static str> {
    let name = command.split(|byte| *byte == b'\n').nth(2)?;
    match name.trim_ascii().to_ascii_uppercase().as_slice() {
        b"EVALSHA" | b"EVAL" => Some("commit"),
        b"SET" => Some("remember"),
        _ => None,
    }
}

/// One whole element of the protocol (RESP2), as it came.
fn element(from: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut wanted = 1_usize;
    while wanted > 0 {
        let begin = bytes.len();
        if from.read_until(b'\n', &mut bytes)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let line = String::from_utf8_lossy(&bytes[begin..]).into_owned();
        let number = || line.get(1..).and_then(|rest| rest.trim_end().parse::<i64>().ok()).unwrap_or(0);
        wanted -= 1;
        match line.as_bytes().first() {
            Some(b'*') => wanted += usize::try_from(number()).unwrap_or(0),
            Some(b'$') => {
                if let Ok(length) = usize::try_from(number()) {
                    let mut text = vec![0; length + 2];
                    from.read_exact(&mut text)?;
                    bytes.extend_from_slice(&text);
                }
            }
            _ => {}
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_told_apart_and_writes_recognised() {
        let command = b"*3\r\n$7\r\nEVALSHA\r\n$2\r\n\r\n\r\n$1\r\na\r\n";
        let get = b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";
        let replies = b"$-1\r\n:5\r\n*2\r\n$1\r\nx\r\n*0\r\n-ERR no\r\n";
        let all = [&command[..], get, replies].concat();
        let mut bytes = all.as_slice();
        assert_eq!(element(&mut bytes).unwrap(), command);
        assert_eq!(element(&mut bytes).unwrap(), get);
        for reply in [&b"$-1\r\n"[..], b":5\r\n", b"*2\r\n$1\r\nx\r\n*0\r\n", b"-ERR no\r\n"] {
            assert_eq!(element(&mut bytes).unwrap(), reply);
        }
        assert_eq!(is_write(command), Some("commit"));
        assert_eq!(is_write(get), None);
    }
}
