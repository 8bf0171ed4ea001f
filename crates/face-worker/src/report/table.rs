//! The report as text.

use core::fmt::{self, Display, Formatter};
use std::io::ErrorKind;

use face::UnfitReason;

use super::bounds::{Rate, trials_to_show};
use super::crew::LeftOut;
use super::equal_error::equal_error;
use super::findings::{Findings, LeftOutPicture, Source};
use super::rates::Truth;
use crate::rules::Thresholds;

/// Pictures that are left out are named up to this number.
const NAMED_MOST: usize = 100;
/// From so many pairs on, a rate has four places after the point.
const MANY: usize = 20_000;
/// The goal that is named with what it takes to show it.
const GOAL: f64 = 1e-4;

/// The report as text.
pub(super) struct Table<'a> {
    pub(super) findings: &'a Findings,
    pub(super) thresholds: Thresholds,
    /// About so many bytes have the first pictures' chip portraits, if they were made.
    pub(super) chip_bytes: Option<u32>,
}

impl Display for Table<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.counts(f)?;
        self.left_out(f)?;
        let distances = &self.findings.distances;
        if distances.of(Truth::Genuine).is_empty() && distances.of(Truth::Impostor).is_empty() {
            return Ok(());
        }
        self.rates(f)?;
        self.decisions(f)?;
        self.equal_error(f)?;
        self.what_it_means(f)
    }
}

