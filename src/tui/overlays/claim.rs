//! Taking an item (Ctrl+K): at once where nobody works on it, else for a reason; and asking the
//! next level about it (Ctrl+U).

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::ask::Ask;
use super::bulk;
use super::kept::{self, KeptForm};
use super::sheet::{Asks, Sheet};
use super::since::Since;
use super::transfer::{boxed, nothing_open, reason_field};
use crate::desk::bulk::Bulk;
use crate::domain::id::Id;
use crate::domain::register::Owner;
use crate::problem::Problem;
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::widgets::Look;
use crate::tui::widgets::form::{Field, Value};

/// The question why a colleague's item is taken.
pub struct TakeOver {
    sheet: Sheet,
    item: Id,
    /// Who has it.
    owner: String,
    kept: KeptForm,
    since: Since,
}

impl TakeOver {
    fn new(reach: &Reach<'_>, item: Id, owner: Id) -> Self {
        let words = reach.words;
        let note = Field::new(
            "note",
            words.get("claim-note").to_string(),
            Value::Text(Editor::single_line(), 1),
        );
        let mut sheet = Sheet::new(vec![reason_field(words), note]);
        let key = kept::key_of("claim", &[item]);
        let kept = KeptForm::open(reach, key, &mut sheet.form);
        // Why is asked at once, with the digits in sight.
        sheet.show_menu();
        let owner = reach.desk.people().by_id(owner);
        Self {
            sheet,
            item,
            owner: owner.map_or_else(String::new, |person| person.name.clone()),
            kept,
            since: Since::of(reach, item),
        }
    }

    fn act(&mut self, reach: &mut Reach<'_>) -> Flow {
        let Some(reason) = self.sheet.form.chosen("reason").map(str::to_owned) else {
            self.sheet.form.apply(Command::NextMissing);
            reach.say("claim-missing", &[]);
            return Flow::Stay;
        };
        if let Some(stopped) = self.since.stops(reach) {
            return stopped;
        }
        let note = self.sheet.form.text("note").trim().to_owned();
        let note = Some(note.as_str()).filter(|note| !note.is_empty());
        let item = self.item;
        if reach
            .attempt(|desk| desk.claim_noted(item, Some(&reason), note))
            .is_none()
        {
            return Flow::Stay;
        }
        self.kept.done();
        reach.say("claim-done", &[]);
        Flow::Close
    }
}

impl Pane for TakeOver {
    fn contexts(&self) -> Vec<Context> {
        self.sheet.contexts(Context::FollowUp)
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match self.sheet.asks(command, Command::Claim) {
            Some(Asks::Leave) => return Flow::Close,
            Some(Asks::Act) => return self.act(reach),
            Some(Asks::Nothing) => return Flow::Stay,
            None => {}
        }
        self.sheet.command(command).into()
    }

    fn input(&mut self, input: &Input, _: &mut Reach<'_>) -> Flow {
        self.sheet.input(input).into()
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let title = look
            .words
            .with("claim-title", &[("owner", (&self.owner).into())]);
        boxed(&self.sheet, (&title, "claim-enter"), buf, area, look)
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn draft(&self) -> Option<(String, String)> {
        Some(self.kept.draft(&self.sheet.form))
    }
}

/// Takes the item on the desk: at once where nobody has it or its owner let it lie, else after a
/// reason.
pub fn claim(reach: &mut Reach<'_>) -> Result<Option<TakeOver>, Problem> {
    let item = reach.item.ok_or_else(nothing_open)?;
    let (record, _) = reach.desk.record(item)?;
    let me = reach.desk.me()?.id;
    match record.owner {
        Some(Owner::Person(owner)) if owner == me => {
            reach.say("claim-mine", &[]);
            return Ok(None);
        }
        Some(Owner::Person(owner)) => {
            let lease = reach.desk.lease(&record)?;
            if !lease.is_some_and(|lease| lease.has_run_out) {
                return Ok(Some(TakeOver::new(reach, item, owner)));
            }
        }
        _ => {}
    }
    if reach.attempt(|desk| desk.claim(item, None)).is_some() {
        reach.say("claim-done", &[]);
    }
    Ok(None)
}

/// Asks for one line that goes to the next level above; the item stays whose it is.
pub fn escalate(reach: &Reach<'_>) -> Result<Ask, Problem> {
    let item = reach.item.ok_or_else(nothing_open)?;
    let above = reach.desk.above(&reach.desk.record(item)?.0)?;
    let words = reach.words;
    let names: Vec<&str> = above.people.iter().map(|one| one.name.as_str()).collect();
    let level = words.get(&format!("value-level-{}", above.level));
    let title = words.with(
        "escalate-title",
        &[
            ("level", level.to_string().into()),
            ("names", names.join(" ").into()),
        ],
    );
    let hint = words.get("escalate-hint").to_string();
    Ok(Ask::new(title, hint, move |line, reach| {
        if reach.attempt(|desk| desk.escalate(item, line)).is_none() {
            return Flow::Stay;
        }
        reach.say("escalate-done", &[]);
        Flow::Close
    })
    .keeping(reach, "escalate", item))
}

/// Asks for one line that goes to the next level above each of several items, and shows what it
/// comes to.
pub fn escalate_all(reach: &Reach<'_>, items: Vec<Id>) -> Ask {
    let count = [("count", items.len().into())];
    let title = reach.words.with("escalate-title-several", &count);
    let hint = reach.words.get("escalate-hint").to_string();
    Ask::new(title, hint, move |line, reach| {
        bulk::show(reach, items.clone(), Bulk::Escalate(line.to_owned()), None)
    })
}

#[cfg(test)]
#[path = "claim_tests.rs"]
mod tests;
