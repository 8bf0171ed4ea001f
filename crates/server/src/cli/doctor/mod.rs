//! Looks for what is wrong with a site, line by line, and says what to do.
//!
//! | module | idea |
//! |---|---|
//! | [`report`] | what was found, and how it is printed |
//! | [`files`] | keys that others can read, certificates near their end, service data |
//! | [`trust`] | anchors, revocation lists, card register |
//! | [`face`] | the face engine, and the roots of portraits |
//! | [`worker`] | what holds a worker of the engine down: asked of the kernel, and tried |
//! | [`memory`] | whether memory, and with it faces, is written to a disk or seen by others |
//! | [`network`] | ports, and whether this server is the one that uses them |
//! | [`store`] | whether the store takes commits, and its clock |

pub mod face;
pub mod files;
pub mod memory;
pub mod network;
pub mod report;
pub mod store;
pub mod trust;
pub mod worker;

use std::path::Path;
use std::process::ExitCode;

use reservation::Timestamp;

use super::{CliError, output};
use crate::Config;
use crate::clock::{Clock as _, SystemClock};
pub use report::{Finding, Level, Report};

/// Looks at everything and prints the report.
///
/// # Errors
/// [`CliError`] if the settings themselves do not hold.
pub async fn run(file: &Path) -> Result<ExitCode, CliError> {
    let config = Config::load(file)?;
    output::line(&format!("Settings: {}", file.display()));
    let report = examine(&config, SystemClock::new().now()).await;
    output::line(&report.to_string());
    Ok(if report.worst() == Level::Fail { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Looks at everything.
pub async fn examine(config: &Config, now: Timestamp) -> Report {
    let mut report = Report::default();
    report.begin("Memory of this machine and of the server");
    // First: this program has nothing in its memory yet.
    memory::look(&mut report);
    report.begin("Keys, certificates and service data");
    files::look(config, now, &mut report);
    report.begin("Authorities, revocation lists and card register");
    trust::look(config, now, &mut report);
    report.begin("Face engine");
    face::look(config, &mut report).await;
    report.begin("Network");
    let running = network::look(config, &mut report).await;
    report.begin("Store");
    store::look(config, now, running, &mut report).await;
    report
}
