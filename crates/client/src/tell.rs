//! A refusal as the person reads it: the next step, then every time and number that belongs to it.

use crate::failure::{Failure, Refusal};
use crate::jst;
use crate::screen::Screen;

/// Tells what went wrong with the server and what to do next.
pub fn failure(screen: &mut Screen, failure: &Failure) {
    screen.sentence(&failure.next_step());
    if let Failure::Refused(refusal) | Failure::Busy { refusal, .. } = failure {
        facts(screen, refusal);
    }
}

fn facts(screen: &mut Screen, refusal: &Refusal) {
    let language = screen.language();
    let times = [
        (refusal.facts.locked_until, "制限の終了", "Locked until"),
        (refusal.facts.lease_ends, "店頭での処理の終了", "The kiosk's hold ends"),
        (refusal.facts.opens_at, "受付の再開", "Kiosks open again"),
    ];
    for (at, ja, en) in times {
        if let Some(at) = at {
            let label = language.pick(ja, en);
            screen.line(&format!("  {label}: {}", jst::to_the_second(at, language)));
        }
    }
    if let Some(number) = refusal.facts.number.as_deref().filter(|number| number.len() <= 32) {
        screen.line(&format!(
            "  {}: {}",
            language.pick("予約番号", "Reservation number"),
            number.escape_default()
        ));
    }
    if let Some(instance) = &refusal.instance {
        screen.line(&format!(
            "  {}: {instance}",
            language.pick("お問い合わせ用の記号", "To quote to the help desk")
        ));
    }
}
