//! How long what may take in this shop: for all, or for one channel, stage, platform or account.

use super::super::field::FieldSpec;
use super::super::record::Record;
use super::super::register::{Due, Source};
use super::super::registers;
use super::calendar::Calendar;
use super::clock::{Clock, DAY, HOUR, MINUTE, Pause};

/// How long before its end a deadline counts as at risk, in milliseconds (`handover.at_risk`).
pub const AT_RISK: i64 = 4 * HOUR;

/// What may take only so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The answer to a waiting chat (003 L93; shop rule: 1 minute).
    Reply,
    /// The settlement of a complaint (S14: 48 h).
    Complaint,
    /// The seller's answer to a refund of unshipped goods (`taobao.refund_only.unshipped`: 48 h,
    /// unverified).
    RefundUnshipped,
    /// The seller's answer to any other refund (5 d, unverified).
    Refund,
    /// The shipment after payment (`taobao.ship_within`: 48 h, unverified).
    Ship,
    /// The answer to a bad review (S16: 7 d).
    Review,
    /// The answer of another department (24 h).
    Ticket,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Reply,
        Self::Complaint,
        Self::RefundUnshipped,
        Self::Refund,
        Self::Ship,
        Self::Review,
        Self::Ticket,
    ];

    /// Returns the name of its setting.
    pub fn key(self) -> &'static str {
        match self {
            Self::Reply => "limit_reply",
            Self::Complaint => "limit_complaint",
            Self::RefundUnshipped => "limit_refund_unshipped",
            Self::Refund => "limit_refund",
            Self::Ship => "limit_ship",
            Self::Review => "limit_review",
            Self::Ticket => "limit_ticket",
        }
    }

    /// Returns the clock of a shop that has not said otherwise.
    pub fn usual(self) -> Clock {
        Clock::Time(match self {
            Self::Reply => MINUTE,
            Self::Complaint | Self::RefundUnshipped | Self::Ship => 48 * HOUR,
            Self::Refund => 5 * DAY,
            Self::Review => 7 * DAY,
            Self::Ticket => 24 * HOUR,
        })
    }

    /// Returns the rule of a setting's key, narrowed or not; none where it is none of a limit.
    fn of(key: &str) -> Option<Self> {
        let name = key.split('@').next()?;
        Self::ALL.into_iter().find(|rule| rule.key() == name)
    }

    /// Returns whether its records have a field that may hold this value.
    fn knows(self, field: &str, value: &str) -> bool {
        let register = registers::by_name(self.register());
        let declared: Option<&FieldSpec> = register.and_then(|register| register.field(field));
        declared.is_some_and(|field| match field.kind {
            super::super::field::Kind::Choice(list) => list.values.contains(&value),
            _ => true,
        })
    }

    /// Returns the register of what it holds for.
    fn register(self) -> &'static str {
        match self {
            Self::Reply => "conversation",
            Self::Complaint => "complaint",
            Self::RefundUnshipped | Self::Refund => "case",
            Self::Ship => "order",
            Self::Review => "review",
            Self::Ticket => "ticket",
        }
    }
}

/// By what a limit may be narrowed, the stronger first.
const NARROWED: [&str; 4] = ["account", "stage", "channel", "platform"];

/// A limit's key: `limit_reply`, or `limit_reply@channel=phone,stage=after_sales`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What may take only so long.
    pub rule: Rule,
    /// For which records alone: fields and their values.
    only: Vec<(&'static str, String)>,
}

impl Key {
    /// Reads the key of a setting; none where it is none of a limit, or narrows it by what its
    /// records do not have.
    pub fn parse(key: &str) -> Option<Self> {
        let rule = Rule::of(key)?;
        let rest = key.split_once('@').map(|(_, rest)| rest);
        let mut only = Vec::new();
        for condition in rest.into_iter().flat_map(|rest| rest.split(',')) {
            let (field, value) = condition.split_once('=')?;
            let field = *NARROWED.iter().find(|known| **known == field.trim())?;
            let value = value.trim();
            let is_new = only.iter().all(|(known, _)| *known != field);
            if value.is_empty() || !is_new || !rule.knows(field, value) {
                return None;
            }
            only.push((field, value.to_owned()));
        }
        // Written in another order it is the same key.
        only.sort_by_key(|(field, _)| NARROWED.iter().position(|known| known == field));
        Some(Self { rule, only })
    }

