//! Makes keys, certificates and settings for a new site. Nothing that exists is overwritten.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use authority::{CardAuthority, TokenKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::RootKey;
use reservation::Timestamp;
use zeroize::Zeroizing;

use super::args::InitOptions;
use super::{CliError, output};
use crate::clock::{Clock as _, SystemClock};
use crate::pki::Authority;
use crate::pki::authority::Pair;
use crate::{files, random};

const SETTINGS: &str = include_str!("../../../../deploy/jpki-reset.toml");
/// Lines of the documented settings that `--face-models` sets.
const BOOK_SIGNATURE: &str = "# book_signature = false";
const FACE_MODELS: &str = "# models = \"models\"";
const SERVICE: &str = include_str!("../../../../deploy/service.toml");

/// Makes a site.
///
/// # Errors
/// [`CliError`] names the file; what was made before it stays.
pub fn run(options: &InitOptions) -> Result<(), CliError> {
    let site = Site { root: options.dir.clone() };
    let settings = site.path("jpki-reset.toml");
    if settings.exists() {
        return Err(CliError::Message(format!(
            "{} is there already, and nothing is overwritten; choose another directory",
            settings.display()
        )));
    }
    let now = SystemClock::new().now();
    site.directories()?;
    site.keys()?;
    site.certificates(&options.hosts, now)?;
    let trust = options.trust.clone().unwrap_or_else(|| PathBuf::from("trust"));
    site.public("service.toml", SERVICE, "operators, hours, terms")?;
    site.public("jpki-reset.toml", &settings_text(options, &trust)?, "the settings")?;
    say_what_next(&site, options);
    Ok(())
}

/// The documented settings with this site's ports, trust directory and face models.
fn settings_text(options: &InitOptions, trust: &Path) -> Result<String, CliError> {
    let port = options.port;
    let trust = if trust == Path::new("trust") { trust.to_owned() } else { absolute(trust)? };
    let trust = in_toml(&trust)?;
    let ports = [("8443", port), ("8444", port + 1), ("8445", port + 2)];
    let mut text =
        ports.iter().fold(SETTINGS.replace("\"trust/", &format!("\"{trust}/")), |text, (from, to)| {
            text.replace(&format!("127.0.0.1:{from}"), &format!("127.0.0.1:{to}"))
                .replace(&format!("localhost:{from}\""), &format!("localhost:{to}\""))
        });
    if let Some(models) = &options.face_models {
        let models = format!("models = \"{}\"", in_toml(&absolute(models)?)?);
        for (commented, set) in [(BOOK_SIGNATURE, "book_signature = true"), (FACE_MODELS, models.as_str())] {
            debug_assert!(text.contains(commented), "the documented settings have this line");
            text = text.replace(commented, set);
        }
    }
    Ok(text)
}

fn absolute(path: &Path) -> Result<PathBuf, CliError> {
    std::path::absolute(path).map_err(|source| CliError::File { path: path.to_owned(), source })
}

fn in_toml(path: &Path) -> Result<&str, CliError> {
    let unfit = || CliError::Message(format!("the path {} cannot stand in a TOML string", path.display()));
    path.to_str().filter(|text| !text.contains(['"', '\\', '\n'])).ok_or_else(unfit)
}

fn say_what_next(site: &Site, options: &InitOptions) {
    let trust = options.trust.clone().unwrap_or_else(|| site.path("trust"));
    output::line("");
    output::line(
        "Next: anchors, revocation lists and the card register. For a trial, a simulated card brings them:",
    );
    output::line(&format!(
        "  virtual-card issue --dir {} --authority {}",
        trust.display(),
        site.path("keys/card-authority.pub.pem").display()
    ));
    if options.face_models.is_none() {
        output::line(
            "The signature PIN cannot be booked yet: `make models` fetches the face engine's models, then",
        );
        output::line(
            "set face.models and service.book_signature in the settings, or begin with --face-models DIR.",
        );
    }
    output::line("then");
    output::line(&format!("  jpki-reset serve --config {}", site.path("jpki-reset.toml").display()));
}

struct Site {
    root: PathBuf,
}

