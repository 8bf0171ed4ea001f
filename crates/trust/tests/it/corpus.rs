//! The corpus: certificates that are right, and certificates that are wrong in one way each, with what we say of
//! each and whether openssl agrees.

use reservation::{PinKind, Timestamp};
use trust::{CertificateError, NotProved};

use crate::authority::{AKI, BASIC_CONSTRAINTS, House, KEY_USAGE, spki};
use crate::der::{self, Ext, bit_string, bool_true, integer, null, oid, seq, tlv};
use crate::holder::{
    CRL_DISTRIBUTION_POINTS, EXTENDED_KEY_USAGE, Holder, NOW, POLICIES, SUBJECT_ALT_NAME, VALIDITY, key_of,
    policies, policy_of,
};
use crate::openssl;

/// What openssl says of a certificate.
#[derive(Clone, Copy)]
pub(crate) enum Openssl {
    /// The same as we.
    Agrees,
    /// The opposite, and why.
    Differs(&'static str),
}

pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Whose anchors and policy openssl is given.
    pub(crate) kind: PinKind,
    pub(crate) at: Timestamp,
    pub(crate) der: Vec<u8>,
    pub(crate) ours: Result<(), CertificateError>,
    pub(crate) openssl: Openssl,
}

/// openssl looks at key usage only when asked for a purpose, and none of its purposes is ours.
const NO_PURPOSE: Openssl =
    Openssl::Differs("openssl was not asked for a purpose, so key usage is no matter to it");
const BER: Openssl = Openssl::Differs("openssl reads BER; the signature is over exactly these bytes");
const PROFILE: Openssl = Openssl::Differs("a rule of the JPKI profile, not of X.509");

struct Corpus<'a> {
    house: &'a House,
    cases: Vec<Case>,
}

impl<'a> Corpus<'a> {
    /// A genuine holder of the user authority, to be bent.
    fn user(&self) -> Holder<'a> {
        Holder::genuine(self.house.current(PinKind::User))
    }

    fn signature(&self) -> Holder<'a> {
        Holder::genuine(self.house.current(PinKind::Signature))
    }

    fn good(&mut self, name: &'static str, holder: &Holder<'_>) {
        let (kind, der) = (holder.ca.kind, holder.der());
        self.cases.push(Case { name, kind, at: NOW, der, ours: Ok(()), openssl: Openssl::Agrees });
    }

    fn bad(&mut self, name: &'static str, holder: &Holder<'_>, reason: NotProved, openssl: Openssl) {
        self.bytes(name, holder.ca.kind, holder.der(), reason, openssl);
    }

    fn bytes(
        &mut self,
        name: &'static str,
        kind: PinKind,
        der: Vec<u8>,
        reason: NotProved,
        openssl: Openssl,
    ) {
        self.cases.push(Case { name, kind, at: NOW, der, ours: Err(reason.into()), openssl });
    }

    fn at(&mut self, name: &'static str, secs: i64, ours: Result<(), CertificateError>, openssl: Openssl) {
        let der = self.user().der();
        let at = Timestamp::from_unix_secs(secs);
        self.cases.push(Case { name, kind: PinKind::User, at, der, ours, openssl });
    }
}

pub(crate) fn corpus(house: &House) -> Vec<Case> {
    let mut corpus = Corpus { house, cases: Vec::new() };
    genuine(&mut corpus);
    time(&mut corpus);
    issuers(&mut corpus);
    profile(&mut corpus);
    keys(&mut corpus);
    algorithms(&mut corpus);
    encodings(&mut corpus);
    corpus.cases
}

fn genuine(c: &mut Corpus<'_>) {
    let house = c.house;
    c.good("user, first generation", &Holder::genuine(&house.user[0]));
    c.good("user, second generation", &Holder::genuine(&house.user[1]));
    c.good("signature, first generation", &Holder::genuine(&house.signature[0]));
    c.good("signature, second generation", &Holder::genuine(&house.signature[1]));
    let key_id_only = Ext::new(AKI, false, seq(&[&tlv(0x80, &house.user[1].key.key_id())]));
    c.good("issuer named by key alone", &c.user().without(AKI).with(key_id_only));
    c.good("an unknown extension that is not critical", &c.user().with(Ext::new("1.2.3.4", false, null())));
    let mut critical_names = c.signature();
    critical_names
        .extensions
        .iter_mut()
        .filter(|e| e.oid == SUBJECT_ALT_NAME)
        .for_each(|e| e.critical = true);
    c.good("critical alternative names, which we read", &critical_names);
    c.good(
        "constraints that say it is no authority",
        &c.user().with(Ext::new(BASIC_CONSTRAINTS, true, seq(&[]))),
    );
    let mut long_serial = c.user();
    long_serial.serial = integer(&[0x7f; 20]);
    c.good("a serial number of twenty bytes", &long_serial);
}

