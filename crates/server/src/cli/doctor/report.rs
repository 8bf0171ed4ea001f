//! What was found, part by part, and how it is printed.

use std::fmt;

use reservation::Timestamp;

use crate::clock::to_date_time;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Works now, and will not always, or guards less than it could.
    Warn,
    /// Does not work.
    Fail,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        })
    }
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The heading under which it stands.
    pub part: &'static str,
    /// How bad.
    pub level: Level,
    /// What was looked at, and what it is like.
    pub what: String,
    /// What to do; empty if nothing.
    pub advice: String,
}

/// The report as it grows.
#[derive(Debug, Default)]
pub struct Report {
    part: &'static str,
    findings: Vec<Finding>,
}

impl Report {
    /// What comes from here on stands under this heading.
    pub fn begin(&mut self, part: &'static str) {
        self.part = part;
    }

    /// As it should be.
    pub fn ok(&mut self, what: impl Into<String>) {
        self.add(Level::Ok, what, "");
    }

    /// Works now, and will not always, or guards less than it could.
    pub fn warn(&mut self, what: impl Into<String>, advice: impl Into<String>) {
        self.add(Level::Warn, what, advice);
    }

    /// Does not work.
    pub fn fail(&mut self, what: impl Into<String>, advice: impl Into<String>) {
        self.add(Level::Fail, what, advice);
    }

    fn add(&mut self, level: Level, what: impl Into<String>, advice: impl Into<String>) {
        self.findings.push(Finding { part: self.part, level, what: what.into(), advice: advice.into() });
    }

    /// Something with an end: fails when it is over, warns when it soon will be.
    pub fn until(&mut self, what: &str, end: Timestamp, now: Timestamp, soon_secs: i64, advice: &str) {
        let left = end.unix_secs().saturating_sub(now.unix_secs());
        let day = to_date_time(end);
        let text = format!("{what}: until {} {:02}:{:02} UTC", day.date(), day.hour(), day.minute());
        if left < 0 {
            self.fail(format!("{text}, which is over"), advice);
        } else if left < soon_secs {
            self.warn(text, advice);
        } else {
            self.ok(text);
        }
    }

    /// All findings, in their order.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The worst of them.
    pub fn worst(&self) -> Level {
        self.findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok)
    }

    fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut part = "";
        for finding in &self.findings {
            if finding.part != part {
                part = finding.part;
                writeln!(f, "\n{part}")?;
            }
            writeln!(f, "  {:4}  {}", finding.level, finding.what)?;
            if !finding.advice.is_empty() {
                writeln!(f, "        -> {}", finding.advice)?;
            }
        }
        let plural =
            |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let [ok, warnings, failures] = [Level::Ok, Level::Warn, Level::Fail].map(|level| self.count(level));
        write!(f, "\n{ok} ok, {}, {}", plural(warnings, "warning"), plural(failures, "failure"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_soon_is_a_warning_and_what_has_ended_a_failure() {
        let mut report = Report::default();
        let now = Timestamp::from_unix_secs(1_000_000);
        for end in [1_000_200, 1_000_050, 999_999] {
            report.until("x", Timestamp::from_unix_secs(end), now, 100, "renew it");
        }
        let levels: Vec<_> = report.findings().iter().map(|finding| finding.level).collect();
        assert_eq!(levels, [Level::Ok, Level::Warn, Level::Fail]);
        assert_eq!(report.worst(), Level::Fail);
    }

    #[test]
    fn findings_stand_under_their_heading_with_the_next_step_and_a_count_at_the_end() {
        let mut report = Report::default();
        report.begin("Keys");
        report.ok("a key");
        report.begin("Store");
        report.fail("no store", "start it");
        report.warn("slow", "wait");
        report.warn("small", "buy");
        let expected = "\nKeys\n  ok    a key\n\nStore\n  FAIL  no store\n        -> start it\n  warn  slow\n        \
                        -> wait\n  warn  small\n        -> buy\n\n1 ok, 2 warnings, 1 failure";
        assert_eq!(report.to_string(), expected);
    }
}
