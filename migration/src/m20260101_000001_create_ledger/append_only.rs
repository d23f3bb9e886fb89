//! The journal's tables refuse every change, whoever asks: `entries`, `blocks`, and `events` but for the erasure that
//! sets `personal` and `salt` to NULL. Dropping a table is no change to it, so `down` and `fresh` work.

use sea_orm_migration::sea_orm::DbBackend;

/// Removes what [`triggers`] leaves behind on PostgreSQL when the tables are gone.
pub(super) const DROP_FUNCTION: &str = "DROP FUNCTION refuse_change()";

/// The statements that make the triggers.
pub(super) fn triggers(backend: DbBackend) -> &'static str {
    if backend == DbBackend::Postgres {
        POSTGRES
    } else {
        SQLITE
    }
}

const POSTGRES: &str = "
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE ON entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entries_truncate BEFORE TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER blocks_append_only BEFORE UPDATE OR DELETE ON blocks
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER blocks_truncate BEFORE TRUNCATE ON blocks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER events_update BEFORE UPDATE ON events
    FOR EACH ROW WHEN (
        NEW.personal IS NOT NULL OR NEW.salt IS NOT NULL
        OR (NEW.ledger_id, NEW.position, NEW.kind, NEW.subject, NEW.subject_version, NEW.actor, NEW.request_id,
            NEW.schema_version, NEW.data, NEW.commitment, NEW.recorded_at)
        IS DISTINCT FROM
           (OLD.ledger_id, OLD.position, OLD.kind, OLD.subject, OLD.subject_version, OLD.actor, OLD.request_id,
            OLD.schema_version, OLD.data, OLD.commitment, OLD.recorded_at)
    ) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_delete BEFORE DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_truncate BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
";

/// A row that is there already is refused before SQLite would remove it for `REPLACE`, which asks no trigger of deletion
/// unless the session wants it to.
const SQLITE: &str = "
CREATE TRIGGER entries_update BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries is append-only'); END;
CREATE TRIGGER entries_delete BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries is append-only'); END;
CREATE TRIGGER entries_replace BEFORE INSERT ON entries
WHEN EXISTS (SELECT 1 FROM entries WHERE (ledger_id, account_id, seq) = (NEW.ledger_id, NEW.account_id, NEW.seq))
BEGIN SELECT RAISE(ABORT, 'entries is append-only'); END;

CREATE TRIGGER blocks_update BEFORE UPDATE ON blocks
BEGIN SELECT RAISE(ABORT, 'blocks is append-only'); END;
CREATE TRIGGER blocks_delete BEFORE DELETE ON blocks
BEGIN SELECT RAISE(ABORT, 'blocks is append-only'); END;
CREATE TRIGGER blocks_replace BEFORE INSERT ON blocks
WHEN EXISTS (SELECT 1 FROM blocks WHERE (ledger_id, height) = (NEW.ledger_id, NEW.height))
BEGIN SELECT RAISE(ABORT, 'blocks is append-only'); END;

CREATE TRIGGER events_update BEFORE UPDATE ON events
WHEN NEW.personal IS NOT NULL OR NEW.salt IS NOT NULL
    OR (NEW.ledger_id, NEW.position, NEW.kind, NEW.subject, NEW.subject_version, NEW.actor, NEW.request_id,
        NEW.schema_version, NEW.data, NEW.commitment, NEW.recorded_at)
    IS NOT
       (OLD.ledger_id, OLD.position, OLD.kind, OLD.subject, OLD.subject_version, OLD.actor, OLD.request_id,
        OLD.schema_version, OLD.data, OLD.commitment, OLD.recorded_at)
BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
CREATE TRIGGER events_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
CREATE TRIGGER events_replace BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE (ledger_id, position) = (NEW.ledger_id, NEW.position))
BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
";
