//! The card's troubles and the PIN rules as sentences for the person: what happened, what it cost, what to do next.

use card::{
    CardError, CertificateError, SelectError, SignError, Smartphone, SurfaceReadError, SurfaceSelectError,
    TransportError, Tries, VerifyError,
};
use reservation::PinKind;
use reservation::pin::{PinFormat, WeakPin};
use secret::NewPinRefused;
use wire::app::Pose;
use wire::problem::{Advice, Sentence};

use crate::first_look::{NoUse, Office};
use crate::language::sentence;

/// What people call this PIN.
pub fn pin_name(kind: PinKind) -> Sentence {
    match kind {
        PinKind::Signature => {
            sentence("署名用暗証番号（英数字6〜16文字）", "signature PIN (6-16 letters and digits)")
        }
        PinKind::User => sentence("利用者証明用暗証番号（数字4桁）", "user PIN (4 digits)"),
    }
}

/// What a counter says.
pub fn tries(tries: Tries) -> Sentence {
    match tries {
        Tries::Left(1) => sentence("あと1回でロックされます", "1 try left before it locks"),
        Tries::Left(left) => sentence(&format!("残り{left}回"), &format!("{left} tries left")),
        Tries::Blocked => sentence("ロックされています", "locked"),
    }
}

/// Why a card cannot be used.
pub fn no_use(trouble: &NoUse) -> Sentence {
    match trouble {
        NoUse::Select(error) => select(error),
        NoUse::Office(office) => self::office(*office),
    }
}

/// What is on the reader instead of a usable card.
pub fn select(error: &SelectError) -> Sentence {
    match error {
        SelectError::NotMyNumberCard => sentence(
            "マイナンバーカードではありません。マイナンバーカードを置いてください。",
            "This is no My Number Card. Put the My Number Card on the reader.",
        ),
        SelectError::Smartphone(phone) => {
            let name = match phone {
                Smartphone::Android => "Android",
                Smartphone::IPhone => "iPhone",
            };
            sentence(
                &format!(
                    "これは{name}スマートフォンの電子証明書です。その暗証番号はマイナポータルアプリで再設定します。\
                     この手続きと窓口では再設定できません。"
                ),
                &format!(
                    "This is the certificate in an {name} phone. Its PIN is reset in the Mynaportal app, neither \
                     here nor at the office."
                ),
            )
        }
        SelectError::ResidentRegisterCard => sentence(
            "これは住民基本台帳カードです。マイナンバーカードの交付を市区町村の窓口で申請してください。",
            "This is a resident register card. Apply for a My Number Card at the municipal office.",
        ),
        SelectError::UnknownToken => sentence(
            "この種類のカードは扱えません。市区町村の窓口でお尋ねください。",
            "This kind of card is not known here. Ask at the municipal office.",
        ),
        SelectError::Card(error) => card(error),
    }
}

/// Why a step that costs nothing failed.
pub fn card(error: &CardError) -> Sentence {
    match error {
        CardError::Transport(error) => transport(*error),
        CardError::Refused { .. } | CardError::Malformed { .. } => sentence(
            "カードから正しい応答がありません。カードを置き直してください。続く場合は窓口へ。",
            "The card did not answer as it should. Put it back and try again; if it goes on, go to the office.",
        ),
    }
}

/// Why no answer came.
pub fn transport(error: TransportError) -> Sentence {
    match error {
        TransportError::Removed => sentence(
            "カードが離れました。カードを置き直し、終わるまで動かさないでください。",
            "The card was removed. Put it back and leave it there until the end.",
        ),
        TransportError::Busy => sentence(
            "別のプログラムがカードを使っています。終了してから、もう一度お試しください。",
            "Another program is using the card. Close it and try again.",
        ),
        TransportError::Reader(_) => sentence(
            "カードリーダーに異常があります。カードをいったん離し、置き直してください。",
            "The card reader failed. Take the card off, put it back and try again.",
        ),
    }
}

