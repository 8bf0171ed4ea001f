//! Searches every file under some folders.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::canaries::{Canary, Chance, Needle};
use crate::forms::{FORMS, Form};

/// A canary where it should not be.
#[derive(Clone, Debug)]
pub(crate) struct Find {
    pub(crate) canary: String,
    pub(crate) form: Form,
    pub(crate) file: PathBuf,
    pub(crate) chance: Chance,
    /// What stands around it.
    #[expect(dead_code, reason = "shown when a test fails")]
    context: String,
}

impl Find {
    /// The file's name without what differs from run to run.
    pub(crate) fn kind_of_file(&self) -> String {
        let name = self.file.file_name().expect("a file has a name").to_string_lossy();
        name.chars().filter(|letter| !letter.is_ascii_digit()).collect()
    }
}

/// Each canary, in each form, in the content or the name of each file.
pub(crate) fn search(folders: &[&Path], canaries: &[Canary]) -> Vec<Find> {
    let mut files = Vec::new();
    for folder in folders {
        files_under(folder, &mut files);
    }
    assert!(!files.is_empty(), "nothing to search in {folders:?}");
    let mut finds = Vec::new();
    for file in files {
        let mut bytes = file.to_string_lossy().into_owned().into_bytes();
        bytes.push(b'\n');
        bytes.extend(read(&file));
        // One character for each byte: the library searches text far faster than a loop of ours searches bytes.
        let text: String = bytes.into_iter().map(char::from).collect();
        for canary in canaries {
            for form in FORMS {
                let found = canary.needles(form).iter().find_map(|needle| place(&text, needle));
                if let Some(context) = found {
                    let (canary, chance) = (canary.text().to_owned(), canary.chance());
                    finds.push(Find { canary, form, file: file.clone(), chance, context });
                }
            }
        }
    }
    finds
}

/// What stands around the first find.
fn place(text: &str, needle: &Needle) -> Option<String> {
    let wanted: String = needle.bytes.iter().copied().map(char::from).collect();
    let (at, _) = text.match_indices(&wanted).find(|(at, found)| {
        let before = text[..*at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !needle.whole_word
            || ![before, after].into_iter().flatten().any(|letter| letter.is_ascii_alphanumeric())
    })?;
    let before: String = text[..at].chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
    Some(before + &text[at..].chars().take(100).collect::<String>())
}

/// A file may vanish while it is looked for: a program's own temporary one.
fn read(file: &Path) -> Vec<u8> {
    match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => panic!("{}: {error}", file.display()),
    }
}

fn files_under(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files_under(&entry.path(), files);
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
}
