//! Padded blocks that a careless reader takes for a PKCS#1 v1.5 signature, signed raw with the genuine key.
//!
//! Nobody but the key's owner could make these under exponent 65537; they show that the whole block is compared.
//! Under exponent 3 anybody can make the first of them (Bleichenbacher's forgery, CRYPTO 2006).

const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];

pub(crate) struct Forged {
    pub(crate) name: &'static str,
    pub(crate) block: [u8; 256],
}

/// A block of the given type: as many `FF` as fit, `00`, the payload, then what is left over.
fn block(kind: u8, padding: Option<usize>, payload: &[u8], fill: u8) -> [u8; 256] {
    let padding = padding.unwrap_or(256 - 3 - payload.len());
    let mut block = [fill; 256];
    block[0] = 0;
    block[1] = kind;
    block[2..2 + padding].fill(0xff);
    block[2 + padding] = 0;
    block[3 + padding..3 + padding + payload.len()].copy_from_slice(payload);
    block
}

/// The one right block, to show that the others fail for what is changed in them.
pub(crate) fn genuine(hash: &[u8]) -> [u8; 256] {
    block(1, None, &[&SHA256_INFO, hash].concat(), 0)
}

pub(crate) fn forgeries(hash: &[u8]) -> Vec<Forged> {
    let info = [&SHA256_INFO[..], hash].concat();
    let without_null = [&[0x30, 0x2f, 0x30, 0x0b], &SHA256_INFO[4..15], &[4, 0x20], hash].concat();
    let long_length = [&[0x30, 0x81, 0x31], &SHA256_INFO[2..], hash].concat();
    let mut parameters = vec![0x30, 0x81, 0x81, 0x30, 0x5d];
    parameters.extend_from_slice(&SHA256_INFO[4..15]);
    parameters.extend([4, 0x50]);
    parameters.extend([0x41; 0x50]);
    parameters.extend([4, 0x20]);
    parameters.extend_from_slice(hash);
    let sha512_name = {
        let mut info = info.clone();
        info[14] = 3;
        info
    };
    let mut hole = genuine(hash);
    hole[100] = 0xfe;
    let mut early_end = genuine(hash);
    early_end[100] = 0;
    let mut first_byte = genuine(hash);
    first_byte[0] = 1;
    vec![
        Forged { name: "short padding, zeros behind the hash", block: block(1, Some(8), &info, 0) },
        Forged { name: "short padding, garbage behind the hash", block: block(1, Some(8), &info, 0x5a) },
        Forged { name: "one byte behind the hash", block: block(1, Some(201), &info, 0) },
        Forged { name: "garbage in the algorithm's parameters", block: block(1, None, &parameters, 0) },
        Forged { name: "an algorithm without NULL parameters", block: block(1, None, &without_null, 0) },
        Forged { name: "a length that is not minimal", block: block(1, None, &long_length, 0) },
        Forged { name: "the bare hash", block: block(1, None, hash, 0) },
        Forged { name: "another digest's name", block: block(1, None, &sha512_name, 0) },
        Forged { name: "a block for encryption", block: block(2, None, &info, 0) },
        Forged { name: "a block of type 0", block: block(0, None, &info, 0) },
        Forged { name: "a padding byte that is not FF", block: hole },
        Forged { name: "a padding that ends early", block: early_end },
        Forged { name: "a first byte that is not 00", block: first_byte },
    ]
}
