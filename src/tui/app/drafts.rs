//! Drafts: what is typed and not yet sent is in the store within a second.

use std::collections::BTreeMap;

use super::{SAVE_AFTER, SAVE_DRAFTS, Workstation};
use crate::domain::id::Id;
use crate::problem::Problem;
use crate::tui::pane::Pane as _;
use crate::tui::run::{Effect, Effects};

/// Whose draft it is, and of what.
type Place = (String, String);

/// Drafts between the screen and the store.
#[derive(Default)]
pub(super) struct Drafts {
    /// Whether a wake will save them.
    saving: bool,
    /// As they lie in the store, so that an unchanged one is not written again.
    saved: BTreeMap<Place, String>,
    /// Those that could not be written, also of panes that are closed.
    unwritten: BTreeMap<Place, String>,
}

impl Workstation {
    /// Saves the draft of an item that was left for another one at once: it may be opened again
    /// before the wake that saves the others. Where it could not be saved, the item that is
    /// opened again shows what was typed, not what the store has.
    pub(super) fn keep(&mut self, before: Option<(String, String)>) {
        let shown = self.home.draft();
        let key = |draft: &Option<(String, String)>| draft.as_ref().map(|(key, _)| key.clone());
        if key(&before) == key(&shown) {
            return;
        }
        let Ok(person) = self.desk.me().map(|me| me.id.to_string()) else {
            return;
        };
        if let Some((key, text)) = before {
            let place = (person, key);
            if self.drafts.saved.get(&place) != Some(&text) {
                self.drafts.unwritten.insert(place, text);
            }
        }
        self.take_up();
        if !self.drafts.unwritten.is_empty() {
            self.save_drafts();
        }
    }

    /// Saves the drafts of a person's panes that closed without their doing.
    pub(super) fn keep_closed(&mut self, person: Id, drafts: Vec<(String, String)>) {
        let is_any = !drafts.is_empty();
        for (key, text) in drafts {
            let place = (person.to_string(), key);
            if self.drafts.saved.get(&place) != Some(&text) {
                self.drafts.unwritten.insert(place, text);
            }
        }
        if is_any {
            self.save_drafts();
        }
    }

    /// Gives the item that was just opened what was typed and could not be saved.
    fn take_up(&mut self) {
        let Ok(person) = self.desk.me().map(|me| me.id.to_string()) else {
            return;
        };
        let Some((key, text)) = self.home.draft() else {
            return;
        };
        let place = (person, key);
        match self.drafts.unwritten.get(&place) {
            Some(typed) => self.home.restore(typed),
            // Just read from the store: not to be written again.
            None => _ = self.drafts.saved.insert(place, text),
        }
    }

    pub(super) fn save_soon(&mut self, effects: &mut Effects) {
        if !self.drafts.saving {
            self.drafts.saving = true;
            effects.list.push(Effect::Wake(SAVE_DRAFTS, SAVE_AFTER));
        }
    }

    /// Writes every pane's draft; one that cannot be written stays on screen and is said.
    pub(super) fn save_drafts(&mut self) {
        self.drafts.saving = false;
        let now = self.desk.now();
        for (place, text) in self.unsaved() {
            let (person, key) = &place;
            match self.desk.store_mut().set_draft(person, key, &text, now) {
                Ok(()) => {
                    self.drafts.unwritten.remove(&place);
                    self.drafts.saved.insert(place, text);
                }
                Err(error) => {
                    self.drafts.unwritten.insert(place, text);
                    // Else it is said by the standing line until it is over.
                    if self.desk.store().trouble().is_none() {
                        self.trouble(&Problem::from(error));
                    }
                }
            }
        }
    }

    /// Returns the drafts that the store does not have as they are on the screen.
    pub(super) fn unsaved(&self) -> Vec<((String, String), String)> {
        let Ok(person) = self.desk.me().map(|me| me.id.to_string()) else {
            return Vec::new();
        };
        let shown = std::iter::once(self.home.draft())
            .chain(self.front.iter().map(|pane| pane.draft()))
            .flatten()
            .map(|(key, text)| ((person.clone(), key), text));
        // What is on the screen is newer than what could not be written.
        let mut all = self.drafts.unwritten.clone();
        all.extend(shown);
        all.into_iter()
            .filter(|(place, text)| self.drafts.saved.get(place) != Some(text))
            .collect()
    }
}
