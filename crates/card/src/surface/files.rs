//! The surface application's files (card facts §3).

use iso7816::tlv::Tag;
use reservation::limits::CERTIFICATE_MAX_BYTES;

use crate::binary::REACH;
use crate::files::Ef;

/// The application, all ten bytes.
pub(crate) const AID: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];

/// 照合番号B itself.
pub(crate) const CODE_B: Ef = Ef(0x0012);

/// A file that is one data object; filler may follow it.
pub(crate) struct ObjectFile {
    pub(crate) file: Ef,
    pub(crate) tag: Tag,
    /// No such file is larger.
    pub(crate) bound: usize,
}

/// The card's front, opened by 照合番号B. Real ones are far below what READ BINARY reaches.
pub(crate) const FRONT: ObjectFile = ObjectFile { file: Ef(0x0002), tag: Tag(0xFF20), bound: REACH };

/// The certificate of the key that signed the front; free to read.
pub(crate) const CERTIFICATE: ObjectFile =
    ObjectFile { file: Ef(0x0004), tag: Tag(0x7F21), bound: CERTIFICATE_MAX_BYTES };
