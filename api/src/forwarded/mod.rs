//! Which client a request is from, where proxies stand between.
//!
//! A proxy adds the address that it was asked from behind those that it was told of, and anybody can tell anything. So
//! what a list says is believed from its right end, and as far as trusted proxies wrote it: the first address that is
//! not a trusted proxy's own is the client's.

mod networks;

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{self, HeaderMap, HeaderName};

pub use networks::Network;

/// The address of the client whose request came from `peer` with these headers.
///
/// A proxy writes `Forwarded` (RFC 7239) or `X-Forwarded-For` and hands the other one on as the client sent it. Which of
/// the two it writes is not known, so that they must agree where both are there. What cannot be read leaves the peer.
pub(crate) fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let peer = peer.to_canonical();
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(peer) {
        return peer;
    }
    let named = |name: &HeaderName, read: fn(&str) -> Option<IpAddr>| {
        headers
            .contains_key(name)
            .then(|| right_most(headers, name, read, is_trusted))
    };
    let standard = named(&header::FORWARDED, forwarded_for);
    let legacy = named(&header::X_FORWARDED_FOR, node);
    match (standard, legacy) {
        (Some(one), Some(other)) if one == other => one.unwrap_or(peer),
        (Some(named), None) | (None, Some(named)) => named.unwrap_or(peer),
        _ => peer,
    }
}

/// The right-most address of a list that is not trusted; the left-most where all are. `None` where an element on the way
/// cannot be read. What stands further left may be anything.
fn right_most(
    headers: &HeaderMap,
    name: &HeaderName,
    read: fn(&str) -> Option<IpAddr>,
    is_trusted: impl Fn(IpAddr) -> bool,
) -> Option<IpAddr> {
    let lines: Vec<&[u8]> = headers.get_all(name).map(|value| value.as_bytes()).collect();
    let mut found = None;
    for line in lines.into_iter().rev() {
        // A comma in quotes is no part of an address: what was split there is refused, and takes no neighbour with it.
        for element in line.rsplit(|byte| *byte == b',') {
            let address = read(std::str::from_utf8(element).ok()?.trim())?;
            found = Some(address);
            if !is_trusted(address) {
                return found;
            }
        }
    }
    found
}

/// The node that an element of `Forwarded` is for.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut nodes = element.split(';').filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim())
    });
    let (value, None) = (nodes.next()?, nodes.next()) else {
        return None;
    };
    match value.strip_prefix('"') {
        Some(quoted) => node(quoted.strip_suffix('"')?),
        None => node(value),
    }
}

/// An address, with a port or without; IPv6 with brackets or, alone, without.
fn node(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    let address = text
        .parse()
        .ok()
        .or_else(bracketed)
        .or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    const PROXY: &str = "10.0.0.2";

    /// The client of a request from `peer` with these headers, where 10.0.0.0/8 and fd00::/8 are trusted.
    fn client(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(
                HeaderName::from_static(name),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        let trusted = ["10.0.0.0/8", "fd00::/8"].map(|text| text.parse().unwrap());
        client_address(peer.parse().unwrap(), &map, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_peer_is_believed() {
        for name in ["x-forwarded-for", "forwarded"] {
            assert_eq!(client("203.0.113.9", &[(name, "for=192.0.2.1")]), "203.0.113.9");
            assert_eq!(client("203.0.113.9", &[(name, "192.0.2.1")]), "203.0.113.9");
        }
        assert_eq!(client(PROXY, &[]), PROXY);
        assert_eq!(
            client("::ffff:10.0.0.2", &[("x-forwarded-for", "192.0.2.1")]),
            "192.0.2.1"
        );
    }

    #[test]
    fn what_a_client_makes_up_stands_left_of_what_the_proxy_saw() {
        for value in [
            "192.0.2.1",
            "198.51.100.7, 192.0.2.1",
            "10.9.9.9, 192.0.2.1",
            "192.0.2.1, 10.0.0.3",
            "198.51.100.7,192.0.2.1 ,10.0.0.3,10.0.0.4",
            "garbage, 192.0.2.1",
            "\"open, 192.0.2.1",
            "é, 192.0.2.1",
            ", , 192.0.2.1",
        ] {
            assert_eq!(client(PROXY, &[("x-forwarded-for", value)]), "192.0.2.1", "{value}");
        }
        for value in [
            "for=192.0.2.1",
            "for=198.51.100.7, for=192.0.2.1;proto=https;by=10.0.0.2",
            "for=\"198.51.100.7, For=\"192.0.2.1:4711\"",
            "host=\"a;for=198.51.100.7, proto=https; FOR=192.0.2.1",
            "for=192.0.2.1, for=10.0.0.3",
            "for=unknown, for=192.0.2.1",
        ] {
            assert_eq!(client(PROXY, &[("forwarded", value)]), "192.0.2.1", "{value}");
        }
        let lines = [("x-forwarded-for", "198.51.100.7"), ("x-forwarded-for", "192.0.2.1")];
        assert_eq!(client(PROXY, &lines), "192.0.2.1", "a proxy may add a line of its own");
    }

    #[test]
    fn addresses_come_with_ports_and_in_both_families() {
        for (value, address) in [
            ("192.0.2.1:4711", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8::1, fd00::7", "2001:db8::1"),
        ] {
            assert_eq!(client(PROXY, &[("x-forwarded-for", value)]), address, "{value}");
        }
        assert_eq!(
            client(PROXY, &[("forwarded", "for=\"[2001:db8::1]:4711\"")]),
            "2001:db8::1"
        );
    }

    #[test]
    fn what_cannot_be_read_leaves_the_peer() {
        for value in [
            "",
            "unknown",
            "192.0.2.1, ",
            "192.0.2.1, _hidden",
            "192.0.2.300",
            "192.0.2.1:99999",
            "192.0.2.1, é",
        ] {
            assert_eq!(client(PROXY, &[("x-forwarded-for", value)]), PROXY, "{value}");
        }
        for value in [
            "192.0.2.1",
            "for=",
            "for=_hidden",
            "for=\"192.0.2.1",
            "for=192.0.2.1;for=198.51.100.7",
            "by=192.0.2.1",
            "for=\"a,for=192.0.2.1\"",
        ] {
            assert_eq!(client(PROXY, &[("forwarded", value)]), PROXY, "{value}");
        }
    }

    #[test]
    fn two_headers_that_disagree_leave_the_peer() {
        let made_up = ("forwarded", "for=198.51.100.7");
        let seen = ("x-forwarded-for", "192.0.2.1");
        assert_eq!(client(PROXY, &[made_up, seen]), PROXY);
        assert_eq!(client(PROXY, &[("forwarded", "for=192.0.2.1"), seen]), "192.0.2.1");
    }

    #[test]
    fn where_every_address_is_a_proxy_the_first_of_them_is_the_client() {
        assert_eq!(client(PROXY, &[("x-forwarded-for", "10.0.0.7, 10.0.0.3")]), "10.0.0.7");
    }
}
