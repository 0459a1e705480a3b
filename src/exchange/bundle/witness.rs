//! What others have seen. Every manifest names the heads that its sender knew and is signed, so
//! each bundle bears witness to all streams: that one was cut short, written twice, or that this
//! machine was put back to an older state, is seen where two of them do not go together.
//!
//! Nothing here is in the log or in `state`: alarms are computed from the newest manifest of
//! each sender and the streams that are held, and go away with their cause.

use std::collections::BTreeMap;

use super::format::{Manifest, Tip};
use crate::domain::id::{Chain, ReplicaId};
use crate::i18n::{Arg, Words};
use crate::problem::Problem;
use crate::store::{Stop, Store, StoreError, StreamHead};

/// Under which local settings the newest manifests of the senders are kept.
const HEADS: &str = "bundle.heads.";
/// How far a clock may be ahead before people are told, in milliseconds.
pub const AHEAD: i64 = 5 * 60_000;
/// How many digits of a chain or replica people are shown.
const SHOWN: usize = 8;

/// A place in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The seq.
    pub seq: u64,
    /// The chain there.
    pub chain: Chain,
}

/// How two heads of one stream do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contrast {
    /// Its own writer's newer bundle ends before what was seen of it earlier.
    Shortened,
    /// Another history was seen elsewhere.
    Other,
    /// It is a stream of this machine, and others have seen more of it or another history: the
    /// machine was put back to an older state.
    PutBack,
}

/// Something about a stream that people must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alarm {
    /// Two heads that do not go together.
    Heads {
        /// How.
        contrast: Contrast,
        /// Whose stream it is.
        replica: ReplicaId,
        /// Whose bundle names the other head.
        witness: ReplicaId,
        /// The head that is known here.
        here: Place,
        /// The head that the witness names.
        there: Place,
    },
    /// A key wrote in two places.
    Branched {
        /// Whose.
        replica: ReplicaId,
        /// The last seq that all branches have in common.
        after: u64,
        /// Where each branch ends.
        ends: Vec<Place>,
    },
    /// The newest event of a replica is ahead of the clock here.
    Clock {
        /// Whose.
        replica: ReplicaId,
        /// By how many milliseconds.
        ahead: i64,
    },
}

impl Alarm {
    /// Returns whose stream it is about.
    pub fn replica(&self) -> ReplicaId {
        match self {
            Self::Heads { replica, .. }
            | Self::Branched { replica, .. }
            | Self::Clock { replica, .. } => *replica,
        }
    }

    /// Returns the kind in machine-readable output.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Heads { contrast, .. } => match contrast {
                Contrast::Shortened => "shortened",
                Contrast::Other => "other",
                Contrast::PutBack => "put_back",
            },
            Self::Branched { .. } => "branched",
            Self::Clock { .. } => "clock",
        }
    }

    /// Returns whether people must do something: a clock that is ahead is shown, nothing else.
    pub fn is_finding(&self) -> bool {
        !matches!(self, Self::Clock { .. })
    }

    /// Returns the message id of what to do about it.
    pub fn next(&self) -> &'static str {
        match self {
            Self::Heads {
                contrast: Contrast::PutBack,
                ..
            } => "alarm-next-put-back",
            Self::Clock { .. } => "alarm-next-clock",
            Self::Heads { .. } | Self::Branched { .. } => "alarm-next-ask",
        }
    }

    /// Returns the sentence; `who` names the person of a replica.
    pub fn said(&self, words: &Words, who: &dyn Fn(ReplicaId) -> String) -> String {
        match self {
            Self::Heads {
                contrast,
                replica,
                witness,
                here,
                there,
            } => {
                let message = match contrast {
                    Contrast::Shortened => "alarm-said-shortened",
                    Contrast::Other => "alarm-said-other",
                    Contrast::PutBack => "alarm-said-put_back",
                };
                let texts = [who(*replica), who(*witness), shown(here), shown(there)];
                let names = ["who", "witness", "here", "there"];
                let args: Vec<(&str, Arg<'_>)> = names
                    .into_iter()
                    .zip(texts.iter().map(|text| Arg::from(text.as_str())))
                    .collect();
                words.with(message, &args)
            }
            Self::Branched {
                replica,
                after,
                ends,
            } => {
                let who = who(*replica);
                let ends: Vec<String> = ends.iter().map(shown).collect();
                let places = ends.join(", ");
                let args = [
                    ("who", Arg::from(who.as_str())),
                    ("count", Arg::from(ends.len() as i64)),
                    ("after", Arg::from(*after as i64)),
                    ("ends", Arg::from(places.as_str())),
                ];
                words.with("alarm-said-branched", &args)
            }
            Self::Clock { replica, ahead } => {
                let who = who(*replica);
                let args = [
                    ("who", Arg::from(who.as_str())),
                    ("minutes", Arg::from(ahead / 60_000)),
                ];
                words.with("alarm-said-clock", &args)
            }
        }
    }

    /// Returns the object of machine-readable output.
    pub fn json(&self) -> serde_json::Value {
        let place =
            |place: &Place| serde_json::json!({"seq": place.seq, "chain": place.chain.to_string()});
        let mut object =
            serde_json::json!({"kind": self.kind(), "replica": self.replica().to_string()});
        match self {
            Self::Heads {
                witness,
                here,
                there,
                ..
            } => {
                object["witness"] = witness.to_string().into();
                object["here"] = place(here);
                object["there"] = place(there);
            }
            Self::Branched { after, ends, .. } => {
                object["after"] = (*after).into();
                object["ends"] = ends.iter().map(place).collect();
            }
            Self::Clock { ahead, .. } => object["ahead"] = (*ahead).into(),
        }
        object
    }
}

