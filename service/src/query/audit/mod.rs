//! The journal as it is shown: its newest block, its blocks, its events, and proofs that an event is in it.

mod blocks;
mod events;
mod proof;

pub(crate) use events::leaf_of;
