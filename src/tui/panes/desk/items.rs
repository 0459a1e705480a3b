//! The list of what waits: its rows, the cursor among them, and its commands.

use super::DeskPane;
use crate::desk::todo::Item;
use crate::domain::id::Id;
use crate::tui::commands::Command;
use crate::tui::overlays::follow_up::FollowUp;
use crate::tui::pane::{Flow, Reach};

impl DeskPane {
    /// Rows as drawn: each buyer's first item, behind it the others where it is unfolded. `whose`
    /// row the cursor was on says where it goes if its item has no row any more.
    pub(super) fn lay_out(&mut self, whose: Option<Id>) {
        self.rows.clear();
        for (at, buyer) in self.todo.buyers.iter().enumerate() {
            self.rows.push((at, 0));
            if buyer
                .items
                .iter()
                .any(|item| self.expanded.contains(&item.row.id))
            {
                self.rows
                    .extend((1..buyer.items.len()).map(|item| (at, item)));
            }
        }
        self.follow(whose);
    }

    /// Keeps the cursor on its item; where that has no row any more on the nearest one of the same
    /// buyer, and only where there is none at its number.
    fn follow(&mut self, whose: Option<Id>) {
        let ids = self.row_ids();
        let at = self.cursor.index();
        let is_gone = self.cursor.id().is_some_and(|id| !ids.contains(id));
        let rows = self.rows.iter().enumerate();
        let of_buyer = rows.filter(|(_, row)| Some(self.todo.buyers[row.0].whose) == whose);
        let near = of_buyer
            .map(|(row, _)| row)
            .min_by_key(|row| row.abs_diff(at));
        self.left = None;
        match near.filter(|_| is_gone) {
            Some(near) => {
                self.left = (near != at).then_some(at);
                self.go(near);
            }
            None => self.cursor.follow(&ids),
        }
    }

    /// The items of the rows.
    fn row_ids(&self) -> Vec<Id> {
        let rows = self.rows.iter();
        rows.map(|row| self.item_at(*row).row.id).collect()
    }

    fn go(&mut self, at: usize) {
        let ids = self.row_ids();
        self.cursor.go(at, ids.len(), |at| ids.get(at).copied());
    }

    /// Whose row the cursor is on.
    pub(super) fn whose(&self) -> Option<Id> {
        let (buyer, _) = self.rows.get(self.cursor.index())?;
        self.todo.buyers.get(*buyer).map(|buyer| buyer.whose)
    }

    /// What was finished is left for the row that comes in its place, whosever that is.
    pub(super) fn go_back_to_place(&mut self) {
        if let Some(at) = self.left.take() {
            self.go(at);
        }
    }

    pub(super) fn item_at(&self, (buyer, item): (usize, usize)) -> &Item {
        &self.todo.buyers[buyer].items[item]
    }

    pub(super) fn under_cursor(&self) -> Option<&Item> {
        self.rows
            .get(self.cursor.index())
            .map(|row| self.item_at(*row))
    }

    pub(super) fn step(&mut self, by: isize) {
        self.draft.named = None;
        let (rows, buyers) = (&self.rows, &self.todo.buyers);
        self.cursor.step(by, rows.len(), |at| {
            let (buyer, item) = rows.get(at)?;
            Some(buyers[*buyer].items[*item].row.id)
        });
    }

    pub(super) fn list_command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(flow) = self.on_marked(command, reach) {
            return flow;
        }
        if let Some(by) = command.steps() {
            self.step(by);
            return Flow::Stay;
        }
        match command {
            Command::Open => return self.open_cursor(reach),
            Command::Expand if self.has_more() => self.unfold(true),
            Command::Expand => return self.open_cursor(reach),
            Command::Collapse => self.unfold(false),
            Command::Mark => self.mark(),
            Command::MarkNext => self.mark_along(1),
            Command::MarkPrevious => self.mark_along(-1),
            Command::MarkAll => self.mark_all(reach),
            Command::Delete => {
                return Flow::Push(Box::new(FollowUp::of_kind(reach, "snooze")));
            }
            Command::Back if self.narrowing.holds() => {
                self.narrowing.clear();
                self.read_again(reach);
            }
            _ => match command.view() {
                Some(view) => self.take_view(view, &[], reach),
                None => return Flow::Pass,
            },
        }
        Flow::Stay
    }

    pub(super) fn open_cursor(&mut self, reach: &mut Reach<'_>) -> Flow {
        if let Some(id) = self.under_cursor().map(|item| item.row.id)
            && let Err(problem) = self.show(reach.desk, reach.words, id)
        {
            reach.trouble(&problem);
        }
        Flow::Stay
    }

    /// Whether the buyer under the cursor has more open items than the one that is shown.
    fn has_more(&self) -> bool {
        let row = self.rows.get(self.cursor.index());
        row.is_some_and(|(buyer, item)| {
            *item == 0
                && self.todo.buyers[*buyer].items.len() > 1
                && !self.expanded.contains(&self.item_at((*buyer, 1)).row.id)
        })
    }

    fn unfold(&mut self, open: bool) {
        let Some(&(buyer, _)) = self.rows.get(self.cursor.index()) else {
            return;
        };
        for id in self.todo.buyers[buyer].items.iter().map(|item| item.row.id) {
            if open {
                self.expanded.insert(id)
            } else {
                self.expanded.remove(&id)
            };
        }
        let whose = self.whose();
        self.lay_out(whose);
    }
}
