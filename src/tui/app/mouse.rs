//! What the mouse means: a press at what is drawn there, a drag from it, the wheel over it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Workstation;
use super::paint::has_keys;
use crate::tui::commands::Command;
use crate::tui::keys::{Input, Mouse, Spot};
use crate::tui::run::{Effect, Effects};
use crate::tui::widgets::keyrow;
use crate::tui::widgets::spots::{Record, Spots};

/// Rows that a notch of the wheel turns.
const NOTCH: isize = 3;
/// The most rows that one press goes, where a pane goes by single steps.
const FARTHEST: isize = 500;

impl Workstation {
    /// Takes what the mouse did.
    pub(super) fn moused(&mut self, (what, column, row): (Mouse, u16, u16), effects: &mut Effects) {
        let cell = Position::new(column, row);
        match what {
            Mouse::Down => self.pressed_at(cell, effects),
            Mouse::Drag => self.dragged_to(cell, effects),
            Mouse::Up => self.dragging = None,
            Mouse::WheelUp => self.turned_at(cell, -NOTCH, effects),
            Mouse::WheelDown => self.turned_at(cell, NOTCH, effects),
        }
    }

    /// Where text stands alone to be marked, the mouse is the terminal's.
    pub(super) fn leave_the_mouse(&mut self, effects: &mut Effects) {
        let is_ours = self.config.screen.mouse && !self.pane().fills_everything();
        if is_ours != self.reported {
            self.reported = is_ours;
            effects.list.push(Effect::Mouse(is_ours));
        }
    }

    fn pressed_at(&mut self, cell: Position, effects: &mut Effects) {
        effects.draw = true;
        self.dragging = None;
        if self.gate.is_some() {
            if let Some((_, spot)) = self.trace().0.at(cell) {
                self.at_the_gate(&Input::Pointed(spot), effects);
            }
            return;
        }
        self.lock_later(effects);
        self.notice = None;
        if let Some(command) = self.clicked(cell.x, cell.y) {
            if !self.run(command, effects) {
                self.useless(command);
            }
            self.save_soon(effects);
            return;
        }
        // A field comes in front first; then it may be a text with cells of its own.
        for _ in 0..2 {
            let Some((area, spot)) = self.trace().0.at(cell) else {
                return;
            };
            let is_field = matches!(spot, Spot::Field(_));
            self.point(within(&spot, area, cell, false), effects);
            self.dragging = Some((area, spot));
            if !is_field {
                return;
            }
        }
    }

    fn dragged_to(&mut self, cell: Position, effects: &mut Effects) {
        let Some((area, spot)) = self.dragging.clone() else {
            return;
        };
        if self.gate.is_none()
            && matches!(spot, Spot::Cell { .. } | Spot::Divider(_) | Spot::Shelf(_))
        {
            effects.draw |= self.point(within(&spot, area, cell, true), effects);
        }
    }

    fn turned_at(&mut self, cell: Position, by: isize, effects: &mut Effects) {
        if self.gate.is_some() {
            return;
        }
        let spot = match self.trace().0.at(cell) {
            Some((_, Spot::Row(_))) => Spot::Turned(by),
            Some((_, Spot::Scroll(_))) => Spot::Scroll(by),
            _ => return,
        };
        self.lock_later(effects);
        effects.draw |= self.point(spot, effects);
    }

    /// Lets the front pane take it; a list that knows no places is led there step by step.
    fn point(&mut self, spot: Spot, effects: &mut Effects) -> bool {
        let input = Input::Pointed(spot.clone());
        if self.with_pane(effects, |pane, reach| pane.input(&input, reach)) {
            return true;
        }
        let (Spot::Row(by) | Spot::Turned(by) | Spot::Scroll(by)) = spot else {
            return false;
        };
        let steps = if by < 0 {
            [Command::Previous, Command::PreviousField]
        } else {
            [Command::Next, Command::NextField]
        };
        for _ in 0..by.abs().min(FARTHEST) {
            steps
                .iter()
                .any(|step| self.with_pane(effects, |pane, reach| pane.command(*step, reach)));
        }
        by != 0
    }

    /// The command of the key row's entry at a cell.
    fn clicked(&self, column: u16, row: u16) -> Option<Command> {
        let (width, height) = self.status.size();
        if !has_keys(height) {
            return None;
        }
        let look = self.look();
        match height.checked_sub(row + 1)? {
            0 => keyrow::hit(&self.key_row(width, &look), column),
            1 => keyrow::hit(
                &keyrow::hints(&self.keymap, &self.contexts(), width, &look),
                column,
            ),
            _ => None,
        }
    }

    /// Draws for nobody, to know what stands where and who has the caret.
    pub fn trace(&self) -> (Record, Option<Position>) {
        let (width, height) = self.status.size();
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        let spots = Spots::default();
        let area = buf.area;
        let caret = self.paint(&mut buf, area, &spots);
        (spots.into_record(), caret)
    }
}

/// The spot with the cell's place in it, as near as the area allows.
fn within(spot: &Spot, area: Rect, cell: Position, extend: bool) -> Spot {
    match spot {
        Spot::Cell { .. } => Spot::Cell {
            column: cell.x.clamp(area.left(), area.right()) - area.x,
            row: cell.y.clamp(area.top(), area.bottom().max(1) - 1) - area.y,
            extend,
        },
        Spot::Divider(_) => Spot::Divider(cell.x),
        Spot::Shelf(_) => Spot::Shelf(cell.y),
        other => other.clone(),
    }
}
