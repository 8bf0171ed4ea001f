//! Problems of any request.

use actix_web::http::StatusCode;
use wire::problem::ProblemType;

use super::{Entry, UPDATE_EN, UPDATE_JA};

pub(super) fn entry(kind: ProblemType) -> Entry {
    match kind {
        ProblemType::NotFound => Entry::new(StatusCode::NOT_FOUND, "no such resource", UPDATE_JA, UPDATE_EN),
        ProblemType::MethodNotAllowed => {
            Entry::new(StatusCode::METHOD_NOT_ALLOWED, "method not allowed", UPDATE_JA, UPDATE_EN)
        }
        ProblemType::RequestTimeout => Entry::new(
            StatusCode::REQUEST_TIMEOUT,
            "the request took too long to arrive",
            "通信が途中で途切れました。電波のよい場所でもう一度お試しください。カードの状態は変わっていません。",
            "The connection was too slow. Move to a place with better reception and try again. Nothing on your card has changed.",
        ),
        ProblemType::PayloadTooLarge => {
            Entry::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large", UPDATE_JA, UPDATE_EN)
        }
        ProblemType::UnsupportedMediaType => {
            Entry::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported media type", UPDATE_JA, UPDATE_EN)
        }
        ProblemType::TooManyRequests => Entry::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too many requests",
            "短い間に要求が集中しました。少し待ってから、同じ操作をもう一度お試しください。",
            "Too many requests in a short time. Wait a moment, then do the same step again.",
        ),
        ProblemType::Internal => Entry::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal error",
            "こちらの不具合です。何も変更されていません。数分待ってからお試しください。続く場合はヘルプデスク 0120-95-0178（音声案内 1→1、9:30〜20:00）へ、この画面の番号をお伝えください。",
            "The fault is ours, and nothing was changed. Try again in a few minutes. If it happens again, call the help line 0120-95-0178 (press 1, then 1; 9:30-20:00 daily) and read out the number of this request.",
        ),
        ProblemType::Unavailable => Entry::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "temporarily unavailable",
            "ただいま確認に必要なシステムにつながりません。何も変更されていません。しばらく待ってから、同じ操作をもう一度お試しください。",
            "A system we need for the check does not answer just now. Nothing was changed. Wait a little, then do the same step again.",
        ),
        ProblemType::OutcomeUnknown => Entry::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "outcome unknown, repeat the same request",
            "処理が終わったかどうかを確認できませんでした。同じ操作をもう一度行ってください。二重に処理されることはありません。",
            "We could not confirm whether this step was finished. Do the same step again; it will not be carried out twice.",
        ),
        _ => Entry::new(StatusCode::BAD_REQUEST, "malformed request", UPDATE_JA, UPDATE_EN),
    }
}
