//! How many requests a caller may make: a token bucket for each credential, and one for each address of those who show
//! none that is valid.
//!
//! The buckets are those of one instance. What becomes of a request that finds its bucket empty is a problem like any
//! other (429); where a request is counted stands in `call::counting`.

mod bucket;
mod buckets;

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Instant;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

use service::{Bearer, Credential};

use crate::config::RateLimit;

use bucket::{NANOS_PER_S, Shape};
use buckets::Buckets;

/// What a caller may do, as the IETF draft `draft-ietf-httpapi-ratelimit-headers-11` has it.
pub(crate) const POLICY: &str = "ratelimit-policy";
/// What is left of it, of the same draft.
pub(crate) const STANDING: &str = "ratelimit";
/// Bits of an IPv6 address that tell one customer of a network from another.
const IPV6_PREFIX_BITS: u32 = 64;

/// Whose bucket it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Caller {
    /// The bearer of this key.
    Key(Uuid),
    /// The user whose tokens these are, by a hash: names are long, and two users of one hash share a bucket.
    User(u64),
    /// Whoever is at this address and has shown no valid credential.
    Address(IpAddr),
}

impl Caller {
    /// Whoever is at `address`. A network hands out IPv6 addresses by the billion, so that all of one are one caller.
    pub(crate) fn at(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                let mask = u128::MAX << (u128::BITS.saturating_sub(IPV6_PREFIX_BITS));
                Self::Address(Ipv6Addr::from_bits(address.to_bits() & mask).into())
            }
            address => Self::Address(address),
        }
    }

    fn policy(self) -> &'static str {
        match self {
            Self::Key(_) | Self::User(_) => "credential",
            Self::Address(_) => "address",
        }
    }
}

/// How a caller stands after a request was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    policy: &'static str,
    /// Most requests at once.
    burst: u32,
    /// Seconds in which as many come again; `None` where that is less than one, which cannot be said.
    window_s: Option<u64>,
    /// Requests that are left.
    remaining: u64,
    /// Seconds until there is one more; 0 where all are left.
    pub(crate) more_in_s: u64,
}

impl Standing {
    /// Tells it to the caller.
    pub(crate) fn mark(&self, headers: &mut HeaderMap) {
        let window = self.window_s.map(|seconds| format!(";w={seconds}")).unwrap_or_default();
        let policy = format!("\"{}\";q={}{window}", self.policy, self.burst);
        let standing = format!("\"{}\";r={};t={}", self.policy, self.remaining, self.more_in_s);
        for (name, value) in [(POLICY, policy), (STANDING, standing)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

/// The buckets of one server.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: RateLimit,
    shape: Shape,
    begun_at: Instant,
    /// Nobody can tell beforehand which users share a bucket.
    hasher: RandomState,
    credentials: Buckets,
    addresses: Buckets,
}

impl Limiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        let shape = Shape::new(limit.per_second, limit.burst);
        Self {
            limit,
            shape,
            begun_at: Instant::now(),
            hasher: RandomState::new(),
            credentials: Buckets::new(shape),
            addresses: Buckets::new(shape),
        }
    }

    /// Whoever bears `credential`.
    pub(crate) fn bearer(&self, credential: &Credential) -> Caller {
        match &credential.bearer {
            Bearer::Key { id, .. } => Caller::Key(*id),
            Bearer::User { id, .. } => Caller::User(self.hasher.hash_one((&credential.ledger, id.as_str()))),
        }
    }

    /// Counts a request of `caller`.
    ///
    /// # Errors
    /// How the caller stands whose bucket is empty.
    pub(crate) fn count(&self, caller: Caller) -> Result<Standing, Standing> {
        let (taken, level) = self.buckets(caller).take(caller, self.now());
        let seconds = |nanos: u64| nanos.div_ceil(NANOS_PER_S);
        let standing = Standing {
            policy: caller.policy(),
            burst: self.limit.burst,
            window_s: (self.shape.depth() >= NANOS_PER_S).then(|| seconds(self.shape.depth())),
            remaining: level.tokens,
            more_in_s: seconds(level.next_in),
        };
        if taken { Ok(standing) } else { Err(standing) }
    }

    fn buckets(&self, caller: Caller) -> &Buckets {
        match caller {
            Caller::Key(_) | Caller::User(_) => &self.credentials,
            Caller::Address(_) => &self.addresses,
        }
    }

    /// Nanoseconds since the server began, which last for five centuries.
    fn now(&self) -> u64 {
        u64::try_from(self.begun_at.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_is_one_caller_and_an_address_of_ipv4_another() {
        let at = |text: &str| Caller::at(text.parse().unwrap());
        assert_eq!(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_ne!(at("192.0.2.1"), at("192.0.2.2"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
    }

    #[test]
    fn the_headers_are_those_of_the_draft() {
        let limiter = Limiter::new(RateLimit {
            per_second: 10,
            burst: 25,
        });
        let shown = |standing: Standing| {
            let mut headers = HeaderMap::new();
            standing.mark(&mut headers);
            [POLICY, STANDING].map(|name| headers.get(name).unwrap().to_str().unwrap().to_owned())
        };
        let caller = Caller::Key(Uuid::nil());
        let first = limiter.count(caller).unwrap();
        assert_eq!(shown(first), [r#""credential";q=25;w=3"#, r#""credential";r=24;t=1"#]);
        let refused = (0..100).find_map(|_| limiter.count(caller).err()).unwrap();
        assert_eq!((refused.remaining, refused.more_in_s), (0, 1));
        let short = Limiter::new(RateLimit {
            per_second: 1_000,
            burst: 5,
        });
        let [policy, _] = shown(short.count(caller).unwrap());
        assert_eq!(policy, r#""credential";q=5"#);
    }
}
