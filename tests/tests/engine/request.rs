//! What the model was asked, as the engine is asked it.

use std::hash::{DefaultHasher, Hash, Hasher};

use service::access::make_secret;
use service::ledger::{
    CaptureHold, CloseThrough, Command, CreateAccount, CreateCurrency, CreateKey, CreateLimit, CreateTransaction,
    CreateTransactions, Idempotency, LimitFor, ListedTransaction, Movement, NewHold, PutUser, RefundTransaction,
    Request, UpdateAccount, UpdateLimit, UpdateTransaction, UpdateUser, UserSide,
};
use service::record::{AccountStatus, Role, TransactionKind};
use service::value::Metadata;

use super::binding::Binding;
use super::clock::time_of;
use super::model::Asked;
use super::steps::{Action, Details, Edit, Item, KeyName, LimitEdit, LimitScope, NewLimit};
use super::values::{
    category, day, full_name, known_currency, patch, plain_name, reference, signed, text, time, unsigned, user_id, zone,
};

/// The request, with the ids that the engine gave.
pub(crate) fn request(asked: &Asked, binding: &Binding) -> Request {
    Request {
        command: command(&asked.action, binding),
        precondition: asked.precondition.clone(),
        idempotency: asked.key.map(|key| idempotency(key, &asked.action)),
        dry_run: asked.dry_run,
        actor: "key:test".to_owned(),
        acting_user: None,
        request_id: "request".to_owned(),
    }
}

fn idempotency(key: KeyName, action: &Action) -> Idempotency {
    Idempotency {
        key: Idempotency::key_of("", &key.to_string()),
        fingerprint: fingerprint(action),
    }
}

fn fingerprint(action: &Action) -> [u8; 32] {
    let mut hasher = DefaultHasher::new();
    format!("{action:?}").hash(&mut hasher);
    let mut fingerprint = [0; 32];
    fingerprint[..8].copy_from_slice(&hasher.finish().to_be_bytes());
    fingerprint
}

fn command(action: &Action, binding: &Binding) -> Command {
    match action {
        Action::Credit(user, account, currency, details) => {
            Command::CreateTransaction(creation(Movement::Credit(side(*user, *account)), *currency, details))
        }
        Action::Debit(user, account, currency, details) => {
            Command::CreateTransaction(creation(Movement::Debit(side(*user, *account)), *currency, details))
        }
        Action::Transfer(source, destination, currency, details) => {
            let movement = Movement::Transfer {
                source_account_id: binding.account(*source),
                destination_account_id: binding.account(*destination),
            };
            Command::CreateTransaction(creation(movement, *currency, details))
        }
        Action::Edit(number, edit) => Command::UpdateTransaction(update(binding.transaction(*number), edit)),
        Action::Void(number) => Command::VoidTransaction {
            id: binding.transaction(*number),
            reason: Some(text("because")),
        },
        Action::Restore(number) => Command::RestoreTransaction {
            id: binding.transaction(*number),
            reason: None,
        },
        Action::Refund(number, amount) => Command::RefundTransaction(refund(binding.transaction(*number), *amount)),
        Action::Capture(number, amount, is_final) => Command::CaptureHold(CaptureHold {
            id: binding.transaction(*number),
            amount: amount.map(unsigned),
            is_final: *is_final,
        }),
        Action::VoidHold(number) => Command::VoidHold {
            id: binding.transaction(*number),
            reason: None,
        },
        Action::Extend(number, phase) => Command::ExtendHold {
            id: binding.transaction(*number),
            expires_at: time_of(*phase),
        },
        Action::Expire(number) => Command::ExpireHold {
            id: binding.transaction(*number),
        },
        Action::PutUser(user, name, time_zone, email) => Command::PutUser(put_user(*user, name, *time_zone, *email)),
        Action::PatchUser(user, name, time_zone, email) => {
            Command::UpdateUser(update_user(*user, *name, *time_zone, *email))
        }
        Action::CreateAccount(user, name, currency, minimum) => {
            Command::CreateAccount(account(*user, name, *currency, *minimum))
        }
        Action::UpdateAccount(number, minimum, status, colour) => {
            Command::UpdateAccount(update_account(binding.account(*number), *minimum, *status, *colour))
        }
        Action::List(items, is_atomic) => Command::CreateTransactions(list(items, *is_atomic, binding)),
        Action::Close(closed_through) => Command::CloseThrough(CloseThrough {
            day: closed_through.map(day),
            reason: Some(text("audited")),
        }),
        Action::CreateCurrency(number, name, is_other) => {
            Command::CreateCurrency(own_currency(*number, name, *is_other))
        }
        Action::CreateLimit(name, limit) => Command::CreateLimit(new_limit(name, limit, binding)),
        Action::UpdateLimit(number, edit) => Command::UpdateLimit(update_limit(binding.limit(*number), edit)),
        Action::DeleteLimit(number) => Command::DeleteLimit {
            id: binding.limit(*number),
        },
        Action::CreateKey(name, role) => Command::CreateKey(key(name, *role)),
        Action::RevokeKey(number, by) => Command::RevokeKey {
            id: binding.key(*number),
            by: *by,
        },
    }
}

