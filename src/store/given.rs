//! What left this store as a file, and to whom: a list that is local, never an event, and kept
//! by a rebuild. An erase tells by it what is beyond its reach.

use std::collections::BTreeSet;

use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use crate::domain::id::{Id, ReplicaId};

use super::error::{Result, StoreError};
use super::{Store, id_at, read, schema};

/// What a file holds of the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// Of each stream (by its local number) the events behind one seq up to another.
    Streams(Vec<(i64, u64, u64)>),
    /// These records, by their ids as they are spelled.
    Records(Vec<String>),
    /// So many records of a register that they are not named one by one.
    Register(String),
    /// All that was here then.
    Everything,
}

/// Something that was given away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// When, milliseconds UTC.
    pub at: i64,
    /// Whose act it was: the replica that was signed in.
    pub replica: ReplicaId,
    /// `bundle`, `folder`, `text`, `answer`, `table`, `handover` or `backup`.
    pub kind: String,
    /// The file as the person named it; below the shared folder for `folder`.
    pub file: String,
    /// The persons it is encrypted to; empty where it is open or under a passphrase.
    pub receivers: Vec<Id>,
    /// Why it went out open, where somebody had to say so.
    pub reason: Option<String>,
    /// What it holds.
    pub holds: Holds,
}

/// The most records that an entry names; a larger table is noted by its register.
pub const RECORDS_MAX: usize = 20_000;

impl Store {
    /// Writes down that something is given away, before it is, and returns the entry's number.
    pub fn note_given(&self, given: &Given) -> Result<i64> {
        self.writable()?;
        let receivers: Vec<String> = given.receivers.iter().map(ToString::to_string).collect();
        let holds = spelled(&given.holds)?;
        self.conn.execute(
            "INSERT INTO given(at, replica, kind, file, receivers, reason, holds) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (
                given.at,
                given.replica.0,
                &given.kind,
                &given.file,
                receivers.join(" "),
                &given.reason,
                holds,
            ),
        )?;
        Ok(self.conn.last_insert_rowid())
    }

    /// Takes an entry back whose file was not written after all.
    pub fn forget_given(&self, no: i64) -> Result<()> {
        self.conn.execute("DELETE FROM given WHERE no = ?1", [no])?;
        Ok(())
    }

    /// Returns everything that was given away, the newest first.
    pub fn given(&self) -> Result<Vec<Given>> {
        let is_there: Option<i64> = self
            .conn
            .query_row(
                "SELECT 1 FROM sqlite_schema WHERE name = 'given'",
                [],
                |row| row.get(0),
            )
            .optional()?;
        // A store of an older release that nobody has written to yet.
        if is_there.is_none() {
            return Ok(Vec::new());
        }
        let mut query = self.conn.prepare_cached(
            "SELECT at, replica, kind, file, receivers, reason, holds FROM given ORDER BY no DESC",
        )?;
        let rows = query.query_map([], |row| {
            let receivers: String = row.get(4)?;
            let holds: String = row.get(6)?;
            let given = Given {
                at: row.get(0)?,
                replica: ReplicaId(row.get(1)?),
                kind: row.get(2)?,
                file: row.get(3)?,
                receivers: receivers
                    .split(' ')
                    .filter_map(|id| id.parse().ok())
                    .collect(),
                reason: row.get(5)?,
                holds: Holds::Streams(Vec::new()),
            };
            Ok((given, holds))
        })?;
        rows.map(|row| {
            let (given, holds) = row?;
            let holds = serde_json::from_str(&holds)
                .map_err(|fault| StoreError::Damaged(fault.to_string()))?;
            Ok(Given { holds, ..given })
        })
        .collect()
    }

    /// Returns what was given away that holds any of these records, the newest first.
    pub fn given_of(&self, records: &BTreeSet<Id>) -> Result<Vec<Given>> {
        let all = self.given()?;
        if all.is_empty() {
            return Ok(all);
        }
        let (mut places, mut registers) = (Vec::new(), BTreeSet::new());
        let mut events = self
            .conn
            .prepare_cached(concat!(
                "SELECT e.key, e.register FROM event_of o CROSS JOIN event e ON e.key = o.key WHERE o.record = ",
                read::record_no!()
            ))?;
        for record in records {
            let rows = events.query_map([record.0], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })?;
            for row in rows {
                let (key, register) = row?;
                places.push((read::stream_of(key), read::seq_of(key)));
                registers.insert(register);
            }
        }
        let ids: BTreeSet<String> = records.iter().map(ToString::to_string).collect();
        let holds = |holds: &Holds| match holds {
            Holds::Streams(ranges) => places.iter().any(|(stream, seq)| {
                ranges
                    .iter()
                    .any(|(of, from, to)| of == stream && from < seq && seq <= to)
            }),
            Holds::Records(named) => named.iter().any(|id| ids.contains(id)),
            Holds::Register(register) => registers.contains(register),
            Holds::Everything => true,
        };
        Ok(all.into_iter().filter(|one| holds(&one.holds)).collect())
    }

    /// Notes which events went to a replica without their bodies, and which formerly went so and
    /// now went whole.
    pub fn keep_back(
        &mut self,
        replica: ReplicaId,
        withheld: &BTreeSet<(i64, u64)>,
        whole: &BTreeSet<(i64, u64)>,
    ) -> Result<()> {
        self.writing(|store| {
            let kept = store.kept_back(replica)?;
            let now_whole = kept
                .iter()
                .map(|(stream, seq, _)| (*stream, *seq))
                .filter(|place| whole.contains(place));
            let tx = schema::begin(&mut store.conn)?;
            for (stream, seq) in withheld {
                tx.prepare_cached("INSERT OR REPLACE INTO kept_back(replica, key) VALUES(?1, ?2)")?
                    .execute((replica.0, read::key(*stream, *seq)))?;
            }
            for (stream, seq) in now_whole {
                tx.prepare_cached("DELETE FROM kept_back WHERE replica = ?1 AND key = ?2")?
                    .execute((replica.0, read::key(stream, seq)))?;
            }
            tx.commit()?;
            Ok(())
        })
    }

    /// Returns the events that went to a replica without their bodies: stream, seq, record.
    pub fn kept_back(&self, replica: ReplicaId) -> Result<Vec<(i64, u64, Id)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT k.key, e.record FROM kept_back k JOIN event e ON e.key = k.key WHERE k.replica = ?1 ORDER BY k.key",
        )?;
        let rows = query.query_map([replica.0], |row| {
            let key: i64 = row.get(0)?;
            Ok((read::stream_of(key), read::seq_of(key), id_at(row, 1)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn spelled(holds: &Holds) -> Result<String> {
    serde_json::to_string(holds).map_err(|fault| StoreError::Damaged(fault.to_string()))
}