/// Returns how a place is shown: its seq and the beginning of its chain.
fn shown(place: &Place) -> String {
    format!("{} {}", place.seq, short(&place.chain.to_string()))
}

/// Returns the beginning of an id, for where no person is known.
pub fn short(id: &str) -> String {
    id.chars().take(SHOWN).collect()
}

/// What a sender knew when it made its newest bundle that came here.
struct Witness {
    sender: ReplicaId,
    /// When, by the sender's clock, milliseconds UTC.
    made: i64,
    heads: Vec<(ReplicaId, Place)>,
}

impl Witness {
    /// Unreadable, it is as if nothing were known: too much goes out, never too little.
    fn read(sender: ReplicaId, text: &str) -> Option<Self> {
        let known: serde_json::Value = serde_json::from_str(text).ok()?;
        let head = |head: &serde_json::Value| {
            let place = Place {
                seq: head[1].as_u64()?,
                chain: head[2].as_str()?.parse().ok()?,
            };
            Some((head[0].as_str()?.parse().ok()?, place))
        };
        Some(Self {
            sender,
            made: known["made"].as_i64()?,
            heads: known["heads"].as_array()?.iter().filter_map(head).collect(),
        })
    }

    fn of(store: &Store, sender: ReplicaId) -> Result<Option<Self>, StoreError> {
        let text = store.setting_local(&format!("{HEADS}{sender}"))?;
        Ok(text.and_then(|text| Self::read(sender, &text)))
    }

    fn all(store: &Store) -> Result<Vec<Self>, StoreError> {
        let read = |(sender, text): (String, String)| Self::read(sender.parse().ok()?, &text);
        let all = store.settings_local(HEADS)?;
        Ok(all.into_iter().filter_map(read).collect())
    }

    /// Returns the heads of one replica.
    fn of_replica(&self, replica: ReplicaId) -> impl Iterator<Item = Place> {
        let own = self
            .heads
            .iter()
            .filter(move |(named, _)| *named == replica);
        own.map(|(_, place)| *place)
    }

    /// Returns the longest head of the sender's own streams.
    fn own(&self) -> Option<Place> {
        self.of_replica(self.sender).max_by_key(|place| place.seq)
    }
}

/// Keeps what the sender knew when it made its newest bundle that came here: what a later
/// export to that sender may leave out, and what it bears witness to. `now` in milliseconds
/// UTC: a bundle from the future is not newer than all that come after it.
pub(super) fn remember(store: &mut Store, manifest: &Manifest, now: i64) -> Result<(), Problem> {
    let Some(sender) = manifest.replicas.get(manifest.sender) else {
        return Ok(());
    };
    let known = Witness::of(store, sender.id)?.map(|known| known.made);
    if known.is_some_and(|made| made >= manifest.made && made <= now.saturating_add(AHEAD)) {
        return Ok(());
    }
    let head = |tip: &Tip| {
        let replica = manifest.replicas.get(tip.replica)?;
        Some(serde_json::json!([
            replica.id.to_string(),
            tip.seq,
            tip.chain.to_string()
        ]))
    };
    let heads: Vec<_> = manifest.heads.iter().filter_map(head).collect();
    let text = serde_json::json!({ "made": manifest.made, "heads": heads }).to_string();
    Ok(store.set_setting_local(&format!("{HEADS}{}", sender.id), Some(&text))?)
}

