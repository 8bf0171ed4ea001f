//! Compiles the shim, which takes a minute (dlib is templates), and names what to link. Reruns for the shim's own
//! files only: a change elsewhere in Rust never compiles C++.

fn main() {
    let shim = ["src/bridge.rs", "cpp/shim.h", "cpp/shim.cc", "cpp/network.h", "cpp/wipe.cc"];
    for file in shim.iter().chain(&["build.rs"]) {
        println!("cargo:rerun-if-changed={file}");
    }
    // Optimised in every profile: unoptimised, one picture takes many seconds. At -O3 the shim takes five times as
    // long to compile and runs no faster.
    cxx_build::bridge("src/bridge.rs")
        .file("cpp/shim.cc")
        .file("cpp/wipe.cc")
        .std("c++17")
        .opt_level(2)
        .debug(false)
        .flag_if_supported("-Wno-deprecated-declarations")
        .compile("face_shim");

    // dlib itself goes into the binary, so that the machine it runs on needs OpenBLAS and the C++ library only.
    println!("cargo:rustc-link-lib=static:-bundle=dlib");
    for library in ["openblas", "png16", "jpeg", "z"] {
        println!("cargo:rustc-link-lib=dylib={library}");
    }
    #[expect(clippy::disallowed_methods, reason = "cargo tells a build script its target in no other way")]
    let arch = std::env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    println!("cargo:rustc-link-search=native=/usr/lib/{arch}-linux-gnu");
}