impl Table<'_> {
    fn counts(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let all = self.findings.sources.iter().fold(
            Source { name: "all".into(), ..Source::default() },
            |sum, one| Source {
                name: sum.name,
                genuine: sum.genuine + one.genuine,
                not_accepted: sum.not_accepted + one.not_accepted,
                impostor: sum.impostor + one.impostor,
                accepted: sum.accepted + one.accepted,
                left_out: sum.left_out + one.left_out,
            },
        );
        let names: Vec<String> = self.findings.sources.iter().map(|source| plain(&source.name)).collect();
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).clamp(6, 40);
        match self.chip_bytes {
            Some(bytes) => writeln!(
                f,
                "The first picture of a pair was made a chip's portrait: 240x300, grey, JPEG 2000, about {bytes} bytes.\n"
            )?,
            None => writeln!(f, "Both pictures of a pair were taken as they are.\n")?,
        }
        let accept = self.thresholds.accept;
        writeln!(
            f,
            "Pairs that were compared; those that failed or passed did so at the accept threshold {}\n",
            short(accept)
        )?;
        writeln!(
            f,
            "  {:width$}  {:>9}  {:>9}  {:>9}  {:>9}  {:>9}",
            "source", "genuine", "failed", "impostor", "passed", "left out"
        )?;
        for (source, name) in
            self.findings.sources.iter().zip(names.iter()).chain([(&all, &"all".to_owned())])
        {
            let Source { genuine, not_accepted, impostor, accepted, left_out, .. } = source;
            writeln!(
                f,
                "  {name:width$}  {genuine:>9}  {not_accepted:>9}  {impostor:>9}  {accepted:>9}  {left_out:>9}"
            )?;
        }
        let also = [
            (self.findings.with_themselves, "paired a picture with itself"),
            (self.findings.repeated, "repeated an earlier line"),
        ];
        let also: Vec<_> = also.into_iter().filter(|(lines, _)| *lines > 0).collect();
        if !also.is_empty() {
            writeln!(f)?;
        }
        for (lines, did) in also {
            writeln!(f, "  Not counted: {lines} {} that {did}.", if lines == 1 { "line" } else { "lines" })?;
        }
        Ok(())
    }

    fn left_out(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let left_out = &self.findings.left_out;
        let Findings { pictures, described, described_as_chip, .. } = self.findings;
        match self.chip_bytes {
            Some(_) => write!(
                f,
                "\nPictures: {pictures}; described as they are: {described}, as a chip's portrait: {described_as_chip}"
            )?,
            None => write!(f, "\nPictures: {pictures}; described: {described}")?,
        }
        writeln!(f, "; left out: {}", left_out.len())?;
        if left_out.is_empty() {
            return Ok(());
        }
        writeln!(f)?;
        for LeftOutPicture { name, as_chip, reason, pairs } in left_out.iter().take(NAMED_MOST) {
            let part = if *as_chip { " as a chip's portrait" } else { "" };
            let pairs = if *pairs == 1 { "1 pair".to_owned() } else { format!("{pairs} pairs") };
            writeln!(f, "  {}{part}: {} ({pairs})", plain(&name.to_string_lossy()), why(reason))?;
        }
        if let Some(more @ 1..) = left_out.len().checked_sub(NAMED_MOST) {
            writeln!(f, "  and {more} more")?;
        }
        Ok(())
    }

    fn rates(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nError rates in per cent, each with its 95 % bounds\n")?;
        let distances = &self.findings.distances;
        let mut rows = vec![[
            "distance below".to_owned(),
            "FMR: impostor pairs that pass".into(),
            "FNMR: genuine pairs that fail".into(),
        ]];
        for (threshold, mark) in self.rows() {
            let name = format!("{} {mark}", short(threshold)).trim_end().to_owned();
            rows.push([name, row(distances.fmr(threshold)), row(distances.fnmr(threshold))]);
        }
        let [first, second, _] =
            [0, 1, 2].map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0));
        for [name, fmr, fnmr] in rows {
            writeln!(f, "  {name:first$}   {fmr:second$}   {fnmr}")?;
        }
        Ok(())
    }

    /// The thresholds of the table, ascending; the settings' own among them.
    fn rows(&self) -> Vec<(f32, &'static str)> {
        let Thresholds { accept, refuse } = self.thresholds;
        let near = |one: f32, other: f32| (one - other).abs() < 1e-6;
        let mark = |threshold| match (near(threshold, accept), near(threshold, refuse)) {
            (true, true) => "accept, refuse",
            (true, false) => "accept",
            (false, true) => "refuse",
            (false, false) => "",
        };
        let fixed = (6_u8..=16).map(|step| f32::from(step) / 20.0);
        let mut rows: Vec<f32> = [accept, refuse].into_iter().chain(fixed).collect();
        rows.sort_by(f32::total_cmp);
        rows.dedup_by(|later, earlier| near(*later, *earlier));
        rows.into_iter().map(|threshold| (threshold, mark(threshold))).collect()
    }

    fn decisions(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Thresholds { accept, refuse } = self.thresholds;
        let (accepts, refuses) = (short(accept), short(refuse));
        writeln!(f, "\nDecisions with these settings\n")?;
        writeln!(
            f,
            "  {:<10}  {:>16}  {:>16}  {:>16}",
            "",
            format!("accepted <{accepts}"),
            "in between",
            format!("refused >{refuses}")
        )?;
        for (name, truth) in [("genuine", Truth::Genuine), ("impostor", Truth::Impostor)] {
            let decided = self.findings.distances.decided(truth, accept, refuse);
            writeln!(
                f,
                "  {name:<10}  {:>16}  {:>16}  {:>16}",
                decided.accepted, decided.unsure, decided.refused
            )?;
        }
        writeln!(f)?;
        for (name, truth) in [("genuine", Truth::Genuine), ("impostor", Truth::Impostor)] {
            let of = self.findings.distances.of(truth);
            if let (Some(least), Some(most)) = (of.first(), of.last()) {
                let mean = of.iter().map(|&distance| f64::from(distance)).sum::<f64>() / of.len() as f64;
                writeln!(
                    f,
                    "  Distances of {name} pairs: smallest {least:.3}, mean {mean:.3}, largest {most:.3}."
                )?;
            }
        }
        Ok(())
    }

    fn equal_error(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match equal_error(&self.findings.distances.operating_points()) {
            Some(found) => writeln!(
                f,
                "\nEqual error rate: {:.2} % at distance {:.3} (on straight lines between the measured rates; where they are\n\
                 equal over a range of distances, its middle).",
                found.rate * 100.0,
                found.threshold
            ),
            None => writeln!(f, "\nEqual error rate: none, since it takes genuine and impostor pairs."),
        }
    }

    fn what_it_means(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let fmr = self.findings.distances.fmr(self.thresholds.accept);
        if fmr.trials > 0 {
            let accept = short(self.thresholds.accept);
            writeln!(
                f,
                "At the accept threshold {accept} the FMR is below {} % (95 %, one-sided).",
                percent(fmr.below(), fmr.trials)
            )?;
        }
        writeln!(
            f,
            "To show an FMR of 1 in {} it takes {} independent impostor pairs of which none passes.\n",
            grouped(1.0 / GOAL),
            grouped(trials_to_show(GOAL))
        )?;
        writeln!(
            f,
            "Bounds are exact (Clopper-Pearson) for independent pairs. Pairs that share a picture or a person are not\n\
             independent: then less is known than the bounds say. One picture is compared with one here; a booking\n\
             compares the mean of several frames of the camera."
        )
    }
}

fn row(rate: Rate) -> String {
    let Some(share) = rate.share() else { return "no pairs".to_owned() };
    let Rate { errors, trials } = rate;
    let bounds = rate.bounds();
    let [share, lower, upper] = [share, bounds.lower, bounds.upper].map(|share| percent(share, trials));
    let width = percent(1.0, trials).len();
    format!("{share:>width$} ({lower:>width$} to {upper:>width$})  {errors} of {trials}")
}

fn percent(share: f64, trials: usize) -> String {
    let places = if trials < MANY { 2 } else { 4 };
    format!("{:.places$}", share * 100.0)
}

/// A whole number with a comma after each third digit.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let comma = |place: usize| if place > 0 && (digits.len() - place).is_multiple_of(3) { "," } else { "" };
    digits.char_indices().map(|(place, digit)| format!("{}{digit}", comma(place))).collect()
}

/// A threshold with two places after the point, and more where it has more.
fn short(threshold: f32) -> String {
    let two = format!("{threshold:.2}");
    if two.parse() == Ok(threshold) { two } else { threshold.to_string() }
}

/// A name from outside, without anything that a terminal would obey.
fn plain(name: &str) -> String {
    if name.is_empty() { "(none)".to_owned() } else { name.chars().flat_map(visible).collect() }
}

