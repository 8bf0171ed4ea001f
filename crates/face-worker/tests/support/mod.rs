//! Pictures and pools for the tests and the bench. The two portraits are in the public domain and come by set-up.

#![allow(dead_code, unreachable_pub, reason = "each test file, and the bench, uses a part of it")]

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use face::limits::FRONT_FRAMES_LEAST;
use face::{Picture, Pose, Settings, Sitting};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use virtual_card::picture::{self, Camera, Person, Stream};

/// The cache of the set-up.
#[expect(clippy::disallowed_methods, reason = "the edge of the tests: where the set-up puts things")]
fn cache() -> PathBuf {
    let folder = std::env::var("XDG_CACHE_HOME").map(PathBuf::from);
    let folder = folder.or_else(|_| std::env::var("HOME").map(|home| PathBuf::from(home).join(".cache")));
    folder.expect("HOME is set").join("jpki-reset")
}

/// Where the models are.
pub fn models() -> PathBuf {
    let folder = cache().join("models");
    assert!(folder.is_dir(), "{} is missing: run `make models`", folder.display());
    folder
}

/// A pool's settings: one worker, none standing by.
pub fn settings() -> Settings {
    Settings { workers: 1, spares: 0, ..Settings::new(env!("CARGO_BIN_EXE_jpki-face"), models()) }
}

fn file(name: &str) -> Vec<u8> {
    let path = cache().join("pictures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}: run `make models`", path.display()))
}

fn portrait(name: &str) -> RgbImage {
    image::load_from_memory(&file(name)).expect("it is a picture").into_rgb8()
}

/// Hopper, as a head that can turn before a camera.
pub fn hopper_in_person() -> Person {
    Person::on(&file("grace_hopper.jpg"), None).expect("where the eyes are is known")
}

/// Collins, as a head that can turn before a camera.
pub fn collins_in_person() -> Person {
    Person::on(&file("astronaut.png"), None).expect("where the eyes are is known")
}

/// For the camera that is simulated.
pub fn rendered(poses: &[Pose]) -> Vec<picture::Pose> {
    let pose = |pose: &Pose| match pose {
        Pose::Front => picture::Pose::Front,
        Pose::Left => picture::Pose::Left,
        Pose::Right => picture::Pose::Right,
    };
    poses.iter().map(pose).collect()
}

/// The frames of a stream, as files.
pub fn frames(stream: &Stream<'_>, seed: u64) -> Vec<Vec<u8>> {
    let frames = Camera { seed, ..Camera::default() }.stream(stream).expect("it is rendered");
    frames.into_iter().map(|frame| frame.jpeg).collect()
}

/// The fewest frames in which a person shows these poses: three of the first, two of each other.
pub fn showing(person: &Person, poses: &[Pose], seed: u64) -> Vec<Vec<u8>> {
    let poses = rendered(poses);
    let least = FRONT_FRAMES_LEAST as u8;
    let first = Stream { hold: least, ..Stream::new(person, &poses[..1]) };
    let turns = Stream { hold: 2, between: 0, ..Stream::new(person, &poses[1..]) };
    [frames(&first, seed), frames(&turns, seed + 1)].concat()
}

/// As the server asks.
pub fn sitting(portrait: Vec<u8>, poses: &[Pose], frames: Vec<Vec<u8>>) -> Sitting {
    let frames = frames.into_iter().map(picture).collect();
    Sitting { portrait: picture(portrait), poses: poses.to_vec(), frames }
}

/// Grace Hopper (US Navy): the person of the card.
pub fn hopper() -> RgbImage {
    portrait("grace_hopper.jpg")
}

/// Eileen Collins (NASA): somebody else. Her face is small on her picture: cut out, and as large as Hopper's.
pub fn collins() -> RgbImage {
    let whole = portrait("astronaut.png");
    let part = imageops::crop_imm(&whole, 112, 0, 220, 258).to_image();
    imageops::resize(&part, 512, 600, FilterType::CatmullRom)
}

/// Small numbers that look random and are the same at every run.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> i32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        i32::try_from(self.0 >> 28).expect("four bits") - 8
    }
}

/// Each byte changed.
pub fn changed(image: &RgbImage, mut change: impl FnMut(u8) -> f32) -> RgbImage {
    let mut image = image.clone();
    for byte in image.iter_mut() {
        *byte = change(*byte).clamp(0.0, 255.0) as u8;
    }
    image
}

/// The picture as a camera would take it at another moment: a little aside, nearer, lighter, with noise.
pub fn moment(image: &RgbImage, number: u32) -> RgbImage {
    let (aside, down) = ((number * 5) % 17, (number * 7) % 13);
    let nearer = 480 - (number * 3) % 11;
    let part = imageops::crop_imm(image, aside, down, nearer, 560).to_image();
    let mut noise = Noise(number + 1);
    let lighter = number as f32 * 2.0 - 10.0;
    changed(&part, |byte| f32::from(byte) + lighter + noise.next() as f32)
}

/// A JPEG file.
pub fn jpeg(image: &RgbImage) -> Vec<u8> {
    jpeg_of_quality(image, 88)
}

/// A JPEG file of a quality of 1 to 100.
pub fn jpeg_of_quality(image: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(image).expect("it can be encoded");
    bytes
}

/// A PNG file.
pub fn png(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).expect("it can be encoded");
    bytes.into_inner()
}

