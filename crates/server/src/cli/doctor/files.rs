//! Keys that others can read, certificates near their end, service data.

use std::path::Path;

use reservation::{PinKind, Timestamp};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::Report;
use crate::config::Config;
use crate::listener::tls;
use crate::service::ServiceData;
use crate::{assemble, files};

const MONTH: i64 = 30 * 86_400;

/// Looks at secrets, certificates and service data.
pub fn look(config: &Config, now: Timestamp, report: &mut Report) {
    let listen = &config.listen;
    let mut secrets = config.keys.all().to_vec();
    secrets.push(("admin token", listen.admin.token_file()));
    secrets.push(("key of the app listener", listen.app.key()));
    secrets.push(("key of the kiosk listener", listen.kiosk.key()));
    secrets.push(("key of the kiosk authority", listen.kiosk.authority_key()));
    for (what, file) in secrets {
        secret(what, &file, report);
    }
    certificate("certificate of the app listener", &listen.app.certificate(), now, report);
    certificate("certificate of the kiosk listener", &listen.kiosk.certificate(), now, report);
    certificate("certificate of the kiosk authority", &listen.kiosk.authority(), now, report);
    service(config, now, report);
    match assemble::check(config) {
        Ok(_) => report.ok("every file that a start reads can be read"),
        Err(error) => report.fail(format!("a start would fail: {error}"), "put this right first"),
    }
}

fn secret(what: &str, file: &Path, report: &mut Report) {
    match files::others_may_read(file) {
        Ok(false) => report.ok(format!("{what}: readable by its owner alone")),
        Ok(true) => {
            report.fail(format!("{what}: others can read it"), format!("chmod 600 {}", file.display()));
        }
        Err(error) => report.fail(
            format!("{what}: {}: {error}", file.display()),
            "restore it from its backup; `jpki-reset init` makes new keys only for a new site",
        ),
    }
}

fn certificate(what: &str, file: &Path, now: Timestamp, report: &mut Report) {
    let chain = match tls::certificates("certificate", file) {
        Ok(chain) => chain,
        Err(error) => return report.fail(format!("{what}: {error}"), "put the PEM file in its place"),
    };
    for der in chain {
        let Ok((_, parsed)) = X509Certificate::from_der(&der) else {
            report.fail(
                format!("{what}: {} is no certificate", file.display()),
                "put the PEM file in its place",
            );
            continue;
        };
        let end = Timestamp::from_unix_secs(parsed.validity().not_after.timestamp());
        report.until(what, end, now, MONTH, "have it renewed, replace the file and restart the server");
    }
}

fn service(config: &Config, now: Timestamp, report: &mut Report) {
    let data = match ServiceData::load(&config.service.data()) {
        Ok(data) => data,
        Err(error) => return report.fail(error.to_string(), "correct the entry"),
    };
    let offered =
        [(PinKind::User, config.service.book_user), (PinKind::Signature, config.service.book_signature)];
    for (kind, booked) in offered {
        let places = data.places(kind, now).len();
        if booked && places == 0 {
            report.fail(
                format!("service data: no operator resets the {kind} PIN today, yet it can be booked"),
                "correct the dates in the service data, or do not offer it",
            );
        } else {
            report.ok(format!("service data: {places} operators reset the {kind} PIN today"));
        }
    }
}
