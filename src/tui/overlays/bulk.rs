//! One act for all marked items: what it takes and what it leaves alone, then all of it by one
//! key.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::claim;
use super::follow_up::FollowUp;
use super::menu::{Menu, MenuPane};
use super::remark::Remark;
use super::since::Since;
use super::tag;
use super::transfer::{Transfer, nothing_open};
use crate::desk::bulk::{Bulk, Sorted};
use crate::desk::reading::Reader;
use crate::domain::id::Id;
use crate::problem::{Kind, Problem};
use crate::text::width::{Ambiguous, cut};
use crate::tui::commands::{Command, Context};
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{self, List, Row, Width};
use crate::tui::widgets::{Look, frame};

/// Columns of the box.
const WIDTH: u16 = 76;
/// The most rows of the box.
const HEIGHT: u16 = 16;
/// Columns of what is told again of a text.
const TOLD: usize = 24;

/// An item of the preview: its name, what it is about, and why it is left alone where it is.
struct Line {
    title: String,
    subject: String,
    refusal: Option<String>,
}

/// The preview.
pub struct BulkPane {
    items: Vec<Id>,
    bulk: Bulk,
    what: String,
    taken: usize,
    lines: Vec<Line>,
    at: usize,
    since: Since,
    /// The draft of the form that asked for it: it is done with once the act is.
    draft: Option<String>,
    is_done: bool,
}

impl BulkPane {
    /// Shows what an act would do with these items; what is refused stands on top.
    pub fn new(reach: &mut Reach<'_>, items: Vec<Id>, bulk: Bulk) -> Result<Self, Problem> {
        let sorted = reach.desk.sort_bulk(&items, &bulk);
        let mut lines = Vec::new();
        for (id, why) in &sorted.refused {
            let (reason, _) = reach.words.problem(why);
            lines.push(line(reach, *id, Some(reason))?);
        }
        for id in &sorted.taken {
            lines.push(line(reach, *id, None)?);
        }
        Ok(Self {
            what: what(reach, &bulk),
            taken: sorted.taken.len(),
            since: Since::of_all(reach, &items),
            items,
            bulk,
            lines,
            at: 0,
            draft: None,
            is_done: false,
        })
    }

    fn act(&mut self, reach: &mut Reach<'_>) -> Flow {
        if self.taken == 0 {
            reach.say("bulk-none", &[]);
            return Flow::Stay;
        }
        if let Some(stopped) = self.since.stops(reach) {
            // What the act comes to now stands in the place of what it came to.
            match Self::new(reach, self.items.clone(), self.bulk.clone()) {
                Ok(anew) => {
                    let draft = self.draft.take();
                    *self = Self { draft, ..anew };
                }
                Err(problem) => reach.trouble(&problem),
            }
            return stopped;
        }
        let done = reach.attempt(|desk| desk.bulk(&self.items, &self.bulk));
        let Some((_, sorted)) = done else {
            return Flow::Stay;
        };
        self.is_done = true;
        self.say(&sorted, reach);
        reach.effects.settled.extend(sorted.taken);
        Flow::Close
    }

    fn say(&self, sorted: &Sorted, reach: &mut Reach<'_>) {
        let counts = [
            ("what", self.what.as_str().into()),
            ("count", sorted.taken.len().into()),
            ("refused", sorted.refused.len().into()),
        ];
        let id = if sorted.refused.is_empty() {
            "bulk-done"
        } else {
            "bulk-done-some"
        };
        reach.say(id, &counts);
    }
}

fn line(reach: &Reach<'_>, id: Id, refusal: Option<String>) -> Result<Line, Problem> {
    let reader = Reader {
        words: reach.words,
        people: reach.desk.people(),
    };
    let row = reach.desk.store().row(id)?;
    Ok(Line {
        title: row
            .as_ref()
            .map_or_else(String::new, |row| reader.title(row)),
        subject: row
            .as_ref()
            .map_or_else(String::new, |row| reader.subject(row)),
        refusal,
    })
}

/// Says what is done, in the words of its key.
fn what(reach: &Reach<'_>, bulk: &Bulk) -> String {
    let words = reach.words;
    let speech = reach.speech();
    let when = |at: i64| [("when", speech.moment(at).into())];
    match bulk {
        Bulk::Transfer { to, .. } => {
            words.with("bulk-transfer", &[("to", speech.owner(Some(*to)).into())])
        }
        Bulk::Claim => words.get("bulk-claim").to_string(),
        Bulk::Snooze { until, .. } => words.with("bulk-snooze", &when(*until)),
        Bulk::Tag(tags) => words.with("bulk-tag", &[("tags", tags.as_str().into())]),
        Bulk::Remind { at, .. } => words.with("bulk-remind", &when(*at)),
        Bulk::Remark(text) => words.with("bulk-remark", &[("text", beginning(text).into())]),
        Bulk::Escalate(why) => words.with("bulk-escalate", &[("text", beginning(why).into())]),
        Bulk::Close(_) => words.get("bulk-close").to_string(),
        Bulk::Acknowledge => words.get("bulk-acknowledge").to_string(),
    }
}

/// The beginning of what was typed, in one line.
fn beginning(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = cut(&line, TOLD, Ambiguous::Narrow);
    if shown.len() < line.len() {
        return format!("{shown}..");
    }
    line
}