fn list(items: &[Item], is_atomic: bool, binding: &Binding) -> CreateTransactions {
    CreateTransactions {
        items: items.iter().enumerate().map(|item| listed(item, binding)).collect(),
        is_atomic,
    }
}

fn listed((index, item): (usize, &Item), binding: &Binding) -> ListedTransaction {
    let Command::CreateTransaction(command) = command(&item.action, binding) else {
        panic!("a list makes transactions: {item:?}");
    };
    ListedTransaction {
        index,
        command,
        idempotency: item.key.map(|key| idempotency(key, &item.action)),
    }
}

fn creation(movement: Movement, currency: Option<usize>, details: &Details) -> CreateTransaction {
    let metadata = details.colour.map(|colour| ("colour".to_owned(), colour.to_owned()));
    CreateTransaction {
        movement,
        amount: unsigned(details.amount),
        currency: currency.map(known_currency),
        transaction_date: details.date.map(time),
        description: details.description.map(text),
        category: details.category.map(category),
        reference: details.reference.map(reference),
        metadata: Metadata::parse("metadata", metadata.into_iter().collect()).expect("metadata"),
        hold: details.hold.map(|hold| NewHold {
            expires_at: hold.expires_in.map(time_of),
        }),
    }
}

fn update(id: uuid::Uuid, edit: &Edit) -> UpdateTransaction {
    UpdateTransaction {
        id,
        amount: edit.amount.map(unsigned),
        kind: edit.kind.map(|kind| TransactionKind::ALL[kind]),
        transaction_date: edit.date.map(time),
        description: edit.description.map(|description| description.map(text)),
        category: edit.category.map(|name| name.map(category)),
        reference: edit.reference.map(|name| name.map(reference)),
        metadata: edit.colour.map(patch),
        reason: None,
    }
}

fn refund(id: uuid::Uuid, amount: Option<&str>) -> RefundTransaction {
    RefundTransaction {
        id,
        amount: amount.map(unsigned),
        metadata: Metadata::default(),
        reason: Some(text("returned")),
    }
}

fn put_user(user: usize, name: &str, time_zone: Option<usize>, email: Option<&str>) -> PutUser {
    PutUser {
        id: user_id(user),
        full_name: full_name(name),
        email: email.map(str::to_owned),
        time_zone: time_zone.map(zone),
        metadata: Metadata::default(),
    }
}

fn update_user(user: usize, name: Option<&str>, time_zone: Option<usize>, email: Option<Option<&str>>) -> UpdateUser {
    UpdateUser {
        id: user_id(user),
        full_name: name.map(full_name),
        email: email.map(|email| email.map(str::to_owned)),
        time_zone: time_zone.map(zone),
        metadata: None,
    }
}

/// The currency, or one of the same code at another exponent.
fn own_currency(number: usize, name: &str, is_other: bool) -> CreateCurrency {
    let mut currency = known_currency(number);
    currency.exponent += u8::from(is_other);
    CreateCurrency {
        currency,
        name: plain_name(name),
    }
}

fn account(owner: Option<usize>, name: &str, currency: usize, minimum: Option<&str>) -> CreateAccount {
    CreateAccount {
        user_id: owner.map(user_id),
        name: plain_name(name),
        currency: known_currency(currency),
        minimum_balance: minimum.map(signed),
        metadata: Metadata::default(),
    }
}

fn update_account(
    id: uuid::Uuid,
    minimum: Option<Option<&str>>,
    status: Option<AccountStatus>,
    colour: Option<&str>,
) -> UpdateAccount {
    UpdateAccount {
        id,
        minimum_balance: minimum.map(|minimum| minimum.map(signed)),
        status,
        metadata: colour.map(|colour| patch(Some(colour))),
    }
}

fn new_limit(name: &str, limit: &NewLimit, binding: &Binding) -> CreateLimit {
    CreateLimit {
        name: plain_name(name),
        scope: match limit.scope {
            LimitScope::AllUsers => LimitFor::AllUsers,
            LimitScope::User(user) => LimitFor::User(user_id(user)),
            LimitScope::Account(account) => LimitFor::Account(binding.account(account)),
        },
        currency: limit.currency.map(known_currency),
        direction: limit.direction,
        window: limit.window,
        max_amount: limit.max_amount.map(unsigned),
        max_count: limit.max_count,
        category: limit.category.map(category),
        status: limit.status,
    }
}

fn update_limit(id: uuid::Uuid, edit: &LimitEdit) -> UpdateLimit {
    UpdateLimit {
        id,
        name: edit.name.map(plain_name),
        max_amount: edit.max_amount.map(|max| max.map(unsigned)),
        max_count: edit.max_count,
        status: edit.status,
    }
}

fn key(name: &str, role: Role) -> CreateKey {
    let secret = make_secret().expect("there is randomness");
    CreateKey::new(plain_name(name), role, None, &secret)
}

fn side(user: usize, account: Option<&str>) -> UserSide {
    UserSide {
        user_id: user_id(user),
        full_name: None,
        account: account.map(plain_name),
    }
}
