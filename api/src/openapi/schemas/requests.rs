//! The bodies of requests. A test compares each with the reader of the same body.

use utoipa::openapi::schema::{Discriminator, OneOfBuilder};
use utoipa::openapi::{RefOr, Schema};

use service::record::{AccountStatus, Role, TransactionKind};
use service::value::FULL_NAME_CHARS_MAX;

use super::values::{
    boolean, category, currency, date, date_time, email, enumeration, integer, metadata, metadata_patch, names,
    plain_text, reference_text, server_id, signed_amount, text, time_zone, unsigned_amount, user_id,
};
use super::{Named, Shape, nullable, reference};
use crate::currencies::EXPONENT_MAX;

/// Most characters of the name of an account or a key.
pub(super) const NAME_CHARS_MAX: usize = 64;
const AMOUNT: &str = "Greater than zero, in major units, with at most the currency's decimals.";
const METADATA: &str = "The caller's own members: at most 50 keys with text.";
const MERGED: &str = "Merged into the metadata: null removes a key.";

pub(super) fn all() -> Vec<Named> {
    vec![
        ("CreateTransaction", create_transaction()),
        ("CreateUserTransaction", create_user_transaction()),
        ("CreateTransfer", create_transfer()),
        ("UpdateTransaction", update_transaction()),
        ("RestoreTransaction", restore_transaction()),
        ("CaptureHold", capture_hold()),
        ("VoidHold", void_hold()),
        ("ExtendHold", extend_hold()),
        ("RefundTransaction", refund_transaction()),
        ("PutUser", put_user()),
        ("UpdateUser", update_user()),
        ("CreateAccount", create_account()),
        ("UpdateAccount", update_account()),
        ("CreateCurrency", create_currency()),
        ("PutClosing", put_closing()),
        ("CreateKey", create_key()),
    ]
}

fn create_transaction() -> RefOr<Schema> {
    let (of_user, transfer) = ("CreateUserTransaction", "CreateTransfer");
    let path = |name: &str| format!("#/components/schemas/{name}");
    let kinds = [
        ("credit", path(of_user)),
        ("debit", path(of_user)),
        ("transfer", path(transfer)),
    ];
    OneOfBuilder::new()
        .item(reference(of_user))
        .item(reference(transfer))
        .discriminator(Some(Discriminator::with_mapping("type", kinds)))
        .description(Some("A credit or debit of a user, or a transfer between accounts."))
        .into()
}

fn create_user_transaction() -> RefOr<Schema> {
    user_transaction().closed().build()
}

fn create_transfer() -> RefOr<Schema> {
    transfer().closed().build()
}

/// The members of a credit or a debit.
pub(super) fn user_transaction() -> Shape {
    let account = "Name of the user's account; `main` is made on first use, any other must exist.";
    let shape = Shape::new("Money that comes to a user from outside, or goes out from a user.")
        .must(
            "type",
            "credit = world → user, debit = user → world.",
            enumeration(&["credit", "debit"]),
        )
        .must("user_id", "The user; made where it was never seen.", user_id())
        .may(
            "full_name",
            "Name of a user that is made; ignored for one that is known.",
            full_name(),
        )
        .may("account", account, nullable(text(1, NAME_CHARS_MAX)));
    of_any_kind(shape, "The ledger's default currency where absent.")
}

/// The members of a transfer.
pub(super) fn transfer() -> Shape {
    let shape = Shape::new("Money that moves between two accounts of the ledger.")
        .must("type", "A transfer.", enumeration(&["transfer"]))
        .must("source_account_id", "Where the money comes from.", server_id())
        .must("destination_account_id", "Where it goes.", server_id());
    of_any_kind(shape, "The source account's currency where absent.")
}

fn of_any_kind(shape: Shape, currency_detail: &str) -> Shape {
    shape
        .may(
            "status",
            "`pending` keeps the money until it is captured; `posted` moves it at once, and so does an absent one.",
            nullable(enumeration(&["posted", "pending"])),
        )
        .may(
            "expires_at",
            "From when on a hold can no longer be captured; until it is captured or voided where absent.",
            nullable(date_time()),
        )
        .must("amount", AMOUNT, unsigned_amount())
        .may("currency", currency_detail, nullable(currency()))
        .may(
            "transaction_date",
            "When it happened; the time of recording where absent.",
            nullable(date_time()),
        )
        .may("description", "What it is for.", nullable(plain_text()))
        .may("category", "What it is counted under.", nullable(category()))
        .may(
            "reference",
            "The caller's own name for it, unique in the ledger.",
            nullable(reference_text()),
        )
        .may("metadata", METADATA, nullable(metadata()))
}

fn update_transaction() -> RefOr<Schema> {
    let kind = names(TransactionKind::ALL, TransactionKind::as_str);
    Shape::new("Changes to a transaction (merge patch): what is absent stays.")
        .may("amount", AMOUNT, unsigned_amount())
        .may("type", "Credit to debit, or back; a transfer stays one.", kind)
        .may("transaction_date", "When it happened.", date_time())
        .may("description", "Null clears it.", nullable(plain_text()))
        .may("category", "Null clears it.", nullable(category()))
        .may("reference", "Null clears it.", nullable(reference_text()))
        .may("metadata", MERGED, metadata_patch())
        .may("reason", "Why; kept with the revision.", nullable(plain_text()))
        .closed()
        .build()
}

