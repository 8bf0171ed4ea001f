//! What the holder does with phone and kiosk, and what other card programs see.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use virtual_card::reader::SOCKET_VARIABLE;

use super::{KIOSK, Place, Stack, reader_name};
use crate::camera::Pictures;
use crate::child::Child;
use crate::programs;
use crate::said::Said;

const REDEEM: &[&str] = &["redeem", "--target", "user", "--no-wait-removal"];
const REDEEM_SIGNATURE: &[&str] = &["redeem", "--target", "signature", "--no-wait-removal"];
/// For one visit or one booking, restarts of others included.
const PROGRAM_LIMIT: Duration = Duration::from_secs(90);

impl Stack {
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
    pub fn book_signature(&self, frames: &Pictures, typed: &[&str]) -> Said {
        self.begin_booking_signature(frames, typed).finish(PROGRAM_LIMIT)
    }

    /// The same although there may be a reservation, which the new one replaces.
    pub fn book_signature_again(&self, frames: &Pictures, typed: &[&str]) -> Said {
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
    pub fn begin_booking_signature(&self, frames: &Pictures, typed: &[&str]) -> Child {
        self.begin_booking_signature_with(&self.front_of_card(), frames, typed)
    }

    /// The same with a photograph of any front.
    pub fn begin_booking_signature_with(&self, front: &Path, frames: &Pictures, typed: &[&str]) -> Child {
        let arguments = self.booking_of_signature(front, frames);
        self.begin_phone(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), typed)
    }

    fn booking_of_signature(&self, front: &Path, frames: &Pictures) -> Vec<String> {
        let front = front.to_str().expect("a plain name").to_owned();
        let target = ["book", "--target", "signature", "--accept-terms"].map(str::to_owned);
        let front = ["--front".to_owned(), front];
        target.into_iter().chain([self.site.terms()]).chain(front).chain(frames.arguments()).collect()
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

    /// Begins a run of a kiosk that was admitted by [`crate::site::Site::add_kiosk`]; it has the reader that all kiosks share.
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
