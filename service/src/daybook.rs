//! The handle that the API, the command line and the tests go through.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use entity::api_key;
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::EntityTrait;
use secrecy::SecretString;
use sha2::Sha256;
use uuid::Uuid;

use crate::access::{KeyCache, LedgerCache};
use crate::commit::{Committer, Limits};
use crate::database::{Database, MAIN_LEDGER};
use crate::ledger::{Answer, AnswerStatus, Command, CreateKey, Precondition, Request};
use crate::query::{AccountFilter, CurrencyCache, Page, PageRequest, Reader, StatisticsQuery, TransactionFilter};
use crate::record::{
    AccountRecord, BalanceRecord, EntryRecord, KeyRecord, RevisionRecord, Role, StatisticsRecord, TransactionRecord,
    UserRecord,
};
use crate::regrouping::{RegroupingBounds, Sweeper};
use crate::value::{Name, UserId};
use crate::verify::{self, VerifyReport};
use crate::{LedgerError, Metrics, access, clock};

/// Who acts when the service itself does.
const SYSTEM_ACTOR: &str = "system";
/// How long the first key of an empty database may take.
const FIRST_KEY_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of requests at which a batch is full.
const BATCH_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most bytes of the requests that wait for one ledger.
const QUEUE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long connections may take to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// How to open a database; every bound has its unit in its name.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite://PATH` or `postgres://…`.
    pub database_url: SecretString,
    /// Most commands of one commit.
    pub batch_max: usize,
    /// Most commands that wait per ledger.
    pub queue_max: usize,
    /// Connections for commits; SQLite has one.
    pub write_pool: u32,
    /// What the database is opened for.
    pub purpose: Purpose,
    /// Whether a server brings an old schema up to date instead of refusing it.
    pub migrate: bool,
    /// The operator key that a server makes in a database without keys; made and handed out where absent.
    pub operator_key: Option<SecretString>,
    /// Where the service's meters go.
    pub metrics: Metrics,
    /// How a change of time zone is carried out: the default, but in tests.
    pub regrouping: RegroupingBounds,
    /// Accept a PostgreSQL that may lose what it acknowledged (`fsync` or `full_page_writes` off): for tests alone.
    pub allow_unsafe_postgres: bool,
}

/// What a database is opened for. Only a server makes a database: a path that somebody mistyped must not become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To serve it. The file of SQLite, the schema where the options say so, the ledger `main` and the first key are
    /// made; no other process can serve the same file.
    Serve,
    /// To commit beside whoever serves it. The ledger `main` is made, everything else must be there.
    Write,
    /// To read it. Nothing is made.
    Read,
}

/// Why a database could not be opened: one line for an operator, without a secret.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct OpenError(pub String);

/// One ledger, as its name or a key led to it.
pub struct Ledger {
    /// Its number in the database.
    pub id: i64,
    /// Its name.
    pub name: String,
    pub(crate) secret: [u8; 32],
}

/// All but the secret.
impl fmt::Debug for Ledger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Ledger")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Ledger {
    /// What tells one request from another with the same idempotency key: an HMAC under a secret of the ledger over
    /// `canonical`, the request's method, path, query without `dry_run`, and body as canonical JSON.
    #[must_use]
    pub fn fingerprint(&self, canonical: &[u8]) -> [u8; 32] {
        // A block of HMAC-SHA256 is longer than the secret, which zeros fill up (RFC 2104, section 2).
        let mut block = [0; 64];
        block.iter_mut().zip(self.secret).for_each(|(to, from)| *to = from);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(canonical);
        mac.finalize().into_bytes().into()
    }
}

/// Whoever bears a key.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The key.
    pub key_id: Uuid,
    /// What its bearer may do.
    pub role: Role,
    /// The ledger it belongs to; `None` for an operator.
    pub ledger: Option<String>,
}

/// An open database: cheap to clone, shared by everything that serves it.
#[derive(Clone, Debug)]
pub struct Daybook {
    pub(crate) database: Database,
    committer: Arc<Committer>,
    pub(crate) regrouping: RegroupingBounds,
    pub(crate) sweeper: Option<Arc<Sweeper>>,
    metrics: Metrics,
    ledgers: LedgerCache,
    keys: KeyCache,
    currencies: CurrencyCache,
}

