//! What the versions of holds kept on each account, gathered for the accounts.

use std::collections::HashMap;

use uuid::Uuid;

use super::movements::Version;

/// What holds made of an account.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    /// Minor units reserved on money going out.
    pub(super) held_out: i128,
    /// Minor units announced on money coming in.
    pub(super) held_in: i128,
    /// Commands that changed one of them and posted nothing: what is posted as well counts by its entries.
    pub(super) commands: i64,
    /// When that was recorded last.
    pub(super) recorded_at: i64,
}

/// What is kept, by account; of those that ever had a hold.
pub(super) type Holdings = HashMap<Uuid, Held>;

/// Adds what the step from `old`, or from nothing, to `new` keeps more or less.
pub(super) fn add_step(holdings: &mut Holdings, old: Option<&Version>, new: &Version) {
    let change = i128::from(new.held).saturating_sub(old.map_or(0, |old| old.held).into());
    if change == 0 {
        return;
    }
    let record = &new.record;
    for account_id in [record.source_account_id, record.destination_account_id] {
        let held = holdings.entry(account_id).or_default();
        if account_id == record.source_account_id {
            held.held_out = held.held_out.saturating_add(change);
        } else {
            held.held_in = held.held_in.saturating_add(change);
        }
        held.commands = held.commands.saturating_add(i64::from(!new.is_capture));
        held.recorded_at = held.recorded_at.max(new.recorded_at);
    }
}
