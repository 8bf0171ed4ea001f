//! From settings to parts: reads every file the settings name.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use authority::{CardAuthority, TokenKey, Tokens};
use face::Pool;
use ledger::{EmbeddedLedger, Ledger, RootKey, Sealer, SteadyClock, Store};
use ledger_redis::{Credentials, Identity, RedisLedger, Settings, Tls};
use reservation::{ChallengePolicy, Policy};
use trust::{Anchors, CardIdKey, CrlFiles, FileRegistry, SurfaceAnchors};

use crate::clock::{Clock, SystemClock};
use crate::config::{Config, RedisStore, StoreKind};
use crate::dpop::Nonces;
use crate::files;
use crate::listener::tls;
use crate::observe::{Metrics, Readiness};
use crate::parts::{FaceParts, Parts};
use crate::pki::Authority;
use crate::service::ServiceData;
use crate::start::StartError;

/// What our tokens say about who made them.
const TOKEN_ISSUER: &str = "jpki-reset";

/// The program of the face engine, beside our own.
const FACE_PROGRAM: &str = "jpki-face";

/// The models that it reads, as `make models` brings them.
const MODELS: [&str; 2] =
    ["shape_predictor_5_face_landmarks.dat", "dlib_face_recognition_resnet_model_v1.dat"];

/// What a booking of the signature PIN needs, read and checked; the engine is not started.
pub struct FaceMaterial {
    /// The roots under which portraits are signed.
    pub anchors: Arc<SurfaceAnchors>,
    /// How the engine runs.
    pub settings: face::Settings,
}

/// Everything but the store, the sockets and a running face engine, read and checked.
pub struct Material {
    /// The authorities.
    pub anchors: Arc<Anchors>,
    /// The revocation lists.
    pub crl: Arc<CrlFiles>,
    /// The card register.
    pub registry: FileRegistry,
    /// The service data.
    pub service: ServiceData,
    /// For bookings of the signature PIN, if they are offered.
    pub face: Option<FaceMaterial>,
    /// What a face challenge asks for.
    pub challenge: ChallengePolicy,
    card_ids: CardIdKey,
    authority: CardAuthority,
    tokens: Tokens,
    nonces: Nonces,
    sealer: Sealer,
}

/// Reads and checks everything but the store and the sockets.
///
/// # Errors
/// [`StartError`] names the file or the setting.
pub fn check(config: &Config) -> Result<Material, StartError> {
    if !config.service.book_user && !config.service.book_signature {
        let problem = "nothing could be booked; set it or service.book_signature to true";
        return Err(StartError::Setting { setting: "service.book_user", problem });
    }
    let kiosk = &config.listen.kiosk;
    Authority::load(&kiosk.authority(), &kiosk.authority_key())?;
    let (app, clock) = (&config.listen.app, Arc::new(SystemClock::new()));
    tls::for_app(&app.certificate(), &app.key(), clock.clone())?;
    tls::for_kiosks(&kiosk.certificate(), &kiosk.key(), &kiosk.authority(), clock)?;
    let service = ServiceData::load(&config.service.data())?;
    let trust = |error: &dyn std::fmt::Display| StartError::Trust(error.to_string());
    let anchors = Anchors::load(&config.trust.signature_anchors(), &config.trust.user_anchors());
    let anchors = Arc::new(anchors.map_err(|error| trust(&error))?);
    let crl = CrlFiles::open(&config.trust.crl(), anchors.clone()).map_err(|error| trust(&error))?;
    let registry = FileRegistry::open(&config.trust.register()).map_err(|error| trust(&error))?;
    Ok(Material {
        anchors,
        crl: Arc::new(crl),
        registry,
        service,
        face: face(config)?,
        challenge: config.face.challenge()?,
        card_ids: CardIdKey::from_bytes(&*key(config, "card id key")?),
        authority: card_authority(config)?,
        tokens: tokens(config)?,
        nonces: Nonces::new(&*key(config, "DPoP nonce key")?, config.dpop.nonce_life()),
        sealer: sealer(config)?,
    })
}

/// Reads and checks what bookings of the signature PIN need; nothing, where they are not offered.
///
/// # Errors
/// [`StartError`] names the setting or the file, and what brings what is missing.
pub fn face(config: &Config) -> Result<Option<FaceMaterial>, StartError> {
    if !config.service.book_signature {
        return Ok(None);
    }
    let setting = |setting, problem| StartError::Setting { setting, problem };
    let missing = |path: PathBuf, remedy| StartError::Face { path, remedy };
    let anchors = config.trust.surface_anchors();
    let anchors = anchors
        .ok_or(setting("trust.surface_anchors", "is missing, or set service.book_signature to false"))?;
    let anchors = SurfaceAnchors::load(&anchors).map_err(|error| StartError::Trust(error.to_string()))?;
    let program = config.face.program().or_else(beside_us);
    let program = program.ok_or(setting("face.program", "is missing, and our own place is not known"))?;
    if !program.is_file() {
        return Err(missing(program, "`make build` builds it; or name another place in face.program"));
    }
    let models = config.face.models();
    let models = models
        .ok_or(setting("face.models", "is missing; `make models` fetches the models and says where"))?;
    if let Some(absent) = MODELS.iter().map(|name| models.join(name)).find(|file| !file.is_file()) {
        return Err(missing(absent, "`make models` fetches it; face.models names the directory"));
    }
    let (accept, refuse) = (config.face.accept, config.face.refuse);
    if !(accept > 0.0 && accept <= refuse && refuse < 2.0) {
        return Err(setting(
            "face.accept",
            "must be above 0, and not above face.refuse, which must be below 2",
        ));
    }
    let defaults = face::Settings::new(program, models);
    let workers = config.face.workers.unwrap_or(defaults.workers).max(1);
    let queue = config.face.queue.unwrap_or(8 * workers);
    let settings = face::Settings { workers, queue, accept, refuse, ..defaults };
    Ok(Some(FaceMaterial { anchors: Arc::new(anchors), settings }))
}