impl Daybook {
    /// Opens the database, and makes what its [`Purpose`] says. The secret of a first key is returned once, where it
    /// was made here.
    ///
    /// # Errors
    /// One line that says what is wrong and which command mends it.
    pub async fn open(options: Options) -> Result<(Self, Option<SecretString>), OpenError> {
        let database = Database::open(&options).await?;
        let limits = Limits {
            batch_max: options.batch_max,
            batch_bytes_max: BATCH_BYTES_MAX,
            queue_max: options.queue_max,
            queue_bytes_max: QUEUE_BYTES_MAX,
        };
        let committer = Arc::new(Committer::new(
            database.write.clone(),
            limits,
            clock::now,
            options.metrics.clone(),
        ));
        let mut daybook = Self {
            database,
            committer,
            regrouping: options.regrouping,
            sweeper: None,
            metrics: options.metrics,
            ledgers: LedgerCache::new(),
            keys: KeyCache::new(),
            currencies: CurrencyCache::new(),
        };
        let first_key = match options.purpose {
            Purpose::Serve => daybook.make_first_key(options.operator_key).await?,
            // A command line that passes by would make a key whose secret nobody is told.
            Purpose::Write | Purpose::Read => None,
        };
        // Whoever serves takes up what was left; a command line that passes by does not. Nothing can fail after this:
        // what did not open leaves no task behind.
        if options.purpose == Purpose::Serve {
            let committer = Arc::clone(&daybook.committer);
            let sweeper = Sweeper::start(daybook.database.clone(), committer, daybook.regrouping);
            daybook.sweeper = Some(Arc::new(sweeper));
        }
        Ok((daybook, first_key))
    }

    /// Makes an operator key where there is no key at all; its secret is handed out where it was made here. Of several
    /// servers that start at once, one makes it.
    async fn make_first_key(&self, given: Option<SecretString>) -> Result<Option<SecretString>, OpenError> {
        // Most starts end here, without a commit.
        if api_key::Entity::find().one(&self.database.read).await?.is_some() {
            return Ok(None);
        }
        let opening = |error: LedgerError| OpenError(error.to_string());
        let (secret, is_ours) = match given {
            Some(secret) => (secret, false),
            None => (access::make_secret().map_err(opening)?, true),
        };
        let name = Name::parse("first").map_err(|error| OpenError(error.to_string()))?;
        let request = Request {
            command: Command::CreateFirstKey(CreateKey::new(name, Role::Operator, None, &secret)),
            precondition: Precondition::Any,
            idempotency: None,
            dry_run: false,
            actor: SYSTEM_ACTOR.to_owned(),
            request_id: SYSTEM_ACTOR.to_owned(),
        };
        let ledger = self.ledger(MAIN_LEDGER).await.map_err(opening)?;
        let deadline = Instant::now()
            .checked_add(FIRST_KEY_TIMEOUT)
            .unwrap_or_else(Instant::now);
        let answer = self.submit(&ledger, request, deadline).await.map_err(opening)?;
        let is_made = answer.status == AnswerStatus::Created;
        Ok((is_made && is_ours).then_some(secret))
    }

    /// The ledger called `name`.
    ///
    /// # Errors
    /// `NotFound(Ledger)`; the errors of a database that does not answer.
    pub async fn ledger(&self, name: &str) -> Result<Arc<Ledger>, LedgerError> {
        self.ledgers.find(&self.database.read, name).await
    }

