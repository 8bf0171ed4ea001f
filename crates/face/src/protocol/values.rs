//! The port's enums as bytes.

use super::ProtocolError;
use crate::{Finding, FrontFinding, Pose, Unfit, UnfitReason, Which};

fn index_of<T: PartialEq>(table: &[T], value: &T) -> u8 {
    let index = table.iter().position(|entry| entry == value);
    index.and_then(|index| u8::try_from(index).ok()).unwrap_or(u8::MAX)
}

fn entry<T: Copy>(table: &[T], index: u8) -> Result<T, ProtocolError> {
    table.get(usize::from(index)).copied().ok_or(ProtocolError::Malformed("no such value"))
}

pub(super) fn pose_byte(pose: Pose) -> u8 {
    index_of(&Pose::ALL, &pose)
}

pub(super) fn pose(byte: u8) -> Result<Pose, ProtocolError> {
    entry(&Pose::ALL, byte)
}

pub(super) fn finding_byte(finding: Finding) -> u8 {
    index_of(&Finding::ALL, &finding)
}

pub(super) fn finding(byte: u8) -> Result<Finding, ProtocolError> {
    entry(&Finding::ALL, byte)
}

/// Which picture, the frame's number where it is one, and why.
pub(super) fn unfit_bytes(unfit: Unfit) -> [u8; 3] {
    let (which, frame) = match unfit.which {
        Which::Portrait => (0, 0),
        Which::Frame(number) => (1, u8::try_from(number).unwrap_or(u8::MAX)),
        Which::Frames => (2, 0),
        Which::Front => (3, 0),
    };
    [which, frame, index_of(&UnfitReason::ALL, &unfit.reason)]
}

pub(super) fn unfit([which, frame, reason]: [u8; 3]) -> Result<Unfit, ProtocolError> {
    let which = match which {
        0 => Which::Portrait,
        1 => Which::Frame(usize::from(frame)),
        2 => Which::Frames,
        3 => Which::Front,
        _ => return Err(ProtocolError::Malformed("no such picture")),
    };
    Ok(Unfit { which, reason: entry(&UnfitReason::ALL, reason)? })
}

pub(super) fn front_bytes(finding: FrontFinding) -> [u8; 4] {
    let plain = |byte| [byte, 0, 0, 0];
    match finding {
        FrontFinding::Resembles => plain(0),
        FrontFinding::Differs => plain(1),
        FrontFinding::Unfit(unfit) => {
            let [which, frame, reason] = unfit_bytes(unfit);
            [2, which, frame, reason]
        }
    }
}

pub(super) fn front([kind, which, frame, reason]: [u8; 4]) -> Result<FrontFinding, ProtocolError> {
    match kind {
        0 => Ok(FrontFinding::Resembles),
        1 => Ok(FrontFinding::Differs),
        2 => unfit([which, frame, reason]).map(FrontFinding::Unfit),
        _ => Err(ProtocolError::Malformed("no such finding")),
    }
}
