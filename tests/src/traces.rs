//! What pictures leave behind, and where it is found: runs of their bytes, and the numbers that a face becomes.

use std::collections::HashMap;
use std::fmt;

use crate::memory::Stretch;

/// A run of so many bytes of a picture is the picture's.
pub const RUN: usize = 32;
/// Of every run, at least one piece of this length begins at a multiple of the step.
const PIECE: usize = 8;
const STEP: usize = RUN - PIECE + 1;
/// So many numbers of an embedding in a row are the embedding's.
pub const NUMBERS: usize = 8;
/// Two ways of adding up the same products differ by less.
const NEAR: f32 = 1e-3;

type Piece = [u8; PIECE];

/// What must not be found, each thing with its name.
#[derive(Default)]
pub struct Traces {
    things: Vec<(String, Vec<u8>)>,
    pieces: HashMap<Piece, Vec<(usize, usize)>>,
    sieve: Sieve,
    vectors: Vec<(String, Vec<f32>)>,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    /// Of what.
    pub what: String,
    /// How many bytes of it in a row.
    pub length: usize,
    /// Where: the mapping or the file, and the place in it.
    pub place: String,
}

impl fmt::Display for Find {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes of {} at {}", self.length, self.what, self.place)
    }
}

impl Traces {
    /// Looks for runs of these bytes too.
    pub fn add(&mut self, name: impl Into<String>, bytes: &[u8]) {
        let which = self.things.len();
        for at in (0..bytes.len().saturating_sub(PIECE - 1)).step_by(STEP) {
            let piece: Piece = bytes[at..at + PIECE].try_into().expect("so many bytes");
            self.sieve.add(piece);
            self.pieces.entry(piece).or_default().push((which, at));
        }
        self.things.push((name.into(), bytes.to_vec()));
    }

    /// Looks for these numbers too, each of which lies within -1 and 1.
    pub fn add_numbers(&mut self, name: impl Into<String>, numbers: Vec<f32>) {
        self.vectors.push((name.into(), numbers));
    }

    /// The names of what is looked for in bytes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.things.iter().map(|(name, _)| name.as_str())
    }

    /// How many pieces are looked for.
    pub fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Looks no more for what was there before anybody sent a picture, such as the tables that many JPEG files share.
    pub fn forget_what_is_in(&mut self, memory: &[Stretch]) {
        for stretch in memory {
            for at in self.sieve.places_in(&stretch.bytes) {
                self.pieces.remove(&stretch.bytes[at..at + PIECE]);
            }
        }
    }

    /// What is found in that memory.
    pub fn found_in(&self, memory: &[Stretch]) -> Vec<Find> {
        let numbers = Numbers::of(&self.vectors);
        let mut found = Vec::new();
        for stretch in memory {
            let place = |at: usize| format!("{:x} {}", stretch.address + at as u64, stretch.mapping);
            self.bytes_in(&stretch.bytes, &place, &mut found);
            numbers.found_in(&stretch.bytes, &place, &mut found);
        }
        found
    }

    /// What is found in that file.
    pub fn found_in_file(&self, name: &str, bytes: Vec<u8>) -> Vec<Find> {
        self.found_in(&[Stretch { address: 0, mapping: name.to_owned(), bytes }])
    }

    fn bytes_in(&self, memory: &[u8], place: &dyn Fn(usize) -> String, found: &mut Vec<Find>) {
        // Where a run that was found ends, by thing and by the distance of the two: its other pieces are no news.
        let mut ends: HashMap<(usize, isize), usize> = HashMap::new();
        for at in self.sieve.places_in(memory) {
            for (which, offset) in self.pieces.get(&memory[at..at + PIECE]).into_iter().flatten() {
                let (name, thing) = &self.things[*which];
                let distance = at as isize - *offset as isize;
                if ends.get(&(*which, distance)).is_some_and(|end| at < *end) {
                    continue;
                }
                let alike = |(one, other): &(&u8, &u8)| one == other;
                let after = thing[*offset..].iter().zip(&memory[at..]).take_while(alike).count();
                let earlier = thing[..*offset].iter().rev().zip(memory[..at].iter().rev());
                let begin = at - earlier.take_while(alike).count();
                let run = &memory[begin..at + after];
                ends.insert((*which, distance), at + after);
                if run.len() >= RUN && telling(run) {
                    found.push(Find { what: name.clone(), length: run.len(), place: place(begin) });
                }
            }
        }
    }
}

/// Whether a run of bytes says where it comes from: neither an even area nor a repeated pattern.
fn telling(run: &[u8]) -> bool {
    let mut different = [false; 256];
    run.iter().for_each(|byte| different[usize::from(*byte)] = true);
    different.into_iter().filter(|seen| *seen).count() > 6
}

/// Tells most places apart by a few bits of a hash. Every byte of a program's memory passes here, also where nothing is
/// optimised: so the loop calls nothing.
struct Sieve(Vec<u64>);

const HASH_BITS: u32 = 26;
const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

impl Default for Sieve {
    fn default() -> Self {
        Self(vec![0; 1 << (HASH_BITS - 6)])
    }
}