fn visible(character: char) -> impl Iterator<Item = char> {
    let (plain, escaped) = if character.is_control() {
        (None, Some(character.escape_default()))
    } else {
        (Some(character), None)
    };
    plain.into_iter().chain(escaped.into_iter().flatten())
}

/// In an operator's words.
pub(super) fn why(reason: &LeftOut) -> String {
    match reason {
        LeftOut::Unreadable(ErrorKind::NotFound) => "there is no such file".to_owned(),
        LeftOut::Unreadable(ErrorKind::InvalidInput) => "it is no file".to_owned(),
        LeftOut::Unreadable(kind) => format!("cannot be read: {kind}"),
        LeftOut::TooManyBytes => "more than 16 MiB".to_owned(),
        LeftOut::EngineFailed => "the engine failed at it".to_owned(),
        LeftOut::Unfit(reason) => unfit(*reason).to_owned(),
    }
}

fn unfit(reason: UnfitReason) -> &'static str {
    match reason {
        UnfitReason::NotAPicture => "no picture",
        UnfitReason::Empty => "no bytes",
        UnfitReason::OtherType => "not JPEG, PNG or JPEG 2000, or with colours that are not taken",
        UnfitReason::Damaged => "damaged",
        UnfitReason::Animated => "several pictures in one file",
        UnfitReason::TooLarge => "too many pixels",
        UnfitReason::NoFace => "no face found",
        UnfitReason::SeveralFaces => "several faces",
        UnfitReason::TooSmall => "the face is too small",
        UnfitReason::TooDark => "too dark",
        UnfitReason::TooBright => "overexposed",
        UnfitReason::NotFrontal => "not seen from the front",
        UnfitReason::Repeated => "seen before",
        UnfitReason::Count => "too few pictures",
        UnfitReason::TooMany => "too many pictures",
    }
}

#[cfg(test)]
mod tests {
    use super::super::rates::Distances;
    use super::*;

    fn findings() -> Findings {
        let genuine = [0.31, 0.42, 0.44, 0.58].map(|distance| (Truth::Genuine, distance));
        let impostor = [0.48, 0.7, 0.8, 0.9].map(|distance| (Truth::Impostor, distance));
        let left_out =
            |name: &str, as_chip, reason, pairs| LeftOutPicture { name: name.into(), as_chip, reason, pairs };
        Findings {
            distances: Distances::new(genuine.into_iter().chain(impostor)),
            sources: vec![
                Source {
                    name: "town".into(),
                    genuine: 4,
                    not_accepted: 1,
                    impostor: 3,
                    accepted: 1,
                    left_out: 2,
                },
                Source { name: String::new(), impostor: 1, ..Source::default() },
            ],
            left_out: vec![
                left_out("a\u{1b}[2J.jpg", true, LeftOut::Unfit(UnfitReason::NoFace), 1),
                left_out("b.jpg", false, LeftOut::Unreadable(ErrorKind::NotFound), 2),
            ],
            pictures: 9,
            described: 7,
            described_as_chip: 5,
            with_themselves: 1,
            repeated: 2,
        }
    }

    fn text(findings: &Findings, thresholds: Thresholds) -> String {
        Table { findings, thresholds, chip_bytes: Some(6000) }.to_string()
    }

    #[test]
    fn the_whole_table() {
        let text = text(&findings(), Thresholds { accept: 0.5, refuse: 0.6 });
        let expected = include_str!("table.golden.txt");
        assert_eq!(text, expected, "\n{text}");
    }

    #[test]
    fn settings_between_the_fixed_thresholds_get_rows_of_their_own() {
        let text = text(&findings(), Thresholds { accept: 0.475, refuse: 0.6 });
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("  0.")).collect();
        assert_eq!(rows.len(), 12);
        assert!(rows[4].starts_with("  0.475 accept "), "{}", rows[4]);
        assert!(rows[7].starts_with("  0.60 refuse "), "{}", rows[7]);
    }

    #[test]
    fn one_kind_of_pairs_alone_has_its_own_rate_only() {
        let only = |truth| Findings { distances: Distances::new([(truth, 0.4)]), ..findings() };
        let thresholds = Thresholds { accept: 0.5, refuse: 0.6 };
        let genuine = text(&only(Truth::Genuine), thresholds);
        assert!(genuine.contains("Equal error rate: none"), "{genuine}");
        assert!(!genuine.contains("the FMR is below"), "{genuine}");
        assert!(text(&only(Truth::Impostor), thresholds).contains("the FMR is below"));
    }

    #[test]
    fn many_pictures_that_are_left_out_are_counted_and_not_all_named() {
        let one = findings().left_out.remove(1);
        let many = Findings { left_out: vec![one; NAMED_MOST + 7], ..findings() };
        let text = text(&many, Thresholds { accept: 0.5, refuse: 0.6 });
        assert!(text.contains("left out: 107\n") && text.contains("\n  and 7 more\n"), "{text}");
        assert_eq!(text.matches("  b.jpg: ").count(), NAMED_MOST);
    }
}
