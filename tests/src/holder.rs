//! A phone in this process, on the app's own code, with a card's keys in the place of the card.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use client::clock::Clock;
use client::{Connection, Endpoint, Retry};
use mobile_bridge::state::StateInMemory;
use mobile_bridge::{DeviceKey as _, HttpBookingServer, Next, Phone, SoftwareKey, ToSign};
use reservation::{InstallationId, PinKind};
use wire::app::{CardEvidence, Reservation};

use crate::keys::CardKey;

/// The server as a new phone calls it, and the phone's installation. Its device key is kept in `folder`.
///
/// # Panics
/// If the settings do not describe a server.
pub fn server_of_new_phone(
    folder: &Path,
    port: u16,
    authority: &Path,
    clock: Arc<dyn Clock>,
) -> (HttpBookingServer, InstallationId) {
    let key = Arc::new(SoftwareKey::load_or_create(&folder.join("device-key.p8")).unwrap());
    let installation = key.public_key().thumbprint();
    let endpoint = Endpoint {
        base: &format!("https://localhost:{port}"),
        authority_pem: &fs::read(authority).unwrap(),
        identity_pem: None,
        user_agent: "end-to-end",
    };
    let connection = Connection::prepare(&endpoint).expect("a server's address");
    (HttpBookingServer::new(connection, key, clock, Retry::PERSON_WAITS), installation)
}

/// A phone.
pub struct HolderPhone(Phone);

impl HolderPhone {
    /// A new one, whose device key is kept in `folder`.
    ///
    /// # Panics
    /// If the settings do not describe a server.
    pub fn new(folder: &Path, port: u16, authority: &Path, clock: Arc<dyn Clock>) -> Self {
        let (server, installation) = server_of_new_phone(folder, port, authority, clock);
        let states = Box::<StateInMemory>::default();
        Self(Phone::open(Arc::new(server), states, installation).unwrap())
    }

    /// Books a reset of the user PIN; `known` is the card's signature key.
    ///
    /// # Panics
    /// If the server refuses.
    pub async fn book_user(&mut self, known: &CardKey) -> Reservation {
        let target = PinKind::User;
        let terms = self.0.register("end-to-end").await.unwrap();
        self.0.start(target, &terms.version).await.unwrap();
        let Next::ReadCard { to_sign: ToSign::User(statement), .. } = self.0.next(target) else {
            panic!("a booking of the user PIN begins with the card");
        };
        let evidence = CardEvidence {
            certificate: known.certificate().into(),
            signature: known.sign(&statement.to_bytes()).into(),
            presence: None,
        };
        self.0.prove(&evidence.into()).await.unwrap();
        self.0.reserve().await.unwrap()
    }

    /// The phone itself.
    pub const fn phone(&mut self) -> &mut Phone {
        &mut self.0
    }
}
