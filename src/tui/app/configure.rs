//! Settings that change while the workstation runs: what they name holds from now on.

use std::path::Path;

use super::{LOCK, Workstation};
use crate::config::{Config, Theme as Choice};
use crate::i18n::Words;
use crate::tui::run::{Effect, Effects};
use crate::tui::theme::{self, Theme};

impl Workstation {
    /// Draws in the theme that was chosen of those there are, whatever the settings call it.
    pub fn draw_as(&mut self, choice: Choice) {
        if self.drawn_as != choice {
            self.drawn_as = choice;
            self.theme = Theme::named(choice.name());
        }
    }

    /// Lets other settings hold: words, colours, widths, title, lock, and the road over the
    /// shared folder.
    pub(super) fn configure(&mut self, config: Config, effects: &mut Effects) {
        let before = std::mem::replace(&mut self.config, config);
        let now = self.config.clone();
        if before.language != now.language {
            self.words = Words::new(now.language());
        }
        if before.screen.theme != now.screen.theme {
            let variable = |name: &str| std::env::var(name).ok();
            self.draw_as(theme::chosen(now.screen.theme, variable));
        }
        if before.screen.ambiguous != now.screen.ambiguous {
            self.ambiguous = now.screen.ambiguous;
            effects.list.push(Effect::Redraw);
        }
        self.say_doubts();
        if before.screen.title != now.screen.title {
            self.titled = None;
            if now.screen.title {
                self.entitle(effects);
            } else {
                effects.list.push(Effect::Title(String::new()));
            }
        }
        if before.lock != now.lock {
            self.locks = false;
            effects.list.push(Effect::Rest(LOCK));
            self.lock_later(effects);
        }
        if before.folder != now.folder {
            self.take_road(now.shared_folder());
        }
        effects.draw = true;
        self.reread(effects);
    }

    /// Goes over another shared folder from now on, or over none.
    fn take_road(&mut self, folder: Option<&Path>) {
        self.workers.road = None;
        let Some(folder) = folder else {
            return;
        };
        match self.workers.open_road(self.desk.store(), folder) {
            Ok(road) => self.workers.road = road,
            Err(problem) => self.trouble(&problem),
        }
    }
}
