//! A stop: somebody has seen more of an own stream than is here, or another history of it. The
//! machine was put back as a whole, its anchors with it, so only others can tell. Nothing more
//! is written by that key, for the same places would be written twice, until what is missing
//! came back or the store goes on as a new replica.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::domain::id::{Chain, ReplicaId};

use super::Store;
use super::error::{Result, StoreError};
use super::log::Draft;
use super::read::{self, StreamHead};
use crate::domain::payload::Payload;
use crate::domain::registers::person;

/// Under which local setting the stop of a replica lies.
const STOP: &str = "stop.";
/// How many digits of a chain people are shown.
const SHOWN: usize = 8;

/// A head of an own stream that this store does not hold, and who named it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// The head's seq.
    pub seq: u64,
    /// Its chain.
    pub chain: Chain,
    /// Whose bundle named it.
    pub witness: ReplicaId,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    seq: u64,
    chain: String,
    witness: String,
}

impl Store {
    /// Lets a replica of this machine write no more until the head that a stop names is here.
    pub fn stop(&mut self, replica: ReplicaId, stop: &Stop) -> Result<()> {
        let kept = Kept {
            seq: stop.seq,
            chain: stop.chain.to_string(),
            witness: stop.witness.to_string(),
        };
        let text =
            serde_json::to_string(&kept).map_err(|fault| StoreError::Damaged(fault.to_string()))?;
        self.set_setting_local(&format!("{STOP}{replica}"), Some(&text))
    }

    /// Lets a replica of this machine write again: nothing that counts contradicts it any more.
    pub fn lift_stop(&mut self, replica: ReplicaId) -> Result<()> {
        let key = format!("{STOP}{replica}");
        match self.setting_local(&key)? {
            Some(_) => self.set_setting_local(&key, None),
            None => Ok(()),
        }
    }
}

/// Refuses to write behind a head while its replica is stopped. Only the retirement of who named
/// the other head passes: the head has no seal of its author, so whoever may change the roster is
/// never held up by a lie. Where it is none, what is written so branches, and counts for nothing.
pub(super) fn check(conn: &Connection, head: &StreamHead, drafts: &[Draft]) -> Result<()> {
    let text: Option<String> = conn
        .prepare_cached("SELECT value FROM setting_local WHERE key = ?1")?
        .query_row([format!("{STOP}{}", head.replica)], |row| row.get(0))
        .optional()?;
    let Some(text) = text else { return Ok(()) };
    let kept: Kept =
        serde_json::from_str(&text).map_err(|fault| StoreError::Damaged(fault.to_string()))?;
    let here = read::chain_at(conn, head.stream, kept.seq)?;
    if here.is_some_and(|chain| chain.to_string() == kept.chain) {
        return Ok(());
    }
    if retires(drafts, &kept.witness) {
        return Ok(());
    }
    Err(StoreError::PutBack {
        replica: head.replica,
        here: place(head.seq, &head.chain.to_string()),
        there: place(kept.seq, &kept.chain),
        witness: kept.witness,
    })
}

/// Returns whether an act is about one person and ends this replica of theirs.
fn retires(drafts: &[Draft], witness: &str) -> bool {
    let cut = format!(
        "{}/{witness}/{}",
        person::REPLICAS.name(),
        person::CUT_SEQ.name()
    );
    let [first, rest @ ..] = drafts else {
        return false;
    };
    let is_end = matches!(&first.payload, Payload::Set(change) if change.fields.contains_key(&cut));
    let is_reason =
        |draft: &Draft| draft.record == first.record && matches!(draft.payload, Payload::Say(_));
    is_end && first.register.name == person::REGISTER.name && rest.iter().all(is_reason)
}

/// Returns how a head is shown: its seq and the beginning of its chain.
fn place(seq: u64, chain: &str) -> String {
    format!("{seq} {}", chain.get(..SHOWN).unwrap_or(chain))
}
