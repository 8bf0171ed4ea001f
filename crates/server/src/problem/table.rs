//! Every kind of problem: its status, its title, and what the person can do next in Japanese and English.
//!
//! The sentences are read by a holder on a phone or at a kiosk, or by an operator, never by a programmer. They
//! say what is still all right, what to do, where, and when. Sources: service facts §2.3 (help line 0120-95-0178,
//! hours) and §4 (who must go to the municipal office).

use std::time::Duration;

use actix_web::http::StatusCode;
use wire::problem::ProblemType;

/// What stands in a problem document of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The HTTP status.
    pub status: StatusCode,
    /// The kind in a few English words.
    pub title: &'static str,
    /// The next step, in Japanese.
    pub ja: &'static str,
    /// The next step, in English.
    pub en: &'static str,
}

const fn entry_of(status: StatusCode, title: &'static str, ja: &'static str, en: &'static str) -> Entry {
    Entry { status, title, ja, en }
}

/// How long to wait where nothing more exact is known.
pub fn default_wait(kind: ProblemType) -> Option<Duration> {
    match kind {
        ProblemType::TooManyRequests => Some(Duration::from_secs(10)),
        ProblemType::Unavailable => Some(Duration::from_secs(5)),
        ProblemType::OutcomeUnknown => Some(Duration::from_secs(1)),
        _ => None,
    }
}

