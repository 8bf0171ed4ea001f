//! Pictures made to deceive or to overwhelm a decoder, beyond those of the engine's contract: each has its own clear
//! answer, and the worker lives.

mod support;

use face::{FaceEngine, FrontFinding, Inspection, Picture, Pool, Pose, Sitting, Unfit, UnfitReason, Which};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, Rgb, RgbImage};

use support::{
    card_front, hopper, huge_jp2, huge_jpeg, huge_png, jp2, jp2_of_components, jp2_of_size, jpeg, moment,
    picture, png, settings,
};

const FIT: Option<UnfitReason> = None;

/// The worst that fits in a front's 4 MiB: decoded, it has the most pixels that are taken.
fn deflated(color: ExtendedColorType, profile: Option<Vec<u8>>, side: u32) -> Vec<u8> {
    let bytes_per_pixel = usize::from(color.bits_per_pixel() / 8);
    let pixels = vec![0; side as usize * side as usize * bytes_per_pixel];
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile).expect("PNG takes one");
    }
    encoder.write_image(&pixels, side, side, color).expect("it can be encoded");
    bytes
}

/// With further bytes behind the end, as a file that is two things at once has them.
fn with_tail(file: &[u8], tail: &[u8]) -> Vec<u8> {
    [file, tail].concat()
}

/// A JPEG with that in a segment of its own, before its tables.
fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("it fits in a segment").to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, content, &jpeg[2..]].concat()
}

/// A JPEG whose only scan comes again and again.
fn many_scans(jpeg: &[u8]) -> Vec<u8> {
    let scan = jpeg.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).expect("there is one");
    let (head, end) = (&jpeg[..scan], jpeg.len() - 2);
    [head, &jpeg[scan..end].repeat(25), &jpeg[end..]].concat()
}

/// An archive without entries, behind a local file header that begins one.
const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\0\0evil.exePK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
const HTML: &[u8] = b"<html><script>alert(document.cookie)</script></html>";

/// Inks of a print, as Adobe writes them in a JPEG: inverted, in four components. Each is a scan of its own, taken from
/// a grey JPEG of the one ink.
fn cmyk(image: &RgbImage) -> Vec<u8> {
    let ink = |of: fn(&Rgb<u8>) -> u8| -> Vec<u8> {
        let grey: Vec<u8> = image.pixels().map(of).collect();
        let mut bytes = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
        let (width, height) = image.dimensions();
        encoder.write_image(&grey, width, height, ExtendedColorType::L8).expect("it can be encoded");
        bytes
    };
    let inks = [ink(|p| p[0]), ink(|p| p[1]), ink(|p| p[2]), ink(|_| 255)];
    let find = |bytes: &[u8], marker: u8| {
        bytes.windows(2).position(|pair| pair == [0xFF, marker]).expect("a baseline JPEG has it")
    };
    let first = &inks[0];
    let frame = find(first, 0xC0);
    let (height, width) = (&first[frame + 5..frame + 7], &first[frame + 7..frame + 9]);
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xEE, 0, 14];
    bytes.extend(b"Adobe\0\x64\0\0\0\0\0");
    // Tables stand before the scan, with the frame header among them, which is left out.
    let scan = find(first, 0xDA);
    let frame_end = frame + 2 + usize::from(u16::from_be_bytes([first[frame + 2], first[frame + 3]]));
    let application = find(first, 0xE0);
    let application_end =
        application + 2 + usize::from(u16::from_be_bytes([first[application + 2], first[application + 3]]));
    bytes.extend(&first[application_end..frame]);
    bytes.extend([0xFF, 0xC0, 0, 20, 8]);
    bytes.extend(height);
    bytes.extend(width);
    bytes.push(4);
    for component in 1..=4 {
        bytes.extend([component, 0x11, 0]);
    }
    bytes.extend(&first[frame_end..scan]);
    for (component, one) in (1..=4).zip(&inks) {
        let scan = find(one, 0xDA);
        let coded = scan + 2 + usize::from(u16::from_be_bytes([one[scan + 2], one[scan + 3]]));
        bytes.extend([0xFF, 0xDA, 0, 8, 1, component, 0, 0, 63, 0]);
        bytes.extend(&one[coded..one.len() - 2]);
    }
    bytes.extend([0xFF, 0xD9]);
    bytes
}

/// A chunk of a PNG, with its checksum.
fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let summed = [kind.as_slice(), content].concat();
    let length = u32::try_from(content.len()).expect("a few bytes").to_be_bytes();
    [&length[..], &summed, &support::crc(&summed).to_be_bytes()].concat()
}