fn restore_transaction() -> RefOr<Schema> {
    Shape::new("Why a transaction is posted again.")
        .may("reason", "Why; kept with the revision.", nullable(plain_text()))
        .closed()
        .build()
}

fn capture_hold() -> RefOr<Schema> {
    Shape::new("What is captured of a hold.")
        .may("amount", "All that remains where absent.", nullable(unsigned_amount()))
        .may(
            "final",
            "Whether the rest is given up; true where absent.",
            nullable(boolean()),
        )
        .closed()
        .build()
}

fn void_hold() -> RefOr<Schema> {
    Shape::new("Why a hold is given up.")
        .may("reason", "Why; kept with the revision.", nullable(plain_text()))
        .closed()
        .build()
}

fn extend_hold() -> RefOr<Schema> {
    Shape::new("Until when a hold shall stand.")
        .must(
            "expires_at",
            "From when on it can no longer be captured; in the future.",
            date_time(),
        )
        .closed()
        .build()
}

fn refund_transaction() -> RefOr<Schema> {
    Shape::new("What is given back of a transaction.")
        .may("amount", "All that remains where absent.", nullable(unsigned_amount()))
        .may("reason", "Why; kept with the revision.", nullable(plain_text()))
        .may("metadata", METADATA, nullable(metadata()))
        .closed()
        .build()
}

fn put_user() -> RefOr<Schema> {
    let name = text(1, FULL_NAME_CHARS_MAX);
    Shape::new("A user as it shall be: what is absent is cleared.")
        .must("full_name", "The user's name.", name)
        .may("email", "The user's e-mail address.", nullable(email()))
        .may("time_zone", "IANA name; `UTC` where absent.", nullable(time_zone()))
        .may("metadata", METADATA, nullable(metadata()))
        .closed()
        .build()
}

fn update_user() -> RefOr<Schema> {
    Shape::new("Changes to a user (merge patch): what is absent stays.")
        .may("full_name", "The user's name.", text(1, FULL_NAME_CHARS_MAX))
        .may("email", "Null clears it.", nullable(email()))
        .may(
            "time_zone",
            "IANA name; the user's statistics are grouped anew.",
            time_zone(),
        )
        .may("metadata", MERGED, metadata_patch())
        .closed()
        .build()
}

fn create_account() -> RefOr<Schema> {
    let minimum = "The least that its available balance may be lowered to, at most zero; no limit where absent.";
    Shape::new("An account to make.")
        .may(
            "user_id",
            "The owner; the ledger itself where absent.",
            nullable(user_id()),
        )
        .must(
            "name",
            "Unique with the owner and the currency.",
            text(1, NAME_CHARS_MAX),
        )
        .must("currency", "The one currency that it holds.", currency())
        .may("minimum_balance", minimum, nullable(signed_amount()))
        .may("metadata", METADATA, nullable(metadata()))
        .closed()
        .build()
}

fn update_account() -> RefOr<Schema> {
    let status = names(AccountStatus::ALL, AccountStatus::as_str);
    Shape::new("Changes to an account (merge patch): what is absent stays.")
        .may("minimum_balance", "Null lifts the limit.", nullable(signed_amount()))
        .may(
            "status",
            "`closed` needs a zero balance and no holds, and is final.",
            status,
        )
        .may("metadata", MERGED, metadata_patch())
        .closed()
        .build()
}

fn create_currency() -> RefOr<Schema> {
    let mut exponent = integer(0);
    exponent.maximum = Some(isize::from(EXPONENT_MAX.cast_signed()).into());
    Shape::new("A currency of the ledger's own.")
        .must("code", "None of ISO 4217.", currency())
        .must("exponent", "Decimals of the major unit, for good.", exponent)
        .must("name", "What people call it.", text(1, NAME_CHARS_MAX))
        .closed()
        .build()
}

fn put_closing() -> RefOr<Schema> {
    Shape::new("How far a ledger shall be closed.")
        .must(
            "closed_through",
            "The last day, in UTC; null reopens everything.",
            nullable(date()),
        )
        .may("reason", "Why; kept with the event.", nullable(plain_text()))
        .closed()
        .build()
}

fn create_key() -> RefOr<Schema> {
    Shape::new("A key to make.")
        .must("name", "What people call it.", text(1, NAME_CHARS_MAX))
        .must(
            "role",
            "What its bearer may do; only an operator makes operators.",
            names(Role::ALL, Role::as_str),
        )
        .may(
            "expires_at",
            "When it stops working by itself; never where absent.",
            nullable(date_time()),
        )
        .closed()
        .build()
}

fn full_name() -> utoipa::openapi::schema::Object {
    nullable(text(1, FULL_NAME_CHARS_MAX))
}
