//! Starting and stopping: three listeners over the same parts, each with its own threads and limits.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use authority::{CryptoSelfTest, KeyFileError, TokenKeyError};
use tokio::task::JoinHandle;

use crate::config::{AdminListener, AppListener, Config, KioskListener};
use crate::listener::admin::AdminContext;
use crate::listener::app::AppContext;
use crate::listener::kiosk::KioskContext;
use crate::listener::tls::{self, TlsError};
use crate::listener::{admin, app, kiosk};
use crate::parts::Parts;
use crate::pki::{Authority, PkiError};
use crate::rate::{FORGET_EVERY, Limiter};
use crate::request::body::UploadMemory;
use crate::request::idempotency::sha256;
use crate::service::ServiceDataError;
use crate::{files, watch};

/// Why the server did not start. The text says what to change.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address is taken, or not this machine's.
    #[error("the {listener} listener cannot use {address}: {source}")]
    Address {
        /// Which listener.
        listener: &'static str,
        /// Its address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A certificate or key of a listener.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The authority of the kiosks' certificates.
    #[error("kiosk authority: {0}")]
    Pki(#[from] PkiError),
    /// A file with a secret.
    #[error("{what} {file}: {source}")]
    Secret {
        /// What the file holds.
        what: &'static str,
        /// The file.
        file: PathBuf,
        /// Why it was not read.
        source: io::Error,
    },
    /// One of our signing keys.
    #[error("key file {0}")]
    KeyFile(#[from] KeyFileError),
    /// The keys that seal records.
    #[error("sealing key: {0}")]
    Sealing(#[from] ledger::seal::KeyFileError),
    /// The keys of the tokens.
    #[error("token keys: {0}")]
    Tokens(#[from] TokenKeyError),
    /// The crypto library.
    #[error(transparent)]
    Crypto(#[from] CryptoSelfTest),
    /// The service data.
    #[error(transparent)]
    ServiceData(#[from] ServiceDataError),
    /// The authorities, lists or register that cards are checked against.
    #[error("trust: {0}")]
    Trust(String),
    /// A file of the face engine is not there.
    #[error("face engine: {path} is not there; {remedy}", path = path.display())]
    Face {
        /// The file.
        path: PathBuf,
        /// What brings it.
        remedy: &'static str,
    },
    /// The face engine.
    #[error(transparent)]
    Engine(#[from] face::StartError),
    /// The store.
    #[error("store: {0}")]
    Store(String),
    /// A setting contradicts another.
    #[error("setting {setting}: {problem}")]
    Setting {
        /// The key.
        setting: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
}

/// A running server.
pub struct Running {
    /// Where phones reach it.
    pub app_addr: SocketAddr,
    /// Where kiosks reach it.
    pub kiosk_addr: SocketAddr,
    /// Where the operator reaches it.
    pub admin_addr: SocketAddr,
    parts: Arc<Parts>,
    handles: Vec<ServerHandle>,
    tasks: Vec<JoinHandle<io::Result<()>>>,
    chores: Vec<JoinHandle<()>>,
    drain: Duration,
    patience: Duration,
}

/// Starts the three listeners over `parts`. Returns once all of them listen.
///
/// # Errors
/// [`StartError`] says what to change.
pub fn start(config: &Config, parts: Parts) -> Result<Running, StartError> {
    let parts = Arc::new(parts);
    let (app_socket, app_addr) = bind("app", config.listen.app.address)?;
    let (kiosk_socket, kiosk_addr) = bind("kiosk", config.listen.kiosk.address)?;
    let (admin_socket, admin_addr) = bind("admin", config.listen.admin.address)?;

    let app = Arc::new(app_context(config, app_addr.port(), &parts));
    let kiosk = Arc::new(kiosk_context(config, &parts));
    let admin = Arc::new(admin_context(config, &parts)?);
    let patience = Duration::from_secs(config.listen.stop_timeout_secs);
    let servers = [
        serve_app(&config.listen.app, app_socket, &app, patience)?,
        serve_kiosk(&config.listen.kiosk, kiosk_socket, &kiosk, patience)?,
        serve_admin(&config.listen.admin, admin_socket, &admin, patience)?,
    ];
    let handles = servers.iter().map(Server::handle).collect();
    let tasks = servers.into_iter().map(tokio::spawn).collect();
    let chores =
        vec![tokio::spawn(forget_quiet(app, kiosk, admin)), tokio::spawn(watch::health(parts.clone()))];
    tracing::info!(address = %app_addr, listener = "app", "listening");
    tracing::info!(address = %kiosk_addr, listener = "kiosk", "listening");
    tracing::info!(address = %admin_addr, listener = "admin", "listening");
    let drain = Duration::from_secs(config.listen.drain_secs);
    Ok(Running { app_addr, kiosk_addr, admin_addr, parts, handles, tasks, chores, drain, patience })
}

impl Running {
    /// What the server is made of.
    pub fn parts(&self) -> &Arc<Parts> {
        &self.parts
    }

    /// Stops: *not ready* first, then a while for the balancer to look away, then no new connections, then at most
    /// the configured time for requests in progress.
    pub async fn stop(self) {
        self.parts.readiness.begin_stop();
        tracing::info!(state = "draining", "stopping");
        tokio::time::sleep(self.drain).await;
        for chore in self.chores {
            chore.abort();
            // Only then does it hold the store no longer.
            let _aborted = chore.await;
        }
        let stopping = self.handles.iter().map(|handle| handle.stop(true));
        let stopped = futures_util::future::join_all(stopping);
        // The framework bounds a graceful stop itself; this bounds the framework.
        let bound = self.patience + Duration::from_secs(2);
        if tokio::time::timeout(bound, stopped).await.is_err() {
            tracing::warn!(state = "forced", "requests were still in progress");
        }
        for task in self.tasks {
            task.abort();
            let _ended_or_aborted = task.await;
        }
        tracing::info!(state = "stopped", "stopped");
    }
}

fn bind(listener: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let fault = |source| StartError::Address { listener, address, source };
    let socket = TcpListener::bind(address).map_err(fault)?;
    socket.set_nonblocking(true).map_err(fault)?;
    let bound = socket.local_addr().map_err(fault)?;
    Ok((socket, bound))
}

fn app_context(config: &Config, port: u16, parts: &Arc<Parts>) -> AppContext {
    let clock = || parts.clock.clone();
    AppContext {
        parts: parts.clone(),
        origin: config.listen.app.public_origin.with_port(port),
        dpop: config.dpop.clone(),
        trusted_proxies: config.listen.app.trusted_proxies.clone(),
        book_user: config.service.book_user,
        body_timeout: config.listen.app.budget.body_timeout(),
        upload_timeout: config.listen.app.budget.upload_timeout(),
        upload_memory: UploadMemory::mib(config.listen.app.budget.upload_memory_mib()),
        address_rate: Limiter::new(config.rates.app_address, clock()),
        installation_rate: Limiter::new(config.rates.installation, clock()),
        face_rate: Limiter::new(config.rates.face, clock()),
    }
}

fn kiosk_context(config: &Config, parts: &Arc<Parts>) -> KioskContext {
    KioskContext {
        parts: parts.clone(),
        body_timeout: config.listen.kiosk.budget.body_timeout(),
        rate: Limiter::new(config.rates.kiosk, parts.clock.clone()),
    }
}

fn admin_context(config: &Config, parts: &Arc<Parts>) -> Result<AdminContext, StartError> {
    let file = config.listen.admin.token_file();
    let token = files::read_secret(&file).map_err(|source| StartError::Secret {
        what: "admin token",
        file: file.clone(),
        source,
    })?;
    let token = token.trim_ascii();
    if token.len() < 32 {
        let problem = "the token must have at least 32 characters";
        return Err(StartError::Setting { setting: "listen.admin.token_file", problem });
    }
    let kiosk = &config.listen.kiosk;
    Ok(AdminContext {
        parts: parts.clone(),
        token_hash: sha256(token),
        kiosk_authority: Authority::load(&kiosk.authority(), &kiosk.authority_key())?,
        kiosk_certificate_life: Duration::from_secs(u64::from(kiosk.certificate_days.max(1)) * 86_400),
        body_timeout: config.listen.admin.budget.body_timeout(),
        address_rate: Limiter::new(config.rates.admin_address, parts.clock.clone()),
    })
}

fn serve_app(
    config: &AppListener,
    socket: TcpListener,
    context: &Arc<AppContext>,
    patience: Duration,
) -> Result<Server, StartError> {
    let tls = tls::for_app(&config.certificate(), &config.key(), context.parts.clock.clone())?;
    let fault = |source| StartError::Address { listener: "app", address: config.address, source };
    app::serve(socket, tls, context, &config.budget, patience).map_err(fault)
}

fn serve_kiosk(
    config: &KioskListener,
    socket: TcpListener,
    context: &Arc<KioskContext>,
    patience: Duration,
) -> Result<Server, StartError> {
    let clock = context.parts.clock.clone();
    let tls = tls::for_kiosks(&config.certificate(), &config.key(), &config.authority(), clock)?;
    let fault = |source| StartError::Address { listener: "kiosk", address: config.address, source };
    kiosk::serve(socket, tls, context, &config.budget, patience).map_err(fault)
}

fn serve_admin(
    config: &AdminListener,
    socket: TcpListener,
    context: &Arc<AdminContext>,
    patience: Duration,
) -> Result<Server, StartError> {
    let fault = |source| StartError::Address { listener: "admin", address: config.address, source };
    admin::serve(socket, context, &config.budget, patience).map_err(fault)
}

/// Keeps the limiters from growing with everyone who ever asked.
async fn forget_quiet(app: Arc<AppContext>, kiosk: Arc<KioskContext>, admin: Arc<AdminContext>) {
    let mut every = tokio::time::interval(FORGET_EVERY);
    loop {
        every.tick().await;
        app.address_rate.forget_quiet();
        app.installation_rate.forget_quiet();
        app.face_rate.forget_quiet();
        kiosk.rate.forget_quiet();
        admin.address_rate.forget_quiet();
    }
}