/// The PNG as the first of two pictures of an animation; the second is the same.
fn animated(png: &[u8]) -> Vec<u8> {
    // Signature, then the header's chunk with 13 bytes.
    let (head, rest) = png.split_at(8 + 25);
    let (width, height) = (&head[16..20], &head[20..24]);
    let control = |sequence: u32| {
        let place = [&sequence.to_be_bytes()[..], width, height, &[0; 8], &[0, 1, 0, 10, 0, 0]].concat();
        chunk(b"fcTL", &place)
    };
    let data = rest.windows(4).position(|kind| kind == b"IDAT").expect("there are data") - 4;
    let length = u32::from_be_bytes(rest[data..data + 4].try_into().expect("four")) as usize;
    let again = [&2_u32.to_be_bytes()[..], &rest[data + 8..data + 8 + length]].concat();
    let end = rest.len() - 12;
    let animation = chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    [head, &animation, &control(0), &rest[..end], &control(1), &chunk(b"fdAT", &again), &rest[end..]].concat()
}

/// Pictures of one pixel, one after the other for ever.
fn gif(pictures: usize) -> Vec<u8> {
    let one = b"\x21\xF9\x04\0\x0A\0\0\0\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
    let head = b"GIF89a\x01\0\x01\0\x80\0\0\xFF\xFF\xFF\0\0\0\x21\xFF\x0BNETSCAPE2.0\x03\x01\0\0\0";
    [&head[..], &one.repeat(pictures), b"\x3B"].concat()
}

/// The header of a WebP, with these flags: 2 is an animation (RFC 9649, 2.7.1).
fn webp(flags: u8) -> Vec<u8> {
    [&b"RIFF\x20\0\0\0WEBPVP8X\x0A\0\0\0"[..], &[flags], &[0; 9]].concat()
}

/// A face in so few bytes that no limit is touched, whatever it is taken for.
fn small() -> RgbImage {
    imageops::thumbnail(&hopper(), 200, 234)
}

/// What the worker says of each place a picture can stand in.
struct Before {
    engine: Pool,
    worker: u32,
}

impl Before {
    async fn a_worker() -> Self {
        let engine = Pool::start(settings()).await.expect("it starts");
        let worker = engine.worker_ids()[0];
        Self { engine, worker }
    }

    fn still_the_same(&self) {
        assert_eq!((self.engine.worker_ids(), self.engine.started()), (vec![self.worker], 1));
    }

    async fn sitting(&self, portrait: Picture, second: Vec<u8>) -> Option<Unfit> {
        let frames =
            vec![picture(jpeg(&moment(&hopper(), 0))), picture(second), picture(jpeg(&moment(&hopper(), 2)))];
        match self.engine.inspect(Sitting { portrait, poses: vec![Pose::Front], frames }).await {
            Ok(Inspection::Fit(_)) => None,
            Ok(Inspection::Unfit(unfit)) => Some(unfit),
            Err(error) => panic!("{error}"),
        }
    }

    async fn a_frame_is(&self, name: &str, file: Vec<u8>, expected: Option<UnfitReason>) {
        let found = self.sitting(picture(jp2(&hopper())), file).await;
        assert_eq!(
            found,
            expected.map(|reason| Unfit { which: Which::Frame(1), reason }),
            "{name} as a frame"
        );
        self.still_the_same();
    }

    async fn a_portrait_is(&self, name: &str, file: Vec<u8>, expected: Option<UnfitReason>) {
        let found = self.sitting(picture(file), jpeg(&moment(&hopper(), 1))).await;
        let expected = expected.map(|reason| Unfit { which: Which::Portrait, reason });
        assert_eq!(found, expected, "{name} as a portrait");
        self.still_the_same();
    }

    async fn a_front_is(&self, name: &str, file: Vec<u8>, expected: Option<UnfitReason>) {
        let found = self.engine.check_front(picture(jp2(&hopper())), picture(file)).await;
        let expected = match expected {
            None => FrontFinding::Resembles,
            Some(reason) => FrontFinding::Unfit(Unfit { which: Which::Front, reason }),
        };
        assert_eq!(found, Ok(expected), "{name} as a front");
        self.still_the_same();
    }

    fn peak_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.worker)).expect("it runs");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"));
        peak.expect("the kernel tells it").trim().parse().expect("a number")
    }
}

