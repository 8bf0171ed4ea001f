//! The bridge. Every entry is a `Result`: no C++ exception crosses it.

#[cxx::bridge(namespace = "jpki_face")]
pub(crate) mod ffi {
    /// A rectangle in pixels; all four sides lie inside it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct Rect {
        left: i32,
        top: i32,
        right: i32,
        bottom: i32,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
    struct Point {
        x: i32,
        y: i32,
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Detection {
        rect: Rect,
        score: f64,
        sub_detector: u32,
    }

    unsafe extern "C++" {
        include!("face-dlib-sys/cpp/shim.h");

        type Engine;

        fn load(shape: &[u8], network: &[u8]) -> Result<UniquePtr<Engine>>;
        fn detect(
            self: Pin<&mut Engine>,
            rgb: &[u8],
            width: u32,
            height: u32,
            upsample: bool,
        ) -> Result<Vec<Detection>>;
        fn landmarks(
            self: &Engine,
            rgb: &[u8],
            width: u32,
            height: u32,
            face: Rect,
            points: &mut [Point],
        ) -> Result<()>;
        fn align(
            self: &Engine,
            rgb: &[u8],
            width: u32,
            height: u32,
            points: &[Point],
            aligned: &mut [u8],
        ) -> Result<()>;
        fn describe(self: Pin<&mut Engine>, aligned: &[u8], descriptor: &mut [f32]) -> Result<()>;
    }
}