fn time(c: &mut Corpus<'_>) {
    let (from, until) = VALIDITY;
    let not_yet = CertificateError::NotYetValid { from: Timestamp::from_unix_secs(from) };
    let expired = CertificateError::Expired { at: Timestamp::from_unix_secs(until) };
    c.at("one second before it begins", from - 1, Err(not_yet), Openssl::Agrees);
    c.at("its first second", from, Ok(()), Openssl::Agrees);
    let exclusive = Openssl::Differs("RFC 5280 §4.1.2.5 includes notAfter; openssl takes equality for past");
    c.at("its last second", until, Ok(()), exclusive);
    c.at("one second after it ended", until + 1, Err(expired), Openssl::Agrees);
    c.at("years before", from - 200_000_000, Err(not_yet), Openssl::Agrees);
}

fn issuers(c: &mut Corpus<'_>) {
    let house = c.house;
    let unknown = NotProved::UnknownIssuer;
    c.bad(
        "an unknown issuer with a pinned issuer's name",
        &Holder::genuine(&house.stranger),
        unknown,
        Openssl::Agrees,
    );
    c.bad("no issuer's key named", &c.user().without(AKI), unknown, Openssl::Agrees);
    let empty = c.user().with_value(AKI, seq(&[]));
    c.bad("an issuer's key identifier without a key", &empty, unknown, Openssl::Agrees);

    let mut forged = c.user();
    forged.ca = &house.stranger;
    c.bad("right name, right key identifier, wrong key", &forged, NotProved::BadSignature, Openssl::Agrees);
    let mut swapped = c.user();
    swapped.ca = &house.user[0];
    c.bad("signed by the other generation", &swapped, NotProved::BadSignature, Openssl::Agrees);
    let mut across = c.user();
    across.ca = &house.signature[1];
    let across = across.der();
    let reason = NotProved::BadSignature;
    c.bytes("signed by the other purpose's authority", PinKind::User, across, reason, Openssl::Agrees);

    let mut renamed = c.user();
    renamed.issuer = der::name(&[("2.5.4.6", "JP"), ("2.5.4.10", "somebody else")]);
    c.bad("right key, another issuer's name", &renamed, NotProved::IssuerMismatch, Openssl::Agrees);
    let other = seq(&[
        &tlv(0x80, &house.user[1].key.key_id()),
        &tlv(0xa1, &tlv(0xa4, &house.user[1].name)),
        &tlv(0x82, &[9]),
    ]);
    let wrong_serial = c.user().with_value(AKI, other);
    c.bad(
        "right key, another issuer's serial number",
        &wrong_serial,
        NotProved::IssuerMismatch,
        Openssl::Agrees,
    );
    let other = seq(&[
        &tlv(0x80, &house.user[1].key.key_id()),
        &tlv(0xa1, &tlv(0xa4, &house.signature[1].name)),
        &tlv(0x82, &house.user[1].serial),
    ]);
    let wrong_name = c.user().with_value(AKI, other);
    c.bad(
        "right key, another name in its identifier",
        &wrong_name,
        NotProved::IssuerMismatch,
        Openssl::Agrees,
    );

    let root = house.user[1].certificate();
    let itself = Openssl::Differs("an anchor is its own proof in X.509, and policies begin below it");
    c.bytes("an anchor itself", PinKind::User, root, unknown, itself);
}

