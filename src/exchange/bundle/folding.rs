//! The last step of an import: what came in and was not folded with its appending is folded.

use std::collections::HashMap;

use super::unpack::{Progress, Step};
use crate::problem::{Kind, Problem};
use crate::store::{Result, Run, Store, StreamHead, Taken};

/// From so many new events on a stream is folded along the log.
const MANY: u64 = 1_000;

/// How far each stream is folded.
pub(super) struct Folding {
    /// Up to which seq of each stream, by its local number, nothing new waits: what was held
    /// before the import, and what was folded with its appending since.
    done: HashMap<i64, u64>,
}

impl Folding {
    /// Looks at the heads as they are now.
    pub fn begin(store: &Store) -> Result<Self> {
        let heads = store.heads()?;
        Ok(Self {
            done: heads.iter().map(|head| (head.stream, head.seq)).collect(),
        })
    }

    /// Notes that a run was folded when it was appended. What belongs to a record that goes on
    /// elsewhere stays for [`Folding::finish`].
    pub fn note(&mut self, store: &Store, run: &Run, taken: &Taken) -> Result<()> {
        let Some(last) = run.events.last().filter(|_| taken.folded) else {
            return Ok(());
        };
        let is_grown = |head: &StreamHead| head.replica == run.replica && head.chain == last.chain;
        if let Some(head) = store.heads()?.into_iter().find(is_grown) {
            let done = self.done.entry(head.stream).or_insert(head.from_seq);
            if *done == run.from_seq {
                *done = head.seq;
            }
        }
        Ok(())
    }

    /// Folds until nothing waits for it: first along the streams that grew by much, then what
    /// is left.
    pub fn finish(
        self,
        store: &mut Store,
        total: u64,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> std::result::Result<(), Problem> {
        let cancelled = || Problem::new(Kind::Refused, "problem-cancelled");
        let mut tell = |left: usize| {
            let step = Progress {
                step: Step::Fold,
                done: left as u64,
                total,
            };
            left == 0 || progress(step)
        };
        for head in store.heads()? {
            let done = self.done.get(&head.stream);
            let mut upto = done.copied().unwrap_or(head.from_seq);
            if head.seq - upto < MANY {
                continue;
            }
            while upto < head.seq {
                upto = store.fold_along(head.stream, upto, head.seq)?;
                if !tell(store.left_to_fold()?) {
                    return Err(cancelled());
                }
            }
        }
        if store.fold_rest(&mut |left| tell(left))? {
            Ok(())
        } else {
            Err(cancelled())
        }
    }
}
