//! The face engine, and the roots under which portraits are signed.

use face::Pool;

use super::Report;
use crate::assemble;
use crate::config::Config;

/// Starts the engine and ends it again, if bookings of the signature PIN need it.
pub async fn look(config: &Config, report: &mut Report) {
    let material = match assemble::face(config) {
        Ok(None) => return report.ok("face engine: not needed; the signature PIN cannot be booked here"),
        Ok(Some(material)) => material,
        Err(error) => return report.fail(format!("face engine: {error}"), "put this right first"),
    };
    for root in material.anchors.summaries() {
        let fingerprint = hex::encode(&root.fingerprint[..8]);
        report.ok(format!("root of portraits {}, SHA-256 {fingerprint}…", root.key_id));
    }
    let mut settings = material.settings;
    settings.workers = 1;
    let engine = match Pool::start(settings).await {
        Ok(engine) => engine,
        Err(error) => {
            return report.fail(
                format!("face engine: {error}"),
                "`make models` fetches the models; the program stands beside jpki-reset, or where face.program says",
            );
        }
    };
    let held = engine.protections();
    if held.limits && held.seccomp && held.landlock {
        report.ok("face engine: starts, and is held down by limits, seccomp and Landlock");
    } else {
        report.warn(
            format!(
                "face engine: starts, but this kernel holds it down with less than all: limits {}, seccomp {}, \
                 Landlock {}",
                held.limits, held.seccomp, held.landlock
            ),
            "run it on a kernel with seccomp and Landlock (Debian 12 has both)",
        );
    }
}
