//! Marked rows of the list: the next act takes all of them.

use std::collections::BTreeSet;

use super::DeskPane;
use crate::domain::id::Id;
use crate::tui::commands::{Command, Context};
use crate::tui::overlays::bulk;
use crate::tui::pane::{Flow, Pane as _, Reach};

impl DeskPane {
    /// All items of the view in their order, those behind a `+n` too.
    fn ids(&self) -> Vec<Id> {
        let items = self.todo.buyers.iter().flat_map(|buyer| &buyer.items);
        items.map(|item| item.row.id).collect()
    }

    /// Marks the row under the cursor, or takes its mark away and those of what is folded
    /// behind it, and goes on.
    pub(super) fn mark(&mut self) {
        let at = self.cursor.index();
        let Some(&(buyer, item)) = self.rows.get(at) else {
            return;
        };
        let items = &self.todo.buyers[buyer].items;
        let is_folded = item == 0 && self.rows.get(at + 1).is_none_or(|next| next.0 != buyer);
        let behind = if is_folded { items.len() } else { item + 1 };
        let id = items[item].row.id;
        if self.marked.contains(&id) {
            for item in &items[item..behind] {
                self.marked.remove(&item.row.id);
            }
        } else {
            self.marked.insert(id);
        }
        self.step(1);
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

    /// Marks all items of the view, or none where all are: what is folded away behind a `+n`
    /// belongs to the view, and the mark's count says so.
    /// Where only a part of it was read, the whole is.
    pub(super) fn mark_all(&mut self, reach: &mut Reach<'_>) {
        let mut all: BTreeSet<Id> = self.ids().into_iter().collect();
        if self.marked == all {
            self.marked = BTreeSet::new();
            return;
        }
        self.marked.clone_from(&all);
        if self.todo.is_cut && !self.is_wide {
            self.is_wide = true;
            self.read_again(reach);
            all = self.ids().into_iter().collect();
            self.marked = all;
        }
        if self.todo.is_cut {
            reach.say("marks-more", &[("count", self.marked.len().into())]);
        }
    }

    /// Takes the marks away of what is no longer among the items that wait.
    pub(super) fn keep_marks(&mut self) {
        let here: BTreeSet<Id> = self.ids().into_iter().collect();
        self.marked.retain(|id| here.contains(id));
    }

    /// Whether Esc has nothing to take back: the list is in front, whole and without marks.
    pub fn is_at_rest(&self) -> bool {
        self.contexts().first() == Some(&Context::List)
            && self.marked.is_empty()
            && !self.narrowing.holds()
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
        // In the order in which they stand.
        let mut items = self.ids();
        items.retain(|id| self.marked.contains(id));
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
