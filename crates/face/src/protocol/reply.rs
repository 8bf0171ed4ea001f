//! What a worker answers.

use std::io::{self, Read, Write};

use super::values::{finding, finding_byte, front, front_bytes, unfit, unfit_bytes};
use super::{ProtocolError, read_part, read_u8, write_part};
use crate::{Finding, FrontFinding, Unfit};

/// The longest text a worker may send.
const TEXT_MAX_BYTES: usize = 1024;

/// What holds a worker down, as the worker saw it take effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Protections {
    /// No new privileges, no core dump, limits on memory, processor time and files.
    pub limits: bool,
    /// System calls are filtered.
    pub seccomp: bool,
    /// No file can be opened, by Landlock.
    pub landlock: bool,
}

/// What a worker answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The models are loaded; send pictures.
    Ready(Protections),
    /// There will be no worker: the reason, for the operator.
    CannotStart(String),
    /// To a front.
    Front(FrontFinding),
    /// To a sitting: all can be judged, and is kept.
    Fit,
    /// To a sitting: nothing is kept.
    Unfit(Unfit),
    /// To a comparison.
    Found(Finding),
    /// Nothing is kept any more.
    Forgotten,
    /// The request failed for no fault of the pictures' owner. Nothing is kept.
    Fault,
}

/// A reply, and what the worker says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The answer.
    pub reply: Reply,
    /// The worker has used most of its processor time: replace it.
    pub spent: bool,
}

const READY: u8 = 1;
const CANNOT_START: u8 = 2;
const FRONT: u8 = 3;
const FIT: u8 = 4;
const UNFIT: u8 = 5;
const FOUND: u8 = 6;
const FORGOTTEN: u8 = 7;
const FAULT: u8 = 8;

impl Said {
    /// Writes the reply.
    ///
    /// # Errors
    /// The other side is gone.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let (kind, body) = match &self.reply {
            Reply::Ready(Protections { limits, seccomp, landlock }) => {
                (READY, vec![u8::from(*limits), u8::from(*seccomp), u8::from(*landlock)])
            }
            Reply::CannotStart(reason) => (CANNOT_START, reason.bytes().take(TEXT_MAX_BYTES).collect()),
            Reply::Front(finding) => (FRONT, front_bytes(*finding).to_vec()),
            Reply::Fit => (FIT, Vec::new()),
            Reply::Unfit(unfit) => (UNFIT, unfit_bytes(*unfit).to_vec()),
            Reply::Found(finding) => (FOUND, vec![finding_byte(*finding)]),
            Reply::Forgotten => (FORGOTTEN, Vec::new()),
            Reply::Fault => (FAULT, Vec::new()),
        };
        out.write_all(&[kind, u8::from(self.spent)])?;
        write_part(out, &body)?;
        out.flush()
    }

    /// Reads a reply.
    ///
    /// # Errors
    /// Bytes that are no reply, or the worker is gone or too slow.
    pub fn read(from: &mut impl Read) -> Result<Self, ProtocolError> {
        let kind = read_u8(from)?;
        let spent = read_u8(from)? != 0;
        let body = read_part(from, TEXT_MAX_BYTES)?;
        Ok(Self { reply: reply(kind, &body)?, spent })
    }
}

fn reply(kind: u8, body: &[u8]) -> Result<Reply, ProtocolError> {
    fn exactly<const N: usize>(body: &[u8]) -> Result<[u8; N], ProtocolError> {
        body.try_into().map_err(|_| ProtocolError::Malformed("reply of another length"))
    }
    match kind {
        READY => {
            let [limits, seccomp, landlock] = exactly(body)?.map(|flag: u8| flag != 0);
            Ok(Reply::Ready(Protections { limits, seccomp, landlock }))
        }
        // It is shown to the operator: characters that steer a terminal are left out.
        CANNOT_START => {
            let text = String::from_utf8_lossy(body);
            Ok(Reply::CannotStart(text.chars().filter(|c| !c.is_control()).collect()))
        }
        FRONT => front(exactly(body)?).map(Reply::Front),
        FIT => exactly::<0>(body).map(|_| Reply::Fit),
        UNFIT => unfit(exactly(body)?).map(Reply::Unfit),
        FOUND => exactly::<1>(body).and_then(|[byte]| finding(byte)).map(Reply::Found),
        FORGOTTEN => exactly::<0>(body).map(|_| Reply::Forgotten),
        FAULT => exactly::<0>(body).map(|_| Reply::Fault),
        _ => Err(ProtocolError::Malformed("no such reply")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{UnfitReason, Which};

    #[test]
    fn a_reply_is_read_as_it_was_written() {
        let unfit = Unfit { which: Which::Frame(11), reason: UnfitReason::Count };
        let replies = [
            Reply::Ready(Protections { limits: true, seccomp: false, landlock: true }),
            Reply::CannotStart("models missing".to_owned()),
            Reply::Front(FrontFinding::Differs),
            Reply::Front(FrontFinding::Unfit(Unfit { which: Which::Front, reason: UnfitReason::TooDark })),
            Reply::Fit,
            Reply::Unfit(unfit),
            Reply::Found(Finding::SeveralPeople),
            Reply::Forgotten,
            Reply::Fault,
        ];
        for (reply, spent) in replies.into_iter().zip([true, false].into_iter().cycle()) {
            let said = Said { reply, spent };
            let mut bytes = Vec::new();
            said.write(&mut bytes).expect("memory takes it");
            assert_eq!(Said::read(&mut bytes.as_slice()).expect("it is a reply"), said);
        }
    }

    #[test]
    fn a_worker_cannot_steer_the_operators_terminal() {
        let said = Said { reply: Reply::CannotStart("no\x1b[2J models".to_owned()), spent: false };
        let mut bytes = Vec::new();
        said.write(&mut bytes).expect("memory takes it");
        let read = Said::read(&mut bytes.as_slice()).expect("it is a reply");
        assert_eq!(read.reply, Reply::CannotStart("no[2J models".to_owned()));
    }

    proptest! {
        #[test]
        fn no_bytes_at_all_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Said::read(&mut bytes.as_slice());
        }
    }
}