#[tokio::test]
async fn a_file_that_is_two_things_at_once_is_the_picture_that_it_begins_with() {
    use UnfitReason::{NotAPicture, OtherType};
    let worker = Before::a_worker().await;
    let (frame, portrait) = (jpeg(&moment(&hopper(), 1)), jp2(&hopper()));
    let front = jpeg(&card_front(&hopper()));
    for (name, tail) in [("a JPEG that is an archive", ZIP), ("a JPEG that is a page", HTML)] {
        worker.a_frame_is(name, with_tail(&frame, tail), FIT).await;
        worker.a_front_is(name, with_tail(&front, tail), FIT).await;
        worker.a_frame_is("what begins otherwise", with_tail(tail, &frame), Some(NotAPicture)).await;
    }
    // Another JPEG behind the end is not seen.
    worker.a_frame_is("two JPEGs", with_tail(&frame, &huge_jpeg()), FIT).await;
    let inside = with_segment(&frame, 0xE9, &portrait);
    worker.a_frame_is("a JPEG with JPEG 2000 in a segment", inside, FIT).await;
    let inside = with_segment(&jpeg(&small()), 0xE9, &portrait);
    worker.a_portrait_is("a JPEG with JPEG 2000 in a segment", inside, Some(OtherType)).await;
    worker.a_portrait_is("JPEG 2000 behind a page", with_tail(HTML, &portrait), Some(NotAPicture)).await;
}

#[tokio::test]
async fn a_few_bytes_that_unfold_to_more_memory_than_there_is_are_too_large() {
    use UnfitReason::{Empty, NoFace, TooDark, TooLarge};
    let worker = Before::a_worker().await;
    // 48 MiB of pixels are the most that is taken; 128 MiB are not.
    worker
        .a_front_is("a large black PNG", deflated(ExtendedColorType::Rgb8, None, 4096), Some(TooDark))
        .await;
    worker.a_front_is("a PNG bomb", deflated(ExtendedColorType::Rgba16, None, 4096), Some(TooLarge)).await;
    // 128 MiB of a colour profile, folded into 128 KiB.
    let profile = deflated(ExtendedColorType::Rgb8, Some(vec![0; 128 * 1024 * 1024]), 64);
    let found = worker.engine.check_front(picture(jp2(&hopper())), picture(profile)).await;
    assert!(matches!(found, Ok(FrontFinding::Unfit(_))), "a profile's bomb: {found:?}");
    worker.still_the_same();

    // A frame is smaller than a photograph, and no camera goes over a picture so often.
    let wide = RgbImage::from_pixel(2049, 64, Rgb([90; 3]));
    worker.a_frame_is("a frame of 2,049 pixels", jpeg(&wide), Some(TooLarge)).await;
    worker.a_frame_is("a JPEG of many scans", many_scans(&jpeg(&moment(&hopper(), 1))), Some(TooLarge)).await;
    worker
        .a_front_is("a JPEG of many scans", many_scans(&jpeg(&card_front(&hopper()))), Some(TooLarge))
        .await;
    // Four million pixels of one colour, folded into some hundred bytes.
    let folded = jp2_of_size(&RgbImage::from_pixel(64, 64, Rgb([128; 3])), 2048, 2048);
    assert!(folded.len() < 8 * 1024, "{} bytes", folded.len());
    worker.a_portrait_is("a JPEG 2000 bomb", folded, Some(NoFace)).await;
    worker.a_frame_is("20,000 x 20,000 in JPEG", huge_jpeg(), Some(TooLarge)).await;
    worker.a_front_is("20,000 x 20,000 in JPEG", huge_jpeg(), Some(TooLarge)).await;
    worker.a_front_is("20,000 x 20,000 in PNG", huge_png(), Some(TooLarge)).await;
    worker.a_portrait_is("20,000 x 20,000 in JPEG 2000", huge_jp2(), Some(TooLarge)).await;
    worker.a_frame_is("nothing", Vec::new(), Some(Empty)).await;
    worker.a_front_is("nothing", Vec::new(), Some(Empty)).await;
    worker.a_portrait_is("nothing", Vec::new(), Some(Empty)).await;
    assert!(worker.peak_kib() < 256 * 1024, "{} KiB", worker.peak_kib());
    worker.a_front_is("a card after all that", jpeg(&card_front(&hopper())), FIT).await;
}

