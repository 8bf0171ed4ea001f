//! The pairs file: which pictures are of one person, and which are not.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use csv::{ByteRecord, ErrorKind, ReaderBuilder, StringRecord, Trim};

use super::rates::Truth;

/// What a pairs file has to have, in any order.
const COLUMNS: [&str; 4] = ["file_a", "file_b", "same", "source"];
/// Largest pairs file.
const MAX_BYTES: u64 = 128 * 1024 * 1024;
/// Most pictures: each takes half a kilobyte once described.
const MAX_PICTURES: usize = 200_000;
/// Most pairs.
const MAX_PAIRS: usize = 2_000_000;

/// What is wrong with a pairs file. Lines are counted from 1.
#[derive(Debug, thiserror::Error)]
pub enum PairsError {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] io::Error),
    /// Nothing in it.
    #[error("it is empty: the header has to be {}", COLUMNS.join(","))]
    Empty,
    /// A header and nothing else.
    #[error("it names no pairs, there is only the header")]
    NoPairs,
    /// A column that means nothing here.
    #[error("the header: unknown column {name:?}: the columns are {all}", all = COLUMNS.join(","))]
    UnknownColumn {
        /// Its name.
        name: String,
    },
    /// A column that is named twice.
    #[error("the header: column {0:?} is named twice")]
    ColumnTwice(String),
    /// A column that has to be there.
    #[error("the header: no column {name:?}: the columns are {all}", all = COLUMNS.join(","))]
    MissingColumn {
        /// Its name.
        name: &'static str,
    },
    /// Too few or too many fields.
    #[error("line {line}: {found} fields instead of {expected}", expected = COLUMNS.len())]
    Fields {
        /// Where.
        line: u64,
        /// So many.
        found: usize,
    },
    /// Bytes that are no UTF-8.
    #[error("line {line}: not UTF-8")]
    NotText {
        /// Where.
        line: u64,
    },
    /// Neither the same person nor another.
    #[error("line {line}: `same` is {found:?}: it has to be 0, 1, true or false")]
    Same {
        /// Where.
        line: u64,
        /// What it says.
        found: String,
    },
    /// No name of a file under the folder of pictures.
    #[error("line {line}: {found:?} names no file under the folder of pictures")]
    Name {
        /// Where.
        line: u64,
        /// What it says.
        found: String,
    },
    /// Two lines that cannot both be true.
    #[error("line {line} says of the pictures of line {earlier} the contrary")]
    Contradiction {
        /// Where.
        line: u64,
        /// The other line.
        earlier: u64,
    },
    /// More than is compared.
    #[error("too large: at most {MAX_PAIRS} pairs of {MAX_PICTURES} pictures in {} MiB are compared", MAX_BYTES >> 20)]
    TooLarge,
}

/// A picture: a number that stands for its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct PictureId(pub(super) u32);

/// Two pictures to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) reference: PictureId,
    pub(super) probe: PictureId,
    pub(super) truth: Truth,
    /// Where the pair is from: an index into [`Pairs::sources`].
    pub(super) source: usize,
}

/// All that a pairs file says.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// Names under the folder of pictures, by [`PictureId`].
    pub(super) pictures: Vec<PathBuf>,
    pub(super) sources: Vec<String>,
    pub(super) pairs: Vec<Pair>,
    /// Lines that pair a picture with itself: they would make any engine look good.
    pub(super) with_themselves: usize,
    /// Lines that repeat an earlier one, in this or the other order: they tell nothing new.
    pub(super) repeated: usize,
}

impl Pairs {
    /// Reads a pairs file.
    pub(super) fn read(path: &Path) -> Result<Self, PairsError> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
        }
        let mut content = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut content)?;
        if content.len() as u64 > MAX_BYTES { Err(PairsError::TooLarge) } else { Self::parse(&content) }
    }

    /// Reads what a pairs file contains.
    fn parse(content: &[u8]) -> Result<Self, PairsError> {
        // Spreadsheets write a byte order mark.
        let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
        let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(content);
        let mut lines = Lines::of(content);
        let header = reader.byte_headers().map_err(PairsError::of)?.clone();
        let columns = Columns::of(&text(header, lines.of_record(0))?)?;
        let mut reading = Reading::default();
        for record in reader.byte_records() {
            let record = record.map_err(PairsError::of)?;
            let line = lines.of_record(record.position().map_or(0, csv::Position::byte));
            let record = text(record, line)?;
            if record.len() != COLUMNS.len() {
                return Err(PairsError::Fields { line, found: record.len() });
            }
            reading.take(line, columns.map(|column| record.get(column).unwrap_or_default()))?;
        }
        if reading.seen.is_empty() && reading.found.with_themselves == 0 {
            return Err(PairsError::NoPairs);
        }
        Ok(reading.found)
    }
}

fn text(record: ByteRecord, line: u64) -> Result<StringRecord, PairsError> {
    StringRecord::from_byte_record(record).map_err(|_| PairsError::NotText { line })
}

