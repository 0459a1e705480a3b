//! What a store held at a time, by arrival: a copy of it, cut back to what was there and folded
//! anew where that makes a difference. It is a store as any other, for reading, and goes again
//! with whoever looked.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::domain::id::Id;
use crate::domain::registers::{CUSTOMER, ORDER};

use super::error::Result;
use super::read::{self, Held};
use super::scratch::{Scratch, unsynced};
use super::{Store, insert, judge, place, schema};

/// What people and accounts are known by and judged by, of the events of authority, which have an
/// index: a sign or an approval of another record would make that one up of itself alone.
const ROSTER: &str = concat!(
    "WHERE (",
    schema::authority!(),
    ") AND register IN ('person', 'account', 'allowance', 'setting')"
);

/// The events of a record.
const OF_RECORD: &str = concat!(
    "WHERE key IN (SELECT key FROM event_of WHERE record = ",
    read::record_no!(),
    ")"
);

/// How far looking back is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookingBack {
    /// How many records are folded.
    pub done: usize,
    /// How many there are to fold; 0 while the copy is made.
    pub of: usize,
}

impl Store {
    /// Returns when the first events came in, milliseconds UTC, none while there are none.
    pub fn first_arrival(&self) -> Result<Option<i64>> {
        let mut query = self.conn.prepare_cached("SELECT min(at) FROM arrival")?;
        Ok(query.query_row([], |row| row.get(0))?)
    }

    /// Returns a store of what this one held at a time (milliseconds UTC), for reading, and none
    /// where `going_on` says that nobody waits for it any more. What an erase took meanwhile is
    /// not there.
    ///
    /// The copy needs as much room as the database has.
    pub fn past(
        &self,
        time: i64,
        going_on: &mut dyn FnMut(LookingBack) -> bool,
    ) -> Result<Option<Self>> {
        let held = self.held_at(time)?;
        if !going_on(LookingBack { done: 0, of: 0 }) {
            return Ok(None);
        }
        let scratch = Scratch::new(&self.folder)?;
        let mut conn = self.copy_into(&scratch.database())?;
        unsynced(&conn)?;
        let tx = conn.transaction()?;
        cut(&tx, &held, time)?;
        tx.commit()?;
        let mut past = Self::of_scratch(conn, scratch, self.keys.clone(), &self.attachments)?;
        let judge = past.judge.judge(&past.conn)?;
        judge::mark(&past.conn, &judge)?;
        let mut of = 0;
        let is_whole = past.fold_rest(&mut |left| {
            of = of.max(left);
            let done = of - left;
            going_on(LookingBack { done, of })
        })?;
        past.is_gone_by = true;
        past.read_only = true;
        Ok(is_whole.then_some(past))
    }

    /// Returns a store of one record as this one held it at a time (milliseconds UTC), with what
    /// names people, customer and order, for reading: no other record is in it, nor what
    /// contradicts one.
    pub fn past_of(&self, record: Id, time: i64) -> Result<Self> {
        let held = self.held_at(time)?;
        let scratch = Scratch::new(&self.folder)?;
        let file = scratch.database();
        drop(place::private_file(&file)?);
        let mut conn = schema::connect(&file, false)?;
        schema::lay(&mut conn)?;
        unsynced(&conn)?;
        let tx = conn.transaction()?;
        for table in ["shop", "replica", "stream", "setting_local", "arrival"] {
            copy(&self.conn, &tx, table, "", &[])?;
        }
        copy(&self.conn, &tx, "event", ROSTER, &[])?;
        for id in self.around(record, &held)? {
            let id = Value::Blob(id.0.to_vec());
            copy(&self.conn, &tx, "event", OF_RECORD, &[id])?;
        }
        let keys: Vec<i64> = tx
            .prepare("SELECT key FROM event")?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for key in keys {
            copy(&self.conn, &tx, "body", "WHERE key = ?1", &[key.into()])?;
        }
        insert::number(&tx)?;
        cut(&tx, &held, time)?;
        tx.execute("INSERT OR IGNORE INTO dirty SELECT id FROM record_no", [])?;
        tx.commit()?;
        let mut past = Self::of_scratch(conn, scratch, self.keys.clone(), &self.attachments)?;
        past.fold_rest(&mut |_| true)?;
        past.is_gone_by = true;
        past.read_only = true;
        Ok(past)
    }

