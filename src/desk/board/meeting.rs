//! Meetings (S25): begun with what the board knows of the day or the week, kept as minutes, and
//! left with actions that somebody owns until a time.

use chrono::TimeZone;
use serde_json::json;

use super::review::Risks;
use super::{REACH, Scope, work_registers};
use crate::desk::Desk;
use crate::desk::act::{Done, fields, refused};
use crate::desk::reading::Reader;
use crate::desk::talk::said;
use crate::domain::authority::{Action, may};
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::payload::Fields;
use crate::domain::register::{Owner, Post};
use crate::domain::registers::{ACCOUNT, complaint, follow_up, meeting, promise, sheet};
use crate::i18n::{Arg, Words};
use crate::problem::Problem;
use crate::store::{Count, Order, OwnerFilter, Query, Row};
use crate::text::clean;

/// The kind of item that an action of a meeting is.
const ACTION: &str = "action";
/// The kind of item by which a review returns something.
const RETURNED: &str = "correction";
/// The most cases that a meeting begins with.
const CASES: usize = 12;
/// The most meetings of a day and actions that are looked at.
const MOST: usize = 1_000;
const DAY: i64 = 24 * 3_600_000;

/// A meeting as it stands, or as it begins.
#[derive(Debug, Clone)]
pub struct Meeting {
    /// Its record, where it was begun.
    pub record: Option<Id>,
    /// A word of [`meeting::KINDS`].
    pub kind: String,
    /// The business day: `2026-11-22`.
    pub day: String,
    /// Whether it is over.
    pub is_finished: bool,
    /// Its sections by the names of their fields, in order.
    pub sections: Vec<(&'static str, String)>,
}

impl Desk {
    fn meeting_scope(&self) -> Result<Scope, Problem> {
        self.may_hold_meetings()?;
        self.board_scope()
    }

    /// Refuses meetings to who leads nobody.
    pub(in crate::desk) fn may_hold_meetings(&self) -> Result<(), Problem> {
        if may(self.me()?.role, Action::HoldMeeting).allows() {
            return Ok(());
        }
        Err(refused("problem-meeting-role").hint("problem-meeting-role-hint"))
    }

    /// Returns today's meeting of a kind: the shop's, for a leader the own post's before it.
    pub fn meeting_of_today(&self, kind: &str, scope: &Scope) -> Result<Option<Row>, Problem> {
        let mut rows = self.store().rows(&Query {
            registers: vec![meeting::REGISTER.name],
            fields: vec![
                (meeting::KIND.name(), kind.to_owned()),
                (meeting::DAY.name(), self.business_day(self.now())?),
            ],
            not_void: true,
            order: Order::Opened,
            limit: Some(MOST),
            ..Query::default()
        })?;
        let own = scope.posts.first().filter(|_| !scope.is_all());
        let post = |row: &Row| {
            let word = row.fields.get(meeting::POST_OF.name())?.as_str()?;
            Post::of(word)
        };
        rows.retain(|row| {
            let whose = post(row);
            row.state != "cancelled" && (whose.is_none() || whose.as_ref() == own)
        });
        rows.sort_by_key(|row| {
            (
                post(row).is_none() && own.is_some(),
                row.state != "finished",
            )
        });
        Ok(rows.into_iter().next())
    }

    /// Returns today's meeting of a kind; where none was begun, with what the board knows.
    pub fn meeting(&self, kind: &str, words: &Words) -> Result<Meeting, Problem> {
        let scope = self.meeting_scope()?;
        let known = match self.meeting_of_today(kind, &scope)? {
            Some(row) => self.store().record(row.id)?,
            None => None,
        };
        let mut sections = Vec::new();
        for section in meeting::sections(kind) {
            let name = section.name();
            let text = match &known {
                Some(record) => record.text(name).unwrap_or_default().to_owned(),
                None => self.begun_with(kind, name, &scope, words)?,
            };
            sections.push((name, text));
        }
        Ok(Meeting {
            record: known.as_ref().map(|record| record.id),
            kind: kind.to_owned(),
            day: self.business_day(self.now())?,
            is_finished: known.is_some_and(|record| record.state == "finished"),
            sections,
        })
    }

    fn begun_with(
        &self,
        kind: &str,
        section: &str,
        scope: &Scope,
        words: &Words,
    ) -> Result<String, Problem> {
        match section {
            "split" => self.split_of_today(scope, words),
            "numbers" if kind == "weekly" => self.numbers_of_week(scope, words),
            "numbers" => self.numbers_of_day(words),
            "cases" => self.cases_of_day(words),
            "quality" => self.quality_of_week(scope, words),
            _ => Ok(String::new()),
        }
    }

