//! Handing an item on (Ctrl+G): to a person, a post, or who has the next shift.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::bulk;
use super::kept::{self, KeptForm};
use super::sheet::{Asks, Did, Sheet, set_choice};
use super::since::Since;
use crate::desk::assign::Candidate;
use crate::desk::bulk::Bulk;
use crate::desk::item::{NEXT_SHIFT, TRANSFER_REASONS};
use crate::desk::next_shift::{NextShift, Why};
use crate::domain::id::Id;
use crate::domain::register::{Owner, Post};
use crate::i18n::Words;
use crate::problem::{Kind, Problem};
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::form::{self, Choice, Field, Value};
use crate::tui::widgets::line::Run;
use crate::tui::widgets::{Look, frame, page};

/// Columns of the box.
const WIDTH: u16 = 76;

/// The form of a transfer: to whom, why.
pub struct Transfer {
    sheet: Sheet,
    items: Vec<Id>,
    /// Whom it is about, or how many items go.
    buyer: String,
    kept: KeptForm,
    since: Since,
    /// Whether the items were marked: then what each comes to is shown first.
    is_marked: bool,
    /// Who has the next shift.
    next: Owner,
    /// Whether to whom they go was chosen by a name that was typed, and by nothing else.
    is_named: bool,
}

impl Transfer {
    /// Opens the form for the item on the desk.
    pub fn open(reach: &Reach<'_>) -> Result<Self, Problem> {
        Self::about(reach, vec![reach.item.ok_or_else(nothing_open)?], false)
    }

    /// Opens the form for marked items, which go together.
    pub fn of(reach: &Reach<'_>, items: Vec<Id>) -> Result<Self, Problem> {
        Self::about(reach, items, true)
    }

    fn about(reach: &Reach<'_>, items: Vec<Id>, is_marked: bool) -> Result<Self, Problem> {
        let words = reach.words;
        let buyer = match items[..] {
            [] => return Err(nothing_open()),
            [only] => {
                let (record, _) = reach.desk.record(only)?;
                record.text("buyer").unwrap_or_default().to_owned()
            }
            _ => words.with("transfer-several", &[("count", items.len().into())]),
        };
        let next = reach.desk.next_shift(&items)?;
        let candidates = reach.desk.candidates(&items)?;
        let people = candidates.iter().map(|one| choice(reach, one));
        let others = std::iter::once(next_choice(reach, &next)).chain(people);
        let posts = Post::ALL.map(|post| {
            let name = words.get(&format!("value-post-{}", post.word()));
            Choice::new(
                post.word(),
                words.with("transfer-post", &[("post", name.into())]),
            )
        });
        let label = |id: &str| words.get(id).to_string();
        let fields = vec![
            Field::new(
                "to",
                label("transfer-to"),
                Value::Choice(posts.into_iter().chain(others).collect(), None),
            )
            .required(),
            Field::new(
                "name",
                label("transfer-name"),
                Value::Text(Editor::single_line(), 1),
            ),
            reason_field(words),
        ];
        // Marked items are looked at once more in the preview.
        let since = Since::of_all(reach, if is_marked { &[] } else { &items });
        let mut sheet = Sheet::new(fields);
        let key = kept::key_of("transfer", &items);
        let kept = KeptForm::open(reach, key, &mut sheet.form);
        // To whom is asked at once, with the digits in sight.
        sheet.show_menu();
        let named = spelling_of(reach, sheet.form.text("name"));
        let is_named = named.is_some_and(|named| sheet.form.chosen("to") == Some(&named));
        Ok(Self {
            sheet,
            items,
            buyer,
            kept,
            since,
            is_marked,
            next: next.to,
            is_named,
        })
    }

    fn act(&mut self, reach: &mut Reach<'_>) -> Flow {
        if self.sheet.form.missing() > 0 {
            self.sheet.form.apply(Command::NextMissing);
            reach.say("transfer-missing", &[]);
            return Flow::Stay;
        }
        let to = match self.sheet.form.chosen("to") {
            Some(NEXT_SHIFT) => Some(self.next),
            to => to.and_then(Owner::parse),
        };
        let (Some(to), Some(reason)) = (to, self.sheet.form.chosen("reason")) else {
            return Flow::Stay;
        };
        let (items, reason) = (self.items.clone(), reason.to_owned());
        if self.is_marked {
            let (key, _) = self.kept.draft(&self.sheet.form);
            return bulk::show(reach, items, Bulk::Transfer { to, reason }, Some(key));
        }
        if let Some(stopped) = self.since.stops(reach) {
            return stopped;
        }
        if reach
            .attempt(|desk| desk.transfer_all(&items, to, &reason))
            .is_none()
        {
            return Flow::Stay;
        }
        self.kept.done();
        reach.say("transfer-done", &[]);
        Flow::Close
    }

    /// After a digit the next question is in front; a name chooses whom it names.
    fn changed(&mut self, reach: &Reach<'_>) {
        let id = self
            .sheet
            .form
            .current()
            .map(|field| field.id.clone())
            .unwrap_or_default();
        if id == "to" {
            self.is_named = false;
            self.sheet.form.focus("reason");
            // What outlives the shift goes because the shift ends, unless a person says otherwise.
            let form = &mut self.sheet.form;
            if form.chosen("to") == Some(NEXT_SHIFT) && form.chosen("reason").is_none() {
                set_choice(form, "reason", "shift_end");
            }
        }
        if id == "name" {
            match spelling_of(reach, self.sheet.form.text("name")) {
                Some(named) => {
                    set_choice(&mut self.sheet.form, "to", &named);
                    self.is_named = true;
                }
                // What no longer names anybody must not go to whom it named.
                None if self.is_named => {
                    set_choice(&mut self.sheet.form, "to", "");
                    self.is_named = false;
                }
                None => {}
            }
        }
    }
}

