//! The desk screen: what waits, the open item with its timeline and draft, the side panel.

mod beside;
mod draft;
mod draft_view;
mod held;
mod items;
mod lines;
mod list_foot;
mod list_view;
mod marks;
mod narrowed;
mod opened;
mod side_view;
mod steps_view;
mod talk_view;
mod told;
mod view;
mod why;

use std::cell::Cell;
use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::Desk;
use crate::desk::board::Counts;
use crate::desk::freshness::Freshness;
use crate::desk::marks::Marks;
use crate::desk::people::People;
use crate::desk::reception::Reception;
use crate::desk::replies::Replies;
use crate::desk::saved::SavedView;
use crate::desk::todo::{PAGE, Todo, View, WHOLE};
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::register::Register;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::{Indexed, Row};
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::{Input, Spot};
use crate::tui::overlays::menu::{Menu, Picked};
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::widgets::editor::{Typed, type_into};
use crate::tui::widgets::list::Cursor;
use crate::tui::widgets::{Look, line};

use super::narrowing::{Narrowed, Narrowing};
use super::reveal::Revealed;
use super::side::{Leaf, Side};
use super::status::Status;
use super::undone;
use beside::Beside;
use draft::{Draft, key as draft_key};
use held::Held;
pub(super) use lines::Told;
pub(super) use talk_view::{Place, draw_told};

/// Where keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Focus {
    /// The list of what waits.
    List,
    /// The draft.
    Composer,
    /// The timeline, scrolled.
    Timeline,
    /// The side panel.
    Side,
}

/// The item that is open.
pub(super) struct OpenItem {
    pub(super) record: Record,
    /// Its row: its clock is the one of the list, by the shop's limits.
    pub(super) row: Option<Row>,
    pub(super) register: &'static Register,
    /// Other items of the same buyer or order.
    pub(super) related: Vec<Row>,
    /// Those of them that are still open, in the order in which they are told.
    pub(super) pending: Vec<Row>,
    /// What is told beside the lines of its timeline.
    pub(super) marks: Marks,
    pub(super) beside: Beside,
    /// Its steps, where it is a talk with a buyer.
    pub(super) reception: Option<Reception>,
    /// Rows between what is shown and the newest; drawing holds it to what there is.
    pub(super) scroll: Cell<usize>,
    /// The time at which what is to be in sight was said, until it was drawn.
    pub(super) place: Cell<Option<i64>>,
}

/// The desk screen's state.
pub struct DeskPane {
    pub(super) view: View,
    /// What else is asked of the list.
    pub(super) narrowing: Narrowing,
    /// The choice of a view: the list's own, then those that are kept.
    pub(super) choice: Option<(Menu, Vec<SavedView>)>,
    pub(super) todo: Todo,
    pub(super) rows: Vec<(usize, usize)>,
    pub(super) cursor: Cursor<Id>,
    /// Where the cursor stood before it followed a buyer away from there.
    left: Option<usize>,
    expanded: BTreeSet<Id>,
    pub(super) marked: BTreeSet<Id>,
    pub(super) focus: Focus,
    pub(super) open: Option<OpenItem>,
    pub(super) composer: Editor,
    pub(super) draft: Draft,
    /// The draft as it was when its item was opened by the cursor's rest and not by a person.
    pub(super) resting: String,
    pub(super) side: Side,
    library: Replies,
    pub(super) freshness: Vec<Freshness>,
    pub(super) people: People,
    pub(super) zone: chrono_tz::Tz,
    pub(super) now: i64,
    /// How the group stands, where the person leads one.
    pub(super) group: Option<Counts>,
    /// How many items were escalated to the person and are not answered.
    pub(super) escalated: u64,
    /// What does not count yet, for those who decide about it.
    pub(super) held: Vec<Held>,
    nobody: bool,
    /// Whether only as much was read as the first screen of a start shows.
    is_glance: bool,
    /// Whether as much is read as a list can hold: all of it was marked.
    pub(super) is_wide: bool,
    /// What was looked through, where what narrows the list left nothing.
    pub(super) searched: Option<Indexed>,
    pub(super) revealed: Revealed,
    /// Where the line between list and conversation was dragged to.
    pub(super) split: Option<u16>,
    /// Where the line between conversation and draft was dragged to.
    pub(super) shelf: Option<u16>,
}

impl DeskPane {
    /// Reads the desk's list; the item that was open at the last stop is not opened again,
    /// its draft is.
    pub fn new(desk: &Desk, words: &Words) -> Result<Self, Problem> {
        Self::of(desk, words, desk.todo(View::All)?)
    }

    /// Reads no more of the desk's list than a window of so many rows shows; whether that is all of
    /// it says [`DeskPane::is_glance`].
    pub fn glance(desk: &Desk, words: &Words, height: u16) -> Result<Self, Problem> {
        // Where a buyer has several items, they share a row.
        let todo = desk.todo_glance(2 * usize::from(height.max(24)))?;
        let is_glance = todo.is_cut || todo.counts.capped;
        Ok(Self {
            is_glance,
            ..Self::of(desk, words, todo)?
        })
    }

