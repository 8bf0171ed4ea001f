//! What a phone sent, taken apart, and everything that it would leave behind.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use end_to_end::faces;
use end_to_end::traces::Traces;
use face_dlib_sys::{Engine, Image};
use image::RgbImage;
use iso7816::tlv::Tlv;
use wire::app::SurfaceFile;

/// A multipart body, as it stood between phone and server.
pub(crate) struct Sent(Vec<(String, Vec<u8>)>);

impl Sent {
    /// Takes it apart: the first line is the boundary.
    pub(crate) fn parse(body: &[u8]) -> Self {
        let line_end = find(body, b"\r\n").expect("a boundary");
        let boundary = [b"\r\n", &body[..line_end]].concat();
        let mut parts = Vec::new();
        let mut rest = &body[line_end..];
        while let Some(end) = find(&rest[2..], &boundary).map(|at| at + 2) {
            let head_end = find(rest, b"\r\n\r\n").expect("a head");
            let head = String::from_utf8_lossy(&rest[..head_end]);
            let name = head.split("name=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a name");
            parts.push((name.to_owned(), rest[head_end + 4..end].to_vec()));
            rest = &rest[end + boundary.len()..];
        }
        Self(parts)
    }

    /// The parts of this name.
    pub(crate) fn all(&self, name: &str) -> Vec<&[u8]> {
        self.0.iter().filter(|(of, _)| of == name).map(|(_, bytes)| bytes.as_slice()).collect()
    }

    /// The chip's object with the portrait.
    fn portrait_object(&self) -> Vec<u8> {
        let surface: SurfaceFile = serde_json::from_slice(self.all("surface")[0]).expect("a surface file");
        surface.portrait.0
    }

    /// The portrait, JPEG 2000.
    fn portrait(&self) -> Vec<u8> {
        let object = self.portrait_object();
        let (portrait, _) = Tlv::first(&object).expect("an object");
        portrait.value.to_vec()
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// The pictures of a request as the server has them while it works on it.
pub(crate) fn files(sent: &Sent) -> Traces {
    let mut traces = Traces::default();
    traces.add("the portrait's file", &sent.portrait());
    for name in ["front", "frame"] {
        for (number, file) in sent.all(name).into_iter().enumerate() {
            traces.add(format!("{name} {number}'s file"), file);
        }
    }
    traces
}

/// What a booking would leave: portrait, front and frames as files and as pixels, and the numbers of each face.
pub(crate) fn left_of(card: &Sent, face: &Sent) -> Traces {
    let mut traces = Traces::default();
    let portrait = add_portrait(&mut traces, card);
    let front = card.all("front")[0];
    traces.add("the front's file", front);
    traces.add("the front's pixels", decoded(front).as_raw());
    let mut engine = face_worker::models::load(&faces::models()).expect("the models are there");
    traces.add_numbers("the portrait's numbers", numbers(&mut engine, &portrait));
    let mut all = Vec::new();
    for (number, file) in face.all("frame").into_iter().enumerate() {
        let pixels = decoded(file);
        traces.add(format!("frame {number}'s file"), file);
        traces.add(format!("frame {number}'s pixels"), pixels.as_raw());
        all.push(numbers(&mut engine, &pixels));
        traces.add_numbers(format!("frame {number}'s numbers"), all[number].clone());
    }
    // A challenge begins with three frames from the front.
    let mean = (0..all[0].len()).map(|at| all[..3].iter().map(|one| one[at]).sum::<f32>() / 3.0);
    traces.add_numbers("the frontal frames' mean numbers", mean.collect());
    traces
}

/// The portrait as it stands in the chip, as it was sent, and decoded; its pixels.
fn add_portrait(traces: &mut Traces, sent: &Sent) -> RgbImage {
    let object = URL_SAFE_NO_PAD.encode(sent.portrait_object());
    traces.add("the portrait's object in base64url", object.as_bytes());
    traces.add("the portrait's file", &sent.portrait());
    let grey = decoded_jp2(&sent.portrait());
    traces.add("the portrait's grey pixels", grey.as_luma8().expect("grey").as_raw());
    let pixels = grey.into_rgb8();
    traces.add("the portrait's pixels", pixels.as_raw());
    pixels
}

fn decoded(file: &[u8]) -> RgbImage {
    image::load_from_memory(file).expect("a picture").into_rgb8()
}

fn decoded_jp2(portrait: &[u8]) -> image::DynamicImage {
    let folder = tempfile::tempdir().expect("a place for files");
    let [input, output] = ["portrait.jp2", "portrait.png"].map(|name| folder.path().join(name));
    std::fs::write(&input, portrait).expect("it can be written");
    let done = Command::new("opj_decompress").arg("-i").arg(input).arg("-o").arg(&output).output();
    assert!(done.as_ref().is_ok_and(|done| done.status.success()), "{done:?}");
    image::open(output).expect("a picture")
}

/// What the face engine makes of a picture.
fn numbers(engine: &mut Engine, picture: &RgbImage) -> Vec<f32> {
    let image = Image::new(picture.as_raw(), picture.width(), picture.height()).expect("it is small");
    let mut found = engine.detect(image, false).expect("it looks");
    found.sort_by(|one, two| two.score.total_cmp(&one.score));
    let landmarks = engine.landmarks(image, found.first().expect("a face").rect).expect("a face has points");
    engine.describe(image, &landmarks).expect("it describes").to_vec()
}