    /// Returns the account for whose records alone it holds.
    pub fn account(&self) -> Option<&str> {
        let account = self.only.iter().find(|(field, _)| *field == "account");
        account.map(|(_, name)| name.as_str())
    }

    fn is_of(&self, record: &Record) -> bool {
        let mut only = self.only.iter();
        only.all(|(field, value)| record.text(field) == Some(value))
    }

    /// Returns for which records alone it holds, as a person writes it; empty for all.
    pub fn only(&self) -> String {
        let only = self
            .only
            .iter()
            .map(|(field, value)| format!("{field}={value}"));
        only.collect::<Vec<_>>().join(",")
    }

    /// How near it is to a single record.
    fn weight(&self) -> usize {
        let places = NARROWED.iter().rev().enumerate();
        places
            .filter(|(_, field)| self.only.iter().any(|(known, _)| known == *field))
            .map(|(place, _)| 1 << place)
            .sum()
    }
}

/// Returns whether a setting is a limit from which the clocks of what is open are computed.
pub fn is_limit(key: &str) -> bool {
    Rule::of(key).is_some()
}

/// The shop's limits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// What the shop said, the latest last.
    said: Vec<(Key, Clock)>,
    /// The shop's days.
    pub calendar: Calendar,
}

impl Limits {
    /// Lets the shop say how long something may take; over what it said before of the same.
    pub fn say(&mut self, key: Key, clock: Option<Clock>) {
        self.said.retain(|(known, _)| *known != key);
        self.said.extend(clock.map(|clock| (key, clock)));
    }

    /// Returns the clock of a record: the one that is narrowed most to it.
    pub fn clock(&self, rule: Rule, record: &Record) -> Clock {
        self.said(rule, record).1
    }

    /// Returns the same with the key under which the shop said so, none where it did not.
    pub fn said(&self, rule: Rule, record: &Record) -> (Option<&Key>, Clock) {
        let own = self
            .said
            .iter()
            .filter(|(key, _)| key.rule == rule && key.is_of(record));
        own.max_by_key(|(key, _)| key.weight())
            .map_or_else(|| (None, rule.usual()), |(key, clock)| (Some(key), *clock))
    }

    /// Returns when something must be done about a record by the shop's rule, begun at a moment.
    pub fn due(&self, rule: Rule, record: &Record, from: i64) -> Due {
        self.due_but(rule, record, from, &[])
    }

    /// Returns the same, where the clock stood still for a while.
    pub fn due_but(&self, rule: Rule, record: &Record, from: i64, pauses: &[Pause]) -> Due {
        Due {
            at: self.clock(rule, record).due(from, pauses, &self.calendar),
            source: Source::Rule,
            limit: Some(rule),
        }
    }
}

/// Returns the times in which a record was in one of these states, milliseconds UTC; the last one
/// may last.
pub fn times_in(record: &Record, states: &[&str]) -> Vec<Pause> {
    let mut times = Vec::new();
    let mut since = None;
    for step in record
        .steps
        .iter()
        .filter(|step| step.verb == super::super::event::Verb::Move)
    {
        let is_in = states.contains(&step.to.as_str());
        match since {
            Some(begun) if !is_in => {
                times.push((begun, step.trace.at));
                since = None;
            }
            None if is_in => since = Some(step.trace.at),
            _ => {}
        }
    }
    times.extend(since.map(|begun| (begun, i64::MAX)));
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_narrows_by_what_its_records_have() {
        for right in [
            "limit_reply",
            "limit_reply@channel=phone",
            "limit_reply@stage=after_sales,channel=chat",
            "limit_refund@account=青禾旗舰店",
            "limit_ship@platform=jd",
        ] {
            assert!(Key::parse(right).is_some() && is_limit(right), "{right}");
        }
        for wrong in [
            "limit_reply@",
            "limit_reply@channel=smoke",
            "limit_reply@channel",
            "limit_reply@channel=",
            "limit_reply@channel=phone,channel=chat",
            "limit_ship@stage=after_sales",
            "limit_case",
            "limit_nothing",
        ] {
            assert_eq!(Key::parse(wrong), None, "{wrong}");
        }
        assert_eq!(
            Key::parse("limit_reply@channel=chat,stage=after_sales"),
            Key::parse("limit_reply@stage=after_sales,channel=chat")
        );
        assert!(!is_limit("limit_case") && !is_limit("limit_replying"));
    }
}
