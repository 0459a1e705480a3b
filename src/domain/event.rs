//! Events: the head that is hashed, the chain that it forms, and the ten verbs.
//!
//! All layouts here are final: `tests/golden/` holds one vector each.

use super::body::{Body, BodyFault};
use super::id::{Chain, Id, ReplicaId, ShopId};
use super::stamp::Stamp;

/// The domain tag in front of a hashed head.
pub const HEAD_TAG: &[u8] = b"zhiban/event/v1\0";
/// The domain tag of a stream's genesis.
pub const GENESIS_TAG: &[u8] = b"zhiban/chain/v1\0";
/// The domain tag of a seal.
pub const SEAL_TAG: &[u8] = b"zhiban/seal/v1\0";
/// The first `at` that is out of bounds, in milliseconds UTC (Q9).
pub const AT_END: i64 = 1 << 43;
/// The largest offset of a zone, in minutes (Q9).
pub const ZONE_MAX: i16 = 1_080;
/// The longest register name, in bytes (Q9).
pub const REGISTER_MAX: usize = 64;

/// What an event does to its record: a closed set of ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Verb {
    /// The record begins.
    Open = 1,
    /// Fields change.
    Set = 2,
    /// A step of the lifecycle.
    Move = 3,
    /// The owner changes.
    Assign = 4,
    /// An entry of the timeline.
    Say = 5,
    /// Evidence.
    Attach = 6,
    /// A person's word on an exact thing.
    Sign = 7,
    /// A relation to another record.
    Link = 8,
    /// Events are taken back and stay visible.
    Void = 9,
    /// Personal bodies go, here and wherever the event travels.
    Erase = 10,
}

impl Verb {
    /// All ten in the order of their numbers.
    pub const ALL: [Verb; 10] = [
        Verb::Open,
        Verb::Set,
        Verb::Move,
        Verb::Assign,
        Verb::Say,
        Verb::Attach,
        Verb::Sign,
        Verb::Link,
        Verb::Void,
        Verb::Erase,
    ];

    /// Returns the verb of a number, none for one of a newer zhiban.
    pub fn of(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// Returns the verb's name in machine-readable output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Set => "set",
            Self::Move => "move",
            Self::Assign => "assign",
            Self::Say => "say",
            Self::Attach => "attach",
            Self::Sign => "sign",
            Self::Link => "link",
            Self::Void => "void",
            Self::Erase => "erase",
        }
    }
}

/// The first 8 bytes of the last roster event's chain that the author of an authority event
/// had seen; zeros elsewhere.
pub type Roster = [u8; 8];

/// Everything of an event that is hashed but its predecessor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The author's replica.
    pub replica: ReplicaId,
    /// The place in the replica's stream, dense from 1.
    pub seq: u64,
    /// The place in the record's order.
    pub stamp: Stamp,
    /// When the thing happened, in milliseconds UTC, as author or source says.
    pub at: i64,
    /// The author's offset from UTC in minutes.
    pub zone: i16,
    /// The seq of the first event of the act.
    pub act: u64,
    /// The register's name, known here or not.
    pub register: String,
    /// The record.
    pub record: Id,
    /// The verb's number, known here or not.
    pub verb: u8,
    /// The version of this register's body for this verb.
    pub version: u16,
    /// See [`Roster`].
    pub roster: Roster,
    /// The body's digest.
    pub digest: [u8; 32],
}

/// Why a head may be neither written nor read (Q9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} is out of bounds")]
pub struct OutOfBounds {
    /// The part of the head.
    pub field: &'static str,
}

impl Head {
    /// Checks the bounds of design section 3.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        let bounds = [
            ("stamp", self.stamp.is_in_bounds()),
            ("at", (0..AT_END).contains(&self.at)),
            ("zone", self.zone.unsigned_abs() <= ZONE_MAX.unsigned_abs()),
            ("seq", self.seq >= 1 && self.seq < 1 << 40),
            ("act", self.act >= 1 && self.act <= self.seq),
            (
                "register",
                !self.register.is_empty() && self.register.len() <= REGISTER_MAX,
            ),
        ];
        match bounds.into_iter().find(|(_, holds)| !holds) {
            Some((field, _)) => Err(OutOfBounds { field }),
            None => Ok(()),
        }
    }

    /// Returns the bytes that are hashed: the tag, then each part in the order of the fields,
    /// integers little-endian, a u32 length before the register's name.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(160 + self.register.len());
        self.encode_into(&mut bytes);
        bytes
    }

    fn encode_into(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(HEAD_TAG);
        bytes.extend_from_slice(&self.replica.0);
        bytes.extend_from_slice(&self.seq.to_le_bytes());
        bytes.extend_from_slice(&self.stamp.0.to_le_bytes());
        bytes.extend_from_slice(&self.at.to_le_bytes());
        bytes.extend_from_slice(&self.zone.to_le_bytes());
        bytes.extend_from_slice(&self.act.to_le_bytes());
        bytes.extend_from_slice(&(self.register.len() as u32).to_le_bytes());
        bytes.extend_from_slice(self.register.as_bytes());
        bytes.extend_from_slice(&self.record.0);
        bytes.push(self.verb);
        bytes.extend_from_slice(&self.version.to_le_bytes());
        bytes.extend_from_slice(&self.roster);
        bytes.extend_from_slice(&self.digest);
    }

    /// Returns the event's chain hash: blake3(previous chain ‖ head).
    pub fn chain(&self, previous: &Chain) -> Chain {
        // In one piece, which costs less than to feed a hasher by parts.
        let mut bytes = Vec::with_capacity(192 + self.register.len());
        bytes.extend_from_slice(&previous.0);
        self.encode_into(&mut bytes);
        Chain(*blake3::hash(&bytes).as_bytes())
    }
}

