//! The multipart bodies of the card's and the face's evidence (RFC 7578).
//!
//! Their bytes are built here and not by the HTTP client, because the DPoP proof carries their hash, and because the
//! same evidence must give the same bytes when it is sent again: the server knows a repeated attempt by them. So the
//! boundary is no random line but a digest of what it separates, which none of the parts can hold.

use aws_lc_rs::digest::{Context, SHA256};
use wire::app::{CardEvidence, FaceEvidence};
use zeroize::Zeroizing;

use crate::pictures::Frames;
use crate::proof::{CardProof, SurfaceBytes};

/// The body and its content type.
pub struct Multipart {
    /// For the `Content-Type` header.
    pub content_type: String,
    /// The body, wiped when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
}

const JSON: &str = "application/json";
/// JPEG or PNG: the server looks at the content, whatever is said here.
const PICTURE: &str = "application/octet-stream";
const JPEG: &str = "image/jpeg";

struct Part<'a> {
    name: &'static str,
    content_type: &'static str,
    bytes: &'a [u8],
}

/// What a card proves: the parts `evidence`, and for the signature PIN `surface` and `front`.
pub fn card(proof: &CardProof) -> Multipart {
    let evidence = Zeroizing::new(evidence(proof.evidence()));
    let mut parts = vec![Part { name: "evidence", content_type: JSON, bytes: &evidence }];
    if let CardProof::Signature { card, front } = proof {
        parts.push(Part { name: "surface", content_type: JSON, bytes: card.surface.as_bytes() });
        parts.push(Part { name: "front", content_type: PICTURE, bytes: front.as_bytes() });
    }
    multipart(&parts)
}

/// A face: the parts `face`, `surface`, and `frame` for each picture.
pub fn face(evidence: &FaceEvidence, surface: &SurfaceBytes, frames: &Frames) -> Multipart {
    let face = serde_json::to_vec(evidence).expect("a UUID and a base64url string are always JSON");
    let mut parts = vec![
        Part { name: "face", content_type: JSON, bytes: &face },
        Part { name: "surface", content_type: JSON, bytes: surface.as_bytes() },
    ];
    parts.extend(frames.iter().map(|bytes| Part { name: "frame", content_type: JPEG, bytes }));
    multipart(&parts)
}

fn evidence(evidence: &CardEvidence) -> Vec<u8> {
    serde_json::to_vec(evidence).expect("base64url strings are always JSON")
}

fn multipart(parts: &[Part<'_>]) -> Multipart {
    let boundary = boundary(parts);
    let content: usize = parts.iter().map(|part| part.bytes.len() + 256).sum::<usize>() + 64;
    // Large enough for heads and boundaries too, so that no copy is left behind by growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(content));
    for Part { name, content_type, bytes: content } in parts {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: {content_type}\r\n\r\n"
        );
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(content);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Multipart { content_type: format!("multipart/form-data; boundary={boundary}"), bytes }
}

/// 128 bits of a digest over all parts: a part that holds it would hold a digest of itself (RFC 2046 §5.1.1).
fn boundary(parts: &[Part<'_>]) -> String {
    let mut digest = Context::new(&SHA256);
    for part in parts {
        digest.update(part.name.as_bytes());
        digest.update(&(part.bytes.len() as u64).to_be_bytes());
        digest.update(part.bytes);
    }
    let digest = digest.finish();
    let (bits, _) = digest.as_ref().split_first_chunk::<16>().expect("a SHA-256 digest has 32 bytes");
    format!("jpki-reset-{:032x}", u128::from_be_bytes(*bits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::Front;
    use crate::proof::SurfaceProof;
    use wire::app::SurfaceFile;

    fn card_evidence() -> CardEvidence {
        CardEvidence { certificate: [1, 2].into(), signature: [3].into(), presence: None }
    }

    fn surface() -> SurfaceBytes {
        SurfaceBytes::of(&SurfaceFile {
            holder: [1].into(),
            pictures: [2].into(),
            portrait: [3].into(),
            signature: [4].into(),
            certificate: [5].into(),
        })
    }

    /// The body with its boundary written as `B`.
    fn text(body: &Multipart) -> String {
        let boundary = body.content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
        assert_eq!(boundary.len(), "jpki-reset-".len() + 32);
        String::from_utf8_lossy(&body.bytes).replace(boundary, "B")
    }

    #[test]
    fn the_evidence_for_the_user_pin_is_one_json_part() {
        assert_eq!(
            text(&card(&card_evidence().into())),
            "--B\r\nContent-Disposition: form-data; name=\"evidence\"\r\nContent-Type: application/json\r\n\r\n\
             {\"certificate\":\"AQI\",\"signature\":\"Aw\"}\r\n--B--\r\n"
        );
    }

    #[test]
    fn the_evidence_for_the_signature_pin_has_the_surface_and_the_front_beside_it() {
        let proof = CardProof::Signature {
            card: SurfaceProof { evidence: card_evidence(), surface: surface() },
            front: Front::new(b"png".to_vec()).unwrap(),
        };
        let body = text(&card(&proof));
        let surface = String::from_utf8(surface().as_bytes().to_vec()).unwrap();
        assert!(
            body.contains(&format!(
                "name=\"surface\"\r\nContent-Type: application/json\r\n\r\n{surface}\r\n"
            ))
        );
        assert!(
            body.contains("name=\"front\"\r\nContent-Type: application/octet-stream\r\n\r\npng\r\n--B--")
        );
    }

    #[test]
    fn frames_stand_in_the_order_they_were_taken_and_the_same_face_is_the_same_bytes() {
        let frames =
            |order: &[&[u8]]| Frames::new(order.iter().map(|frame| frame.to_vec()).collect()).unwrap();
        let evidence = FaceEvidence { attempt: uuid::Uuid::from_u128(7), nonce: [9; 32].into() };
        let of = |frames: &Frames| face(&evidence, &surface(), frames);
        let body = of(&frames(&[b"one", b"two", b"three"]));
        let shown = text(&body);
        let places: Vec<_> =
            ["\r\n\r\none", "\r\n\r\ntwo", "\r\n\r\nthree"].map(|frame| shown.find(frame).unwrap()).into();
        assert!(places.is_sorted());
        assert!(shown.contains(
            "{\"attempt\":\"00000000-0000-0000-0000-000000000007\",\"nonce\":\"CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk\"}"
        ));
        assert_eq!(of(&frames(&[b"one", b"two", b"three"])).bytes, body.bytes);
        assert_ne!(of(&frames(&[b"two", b"one", b"three"])).content_type, body.content_type);
    }
}
