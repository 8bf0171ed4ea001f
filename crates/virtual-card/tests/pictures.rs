//! Portraits, fronts and camera frames: made of pictures that are drawn here, and looked at pixel by pixel.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use common::{NOW, Said, say};
use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use virtual_card::picture::{Camera, Eyes, Person, PictureError, Pose, SILHOUETTE, Stream, portrait};
use virtual_card::testing::IssuedCard;

/// Built by the test runner beside this test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_virtual-card");

/// A white picture with a black disc as head.
fn drawn(size: (u32, u32), middle: (u32, u32), radius: u32) -> RgbImage {
    RgbImage::from_fn(size.0, size.1, |x, y| {
        let inside = x.abs_diff(middle.0).pow(2) + y.abs_diff(middle.1).pow(2) < radius.pow(2);
        Rgb([if inside { 0 } else { 255 }; 3])
    })
}

fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// Width, height and grey values of a JPEG 2000 picture.
fn decoded(jp2: &[u8]) -> (u32, u32, Vec<u8>) {
    let picture = Image::new(jp2, &DecodeSettings::default()).unwrap();
    assert_eq!(picture.color_space().num_channels(), 1, "grey");
    let mut context = DecoderContext::default();
    let values = picture.decode(&mut context).unwrap().data_u8();
    (picture.width(), picture.height(), values)
}

/// The middle of all dark pixels, as shares of width and height.
fn dark_middle(picture: &DynamicImage) -> (f64, f64) {
    let grey = picture.to_luma8();
    let dark: Vec<_> = grey.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] < 128).collect();
    assert!(!dark.is_empty(), "nothing dark");
    let mean = |of: fn(&(u32, u32, &image::Luma<u8>)) -> u32, all: u32| {
        dark.iter().map(|pixel| f64::from(of(pixel))).sum::<f64>() / dark.len() as f64 / f64::from(all)
    };
    (mean(|pixel| pixel.0, grey.width()), mean(|pixel| pixel.1, grey.height()))
}

fn portrait_middle(jp2: &[u8]) -> (f64, f64) {
    let (width, height, values) = decoded(jp2);
    dark_middle(&image::GrayImage::from_raw(width, height, values).unwrap().into())
}

#[track_caller]
fn assert_near((x, y): (f64, f64), expected: (f64, f64)) {
    assert!((x - expected.0).abs() < 0.02 && (y - expected.1).abs() < 0.02, "{x:.3} {y:.3}");
}

#[test]
fn a_photograph_becomes_a_small_grey_portrait_cut_from_its_upper_middle() {
    // Wide: the sides go. 500 rows leave 400 columns, from 300 on.
    let wide = drawn((1000, 500), (500, 200), 90);
    for format in [ImageFormat::Jpeg, ImageFormat::Png] {
        let jp2 = portrait(&encoded(&wide, format), None).unwrap();
        let (width, height, _) = decoded(&jp2);
        assert_eq!((width, height), (240, 300));
        assert!((500..7000).contains(&jp2.len()), "{} bytes", jp2.len());
        assert_near(portrait_middle(&jp2), (0.5, 0.4));
    }
    // High: 400 columns leave 500 rows, a quarter of the rest above.
    let high = drawn((400, 900), (200, 300), 90);
    assert_near(portrait_middle(&portrait(&encoded(&high, ImageFormat::Png), None).unwrap()), (0.5, 0.4));
}

#[test]
fn a_portrait_is_cut_where_the_head_is_said_to_be() {
    let picture = encoded(&drawn((1000, 800), (850, 600), 60), ImageFormat::Png);
    let cut = |part: &str| portrait(&picture, Some(part.parse().unwrap()));
    assert_near(portrait_middle(&cut("750,475,200,250").unwrap()), (0.5, 0.5));
    assert!(matches!(cut("900,0,200,250"), Err(PictureError::OutsidePicture(1000, 800))));
    assert!(matches!(cut("4294967295,0,2,2"), Err(PictureError::OutsidePicture(1000, 800))));
    for unreadable in ["", "1,2,3", "1,2,3,0", "1,2,3,-4", "1,2,3,4,5"] {
        assert!(unreadable.parse::<virtual_card::picture::Crop>().is_err(), "{unreadable}");
    }
}

#[test]
fn a_phones_photograph_is_turned_upright() {
    // As a phone stores it: the head at the left, and the note that the picture is to be turned right by a quarter.
    let lying = encoded(&drawn((500, 400), (150, 200), 80), ImageFormat::Jpeg);
    let note = b"\xFF\xE1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let noted = [&lying[..2], note, &lying[2..]].concat();
    assert_near(portrait_middle(&portrait(&noted, None).unwrap()), (0.5, 0.3));
}

