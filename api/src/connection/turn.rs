//! Whose turn it is on a connection: its stream sees bytes, the application sees requests, and this tells the one what
//! only the other knows.

use std::cell::Cell;
use std::rc::Rc;

/// Whose turn it is on one connection.
#[derive(Debug, Default)]
pub(super) struct Turn(Cell<Holder>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Holder {
    /// The client's: a head is to come.
    #[default]
    Client,
    /// The application's, which reads the body and answers.
    Application,
    /// Nobody's: the last answer is made, and what comes yet is no head.
    Nobody,
    /// Nobody's: the body turned out to be malformed before anything was done with the request, and nobody can answer.
    Broken,
}

impl Turn {
    pub(super) fn is_the_clients(&self) -> bool {
        self.0.get() == Holder::Client
    }

    /// Whether the last answer is made, so that what comes yet is for nobody.
    pub(super) fn is_over(&self) -> bool {
        self.0.get() == Holder::Nobody
    }

    /// Whether a request is left that was never answered.
    pub(super) fn is_broken(&self) -> bool {
        self.0.get() == Holder::Broken
    }

    /// Lets the request stand as one with a malformed body, unless it gets an answer all the same.
    pub(super) fn break_off(&self) {
        if self.0.get() == Holder::Application {
            self.0.set(Holder::Broken);
        }
    }

    /// Lets no other turn follow.
    pub(super) fn end(&self) {
        self.0.set(Holder::Nobody);
    }
}

/// The application's turn; the client has the next one once this is dropped.
#[derive(Debug)]
pub(super) struct TurnTaken(Rc<Turn>);

impl TurnTaken {
    pub(super) fn new(turn: &Rc<Turn>) -> Self {
        turn.0.set(Holder::Application);
        Self(Rc::clone(turn))
    }
}

impl Drop for TurnTaken {
    fn drop(&mut self) {
        if self.0.0.get() == Holder::Application {
            self.0.0.set(Holder::Client);
        }
    }
}
