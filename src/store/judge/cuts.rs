//! Who ended whom: words that retire each other's authors are weighed against each other without
//! stamps, which each author sets at will.
//!
//! A word that nobody else's word would undo holds. Of words that undo each other in a circle the
//! one holds whose author is eldest: the founder, then whoever was admitted nearest to the
//! founding. An admission is farther from it than the roster that it names and than its author, so
//! nobody grows older by a word of their own.

use std::collections::{BTreeMap, BTreeSet};

use super::Judge;
use crate::domain::event::Event;
use crate::domain::id::{Chain, ReplicaId};

/// Where a replica ends: the last event that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    /// Its seq.
    pub seq: u64,
    /// Its chain, where the word says so.
    pub chain: Option<Chain>,
}

impl Cut {
    /// Returns whether this ends a replica before another cut does; of two that end it at one
    /// seq any one must win, the same everywhere.
    pub(super) fn is_before(&self, other: &Self) -> bool {
        let order = |cut: &Self| (cut.seq, cut.chain.is_none(), cut.chain);
        order(self) < order(other)
    }
}

/// Retired replicas, and where they end.
pub(super) type Cuts = BTreeMap<ReplicaId, Cut>;

/// A word that ends a replica, or ends it earlier than those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    /// The roster event.
    pub event: Chain,
    /// Who says so.
    pub author: ReplicaId,
    /// Whom it ends.
    pub target: ReplicaId,
    /// Where it ends.
    pub cut: Cut,
}

/// Walks over the roster events as far as all retirements that hold let them count.
pub(super) fn walk(begin: &Judge, events: &[Event]) -> Judge {
    let walk = |cuts: &Cuts| begin.clone().held_to(cuts).walk(events);
    let free = walk(&Cuts::new());
    let mut cuts = lowest(&Cuts::new(), &free.claims);
    let all = walk(&cuts);
    // What strikes out one word can make another count where nobody is in a practice roster.
    let is_settled = all.claims.iter().all(|claim| !is_open(claim, &cuts));
    if is_settled && free.claims.iter().all(|claim| all.has_counted(claim)) {
        return all;
    }
    // Only whose own words are struck out by it can a retirement undo: it changes nothing else.
    let authors: BTreeSet<ReplicaId> = events.iter().map(|event| event.head.replica).collect();
    cuts.clear();
    loop {
        let now = walk(&cuts);
        let open = open(&now, &cuts);
        if open.is_empty() {
            return now;
        }
        let striking = open.iter().filter(|claim| authors.contains(&claim.target));
        let struck = |claim: &Claim| (claim.event, walk(&lowest(&cuts, &[*claim])));
        let afters: Vec<(Chain, Judge)> = striking.map(struck).collect();
        cuts = lowest(&cuts, &holding(&now, &open, &afters));
    }
}

/// Returns the words that end somebody earlier than these cuts do; of one author's about one
/// replica the farthest.
fn open(now: &Judge, cuts: &Cuts) -> Vec<Claim> {
    let mut open: Vec<Claim> = Vec::new();
    // Each that is said later of a replica ends it earlier.
    for claim in now.claims.iter().filter(|claim| is_open(claim, cuts)) {
        open.retain(|other| (other.author, other.target) != (claim.author, claim.target));
        open.push(*claim);
    }
    open
}

/// Returns those of the open words that no other undoes, or else that of the eldest. `afters` are
/// the walks in which one of them holds.
fn holding(now: &Judge, open: &[Claim], afters: &[(Chain, Judge)]) -> Vec<Claim> {
    let is_undone = |claim: &Claim| {
        let mut others = afters.iter();
        others.any(|(other, after)| *other != claim.event && !after.has_counted(claim))
    };
    let holding: Vec<Claim> = open
        .iter()
        .copied()
        .filter(|claim| !is_undone(claim))
        .collect();
    if holding.is_empty() {
        let eldest = open
            .iter()
            .min_by_key(|claim| (now.age(claim.author), claim.event));
        eldest.copied().into_iter().collect()
    } else {
        holding
    }
}

fn is_open(claim: &Claim, cuts: &Cuts) -> bool {
    let known = cuts.get(&claim.target);
    known.is_none_or(|cut| claim.cut.is_before(cut))
}

/// Returns the cuts with these words: the lowest of each replica.
fn lowest(cuts: &Cuts, claims: &[Claim]) -> Cuts {
    let mut cuts = cuts.clone();
    for claim in claims {
        if is_open(claim, &cuts) {
            cuts.insert(claim.target, claim.cut);
        }
    }
    cuts
}
