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
        let shown = self.narrowing.choose(row, views.len(), saved, reach);
        if let Some(view) = shown.and_then(|at| views.get(at)) {
            self.turn_to(*view, reach);
        }
    }

    /// Shows the view of a digit: all rows, what is open, what is over.
    pub(super) fn view_of(&mut self, digit: usize, reach: &mut Reach<'_>) {
        let view = match digit {
            1 => Some("open"),
            2 => Some("closed"),
            _ => None,
        };
        let at = self.views().iter().position(|known| *known == view);
        self.take_view(at.unwrap_or(0), &[], reach);
    }

    /// What came of a key of the line that narrows the list.
    pub(super) fn narrowed(&mut self, narrowed: Narrowed, reach: &mut Reach<'_>) -> Flow {
        narrowed.settle(reach, |reach| self.read_anew(reach))
    }

    /// Reads what is asked now: what was read before says nothing about how far to read.
    pub(super) fn read_anew(&mut self, reach: &mut Reach<'_>) {
        self.rows.clear();
        self.refresh(reach);
    }

    fn views(&self) -> Vec<Option<&'static str>> {
        let named = views::names(self.register).into_iter().map(Some);
        std::iter::once(None).chain(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::import::ImportOptions;
    use crate::domain::registers::order;
    use crate::tui::commands::Command;
    use crate::tui::overlays::stage::Stage;

    #[test]
    fn a_new_question_does_not_read_as_far_as_the_one_before() {
        let mut stage = Stage::new();
        let rows = (0..500).map(|at| format!("36182738271{at:04},橘子{at},等待卖家发货\n"));
        let file = std::iter::once("订单编号,买家会员名,订单状态\n".to_owned()).chain(rows);
        let file: String = file.collect();
        let options = ImportOptions::default();
        let import = stage
            .desk
            .import("orders.csv", file.as_bytes(), &options)
            .unwrap();
        assert_eq!(import.new, 500);
        let mut pane = stage
            .with(|reach| TablesPane::of(&order::REGISTER, reach.desk, reach.words))
            .unwrap();
        assert!(pane.after.is_some());
        let number = pane.rows[100].order_number.clone().unwrap();
        // So short an end no index knows.
        let question = format!("order:{}", &number[number.len() - 3..]);
        let command = |stage: &mut Stage, pane: &mut TablesPane, command| {
            stage.with(|reach| pane.command(command, reach));
        };
        command(&mut stage, &mut pane, Command::Filter);
        let typed = crate::tui::keys::Input::Paste(question);
        stage.with(|reach| pane.input(&typed, reach));
        command(&mut stage, &mut pane, Command::Accept);
        assert_eq!((pane.rows.len(), pane.portions), (1, 1));
        assert!(pane.after.is_some(), "it looks on when somebody goes on");
        stage.with(|reach| pane.refresh(reach));
        assert_eq!((pane.rows.len(), pane.portions), (1, 1));
        command(&mut stage, &mut pane, Command::Back);
        assert_eq!(pane.portions, 1);
    }
}