fn profile(c: &mut Corpus<'_>) {
    let kinds = PinKind::ALL;
    let other = c.user().with_value(POLICIES, policies(&[policy_of(PinKind::Signature)]));
    c.bad("the other purpose's policy", &other, NotProved::WrongPurpose, Openssl::Agrees);
    c.bad("no policy", &c.user().without(POLICIES), NotProved::Policy, Openssl::Agrees);
    let unknown = c.user().with_value(POLICIES, policies(&["1.2.392.200149.8.5.1.0.30"]));
    c.bad("a policy that is not allowed", &unknown, NotProved::Policy, Openssl::Agrees);
    let any = c.user().with_value(POLICIES, policies(&["2.5.29.32.0"]));
    c.bad(
        "any policy",
        &any,
        NotProved::Policy,
        Openssl::Differs("anyPolicy stands for every policy in X.509"),
    );
    let one_fits = Openssl::Differs("one policy that fits is enough in X.509");
    let two = c.user().with_value(POLICIES, policies(&[policy_of(PinKind::User), "1.2.3"]));
    c.bad("a second policy", &two, NotProved::Policy, one_fits);
    let both = c.user().with_value(POLICIES, policies(&kinds.map(policy_of)));
    c.bad("both purposes' policies", &both, NotProved::Policy, one_fits);

    let critical = c.user().with(Ext::new("1.2.3.4", true, null()));
    c.bad("an unknown critical extension", &critical, NotProved::UnknownCriticalExtension, Openssl::Agrees);
    let point = seq(&[&seq(&[&tlv(0xa0, &tlv(0xa0, &tlv(0x86, b"http://crl.invalid/")))])]);
    let critical = c.user().with(Ext::new(CRL_DISTRIBUTION_POINTS, true, point));
    let understood = Openssl::Differs("openssl understands distribution points; we never follow them");
    c.bad("critical distribution points", &critical, NotProved::UnknownCriticalExtension, understood);
    let twice = c.user().with(Ext::new(KEY_USAGE, true, vec![3, 2, 7, 0b1000_0000]));
    c.bad("an extension twice", &twice, NotProved::DuplicateExtension, Openssl::Agrees);
    let unknown_twice =
        c.user().with(Ext::new("1.2.3.4", false, null())).with(Ext::new("1.2.3.4", false, null()));
    let only_known = Openssl::Differs("openssl looks for duplicates of the extensions it uses");
    c.bad("an unknown extension twice", &unknown_twice, NotProved::DuplicateExtension, only_known);

    let ca = c.user().with(Ext::new(BASIC_CONSTRAINTS, true, seq(&[&bool_true()])));
    c.bad(
        "an authority's certificate in a holder's place",
        &ca,
        NotProved::Authority,
        Openssl::Differs("openssl lets an authority stand at the end of a chain"),
    );

    let reason = NotProved::KeyUsage;
    c.bad("no key usage", &c.user().without(KEY_USAGE), reason, NO_PURPOSE);
    for (name, bits) in [
        ("key usage of the other purpose", vec![3, 2, 6, 0b1100_0000]),
        ("key usage with key encipherment", vec![3, 2, 5, 0b1010_0000]),
        ("key usage without digital signature", vec![3, 2, 6, 0b0100_0000]),
    ] {
        c.bad(name, &c.user().with_value(KEY_USAGE, bits), reason, NO_PURPOSE);
    }
    let signs_certificates = c.user().with_value(KEY_USAGE, vec![3, 2, 2, 0b1000_0100]);
    c.bad("key usage of an authority", &signs_certificates, reason, Openssl::Agrees);
    let weaker = c.signature().with_value(KEY_USAGE, vec![3, 2, 7, 0b1000_0000]);
    c.bad("a signature key without non-repudiation", &weaker, reason, NO_PURPOSE);

    let reason = NotProved::ExtendedKeyUsage;
    c.bad(
        "a user key without client authentication",
        &c.user().without(EXTENDED_KEY_USAGE),
        reason,
        NO_PURPOSE,
    );
    let server = c.user().with_value(EXTENDED_KEY_USAGE, seq(&[&oid("1.3.6.1.5.5.7.3.1")]));
    c.bad("a user key for servers", &server, reason, NO_PURPOSE);
    let any = c.user().with_value(EXTENDED_KEY_USAGE, seq(&[&oid("2.5.29.37.0")]));
    c.bad("a user key for any use", &any, reason, NO_PURPOSE);
    let client = Ext::new(EXTENDED_KEY_USAGE, false, seq(&[&oid(crate::holder::CLIENT_AUTH)]));
    c.bad("a signature key for client authentication", &c.signature().with(client), reason, NO_PURPOSE);
}

