//! What must not stay on the phone: portrait, frames, certificate, name, address, and what the card prints.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mobile_bridge::{CardProof, Frames};
use reservation::PinKind;
use wire::app::SurfaceFile;

use crate::support::server::face::frames_showing;
use crate::support::world::{World, show};

/// Longest piece of something secret that may stand anywhere, in characters.
const PIECE: usize = 16;

/// Whether any piece of `secret`, as it is or as it stands in JSON, is in `stored`.
fn leaks(stored: &str, secret: &[u8]) -> bool {
    let encoded =
        [URL_SAFE_NO_PAD.encode(secret), hex::encode(secret), String::from_utf8_lossy(secret).into_owned()];
    encoded.iter().any(|text| {
        let characters: Vec<_> = text.chars().collect();
        characters.chunks(PIECE).any(|piece| {
            let piece: String = piece.iter().collect();
            (piece.chars().count() == PIECE || characters.len() < PIECE) && stored.contains(&piece)
        })
    })
}

#[test]
fn a_leak_would_be_found() {
    let stored = format!("…{}…", URL_SAFE_NO_PAD.encode([7; 100]));
    assert!(leaks(&stored, &[7; 100]));
    assert!(leaks("…CANARY 1…", b"CANARY 1"));
    assert!(!leaks("nothing", &[7; 100]));
}

#[tokio::test]
async fn nothing_of_card_or_face_is_ever_in_the_state_file() {
    let world = World::new(PinKind::Signature);
    let stored = || std::fs::read_to_string(world.state_file()).unwrap();
    let mut seen = Vec::new();
    let (mut phone, to_sign) = world.waiting_for_card().await;
    seen.push(stored());
    let proof = world.proof(&to_sign);
    phone.prove(&proof).await.unwrap();
    seen.push(stored());
    let challenge = phone.challenge().await.unwrap();
    seen.push(stored());
    let shown = Frames::new(frames_showing("other CANARY face", &challenge.poses, "")).unwrap();
    phone.show_face(&shown).await.unwrap();
    seen.push(stored());
    show(&mut phone, "holder").await.unwrap();
    seen.push(stored());
    phone.reserve().await.unwrap();
    seen.push(stored());

    let CardProof::Signature { card, front } = proof else { panic!("a surface proof") };
    let file: SurfaceFile = serde_json::from_slice(card.surface.as_bytes()).unwrap();
    let mut secrets = vec![
        ("certificate", card.evidence.certificate.0.clone()),
        ("surface", card.surface.as_bytes().to_vec()),
        ("holder", file.holder.0),
        ("portrait", file.portrait.0),
        ("front", front.as_bytes().to_vec()),
        ("name", "番号　花子".as_bytes().to_vec()),
        ("code", b"55021720352285".to_vec()),
        ("birth date", b"19800217".to_vec()),
        ("birth date", b"1980-02-17".to_vec()),
        ("PIN", b"\"1234\"".to_vec()),
    ];
    secrets.extend(shown.iter().map(|frame| ("frame", frame.to_vec())));
    for stored in &seen {
        for (what, secret) in &secrets {
            assert!(!leaks(stored, secret), "{what} in {stored}");
        }
        assert!(stored.len() < 1500, "{stored}");
    }
    let debug = format!("{card:?} {front:?} {shown:?}");
    assert!(!debug.contains("CANARY") && !debug.contains("holder"), "{debug}");
}
