//! A reservation as the holder reads it.

use client::{Language, Screen, jst, words};
use wire::app::{Place, Reservation, ReservationState};

/// Shows the reservation: number, state, until when, last arrival, places.
pub(crate) fn show(screen: &mut Screen, reservation: &Reservation) {
    let language = screen.language();
    let pin = words::pin_name(reservation.target.into());
    let time = |at| jst::to_the_second(at, language);
    row(screen, "予約番号", "Number", &words::number(&reservation.number));
    row(screen, "再設定する暗証番号", "PIN to be reset", language.of(&pin));
    row(screen, "状態", "State", &state(&reservation.state, language));
    if let ReservationState::Reserved { .. } | ReservationState::Claimed { .. } = reservation.state {
        row(screen, "有効期限", "Valid until", &time(reservation.expires_at));
        row(screen, "最終受付", "Arrive before", &time(reservation.last_arrival));
        places(screen, &reservation.places);
    }
}

fn row(screen: &mut Screen, ja: &str, en: &str, value: &str) {
    let label = screen.language().pick(ja, en);
    screen.line(&format!("  {label}: {value}"));
}

fn state(state: &ReservationState, language: Language) -> String {
    let time = |at: &time::OffsetDateTime| jst::to_the_second(*at, language);
    let (ja, en) = match state {
        ReservationState::Reserved { claims_left } => (
            format!("予約済み（店頭での受付はあと{claims_left}回）"),
            format!("reserved ({claims_left} visits to a kiosk left)"),
        ),
        ReservationState::Claimed { lease_ends } => (
            format!("店頭で処理中（{}まで）", time(lease_ends)),
            format!("in use at a kiosk (until {})", time(lease_ends)),
        ),
        ReservationState::Completed { at } => {
            (format!("再設定済み（{}）", time(at)), format!("completed ({})", time(at)))
        }
        ReservationState::Cancelled { at } => {
            (format!("取消済み（{}）", time(at)), format!("cancelled ({})", time(at)))
        }
        ReservationState::Expired => ("期限切れ".into(), "expired".into()),
        ReservationState::Exhausted => ("終了（受付回数の上限）".into(), "ended (no visits left)".into()),
        ReservationState::Replaced => {
            ("終了（新しい予約に置き換え）".into(), "ended (replaced by a newer booking)".into())
        }
    };
    language.pick(&ja, &en).to_owned()
}

fn places(screen: &mut Screen, places: &[Place]) {
    if places.is_empty() {
        return;
    }
    screen.say("  使えるお店のマルチコピー機:", "  Kiosks (multi-copiers) at:");
    let language = screen.language();
    for place in places {
        let (name, note) = match language {
            Language::Ja => (&place.ja, &place.note_ja),
            Language::En => (&place.en, &place.note_en),
        };
        let note = if note.is_empty() { String::new() } else { format!(" — {note}") };
        screen.line(&format!("    - {name}{note}"));
    }
}
