//! Settings of the shop: dated, a supervisor's, the same on every desk.

mod names;

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::Value;

use super::Desk;
use super::act::{Act, Done, fields, refused};
use super::figures::targets;
use super::reception;
use super::start::shop;
use crate::domain::authority::{Action, may};
use crate::domain::deadline::calendar;
use crate::domain::deadline::clock::{Clock, LONGEST};
pub(super) use crate::domain::deadline::clock::{HOUR, MINUTE};
use crate::domain::deadline::limits::{AT_RISK, Key, is_limit};
use crate::domain::money::{Currency, Money};
use crate::domain::payload::Fields;
use crate::domain::record::Record;
use crate::domain::registers::{account, setting};
use crate::problem::{Kind, Problem};
use crate::store::{Query, Row};
use crate::text::nearest::nearest;

/// The settings of what one case, one day and one person may cost.
pub(super) const LIMIT_CASE: &str = "limit_case";
/// See [`LIMIT_CASE`].
pub(super) const LIMIT_DAY: &str = "limit_day";
/// See [`LIMIT_CASE`].
pub(super) const LIMIT_PERSON: &str = "limit_person";

/// Reads a time that a setting names in a unit of so many milliseconds; none where it is no
/// number, less than nothing or longer than any clock of the shop.
pub(super) fn duration(value: &str, unit: i64) -> Option<i64> {
    let number = value.trim().parse::<i64>().ok()?;
    let time = number.checked_mul(unit)?;
    (0..=LONGEST).contains(&time).then_some(time)
}

/// Returns whether a setting is a limit of a sum of money.
fn is_sum(key: &str) -> bool {
    [LIMIT_CASE, LIMIT_DAY, LIMIT_PERSON].contains(&key)
}

/// The settings of days that people are off, or work on a weekend.
const DAYS: [&str; 2] = ["days_off", "days_worked"];

/// Refuses a value that cannot be one of its setting, where the setting is known; an empty one
/// takes back what was said.
fn sound(key: &str, value: &str) -> Result<(), Problem> {
    if value.is_empty() {
        return Ok(());
    }
    let is_hours = key.starts_with("stale_") && key.ends_with("_hours");
    let (is_readable, hint) = match key {
        "at_risk_minutes" | "stale_sync_minutes" | "lease_minutes" => (
            duration(value, MINUTE).is_some(),
            "problem-shop-minutes-hint",
        ),
        _ if is_hours => (
            duration(value, HOUR).is_some(),
            "problem-shop-hour-count-hint",
        ),
        _ if is_sum(key) => (
            Money::parse(value, Currency::CNY).is_ok_and(|sum| sum.minor > 0),
            "problem-allowance-amount-hint",
        ),
        _ if is_limit(key) => {
            if Key::parse(key).is_none() {
                return Err(Problem::new(Kind::NotUnderstood, "problem-shop-limit-key")
                    .arg("value", key)
                    .hint("problem-shop-limit-key-hint"));
            }
            let is_clock = Clock::parse(value).is_some();
            (is_clock, "problem-shop-clock-limit-hint")
        }
        _ if key.starts_with(targets::PREFIX) => (
            targets::is_sound(key, value) == Some(true),
            "problem-shop-target-hint",
        ),
        "zone" => (value.parse::<Tz>().is_ok(), "problem-shop-zone-hint"),
        _ if reception::is_flow(key) => (reception::is_sound(value), "problem-shop-flow-hint"),
        _ if DAYS.contains(&key) => (calendar::days(value).is_some(), "problem-shop-days-hint"),
        _ => return shop::check(key, value),
    };
    if is_readable {
        return Ok(());
    }
    Err(Problem::new(Kind::NotUnderstood, "problem-shop-fact")
        .arg("value", value)
        .hint(hint))
}