impl Site {
    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn directories(&self) -> Result<(), CliError> {
        for name in ["", "keys", "tls", "admin"] {
            let path = if name.is_empty() { self.root.clone() } else { self.path(name) };
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&path)
                .map_err(|source| CliError::File { path, source })?;
        }
        Ok(())
    }

    fn keys(&self) -> Result<(), CliError> {
        let name = "keys/card-authority.pem";
        let key =
            CardAuthority::create(&self.path(name)).map_err(|error| CliError::Message(error.to_string()))?;
        said(name, "authorises resets (simulated); secret");
        self.public("keys/card-authority.pub.pem", key.public_pem(), "its public half, for the cards")?;
        let name = "keys/tokens.pem";
        TokenKey::create(&self.path(name)).map_err(|error| CliError::Message(error.to_string()))?;
        said(name, "signs tokens; secret");
        let name = "keys/sealing.key";
        RootKey::create(&self.path(name)).map_err(|error| CliError::Message(error.to_string()))?;
        said(name, "seals records; secret, keep a copy apart from the store");
        self.secret("keys/card-id.key", &random_key(), "makes card ids; secret, never change it")?;
        self.secret("keys/dpop-nonce.key", &random_key(), "makes DPoP nonces; secret")?;
        let token = Zeroizing::new(format!("{}\n", URL_SAFE_NO_PAD.encode(random::bytes::<32>())));
        self.secret("admin/token", &token, "the operator's token; secret")
    }

    fn certificates(&self, hosts: &[String], now: Timestamp) -> Result<(), CliError> {
        let fault = |error: crate::pki::PkiError| CliError::Message(error.to_string());
        let (app, pair) = Authority::make("jpki-reset app authority (trial)", now).map_err(fault)?;
        self.pair("tls/app-ca", &pair, "the authority that phones trust in a trial")?;
        self.pair("tls/app", &app.server(hosts, now).map_err(fault)?, "the app listener")?;
        let (kiosk, pair) = Authority::make("jpki-reset kiosk authority", now).map_err(fault)?;
        self.pair("tls/kiosk-ca", &pair, "the authority of the kiosks")?;
        self.pair("tls/kiosk-server", &kiosk.server(hosts, now).map_err(fault)?, "the kiosk listener")
    }

    fn pair(&self, name: &str, pair: &Pair, what: &str) -> Result<(), CliError> {
        self.public(&format!("{name}.pem"), &pair.certificate, what)?;
        self.secret(&format!("{name}-key.pem"), &pair.key, "its key; secret")
    }

    fn secret(&self, name: &str, content: &str, what: &str) -> Result<(), CliError> {
        let path = self.path(name);
        files::write_secret(&path, content.as_bytes()).map_err(|source| CliError::File { path, source })?;
        said(name, what);
        Ok(())
    }

    fn public(&self, name: &str, content: &str, what: &str) -> Result<(), CliError> {
        let path = self.path(name);
        files::write_public(&path, content.as_bytes()).map_err(|source| CliError::File { path, source })?;
        said(name, what);
        Ok(())
    }
}

fn said(name: &str, what: &str) {
    output::line(&format!("  {name:<30} {what}"));
}

/// 32 random bytes as 64 hexadecimal digits and a line's end.
fn random_key() -> Zeroizing<String> {
    let key = Zeroizing::new(random::bytes::<32>());
    Zeroizing::new(format!("{}\n", hex::encode(key.as_slice())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use std::fs;

    fn options(dir: PathBuf) -> InitOptions {
        InitOptions { dir, hosts: vec!["localhost".into()], trust: None, face_models: None, port: 9000 }
    }

    #[test]
    fn a_new_site_has_settings_that_hold_and_keys_that_are_secret() {
        let dir = tempfile::tempdir().unwrap();
        let options = options(dir.path().join("site"));
        run(&options).unwrap();
        let config = Config::load_file(&options.dir.join("jpki-reset.toml")).unwrap();
        assert_eq!(config.listen.kiosk.address.port(), 9001);
        assert_eq!(config.listen.app.public_origin.as_str(), "https://localhost:9000");
        assert!(!config.service.book_signature);
        for (_, file) in config.keys.all() {
            assert!(!files::others_may_read(&file).unwrap(), "{}", file.display());
        }
        assert!(!files::others_may_read(&config.listen.admin.token_file()).unwrap());
    }

    #[test]
    fn a_site_with_face_models_offers_the_signature_pin() {
        let dir = tempfile::tempdir().unwrap();
        let models = dir.path().join("models");
        let options = InitOptions { face_models: Some(models.clone()), ..options(dir.path().join("site")) };
        run(&options).unwrap();
        let config = Config::load_file(&options.dir.join("jpki-reset.toml")).unwrap();
        assert!(config.service.book_signature);
        assert_eq!(config.face.models(), Some(models));
        assert_eq!(config.trust.surface_anchors(), Some(options.dir.join("trust/anchors/surface")));
    }

    #[test]
    fn a_site_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let options = options(dir.path().to_owned());
        run(&options).unwrap();
        let before = fs::read(dir.path().join("keys/card-id.key")).unwrap();
        assert!(run(&options).is_err());
        fs::remove_file(dir.path().join("jpki-reset.toml")).unwrap();
        assert!(run(&options).is_err(), "keys are there");
        assert_eq!(fs::read(dir.path().join("keys/card-id.key")).unwrap(), before);
    }
}
