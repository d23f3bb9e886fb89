//! Where a request is counted.
//!
//! Whoever shows a valid credential is counted by it, and by nothing else: many callers may share an address. Everybody
//! else is counted by address: who is not let in, who asks for a page, for a path that is not there.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use service::Credential;

use super::{Incoming, admission};
use crate::endpoint::within;
use crate::forwarded::client_address;
use crate::problem::{Code, Problem};
use crate::rate_limit::{Caller, Limiter};

impl Incoming {
    /// Finds whoever asks, and counts the request.
    ///
    /// # Errors
    /// `unauthenticated`, `rate_limited`; 503.
    pub(super) async fn authenticate(&self, deadline: Instant) -> Result<Credential, Problem> {
        let (daybook, headers) = (&self.state.daybook, self.request.headers());
        let found = within(deadline, admission::authenticate(daybook, headers)).await?;
        let Some(limiter) = self.state.limiter.as_deref() else {
            return found;
        };
        match &found {
            Ok(credential) => self.count(limiter, limiter.bearer(credential))?,
            Err(problem) if problem.code() == Code::Unauthenticated => self.count(limiter, self.address())?,
            Err(_) => {}
        }
        found
    }

    /// Counts a request that no credential is asked for.
    ///
    /// # Errors
    /// `rate_limited`.
    pub(crate) fn count_by_address(&self) -> Result<(), Problem> {
        match self.state.limiter.as_deref() {
            None => Ok(()),
            Some(limiter) => self.count(limiter, self.address()),
        }
    }

    fn count(&self, limiter: &Limiter, caller: Caller) -> Result<(), Problem> {
        let counted = limiter.count(caller);
        self.standing.set(Some(counted.unwrap_or_else(|standing| standing)));
        counted
            .map(drop)
            .map_err(|standing| Problem::rate_limited(standing.more_in_s))
    }

    fn address(&self) -> Caller {
        let peer = self.request.peer_addr();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        let trusted = &self.state.trusted_proxies;
        Caller::at(client_address(peer, self.request.headers(), trusted))
    }
}
