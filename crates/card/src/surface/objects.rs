//! What the surface files hold, and the part of it that leaves this crate.

use core::fmt;
use core::ops::RangeInclusive;

use aws_lc_rs::digest::{Context, SHA256};
use iso7816::tlv::{MalformedTlv, Tag, Tlv};

use crate::surface::files::{CERTIFICATE, FRONT};

/// How the surface files differ from a genuine card's. It tells tags and sizes, nothing of what they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SurfaceMalformed {
    /// No data objects.
    #[error(transparent)]
    Tlv(#[from] MalformedTlv),
    /// An object that every card has is not there.
    #[error("object {:04X} is missing", .0.0)]
    Missing(Tag),
    /// An object is there twice: nobody could say which one the issuer signed.
    #[error("object {:04X} is there twice", .0.0)]
    Repeated(Tag),
    /// An object has a size that none has.
    #[error("object {:04X} has {found} bytes", tag.0)]
    Size {
        /// Which.
        tag: Tag,
        /// Bytes of its value.
        found: usize,
    },
}

/// What the chip says of the card's front and its issuer signed. Objects are as they stand on the card, tag and length
/// included. `Debug` prints nothing of it: it is a person.
///
/// Nothing here has been verified: that is for whoever must believe it.
#[derive(Clone, PartialEq, Eq)]
pub struct SurfaceObjects {
    /// Objects DF22, DF23 and DF24 one after the other: birth date, sex, the card's surface key. The first signed group.
    pub holder: Vec<u8>,
    /// SHA-256 over objects DF25 and DF26 one after the other: the pictures of name and address, the second signed
    /// group. The pictures themselves go no further.
    pub pictures: [u8; 32],
    /// Object DF27: the portrait, JPEG 2000. The third signed group.
    pub portrait: Vec<u8>,
    /// The value of DF28: the issuer's signature over the three groups.
    pub signature: Vec<u8>,
    /// EF 0004: the card-verifiable certificate of the key that signed, one object 7F21.
    pub certificate: Vec<u8>,
}

impl fmt::Debug for SurfaceObjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SurfaceObjects(…)")
    }
}

impl SurfaceObjects {
    /// Reads EF 0002 and EF 0004; filler behind their objects is left alone. Each signed object must be there exactly
    /// once. Whatever else is there, such as the table of offsets (DF21), the expiry date (DF29) and the picture of the
    /// security code (DF2A), is not signed and not looked at.
    ///
    /// # Errors
    /// [`SurfaceMalformed`].
    pub fn parse(front: &[u8], certificate: &[u8]) -> Result<Self, SurfaceMalformed> {
        let (front, _) = Tlv::first(front)?;
        let (certificate, _) = Tlv::first(certificate)?;
        for (object, expected) in [(front, FRONT.tag), (certificate, CERTIFICATE.tag)] {
            if object.tag != expected {
                return Err(SurfaceMalformed::Missing(expected));
            }
        }
        let objects = front.children()?.collect::<Result<Vec<_>, _>>()?;
        // Real cards stay far below these sizes: 265 bytes of key, some hundred of each name and address.
        let [birth, sex, key] = [
            only(&objects, Tag(0xDF22), 1..=16)?,
            only(&objects, Tag(0xDF23), 1..=4)?,
            only(&objects, Tag(0xDF24), 1..=1024)?,
        ];
        let [name, address] =
            [only(&objects, Tag(0xDF25), 0..=8 * 1024)?, only(&objects, Tag(0xDF26), 0..=8 * 1024)?];
        let portrait = only(&objects, Tag(0xDF27), 1..=FRONT.bound)?;
        let signature = only(&objects, Tag(0xDF28), 1..=1024)?;
        let mut pictures = Context::new(&SHA256);
        pictures.update(name.as_written());
        pictures.update(address.as_written());
        Ok(Self {
            holder: [birth, sex, key].map(|object| object.as_written()).concat(),
            pictures: pictures.finish().as_ref().try_into().expect("SHA-256 gives 32 bytes"),
            portrait: portrait.as_written().to_vec(),
            signature: signature.value.to_vec(),
            certificate: certificate.as_written().to_vec(),
        })
    }
}

/// The one object with this tag, its value of one of these sizes.
fn only<'a>(
    objects: &[Tlv<'a>],
    tag: Tag,
    sizes: RangeInclusive<usize>,
) -> Result<Tlv<'a>, SurfaceMalformed> {
    let mut with_tag = objects.iter().filter(|object| object.tag == tag);
    let object = with_tag.next().ok_or(SurfaceMalformed::Missing(tag))?;
    let found = object.value.len();
    if with_tag.next().is_some() {
        Err(SurfaceMalformed::Repeated(tag))
    } else if sizes.contains(&found) {
        Ok(*object)
    } else {
        Err(SurfaceMalformed::Size { tag, found })
    }
}
