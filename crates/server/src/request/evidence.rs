//! The multipart body with the card's evidence: for the user PIN a signature, for the signature PIN also what the
//! card's surface application says and a photograph of the card's front.

use std::fmt;

use actix_web::HttpRequest;
use actix_web::web::Bytes;
use face::Picture;
use face::limits::FRONT_MAX_BYTES;
use reservation::PinKind;
use wire::app::CardEvidence;
use wire::problem::ProblemType;

use super::json;
use super::multipart::{Asked, Form};
use crate::problem::Refusal;
use crate::surface::SentSurface;

const EVIDENCE: &str = "evidence";
const SURFACE: &str = "surface";
const FRONT: &str = "front";

/// The part `surface`, here and in a face attempt. A portrait is about 2 KiB, all of it in base64url about 8.
pub(super) const SURFACE_PART: Asked = Asked { name: SURFACE, max_bytes: 64 * 1024, max_count: 1 };

const ASKED: [Asked; 3] = [
    // A certificate of at most 4 KiB and two signatures of 256 bytes, as base64url with room to spare.
    Asked { name: EVIDENCE, max_bytes: 16 * 1024, max_count: 1 },
    SURFACE_PART,
    Asked { name: FRONT, max_bytes: FRONT_MAX_BYTES as u64, max_count: 1 },
];

/// Certificate and signature of the known PIN's key.
pub struct KeyEvidence {
    /// DER.
    pub certificate: Vec<u8>,
    /// RSA PKCS#1 v1.5, SHA-256.
    pub signature: Vec<u8>,
}

impl fmt::Debug for KeyEvidence {
    /// Nothing: a signature certificate names its holder.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyEvidence(…)")
    }
}

/// What was sent, before it is known which PIN the booking is for.
#[derive(Debug)]
pub struct Evidence {
    key: KeyEvidence,
    presence: Option<Vec<u8>>,
    surface: Option<SentSurface>,
    front: Option<Picture>,
}

/// What was sent for a booking of one PIN.
#[derive(Debug)]
pub enum Sent {
    /// For the user PIN.
    User(KeyEvidence),
    /// For the signature PIN.
    Signature(Box<SentForSignature>),
}

/// What was sent for a booking of the signature PIN.
#[derive(Debug)]
pub struct SentForSignature {
    /// Of the user PIN's key.
    pub key: KeyEvidence,
    /// Signature of the surface application's key.
    pub presence: Vec<u8>,
    /// What the surface application says.
    pub surface: SentSurface,
    /// A photograph of the card's front.
    pub front: Picture,
}

/// Reads a `multipart/form-data` body.
///
/// # Errors
/// `unsupported-media-type`, `malformed-request` or `payload-too-large`, with the part or member.
pub async fn parse(request: &HttpRequest, body: Bytes) -> Result<Evidence, Refusal> {
    let form = Form::of(request, body, &ASKED).await?;
    let CardEvidence { certificate, signature, presence } = json::parse(form.need(EVIDENCE)?)?;
    Ok(Evidence {
        key: KeyEvidence { certificate: certificate.0, signature: signature.0 },
        presence: presence.map(|presence| presence.0),
        surface: form.find(SURFACE).map(|part| SentSurface::parse(part)).transpose()?,
        front: form.find(FRONT).map(|part| Picture::new(part.to_vec())),
    })
}

impl Evidence {
    /// What a booking of this PIN asks for, no more and no less.
    ///
    /// # Errors
    /// `malformed-request`, with the part or member that is missing or too much.
    pub fn for_target(self, target: PinKind) -> Result<Sent, Refusal> {
        let odd = |field, cause| Refusal::new(ProblemType::MalformedRequest).field(field).because(cause);
        match target {
            PinKind::User => {
                let surplus = [
                    ("presence", self.presence.is_some()),
                    (SURFACE, self.surface.is_some()),
                    (FRONT, self.front.is_some()),
                ];
                match surplus.iter().find(|(_, sent)| *sent) {
                    Some((field, _)) => Err(odd(*field, "not asked for with the user PIN")),
                    None => Ok(Sent::User(self.key)),
                }
            }
            PinKind::Signature => {
                let missing = |field| move || odd(field, "missing");
                Ok(Sent::Signature(Box::new(SentForSignature {
                    key: self.key,
                    presence: self.presence.ok_or_else(missing("presence"))?,
                    surface: self.surface.ok_or_else(missing(SURFACE))?,
                    front: self.front.ok_or_else(missing(FRONT))?,
                })))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::multipart::tests::{KIND, body, request};
    use super::*;

    const USER: &[u8] = br#"{"certificate":"AQ","signature":"Ag"}"#;
    const SIGNATURE: &[u8] = br#"{"certificate":"AQ","signature":"Ag","presence":"Aw"}"#;
    const FILE: &[u8] =
        br#"{"holder":"AQ","pictures":"AQ","portrait":"AQ","signature":"AQ","certificate":"AQ"}"#;

    async fn sent(parts: &[(&str, &[u8])], target: PinKind) -> Result<Sent, (ProblemType, Option<String>)> {
        let parsed = parse(&request(KIND), Bytes::from(body(parts))).await;
        let sent = parsed.and_then(|evidence| evidence.for_target(target));
        sent.map_err(|refusal| (refusal.kind(), refusal.facts().field.clone()))
    }

    #[tokio::test]
    async fn the_parts_of_either_pin_are_read() {
        let Ok(Sent::User(key)) = sent(&[(EVIDENCE, USER)], PinKind::User).await else { panic!("refused") };
        assert_eq!((key.certificate, key.signature), (vec![1], vec![2]));
        let parts = [(EVIDENCE, SIGNATURE), (SURFACE, FILE), (FRONT, b"JPEG")];
        let Ok(Sent::Signature(sent)) = sent(&parts, PinKind::Signature).await else { panic!("refused") };
        assert_eq!((sent.presence.as_slice(), sent.front.as_bytes()), ([3].as_slice(), b"JPEG".as_slice()));
    }

    #[tokio::test]
    async fn what_is_missing_or_not_asked_for_is_named() {
        let all = [(EVIDENCE, SIGNATURE), (SURFACE, FILE), (FRONT, b"JPEG".as_slice())];
        for (parts, target, field) in [
            (vec![], PinKind::User, EVIDENCE),
            (vec![(EVIDENCE, SIGNATURE)], PinKind::User, "presence"),
            (vec![(EVIDENCE, USER), (SURFACE, FILE)], PinKind::User, SURFACE),
            (vec![(EVIDENCE, USER), (FRONT, b"x".as_slice())], PinKind::User, FRONT),
            (vec![(EVIDENCE, USER), all[1], all[2]], PinKind::Signature, "presence"),
            (vec![all[0], all[2]], PinKind::Signature, SURFACE),
            (vec![all[0], all[1]], PinKind::Signature, FRONT),
            (vec![all[0], (SURFACE, b"{}"), all[2]], PinKind::Signature, "."),
        ] {
            let expected = (ProblemType::MalformedRequest, Some(field.to_owned()));
            assert_eq!(sent(&parts, target).await.map(drop), Err(expected), "{field} {target:?}");
        }
    }
}
