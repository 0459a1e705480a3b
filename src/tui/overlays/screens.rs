//! The screens by digit (F12).

use super::menu::{Menu, MenuPane};
use crate::tui::pane::{Flow, Reach, Screen};

/// The screens in the order of their digits, with the ends of their message ids.
const SCREENS: [(Screen, &str); 4] = [
    (Screen::Desk, "command-screen_desk"),
    (Screen::Printing, "command-screen_printing"),
    (Screen::Tables, "command-screen_tables"),
    (Screen::Held, "command-screen_held"),
];

/// Returns the menu of screens.
pub fn open(reach: &Reach<'_>) -> MenuPane {
    let labels = SCREENS
        .iter()
        .map(|(_, id)| reach.words.get(id).to_string());
    MenuPane::new(
        Menu::new(reach.words.get("command-screens").to_string(), labels),
        |row, _| {
            SCREENS
                .get(row)
                .map_or(Flow::Close, |(screen, _)| Flow::Screen(*screen))
        },
    )
}
