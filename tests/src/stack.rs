//! Everything as in the field: server, store, readers, card, phone and kiosk, each a process of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use virtual_card::reader::{PrivateReaders, SOCKET_VARIABLE};

use crate::child::{Child, Killer, kill_children};
use crate::faces::{Album, Person};
use crate::insertion::wait_until_empty;
use crate::library::{LibraryServer, MovedClock, Time};
use crate::look::{self, CardFile};
use crate::programs;
use crate::redis::Redis;
use crate::relay::{CardRelay, HttpsRelay, RedisRelay, Trap};
use crate::said::Said;
use crate::site::{FRONT, Site, get_admin};
use crate::trace::Trace;

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

/// The smart card service sees a card within a second; a busy machine may take longer. The first card after one that was
/// pulled from under a client it may not see at all, so the first is not waited for as long.
const FIRST_SEEN_WITHIN: Duration = Duration::from_secs(2);
const SEEN_WITHIN: Duration = Duration::from_secs(4);
/// What the holder types to book a reset of the signature PIN with a fresh card.
pub const TYPED_FOR_SIGNATURE: [&str; 5] = [FRONT[0], FRONT[1], FRONT[2], FRONT[3], USER_PIN];

const REDEEM: &[&str] = &["redeem", "--target", "user", "--no-wait-removal"];
const REDEEM_SIGNATURE: &[&str] = &["redeem", "--target", "signature", "--no-wait-removal"];
const PUT_AT_MOST: usize = 5;
/// For one visit or one booking, restarts of others included.
const PROGRAM_LIMIT: Duration = Duration::from_secs(90);

/// Where records are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// In a file of the server's.
    Embedded,
    /// In a private Redis.
    Redis,
}

/// Where the card lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the phone's reader.
    Phone,
    /// On the kiosk's reader.
    Kiosk,
}

/// What a stack shall be.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    store: Store,
    relays: bool,
    faces: bool,
    time_is_moved: bool,
    keeps_hours: bool,
    log: &'static str,
}

impl Order {
    /// The usual stack on this store.
    pub const fn on(store: Store) -> Self {
        Self { store, relays: false, faces: false, time_is_moved: false, keeps_hours: false, log: "info" }
    }

    /// With a relay between any two programs.
    #[must_use]
    pub const fn with_relays(self) -> Self {
        Self { relays: true, ..self }
    }

    /// With a face engine; the card has the holder's portrait.
    #[must_use]
    pub const fn with_faces(self) -> Self {
        Self { faces: true, ..self }
    }

    /// On the embedded store, with the server as a library whose time the test moves.
    pub const fn moving_time() -> Self {
        Self { time_is_moved: true, ..Self::on(Store::Embedded) }
    }

    /// The same, at noon, with kiosk hours as in the field.
    pub const fn keeping_hours() -> Self {
        Self { keeps_hours: true, ..Self::moving_time() }
    }

    /// With every program at this log level.
    #[must_use]
    pub const fn logging(self, log: &'static str) -> Self {
        Self { log, ..self }
    }

    fn clock(self) -> Option<MovedClock> {
        let moved = || if self.keeps_hours { MovedClock::next_noon_in_japan() } else { MovedClock::now() };
        self.time_is_moved.then(moved)
    }

