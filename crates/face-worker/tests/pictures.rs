//! The engine, in its process and behind its pool, before pictures of every kind.

mod support;

use face::contract::{self, Album};
use face::limits::{FRAME_MAX_BYTES, FRONT_MAX_BYTES, PORTRAIT_MAX_BYTES};
use face::{
    FaceEngine, Finding, FrontFinding, Inspection, Picture, Pool, Pose, Sitting, Unfit, UnfitReason, Which,
};
use image::imageops::{self, FilterType};

use support::{
    card_front, changed, collins, hopper, huge_jp2, huge_jpeg, huge_png, jp2, jp2_of_size, jpeg,
    jpeg_of_quality, moment, no_face, picture, png, settings, tiny, two_faces, with_orientation,
};

fn frame(number: u32) -> Picture {
    picture(jpeg(&moment(&hopper(), number)))
}

fn cut(bytes: &[u8]) -> Picture {
    picture(bytes[..bytes.len() / 2].to_vec())
}

fn album() -> Album {
    let dark = |byte: u8| f32::from(byte) * 0.1;
    let bright = |byte: u8| 255.0 - (255.0 - f32::from(byte)) * 0.1;
    let text = || picture(b"a text file".to_vec());
    Album {
        portrait: picture(jp2(&hopper())),
        front: picture(jpeg(&card_front(&hopper()))),
        other_front: picture(png(&card_front(&collins()))),
        frames: (0..12).map(frame).collect(),
        others: (0..3).map(|number| picture(jpeg(&moment(&collins(), number)))).collect(),
        unfit_frames: vec![
            (text(), UnfitReason::NotAPicture),
            (picture(Vec::new()), UnfitReason::NotAPicture),
            (cut(&jpeg(&hopper())), UnfitReason::NotAPicture),
            (picture(png(&hopper())), UnfitReason::NotAPicture),
            (picture(jp2(&hopper())), UnfitReason::NotAPicture),
            (picture(huge_jpeg()), UnfitReason::TooLarge),
            (picture(vec![0xFF; FRAME_MAX_BYTES + 1]), UnfitReason::TooLarge),
            (picture(jpeg(&no_face())), UnfitReason::NoFace),
            (picture(jpeg(&two_faces())), UnfitReason::SeveralFaces),
            (picture(jpeg(&tiny(&hopper()))), UnfitReason::TooSmall),
            (picture(jpeg(&changed(&hopper(), dark))), UnfitReason::TooDark),
            (picture(jpeg(&changed(&hopper(), bright))), UnfitReason::TooBright),
        ],
        unfit_fronts: vec![
            (text(), UnfitReason::NotAPicture),
            (cut(&jpeg(&card_front(&hopper()))), UnfitReason::NotAPicture),
            (cut(&png(&card_front(&hopper()))), UnfitReason::NotAPicture),
            (picture(huge_jpeg()), UnfitReason::TooLarge),
            (picture(huge_png()), UnfitReason::TooLarge),
            (picture(vec![0xFF; FRONT_MAX_BYTES + 1]), UnfitReason::TooLarge),
            (picture(jpeg(&no_face())), UnfitReason::NoFace),
            (picture(jpeg(&two_faces())), UnfitReason::SeveralFaces),
        ],
        unfit_portraits: vec![
            (text(), UnfitReason::NotAPicture),
            (picture(jpeg(&imageops::thumbnail(&hopper(), 240, 300))), UnfitReason::NotAPicture),
            (cut(&jp2(&hopper())), UnfitReason::NotAPicture),
            (picture(huge_jp2()), UnfitReason::TooLarge),
            (picture(vec![0; PORTRAIT_MAX_BYTES + 1]), UnfitReason::TooLarge),
            (picture(jp2(&no_face())), UnfitReason::NoFace),
        ],
    }
}

#[tokio::test]
async fn the_engine_keeps_the_contract() {
    let engine = Pool::start(settings()).await.expect("it starts");
    contract::check(&engine, &album()).await;
    assert_eq!(engine.started(), 1, "no picture ended the worker");
}

fn sitting(frames: Vec<Picture>) -> Sitting {
    Sitting { portrait: picture(jp2(&hopper())), poses: vec![Pose::Front], frames }
}

#[tokio::test]
async fn frames_are_turned_upright_and_one_picture_encoded_twice_counts_once() {
    let engine = Pool::start(settings()).await.expect("it starts");

    // As a camera writes it: pixels lie on their side, and EXIF says so.
    let lying = imageops::rotate270(&moment(&hopper(), 1));
    let turned = picture(with_orientation(&jpeg(&lying), 6));
    let inspection = engine.inspect(sitting(vec![frame(0), turned, frame(2)])).await;
    let Ok(Inspection::Fit(faces)) = inspection else { panic!("upright, it is fit: {inspection:?}") };
    assert_eq!(faces.compare().await, Ok(Finding::Match));

    let untold = picture(jpeg(&lying));
    let inspection = engine.inspect(sitting(vec![frame(0), untold, frame(2)])).await;
    let expected = Unfit { which: Which::Frame(1), reason: UnfitReason::NoFace };
    assert!(
        matches!(inspection, Ok(Inspection::Unfit(unfit)) if unfit == expected),
        "a face on its side is none: {inspection:?}"
    );

    let again = with_orientation(&jpeg(&moment(&hopper(), 0)), 1);
    let inspection = engine.inspect(sitting(vec![frame(0), frame(1), picture(again)])).await;
    let expected = Unfit { which: Which::Frame(2), reason: UnfitReason::Repeated };
    assert!(
        matches!(inspection, Ok(Inspection::Unfit(unfit)) if unfit == expected),
        "the same pixels in another file: {inspection:?}"
    );
}

#[tokio::test]
async fn the_largest_pictures_that_are_taken_are_judged_within_256_mebibytes() {
    let engine = Pool::start(settings()).await.expect("it starts");
    let large = |number| {
        let large = imageops::resize(&moment(&hopper(), number), 3400, 3984, FilterType::Nearest);
        picture(jpeg_of_quality(&large, 30))
    };
    let inspection = engine.inspect(sitting((0..3).map(large).collect())).await;
    let Ok(Inspection::Fit(faces)) = inspection else { panic!("it is fit: {inspection:?}") };
    assert_eq!(faces.compare().await, Ok(Finding::Match));

    let portrait = picture(jp2_of_size(&no_face(), 2048, 2048));
    let found = engine.check_front(portrait, picture(jpeg(&no_face()))).await;
    let unfit = Unfit { which: Which::Portrait, reason: UnfitReason::NoFace };
    assert_eq!(found, Ok(FrontFinding::Unfit(unfit)));

    let status = std::fs::read_to_string(format!("/proc/{}/status", engine.worker_ids()[0]));
    let status = status.expect("the worker runs");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"));
    let peak: u64 = peak.expect("the kernel tells it").trim().parse().expect("a number");
    assert!(peak < 256 * 1024, "{peak} KiB");
    assert_eq!(engine.started(), 1);
}