/// Returns, of a setting that counts days that are worked, the last year of which it was announced
/// when people are off.
pub fn announced_to(key: &str, value: &str) -> Option<i32> {
    match Clock::parse(value) {
        Some(Clock::WorkingDays(_)) if is_limit(key) => calendar::announced_to(),
        _ => None,
    }
}

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

    /// Returns all that the shop said of a setting, by the time since when it holds, milliseconds
    /// UTC.
    pub(super) fn setting_history(&self, key: &str) -> Result<BTreeMap<i64, String>, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec![setting::REGISTER.name],
            fields: vec![(setting::KEY.name(), key.to_owned())],
            limit: Some(1_000),
            ..Query::default()
        })?;
        let said = rows.iter().filter(|row| !row.void).filter_map(|row| {
            let since = row.fields.get(setting::SINCE.name());
            let since = since.and_then(Value::as_i64).unwrap_or(row.opened);
            let value = row.fields.get(setting::VALUE.name())?.as_str()?;
            Some((since, value.to_owned()))
        });
        Ok(said.collect())
    }

    /// Sets the shop's value from now on; older figures keep the value of their time.
    pub fn set_setting(&mut self, key: &str, value: &str) -> Result<Done, Problem> {
        let mut act = self.act();
        self.add_setting(&mut act, key, value)?;
        self.write(act)
    }

    /// Adds the shop's value of a setting from now on.
    pub(super) fn add_setting(
        &mut self,
        act: &mut Act,
        key: &str,
        value: &str,
    ) -> Result<(), Problem> {
        let me = self.me()?.clone();
        if !may(me.role, Action::ChangeSetting).allows() {
            return Err(refused("problem-setting-role").hint("problem-setting-role-hint"));
        }
        self.sound_setting(key, value)?;
        let id = self.new_id();
        let now = self.now();
        act.open(
            &setting::REGISTER,
            id,
            fields([
                (setting::KEY.name(), key.into()),
                (setting::VALUE.name(), value.into()),
                (setting::SINCE.name(), now.into()),
            ]),
        );
        Ok(())
    }

    /// Refuses what is no setting, and a value that cannot be one of it; what was said of either
    /// can be taken back.
    pub(super) fn sound_setting(&self, key: &str, value: &str) -> Result<(), Problem> {
        if !value.is_empty() || self.setting(key)?.is_none() {
            names::check(key)?;
        }
        Self::sound_phrases(key, value)?;
        sound(key, value)?;
        if value.is_empty() {
            return Ok(());
        }
        self.has_account_of(key)
    }

    /// Holds what is written into the table of settings to the same.
    pub(super) fn sound_setting_record(
        &self,
        known: Option<&Record>,
        values: &Fields,
    ) -> Result<(), Problem> {
        let (key, value) = (setting::KEY.name(), setting::VALUE.name());
        if !values.contains_key(key) && !values.contains_key(value) {
            return Ok(());
        }
        let said = |name: &str| match values.get(name) {
            Some(value) => value.as_str(),
            None => known.and_then(|known| known.text(name)),
        };
        let text = |name: &str| said(name).unwrap_or_default();
        self.sound_setting(text(key), text(value))
    }

    /// Refuses a limit that is narrowed to an account that is not recorded.
    fn has_account_of(&self, key: &str) -> Result<(), Problem> {
        let limit = Key::parse(key).filter(|_| is_limit(key));
        match limit.as_ref().and_then(Key::account) {
            Some(asked) => known_account(&self.account_names()?, asked),
            None => Ok(()),
        }
    }

    /// Returns the names of the accounts that are recorded.
    pub(super) fn account_names(&self) -> Result<Vec<String>, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec![account::REGISTER.name],
            not_void: true,
            limit: Some(1_000),
            ..Query::default()
        })?;
        let names = rows
            .iter()
            .filter_map(|row| row.fields.get(account::NAME.name()));
        let names = names.filter_map(Value::as_str).map(str::to_owned);
        Ok(names.collect())
    }

    /// Returns how long before its end a deadline counts as at risk, milliseconds.
    pub fn at_risk(&self) -> Result<i64, Problem> {
        let minutes = self
            .setting("at_risk_minutes")?
            .and_then(|minutes| duration(&minutes, MINUTE));
        Ok(minutes.unwrap_or(AT_RISK))
    }
}

