//! What a history tells of closed days: nothing that is posted there comes, goes or becomes another.

use std::collections::BTreeMap;

use serde_json::Value;

use super::played::Played;

/// Goes through the documents of all events, in order. Times and days are text that sorts as they do.
///
/// # Panics
/// Panics where something changed on a day that was closed then.
pub(crate) fn check_closed_past(documents: impl IntoIterator<Item = Value>) {
    let mut closed_through: Option<String> = None;
    let mut posted: BTreeMap<String, Value> = BTreeMap::new();
    for document in documents {
        if let Some(day) = document.get("closed_through") {
            closed_through = day.as_str().map(str::to_owned);
        }
        if document.get("transaction_date").is_none() {
            continue;
        }
        let id = document["id"].as_str().expect("a transaction has an id").to_owned();
        let before = posted.remove(&id);
        let after = what_is_posted(document);
        if before != after {
            let changed = before.iter().chain(&after).map(day_of);
            for day in changed {
                let is_closed = closed_through.as_deref().is_some_and(|through| day <= through);
                assert!(
                    !is_closed,
                    "closed through {closed_through:?}: {before:?} is now {after:?}"
                );
            }
        }
        posted.extend(after.map(|after| (id, after)));
    }
}

/// The transaction where it is posted, without what is told of it when money is given back.
fn what_is_posted(mut document: Value) -> Option<Value> {
    if document["status"] != "posted" {
        return None;
    }
    let members = document.as_object_mut().expect("a document is an object");
    for told in ["refunded_amount", "version", "updated_at"] {
        members.remove(told);
    }
    Some(document)
}

fn day_of(document: &Value) -> &str {
    let date = document["transaction_date"].as_str().expect("a date is text");
    date.split_once('T').expect("a date has a time").0
}

impl Played {
    /// The same of the journal as the database has it.
    pub(crate) async fn check_closed_past(&self) {
        let documents = "SELECT CAST(data AS TEXT) || CAST(personal AS TEXT) FROM events ORDER BY position";
        let texts = self.service.database.texts(documents).await;
        check_closed_past(texts.iter().map(|text| {
            let mut parts = serde_json::Deserializer::from_str(text).into_iter::<Value>();
            let mut next = || parts.next().expect("there are two parts").expect("a part is JSON");
            let (mut document, mut personal) = (next(), next());
            // Why, says the event and not the transaction.
            personal["reason"].take();
            document["personal"] = personal;
            document
        }));
    }
}
