//! What breaks below the server, and what must hold all the same: nothing that was acknowledged is lost, nothing stands
//! twice, every wait has an end, and the server recovers by itself.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    reason = "a test that cannot go on panics, helpers included; overflow checks are on"
)]

mod commits;
mod connections;
mod erasures;
mod exports;
mod hostile;
mod imports;
mod kills;
mod processes;
