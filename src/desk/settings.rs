//! Settings of the shop: dated, a supervisor's, the same on every desk.

use serde_json::Value;

use super::Desk;
use super::act::{Done, fields, refused};
use crate::domain::authority::{Action, may};
use crate::domain::register::Limits;
use crate::domain::registers::setting;
use crate::problem::Problem;
use crate::store::{Query, Row};

const MINUTE: i64 = 60_000;

/// Records folded anew in one step after a limit changed.
const FOLDED_AT_ONCE: usize = 10_000;

impl Desk {
    /// Returns the shop's value of a setting in force now.
    pub fn setting(&self, key: &str) -> Result<Option<String>, Problem> {
        Ok(self.setting_since(key)?.map(|(value, _)| value))
    }

    /// Returns the shop's value of a setting in force now, and since when it is, milliseconds
    /// UTC.
    pub fn setting_since(&self, key: &str) -> Result<Option<(String, i64)>, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec!["setting"],
            fields: vec![("key", key.to_owned())],
            limit: Some(1_000),
            ..Query::default()
        })?;
        let now = self.now();
        let since = |row: &Row| {
            row.fields
                .get("since")
                .and_then(Value::as_i64)
                .unwrap_or(row.opened)
        };
        let in_force = rows
            .iter()
            .filter(|row| !row.void && since(row) <= now)
            .max_by_key(|row| since(row));
        let value = |row: &Row| Some(row.fields.get("value")?.as_str()?.to_owned());
        Ok(in_force.and_then(|row| Some((value(row)?, since(row)))))
    }

    /// Sets the shop's value from now on; older figures keep the value of their time.
    pub fn set_setting(&mut self, key: &str, value: &str) -> Result<Done, Problem> {
        let me = self.me()?.clone();
        if !may(me.role, Action::ChangeSetting).allows() {
            return Err(refused("problem-setting-role").hint("problem-setting-role-hint"));
        }
        Self::sound_phrases(key, value)?;
        let id = self.new_id();
        let now = self.now();
        let mut act = self.act();
        act.open(
            &setting::REGISTER,
            id,
            fields([
                (setting::KEY.name(), key.into()),
                (setting::VALUE.name(), value.into()),
                (setting::SINCE.name(), now.into()),
            ]),
        );
        let done = self.write(act)?;
        // The clocks of what is open follow a limit at once, not at the next file.
        if key.starts_with("limit_") {
            while self.store_mut().fold_dirty(FOLDED_AT_ONCE)? > 0 {}
        }
        Ok(done)
    }

    /// Returns how long before its end a deadline counts as at risk, milliseconds.
    pub fn at_risk(&self) -> Result<i64, Problem> {
        let minutes = self
            .setting("at_risk_minutes")?
            .and_then(|minutes| minutes.parse::<i64>().ok());
        Ok(minutes.map_or_else(|| Limits::default().at_risk, |minutes| minutes * MINUTE))
    }
}
