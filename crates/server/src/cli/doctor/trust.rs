//! Anchors, revocation lists, card register.

use std::sync::Arc;

use reservation::Timestamp;
use trust::{Anchors, CrlFiles, FileRegistry};

use super::Report;
use crate::config::Config;

const HOURS: i64 = 3600;
const MONTH: i64 = 30 * 86_400;

/// Looks at everything that certificates and cards are checked against.
pub fn look(config: &Config, now: Timestamp, report: &mut Report) {
    let trust = &config.trust;
    let anchors = match Anchors::load(&trust.signature_anchors(), &trust.user_anchors()) {
        Ok(anchors) => Arc::new(anchors),
        Err(error) => {
            report.fail(format!("anchors: {error}"), "put the issuer's certificates in their place");
            return;
        }
    };
    for anchor in anchors.summaries() {
        let fingerprint = hex::encode(&anchor.fingerprint[..8]);
        let what = format!("anchor for {} certificates, SHA-256 {fingerprint}…", anchor.kind);
        let advice = "certificates under it are refused after that; get the issuer's next one";
        report.until(&what, anchor.not_after, now, MONTH, advice);
    }
    lists(config, anchors, now, report);
    match FileRegistry::open(&trust.register()) {
        Ok(_) => report.ok("card register: can be read"),
        Err(error) => report.fail(format!("card register: {error}"), "get it from the issuer again"),
    }
}

fn lists(config: &Config, anchors: Arc<Anchors>, now: Timestamp, report: &mut Report) {
    let summaries = anchors.summaries();
    let found = match CrlFiles::open(&config.trust.crl(), anchors) {
        Ok(lists) => lists.reports(),
        Err(error) => {
            report.fail(format!("revocation lists: {error}"), "make the directory and put the lists there");
            return;
        }
    };
    for file in &found {
        let name = file.path.display();
        match &file.list {
            Ok(list) if list.this_update > now => report.fail(
                format!("{name}: made in the future, so this machine's clock is behind"),
                "set the clock (NTP)",
            ),
            Ok(list) => report.until(
                &name.to_string(),
                list.next_update,
                now,
                HOURS,
                "fetch the issuer's next list; with one that is out of date everything is refused",
            ),
            Err(problem) => report.fail(format!("{name}: {problem}"), "fetch it from the issuer again"),
        }
    }
    for anchor in summaries.iter().filter(|anchor| anchor.not_after >= now) {
        let covered = found.iter().filter_map(|file| file.list.as_ref().ok());
        if !covered.into_iter().any(|list| list.issuer_key_id == anchor.key_id) {
            report.fail(
                format!("no revocation list for the {} authority {}", anchor.kind, anchor.key_id),
                "fetch it from the issuer; without it every certificate of that authority is refused",
            );
        }
    }
}
