//! The table of bad input in tests/README.md is true: every test that it names exists.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The rows: bad input, and the tests that it names as file and function.
fn rows() -> Vec<(String, Vec<(String, String)>)> {
    let page = fs::read_to_string(root().join("tests/README.md")).unwrap();
    let table = page.lines().skip_while(|line| !line.starts_with("| bad input |")).skip(2);
    let row = |line: &str| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let (input, tests) = (cells.next().unwrap(), cells.next().unwrap());
        let test = |cell: &str| {
            let (file, name) = cell.trim().trim_matches('`').split_once("::").expect("file::test");
            (file.to_owned(), name.to_owned())
        };
        (input.to_owned(), tests.split(',').map(test).collect())
    };
    table.take_while(|line| line.starts_with('|')).map(row).collect()
}

/// The folder that the page's short names are short for.
fn path(file: &str) -> PathBuf {
    let folder = match file.split('/').next() {
        Some("crates") => "",
        Some("http") => "crates/server/tests",
        Some("kiosk") => "crates/kiosk/tests",
        Some("phone") => "mobile-bridge/tests",
        _ => "tests/tests",
    };
    root().join(folder).join(file)
}

/// Whether a function of this name stands in the file with a test attribute above it.
fn is_test(file: &Path, name: &str) -> bool {
    let text = fs::read_to_string(file).unwrap_or_default();
    let Some((before, _)) = text.split_once(&format!("fn {name}(")) else { return false };
    let mut above = before.trim_end().lines().rev().take_while(|line| !line.trim().is_empty());
    above.any(|line| line.contains("#[test]") || line.contains("#[tokio::test"))
}

#[test]
fn every_test_that_the_table_names_exists() {
    let rows = rows();
    assert!(rows.len() > 30, "only {} rows were read", rows.len());
    let mut missing = Vec::new();
    for (input, tests) in rows {
        assert!(!tests.is_empty(), "{input} is not tried");
        let absent = tests.iter().filter(|(file, name)| !is_test(&path(file), name));
        missing.extend(absent.map(|(file, name)| format!("{input}: {file}::{name}")));
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
