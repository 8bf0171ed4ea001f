//! Plugs a card into a reader of the PC/SC stack: the client side of vpcd, vsmartcard's reader driver.
//!
//! vpcd speaks first. Every message is a big-endian length of two bytes and that many bytes: one byte controls the
//! card (power, reset, ATR), more are a command APDU. Only the ATR and commands are answered (card facts §9.2). The
//! end of the connection is the card's removal.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::os::linux::net::TcpStreamExt as _;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::virtual_card::VirtualCard;

/// The stack sees an insertion within a second; a busy machine may take longer.
pub const SEEN_WITHIN: Duration = Duration::from_secs(15);

/// Why the card is no longer in the reader.
#[derive(Debug, thiserror::Error)]
pub enum VpcdError {
    /// Nobody listens: start a reader there, or correct the address.
    #[error(
        "no virtual reader (vpcd) listens at {address}: {source}; start one with `virtual-card reader`, or pcscd"
    )]
    NoReader {
        /// Where.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The reader took the connection and did nothing: it holds one card at a time, so another one may be in it.
    #[error("the virtual reader (vpcd) does not look at the card: is another card in it?")]
    NotSeen,
    /// The reader went away.
    #[error("the virtual reader closed the connection")]
    ReaderGone,
    /// The connection failed.
    #[error("the connection to the virtual reader failed: {0}")]
    Io(#[from] io::Error),
    /// What came is no message of vpcd: something else listens there.
    #[error("what listens there is no virtual reader (vpcd)")]
    Protocol,
}

/// A card in a reader, served by a thread of its own. Dropping it takes the card out.
pub struct Plugged {
    stream: TcpStream,
    /// `None` once the thread has been joined.
    thread: Option<JoinHandle<(VirtualCard, VpcdError)>>,
    seen: Receiver<()>,
    powered: Receiver<()>,
}

/// What the reader did at least once: room for one sign, since nobody may be listening.
struct Signs {
    seen: SyncSender<()>,
    powered: SyncSender<()>,
}

impl Plugged {
    /// Connects the card to the reader that listens at `HOST:PORT`.
    ///
    /// # Errors
    /// [`VpcdError::NoReader`].
    pub fn plug(mut card: VirtualCard, address: &str) -> Result<Self, VpcdError> {
        let mut stream = connect(address)?;
        let control = stream.try_clone()?;
        let (saw, seen) = mpsc::sync_channel(1);
        let (on, powered) = mpsc::sync_channel(1);
        let signs = Signs { seen: saw, powered: on };
        let thread = thread::spawn(move || {
            let error = match serve(&mut card, &mut stream, &signs) {
                Ok(never) => match never {},
                Err(error) => error,
            };
            (card, error)
        });
        Ok(Self { stream: control, thread: Some(thread), seen, powered })
    }

    /// Waits until the reader has looked at the card (it asks for the ATR all the time); usually [`SEEN_WITHIN`].
    ///
    /// # Errors
    /// [`VpcdError::NotSeen`], [`VpcdError::ReaderGone`].
    pub fn wait_until_seen(&self, limit: Duration) -> Result<(), VpcdError> {
        wait(&self.seen, limit)
    }

    /// Waits until the reader has powered the card. The stack does that when it has seen the insertion; but after a
    /// card that was pulled from under a client, only when the next client connects.
    ///
    /// # Errors
    /// [`VpcdError::NotSeen`], [`VpcdError::ReaderGone`].
    pub fn wait_until_powered(&self, limit: Duration) -> Result<(), VpcdError> {
        wait(&self.powered, limit)
    }

    /// Serves the card until the reader goes away, and tells why.
    ///
    /// # Panics
    /// If the card's thread panicked.
    pub fn wait(mut self) -> VpcdError {
        self.join().1
    }

    /// Takes the card out of the reader, without power.
    ///
    /// # Panics
    /// If the card's thread panicked.
    pub fn pull(mut self) -> VirtualCard {
        self.disconnect();
        let (mut card, _) = self.join();
        card.power_cycle();
        card
    }

    /// A reader that is gone already has closed the connection for us.
    fn disconnect(&self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    fn join(&mut self) -> (VirtualCard, VpcdError) {
        let thread = self.thread.take().expect("whoever joins takes the whole value");
        thread.join().expect("no bytes make a card panic")
    }
}

impl Drop for Plugged {
    fn drop(&mut self) {
        self.disconnect();
        if let Some(thread) = self.thread.take() {
            // A panic of the card has been printed; here nobody could be told.
            let _ = thread.join();
        }
    }
}

fn connect(address: &str) -> Result<TcpStream, VpcdError> {
    let no_reader = |source| VpcdError::NoReader { address: address.to_owned(), source };
    let stream = TcpStream::connect(address).map_err(no_reader)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// What cannot be: serving ends with an error only.
enum Never {}

fn wait(sign: &Receiver<()>, limit: Duration) -> Result<(), VpcdError> {
    sign.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => VpcdError::NotSeen,
        RecvTimeoutError::Disconnected => VpcdError::ReaderGone,
    })
}

fn serve(card: &mut VirtualCard, stream: &mut TcpStream, signs: &Signs) -> Result<Never, VpcdError> {
    loop {
        match Message::read(stream)? {
            Message::PowerOff => card.power_cycle(),
            Message::PowerOn => {
                card.power_cycle();
                let _ = signs.powered.try_send(());
            }
            Message::Reset => card.reset(),
            Message::GetAtr => {
                write(stream, card.atr())?;
                let _ = signs.seen.try_send(());
            }
            Message::Command(command) => write(stream, &card.transmit(&command))?,
        }
    }
}

/// One message from vpcd.
enum Message {
    PowerOff,
    PowerOn,
    Reset,
    GetAtr,
    /// May hold a PIN, hence wiped.
    Command(Zeroizing<Vec<u8>>),
}

impl Message {
    /// At most 65,535 bytes, by the form of the length.
    fn read(stream: &mut TcpStream) -> Result<Self, VpcdError> {
        let mut length = [0; 2];
        fill(stream, &mut length)?;
        let mut body = Zeroizing::new(vec![0; usize::from(u16::from_be_bytes(length))]);
        fill(stream, &mut body)?;
        match body.as_slice() {
            [] => Err(VpcdError::Protocol),
            [0] => Ok(Self::PowerOff),
            [1] => Ok(Self::PowerOn),
            [2] => Ok(Self::Reset),
            [4] => Ok(Self::GetAtr),
            [_] => Err(VpcdError::Protocol),
            _ => Ok(Self::Command(body)),
        }
    }
}

/// Fills the buffer. vpcd writes length and body apart, so a delayed acknowledgement of ours would hold up the body by
/// 40 ms; the option lasts for one read only.
fn fill(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<(), VpcdError> {
    let mut filled = 0;
    while filled < buffer.len() {
        stream.set_quickack(true)?;
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => return Err(VpcdError::ReaderGone),
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return Err(VpcdError::ReaderGone),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Length and body in one write.
fn write(stream: &mut TcpStream, body: &[u8]) -> Result<(), VpcdError> {
    let length = u16::try_from(body.len()).map_err(|_| VpcdError::Protocol)?;
    let mut message = Vec::with_capacity(2 + body.len());
    message.extend_from_slice(&length.to_be_bytes());
    message.extend_from_slice(body);
    stream.write_all(&message)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use time::macros::datetime;

    use super::*;
    use crate::testing::IssuedCard;

    #[test]
    fn a_reader_that_holds_another_card_is_told_apart_from_one_that_is_gone() {
        let issued = IssuedCard::new(datetime!(2026-11-21 07:30 UTC));
        // vpcd leaves a second connection waiting, as this listener does with every one.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let plugged = Plugged::plug(issued.take(), &address).unwrap();
        assert!(matches!(plugged.wait_until_seen(Duration::from_millis(20)), Err(VpcdError::NotSeen)));
        drop(listener.accept().unwrap());
        assert!(matches!(plugged.wait_until_seen(SEEN_WITHIN), Err(VpcdError::ReaderGone)));
        assert!(matches!(plugged.wait(), VpcdError::ReaderGone));
    }
}
