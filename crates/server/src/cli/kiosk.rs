//! Admits, lists and disables kiosks through the running server, so that it works on every store.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use reservation::KioskId;
use wire::admin::{AddKiosk, Kiosk, KioskCertificate, Kiosks};

use super::args::AddOptions;
use super::client::AdminClient;
use super::{CliError, output};
use crate::pki::authority::kiosk_request;
use crate::{Config, files};

/// Makes the kiosk's key here, has the server sign its certificate, and writes what the kiosk needs.
///
/// # Errors
/// [`CliError`] says what to do.
pub async fn add(options: &AddOptions) -> Result<(), CliError> {
    let kiosk = KioskId::parse(&options.kiosk).map_err(|error| CliError::Message(error.to_string()))?;
    let config = Config::load(&options.config)?;
    let out = |name: &str| options.out.join(name);
    for name in ["kiosk.pem", "kiosk-key.pem", "server-ca.pem", "kiosk.toml"] {
        if out(name).exists() {
            return Err(CliError::Message(format!(
                "{} is there already; nothing is overwritten",
                out(name).display()
            )));
        }
    }
    let (request, key) = kiosk_request(&kiosk).map_err(|error| CliError::Message(error.to_string()))?;
    let body = AddKiosk {
        kiosk: options.kiosk.clone(),
        operator: options.operator.clone(),
        kinds: options.kinds.clone(),
        request,
    };
    let fault = |path: std::path::PathBuf| move |source| CliError::File { path, source };
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(&options.out).map_err(fault(options.out.clone()))?;
    // The key first: a certificate whose key was lost would be of no use to anyone.
    let path = out("kiosk-key.pem");
    files::write_secret(&path, key.as_bytes()).map_err(fault(path))?;
    let made: KioskCertificate = match AdminClient::of(&config)?.post("/admin/v1/kiosks", &body).await {
        Ok(made) => made,
        Err(error) => {
            // Not admitted, so the key is worth nothing; leaving it would only stop the next try.
            let _cannot_do_more = std::fs::remove_file(out("kiosk-key.pem"));
            return Err(error);
        }
    };
    let server = options.server.clone().unwrap_or_else(|| server_url(&config));
    let settings = settings(&options.kiosk, &server);
    for (name, content) in [
        ("kiosk.pem", &made.certificate),
        ("server-ca.pem", &made.server_authority),
        ("kiosk.toml", &settings),
    ] {
        files::write_public(&out(name), content.as_bytes()).map_err(fault(out(name)))?;
    }
    output::line(&format!(
        "{} is admitted; its certificate ends on {}.",
        options.kiosk,
        made.expires_at.date()
    ));
    output::line(&format!("  {}  its key; secret, only the kiosk needs it", out("kiosk-key.pem").display()));
    output::line(&format!("  {}  its certificate", out("kiosk.pem").display()));
    output::line(&format!("  {}  what it checks the server against", out("server-ca.pem").display()));
    output::line(&format!("  {}  settings for jpki-kiosk --config", out("kiosk.toml").display()));
    Ok(())
}

/// Lists all kiosks.
///
/// # Errors
/// [`CliError`] says what to do.
pub async fn list(config: &Path) -> Result<(), CliError> {
    let client = AdminClient::of(&Config::load(config)?)?;
    let mut after = String::new();
    output::line(&format!("{:<24} {:<20} {:<16} state", "kiosk", "operator", "kinds"));
    loop {
        let page: Kiosks = client.get(&format!("/admin/v1/kiosks?after={after}")).await?;
        for kiosk in &page.kiosks {
            output::line(&row(kiosk));
        }
        match page.kiosks.last() {
            Some(last) if page.more => after.clone_from(&last.kiosk),
            _ => return Ok(()),
        }
    }
}

/// Disables a kiosk.
///
/// # Errors
/// [`CliError`] says what to do.
pub async fn disable(config: &Path, kiosk: &str) -> Result<(), CliError> {
    let kiosk = KioskId::parse(kiosk).map_err(|error| CliError::Message(error.to_string()))?;
    let client = AdminClient::of(&Config::load(config)?)?;
    let disabled: Kiosk = client.post(&format!("/admin/v1/kiosks/{kiosk}/disable"), &()).await?;
    output::line(&format!("{} is disabled; its next request is refused.", disabled.kiosk));
    Ok(())
}

fn row(kiosk: &Kiosk) -> String {
    let kinds: Vec<_> = kiosk.kinds.iter().map(|kind| reservation::PinKind::from(*kind).as_str()).collect();
    let state = if kiosk.enabled { "enabled" } else { "disabled" };
    format!("{:<24} {:<20} {:<16} {state}", kiosk.kiosk, kiosk.operator, kinds.join(","))
}

fn server_url(config: &Config) -> String {
    format!("https://localhost:{}", config.listen.kiosk.address.port())
}

fn settings(kiosk: &str, server: &str) -> String {
    format!(
        "# Settings of jpki-kiosk for {kiosk}, made by `jpki-reset kiosk add`. Relative paths are relative to this file.\n\
         server = \"{server}\"\n\
         server_authority = \"server-ca.pem\"\n\
         certificate = \"kiosk.pem\"\n\
         key = \"kiosk-key.pem\"\n\
         journal = \"journal\"\n"
    )
}
