//! Users whose row says that something of theirs is not finished: whatever one instance leaves, another takes up.

use entity::user::{Column, Entity, Model};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::LedgerError;
use crate::database::Database;

/// Users that are read at a time.
const PAGE_USERS: u64 = 100;

/// The first of the users of `select` behind `last`, by ledger and id.
pub(crate) fn page_behind(select: Select<Entity>, last: Option<(i64, &str)>) -> Select<Entity> {
    let behind = last.map(|(ledger_id, user_id)| {
        let in_ledger = Condition::all()
            .add(Column::LedgerId.eq(ledger_id))
            .add(Column::Id.gt(user_id));
        Condition::any().add(Column::LedgerId.gt(ledger_id)).add(in_ledger)
    });
    select
        .filter(Condition::all().add_option(behind))
        .order_by_asc(Column::LedgerId)
        .order_by_asc(Column::Id)
        .limit(PAGE_USERS)
}

/// The user's row, if there is one.
pub(crate) async fn maybe_row(
    database: &Database,
    ledger_id: i64,
    user_id: &str,
) -> Result<Option<Model>, LedgerError> {
    let row = Entity::find_by_id((ledger_id, user_id.to_owned()))
        .one(&database.read)
        .await?;
    Ok(row)
}
