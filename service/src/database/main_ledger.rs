//! The ledger `main`, which every database has.

use entity::ledger;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, DatabaseConnection, EntityTrait};
use uuid::Uuid;

use super::{MAIN_LEDGER, MAIN_LEDGER_ID};
use crate::journal::GENESIS_HASH;
use crate::money::CurrencyCode;
use crate::{OpenError, access, clock};

/// Makes it where it is not there; when several do so at once, one of them does it.
pub(super) async fn ensure(db: &DatabaseConnection) -> Result<(), OpenError> {
    if ledger::Entity::find_by_id(MAIN_LEDGER_ID).one(db).await?.is_some() {
        return Ok(());
    }
    let secret = access::make_ledger_secret().map_err(|error| OpenError(error.to_string()))?;
    let row = ledger::ActiveModel {
        id: ActiveValue::Set(MAIN_LEDGER_ID),
        uuid: ActiveValue::Set(Uuid::now_v7()),
        name: ActiveValue::Set(MAIN_LEDGER.to_owned()),
        head: ActiveValue::Set(0),
        height: ActiveValue::Set(0),
        hash: ActiveValue::Set(GENESIS_HASH.to_vec()),
        last_recorded_at: ActiveValue::Set(0),
        default_currency: ActiveValue::Set(CurrencyCode::USD.as_str().to_owned()),
        default_minimum_balance: ActiveValue::Set(None),
        closed_through: ActiveValue::Set(None),
        settings: ActiveValue::Set("{}".to_owned()),
        secret: ActiveValue::Set(secret.0.to_vec()),
        created_at: ActiveValue::Set(clock::now().micros()),
        closing_version: ActiveValue::Set(0),
        closing_updated_at: ActiveValue::Set(None),
        closing_position: ActiveValue::Set(None),
        settings_version: ActiveValue::Set(1),
        settings_updated_at: ActiveValue::Set(None),
        settings_position: ActiveValue::Set(None),
        created_position: ActiveValue::Set(None),
    };
    // Without a target: with one, PostgreSQL would still refuse a name that another session is just taking.
    ledger::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(())
}
