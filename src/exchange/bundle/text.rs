//! The text block: a bundle that goes through any chat. `block` is how it is written; here it is
//! made of what is new in a store and taken into one, also part by part.

mod block;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;

use serde::{Deserialize, Serialize};

use super::accounting::Accounting;
use super::export::{self, Export, Selection, export};
use super::unpack::{Progress, import_with};
use super::writing::Writing;
use crate::domain::id::ReplicaId;
use crate::exchange::envelope::Keys;
use crate::problem::{Kind, Problem};
use crate::store::{Store, StoreError, private_file};

use block::assemble;
pub use block::{Found, Part, TEXT_MAX, encode, find, is_text_block};

/// Under which local setting the parts stand whose others have not come yet.
const KEPT: &str = "bundle.text.parts";
/// Of how many bundles parts are kept.
const KEPT_MOST: usize = 16;
/// How many events are tried as text; the parts hold about two thousand.
const EVENTS_MOST: u64 = 5_000;
/// Where a bundle lies while it is read from or written to text, below the store's folder.
const ASIDE: &str = "text-block.zbundle";

/// What became of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextTaken {
    /// The accounting of each bundle that was whole.
    pub taken: Vec<Accounting>,
    /// The parts that a bundle still lacks, and of how many.
    pub missing: Vec<(Vec<u32>, u32)>,
}

/// What was written as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextBlock {
    /// The parts in order, each to be sent by itself or all together.
    pub parts: Vec<String>,
    /// The events in them.
    pub events: u64,
}

impl TextBlock {
    /// Returns all parts as one text.
    pub fn text(&self) -> String {
        self.parts.join("\n")
    }
}

/// Writes what this machine's replicas have to say that is new as a text block. Asked again
/// while nothing is new it gives the last one again.
///
/// Fails where there is nothing at all, where it is too much for a chat, and for a shop whose
/// bundles must not go unencrypted.
pub fn write(store: &mut Store, sender: ReplicaId, now: i64) -> Result<TextBlock, Problem> {
    const KIND: Selection = Selection::ForText;
    let writing = Writing::of(store)?;
    let before = export::mark(store, KIND)?;
    let is_again = export::own_news(store, KIND)?.is_empty();
    let from = if is_again {
        store.setting_local(BEFORE)?
    } else {
        before.clone()
    };
    export::go_back(store, KIND, from.as_deref())?;
    let done = write_from(
        store,
        writing.write(Export {
            selection: KIND,
            ..Export::new(sender, now)
        }),
    );
    match &done {
        Ok(_) => store.set_setting_local(BEFORE, from.as_deref())?,
        Err(_) => export::go_back(store, KIND, before.as_deref())?,
    }
    done
}

/// Where the last text block began.
const BEFORE: &str = "bundle.sent.text.before";

fn write_from(store: &mut Store, options: Export<'_>) -> Result<TextBlock, Problem> {
    let news = export::own_news(store, options.selection)?;
    let events: u64 = news.iter().map(|(head, from)| head.seq - from).sum();
    if events == 0 {
        return Err(
            Problem::new(Kind::NotFound, "problem-text-nothing").hint("problem-text-nothing-hint")
        );
    }
    // Nobody waits for a bundle to be made that no chat could take.
    if events > EVENTS_MOST {
        return Err(Problem::new(Kind::Refused, "problem-text-many")
            .arg("count", events)
            .hint("problem-text-long-hint"));
    }
    let path = store.folder().join(ASIDE);
    remove(&path);
    let done = export(store, &options, &path).and_then(|exported| {
        let bytes = fs::read(&path).map_err(StoreError::io(&path))?;
        Ok(TextBlock {
            parts: encode(&bytes)?,
            events: exported.events,
        })
    });
    remove(&path);
    done
}

/// Takes in the bundles of a text. Parts whose others are not in it are kept until those come,
/// in any order and with any time between.
///
/// Fails where the text holds no part, or only damaged ones of a bundle that is not whole
/// without them: the problem names part and line.
pub fn read(
    store: &mut Store,
    text: &str,
    now: i64,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<TextTaken, Problem> {
    let found = find(text)?;
    let mut kept: Kept = store
        .setting_local(KEPT)?
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    let mut here: Vec<String> = Vec::new();
    for part in found.parts {
        let bundle = kept.bundles.entry(part.id.clone()).or_default();
        if bundle.of != part.of {
            *bundle = KeptBundle {
                of: part.of,
                ..KeptBundle::default()
            };
        }
        bundle.parts.insert(part.number, part.payload);
        if !here.contains(&part.id) {
            here.push(part.id);
        }
    }
    let mut done = TextTaken::default();
    for id in &here {
        let bundle = &kept.bundles[id];
        match assemble(&bundle.parts, bundle.of) {
            Ok(bytes) => {
                done.taken.push(import_bytes(store, &bytes, now, progress)?);
                kept.bundles.remove(id);
            }
            Err(missing) => done.missing.push((missing, bundle.of)),
        }
    }
    // The oldest cannot be told from the newest by their ids; what was just pasted stays.
    while kept.bundles.len() > KEPT_MOST
        && let Some(other) = kept.bundles.keys().find(|id| !here.contains(id)).cloned()
    {
        kept.bundles.remove(&other);
    }
    let text = (!kept.bundles.is_empty())
        .then(|| serde_json::to_string(&kept))
        .transpose()
        .map_err(Problem::defect)?;
    store.set_setting_local(KEPT, text.as_deref())?;
    match found.damaged.into_iter().next() {
        Some(damage) if done.taken.is_empty() => Err(damage),
        _ => Ok(done),
    }
}

/// Forgets the parts that wait for others: those are pasted again with them.
pub(super) fn forget_parts(store: &mut Store) -> Result<(), StoreError> {
    store.set_setting_local(KEPT, None)
}

/// Parts that wait for others, by what their bundle's parts share.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Kept {
    bundles: BTreeMap<String, KeptBundle>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct KeptBundle {
    of: u32,
    parts: BTreeMap<u32, String>,
}

fn import_bytes(
    store: &mut Store,
    bytes: &[u8],
    now: i64,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Accounting, Problem> {
    let path = store.folder().join(ASIDE);
    let done = private_file(&path)
        .map_err(Problem::from)
        .and_then(|mut file| {
            file.write_all(bytes).map_err(StoreError::io(&path))?;
            let keys = Keys::of(store)?;
            import_with(store, &path, &keys, now, progress)
        });
    remove(&path);
    done
}

fn remove(path: &std::path::Path) {
    // Absent it need not go; else the next block writes over it.
    let _ = fs::remove_file(path);
}
