//! Problems of a card's certificates: who must go to the municipal office, and why.

use actix_web::http::StatusCode;
use wire::problem::ProblemType;

use super::Entry;

pub(super) fn entry(kind: ProblemType) -> Entry {
    match kind {
        ProblemType::CertificateExpired => Entry::new(
            StatusCode::FORBIDDEN,
            "the known PIN's certificate has expired",
            "本人確認に使う電子証明書の有効期限が切れています。このサービスでは再設定できません。カードを持って市区町村の窓口で更新（無料）してください。暗証番号も同時に再設定できます。",
            "The certificate used to confirm you has expired, so this service cannot help. Take your card to your municipal office: renewal is free, and the PIN can be reset at the same time.",
        ),
        ProblemType::CertificateNotYetValid => Entry::new(
            StatusCode::FORBIDDEN,
            "the known PIN's certificate is not in force yet",
            "電子証明書がまだ有効になっていません。発行の翌開庁日からお使いいただけます。それでも進めない場合は、市区町村の窓口へお問い合わせください。",
            "The certificate is not in force yet. It works from the office's next business day after issue. If it still fails then, ask your municipal office.",
        ),
        ProblemType::CertificateRevoked => Entry::new(
            StatusCode::FORBIDDEN,
            "the known PIN's certificate is revoked",
            "本人確認に使う電子証明書が失効しています（引越しや氏名の変更、利用停止の届出など）。カードと本人確認書類を持って市区町村の窓口で、電子証明書の発行を受けてください。",
            "The certificate used to confirm you has been revoked, for example after a move, a change of name, or a report of loss. Take your card and another identity document to your municipal office to have a new one issued.",
        ),
        ProblemType::TargetCertificateMissing => Entry::new(
            StatusCode::FORBIDDEN,
            "no certificate for the PIN to be reset",
            "このカードには、再設定しようとしている暗証番号の電子証明書が入っていません（15歳未満の方など）。市区町村の窓口へご相談ください。",
            "This card has no certificate for the PIN you want to reset (as for holders under 15). Please ask your municipal office.",
        ),
        ProblemType::TargetCertificateExpired => Entry::new(
            StatusCode::FORBIDDEN,
            "the certificate of the PIN to be reset has expired",
            "再設定する暗証番号の電子証明書は有効期限が切れているため、暗証番号だけを再設定しても使えません。カードを持って市区町村の窓口で更新（無料）してください。",
            "The certificate of the PIN you want to reset has expired, so a new PIN would be of no use. Take your card to your municipal office; renewal is free.",
        ),
        ProblemType::TargetCertificateNotYetValid => Entry::new(
            StatusCode::FORBIDDEN,
            "the certificate of the PIN to be reset is not in force yet",
            "再設定する暗証番号の電子証明書がまだ有効になっていません。発行の翌開庁日以降に、もう一度お試しください。",
            "The certificate of the PIN you want to reset is not in force yet. Try again from the office's next business day after issue.",
        ),
        ProblemType::TargetCertificateRevoked => Entry::new(
            StatusCode::FORBIDDEN,
            "the certificate of the PIN to be reset is revoked",
            "再設定する暗証番号の電子証明書は失効しています（引越しや氏名の変更のあとなど）。暗証番号だけを再設定しても使えません。カードと本人確認書類を持って市区町村の窓口で、電子証明書の発行を受けてください。",
            "The certificate of the PIN you want to reset has been revoked, for example after a move or a change of name, so a new PIN would be of no use. Take your card and another identity document to your municipal office to have a new certificate issued.",
        ),
        _ => Entry::new(
            StatusCode::FORBIDDEN,
            "the issuer's register does not know this card",
            "発行元の登録でこのカードを確認できませんでした。カードと本人確認書類を持って、市区町村の窓口へお越しください。",
            "The issuer's register does not know this card. Take it and another identity document to your municipal office.",
        ),
    }
}
