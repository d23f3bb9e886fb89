//! What SQLite's planner is told of the tables' shape, in place of what ANALYZE would count.
//!
//! Without it the planner takes a ledger for ten rows, and rather walks a ledger's transactions in the order of their
//! ids than look up the few of one user. With it, plans are the same in an empty file and in a full one.

/// Makes the table of statistics, where other tables may have rows, fills it, and has it read. A line of numbers is the rows of the index, and how many
/// of them share the first column, the first two, and so on.
pub(super) const STATISTICS: &str = "
ANALYZE accounts;
DELETE FROM sqlite_stat1 WHERE tbl IN ('accounts', 'daily_totals', 'transactions');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('accounts', 'accounts', '200000 200000 1'),
    ('accounts', 'accounts_owner_id_idx', '200000 200000 2 1'),
    ('daily_totals', 'daily_totals', '1000000 1000000 100 100 100 50 1'),
    ('transactions', 'transactions', '1000000 1000000 1'),
    ('transactions', 'transactions_reference_key', '500000 500000 1'),
    ('transactions', 'transactions_transaction_date_idx', '1000000 1000000 2 1'),
    ('transactions', 'transactions_source_owner_date_idx', '500000 500000 50 2 1'),
    ('transactions', 'transactions_source_owner_id_idx', '500000 500000 50 1'),
    ('transactions', 'transactions_source_owner_amount_idx', '500000 500000 50 50 2 1'),
    ('transactions', 'transactions_source_account_date_idx', '500000 500000 500000 2 1'),
    ('transactions', 'transactions_source_account_amount_idx', '500000 500000 500000 2 1'),
    ('transactions', 'transactions_destination_owner_date_idx', '500000 500000 50 2 1'),
    ('transactions', 'transactions_destination_owner_id_idx', '500000 500000 50 1'),
    ('transactions', 'transactions_destination_owner_amount_idx', '500000 500000 50 50 2 1'),
    ('transactions', 'transactions_destination_account_date_idx', '500000 500000 500000 2 1'),
    ('transactions', 'transactions_destination_account_amount_idx', '500000 500000 500000 2 1');
ANALYZE sqlite_schema;
";
