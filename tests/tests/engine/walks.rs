//! What is read to its end, a part at a time, while others write.

use service::ledger::Request;
use service::query::StatementQuery;
use service::record::{Record, StatementLineRecord};
use service::value::Day;
use service::{LedgerError, StatementWalk};
use tests::Engine;
use uuid::Uuid;

use super::binding::Binding;
use super::model::Asked;
use super::on_both_engines;
use super::request::request;
use super::service_under_test::Service;
use super::steps::{Action, Details, Edit};

/// More than one read of a walk has.
const LINES: usize = 1200;
const DATE: &str = "2026-01-15T12:00:00Z";
const LATER: &str = "2026-03-01T12:00:00Z";

fn ask(action: Action, binding: &Binding) -> Request {
    let asked = Asked {
        action,
        precondition: service::ledger::Precondition::Any,
        key: None,
        dry_run: false,
    };
    request(&asked, binding)
}

fn credit(date: &'static str) -> Action {
    let details = Details {
        amount: "1",
        date: Some(date),
        ..Details::default()
    };
    Action::Credit(0, None, Some(0), details)
}

fn amount(number: usize, amount: &'static str) -> Action {
    let edit = Edit {
        amount: Some(amount),
        ..Edit::default()
    };
    Action::Edit(number, edit)
}

fn date(number: usize, date: &'static str) -> Action {
    let edit = Edit {
        date: Some(date),
        ..Edit::default()
    };
    Action::Edit(number, edit)
}

/// One user's account with as many credits, all of one date: its id, and those of the credits.
async fn fill(service: &Service) -> (Uuid, Binding) {
    let mut binding = Binding::default();
    let requests = (0..LINES).map(|_| ask(credit(DATE), &binding)).collect();
    let mut account = None;
    for (number, answer) in service.submit_together(requests).await.into_iter().enumerate() {
        let Record::Transaction(made) = answer.expect("a credit is taken").record else {
            panic!("a transaction is made");
        };
        binding.transactions.insert(number, made.id);
        account = Some(made.destination_account_id);
    }
    (account.expect("there are credits"), binding)
}

async fn begin(service: &Service, account_id: Uuid, to: Option<&str>) -> StatementWalk {
    let query = StatementQuery {
        account_id,
        from: None,
        to: to.map(|day| Day::parse(day).expect("a day")),
    };
    let walk = service.daybook.walk_statement(&service.ledger, &query).await;
    walk.expect("there is the account")
}

async fn rest(mut walk: StatementWalk) -> Result<Vec<StatementLineRecord>, LedgerError> {
    let mut lines = Vec::new();
    while let Some(part) = walk.next().await? {
        assert!(part.len() < LINES, "a part is bounded");
        lines.extend(part);
    }
    Ok(lines)
}

async fn a_walk_sees_what_is_added_before_it_gets_there(engine: Engine) {
    let Some(service) = Service::open(engine, |_| ()).await else {
        return;
    };
    let (account, binding) = fill(&service).await;
    for (to, added) in [(None, 1), (Some("2026-01-31"), 0)] {
        let mut walk = begin(&service, account, to).await;
        let mut lines = walk
            .next()
            .await
            .expect("the database answers")
            .expect("there are lines");
        assert!(lines.len() < LINES);
        let before = rest(begin(&service, account, to).await)
            .await
            .expect("nobody writes")
            .len();
        let made = service.submit(ask(credit(LATER), &binding)).await;
        assert!(made.is_ok(), "{made:?}");
        lines.extend(rest(walk).await.expect("nothing was changed that had been read"));
        assert_eq!(lines.len(), before + added);
        for (place, line) in lines.iter().enumerate() {
            assert_eq!(line.balance, format!("{}.00", place + 1));
        }
    }
    service.close().await;
}

async fn a_walk_fails_where_what_it_has_read_was_changed(engine: Engine) {
    let Some(service) = Service::open(engine, |_| ()).await else {
        return;
    };
    let (account, binding) = fill(&service).await;
    let first = 0;
    let last = LINES - 1;
    let changes = [
        // What was read is changed, leaves, or comes.
        (amount(first, "2"), false),
        (date(first, LATER), false),
        (date(last, "2026-01-01T12:00:00Z"), false),
        // What is to be read is changed or leaves; or nothing changes.
        (amount(last - 1, "2"), true),
        (Action::Void(last - 2), true),
        (amount(first + 1, "1"), true),
    ];
    for (to, (action, is_whole)) in [None, Some("2026-12-31")].into_iter().cycle().zip(changes) {
        let mut walk = begin(&service, account, to).await;
        let mut lines = walk
            .next()
            .await
            .expect("the database answers")
            .expect("there are lines");
        let changed = service.submit(ask(action.clone(), &binding)).await;
        assert!(changed.is_ok(), "{changed:?}");
        match rest(walk).await {
            Ok(more) => {
                assert!(is_whole, "{action:?}");
                lines.extend(more);
                let again = rest(begin(&service, account, to).await).await;
                assert_eq!(again.as_ref(), Ok(&lines), "{action:?}");
            }
            Err(error) => {
                assert!(!is_whole, "{action:?}");
                assert!(matches!(error, LedgerError::Unavailable(_)), "{error:?}");
            }
        }
    }
    service.close().await;
}

on_both_engines!(
    a_walk_sees_what_is_added_before_it_gets_there,
    a_walk_fails_where_what_it_has_read_was_changed,
);
