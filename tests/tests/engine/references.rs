//! A reference that changes hands within one batch.

use tests::Engine;

use super::binding::Binding;
use super::model::Asked;
use super::on_both_engines;
use super::request::request;
use super::service_under_test::Service;
use super::steps::{Action, Details, Edit};

const HEIGHT: &str = "SELECT max(height) FROM blocks";

fn ask(action: Action, binding: &Binding) -> service::ledger::Request {
    let asked = Asked {
        action,
        precondition: service::ledger::Precondition::Any,
        key: None,
        dry_run: false,
    };
    request(&asked, binding)
}

fn credit(reference: Option<&'static str>) -> Action {
    let details = Details {
        amount: "1",
        date: None,
        description: None,
        category: None,
        reference,
        colour: None,
        hold: None,
    };
    Action::Credit(0, None, Some(0), details)
}

fn refer(number: usize, reference: Option<&'static str>) -> Action {
    let edit = Edit {
        amount: None,
        kind: None,
        date: None,
        description: None,
        category: None,
        reference: Some(reference),
        colour: None,
    };
    Action::Edit(number, edit)
}

async fn a_reference_that_one_gives_up_another_takes_in_the_same_commit(engine: Engine) {
    let Some(service) = Service::open(engine, |_| ()).await else {
        return;
    };
    let mut binding = Binding::default();
    for (number, reference) in [Some("r"), None].into_iter().enumerate() {
        let made = service.submit(ask(credit(reference), &binding)).await;
        let made = made.expect("a credit is taken").record.resource_id();
        binding
            .transactions
            .insert(number, made.parse().expect("an id is a UUID"));
    }
    // From one that is stored to another that is, and to one that is made.
    let hand_overs = [
        vec![refer(0, None), refer(1, Some("r"))],
        vec![refer(1, None), credit(Some("r"))],
    ];
    for actions in hand_overs {
        let height = service.database.number(HEIGHT).await;
        let requests = actions.into_iter().map(|action| ask(action, &binding)).collect();
        for answer in service.submit_together(requests).await {
            assert!(answer.is_ok(), "{answer:?}");
        }
        assert_eq!(service.database.number(HEIGHT).await, height + 1, "one commit");
    }
    let report = service.daybook.verify(None).await.expect("the database answers");
    assert!(report.is_ok(), "{:#?}", report.failures);
    service.close().await;
}

on_both_engines!(a_reference_that_one_gives_up_another_takes_in_the_same_commit);
