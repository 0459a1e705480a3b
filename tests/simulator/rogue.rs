//! Writers that no zhiban of this release would be: one of a release yet to come, and one that
//! holds a key of the shop and keeps to no rule. Their events are well made, chained and sealed;
//! what they say is for the fold to judge.

use zhiban::domain::body::{Body, Json};
use zhiban::domain::event::{Event, Head, Roster, genesis};
use zhiban::domain::id::{Chain, Id, ReplicaId, ShopId};
use zhiban::domain::payload::Payload;
use zhiban::domain::register::Register;
use zhiban::domain::seal::ReplicaKey;
use zhiban::domain::stamp::Stamp;
use zhiban::store::Run;

use super::deeds::Dice;

/// What such a writer puts into an event beside what it says.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The register's name.
    pub register: String,
    /// The record.
    pub record: Id,
    /// The verb's number.
    pub verb: u8,
    /// The body's version.
    pub version: u16,
    /// The place in the record's order.
    pub stamp: Stamp,
    /// When it happened, milliseconds UTC.
    pub at: i64,
    /// The roster that it says to have seen.
    pub roster: Roster,
}

/// A writer without a store: it hands its events to whom it likes.
pub struct Outsider {
    key: ReplicaKey,
    shop: ShopId,
    /// Every place that its chain went through: seq and chain.
    places: Vec<(u64, Chain)>,
}

impl Outsider {
    /// Begins a stream.
    pub fn new(secret: &[u8; 32], shop: ShopId) -> Self {
        let key = ReplicaKey::from_secret(secret);
        Self {
            places: vec![(0, genesis(shop, &key.public()))],
            shop,
            key,
        }
    }

    /// Returns who it is.
    pub fn replica(&self) -> ReplicaId {
        self.key.replica()
    }

    /// Returns a place from which it goes on: the last, or one before it to say something else
    /// than it said to others.
    pub fn place(&self, dice: &mut Dice, lies: bool) -> (u64, Chain) {
        let last = self.places.len() - 1;
        let place = if lies && last > 0 {
            dice.below(last)
        } else {
            last
        };
        self.places[place]
    }

    /// Returns what it hands out: one event that follows a place.
    pub fn say(&self, from: (u64, Chain), claim: &Claim, facts: &Json, personal: &Json) -> Run {
        let head = Head {
            replica: self.replica(),
            seq: from.0 + 1,
            stamp: claim.stamp,
            at: claim.at,
            zone: 0,
            act: from.0 + 1,
            register: claim.register.clone(),
            record: claim.record,
            verb: claim.verb,
            version: claim.version,
            roster: claim.roster,
            digest: [0; 32],
        };
        let salt = if personal.is_empty() {
            [0; 16]
        } else {
            [5; 16]
        };
        let body = Body::write(facts, personal, salt).unwrap();
        let event = Event::after(&from.1, head, body).unwrap();
        Run {
            replica: self.replica(),
            key: self.key.public(),
            from_seq: from.0,
            from_chain: from.1,
            seals: vec![
                self.key
                    .seal(self.shop, event.head.seq, event.chain, claim.roster),
            ],
            events: vec![event],
        }
    }

    /// Remembers what it said.
    pub fn said(&mut self, run: &Run) {
        let said = run.events.iter().map(|event| (event.head.seq, event.chain));
        self.places.extend(said);
    }
}

/// Returns something that no zhiban of this release writes, and what it says of itself: a verb, a
/// register or a version that is yet to come, or a body without shape.
pub fn of_tomorrow(dice: &mut Dice, record: Id, register: &Register, now: i64) -> (Claim, Json) {
    let (name, verb, version) = match dice.below(4) {
        0 => (register.name, 11 + dice.below(9) as u8, register.version),
        1 => ("loyalty", 2, 1),
        2 => (register.name, 2, register.version + 1),
        // A move that goes nowhere.
        _ => (register.name, 3, register.version),
    };
    let claim = Claim {
        register: name.to_owned(),
        record,
        verb,
        version,
        stamp: Stamp::next(now, None),
        at: now,
        roster: [0; 8],
    };
    let facts = [("mood".to_owned(), "good".into())].into_iter().collect();
    (claim, facts)
}

/// Returns what somebody without scruples claims beside what is said: any place in the order, any
/// time, any roster of those there are.
pub fn claimed(
    dice: &mut Dice,
    record: Id,
    register: &Register,
    payload: &Payload,
    now: i64,
    rosters: &[Roster],
) -> Claim {
    let stamp = match dice.below(10) {
        0 => Stamp(0),
        1 => Stamp(Stamp::END - 1),
        2 => Stamp::next(now + 10 * 365 * 86_400_000, None),
        3 => Stamp::next(now - 3_600_000, None),
        _ => Stamp::next(now, None),
    };
    let roster = match dice.below(10) {
        0 => [0; 8],
        1 => [7; 8],
        2..5 => rosters.last().copied().unwrap_or_default(),
        _ => dice.one(rosters).copied().unwrap_or_default(),
    };
    Claim {
        register: register.name.to_owned(),
        record,
        verb: payload.verb() as u8,
        version: register.version,
        stamp,
        at: now,
        roster,
    }
}
