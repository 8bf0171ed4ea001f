//! What both programs do before anything else: read their settings, open their log.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Format as _, Toml};
use serde::de::DeserializeOwned;
use tracing_subscriber::EnvFilter;

/// Reads settings from a TOML file; a setting that is not known is an error.
///
/// # Errors
/// Says which setting is missing or wrong.
pub fn settings<T: DeserializeOwned>(file: &Path) -> Result<T, Box<figment::Error>> {
    Figment::from(Toml::file_exact(file)).extract().map_err(Box::new)
}

/// A path in the settings: relative ones are meant from the settings file's folder.
pub fn path_from(settings_file: &Path, path: &Path) -> PathBuf {
    settings_file.parent().unwrap_or(Path::new("")).join(path)
}

/// Logs to standard error what the filter lets through, such as `info` or `warn,card=trace`. Logs never hold a PIN,
/// a token, a certificate or a card's data.
///
/// # Errors
/// Says what is wrong with the filter.
pub fn log(filter: &str) -> Result<(), tracing_subscriber::filter::ParseError> {
    let filter = EnvFilter::try_new(filter)?;
    // A log that is open already stays as it is.
    let colours = std::io::stderr().is_terminal();
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    let _ = log.try_init();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        server: String,
    }

    #[test]
    fn an_unknown_setting_and_a_missing_file_are_errors() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("settings.toml");
        assert!(settings::<Settings>(&file).is_err());
        std::fs::write(&file, "server = \"https://x\"\n").unwrap();
        assert_eq!(settings::<Settings>(&file).unwrap(), Settings { server: "https://x".into() });
        std::fs::write(&file, "server = \"https://x\"\nservr = 1\n").unwrap();
        assert!(settings::<Settings>(&file).unwrap_err().to_string().contains("servr"));
    }

    #[test]
    fn a_relative_path_is_meant_from_the_settings_files_folder() {
        assert_eq!(path_from(Path::new("/etc/phone.toml"), Path::new("ca.pem")), Path::new("/etc/ca.pem"));
        assert_eq!(path_from(Path::new("/etc/phone.toml"), Path::new("/ca.pem")), Path::new("/ca.pem"));
        assert_eq!(path_from(Path::new("phone.toml"), Path::new("ca.pem")), Path::new("ca.pem"));
    }
}
