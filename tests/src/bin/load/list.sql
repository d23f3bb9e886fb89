-- A thousand credits of users drawn at random, with every row that Daybook writes for them: each table is written once,
-- by one statement that draws, sums and numbers them as well. The lock of the ledger's row is taken first.
-- A colon before a letter or a digit is a variable: so the document has spaces, and points in its times.
BEGIN;
SELECT head AS head, (extract(epoch FROM clock_timestamp()) * 1000000)::int8 AS now
    FROM ledgers WHERE id = 1 FOR NO KEY UPDATE \gset
WITH drawn AS MATERIALIZED (
    SELECT number, 'user-' || floor(random() * :users)::int8 AS owner,
        lpad(to_hex(nextval('load_ids')), 32, '0')::uuid AS id
    FROM generate_series(1::int8, 1000) AS number),
sums AS MATERIALIZED (
    SELECT owner, 'main' AS name, count(*) AS count, 100 AS amount FROM drawn GROUP BY owner
    UNION ALL SELECT '', 'world', 1000, -100),
moved AS (
    UPDATE accounts SET balance = balance + count * amount, seq = seq + count, version = version + count,
        updated_at = :now::int8
    FROM sums WHERE ledger_id = 1 AND accounts.owner = sums.owner AND accounts.name = sums.name AND currency = 'USD'
    RETURNING id, accounts.owner, seq - count AS seq, balance - count * amount AS balance),
given AS MATERIALIZED (
    SELECT drawn.*, :head::int8 + number AS position, mine.id AS account, mine.seq, mine.balance, world.id AS world,
        world.seq AS world_seq, world.balance AS world_balance,
        row_number() OVER (PARTITION BY drawn.owner ORDER BY number) AS rank
    FROM drawn JOIN moved AS mine ON mine.owner = drawn.owner JOIN moved AS world ON world.owner = ''),
made AS (
    INSERT INTO transactions (ledger_id, id, kind, status, source_account_id, source_owner, destination_account_id,
        destination_owner, destination_day_0, amount, currency, transaction_date, category, metadata, search_text,
        version, created_at, updated_at, first_position, position)
    SELECT 1, id, 'credit', 'posted', world, '', account, owner, 20484, 100, 'USD', 1769851800000000, 'salary', '{}',
        'salary', 1, :now::int8, :now::int8, position, position FROM given),
entered AS (
    INSERT INTO entries (ledger_id, account_id, seq, transaction_id, transaction_version, amount, balance,
        transaction_date, recorded_at, position)
    SELECT 1, account, seq + rank, id, 1, 100, balance + 100 * rank, 1769851800000000, :now::int8, position FROM given
    UNION ALL
    SELECT 1, world, world_seq + number, id, 1, -100, world_balance - 100 * number, 1769851800000000, :now::int8,
        position FROM given),
answered AS (
    INSERT INTO idempotency_keys (ledger_id, key, fingerprint, status, answer_position, head_position, created_at)
    SELECT 1, id, sha256(id::text::bytea), 201, position, position, :now::int8 FROM given),
recorded AS (
    INSERT INTO events (ledger_id, position, kind, subject, subject_version, actor, request_id, schema_version, data,
        personal, salt, commitment, recorded_at)
    SELECT 1, position, 'transaction.created', 'transactions/' || id, 1, 'key' || id, id, 1,
        format('{"amount": "1.00","category": "salary","created_at": "2026-01-31T09.30.00.000000Z","currency": "USD",'
            '"destination_account_id": "%s","destination_user_id": "%s","id": "%s","parent_id": null,"reference": null,'
            '"source_account_id": "%s","source_user_id": null,"status": "posted",'
            '"transaction_date": "2026-01-31T09.30.00.000000Z","type": "credit",'
            '"updated_at": "2026-01-31T09.30.00.000000Z","user_id": "%s","version": 1}', account, owner, id, world, owner),
        '{}', substr(sha256(id::text::bytea), 1, 16), sha256(id::text::bytea), :now::int8 FROM given),
counted AS MATERIALIZED (
    SELECT owner, category, count FROM sums CROSS JOIN (VALUES (''), ('salary')) AS both_ways (category)),
days AS (
    INSERT INTO daily_totals SELECT 1, owner, 'USD', 0, 20484, category, count, count * 100, 0, 0 FROM counted
    ON CONFLICT (ledger_id, owner, currency, generation, category, day) DO UPDATE SET
        credit_count = daily_totals.credit_count + excluded.credit_count,
        credit_total = daily_totals.credit_total + excluded.credit_total
    RETURNING owner, category, ((credit_count + debit_count) << 24) + day + 8388608 AS busiest),
total AS (
    INSERT INTO totals
    SELECT 1, owner, 'USD', 0, category, count, 0, count * 100, 0, 0, 0, busiest
        FROM counted JOIN days USING (owner, category)
    ON CONFLICT (ledger_id, owner, currency, generation, category) DO UPDATE SET
        credit_count = totals.credit_count + excluded.credit_count,
        credit_total_low = totals.credit_total_low + excluded.credit_total_low,
        busiest = GREATEST(totals.busiest, excluded.busiest)),
chained AS (
    UPDATE ledgers SET head = head + 1000, height = height + 1, hash = sha256(hash), last_recorded_at = :now::int8
    WHERE id = 1 RETURNING head, height, hash)
INSERT INTO blocks (ledger_id, height, first_position, last_position, recorded_at, root, hash, previous_hash)
    SELECT 1, height, head - 999, head, :now::int8, hash, hash, hash FROM chained;
COMMIT;
