//! Meetings (S25): begun with what the board knows of the day or the week, kept as minutes, and
//! left with actions that somebody owns until a time.

use serde_json::json;

use super::review::RETURNED;
use super::{DutyKind, REACH, Scope, work_registers};
use crate::desk::Desk;
use crate::desk::act::{Done, fields, refused};
use crate::desk::reading::Reader;
use crate::desk::talk::said;
use crate::domain::authority::{Action, Grant, may};
use crate::domain::deadline::time_of_day;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::payload::Fields;
use crate::domain::record::Record;
use crate::domain::register::{Owner, Post};
use crate::domain::registers::{ACCOUNT, complaint, follow_up, meeting, promise, sheet};
use crate::i18n::{Arg, Words};
use crate::problem::Problem;
use crate::store::{Order, OwnerFilter, Query, Row};
use crate::text::clean;

/// The kind of item that an action of a meeting is.
const ACTION: &str = "action";
/// The most cases that a meeting begins with.
const CASES: usize = 12;
/// The most meetings of a day that are looked at.
const MOST: usize = 1_000;
/// The most actions that are told.
const ACTIONS: usize = 10_000;
const DAY: i64 = 24 * 3_600_000;

/// A meeting as it stands, or as it begins.
#[derive(Debug, Clone)]
pub struct Meeting {
    /// Its record: of what nobody has begun, the one that any desk would begin.
    pub id: Id,
    /// Whether the record is there.
    pub is_begun: bool,
    /// A word of [`meeting::KINDS`].
    pub kind: String,
    /// The business day: `2026-11-22`.
    pub day: String,
    /// Whose it is; none for the shop's.
    pub post: Option<Post>,
    /// Whether it is over.
    pub is_finished: bool,
    /// Its sections by the names of their fields, in order.
    pub sections: Vec<(&'static str, String)>,
}

impl Desk {
    /// Returns whose meetings the person at the desk holds: a post's, or the shop's.
    ///
    /// Refused to who leads nobody.
    pub fn meeting_post(&self) -> Result<Option<Post>, Problem> {
        let me = self.me()?;
        let own = match may(me.role, Action::HoldMeeting) {
            Grant::OwnGroup => me.posts.first().copied(),
            _ => None,
        };
        self.may_hold(own)?;
        Ok(own)
    }

    /// Refuses a post's meeting, or the shop's, to who does not answer for it.
    fn may_hold(&self, post: Option<Post>) -> Result<(), Problem> {
        let me = self.me()?;
        match may(me.role, Action::HoldMeeting) {
            Grant::OwnGroup if post.is_none_or(|post| !me.posts.contains(&post)) => {
                Err(refused("problem-meeting-group").hint("problem-meeting-group-hint"))
            }
            grant if grant.allows() => Ok(()),
            _ => Err(refused("problem-meeting-role").hint("problem-meeting-role-hint")),
        }
    }

    /// Refuses to begin a meeting with these values, or to change one to them, to who does not
    /// hold it.
    pub(in crate::desk) fn may_keep_meeting(
        &self,
        known: Option<&Record>,
        values: &Fields,
    ) -> Result<(), Problem> {
        if let Some(record) = known {
            self.may_hold(meeting::post_of(record))?;
        }
        let post = values.get(meeting::POST_OF.name());
        if known.is_some() && post.is_none() {
            return Ok(());
        }
        self.may_hold(post.and_then(|post| post.as_str()).and_then(Post::of))
    }

    /// Returns today's meeting of a kind that is a post's, or the shop's.
    pub fn meeting_of_today(&self, kind: &str, post: Option<Post>) -> Result<Option<Row>, Problem> {
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
        let whose = |row: &Row| {
            let word = row.fields.get(meeting::POST_OF.name())?.as_str()?;
            Post::of(word)
        };
        rows.retain(|row| row.state != "cancelled" && whose(row) == post);
        rows.sort_by_key(|row| row.state != "finished");
        Ok(rows.into_iter().next())
    }

    /// Returns today's meeting of a kind that the person at the desk holds; where none was
    /// begun, with what the board knows.
    pub fn meeting(&self, kind: &str, words: &Words) -> Result<Meeting, Problem> {
        let post = self.meeting_post()?;
        if let Some(row) = self.meeting_of_today(kind, post)? {
            return Ok(as_kept(&self.record(row.id)?.0));
        }
        let scope = self.board_scope()?;
        let mut sections = Vec::new();
        for section in meeting::sections(kind) {
            let name = section.name();
            sections.push((name, self.begun_with(kind, name, &scope, words)?));
        }
        let day = self.business_day(self.now())?;
        let whose = post.map_or("", Post::word);
        let key = format!("{kind}/{whose}");
        Ok(Meeting {
            // The same on every desk, so that two who begin it at once begin one.
            id: self.secret()?.derive(meeting::REGISTER.name, &day, &key),
            is_begun: false,
            kind: kind.to_owned(),
            day,
            post,
            is_finished: false,
            sections,
        })
    }

