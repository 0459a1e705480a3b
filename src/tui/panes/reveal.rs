//! Data that is shown whole for ten seconds, on the Desk and on the card of Find.

use std::time::Duration;

use crate::desk::Desk;
use crate::domain::id::Id;
use crate::tui::pane::Reach;

/// The wake that hides it again.
pub const HIDE: u32 = 7;
/// How long it is shown.
const SHOWN: Duration = Duration::from_secs(10);

/// The order whose receiver is shown whole, if any.
#[derive(Debug, Clone, Copy, Default)]
pub struct Revealed(Option<Id>);

impl Revealed {
    /// Whether that order is shown whole.
    pub fn shows(self, order: Option<Id>) -> bool {
        order.is_some() && self.0 == order
    }

    /// Shows an order whole, once that is in the log; asked again, hides it.
    pub fn toggle(&mut self, order: Option<Id>, reach: &mut Reach<'_>) {
        if self.shows(order) {
            *self = Self::default();
            return;
        }
        let act = |desk: &mut Desk| desk.reveal(order);
        let Some(done) = reach.attempt(act) else {
            return;
        };
        *self = Self(Some(done.record()));
        reach.wake(HIDE, SHOWN);
        let seconds = SHOWN.as_secs();
        reach.say("reveal-shown", &[("seconds", seconds.into())]);
    }

    /// Hides it.
    pub fn hide(&mut self) {
        *self = Self::default();
    }
}
