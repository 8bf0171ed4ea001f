//! Everything as in the field: server, store, readers, card, phone and kiosk, each a process of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reservation::limits::DEFAULT_FACE_CHALLENGE_LIFE;
use tempfile::TempDir;
use virtual_card::reader::{PrivateReaders, SOCKET_VARIABLE};

use crate::child::{Child, Killer, TEMPORARY, kill_children};
use crate::faces::Album;
use crate::library::{LibraryServer, MovedClock, Time};
use crate::look::{self, CardFile};
use crate::programs;
use crate::redis::Redis;
use crate::relay::{CardRelay, HttpsRelay, RedisRelay, Trap};
use crate::site::{FRONT, Site, get_admin};

/// The card that every stack has; others are issued by name.
pub const CARD: &str = "card";
/// The kiosk that every stack has.
pub const KIOSK: &str = "tokyo-0001";
/// An operator whose kiosks reset both PIN kinds.
pub const OPERATOR: &str = "seven-eleven";
/// The user PIN of a fresh card.
pub const USER_PIN: &str = virtual_card::FRESH_USER_PIN;
/// The signature PIN of a fresh card.
pub const SIGNATURE_PIN: &str = virtual_card::FRESH_SIGNATURE_PIN;

/// What the holder types to book a reset of the signature PIN with a fresh card.
pub const TYPED_FOR_SIGNATURE: [&str; 5] = [FRONT[0], FRONT[1], FRONT[2], FRONT[3], USER_PIN];

mod cards;
mod order;
mod people;

pub use order::{Order, Place, Store};

/// A running stack. Everything ends when it is dropped.
pub struct Stack {
    // In the order in which they must end.
    card: Option<(Child, Place, String)>,
    server: Option<Server>,
    clock: Option<MovedClock>,
    relays: Relays,
    redis: Option<Redis>,
    watch: Child,
    readers: PrivateReaders,
    site: Site,
    album: Album,
    order: Order,
    folder: TempDir,
}

enum Server {
    Program(Child),
    Library(Box<LibraryServer>),
}

#[derive(Default)]
struct Relays {
    app: Option<HttpsRelay>,
    kiosk: Option<HttpsRelay>,
    redis: Option<RedisRelay>,
    phone_card: Option<CardRelay>,
    kiosk_card: Option<CardRelay>,
}

impl Stack {
    fn start(order: Order) -> Self {
        let folder = TempDir::with_prefix("stack-").unwrap();
        fs::create_dir(folder.path().join("said")).unwrap();
        let make = if order.faces { Site::make_with_faces } else { Site::make };
        let site = make(&folder.path().join("said"), folder.path());
        if order.hurries_faces {
            let life = DEFAULT_FACE_CHALLENGE_LIFE.as_secs();
            site.set("face.challenge_seconds", i64::try_from(life).expect("a few seconds"));
        }
        if !order.keeps_hours {
            site.open_all_day();
        }
        site.admit_any_rate();
        site.set("log.level", order.log);
        // Phones go by the machine's clock even where the server's is moved.
        site.set("dpop.iat_window_secs", 2 * 86_400);
        let readers = PrivateReaders::start_anywhere().unwrap();
        let mut watch = programs::command(programs::READER_WATCH);
        watch.env(SOCKET_VARIABLE, readers.socket());
        let watch = Child::start("watch", &mut watch, &[], &folder.path().join("said"));
        let mut stack = Self {
            card: None,
            server: None,
            clock: order.clock(),
            relays: Relays::default(),
            redis: None,
            watch,
            readers,
            site,
            album: Album::new(),
            order,
            folder,
        };
        stack.issue(CARD, &[]);
        stack.start_redis();
        stack.start_relays();
        stack.start_server();
        stack.admit_kiosk();
        stack.write_phone_settings();
        stack
    }

