//! Between reader and card: counts commands. Losing a message here is pulling the card.

use std::io::{self, ErrorKind, Read, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::linux::net::TcpStreamExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::trap::{Then, Trap};

/// A relay that listens for a card on a port of its own until it is dropped.
pub struct CardRelay {
    port: u16,
    trap: Arc<Trap>,
    ended: Arc<AtomicBool>,
}

impl CardRelay {
    /// Begins to relay to the reader at `HOST:PORT`.
    ///
    /// # Panics
    /// If no port is free.
    pub fn start(reader: String) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (trap, ended) = (Trap::new(), Arc::new(AtomicBool::new(false)));
        let (counting, watched) = (trap.clone(), ended.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                if watched.load(Ordering::SeqCst) {
                    return;
                }
                let (trap, reader) = (counting.clone(), reader.clone());
                // A connection that breaks is what this is for.
                thread::spawn(move || stream.and_then(|stream| serve(stream, &reader, &trap)));
            }
        });
        Self { port, trap, ended }
    }

    /// Where the card reaches it, as `HOST:PORT`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Its trap.
    pub fn trap(&self) -> &Arc<Trap> {
        &self.trap
    }
}

impl Drop for CardRelay {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the listener, so that it sees.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

/// The reader speaks first. One byte controls the card, and only `04` (the ATR) is answered; more are a command.
fn serve(mut card: TcpStream, reader: &str, trap: &Trap) -> io::Result<()> {
    let mut reader = TcpStream::connect(reader)?;
    for stream in [&card, &reader] {
        stream.set_nodelay(true)?;
    }
    loop {
        let said = message(&mut reader)?;
        let counted = (said.len() > 3).then(|| trap.question(header(&said)));
        if let Some((_, Then::Lose)) = counted {
            return Ok(());
        }
        card.write_all(&said)?;
        if said.len() == 3 && said[2] != 4 {
            continue;
        }
        let answer = message(&mut card)?;
        if counted.is_some_and(|(number, _)| trap.answer(number) == Then::Lose) {
            return Ok(());
        }
        reader.write_all(&answer)?;
    }
}

/// The command's header in hexadecimal; its data may be a PIN.
fn header(message: &[u8]) -> String {
    hex::encode_upper(&message[2..message.len().min(6)])
}

/// A length of two bytes and that many bytes, as they came.
fn message(from: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 2];
    fill(from, &mut bytes)?;
    let length = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
    bytes.resize(2 + length, 0);
    fill(from, &mut bytes[2..])?;
    Ok(bytes)
}

/// As in `virtual_card::vpcd`: without the option each message waits 40 ms for an acknowledgement.
fn fill(from: &mut TcpStream, buffer: &mut [u8]) -> io::Result<()> {
    let mut filled = 0;
    while filled < buffer.len() {
        from.set_quickack(true)?;
        match from.read(&mut buffer[filled..])? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            count => filled += count,
        }
    }
    Ok(())
}