    fn of(desk: &Desk, words: &Words, todo: Todo) -> Result<Self, Problem> {
        let mut pane = Self::empty(desk);
        pane.nobody = false;
        pane.take(desk, words, todo)?;
        if let Some(first) = pane.under_cursor().map(|item| item.row.id) {
            pane.show(desk, words, first)?;
            pane.focus = Focus::List;
            pane.composer.text().clone_into(&mut pane.resting);
        }
        Ok(pane)
    }

    /// Returns the screen of a desk at which nobody sits.
    pub fn empty(desk: &Desk) -> Self {
        Self {
            view: View::All,
            narrowing: Narrowing::default(),
            choice: None,
            todo: Todo::default(),
            rows: Vec::new(),
            cursor: Cursor::default(),
            left: None,
            expanded: BTreeSet::new(),
            marked: BTreeSet::new(),
            focus: Focus::List,
            open: None,
            composer: Editor::new(),
            draft: Draft::default(),
            resting: String::new(),
            side: Side::default(),
            library: Replies::default(),
            freshness: Vec::new(),
            group: None,
            escalated: 0,
            held: Vec::new(),
            people: People::default(),
            zone: desk.zone(),
            now: desk.now(),
            nobody: true,
            is_glance: false,
            is_wide: false,
            searched: None,
            revealed: Revealed::default(),
            split: None,
            shelf: None,
        }
    }

    /// Returns the top line of the workstation, by what was read here.
    pub fn status(&self, desk: &Desk, words: &Words) -> Result<Status, Problem> {
        let alarming = if self.is_glance {
            BTreeSet::new()
        } else {
            desk.alarming()?
        };
        Status::beside(desk, words, (self.todo.counts, alarming), &self.freshness)
    }

    /// Returns whether more waits than was read.
    pub fn is_glance(&self) -> bool {
        self.is_glance
    }

    /// Returns whether it was read for nobody yet.
    pub fn is_empty(&self) -> bool {
        self.nobody
    }

    /// Reads list, open item and side panel anew; the cursor stays on its item.
    pub fn read(&mut self, desk: &Desk, words: &Words) -> Result<(), Problem> {
        self.is_wide &= !self.marked.is_empty();
        let page = if self.is_wide { WHOLE } else { PAGE };
        let todo = desk.todo_asked(self.view, self.narrowing.question(), page)?;
        self.is_glance = false;
        self.take(desk, words, todo)
    }

    /// Takes a list, and reads what stands beside it.
    fn take(&mut self, desk: &Desk, words: &Words, todo: Todo) -> Result<(), Problem> {
        self.now = desk.now();
        self.people = desk.people().clone();
        let whose = self.whose();
        self.todo = todo;
        self.keep_marks();
        self.searched = if self.narrowing.holds() && self.todo.buyers.is_empty() {
            Some(desk.store().indexed()?)
        } else {
            None
        };
        self.freshness = desk.freshness()?;
        self.group = desk.group_counts()?;
        self.escalated = match self.group {
            Some(_) => desk.escalated_to_me()?,
            None => 0,
        };
        self.held = held::rows(desk, words)?;
        self.lay_out(whose);
        if let Some(id) = self.open.as_ref().map(|open| open.record.id) {
            let scroll = self.open.as_ref().map_or(0, |open| open.scroll.get());
            self.load(desk, words, id, scroll)?;
        }
        self.check_draft(desk)
    }

    /// Returns the item that acts are about: the open one while it has the focus, else the one
    /// under the cursor.
    pub fn item(&self) -> Option<Id> {
        let open = self.open_item();
        match self.focus {
            Focus::List => self.under_cursor().map(|item| item.row.id).or(open),
            _ => open,
        }
    }

    /// Whether the person is in the open item, not in the list.
    pub fn is_in_item(&self) -> bool {
        self.open.is_some() && self.focus != Focus::List
    }

    /// Returns the item that is open, whose draft stands here.
    pub fn open_item(&self) -> Option<Id> {
        self.open.as_ref().map(|open| open.record.id)
    }

    fn move_focus(&mut self, forward: bool) {
        let order: &[Focus] = if self.open.is_some() {
            &[Focus::List, Focus::Composer, Focus::Timeline, Focus::Side]
        } else {
            &[Focus::List]
        };
        let at = order
            .iter()
            .position(|focus| *focus == self.focus)
            .unwrap_or(0);
        let next = if forward {
            at + 1
        } else {
            at + order.len() - 1
        };
        self.focus = order[next % order.len()];
    }

