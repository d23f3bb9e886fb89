//! The functional core: what a command does to a ledger, decided over a snapshot of its state.
//!
//! No I/O, no async, no clock, no randomness: times and ids are handed in.

mod command;

pub use command::{
    Command, CreateAccount, CreateKey, CreateTransaction, Idempotency, Movement, Precondition, PutUser, Request,
    UpdateAccount, UpdateTransaction, UpdateUser, UserSide,
};
