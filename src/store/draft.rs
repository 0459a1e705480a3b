//! What is local and never an event: unsent text, seen marks, settings of this machine.

use rusqlite::OptionalExtension;

use crate::domain::id::Id;
use crate::domain::registers::setting;

use super::error::Result;
use super::{Store, words};

/// A text that somebody has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftText {
    /// Where it belongs.
    pub key: String,
    /// The text.
    pub text: String,
    /// When it was last changed, milliseconds UTC.
    pub at: i64,
}

impl Store {
    /// Returns a person's unsent text.
    pub fn draft(&self, person: &str, key: &str) -> Result<Option<String>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT text FROM draft WHERE person = ?1 AND key = ?2")?;
        Ok(query
            .query_row((person, key), |row| row.get(0))
            .optional()?)
    }

    /// Keeps a person's unsent text, durably; an empty one is none.
    pub fn set_draft(&mut self, person: &str, key: &str, text: &str, now: i64) -> Result<()> {
        if text.is_empty() {
            return self.clear_draft(person, key);
        }
        self.writing(|store| {
            store
                .conn
                .prepare_cached(
                    "INSERT OR REPLACE INTO draft(person, key, text, at) VALUES(?1, ?2, ?3, ?4)",
                )?
                .execute((person, key, text, now))?;
            Ok(())
        })
    }

    /// Forgets a text that was sent or thrown away.
    pub fn clear_draft(&mut self, person: &str, key: &str) -> Result<()> {
        self.writing(|store| {
            store
                .conn
                .prepare_cached("DELETE FROM draft WHERE person = ?1 AND key = ?2")?
                .execute((person, key))?;
            Ok(())
        })
    }

    /// Returns all unsent texts of a person, the newest first.
    pub fn drafts(&self, person: &str) -> Result<Vec<DraftText>> {
        let mut query = self.conn.prepare_cached(
            "SELECT key, text, at FROM draft WHERE person = ?1 ORDER BY at DESC, key",
        )?;
        let rows = query.query_map([person], |row| {
            Ok(DraftText {
                key: row.get(0)?,
                text: row.get(1)?,
                at: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns up to when a person has seen a record's entries, milliseconds UTC.
    pub fn seen(&self, person: &str, record: Id) -> Result<Option<i64>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT upto FROM seen WHERE person = ?1 AND record = ?2")?;
        Ok(query
            .query_row((person, record.0), |row| row.get(0))
            .optional()?)
    }

    /// Notes up to when a person has seen a record's entries; it never goes back.
    pub fn mark_seen(&mut self, person: &str, record: Id, upto: i64) -> Result<()> {
        self.writing(|store| {
            store
                .conn
                .prepare_cached(
                    "INSERT INTO seen(person, record, upto) VALUES(?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET upto = max(upto, excluded.upto)",
                )?
                .execute((person, record.0, upto))?;
            Ok(())
        })
    }

    /// Returns a setting of this machine.
    pub fn setting_local(&self, key: &str) -> Result<Option<String>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT value FROM setting_local WHERE key = ?1")?;
        Ok(query.query_row([key], |row| row.get(0)).optional()?)
    }

    /// Returns the settings of this machine whose keys begin so, by key, without that beginning.
    pub fn settings_local(&self, begin: &str) -> Result<Vec<(String, String)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT substr(key, length(?1) + 1), value FROM setting_local WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key",
        )?;
        let rows = query.query_map([begin], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Keeps a setting of this machine, or forgets it.
    pub fn set_setting_local(&mut self, key: &str, value: Option<&str>) -> Result<()> {
        self.writing(|store| {
            match value {
                Some(value) => store.conn.execute(
                    "INSERT OR REPLACE INTO setting_local(key, value) VALUES(?1, ?2)",
                    (key, value),
                )?,
                None => store
                    .conn
                    .execute("DELETE FROM setting_local WHERE key = ?1", [key])?,
            };
            Ok(())
        })
    }

    /// Returns the shop's value of a setting in force at a time (milliseconds UTC): of the
    /// valid records of this key the one that began last.
    pub fn setting(&self, key: &str, now: i64) -> Result<Option<String>> {
        let place = words::Place::of(&setting::REGISTER, &setting::KEY.spec, key);
        let mut query = self.conn.prepare_cached(
            "SELECT r.fields ->> '$.value' FROM word w JOIN record r ON r.no = w.no
             WHERE w.slot = ?1 AND w.word = ?2 AND r.register = 'setting' AND r.fields ->> '$.key' = ?4 AND r.closed IS NULL AND coalesce(r.fields ->> '$.since', r.opened) <= ?3
             ORDER BY coalesce(r.fields ->> '$.since', r.opened) DESC, r.id DESC LIMIT 1",
        )?;
        let value: Option<Option<String>> = query
            .query_row((place.slot, place.word, now, key), |row| row.get(0))
            .optional()?;
        Ok(value.flatten())
    }
}
