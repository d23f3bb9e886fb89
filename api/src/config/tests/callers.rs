//! Settings about callers: where a server may listen, whom it limits, whom it believes.

use super::*;

#[test]
fn keys_do_not_travel_unencrypted_from_other_machines() {
    for address in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80"] {
        let line = settings(&["--listen", address]).unwrap_err();
        assert!(
            line.contains("--listen must be") && line.contains("DAYBOOK_BEHIND_PROXY=true"),
            "{line}"
        );
        assert!(settings(&["--listen", address, "--behind-proxy"]).is_ok(), "{address}");
    }
    for address in ["127.0.0.1:80", "127.9.9.9:80", "[::1]:80", "[::ffff:127.0.0.1]:80"] {
        assert!(settings(&["--listen", address]).is_ok(), "{address}");
    }
    for alone in [["--tls-cert", "c.pem"], ["--tls-key", "k.pem"]] {
        let line = settings(&alone).unwrap_err();
        assert_eq!(line, "--tls-cert and --tls-key must be given together");
    }
}

#[test]
fn callers_are_limited_where_other_machines_are_let_in() {
    let of = |flags: &[&str]| settings(flags).unwrap().rate_limit;
    let public = ["--listen", "0.0.0.0:80", "--behind-proxy"];
    assert_eq!(of(&[]), None);
    assert_eq!(of(&public), Some(RATE_LIMIT_DEFAULT));
    let given = |limit| [&public[..], &["--rate-limit", limit]].concat();
    assert_eq!(of(&given("off")), None);
    let one = |per_second, burst| Some(RateLimit { per_second, burst });
    assert_eq!(of(&given("5")), one(5, 5));
    assert_eq!(of(&given("5/1")), one(5, 1));
    for bad in ["", "/5", "5/", "5/0", "1/2/3", "-1", "1.5", "1000001", "on"] {
        let read = settings(&["--rate-limit", bad]);
        assert_eq!(read.is_ok(), bad.is_empty(), "{bad}");
    }
}

#[test]
fn behind_a_proxy_private_networks_are_trusted() {
    let trusted = |flags: &[&str]| settings(flags).unwrap().trusted_proxies;
    assert_eq!(trusted(&["--behind-proxy"]), Network::private());
    let one = trusted(&["--behind-proxy", "--trusted-proxies", "192.0.2.7"]);
    assert_eq!(one, ["192.0.2.7".parse().unwrap()]);
}
