//! A server of one's own: settings as `init` writes them, ports that the system chooses, a clock moved by hand.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use authority::CardAuthority;
use face::testing::FakeEngine;
use ledger::{EmbeddedLedger, Ledger};
use reservation::Timestamp;
use server::cli::args::InitOptions;
use server::clock::{Clock, ManualClock, to_date_time};
use server::parts::FaceParts;
use server::{Config, Parts, Running, assemble};
use tempfile::TempDir;
use trust::SurfaceAnchors;
use virtual_card::issuer::layout::CardName;
use virtual_card::issuer::{CardOrder, Issuer};
use virtual_card::testing::IssuedCard;

use crate::holder::Holder;
use crate::phone::Phone;
use crate::terminal::Terminal;

/// 2026-11-21, noon in Japan.
pub const NOON: Timestamp = Timestamp::from_unix_secs(1_795_230_000);

/// A running server, its folder and its clock.
pub struct Site {
    folder: TempDir,
    issued: IssuedCard,
    /// The clock of everything.
    pub clock: Arc<ManualClock>,
    /// The settings it was started with.
    pub config: Config,
    /// The face engine, which reads recipes (`face:taro`).
    pub faces: FakeEngine,
    running: Option<Running>,
}

/// The embedded store goes by the test's clock too.
struct StoreClock(Arc<ManualClock>);

impl ledger::Clock for StoreClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

impl Site {
    /// A site at noon, as `init` makes it.
    pub fn new() -> Self {
        Self::with(|_| {}, |_| {})
    }

    /// A site after changes to its settings and its parts.
    pub fn with(configure: impl FnOnce(&mut Config), replace: impl FnOnce(&mut Parts)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("site");
        let issued = IssuedCard::with(to_date_time(NOON), |order| order.name = "unused".parse().unwrap());
        let trust = issued.layout().root().to_owned();
        let options = InitOptions {
            dir: root.clone(),
            hosts: vec!["localhost".into(), "127.0.0.1".into()],
            trust: Some(trust),
            face_models: None,
            port: 8443,
        };
        server::cli::init::run(&options).unwrap();
        let mut config = Config::load_file(&root.join("jpki-reset.toml")).unwrap();
        config.listen.app.address.set_port(0);
        config.listen.kiosk.address.set_port(0);
        config.listen.admin.address.set_port(0);
        config.listen.app.public_origin = "https://localhost:0".parse().unwrap();
        config.listen.stop_timeout_secs = 2;
        configure(&mut config);
        let clock = ManualClock::at(NOON);
        let mut parts = assemble::check(&config).unwrap().into_parts(
            &config,
            clock.clone(),
            embedded(&root.join("store.redb"), &clock),
        );
        let faces = FakeEngine::new();
        parts.face = Some(face_parts(&config, &faces));
        replace(&mut parts);
        let running = Some(server::start(&config, parts).unwrap());
        Self { folder, issued, clock, config, faces, running }
    }

    /// The same site after its server was stopped and started again, as after a crash: only the store is left.
    pub async fn restarted(mut self) -> Self {
        let running = self.running.take().unwrap();
        running.stop().await;
        let store = once_free(&self.root().join("store.redb"), &self.clock).await;
        let mut parts =
            assemble::check(&self.config).unwrap().into_parts(&self.config, self.clock.clone(), store);
        parts.face = Some(face_parts(&self.config, &self.faces));
        self.running = Some(server::start(&self.config, parts).unwrap());
        self
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// A file of the site.
    pub fn file(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// The running server.
    pub fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// The running server, to be stopped.
    pub fn take_running(&mut self) -> Running {
        self.running.take().unwrap()
    }

    /// Moves the clock forward.
    pub fn advance(&self, span: Duration) {
        self.clock.advance(span);
    }

    /// Moves the clock to so many seconds after noon.
    pub fn at(&self, secs: u64) {
        self.clock.set(NOON.after(Duration::from_secs(secs)));
    }

    /// The issuer of the cards.
    pub fn issuer(&self) -> Issuer {
        Issuer::open(self.issued.layout(), to_date_time(self.clock.now())).unwrap()
    }

    /// A fresh lists of revocations: those of the start are good for a few days.
    pub fn refresh_lists(&self) {
        self.issuer().refresh_crls(to_date_time(self.clock.now())).unwrap();
    }

    /// A holder with a new card, which accepts resets that this site authorises.
    pub fn holder(&self, name: &str) -> Holder {
        self.holder_with(name, |_| {})
    }

    /// A holder whose card is unusual.
    pub fn holder_with(&self, name: &str, change: impl FnOnce(&mut CardOrder)) -> Holder {
        let name: CardName = name.parse().unwrap();
        let mut order = CardOrder::today(name.clone(), to_date_time(NOON));
        let authority = CardAuthority::load(&self.config.keys.card_authority()).unwrap();
        order.authority =
            Some(virtual_card::AuthorityKey::from_pem(authority.public_pem().as_bytes()).unwrap());
        order.portrait = format!("face:{name}").into_bytes();
        change(&mut order);
        self.issuer().issue(&order).unwrap();
        Holder::new(&self.issued.layout().card(&name), name)
    }

    /// Of this holder's card: what a store keeps of it.
    pub async fn card(&self, number: &str) -> reservation::Card {
        let number = reservation::ReservationNumber::parse(number).unwrap();
        let store = &self.running().parts().store;
        let card = store.card_of(number).await.unwrap().unwrap();
        store.load_card(&card).await.unwrap().unwrap()
    }

    /// A phone with a new device key; not registered yet.
    pub async fn phone(&self) -> Phone {
        Phone::new(self.running().app_addr, &self.file("tls/app-ca.pem"), self.clock.clone()).await
    }

    /// A phone that is registered.
    pub async fn registered_phone(&self) -> Phone {
        let phone = self.phone().await;
        phone.register().await;
        phone
    }

    /// A kiosk that was admitted with this operator and both kinds.
    pub async fn kiosk(&self, name: &str, operator: &str) -> Terminal {
        Terminal::admitted(self, name, operator, &["user", "signature"]).await
    }

    /// The token of the operator.
    pub fn admin_token(&self) -> String {
        std::fs::read_to_string(self.config.listen.admin.token_file()).unwrap().trim().to_owned()
    }
}

impl Drop for Site {
    /// Threads of listeners end with the handles; nothing is waited for.
    fn drop(&mut self) {
        if let Some(running) = self.running.take()
            && let Ok(handle) = tokio::runtime::Handle::try_current()
        {
            handle.spawn(running.stop());
        }
    }
}

fn face_parts(config: &Config, faces: &FakeEngine) -> FaceParts {
    let anchors = SurfaceAnchors::load(&config.trust.surface_anchors().unwrap()).unwrap();
    FaceParts::new(Arc::new(anchors), Arc::new(faces.clone()))
}

/// The threads of a stopped server's listeners let go of the store a little after the stop.
async fn once_free(file: &Path, clock: &Arc<ManualClock>) -> Arc<dyn Ledger> {
    let opened = async {
        loop {
            match EmbeddedLedger::open(file, Arc::new(StoreClock(clock.clone()))) {
                Ok(store) => break store,
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    Arc::new(tokio::time::timeout(Duration::from_secs(20), opened).await.unwrap())
}

fn embedded(file: &Path, clock: &Arc<ManualClock>) -> Arc<dyn Ledger> {
    Arc::new(EmbeddedLedger::open(file, Arc::new(StoreClock(clock.clone()))).unwrap())
}
