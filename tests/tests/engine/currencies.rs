//! A ledger keeps a currency at the exponent of its first use, whatever the list of currencies says later.

use service::LedgerError;
use service::ledger::{Command, CreateTransaction, Movement, Precondition, Request, UserSide};
use service::money::{AmountText, Currency};
use service::record::Record;
use service::value::{Metadata, UserId};
use tests::Engine;

use super::on_both_engines;
use super::service_under_test::Service;

fn credit(amount: &str, currency: Option<&str>) -> Request {
    let side = UserSide {
        user_id: UserId::parse("ada").expect("an id"),
        full_name: None,
        account: None,
    };
    Request {
        command: Command::CreateTransaction(CreateTransaction {
            movement: Movement::Credit(side),
            amount: AmountText::parse(amount).expect("an amount"),
            currency: currency.map(|code| Currency::parse(code).expect("a currency")),
            transaction_date: None,
            description: None,
            category: None,
            reference: None,
            metadata: Metadata::default(),
            hold: None,
        }),
        precondition: Precondition::Any,
        idempotency: None,
        dry_run: false,
        actor: "key:test".to_owned(),
        acting_user: None,
        request_id: "request".to_owned(),
    }
}

/// The amount as it is answered.
async fn post(service: &Service, amount: &str, currency: Option<&str>) -> Result<String, LedgerError> {
    match service.submit(credit(amount, currency)).await?.record {
        Record::Transaction(record) => Ok(record.amount),
        other => panic!("no transaction but {other:?}"),
    }
}

async fn a_currency_keeps_the_exponent_of_its_first_use(engine: Engine) {
    let Some(service) = Service::open(engine, |options| options.batch_max = 1).await else {
        return;
    };
    assert_eq!(post(&service, "20", None).await, Ok("20.00".to_owned()));
    let kept = "UPDATE currencies SET exponent = 2 WHERE code = 'USD' AND exponent = 2";
    assert_eq!(
        service.database.execute(kept).await,
        1,
        "the first use keeps the currency"
    );
    // As if euros had had four decimals when this ledger first used them.
    let euros = "INSERT INTO currencies (ledger_id, code, exponent, created_at) VALUES (1, 'EUR', 4, 0)";
    assert_eq!(service.database.execute(euros).await, 1);
    for (amount, kept) in [("1.2345", "1.2345"), ("1", "1.0000")] {
        assert_eq!(post(&service, amount, Some("EUR")).await, Ok(kept.to_owned()));
    }
    let dollars = post(&service, "1.2345", None).await;
    assert!(matches!(dollars, Err(LedgerError::Invalid(_))), "{dollars:?}");
    service.close().await;
}

on_both_engines!(a_currency_keeps_the_exponent_of_its_first_use);
