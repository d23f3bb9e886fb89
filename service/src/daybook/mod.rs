//! The handle that the API, the command line and the tests go through.

mod credential;
mod first_key;
mod ledger;
mod options;
mod readiness;
mod reads;
mod recorded;
mod tokens;
mod walks;
mod whole;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::access::{KeyCache, LedgerCache, MaybeToken, Provider, Tender, Tokens};
use crate::commit::{Committer, Limits, Queued};
use crate::database::Database;
use crate::erasing::{ErasureBounds, ErasureSweeper};
use crate::expiry::Expiry;
use crate::ledger::{Answer, Command, Request};
use crate::query::{CurrencyCache, TransactionVersion};
use crate::regrouping::{RegroupingBounds, Sweeper};
use crate::verify::{self, VerifyReport};
use crate::{LedgerError, Metrics, clock};

pub use credential::{Bearer, Credential};
pub use ledger::Ledger;
pub(crate) use ledger::Seal;
pub use options::{OpenError, Options, Purpose};
use readiness::Readiness;
pub use walks::{StatementWalk, TransactionWalk};

/// Bytes of requests at which a batch is full.
const BATCH_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most bytes of the requests that wait for one ledger.
const QUEUE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long connections may take to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// An open database: cheap to clone, shared by everything that serves it.
#[derive(Clone, Debug)]
pub struct Daybook {
    pub(crate) database: Database,
    committer: Arc<Committer>,
    pub(crate) regrouping: RegroupingBounds,
    pub(crate) sweeper: Option<Arc<Sweeper>>,
    expiry: Option<Arc<Expiry>>,
    pub(crate) erasure: ErasureBounds,
    erasures: Option<Arc<ErasureSweeper>>,
    metrics: Metrics,
    ledgers: LedgerCache,
    keys: KeyCache,
    tokens: Tokens,
    tender: Option<Arc<Tender>>,
    currencies: CurrencyCache,
    readiness: Readiness,
    /// Turns to check a ledger, of which there is one.
    checks: Arc<Semaphore>,
}

