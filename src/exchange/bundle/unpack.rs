//! Import: check, append, fold. Killed anywhere, heads are a contiguous prefix, and the same
//! import completes it.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::accounting::{Accounting, add};
use super::attach::{brings_files, take_attachments};
use super::carrier::Carrier;
use super::check::{Checked, Keep, check};
use super::chunks::{Chunk, Kept, Ready};
use super::fault::{BundleFault, Code};
use super::folding::Folding;
use super::format::Manifest;
use super::outside::{self, Healed, Held, Keeping};
use super::scrub::scrub;
use super::spill::Spill;
use super::witness;
use crate::domain::event::Seal;
use crate::exchange::envelope::Keys;
use crate::problem::{Kind, Problem};
use crate::store::{Run, Store, StoreError};

/// Up to so many bytes of lines and so many events wait in memory, where they take about three
/// times as much.
const KEEP: (u64, u64) = (64 << 20, 150_000);
/// So many events get more memory for their pages.
const MANY: u64 = 10_000;
/// How many chunks may wait between reading, folding and appending: each of them has one in hand.
const WAITING: usize = 0;

/// Which step an import is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Reads and proves; nothing is written.
    Check,
    /// Appends.
    Append,
    /// Folds; `done` are the records and keys that are left.
    Fold,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The step.
    pub step: Step,
    /// Events done, or what is left to fold.
    pub done: u64,
    /// Events in the bundle.
    pub total: u64,
}

