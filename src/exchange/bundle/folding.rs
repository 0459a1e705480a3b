//! The last step of an import: what came in is folded.

use std::collections::HashMap;

use super::unpack::{Progress, Step};
use crate::domain::event::Event;
use crate::domain::id::{Chain, ReplicaId};
use crate::problem::{Kind, Problem};
use crate::store::{AtHand, Result, Run, Store, StreamHead, Taken};

/// How many records are folded in one go; the store ends a transaction earlier by time.
const FOLD: usize = 2_000;
/// From so many new events on a stream is folded along the log.
const MANY: u64 = 1_000;

/// How far each stream was held before the import, and what it appended.
pub(super) struct Folding {
    before: HashMap<i64, u64>,
    /// The database's version before the import.
    version: i64,
    /// What was appended to the end of a replica's stream and is still in memory; none for a
    /// replica of which more is to be known than that.
    appended: HashMap<ReplicaId, Option<Vec<Vec<Event>>>>,
}

impl Folding {
    /// Looks at the heads as they are now.
    pub fn begin(store: &Store) -> Result<Self> {
        let heads = store.heads()?;
        Ok(Self {
            before: heads.iter().map(|head| (head.stream, head.seq)).collect(),
            version: store.data_version()?,
            appended: HashMap::new(),
        })
    }

    /// Keeps in memory what was appended, where all of it was new and continues one stream.
    pub fn keep(&mut self, run: Run, taken: &Taken) {
        let is_new = taken.new == run.events.len() as u64 && !taken.branched;
        let kept = self.appended.entry(run.replica).or_insert(Some(Vec::new()));
        let continues = |kept: &Vec<Vec<Event>>| is_new && follows(kept, run.from_chain);
        if kept.as_ref().is_some_and(continues) {
            kept.get_or_insert_default().push(run.events);
        } else {
            *kept = None;
        }
    }

    /// Forgets what is in memory: something else may have been taken in too.
    pub fn forget(&mut self) {
        self.appended.clear();
    }

    /// Returns what is in memory of the events behind a place of a stream up to its head.
    fn at_hand(&mut self, head: &StreamHead, before: u64) -> Option<AtHand> {
        let kept = self.appended.remove(&head.replica)??;
        let (first, last) = (kept.first()?.first()?, kept.last()?.last()?);
        let fits = first.head.seq == before + 1 && last.chain == head.chain;
        fits.then(|| AtHand::new(self.version, before + 1, kept))
    }

    /// Folds until nothing waits for it: first along the streams that grew by much, then what
    /// is left.
    pub fn finish(
        mut self,
        store: &mut Store,
        total: u64,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> std::result::Result<(), Problem> {
        let mut tell = |left: usize| {
            let step = Progress {
                step: Step::Fold,
                done: left as u64,
                total,
            };
            if left == 0 || progress(step) {
                Ok(())
            } else {
                Err(Problem::new(Kind::Refused, "problem-cancelled"))
            }
        };
        for head in store.heads()? {
            let before = self.before.get(&head.stream);
            let mut upto = before.copied().unwrap_or(head.from_seq);
            if head.seq - upto < MANY {
                continue;
            }
            let mut at_hand = self.at_hand(&head, upto);
            while upto < head.seq {
                upto = store.fold_at_hand(head.stream, upto, head.seq, &mut at_hand)?;
                tell(store.left_to_fold()?)?;
            }
        }
        loop {
            let left = store.fold_dirty(FOLD)?;
            if left == 0 {
                return Ok(());
            }
            tell(left)?;
        }
    }
}

/// Returns whether events that begin behind this chain follow those that are kept.
fn follows(kept: &[Vec<Event>], from_chain: Chain) -> bool {
    let last = kept.last().and_then(|events| events.last());
    last.is_none_or(|last| last.chain == from_chain)
}
