//! What the operator makes: keys, certificates and settings by `jpki-reset init`, kiosks, and simulated cards.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::{Table, Value};
use virtual_card::reader::PortPair;

use crate::child::Child;
use crate::faces::{self, Person};
use crate::programs;
use crate::said::Said;

/// What a holder types of the front of a usual card with a portrait: birth date, expiry, security code, and that they
/// were understood.
pub const FRONT: [&str; 4] = ["昭和55年2月17日", "2035", "2285", "yes"];

const LIMIT: Duration = Duration::from_secs(60);

/// A site in a folder, on ports that nobody else uses.
pub struct Site {
    root: PathBuf,
    app_and_kiosk: PortPair,
    admin: PortPair,
    said: PathBuf,
}

impl Site {
    /// Makes a site in `folder/site`; what the programs say goes to `said`.
    ///
    /// # Panics
    /// If it cannot be made.
    pub fn make(said: &Path, folder: &Path) -> Self {
        Self::make_with(said, folder, &[])
    }

    /// The same with a face engine: the signature PIN can be booked. Few requests are worked on at once, because many
    /// tests run at once, and for the same reason a face has more time.
    ///
    /// # Panics
    /// If it cannot be made.
    pub fn make_with_faces(said: &Path, folder: &Path) -> Self {
        let site = Self::make_with(said, folder, &[&"--face-models", &faces::models()]);
        // A server that is a library is not beside it.
        site.set("face.program", programs::path(programs::FACE).to_str().expect("a plain name"));
        site.set("face.workers", 1);
        site.set("face.challenge_seconds", 120);
        site
    }

    fn make_with(said: &Path, folder: &Path, options: &[&dyn AsRef<OsStr>]) -> Self {
        let [app_and_kiosk, admin] = [(); 2].map(|()| PortPair::any().expect("free ports"));
        let site = Self { root: folder.join("site"), app_and_kiosk, admin, said: said.to_owned() };
        let root = site.root.clone();
        let arguments: [&dyn AsRef<OsStr>; 3] = [&"init", &"--dir", &root];
        site.run(programs::SERVER, &[&arguments, options].concat()).done();
        site.set("listen.app.address", format!("127.0.0.1:{}", site.app_port()));
        site.set("listen.app.public_origin", format!("https://localhost:{}", site.app_port()));
        site.set("listen.kiosk.address", format!("127.0.0.1:{}", site.kiosk_port()));
        site.set("listen.admin.address", format!("127.0.0.1:{}", site.admin_port()));
        site
    }

    /// Where phones reach the server.
    pub fn app_port(&self) -> u16 {
        self.app_and_kiosk.first()
    }

    /// Where kiosks reach the server.
    pub fn kiosk_port(&self) -> u16 {
        self.app_and_kiosk.second()
    }

    /// Where the operator reaches the server.
    pub fn admin_port(&self) -> u16 {
        self.admin.first()
    }

    /// A file of the site.
    pub fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The server's settings.
    pub fn settings(&self) -> PathBuf {
        self.file("jpki-reset.toml")
    }

    /// Anchors, revocation lists, register and cards.
    pub fn trust(&self) -> PathBuf {
        self.file("trust")
    }

    /// The file of a card.
    pub fn card(&self, name: &str) -> PathBuf {
        self.trust().join(format!("{name}.json"))
    }

    /// The version of the terms in force.
    pub fn terms(&self) -> String {
        let service: Table = read(&self.file("service.toml"));
        service["terms"]["version"].as_str().unwrap().to_owned()
    }

    /// Changes a setting; takes effect when the server starts.
    pub fn set(&self, key: &str, value: impl Into<Value>) {
        change(&self.settings(), key, value.into());
    }

    /// Kiosks work at any hour: a test must not care when it runs.
    pub fn open_all_day(&self) {
        change(&self.file("service.toml"), "hours.opens", "00:00".into());
        change(&self.file("service.toml"), "hours.closes", "24:00".into());
    }

    /// No client of a test is too fast.
    pub fn admit_any_rate(&self) {
        for name in ["app_address", "installation", "face", "kiosk", "admin_address"] {
            for part in ["burst", "per_minute"] {
                self.set(&format!("rates.{name}.{part}"), 1_000_000);
            }
        }
    }

