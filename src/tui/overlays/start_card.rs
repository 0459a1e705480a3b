//! What a new shop lacks (ux 10): each row leads to where it is done; what is there is ticked.

use super::menu::{Menu, MenuPane};
use crate::desk::first::Need;
use crate::problem::Problem;
use crate::tui::commands::Command;
use crate::tui::pane::{Flow, Reach, Screen};

/// Returns the card.
pub fn open(reach: &Reach<'_>) -> Result<MenuPane, Problem> {
    let words = reach.words;
    let lacking = reach.desk.lacks(reach.config.shared_folder().is_some())?;
    let row = |need: Need| {
        let label = words.get(&format!("start-{}", need.word())).to_string();
        let note = if lacking.contains(&need) {
            words.get("start-lacks").to_string()
        } else {
            words.get("start-there").to_string()
        };
        (label, note)
    };
    let mut rows: Vec<_> = Need::ALL.into_iter().map(row).collect();
    rows.push((words.get("start-quiet").to_string(), String::new()));
    let title = words.with("start-title", &[("count", lacking.len().into())]);
    Ok(MenuPane::new(Menu::noted(title, rows), |row, reach| {
        follow(Need::ALL.get(row).copied(), reach)
    }))
}

/// Leads to where a need is met; without one the card comes no more by itself.
fn follow(need: Option<Need>, reach: &mut Reach<'_>) -> Flow {
    match need {
        Some(Need::Folder) => {
            reach.say("start-folder-how", &[]);
            Flow::Close
        }
        Some(Need::Replies) => {
            reach.say("start-drop", &[]);
            Flow::Run(Command::Capture)
        }
        Some(Need::Orders) => {
            reach.say("start-drop", &[]);
            Flow::Screen(Screen::Imports)
        }
        Some(Need::People) => Flow::Run(Command::Admit),
        Some(Need::Limits) => {
            reach.say("start-limits-how", &[]);
            Flow::Close
        }
        Some(Need::Sheet) => Flow::Screen(Screen::Sheet),
        None => {
            if reach.attempt(crate::desk::Desk::quiet_lacks).is_some() {
                reach.say("start-quieted", &[]);
            }
            Flow::Close
        }
    }
}