/// Why only the office can help.
pub fn office(office: Office) -> Sentence {
    match office {
        Office::BothBlocked => sentence(
            "2つの暗証番号が両方ともロックされているため、ここでは再設定できません。カードと本人確認書類を持って、\
             市区町村の窓口へお越しください。",
            "Both PINs are locked, so neither can be reset here. Go to the municipal office with the card and \
             another identity document.",
        ),
        Office::KnownBlocked(kind) => {
            let name = pin_name(kind);
            sentence(
                &format!(
                    "本人確認に使う{}がロックされています。もう一方の暗証番号が分かれば、先にこちらの再設定を予約してください。\
                     どちらも分からない場合は市区町村の窓口へ。",
                    name.ja
                ),
                &format!(
                    "The {}, with which you prove yourself, is locked. If you know the other PIN, book the reset of \
                     this one first; if you know neither, go to the municipal office.",
                    name.en
                ),
            )
        }
        Office::NoCertificate(kind) => {
            let (ja, en) = match kind {
                PinKind::Signature => ("署名用電子証明書", "signature certificate"),
                PinKind::User => ("利用者証明用電子証明書", "user certificate"),
            };
            sentence(
                &format!(
                    "このカードには{ja}がないため、ここでは再設定できません。市区町村の窓口へお越しください。"
                ),
                &format!(
                    "This card carries no {en}, so nothing can be reset here. Go to the municipal office."
                ),
            )
        }
    }
}

/// What became of a PIN that was typed.
pub fn verify(error: &VerifyError) -> Sentence {
    match error {
        VerifyError::WrongPin { left: 1 } => sentence(
            "暗証番号が違います。次に間違えるとロックされます。",
            "The PIN is wrong. One more wrong try locks it.",
        ),
        VerifyError::WrongPin { left } => sentence(
            &format!("暗証番号が違います。残り{left}回です。"),
            &format!("The PIN is wrong. {left} tries are left."),
        ),
        VerifyError::Blocked => sentence(
            "暗証番号がロックされました。市区町村の窓口で再設定できます。",
            "The PIN is locked now. It can be reset at the municipal office.",
        ),
        VerifyError::NotSent(error) => {
            let next = card(error);
            sentence(
                &format!("暗証番号はまだ送られていません（回数は減っていません）。{}", next.ja),
                &format!("The PIN was not sent, so no try is spent. {}", next.en),
            )
        }
        VerifyError::Interrupted(_) => sentence(
            "暗証番号の確認中に通信が切れました。回数が1回減った可能性があります。カードを置き直し、残り回数を確かめてください。",
            "The link broke while the PIN was checked, so a try may be gone. Put the card back and look at what is left.",
        ),
        VerifyError::Refused(error) => card(error),
    }
}

/// What the three printed fields are called together.
pub fn code_name() -> Sentence {
    sentence(
        "照合番号B（生年月日・有効期限・セキュリティコード）",
        "printed code (birth date, expiry year, security code)",
    )
}

/// What became of the printed fields that were typed.
pub fn code(error: &VerifyError) -> Sentence {
    match error {
        VerifyError::WrongPin { left: 1 } => sentence(
            "カードに印刷された内容と一致しません。次に間違えるとロックされます。",
            "This is not what the card prints. One more wrong try locks it.",
        ),
        VerifyError::WrongPin { left } => sentence(
            &format!("カードに印刷された内容と一致しません。残り{left}回です。カードを見直してください。"),
            &format!("This is not what the card prints. {left} tries are left. Look at the card again."),
        ),
        VerifyError::Blocked => sentence(
            "照合番号Bがロックされているため、顔写真を読み取れません。カードと本人確認書類を持って、市区町村の窓口へお越しください。",
            "The printed code is locked, so the portrait cannot be read. Go to the municipal office with the card and \
             another identity document.",
        ),
        VerifyError::NotSent(error) => {
            let next = card(error);
            sentence(
                &format!("カードにはまだ送られていません（回数は減っていません）。{}", next.ja),
                &format!("Nothing was sent to the card, so no try is spent. {}", next.en),
            )
        }
        VerifyError::Interrupted(_) => sentence(
            "照合番号Bの確認中に通信が切れました。回数が1回減った可能性があります。カードを置き直し、残り回数を確かめてください。",
            "The link broke while the printed code was checked, so a try may be gone. Put the card back and look at what \
             is left.",
        ),
        VerifyError::Refused(error) => card(error),
    }
}

/// Why the card does not tell what its front shows, before anything was typed.
pub fn no_surface(error: &SurfaceSelectError) -> Sentence {
    match error {
        SurfaceSelectError::Absent => front_unknown(),
        SurfaceSelectError::Card(error) => card(error),
    }
}

/// Why the front could not be read, although it was opened.
pub fn front(error: &SurfaceReadError) -> Sentence {
    match error {
        SurfaceReadError::NotVerified => transport(TransportError::Removed),
        SurfaceReadError::Malformed(_) => front_unknown(),
        SurfaceReadError::Card(error) => card(error),
    }
}

fn front_unknown() -> Sentence {
    sentence(
        "このカードからは顔写真を読み取れないため、ここでは再設定できません。市区町村の窓口へお越しください。",
        "This card does not give its portrait, so nothing can be reset here. Go to the municipal office.",
    )
}

