-- The same transfer as a service keeps it that has neither statistics nor a journal: accounts, transaction, entries and
-- idempotency key. No two sessions need the same rows, but for two transfers of one user.
\set source random(0, :users / 2 - 1)
\set destination random(:users / 2, :users - 1)
BEGIN;
UPDATE accounts SET balance = balance - 100, seq = seq + 1, version = version + 1, updated_at = updated_at + 1
    WHERE ledger_id = 1 AND owner = 'user-' || :source::int8 AND name = 'main' AND currency = 'USD'
    RETURNING id AS source_id, seq AS source_seq, balance AS source_balance,
        lpad(to_hex(nextval('load_ids')), 32, '0')::uuid AS transaction_id,
        (extract(epoch FROM clock_timestamp()) * 1000000)::int8 AS now \gset
UPDATE accounts SET balance = balance + 100, seq = seq + 1, version = version + 1, updated_at = updated_at + 1
    WHERE ledger_id = 1 AND owner = 'user-' || :destination::int8 AND name = 'main' AND currency = 'USD'
    RETURNING id AS destination_id, seq AS destination_seq, balance AS destination_balance \gset
INSERT INTO transactions (ledger_id, id, kind, status, source_account_id, source_owner, source_day_0,
        destination_account_id, destination_owner, destination_day_0, amount, currency, transaction_date, metadata,
        version, created_at, updated_at, first_position, position)
    VALUES (1, :transaction_id, 'transfer', 'posted', :source_id, 'user-' || :source::int8, :now::int8 / 86400000000,
        :destination_id, 'user-' || :destination::int8, :now::int8 / 86400000000, 100, 'USD', :now, '{}',
        1, :now, :now, 1, 1);
INSERT INTO entries (ledger_id, account_id, seq, transaction_id, transaction_version, amount, balance,
        transaction_date, recorded_at, position)
    VALUES (1, :source_id, :source_seq, :transaction_id, 1, -100, :source_balance, :now, :now, 1),
           (1, :destination_id, :destination_seq, :transaction_id, 1, 100, :destination_balance, :now, :now, 1);
INSERT INTO idempotency_keys (ledger_id, key, fingerprint, status, answer_position, head_position, created_at)
    VALUES (1, :transaction_id, sha256(:transaction_id::text::bytea), 201, 1, 1, :now);
COMMIT;