    fn start_redis(&mut self) {
        if self.order.store == Store::Embedded {
            return;
        }
        let redis = Redis::start(&self.path("redis"));
        let mut socket = redis.socket();
        if self.order.relays {
            let relay = RedisRelay::start(self.path("relay.sock"), socket);
            socket = relay.socket().to_owned();
            self.relays.redis = Some(relay);
        }
        self.site.set("store.kind", "redis");
        self.site.set("store.redis.url", format!("unix://{}", socket.display()));
        self.redis = Some(redis);
    }

    /// All but the kiosk's own, which needs the kiosk's certificate.
    fn start_relays(&mut self) {
        if !self.order.relays {
            return;
        }
        let own = (self.site.file("tls/app.pem"), self.site.file("tls/app-key.pem"));
        let authority = self.site.file("tls/app-ca.pem");
        let app = HttpsRelay::start(self.site.app_port(), (&own.0, &own.1), &authority, None);
        self.site.set("listen.app.public_origin", format!("https://localhost:{}", app.port()));
        self.relays.app = Some(app);
        self.relays.phone_card = Some(CardRelay::start(self.readers.address()));
        self.relays.kiosk_card = Some(CardRelay::start(self.readers.second_address()));
    }

    fn admit_kiosk(&mut self) {
        let out = self.site.add_kiosk(KIOSK, OPERATOR, self.site.kiosk_port());
        if !self.order.relays {
            return;
        }
        let own = (self.site.file("tls/kiosk-server.pem"), self.site.file("tls/kiosk-server-key.pem"));
        let client = (out.join("kiosk.pem"), out.join("kiosk-key.pem"));
        let relay = HttpsRelay::start(
            self.site.kiosk_port(),
            (&own.0, &own.1),
            &self.site.file("tls/kiosk-ca.pem"),
            Some((&client.0, &client.1)),
        );
        let settings = out.join("kiosk.toml");
        let text = fs::read_to_string(&settings).unwrap();
        let [server, through] =
            [self.site.kiosk_port(), relay.port()].map(|port| format!("localhost:{port}"));
        fs::write(&settings, text.replace(&server, &through)).unwrap();
        self.relays.kiosk = Some(relay);
    }

    fn write_phone_settings(&self) {
        let port = self.relays.app.as_ref().map_or(self.site.app_port(), HttpsRelay::port);
        let text = format!(
            "server = \"https://localhost:{port}\"\nserver_authority = {:?}\nstate = \"phone\"\nlang = \"en\"\n",
            self.site.file("tls/app-ca.pem")
        );
        fs::write(self.path("phone.toml"), text).unwrap();
    }

    /// A path in the stack's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The stack's folder, in which everything is that any of its programs writes.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder in which the smart card service keeps its log.
    ///
    /// # Panics
    /// Never: its socket lies in it.
    pub fn readers_folder(&self) -> &Path {
        self.readers.socket().parent().expect("a socket lies in a folder")
    }

    /// The folder for temporary files of all programs but the smart card service.
    pub fn temporary(&self) -> PathBuf {
        self.said().join(TEMPORARY)
    }

    fn said(&self) -> PathBuf {
        self.path("said")
    }

    /// The operator's side.
    pub fn site(&self) -> &Site {
        &self.site
    }

    // --- server and store -----------------------------------------------------------------------

    /// Starts the server and returns when it is ready.
    ///
    /// # Panics
    /// If it does not become ready.
    pub fn start_server(&mut self) {
        self.server = Some(match &self.clock {
            Some(clock) => Server::Library(Box::new(LibraryServer::start(
                &self.site.settings(),
                &Time::Moved(clock.clone()),
            ))),
            None => Server::Program(self.start_program()),
        });
    }

    fn start_program(&self) -> Child {
        self.site.serve("server", &[], self.site.admin_port())
    }

    /// The clock of the server.
    ///
    /// # Panics
    /// If it goes by the machine's.
    pub fn clock(&self) -> &MovedClock {
        self.clock.as_ref().expect("a stack whose time is moved")
    }

    /// The running server, a library.
    ///
    /// # Panics
    /// If it is a program.
    pub fn library(&self) -> &LibraryServer {
        match &self.server {
            Some(Server::Library(server)) => server,
            Some(Server::Program(_)) | None => panic!("the server is a program of its own"),
        }
    }

