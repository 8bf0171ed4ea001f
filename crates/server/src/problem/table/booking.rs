//! Problems of a booking, told to the holder on the phone.

use actix_web::http::StatusCode;
use wire::problem::ProblemType;

use super::Entry;

pub(super) fn entry(kind: ProblemType) -> Entry {
    match kind {
        ProblemType::TermsNotAccepted => Entry::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "the terms in force were not accepted",
            "利用規約の最新版をお読みのうえ、同意してからお進みください。同意されない場合は、お住まいの市区町村の窓口で暗証番号を再設定できます。",
            "Read the current terms of use and accept them to go on. If you would rather not, your municipal office can reset the PIN instead.",
        ),
        ProblemType::TargetNotOffered => Entry::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "this PIN kind is not offered",
            "この種類の暗証番号は、現在このサービスで予約できません。マイナンバーカードと本人確認書類を持って、お住まいの市区町村の窓口へお越しください。",
            "A reset of this kind of PIN cannot be booked here at present. Take your My Number Card and another identity document to your municipal office.",
        ),
        ProblemType::InstallationLocked => Entry::new(
            StatusCode::FORBIDDEN,
            "locked after face failures on this phone",
            "顔の確認が続けて一致しなかったため、このアプリでの予約を一時的に止めています。表示の時刻を過ぎてからもう一度お試しください。お急ぎの方は、カードと本人確認書類を持って市区町村の窓口へお越しください。",
            "Booking on this phone is paused because the face check failed several times in a row. Try again after the time shown. If it is urgent, take your card and another identity document to your municipal office.",
        ),
        ProblemType::BookingUnknown => Entry::new(
            StatusCode::NOT_FOUND,
            "no such booking",
            "この予約手続きが見つかりません。最初の画面から手続きをやり直してください。暗証番号の残り回数は変わっていません。",
            "This booking cannot be found. Begin again at the first screen. Your remaining PIN tries have not changed.",
        ),
        ProblemType::BookingExpired => Entry::new(
            StatusCode::GONE,
            "the booking's 15 minutes are over",
            "予約手続きの制限時間（15分）を過ぎました。最初の画面からやり直してください。マイナンバーカードを手元に用意してから始めるとスムーズです。",
            "The 15 minutes for this booking are over. Begin again at the first screen, with your My Number Card at hand.",
        ),
        ProblemType::BookingOutOfOrder => Entry::new(
            StatusCode::CONFLICT,
            "this step does not come next",
            "手続きの順番が合いません。アプリに表示されている次の手順に従ってください。わからない場合は、最初の画面からやり直してください。",
            "This is not the next step. Follow the step that the app shows; if in doubt, begin again at the first screen.",
        ),
        ProblemType::AnotherCard => Entry::new(
            StatusCode::CONFLICT,
            "another card than the booking began with",
            "手続きを始めたときと違うカードが読み取られました。最初に読み取ったご本人のカードを使うか、最初の画面からやり直してください。",
            "This is not the card the booking began with. Use your own card that was read first, or begin again at the first screen.",
        ),
        ProblemType::SmartphoneToken => Entry::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "a smartphone's certificate, not the card's own",
            "読み取られたのはスマートフォンの電子証明書です。その暗証番号はマイナポータルで、カードを使って再設定できます。カードの暗証番号を再設定する場合は、マイナンバーカードそのものをかざしてください。",
            "This is a certificate stored in a smartphone. Its PIN is reset in Mynaportal with your card. To reset the card's PIN, hold the My Number Card itself against the reader.",
        ),
        // The same for every reason before the card is proved, so that nobody learns about a stranger's card.
        _ => Entry::new(
            StatusCode::FORBIDDEN,
            "the card was not proved",
            "カードを確認できませんでした。ご本人のマイナンバーカードをもう一度読み取ってください。続く場合は、カードと本人確認書類を持って市区町村の窓口へお越しいただくか、ヘルプデスク 0120-95-0178（音声案内 1→1、9:30〜20:00）へお電話ください。",
            "The card could not be confirmed. Read your own My Number Card again. If this happens again, take the card and another identity document to your municipal office, or call the help line 0120-95-0178 (press 1, then 1; 9:30-20:00 daily).",
        ),
    }
}