#[test]
fn jpeg_2000_is_taken_as_it_is_if_it_is_whole() {
    assert_eq!(portrait(SILHOUETTE, None).unwrap(), SILHOUETTE);
    for broken in [&SILHOUETTE[..12], &SILHOUETTE[..100], b"no picture", b"", b"GIF89a\x01\0\x01\0\0\0\0;"] {
        assert!(
            matches!(portrait(broken, None), Err(PictureError::NotAPicture(_))),
            "{} bytes",
            broken.len()
        );
    }
}

#[test]
fn frames_are_alike_and_none_is_like_another() {
    let person = encoded(&drawn((600, 750), (300, 300), 150), ImageFormat::Png);
    let frames = Camera::default().frames(&person, 5).unwrap();
    assert_eq!(frames.len(), 5);
    for (number, frame) in frames.iter().enumerate() {
        assert!(frames[..number].iter().all(|earlier| earlier != frame), "frame {number} is new");
        let picture = image::load_from_memory_with_format(frame, ImageFormat::Jpeg).unwrap();
        assert_eq!((picture.width(), picture.height()), (512, 640));
        let (x, y) = dark_middle(&picture);
        assert!((x - 0.5).abs() < 0.05 && (y - 0.4).abs() < 0.05, "{x:.3} {y:.3}");
        assert!(!frame.windows(4).any(|bytes| bytes == b"Exif"));
    }
    assert_eq!(Camera::default().frames(&person, 5).unwrap(), frames);
    assert_ne!(Camera { seed: 2, ..Camera::default() }.frames(&person, 5).unwrap(), frames);
}

#[test]
fn a_camera_may_be_far_away_or_in_the_dark() {
    let person = encoded(&drawn((640, 640), (320, 320), 200), ImageFormat::Png);
    let frame = |camera: Camera| {
        let frame = camera.frames(&person, 1).unwrap().remove(0);
        image::load_from_memory(&frame).unwrap().to_luma8()
    };
    let dark = |picture: &image::GrayImage| picture.pixels().filter(|pixel| pixel.0[0] < 128).count();
    let near = dark(&frame(Camera::default()));
    let far = dark(&frame(Camera { distance: 4.0, ..Camera::default() }));
    assert!((12..20).contains(&(near / far)), "{near} {far}");
    let night = frame(Camera { light: 0.1, ..Camera::default() });
    assert!(night.pixels().all(|pixel| pixel.0[0] < 60));
}

const POSES: [Pose; 3] = [Pose::Front, Pose::Left, Pose::Right];

#[test]
fn a_stream_holds_each_pose_and_shows_the_way_from_one_to_the_next() {
    let drawing = encoded(&drawn((600, 750), (300, 300), 150), ImageFormat::Png);
    let person = Person::on(&drawing, Some("250,280,350,280".parse().unwrap())).unwrap();
    let stream = Stream { hold: 2, between: 1, ..Stream::new(&person, &POSES) };
    let frames = Camera::default().stream(&stream).unwrap();
    let [front, left, right] = POSES.map(Some);
    let held: Vec<_> = frames.iter().map(|frame| frame.held).collect();
    assert_eq!(held, [front, front, None, left, left, None, right, right]);
    for (number, frame) in frames.iter().enumerate() {
        assert!(frames[..number].iter().all(|earlier| earlier.jpeg != frame.jpeg), "frame {number} is new");
        let picture = image::load_from_memory_with_format(&frame.jpeg, ImageFormat::Jpeg).unwrap();
        assert_eq!((picture.width(), picture.height()), (480, 640));
    }
    assert_eq!(Camera::default().stream(&stream).unwrap(), frames);
    assert_ne!(Camera { seed: 2, ..Camera::default() }.stream(&stream).unwrap(), frames);
    assert!(Camera::default().stream(&Stream::new(&person, &[])).unwrap().is_empty());
}

#[test]
fn a_head_is_turned_only_if_it_is_known_where_its_eyes_are() {
    let drawing = encoded(&drawn((600, 750), (300, 300), 150), ImageFormat::Png);
    assert!(matches!(Person::on(&drawing, None), Err(PictureError::NoEyes)));
    let eyes = |text: &str| text.parse::<Eyes>();
    assert!(Person::on(&drawing, Some(eyes("250,280.5,350,280").unwrap())).is_ok());
    for outside in ["-1,280,350,280", "250,280,600,280", "250,750,350,700"] {
        let refused = Person::on(&drawing, Some(eyes(outside).unwrap()));
        assert!(matches!(refused, Err(PictureError::EyesOutside(600, 750))), "{outside}");
    }
    assert!(matches!(
        Person::on(b"no picture", Some(eyes("250,280,350,280").unwrap())),
        Err(PictureError::NotAPicture(_))
    ));
    for unreadable in
        ["", "1,2,3", "350,280,250,280", "250,280,260,280", "0,0,50,60", "NaN,0,90,0", "0,0,inf,0"]
    {
        assert!(eyes(unreadable).is_err(), "{unreadable}");
    }
}

