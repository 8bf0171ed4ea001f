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
        _ => Entry::new(
            StatusCode::UNAUTHORIZED,
            "the admin token does not hold",
            "管理用トークンが正しくありません。設定ファイルの listen.admin.token_file が、動いているサーバーのものと同じか確かめてください。",
            "The admin token does not hold. Check that listen.admin.token_file in your settings is the one the running server uses.",
        ),
    }
}
