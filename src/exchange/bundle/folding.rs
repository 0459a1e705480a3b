//! The last step of an import: what came in is folded.

use std::collections::HashMap;

use super::unpack::{Progress, Step};
use crate::problem::{Kind, Problem};
use crate::store::{Result, Store};

/// How many records are folded in one go; the store ends a transaction earlier by time.
const FOLD: usize = 2_000;
/// From so many new events on a stream is folded along the log.
const MANY: u64 = 1_000;

/// How far each stream was held before the import.
pub(super) struct Folding(HashMap<i64, u64>);

impl Folding {
    /// Looks at the heads as they are now.
    pub fn begin(store: &Store) -> Result<Self> {
        let heads = store.heads()?;
        Ok(Self(
            heads.iter().map(|head| (head.stream, head.seq)).collect(),
        ))
    }

    /// Folds until nothing waits for it: first along the streams that grew by much, then what
    /// is left.
    pub fn finish(
        self,
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
            let mut upto = self.0.get(&head.stream).copied().unwrap_or(head.from_seq);
            if head.seq - upto < MANY {
                continue;
            }
            while upto < head.seq {
                upto = store.fold_along(head.stream, upto, head.seq)?;
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
