//! TLS with certificates on both sides.

use ledger::contract::{card, change};
use ledger::{Cause, Clock, CommitError, Ledger, SteadyClock};
use ledger_redis::{Identity, RedisLedger, Settings, Tls};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use crate::server::{Server, impatient};

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, "test authority");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap())
    }

    /// Writes certificate and key for this name.
    fn issue(&self, server: &Server, name: &str) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        // A certificate that is called like its issuer would be taken for one that signed itself.
        parameters.distinguished_name.push(DnType::CommonName, name);
        let certificate = parameters.signed_by(&key, &self.0).unwrap();
        let path = |end: &str| server.directory().join(format!("{name}.{end}"));
        std::fs::write(path("pem"), certificate.pem()).unwrap();
        std::fs::write(path("key"), key.serialize_pem()).unwrap();
        Identity { certificate: path("pem"), key: path("key") }
    }
}

/// A server that demands a client certificate, and the settings to reach it.
async fn server_and_settings() -> (Server, Settings) {
    let mut server = Server::prepared(&[]);
    let authority = Authority::new();
    let trusted = server.directory().join("authority.pem");
    std::fs::write(&trusted, authority.0.pem()).unwrap();
    let own = authority.issue(&server, "localhost");
    let client = authority.issue(&server, "ledger");
    let mut port = free_port();
    for attempt in 0..10 {
        assert!(attempt < 9, "the server does not start");
        server.set_arguments(&[
            "--tls-port",
            &port.to_string(),
            "--tls-cert-file",
            own.certificate.to_str().unwrap(),
            "--tls-key-file",
            own.key.to_str().unwrap(),
            "--tls-ca-cert-file",
            trusted.to_str().unwrap(),
            "--bind",
            "127.0.0.1",
        ]);
        if server.try_start().await {
            break;
        }
        // Somebody else was given the port meanwhile.
        port = free_port();
    }
    let mut settings = impatient(Settings::at(format!("rediss://localhost:{port}")));
    settings.tls = Some(Tls { authority: trusted, identity: Some(client) });
    (server, settings)
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn commits_go_over_tls_with_certificates_on_both_sides() {
    let (_server, settings) = server_and_settings().await;
    let ledger = RedisLedger::start(&settings).await.unwrap();
    let commit = change(&card(1), None, "state", SteadyClock::start().now());
    assert_eq!(ledger.commit(&commit).await, Ok(()));
    assert_eq!(ledger.load(&card(1)).await.unwrap().map(|stored| stored.version), Some(commit.next));
}

#[tokio::test]
async fn neither_a_strangers_server_nor_a_nameless_client_is_served() {
    let (server, settings) = server_and_settings().await;
    let stranger = server.directory().join("stranger.pem");
    std::fs::write(&stranger, Authority::new().0.pem()).unwrap();
    let mut distrusts = settings.clone();
    distrusts.tls.as_mut().unwrap().authority = stranger;
    let mut nameless = settings;
    nameless.tls.as_mut().unwrap().identity = None;
    for settings in [distrusts, nameless] {
        let ledger = RedisLedger::start(&settings).await.unwrap();
        let commit = change(&card(1), None, "state", SteadyClock::start().now());
        let told = ledger.commit(&commit).await;
        assert!(
            matches!(told, Err(CommitError::NotDone(Cause::NotConnected | Cause::Disconnected))),
            "{told:?}"
        );
    }
    assert_eq!(server.cli(&["DBSIZE"]), "0");
}
