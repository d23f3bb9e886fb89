//! The schemas of bodies: what requests may have, and what answers have.

mod audit;
mod batch;
mod import;
mod ledgers;
mod limits;
mod records;
mod requests;
mod server;
mod statements;
mod statistics;
mod tokens;
mod transactions;
mod values;

use serde_json::Value;
use utoipa::openapi::schema::{AdditionalProperties, Array, ArrayBuilder, Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Schema};

pub(super) use values::{
    any_text, category, currency, date, date_time, entity_tags, enumeration, integer, ledger_name, names, plain_text,
    reference_text, server_id, text, unsigned_amount, user_id,
};

const NEXT_CURSOR: &str = "Leads to the next page, as the parameter `cursor`; null ends the list.";

/// A schema, and the name that others refer to it by.
pub(super) type Named = (&'static str, RefOr<Schema>);

/// Every schema, in the order of the document.
pub(super) fn all() -> Vec<Named> {
    let mut all = transactions::all();
    all.extend(records::all());
    all.extend(statements::all());
    all.extend(statistics::all());
    all.extend(tokens::all());
    all.extend(requests::all());
    all.extend(ledgers::all());
    all.extend(limits::all());
    all.extend(batch::all());
    all.extend(import::all());
    all.extend(audit::all());
    all.extend(server::all());
    all
}

/// A reference to the schema called `name`.
pub(super) fn reference(name: &str) -> RefOr<Schema> {
    Ref::from_schema_name(name).into()
}

/// A page of the schema called `name`.
pub(super) fn page_of(name: &str) -> RefOr<Schema> {
    Shape::new("A page of a list.")
        .must("data", "The rows, in the order of the list.", list_of(name))
        .must("next_cursor", NEXT_CURSOR, nullable(any_text()))
        .build()
}

/// Everything there is of the schema called `name`.
pub(super) fn all_of(name: &str) -> RefOr<Schema> {
    Shape::new("All rows.").must("data", "The rows.", list_of(name)).build()
}

fn list_of(name: &str) -> Array {
    ArrayBuilder::new().items(reference(name)).build()
}

/// A value or null.
fn nullable(mut schema: Object) -> Object {
    if let SchemaType::Type(of) = &schema.schema_type {
        schema.schema_type = SchemaType::from_iter([of.clone(), Type::Null]);
    }
    if let Some(values) = &mut schema.enum_values {
        values.push(Value::Null);
    }
    schema
}

/// A schema that can be given a description of its own.
trait Described {
    fn described(self, description: &str) -> RefOr<Schema>;
}

impl Described for Object {
    fn described(mut self, description: &str) -> RefOr<Schema> {
        self.description = Some(description.to_owned());
        self.into()
    }
}

impl Described for Array {
    fn described(mut self, description: &str) -> RefOr<Schema> {
        self.description = Some(description.to_owned());
        self.into()
    }
}

impl Described for Ref {
    fn described(mut self, description: &str) -> RefOr<Schema> {
        self.description = description.to_owned();
        self.into()
    }
}

/// The members of an object.
struct Shape(ObjectBuilder);

impl Shape {
    fn new(description: &str) -> Self {
        Self(
            ObjectBuilder::new()
                .schema_type(Type::Object)
                .description(Some(description)),
        )
    }

    /// A member that is always there.
    fn must(self, name: &str, description: &str, schema: impl Described) -> Self {
        Self(self.0.property(name, schema.described(description)).required(name))
    }

    /// A member that may be absent.
    fn may(self, name: &str, description: &str, schema: impl Described) -> Self {
        Self(self.0.property(name, schema.described(description)))
    }

    /// No member but those named: a request that has another is refused.
    fn closed(self) -> Self {
        Self(
            self.0
                .additional_properties(Some(AdditionalProperties::FreeForm(false))),
        )
    }

    fn example(self, example: Value) -> Self {
        Self(self.0.examples([example]))
    }

    fn build(self) -> RefOr<Schema> {
        self.0.build().into()
    }
}
