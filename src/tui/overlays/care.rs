//! A copy of the store, from the palette.

use std::path::Path;

use super::ask::Ask;
use crate::problem::Problem;
use crate::tui::jobs::Job;
use crate::tui::pane::{Flow, Reach};

/// Asks into which file the store is copied; today's beside the store is offered.
pub fn back_up(reach: &Reach<'_>) -> Result<Ask, Problem> {
    let title = reach.words.get("care-where").to_string();
    let hint = reach.words.get("care-where-hint").to_string();
    let file = reach.desk.backup_file()?.display().to_string();
    let ask = Ask::new(title, hint, |typed, reach| {
        reach.work(Job::BackUp(Path::new(typed).to_owned()));
        Flow::Close
    });
    Ok(ask.answered(&file))
}
