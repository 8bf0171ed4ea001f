//! `[keys]`: the files of our own keys, 0600 each. `jpki-reset init` makes them.

use std::path::PathBuf;

use figment::value::magic::RelativePathBuf;
use serde::Deserialize;

/// `[keys]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    card_authority: RelativePathBuf,
    tokens: RelativePathBuf,
    #[serde(default)]
    accepted_tokens: Vec<RelativePathBuf>,
    sealing: RelativePathBuf,
    #[serde(default)]
    former_sealing: Vec<RelativePathBuf>,
    card_id: RelativePathBuf,
    dpop_nonce: RelativePathBuf,
}

impl Keys {
    /// The P-256 key that authorises a card's reset.
    pub fn card_authority(&self) -> PathBuf {
        self.card_authority.relative()
    }

    /// The P-256 key that signs our tokens.
    pub fn tokens(&self) -> PathBuf {
        self.tokens.relative()
    }

    /// Public keys (PEM) that signed tokens before, or will soon.
    pub fn accepted_tokens(&self) -> Vec<PathBuf> {
        self.accepted_tokens.iter().map(RelativePathBuf::relative).collect()
    }

    /// The root key that seals records.
    pub fn sealing(&self) -> PathBuf {
        self.sealing.relative()
    }

    /// Root keys that sealed records before, and still open them.
    pub fn former_sealing(&self) -> Vec<PathBuf> {
        self.former_sealing.iter().map(RelativePathBuf::relative).collect()
    }

    /// The key of the card ids; never changed, or every card becomes a stranger.
    pub fn card_id(&self) -> PathBuf {
        self.card_id.relative()
    }

    /// The key of the DPoP nonces.
    pub fn dpop_nonce(&self) -> PathBuf {
        self.dpop_nonce.relative()
    }

    /// All files with what they are for.
    pub fn all(&self) -> [(&'static str, PathBuf); 5] {
        [
            ("card authority key", self.card_authority()),
            ("token key", self.tokens()),
            ("sealing root key", self.sealing()),
            ("card id key", self.card_id()),
            ("DPoP nonce key", self.dpop_nonce()),
        ]
    }
}
