//! Screens and the parts that they share.

pub mod board;
pub mod desk;
pub mod figures;
pub mod held;
mod narrowing;
pub mod past;
pub mod plan;
pub mod printing;
pub mod record;
pub mod reveal;
pub mod review;
pub mod settings;
pub mod side;
pub mod status;
pub mod tables;
#[cfg(test)]
mod tests;
mod undone;

use crate::config::Config;
use crate::desk::Desk;
use crate::domain::registers;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::tui::pane::{Pane, Screen};

/// Returns the screen with which the person at the desk begins: that of the post.
pub fn first(desk: &Desk) -> Screen {
    if desk.is_of_printing() {
        Screen::Printing
    } else {
        Screen::Desk
    }
}

/// Opens a screen over the desk; none for the desk itself, which is always there.
pub fn open(
    screen: Screen,
    desk: &Desk,
    words: &Words,
    config: &Config,
) -> Result<Option<Box<dyn Pane>>, Problem> {
    Ok(match screen {
        Screen::Desk => None,
        Screen::Board => Some(Box::new(board::BoardPane::new(desk, words)?)),
        Screen::Figures => Some(Box::new(figures::FiguresPane::new(desk)?)),
        Screen::Printing => Some(Box::new(printing::PrintingPane::new(desk, words)?)),
        Screen::Tables => Some(Box::new(tables::TablesPane::new(desk, words)?)),
        Screen::Sheet => Some(Box::new(plan::PlanPane::new(desk, words)?)),
        Screen::Settings => Some(Box::new(settings::SettingsPane::new(desk, words, config)?)),
        Screen::Imports => Some(Box::new(tables::TablesPane::of(
            &registers::import::REGISTER,
            desk,
            words,
        )?)),
        Screen::Held => Some(Box::new(held::HeldPane::new(desk, words)?)),
    })
}
