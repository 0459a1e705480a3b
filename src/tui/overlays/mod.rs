//! What comes in front of a screen: pickers, forms, menus.

pub mod messages;
pub mod plain;

use crate::tui::commands::{Command, Context};
use crate::tui::keymap::Keymap;
use crate::tui::pane::{Flow, Pane, Reach};

/// What a command opened.
pub enum Opened {
    /// A pane in front.
    Pane(Box<dyn Pane>),
    /// Something that needs no pane.
    Flow(Flow),
    /// The command is somebody else's.
    Nothing,
}

/// Opens what a command means everywhere.
pub fn open(command: Command, reach: &mut Reach<'_>, keymap: &Keymap, contexts: &[Context]) -> Opened {
    let _ = (command, reach, keymap, contexts);
    Opened::Nothing
}
