//! The receipt: what was reset, what was not, and what works again (service facts §6).

use client::exit::Exit;
use client::{Screen, words};
use kiosk::{Delivery, Verdict};
use reservation::PinKind;
use uuid::Uuid;

/// Prints the receipt and gives the exit code.
pub(crate) fn print(screen: &mut Screen, target: PinKind, claim: Uuid, delivery: &Delivery) -> Exit {
    let name = words::pin_name(target);
    screen.say("――― 控え ―――", "--- Receipt ---");
    screen.say(&format!("{}を再設定しました。", name.ja), &format!("Your {} has been reset.", name.en));
    works_again(screen, target);
    unchanged(screen, target);
    reference(screen, claim);
    let exit = match delivery {
        Delivery::Final(Verdict::Refused { .. }) => {
            screen.say(
                "サーバーは完了を受け付けませんでしたが、新しい暗証番号は使えます。お困りの際はヘルプデスク（0120-95-0178）へ。",
                "The server did not take the completion, but the new PIN works. Help desk: 0120-95-0178.",
            );
            Exit::Refused
        }
        Delivery::Final(_) => Exit::Done,
        Delivery::NotYet(_) => Exit::TryAgain,
    };
    screen.say("―――――――――", "---------------");
    exit
}

fn works_again(screen: &mut Screen, target: PinKind) {
    match target {
        PinKind::User => screen.say(
            "また使えるようになりました: コンビニでの証明書交付、マイナポータルやe-Taxへのログイン、民間サイトへのログイン。",
            "These work again: certificates at convenience stores, logging in to Mynaportal and e-Tax, and to \
             private sites.",
        ),
        PinKind::Signature => {
            screen.say(
                "また使えるようになりました: e-Taxなどの電子申請、オンラインでの口座開設などの本人確認。",
                "These work again: e-Tax filing and other applications with a signature, and proof of identity such \
                 as opening an account online.",
            );
            screen.say(
                "英字は大文字で登録されています。使うときも大文字で入力してください。",
                "The letters are stored as capitals; type them as capitals when you use the PIN.",
            );
        }
    }
}

fn unchanged(screen: &mut Screen, target: PinKind) {
    let other = words::pin_name(target.other());
    screen.say(
        &format!("ほかの暗証番号は変わっていません: {}、券面事項入力補助用、住民基本台帳用。", other.ja),
        &format!(
            "The other PINs are unchanged: the {}, and the 4-digit PINs for text input support and for the \
             resident register.",
            other.en
        ),
    );
    // Only the PINs of 4 digits can have had one number in common.
    if target == PinKind::User {
        screen.say(
            "これらに同じ番号を使っていた場合も、前の番号のままです。",
            "If they had the same number as the old PIN, they still have it.",
        );
    }
}

/// What the help desk can find the visit by.
pub(crate) fn reference(screen: &mut Screen, claim: Uuid) {
    screen.say(&format!("お問い合わせ用の記号: {claim}"), &format!("To quote to the help desk: {claim}"));
}
