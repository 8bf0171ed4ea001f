//! Problems of a reservation and of locks.

use actix_web::http::StatusCode;
use wire::problem::ProblemType;

use super::Entry;

pub(super) fn entry(kind: ProblemType) -> Entry {
    match kind {
        ProblemType::CardLocked => Entry::new(
            StatusCode::FORBIDDEN,
            "locked after face failures with this card",
            "顔の確認が続けて一致しなかったため、このカードの手続きを一時的に止めています。表示の時刻を過ぎてからもう一度お試しください。お急ぎの方は、カードと本人確認書類を持って市区町村の窓口へお越しください。",
            "Work on this card is paused because the face check failed several times in a row. Try again after the time shown. If it is urgent, take your card and another identity document to your municipal office.",
        ),
        ProblemType::CardLockedForGood => Entry::new(
            StatusCode::FORBIDDEN,
            "locked until staff lift the lock",
            "顔の確認が何度も一致しなかったため、このカードの手続きを止めています。ヘルプデスク 0120-95-0178（音声案内 1→1、9:30〜20:00）へ表示の番号をお伝えいただくか、カードと本人確認書類を持って市区町村の窓口へお越しください。",
            "Work on this card is stopped because the face check failed many times. Call the help line 0120-95-0178 (press 1, then 1; 9:30-20:00 daily) and read out the number shown, or take your card and another identity document to your municipal office.",
        ),
        ProblemType::ClaimInProgress => Entry::new(
            StatusCode::CONFLICT,
            "a kiosk is at work on this reservation",
            "店舗の端末でこの予約の手続きが行われています。表示の時刻まで待ってから、もう一度お試しください。心当たりがない場合は、ヘルプデスク 0120-95-0178（カードの一時停止は24時間受付）へすぐにお電話ください。",
            "A store terminal is working on this reservation. Wait until the time shown, then try again. If it is not you, call 0120-95-0178 at once; the card can be suspended at any hour.",
        ),
        ProblemType::ReservationUnknown => Entry::new(
            StatusCode::NOT_FOUND,
            "no such reservation",
            "この予約は見つかりません。予約番号と、予約したスマートフォンであることを確かめてください。必要な場合は、アプリでもう一度予約してください。",
            "This reservation cannot be found. Check its number and that this is the phone that made it. If need be, book again in the app.",
        ),
        _ => Entry::new(
            StatusCode::CONFLICT,
            "the reservation has ended",
            "この予約はすでに終わっているため、取り消す必要はありません。もう一度再設定が必要な場合は、アプリで新しく予約してください。",
            "This reservation has already ended, so there is nothing to cancel. If you need another reset, book again in the app.",
        ),
    }
}
