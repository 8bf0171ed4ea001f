//! Problems of a kiosk, told to the holder in the store.

use actix_web::http::StatusCode;
use wire::problem::ProblemType;

use super::Entry;

pub(super) fn entry(kind: ProblemType) -> Entry {
    match kind {
        ProblemType::KioskRefused => Entry::new(
            StatusCode::FORBIDDEN,
            "this kiosk may not work",
            "この端末は現在ご利用いただけません。予約はそのまま有効です。お手数ですが、ほかの対応店舗の端末をご利用ください。",
            "This terminal is out of service. Your reservation remains valid; please use a terminal in another participating store.",
        ),
        ProblemType::OutsideHours => Entry::new(
            StatusCode::FORBIDDEN,
            "outside the hours",
            "ただいまは受付時間外です（通常 6:30〜23:00、保守の時間を除く）。予約の期限内で、表示の時刻以降にもう一度お越しください。期限を過ぎる場合は、アプリで予約し直してください。",
            "Terminals are closed now (usually open 6:30-23:00 Japan time, except for maintenance). Come back after the time shown while your reservation is valid; if it ends before that, book again in the app.",
        ),
        ProblemType::KindNotOffered => Entry::new(
            StatusCode::FORBIDDEN,
            "this operator does not reset this PIN kind",
            "この店舗の端末では、この種類の暗証番号を再設定できません。予約はそのまま有効です。アプリに表示される対応店舗へお越しください。",
            "This store's terminal does not reset this kind of PIN. Your reservation remains valid; go to one of the operators listed in the app.",
        ),
        ProblemType::SessionInvalid => Entry::new(
            StatusCode::FORBIDDEN,
            "the session does not hold",
            "この端末の手続きを確認できませんでした。最初の画面に戻り、やり直してください。予約はそのまま有効です。",
            "This terminal's session could not be confirmed. Go back to the first screen and begin again. Your reservation remains valid.",
        ),
        ProblemType::SessionExpired => Entry::new(
            StatusCode::GONE,
            "the session's three minutes are over",
            "操作の制限時間（3分）を過ぎました。最初の画面からやり直してください。予約はそのまま有効です。",
            "The three minutes for this step are over. Begin again at the first screen. Your reservation remains valid.",
        ),
        ProblemType::SessionUsed => Entry::new(
            StatusCode::CONFLICT,
            "the session was used already",
            "この手続きはすでに終わっています。続ける場合は、最初の画面からやり直してください。",
            "This session has already been used. To go on, begin again at the first screen.",
        ),
        ProblemType::NoReservation => Entry::new(
            StatusCode::NOT_FOUND,
            "no reservation to use",
            "このカードで使える予約がありません。スマートフォンのアプリで予約し、24時間以内にもう一度お越しください。すでに使った予約や取り消した予約は使えません。",
            "There is no reservation to use for this card and PIN. Book in the phone app, then come back within 24 hours. A reservation that was used or cancelled cannot be used again.",
        ),
        ProblemType::ReservationExpired => Entry::new(
            StatusCode::GONE,
            "the reservation's 24 hours are over",
            "予約の有効期限（24時間）を過ぎました。スマートフォンのアプリで、もう一度予約してください。",
            "The 24 hours of your reservation are over. Book again in the phone app.",
        ),
        ProblemType::ClaimsExhausted => Entry::new(
            StatusCode::GONE,
            "all three tries of this reservation are spent",
            "この予約で再設定できる回数（3回）を使い切りました。スマートフォンのアプリで、もう一度予約してください。端末の不調が続く場合は、ほかの店舗の端末をご利用ください。",
            "This reservation's three tries at a terminal are spent. Book again in the phone app, and if a terminal keeps failing, use one in another store.",
        ),
        ProblemType::ClaimTokenInvalid => Entry::new(
            StatusCode::UNAUTHORIZED,
            "the claim token does not hold",
            "端末の手続きを確認できませんでした。最初の画面からやり直してください。続く場合は、ヘルプデスク 0120-95-0178（音声案内 1→1、9:30〜20:00）へお電話ください。",
            "The terminal's step could not be confirmed. Begin again at the first screen. If it happens again, call the help line 0120-95-0178 (press 1, then 1; 9:30-20:00 daily).",
        ),
        ProblemType::ClaimUnknown => Entry::new(
            StatusCode::NOT_FOUND,
            "no such claim",
            "この手続きの記録が見つかりません。最初の画面からやり直してください。",
            "There is no record of this step. Begin again at the first screen.",
        ),
        ProblemType::ProofInvalid => Entry::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "the proof of the new PIN does not verify",
            "新しい暗証番号の設定を確認できませんでした。カードの暗証番号の状態を端末で確かめ、変わっていなければ、5分ほど待ってからもう一度お試しください。",
            "The new PIN could not be confirmed. Check the PIN's state at the terminal; if it has not changed, wait about five minutes and try again.",
        ),
        _ => Entry::new(
            StatusCode::CONFLICT,
            "the claim has ended otherwise",
            "この手続きはすでに終わっています。予約が残っていれば、最初の画面からやり直せます。",
            "This step has already ended. If the reservation is still valid, you can begin again at the first screen.",
        ),
    }
}
