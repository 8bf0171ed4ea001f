//! Problems of the card's surface and of the face step, told to the holder on the phone.

use actix_web::http::StatusCode;
use wire::problem::ProblemType;

use super::Entry;

pub(super) fn entry(kind: ProblemType) -> Entry {
    match kind {
        ProblemType::SurfaceNotGenuine => Entry::new(
            StatusCode::FORBIDDEN,
            "the chip's portrait was not proved genuine",
            "カードの券面情報を確認できませんでした。カードをもう一度読み取ってください。続く場合は、カードと本人確認書類を持って、お住まいの市区町村の窓口へお越しください。",
            "The portrait in the card's chip could not be confirmed. Read the card again. If this happens again, take the card and another identity document to your municipal office.",
        ),
        ProblemType::SurfaceOfAnotherCard => Entry::new(
            StatusCode::FORBIDDEN,
            "the portrait is another card's",
            "電子証明書と顔写真が、別々のカードから読み取られています。ご本人のカード1枚だけを使って、最初の画面からやり直してください。",
            "The certificate and the portrait were read from two different cards. Begin again with your own card alone.",
        ),
        ProblemType::PortraitUnfit => Entry::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "no face can be compared with the chip's portrait",
            "このカードに記録されている顔写真では、照合ができません。照合の回数には数えていません。カードと本人確認書類を持って、お住まいの市区町村の窓口へお越しください。",
            "The portrait in this card's chip cannot be used for the face check. No attempt was counted. Take the card and another identity document to your municipal office.",
        ),
        ProblemType::FrontUnfit => Entry::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "the photograph of the card's front cannot be used",
            "カードの表面の写真を確認できませんでした。明るい場所で、カード全体が写るように、もう一度撮影してください。照合の回数には数えません。",
            "The photograph of the card's front cannot be used. Take it again in good light, with the whole card in the picture. No attempt was counted.",
        ),
        ProblemType::FramesUnfit => Entry::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "the pictures of the face cannot be judged",
            "お顔の写真を判定できませんでした。明るい場所で、おひとりで、画面の指示どおりにもう一度撮影してください。照合の回数には数えません。",
            "The pictures of the face cannot be judged. Take them again in good light, alone, following the instructions. No attempt was counted.",
        ),
        ProblemType::ChallengeUnknown => Entry::new(
            StatusCode::CONFLICT,
            "no such face challenge is out",
            "この撮影の指示は使えなくなりました。アプリの画面に従って、もう一度撮影を始めてください。",
            "These instructions for the face pictures are no longer in use. Start the pictures again in the app.",
        ),
        ProblemType::ChallengeOver => Entry::new(
            StatusCode::CONFLICT,
            "the frames came too late",
            "撮影の時間が過ぎました。もう一度撮影を始めてください。照合の回数には数えません。",
            "The time for the pictures is over. Start them again. No attempt was counted.",
        ),
        ProblemType::ChallengesExhausted => Entry::new(
            StatusCode::CONFLICT,
            "all face challenges of this booking are used up",
            "この手続きで撮影できる回数を使い切りました。最初の画面からやり直してください。",
            "This booking has used up its pictures. Begin again at the first screen.",
        ),
        ProblemType::AttemptInProgress => Entry::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "an attempt is being judged",
            "前の撮影を判定しています。最大で1分ほど待ってから、同じ操作をもう一度行ってください。同じ撮影が二重に数えられることはありません。",
            "An earlier attempt is still being judged. Wait up to a minute, then do the same step again. The attempt is not counted twice.",
        ),
        _ => Entry::new(
            StatusCode::CONFLICT,
            "this attempt was made with other frames",
            "この撮影はすでに判定に使われました。もう一度撮影を始めてください。",
            "This attempt was made with other pictures. Start the pictures again.",
        ),
    }
}