#[test]
fn a_finer_photograph_of_the_same_person_makes_the_same_stream() {
    let frame = |times: u32, eyes: &str| {
        let drawing = drawn((300 * times, 400 * times), (150 * times, 190 * times), 70 * times);
        let person = Person::on(&encoded(&drawing, ImageFormat::Png), Some(eyes.parse().unwrap())).unwrap();
        let frames = Camera::default().stream(&Stream::new(&person, &[Pose::Left])).unwrap();
        image::load_from_memory(&frames[0].jpeg).unwrap().to_luma8().into_raw()
    };
    let (coarse, fine) = (frame(1, "120,180,180,180"), frame(4, "480,720,720,720"));
    assert_eq!(coarse.len(), fine.len());
    let differ = coarse.iter().zip(&fine).filter(|(a, b)| a.abs_diff(**b) > 60).count();
    assert!(differ * 50 < coarse.len(), "{differ} of {}", coarse.len());
}

#[test]
fn the_program_takes_a_stream_and_says_which_frames_hold_which_pose() {
    let folder = tempfile::tempdir().unwrap();
    let person = folder.path().join("person.png");
    fs::write(&person, encoded(&drawn((400, 500), (200, 200), 90), ImageFormat::Png)).unwrap();
    let out = folder.path().join("stream");
    let files = ["--picture", person.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let frames = |more: &[&str]| run("frames", &[&files, more].concat(), None);

    let poses = ["--poses", "front,right"];
    let eyes = ["--eyes", "170,190,230,190"];
    let said = frames(&poses).expect_failure("no eyes");
    assert!(said.err.contains("--eyes X1,Y1,X2,Y2"), "{}", said.err);
    assert!(!out.exists());
    let other = ["--splice", person.to_str().unwrap(), "--at", "2", "--splice-eyes", "160,190,230,190"];
    let tricks = ["--hold", "2", "--between", "1", "--turn", "20", "--mirror"];
    let said = frames(&[&poses[..], &eyes, &tricks, &other].concat()).expect_ok("a stream");
    assert!(
        said.out.starts_with(
            "frame-001.jpg to frame-002.jpg: front\nframe-004.jpg to frame-005.jpg: right\ntook 5 frames"
        ),
        "{}",
        said.out
    );
    let mut names: Vec<_> = fs::read_dir(&out).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    let numbered = ["frame-001.jpg", "frame-002.jpg", "frame-003.jpg", "frame-004.jpg", "frame-005.jpg"];
    assert_eq!(names, numbered);

    let late =
        ["--hold", "1", "--splice", person.to_str().unwrap(), "--splice-eyes", "160,190,230,190", "--at"];
    let said = frames(&[&["--poses", "front"][..], &eyes, &late, &["2"]].concat()).expect_failure("too late");
    assert!(said.err.contains("at frame-002.jpg: the last is frame-001.jpg"), "{}", said.err);

    let many = ["front,left"; 9].join(",");
    for wrong in [
        &["--poses", "front,up"][..],
        &["--poses", &many],
        &["--poses", "front", "--count", "3"],
        &["--poses", "front", "--hold", "0"],
        &["--poses", "front", "--turn", "46"],
        &["--poses", "front", "--splice", "other.png"],
        &["--still"],
    ] {
        frames(&[&eyes, wrong].concat()).expect_failure(&wrong.join(" "));
    }
}

#[test]
fn without_a_seed_every_picture_is_a_new_one_and_with_it_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let person = folder.path().join("person.png");
    fs::write(&person, encoded(&drawn((120, 160), (60, 60), 30), ImageFormat::Png)).unwrap();
    let taken = |out: &str, more: &[&str]| {
        let out = folder.path().join(out);
        let args = ["--picture", person.to_str().unwrap(), "--out", out.to_str().unwrap(), "--count", "1"];
        run("frames", &[&args[..], more].concat(), None).expect_ok("a picture");
        fs::read(out.join("frame-01.jpg")).unwrap()
    };
    assert_eq!(taken("a", &["--seed", "5"]), taken("b", &["--seed", "5"]));
    assert_ne!(taken("c", &[]), taken("d", &[]));
}