    /// Returns a record, what it pointed to then, and the shop's settings.
    fn around(&self, id: Id, held: &Held) -> Result<Vec<Id>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT id FROM record WHERE register = 'setting'")?;
        let settings = query.query_map([], |row| super::id_at(row, 0))?;
        let mut all: Vec<Id> = settings.collect::<rusqlite::Result<_>>()?;
        all.push(id);
        if let Some(record) = self.record_held(id, held)? {
            all.extend(
                [record.get(CUSTOMER), record.get(ORDER)]
                    .into_iter()
                    .flatten(),
            );
        }
        Ok(all)
    }
}

/// Copies rows of a table from one database into another.
fn copy(
    from: &Connection,
    to: &Connection,
    table: &str,
    condition: &str,
    args: &[Value],
) -> Result<()> {
    let mut query = from.prepare_cached(&format!("SELECT * FROM {table} {condition}"))?;
    let columns = query.column_count();
    let places = vec!["?"; columns].join(", ");
    let mut insert =
        to.prepare_cached(&format!("INSERT OR REPLACE INTO {table} VALUES({places})"))?;
    let mut rows = query.query(params_from_iter(args))?;
    while let Some(row) = rows.next()? {
        let values: Vec<Value> = (0..columns)
            .map(|column| row.get(column))
            .collect::<rusqlite::Result<_>>()?;
        insert.execute(params_from_iter(values))?;
    }
    Ok(())
}

/// Takes away what came in after a time, and marks the records that it belonged to.
fn cut(conn: &Connection, held: &Held, time: i64) -> Result<()> {
    for head in read::heads(conn)? {
        let upto = held.get(&head.stream).copied().unwrap_or(head.from_seq);
        let range = (read::key(head.stream, upto), read::key(head.stream + 1, 0));
        conn.execute(
            "INSERT OR IGNORE INTO dirty SELECT DISTINCT record FROM event WHERE key > ?1 AND key < ?2",
            range,
        )?;
        conn.execute(
            "DELETE FROM event_of WHERE (record, stamp, key) IN (
               SELECT n.no, e.stamp, e.key FROM event e JOIN record_no n ON n.id = e.record WHERE e.key > ?1 AND e.key < ?2)",
            range,
        )?;
        // The index of words holds no text: without its row a word leads nowhere.
        for table in ["search_row", "unfolded", "body", "event"] {
            conn.execute(
                &format!("DELETE FROM {table} WHERE key > ?1 AND key < ?2"),
                range,
            )?;
        }
        if !held.contains_key(&head.stream) {
            conn.execute("DELETE FROM seal WHERE stream = ?1", [head.stream])?;
            conn.execute("DELETE FROM stream WHERE no = ?1", [head.stream])?;
            continue;
        }
        let chain = read::chain_at(conn, head.stream, upto)?.unwrap_or(head.from_chain);
        let place = (head.stream, upto as i64);
        conn.execute("DELETE FROM seal WHERE stream = ?1 AND seq > ?2", place)?;
        conn.execute(
            "UPDATE stream SET seq = ?2, chain = ?3, indexed = min(indexed, ?2) WHERE no = ?1",
            (place.0, place.1, chain.0),
        )?;
    }
    conn.execute(
        "DELETE FROM replica WHERE no NOT IN (SELECT replica FROM stream)",
        [],
    )?;
    for table in ["arrival", "outside", "given"] {
        conn.execute(&format!("DELETE FROM {table} WHERE at > ?1"), [time])?;
    }
    conn.execute_batch("DELETE FROM draft; DELETE FROM seen;")?;
    Ok(())
}