#[tokio::test]
async fn colours_of_print_animations_and_wrong_names_are_told_by_what_a_file_holds() {
    use UnfitReason::{Animated, OtherType};
    let worker = Before::a_worker().await;
    let person = moment(&hopper(), 1);
    let front = card_front(&hopper());
    worker.a_frame_is("a JPEG in CMYK", cmyk(&person), FIT).await;
    worker.a_front_is("a JPEG in CMYK", cmyk(&front), FIT).await;

    worker.a_portrait_is("JPEG 2000 in grey", jp2_of_components(&hopper(), 1), FIT).await;
    worker.a_portrait_is("JPEG 2000 in colour", jp2_of_components(&hopper(), 3), FIT).await;
    let print = jp2_of_components(&hopper(), 4);
    worker.a_portrait_is("JPEG 2000 of four components", print, Some(OtherType)).await;

    // Which of several pictures is meant, nobody can tell.
    worker.a_frame_is("an animated PNG", animated(&png(&small())), Some(Animated)).await;
    worker.a_front_is("an animated PNG", animated(&png(&front)), Some(Animated)).await;
    for (name, file) in [("a GIF of two", gif(2)), ("a WebP of several", webp(2))] {
        worker.a_frame_is(name, file.clone(), Some(Animated)).await;
        worker.a_front_is(name, file.clone(), Some(Animated)).await;
        worker.a_portrait_is(name, file, Some(Animated)).await;
    }

    // The types that are taken elsewhere, and those that are taken nowhere.
    worker.a_frame_is("a PNG", png(&person), Some(OtherType)).await;
    worker.a_frame_is("JPEG 2000", jp2(&hopper()), Some(OtherType)).await;
    worker.a_front_is("JPEG 2000", jp2(&hopper()), Some(OtherType)).await;
    worker.a_portrait_is("a JPEG", jpeg(&small()), Some(OtherType)).await;
    worker.a_portrait_is("a PNG", png(&small())[..60_000].to_vec(), Some(OtherType)).await;
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec();
    let tiff = b"II*\0\x08\0\0\0\0\0\0\0\0\0".to_vec();
    let bmp = [&b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0"[..], &[0; 46]].concat();
    for (name, file) in
        [("a GIF of one", gif(1)), ("a WebP of one", webp(0)), ("HEIC", heic), ("TIFF", tiff), ("BMP", bmp)]
    {
        worker.a_frame_is(name, file.clone(), Some(OtherType)).await;
        worker.a_front_is(name, file.clone(), Some(OtherType)).await;
        worker.a_portrait_is(name, file, Some(OtherType)).await;
    }

    // A grey camera is a camera.
    let grey = DynamicImage::ImageRgb8(person).into_luma8();
    worker.a_frame_is("a grey JPEG", jpeg(&DynamicImage::ImageLuma8(grey).into_rgb8()), FIT).await;
}

#[tokio::test]
async fn a_file_that_was_cut_short_or_is_none_is_told_from_one_of_another_type() {
    use UnfitReason::{Damaged, NotAPicture};
    let worker = Before::a_worker().await;
    let (frame, portrait) = (jpeg(&moment(&hopper(), 1)), jp2(&hopper()));
    let (front, front_png) = (jpeg(&card_front(&hopper())), png(&card_front(&hopper())));
    for part in [2, 4] {
        let cut = |file: &[u8]| file[..file.len() - file.len() / part].to_vec();
        worker.a_frame_is("a JPEG that was cut", cut(&frame), Some(Damaged)).await;
        worker.a_front_is("a JPEG that was cut", cut(&front), Some(Damaged)).await;
        worker.a_front_is("a PNG that was cut", cut(&front_png), Some(Damaged)).await;
        worker.a_portrait_is("JPEG 2000 that was cut", cut(&portrait), Some(Damaged)).await;
    }
    worker.a_frame_is("the beginning of a JPEG", frame[..20].to_vec(), Some(Damaged)).await;
    worker.a_front_is("the beginning of a PNG", front_png[..20].to_vec(), Some(Damaged)).await;
    worker.a_portrait_is("the beginning of JPEG 2000", portrait[..20].to_vec(), Some(Damaged)).await;
    for (name, file) in [("a page", HTML), ("an archive", ZIP), ("zeros", &[0; 500]), ("one byte", &[0xFF])] {
        worker.a_frame_is(name, file.to_vec(), Some(NotAPicture)).await;
        worker.a_front_is(name, file.to_vec(), Some(NotAPicture)).await;
        worker.a_portrait_is(name, file.to_vec(), Some(NotAPicture)).await;
    }
}