/// Returns the heads that a replica's last bundle named: what it holds for certain.
pub(super) fn known_heads(
    store: &Store,
    replica: ReplicaId,
) -> Result<Vec<(ReplicaId, u64, Chain)>, StoreError> {
    let known = Witness::of(store, replica)?.map(|known| known.heads);
    let all = known.into_iter().flatten();
    Ok(all
        .map(|(replica, place)| (replica, place.seq, place.chain))
        .collect())
}

/// Returns the highest seq of a replica of which any colleague's bundle has told.
pub fn witnessed(store: &Store, replica: ReplicaId) -> Result<u64, StoreError> {
    let mut highest = 0;
    for (witness, _) in store.replicas()? {
        for (named, seq, _) in known_heads(store, witness)? {
            if named == replica {
                highest = highest.max(seq);
            }
        }
    }
    Ok(highest)
}

/// Returns when the newest bundle of a replica was made that came here (milliseconds UTC).
pub fn last_export_of(store: &Store, replica: ReplicaId) -> Result<Option<i64>, Problem> {
    Ok(Witness::of(store, replica)?.map(|known| known.made))
}

/// Looks at what came in: own streams of which others have seen more write no more. Returns all
/// alarms.
pub fn look(store: &mut Store, now: i64) -> Result<Vec<Alarm>, StoreError> {
    let all = alarms(store, now)?;
    for replica in store.own_replicas() {
        let is_put_back = |alarm: &Alarm| {
            let put_back = Contrast::PutBack;
            matches!(alarm, Alarm::Heads { contrast, replica: of, .. } if (*contrast, *of) == (put_back, replica))
        };
        // Whoever said so was retired since, or is a stranger: their word stops nobody.
        if !all.iter().any(is_put_back) {
            store.lift_stop(replica)?;
        }
    }
    for alarm in &all {
        if let Alarm::Heads {
            contrast: Contrast::PutBack,
            replica,
            witness,
            there,
            ..
        } = alarm
        {
            let stop = Stop {
                seq: there.seq,
                chain: there.chain,
                witness: *witness,
            };
            store.stop(*replica, &stop)?;
        }
    }
    Ok(all)
}

/// Returns everything about streams that people must know, by replica; `now` in milliseconds UTC.
///
/// A replica that the roster never named, or whose retirement is known, bears no witness: else
/// whoever carries a bundle could stop a desk.
pub fn alarms(store: &Store, now: i64) -> Result<Vec<Alarm>, StoreError> {
    let mut streams: BTreeMap<ReplicaId, Vec<StreamHead>> = BTreeMap::new();
    for head in store.heads()? {
        streams.entry(head.replica).or_default().push(head);
    }
    let mut witnesses = Vec::new();
    for one in Witness::all(store)? {
        if !store.is_stranger(one.sender)? && store.cut_of(one.sender)?.is_none() {
            witnesses.push(one);
        }
    }
    let own = store.own_replicas();
    let mut found = Vec::new();
    for (replica, heads) in &streams {
        let known = Known {
            store,
            replica: *replica,
            heads,
            now,
        };
        found.extend(known.branched()?);
        found.extend(known.clock()?);
        found.extend(if own.contains(replica) {
            known.put_back(&witnesses)?
        } else {
            known.contrary(&witnesses)?
        });
    }
    Ok(found)
}

/// What is held of one replica.
struct Known<'a> {
    store: &'a Store,
    replica: ReplicaId,
    heads: &'a [StreamHead],
    now: i64,
}

