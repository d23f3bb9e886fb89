//! The tables with their indexes. Times are microseconds since the epoch, days are days since 1970-01-01, amounts are
//! minor units; an owner is a user's id, or '' for the ledger itself.

/// Every table, in the order in which they are made.
pub(super) const ALL: [&str; 12] = [
    LEDGERS,
    CURRENCIES,
    USERS,
    ACCOUNTS,
    TRANSACTIONS,
    ENTRIES,
    DAILY_TOTALS,
    TOTALS,
    EVENTS,
    BLOCKS,
    IDEMPOTENCY_KEYS,
    API_KEYS,
];

/// The tables' names.
pub(super) const NAMES: [&str; 12] = [
    "ledgers",
    "currencies",
    "users",
    "accounts",
    "transactions",
    "entries",
    "daily_totals",
    "totals",
    "events",
    "blocks",
    "idempotency_keys",
    "api_keys",
];

/// `head` and the members after it are those of the newest block; the row is the lock that orders all commits.
const LEDGERS: &str = "
CREATE TABLE ledgers (
    id {int} NOT NULL,
    uuid {uuid} NOT NULL,
    name {text} NOT NULL,
    head {int} NOT NULL DEFAULT 0,
    height {int} NOT NULL DEFAULT 0,
    hash {bytes} NOT NULL,
    last_recorded_at {int} NOT NULL DEFAULT 0,
    default_currency {text} NOT NULL,
    default_minimum_balance TEXT,
    closed_through {int},
    settings TEXT NOT NULL DEFAULT '{}',
    secret {bytes} NOT NULL,
    created_at {int} NOT NULL,
    CONSTRAINT ledgers_pk PRIMARY KEY (id),
    CONSTRAINT ledgers_uuid_key UNIQUE (uuid),
    CONSTRAINT ledgers_name_key UNIQUE (name)
) {updated};
";

/// The exponent that a currency had when the ledger first used it.
const CURRENCIES: &str = "
CREATE TABLE currencies (
    ledger_id {int} NOT NULL,
    code {text} NOT NULL,
    exponent {int} NOT NULL,
    CONSTRAINT currencies_pk PRIMARY KEY (ledger_id, code),
    CONSTRAINT currencies_exponent_check CHECK (exponent BETWEEN 0 AND 9)
) {growing};
";

/// `stats_generation` names the totals that statistics show; the `regroup_` members say how far a new grouping is:
/// transactions with `regroup_after` < id <= `regroup_until` are still to be counted.
const USERS: &str = "
CREATE TABLE users (
    ledger_id {int} NOT NULL,
    id {text} NOT NULL,
    full_name TEXT,
    email TEXT,
    time_zone TEXT NOT NULL,
    metadata TEXT NOT NULL,
    search_text TEXT NOT NULL,
    version {int} NOT NULL,
    created_at {int} NOT NULL,
    updated_at {int} NOT NULL,
    position {int} NOT NULL,
    stats_zone TEXT NOT NULL,
    stats_generation {int} NOT NULL,
    regroup_zone TEXT,
    regroup_generation {int},
    regroup_after {uuid},
    regroup_until {uuid},
    CONSTRAINT users_pk PRIMARY KEY (ledger_id, id),
    CONSTRAINT users_id_check CHECK (id <> ''),
    CONSTRAINT users_version_check CHECK (version >= 1)
) {updated};
CREATE INDEX users_regroup_generation_idx ON users (ledger_id, id) WHERE regroup_generation IS NOT NULL;
";

const ACCOUNTS: &str = "
CREATE TABLE accounts (
    ledger_id {int} NOT NULL,
    id {uuid} NOT NULL,
    owner {text} NOT NULL,
    name {text} NOT NULL,
    currency {text} NOT NULL,
    balance {int} NOT NULL,
    held_out {int} NOT NULL,
    held_in {int} NOT NULL,
    minimum_balance {int},
    status TEXT NOT NULL,
    seq {int} NOT NULL,
    metadata TEXT NOT NULL,
    version {int} NOT NULL,
    created_at {int} NOT NULL,
    updated_at {int} NOT NULL,
    position {int} NOT NULL,
    CONSTRAINT accounts_pk PRIMARY KEY (ledger_id, id),
    CONSTRAINT accounts_owner_name_currency_key UNIQUE (ledger_id, owner, name, currency),
    CONSTRAINT accounts_held_out_check CHECK (held_out >= 0),
    CONSTRAINT accounts_held_in_check CHECK (held_in >= 0),
    CONSTRAINT accounts_status_check CHECK (status IN ('open', 'frozen', 'closed')),
    CONSTRAINT accounts_seq_check CHECK (seq >= 0),
    CONSTRAINT accounts_version_check CHECK (version >= 1)
) {updated};
CREATE INDEX accounts_owner_id_idx ON accounts (ledger_id, owner, id);
";

