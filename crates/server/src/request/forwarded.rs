//! For which address one of our own proxies asks. It decides nothing but whose rate a request counts against.

use std::net::IpAddr;

use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR};

/// More proxies in a row than this are no set-up of ours.
const HOPS_MAX: usize = 8;

/// The client behind `peer`: itself, unless it is a proxy of ours; then the last address it forwards for that is
/// not one either. What stands before that in the header, anybody can write.
pub fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    if !proxies.contains(&peer.to_canonical()) {
        return peer;
    }
    let lists: Vec<&str> = headers.get_all(X_FORWARDED_FOR).filter_map(|value| value.to_str().ok()).collect();
    let hops = lists.iter().rev().flat_map(|list| list.rsplit(',')).take(HOPS_MAX);
    for hop in hops {
        match hop.trim().parse::<IpAddr>() {
            Ok(address) if proxies.contains(&address.to_canonical()) => {}
            Ok(address) => return address,
            Err(_) => return peer,
        }
    }
    peer
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn seen(peer: &str, lists: &[&'static str]) -> String {
        let proxies = ["192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for list in lists {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_static(list));
        }
        client(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn a_stranger_cannot_speak_for_others() {
        assert_eq!(seen("198.51.100.7", &["203.0.113.1"]), "198.51.100.7");
    }

    #[test]
    fn our_proxies_speak_for_the_last_address_that_is_not_ours() {
        assert_eq!(seen("192.0.2.1", &["203.0.113.1"]), "203.0.113.1");
        assert_eq!(seen("192.0.2.1", &["10.9.9.9, 203.0.113.1, 192.0.2.2"]), "203.0.113.1");
        assert_eq!(seen("192.0.2.1", &["10.9.9.9", "203.0.113.1,192.0.2.2"]), "203.0.113.1");
        assert_eq!(seen("192.0.2.1", &["2001:db8::1"]), "2001:db8::1");
    }

    #[test]
    fn without_a_readable_address_the_proxy_itself_counts() {
        assert_eq!(seen("192.0.2.1", &[]), "192.0.2.1");
        assert_eq!(seen("192.0.2.1", &["unknown"]), "192.0.2.1");
        assert_eq!(seen("192.0.2.1", &["203.0.113.1, unknown"]), "192.0.2.1");
    }
}
