//! What is to be said about the journal: blocks, events, proofs, and the check of a ledger.

use actix_web::http::Method;

use super::AUDIT;
use crate::openapi::describe::Description;
use crate::openapi::parameters;

/// Everything there is to say of it.
pub(super) fn all() -> Vec<Description> {
    let new = |method, path, id| Description::new(AUDIT, method, path, id);
    vec![
        new(Method::GET, "/api/v1/audit/head", "find_head")
            .says(
                "Read the newest block",
                "Whoever keeps its hash can tell later that nothing recorded by then was changed. A ledger without a \
                 block is at height 0 and position 0, and its hash is 64 zeros.",
            )
            .shows("Head"),
        new(Method::GET, "/api/v1/audit/blocks", "list_blocks")
            .says(
                "List blocks",
                "In order. Each is a commit, and its hash covers that of the block before it; `docs/PROOFS.md` says how \
                 the hashes are made.",
            )
            .query(parameters::blocks())
            .lists("Block"),
        new(Method::GET, "/api/v1/events", "list_events")
            .says(
                "Read the journal",
                "Every event in order, without a gap; positions are visible in their order, so that whoever goes on \
                 after `resume_after` misses nothing. It is there also where `data` is empty: a poller asks for it \
                 again. `Daybook-Position` is the head of the ledger. An event whose resource the credential may not \
                 know of is withheld, which tells no more than that it is there: those of operators' keys and of a \
                 ledger's settings, its own too, from all but operators, those of other keys and of limits from all but \
                 admins, those of users' tokens from readers.",
            )
            .query(parameters::events())
            .shows_events("Events"),
        new(Method::GET, "/api/v1/transactions/{id}/proof", "prove_transaction")
            .says(
                "Prove a version of a transaction",
                "All that it takes to check without a database that the event is in its block: \
                 `daybook verify-proof FILE --hash HASH`, with the hash of the block as it was noted. Where the \
                 personal part was erased, `personal` and `salt` are null, and the commitment alone stands. Whoever \
                 keeps a proof can show what its personal part was, also after it was erased.",
            )
            .query(parameters::proved_version())
            .shows("Proof"),
        new(Method::POST, "/api/v1/audit/verify", "verify_ledger")
            .says(
                "Check the whole ledger",
                "Everything that `daybook verify` checks, from one snapshot, while others write; it changes nothing. It \
                 reads all that was ever recorded: minutes for a large ledger. The time limit of requests does not \
                 apply to it; it ends when its caller's connection breaks, and with 503 when the server stops. One check runs at \
                 a time on each server: another is refused with `overloaded`. It takes no body, and an \
                 `Idempotency-Key` is of no consequence: each request is a check of its own.",
            )
            .shows("Verification"),
    ]
}
