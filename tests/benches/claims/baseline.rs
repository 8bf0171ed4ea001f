//! The baseline program: the RSA, ECDSA and store operations of a claim, on the same bytes, and nothing else.
//!
//! It has no TLS, no HTTP, no JSON, no tokens; it looks at no certificate's contents, register or revocation list.

use std::fs;
use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256,
};
use reservation::card::{Claim, ClaimRequest, Grant, NewClaim};
use reservation::limits::CLAIM_LEASE;
use reservation::statement::ResetStatement;
use reservation::{Card, ClaimId, KeyHash, Kinds, KioskId, Nonce, PinKind, RequestHash, SessionId};
use server::{Parts, random};
use tokio::runtime::Builder;
use x509_cert::Certificate;
use x509_cert::der::{Decode as _, DecodePem as _, Encode as _};

use crate::child::Own;
use crate::prepare;
use crate::site::{Cards, KIOSK, now};
use crate::work::{Item, sha256};

/// What this program is called with to become the baseline.
pub(crate) const COMMAND: &str = "baseline";
/// As many bytes as the signed part of a claim token has, about.
const TOKEN_BYTES: usize = 550;

/// How much of a claim.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    /// Signatures and store.
    All,
    /// Signatures alone.
    Signatures,
}

impl Part {
    const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Signatures => "signatures",
        }
    }
}

/// Has the baseline process work off a round; the CPU time that it took.
pub(crate) fn measure(child: &mut Own, part: Part, round: &Path, at_once: usize) -> Duration {
    child.tell(&format!("{} {at_once} {}", part.word(), round.display()));
    child.hear("ready");
    let before = child.cpu();
    child.tell("go");
    child.hear("done");
    child.cpu() - before
}

struct Keys {
    authorities: Vec<ParsedPublicKey>,
    ours: EcdsaKeyPair,
    our_public: ParsedPublicKey,
}

/// A claim with everything parsed that a verifier need not parse again.
struct Parsed {
    item: Item,
    tbs: Vec<u8>,
    tbs_signature: Vec<u8>,
    authority: usize,
    holder_key: Vec<u8>,
    session_signature: Vec<u8>,
    known_key: KeyHash,
}

/// The baseline process: works off rounds as it is told on its standard input.
pub(crate) fn serve(settings: &Path) {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let parts = runtime.block_on(prepare::parts(settings));
    let trust = settings.parent().and_then(Path::parent).expect("a site lies beside its trust").join("trust");
    let keys = Arc::new(Keys::new(&trust));
    let mut lines = std::io::stdin().lock().lines().map(Result::unwrap);
    say("started");
    while let Some(order) = lines.next() {
        let mut words = order.splitn(3, ' ');
        let [part, at_once, file] = [(); 3].map(|()| words.next().expect("part, number, file"));
        let items: Vec<Item> = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let parsed: Vec<Parsed> = items.into_iter().map(|item| keys.parse(item)).collect();
        let with_store = part == Part::All.word();
        say("ready");
        assert_eq!(lines.next().as_deref(), Some("go"));
        runtime.block_on(work_off(&parts, &keys, parsed, at_once.parse().unwrap(), with_store));
        say("done");
    }
}

#[expect(clippy::print_stdout, reason = "how this process speaks to the one that started it")]
fn say(line: &str) {
    println!("{line}");
    std::io::stdout().flush().unwrap();
}

async fn work_off(
    parts: &Arc<Parts>,
    keys: &Arc<Keys>,
    parsed: Vec<Parsed>,
    at_once: usize,
    with_store: bool,
) {
    let mut lanes: Vec<Vec<Parsed>> = (0..at_once).map(|_| Vec::new()).collect();
    for (number, claim) in parsed.into_iter().enumerate() {
        lanes[number % at_once].push(claim);
    }
    let run = |lane: Vec<Parsed>| {
        let (parts, keys) = (parts.clone(), keys.clone());
        tokio::spawn(async move {
            for claim in lane {
                if with_store {
                    whole(&parts, &keys, claim).await;
                } else {
                    keys.check(&claim);
                    keys.sign(&claim);
                }
            }
        })
    };
    let running: Vec<_> = lanes.into_iter().map(run).collect();
    for lane in running {
        lane.await.unwrap();
    }
}