/// Asks how items end that may end in several ways, then shows what ending them would do.
fn finish(reach: &mut Reach<'_>, items: Vec<Id>) -> Result<Box<dyn Pane>, Problem> {
    let choices = reach.desk.bulk_ends(&items)?;
    if choices.is_empty() {
        let bulk = Bulk::Close(String::new());
        return Ok(Box::new(BulkPane::new(reach, items, bulk)?));
    }
    let speech = reach.speech();
    let labels = choices.iter().map(|(register, end)| match *register {
        "conversation" => reach.words.get(&format!("value-outcome-{end}")).to_string(),
        register => speech.state(register, end),
    });
    let count = [("count", items.len().into())];
    let menu = Menu::new(reach.words.with("bulk-ends", &count), labels);
    Ok(Box::new(MenuPane::new(menu, move |row, reach| {
        let Some((_, end)) = choices.get(row) else {
            return Flow::Stay;
        };
        show(reach, items.clone(), Bulk::Close((*end).to_owned()), None)
    })))
}

/// Returns what a command opens for marked items, whatever list they stand in; none for what is
/// not about an item. What is done one by one is refused, so that it never goes to another item
/// than those that are marked.
pub fn of_marked(
    command: Command,
    items: Vec<Id>,
    reach: &mut Reach<'_>,
) -> Option<Result<Box<dyn Pane>, Problem>> {
    Some(match command {
        Command::Transfer => Transfer::of(reach, items).map(boxed),
        Command::Claim => BulkPane::new(reach, items, Bulk::Claim).map(boxed),
        Command::Tag => Ok(boxed(tag::of(reach, items))),
        Command::Snooze | Command::Delete => {
            Ok(boxed(FollowUp::of_items(reach, items, Some("snooze"))))
        }
        Command::Remind => Ok(boxed(FollowUp::of_items(reach, items, Some("reminder")))),
        Command::FollowUp => Ok(boxed(FollowUp::of_items(reach, items, None))),
        Command::Finish => finish(reach, items),
        Command::Remark => Remark::of(reach, items).map(boxed),
        Command::Escalate => Ok(boxed(claim::escalate_all(reach, items))),
        _ if is_for_one(command) => Err(one_by_one(items.len())),
        _ => return None,
    })
}

/// Whether a command does something with one item.
fn is_for_one(command: Command) -> bool {
    matches!(
        command,
        Command::Note
            | Command::AfterSale
            | Command::Promise
            | Command::NextStep
            | Command::Reception
            | Command::Link
            | Command::Merge
            | Command::Split
            | Command::Attach
            | Command::Erase
    )
}

/// Says that something cannot be done with so many items at once, and what can.
pub fn one_by_one(count: usize) -> Problem {
    Problem::new(Kind::Refused, "problem-marked-one")
        .arg("count", count.to_string())
        .hint("problem-marked-one-hint")
}

fn boxed(pane: impl Pane + 'static) -> Box<dyn Pane> {
    Box::new(pane)
}

/// Puts the preview in the place of what asked for it, whose draft under this key is kept until the
/// act is done.
pub fn show(reach: &mut Reach<'_>, items: Vec<Id>, bulk: Bulk, draft: Option<String>) -> Flow {
    if items.is_empty() {
        reach.trouble(&nothing_open());
        return Flow::Stay;
    }
    match BulkPane::new(reach, items, bulk) {
        Ok(pane) => Flow::Replace(Box::new(BulkPane { draft, ..pane })),
        Err(problem) => {
            reach.trouble(&problem);
            Flow::Stay
        }
    }
}

impl Pane for BulkPane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Bulk, Context::List]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(by) = command.steps() {
            let last = self.lines.len().saturating_sub(1);
            self.at = self.at.saturating_add_signed(by).min(last);
            return Flow::Stay;
        }
        match command {
            Command::Accept | Command::Open | Command::Finish => self.act(reach),
            Command::Back => Flow::Close,
            _ => Flow::Pass,
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let height = (self.lines.len() as u16).saturating_add(2).min(HEIGHT);
        let place = frame::middle(area, (WIDTH, height));
        let counts = [
            ("count", self.taken.into()),
            ("refused", (self.lines.len() - self.taken).into()),
        ];
        let title = [Run::new(format!("{}  ", self.what), Ink::Title)];
        let right = [text(look.words.with("bulk-counts", &counts))];
        let inner = frame::overlay(buf, place, &title, &right, &[], look);
        if inner.height == 0 || inner.width < 8 {
            return None;
        }
        let shown = usize::from(inner.height);
        let top = (self.at + 1).saturating_sub(shown);
        let rows: Vec<Row<'_>> = self.lines.iter().skip(top).take(shown).map(row).collect();
        let columns = [Width::Left(14), Width::Fill];
        let list = List {
            columns: &columns,
            rows: &rows,
            cursor: Some(self.at - top),
            focused: true,
        };
        list::draw(buf, inner, &list, look);
        Some(Position::new(inner.x, inner.y + (self.at - top) as u16))
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn draft(&self) -> Option<(String, String)> {
        let key = self.draft.clone().filter(|_| self.is_done)?;
        Some((key, String::new()))
    }
}

fn row(line: &Line) -> Row<'_> {
    let about = match &line.refusal {
        Some(why) => Run::new(why.as_str(), Ink::Warn),
        None => dim(line.subject.as_str()),
    };
    Row {
        cells: vec![vec![text(line.title.as_str())], vec![about]],
        marked: false,
    }
}