/// Counts lines; the reader counts a record's from the empty ones before it.
struct Lines<'a> {
    rest: &'a [u8],
    passed: u64,
    line: u64,
}

impl<'a> Lines<'a> {
    fn of(content: &'a [u8]) -> Self {
        Self { rest: content, passed: 0, line: 1 }
    }

    /// The line on which a record begins that the reader has from this byte on. Ask in ascending order.
    fn of_record(&mut self, byte: u64) -> u64 {
        while let [first, rest @ ..] = self.rest
            && (self.passed < byte || matches!(first, b'\r' | b'\n'))
        {
            self.line += u64::from(*first == b'\n' || *first == b'\r' && rest.first() != Some(&b'\n'));
            self.passed += 1;
            self.rest = rest;
        }
        self.line
    }
}

/// Where each of [`COLUMNS`] stands.
struct Columns([usize; 4]);

impl Columns {
    fn of(header: &StringRecord) -> Result<Self, PairsError> {
        if header.iter().all(str::is_empty) {
            return Err(PairsError::Empty);
        }
        let mut places = [None; 4];
        for (place, name) in header.iter().enumerate() {
            let unknown = || PairsError::UnknownColumn { name: name.to_owned() };
            let column = COLUMNS.iter().position(|column| *column == name).ok_or_else(unknown)?;
            if places[column].replace(place).is_some() {
                return Err(PairsError::ColumnTwice(name.to_owned()));
            }
        }
        let mut columns = [0; 4];
        for ((column, place), name) in columns.iter_mut().zip(places).zip(COLUMNS) {
            *column = place.ok_or(PairsError::MissingColumn { name })?;
        }
        Ok(Self(columns))
    }

    fn map<'a>(&self, field: impl Fn(usize) -> &'a str) -> [&'a str; 4] {
        self.0.map(field)
    }
}

/// What was read so far, and what is needed to read on.
#[derive(Default)]
struct Reading {
    found: Pairs,
    pictures: HashMap<PathBuf, PictureId>,
    sources: HashMap<String, usize>,
    /// By the two pictures, the lower number first: what was said, and on which line.
    seen: HashMap<(PictureId, PictureId), (Truth, u64)>,
}

impl Reading {
    fn take(&mut self, line: u64, [file_a, file_b, same, source]: [&str; 4]) -> Result<(), PairsError> {
        let truth = truth(same).ok_or_else(|| PairsError::Same { line, found: same.to_owned() })?;
        let name =
            |found: &str| name(found).ok_or_else(|| PairsError::Name { line, found: found.to_owned() });
        let (reference, probe) = (name(file_a)?, name(file_b)?);
        if reference == probe {
            self.found.with_themselves += 1;
            return Ok(());
        }
        let (reference, probe) = (self.picture(reference)?, self.picture(probe)?);
        let pictures = (reference.min(probe), reference.max(probe));
        match self.seen.get(&pictures) {
            Some(&(earlier_truth, earlier)) if earlier_truth != truth => {
                return Err(PairsError::Contradiction { line, earlier });
            }
            Some(_) => {
                self.found.repeated += 1;
                return Ok(());
            }
            None => self.seen.insert(pictures, (truth, line)),
        };
        if self.found.pairs.len() == MAX_PAIRS {
            return Err(PairsError::TooLarge);
        }
        let source = self.source(source);
        self.found.pairs.push(Pair { reference, probe, truth, source });
        Ok(())
    }

    fn picture(&mut self, name: PathBuf) -> Result<PictureId, PairsError> {
        if let Some(&known) = self.pictures.get(&name) {
            return Ok(known);
        }
        let number = self.found.pictures.len();
        if number == MAX_PICTURES {
            return Err(PairsError::TooLarge);
        }
        let picture = PictureId(u32::try_from(number).map_err(|_| PairsError::TooLarge)?);
        self.found.pictures.push(name.clone());
        self.pictures.insert(name, picture);
        Ok(picture)
    }

    fn source(&mut self, name: &str) -> usize {
        if let Some(&known) = self.sources.get(name) {
            return known;
        }
        let number = self.found.sources.len();
        self.found.sources.push(name.to_owned());
        self.sources.insert(name.to_owned(), number);
        number
    }
}

fn truth(same: &str) -> Option<Truth> {
    let is = |word: &str| same.eq_ignore_ascii_case(word);
    if is("1") || is("true") {
        Some(Truth::Genuine)
    } else if is("0") || is("false") {
        Some(Truth::Impostor)
    } else {
        None
    }
}

