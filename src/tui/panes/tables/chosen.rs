//! What of a register a table shows: one of its views, or one that is kept, narrowed by a line.

use super::{Choice, TablesPane, view_words};
use crate::desk::saved::SavedView;
use crate::desk::views;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::panes::narrowing::Narrowed;

impl TablesPane {
    /// Opens the choice of the register's views, all rows first, and of those that are kept.
    pub(super) fn choose_view(&mut self, reach: &mut Reach<'_>) {
        let views = self.views();
        let own = views.iter().map(|view| {
            let label = reach.words.get(&view_words(*view));
            (label.to_string(), String::new())
        });
        let own = own.collect();
        let shown = views.iter().position(|view| *view == self.view);
        let (menu, saved) = self.narrowing.choice_of_views(own, shown, reach);
        self.choice = Some(Choice::View(menu, saved));
    }

    /// Shows a view of the list, or one that is kept over all its rows.
    pub(super) fn take_view(&mut self, row: usize, saved: &[SavedView], reach: &mut Reach<'_>) {
        let views = self.views();
        if let Some(view) = views.get(row) {
            if self.narrowing.name().is_some() {
                self.narrowing.clear();
            }
            return self.turn_to(*view, reach);
        }
        let Some(view) = saved.get(row - views.len()) else {
            return;
        };
        match self.narrowing.hold(view, reach) {
            Ok(()) => self.turn_to(None, reach),
            Err(problem) => reach.trouble(&problem),
        }
    }

    /// What came of a key of the line that narrows the list.
    pub(super) fn narrowed(&mut self, narrowed: Narrowed, reach: &mut Reach<'_>) -> Flow {
        narrowed.settle(reach, |reach| self.refresh(reach))
    }

    fn views(&self) -> Vec<Option<&'static str>> {
        let named = views::names(self.register).into_iter().map(Some);
        std::iter::once(None).chain(named).collect()
    }
}
