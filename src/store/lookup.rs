//! Finding records by what people type: by the words they bear, what waits to be done first,
//! then the newest.

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::HashSet;

use rusqlite::params_from_iter;
use rusqlite::types::Value as Sql;

use crate::domain::registers;

use super::error::Result;
use super::query::COUNT_CAP;
use super::rows::{COLUMNS, Row, id_range};
use super::{Store, late, query, words};

/// How many places of the index are read for one word at most, some milliseconds' worth.
const READ: usize = 20_000;
/// How many records with a word are weighed against each other at most.
const WEIGHED: usize = COUNT_CAP as usize;
/// How much open work is known at most where more records bear a word than are weighed.
const OPEN: usize = 50_000;
/// How what was taken back stands: behind all else.
const VOID: u8 = 3;

/// The records that bear what was typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Borne {
    /// The rows: exact numbers and names first, names by their letters before names by their
    /// readings; among those open work, then what else is not over, then the newest.
    pub rows: Vec<Row>,
    /// Whether there are more, which a larger look brings.
    pub has_more: bool,
    /// Whether more bear it than are weighed: of those no look brings all.
    pub is_bounded: bool,
}

/// A place in the index of words.
struct Place {
    slot: i64,
    word: String,
    is_whole: bool,
}

/// Numbers of records that bear a word, and whether there are more.
type Bearers = (HashSet<i64>, bool);

/// What a record is ordered by: how it stands, then the newest.
type Weight = (u8, Reverse<i64>, Reverse<i64>);

impl Store {
    /// Finds records by what people type: an order number or waybill, its last four or more
    /// characters, a number for people, the end of a phone number, a name's beginning or the
    /// first letters of its readings, or eight or more digits of a record's id.
    pub fn find(&self, text: &str, limit: usize) -> Result<Vec<Row>> {
        Ok(self.found_by(text, limit, true)?.rows)
    }

    /// Finds as [`Store::find`] does what was not taken back, and says whether there are more.
    pub fn borne(&self, text: &str, limit: usize) -> Result<Borne> {
        self.found_by(text, limit, false)
    }

    fn found_by(&self, text: &str, limit: usize, with_void: bool) -> Result<Borne> {
        let mut found = Borne::default();
        let mut known = HashSet::new();
        let open = OnceCell::new();
        for tier in tiers(text) {
            let (mut bearers, is_cut) = self.bearers(&tier)?;
            bearers.retain(|no| !known.contains(no));
            let (mut weighed, is_bounded) = self.weighed(bearers, &open)?;
            weighed.retain(|(standing, ..)| with_void || *standing != VOID);
            found.is_bounded |= is_cut || is_bounded;
            for (_, _, Reverse(no)) in weighed {
                if found.rows.len() == limit {
                    found.has_more = true;
                    return Ok(found);
                }
                known.insert(no);
                let sql = format!("SELECT {COLUMNS} FROM record r WHERE r.no = ?1");
                found.rows.extend(self.rows_of(&sql, vec![Sql::from(no)])?);
            }
        }
        self.add_by_id(text, limit, with_void, &mut found)?;
        Ok(found)
    }

    fn add_by_id(
        &self,
        text: &str,
        limit: usize,
        with_void: bool,
        found: &mut Borne,
    ) -> Result<()> {
        let Some((from, to)) = id_range(text.trim()) else {
            return Ok(());
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM record_no n JOIN record r ON r.no = n.no WHERE n.id >= ?1 AND n.id <= ?2 AND (?4 OR NOT r.void) ORDER BY n.id LIMIT ?3"
        );
        let most = Sql::from(limit as i64 + 1);
        let args = vec![query::blob(from), query::blob(to), most, with_void.into()];
        for row in self.rows_of(&sql, args)? {
            if found.rows.iter().any(|known| known.no == row.no) {
                continue;
            }
            if found.rows.len() == limit {
                found.has_more = true;
                break;
            }
            found.rows.push(row);
        }
        Ok(())
    }

    /// The records at some places of the index, as far as it is read.
    fn bearers(&self, places: &[Place]) -> Result<Bearers> {
        let (mut bearers, mut is_cut) = (HashSet::new(), false);
        for place in places {
            let (nos, has_more) = self.nos_at(place)?;
            is_cut |= has_more;
            bearers.extend(nos);
        }
        Ok((bearers, is_cut))
    }

