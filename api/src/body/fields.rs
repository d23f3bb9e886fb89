//! The members of a JSON body, taken one by one into checked values; every bad one is remembered, so that one answer
//! names them all.
//!
//! A member is asked for by name with a reader, a function from a [`Tree`] to a value. What nobody asked for is an
//! unknown field. A reader of a body asks for all of them before it gives up on one. In a create null is the same as
//! absent; in a merge patch it clears, where the contract lets it.

use std::collections::BTreeMap;

use service::value::{FieldError, Metadata, MetadataPatch, ValueCode, ValueError};

use super::Tree;
use super::readers::{Read, wrong_type};
use crate::problem::Problem;

/// Most bad fields that one answer names: a body has room for a hundred thousand.
pub(crate) const ERRORS_MAX: usize = 100;

/// A member that a body may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
}

/// The members of one object that nobody has asked for yet, and what was wrong with the others.
#[derive(Debug)]
pub(crate) struct Fields {
    members: BTreeMap<String, Tree>,
    asked: Vec<Asked>,
    errors: Vec<FieldError>,
}

impl Fields {
    /// What `reader` makes of the members of `body`, if every one is good.
    ///
    /// # Errors
    /// `validation_failed` with every bad field, the first [`ERRORS_MAX`] of them; for a body that is no object the field
    /// is the empty path.
    pub(crate) fn read<T>(body: Tree, reader: impl FnOnce(&mut Self) -> Option<T>) -> Result<T, Problem> {
        let mut fields = match body {
            Tree::Object(members) => Self::new(members),
            other => {
                return Err(Problem::invalid(vec![FieldError {
                    field: String::new(),
                    error: wrong_type("an object", &other),
                }]));
            }
        };
        let value = reader(&mut fields);
        fields.finish(value)
    }

