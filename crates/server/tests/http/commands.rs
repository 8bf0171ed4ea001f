//! The operator's commands against a running server: `kiosk add`, `list`, `disable`, `doctor`, `check-config`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use reservation::PinKind;
use server::cli::args::AddOptions;
use server::cli::doctor::{self, Level};
use server::cli::kiosk;
use server::{Config, assemble};
use wire::problem::ProblemType;

use crate::site::{NOON, Site};
use crate::terminal::Terminal;

/// The settings as the running server's operator has them: with the ports that the system chose.
fn settings(site: &Site) -> PathBuf {
    let text = std::fs::read_to_string(site.file("jpki-reset.toml")).unwrap();
    let text = text
        .replace("127.0.0.1:8443", &site.running().app_addr.to_string())
        .replace("127.0.0.1:8444", &site.running().kiosk_addr.to_string())
        .replace("127.0.0.1:8445", &site.running().admin_addr.to_string());
    let file = site.file("running.toml");
    std::fs::write(&file, text).unwrap();
    file
}

fn options(site: &Site, out: &str) -> AddOptions {
    AddOptions {
        config: settings(site),
        kiosk: "k-1".into(),
        operator: "seven-eleven".into(),
        kinds: vec![wire::PinKind::User],
        out: site.file(out),
        server: None,
    }
}

#[tokio::test]
async fn a_kiosk_that_was_added_works_until_it_is_disabled() {
    let site = Site::new();
    let options = options(&site, "k-1");
    kiosk::add(&options).await.unwrap();
    let read = |name: &str| std::fs::read_to_string(options.out.join(name)).unwrap();
    let mode = std::fs::metadata(options.out.join("kiosk-key.pem")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(read("kiosk.toml").contains(&format!("https://localhost:{}", site.running().kiosk_addr.port())));
    assert_eq!(read("server-ca.pem"), std::fs::read_to_string(site.file("tls/kiosk-ca.pem")).unwrap());

    let terminal = Terminal::with_pair(&site, &read("kiosk.pem"), &read("kiosk-key.pem"));
    assert_eq!(terminal.open(Some(PinKind::User)).await.status, 201);
    kiosk::list(&options.config).await.unwrap();
    kiosk::disable(&options.config, "k-1").await.unwrap();
    assert_eq!(terminal.open(Some(PinKind::User)).await.refused(), ProblemType::KioskRefused);
}

#[tokio::test]
async fn a_kiosk_that_is_not_admitted_leaves_no_key_behind() {
    let site = Site::new();
    kiosk::add(&options(&site, "first")).await.unwrap();
    let double = kiosk::add(&options(&site, "second")).await.unwrap_err().to_string();
    assert!(double.contains("already admitted"), "{double}");
    assert!(!site.file("second/kiosk-key.pem").exists());
    let again = kiosk::add(&options(&site, "first")).await.unwrap_err().to_string();
    assert!(again.contains("nothing is overwritten"), "{again}");
}

#[tokio::test]
async fn without_a_running_server_a_command_says_so() {
    let mut site = Site::new();
    let options = options(&site, "k-1");
    site.take_running().stop().await;
    let error = kiosk::add(&options).await.unwrap_err().to_string();
    assert!(error.contains("is `jpki-reset serve` running?"), "{error}");
}

#[tokio::test]
async fn the_doctor_finds_nothing_wrong_with_a_running_site() {
    let site = Site::new();
    let config = Config::load_file(&settings(&site)).unwrap();
    let report = doctor::examine(&config, NOON).await;
    let bad: Vec<_> = report.0.iter().filter(|finding| finding.level != Level::Ok).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert!(report.0.len() > 25);
}

#[tokio::test]
async fn the_doctor_names_what_is_wrong_and_what_to_do() {
    let site = Site::new();
    let config = Config::load_file(&settings(&site)).unwrap();
    let open = config.keys.card_id();
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644)).unwrap();
    let later = NOON.after(std::time::Duration::from_secs(8 * 86_400));
    let report = doctor::examine(&config, later).await;
    let failed: Vec<_> = report.0.iter().filter(|finding| finding.level == Level::Fail).collect();
    assert!(failed.iter().any(|f| f.what.starts_with("card id key") && f.advice.starts_with("chmod 600")));
    assert!(failed.iter().any(|f| f.what.contains(".crl") && f.what.contains("is over")));
    assert!(failed.iter().all(|finding| !finding.advice.is_empty()));
}

#[tokio::test]
async fn a_start_that_would_fail_is_told_by_the_file_that_is_wrong() {
    let site = Site::new();
    let config = Config::load_file(&site.file("jpki-reset.toml")).unwrap();
    assert!(assemble::check(&config).is_ok());
    let register = config.trust.register();
    std::fs::write(&register, "{}").unwrap();
    let error = assemble::check(&config).map(drop).unwrap_err().to_string();
    assert!(error.contains("register.json"), "{error}");
    let mut nothing = config.clone();
    nothing.service.book_user = false;
    let error = assemble::check(&nothing).map(drop).unwrap_err().to_string();
    assert!(error.contains("service.book_user"), "{error}");
}
