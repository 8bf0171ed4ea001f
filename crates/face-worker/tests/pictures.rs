//! The engine, in its process and behind its pool, before pictures of every kind.

mod support;

use face::contract::{self, Album, Stream};
use face::limits::{FRAME_MAX_BYTES, FRAMES_MOST, FRONT_MAX_BYTES, PORTRAIT_MAX_BYTES};
use face::{
    FaceEngine, Finding, FrontFinding, Inspection, Picture, Pool, Pose, Sitting, Unfit, UnfitReason, Which,
};
use image::RgbImage;
use image::imageops::{self, FilterType};
use virtual_card::picture::{self as render, Person};

use support::{
    card_front, changed, collins, collins_in_person, hopper, hopper_in_person, huge_jp2, huge_jpeg, huge_png,
    jp2, jp2_of_size, jpeg, jpeg_of_quality, moment, no_face, picture, png, settings, tiny, two_faces,
    with_orientation,
};

fn frame(number: u32) -> Picture {
    picture(jpeg(&moment(&hopper(), number)))
}

fn cut(bytes: &[u8]) -> Picture {
    picture(bytes[..bytes.len() / 2].to_vec())
}

/// What a person shows, or what a camera makes of it.
fn shown(person: &Person, poses: &[Pose], change: impl Fn(&mut render::Stream<'_>)) -> Stream {
    let rendered = support::rendered(poses);
    let mut stream = render::Stream { between: 0, ..render::Stream::new(person, &rendered) };
    change(&mut stream);
    let frames = support::frames(&stream, 5).into_iter().map(picture).collect();
    Stream { poses: poses.to_vec(), frames }
}

fn album() -> Album {
    use Pose::{Front, Left, Right};
    let dark = |byte: u8| f32::from(byte) * 0.1;
    let bright = |byte: u8| 255.0 - (255.0 - f32::from(byte)) * 0.1;
    let text = || picture(b"a text file".to_vec());
    let (hopper_there, collins_there) = (hopper_in_person(), collins_in_person());
    let honest = |poses: &[Pose]| shown(&hopper_there, poses, |_| {});
    let first = [Front, Left, Front, Right];
    Album {
        portrait: picture(jp2(&hopper())),
        front: picture(jpeg(&card_front(&hopper()))),
        other_front: picture(png(&card_front(&collins()))),
        streams: vec![
            honest(&first),
            honest(&[Front, Left, Right, Left]),
            honest(&[Front, Right, Front, Left]),
            honest(&[Front, Right, Left, Front]),
        ],
        mirrored: shown(&hopper_there, &first, |stream| stream.mirrored = true),
        other: shown(&collins_there, &first, |_| {}),
        still: shown(&hopper_there, &[Front], |stream| (stream.still, stream.hold) = (true, 13)).frames,
        turned: shown(&hopper_there, &[Left], |stream| stream.hold = 1).frames.remove(0),
        unfit_frames: vec![
            (text(), UnfitReason::NotAPicture),
            (picture(Vec::new()), UnfitReason::Empty),
            (cut(&jpeg(&hopper())), UnfitReason::Damaged),
            (picture(png(&hopper())), UnfitReason::OtherType),
            (picture(jp2(&hopper())), UnfitReason::OtherType),
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
            (picture(Vec::new()), UnfitReason::Empty),
            (cut(&jpeg(&card_front(&hopper()))), UnfitReason::Damaged),
            (cut(&png(&card_front(&hopper()))), UnfitReason::Damaged),
            (picture(huge_jpeg()), UnfitReason::TooLarge),
            (picture(huge_png()), UnfitReason::TooLarge),
            (picture(vec![0xFF; FRONT_MAX_BYTES + 1]), UnfitReason::TooLarge),
            (picture(jpeg(&no_face())), UnfitReason::NoFace),
            (picture(jpeg(&two_faces())), UnfitReason::SeveralFaces),
        ],
        unfit_portraits: vec![
            (text(), UnfitReason::NotAPicture),
            (picture(Vec::new()), UnfitReason::Empty),
            (picture(jpeg(&imageops::thumbnail(&hopper(), 240, 300))), UnfitReason::OtherType),
            (cut(&jp2(&hopper())), UnfitReason::Damaged),
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

/// As a camera writes them that is held on its side, or upside down: EXIF says how to turn the pixels.
#[tokio::test]
async fn a_turned_head_is_judged_upright_whichever_way_the_camera_was_held() {
    let engine = Pool::start(settings()).await.expect("it starts");
    let poses = [Pose::Front, Pose::Left, Pose::Right];
    let (person, rendered) = (hopper_in_person(), support::rendered(&poses));
    let stream = render::Stream { between: 0, ..render::Stream::new(&person, &rendered) };
    let frames: Vec<RgbImage> = support::frames(&stream, 3)
        .iter()
        .map(|frame| image::load_from_memory(frame).expect("a JPEG").into_rgb8())
        .collect();
    type Turn = fn(&RgbImage) -> RgbImage;
    let ways: [(u8, Turn); 4] = [
        (2, |upright| imageops::flip_horizontal(upright)),
        (3, |upright| imageops::rotate180(upright)),
        (6, |upright| imageops::rotate270(upright)),
        (8, |upright| imageops::rotate90(upright)),
    ];
    for (orientation, lay) in ways {
        let told = |frame: &RgbImage| with_orientation(&jpeg(&lay(frame)), orientation);
        let lying = support::sitting(jp2(&hopper()), &poses, frames.iter().map(told).collect());
        let inspection = engine.inspect(lying).await;
        let Ok(Inspection::Fit(faces)) = inspection else { panic!("{orientation}: {inspection:?}") };
        assert_eq!(faces.compare().await, Ok(Finding::Match), "orientation {orientation}");
    }
}

#[tokio::test]
async fn as_many_frames_as_are_taken_are_judged_within_256_mebibytes() {
    let engine = Pool::start(settings()).await.expect("it starts");
    let poses = [Pose::Front, Pose::Left, Pose::Front, Pose::Right, Pose::Left, Pose::Right];
    let person = hopper_in_person();
    let rendered = support::rendered(&poses);
    let stream = render::Stream { hold: 4, between: 1, ..render::Stream::new(&person, &rendered) };
    let mut frames = support::frames(&stream, 9);
    let longer = render::Stream { hold: 3, ..render::Stream::new(&person, &rendered[5..]) };
    frames.extend(support::frames(&longer, 10));
    assert_eq!(frames.len(), FRAMES_MOST);
    let inspection = engine.inspect(support::sitting(jp2(&hopper()), &poses, frames)).await;
    let Ok(Inspection::Fit(faces)) = inspection else { panic!("it is fit: {inspection:?}") };
    assert_eq!(faces.compare().await, Ok(Finding::Match));
    let peak = peak_kib(&engine);
    assert!(peak < 256 * 1024, "{peak} KiB");
}

#[tokio::test]
async fn the_largest_pictures_that_are_taken_are_judged_within_256_mebibytes() {
    let engine = Pool::start(settings()).await.expect("it starts");
    let large = |number| {
        let large = imageops::resize(&moment(&hopper(), number), 1747, 2048, FilterType::Nearest);
        picture(jpeg_of_quality(&large, 30))
    };
    let inspection = engine.inspect(sitting((0..3).map(large).collect())).await;
    let Ok(Inspection::Fit(faces)) = inspection else { panic!("it is fit: {inspection:?}") };
    assert_eq!(faces.compare().await, Ok(Finding::Match));

    let front = imageops::resize(&card_front(&hopper()), 4096, 3072, FilterType::Nearest);
    let found = engine.check_front(picture(jp2(&hopper())), picture(jpeg_of_quality(&front, 30))).await;
    assert_eq!(found, Ok(FrontFinding::Resembles));

    let portrait = picture(jp2_of_size(&no_face(), 2048, 2048));
    let found = engine.check_front(portrait, picture(jpeg(&no_face()))).await;
    let unfit = Unfit { which: Which::Portrait, reason: UnfitReason::NoFace };
    assert_eq!(found, Ok(FrontFinding::Unfit(unfit)));

    let peak = peak_kib(&engine);
    assert!(peak < 256 * 1024, "{peak} KiB");
    assert_eq!(engine.started(), 1);
}

fn peak_kib(engine: &Pool) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", engine.worker_ids()[0]));
    let status = status.expect("the worker runs");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"));
    peak.expect("the kernel tells it").trim().parse().expect("a number")
}