    /// What the mouse points at comes in front; the text then takes the place of the caret.
    fn point(&mut self, spot: &Spot) {
        match spot {
            Spot::Row(by) => {
                self.focus = Focus::List;
                self.step(*by);
            }
            Spot::Turned(by) => self.step(*by),
            Spot::Cell { .. } => self.focus = Focus::Composer,
            Spot::Scroll(0) => self.focus = Focus::Timeline,
            // The timeline's newest is at its end: towards it the distance falls.
            Spot::Scroll(by) => self.scroll(-*by),
            Spot::Side => self.focus = Focus::Side,
            Spot::Divider(column) => self.split = Some(*column),
            Spot::Shelf(row) => self.shelf = Some(*row),
            Spot::Field(field) if field == draft_view::COMPOSER => self.focus = Focus::Composer,
            Spot::Field(_) | Spot::Leaf(_) => {}
        }
    }

    fn scroll(&mut self, by: isize) {
        if let Some(open) = &self.open {
            let scroll = open.scroll.get().saturating_add_signed(by);
            open.scroll.set(scroll);
        }
    }
}

impl Pane for DeskPane {
    fn contexts(&self) -> Vec<Context> {
        if self.choice.is_some() {
            return vec![Context::Menu];
        }
        if self.narrowing.is_typing() {
            return Narrowing::contexts();
        }
        match self.focus {
            Focus::List => vec![Context::List, Context::Desk],
            Focus::Timeline => vec![Context::Timeline, Context::Desk],
            Focus::Side => vec![Context::Side, Context::Desk],
            Focus::Composer if self.composer.is_empty() => {
                vec![
                    Context::EmptyLine,
                    Context::Composer,
                    Context::Text,
                    Context::Desk,
                ]
            }
            Focus::Composer => vec![Context::Composer, Context::Text, Context::Desk],
        }
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(flow) = self.list_line(command, reach) {
            return flow;
        }
        match command {
            Command::NextPane => self.move_focus(true),
            Command::PreviousPane => self.move_focus(false),
            Command::Back if self.focus != Focus::List => {
                self.focus = Focus::List;
                self.revealed.hide();
            }
            Command::Reveal => self.revealed.toggle(self.side.order_id(), reach),
            Command::NextItem => {
                self.step(1);
                return self.open_cursor(reach);
            }
            Command::Copy => return self.copy_draft(reach),
            Command::Why if self.focus == Focus::Composer && !self.composer.is_empty() => {
                return self.say_why(reach);
            }
            Command::Why => return self.say_why_due(reach),
            Command::Undo if self.focus == Focus::Composer => self.undo_text(reach),
            Command::Undo => undone::take_back(reach),
            Command::Newline => {
                self.composer.newline();
                self.look_at_draft();
            }
            Command::PageUp if self.focus != Focus::List => self.scroll(5),
            Command::PageDown if self.focus != Focus::List => self.scroll(-5),
            Command::Previous if self.focus == Focus::Timeline => self.scroll(1),
            Command::Next if self.focus == Focus::Timeline => self.scroll(-1),
            Command::StepDone if self.focus == Focus::Timeline => return self.confirm(reach),
            Command::NextLeaf => self.turn_leaf(1, reach),
            Command::PreviousLeaf => self.turn_leaf(-1, reach),
            _ if self.focus == Focus::List => return self.list_command(command, reach),
            _ => return Flow::Pass,
        }
        Flow::Stay
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        if let Some((menu, _)) = &mut self.choice {
            let picked = menu.input(input);
            return self.picked(picked, reach);
        }
        match self.narrowing.input(input, reach) {
            Narrowed::Pass => {}
            narrowed => return self.narrowed(narrowed, reach),
        }
        if let Input::Pointed(Spot::Leaf(number)) = input {
            let at = Leaf::ALL.iter().position(|leaf| *leaf == self.side.leaf());
            self.turn_leaf(*number as isize - at.unwrap_or(0) as isize, reach);
            self.focus = Focus::Side;
        }
        if let Input::Pointed(spot) = input {
            self.point(spot);
        }
        if self.focus == Focus::Composer && type_into(&mut self.composer, input) != Typed::Ignored {
            self.look_at_draft();
            return Flow::Stay;
        }
        match input {
            Input::Pointed(_) => Flow::Stay,
            _ => Flow::Pass,
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        line::clear(buf, area);
        let caret = view::draw(self, buf, area, look);
        match &self.choice {
            Some((menu, _)) => menu.draw(buf, area, look),
            None => caret,
        }
    }

    fn hide(&mut self) {
        self.revealed.hide();
    }

    fn settled(&mut self, items: &[Id]) {
        self.marked.retain(|id| !items.contains(id));
    }

    fn draft(&self) -> Option<(String, String)> {
        self.open
            .as_ref()
            .map(|open| (draft_key(open.record.id), self.composer.text().to_owned()))
    }
}

/// Returns the leaf names' order for the panel's title.
pub(super) fn leaves() -> [Leaf; 4] {
    Leaf::ALL
}
