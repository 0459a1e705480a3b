//! Linking, merging and splitting the item on the desk.

use super::ask::Ask;
use super::menu::{Menu, MenuPane};
use super::since::Since;
use super::transfer::nothing_open;
use super::{Opened, pane};
use crate::problem::Problem;
use crate::tui::pane::{Flow, Reach};

/// Asks for the number of what the item is linked to.
pub fn link(reach: &Reach<'_>) -> Result<Ask, Problem> {
    let item = reach.item.ok_or_else(nothing_open)?;
    let title = reach.words.get("link-title").to_string();
    let hint = reach.words.get("link-hint").to_string();
    let mut since = Since::of(reach, item);
    Ok(Ask::new(title, hint, move |name, reach| {
        if let Some(stopped) = since.stops(reach) {
            return stopped;
        }
        if reach.attempt(|desk| desk.link(item, name)).is_none() {
            return Flow::Stay;
        }
        reach.say("link-done", &[("name", name.into())]);
        Flow::Close
    }))
}

/// Asks which open item of the same buyer or order goes on with both histories.
pub fn merge(reach: &mut Reach<'_>) -> Result<Opened, Problem> {
    let item = reach.item.ok_or_else(nothing_open)?;
    let goals = reach.desk.merge_goals(item)?;
    if goals.is_empty() {
        reach.say("merge-none", &[]);
        return Ok(Opened::Flow(Flow::Stay));
    }
    let speech = reach.speech();
    let labels = goals.iter().map(|row| {
        let number = row.number.clone().unwrap_or_default();
        format!("{number} {}  {}", speech.title(row), speech.subject(row))
    });
    let title = reach.words.get("merge-title").to_string();
    let goals: Vec<_> = goals.iter().map(|row| row.id).collect();
    let menu = Menu::new(title, labels);
    let both: Vec<_> = goals.iter().copied().chain([item]).collect();
    let mut since = Since::of_all(reach, &both);
    Ok(pane(MenuPane::new(menu, move |row, reach| {
        let Some(goal) = goals.get(row).copied() else {
            return Flow::Stay;
        };
        if let Some(stopped) = since.stops(reach) {
            return stopped;
        }
        if reach.attempt(|desk| desk.merge(item, goal)).is_none() {
            return Flow::Close;
        }
        reach.say("merge-done", &[]);
        Flow::Show(goal)
    })))
}

/// Asks what the second matter is about, and opens it as a talk of its own.
pub fn split(reach: &Reach<'_>) -> Result<Ask, Problem> {
    let item = reach.item.ok_or_else(nothing_open)?;
    let title = reach.words.get("split-title").to_string();
    let hint = reach.words.get("split-hint").to_string();
    let mut since = Since::of(reach, item);
    Ok(Ask::new(title, hint, move |what, reach| {
        if let Some(stopped) = since.stops(reach) {
            return stopped;
        }
        let done = reach.attempt(|desk| desk.split_off(item, what));
        let Some(done) = done else {
            return Flow::Stay;
        };
        reach.say("split-done", &[]);
        Flow::Show(done.record())
    }))
}
