//! Problems of the app's proof of itself.

use actix_web::http::StatusCode;
use wire::problem::ProblemType;

use super::{Entry, UPDATE_EN, UPDATE_JA};

pub(super) fn entry(kind: ProblemType) -> Entry {
    match kind {
        ProblemType::DpopNonceRequired => Entry::new(
            StatusCode::UNAUTHORIZED,
            "the proof needs this server's nonce",
            "アプリが自動でもう一度送信します。そのままお待ちください。この表示が続く場合は、アプリを開き直してください。",
            "The app sends this again by itself; please wait. If this message stays, close the app and open it again.",
        ),
        ProblemType::InstallationUnknown => Entry::new(
            StatusCode::FORBIDDEN,
            "this installation is not registered",
            "アプリの登録が見つかりません。アプリを開き直し、最初の画面からやり直してください。",
            "This app is not registered with the service. Open the app again and begin at its first screen.",
        ),
        ProblemType::TokenInvalid => Entry::new(
            StatusCode::UNAUTHORIZED,
            "the reservation token does not hold",
            "この予約は、予約したスマートフォンからのみ確認・取消ができます。予約したスマートフォンで操作するか、ヘルプデスク 0120-95-0178（音声案内 1→1、9:30〜20:00）へお電話ください。",
            "A reservation can be viewed and cancelled only from the phone that made it. Use that phone, or call the help line 0120-95-0178 (press 1, then 1; 9:30-20:00 daily).",
        ),
        ProblemType::IdempotencyKeyMissing => {
            Entry::new(StatusCode::BAD_REQUEST, "Idempotency-Key missing or malformed", UPDATE_JA, UPDATE_EN)
        }
        ProblemType::IdempotencyKeyReused => Entry::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Idempotency-Key used with another body",
            UPDATE_JA,
            UPDATE_EN,
        ),
        _ => Entry::new(
            StatusCode::UNAUTHORIZED,
            "the DPoP proof does not hold",
            "スマートフォンの日付と時刻が「自動設定」になっているか確かめ、アプリを最新版に更新してから、もう一度お試しください。",
            "Check that your phone sets its date and time automatically, update the app, and try again.",
        ),
    }
}
