//! A phone in this process, on the app's own code, with a card's keys in the place of the card.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use client::clock::Clock;
use client::{Connection, Endpoint, Retry};
use mobile_bridge::state::StateInMemory;
use mobile_bridge::{DeviceKey as _, HttpBookingServer, Next, Phone, SoftwareKey};
use reservation::PinKind;
use wire::app::{CardEvidence, Reservation};

use crate::keys::CardKey;

/// A phone.
pub struct HolderPhone(Phone);

impl HolderPhone {
    /// A new one, whose device key is kept in `folder`.
    ///
    /// # Panics
    /// If the settings do not describe a server.
    pub fn new(folder: &Path, port: u16, authority: &Path, clock: Arc<dyn Clock>) -> Self {
        let key = Arc::new(SoftwareKey::load_or_create(&folder.join("device-key.p8")).unwrap());
        let installation = key.public_key().thumbprint();
        let endpoint = Endpoint {
            base: &format!("https://localhost:{port}"),
            authority_pem: &fs::read(authority).unwrap(),
            identity_pem: None,
            user_agent: "end-to-end",
        };
        let connection = Connection::prepare(&endpoint).expect("a server's address");
        let server = HttpBookingServer::new(connection, key, clock, Retry::PERSON_WAITS);
        let states = Box::<StateInMemory>::default();
        Self(Phone::open(Arc::new(server), states, installation).unwrap())
    }

    /// Books a reset of the PIN that is not `known`'s.
    ///
    /// # Panics
    /// If the server refuses.
    pub async fn book(&mut self, target: PinKind, known: &CardKey) -> Reservation {
        let terms = self.0.register("end-to-end").await.unwrap();
        self.0.start(target, &terms.version).await.unwrap();
        let Next::ReadCard { statement, .. } = self.0.next(target) else {
            panic!("a booking begins with the card");
        };
        let evidence = CardEvidence {
            certificate: known.certificate().into(),
            signature: known.sign(&statement.to_bytes()).into(),
            presence: None,
        };
        self.0.prove(&evidence).await.unwrap();
        self.0.reserve().await.unwrap()
    }

    /// The phone itself.
    pub const fn phone(&mut self) -> &mut Phone {
        &mut self.0
    }
}