/// Refuses the name of an account that is not among those that are recorded. The hint names the
/// one that was probably meant.
pub(super) fn known_account(names: &[String], asked: &str) -> Result<(), Problem> {
    if names.iter().any(|name| name == asked) {
        return Ok(());
    }
    let all = || names.iter().map(String::as_str);
    let longer = all().find(|name| name.contains(asked));
    let near = longer.or_else(|| nearest(asked, all()));
    let problem = Problem::new(Kind::NotFound, "problem-account-unknown").arg("name", asked);
    Err(match (near, names.is_empty()) {
        (Some(near), _) => problem
            .arg("near", near)
            .hint("problem-account-unknown-near"),
        (None, false) => problem
            .arg("names", names.join(" / "))
            .hint("problem-account-unknown-names"),
        (None, true) => problem.hint("problem-account-unknown-none"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::shop_tests::Shop;
    use crate::desk::todo::View;

    #[test]
    fn what_cannot_be_a_setting_is_refused_and_counts_as_unsaid_where_it_is_there() {
        let mut shop = Shop::sample("王主管");
        let desk = &mut shop.desk;
        let usual = desk.at_risk().unwrap();
        for (key, value) in [
            ("at_risk_minutes", "-5"),
            ("at_risk_minutes", "9223372036854775807"),
            ("stale_orders_hours", "-1"),
            ("stale_orders_hours", "9223372036854775807"),
            ("stale_sync_minutes", "9223372036854775807"),
            ("lease_minutes", "soon"),
            ("limit_reply", "9223372036854775807"),
            ("limit_reply", "0"),
            ("limit_reply@channel=phone", "soon"),
            ("limit_ship", "2h 18:00-09:00"),
            ("days_off", "2027-02-30"),
            ("zone", "Asia/Qingdao"),
            ("limit_day", "-1"),
            ("day_end", "25"),
            ("print_waves", "25:00"),
        ] {
            let refused = desk.set_setting(key, value).unwrap_err();
            assert_eq!(refused.message, "problem-shop-fact", "{key} {value}");
            // Another desk's program may have written it all the same.
            let mut act = desk.act();
            let id = desk.new_id();
            let said = [("key", key.into()), ("value", value.into())];
            act.open(&setting::REGISTER, id, fields(said));
            desk.write(act).unwrap();
            assert_eq!(desk.setting(key).unwrap().as_deref(), Some(value));
            assert_eq!(desk.at_risk().unwrap(), usual, "{key} {value}");
            desk.todo(View::All).unwrap();
            desk.freshness().unwrap();
            desk.board().unwrap();
        }
        let refused = desk.set_setting("limit_ship@stage=after_sales", "2h");
        assert_eq!(refused.unwrap_err().message, "problem-shop-limit-key");
        desk.set_setting("at_risk_minutes", "30").unwrap();
        assert_eq!(desk.at_risk().unwrap(), 30 * MINUTE);
        assert_eq!(announced_to("limit_ship", "2h"), None);
        assert_eq!(announced_to("limit_ship", "3wd"), Some(2026));
        desk.set_setting("zone", "Asia/Tokyo").unwrap();
        assert_eq!(desk.zone(), chrono_tz::Asia::Tokyo, "at once");
    }

    #[test]
    fn a_limit_of_an_account_that_is_not_there_is_refused_with_the_one_that_was_meant() {
        let mut shop = Shop::sample("王主管");
        let desk = &mut shop.desk;
        let accounts = desk.view(&account::REGISTER, None, 10).unwrap();
        let name = accounts[0].title.clone().unwrap();
        let part: String = name.chars().take(2).collect();
        let key = |name: &str| format!("limit_reply@account={name},channel=chat");
        let refused = desk.set_setting(&key(&part), "5m").unwrap_err();
        assert_eq!(refused.message, "problem-account-unknown");
        assert_eq!(refused.argument("name"), Some(part.as_str()));
        assert!(refused.argument("near").unwrap().starts_with(&part));
        let far = desk.set_setting(&key("別處"), "5m").unwrap_err();
        assert_eq!(far.hint, Some("problem-account-unknown-names"));
        assert!(far.argument("names").unwrap().contains(&name));
        desk.set_setting(&key(&name), "5m").unwrap();
        // What was said of one that is gone can be taken back.
        desk.set_setting(&key(&part), "").unwrap();
    }
}