    /// Makes the site, issues the card, starts everything and admits the kiosk.
    ///
    /// # Panics
    /// If any of it fails.
    pub fn start(self) -> Stack {
        Stack::start(self)
    }
}

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

    // --- cards ----------------------------------------------------------------------------------

    /// Issues a card, with the holder's portrait where there is a face engine.
    pub fn issue(&self, card: &str, options: &[&str]) {
        if self.order.faces {
            self.site.issue_with_face(card, Person::Holder, options);
        } else {
            self.site.issue(card, options);
        }
    }

    /// What this test's phones photograph.
    pub const fn album(&self) -> &Album {
        &self.album
    }

    /// A folder with frames of this person.
    pub fn frames(&self, of: Person) -> PathBuf {
        self.album.frames(&self.site, of)
    }

    /// Takes whatever card lies somewhere, puts this one there, and returns when the smart card service has seen it.
    ///
    /// # Panics
    /// If it does not see it.
    pub fn put(&mut self, card: &str, place: Place) {
        self.pull();
        // pcscd looks every 400 ms. A card that is away for less, and was pulled from under a client, it takes for the
        // one that has gone; away once more it is seen to be away.
        for attempt in 0..PUT_AT_MOST {
            let begun = self.watch_lines();
            let process = self.insert(card, place);
            let patience = if attempt == 0 { FIRST_SEEN_WITHIN } else { SEEN_WITHIN };
            let seen = self.until_service_says("in", place, begun, patience);
            self.card = Some((process, place, card.to_owned()));
            if seen {
                return;
            }
            self.pull();
        }
        panic!("the smart card service does not see the card:\n{}", self.watch.said());
    }

    fn insert(&self, card: &str, place: Place) -> Child {
        let reader = self.card_relay(place).map_or_else(|| self.reader_address(place), CardRelay::address);
        let mut command = programs::command(programs::CARD);
        command.arg("run").arg("--dir").arg(self.site.trust());
        command.args(["--card", card, "--vpcd", &reader, "--trace"]);
        Child::start("card", &mut command, &[], &self.said())
    }

    /// Puts the card there unless it is there already.
    pub fn leave(&mut self, card: &str, place: Place) {
        let there = matches!(&self.card, Some((process, lies, name)) if !process.has_ended() && *lies == place && name == card);
        if !there {
            self.put(card, place);
        }
    }

    /// Takes the card away, and returns when reader and service have seen that.
    pub fn pull(&mut self) {
        if let Some((card, place, _)) = self.card.take() {
            card.kill();
            wait_until_empty(self.reader_port(place));
            // One that was never seen to come is not seen to leave.
            let last = |line: &String| line.ends_with(reader_name(place));
            let lines: Vec<String> = self.watch.said().lines().map(str::to_owned).collect();
            if lines.iter().rfind(|line| last(line)).is_some_and(|line| line.starts_with("in")) {
                self.until_service_says("out", place, lines.len(), SEEN_WITHIN);
            }
        }
    }

    fn watch_lines(&self) -> usize {
        self.watch.said().lines().count()
    }

    /// Waits until it has said this of a reader after so many lines; whether it did.
    fn until_service_says(&self, word: &str, place: Place, after: usize, patience: Duration) -> bool {
        let line = format!("{word} {}", reader_name(place));
        self.watch.waits(patience, || self.watch.said().lines().skip(after).any(|said| said == line))
    }

    fn reader_port(&self, place: Place) -> u16 {
        let address = self.reader_address(place);
        let port = address.rsplit(':').next().and_then(|port| port.parse().ok());
        port.expect("an address ends in a port")
    }

    fn reader_address(&self, place: Place) -> String {
        match place {
            Place::Phone => self.readers.address(),
            Place::Kiosk => self.readers.second_address(),
        }
    }

    /// The card that lies somewhere: its log has the header and status word of every command since it was put there.
    ///
    /// # Panics
    /// If none does.
    pub fn card(&self) -> &Child {
        &self.card.as_ref().expect("a card was put somewhere").0
    }

    /// What the card that lies somewhere was asked since it was put there.
    pub fn trace(&self) -> Trace {
        Trace::parse(&self.card().log())
    }

    // --- phone and kiosk ------------------------------------------------------------------------

    /// The phone is a new one from here on: another device key, nothing remembered.
    ///
    /// # Panics
    /// If the old one cannot be thrown away.
    pub fn new_phone(&self) {
        match fs::remove_dir_all(self.path("phone")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => panic!("{error}"),
            _ => {}
        }
    }

    /// Runs the phone to its end, with these lines typed.
    pub fn phone(&self, arguments: &[&str], typed: &[&str]) -> Said {
        self.begin_phone(arguments, typed).finish(PROGRAM_LIMIT)
    }

    /// Begins a run of the phone.
    pub fn begin_phone(&self, arguments: &[&str], typed: &[&str]) -> Child {
        let mut command = programs::command(programs::PHONE);
        command.arg("--config").arg(self.path("phone.toml")).args(["--log", self.order.log]);
        command.args(["--reader", reader_name(Place::Phone)]).args(arguments);
        self.begin("phone", command, typed)
    }

    /// Books a reset of the user PIN with the terms in force.
    pub fn book(&self, typed: &[&str]) -> Said {
        self.begin_booking(typed).finish(PROGRAM_LIMIT)
    }

    /// Begins that.
    pub fn begin_booking(&self, typed: &[&str]) -> Child {
        self.begin_phone(&["book", "--target", "user", "--accept-terms", &self.site.terms()], typed)
    }

    /// Books a reset of the signature PIN with these frames and the front of the card that lies on the phone's reader.
    pub fn book_signature(&self, frames: &Path, typed: &[&str]) -> Said {
        self.begin_booking_signature(frames, typed).finish(PROGRAM_LIMIT)
    }

    /// The same although there may be a reservation, which the new one replaces.
    pub fn book_signature_again(&self, frames: &Path, typed: &[&str]) -> Said {
        let front = self.front_of_card();
        let mut arguments = self.booking_of_signature(&front, frames);
        arguments.push("--again".to_owned());
        self.begin_phone(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), typed)
            .finish(PROGRAM_LIMIT)
    }

    /// Begins that.
    ///
    /// # Panics
    /// If no card lies anywhere.
    pub fn begin_booking_signature(&self, frames: &Path, typed: &[&str]) -> Child {
        self.begin_booking_signature_with(&self.front_of_card(), frames, typed)
    }

    /// The same with a photograph of any front.
    pub fn begin_booking_signature_with(&self, front: &Path, frames: &Path, typed: &[&str]) -> Child {
        let arguments = self.booking_of_signature(front, frames);
        self.begin_phone(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), typed)
    }

    fn booking_of_signature(&self, front: &Path, frames: &Path) -> Vec<String> {
        let [front, frames] = [front, frames].map(|path| path.to_str().expect("a plain name").to_owned());
        let target = ["book", "--target", "signature", "--accept-terms"].map(str::to_owned);
        let pictures = ["--front".to_owned(), front, "--frames".to_owned(), frames];
        target.into_iter().chain([self.site.terms()]).chain(pictures).collect()
    }

    /// The front of the card that lies on the phone's reader.
    fn front_of_card(&self) -> PathBuf {
        let (_, _, card) = self.card.as_ref().expect("a card was put somewhere");
        self.album.front(&self.site, card)
    }

    /// Runs the kiosk to its end, with these lines typed.
    pub fn kiosk(&self, arguments: &[&str], typed: &[&str]) -> Said {
        self.begin_kiosk(arguments, typed).finish(PROGRAM_LIMIT)
    }

    /// Begins a run of the kiosk.
    pub fn begin_kiosk(&self, arguments: &[&str], typed: &[&str]) -> Child {
        self.begin_kiosk_of(KIOSK, arguments, typed)
    }

    /// Begins a run of a kiosk that was admitted by [`Site::add_kiosk`]; it has the reader that all kiosks share.
    pub fn begin_kiosk_of(&self, kiosk: &str, arguments: &[&str], typed: &[&str]) -> Child {
        let mut command = programs::command(programs::KIOSK);
        command.arg("--config").arg(self.site.file(&format!("kiosk-{kiosk}/kiosk.toml")));
        command.args(["--log", self.order.log, "--reader", reader_name(Place::Kiosk), "--lang", "en"]);
        command.args(arguments);
        self.begin("kiosk", command, typed)
    }

    /// Redeems the reservation of the user PIN; the card may stay where it is.
    pub fn redeem(&self, typed: &[&str]) -> Said {
        self.begin_redeeming(typed).finish(PROGRAM_LIMIT)
    }

    /// The same at another kiosk.
    pub fn redeem_at(&self, kiosk: &str, typed: &[&str]) -> Said {
        self.begin_kiosk_of(kiosk, REDEEM, typed).finish(PROGRAM_LIMIT)
    }

    /// Begins that.
    pub fn begin_redeeming(&self, typed: &[&str]) -> Child {
        self.begin_kiosk(REDEEM, typed)
    }

    /// Redeems the reservation of the signature PIN; the card may stay where it is.
    pub fn redeem_signature(&self, typed: &[&str]) -> Said {
        self.kiosk(REDEEM_SIGNATURE, typed)
    }

    fn begin(&self, name: &str, mut command: std::process::Command, typed: &[&str]) -> Child {
        command.env(SOCKET_VARIABLE, self.readers.socket());
        Child::start(name, &mut command, typed, &self.said())
    }

    /// Runs a card tool of others on the readers, with these lines typed.
    pub fn tool(&self, program: &str, arguments: &[&str], typed: &[&str]) -> Said {
        let mut command = programs::bound(program);
        command.args(arguments);
        self.begin(program, command, typed).finish(PROGRAM_LIMIT)
    }
}

const fn reader_name(place: Place) -> &'static str {
    match place {
        Place::Phone => PrivateReaders::FIRST,
        Place::Kiosk => PrivateReaders::SECOND,
    }
}
