//! An internal remark (Ctrl+T): a few lines among us; each `@name` becomes an item of that
//! person.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::bulk;
use super::kept::key_of;
use super::transfer::nothing_open;
use crate::desk::bulk::Bulk;
use crate::desk::people::People;
use crate::desk::talk::strangers;
use crate::desk::wording::{Wording, told, weight};
use crate::domain::id::Id;
use crate::domain::rules::phrase::Severity;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Notice, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::editor::{self, Typed};
use crate::tui::widgets::line::{self, Run};
use crate::tui::widgets::{Look, frame};

/// Columns and rows of the box.
const SIZE: (u16, u16) = (76, 8);
/// Under what its draft is kept.
const KEPT: &str = "remark";

/// The form of a remark.
pub struct Remark {
    items: Vec<Id>,
    /// Whether they were marked: what it comes to is then shown first.
    is_marked: bool,
    text: Editor,
    names: Vec<String>,
    people: People,
    rules: Wording,
}

impl Remark {
    /// Opens the form for the item on the desk.
    pub fn open(reach: &Reach<'_>) -> Result<Self, Problem> {
        let item = reach.item.ok_or_else(nothing_open)?;
        Self::about(reach, vec![item], false)
    }

    /// Opens the form for several items, all of which are remarked on together.
    pub fn of(reach: &Reach<'_>, items: Vec<Id>) -> Result<Self, Problem> {
        Self::about(reach, items, true)
    }

    fn about(reach: &Reach<'_>, items: Vec<Id>, is_marked: bool) -> Result<Self, Problem> {
        let me = reach.desk.me()?;
        let others = reach
            .desk
            .people()
            .all()
            .iter()
            .filter(|person| person.id != me.id);
        let names = others.map(|person| person.name.clone()).collect();
        let mut text = Editor::new();
        let key = key_of(KEPT, &items);
        let kept = reach.desk.store().draft(&me.id.to_string(), &key)?;
        text.set(kept.as_deref().unwrap_or_default());
        let mut rules = Wording::default();
        rules.refresh(reach.desk)?;
        Ok(Self {
            items,
            is_marked,
            text,
            names,
            people: reach.desk.people().clone(),
            rules,
        })
    }

    /// Begins with a colleague's name, so that the remark becomes an item of theirs.
    pub fn address(&mut self, name: &str) {
        let called = format!("@{name} ");
        if !self.text.text().contains(called.trim_end()) {
            self.text.insert(&called);
        }
    }

    /// Returns what is typed behind the last `@`, where it still may be a name.
    fn begun(&self) -> Option<&str> {
        let before = &self.text.text()[..self.text.offset()];
        let at = before.rfind(['@', '＠'])?;
        let begun = before[at..].trim_start_matches(['@', '＠']);
        (!begun.contains(char::is_whitespace)).then_some(begun)
    }

    /// The names that fit what is typed behind `@`.
    fn fitting(&self) -> Vec<&str> {
        let Some(begun) = self.begun() else {
            return Vec::new();
        };
        self.names
            .iter()
            .map(String::as_str)
            .filter(|name| name.starts_with(begun) && *name != begun)
            .collect()
    }

    /// What is to be thought about in the words; among ourselves nothing is forbidden.
    fn tip(&self, words: &Words) -> Option<String> {
        let text = self.text.text();
        let hits = self.rules.check(text);
        let banned = hits.iter().find(|hit| hit.class.is_some())?;
        let weight = weight(Severity::Hint, words);
        Some(format!("{weight}  {}", told(banned, text, words)))
    }

    /// The line below the words: names that fit, a call that nobody hears, or what to think about.
    fn below(&self, words: &Words) -> Option<(String, Ink)> {
        let fitting = self.fitting();
        if !fitting.is_empty() {
            let names = [("names", fitting.join(" ").into())];
            return Some((words.with("remark-names", &names), Ink::Dim));
        }
        let unknown = strangers_told("remark-unknown", self.text.text(), &self.people, words);
        let tip = || self.tip(words).map(|tip| (tip, Ink::Dim));
        unknown.map(|told| (told, Ink::Warn)).or_else(tip)
    }

    /// Completes the name that fits first.
    fn complete(&mut self) -> bool {
        let begun = self.begun().map_or(0, str::len);
        let Some(rest) = self
            .fitting()
            .first()
            .map(|name| format!("{} ", &name[begun..]))
        else {
            return false;
        };
        self.text.insert(&rest);
        true
    }

    fn save(&mut self, reach: &mut Reach<'_>) -> Flow {
        let text = self.text.text().to_owned();
        if self.is_marked {
            let key = key_of(KEPT, &self.items);
            return bulk::show(reach, self.items.clone(), Bulk::Remark(text), Some(key));
        }
        let Some(item) = self.items.first().copied() else {
            return Flow::Close;
        };
        if reach.attempt(|desk| desk.remark(item, &text)).is_none() {
            return Flow::Stay;
        }
        self.text.set("");
        let people = reach.desk.people();
        match strangers_told("remark-done-unknown", &text, people, reach.words) {
            Some(unknown) => *reach.notice = Some(Notice::line(unknown, Ink::Warn)),
            None => reach.say("remark-done", &[]),
        }
        Flow::Close
    }
}

impl Pane for Remark {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Text, Context::Remark]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Finish => return self.save(reach),
            Command::Back => return Flow::Close,
            Command::Newline => self.text.newline(),
            Command::NextPane if self.complete() => {}
            Command::Undo if self.text.undo() => {}
            Command::NextPane | Command::Remark => {}
            _ => return Flow::Pass,
        }
        Flow::Stay
    }

    fn input(&mut self, input: &Input, _: &mut Reach<'_>) -> Flow {
        if editor::type_into(&mut self.text, input) == Typed::Ignored {
            Flow::Pass
        } else {
            Flow::Stay
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let place = frame::bottom(area, SIZE);
        let title = if self.is_marked {
            let count = [("count", self.items.len().into())];
            look.words.with("remark-title-several", &count)
        } else {
            look.words.get("remark-title").to_string()
        };
        let title = [Run::new(title, Ink::Internal)];
        let right = [Run::new(
            look.words.get("remark-keys").to_string(),
            Ink::Dim,
        )];
        let inner = frame::overlay(buf, place, &title, &right, &[], look);
        let rows = inner.height.saturating_sub(1).max(inner.height.min(1));
        let field = Rect {
            x: inner.x + 1.min(inner.width),
            width: inner.width.saturating_sub(2),
            height: rows,
            ..inner
        };
        let caret = editor::draw(buf, field, &self.text, Ink::Internal, look);
        let below = self.below(look.words);
        if let Some((below, ink)) = below.filter(|_| inner.height > 1) {
            line::put(
                buf,
                (field.x, inner.bottom() - 1),
                field.width,
                &below,
                ink,
                look,
            );
        }
        caret
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn draft(&self) -> Option<(String, String)> {
        Some((key_of(KEPT, &self.items), self.text.text().to_owned()))
    }
}

/// Says of whom nobody is told, where a remark calls somebody who is no colleague.
fn strangers_told(id: &str, text: &str, people: &People, words: &Words) -> Option<String> {
    let names = strangers(text, people).join(&words.get("list-comma"));
    (!names.is_empty()).then(|| words.with(id, &[("names", names.into())]))
}