    /// Returns a meeting as it is kept now; none where nobody has begun it.
    pub fn kept_meeting(&self, id: Id) -> Result<Option<Meeting>, Problem> {
        let record = self.store().record(id)?;
        let known = record.filter(|record| !record.void && record.state != "cancelled");
        Ok(known.as_ref().map(as_kept))
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
            let clock = |name: &str| time(row, name).map(|at| time_of_day(at, &self.zone()));
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

    /// The board's counts, and its sums where there are any.
    fn numbers_of_day(&self, words: &Words) -> Result<String, Problem> {
        use super::Count as Column;
        let board = self.board()?;
        let reviewed = board.duties.iter().find_map(|duty| match duty.kind {
            DutyKind::Review(tally) => Some(tally),
            _ => None,
        });
        let tally = reviewed.unwrap_or_default();
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
        let items = self.heaviest(&day, CASES)?;
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
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }

    fn week_begins(&self) -> Result<i64, Problem> {
        Ok(self.day_begins(self.now())?.saturating_sub(6 * DAY))
    }

    /// What began and ended in the last seven days; what ended is counted where it began within
    /// [`REACH`] of them.
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
        let count = |query: Query| self.store().count_all(&query);
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
        let returned = Query {
            registers: vec![follow_up::REGISTER.name],
            fields: vec![(follow_up::KIND.name(), RETURNED.to_owned())],
            // What was written down by hand is about nothing.
            has: vec![follow_up::ABOUT.name().to_owned()],
            owner: scope.owners().map(OwnerFilter::Any),
            not_void: true,
            opened_from: Some(self.week_begins()?),
            ..Query::default()
        };
        let open = Query {
            open_only: true,
            ..returned.clone()
        };
        let count = [
            ("count", self.store().count_all(&returned)?.into()),
            ("open", self.store().count_all(&open)?.into()),
        ];
        Ok(words.with("meeting-week-returned", &count))
    }

    /// Keeps what a meeting's sections say, and ends it where that is asked for.
    pub fn keep_meeting(
        &mut self,
        meeting: &Meeting,
        sections: Fields,
        is_finished: bool,
    ) -> Result<Done, Problem> {
        let (id, register) = (meeting.id, &meeting::REGISTER);
        let mut act = self.act();
        let record = self.store().record(id)?;
        let state = if let Some(record) = record.filter(|record| !record.void) {
            self.may_keep_meeting(Some(&record), &Fields::new())?;
            let changed: Fields = sections
                .into_iter()
                .filter(|(path, text)| record.value(path).is_none_or(|known| known != text))
                .filter(|(path, text)| text != "" || record.value(path).is_some())
                .collect();
            if !changed.is_empty() {
                act.set(register, &record, changed);
            }
            if record.state == "cancelled" {
                act.step(register, &record, "open", None);
                "open".to_owned()
            } else {
                record.state
            }
        } else {
            let post = meeting.post.map(Post::word);
            let mut values = sections;
            values.retain(|_, text| text != "");
            values.extend(fields([
                (meeting::KIND.name(), json!(meeting.kind)),
                (meeting::DAY.name(), json!(meeting.day)),
                (meeting::POST_OF.name(), json!(post)),
            ]));
            self.may_keep_meeting(None, &values)?;
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
            return Ok(Done::nothing(vec![id]));
        }
        self.write(act)
    }

    /// Makes an action of a meeting an item of who does it until a time, milliseconds UTC.
    ///
    /// Refused without somebody who is here or without a time: what nobody owns is not done
    /// (002 L36).
    pub fn add_action(
        &mut self,
        meeting: Id,
        what: &str,
        owner: Option<Id>,
        due: Option<i64>,
    ) -> Result<Done, Problem> {
        let (record, _) = self.record(meeting)?;
        self.may_keep_meeting(Some(&record), &Fields::new())?;
        let what = said(what)?;
        let owner =
            owner.ok_or_else(|| refused("problem-action-owner").hint("problem-action-hint"))?;
        if let Some(gone) = self.people().by_id(owner).filter(|one| !one.serves()) {
            return Err(refused("problem-action-gone")
                .arg("name", gone.name.clone())
                .hint("problem-action-gone-hint"));
        }
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
        self.meeting_post()?;
        let scope = self.board_scope()?;
        Ok(self.store().rows(&Query {
            registers: vec![follow_up::REGISTER.name],
            fields: vec![(follow_up::KIND.name(), ACTION.to_owned())],
            open_only: true,
            owner: scope.owners().map(OwnerFilter::Any),
            limit: Some(ACTIONS),
            ..Query::default()
        })?)
    }
}

fn as_kept(record: &Record) -> Meeting {
    let text = |name: &str| record.text(name).unwrap_or_default().to_owned();
    let kind = text(meeting::KIND.name());
    let sections = meeting::sections(&kind).iter();
    Meeting {
        id: record.id,
        is_begun: true,
        sections: sections
            .map(|section| (section.name(), text(section.name())))
            .collect(),
        kind,
        day: text(meeting::DAY.name()),
        post: meeting::post_of(record),
        is_finished: record.state == "finished",
    }
}

fn time(row: &Row, field: &str) -> Option<i64> {
    row.fields.get(field).and_then(serde_json::Value::as_i64)
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
