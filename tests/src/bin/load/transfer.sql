-- A transfer between two users with every row that Daybook writes for it: accounts, transaction, entries, idempotency
-- key, statistics of either user and of the ledger, event, block and ledger. Rows are locked in one order, and the
-- rows that every session needs last.
-- A colon before a letter or a digit is a variable: so the document has spaces, and points in its times.
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
WITH days AS (
    INSERT INTO daily_totals
        VALUES (1, 'user-' || :source::int8, 'USD', 0, :now::int8 / 86400000000, '', 0, 0, 1, 100),
               (1, 'user-' || :destination::int8, 'USD', 0, :now::int8 / 86400000000, '', 1, 100, 0, 0),
               (1, '', 'USD', 0, :now::int8 / 86400000000, '', 1, 100, 1, 100)
        ON CONFLICT (ledger_id, owner, currency, generation, category, day) DO UPDATE SET
            credit_count = daily_totals.credit_count + excluded.credit_count,
            credit_total = daily_totals.credit_total + excluded.credit_total,
            debit_count = daily_totals.debit_count + excluded.debit_count,
            debit_total = daily_totals.debit_total + excluded.debit_total
        RETURNING owner, ((credit_count + debit_count) << 24) + day + 8388608 AS busiest)
INSERT INTO totals
    SELECT 1, owner, 'USD', 0, '', credits, 0, credits * 100, debits, 0, debits * 100, busiest
    FROM (VALUES ('user-' || :source::int8, 0, 1), ('user-' || :destination::int8, 1, 0), ('', 1, 1))
        AS given (owner, credits, debits) JOIN days USING (owner)
    ON CONFLICT (ledger_id, owner, currency, generation, category) DO UPDATE SET
        credit_count = totals.credit_count + excluded.credit_count,
        credit_total_low = totals.credit_total_low + excluded.credit_total_low,
        debit_count = totals.debit_count + excluded.debit_count,
        debit_total_low = totals.debit_total_low + excluded.debit_total_low,
        busiest = GREATEST(totals.busiest, excluded.busiest);
UPDATE ledgers SET head = head + 1, height = height + 1, hash = sha256(hash), last_recorded_at = :now
    WHERE id = 1 RETURNING head AS head, height AS height \gset
INSERT INTO events (ledger_id, position, kind, subject, subject_version, actor, request_id, schema_version, data,
        personal, salt, commitment, recorded_at)
    VALUES (1, :head, 'transaction.created', 'transactions/' || :transaction_id::text, 1,
        'keys/' || :transaction_id::text, :transaction_id::text, 1,
        format('{"amount": "1.00","category": null,"created_at": "2026-01-31T09.30.00.000000Z","currency": "USD",'
            '"destination_account_id": "%s","destination_user_id": "user-%s","id": "%s","parent_id": null,"reference": null,'
            '"source_account_id": "%s","source_user_id": "user-%s","status": "posted",'
            '"transaction_date": "2026-01-31T09.30.00.000000Z","type": "transfer",'
            '"updated_at": "2026-01-31T09.30.00.000000Z","user_id": null,"version": 1}',
            :destination_id::text, :destination::int8, :transaction_id::text, :source_id::text, :source::int8),
        '{}', substr(sha256(:transaction_id::text::bytea), 1, 16),
        sha256(:transaction_id::text::bytea), :now);
INSERT INTO blocks (ledger_id, height, first_position, last_position, recorded_at, root, hash, previous_hash)
    VALUES (1, :height, :head, :head, :now, sha256(:transaction_id::text::bytea),
        sha256(:transaction_id::text::bytea), sha256(:transaction_id::text::bytea));
COMMIT;
