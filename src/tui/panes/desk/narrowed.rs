//! What the list of what waits shows: its own views, what narrows it, and the views that are
//! kept.

use super::{DeskPane, Focus, Narrowed, Picked, SavedView, View};
use crate::tui::commands::Command;
use crate::tui::pane::{Flow, Reach};

impl DeskPane {
    /// Takes a command that is about what the list shows; none where it is for something else.
    pub(super) fn list_line(&mut self, command: Command, reach: &mut Reach<'_>) -> Option<Flow> {
        if let Some((menu, _)) = &mut self.choice {
            let picked = menu.command(command);
            return Some(self.picked(picked, reach));
        }
        if self.narrowing.is_typing() {
            let narrowed = self.narrowing.command(command, reach);
            return Some(self.narrowed(narrowed, reach));
        }
        match command {
            Command::Filter => {
                self.focus = Focus::List;
                self.narrowing.open(reach);
            }
            Command::ChooseView => {
                self.focus = Focus::List;
                self.choose_view(reach);
            }
            _ => return None,
        }
        Some(Flow::Stay)
    }

    /// What came of a key of the line that narrows the list.
    pub(super) fn narrowed(&mut self, narrowed: Narrowed, reach: &mut Reach<'_>) -> Flow {
        narrowed.settle(reach, |reach| self.read_again(reach))
    }

    pub(super) fn read_again(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.read(reach.desk, reach.words) {
            reach.trouble(&problem);
        }
    }

    /// Opens the choice of the list's views, and of those that are kept.
    fn choose_view(&mut self, reach: &mut Reach<'_>) {
        let own = View::ALL.map(|view| {
            let label = reach.words.get(&format!("view-{}", view.name()));
            (label.to_string(), String::new())
        });
        let shown = View::ALL.iter().position(|view| *view == self.view);
        let (menu, saved) = self.narrowing.choice_of_views(own.to_vec(), shown, reach);
        self.choice = Some((menu.zero_based(), saved));
    }

    pub(super) fn picked(&mut self, picked: Picked, reach: &mut Reach<'_>) -> Flow {
        match picked {
            Picked::Row(row) => {
                let saved = self.choice.take().map(|(_, saved)| saved);
                self.take_view(row, &saved.unwrap_or_default(), reach);
            }
            Picked::Moved => {}
            Picked::Closed => self.choice = None,
            Picked::Ignored => return Flow::Pass,
        }
        Flow::Stay
    }

    /// Shows one of the list's views, or one that is kept over all that waits.
    pub(super) fn take_view(&mut self, row: usize, saved: &[SavedView], reach: &mut Reach<'_>) {
        let own = View::ALL.len();
        let shown = self.narrowing.choose(row, own, saved, reach);
        if let Some(view) = shown.and_then(|at| View::ALL.get(at)) {
            self.view = *view;
            self.read_again(reach);
        }
    }
}
