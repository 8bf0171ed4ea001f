//! What every implementation of [`AuthorisesResets`] must do, as a function that its tests call. It panics where
//! the contract is broken.

use reservation::KeyHash;
use reservation::pin::PinKind;
use reservation::statement::ResetStatement;

use crate::card_authority::AuthorisesResets;
use crate::public_key::AuthorityKey;

/// The contract of an authority.
pub async fn authorises_resets(authority: &dyn AuthorisesResets) {
    let key = AuthorityKey::from_pem(authority.public_pem()).expect("the public key is P-256 in PEM");
    let statement = ResetStatement {
        target: PinKind::User,
        card_challenge: [7; 16],
        known_key: KeyHash::from_bytes([9; 32]),
    };
    // Often enough that a value with a leading zero byte comes up (1 in 128), which must not shorten r or s.
    for round in 0..=255 {
        let statement = ResetStatement { card_challenge: [round; 16], ..statement.clone() };
        let bytes = authority.authorise_reset(&statement).await.expect("the authority can sign");
        assert!(key.authorises(&statement, &bytes), "an authorisation fits its statement");
    }

    let bytes = authority.authorise_reset(&statement).await.expect("the authority can sign");
    let others = [
        ResetStatement { target: PinKind::Signature, ..statement.clone() },
        ResetStatement { card_challenge: [8; 16], ..statement.clone() },
        ResetStatement { known_key: KeyHash::from_bytes([8; 32]), ..statement.clone() },
    ];
    for other in others {
        assert!(!key.authorises(&other, &bytes), "an authorisation is for one target, challenge and card");
    }
}
