//! A real server on the embedded store, and the clients that phone and kiosk are made of.

use std::fs;
use std::sync::Arc;

use client::clock::SystemClock;
use client::{Connection, Endpoint, Retry};
use end_to_end::faces::Person;
use end_to_end::library::{LibraryServer, Time};
use end_to_end::site::Site;
use end_to_end::stack::OPERATOR;
use kiosk::HttpKioskServer;
use mobile_bridge::{DeviceKey as _, HttpBookingServer, SoftwareKey};
use reservation::InstallationId;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use virtual_card::CardInHand;

/// Everything ends when it is dropped.
pub(crate) struct Real {
    server: LibraryServer,
    site: Site,
    folder: TempDir,
}

impl Real {
    /// A server that knows these cards.
    pub(crate) fn start(cards: &[&str]) -> Self {
        let folder = TempDir::with_prefix("contract-").unwrap();
        let site = Site::make_with_faces(folder.path(), folder.path());
        site.open_all_day();
        for card in cards {
            site.issue_with_face(card, Person::Holder, &[]);
        }
        Self { server: LibraryServer::start(&site.settings(), &Time::Real), site, folder }
    }

    pub(crate) const fn site(&self) -> &Site {
        &self.site
    }

    pub(crate) const fn runtime(&self) -> &Runtime {
        self.server.runtime()
    }

    /// This card, in the test's hand.
    pub(crate) fn card(&self, name: &str) -> CardInHand {
        CardInHand::open(&self.site.card(name)).unwrap()
    }

    /// A new phone.
    pub(crate) fn phone(&self, name: &str) -> (HttpBookingServer, InstallationId) {
        let key = Arc::new(SoftwareKey::load_or_create(&self.folder.path().join(name)).unwrap());
        let installation = key.public_key().thumbprint();
        let connection = self.connection(self.site.app_port(), "tls/app-ca.pem", None);
        let server = HttpBookingServer::new(connection, key, Arc::new(SystemClock), Retry::PERSON_WAITS);
        (server, installation)
    }

    /// A new kiosk, admitted.
    pub(crate) fn kiosk(&self, name: &str) -> HttpKioskServer {
        let files = self.site.add_kiosk(name, OPERATOR, self.site.kiosk_port());
        let read = |file: &str| fs::read(files.join(file)).unwrap();
        let identity = [read("kiosk.pem"), read("kiosk-key.pem")].join(&b'\n');
        let connection = self.connection(self.site.kiosk_port(), "tls/kiosk-ca.pem", Some(&identity));
        HttpKioskServer::new(connection, Retry::PERSON_WAITS).unwrap()
    }

    fn connection(&self, port: u16, authority: &str, identity: Option<&[u8]>) -> Connection {
        let endpoint = Endpoint {
            base: &format!("https://localhost:{port}"),
            authority_pem: &fs::read(self.site.file(authority)).unwrap(),
            identity_pem: identity,
            user_agent: "contract",
        };
        Connection::prepare(&endpoint).unwrap()
    }
}