/// The newest version of each. `source_day_N` is the day of the source's owner under the generation g of its
/// statistics with g mod 2 = N, set for users alone; likewise for the destination.
///
/// Ids rise in the order of recording, so an index that ends in the id also serves a list by `created_at`.
const TRANSACTIONS: &str = "
CREATE TABLE transactions (
    ledger_id {int} NOT NULL,
    id {uuid} NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    source_account_id {uuid} NOT NULL,
    source_owner {text} NOT NULL,
    source_day_0 {int},
    source_day_1 {int},
    destination_account_id {uuid} NOT NULL,
    destination_owner {text} NOT NULL,
    destination_day_0 {int},
    destination_day_1 {int},
    amount {int} NOT NULL,
    currency {text} NOT NULL,
    transaction_date {int} NOT NULL,
    description TEXT,
    category {text},
    reference {text},
    metadata TEXT NOT NULL,
    search_text TEXT,
    parent_id {uuid},
    version {int} NOT NULL,
    created_at {int} NOT NULL,
    updated_at {int} NOT NULL,
    first_position {int} NOT NULL,
    position {int} NOT NULL,
    CONSTRAINT transactions_pk PRIMARY KEY (ledger_id, id),
    CONSTRAINT transactions_kind_check CHECK (kind IN ('credit', 'debit', 'transfer')),
    CONSTRAINT transactions_status_check CHECK (status IN ('posted', 'voided')),
    CONSTRAINT transactions_account_id_check CHECK (source_account_id <> destination_account_id),
    CONSTRAINT transactions_amount_check CHECK (amount > 0),
    CONSTRAINT transactions_category_check CHECK (category <> ''),
    CONSTRAINT transactions_version_check CHECK (version >= 1)
) {growing};
CREATE UNIQUE INDEX transactions_reference_key ON transactions (ledger_id, reference) WHERE reference IS NOT NULL;
CREATE INDEX transactions_transaction_date_idx ON transactions (ledger_id, transaction_date, id);
CREATE INDEX transactions_source_owner_date_idx
    ON transactions (ledger_id, source_owner, transaction_date, id) WHERE source_owner <> '';
CREATE INDEX transactions_source_owner_id_idx
    ON transactions (ledger_id, source_owner, id) WHERE source_owner <> '';
CREATE INDEX transactions_source_owner_amount_idx
    ON transactions (ledger_id, source_owner, currency, amount, id) WHERE source_owner <> '';
CREATE INDEX transactions_source_account_date_idx
    ON transactions (ledger_id, source_account_id, transaction_date, id) WHERE source_owner = '';
CREATE INDEX transactions_source_account_amount_idx
    ON transactions (ledger_id, source_account_id, amount, id) WHERE source_owner = '';
CREATE INDEX transactions_destination_owner_date_idx
    ON transactions (ledger_id, destination_owner, transaction_date, id) WHERE destination_owner <> '';
CREATE INDEX transactions_destination_owner_id_idx
    ON transactions (ledger_id, destination_owner, id) WHERE destination_owner <> '';
CREATE INDEX transactions_destination_owner_amount_idx
    ON transactions (ledger_id, destination_owner, currency, amount, id) WHERE destination_owner <> '';
CREATE INDEX transactions_destination_account_date_idx
    ON transactions (ledger_id, destination_account_id, transaction_date, id) WHERE destination_owner = '';
CREATE INDEX transactions_destination_account_amount_idx
    ON transactions (ledger_id, destination_account_id, amount, id) WHERE destination_owner = '';
";

const ENTRIES: &str = "
CREATE TABLE entries (
    ledger_id {int} NOT NULL,
    account_id {uuid} NOT NULL,
    seq {int} NOT NULL,
    transaction_id {uuid} NOT NULL,
    transaction_version {int} NOT NULL,
    amount {int} NOT NULL,
    balance {int} NOT NULL,
    transaction_date {int} NOT NULL,
    recorded_at {int} NOT NULL,
    position {int} NOT NULL,
    CONSTRAINT entries_pk PRIMARY KEY (ledger_id, account_id, seq),
    CONSTRAINT entries_seq_check CHECK (seq >= 1),
    CONSTRAINT entries_amount_check CHECK (amount <> 0)
) {growing};
";

