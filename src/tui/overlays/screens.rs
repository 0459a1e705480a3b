//! The screens by digit (F12).

use super::menu::{Menu, MenuPane};
use crate::tui::pane::{Flow, Reach, Screen};

/// The screens with their digits and message ids; a digit is a screen's for good (ux 9.2).
const SCREENS: [(usize, Screen, &str); 9] = [
    (1, Screen::Desk, "command-screen_desk"),
    (2, Screen::Board, "command-screen_board"),
    (3, Screen::Printing, "command-screen_printing"),
    (4, Screen::Tables, "command-screen_tables"),
    (5, Screen::Figures, "command-screen_figures"),
    (6, Screen::Held, "command-screen_held"),
    (7, Screen::Sheet, "command-screen_sheet"),
    (8, Screen::Imports, "command-screen_import"),
    (9, Screen::Settings, "command-screen_settings"),
];

/// Returns the menu of screens.
pub fn open(reach: &Reach<'_>) -> MenuPane {
    let rows = SCREENS
        .iter()
        .map(|(digit, _, id)| (*digit, reach.words.get(id).to_string()))
        .collect();
    let title = reach.words.get("command-screens").to_string();
    MenuPane::new(Menu::numbered(title, rows), |row, _| {
        SCREENS
            .get(row)
            .map_or(Flow::Close, |(_, screen, _)| Flow::Screen(*screen))
    })
}