    /// Whoever bears `secret`; `None` for an unknown, expired or revoked key.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub async fn authenticate(&self, secret: &str) -> Result<Option<Credential>, LedgerError> {
        self.keys.authenticate(&self.database.read, secret).await
    }

    /// Commits one request, together with what else is waiting, and answers when it is on disk.
    ///
    /// # Errors
    /// Why the ledger refused; a refused request has left nothing behind.
    pub async fn submit(&self, ledger: &Ledger, request: Request, deadline: Instant) -> Result<Answer, LedgerError> {
        let regrouped = request.regroups().map(str::to_owned);
        let revokes_key = matches!(request.command, Command::RevokeKey { .. });
        let answer = self.committer.submit(ledger.id, request, deadline).await;
        if revokes_key {
            self.keys.forget();
        }
        let answer = answer?;
        if let Some(user_id) = regrouped {
            self.regroup(ledger.id, user_id).await;
        }
        Ok(answer)
    }

    /// The same, with at most `readers` connections of its own to read on: for a thread that serves, whose reads then
    /// wake no other thread. What they have in common ends with [`Self::shutdown`] of either.
    #[must_use]
    pub fn with_readers(&self, readers: u32) -> Self {
        let mut other = self.clone();
        other.database.read = self.database.read.share(readers);
        other
    }

    pub(crate) fn committer(&self) -> &Arc<Committer> {
        &self.committer
    }

    /// Whether the database answers and its schema is the one this program was built for.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn check_ready(&self) -> Result<(), LedgerError> {
        self.database.check_ready().await
    }

    /// Brings up to date what is looked at rather than counted: how the connections are used. To be called before the
    /// meters are shown.
    pub fn measure(&self) {
        self.metrics.observe_pools(&self.database.pools());
    }

    /// Checks the invariants of the ledger called `ledger`, or of every ledger, on one view of the database; see
    /// [`crate::verify`].
    ///
    /// # Errors
    /// `NotFound(Ledger)`; the errors of a database that does not answer. What is found wrong is in the report.
    pub async fn verify(&self, ledger: Option<&str>) -> Result<VerifyReport, LedgerError> {
        let (database, ledger) = (self.database.clone(), ledger.map(str::to_owned));
        // A task of its own: a caller that goes away must not leave a transaction of the database half way.
        let checks = async move { verify::run(&database, ledger.as_deref()).await };
        let task = self.committer.runtime().spawn(checks);
        task.await
            .unwrap_or_else(|error| Err(LedgerError::Internal(error.to_string())))
    }

    /// Commits what is queued, at most for `limit`, and closes every connection.
    pub async fn shutdown(&self, limit: Duration) {
        if let Some(sweeper) = &self.sweeper {
            sweeper.stop();
        }
        self.committer.shutdown(limit).await;
        if tokio::time::timeout(CLOSE_TIMEOUT, self.database.close())
            .await
            .is_err()
        {
            log::warn!("connections were still in use when the service ended");
        }
    }

    /// A transaction, or one version of it.
    ///
    /// # Errors
    /// `NotFound(Transaction)`.
    pub async fn find_transaction(
        &self,
        ledger: &Ledger,
        id: Uuid,
        version: Option<i64>,
    ) -> Result<TransactionRecord, LedgerError> {
        self.reader(ledger).find_transaction(id, version).await
    }

    /// A page of transactions.
    ///
    /// # Errors
    /// `InvalidCursor`; `Invalid` for an amount that is none of its currency.
    pub async fn list_transactions(
        &self,
        ledger: &Ledger,
        filter: &TransactionFilter,
        page: &PageRequest,
    ) -> Result<Page<TransactionRecord>, LedgerError> {
        self.reader(ledger).list_transactions(filter, page).await
    }

    /// A page of a transaction's history, oldest first.
    ///
    /// # Errors
    /// `NotFound(Transaction)`, `InvalidCursor`.
    pub async fn list_revisions(
        &self,
        ledger: &Ledger,
        id: Uuid,
        page: &PageRequest,
    ) -> Result<Page<RevisionRecord>, LedgerError> {
        self.reader(ledger).list_revisions(id, page).await
    }

    /// A user.
    ///
    /// # Errors
    /// `NotFound(User)`.
    pub async fn find_user(&self, ledger: &Ledger, id: &UserId) -> Result<UserRecord, LedgerError> {
        self.reader(ledger).find_user(id).await
    }

    /// A page of users, by id bytewise; `search` is a substring, letter case folded, of id, full name or e-mail.
    ///
    /// # Errors
    /// `InvalidCursor`.
    pub async fn list_users(
        &self,
        ledger: &Ledger,
        search: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<UserRecord>, LedgerError> {
        self.reader(ledger).list_users(search, page).await
    }

    /// What a user owns, by currency in alphabetical order.
    ///
    /// # Errors
    /// `NotFound(User)`.
    pub async fn list_balances(&self, ledger: &Ledger, id: &UserId) -> Result<Vec<BalanceRecord>, LedgerError> {
        self.reader(ledger).list_balances(id).await
    }

    /// An account.
    ///
    /// # Errors
    /// `NotFound(Account)`.
    pub async fn find_account(&self, ledger: &Ledger, id: Uuid) -> Result<AccountRecord, LedgerError> {
        self.reader(ledger).find_account(id).await
    }

    /// A page of accounts, newest first.
    ///
    /// # Errors
    /// `InvalidCursor`.
    pub async fn list_accounts(
        &self,
        ledger: &Ledger,
        filter: &AccountFilter,
        page: &PageRequest,
    ) -> Result<Page<AccountRecord>, LedgerError> {
        self.reader(ledger).list_accounts(filter, page).await
    }

    /// A page of an account's journal, newest first.
    ///
    /// # Errors
    /// `NotFound(Account)`, `InvalidCursor`.
    pub async fn list_entries(
        &self,
        ledger: &Ledger,
        account_id: Uuid,
        page: &PageRequest,
    ) -> Result<Page<EntryRecord>, LedgerError> {
        self.reader(ledger).list_entries(account_id, page).await
    }

    /// Statistics of a user or of the whole ledger.
    ///
    /// # Errors
    /// `NotFound(User)`.
    pub async fn find_statistics(
        &self,
        ledger: &Ledger,
        query: &StatisticsQuery,
    ) -> Result<StatisticsRecord, LedgerError> {
        self.reader(ledger).find_statistics(query).await
    }

    /// A page of the ledger's keys, newest first; operators also see theirs.
    ///
    /// # Errors
    /// `InvalidCursor`.
    pub async fn list_keys(
        &self,
        ledger: &Ledger,
        seen_by: Role,
        page: &PageRequest,
    ) -> Result<Page<KeyRecord>, LedgerError> {
        self.reader(ledger).list_keys(seen_by, page).await
    }

    fn reader<'a>(&'a self, ledger: &'a Ledger) -> Reader<'a> {
        Reader {
            db: &self.database.read,
            ledger,
            currency_cache: &self.currencies,
        }
    }
}