impl Sieve {
    fn add(&mut self, piece: Piece) {
        let cell = u64::from_le_bytes(piece).wrapping_mul(MULTIPLIER) >> (64 - HASH_BITS);
        self.0[(cell >> 6) as usize] |= 1 << (cell & 63);
    }

    /// Where one of the pieces may begin.
    fn places_in(&self, memory: &[u8]) -> Vec<usize> {
        let mut places = Vec::new();
        let (mut last_eight, mut seen) = (0_u64, 0_usize);
        for byte in memory {
            last_eight = (last_eight >> 8) | ((*byte as u64) << 56);
            seen += 1;
            let cell = last_eight.wrapping_mul(MULTIPLIER) >> (64 - HASH_BITS);
            if self.0[(cell >> 6) as usize] & (1 << (cell & 63)) != 0 && seen >= PIECE {
                places.push(seen - PIECE);
            }
        }
        places
    }
}

/// Finds vectors: tells most places apart by two numbers.
struct Numbers<'a> {
    parts: Vec<(&'a str, &'a [f32])>,
    maybe: Vec<bool>,
}

impl<'a> Numbers<'a> {
    const SIDE: usize = 512;

    fn cell(one: f32, two: f32) -> usize {
        let cell = |number: f32| ((number + 1.0) / 2.0 * Self::SIDE as f32) as usize;
        cell(one) * Self::SIDE + cell(two)
    }

    fn of(vectors: &'a [(String, Vec<f32>)]) -> Self {
        let parts: Vec<(&str, &[f32])> = vectors
            .iter()
            .flat_map(|(name, numbers)| numbers.chunks_exact(NUMBERS).map(|part| (name.as_str(), part)))
            .collect();
        let mut maybe = vec![false; Self::SIDE * Self::SIDE];
        for (_, part) in &parts {
            for (one, two) in [(-NEAR, -NEAR), (-NEAR, NEAR), (NEAR, -NEAR), (NEAR, NEAR)] {
                maybe[Self::cell(part[0] + one, part[1] + two)] = true;
            }
        }
        Self { parts, maybe }
    }

    /// Numbers lie at multiples of their size.
    fn found_in(&self, memory: &[u8], place: &dyn Fn(usize) -> String, found: &mut Vec<Find>) {
        if self.parts.is_empty() {
            return;
        }
        let four = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().expect("four"));
        let values: Vec<f32> = memory.chunks_exact(4).map(four).collect();
        for (at, window) in values.windows(NUMBERS).enumerate() {
            let (one, two) = (window[0], window[1]);
            if !(one.abs() < 0.99 && two.abs() < 0.99 && self.maybe[Self::cell(one, two)]) {
                continue;
            }
            for (name, part) in &self.parts {
                if window.iter().zip(*part).all(|(one, two)| (one - two).abs() < NEAR) {
                    let length = 4 * NUMBERS;
                    found.push(Find { what: (*name).to_owned(), length, place: place(at * 4) });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes without a pattern (a linear congruential generator).
    fn thing(mut seed: u64) -> Vec<u8> {
        let next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 56) as u8
        };
        std::iter::repeat_with(next).take(2000).collect()
    }

    fn stretch(bytes: Vec<u8>) -> Vec<Stretch> {
        vec![Stretch { address: 0x1000, mapping: "[heap]".to_owned(), bytes }]
    }

    #[test]
    fn every_run_is_found_once_wherever_it_lies_and_a_shorter_one_is_not() {
        let mut traces = Traces::default();
        traces.add("one", &thing(7));
        traces.add("two", &thing(9));
        for begin in 0..STEP {
            let memory =
                [vec![1; 77], thing(9)[500 + begin..500 + begin + RUN].to_vec(), vec![2; 50]].concat();
            let found = traces.found_in(&stretch(memory));
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!((found[0].what.as_str(), found[0].length), ("two", RUN));
            assert_eq!(found[0].place, "104d [heap]");
        }
        assert_eq!(traces.found_in(&stretch(thing(7)))[0].length, 2000);
        assert!(traces.found_in(&stretch(thing(7)[500..500 + RUN - 1].to_vec())).is_empty());
        assert!(traces.found_in(&stretch(thing(8))).is_empty());
    }

    #[test]
    fn what_was_there_before_is_not_looked_for() {
        let mut traces = Traces::default();
        traces.add("one", &thing(7));
        traces.forget_what_is_in(&stretch(thing(7)[..1000].to_vec()));
        assert!(traces.found_in(&stretch(thing(7)[..1000].to_vec())).is_empty());
        assert_eq!(traces.found_in(&stretch(thing(7)[1100..1200].to_vec())).len(), 1);
    }

    #[test]
    fn numbers_are_found_that_are_almost_the_same() {
        let numbers: Vec<f32> = (0..128_u16).map(|at| f32::from(at % 17) / 20.0 - 0.4).collect();
        let mut traces = Traces::default();
        traces.add_numbers("a face", numbers.clone());
        let memory = |off: f32| {
            let part = numbers[16..16 + NUMBERS].iter().flat_map(move |number| (number + off).to_le_bytes());
            stretch([vec![7; 400], part.collect(), vec![7; 40]].concat())
        };
        assert_eq!(traces.found_in(&memory(0.0005)).len(), 1);
        assert!(traces.found_in(&memory(0.01)).is_empty());
    }
}
