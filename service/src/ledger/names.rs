//! What a batch must know before it can decide: everything that its commands name.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::command::{
    CaptureHold, Command, CreateTransaction, LimitFor, Movement, RefundTransaction, UpdateLimit, UserSide,
};
use super::request::Request;
use super::snapshot::AccountName;
use super::state::{LEDGER_OWNER, MAIN, WORLD};
use crate::money::Currency;

/// Names of rows, each once and in order. What hangs on them (the accounts of a transaction, the owner of an account)
/// is loaded with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Users by id.
    pub users: BTreeSet<String>,
    /// Accounts by id.
    pub accounts: BTreeSet<Uuid>,
    /// Accounts by owner, name and currency.
    pub account_names: BTreeSet<AccountName>,
    /// Transactions by id; their parents hang on them.
    pub transactions: BTreeSet<Uuid>,
    /// References, for the transactions that have them.
    pub references: BTreeSet<String>,
    /// Idempotency keys, for the answers that were given under them.
    pub answers: BTreeSet<Uuid>,
    /// API keys by id.
    pub keys: BTreeSet<Uuid>,
    /// Ledgers by name; with any, the greatest number of all.
    pub ledgers: BTreeSet<String>,
    /// Spending limits by id.
    pub limits: BTreeSet<Uuid>,
    /// The ledger's currencies, and the limits for every user, all of which come with anything that is loaded.
    pub settings: bool,
    /// The ledger's oldest API key, whichever it is.
    pub oldest_key: bool,
}

impl Names {
    /// Adds what `request` names, in a ledger with this default currency.
    pub fn add(&mut self, request: &Request, default_currency: Currency) {
        if let Some(idempotency) = &request.idempotency {
            self.answers.insert(idempotency.key);
        }
        match &request.command {
            Command::CreateTransaction(command) => self.add_creation(command, default_currency),
            Command::CreateTransactions(list) => {
                for item in &list.items {
                    self.answers
                        .extend(item.idempotency.iter().map(|idempotency| idempotency.key));
                    self.add_creation(&item.command, default_currency);
                }
            }
            Command::UpdateTransaction(command) => {
                self.transactions.insert(command.id);
                let reference = command.reference.iter().flatten();
                self.references
                    .extend(reference.map(|reference| reference.as_str().to_owned()));
            }
            Command::VoidTransaction { id, .. }
            | Command::RestoreTransaction { id, .. }
            | Command::RefundTransaction(RefundTransaction { id, .. })
            | Command::CaptureHold(CaptureHold { id, .. })
            | Command::VoidHold { id, .. }
            | Command::ExtendHold { id, .. }
            | Command::ExpireHold { id } => {
                self.transactions.insert(*id);
            }
            Command::PutUser(command) => {
                self.users.insert(command.id.as_str().to_owned());
            }
            Command::UpdateUser(command) => {
                self.users.insert(command.id.as_str().to_owned());
            }
            Command::EraseUser(command) => {
                self.users.insert(command.id.as_str().to_owned());
            }
            Command::CreateAccount(command) => {
                let owner = command.user_id.as_ref().map_or(LEDGER_OWNER, |id| id.as_str());
                self.add_account_name(owner, command.name.as_str(), command.currency);
            }
            Command::UpdateAccount(command) => {
                self.accounts.insert(command.id);
            }
            Command::CreateLimit(command) => {
                match &command.scope {
                    LimitFor::AllUsers => {}
                    LimitFor::User(id) => self.users.extend([id.as_str().to_owned()]),
                    LimitFor::Account(id) => self.accounts.extend([*id]),
                }
                self.settings = true;
            }
            Command::UpdateLimit(UpdateLimit { id, .. }) | Command::DeleteLimit { id } => {
                self.limits.insert(*id);
            }
            Command::CreateCurrency(_) => self.settings = true,
            Command::CreateLedger(command) => {
                self.ledgers.insert(command.name.as_str().to_owned());
            }
            Command::CloseThrough(_) | Command::UpdateLedger(_) | Command::CreateKey(_) => {}
            Command::CreateToken(command) => {
                self.users.insert(command.user_id.as_str().to_owned());
            }
            Command::CreateFirstKey(_) => self.oldest_key = true,
            Command::RevokeKey { id, .. } => {
                self.keys.insert(*id);
            }
        }
    }

    /// Whether nothing is named but what callers draw anew for each request: idempotency keys and references. Hardly
    /// any of it is in the database.
    #[must_use]
    pub fn are_new(&self) -> bool {
        let Self {
            users,
            accounts,
            account_names,
            transactions,
            references: _,
            answers: _,
            keys,
            ledgers,
            limits,
            settings,
            oldest_key,
        } = self;
        users.is_empty()
            && accounts.is_empty()
            && account_names.is_empty()
            && transactions.is_empty()
            && keys.is_empty()
            && ledgers.is_empty()
            && limits.is_empty()
            && !settings
            && !oldest_key
    }

    fn add_creation(&mut self, command: &CreateTransaction, default_currency: Currency) {
        self.references
            .extend(command.reference.iter().map(|reference| reference.as_str().to_owned()));
        match &command.movement {
            Movement::Transfer {
                source_account_id,
                destination_account_id,
            } => {
                self.accounts.extend([*source_account_id, *destination_account_id]);
            }
            Movement::Credit(side) | Movement::Debit(side) => {
                let currency = command.currency.unwrap_or(default_currency);
                let UserSide { user_id, account, .. } = side;
                let name = account.as_ref().map_or(MAIN, |name| name.as_str());
                self.add_account_name(user_id.as_str(), name, currency);
                self.add_account_name(LEDGER_OWNER, WORLD, currency);
            }
        }
    }

    fn add_account_name(&mut self, owner: &str, name: &str, currency: Currency) {
        if owner != LEDGER_OWNER {
            self.users.insert(owner.to_owned());
        }
        self.account_names
            .insert((owner.to_owned(), name.to_owned(), currency.code));
    }
}