impl Pane for Transfer {
    fn contexts(&self) -> Vec<Context> {
        self.sheet.contexts(Context::FollowUp)
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        let unfolded = self.sheet.is_unfolded();
        match self.sheet.asks(command, Command::Transfer) {
            Some(Asks::Leave) => return Flow::Close,
            Some(Asks::Act) => return self.act(reach),
            Some(Asks::Nothing) => return Flow::Stay,
            None => {}
        }
        match self.sheet.command(command) {
            Did::Changed if unfolded => self.changed(reach),
            Did::Changed | Did::Moved => {}
            Did::Ignored => return Flow::Pass,
        }
        Flow::Stay
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        match self.sheet.input(input) {
            Did::Changed => self.changed(reach),
            Did::Moved => {}
            Did::Ignored => {
                // A name may be typed at once, without going to its field first.
                let typed = matches!(input, Input::Key(press) if press.typed.is_some());
                let at_whom = self
                    .sheet
                    .form
                    .current()
                    .is_some_and(|field| field.id == "to");
                if !typed || !at_whom {
                    return Flow::Pass;
                }
                self.sheet.fold();
                self.sheet.form.focus("name");
                self.sheet.input(input);
                self.changed(reach);
            }
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let title = look
            .words
            .with("transfer-title", &[("buyer", (&self.buyer).into())]);
        boxed(&self.sheet, (&title, "transfer-enter"), buf, area, look)
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn draft(&self) -> Option<(String, String)> {
        Some(self.kept.draft(&self.sheet.form))
    }
}

/// How the choice of whom a name means is spelled.
fn spelling_of(reach: &Reach<'_>, name: &str) -> Option<String> {
    let person = reach.desk.people().by_name(name.trim())?;
    Some(Owner::Person(person.id).spelling())
}

/// Draws a form as a box in the middle, with what Enter does in its title.
pub(super) fn boxed(
    sheet: &Sheet,
    (title, enter): (&str, &str),
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    let form = &sheet.form;
    let shape = form::Shape {
        label: page::shape(form, 0, look).label,
        beside: 0,
    };
    let place = frame::middle(area, (WIDTH, form.fields.len() as u16 + 2));
    let title = [Run::new(title, Ink::Title)];
    let right = [Run::new(look.words.get(enter).to_string(), Ink::Dim)];
    let inner = frame::overlay(buf, place, &title, &right, &[], look);
    let caret = form::draw(buf, inner, form, shape, look);
    sheet.draw_menu(buf, area, look).or(caret)
}

/// The question why work changes hands, by the list.
pub(super) fn reason_field(words: &Words) -> Field {
    let choice = |reason: &&'static str| {
        let name = words.get(&format!("value-transfer_reason-{reason}"));
        Choice::new(*reason, name.to_string())
    };
    let reasons = TRANSFER_REASONS.iter().map(choice).collect();
    let label = words.get("transfer-reason").to_string();
    Field::new("reason", label, Value::Choice(reasons, None)).required()
}

/// Who has the next shift, with the reason why it is them.
fn next_choice(reach: &Reach<'_>, next: &NextShift) -> Choice {
    let words = reach.words;
    let speech = reach.speech();
    let why = match &next.why {
        Why::Follows => words.get("transfer-why-follows").to_string(),
        Why::Nobody => words.get("transfer-why-unplanned").to_string(),
        Why::Planned { starts, shift } => {
            let shift = shift.as_ref().map_or_else(String::new, |shift| {
                words.get(&format!("value-shift-{shift}")).to_string()
            });
            let args = [
                ("shift", shift.into()),
                ("time", speech.moment(*starts).into()),
            ];
            words.with("transfer-why-next", &args).trim().to_owned()
        }
    };
    let name = speech.owner(Some(next.to));
    let label = words.with("transfer-next-shift", &[("name", name.into())]);
    Choice::new(NEXT_SHIFT, format!("{label}  {why}")).by_zero()
}

/// A colleague with what speaks for and against the choice.
fn choice(reach: &Reach<'_>, one: &Candidate) -> Choice {
    let words = reach.words;
    let name = reach.desk.people().by_id(one.person);
    let mut label = vec![name.map_or_else(String::new, |person| person.name.clone())];
    if !one.is_here() {
        let state = format!("state-attendance-{}", one.presence);
        label.push(words.get(&state).to_string());
    }
    if one.had_last {
        label.push(words.get("transfer-why-last").to_string());
    } else if one.knows_buyer {
        label.push(words.get("transfer-why-buyer").to_string());
    }
    if one.follows {
        label.push(words.get("transfer-why-follows").to_string());
    }
    if let Some(post) = one.post {
        let post = format!("value-post-{}", post.word());
        label.push(words.get(&post).to_string());
    }
    label.push(words.with("transfer-why-load", &[("count", one.load.into())]));
    Choice::new(Owner::Person(one.person).spelling(), label.join("  "))
}

/// Says that no item is open.
pub(super) fn nothing_open() -> Problem {
    Problem::new(Kind::Refused, "problem-nothing-open").hint("problem-nothing-open-hint")
}

#[cfg(test)]
#[path = "transfer_tests.rs"]
mod tests;
