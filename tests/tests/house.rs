//! The house is as ARCHITECTURE.md draws it: which crate may lean on which, and that every file says what it is for.
#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The rows of the map: crate name and what it may lean on.
fn drawn() -> BTreeMap<String, BTreeSet<String>> {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut rows = BTreeMap::new();
    for line in page.lines().skip_while(|line| !line.starts_with("| crate |")).skip(2) {
        let Some(cells) = line.strip_prefix('|') else { break };
        let cells: Vec<&str> = cells.split('|').map(str::trim).collect();
        let name = cells[0].trim_matches('`').to_owned();
        let leans = cells[2].split(',').map(|word| word.trim().trim_matches('`').to_owned());
        rows.insert(name, leans.filter(|word| word != "–").collect());
    }
    rows
}

/// The same as cargo sees it: path dependencies of shipped code.
fn built() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut crates = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let leans = package["dependencies"].as_array().unwrap().iter();
        let ours = leans.filter(|dep| dep["path"].is_string() && dep["kind"].is_null());
        let names = ours.map(|dep| dep["name"].as_str().unwrap().to_owned()).collect();
        crates.insert(package["name"].as_str().unwrap().to_owned(), names);
    }
    crates
}

#[test]
fn the_map_is_what_cargo_builds() {
    let (drawn, built) = (drawn(), built());
    let names: BTreeSet<_> = drawn.keys().chain(built.keys()).collect();
    let mut wrong = Vec::new();
    for name in names {
        let all = drawn.get(name).is_some_and(|leans| leans.contains("all"));
        if !all && drawn.get(name) != built.get(name) {
            wrong.push(format!("{name}: drawn {:?}, built {:?}", drawn.get(name), built.get(name)));
        }
    }
    assert!(wrong.is_empty(), "ARCHITECTURE.md and Cargo.toml differ:\n{}", wrong.join("\n"));
}

#[test]
fn server_kiosk_and_phone_never_import_each_other() {
    let sides = ["server", "kiosk", "mobile-bridge"];
    let built = built();
    for side in sides {
        for other in sides {
            assert!(!built[side].contains(other), "{side} leans on {other}");
        }
    }
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target" && name != "compile-fail") {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_module_opens_with_what_it_is_for() {
    let mut files = Vec::new();
    for folder in ["crates", "mobile-bridge", "tests"] {
        rust_files(&root().join(folder), &mut files);
    }
    assert!(files.len() > 50, "the walk found only {} files", files.len());
    let silent = |path: &&PathBuf| !std::fs::read_to_string(path).unwrap().starts_with("//!");
    let silent: Vec<_> = files.iter().filter(silent).collect();
    assert!(silent.is_empty(), "no //! at the top of {silent:#?}");
}