/// Takes a bundle into a store. `progress` is told how far it is and answers whether to go on;
/// what was appended until then stays, and the same import completes it.
///
/// A store without a shop adopts the bundle's shop. `now` is the time of arrival, milliseconds
/// UTC. Fails, with nothing taken, where the file is no good bundle or of another shop.
pub fn import(
    store: &mut Store,
    path: &Path,
    now: i64,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Accounting, Problem> {
    let keys = Keys::of(store)?;
    import_with(store, path, &keys, now, progress)
}

/// Takes a bundle into a store, opening it with these keys where it is encrypted.
///
/// Fails as [`import`] does, and where no key opens it.
pub fn import_with(
    store: &mut Store,
    path: &Path,
    keys: &Keys,
    now: i64,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Accounting, Problem> {
    import_keeping(store, path, keys, now, KEEP, progress)
}

/// Takes a bundle into a store, of which at most so many bytes of lines and so many events are
/// kept in memory.
pub(super) fn import_keeping(
    store: &mut Store,
    path: &Path,
    keys: &Keys,
    now: i64,
    (bytes, events): (u64, u64),
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Accounting, Problem> {
    let file = path.display().to_string();
    let fault = |fault: BundleFault| fault.problem(&file);
    let carrier = Carrier::new(path, keys).map_err(fault)?;
    let bundle = carrier.bundle().map_err(fault)?;
    right_shop(store, &bundle.manifest, &file)?;
    witness::remember(store, &bundle.manifest, now)?;
    let (shop, total) = (bundle.manifest.shop, bundle.manifest.events());
    let mut folding = Folding::begin(store)?;
    if all_held(store, &bundle.manifest)? {
        // An import that was killed may have left the last steps undone.
        let healed = outside::settle(store, shop, Keeping::new(now))?;
        folding.finish(store, total, progress)?;
        scrub(store)?;
        return Ok(Accounting {
            events: total,
            here: total,
            healed: healed.events,
            alarms: witness::look(store, now)?,
            ..Accounting::default()
        });
    }
    let keep = Keep {
        bytes,
        events,
        folder: store.folder(),
    };
    let mut checked = check(bundle, Some(keep), &mut |done| {
        progress(Progress {
            step: Step::Check,
            done,
            total,
        })
    })
    .map_err(fault)?;
    store.adopt_id(shop)?;
    // A passphrase takes its time whenever the file is opened.
    let refused_files = if checked.counts.attachments > 0 {
        let bundle = carrier.bundle().map_err(fault)?;
        take_attachments(store, bundle, &checked.attached, &file)?
    } else {
        0
    };
    let kept = checked.kept.take();
    let mut taking = Taking::begin(store, &checked, now)?;
    let work = |store: &mut Store| {
        match kept {
            Some(Kept::Here(chunks)) => {
                taking.take_all(store, chunks.into_iter(), &mut folding, progress)?;
            }
            Some(Kept::Aside(spill)) => {
                taking.append(store, (spill, &file), &mut folding, progress)?;
            }
            None => {}
        }
        let outside = std::mem::replace(&mut taking.outside, Keeping::new(now));
        let healed = outside::settle(store, shop, outside)?;
        folding.finish(store, total, progress)?;
        Ok::<_, Problem>(healed)
    };
    let healed = if total < MANY {
        work(store)?
    } else {
        store.with_room(work)?
    };
    scrub(store)?;
    let alarms = witness::look(store, now)?;
    let sum = taking.account(store, healed)?;
    Ok(Accounting {
        refused_files,
        alarms,
        ..sum
    })
}

fn right_shop(store: &Store, manifest: &Manifest, file: &str) -> Result<(), Problem> {
    match store.shop_id() {
        Some(ours) if ours != manifest.shop => {
            Err(Problem::new(Kind::Refused, "problem-bundle-other-shop")
                .hint("problem-bundle-other-shop-hint")
                .arg("file", file)
                .arg("theirs", manifest.shop)
                .arg("ours", ours))
        }
        _ => Ok(()),
    }
}

/// Returns whether every stream is held up to its end, with every body and file that the bundle
/// may bring, so that the lines need not be read.
fn all_held(store: &Store, manifest: &Manifest) -> Result<bool, StoreError> {
    let held = Held::of(store)?;
    for range in &manifest.streams {
        let Some(replica) = manifest.replicas.get(range.replica) else {
            return Ok(false);
        };
        if range.is_empty() {
            continue;
        }
        let end = (range.to_seq, range.to_chain);
        let Some(pieces) = held.pieces(replica.id, range.from_seq, end)? else {
            return Ok(false);
        };
        for (stream, from_seq, to_seq) in pieces {
            if store.is_any_lacking(stream, from_seq, to_seq)? {
                return Ok(false);
            }
        }
    }
    Ok(store.shop_id().is_some() && !brings_files(store, manifest)?)
}

struct Taking<'a> {
    checked: &'a Checked,
    now: i64,
    /// Up to which seq each stream was held before.
    before: Vec<u64>,
    new: u64,
    branched: bool,
    outside: Keeping,
}

impl<'a> Taking<'a> {
    fn begin(store: &Store, checked: &'a Checked, now: i64) -> Result<Self, StoreError> {
        let before = held_upto(store, checked)?;
        Ok(Self {
            checked,
            now,
            before,
            new: 0,
            branched: false,
            outside: Keeping::new(now),
        })
    }

    /// Reads back what was set aside, beside appending, and appends what is proven.
    fn append(
        &mut self,
        store: &mut Store,
        (spill, file): (Spill, &str),
        folding: &mut Folding,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<(), Problem> {
        let mut read = spill.read().map_err(|fault| fault.problem(file))?;
        thread::scope(|scope| {
            let (sender, chunks) = sync_channel(WAITING);
            let reader = scope.spawn(move || {
                read.try_for_each(|chunk| sender.send(chunk?).map_err(|_| BundleFault::Stopped))
            });
            // Without a receiver the reader ends at its next chunk.
            let appended = self.take_all(store, chunks.into_iter(), folding, progress);
            let read = reader
                .join()
                .unwrap_or_else(|_| Err(BundleFault::Archive("reader".into())));
            appended?;
            read.map_err(|fault| fault.problem(file))
        })
    }

    /// Appends chunks, each but the first, which may bring the rules, folded beside appending
    /// the one before it.
    fn take_all(
        &mut self,
        store: &mut Store,
        mut chunks: impl Iterator<Item = Chunk> + Send,
        folding: &mut Folding,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<(), Problem> {
        let (mut done, total) = (0, self.checked.counts.events);
        let checked = self.checked;
        let mut take_and_tell = |store: &mut Store, ready: Ready| {
            done += (ready.chunk.events.len() + ready.rest.len()) as u64;
            self.take(store, ready, folding)?;
            let step = Progress {
                step: Step::Append,
                done,
                total,
            };
            if progress(step) {
                Ok(())
            } else {
                Err(Problem::new(Kind::Refused, "problem-cancelled"))
            }
        };
        let Some(first) = chunks.next() else {
            return Ok(());
        };
        take_and_tell(store, first.ready(checked, None))?;
        let ahead = &Mutex::new(store.ahead()?);
        thread::scope(|scope| {
            let (sender, ready) = sync_channel(WAITING);
            scope.spawn(move || {
                for chunk in chunks {
                    let by = ahead.lock().unwrap_or_else(PoisonError::into_inner).clone();
                    if sender.send(chunk.ready(checked, Some(&by))).is_err() {
                        return;
                    }
                }
            });
            // Without a receiver the other thread ends at its next chunk.
            for ready in ready {
                take_and_tell(store, ready)?;
                *ahead.lock().unwrap_or_else(PoisonError::into_inner) = store.ahead()?;
            }
            Ok(())
        })
    }

    /// Appends a chunk as far as it is proven, with what it comes to, and keeps the rest outside.
    fn take(
        &mut self,
        store: &mut Store,
        ready: Ready,
        folding: &mut Folding,
    ) -> Result<(), StoreError> {
        let Ready {
            chunk,
            rest,
            foreseen,
        } = ready;
        let Chunk {
            stream,
            from_seq,
            from_chain,
            events,
            ..
        } = chunk;
        let checked = self.checked;
        let (Some(author), Some(proof)) =
            (checked.manifest.author(stream), checked.proofs.get(stream))
        else {
            return Ok(());
        };
        if let Some(code) = proof.code.filter(|_| !rest.is_empty()) {
            let previous = events.last().map_or(from_chain, |event| event.chain);
            let author = (author.key.0, false);
            self.outside.keep(author, code, previous, &rest, &[]);
        }
        if events.is_empty() {
            return Ok(());
        }
        let upto = from_seq + events.len() as u64;
        // Seals are in the order of streams and seqs.
        let behind = |seq| {
            checked
                .seals
                .partition_point(|(place, seal)| (*place, seal.seq) <= (stream, seq))
        };
        let seals: Vec<Seal> = checked.seals[behind(from_seq)..behind(upto)]
            .iter()
            .map(|(_, seal)| seal.clone())
            .collect();
        let run = Run {
            replica: author.id,
            key: author.key.0,
            from_seq,
            from_chain,
            events,
            seals,
        };
        let taken = store.append_foreseen(&run, Some(foreseen), self.now)?;
        self.new += taken.new;
        self.branched |= taken.branched;
        if taken.missing {
            let author = (author.key.0, !store.is_stranger(author.id)?);
            self.outside
                .keep(author, Code::Q3, from_chain, &run.events, &run.seals);
        }
        folding.note(store, &run, &taken)
    }

    /// Adds up by what is held now and was not before, so that the sums hold whatever happened
    /// between; what was missing and came in behind its predecessors is simply new.
    fn account(&self, store: &Store, healed: Healed) -> Result<Accounting, StoreError> {
        let after = held_upto(store, self.checked)?;
        let held = Held::of(store)?;
        let manifest = &self.checked.manifest;
        let mut sum = Accounting {
            branched: self.branched || healed.branched,
            ..Accounting::default()
        };
        for (stream, range) in manifest.streams.iter().enumerate() {
            let (Some(author), Some(proof)) =
                (manifest.author(stream), self.checked.proofs.get(stream))
            else {
                continue;
            };
            let (before, after) = (self.before[stream], after[stream]);
            sum.events += range.len();
            sum.here += before - range.from_seq;
            sum.new += after - before;
            sum.outside += range.to_seq - after;
            add(
                &mut sum.by_code,
                Code::Q3.name(),
                proof.proven.saturating_sub(after),
            );
            if let Some(code) = proof.code {
                add(
                    &mut sum.by_code,
                    code.name(),
                    range.to_seq - after.max(proof.proven),
                );
            }
            if after > before
                && let Some(chain) = proof.chains.get((after - range.from_seq - 1) as usize)
                && let Some(pieces) = held.pieces(author.id, before, (after, *chain))?
            {
                for (stream, from_seq, to_seq) in pieces {
                    for (code, count) in store.unfolded_counts(stream, from_seq, to_seq)? {
                        sum.unfolded += count;
                        add(&mut sum.by_code, &code, count);
                    }
                }
            }
        }
        let unkept = healed.unkept;
        sum.unkept = (unkept.members + unkept.others).min(sum.outside);
        sum.must_come_again = unkept.members > 0 && sum.outside > 0;
        sum.healed = healed
            .events
            .saturating_sub(sum.new.saturating_sub(self.new));
        Ok(sum)
    }
}

/// Returns for each of the bundle's streams up to which seq it is held.
fn held_upto(store: &Store, checked: &Checked) -> Result<Vec<u64>, StoreError> {
    let held = Held::of(store)?;
    let manifest = &checked.manifest;
    let upto = |(stream, proof): (usize, &super::check::Proof)| match (
        manifest.author(stream),
        manifest.streams.get(stream),
    ) {
        (Some(author), Some(range)) => held.upto(author.id, range.from_seq, &proof.chains),
        _ => Ok(0),
    };
    checked.proofs.iter().enumerate().map(upto).collect()
}