#[test]
fn a_front_shows_portrait_and_print_and_fits_into_a_booking() {
    let white = encoded(&RgbImage::from_pixel(240, 300, Rgb([255; 3])), ImageFormat::Png);
    let front = |portrait: Vec<u8>, code: &str| {
        let card = IssuedCard::with(NOW, |order| {
            order.portrait = portrait;
            order.security_code = code.parse().unwrap();
        });
        let jpeg = card.front();
        assert!(jpeg.len() < 2 << 20, "{} bytes", jpeg.len());
        image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).unwrap().to_luma8()
    };
    let plain = front(SILHOUETTE.to_vec(), "2285");
    assert_eq!((plain.width(), plain.height()), (1440, 1080));
    let changed = |other: &image::GrayImage| -> Vec<(u32, u32)> {
        let differs = |(x, y, pixel): &(u32, u32, &image::Luma<u8>)| {
            pixel.0[0].abs_diff(plain.get_pixel(*x, *y).0[0]) > 40
        };
        other.enumerate_pixels().filter(differs).map(|(x, y, _)| (x, y)).collect()
    };
    // The portrait is at the left of the lower half, the security code right of the middle.
    let portrait_pixels = changed(&front(portrait(&white, None).unwrap(), "2285"));
    assert!(portrait_pixels.len() > 20_000, "{}", portrait_pixels.len());
    assert!(portrait_pixels.iter().all(|(x, y)| (180..560).contains(x) && (400..850).contains(y)));
    let code_pixels = changed(&front(SILHOUETTE.to_vec(), "9999"));
    assert!(code_pixels.len() > 200, "{}", code_pixels.len());
    assert!(code_pixels.iter().all(|(x, y)| (820..1000).contains(x) && (680..780).contains(y)));
}

#[test]
fn every_era_and_the_longest_address_have_room_on_a_front() {
    let address = "架空都見本区模擬町一丁目".repeat(16);
    for birth_date in [time::macros::date!(1912 - 08 - 01), time::macros::date!(2019 - 05 - 01)] {
        let card = IssuedCard::with(NOW, |order| {
            order.birth_date = birth_date;
            order.address.clone_from(&address);
        });
        card.front();
    }
}

fn run(task: &str, arguments: &[&str], path: Option<&str>) -> Said {
    let mut program = Command::new(PROGRAM);
    program.arg(task).args(arguments);
    if let Some(path) = path {
        program.env("PATH", path);
    }
    say(&mut program)
}

#[test]
fn the_program_makes_portrait_front_and_frames() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("cards");
    let person = folder.path().join("person.png");
    fs::write(&person, encoded(&drawn((400, 500), (200, 200), 90), ImageFormat::Png)).unwrap();
    let (dir, person) = (dir.to_str().unwrap(), person.to_str().unwrap());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();

    let said = run("issue", &["--dir", dir, "--portrait", person], Some("/nowhere"));
    let said = said.expect_failure("no encoder");
    assert!(said.err.contains("install the Debian package libopenjp2-tools"), "{}", said.err);
    assert!(!Path::new(dir).join("card.json").exists());
    let holder = ["--name", "架空　太郎", "--address", "架空都見本区", "--sex", "male"];
    let printed = ["--birth-date", "1989-01-08", "--expires", "2031", "--security-code", "0042"];
    let options =
        [&["--dir", dir, "--portrait", person, "--crop", "40,40,320,400"][..], &holder, &printed].concat();
    let said = run("issue", &options, None).expect_ok("a card");
    assert!(
        said.out.ends_with("born 平成元年1月8日\nexpires 2031-01-08\nsecurity code 0042\n"),
        "{}",
        said.out
    );
    let said = run("issue", &["--dir", dir, "--card", "other", "--portrait", "/nowhere/at.png"], None);
    assert!(said.expect_failure("no file").err.contains("/nowhere/at.png"));
    let said = run("issue", &["--dir", dir, "--card", "other", "--security-code", "12"], None);
    assert!(said.expect_failure("no code").err.contains("a security code has four digits"));

    for name in ["front.png", "front.jpg"] {
        run("face", &["--dir", dir, "--out", &path(name)], None).expect_ok("a front");
        let front = fs::read(path(name)).unwrap();
        assert!(front.len() < 4 << 20 && image::load_from_memory(&front).is_ok(), "{name}");
    }
    let said =
        run("face", &["--dir", dir, "--out", &path("front.gif")], None).expect_failure("no such format");
    assert!(said.err.contains("ends in .png, .jpg or .jpeg"), "{}", said.err);
    let said = run("face", &["--dir", dir, "--card", "none", "--out", &path("x.png")], None);
    assert!(said.expect_failure("no card").err.contains("none.json"));

    let frames = ["--picture", person, "--out", &path("frames"), "--count", "4", "--seed", "7"];
    run("frames", &frames, None).expect_ok("frames");
    let mut names: Vec<_> =
        fs::read_dir(path("frames")).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["frame-01.jpg", "frame-02.jpg", "frame-03.jpg", "frame-04.jpg"]);
}
