//! What the model was asked, as the engine is asked it.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use service::access::make_secret;
use service::ledger::{
    CaptureHold, CloseThrough, Command, CreateAccount, CreateCurrency, CreateKey, CreateTransaction,
    CreateTransactions, Idempotency, ListedTransaction, Movement, NewHold, PutUser, RefundTransaction, Request,
    UpdateAccount, UpdateTransaction, UpdateUser, UserSide,
};
use service::money::{AmountText, Currency, CurrencyCode};
use service::record::{Role, TransactionKind};
use service::value::{
    Category, Day, FullName, Metadata, MetadataPatch, Name, Reference, Text, TimeZone, Timestamp, UserId,
};

use super::binding::Binding;
use super::clock::time_of;
use super::model::Asked;
use super::steps::{Action, CURRENCIES, Details, Edit, GIVEN_CURRENCIES, Item, KeyName, USERS, ZONES};

/// The request, with the ids that the engine gave.
pub(crate) fn request(asked: &Asked, binding: &Binding) -> Request {
    Request {
        command: command(&asked.action, binding),
        precondition: asked.precondition.clone(),
        idempotency: asked.key.map(|key| idempotency(key, &asked.action)),
        dry_run: asked.dry_run,
        actor: "key:test".to_owned(),
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
        Action::PutUser(user, name, time_zone, email) => Command::PutUser(PutUser {
            id: user_id(*user),
            full_name: full_name(name),
            email: email.map(str::to_owned),
            time_zone: time_zone.map(zone),
            metadata: Metadata::default(),
        }),
        Action::PatchUser(user, name, time_zone, email) => Command::UpdateUser(UpdateUser {
            id: user_id(*user),
            full_name: name.map(full_name),
            email: email.map(|email| email.map(str::to_owned)),
            time_zone: time_zone.map(zone),
            metadata: None,
        }),
        Action::CreateAccount(user, name, currency, minimum) => {
            Command::CreateAccount(account(*user, name, *currency, *minimum))
        }
        Action::UpdateAccount(number, minimum, status, colour) => Command::UpdateAccount(UpdateAccount {
            id: binding.account(*number),
            minimum_balance: minimum.map(|minimum| minimum.map(signed)),
            status: *status,
            metadata: colour.map(|colour| patch(Some(colour))),
        }),
        Action::List(items, is_atomic) => Command::CreateTransactions(CreateTransactions {
            items: items.iter().enumerate().map(|item| listed(item, binding)).collect(),
            is_atomic: *is_atomic,
        }),
        Action::Close(day) => Command::CloseThrough(CloseThrough {
            day: day.map(|day| Day::parse(day).expect("a day")),
            reason: Some(text("audited")),
        }),
        Action::CreateCurrency(number, name, is_other) => {
            let mut currency = known_currency(*number);
            currency.exponent += u8::from(*is_other);
            let name = plain_name(name);
            Command::CreateCurrency(CreateCurrency { currency, name })
        }
        Action::CreateKey(name, role) => Command::CreateKey(key(name, *role)),
        Action::RevokeKey(number, by) => Command::RevokeKey {
            id: binding.key(*number),
            by: *by,
        },
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

fn account(owner: Option<usize>, name: &str, currency: usize, minimum: Option<&str>) -> CreateAccount {
    CreateAccount {
        user_id: owner.map(user_id),
        name: plain_name(name),
        currency: known_currency(currency),
        minimum_balance: minimum.map(signed),
        metadata: Metadata::default(),
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

pub(crate) fn user_id(number: usize) -> UserId {
    UserId::parse(USERS[number]).expect("a user's id")
}

fn known_currency(number: usize) -> Currency {
    let (code, exponent) = CURRENCIES[number];
    if number < GIVEN_CURRENCIES {
        return Currency::parse(code).expect("a currency");
    }
    Currency {
        code: CurrencyCode::parse_own(code).expect("a currency's code"),
        exponent: u8::try_from(exponent).expect("a few decimals"),
    }
}

fn zone(number: usize) -> TimeZone {
    TimeZone::parse(ZONES[number]).expect("a time zone")
}

fn plain_name(name: &str) -> Name {
    Name::parse(name).expect("a name")
}

fn full_name(name: &str) -> FullName {
    FullName::parse(name).expect("a name")
}

fn text(given: &str) -> Text {
    Text::parse(given).expect("a text")
}

fn category(name: &str) -> Category {
    Category::parse(name).expect("a category")
}

fn reference(name: &str) -> Reference {
    Reference::parse(name).expect("a reference")
}

fn unsigned(amount: &str) -> AmountText {
    AmountText::parse(amount).expect("an amount")
}

fn signed(amount: &str) -> AmountText {
    AmountText::parse_signed(amount).expect("an amount")
}

fn time(given: &str) -> Timestamp {
    Timestamp::parse(given).expect("a time")
}

fn patch(colour: Option<&str>) -> MetadataPatch {
    let members = BTreeMap::from([("colour".to_owned(), colour.map(str::to_owned))]);
    MetadataPatch::parse("metadata", members).expect("metadata")
}
