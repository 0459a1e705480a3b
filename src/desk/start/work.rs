//! What imported files come to: not rows, but what there is to do (ux 10, steps 6 and 7).

use std::collections::BTreeSet;

use chrono::TimeZone;

use super::shop::{CUTOFF, clock};
use crate::desk::Desk;
use crate::desk::wording::Wording;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::registers::{case, order, reply};
use crate::domain::rules::phrase::Severity;
use crate::exchange::intake::replies::variables;
use crate::problem::Problem;
use crate::store::{Query, Row};

const HOUR: i64 = 3_600_000;
/// Hours after which an order that nobody paid is worth a word.
const UNPAID: i64 = 12;
/// Hours within which the platform pays a refund by itself.
const NEAR: i64 = 24;
/// The most records that are looked at.
const MOST: usize = 10_000;

/// The work in what was imported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundWork {
    /// Orders that nobody has paid for twelve hours.
    pub unpaid: u64,
    /// Orders that leave today.
    pub ship_today: u64,
    /// Refunds that the platform pays within a day unless we answer.
    pub timing_out: u64,
    /// Their money, currency by currency.
    pub sums: Vec<Money>,
}

/// What the library of replies holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplyStock {
    /// How many replies.
    pub count: usize,
    /// In how many groups.
    pub groups: usize,
    /// Those with words that must not be said.
    pub banned: Vec<Id>,
    /// Those with a date or a price: it may not hold any more.
    pub dated: Vec<Id>,
    /// Those with a variable that nobody knows.
    pub unknown: Vec<Id>,
}

impl Desk {
    /// Returns the work in the orders and refunds that are known.
    pub fn found_work(&self) -> Result<FoundWork, Problem> {
        let now = self.now();
        let unpaid = self.view(&order::REGISTER, Some("unpaid"), MOST)?;
        let old = |row: &&Row| placed(row).is_some_and(|at| at <= now - UNPAID * HOUR);
        let until = self.ships_until()?;
        let day_ends = self.day_ends(now)?;
        let to_ship = self.view(&order::REGISTER, Some("to-ship"), MOST)?;
        let today = |row: &&Row| {
            row.due.is_some_and(|due| due < day_ends)
                || placed(row).zip(until).is_some_and(|(at, until)| at < until)
        };
        let mut found = FoundWork {
            unpaid: unpaid.iter().filter(old).count() as u64,
            ship_today: to_ship.iter().filter(today).count() as u64,
            ..FoundWork::default()
        };
        let cases = self.store().rows(&Query {
            registers: vec![case::REGISTER.name],
            open_only: true,
            due_before: Some(now + NEAR * HOUR),
            limit: Some(MOST),
            ..Query::default()
        })?;
        for row in cases
            .iter()
            .filter(|row| row.due_source.as_deref() == Some("platform"))
        {
            found.timing_out += 1;
            let amount = row.fields.get(case::AMOUNT.name());
            if let Some(amount) = amount.and_then(Money::from_value) {
                add(&mut found.sums, amount);
            }
        }
        Ok(found)
    }

    /// Returns until when an order of today leaves today, milliseconds UTC; none where the shop
    /// has not said.
    fn ships_until(&self) -> Result<Option<i64>, Problem> {
        let Some(until) = self.setting(CUTOFF)?.and_then(|text| clock(&text)) else {
            return Ok(None);
        };
        let today = self.business_day(self.now())?;
        let at = today.parse::<chrono::NaiveDate>().ok().and_then(|day| {
            self.zone()
                .from_local_datetime(&day.and_time(until))
                .earliest()
        });
        Ok(at.map(|at| at.timestamp_millis()))
    }

    /// Returns what the library of replies holds, and what of it a person should look at.
    pub fn reply_stock(&self) -> Result<ReplyStock, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec![reply::REGISTER.name],
            open_only: true,
            limit: Some(MOST),
            ..Query::default()
        })?;
        let mut wording = Wording::default();
        wording.refresh(self)?;
        let must_not = |text: &str| {
            let mut hits = wording.check(text).into_iter();
            hits.any(|hit| hit.severity == Severity::Block)
        };
        let mut stock = ReplyStock::default();
        let mut groups = BTreeSet::new();
        for row in rows.iter().filter(|row| !row.void) {
            let Some(record) = self.store().record(row.id)? else {
                continue;
            };
            let text = record.text(reply::TEXT.name()).unwrap_or_default();
            stock.count += 1;
            groups.extend(record.text(reply::TOPIC.name()).map(str::to_owned));
            if must_not(text) {
                stock.banned.push(row.id);
            }
            if has_date_or_price(text) {
                stock.dated.push(row.id);
            }
            if variables::find(text).iter().any(|one| one.name.is_none()) {
                stock.unknown.push(row.id);
            }
        }
        stock.groups = groups.len();
        Ok(stock)
    }
}

fn placed(row: &Row) -> Option<i64> {
    row.fields.get(order::PLACED_AT.name())?.as_i64()
}

fn add(sums: &mut Vec<Money>, amount: Money) {
    for sum in sums.iter_mut() {
        if let Some(more) = sum.plus(amount) {
            *sum = more;
            return;
        }
    }
    sums.push(amount);
}

/// Returns whether a text names a day or a price: a number beside a word of either.
fn has_date_or_price(text: &str) -> bool {
    const BEHIND: [char; 5] = ['\u{5143}', '\u{5757}', '\u{6708}', '\u{65e5}', '\u{53f7}'];
    const BEFORE: [char; 3] = ['\u{a5}', '\u{ffe5}', '$'];
    let signs: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let is_digit = |at: usize| signs.get(at).is_some_and(char::is_ascii_digit);
    signs.iter().enumerate().any(|(at, sign)| {
        let behind = at > 0 && is_digit(at - 1);
        (BEHIND.contains(sign) && behind)
            || (BEFORE.contains(sign) && is_digit(at + 1))
            // 11/25, 2026-11-25 and 11.25, but no numbers of orders or shares.
            || (matches!(sign, '/' | '-') && behind && is_digit(at + 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_prices_are_seen_and_other_numbers_are_not() {
        for text in [
            "满 99 元减 10",
            "¥18",
            "活动到11月25日",
            "12/01 前",
            "6 月 18 号",
        ] {
            assert!(has_date_or_price(text), "{text}");
        }
        for text in [
            "您好",
            "48小时内发货",
            "尺码 170",
            "订单 4031902847193516613",
        ] {
            assert!(!has_date_or_price(text), "{text}");
        }
    }
}
