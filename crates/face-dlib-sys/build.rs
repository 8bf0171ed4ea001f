//! Compiles the shim, which takes half a minute to a minute (dlib is templates), and names what to link.
//!
//! Cargo runs this again for the shim's own files only. It also runs it once for each set of features that the
//! build tools among the dependencies happen to have (`-p` against `--workspace`, tests against programs, debug against
//! release), though the shim is the same: so the archive is kept beside the profiles, under a hash of all it is made of.

use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const SOURCES: [&str; 6] =
    ["build.rs", "src/bridge.rs", "cpp/shim.h", "cpp/shim.cc", "cpp/network.h", "cpp/wipe.cc"];
/// Says which dlib is installed.
const REVISION: &str = "/usr/include/dlib/revision.h";
const ARCHIVE: &str = "libface_shim.a";

fn main() -> Result<(), Box<dyn Error>> {
    for file in SOURCES.iter().chain(&[REVISION]) {
        println!("cargo:rerun-if-changed={file}");
    }
    let out = PathBuf::from(setting("OUT_DIR")?);
    // Optimised in every profile: unoptimised, one picture takes many seconds. At -O3 the shim takes five times as
    // long to compile and runs no faster.
    let mut shim = cxx_build::bridge("src/bridge.rs");
    shim.file("cpp/shim.cc").file("cpp/wipe.cc").std("c++17").opt_level(2).debug(false);

    let kept = kept(&out, shim.get_compiler().path())?;
    if kept.join(ARCHIVE).is_file() {
        fs::copy(kept.join(ARCHIVE), out.join(ARCHIVE))?;
        println!("cargo:rustc-link-search=native={}", out.display());
        println!("cargo:rustc-link-lib=static=face_shim");
        println!("cargo:rustc-link-lib=dylib=stdc++");
    } else {
        shim.compile("face_shim");
        fs::create_dir_all(&kept)?;
        let unfinished = kept.join(format!("unfinished-{}", std::process::id()));
        fs::copy(out.join(ARCHIVE), &unfinished)?;
        fs::rename(unfinished, kept.join(ARCHIVE))?;
    }

    // dlib itself goes into the binary, so that the machine it runs on needs OpenBLAS and the C++ library only.
    println!("cargo:rustc-link-lib=static:-bundle=dlib");
    for library in ["openblas", "png16", "jpeg", "z"] {
        println!("cargo:rustc-link-lib=dylib={library}");
    }
    println!("cargo:rustc-link-search=native=/usr/lib/{}-linux-gnu", setting("CARGO_CFG_TARGET_ARCH")?);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script its settings in no other way")]
fn setting(name: &str) -> Result<String, Box<dyn Error>> {
    env::var(name).map_err(|error| format!("{name}: {error}").into())
}

/// Where the archive made of these sources, by this compiler, with this dlib, is kept.
fn kept(out: &Path, compiler: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let version = Command::new(compiler).arg("--version").output()?;
    let mut hash = DefaultHasher::new();
    version.stdout.hash(&mut hash);
    setting("TARGET")?.hash(&mut hash);
    for flags in ["CXXFLAGS", "CXX"] {
        setting(flags).unwrap_or_default().hash(&mut hash);
    }
    for file in SOURCES.iter().chain(&[REVISION]) {
        fs::read(file)
            .map_err(|error| format!("{file}: {error} (`make setup` installs dlib)"))?
            .hash(&mut hash);
    }
    // What the bridge's generator made of it, whichever version it is.
    let generated = out.join("cxxbridge/sources/face-dlib-sys/src/bridge.rs.cc");
    fs::read(&generated).map_err(|error| format!("{}: {error}", generated.display()))?.hash(&mut hash);
    // target/PROFILE/build/PACKAGE/out
    let target = out.ancestors().nth(4).ok_or("OUT_DIR lies elsewhere")?;
    Ok(target.join("face-shim").join(format!("{:016x}", hash.finish())))
}