    fn nos_at(&self, place: &Place) -> Result<(Vec<i64>, bool)> {
        if words::is_late(place.slot) && late::is_behind(&self.conn)? {
            return late::nos_at(&self.conn, place.slot, &place.word);
        }
        let mut args = vec![Sql::from(place.slot), Sql::from(place.word.clone())];
        let sql = if place.is_whole {
            "SELECT no FROM word WHERE slot = ?1 AND word = ?2 ORDER BY no DESC LIMIT ?3"
        } else {
            args.push(Sql::from(format!("{}\u{10ffff}", place.word)));
            "SELECT no FROM word WHERE slot = ?1 AND word >= ?2 AND word < ?3 LIMIT ?4"
        };
        args.push(Sql::from(READ as i64));
        let mut query = self.conn.prepare_cached(sql)?;
        let nos = query.query_map(params_from_iter(args), |row| row.get(0))?;
        let nos: Vec<i64> = nos.collect::<rusqlite::Result<_>>()?;
        let is_cut = nos.len() == READ;
        Ok((nos, is_cut))
    }

    /// Orders records. Of too many, open work and those that came last are weighed alone.
    fn weighed(
        &self,
        bearers: HashSet<i64>,
        open: &OnceCell<HashSet<i64>>,
    ) -> Result<(Vec<Weight>, bool)> {
        let mut nos: Vec<i64> = bearers.into_iter().collect();
        let is_bounded = nos.len() > WEIGHED;
        if is_bounded {
            if open.get().is_none() {
                let _ = open.set(self.open_work()?);
            }
            let is_open = |no: &i64| open.get().is_some_and(|open| open.contains(no));
            nos.sort_unstable_by_key(|no| (!is_open(no), Reverse(*no)));
            nos.truncate(WEIGHED);
        }
        let mut query = self.conn.prepare_cached(
            "SELECT closed IS NULL, work, void, opened FROM record WHERE no = ?1",
        )?;
        let mut weights = Vec::new();
        for no in nos {
            let mut rows = query.query([no])?;
            while let Some(row) = rows.next()? {
                let (is_open, is_work, is_void): (bool, bool, bool) =
                    (row.get(0)?, row.get(1)?, row.get(2)?);
                let standing = match (is_open, is_work) {
                    _ if is_void => VOID,
                    (true, true) => 0,
                    (true, false) => 1,
                    (false, _) => 2,
                };
                weights.push((standing, Reverse(row.get(3)?), Reverse(no)));
            }
        }
        weights.sort_unstable();
        Ok((weights, is_bounded))
    }

    /// The numbers of open work, by the index of what is open alone.
    fn open_work(&self) -> Result<HashSet<i64>> {
        let mut query = self.conn.prepare_cached(
            "SELECT no FROM record INDEXED BY open_register WHERE closed IS NULL AND register = ?1 LIMIT ?2",
        )?;
        let mut open = HashSet::new();
        for register in registers::ALL.iter().filter(|register| register.work) {
            let room = OPEN.saturating_sub(open.len());
            let nos = query.query_map((register.name, room as i64), |row| row.get::<_, i64>(0))?;
            for no in nos {
                open.insert(no?);
            }
        }
        Ok(open)
    }
}

/// Where a typed text is looked for: as a whole number or name, as a part of one, and as the first
/// letters of a name's readings.
fn tiers(text: &str) -> [Vec<Place>; 3] {
    let (mut whole, mut part, mut read) = (Vec::new(), Vec::new(), Vec::new());
    let place = |slot, word: &str, is_whole| Place {
        slot,
        word: word.to_owned(),
        is_whole,
    };
    let number = words::number_word(text);
    if number.chars().any(|c| c.is_ascii_digit()) {
        whole.push(place(words::NUMBERS, &number, true));
        part.push(place(words::NUMBERS, &number, false));
        if number.chars().count() >= 4 {
            part.push(place(words::ENDS, &words::end_word(text), false));
        }
    }
    let name = words::name_word(text);
    if !name.is_empty() {
        whole.push(place(words::NAMES, &name, true));
        part.push(place(words::NAMES, &name, false));
    }
    if let Some(initials) = words::initials_word(text) {
        read.push(place(words::INITIALS, &initials, false));
    }
    [whole, part, read]
}
