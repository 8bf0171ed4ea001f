//! The OpenAPI documents are kept as golden files, and the documented settings load. `BLESS=1` rewrites the documents.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::path::{Path, PathBuf};

use server::Config;
use server::openapi::Interface;
use server::service::ServiceData;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the switch to rewrite the golden files")]
fn each_openapi_document_is_the_one_on_file() {
    let folder = root().join("openapi");
    for interface in Interface::ALL {
        let file = folder.join(format!("{}.json", interface.name()));
        let made = interface.json();
        if std::env::var("BLESS").is_ok() {
            std::fs::write(&file, made).unwrap();
        } else {
            let kept = std::fs::read_to_string(&file).unwrap();
            assert!(kept == made, "{} differs; look at the change and run with BLESS=1", file.display());
        }
    }
    let files = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(files, Interface::ALL.len(), "no document without its interface");
}

#[test]
fn no_document_names_a_schema_that_it_does_not_have() {
    for interface in Interface::ALL {
        let document: serde_json::Value = serde_json::from_str(&interface.json()).unwrap();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let text = document.to_string();
        for named in text.split("#/components/schemas/").skip(1) {
            let name = named.split('"').next().unwrap();
            assert!(schemas.contains_key(name), "{}: {name}", interface.name());
        }
    }
}

#[test]
fn the_documented_settings_load_and_so_do_the_service_data() {
    let deploy = root().join("../../deploy");
    let config = Config::load_file(&deploy.join("jpki-reset.toml")).unwrap();
    let data = ServiceData::load(&config.service.data()).unwrap();
    assert_eq!(data.operators().len(), 10);
}

#[test]
fn every_commented_key_of_the_documented_settings_is_a_key() {
    let deploy = root().join("../../deploy/jpki-reset.toml");
    let text = std::fs::read_to_string(&deploy).unwrap();
    let is_key = |line: &str| {
        line.strip_prefix("# ").is_some_and(|rest| {
            let key: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            !key.is_empty() && rest[key.len()..].starts_with(" = ")
        })
    };
    let commented = text.lines().filter(|line| is_key(line)).count();
    assert!(commented >= 20, "only {commented} keys are documented with their defaults");
    let with_all: String = text
        .lines()
        .map(|line| if is_key(line) { format!("{}\n", &line[2..]) } else { format!("{line}\n") })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.toml");
    std::fs::write(&file, &with_all).unwrap();
    Config::load_file(&file).unwrap();
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    let deploy = root().join("../../deploy/jpki-reset.toml");
    let text = std::fs::read_to_string(&deploy).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("odd.toml");
    std::fs::write(&file, text.replace("[dpop]", "[dpop]\nlife = 3")).unwrap();
    let error = Config::load_file(&file).unwrap_err().to_string();
    assert!(error.contains("life"), "{error}");
}

#[test]
fn the_admin_listener_stands_on_loopback_alone() {
    let deploy = root().join("../../deploy/jpki-reset.toml");
    let text = std::fs::read_to_string(&deploy).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("open.toml");
    std::fs::write(&file, text.replace("127.0.0.1:8445", "0.0.0.0:8445")).unwrap();
    let error = Config::load_file(&file).unwrap_err().to_string();
    assert!(error.contains("127.0.0.1"), "{error}");
}
