//! Leaving the desk (Ctrl+Q): away, meal, change of person, sign out, quit.

use super::ask::Ask;
use super::menu::{Menu, MenuPane};
use crate::desk::Desk;
use crate::problem::Problem;
use crate::tui::commands::Command;
use crate::tui::pane::{Flow, Reach};

/// What the menu's rows do; `back` stands behind them while the person is away, so that no
/// digit ever means something else.
const ACTS: [&str; 5] = ["away", "meal", "change", "sign-out", "quit"];

/// Opens the menu.
pub fn open(reach: &Reach<'_>) -> Result<MenuPane, Problem> {
    let me = reach.desk.me()?.id;
    let away = reach.desk.presence_of(me)? == "away";
    let acts: Vec<&'static str> = if away {
        ACTS.into_iter().chain(["back"]).collect()
    } else {
        ACTS.to_vec()
    };
    let labels: Vec<String> = acts
        .iter()
        .map(|act| reach.words.get(&format!("away-{act}")).to_string())
        .collect();
    let title = reach.words.get("away-title").to_string();
    let cursor = if away { ACTS.len() } else { 0 };
    Ok(MenuPane::new(
        Menu::new(title, labels).at(cursor),
        move |row, reach| match acts.get(row) {
            Some(&"back") => {
                if reach.attempt(Desk::back).is_some() {
                    reach.say("away-is-back", &[]);
                }
                Flow::Close
            }
            Some(&"change") => Flow::Run(Command::Lock),
            Some(&"sign-out") => Flow::Run(Command::SignOut),
            Some(&"quit") => Flow::Quit,
            Some(reason) => {
                let word = reach.words.get(&format!("away-{reason}")).to_string();
                if reach.attempt(|desk| desk.away(&word)).is_some() {
                    reach.say("away-is-away", &[]);
                }
                Flow::Close
            }
            None => Flow::Close,
        },
    ))
}

/// Signs out; open work that stands in no handover wants a reason.
pub fn sign_out(reach: &mut Reach<'_>) -> Flow {
    let left = match reach.desk.not_handed_over() {
        Ok(left) => left,
        Err(problem) => {
            reach.trouble(&problem);
            return Flow::Close;
        }
    };
    if left == 0 {
        return if reach.attempt(|desk| desk.sign_out(None)).is_some() {
            Flow::Quit
        } else {
            Flow::Close
        };
    }
    let title = reach
        .words
        .with("away-open-left", &[("count", left.into())]);
    let hint = reach.words.get("away-open-left-hint").to_string();
    let ask = Ask::new(title, hint, |reason, reach| {
        let done = reach.attempt(|desk| desk.sign_out(Some(reason)));
        done.map_or(Flow::Stay, |_| Flow::Quit)
    });
    Flow::Replace(Box::new(ask.keeping(reach, "sign-out", "")))
}
