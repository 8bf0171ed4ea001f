//! Problems of the operator's commands.

use actix_web::http::StatusCode;
use wire::problem::ProblemType;

use super::Entry;

pub(super) fn entry(kind: ProblemType) -> Entry {
    match kind {
        ProblemType::KioskExists => Entry::new(
            StatusCode::CONFLICT,
            "a kiosk of this name exists",
            "同じ名前の端末がすでに登録されています。別の名前を付けてください（一覧: jpki-reset kiosk list）。",
            "A kiosk of this name is already admitted. Choose another name (see: jpki-reset kiosk list).",
        ),
        ProblemType::KioskUnknown => Entry::new(
            StatusCode::NOT_FOUND,
            "no kiosk of this name",
            "その名前の端末は登録されていません。名前を確かめてください（一覧: jpki-reset kiosk list）。",
            "No kiosk of this name is admitted. Check the name (see: jpki-reset kiosk list).",
        ),
        ProblemType::OperatorUnknown => Entry::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "no such operator in the service data",
            "サービスデータ（service.toml）にその事業者がありません。事業者の id を確かめるか、追加してからサーバーを再起動してください。",
            "The service data (service.toml) name no such operator. Check the operator's id, or add it and restart the server.",
        ),
        ProblemType::NumberUnknown => Entry::new(
            StatusCode::NOT_FOUND,
            "no card has this number now",
            "その予約番号のカードはありません。番号をもう一度確かめてください。新しい手続きをすると番号は変わります。",
            "No card has this number now. Check the number with the holder; a newer booking changes it.",
        ),
        ProblemType::NotLocked => Entry::new(
            StatusCode::CONFLICT,
            "the card is not locked",
            "そのカードは顔の照合でロックされていません。解除は不要です。スマートフォン側だけのロックは、時間が過ぎると解けます。",
            "The card is not locked, so there is nothing to lift. A lock of the phone alone ends with its time.",
        ),
        ProblemType::NotApproved => Entry::new(
            StatusCode::CONFLICT,
            "no first approval is in force",
            "1人目の承認がないか、1時間を過ぎています。先に1人目が承認してください（jpki-reset card approve-lift）。",
            "There is no first approval, or it is over an hour old. A first member of staff approves first (jpki-reset card approve-lift).",
        ),
        ProblemType::SamePerson => Entry::new(
            StatusCode::CONFLICT,
            "a second, different person is needed",
            "承認した人と別の職員が解除を実行してください。",
            "A member of staff other than the one who approved must lift the lock.",
        ),
        _ => Entry::new(
            StatusCode::UNAUTHORIZED,
            "the admin token does not hold",
            "管理用トークンが正しくありません。設定ファイルの listen.admin.token_file が、動いているサーバーのものと同じか確かめてください。",
            "The admin token does not hold. Check that listen.admin.token_file in your settings is the one the running server uses.",
        ),
    }
}
