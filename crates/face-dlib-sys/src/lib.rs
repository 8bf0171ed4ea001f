//! dlib's face detector, landmarks and descriptor behind a thin C++ shim.