/// In the server's order: kiosk, signatures that come in, card, first use of the session, signatures that go out, claim.
async fn whole(parts: &Parts, keys: &Keys, claim: Parsed) {
    let at = now();
    let kiosk = KioskId::parse(KIOSK).unwrap();
    parts.store.kiosk(&kiosk).await.unwrap().expect("it was admitted");
    keys.check(&claim);
    let card = parts.card_ids.card_id(&claim.item.identity);
    parts.store.load_card(&card).await.unwrap().expect("it has a reservation");
    let (session, hash) = (SessionId::from_u128(claim.item.session), sha256(&claim.item.body));
    let request = RequestHash::from_bytes(hash);
    parts.store.use_session(session, request, at).await.unwrap();
    keys.sign(&claim);
    let command = Claim {
        request: ClaimRequest {
            session,
            request,
            kiosk,
            kinds: Kinds::ALL,
            target: PinKind::User,
            known_key: claim.known_key,
            card_challenge: claim.item.card_challenge,
        },
        new: Some(NewClaim {
            id: ClaimId::from_u128(random::uuid(at).as_u128()),
            completion_nonce: Nonce::from_bytes([7; 32]),
            target_key: claim.item.target_key,
            lease_ends: at.after(CLAIM_LEASE),
            grant: Grant::from_bytes(vec![7; claim.item.reply_bytes]),
        }),
    };
    parts.store.decide::<Card, _>(&card, command, at, &parts.policy).await.unwrap();
}

impl Keys {
    fn new(trust: &Path) -> Self {
        let authorities = Cards::authorities(trust)
            .iter()
            .map(|pem| {
                let key = public_key(&Certificate::from_pem(pem).unwrap());
                ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &key).unwrap()
            })
            .collect();
        let ours = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let our_public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, ours.public_key().as_ref()).unwrap();
        Self { authorities, ours, our_public }
    }

    fn parse(&self, item: Item) -> Parsed {
        let certificate = Certificate::from_der(&item.certificate).unwrap();
        let tbs = certificate.tbs_certificate().to_der().unwrap();
        let tbs_signature = certificate.signature().raw_bytes().to_vec();
        let signed = |key: &ParsedPublicKey| key.verify_sig(&tbs, &tbs_signature).is_ok();
        let authority = self.authorities.iter().position(signed).expect("an anchor signed it");
        let spki = certificate.tbs_certificate().subject_public_key_info().to_der().unwrap();
        let session_signature = self.signature(item.session_token.as_bytes());
        Parsed {
            tbs,
            tbs_signature,
            authority,
            holder_key: public_key(&certificate),
            session_signature,
            known_key: KeyHash::from_bytes(sha256(&spki)),
            item,
        }
    }

    /// Session token (P-256), certificate and holder's signature (RSA-2048).
    fn check(&self, claim: &Parsed) {
        let token = claim.item.session_token.as_bytes();
        self.our_public.verify_sig(token, &claim.session_signature).unwrap();
        self.authorities[claim.authority].verify_sig(&claim.tbs, &claim.tbs_signature).unwrap();
        let holder = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &claim.holder_key).unwrap();
        holder.verify_sig(&claim.item.statement, &claim.item.signature).unwrap();
    }

    /// Card authorisation and claim token, both P-256.
    fn sign(&self, claim: &Parsed) {
        let statement = ResetStatement {
            target: PinKind::User,
            card_challenge: claim.item.card_challenge,
            known_key: claim.known_key,
        };
        self.signature(&statement.to_bytes());
        self.signature(&[7; TOKEN_BYTES]);
    }

    fn signature(&self, bytes: &[u8]) -> Vec<u8> {
        self.ours.sign(&SystemRandom::new(), bytes).unwrap().as_ref().to_vec()
    }
}

fn public_key(certificate: &Certificate) -> Vec<u8> {
    certificate.tbs_certificate().subject_public_key_info().subject_public_key.raw_bytes().to_vec()
}