/// Counts and sums of posted transactions by day: category '' is all of the day, with or without a category; owner ''
/// is the whole ledger, with days of UTC and generation 0.
const DAILY_TOTALS: &str = "
CREATE TABLE daily_totals (
    ledger_id {int} NOT NULL,
    owner {text} NOT NULL,
    currency {text} NOT NULL,
    generation {int} NOT NULL,
    day {int} NOT NULL,
    category {text} NOT NULL,
    credit_count {int} NOT NULL,
    credit_total {int} NOT NULL,
    debit_count {int} NOT NULL,
    debit_total {int} NOT NULL,
    CONSTRAINT daily_totals_pk PRIMARY KEY (ledger_id, owner, currency, generation, category, day),
    CONSTRAINT daily_totals_credit_count_check CHECK (credit_count >= 0),
    CONSTRAINT daily_totals_credit_total_check CHECK (credit_total >= 0),
    CONSTRAINT daily_totals_debit_count_check CHECK (debit_count >= 0),
    CONSTRAINT daily_totals_debit_total_check CHECK (debit_total >= 0)
) {updated};
";

/// The same for all time; a total is `high` * 2^20 + `low`, which takes 128 bits. `busiest` is the day with the most
/// transactions, the latest of several: their count * 2^24 + the day + 2^23.
const TOTALS: &str = "
CREATE TABLE totals (
    ledger_id {int} NOT NULL,
    owner {text} NOT NULL,
    currency {text} NOT NULL,
    generation {int} NOT NULL,
    category {text} NOT NULL,
    credit_count {int} NOT NULL,
    credit_total_high {int} NOT NULL,
    credit_total_low {int} NOT NULL,
    debit_count {int} NOT NULL,
    debit_total_high {int} NOT NULL,
    debit_total_low {int} NOT NULL,
    busiest {int} NOT NULL,
    CONSTRAINT totals_pk PRIMARY KEY (ledger_id, owner, currency, generation, category),
    CONSTRAINT totals_credit_count_check CHECK (credit_count >= 0),
    CONSTRAINT totals_debit_count_check CHECK (debit_count >= 0)
) {updated};
";

/// The journal. A subject is `transactions/ID`, `users/ID`, `accounts/ID` or `keys/ID`; `personal` and `salt` become
/// NULL by erasure, the commitment to them stays.
const EVENTS: &str = "
CREATE TABLE events (
    ledger_id {int} NOT NULL,
    position {int} NOT NULL,
    kind TEXT NOT NULL,
    subject {text} NOT NULL,
    subject_version {int} NOT NULL,
    actor TEXT NOT NULL,
    request_id TEXT NOT NULL,
    schema_version {int} NOT NULL,
    data TEXT NOT NULL,
    personal TEXT,
    salt {bytes},
    commitment {bytes} NOT NULL,
    recorded_at {int} NOT NULL,
    CONSTRAINT events_pk PRIMARY KEY (ledger_id, position),
    CONSTRAINT events_position_check CHECK (position >= 1)
) {growing};
CREATE INDEX events_subject_idx ON events (ledger_id, subject, subject_version) WHERE subject_version > 1;
";

const BLOCKS: &str = "
CREATE TABLE blocks (
    ledger_id {int} NOT NULL,
    height {int} NOT NULL,
    first_position {int} NOT NULL,
    last_position {int} NOT NULL,
    recorded_at {int} NOT NULL,
    root {bytes} NOT NULL,
    hash {bytes} NOT NULL,
    previous_hash {bytes} NOT NULL,
    CONSTRAINT blocks_pk PRIMARY KEY (ledger_id, height),
    CONSTRAINT blocks_height_check CHECK (height >= 1),
    CONSTRAINT blocks_last_position_check CHECK (last_position >= first_position)
) {growing};
";

/// `key` stands for the caller's: half of its SHA-256. `answer_position` is the event whose document is the answer's body,
/// `head_position` what the caller was told, `overlay` the members of an account that no event records.
const IDEMPOTENCY_KEYS: &str = "
CREATE TABLE idempotency_keys (
    ledger_id {int} NOT NULL,
    key {uuid} NOT NULL,
    fingerprint {bytes} NOT NULL,
    status {int} NOT NULL,
    answer_position {int} NOT NULL,
    head_position {int} NOT NULL,
    overlay TEXT,
    created_at {int} NOT NULL,
    CONSTRAINT idempotency_keys_pk PRIMARY KEY (ledger_id, key)
) {growing};
";

/// A key's ledger is the one it was made in, and for an operator's not the only one that it reaches. Of its secret the
/// SHA-256 is kept.
const API_KEYS: &str = "
CREATE TABLE api_keys (
    id {uuid} NOT NULL,
    ledger_id {int} NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    hash {bytes} NOT NULL,
    prefix TEXT NOT NULL,
    created_at {int} NOT NULL,
    expires_at {int},
    revoked_at {int},
    position {int} NOT NULL,
    CONSTRAINT api_keys_pk PRIMARY KEY (id),
    CONSTRAINT api_keys_hash_key UNIQUE (hash),
    CONSTRAINT api_keys_role_check CHECK (role IN ('reader', 'writer', 'admin', 'operator'))
) {growing};
CREATE INDEX api_keys_ledger_id_idx ON api_keys (ledger_id, id);
";
