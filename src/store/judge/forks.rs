//! Streams that branched: where, and which branch a retirement means.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;

use super::super::error::Result;
use super::super::read;
use super::cuts::Cut;
use crate::domain::id::{Chain, ReplicaId};

/// A place in one of a replica's streams.
type Place = (i64, u64);
/// Up to which seq each of a replica's streams belongs to one branch; beyond what all share.
pub(super) type Path = BTreeMap<i64, u64>;

/// The replicas with several streams.
#[derive(Debug, Default)]
pub(super) struct Forks(BTreeMap<ReplicaId, Fork>);

#[derive(Debug)]
struct Fork {
    /// The seq after which the earliest branched.
    shared: u64,
    /// Where each stream begins.
    begins: BTreeMap<i64, (u64, Chain)>,
    /// Where the events are that not all branches share.
    places: HashMap<Chain, Place>,
}

impl Forks {
    pub(super) fn read(conn: &Connection) -> Result<Self> {
        let mut of_replica: BTreeMap<ReplicaId, Vec<read::StreamHead>> = BTreeMap::new();
        for head in read::heads(conn)? {
            of_replica.entry(head.replica).or_default().push(head);
        }
        let several = of_replica.into_iter().filter(|(_, heads)| heads.len() > 1);
        let forks = several.map(|(replica, heads)| Ok((replica, Fork::read(conn, &heads)?)));
        forks.collect::<Result<_>>().map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the seq up to which all branches of a replica are one, none where it has one.
    pub(super) fn shared(&self, replica: ReplicaId) -> Option<u64> {
        self.0.get(&replica).map(|fork| fork.shared)
    }

    /// Returns the branch in which a cut lies, none where it lies before all branches or is not
    /// here.
    pub(super) fn path(&self, replica: ReplicaId, cut: &Cut) -> Option<Path> {
        let fork = self.0.get(&replica)?;
        let mut place = *fork.places.get(&cut.chain?)?;
        let mut path = Path::new();
        loop {
            let (stream, upto) = place;
            path.insert(stream, upto);
            let (seq, chain) = fork.begins.get(&stream)?;
            if *seq <= fork.shared {
                return Some(path);
            }
            place = *fork.places.get(chain)?;
        }
    }

    /// Returns whether an event lies in another branch than this one.
    pub(super) fn is_beside(&self, path: &Path, replica: ReplicaId, event: &Chain) -> bool {
        let place = self.0.get(&replica).and_then(|fork| fork.places.get(event));
        place.is_some_and(|(stream, seq)| path.get(stream).is_none_or(|upto| seq > upto))
    }
}

impl Fork {
    fn read(conn: &Connection, heads: &[read::StreamHead]) -> Result<Self> {
        let first = heads.iter().map(|head| head.stream).min();
        let later = heads.iter().filter(|head| Some(head.stream) != first);
        let shared = later.map(|head| head.from_seq).min().unwrap_or(0);
        let begins = heads
            .iter()
            .map(|head| (head.stream, (head.from_seq, head.from_chain)));
        let mut places = HashMap::new();
        let mut query =
            conn.prepare_cached("SELECT key, chain FROM event WHERE key > ?1 AND key < ?2")?;
        for head in heads {
            let range = (
                read::key(head.stream, shared),
                read::key(head.stream + 1, 0),
            );
            let mut rows = query.query(range)?;
            while let Some(row) = rows.next()? {
                let seq = read::seq_of(row.get(0)?);
                places.insert(Chain(row.get(1)?), (head.stream, seq));
            }
        }
        Ok(Self {
            shared,
            begins: begins.collect(),
            places,
        })
    }
}
