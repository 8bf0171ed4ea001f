//! The operator's commands against a running server: `kiosk add`, `list`, `disable`, `doctor`, `check-config`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use reservation::PinKind;
use server::cli::args::{AddOptions, LiftOptions};
use server::cli::doctor::{self, Level};
use server::cli::{card, kiosk};
use server::{Config, assemble};
use wire::app::FaceVerdict;
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
    let bad: Vec<_> = report.findings().iter().filter(|finding| finding.level != Level::Ok).collect();
    // Of its own process the doctor tells the truth: this is a test program, not jpki-reset.
    let [open, kept] = bad.as_slice() else { panic!("{bad:#?}") };
    assert!(open.what.contains("open to core dumps") && kept.what.contains("NOT wiped"), "{bad:#?}");
    assert!(report.findings().len() > 25);
}

#[tokio::test]
async fn the_doctor_names_what_is_wrong_and_what_to_do() {
    let site = Site::new();
    let config = Config::load_file(&settings(&site)).unwrap();
    let open = config.keys.card_id();
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644)).unwrap();
    let later = NOON.after(std::time::Duration::from_secs(8 * 86_400));
    let report = doctor::examine(&config, later).await;
    let failed: Vec<_> = report.findings().iter().filter(|finding| finding.level == Level::Fail).collect();
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

#[tokio::test]
async fn a_cards_lock_is_lifted_from_the_command_line_by_two_people() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let FaceVerdict::Locked { number, .. } = phone.fail(&at, 5).await else { panic!("not locked") };
    let config = settings(&site);
    let by =
        |staff: &str| LiftOptions { config: config.clone(), number: number.clone(), staff: staff.into() };
    card::show(&config, &number).await.unwrap();
    let early = card::lift(&by("tanaka")).await.unwrap_err().to_string();
    assert!(early.contains("approve-lift"), "{early}");
    card::approve_lift(&by("suzuki")).await.unwrap();
    let alone = card::lift(&by("suzuki")).await.unwrap_err().to_string();
    assert!(alone.contains("different person"), "{alone}");
    card::lift(&by("tanaka")).await.unwrap();
    phone.book_signature(&holder).await;
    let mistyped = card::show(&config, "123456789012").await.unwrap_err().to_string();
    assert!(!mistyped.is_empty());
}

#[tokio::test]
async fn what_the_signature_pin_needs_and_is_not_there_is_named_with_what_brings_it() {
    let site = Site::new();
    let mut config = Config::load_file(&site.file("jpki-reset.toml")).unwrap();
    config.service.book_signature = true;
    let text = std::fs::read_to_string(site.file("jpki-reset.toml")).unwrap();
    let set = |commented: &str, line: &str| {
        assert!(text.contains(commented));
        let file = site.file("signature.toml");
        let text = text.replace("# book_signature = false", "book_signature = true");
        let text = text.replace("# program = \"jpki-face\"", "program = \"jpki-reset.toml\"");
        std::fs::write(&file, text.replace(commented, line)).unwrap();
        Config::load_file(&file).unwrap()
    };
    let refused = |config: &Config| assemble::check(config).map(drop).unwrap_err().to_string();

    let no_program = refused(&config);
    assert!(no_program.contains("jpki-face") && no_program.contains("make build"), "{no_program}");
    let no_models = refused(&set("# models", "# models"));
    assert!(no_models.contains("face.models") && no_models.contains("make models"), "{no_models}");
    let empty = set("# models = \"models\"", "models = \"admin\"");
    let absent = refused(&empty);
    assert!(absent.contains("shape_predictor") && absent.contains("make models"), "{absent}");
    let report = doctor::examine(&empty, NOON).await;
    let face = report.findings().iter().find(|finding| finding.what.starts_with("face engine")).unwrap();
    assert!(face.level == Level::Fail && face.what.contains("make models"), "{face:?}");
    let roots = config.trust.surface_anchors().unwrap();
    let no_roots = refused(&set(roots.to_str().unwrap(), site.file("admin").to_str().unwrap()));
    assert!(no_roots.contains("admin: has no public key"), "{no_roots}");
    for model in ["shape_predictor_5_face_landmarks.dat", "dlib_face_recognition_resnet_model_v1.dat"] {
        std::fs::write(site.file("admin").join(model), "").unwrap();
    }
    let crossed = refused(&set("# accept = 0.50", "accept = 0.70\nmodels = \"admin\""));
    assert!(crossed.contains("face.accept"), "{crossed}");
    for (line, named) in [
        ("turns = 0", "face.turns: must be from 1 to 8"),
        ("turns = 9", "face.turns: must be from 1 to 8"),
        ("challenge_seconds = 9", "face.challenge_seconds: must be from 10 to 120"),
        ("turns = 8\nchallenge_seconds = 26", "face.challenge_seconds: must leave 3 seconds for each pose"),
        ("challenge_seconds = 121", "face.challenge_seconds: must be from 10 to 120"),
    ] {
        let refused = refused(&set("# accept = 0.50", &format!("{line}\nmodels = \"admin\"")));
        assert!(refused.contains(named), "{refused}");
    }
}
