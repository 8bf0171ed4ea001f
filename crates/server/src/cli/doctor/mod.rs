//! Looks for what is wrong with a site, line by line, and says what to do.
//!
//! | module | idea |
//! |---|---|
//! | [`files`] | keys that others can read, certificates near their end, service data |
//! | [`trust`] | anchors, revocation lists, card register |
//! | [`face`] | the face engine, and the roots of portraits |
//! | [`memory`] | whether memory, and with it faces, is written to a disk |
//! | [`network`] | ports, and whether this server is the one that uses them |
//! | [`store`] | whether the store takes commits, and its clock |

pub mod face;
pub mod files;
pub mod memory;
pub mod network;
pub mod store;
pub mod trust;

use std::path::Path;
use std::process::ExitCode;

use reservation::Timestamp;

use super::{CliError, output};
use crate::Config;
use crate::clock::{Clock as _, SystemClock, to_date_time};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Works now, and will not always.
    Warn,
    /// Does not work.
    Fail,
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad.
    pub level: Level,
    /// What was looked at, and what it is like.
    pub what: String,
    /// What to do; empty if nothing.
    pub advice: String,
}

/// The report as it grows.
#[derive(Debug, Default)]
pub struct Report(pub Vec<Finding>);

impl Report {
    /// As it should be.
    pub fn ok(&mut self, what: impl Into<String>) {
        self.add(Level::Ok, what, "");
    }

    /// Works now, and will not always.
    pub fn warn(&mut self, what: impl Into<String>, advice: impl Into<String>) {
        self.add(Level::Warn, what, advice);
    }

    /// Does not work.
    pub fn fail(&mut self, what: impl Into<String>, advice: impl Into<String>) {
        self.add(Level::Fail, what, advice);
    }

    fn add(&mut self, level: Level, what: impl Into<String>, advice: impl Into<String>) {
        self.0.push(Finding { level, what: what.into(), advice: advice.into() });
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

    fn worst(&self) -> Level {
        self.0.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok)
    }
}

/// Looks at everything and prints the report.
///
/// # Errors
/// [`CliError`] if the settings themselves do not hold.
pub async fn run(file: &Path) -> Result<ExitCode, CliError> {
    let config = Config::load(file)?;
    let report = examine(&config, SystemClock::new().now()).await;
    output::line(&format!("settings: {}", file.display()));
    for finding in &report.0 {
        let word = match finding.level {
            Level::Ok => "ok  ",
            Level::Warn => "warn",
            Level::Fail => "FAIL",
        };
        output::line(&format!("{word}  {}", finding.what));
        if !finding.advice.is_empty() {
            output::line(&format!("      -> {}", finding.advice));
        }
    }
    Ok(if report.worst() == Level::Fail { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Looks at everything.
pub async fn examine(config: &Config, now: Timestamp) -> Report {
    let mut report = Report::default();
    files::look(config, now, &mut report);
    trust::look(config, now, &mut report);
    face::look(config, &mut report).await;
    memory::look(&mut report);
    let running = network::look(config, &mut report).await;
    store::look(config, now, running, &mut report).await;
    report
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
        let levels: Vec<_> = report.0.iter().map(|finding| finding.level).collect();
        assert_eq!(levels, [Level::Ok, Level::Warn, Level::Fail]);
        assert_eq!(report.worst(), Level::Fail);
    }
}