/// Why there is no certificate.
pub fn certificate(error: &CertificateError) -> Sentence {
    match error {
        CertificateError::Absent(kind) => office(Office::NoCertificate(*kind)),
        CertificateError::NotVerified => transport(TransportError::Removed),
        CertificateError::Card(error) => card(error),
    }
}

/// Why there is no signature.
pub fn sign(error: &SignError) -> Sentence {
    match error {
        SignError::NotVerified | SignError::WrongKey(_) => transport(TransportError::Removed),
        SignError::Card(error) => card(error),
    }
}

/// What to type instead.
pub fn pin_format(format: PinFormat) -> Sentence {
    match format {
        PinFormat::Length { least, most } if least == most => {
            sentence(&format!("{least}文字で入力してください。"), &format!("Type {least} characters."))
        }
        PinFormat::Length { least, most } => sentence(
            &format!("{least}〜{most}文字で入力してください。"),
            &format!("Type {least} to {most} characters."),
        ),
        PinFormat::Character => sentence(
            "半角の数字（署名用は半角英数字）だけで入力してください。",
            "Type half-width digits only (for the signature PIN, letters and digits).",
        ),
    }
}

/// Why a new PIN was not taken; the card has not been touched.
pub fn new_pin_refused(refused: NewPinRefused) -> Sentence {
    match refused {
        NewPinRefused::TypedDifferently => sentence("2回の入力が一致しません。", "The two entries differ."),
        NewPinRefused::Weak(weak) => weak_pin(weak),
    }
}

fn weak_pin(weak: WeakPin) -> Sentence {
    match weak {
        WeakPin::Format(format) => pin_format(format),
        WeakPin::NoLetter => sentence("英字を1文字以上入れてください。", "Use at least one letter."),
        WeakPin::NoDigit => sentence("数字を1文字以上入れてください。", "Use at least one digit."),
        WeakPin::ContainsOtherPin => {
            sentence("利用者証明用暗証番号を含めないでください。", "Do not let it contain the user PIN.")
        }
        WeakPin::OneDigit => sentence("同じ数字4つは使えません。", "Do not repeat one digit four times."),
        WeakPin::Run => {
            sentence("1234や4321のような連番は使えません。", "Do not use a run such as 1234 or 4321.")
        }
        WeakPin::BirthDate => {
            sentence("生年月日（月日または年）は使えません。", "Do not use your date or year of birth.")
        }
    }
}

/// What to do better with a picture: never a score.
pub fn advice(advice: Advice) -> Sentence {
    let (ja, en) = match advice {
        Advice::NotAPicture => (
            "画像として読めません。JPEG（カードの表面はPNGも可）の写真を使ってください。",
            "It is no picture that can be read. Use a JPEG (for the card's front, PNG will do too).",
        ),
        Advice::Empty => {
            ("写真のファイルが空です。もう一度撮ってください。", "The file is empty. Take the picture again.")
        }
        Advice::OtherType => (
            "この種類の画像は使えません。JPEG（カードの表面はPNGも可）の写真を使ってください。",
            "Pictures of this type are not taken. Use a JPEG (for the card's front, PNG will do too).",
        ),
        Advice::Damaged => (
            "写真が壊れているか、途中で切れています。もう一度撮ってください。",
            "The picture is damaged or cut short. Take it again.",
        ),
        Advice::Animated => (
            "動く画像は使えません。ふつうの写真を撮ってください。",
            "Moving pictures are not taken. Take a plain photograph.",
        ),
        Advice::TooLarge => (
            "写真が大きすぎます。画素数を小さくしてください。",
            "The picture is too large. Use fewer pixels.",
        ),
        Advice::NoFace => (
            "お顔が写っていません。お顔全体が入るように撮ってください。",
            "No face is to be seen. Take it again with the whole face in it.",
        ),
        Advice::SeveralFaces => (
            "ほかの方のお顔も写っています。ご本人おひとりで撮ってください。",
            "More than one face is in it. Take it again with nobody else in the picture.",
        ),
        Advice::Closer => {
            ("お顔が小さすぎます。もっと近づいて撮ってください。", "The face is too small. Come closer.")
        }
        Advice::MoreLight => ("暗すぎます。明るい場所で撮ってください。", "It is too dark. Find more light."),
        Advice::LessLight => (
            "明るすぎます。直射日光や強い照明を避けて撮ってください。",
            "It is too bright. Keep out of direct sun and strong lamps.",
        ),
        Advice::LookStraight => (
            "正面を向いていません。カメラをまっすぐ見て撮ってください。",
            "The face is turned away. Look straight into the camera.",
        ),
        Advice::TakeEachAnew => (
            "同じ写真が2枚以上あります。1枚ずつ新しく撮ってください。",
            "The same picture is there more than once. Take each one anew.",
        ),
        Advice::SeenBefore => (
            "前の照合で使った写真が入っています。その場で新しく撮ってください。",
            "A picture is among them that was used before. Take all of them anew.",
        ),
        Advice::MorePictures => {
            ("写真が足りません。もう少し撮ってください。", "There are too few pictures. Take more.")
        }
        Advice::FewerPictures => {
            ("写真が多すぎます。枚数を減らしてください。", "There are too many pictures. Take fewer.")
        }
        Advice::OnePersonOnly => (
            "途中で別の方のお顔が写っています。ご本人おひとりで撮ってください。",
            "The pictures show more than one person. Only you may be before the camera.",
        ),
        Advice::TurnFurther => (
            "お顔の向きが足りません。指示のたびにもう少し大きく向きを変え、1秒ほど止めてください。",
            "Not every pose was reached. Turn your head a little further each time, and hold it for a second.",
        ),
        Advice::FollowPoses => (
            "お顔の向きが指示と違います。指示の順に、左はご自身の左、右はご自身の右へ向けてください。",
            "The poses were not those asked for. Follow them in order; left and right are your own left and right.",
        ),
        Advice::FaultOfOurs => (
            "システムの都合で判定できないことが続いたため、1回に数えました。時間をおいて、もう一度手続きをしてください。",
            "A fault of the service came too often, so this one was counted. Try again later.",
        ),
        Advice::PhotographThisCard => (
            "表面の顔写真が、読み取ったカードのものと違って見えます。読み取るカードの表面を撮ってください。",
            "The face on the front does not look like the one in the chip. Photograph the card that is read.",
        ),
    };
    sentence(ja, en)
}

