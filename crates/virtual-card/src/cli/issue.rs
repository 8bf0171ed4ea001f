//! `virtual-card issue`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use virtual_card::issuer::layout::Layout;
use virtual_card::issuer::{CardOrder, Generation, Issuer, PrintedCode, Sex};
use virtual_card::picture::{self, Crop};
use virtual_card::{AuthorityKey, FRESH_SIGNATURE_PIN, FRESH_USER_PIN, TokenKind};

use super::{Card, Failure, now, output};

#[derive(Args)]
pub(super) struct Issue {
    #[command(flatten)]
    card: Card,
    /// The authority's public key (P-256, PEM): the card accepts its reset authorisations. Without it, none.
    #[arg(long, value_name = "PUB.pem")]
    authority: Option<PathBuf>,
    /// The holder's picture: JPEG or PNG, or JPEG 2000, which is taken as it is. Without it, a head without a face.
    #[arg(long, value_name = "FILE")]
    portrait: Option<PathBuf>,
    /// Where on that picture the head is, in pixels [default: the upper middle].
    #[arg(long, value_name = "LEFT,TOP,WIDTH,HEIGHT", requires = "portrait")]
    crop: Option<Crop>,
    /// The holder's name: family name, full-width space, given name [default: 番号　花子].
    #[arg(long = "name", value_name = "NAME")]
    holder: Option<String>,
    /// The holder's address [default: in a prefecture that is not there].
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
    /// The holder's sex.
    #[arg(long, value_enum, default_value = "female")]
    sex: SexArgument,
    /// The holder's birth date [default: 1980-02-17].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    birth_date: Option<Date>,
    /// The security code on the front.
    #[arg(long, value_name = "NNNN", default_value_t)]
    security_code: PrintedCode,
    /// The year in which the card expires, on the holder's birthday [default: the tenth after issue, a child's fifth].
    #[arg(long, value_name = "YYYY", value_parser = clap::value_parser!(u16).range(2016..=2099))]
    expires: Option<u16>,
    /// The day of issue in Japan [default: today].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    issued: Option<Date>,
    /// Issues the card without a signature certificate, as for a child.
    #[arg(long)]
    no_signature: bool,
    /// Which generation of the issuer's CAs signs.
    #[arg(long, default_value = "2", value_parser = generation)]
    generation: Generation,
    /// What the card says it is; only the first is a My Number Card.
    #[arg(long, value_enum, default_value = "my-number-card")]
    token: Token,
}

#[derive(Clone, Copy, ValueEnum)]
enum Token {
    MyNumberCard,
    ResidentRegisterCard,
    Android,
    Iphone,
}

#[derive(Clone, Copy, ValueEnum)]
enum SexArgument {
    Female,
    Male,
    Unknown,
    NotApplicable,
}

const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text, DATE).map_err(|_| "a date is written YYYY-MM-DD".to_owned())
}

fn generation(text: &str) -> Result<Generation, String> {
    let found = Generation::ALL.into_iter().find(|generation| generation.number().to_string() == text);
    found.ok_or_else(|| "1 or 2".to_owned())
}

impl Issue {
    pub(super) fn run(self) -> Result<(), Failure> {
        let now = now();
        let layout = Layout::new(&self.card.dir);
        let usual = CardOrder::today(self.card.name.clone(), now);
        let order = self.order(usual)?;
        let card = layout.card(&order.name);
        let printed = Issuer::open(layout, now)?.issue(&order)?;
        output::line(&format!("issued a simulated card: {}", card.display()));
        output::line(&format!("user PIN {FRESH_USER_PIN}"));
        if order.with_signature {
            output::line(&format!("signature PIN {FRESH_SIGNATURE_PIN}"));
        }
        output::line(&format!("born {}", printed.era_birth_date()?.printed()));
        output::line(&format!("expires {}", printed.expires));
        output::line(&format!("security code {}", printed.security_code));
        Ok(())
    }

    fn order(self, usual: CardOrder) -> Result<CardOrder, Failure> {
        Ok(CardOrder {
            holder: self.holder.unwrap_or(usual.holder),
            address: self.address.unwrap_or(usual.address),
            sex: match self.sex {
                SexArgument::Female => Sex::Female,
                SexArgument::Male => Sex::Male,
                SexArgument::Unknown => Sex::Unknown,
                SexArgument::NotApplicable => Sex::NotApplicable,
            },
            birth_date: self.birth_date.unwrap_or(usual.birth_date),
            portrait: match self.portrait {
                Some(path) => portrait(&path, self.crop)?,
                None => usual.portrait,
            },
            security_code: self.security_code,
            expires: self.expires,
            issued: self.issued.unwrap_or(usual.issued),
            generation: self.generation,
            with_signature: !self.no_signature,
            authority: self.authority.as_deref().map(authority).transpose()?,
            token: match self.token {
                Token::MyNumberCard => TokenKind::MyNumberCard,
                Token::ResidentRegisterCard => TokenKind::ResidentRegisterCard,
                Token::Android => TokenKind::AndroidPhone,
                Token::Iphone => TokenKind::IPhone,
            },
            name: usual.name,
        })
    }
}

fn portrait(path: &Path, crop: Option<Crop>) -> Result<Vec<u8>, Failure> {
    let file = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(picture::portrait(&file, crop).map_err(|error| format!("{}: {error}", path.display()))?)
}

fn authority(path: &Path) -> Result<AuthorityKey, Failure> {
    let pem = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(AuthorityKey::from_pem(&pem).map_err(|error| format!("{}: {error}", path.display()))?)
}