    /// Issues a card, with further options of `virtual-card issue`.
    pub fn issue(&self, name: &str, options: &[&str]) {
        let authority = self.file("keys/card-authority.pub.pem");
        let trust = self.trust();
        let mut arguments: Vec<&dyn AsRef<OsStr>> =
            vec![&"issue", &"--dir", &trust, &"--card", &name, &"--authority", &authority];
        arguments.extend(options.iter().map(|option| option as &dyn AsRef<OsStr>));
        self.run(programs::CARD, &arguments).done();
    }

    /// Issues a card with this person's portrait, whose front is [`FRONT`], with further options.
    pub fn issue_with_face(&self, name: &str, of: Person, options: &[&str]) {
        let photograph = of.photograph();
        let portrait = photograph.to_str().expect("a plain name");
        let printed = ["--portrait", portrait, "--crop", of.crop(), "--expires", "2035"];
        self.issue(name, &[&printed, options].concat());
    }

    /// Photographs the front of a card.
    pub fn photograph_front(&self, card: &str, out: &Path) {
        let trust = self.trust();
        self.run(programs::CARD, &[&"face", &"--dir", &trust, &"--card", &card, &"--out", &out]).done();
    }

    /// Puts a certificate of a card on the revocation list.
    pub fn revoke(&self, card: &str, kind: &str) {
        let trust = self.trust();
        self.run(programs::CARD, &[&"revoke", &"--dir", &trust, &"--card", &card, &kind]).done();
    }

    /// An operator's command about kiosks, through the running server.
    pub fn kiosk_command(&self, arguments: &[&str]) -> Said {
        let settings = self.settings();
        let mut all: Vec<&dyn AsRef<OsStr>> = vec![&"kiosk"];
        all.extend(arguments.iter().map(|argument| argument as &dyn AsRef<OsStr>));
        all.extend([&"--config" as &dyn AsRef<OsStr>, &settings]);
        self.run(programs::SERVER, &all)
    }

    /// Admits a kiosk that reaches the server at `port`; its files.
    pub fn add_kiosk(&self, name: &str, operator: &str, port: u16) -> PathBuf {
        let out = self.file(&format!("kiosk-{name}"));
        let server = format!("https://localhost:{port}");
        let out_text = out.to_str().expect("temporary folders have plain names");
        self.kiosk_command(&[
            "add",
            name,
            "--operator",
            operator,
            "--kinds",
            "user,signature",
            "--out",
            out_text,
            "--server",
            &server,
        ])
        .done();
        out
    }

    /// Starts a server with these settings, some overridden by the environment, and returns when it is ready.
    ///
    /// # Panics
    /// If it does not become ready.
    pub fn serve(&self, name: &str, overrides: &[(&str, String)], admin_port: u16) -> Child {
        let mut command = programs::command(programs::SERVER);
        command.arg("serve").arg("--config").arg(self.settings());
        command.envs(overrides.iter().map(|(key, value)| (*key, value)));
        let server = Child::start(name, &mut command, &[], &self.said);
        let ready = || get_admin(admin_port, "/readyz").starts_with("HTTP/1.1 200");
        server.wait_until("readiness", LIMIT, ready);
        server
    }

    /// Runs a program of ours to its end.
    fn run(&self, program: &str, arguments: &[&dyn AsRef<OsStr>]) -> Said {
        let mut command = programs::command(program);
        for argument in arguments {
            command.arg(argument);
        }
        Child::start(program, &mut command, &[], &self.said).finish(LIMIT)
    }
}

/// An answer of an admin listener, whole; empty if there is none.
pub fn get_admin(port: u16, path: &str) -> String {
    let mut answer = String::new();
    let asked = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).and_then(|mut stream| {
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        stream.read_to_string(&mut answer)
    });
    asked.map_or_else(|_| String::new(), |_| answer)
}

fn read(file: &Path) -> Table {
    fs::read_to_string(file).unwrap().parse().unwrap()
}

/// Changes one key, named with dots, of a TOML file; makes the tables above it.
fn change(file: &Path, key: &str, value: Value) {
    let mut whole = read(file);
    let mut parts: Vec<&str> = key.split('.').collect();
    let last = parts.pop().expect("a key has a name");
    let mut table = &mut whole;
    for part in parts {
        let inner = table.entry(part).or_insert_with(|| Value::Table(Table::new()));
        table = inner.as_table_mut().expect("a table stands there");
    }
    table.insert(last.to_owned(), value);
    fs::write(file, toml::to_string(&whole).unwrap()).unwrap();
}