/// What to do for a pose, as one line of a list.
pub fn pose(pose: Pose) -> Sentence {
    match pose {
        Pose::Front => sentence("まっすぐ", "straight ahead"),
        Pose::Left => sentence("ご自身の左へ", "to your left"),
        Pose::Right => sentence("ご自身の右へ", "to your right"),
    }
}

/// A reservation number in groups of four, as it is read out. Whatever a server sends: what is no number is shown so that it
/// steers no terminal.
pub fn number(number: &str) -> String {
    match (number.get(..4), number.get(4..8), number.get(8..)) {
        (Some(first), Some(second), Some(third)) if number.len() == 12 && number.is_ascii() => {
            format!("{first} {second} {third}").escape_default().to_string()
        }
        _ => number.escape_default().to_string(),
    }
}

/// Face attempts that are left before the lock.
pub fn face_tries(left: u8) -> Sentence {
    match left {
        1 => sentence("あと1回で制限されます", "1 attempt left before the lock"),
        left => sentence(&format!("あと{left}回"), &format!("{left} attempts left")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_advice_is_told_in_both_languages_and_none_twice() {
        let all = Advice::ALL;
        let told: std::collections::BTreeSet<_> =
            all.iter().flat_map(|kind| [advice(*kind).ja, advice(*kind).en]).collect();
        assert_eq!(told.len(), 2 * all.len());
    }

    #[test]
    fn a_number_is_read_out_in_groups_of_four_and_steers_no_terminal() {
        assert_eq!(number("698556498865"), "6985 5649 8865");
        assert_eq!(number("6985"), "6985");
        assert_eq!(number("１２３４"), "\\u{ff11}\\u{ff12}\\u{ff13}\\u{ff14}");
        assert_eq!(number("\u{1b}[2J56789012"), "\\u{1b}[2J 5678 9012");
    }

    #[test]
    fn what_the_printed_code_cost_is_told_as_surely_as_what_a_pin_cost() {
        let wrong = |left| code(&VerifyError::WrongPin { left });
        assert!(wrong(9).ja.contains("残り9回") && wrong(9).en.contains("9 tries are left"));
        assert!(wrong(1).en.contains("One more wrong try locks it"));
        let not_sent = VerifyError::NotSent(CardError::Transport(TransportError::Removed));
        assert!(code(&not_sent).en.contains("no try is spent"));
        let perhaps = VerifyError::Interrupted(CardError::Transport(TransportError::Removed));
        assert!(code(&perhaps).en.contains("a try may be gone"));
        assert!(code(&VerifyError::Blocked).en.contains("municipal office"));
    }
}
