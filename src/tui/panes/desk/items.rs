//! The list of what waits: its rows, the cursor among them, and its commands.

use super::DeskPane;
use crate::desk::todo::Item;
use crate::domain::id::Id;
use crate::tui::commands::Command;
use crate::tui::overlays::follow_up::FollowUp;
use crate::tui::pane::{Flow, Reach};

impl DeskPane {
    /// Rows as drawn: each buyer's first item, behind it the others where it is unfolded.
    pub(super) fn lay_out(&mut self) {
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
        let ids: Vec<Id> = self
            .rows
            .iter()
            .map(|row| self.item_at(*row).row.id)
            .collect();
        self.cursor.follow(&ids);
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
        self.lay_out();
    }
}
