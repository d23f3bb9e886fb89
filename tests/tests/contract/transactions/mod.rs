//! `/transactions`: section 6 of the contract.

mod create;
mod delete;
mod export;
mod filters;
mod list;
mod patch;
mod read;
mod restore;
mod revisions;
mod search;
mod transfer;