    /// Who sits where from when to when, a line a person.
    fn split_of_today(&self, scope: &Scope, words: &Words) -> Result<String, Problem> {
        let mut plan = self.plan_of_today()?;
        plan.retain(|row| super::is_planned_within(scope, row));
        plan.sort_by_key(|row| (time(row, sheet::STARTS.name()), row.no));
        let reader = Reader {
            words,
            people: self.people(),
        };
        let person = |row: &Row, name: &str| {
            let id = row.fields.get(name).and_then(Id::from_value)?;
            Some(reader.owner(Owner::Person(id)))
        };
        let lines = plan.iter().map(|row| {
            let clock = |name: &str| time(row, name).map(|at| self.clock_of(at));
            let text = |name: &str| row.fields.get(name).and_then(|value| value.as_str());
            let hours = clock(sheet::STARTS.name()).zip(clock(sheet::ENDS.name()));
            let post = text(sheet::POST_OF.name())
                .map(|post| words.get(&format!("value-post-{post}")).to_string());
            let follows = person(row, sheet::FOLLOWS.name())
                .map(|name| words.with("meeting-follows", &[("name", name.into())]));
            let parts = [
                person(row, sheet::PERSON.name()),
                post,
                hours.map(|(from, to)| format!("{from}-{to}")),
                text(ACCOUNT.name()).map(str::to_owned),
                text(sheet::DUTY.name()).map(str::to_owned),
                follows,
            ];
            joined(parts.into_iter().flatten())
        });
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }

    fn clock_of(&self, at: i64) -> String {
        let local = self.zone().timestamp_millis_opt(at).single();
        local.map_or_else(String::new, |at| at.format("%H:%M").to_string())
    }

    /// The board's counts, and its sums where there are any.
    fn numbers_of_day(&self, words: &Words) -> Result<String, Problem> {
        use super::Count as Column;
        let board = self.board()?;
        let day = self.review_day(true)?;
        let tally = self.review_tally(&day, &board.scope)?;
        let begun: u64 = board.hours.iter().map(|hour| hour.count).sum();
        let of = |column| Arg::from(board.total.of(column));
        let mut lines = vec![
            words.with(
                "meeting-day-work",
                &[
                    ("begun", begun.into()),
                    ("waiting", of(Column::Waiting)),
                    ("overdue", of(Column::Overdue)),
                    ("risk", of(Column::AtRisk)),
                ],
            ),
            words.with(
                "meeting-day-promises",
                &[
                    ("kept", of(Column::Kept)),
                    ("broken", of(Column::Broken)),
                    ("due", of(Column::PromisesDue)),
                    ("reviewed", tally.reviewed.into()),
                    ("total", tally.total.into()),
                ],
            ),
        ];
        let sums = board.money.iter().filter(|line| line.count > 0);
        lines.extend(sums.map(|line| {
            let label = words.get(&format!("board-money-{}", line.figure.name()));
            let count = words.with("board-cases", &[("count", line.count.into())]);
            let sums = line.sums.iter().map(ToString::to_string);
            let head = [label.to_string(), count];
            joined(head.into_iter().chain(sums))
        }));
        Ok(lines.join("\n"))
    }

    /// What carried a risk today, the heaviest first.
    fn cases_of_day(&self, words: &Words) -> Result<String, Problem> {
        let day = self.review_day(true)?;
        let (items, _) = self.review_items(&day, &mut Risks::new())?;
        let reader = Reader {
            words,
            people: self.people(),
        };
        let lines = items.iter().filter_map(|item| {
            let risk = words.get(&format!("review-risk-{}", item.risk?.name()));
            let owner = item.row.owner.map(|owner| reader.owner(owner));
            let parts = [
                Some(risk.to_string()),
                item.row.number.clone(),
                Some(reader.title(&item.row)),
                Some(reader.subject(&item.row)),
                owner,
            ];
            Some(joined(parts.into_iter().flatten()))
        });
        Ok(lines.take(CASES).collect::<Vec<_>>().join("\n"))
    }

    fn week_begins(&self) -> Result<i64, Problem> {
        Ok(self.day_begins(self.now())?.saturating_sub(6 * DAY))
    }

    /// What began and ended in the last seven days.
    fn numbers_of_week(&self, scope: &Scope, words: &Words) -> Result<String, Problem> {
        let from = self.week_begins()?;
        let of = |registers: Vec<&'static str>| Query {
            registers,
            owner: scope.owners().map(OwnerFilter::Any),
            not_void: true,
            opened_from: Some(from),
            ..Query::default()
        };
        let ended = |registers, state: Option<&str>| Query {
            opened_from: Some(from.saturating_sub(REACH)),
            closed_from: Some(from),
            states: state.map(str::to_owned).into_iter().collect(),
            ..of(registers)
        };
        let count =
            |query: Query| -> Result<String, Problem> { Ok(counted(self.store().count(&query)?)) };
        let promises = || vec![promise::REGISTER.name];
        let numbers = [
            ("begun", count(of(work_registers()))?),
            ("ended", count(ended(work_registers(), None))?),
            ("kept", count(ended(promises(), Some("kept")))?),
            ("broken", count(ended(promises(), Some("broken")))?),
            ("complaints", count(of(vec![complaint::REGISTER.name]))?),
        ];
        let numbers = numbers.map(|(name, number)| (name, Arg::from(number)));
        Ok(words.with("meeting-week-work", &numbers))
    }

