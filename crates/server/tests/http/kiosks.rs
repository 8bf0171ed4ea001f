//! Which kiosks get in: admitted ones with their own certificate, in force, not disabled.

use std::time::Duration;

use reqwest::Client;
use reservation::{KioskId, PinKind};
use server::pki::Authority;
use server::pki::authority::kiosk_request;
use wire::problem::ProblemType;

use crate::answer::Answer;
use crate::site::{NOON, Site};
use crate::terminal::{Terminal, client};

async fn disable(site: &Site, name: &str) {
    let address = format!("http://{}/admin/v1/kiosks/{name}/disable", site.running().admin_addr);
    let answer = Client::new().post(address).bearer_auth(site.admin_token()).send().await.unwrap();
    let kiosk: wire::admin::Kiosk = Answer::read(answer).await.json();
    assert!(!kiosk.enabled);
}

fn pair_of(authority: &Authority, name: &str, life: Duration) -> (String, String) {
    let id = KioskId::parse(name).unwrap();
    let (request, key) = kiosk_request(&id).unwrap();
    (authority.kiosk(&request, &id, life, NOON).unwrap().pem, key.to_string())
}

fn kiosk_authority(site: &Site) -> Authority {
    let kiosk = &site.config.listen.kiosk;
    Authority::load(&kiosk.authority(), &kiosk.authority_key()).unwrap()
}

#[tokio::test]
async fn a_disabled_kiosk_is_refused_with_its_next_request_on_an_open_connection() {
    let site = Site::new();
    let (kiosk, other) = (site.kiosk("k-1", "seven-eleven").await, site.kiosk("k-2", "seven-eleven").await);
    assert_eq!(kiosk.open(Some(PinKind::User)).await.status, 201);
    disable(&site, "k-1").await;
    assert_eq!(kiosk.open(Some(PinKind::User)).await.refused(), ProblemType::KioskRefused);
    assert_eq!(other.open(Some(PinKind::User)).await.status, 201);
}

#[tokio::test]
async fn a_certificate_of_our_authority_that_was_not_admitted_is_refused() {
    let site = Site::new();
    let authority = kiosk_authority(&site);
    let (certificate, key) = pair_of(&authority, "k-9", Duration::from_secs(86_400));
    let unknown = Terminal::with_pair(&site, &certificate, &key);
    assert_eq!(unknown.open(None).await.refused(), ProblemType::KioskRefused);

    site.kiosk("k-1", "seven-eleven").await;
    let (certificate, key) = pair_of(&authority, "k-1", Duration::from_secs(86_400));
    let double = Terminal::with_pair(&site, &certificate, &key);
    assert_eq!(
        double.open(None).await.refused(),
        ProblemType::KioskRefused,
        "not the certificate that was admitted"
    );
}

#[tokio::test]
async fn nobody_without_a_kiosk_certificate_gets_as_far_as_http() {
    let site = Site::new();
    let address = format!("https://localhost:{}/openapi.json", site.running().kiosk_addr.port());
    let authority = site.file("tls/kiosk-ca.pem");
    let none = client(site.running().kiosk_addr, &authority, None);
    assert!(none.get(&address).send().await.is_err());
    let (foreign, _) = Authority::make("jpki-reset kiosk authority", NOON).unwrap();
    let (certificate, key) = pair_of(&foreign, "k-1", Duration::from_secs(86_400));
    let foreign = client(site.running().kiosk_addr, &authority, Some((&certificate, &key)));
    assert!(foreign.get(&address).send().await.is_err());
}

#[tokio::test]
async fn an_expired_kiosk_certificate_is_refused_by_tls_and_on_an_open_connection() {
    let site = Site::with(|config| config.listen.kiosk.certificate_days = 1, |_| {});
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    assert_eq!(kiosk.open(None).await.status, 201);
    site.advance(Duration::from_secs(86_400 + 1));
    assert_eq!(
        kiosk.open(None).await.refused(),
        ProblemType::KioskRefused,
        "the connection is older than the end"
    );
    let (certificate, key) = pair_of(&kiosk_authority(&site), "k-1", Duration::from_secs(86_400));
    let late = Terminal::with_pair(&site, &certificate, &key);
    let address = format!("{}/openapi.json", late.origin);
    assert!(late.client.get(address).send().await.is_err());
}

#[tokio::test]
async fn a_kiosk_that_tls_lets_in_speaks_tls_1_2_or_1_3_and_http_1() {
    let site = Site::new();
    let kiosk = site.kiosk("k-1", "seven-eleven").await;
    let answer = kiosk.client.get(format!("{}/openapi.json", kiosk.origin)).send().await.unwrap();
    assert_eq!(answer.version(), reqwest::Version::HTTP_11);
}
