//! Whether a virtual reader holds a card, told by the system's table of connections: one of our own would be a card.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

const LOOK_EVERY: Duration = Duration::from_millis(20);
const LIMIT: Duration = Duration::from_secs(10);

/// Waits until the reader at this port has let the last card go, which it notices when it looks next.
///
/// # Panics
/// If it does not.
pub fn wait_until_empty(port: u16) {
    let begun = Instant::now();
    while holds_a_card(&fs::read_to_string("/proc/net/tcp").unwrap(), port) {
        assert!(begun.elapsed() < LIMIT, "the reader at port {port} does not let its card go");
        thread::sleep(LOOK_EVERY);
    }
}

/// `sl local_address rem_address st …`: address as hexadecimal `ADDRESS:PORT`; state 01 is a connection, 08 one whose
/// other end has hung up.
fn holds_a_card(table: &str, port: u16) -> bool {
    let port = format!(":{port:04X}");
    table.lines().skip(1).any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        matches!(fields.as_slice(), [_, local, _, "01" | "08", ..] if local.ends_with(&port))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue\n\
        0: 00000000:8C3B 00000000:0000 0A 00000000:00000000\n\
        1: 0100007F:8C3B 0100007F:A1B2 01 00000000:00000000\n\
        2: 0100007F:A1B2 0100007F:8C3C 01 00000000:00000000\n\
        3: 0100007F:8C3D 0100007F:A1B3 06 00000000:00000000\n";

    #[test]
    fn only_a_connection_to_the_reader_is_a_card() {
        assert!(holds_a_card(TABLE, 0x8C3B));
        assert!(!holds_a_card(TABLE, 0x8C3C), "the other end");
        assert!(!holds_a_card(TABLE, 0x8C3D), "let go already");
    }
}