    /// The running server, a program.
    ///
    /// # Panics
    /// If it is none.
    pub fn server(&self) -> &Child {
        match &self.server {
            Some(Server::Program(server)) => server,
            Some(Server::Library(_)) | None => panic!("the server is no program of its own"),
        }
    }

    /// For killing the processes of the server's face engine at some moment.
    pub fn workers_killer(&self) -> impl FnOnce() + Send + use<> {
        let server = self.server().id();
        move || kill_children(server, programs::FACE)
    }

    /// For killing the server at some moment.
    pub fn server_killer(&self) -> Killer {
        self.server().killer()
    }

    /// Asks the server to end, and waits until it has.
    ///
    /// # Panics
    /// If it is no program, or does not end well.
    pub fn stop_server(&mut self) {
        match self.server.take() {
            Some(Server::Program(server)) => server.stop().done(),
            Some(Server::Library(_)) | None => panic!("the server is no program of its own"),
        };
    }

    /// Starts the server again, after a kill.
    pub fn restart_server(&mut self) {
        self.server().kill();
        self.start_server();
    }

    /// The private Redis.
    ///
    /// # Panics
    /// If this stack has none.
    pub fn redis(&mut self) -> &mut Redis {
        self.redis.as_mut().expect("a stack on Redis")
    }

    /// An answer of the admin listener, whole; empty if there is none.
    pub fn get_admin(&self, path: &str) -> String {
        get_admin(self.site.admin_port(), path)
    }

    /// How often the face engine has compared faces since the server started.
    pub fn comparisons(&self) -> u32 {
        self.engine_asked("compare")
    }

    /// How often the face engine was asked for this since the server started: `front`, `inspect` or `compare`.
    ///
    /// # Panics
    /// If the server does not tell.
    pub fn engine_asked(&self, step: &str) -> u32 {
        let metrics = self.get_admin("/metrics");
        assert!(metrics.starts_with("HTTP/1.1 200"), "{metrics}");
        let of_step = format!("step=\"{step}\"");
        let counters = metrics.lines().filter(|line| line.starts_with("jpki_reset_face_engine_total{"));
        let count = |line: &str| line.rsplit(' ').next().and_then(|count| count.trim().parse::<u32>().ok());
        counters.filter(|line| line.contains(&of_step)).map(|line| count(line).expect("a count")).sum()
    }

    /// What the store knows of a card; nothing if it has not proved itself.
    pub fn stored(&self, card: &str) -> Option<CardFile> {
        look::card(&self.site.settings(), &self.site.card(card))
    }

    // --- relays ---------------------------------------------------------------------------------

    /// Between phone and server.
    ///
    /// # Panics
    /// Without relays.
    pub fn app_trap(&self) -> &Trap {
        self.relays.app.as_ref().expect("a stack with relays").trap()
    }

    /// Between kiosk and server.
    ///
    /// # Panics
    /// Without relays.
    pub fn kiosk_trap(&self) -> &Trap {
        self.relays.kiosk.as_ref().expect("a stack with relays").trap()
    }

    /// Between server and Redis.
    ///
    /// # Panics
    /// Without relays or Redis.
    pub fn redis_trap(&self) -> &Arc<Trap> {
        self.relays.redis.as_ref().expect("a stack with relays on Redis").trap()
    }

    /// Between card and reader.
    ///
    /// # Panics
    /// Without relays.
    pub fn card_trap(&self, place: Place) -> &Trap {
        self.card_relay(place).expect("a stack with relays").trap()
    }

    const fn card_relay(&self, place: Place) -> Option<&CardRelay> {
        match place {
            Place::Phone => self.relays.phone_card.as_ref(),
            Place::Kiosk => self.relays.kiosk_card.as_ref(),
        }
    }
}

const fn reader_name(place: Place) -> &'static str {
    match place {
        Place::Phone => PrivateReaders::FIRST,
        Place::Kiosk => PrivateReaders::SECOND,
    }
}
