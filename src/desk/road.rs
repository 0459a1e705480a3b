//! The roads between desks, as a person at this desk takes them: the shared folder, the text
//! block, and when each colleague was last heard of.

use std::path::Path;

use super::Desk;
use super::begin::recognise_drill;
use super::people::Person;
use crate::domain::id::ReplicaId;
use crate::exchange::bundle::folder::{self, Pass, Road};
use crate::exchange::bundle::text::{self, TextBlock, TextTaken};
use crate::exchange::bundle::{self, Accounting, Progress, Writing};
use crate::exchange::envelope::Keys;
use crate::problem::Problem;
use crate::store::Store;

/// Returns who lays bundles of a store into the shared folder: who is signed in, else the first
/// replica of this machine.
pub fn sender(store: &Store) -> Result<Option<ReplicaId>, Problem> {
    let own = store.own_replicas();
    let signed_in = store
        .setting_local(super::SIGNED_IN)?
        .and_then(|id| id.parse().ok())
        .filter(|replica| own.contains(replica));
    Ok(signed_in.or(own.first().copied()))
}

/// Takes the road over the shared folder once; `now` in milliseconds UTC. Nothing happens on a
/// machine that holds no replica yet.
///
/// Fails for a real shop, and as [`folder::pass`] does.
pub fn sync(
    store: &mut Store,
    folder: &Path,
    is_thorough: bool,
    now: i64,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Pass, Problem> {
    let writing = Writing::of(store)?;
    let Some(sender) = sender(store)? else {
        return Ok(Pass::default());
    };
    let road = Road {
        folder,
        sender,
        writing: &writing,
        is_thorough,
        now,
    };
    folder::pass(store, &road, progress)
}

impl Desk {
    /// Returns what this desk has to say that is new as a text block for a chat.
    ///
    /// Fails where there is nothing, where it is too much for a chat, and for a real shop.
    pub fn text_block(&mut self) -> Result<TextBlock, Problem> {
        let (sender, now) = (self.me()?.replica, self.now());
        text::write(&mut self.store, sender, now)
    }

    /// Takes in what a pasted text holds of bundles; parts whose others are missing are kept.
    ///
    /// Fails where it holds none, and names part and line of what is damaged.
    pub fn take_text(&mut self, pasted: &str) -> Result<TextTaken, Problem> {
        let now = self.now();
        let taken = text::read(&mut self.store, pasted, now, &mut |_| true)?;
        recognise_drill(&mut self.store)?;
        self.refresh()?;
        Ok(taken)
    }

    /// Takes in a colleague's bundle, telling of each step; stopped, what is in stays in, and the
    /// same bundle once more takes the rest.
    ///
    /// Fails as [`bundle::import`] does.
    pub fn take_bundle(
        &mut self,
        file: &Path,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Accounting, Problem> {
        let (now, keys) = (self.now(), Keys::of(&self.store)?);
        let taken = bundle::import_with(&mut self.store, file, &keys, now, progress)?;
        recognise_drill(&mut self.store)?;
        self.refresh()?;
        Ok(taken)
    }

    /// Returns how many events a bundle holds, after all of it was proved; nothing is written.
    pub fn look_into_bundle(
        &self,
        file: &Path,
        progress: &mut dyn FnMut(u64) -> bool,
    ) -> Result<u64, Problem> {
        let keys = Keys::of(&self.store)?;
        let inspection = bundle::inspect_with(file, &keys, progress)?;
        Ok(inspection.counts.events)
    }

    /// Returns when a colleague was last heard of (milliseconds UTC): the newest event, export or
    /// sign of life in the shared folder of any replica of theirs. None for who works on this machine, for whom nothing came yet,
    /// and for all while the road to them is broken.
    pub fn last_known(&self, person: &Person) -> Result<Option<i64>, Problem> {
        let own = self.store.own_replicas();
        let mut newest = None;
        for replica in self.people.replicas_of(person.id) {
            if self.is_cut_off || own.contains(&replica) {
                return Ok(None);
            }
            let event = self.store.newest_of(replica)?;
            let export = bundle::last_export_of(&self.store, replica)?;
            let seen = folder::last_seen(&self.store, replica)?;
            newest = newest.max(event).max(export).max(seen);
        }
        Ok(newest)
    }

    /// Returns whether the road to the others is broken, so that nobody's state is known.
    pub fn is_cut_off(&self) -> bool {
        self.is_cut_off
    }

    /// Says whether the road to the others is broken.
    pub fn set_cut_off(&mut self, is_cut_off: bool) {
        self.is_cut_off = is_cut_off;
    }
}