    /// What the reviews of the last seven days returned.
    fn quality_of_week(&self, scope: &Scope, words: &Words) -> Result<String, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec![follow_up::REGISTER.name],
            owner: scope.owners().map(OwnerFilter::Any),
            not_void: true,
            opened_from: Some(self.week_begins()?),
            limit: Some(10_000),
            ..Query::default()
        })?;
        let returned: Vec<&Row> = rows.iter().filter(|row| is_kind(row, RETURNED)).collect();
        let open = returned.iter().filter(|row| row.closed.is_none()).count();
        let count = [("count", returned.len().into()), ("open", open.into())];
        Ok(words.with("meeting-week-returned", &count))
    }

    /// Keeps what a meeting's sections say, and ends it where that is asked for.
    pub fn keep_meeting(
        &mut self,
        meeting: &Meeting,
        sections: Fields,
        is_finished: bool,
    ) -> Result<Done, Problem> {
        let scope = self.meeting_scope()?;
        let register = &meeting::REGISTER;
        let mut act = self.act();
        let id = meeting.record.unwrap_or_else(|| self.new_id());
        let state = if let Some(known) = meeting.record {
            let (record, _) = self.record(known)?;
            let changed: Fields = sections
                .into_iter()
                .filter(|(path, text)| record.value(path).is_none_or(|known| known != text))
                .filter(|(path, text)| text != "" || record.value(path).is_some())
                .collect();
            if !changed.is_empty() {
                act.set(register, &record, changed);
            }
            record.state
        } else {
            let post = scope.posts.first().filter(|_| !scope.is_all());
            let mut values = sections;
            values.retain(|_, text| text != "");
            values.extend(fields([
                (meeting::KIND.name(), json!(meeting.kind)),
                (meeting::DAY.name(), json!(meeting.day)),
                (meeting::POST_OF.name(), json!(post.map(|post| post.word()))),
            ]));
            act.open(register, id, values);
            register.lifecycle.initial().to_owned()
        };
        if is_finished && state == "open" {
            let step = crate::domain::payload::Payload::Move {
                from: state,
                to: "finished".into(),
                reason: None,
                note: None,
            };
            act.add(register, id, step);
        }
        if act.is_empty() {
            return Ok(Done {
                act: 0,
                records: vec![id],
                events: Vec::new(),
            });
        }
        self.write(act)
    }

    /// Makes an action of a meeting an item of who does it until a time, milliseconds UTC.
    ///
    /// Refused without somebody or without a time: what nobody owns is not done (002 L36).
    pub fn add_action(
        &mut self,
        meeting: Id,
        what: &str,
        owner: Option<Id>,
        due: Option<i64>,
    ) -> Result<Done, Problem> {
        self.may_hold_meetings()?;
        let what = said(what)?;
        let owner =
            owner.ok_or_else(|| refused("problem-action-owner").hint("problem-action-hint"))?;
        let due = due.ok_or_else(|| refused("problem-action-due").hint("problem-action-hint"))?;
        self.in_future(due)?;
        let id = self.new_id();
        let values = fields([
            (follow_up::KIND.name(), json!(ACTION)),
            (follow_up::SUBJECT.name(), json!(what)),
            (follow_up::DUE_AT.name(), json!(due)),
            (follow_up::ABOUT.name(), json!(meeting.to_string())),
        ]);
        let mut act = self.act();
        act.begin(&follow_up::REGISTER, id, values, owner);
        self.write(act)
    }

    /// Returns what meetings decided and nobody has done yet, what is longest overdue first.
    pub fn open_actions(&self) -> Result<Vec<Row>, Problem> {
        let scope = self.meeting_scope()?;
        let mut rows = self.store().rows(&Query {
            registers: vec![follow_up::REGISTER.name],
            open_only: true,
            owner: scope.owners().map(OwnerFilter::Any),
            limit: Some(10_000),
            ..Query::default()
        })?;
        rows.retain(|row| is_kind(row, ACTION));
        Ok(rows)
    }
}

fn is_kind(row: &Row, kind: &str) -> bool {
    let known = row.fields.get(follow_up::KIND.name());
    known.and_then(|known| known.as_str()) == Some(kind)
}

fn time(row: &Row, field: &str) -> Option<i64> {
    row.fields.get(field).and_then(serde_json::Value::as_i64)
}

fn counted(count: Count) -> String {
    let more = if count.capped { "+" } else { "" };
    format!("{}{more}", count.n)
}

/// The words of a line, clean and with blanks between them.
fn joined(parts: impl IntoIterator<Item = String>) -> String {
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.map(|part| clean::line(&part).into_owned()).collect();
    parts.join("  ")
}

#[cfg(test)]
#[path = "meeting_tests.rs"]
mod tests;