/// A name that stays under the folder of pictures, in one form: the file may come from others.
fn name(found: &str) -> Option<PathBuf> {
    let mut name = PathBuf::new();
    for component in Path::new(found).components() {
        match component {
            Component::Normal(part) => name.push(part),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (!name.as_os_str().is_empty() && !found.contains('\0')).then_some(name)
}

impl PairsError {
    fn of(error: csv::Error) -> Self {
        match error.into_kind() {
            ErrorKind::Io(error) => Self::Unreadable(error),
            // The rest is of text, lengths, seeking and serde, which the reader is not asked for here.
            other => Self::Unreadable(io::Error::other(format!("{other:?}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "file_a,file_b,same,source\n";

    fn parse(rows: &str) -> Result<Pairs, PairsError> {
        Pairs::parse(format!("{HEADER}{rows}").as_bytes())
    }

    fn refusal(content: &[u8]) -> String {
        Pairs::parse(content).expect_err("it is refused").to_string()
    }

    #[test]
    fn rows_become_pairs_of_numbered_pictures_and_sources() {
        let read = parse("a/1.jpg,a/2.jpg,1,town\na/1.jpg,b/1.jpg,0,village\n").unwrap();
        assert_eq!(read.pictures, ["a/1.jpg", "a/2.jpg", "b/1.jpg"].map(PathBuf::from));
        assert_eq!(read.sources, ["town", "village"]);
        let pair =
            |probe, truth, source| Pair { reference: PictureId(0), probe: PictureId(probe), truth, source };
        assert_eq!(read.pairs, [pair(1, Truth::Genuine, 0), pair(2, Truth::Impostor, 1)]);
    }

    #[test]
    fn columns_may_come_in_any_order_with_a_byte_order_mark_and_any_line_end() {
        let content =
            "\u{feff}same, source ,file_b,file_a\r\nTRUE,s,b.png,a.png\r\nFalse,s,\"c,1.png\",a.png\r\n";
        let read = Pairs::parse(content.as_bytes()).unwrap();
        assert_eq!(read.pictures, ["a.png", "b.png", "c,1.png"].map(PathBuf::from));
        assert_eq!(
            read.pairs.iter().map(|pair| pair.truth).collect::<Vec<_>>(),
            [Truth::Genuine, Truth::Impostor]
        );
    }

    #[test]
    fn what_is_no_pairs_file_is_refused_with_the_line() {
        let with = |rows: &str| format!("{HEADER}{rows}").into_bytes();
        for (content, complaint) in [
            (Vec::new(), "it is empty: the header has to be file_a,file_b,same,source"),
            (b"\n\n".to_vec(), "it is empty: the header has to be file_a,file_b,same,source"),
            (with(""), "it names no pairs, there is only the header"),
            (
                b"a.jpg,b.jpg,1,x\n".to_vec(),
                "the header: unknown column \"a.jpg\": the columns are file_a,file_b,same,source",
            ),
            (
                b"file_a,file_b,same,source,age\na,b,1,x,3\n".to_vec(),
                "the header: unknown column \"age\": the columns are file_a,file_b,same,source",
            ),
            (
                b"file_a,file_b,same\na,b,1\n".to_vec(),
                "the header: no column \"source\": the columns are file_a,file_b,same,source",
            ),
            (b"file_a,file_b,same,same\na,b,1,1\n".to_vec(), "the header: column \"same\" is named twice"),
            (with("a,b,1,x\na,c,0\n"), "line 3: 3 fields instead of 4"),
            (with("a,b,1,x\n\n\r\na,c,0,x,y\n"), "line 5: 5 fields instead of 4"),
            (with("a,b,1,x\na,c,yes,x\n"), "line 3: `same` is \"yes\": it has to be 0, 1, true or false"),
            (with("a,b,,x\n"), "line 2: `same` is \"\": it has to be 0, 1, true or false"),
            (with("a,b,01,x\n"), "line 2: `same` is \"01\": it has to be 0, 1, true or false"),
            (with("a,,1,x\n"), "line 2: \"\" names no file under the folder of pictures"),
            (
                with("/etc/shadow,b,1,x\n"),
                "line 2: \"/etc/shadow\" names no file under the folder of pictures",
            ),
            (with("a,x/../../b,1,x\n"), "line 2: \"x/../../b\" names no file under the folder of pictures"),
            (with("a,b,1,x\nc,d,1,x\nb,a,0,x\n"), "line 4 says of the pictures of line 2 the contrary"),
            ([with("a,b,1,x\na,"), vec![0xFF, 0xFE], b",0,x\n".to_vec()].concat(), "line 3: not UTF-8"),
            (vec![0xFF, 0xFE, b'f', 0, b'i', 0], "line 1: not UTF-8"),
        ] {
            assert_eq!(refusal(&content), complaint);
        }
    }

    #[test]
    fn a_pair_counts_once_and_a_picture_is_not_paired_with_itself() {
        let read = parse("a,b,1,x\nb,a,1,y\n./a,b,true,x\na,./a,1,x\na,c,0,x\n").unwrap();
        assert_eq!((read.pairs.len(), read.repeated, read.with_themselves), (2, 2, 1));
    }

    #[test]
    fn a_file_that_is_not_there_and_a_folder_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let missing = Pairs::read(&folder.path().join("pairs.csv")).unwrap_err();
        assert!(missing.to_string().contains("No such file"), "{missing}");
        let directory = Pairs::read(folder.path()).unwrap_err();
        assert!(directory.to_string().contains("is a directory"), "{directory}");
    }
}
