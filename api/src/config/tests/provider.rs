//! Settings about an identity provider.

use service::access::KeySource;

use super::*;

#[test]
fn an_identity_provider_is_named_whole() {
    let named = ["--jwt-issuer", "i", "--jwt-audience", "a"];
    let provider = |keys: [&str; 2]| settings(&[&keys[..], &named].concat()).map(|read| read.identity_provider);
    let from = |keys| {
        Some(IdentityProvider {
            keys,
            issuer: "i".to_owned(),
            audience: "a".to_owned(),
        })
    };
    let url = "https://id.example/jwks";
    assert_eq!(
        provider(["--jwks-file", "k"]).unwrap(),
        from(KeySource::File("k".into()))
    );
    assert_eq!(
        provider(["--jwks-url", url]).unwrap(),
        from(KeySource::Url(url.to_owned()))
    );
    assert!(provider(["--jwks-url", "http://id.example/jwks"]).is_err());
    assert!(settings(&named).is_err());
    assert!(settings(&[&["--jwks-file", "k", "--jwks-url", url], &named[..]].concat()).is_err());
    for (flag, _) in PROVIDER {
        assert_eq!(settings(&[flag, ""]).unwrap().identity_provider, None, "{flag}");
        assert!(settings(&[flag, url]).is_err(), "{flag} alone");
    }
}

#[test]
fn the_address_of_the_keys_is_not_shown() {
    let named = ["--jwt-issuer", "i", "--jwt-audience", "a"];
    let url = ["--jwks-url", "https://name:password@id.example/jwks?key=password"];
    let shown = format!("{:?}", settings(&[&url[..], &named].concat()).unwrap());
    assert!(shown.contains("Url") && !shown.contains("password"), "{shown}");
}