impl Daybook {
    /// Opens the database, and makes what its [`Purpose`] says.
    ///
    /// # Errors
    /// One line that says what is wrong and which command mends it.
    pub async fn open(options: Options) -> Result<Self, OpenError> {
        let provider = match &options.identity_provider {
            Some(provider) => Some(Provider::open(provider).await.map_err(OpenError)?),
            None => None,
        };
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
            expiry: None,
            erasure: options.erasure,
            erasures: None,
            metrics: options.metrics,
            ledgers: LedgerCache::new(),
            keys: KeyCache::new(),
            tokens: Tokens::new(provider),
            tender: None,
            currencies: CurrencyCache::new(),
            readiness: Readiness::new(),
            checks: Arc::new(Semaphore::new(1)),
        };
        // Whoever serves takes up what was left; a command line that passes by does not. Nothing can fail after this:
        // what did not open leaves no task behind.
        if options.purpose == Purpose::Serve {
            let tender = Tender::start(daybook.database.clone(), daybook.tokens.clone()).await;
            daybook.tender = Some(Arc::new(tender.map_err(|error| OpenError(error.to_string()))?));
            let committer = Arc::clone(&daybook.committer);
            let sweeper = Sweeper::start(daybook.database.clone(), Arc::clone(&committer), daybook.regrouping);
            daybook.sweeper = Some(Arc::new(sweeper));
            let erasures = ErasureSweeper::start(daybook.database.clone(), Arc::clone(&committer), daybook.erasure);
            daybook.erasures = Some(Arc::new(erasures));
            daybook.expiry = Some(Arc::new(Expiry::start(daybook.database.clone(), committer)));
        }
        Ok(daybook)
    }

    /// The ledger called `name`.
    ///
    /// # Errors
    /// `NotFound(Ledger)`; the errors of a database that does not answer.
    pub async fn ledger(&self, name: &str) -> Result<Arc<Ledger>, LedgerError> {
        self.ledgers.find(&self.database.read, name).await
    }

    /// Whoever bears `secret`, which is a user's token where it has the form of one, and else a key; `None` for one that is
    /// unknown, expired or revoked.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub async fn authenticate(&self, secret: &str) -> Result<Option<Credential>, LedgerError> {
        match MaybeToken::of(secret) {
            // On the heap: most requests bear a key, and would carry it about.
            Some(token) => Box::pin(self.tokens.authenticate(&self.database.read, token, clock::now())).await,
            None => self.keys.authenticate(&self.database.read, secret).await,
        }
    }

    /// Commits one request, together with what else is waiting, and answers when it is on disk.
    ///
    /// # Errors
    /// Why the ledger refused; a refused request has left nothing behind.
    pub async fn submit(&self, ledger: &Ledger, request: Request, deadline: Instant) -> Result<Answer, LedgerError> {
        let regrouped = request.regroups().map(str::to_owned);
        let erased = request.erases().map(str::to_owned);
        let revokes_key = matches!(request.command, Command::RevokeKey { .. });
        let sets_up = matches!(request.command, Command::UpdateLedger(_));
        let answer = self.committer.submit(ledger.id, request, deadline).await;
        if revokes_key {
            self.keys.forget();
        }
        if sets_up {
            self.ledgers.forget(&ledger.name).await;
        }
        let answer = match answer {
            Err(error) => return Err(self.hide(ledger, error).await),
            Ok(answer) => answer,
        };
        if let Some(user_id) = regrouped {
            self.regroup(ledger.id, user_id).await;
        }
        if let Some(user_id) = erased {
            self.erase(ledger.id, user_id, deadline).await?;
        }
        Ok(answer)
    }

    /// The refusal without what the caller may not know of: the transaction of others that has a reference.
    async fn hide(&self, ledger: &Ledger, error: LedgerError) -> LedgerError {
        let LedgerError::ReferenceTaken { resource_id: Some(id) } = error else {
            return error;
        };
        if ledger.seen_by.is_none() {
            return error;
        }
        match self.find_transaction(ledger, id, TransactionVersion::Newest).await {
            Ok(_) => error,
            Err(LedgerError::NotFound(_)) => LedgerError::ReferenceTaken { resource_id: None },
            Err(fault) => fault,
        }
    }

    /// Queues one request behind those that this caller queued before it: for whoever has many, and wants them decided
    /// in their order. Nothing is done after its commit, so a change of time zone and the end of a key are for
    /// [`Self::submit`].
    ///
    /// # Errors
    /// `Overloaded` where the queue has no room; `Unavailable` once the service is shut down.
    pub fn enqueue(&self, ledger: &Ledger, request: Request, deadline: Instant) -> Result<Queued, LedgerError> {
        self.committer.enqueue(ledger.id, request, deadline)
    }

    /// The same service with at most `readers` connections of its own to read on: for a thread that serves, whose reads
    /// then wake no other thread. What they have in common ends with [`Self::shutdown`] of either.
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
        self.readiness.check(&self.database).await
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
        self.run_checks(ledger.map(str::to_owned), None).await
    }

    /// Checks the invariants of one ledger for a caller of the service: one check at a time, since each reads everything
    /// that was ever recorded. It ends soon after its caller goes away.
    ///
    /// # Errors
    /// `Overloaded` while another runs; the errors of a database that does not answer.
    pub async fn verify_ledger(&self, ledger: &Ledger) -> Result<VerifyReport, LedgerError> {
        let turn = Arc::clone(&self.checks).try_acquire_owned();
        let turn = turn.map_err(|_| LedgerError::Overloaded)?;
        self.run_checks(Some(ledger.name.clone()), Some(turn)).await
    }

    async fn run_checks(
        &self,
        ledger: Option<String>,
        turn: Option<OwnedSemaphorePermit>,
    ) -> Result<VerifyReport, LedgerError> {
        let database = self.database.clone();
        let caller = Arc::new(());
        let waiting = Arc::downgrade(&caller);
        // A task of its own: a caller that goes away must not leave a transaction of the database half way.
        let checks = async move {
            let report = verify::run(&database, ledger.as_deref(), waiting).await;
            drop(turn);
            report
        };
        let task = self.committer.runtime().spawn(checks);
        let report = task.await;
        drop(caller);
        report.unwrap_or_else(|error| Err(LedgerError::Internal(error.to_string())))
    }

    /// Commits what is queued, at most for `limit`, and closes every connection.
    pub async fn shutdown(&self, limit: Duration) {
        if let Some(sweeper) = &self.sweeper {
            sweeper.stop();
        }
        if let Some(expiry) = &self.expiry {
            expiry.stop();
        }
        if let Some(tender) = &self.tender {
            tender.stop();
        }
        if let Some(erasures) = &self.erasures {
            erasures.stop();
        }
        self.committer.shutdown(limit).await;
        if tokio::time::timeout(CLOSE_TIMEOUT, self.database.close())
            .await
            .is_err()
        {
            log::warn!("connections were still in use when the service ended");
        }
    }
}
