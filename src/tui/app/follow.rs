//! The right half of the desk shows what the cursor of the list is on, once no key has come for
//! a moment: nothing is read on the key itself.

use std::time::Duration;

use super::Workstation;
use crate::tui::panes::desk::DeskPane;
use crate::tui::run::{Effect, Effects};

/// The wake at which the right half follows.
pub(super) const FOLLOW: u32 = 5;
/// How long no key has come then.
const AT_REST: Duration = Duration::from_millis(40);

impl Workstation {
    /// Asks for the wake where the list has gone to another item than the one that is shown; each
    /// key puts it off.
    pub(super) fn follow_soon(&mut self, effects: &mut Effects) {
        if self.lags() {
            effects.list.push(Effect::Wake(FOLLOW, AT_REST));
        }
    }

    /// Shows the item under the cursor; the list keeps the focus.
    pub(super) fn follow_cursor(&mut self, effects: &mut Effects) {
        if self.lags() {
            self.turned(DeskPane::follow_cursor);
            effects.draw = true;
        }
    }

    fn lags(&self) -> bool {
        let (width, _) = self.status.size();
        self.gate.is_none() && self.front.is_empty() && self.home.lags(width)
    }
}
