//! Pieces of the pictures of a run: as they were sent or stand in the chip, their pixels, and the numbers that the face
//! engine makes of a face. Whoever keeps a picture keeps such pieces of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use end_to_end::faces;
use end_to_end::stack::Stack;
use face_dlib_sys::{Engine, Image};
use image::RgbImage;
use iso7816::tlv::{Tag, Tlv};

use crate::canaries::Canary;

/// What is looked for of pictures.
pub(crate) struct Pictures {
    /// Pieces of the chip's files.
    pub(crate) in_chip: Vec<Canary>,
    elsewhere: Vec<Canary>,
}

impl Pictures {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Canary> {
        self.in_chip.iter().chain(&self.elsewhere)
    }
}

const PIECE: usize = 24;
/// Fewer different bytes could be a ruler, or a wall.
const VARIETY: usize = 10;

/// Some pieces of these bytes, evenly spread, none of them from the beginning, where every file of a kind is alike.
fn pieces(name: &str, bytes: &[u8], count: usize) -> Vec<Canary> {
    let telling = |piece: &&[u8]| piece.iter().collect::<BTreeSet<_>>().len() >= VARIETY;
    let behind_head = &bytes[bytes.len() / 4..];
    let all: Vec<&[u8]> = behind_head.chunks_exact(PIECE).filter(telling).collect();
    assert!(all.len() >= count, "{name}: {} telling pieces in {} bytes", all.len(), bytes.len());
    let spread = all.iter().step_by(all.len().div_ceil(count));
    spread
        .enumerate()
        .map(|(number, piece)| Canary::picture(&format!("{name} {number}"), piece.to_vec()))
        .collect()
}

/// Pieces of pixels: grey as they are, and with each value three times, as engines hold them.
fn pixels(name: &str, grey: &[u8]) -> Vec<Canary> {
    let colour: Vec<u8> = grey.iter().flat_map(|value| [*value; 3]).collect();
    let few = |piece: &&[u8]| piece.iter().collect::<BTreeSet<_>>().len() >= PIECE / 4;
    let expanded = colour.chunks_exact(PIECE).filter(few).step_by(97).take(3);
    let expanded = expanded
        .enumerate()
        .map(|(number, piece)| Canary::picture(&format!("{name} in colour {number}"), piece.to_vec()));
    pieces(name, grey, 3).into_iter().chain(expanded).collect()
}

/// The pictures of a run with this card.
pub(crate) fn of(stack: &Stack, card: &Path, name: &str) -> Pictures {
    let stored: serde_json::Value = serde_json::from_slice(&fs::read(card).unwrap()).unwrap();
    let front = hex::decode(stored["surface"]["face"].as_str().unwrap()).unwrap();
    let (front, _) = Tlv::first(&front).unwrap();
    let object = |tag| front.child(Tag(tag)).unwrap().value;
    let portrait = object(0xDF27);
    let mut in_chip = pieces("portrait", portrait, 4);
    in_chip.extend(pieces("picture of the name", object(0xDF25), 1));
    in_chip.extend(pieces("picture of the address", object(0xDF26), 1));

    let mut elsewhere = pixels("pixels of the portrait", &decoded(portrait));
    let mut engine = face_worker::models::load(&faces::models()).unwrap();
    for (number, folder) in stack.album().taken().into_iter().enumerate() {
        elsewhere.extend(of_stream(&mut engine, number + 1, &faces::read(&folder)));
    }
    let photograph = fs::read(stack.album().front(stack.site(), name)).unwrap();
    elsewhere.extend(pieces("photograph of the front", &photograph, 2));
    Pictures { in_chip, elsewhere }
}

/// What is looked for of the frames that were sent for a challenge: the first is from the front, in the last the head is
/// turned or was, and whoever keeps one keeps all.
fn of_stream(engine: &mut Engine, stream: usize, frames: &[Vec<u8>]) -> Vec<Canary> {
    let last = frames.len() - 1;
    let mut all = Vec::new();
    for at in [0, last / 2, last] {
        let name = format!("frame {at} of stream {stream}");
        all.extend(pieces(&name, &frames[at], 2));
        // By which the store knows a frame again, sealed.
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &frames[at]);
        let mark: [u8; 8] = hash.as_ref()[..8].try_into().unwrap();
        all.push(Canary::picture(&format!("mark of {name}"), mark.to_vec()));
        all.push(Canary::name(&u64::from_be_bytes(mark).to_string()));
    }
    for at in [0, last] {
        let name = format!("frame {at} of stream {stream}");
        let pixels = image::load_from_memory(&frames[at]).unwrap().to_rgb8();
        // In the dark there is nothing that tells one place from another, and no face.
        if pixels.iter().any(|value| *value > 100) {
            all.extend(pieces(&format!("pixels of {name}"), pixels.as_raw(), 1));
            all.extend(numbers(engine, &name, &pixels));
        }
    }
    all
}

/// The pixels of a JPEG 2000 picture, grey.
fn decoded(portrait: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("portrait.jp2"), folder.path().join("portrait.pgm"));
    fs::write(&input, portrait).unwrap();
    let done = Command::new("opj_decompress").arg("-i").arg(input).arg("-o").arg(&output).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    fs::read(output).unwrap()
}

/// What the face engine makes of a frame: the first numbers, as they lie in memory and as they are printed.
fn numbers(engine: &mut Engine, name: &str, picture: &RgbImage) -> Vec<Canary> {
    let image = Image::new(picture.as_raw(), picture.width(), picture.height()).unwrap();
    let found = engine.detect(image, false).unwrap();
    let landmarks = engine.landmarks(image, found[0].rect).unwrap();
    let numbers = engine.describe(image, &landmarks).unwrap();
    let (first, second) = (&numbers[..PIECE / 4], &numbers[64..64 + PIECE / 4]);
    let in_memory = [first, second].map(|some| some.iter().flat_map(|number| number.to_le_bytes()).collect());
    let printed = [", ", ","].map(|between| {
        let text: Vec<String> = first.iter().map(f32::to_string).collect();
        text.join(between).into_bytes()
    });
    let all = in_memory.into_iter().chain(printed).enumerate();
    all.map(|(number, piece): (usize, Vec<u8>)| {
        Canary::picture(&format!("numbers {number} of {name}"), piece)
    })
    .collect()
}
