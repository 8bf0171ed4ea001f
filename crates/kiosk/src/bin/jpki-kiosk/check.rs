//! `check`: everything a kiosk needs, each told as good or with what to do.

use client::clock::{Clock as _, SystemClock};
use client::exit::Exit;
use client::reader::{CardReader, words};
use client::{Screen, jst, tell};
use kiosk::{ClaimJournal as _, KioskServer as _};

use crate::certificate;
use crate::setup::{ResetDriver, Setup};
use crate::stopped::Stopped;

/// Checks all and returns the first failure's exit code.
pub(crate) fn run(setup: &Setup, screen: &mut Screen, reader: Option<&str>) -> Exit {
    let checks =
        [own_certificate(setup, screen), journal(setup, screen), slot(screen, reader), server(setup, screen)];
    match setup.reset_driver {
        ResetDriver::Simulated => {
            good(
                screen,
                "再設定ドライバー",
                "reset driver",
                "simulated（模擬カード専用 / virtual cards only）",
            );
        }
    }
    checks.into_iter().find(|exit| *exit != Exit::Done).unwrap_or(Exit::Done)
}

fn own_certificate(setup: &Setup, screen: &mut Screen) -> Exit {
    let (ja, en) = ("端末の証明書", "certificate");
    let Some(certificate) = certificate::parse(&setup.certificate_pem) else {
        bad(screen, ja, en, "no PEM certificate");
        return Exit::Usage;
    };
    let until = jst::to_the_second(certificate.not_after, screen.language());
    let text = format!("{} — {until}", certificate.subject);
    if certificate.not_after <= SystemClock.now() {
        bad(screen, ja, en, &text);
        return Exit::Usage;
    }
    good(screen, ja, en, &text);
    Exit::Done
}

fn journal(setup: &Setup, screen: &mut Screen) -> Exit {
    let (ja, en) = ("ジャーナル", "journal");
    match setup.open_journal() {
        Ok(journal) => {
            let open = journal.open_claims().len();
            let text = match screen.language() {
                client::Language::Ja => format!("未報告 {open} 件"),
                client::Language::En => format!("{open} open"),
            };
            good(screen, ja, en, &text);
            Exit::Done
        }
        Err(stopped) => fail(screen, ja, en, &stopped),
    }
}

fn slot(screen: &mut Screen, reader: Option<&str>) -> Exit {
    let (ja, en) = ("カードリーダー", "reader");
    match CardReader::find(reader) {
        Ok(reader) => {
            good(screen, ja, en, &reader.name());
            Exit::Done
        }
        Err(error) => {
            let text = words(&error);
            let text = screen.language().of(&text).to_owned();
            bad(screen, ja, en, &text);
            Exit::Card
        }
    }
}

/// A session shows that the server is there and that this kiosk may work now; it costs nothing.
fn server(setup: &Setup, screen: &mut Screen) -> Exit {
    let (ja, en) = ("サーバー", "server");
    let server = match setup.connect() {
        Ok(server) => server,
        Err(stopped) => return fail(screen, ja, en, &stopped),
    };
    match server.open_session(None) {
        Ok(session) => {
            let kiosk = session.kiosk.escape_default();
            good(screen, ja, en, &format!("{} — {kiosk}", setup.server));
            Exit::Done
        }
        Err(failure) => {
            bad(screen, ja, en, &setup.server);
            tell::failure(screen, &failure);
            (&failure).into()
        }
    }
}

fn fail(screen: &mut Screen, ja: &str, en: &str, stopped: &Stopped) -> Exit {
    bad(screen, ja, en, "");
    stopped.tell(screen);
    stopped.exit()
}

fn good(screen: &mut Screen, ja: &str, en: &str, text: &str) {
    let name = screen.language().pick(ja, en);
    screen.line(&format!("[ok] {name}: {text}"));
}

fn bad(screen: &mut Screen, ja: &str, en: &str, text: &str) {
    let name = screen.language().pick(ja, en);
    screen.line(&format!("[!!] {name}: {text}"));
}