fn beside_us() -> Option<PathBuf> {
    let ours = std::env::current_exe().ok()?;
    Some(ours.parent()?.join(FACE_PROGRAM))
}

/// Reads everything, starts the face engine and opens the store.
///
/// # Errors
/// [`StartError`] names the file or the setting.
pub async fn parts(config: &Config, clock: Arc<dyn Clock>) -> Result<Parts, StartError> {
    let mut material = check(config)?;
    let face = match material.face.take() {
        Some(FaceMaterial { anchors, settings }) => {
            let engine = Pool::start(settings).await?;
            if !engine.protections().landlock {
                tracing::warn!(
                    "this kernel has no Landlock: the face engine's workers are held down by seccomp and limits alone"
                );
            }
            Some(FaceParts::new(anchors, Arc::new(engine)))
        }
        None => None,
    };
    let ledger = open_store(config).await?;
    Ok(Parts { face, ..material.into_parts(config, clock, ledger) })
}

impl Material {
    /// The parts of a server on this store, without a face engine.
    pub fn into_parts(self, config: &Config, clock: Arc<dyn Clock>, ledger: Arc<dyn Ledger>) -> Parts {
        let lock = Duration::from_secs(config.service.lock_minutes.max(1) * 60);
        Parts {
            clock,
            store: Store::new(ledger, Arc::new(self.sealer)),
            anchors: self.anchors,
            lists: Some(self.crl.clone()),
            revocation: self.crl,
            registry: Arc::new(self.registry),
            card_ids: self.card_ids,
            face: None,
            authority: Arc::new(self.authority),
            tokens: self.tokens,
            nonces: self.nonces,
            policy: Policy { lock, hours: self.service.hours, challenge: self.challenge },
            service: self.service,
            metrics: Arc::new(Metrics::new()),
            readiness: Arc::new(Readiness::default()),
        }
    }
}

fn key(config: &Config, what: &'static str) -> Result<zeroize::Zeroizing<[u8; 32]>, StartError> {
    let file = match what {
        "card id key" => config.keys.card_id(),
        _ => config.keys.dpop_nonce(),
    };
    files::read_key(&file).map_err(|source| StartError::Secret { what, file, source })
}

fn sealer(config: &Config) -> Result<Sealer, StartError> {
    let newest = RootKey::load(&config.keys.sealing())?;
    let older =
        config.keys.former_sealing().iter().map(|file| RootKey::load(file)).collect::<Result<_, _>>()?;
    Ok(Sealer::new(newest, older))
}

fn card_authority(config: &Config) -> Result<CardAuthority, StartError> {
    let authority = CardAuthority::load(&config.keys.card_authority())?;
    authority.self_test().map_err(|_| authority::CryptoSelfTest)?;
    Ok(authority)
}

fn tokens(config: &Config) -> Result<Tokens, StartError> {
    let read = |file: std::path::PathBuf| {
        let what = "accepted token key";
        std::fs::read_to_string(&file).map_err(|source| StartError::Secret { what, file, source })
    };
    let accepted = config.keys.accepted_tokens().into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let key = TokenKey::load(&config.keys.tokens())?;
    Ok(Tokens::new(TOKEN_ISSUER, key, &accepted)?)
}

/// Opens the store that the settings name.
///
/// # Errors
/// [`StartError`] names the setting, or what to change at the store.
pub async fn open_store(config: &Config) -> Result<Arc<dyn Ledger>, StartError> {
    match config.store.kind {
        StoreKind::Embedded => {
            let missing = StartError::Setting { setting: "store.embedded", problem: "is missing" };
            let file = config.store.embedded.as_ref().ok_or(missing)?.file();
            let store = EmbeddedLedger::open(&file, Arc::new(SteadyClock::start()))
                .map_err(|error| StartError::Store(error.to_string()))?;
            tracing::info!(store = "embedded", "this store serves one server alone");
            Ok(Arc::new(store))
        }
        StoreKind::Redis => {
            let missing = StartError::Setting { setting: "store.redis", problem: "is missing" };
            let redis = config.store.redis.as_ref().ok_or(missing)?;
            let settings = redis_settings(redis)?;
            let store = RedisLedger::start(&settings).await;
            Ok(Arc::new(store.map_err(|error| StartError::Store(error.to_string()))?))
        }
    }
}

fn redis_settings(redis: &RedisStore) -> Result<Settings, StartError> {
    let mut settings = Settings::at(redis.url.clone());
    settings.credentials = Credentials { user: redis.user.clone(), password_file: redis.password_file() };
    settings.auditor = redis
        .auditor
        .clone()
        .map(|user| Credentials { user: Some(user), password_file: redis.auditor_password_file() });
    let identity = redis.tls_identity().map_err(|setting| StartError::Setting {
        setting,
        problem: "is missing beside the other of the two",
    })?;
    settings.tls = redis.tls_authority().map(|authority| Tls {
        authority,
        identity: identity.map(|(certificate, key)| Identity { certificate, key }),
    });
    if let Some(connections) = redis.connections {
        settings.connections = connections;
    }
    Ok(settings)
}