/// The `WWW-Authenticate` challenge that a 401 of this kind must carry (RFC 9110 §11.6.1, RFC 9449 §7.1, §9).
pub fn challenge(kind: ProblemType) -> Option<&'static str> {
    match kind {
        ProblemType::DpopInvalid => Some(r#"DPoP error="invalid_dpop_proof", algs="ES256""#),
        ProblemType::DpopNonceRequired => Some(r#"DPoP error="use_dpop_nonce", algs="ES256""#),
        ProblemType::TokenInvalid => Some(r#"DPoP error="invalid_token", algs="ES256""#),
        ProblemType::ClaimTokenInvalid => Some(r#"Bearer error="invalid_token""#),
        ProblemType::AdminTokenInvalid => Some(r#"Bearer realm="jpki-reset admin""#),
        _ => None,
    }
}

/// The entry of a kind. One arm each, so that a new kind cannot be forgotten.
pub fn entry(kind: ProblemType) -> Entry {
    use ProblemType as P;
    match kind {
        P::MalformedRequest
        | P::NotFound
        | P::MethodNotAllowed
        | P::RequestTimeout
        | P::PayloadTooLarge
        | P::UnsupportedMediaType
        | P::TooManyRequests
        | P::Internal
        | P::Unavailable
        | P::OutcomeUnknown => any_request(kind),
        P::DpopInvalid
        | P::DpopNonceRequired
        | P::InstallationUnknown
        | P::TokenInvalid
        | P::IdempotencyKeyMissing
        | P::IdempotencyKeyReused => proof_of_the_app(kind),
        P::TermsNotAccepted
        | P::TargetNotOffered
        | P::InstallationLocked
        | P::BookingUnknown
        | P::BookingExpired
        | P::BookingOutOfOrder
        | P::AnotherCard
        | P::CardNotProved
        | P::SmartphoneToken => booking(kind),
        P::CertificateExpired
        | P::CertificateNotYetValid
        | P::CertificateRevoked
        | P::TargetCertificateMissing
        | P::TargetCertificateExpired
        | P::TargetCertificateNotYetValid
        | P::TargetCertificateRevoked
        | P::CardUnknown => certificate(kind),
        P::CardLocked
        | P::CardLockedForGood
        | P::ClaimInProgress
        | P::ReservationUnknown
        | P::ReservationEnded => reservation(kind),
        P::KioskRefused
        | P::OutsideHours
        | P::KindNotOffered
        | P::SessionInvalid
        | P::SessionExpired
        | P::SessionUsed
        | P::NoReservation
        | P::ReservationExpired
        | P::ClaimsExhausted
        | P::ClaimTokenInvalid
        | P::ClaimUnknown
        | P::ProofInvalid
        | P::ClaimEnded => kiosk(kind),
        P::AdminTokenInvalid | P::KioskExists | P::KioskUnknown | P::OperatorUnknown => operator(kind),
    }
}

/// The sentence for a mistake in the program, not of the person.
const UPDATE_JA: &str = "お客様の操作に問題はありません。アプリまたは端末のソフトウェアを最新版に更新して、もう一度お試しください。続く場合はヘルプデスク 0120-95-0178（音声案内 1→1、9:30〜20:00）へ、この画面の番号をお伝えください。";
const UPDATE_EN: &str = "You did nothing wrong. Update the app (or the terminal's software) and try again. If it happens again, call the help line 0120-95-0178 (press 1, then 1; 9:30-20:00 daily) and read out the number of this request.";

fn any_request(kind: ProblemType) -> Entry {
    match kind {
        ProblemType::NotFound => entry_of(StatusCode::NOT_FOUND, "no such resource", UPDATE_JA, UPDATE_EN),
        ProblemType::MethodNotAllowed => {
            entry_of(StatusCode::METHOD_NOT_ALLOWED, "method not allowed", UPDATE_JA, UPDATE_EN)
        }
        ProblemType::RequestTimeout => entry_of(
            StatusCode::REQUEST_TIMEOUT,
            "the request took too long to arrive",
            "通信が途中で途切れました。電波のよい場所でもう一度お試しください。カードの状態は変わっていません。",
            "The connection was too slow. Move to a place with better reception and try again. Nothing on your card has changed.",
        ),
        ProblemType::PayloadTooLarge => {
            entry_of(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large", UPDATE_JA, UPDATE_EN)
        }
        ProblemType::UnsupportedMediaType => {
            entry_of(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported media type", UPDATE_JA, UPDATE_EN)
        }
        ProblemType::TooManyRequests => entry_of(
            StatusCode::TOO_MANY_REQUESTS,
            "too many requests",
            "短い間に要求が集中しました。少し待ってから、同じ操作をもう一度お試しください。",
            "Too many requests in a short time. Wait a moment, then do the same step again.",
        ),
        ProblemType::Internal => entry_of(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal error",
            "こちらの不具合です。何も変更されていません。数分待ってからお試しください。続く場合はヘルプデスク 0120-95-0178（音声案内 1→1、9:30〜20:00）へ、この画面の番号をお伝えください。",
            "The fault is ours, and nothing was changed. Try again in a few minutes. If it happens again, call the help line 0120-95-0178 (press 1, then 1; 9:30-20:00 daily) and read out the number of this request.",
        ),
        ProblemType::Unavailable => entry_of(
            StatusCode::SERVICE_UNAVAILABLE,
            "temporarily unavailable",
            "ただいま確認に必要なシステムにつながりません。何も変更されていません。しばらく待ってから、同じ操作をもう一度お試しください。",
            "A system we need for the check does not answer just now. Nothing was changed. Wait a little, then do the same step again.",
        ),
        ProblemType::OutcomeUnknown => entry_of(
            StatusCode::SERVICE_UNAVAILABLE,
            "outcome unknown, repeat the same request",
            "処理が終わったかどうかを確認できませんでした。同じ操作をもう一度行ってください。二重に処理されることはありません。",
            "We could not confirm whether this step was finished. Do the same step again; it will not be carried out twice.",
        ),
        _ => entry_of(StatusCode::BAD_REQUEST, "malformed request", UPDATE_JA, UPDATE_EN),
    }
}

fn proof_of_the_app(kind: ProblemType) -> Entry {
    match kind {
        ProblemType::DpopNonceRequired => entry_of(
            StatusCode::UNAUTHORIZED,
            "the proof needs this server's nonce",
            "アプリが自動でもう一度送信します。そのままお待ちください。この表示が続く場合は、アプリを開き直してください。",
            "The app sends this again by itself; please wait. If this message stays, close the app and open it again.",
        ),
        ProblemType::InstallationUnknown => entry_of(
            StatusCode::FORBIDDEN,
            "this installation is not registered",
            "アプリの登録が見つかりません。アプリを開き直し、最初の画面からやり直してください。",
            "This app is not registered with the service. Open the app again and begin at its first screen.",
        ),
        ProblemType::TokenInvalid => entry_of(
            StatusCode::UNAUTHORIZED,
            "the reservation token does not hold",
            "この予約は、予約したスマートフォンからのみ確認・取消ができます。予約したスマートフォンで操作するか、ヘルプデスク 0120-95-0178（音声案内 1→1、9:30〜20:00）へお電話ください。",
            "A reservation can be viewed and cancelled only from the phone that made it. Use that phone, or call the help line 0120-95-0178 (press 1, then 1; 9:30-20:00 daily).",
        ),
        ProblemType::IdempotencyKeyMissing => {
            entry_of(StatusCode::BAD_REQUEST, "Idempotency-Key missing or malformed", UPDATE_JA, UPDATE_EN)
        }
        ProblemType::IdempotencyKeyReused => entry_of(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Idempotency-Key used with another body",
            UPDATE_JA,
            UPDATE_EN,
        ),
        _ => entry_of(
            StatusCode::UNAUTHORIZED,
            "the DPoP proof does not hold",
            "スマートフォンの日付と時刻が「自動設定」になっているか確かめ、アプリを最新版に更新してから、もう一度お試しください。",
            "Check that your phone sets its date and time automatically, update the app, and try again.",
        ),
    }
}

fn booking(kind: ProblemType) -> Entry {
    match kind {
        ProblemType::TermsNotAccepted => entry_of(
            StatusCode::UNPROCESSABLE_ENTITY,
            "the terms in force were not accepted",
            "利用規約の最新版をお読みのうえ、同意してからお進みください。同意されない場合は、お住まいの市区町村の窓口で暗証番号を再設定できます。",
            "Read the current terms of use and accept them to go on. If you would rather not, your municipal office can reset the PIN instead.",
        ),
        ProblemType::TargetNotOffered => entry_of(
            StatusCode::UNPROCESSABLE_ENTITY,
            "this PIN kind is not offered",
            "この種類の暗証番号は、現在このサービスで予約できません。マイナンバーカードと本人確認書類を持って、お住まいの市区町村の窓口へお越しください。",
            "A reset of this kind of PIN cannot be booked here at present. Take your My Number Card and another identity document to your municipal office.",
        ),
        ProblemType::InstallationLocked => entry_of(
            StatusCode::FORBIDDEN,
            "locked after face failures on this phone",
            "顔の確認が続けて一致しなかったため、このアプリでの予約を一時的に止めています。表示の時刻を過ぎてからもう一度お試しください。お急ぎの方は、カードと本人確認書類を持って市区町村の窓口へお越しください。",
            "Booking on this phone is paused because the face check failed several times in a row. Try again after the time shown. If it is urgent, take your card and another identity document to your municipal office.",
        ),
        ProblemType::BookingUnknown => entry_of(
            StatusCode::NOT_FOUND,
            "no such booking",
            "この予約手続きが見つかりません。最初の画面から手続きをやり直してください。暗証番号の残り回数は変わっていません。",
            "This booking cannot be found. Begin again at the first screen. Your remaining PIN tries have not changed.",
        ),
        ProblemType::BookingExpired => entry_of(
            StatusCode::GONE,
            "the booking's 15 minutes are over",
            "予約手続きの制限時間（15分）を過ぎました。最初の画面からやり直してください。マイナンバーカードを手元に用意してから始めるとスムーズです。",
            "The 15 minutes for this booking are over. Begin again at the first screen, with your My Number Card at hand.",
        ),
        ProblemType::BookingOutOfOrder => entry_of(
            StatusCode::CONFLICT,
            "this step does not come next",
            "手続きの順番が合いません。アプリに表示されている次の手順に従ってください。わからない場合は、最初の画面からやり直してください。",
            "This is not the next step. Follow the step that the app shows; if in doubt, begin again at the first screen.",
        ),
        ProblemType::AnotherCard => entry_of(
            StatusCode::CONFLICT,
            "another card than the booking began with",
            "手続きを始めたときと違うカードが読み取られました。最初に読み取ったご本人のカードを使うか、最初の画面からやり直してください。",
            "This is not the card the booking began with. Use your own card that was read first, or begin again at the first screen.",
        ),
        ProblemType::SmartphoneToken => entry_of(
            StatusCode::UNPROCESSABLE_ENTITY,
            "a smartphone's certificate, not the card's own",
            "読み取られたのはスマートフォンの電子証明書です。その暗証番号はマイナポータルで、カードを使って再設定できます。カードの暗証番号を再設定する場合は、マイナンバーカードそのものをかざしてください。",
            "This is a certificate stored in a smartphone. Its PIN is reset in Mynaportal with your card. To reset the card's PIN, hold the My Number Card itself against the reader.",
        ),
        // The same for every reason before the card is proved, so that nobody learns about a stranger's card.
        _ => entry_of(
            StatusCode::FORBIDDEN,
            "the card was not proved",
            "カードを確認できませんでした。ご本人のマイナンバーカードをもう一度読み取ってください。続く場合は、カードと本人確認書類を持って市区町村の窓口へお越しいただくか、ヘルプデスク 0120-95-0178（音声案内 1→1、9:30〜20:00）へお電話ください。",
            "The card could not be confirmed. Read your own My Number Card again. If this happens again, take the card and another identity document to your municipal office, or call the help line 0120-95-0178 (press 1, then 1; 9:30-20:00 daily).",
        ),
    }
}

fn certificate(kind: ProblemType) -> Entry {
    match kind {
        ProblemType::CertificateExpired => entry_of(
            StatusCode::FORBIDDEN,
            "the known PIN's certificate has expired",
            "本人確認に使う電子証明書の有効期限が切れています。このサービスでは再設定できません。カードを持って市区町村の窓口で更新（無料）してください。暗証番号も同時に再設定できます。",
            "The certificate used to confirm you has expired, so this service cannot help. Take your card to your municipal office: renewal is free, and the PIN can be reset at the same time.",
        ),
        ProblemType::CertificateNotYetValid => entry_of(
            StatusCode::FORBIDDEN,
            "the known PIN's certificate is not in force yet",
            "電子証明書がまだ有効になっていません。発行の翌開庁日からお使いいただけます。それでも進めない場合は、市区町村の窓口へお問い合わせください。",
            "The certificate is not in force yet. It works from the office's next business day after issue. If it still fails then, ask your municipal office.",
        ),
        ProblemType::CertificateRevoked => entry_of(
            StatusCode::FORBIDDEN,
            "the known PIN's certificate is revoked",
            "本人確認に使う電子証明書が失効しています（引越しや氏名の変更、利用停止の届出など）。カードと本人確認書類を持って市区町村の窓口で、電子証明書の発行を受けてください。",
            "The certificate used to confirm you has been revoked, for example after a move, a change of name, or a report of loss. Take your card and another identity document to your municipal office to have a new one issued.",
        ),
        ProblemType::TargetCertificateMissing => entry_of(
            StatusCode::FORBIDDEN,
            "no certificate for the PIN to be reset",
            "このカードには、再設定しようとしている暗証番号の電子証明書が入っていません（15歳未満の方など）。市区町村の窓口へご相談ください。",
            "This card has no certificate for the PIN you want to reset (as for holders under 15). Please ask your municipal office.",
        ),
        ProblemType::TargetCertificateExpired => entry_of(
            StatusCode::FORBIDDEN,
            "the certificate of the PIN to be reset has expired",
            "再設定する暗証番号の電子証明書は有効期限が切れているため、暗証番号だけを再設定しても使えません。カードを持って市区町村の窓口で更新（無料）してください。",
            "The certificate of the PIN you want to reset has expired, so a new PIN would be of no use. Take your card to your municipal office; renewal is free.",
        ),
        ProblemType::TargetCertificateNotYetValid => entry_of(
            StatusCode::FORBIDDEN,
            "the certificate of the PIN to be reset is not in force yet",
            "再設定する暗証番号の電子証明書がまだ有効になっていません。発行の翌開庁日以降に、もう一度お試しください。",
            "The certificate of the PIN you want to reset is not in force yet. Try again from the office's next business day after issue.",
        ),
        ProblemType::TargetCertificateRevoked => entry_of(
            StatusCode::FORBIDDEN,
            "the certificate of the PIN to be reset is revoked",
            "再設定する暗証番号の電子証明書は失効しています（引越しや氏名の変更のあとなど）。暗証番号だけを再設定しても使えません。カードと本人確認書類を持って市区町村の窓口で、電子証明書の発行を受けてください。",
            "The certificate of the PIN you want to reset has been revoked, for example after a move or a change of name, so a new PIN would be of no use. Take your card and another identity document to your municipal office to have a new certificate issued.",
        ),
        _ => entry_of(
            StatusCode::FORBIDDEN,
            "the issuer's register does not know this card",
            "発行元の登録でこのカードを確認できませんでした。カードと本人確認書類を持って、市区町村の窓口へお越しください。",
            "The issuer's register does not know this card. Take it and another identity document to your municipal office.",
        ),
    }
}

fn reservation(kind: ProblemType) -> Entry {
    match kind {
        ProblemType::CardLocked => entry_of(
            StatusCode::FORBIDDEN,
            "locked after face failures with this card",
            "顔の確認が続けて一致しなかったため、このカードの手続きを一時的に止めています。表示の時刻を過ぎてからもう一度お試しください。お急ぎの方は、カードと本人確認書類を持って市区町村の窓口へお越しください。",
            "Work on this card is paused because the face check failed several times in a row. Try again after the time shown. If it is urgent, take your card and another identity document to your municipal office.",
        ),
        ProblemType::CardLockedForGood => entry_of(
            StatusCode::FORBIDDEN,
            "locked until staff lift the lock",
            "顔の確認が何度も一致しなかったため、このカードの手続きを止めています。ヘルプデスク 0120-95-0178（音声案内 1→1、9:30〜20:00）へ表示の番号をお伝えいただくか、カードと本人確認書類を持って市区町村の窓口へお越しください。",
            "Work on this card is stopped because the face check failed many times. Call the help line 0120-95-0178 (press 1, then 1; 9:30-20:00 daily) and read out the number shown, or take your card and another identity document to your municipal office.",
        ),
        ProblemType::ClaimInProgress => entry_of(
            StatusCode::CONFLICT,
            "a kiosk is at work on this reservation",
            "店舗の端末でこの予約の手続きが行われています。表示の時刻まで待ってから、もう一度お試しください。心当たりがない場合は、ヘルプデスク 0120-95-0178（カードの一時停止は24時間受付）へすぐにお電話ください。",
            "A store terminal is working on this reservation. Wait until the time shown, then try again. If it is not you, call 0120-95-0178 at once; the card can be suspended at any hour.",
        ),
        ProblemType::ReservationUnknown => entry_of(
            StatusCode::NOT_FOUND,
            "no such reservation",
            "この予約は見つかりません。予約番号と、予約したスマートフォンであることを確かめてください。必要な場合は、アプリでもう一度予約してください。",
            "This reservation cannot be found. Check its number and that this is the phone that made it. If need be, book again in the app.",
        ),
        _ => entry_of(
            StatusCode::CONFLICT,
            "the reservation has ended",
            "この予約はすでに終わっているため、取り消す必要はありません。もう一度再設定が必要な場合は、アプリで新しく予約してください。",
            "This reservation has already ended, so there is nothing to cancel. If you need another reset, book again in the app.",
        ),
    }
}

fn kiosk(kind: ProblemType) -> Entry {
    match kind {
        ProblemType::KioskRefused => entry_of(
            StatusCode::FORBIDDEN,
            "this kiosk may not work",
            "この端末は現在ご利用いただけません。予約はそのまま有効です。お手数ですが、ほかの対応店舗の端末をご利用ください。",
            "This terminal is out of service. Your reservation remains valid; please use a terminal in another participating store.",
        ),
        ProblemType::OutsideHours => entry_of(
            StatusCode::FORBIDDEN,
            "outside the hours",
            "ただいまは受付時間外です（通常 6:30〜23:00、保守の時間を除く）。予約の期限内で、表示の時刻以降にもう一度お越しください。期限を過ぎる場合は、アプリで予約し直してください。",
            "Terminals are closed now (usually open 6:30-23:00 Japan time, except for maintenance). Come back after the time shown while your reservation is valid; if it ends before that, book again in the app.",
        ),
        ProblemType::KindNotOffered => entry_of(
            StatusCode::FORBIDDEN,
            "this operator does not reset this PIN kind",
            "この店舗の端末では、この種類の暗証番号を再設定できません。予約はそのまま有効です。アプリに表示される対応店舗へお越しください。",
            "This store's terminal does not reset this kind of PIN. Your reservation remains valid; go to one of the operators listed in the app.",
        ),
        ProblemType::SessionInvalid => entry_of(
            StatusCode::FORBIDDEN,
            "the session does not hold",
            "この端末の手続きを確認できませんでした。最初の画面に戻り、やり直してください。予約はそのまま有効です。",
            "This terminal's session could not be confirmed. Go back to the first screen and begin again. Your reservation remains valid.",
        ),
        ProblemType::SessionExpired => entry_of(
            StatusCode::GONE,
            "the session's three minutes are over",
            "操作の制限時間（3分）を過ぎました。最初の画面からやり直してください。予約はそのまま有効です。",
            "The three minutes for this step are over. Begin again at the first screen. Your reservation remains valid.",
        ),
        ProblemType::SessionUsed => entry_of(
            StatusCode::CONFLICT,
            "the session was used already",
            "この手続きはすでに終わっています。続ける場合は、最初の画面からやり直してください。",
            "This session has already been used. To go on, begin again at the first screen.",
        ),
        ProblemType::NoReservation => entry_of(
            StatusCode::NOT_FOUND,
            "no reservation to use",
            "このカードで使える予約がありません。スマートフォンのアプリで予約し、24時間以内にもう一度お越しください。すでに使った予約や取り消した予約は使えません。",
            "There is no reservation to use for this card and PIN. Book in the phone app, then come back within 24 hours. A reservation that was used or cancelled cannot be used again.",
        ),
        ProblemType::ReservationExpired => entry_of(
            StatusCode::GONE,
            "the reservation's 24 hours are over",
            "予約の有効期限（24時間）を過ぎました。スマートフォンのアプリで、もう一度予約してください。",
            "The 24 hours of your reservation are over. Book again in the phone app.",
        ),
        ProblemType::ClaimsExhausted => entry_of(
            StatusCode::GONE,
            "all three tries of this reservation are spent",
            "この予約で再設定できる回数（3回）を使い切りました。スマートフォンのアプリで、もう一度予約してください。端末の不調が続く場合は、ほかの店舗の端末をご利用ください。",
            "This reservation's three tries at a terminal are spent. Book again in the phone app, and if a terminal keeps failing, use one in another store.",
        ),
        ProblemType::ClaimTokenInvalid => entry_of(
            StatusCode::UNAUTHORIZED,
            "the claim token does not hold",
            "端末の手続きを確認できませんでした。最初の画面からやり直してください。続く場合は、ヘルプデスク 0120-95-0178（音声案内 1→1、9:30〜20:00）へお電話ください。",
            "The terminal's step could not be confirmed. Begin again at the first screen. If it happens again, call the help line 0120-95-0178 (press 1, then 1; 9:30-20:00 daily).",
        ),
        ProblemType::ClaimUnknown => entry_of(
            StatusCode::NOT_FOUND,
            "no such claim",
            "この手続きの記録が見つかりません。最初の画面からやり直してください。",
            "There is no record of this step. Begin again at the first screen.",
        ),
        ProblemType::ProofInvalid => entry_of(
            StatusCode::UNPROCESSABLE_ENTITY,
            "the proof of the new PIN does not verify",
            "新しい暗証番号の設定を確認できませんでした。カードの暗証番号の状態を端末で確かめ、変わっていなければ、5分ほど待ってからもう一度お試しください。",
            "The new PIN could not be confirmed. Check the PIN's state at the terminal; if it has not changed, wait about five minutes and try again.",
        ),
        _ => entry_of(
            StatusCode::CONFLICT,
            "the claim has ended otherwise",
            "この手続きはすでに終わっています。予約が残っていれば、最初の画面からやり直せます。",
            "This step has already ended. If the reservation is still valid, you can begin again at the first screen.",
        ),
    }
}

fn operator(kind: ProblemType) -> Entry {
    match kind {
        ProblemType::KioskExists => entry_of(
            StatusCode::CONFLICT,
            "a kiosk of this name exists",
            "同じ名前の端末がすでに登録されています。別の名前を付けてください（一覧: jpki-reset kiosk list）。",
            "A kiosk of this name is already admitted. Choose another name (see: jpki-reset kiosk list).",
        ),
        ProblemType::KioskUnknown => entry_of(
            StatusCode::NOT_FOUND,
            "no kiosk of this name",
            "その名前の端末は登録されていません。名前を確かめてください（一覧: jpki-reset kiosk list）。",
            "No kiosk of this name is admitted. Check the name (see: jpki-reset kiosk list).",
        ),
        ProblemType::OperatorUnknown => entry_of(
            StatusCode::UNPROCESSABLE_ENTITY,
            "no such operator in the service data",
            "サービスデータ（service.toml）にその事業者がありません。事業者の id を確かめるか、追加してからサーバーを再起動してください。",
            "The service data (service.toml) name no such operator. Check the operator's id, or add it and restart the server.",
        ),
        _ => entry_of(
            StatusCode::UNAUTHORIZED,
            "the admin token does not hold",
            "管理用トークンが正しくありません。設定ファイルの listen.admin.token_file が、動いているサーバーのものと同じか確かめてください。",
            "The admin token does not hold. Check that listen.admin.token_file in your settings is the one the running server uses.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_kind_has_its_own_title_and_a_sentence_in_both_languages() {
        let mut titles = HashSet::new();
        for kind in ProblemType::ALL {
            let entry = entry(*kind);
            assert!(titles.insert(entry.title), "{kind:?} shares its title: is it missing from its group?");
            assert!(entry.status.is_client_error() || entry.status.is_server_error(), "{kind:?}");
            assert!(entry.ja.chars().any(|c| c > '\u{3000}'), "{kind:?}");
            assert!(entry.en.is_ascii() && entry.en.ends_with(['.', ')']), "{kind:?}");
        }
    }

    #[test]
    fn a_401_carries_a_challenge_and_nothing_else_does() {
        for kind in ProblemType::ALL {
            assert_eq!(
                challenge(*kind).is_some(),
                entry(*kind).status == StatusCode::UNAUTHORIZED,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn a_429_and_a_503_say_when_to_come_back_and_nothing_else_does() {
        let waits = [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE];
        for kind in ProblemType::ALL {
            assert_eq!(default_wait(*kind).is_some(), waits.contains(&entry(*kind).status), "{kind:?}");
        }
    }
}
