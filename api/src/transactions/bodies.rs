//! The bodies of transactions.

use uuid::Uuid;

use service::ledger::{
    CaptureHold, CreateTransaction, Movement, NewHold, RefundTransaction, UpdateTransaction, UserSide,
};
use service::money::{AmountText, Currency};
use service::query::Currencies;
use service::record::{TransactionKind, TransactionStatus};
use service::value::{Category, FullName, Name, Reference, Text, Timestamp, UserId};

use crate::body::{Fields, flag, one_of, server_id, text};

/// Reads a new transaction.
pub(crate) fn read_create(fields: &mut Fields, currencies: &Currencies) -> Option<CreateTransaction> {
    let kind = fields.required("type", one_of(TransactionKind::ALL, TransactionKind::as_str));
    let hold = read_hold(fields);
    let movement = read_movement(fields, kind);
    let amount = fields.required("amount", text(AmountText::parse));
    let currency = fields.optional("currency", text(|code| currencies.parse(code)));
    let transaction_date = fields.optional("transaction_date", text(Timestamp::parse));
    let description = fields.optional("description", text(Text::parse));
    let category = fields.optional("category", text(Category::parse));
    let reference = fields.optional("reference", text(Reference::parse));
    let metadata = fields.metadata("metadata");
    check_amount(fields, amount.as_ref(), currency);
    Some(CreateTransaction {
        movement: movement?,
        amount: amount?,
        currency,
        transaction_date,
        description,
        category,
        reference,
        metadata: metadata?,
        hold,
    })
}

/// Whether the money is kept for now, and how long.
fn read_hold(fields: &mut Fields) -> Option<NewHold> {
    let begins_as = &[TransactionStatus::Posted, TransactionStatus::Pending];
    match fields.optional("status", one_of(begins_as, TransactionStatus::as_str)) {
        Some(TransactionStatus::Pending) => Some(NewHold {
            expires_at: fields.optional("expires_at", text(Timestamp::parse)),
        }),
        _ => {
            fields.excluded("expires_at", "Only a hold expires, which has the status `pending`.");
            None
        }
    }
}

/// The sides of a transaction of `kind`. Where the kind itself is bad, the members of both are read, so that what is
/// wrong with them is reported as well.
fn read_movement(fields: &mut Fields, kind: Option<TransactionKind>) -> Option<Movement> {
    match kind {
        Some(TransactionKind::Credit) => read_user_side(fields).map(Movement::Credit),
        Some(TransactionKind::Debit) => read_user_side(fields).map(Movement::Debit),
        Some(TransactionKind::Transfer) => read_transfer(fields),
        None => {
            fields.optional("user_id", text(UserId::parse));
            fields.optional("full_name", text(FullName::parse));
            fields.optional("account", text(Name::parse));
            fields.optional("source_account_id", text(server_id));
            fields.optional("destination_account_id", text(server_id));
            None
        }
    }
}

fn read_user_side(fields: &mut Fields) -> Option<UserSide> {
    let user_id = fields.required("user_id", text(UserId::parse));
    let full_name = fields.optional("full_name", text(FullName::parse));
    let account = fields.optional("account", text(Name::parse));
    for name in ["source_account_id", "destination_account_id"] {
        fields.excluded(
            name,
            "A credit or a debit names a user; only a transfer names accounts by id.",
        );
    }
    Some(UserSide {
        user_id: user_id?,
        full_name,
        account,
    })
}

fn read_transfer(fields: &mut Fields) -> Option<Movement> {
    let source_account_id = fields.required("source_account_id", text(server_id));
    let destination_account_id = fields.required("destination_account_id", text(server_id));
    for name in ["user_id", "full_name", "account"] {
        fields.excluded(name, "A transfer names its accounts by id, and no user.");
    }
    Some(Movement::Transfer {
        source_account_id: source_account_id?,
        destination_account_id: destination_account_id?,
    })
}

/// Above zero and in some currency's range always; in the currency's own where the body says which. Else only the ledger
/// knows.
fn check_amount(fields: &mut Fields, amount: Option<&AmountText>, currency: Option<Currency>) {
    if let Some(amount) = amount {
        let checked = match currency {
            Some(currency) => amount.positive_minor_units(currency).map(|_| ()),
            None => amount.check_positive().and_then(|()| amount.check_range()),
        };
        fields.check("amount", checked);
    }
}

/// Reads changes to a transaction.
pub(crate) fn read_update(fields: &mut Fields, id: Uuid) -> Option<UpdateTransaction> {
    let amount = fields.changed("amount", text(AmountText::parse));
    let kind = fields.changed("type", one_of(TransactionKind::ALL, TransactionKind::as_str));
    let transaction_date = fields.changed("transaction_date", text(Timestamp::parse));
    let description = fields.clearable("description", text(Text::parse));
    let category = fields.clearable("category", text(Category::parse));
    let reference = fields.clearable("reference", text(Reference::parse));
    let metadata = fields.metadata_patch("metadata");
    let reason = fields.optional("reason", text(Text::parse));
    check_amount(fields, amount.as_ref(), None);
    Some(UpdateTransaction {
        id,
        amount,
        kind,
        transaction_date,
        description,
        category,
        reference,
        metadata,
        reason,
    })
}

/// Reads how much of a transaction is given back, and why.
pub(crate) fn read_refund(fields: &mut Fields, id: Uuid) -> Option<RefundTransaction> {
    let amount = fields.optional("amount", text(AmountText::parse));
    let reason = fields.optional("reason", text(Text::parse));
    let metadata = fields.metadata("metadata");
    check_amount(fields, amount.as_ref(), None);
    Some(RefundTransaction {
        id,
        amount,
        metadata: metadata?,
        reason,
    })
}

/// Reads how much of a hold is captured, and whether the rest is given up.
pub(crate) fn read_capture(fields: &mut Fields, id: Uuid) -> Option<CaptureHold> {
    let amount = fields.optional("amount", text(AmountText::parse));
    let is_final = fields.optional("final", flag);
    check_amount(fields, amount.as_ref(), None);
    Some(CaptureHold {
        id,
        amount,
        is_final: is_final.unwrap_or(true),
    })
}

/// Reads until when a hold shall stand.
pub(crate) fn read_extend(fields: &mut Fields) -> Option<Timestamp> {
    fields.required("expires_at", text(Timestamp::parse))
}

/// Reads why a transaction is posted again, or a hold given up.
pub(crate) fn read_reason(fields: &mut Fields) -> Option<Option<Text>> {
    Some(fields.optional("reason", text(Text::parse)))
}