/// A portrait as a chip has it: 240x300 grey in JPEG 2000, about 6 kB, made by OpenJPEG.
pub fn jp2(image: &RgbImage) -> Vec<u8> {
    jp2_of_size(image, 240, 300)
}

/// A grey JPEG 2000 file of about 6 kB.
pub fn jp2_of_size(image: &RgbImage, width: u32, height: u32) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (from, to) = (folder.path().join("portrait.pgm"), folder.path().join("portrait.jp2"));
    let sized = imageops::resize(image, width, height, FilterType::Triangle);
    let grey = DynamicImage::ImageRgb8(sized).into_luma8();
    let header = format!("P5\n{width} {height}\n255\n");
    std::fs::write(&from, [header.as_bytes(), grey.as_raw()].concat()).expect("it is written");
    let ratio = (width * height / 6000).to_string();
    compress(&from, &to, &["-r", &ratio]);
    std::fs::read(to).expect("it is there")
}

/// A portrait in JPEG 2000 with so many components per pixel: 4 of them are colours of print, or colour with
/// transparency, which no chip holds.
pub fn jp2_of_components(image: &RgbImage, components: usize) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (from, to) = (folder.path().join("portrait.raw"), folder.path().join("portrait.jp2"));
    let sized = imageops::resize(image, 240, 300, FilterType::Triangle);
    let grey = DynamicImage::ImageRgb8(sized).into_luma8().into_raw();
    std::fs::write(&from, grey.repeat(components)).expect("it is written");
    compress(&from, &to, &["-r", "40", "-F", &format!("240,300,{components},8,u")]);
    std::fs::read(to).expect("it is there")
}

fn compress(from: &Path, to: &Path, more: &[&str]) {
    let out = Command::new("opj_compress").arg("-i").arg(from).arg("-o").arg(to).args(more).output();
    let out = out.expect("opj_compress is there (run `make setup`)");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
}

/// Waves without a face.
pub fn no_face() -> RgbImage {
    let mut noise = Noise(7);
    RgbImage::from_fn(640, 480, |x, y| {
        let wave = ((x as f32 / 23.0).sin() + (y as f32 / 17.0).cos()) * 50.0 + 128.0;
        Rgb([(wave + noise.next() as f32).clamp(0.0, 255.0) as u8; 3])
    })
}

/// Both people side by side.
pub fn two_faces() -> RgbImage {
    let mut both = RgbImage::new(1024, 600);
    imageops::replace(&mut both, &hopper(), 0, 0);
    imageops::replace(&mut both, &collins(), 512, 0);
    both
}

/// The person far away.
pub fn tiny(image: &RgbImage) -> RgbImage {
    let small = imageops::resize(image, 130, 152, FilterType::Triangle);
    let mut wide = RgbImage::from_pixel(640, 480, Rgb([140; 3]));
    imageops::replace(&mut wide, &small, 250, 160);
    wide
}

/// The front of a card with that portrait, as a phone photographs it.
pub fn card_front(image: &RgbImage) -> RgbImage {
    let mut noise = Noise(3);
    let mut card = RgbImage::from_fn(1280, 808, |x, y| {
        let tint = 225 - (x + y) as i32 / 60;
        Rgb([(tint + noise.next() / 2) as u8, (tint - 6) as u8, (tint - 12 + noise.next() / 2) as u8])
    });
    let portrait = imageops::resize(image, 290, 362, FilterType::Triangle);
    imageops::replace(&mut card, &portrait, 60, 330);
    card
}

/// A JPEG that says it is 20,000 pixels wide and high.
pub fn huge_jpeg() -> Vec<u8> {
    let mut bytes = jpeg(&hopper());
    let start = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a baseline frame");
    for side in [start + 5, start + 7] {
        bytes[side..side + 2].copy_from_slice(&20_000_u16.to_be_bytes());
    }
    bytes
}

/// A PNG that says it is 20,000 pixels wide and high.
pub fn huge_png() -> Vec<u8> {
    let mut bytes = png(&RgbImage::new(8, 8));
    for side in [16, 20] {
        bytes[side..side + 4].copy_from_slice(&20_000_u32.to_be_bytes());
    }
    // The header's checksum, as a bomb's maker would have it right.
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// The checksum of a PNG chunk.
pub fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { 0xEDB8_8320 ^ (sum >> 1) } else { sum >> 1 },
        )
    })
}

/// A portrait that says it is 20,000 pixels wide and high.
pub fn huge_jp2() -> Vec<u8> {
    let mut bytes = jp2(&hopper());
    let patch = |bytes: &mut Vec<u8>, at: usize| {
        for side in [at, at + 4] {
            bytes[side..side + 4].copy_from_slice(&20_000_u32.to_be_bytes());
        }
    };
    let header = bytes.windows(4).position(|tag| tag == b"ihdr").expect("an image header");
    patch(&mut bytes, header + 4);
    // Marker, length, capabilities; then width and height.
    let size = bytes.windows(2).position(|pair| pair == [0xFF, 0x51]).expect("a size marker");
    patch(&mut bytes, size + 6);
    bytes
}

/// A JPEG that is to be shown turned by 90 degrees to the right, as cameras write it.
pub fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let tiff = [
        &b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"[..],
        &[orientation],
        &b"\0\0\0\0\0\0"[..],
    ]
    .concat();
    let length = u16::try_from(tiff.len() + 2).expect("a few bytes").to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &tiff, &jpeg[2..]].concat()
}

/// As the port takes it.
pub fn picture(bytes: Vec<u8>) -> Picture {
    Picture::new(bytes)
}
