//! Screens and the parts that they share.

pub mod desk;
pub mod side;
pub mod status;

use crate::desk::Desk;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::tui::pane::{Pane, Screen};

/// Opens a screen over the desk; none for the desk itself, which is always there.
pub fn open(screen: Screen, desk: &Desk, words: &Words) -> Result<Option<Box<dyn Pane>>, Problem> {
    let _ = (desk, words);
    match screen {
        Screen::Desk => Ok(None),
    }
}