    /// Members of which none was asked for yet.
    pub(crate) fn new(members: BTreeMap<String, Tree>) -> Self {
        Self {
            members,
            asked: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// A member that must be there.
    pub(crate) fn required<T>(&mut self, name: &'static str, read: impl FnOnce(Tree) -> Read<T>) -> Option<T> {
        self.ask(name, true);
        match self.members.remove(name) {
            None | Some(Tree::Null) => {
                self.refuse(name, ValueError::new(ValueCode::Required, "Must be given."));
                None
            }
            Some(value) => self.keep(name, read(value)),
        }
    }

    /// A member that must be there, and may be null: `Some(None)`.
    pub(crate) fn required_or_null<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(Tree) -> Read<T>,
    ) -> Option<Option<T>> {
        if matches!(self.members.get(name), Some(Tree::Null)) {
            self.ask(name, true);
            self.members.remove(name);
            return Some(None);
        }
        self.required(name, read).map(Some)
    }

    /// A member of a create that may be absent or null.
    pub(crate) fn optional<T>(&mut self, name: &'static str, read: impl FnOnce(Tree) -> Read<T>) -> Option<T> {
        self.ask(name, false);
        match self.members.remove(name) {
            None | Some(Tree::Null) => None,
            Some(value) => self.keep(name, read(value)),
        }
    }

    /// A member of a merge patch that null does not clear.
    pub(crate) fn changed<T>(&mut self, name: &'static str, read: impl FnOnce(Tree) -> Read<T>) -> Option<T> {
        self.ask(name, false);
        match self.members.remove(name)? {
            Tree::Null => {
                self.refuse(
                    name,
                    ValueError::new(ValueCode::NotAllowed, "Cannot be cleared by null."),
                );
                None
            }
            value => self.keep(name, read(value)),
        }
    }

    /// A member of a merge patch that null clears: `Some(None)`.
    pub(crate) fn clearable<T>(&mut self, name: &'static str, read: impl FnOnce(Tree) -> Read<T>) -> Option<Option<T>> {
        self.ask(name, false);
        match self.members.remove(name)? {
            Tree::Null => Some(None),
            value => self.keep(name, read(value)).map(Some),
        }
    }

    /// A member that the body has in other cases, but not in this one.
    pub(crate) fn excluded(&mut self, name: &'static str, detail: &'static str) {
        self.ask(name, false);
        if !matches!(self.members.remove(name), None | Some(Tree::Null)) {
            self.refuse(name, ValueError::new(ValueCode::NotAllowed, detail));
        }
    }

    /// The caller's own members of a new resource; a null one is absent.
    pub(crate) fn metadata(&mut self, name: &'static str) -> Option<Metadata> {
        self.ask(name, false);
        let members = match self.members.remove(name) {
            None | Some(Tree::Null) => return Some(Metadata::default()),
            Some(value) => self.texts_of(name, value)?,
        };
        let present = members.into_iter().filter_map(|(key, text)| Some((key, text?)));
        self.keep_all(Metadata::parse(name, present.collect()))
    }

    /// Changes to the caller's own members: null removes one.
    pub(crate) fn metadata_patch(&mut self, name: &'static str) -> Option<MetadataPatch> {
        let members = self.changed(name, Ok)?;
        let members = self.texts_of(name, members)?;
        self.keep_all(MetadataPatch::parse(name, members))
    }

    /// What `reader` makes of a member that is an object; of one that is absent or null, what it makes of no members.
    pub(crate) fn nested<T>(&mut self, name: &'static str, reader: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.ask(name, false);
        let members = match self.members.remove(name) {
            None | Some(Tree::Null) => BTreeMap::new(),
            Some(Tree::Object(members)) => members,
            Some(other) => {
                self.refuse(name, wrong_type("an object", &other));
                return None;
            }
        };
        let mut inner = Self::new(members);
        let value = reader(&mut inner);
        inner.refuse_unknown();
        let is_refused = !inner.errors.is_empty();
        self.report(inner.errors.into_iter().map(|error| FieldError {
            field: format!("{name}.{}", error.field),
            ..error
        }));
        value.filter(|_| !is_refused)
    }

    /// Whether anything was wrong with the member so far.
    pub(crate) fn has_refused(&self, name: &str) -> bool {
        self.errors.iter().any(|error| error.field == name)
    }

    /// Remembers what is wrong with a member that was read, but does not go with another.
    pub(crate) fn check<T>(&mut self, name: &str, checked: Read<T>) {
        self.keep(name, checked);
    }

    fn refuse(&mut self, name: &str, error: ValueError) {
        self.report([FieldError {
            field: name.to_owned(),
            error,
        }]);
    }

    /// Remembers `errors` as far as there is room; what is not remembered is not made.
    fn report(&mut self, errors: impl IntoIterator<Item = FieldError>) {
        let room = ERRORS_MAX.saturating_sub(self.errors.len());
        self.errors.extend(errors.into_iter().take(room));
    }

    fn finish<T>(mut self, value: Option<T>) -> Result<T, Problem> {
        self.refuse_unknown();
        if !self.errors.is_empty() {
            return Err(Problem::invalid(self.errors));
        }
        value.ok_or_else(|| Problem::internal("a body without a bad field did not make a command"))
    }

    fn refuse_unknown(&mut self) {
        let unknown = std::mem::take(&mut self.members);
        let known: Vec<&str> = self.asked.iter().map(|asked| asked.name).collect();
        let detail = format!("There is no such member; known are {}.", known.join(", "));
        self.report(unknown.into_keys().map(|field| FieldError {
            field,
            error: ValueError::new(ValueCode::UnknownField, detail.as_str()),
        }));
    }

    /// The members that were asked for so far.
    #[cfg(test)]
    pub(crate) fn asked(&self) -> &[Asked] {
        &self.asked
    }

    fn ask(&mut self, name: &'static str, required: bool) {
        self.asked.push(Asked { name, required });
    }

    fn keep<T>(&mut self, name: &str, read: Read<T>) -> Option<T> {
        read.map_err(|error| self.refuse(name, error)).ok()
    }

    fn keep_all<T>(&mut self, read: Result<T, Vec<FieldError>>) -> Option<T> {
        read.map_err(|errors| self.report(errors)).ok()
    }

    /// The members of an object of texts. One of another type is reported and stands as an empty text from then on,
    /// so that its key and the number of keys are checked all the same.
    fn texts_of(&mut self, name: &str, value: Tree) -> Option<BTreeMap<String, Option<String>>> {
        let Tree::Object(members) = value else {
            self.refuse(name, wrong_type("an object", &value));
            return None;
        };
        let mistyped = members
            .iter()
            .filter(|(_, value)| !matches!(value, Tree::Null | Tree::Text(_)));
        self.report(mistyped.map(|(key, value)| FieldError {
            field: format!("{name}.{key}"),
            error: wrong_type("a string", value),
        }));
        let texts = members.into_iter().map(|(key, value)| match value {
            Tree::Null => (key, None),
            Tree::Text(text) => (key, Some(text)),
            _ => (key, Some(String::new())),
        });
        Some(texts.collect())
    }
}
