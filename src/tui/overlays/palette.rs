//! Every command with its key (F1, Ctrl+P): palette and help in one.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::i18n::Words;
use crate::tui::commands::{Command, Context};
use crate::tui::keymap::Keymap;
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::widgets::Look;
use crate::tui::widgets::palette::Palette;

/// The pane.
pub struct PalettePane {
    palette: Palette,
    keymap: Keymap,
}

impl PalettePane {
    /// Opens the palette over what was in front.
    pub fn new(keymap: &Keymap, stack: &[Context], words: &Words) -> Self {
        Self {
            palette: Palette::open(keymap, stack, words),
            keymap: keymap.clone(),
        }
    }
}

impl Pane for PalettePane {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Text, Context::Palette]
    }

    fn command(&mut self, command: Command, _reach: &mut Reach<'_>) -> Flow {
        if let Some(by) = command.steps() {
            self.palette.step(by);
            return Flow::Stay;
        }
        match command {
            Command::Open | Command::Accept => self.palette.chosen().map_or(Flow::Close, Flow::Run),
            _ => Flow::Pass,
        }
    }

    fn input(&mut self, input: &Input, _reach: &mut Reach<'_>) -> Flow {
        if self.palette.input(input) {
            Flow::Stay
        } else {
            Flow::Pass
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        self.palette.draw(buf, area, &self.keymap, look)
    }

    fn is_whole(&self) -> bool {
        false
    }
}