/// Returns the chain before a replica's first event: blake3(tag ‖ shop ‖ public key).
pub fn genesis(shop: ShopId, public_key: &[u8; 32]) -> Chain {
    Chain(
        *blake3::Hasher::new()
            .update(GENESIS_TAG)
            .update(&shop.0)
            .update(public_key)
            .finalize()
            .as_bytes(),
    )
}

/// Returns the bytes that a seal signs: tag ‖ shop ‖ replica ‖ seq ‖ chain ‖ roster.
pub fn seal_message(
    shop: ShopId,
    replica: ReplicaId,
    seq: u64,
    chain: &Chain,
    roster: &Roster,
) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(112);
    bytes.extend_from_slice(SEAL_TAG);
    bytes.extend_from_slice(&shop.0);
    bytes.extend_from_slice(&replica.0);
    bytes.extend_from_slice(&seq.to_le_bytes());
    bytes.extend_from_slice(&chain.0);
    bytes.extend_from_slice(roster);
    bytes
}

/// A signature over a head of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The replica that seals its own stream.
    pub replica: ReplicaId,
    /// The sealed event's seq.
    pub seq: u64,
    /// The sealed event's chain.
    pub chain: Chain,
    /// See [`Roster`].
    pub roster: Roster,
    /// The ed25519 signature over [`seal_message`].
    pub signature: [u8; 64],
}

/// An event with its identity and as much of its body as is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What was hashed.
    pub head: Head,
    /// The event's chain hash: its identity.
    pub chain: Chain,
    /// The body.
    pub body: Body,
}

/// Why an event may be neither written nor read (Q9).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventFault {
    /// A part of the head.
    #[error(transparent)]
    Head(#[from] OutOfBounds),
    /// The body.
    #[error(transparent)]
    Body(#[from] BodyFault),
}

impl Event {
    /// Returns the event that follows `previous` in its stream; the head's digest is taken
    /// from the body. Fails where a limit is broken that readers enforce.
    pub fn after(previous: &Chain, mut head: Head, body: Body) -> Result<Self, EventFault> {
        head.digest = body.digest();
        head.check()?;
        body.check()?;
        let chain = head.chain(previous);
        Ok(Self { head, chain, body })
    }

    /// Returns the event's place in the total order of its record.
    pub fn order(&self) -> (Stamp, Chain) {
        (self.head.stamp, self.chain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        Head {
            replica: ReplicaId([1; 16]),
            seq: 3,
            stamp: Stamp(5),
            at: 7,
            zone: 480,
            act: 2,
            register: "order".into(),
            record: Id([9; 16]),
            verb: Verb::Set as u8,
            version: 1,
            roster: [0; 8],
            digest: [4; 32],
        }
    }

    #[test]
    fn each_part_of_the_head_is_hashed() {
        let base = head().chain(&Chain([0; 32]));
        let changes: [fn(&mut Head); 12] = [
            |head| head.replica.0[0] ^= 1,
            |head| head.seq ^= 1 << 20,
            |head| head.stamp.0 ^= 1,
            |head| head.at ^= 1,
            |head| head.zone ^= 1,
            |head| head.act ^= 1,
            |head| head.register.push('x'),
            |head| head.record.0[15] ^= 1,
            |head| head.verb ^= 1,
            |head| head.version ^= 256,
            |head| head.roster[7] ^= 1,
            |head| head.digest[31] ^= 1,
        ];
        for change in changes {
            let mut other = head();
            change(&mut other);
            assert_ne!(other.chain(&Chain([0; 32])), base);
        }
        assert_ne!(head().chain(&Chain([1; 32])), base);
    }

    #[test]
    fn bounds_are_named() {
        let mut late = head();
        late.at = AT_END;
        assert_eq!(late.check(), Err(OutOfBounds { field: "at" }));
        let mut far = head();
        far.zone = i16::MIN;
        assert_eq!(far.check(), Err(OutOfBounds { field: "zone" }));
        assert_eq!(head().check(), Ok(()));
    }

    #[test]
    fn verbs_are_the_closed_set_of_ten() {
        for (index, verb) in Verb::ALL.into_iter().enumerate() {
            assert_eq!(verb as usize, index + 1);
            assert_eq!(Verb::of(verb as u8), Some(verb));
        }
        assert_eq!(Verb::of(0), None);
        assert_eq!(Verb::of(11), None);
    }
}
