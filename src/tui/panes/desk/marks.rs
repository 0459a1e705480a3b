//! Marked rows of the list: the next act takes all of them.

use std::collections::BTreeSet;

use super::DeskPane;
use crate::domain::id::Id;
use crate::tui::commands::Command;
use crate::tui::overlays::bulk;
use crate::tui::pane::{Flow, Reach};

impl DeskPane {
    fn ids(&self) -> Vec<Id> {
        let rows = self.rows.iter();
        rows.map(|row| self.item_at(*row).row.id).collect()
    }

    /// Marks the row under the cursor, or takes its mark away, and goes on.
    pub(super) fn mark(&mut self) {
        if let Some(id) = self.under_cursor().map(|item| item.row.id) {
            if !self.marked.remove(&id) {
                self.marked.insert(id);
            }
            self.step(1);
        }
    }

    /// Draws the marks along to the next row, or the one before.
    pub(super) fn mark_along(&mut self, by: isize) {
        for by in [0, by] {
            self.step(by);
            if let Some(id) = self.under_cursor().map(|item| item.row.id) {
                self.marked.insert(id);
            }
        }
    }

    /// Marks all rows of the view, or none where all are.
    pub(super) fn mark_all(&mut self) {
        let all: BTreeSet<Id> = self.ids().into_iter().collect();
        self.marked = if self.marked == all {
            BTreeSet::new()
        } else {
            all
        };
    }

    /// Takes the marks away of what is no longer among the items that wait.
    pub(super) fn keep_marks(&mut self) {
        let items = self.todo.buyers.iter().flat_map(|buyer| &buyer.items);
        let here: BTreeSet<Id> = items.map(|item| item.row.id).collect();
        self.marked.retain(|id| here.contains(id));
    }

    /// Lets a command take all marked items; none where nothing is marked, or where it is not
    /// for several.
    pub(super) fn on_marked(&mut self, command: Command, reach: &mut Reach<'_>) -> Option<Flow> {
        if self.marked.is_empty() {
            return None;
        }
        if command == Command::Back {
            self.marked.clear();
            return Some(Flow::Stay);
        }
        // In the order in which they stand; what another view hides stands behind.
        let mut items = self.ids();
        items.retain(|id| self.marked.contains(id));
        let shown = items.clone();
        items.extend(self.marked.iter().filter(|id| !shown.contains(id)));
        let opened = bulk::of_marked(command, items, reach)?;
        Some(match opened {
            Ok(pane) => Flow::Push(pane),
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Stay
            }
        })
    }
}
