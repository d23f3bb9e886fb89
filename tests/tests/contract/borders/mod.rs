//! What lies just inside and just outside of what the contract accepts: each the right code, and no row anywhere.

mod amounts;
mod emails;
mod json;
mod paths;
mod texts;
mod times;
