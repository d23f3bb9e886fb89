//! Whose turn it is on a connection: its stream sees bytes, the application sees requests, and this tells the one what
//! only the other knows.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};

/// Whose turn it is on one connection.
#[derive(Debug, Default)]
pub(super) struct Turn {
    holder: Cell<Holder>,
    /// How many requests the application has taken.
    taken: Cell<u64>,
    /// Reads on once it is another's turn.
    reader: RefCell<Option<Waker>>,
}

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
        self.holder.get() == Holder::Client
    }

    /// How many requests the application has taken.
    pub(super) fn taken(&self) -> u64 {
        self.taken.get()
    }

    /// Lets whoever reads the connection wait until it is another's turn.
    pub(super) fn wait(&self, context: &Context<'_>) {
        self.reader.replace(Some(context.waker().clone()));
    }

    /// Whether the last answer is made, so that what comes yet is for nobody.
    pub(super) fn is_over(&self) -> bool {
        self.holder.get() == Holder::Nobody
    }

    /// Whether a request is left that was never answered.
    pub(super) fn is_broken(&self) -> bool {
        self.holder.get() == Holder::Broken
    }

    /// Lets the request stand as one with a malformed body, unless it gets an answer all the same.
    pub(super) fn break_off(&self) {
        if self.holder.get() == Holder::Application {
            self.pass_to(Holder::Broken);
        }
    }

    /// Lets no other turn follow.
    pub(super) fn end(&self) {
        self.pass_to(Holder::Nobody);
    }

    fn pass_to(&self, holder: Holder) {
        self.holder.set(holder);
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

/// The application's turn; the client has the next one once this is dropped.
#[derive(Debug)]
pub(super) struct TurnTaken(Rc<Turn>);

impl TurnTaken {
    pub(super) fn new(turn: &Rc<Turn>) -> Self {
        turn.taken.set(turn.taken.get().saturating_add(1));
        turn.pass_to(Holder::Application);
        Self(Rc::clone(turn))
    }
}

impl Drop for TurnTaken {
    fn drop(&mut self) {
        if self.0.holder.get() == Holder::Application {
            self.0.pass_to(Holder::Client);
        }
    }
}
