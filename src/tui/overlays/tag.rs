//! Tags of one item or several: a line of words.

use super::ask::Ask;
use super::bulk;
use super::since::Since;
use super::transfer::nothing_open;
use crate::desk::bulk::Bulk;
use crate::desk::item::tags;
use crate::domain::id::Id;
use crate::problem::Problem;
use crate::tui::pane::{Flow, Reach};

/// Asks for the tags of the item on the desk.
pub fn open(reach: &Reach<'_>) -> Result<Ask, Problem> {
    let item = reach.item.ok_or_else(nothing_open)?;
    let (record, _) = reach.desk.record(item)?;
    let before = tags(&record);
    let hint = if before.is_empty() {
        reach.words.get("tag-hint").to_string()
    } else {
        let before: Vec<String> = before.iter().map(|tag| format!("#{tag}")).collect();
        reach
            .words
            .with("tag-before", &[("tags", before.join(" ").into())])
    };
    let title = reach.words.get("tag-title").to_string();
    let mut since = Since::of(reach, item);
    Ok(Ask::new(title, hint, move |words, reach| {
        if let Some(stopped) = since.stops(reach) {
            return stopped;
        }
        if reach.attempt(|desk| desk.tag(item, words)).is_none() {
            return Flow::Stay;
        }
        reach.say("tag-done", &[("tags", words.into())]);
        Flow::Close
    }))
}

/// Asks for the tags of several items, and shows what they change.
pub fn of(reach: &Reach<'_>, items: Vec<Id>) -> Ask {
    let count = [("count", items.len().into())];
    let title = reach.words.with("tag-title-several", &count);
    let hint = reach.words.get("tag-hint").to_string();
    Ask::new(title, hint, move |words, reach| {
        bulk::show(reach, items.clone(), Bulk::Tag(words.to_owned()), None)
    })
}
