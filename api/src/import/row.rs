//! A row as the transaction that it would be: read by what reads the body of `POST /transactions`.
//!
//! A row may be one of an export, and then has members that only a recorded transaction has. They are passed over, but
//! for what tells which transaction it is: its `id`, and the account on the user's side of a credit or a debit.

use std::collections::BTreeMap;

use uuid::Uuid;

use service::ledger::CreateTransaction;
use service::query::Currencies;
use service::value::{FieldError, ValueCode, ValueError};

use crate::body::{Fields, Tree, server_id, text};
use crate::problem::Problem;
use crate::transactions::bodies::read_create;

/// Members of the body of `POST /transactions`.
pub(super) const OF_A_BODY: [&str; 13] = [
    "type",
    "user_id",
    "full_name",
    "account",
    "source_account_id",
    "destination_account_id",
    "amount",
    "currency",
    "transaction_date",
    "description",
    "category",
    "reference",
    "metadata",
];
/// Members that only a recorded transaction has, and that a row is read for.
const OF_A_RECORD: [&str; 3] = ["id", "status", "expires_at"];
/// Members that only a recorded transaction has, and that say nothing of what to record.
const PASSED_OVER: [&str; 10] = [
    "version",
    "created_at",
    "updated_at",
    "parent_id",
    "relation",
    "refunded_amount",
    "captured_amount",
    "remaining_amount",
    "source_user_id",
    "destination_user_id",
];

/// Whether a row may have a member called `name`.
pub(super) fn is_member(name: &str) -> bool {
    [&OF_A_BODY[..], &OF_A_RECORD, &PASSED_OVER]
        .iter()
        .any(|names| names.contains(&name))
}

/// What a row asks for.
#[derive(Clone, Debug)]
pub(super) struct ReadRow {
    pub(super) command: CreateTransaction,
    /// Which transaction of an export it is.
    pub(super) id: Option<Uuid>,
    /// The account on the user's side, where it is named by its id alone.
    pub(super) account_id: Option<Uuid>,
}

/// The code of a row's currency, before the row is read.
pub(super) fn currency_code(row: &Tree) -> Option<&str> {
    match row {
        Tree::Object(members) => match members.get("currency") {
            Some(Tree::Text(code)) => Some(code),
            _ => None,
        },
        _ => None,
    }
}

/// Reads a row.
///
/// # Errors
/// `validation_failed` with every bad field.
pub(super) fn read(mut row: Tree, currencies: &Currencies) -> Result<ReadRow, Problem> {
    let mut account_id = None;
    if let Tree::Object(members) = &mut row {
        for name in PASSED_OVER {
            members.remove(name);
        }
        take_status(members)?;
        account_id = take_account_id(members);
    }
    Fields::read(row, |fields| {
        let id = fields.optional("id", text(server_id));
        let command = read_create(fields, currencies)?;
        Some(ReadRow {
            command,
            id,
            account_id,
        })
    })
}

/// Whatever is recorded by a row is posted, so that the word may stand there. What does not move money any more must
/// not be made to by an import.
fn take_status(members: &mut BTreeMap<String, Tree>) -> Result<(), Problem> {
    let Some(Tree::Text(status)) = members.get("status") else {
        return Ok(());
    };
    match status.as_str() {
        "posted" => {
            members.remove("status");
            Ok(())
        }
        "voided" | "captured" | "expired" => {
            let detail = format!("A {status} transaction moves no money and is not imported.");
            Err(Problem::invalid(vec![FieldError {
                field: "status".to_owned(),
                error: ValueError::new(ValueCode::NotAllowed, detail),
            }]))
        }
        _ => Ok(()),
    }
}

/// Takes the accounts of a credit or a debit away, which names a user; the account on the user's side is what is left
/// of them, unless the row names it otherwise. What is no id at all stays to be refused.
fn take_account_id(members: &mut BTreeMap<String, Tree>) -> Option<Uuid> {
    let (of_user, of_world) = match members.get("type") {
        Some(Tree::Text(kind)) if kind == "credit" => ("destination_account_id", "source_account_id"),
        Some(Tree::Text(kind)) if kind == "debit" => ("source_account_id", "destination_account_id"),
        _ => return None,
    };
    take_id(members, of_world);
    let own = take_id(members, of_user);
    own.filter(|_| matches!(members.get("account"), None | Some(Tree::Null)))
}

fn take_id(members: &mut BTreeMap<String, Tree>, name: &str) -> Option<Uuid> {
    let Some(Tree::Text(id)) = members.get(name) else {
        return None;
    };
    let id = server_id(id).ok()?;
    members.remove(name);
    Some(id)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use service::ledger::Movement;
    use service::record::TransactionRecord;

    use super::*;
    use crate::openapi::example_transaction;

    fn read_json(row: &Value) -> Result<ReadRow, Problem> {
        read(Tree::parse(row.to_string().as_bytes()).unwrap(), &Currencies::default())
    }

    /// A recorded transaction, with every member that one can have.
    fn record() -> Value {
        let mut record = example_transaction();
        record["relation"] = json!("refund");
        record["parent_id"] = record["id"].clone();
        record["refunded_amount"] = json!("1.00");
        record
    }

    #[test]
    fn what_a_transaction_or_a_body_has_a_row_may_have() {
        let record: TransactionRecord = serde_json::from_value(record()).unwrap();
        let record = serde_json::to_value(record).unwrap();
        for name in record.as_object().unwrap().keys() {
            assert!(is_member(name), "{name}");
        }
        for kind in ["credit", "transfer"] {
            let mut fields = Fields::new(BTreeMap::from([("type".to_owned(), Tree::Text(kind.to_owned()))]));
            read_create(&mut fields, &Currencies::default());
            for asked in fields.asked() {
                assert!(is_member(asked.name), "{}", asked.name);
            }
        }
    }

    #[test]
    fn an_exported_row_is_read_for_what_it_moves() {
        let mut row = record();
        let read = read_json(&row).unwrap();
        assert_eq!(Some(read.id), row["id"].as_str().map(|id| Uuid::parse_str(id).ok()));
        assert_eq!(read.account_id.unwrap().to_string(), row["destination_account_id"]);
        assert!(matches!(&read.command.movement, Movement::Credit(side) if side.user_id.as_str() == "42"));
        row["type"] = json!("debit");
        assert_eq!(
            read_json(&row).unwrap().account_id.unwrap().to_string(),
            row["source_account_id"]
        );
        row["account"] = json!("savings");
        assert_eq!(read_json(&row).unwrap().account_id, None);
        row["account"] = json!(null);
        row["type"] = json!("transfer");
        row["user_id"] = json!(null);
        assert!(matches!(
            read_json(&row).unwrap().command.movement,
            Movement::Transfer { .. }
        ));
    }

    #[test]
    fn what_moves_no_money_any_more_is_refused_and_so_is_what_is_unknown() {
        for (name, value) in [
            ("status", json!("voided")),
            ("status", json!("captured")),
            ("status", json!("expired")),
            ("colour", json!("red")),
            ("id", json!("17")),
            ("source_account_id", json!("17")),
        ] {
            let mut row = record();
            row[name] = value;
            let errors = read_json(&row).unwrap_err();
            assert!(
                errors.errors().iter().any(|error| error.field == name),
                "{name}: {errors:?}"
            );
        }
    }
}
