//! `[trust]`: what certificates and cards are checked against.

use std::path::PathBuf;

use figment::value::magic::RelativePathBuf;
use serde::Deserialize;

/// `[trust]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    signature_anchors: RelativePathBuf,
    user_anchors: RelativePathBuf,
    surface_anchors: Option<RelativePathBuf>,
    crl: RelativePathBuf,
    register: RelativePathBuf,
}

impl Trust {
    /// Directory of the authorities of signature certificates, PEM.
    pub fn signature_anchors(&self) -> PathBuf {
        self.signature_anchors.relative()
    }

    /// Directory of the authorities of user certificates, PEM.
    pub fn user_anchors(&self) -> PathBuf {
        self.user_anchors.relative()
    }

    /// Directory of the roots under which chips' portraits are signed, PEM, if the settings name one.
    pub fn surface_anchors(&self) -> Option<PathBuf> {
        self.surface_anchors.as_ref().map(RelativePathBuf::relative)
    }

    /// Directory of the revocation lists, DER.
    pub fn crl(&self) -> PathBuf {
        self.crl.relative()
    }

    /// The card register.
    pub fn register(&self) -> PathBuf {
        self.register.relative()
    }
}