fn keys(c: &mut Corpus<'_>) {
    let genuine = key_of(PinKind::User);
    let modulus = genuine.modulus();
    let rsa = |modulus: &[u8], exponent: &[u8]| spki(&seq(&[&integer(modulus), &integer(exponent)]));
    let even = [&modulus[..255], &[modulus[255] & 0xfe]].concat();
    let longer = [&[0xc3; 128][..], &modulus].concat();
    let ec =
        seq(&[&seq(&[&oid("1.2.840.10045.2.1"), &oid("1.2.840.10045.3.1.7")]), &bit_string(&p256_point())]);
    let small = Openssl::Differs("openssl's default security level accepts it");
    for (name, spki, openssl) in [
        ("a key of 1024 bits", rsa(&[&[0xc3; 127][..], &[1]].concat(), &[1, 0, 1]), small),
        ("a key of 2047 bits", rsa(&[&[0x43; 255][..], &[1]].concat(), &[1, 0, 1]), small),
        ("a key of 3072 bits", rsa(&longer, &[1, 0, 1]), PROFILE),
        ("the exponent 3", rsa(&modulus, &[3]), small),
        ("the exponent 65539", rsa(&modulus, &[1, 0, 3]), PROFILE),
        ("an even modulus", rsa(&even, &[1, 0, 1]), small),
        ("a key on P-256", ec, PROFILE),
        (
            "a key without its NULL parameters",
            seq(&[&seq(&[&oid("1.2.840.113549.1.1.1")]), &bit_string(&genuine.public())]),
            BER,
        ),
        (
            "a key of another algorithm",
            seq(&[&seq(&[&oid("1.2.840.113549.1.1.10")]), &bit_string(&genuine.public())]),
            PROFILE,
        ),
    ] {
        let mut holder = c.user();
        holder.spki = spki;
        c.bad(name, &holder, NotProved::Key, openssl);
    }
}

fn algorithms(c: &mut Corpus<'_>) {
    let reason = NotProved::SignatureAlgorithm;
    let sha1 = seq(&[&oid("1.2.840.113549.1.1.5"), &null()]);
    let sha512 = seq(&[&oid("1.2.840.113549.1.1.13"), &null()]);
    let hash = seq(&[&oid("2.16.840.1.101.3.4.2.1"), &null()]);
    let mask = seq(&[&oid("1.2.840.113549.1.1.8"), &hash]);
    let pss = seq(&[
        &oid("1.2.840.113549.1.1.10"),
        &seq(&[&tlv(0xa0, &hash), &tlv(0xa1, &mask), &tlv(0xa2, &integer(&[32]))]),
    ]);
    let pss_options = ["rsa_padding_mode:pss", "rsa_pss_saltlen:32"];
    for (name, algorithm, digest, options, openssl) in [
        (
            "signed with SHA-1",
            &sha1,
            "-sha1",
            &[][..],
            Openssl::Differs("openssl's default level for verify accepts it"),
        ),
        ("signed with SHA-512", &sha512, "-sha512", &[][..], PROFILE),
        ("signed with PSS", &pss, "-sha256", &pss_options[..], PROFILE),
    ] {
        let mut holder = c.user();
        holder.inner_algorithm.clone_from(algorithm);
        holder.outer_algorithm.clone_from(algorithm);
        let signature = openssl::sign(&holder.ca.key.path, digest, options, &holder.tbs());
        c.bytes(name, PinKind::User, holder.signed_as(&signature), reason, openssl);
    }
    let mut inner = c.user();
    inner.inner_algorithm.clone_from(&sha512);
    c.bad("another algorithm inside than outside", &inner, reason, Openssl::Agrees);
    let mut outer = c.user();
    outer.outer_algorithm.clone_from(&sha1);
    c.bad("another algorithm outside than inside", &outer, reason, Openssl::Agrees);
    let mut bare = c.user();
    bare.inner_algorithm = seq(&[&oid("1.2.840.113549.1.1.11")]);
    bare.outer_algorithm.clone_from(&bare.inner_algorithm);
    c.bad("an algorithm without its NULL parameters", &bare, reason, BER);

    let pss_signature = openssl::sign(&c.user().ca.key.path, "-sha256", &pss_options, &c.user().tbs());
    let mut cases = vec![
        ("a PSS signature that says it is PKCS#1 v1.5", pss_signature),
        ("an empty signature", Vec::new()),
        ("a signature of zeros", vec![0; 256]),
        ("a signature of the modulus's length and above it", vec![0xff; 256]),
    ];
    let genuine = c.user().ca.key.sign(&c.user().tbs());
    cases.push(("a signature cut by one byte", genuine[..255].to_vec()));
    cases.push(("a signature with a byte more", [&genuine[..], &[0]].concat()));
    cases.push(("a signature with a zero in front", [&[0], &genuine[..]].concat()));
    cases.push(("a signature over another certificate", c.user().ca.key.sign(&c.signature().tbs())));
    for (name, signature) in cases {
        let der = c.user().signed_as(&signature);
        c.bytes(name, PinKind::User, der, NotProved::BadSignature, Openssl::Agrees);
    }
}

