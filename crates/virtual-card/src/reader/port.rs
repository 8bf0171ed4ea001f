//! Two neighbouring TCP ports for one instance of vpcd, held against other starters on this machine.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};

use super::ReaderError;

/// Below the range from which the system gives ports to clients.
const FIRST: u16 = 20_000;
const PAIRS: u16 = 6_000;

/// A port and the next one: vpcd takes both, one per reader.
#[derive(Debug)]
pub struct PortPair {
    first: u16,
    /// A socket name that only one process can have. The system frees it when the process ends, and it is in no folder.
    _claim: UnixListener,
}

impl PortPair {
    /// This port and the next.
    ///
    /// # Errors
    /// [`ReaderError::PortsInUse`].
    pub fn at(first: u16) -> Result<Self, ReaderError> {
        let in_use = || ReaderError::PortsInUse(first);
        let second = first.checked_add(1).ok_or_else(in_use)?;
        // vpcd cannot be handed a bound port, so between this probe and its own bind the claim keeps others away.
        let claim = claim(first).ok_or_else(in_use)?;
        let free = |port| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok();
        if free(first) && free(second) { Ok(Self { first, _claim: claim }) } else { Err(in_use()) }
    }

    /// Any two that are free, tried from a place that differs between processes.
    ///
    /// # Errors
    /// [`ReaderError::NoPorts`].
    pub fn any() -> Result<Self, ReaderError> {
        let start = std::process::id().wrapping_mul(61) % u32::from(PAIRS);
        (0..u32::from(PAIRS))
            .filter_map(|step| u16::try_from((start + step) % u32::from(PAIRS)).ok())
            .find_map(|pair| Self::at(FIRST + pair * 2).ok())
            .ok_or(ReaderError::NoPorts)
    }

    /// The first reader's port.
    pub const fn first(&self) -> u16 {
        self.first
    }

    /// The second reader's port.
    pub const fn second(&self) -> u16 {
        self.first + 1
    }

    /// Whether somebody listens on both, without connecting: a connection would be a card.
    pub(super) fn are_listening(&self) -> bool {
        let listening = listening_ports();
        [self.first(), self.second()].iter().all(|port| listening.contains(port))
    }
}

fn claim(first: u16) -> Option<UnixListener> {
    let name = SocketAddr::from_abstract_name(format!("jpki-reset/virtual-readers/{first}")).ok()?;
    UnixListener::bind_addr(&name).ok()
}

/// From the system's table: `sl local_address rem_address st …`, address as hexadecimal `ADDRESS:PORT`, state 0A = LISTEN.
fn listening_ports() -> Vec<u16> {
    let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    table
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace().skip(1);
            let local = fields.next()?;
            let state = fields.nth(1)?;
            let (_, port) = local.split_once(':')?;
            (state == "0A").then(|| u16::from_str_radix(port, 16).ok()).flatten()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_starters_never_get_the_same_ports() {
        let one = PortPair::any().unwrap();
        let other = PortPair::any().unwrap();
        assert_ne!(one.first(), other.first());
        assert!(matches!(PortPair::at(one.first()), Err(ReaderError::PortsInUse(_))));
    }

    #[test]
    fn a_port_that_somebody_listens_on_is_not_given() {
        let pair = PortPair::any().unwrap();
        let (first, second) = (pair.first(), pair.second());
        drop(pair);
        let _somebody = TcpListener::bind((Ipv4Addr::LOCALHOST, second)).unwrap();
        assert!(matches!(PortPair::at(first), Err(ReaderError::PortsInUse(_))));
        assert!(listening_ports().contains(&second));
    }
}
