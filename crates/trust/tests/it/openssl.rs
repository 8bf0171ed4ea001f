//! The `openssl` command as a second opinion.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::der;

pub(crate) fn run(arguments: &[&str]) -> Output {
    Command::new("openssl")
        .args(arguments)
        .env_clear()
        .env("PATH", std::env!("PATH"))
        .output()
        .expect("the openssl command is installed (make setup)")
}

/// What openssl can be asked about a certificate.
pub(crate) struct Question<'a> {
    /// The certificate, DER.
    pub(crate) certificate: &'a [u8],
    /// The anchors, PEM.
    pub(crate) anchors: &'a str,
    /// Seconds since 1970.
    pub(crate) at: i64,
    /// The policy that must be in it.
    pub(crate) policy: &'a str,
    /// A list to look it up in, PEM.
    pub(crate) crl: Option<&'a str>,
}

/// Whether openssl accepts a certificate, and what it says.
pub(crate) fn verify(question: &Question<'_>) -> (bool, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    let (anchors, certificate, crl) = (path("anchors.pem"), path("certificate.pem"), path("list.pem"));
    fs::write(&anchors, question.anchors).unwrap();
    fs::write(&certificate, der::pem("CERTIFICATE", question.certificate)).unwrap();
    let at = question.at.to_string();
    let mut arguments = vec![
        "verify",
        "-no-CApath",
        "-no-CAstore",
        "-CAfile",
        &anchors,
        "-partial_chain",
        "-x509_strict",
        "-attime",
        &at,
        "-policy",
        question.policy,
        "-explicit_policy",
    ];
    if let Some(list) = question.crl {
        fs::write(&crl, list).unwrap();
        arguments.extend(["-crl_check", "-CRLfile", &crl]);
    }
    arguments.push(&certificate);
    let output = run(&arguments);
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// Whether `openssl dgst -sha256 -verify` accepts a PKCS#1 v1.5 or DER-encoded ECDSA signature.
pub(crate) fn verify_signature(spki: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    let (key, data, file) = (path("key.pem"), path("message"), path("signature"));
    fs::write(&key, der::pem("PUBLIC KEY", spki)).unwrap();
    fs::write(&data, message).unwrap();
    fs::write(&file, signature).unwrap();
    run(&["dgst", "-sha256", "-verify", &key, "-signature", &file, &data]).status.success()
}

/// The private operation on a block as it stands: whatever padding the caller wrote.
pub(crate) fn raw_private(key: &str, block: &[u8; 256]) -> Vec<u8> {
    with_input(block, |input| {
        run(&["pkeyutl", "-decrypt", "-inkey", key, "-in", input, "-pkeyopt", "rsa_padding_mode:none"])
    })
}

/// A signature by `openssl dgst` with the given digest and options.
pub(crate) fn sign(key: &str, digest: &str, options: &[&str], message: &[u8]) -> Vec<u8> {
    with_input(message, |input| {
        let mut arguments = vec!["dgst", digest, "-sign", key];
        for option in options {
            arguments.extend(["-sigopt", option]);
        }
        arguments.push(input);
        run(&arguments)
    })
}

fn with_input(bytes: &[u8], command: impl FnOnce(&str) -> Output) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let input = directory.path().join("input");
    fs::write(&input, bytes).unwrap();
    let output = command(&Path::new(&input).display().to_string());
    assert!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