impl Known<'_> {
    /// Returns the longest head.
    fn longest(&self) -> Option<Place> {
        let longest = self.heads.iter().max_by_key(|head| head.seq)?;
        Some(Place {
            seq: longest.seq,
            chain: longest.chain,
        })
    }

    /// Returns the stream that holds a place.
    fn holder(&self, place: Place) -> Result<Option<&StreamHead>, StoreError> {
        for head in self.heads {
            if self.store.chain_at(head.stream, place.seq)? == Some(place.chain) {
                return Ok(Some(head));
            }
        }
        Ok(None)
    }

    fn alarm(&self, contrast: Contrast, witness: ReplicaId, here: Place, there: Place) -> Alarm {
        Alarm::Heads {
            contrast,
            replica: self.replica,
            witness,
            here,
            there,
        }
    }

    /// A retired replica's branches are settled by its retirement.
    fn branched(&self) -> Result<Option<Alarm>, StoreError> {
        let after = self.heads.iter().skip(1).map(|head| head.from_seq).min();
        let Some(after) = after else { return Ok(None) };
        if self
            .store
            .cut_of(self.replica)?
            .is_some_and(|cut| cut <= after)
        {
            return Ok(None);
        }
        let end = |head: &StreamHead| Place {
            seq: head.seq,
            chain: head.chain,
        };
        Ok(Some(Alarm::Branched {
            replica: self.replica,
            after,
            ends: self.heads.iter().map(end).collect(),
        }))
    }

    /// A stamp grows with its record, so that it can be ahead by another's clock; then the time
    /// of the event itself is not.
    fn clock(&self) -> Result<Option<Alarm>, StoreError> {
        let mut ahead = 0;
        for head in self.heads {
            if let Some(event) = self
                .store
                .stream_events(head.stream, head.seq, head.seq)?
                .pop()
            {
                ahead = ahead.max(event.head.stamp.millis().min(event.head.at) - self.now);
            }
        }
        let replica = self.replica;
        Ok((ahead > AHEAD).then_some(Alarm::Clock { replica, ahead }))
    }

    /// Others have seen more of a stream of this machine, or another history.
    fn put_back(&self, witnesses: &[Witness]) -> Result<Option<Alarm>, StoreError> {
        let Some(here) = self.longest() else {
            return Ok(None);
        };
        let mut highest: Option<(ReplicaId, Place)> = None;
        for one in witnesses {
            for there in one.of_replica(self.replica) {
                let is_higher = highest.is_none_or(|(_, known)| there.seq > known.seq);
                if there.seq > 0 && is_higher && self.holder(there)?.is_none() {
                    highest = Some((one.sender, there));
                }
            }
        }
        Ok(highest.map(|(witness, there)| self.alarm(Contrast::PutBack, witness, here, there)))
    }

    /// Another history of a stream, or its own writer's newest bundle names less of it than was
    /// seen before that bundle was made.
    fn contrary(&self, witnesses: &[Witness]) -> Result<Option<Alarm>, StoreError> {
        let Some(here) = self.longest() else {
            return Ok(None);
        };
        for one in witnesses {
            for there in one.of_replica(self.replica) {
                if (1..=here.seq).contains(&there.seq) && self.holder(there)?.is_none() {
                    return Ok(Some(self.alarm(Contrast::Other, one.sender, here, there)));
                }
            }
        }
        let writer = witnesses.iter().find(|one| one.sender == self.replica);
        let Some((writer, there)) = writer.and_then(|one| Some((one, one.own()?))) else {
            return Ok(None);
        };
        let seen = if self.was_written_before(writer.made, there)? {
            Some(here)
        } else {
            seen_before(witnesses, writer, there, self.now)
        };
        Ok(seen.map(|here| self.alarm(Contrast::Shortened, writer.sender, here, there)))
    }

    /// Returns whether the event behind a place was written, by its author's own clock, before a
    /// time. A stamp that is ahead may be another's, see [`Self::clock`].
    fn was_written_before(&self, time: i64, place: Place) -> Result<bool, StoreError> {
        let Some(head) = self.holder(place)?.filter(|head| head.seq > place.seq) else {
            return Ok(false);
        };
        let next = place.seq + 1;
        let event = self.store.stream_events(head.stream, next, next)?.pop();
        Ok(event.is_some_and(|event| {
            let stamp = event.head.stamp.millis();
            let is_ahead = stamp > self.now.saturating_add(AHEAD);
            (if is_ahead { event.head.at } else { stamp }) < time
        }))
    }
}

/// Returns the longest head of a writer that another named in an older bundle and that is longer
/// than the writer's own word; none where the writer's clock is ahead, for then it is unknown
/// which bundle is older.
fn seen_before(witnesses: &[Witness], writer: &Witness, there: Place, now: i64) -> Option<Place> {
    if writer.made > now.saturating_add(AHEAD) {
        return None;
    }
    let older = witnesses
        .iter()
        .filter(|one| one.sender != writer.sender && one.made + AHEAD < writer.made);
    older
        .flat_map(|one| one.of_replica(writer.sender))
        .filter(|place| place.seq > there.seq)
        .max_by_key(|place| place.seq)
}
