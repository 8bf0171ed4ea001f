//! What the shim refuses comes back as an error, never as an exception.

use face_dlib_sys::{Engine, Image, MAX_SIDE};

#[test]
fn bytes_that_are_no_model_are_an_error() {
    for bytes in [&[][..], b"a text"] {
        assert!(Engine::load(bytes, bytes).is_err(), "{} bytes", bytes.len());
    }
}

#[test]
fn a_picture_has_as_many_bytes_as_its_sides_say() {
    assert!(Image::new(&[0; 12], 2, 2).is_some());
    for (bytes, width, height) in [(11, 2, 2), (13, 2, 2), (0, 0, 0), (0, 0, 4), (0, MAX_SIDE + 1, 0)] {
        assert!(Image::new(&vec![0; bytes], width, height).is_none(), "{width}x{height} in {bytes} bytes");
    }
    let row = vec![0; MAX_SIDE as usize * 3 + 3];
    assert!(Image::new(&row, MAX_SIDE + 1, 1).is_none());
    assert!(Image::new(&row[3..], MAX_SIDE, 1).is_some());
}