fn encodings(c: &mut Corpus<'_>) {
    let malformed = NotProved::Malformed;
    let kind = PinKind::User;
    let genuine = c.user().der();
    let after = Openssl::Differs("openssl reads the certificate in front and leaves what follows");
    c.bytes("a byte after the end", kind, [&genuine[..], &[0]].concat(), malformed, after);
    c.bytes("another certificate after the end", kind, genuine.repeat(2), malformed, after);
    c.bytes("cut by one byte", kind, genuine[..genuine.len() - 1].to_vec(), malformed, Openssl::Agrees);
    c.bytes("nothing", kind, Vec::new(), malformed, Openssl::Agrees);

    let body = &genuine[4..];
    let long = [&[0x30, 0x83, 0, (body.len() >> 8) as u8, body.len() as u8], body].concat();
    c.bytes("a length that is not minimal", kind, long, malformed, BER);
    let indefinite = [&[0x30, 0x80], body, &[0, 0]].concat();
    c.bytes("an indefinite length", kind, indefinite, malformed, BER);
    let huge = [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], body].concat();
    c.bytes("a length of four gigabytes", kind, huge, malformed, Openssl::Agrees);

    for (name, serial, openssl) in [
        ("a serial number that is not minimal", vec![2, 3, 0, 0x22, 0x7b], Openssl::Agrees),
        ("a negative serial number", vec![2, 1, 0x80], PROFILE),
        ("the serial number zero", vec![2, 1, 0], PROFILE),
        ("a serial number of 21 bytes", integer(&[0x11; 21]), PROFILE),
        ("a serial number of 40 bytes", integer(&[0x11; 40]), PROFILE),
    ] {
        let mut holder = c.user();
        holder.serial = serial;
        c.bad(name, &holder, malformed, openssl);
    }
    for (name, version) in [("version 1", Vec::new()), ("version 2", tlv(0xa0, &integer(&[1])))] {
        let mut holder = c.user();
        holder.version = version;
        c.bad(name, &holder, malformed, Openssl::Agrees);
    }
    let mut version = c.user();
    version.version = tlv(0xa0, &integer(&[3]));
    c.bad("version 4", &version, malformed, Openssl::Differs("openssl reads any version above 3 like 3"));
    let mut ids = c.user();
    ids.unique_ids = tlv(0x81, &[0, 1, 2]);
    c.bad("an issuer's unique id", &ids, malformed, PROFILE);
    let mut none = c.user();
    none.extensions.clear();
    c.bad("no extension at all", &none, malformed, Openssl::Agrees);

    let rest = Openssl::Differs("openssl reads the value in front and leaves what follows");
    for (name, oid, value, openssl) in [
        ("bytes after the policies", POLICIES, [&policies(&[policy_of(kind)])[..], &[5, 0]].concat(), rest),
        ("policies that are none", POLICIES, null(), Openssl::Agrees),
        ("no policy in the list of policies", POLICIES, seq(&[]), Openssl::Agrees),
        ("key usage that is no bit string", KEY_USAGE, null(), Openssl::Agrees),
        ("an empty key usage", KEY_USAGE, Vec::new(), Openssl::Agrees),
        ("an issuer's key that is none", AKI, vec![0x30, 0x02, 0x80, 0x7f], Openssl::Agrees),
    ] {
        let reason = if value == seq(&[]) { NotProved::Policy } else { malformed };
        c.bad(name, &c.user().with_value(oid, value), reason, openssl);
    }
    let mut large = c.user();
    large.extensions.push(Ext::new("1.2.3.4", false, tlv(der::OCTET_STRING, &[0; 4096])));
    c.bad("more bytes than any certificate has", &large, NotProved::TooLarge, PROFILE);
}

/// The base point of P-256.
pub(crate) fn p256_point() -> Vec<u8> {
    let x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    let y = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    [vec![4], hex::decode(x).unwrap(), hex::decode(y).unwrap()].concat()
}
