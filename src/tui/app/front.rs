//! What stands in front: panes come, act and go, and what they ask for is done.

use std::collections::BTreeMap;

use super::Workstation;
use super::seat::Seat;
use crate::domain::id::Id;
use crate::tui::commands::{Command, Context};
use crate::tui::keymap::Keymap;
use crate::tui::pane::{Notice, Pane, Reach};
use crate::tui::panes::desk::DeskPane;
use crate::tui::run::Effects;

/// Everything that is open, for what reaches the desk.
pub(super) struct Open<'a> {
    /// The desk screen.
    pub(super) home: &'a mut DeskPane,
    /// What stands in front of it, the last of all.
    pub(super) front: &'a mut Vec<Box<dyn Pane>>,
    /// What others left open.
    pub(super) parked: &'a mut BTreeMap<Id, Seat>,
    /// The key map.
    pub(super) keymap: &'a Keymap,
    /// Where keys are looked up at the moment.
    pub(super) contexts: &'a [Context],
}

impl Workstation {
    /// Lets something reach the desk and what is open, and returns what it said and whether lists
    /// must be read again.
    pub(super) fn reach<T>(
        &mut self,
        effects: &mut Effects,
        act: impl FnOnce(&mut Reach<'_>, Open<'_>) -> T,
    ) -> (T, Option<Notice>, bool) {
        let item = self.home.item();
        let contexts = self.contexts();
        let keymap = &self.keymap;
        let key_of = |command: Command| keymap.key_of(command, &contexts);
        let (mut said, mut stale) = (None, false);
        let mut reach = Reach {
            desk: &mut self.desk,
            words: &self.words,
            config: &self.config,
            effects,
            notice: &mut said,
            item,
            stale: &mut stale,
            key_of: &key_of,
        };
        let open = Open {
            home: &mut self.home,
            front: &mut self.front,
            parked: &mut self.parked,
            keymap,
            contexts: &contexts,
        };
        let out = act(&mut reach, open);
        (out, said, stale)
    }

    /// Lets something reach the desk and what is open; what it says is told, and what it changed
    /// is read anew.
    pub(super) fn reaching<T>(
        &mut self,
        effects: &mut Effects,
        act: impl FnOnce(&mut Reach<'_>, Open<'_>) -> T,
    ) -> T {
        let (out, said, stale) = self.reach(effects, act);
        if let Some(notice) = said {
            self.tell(notice);
        }
        let settled = std::mem::take(&mut effects.settled);
        if !settled.is_empty() {
            self.home.settled(&settled);
            self.front
                .iter_mut()
                .for_each(|pane| pane.settled(&settled));
        }
        if stale {
            self.reread(effects);
        }
        out
    }
}
