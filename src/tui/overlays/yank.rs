//! Copying a single fact of an item by one key.

use super::transfer::nothing_open;
use crate::desk::yank::Piece;
use crate::domain::id::Id;
use crate::problem::Problem;
use crate::tui::commands::Command;
use crate::tui::pane::Reach;

/// Returns the fact that a command copies.
fn piece(command: Command) -> Option<Piece> {
    match command {
        Command::YankNumber => Some(Piece::Number),
        Command::YankOrder => Some(Piece::Order),
        Command::YankAddress => Some(Piece::Address),
        Command::YankLast => Some(Piece::LastWords),
        _ => None,
    }
}

/// Copies what a command names of an item, or says that there is none; false where the command
/// copies nothing.
pub fn copy(command: Command, item: Option<Id>, reach: &mut Reach<'_>) -> bool {
    let Some(piece) = piece(command) else {
        return false;
    };
    let text: Result<String, Problem> = item
        .ok_or_else(nothing_open)
        .and_then(|item| reach.desk.piece(item, piece));
    match text {
        Ok(text) => reach.copy(&text),
        Err(problem) => reach.trouble(&problem),
    }
    true
}
