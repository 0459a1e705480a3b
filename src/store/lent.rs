//! An event that is folded: read for it, or lent by who is about to write it.

use std::borrow::Borrow;
use std::ops::Deref;

use crate::domain::event::Event;

/// An event of the fold's own, or of somebody else's; small beside the event, since on its way
/// through a fold it is moved several times.
#[derive(Debug, Clone)]
pub(super) enum Lent<'a> {
    By(&'a Event),
    Own(Box<Event>),
}

impl Lent<'_> {
    /// Returns the event itself, or a copy of what was lent.
    pub(super) fn own(self) -> Event {
        match self {
            Self::By(event) => event.clone(),
            Self::Own(event) => *event,
        }
    }
}

impl From<Event> for Lent<'_> {
    fn from(event: Event) -> Self {
        Self::Own(Box::new(event))
    }
}

impl Deref for Lent<'_> {
    type Target = Event;

    fn deref(&self) -> &Event {
        match self {
            Self::By(event) => event,
            Self::Own(event) => event,
        }
    }
}

impl Borrow<Event> for Lent<'_> {
    fn borrow(&self) -> &Event {
        self
    }
}
