//! Attendance: sign in, away, back, sign out (S01); who sits here is remembered until sign-out
//! or the end of the business day.

use serde_json::{Value, json};

use super::Desk;
use super::act::{Done, fields, refused};
use super::people::Person;
use crate::domain::id::Id;
use crate::domain::payload::Payload;
use crate::domain::record::Record;
use crate::domain::registers::attendance;
use crate::domain::registers::sheet;
use crate::problem::Problem;
use crate::store::{Query, Row};

/// The most lines of a day's plan.
const LINES: usize = 10_000;

impl Desk {
    /// Returns the business day of a time (milliseconds UTC) as `2026-11-22`.
    pub fn business_day(&self, at: i64) -> Result<String, Problem> {
        Ok(self.day_of(at)?.format("%Y-%m-%d").to_string())
    }

    /// Seats a person who proved who it is; late minutes follow from today's sheet.
    pub(super) fn take_seat(&mut self, person: &Person) -> Result<Done, Problem> {
        self.act_as(person);
        self.remember(Some(person.replica))?;
        if self.is_retired(person.replica)? {
            // Who was retired reads on, and leaves no word in the log.
            return Ok(Done::nothing(Vec::new()));
        }
        let now = self.now();
        let (id, known) = self.attendance(person.id)?;
        let mut act = self.act();
        let from = match &known {
            None => {
                let late = self
                    .shift_of(person.id)?
                    .and_then(|shift| shift.get(sheet::STARTS));
                let minutes = late.map(|starts| ((now - starts) / 60_000).max(0));
                let day = self.business_day(now)?;
                act.open(
                    &attendance::REGISTER,
                    id,
                    fields([
                        (attendance::PERSON.name(), json!(person.id.to_string())),
                        (attendance::DAY.name(), json!(day)),
                        (attendance::LATE_MINUTES.name(), json!(minutes)),
                    ]),
                );
                attendance::REGISTER.lifecycle.initial().to_owned()
            }
            Some(record) if record.state == "present" => {
                return Ok(Done::nothing(vec![id]));
            }
            Some(record) => record.state.clone(),
        };
        act.add(
            &attendance::REGISTER,
            id,
            Payload::Move {
                from,
                to: "present".into(),
                reason: None,
                note: None,
            },
        );
        self.write(act)
    }

    /// Leaves the desk for a while, with a reason.
    pub fn away(&mut self, reason: &str) -> Result<Done, Problem> {
        if reason.trim().is_empty() {
            return Err(refused("problem-reason-missing"));
        }
        self.presence("away", Some(reason))
    }

    /// Comes back to the desk.
    pub fn back(&mut self) -> Result<Done, Problem> {
        self.presence("present", None)
    }

    /// Ends the person's shift. Refused while open items of theirs stand in no handover,
    /// unless a reason overrides it (S19).
    pub fn sign_out(&mut self, reason: Option<&str>) -> Result<Done, Problem> {
        let left = self.not_handed_over()?;
        if left > 0 && reason.is_none_or(|reason| reason.trim().is_empty()) {
            return Err(refused("problem-sign-out-open")
                .arg("count", left)
                .hint("problem-sign-out-open-hint"));
        }
        let done = if self.is_retired(self.me()?.replica)? {
            // Who was retired goes as they came, without a word in the log.
            Done::nothing(Vec::new())
        } else {
            self.presence("off", reason)?
        };
        self.remember(None)?;
        self.me = None;
        Ok(done)
    }

    /// Returns the word of the person's presence today: `absent`, `present`, `away` or `off`.
    pub fn presence_of(&self, person: Id) -> Result<String, Problem> {
        let known = self.attendance(person)?.1;
        Ok(known.map_or_else(
            || attendance::REGISTER.lifecycle.initial().to_owned(),
            |record| record.state,
        ))
    }

    /// Returns the person's line of today's sheet: of several the one that runs now, else the
    /// first.
    pub fn shift_of(&self, person: Id) -> Result<Option<Record>, Problem> {
        let day = self.business_day(self.now())?;
        let lines = self.lines_with(vec![
            (sheet::DAY.name(), day),
            (sheet::PERSON.name(), person.to_string()),
        ])?;
        let now = self.now();
        let runs = lines.iter().find(|line| runs_at(line, now));
        let line = runs.or(lines.first());
        line.map_or(Ok(None), |line| Ok(self.store().record(line.id)?))
    }

    /// Returns the lines of a day's plan that hold, by when they begin: the same on every desk, in
    /// whatever order they came here.
    pub fn plan_of_day(&self, day: &str) -> Result<Vec<Row>, Problem> {
        self.lines_with(vec![(sheet::DAY.name(), day.to_owned())])
    }

    /// Returns the lines of today's plan that hold.
    pub fn plan_of_today(&self) -> Result<Vec<Row>, Problem> {
        self.plan_of_day(&self.business_day(self.now())?)
    }

    fn lines_with(&self, fields: Vec<(&'static str, String)>) -> Result<Vec<Row>, Problem> {
        let mut lines = self.store().rows(&Query {
            registers: vec![sheet::REGISTER.name],
            fields,
            // What was cancelled or taken back is over.
            open_only: true,
            limit: Some(LINES),
            ..Query::default()
        })?;
        lines.sort_by_key(|line| (starts_at(line).unwrap_or(i64::MAX), line.id));
        Ok(lines)
    }

    fn presence(&mut self, to: &str, reason: Option<&str>) -> Result<Done, Problem> {
        let me = self.me()?.id;
        let (id, known) = self.attendance(me)?;
        let record = known
            .ok_or_else(|| refused("problem-not-signed-in").hint("problem-not-signed-in-hint"))?;
        if record.state == to {
            return Ok(Done::nothing(vec![id]));
        }
        super::item::allowed(&attendance::REGISTER, &record, to)?;
        let mut act = self.act();
        let note = reason.map(str::to_owned);
        act.add(
            &attendance::REGISTER,
            id,
            Payload::Move {
                from: record.state,
                to: to.into(),
                reason: None,
                note,
            },
        );
        self.write(act)
    }

    /// The attendance record of a person today; its id is the same on every desk.
    fn attendance(&self, person: Id) -> Result<(Id, Option<Record>), Problem> {
        let day = self.business_day(self.now())?;
        let id = self
            .secret()?
            .derive("attendance", &day, &person.to_string());
        Ok((id, self.store().record(id)?))
    }
}

/// When a line of a plan begins, milliseconds UTC.
fn starts_at(line: &Row) -> Option<i64> {
    line.fields.get(sheet::STARTS.name())?.as_i64()
}

/// When a line of a plan ends, milliseconds UTC.
pub(super) fn ends_at(line: &Row) -> Option<i64> {
    line.fields.get(sheet::ENDS.name()).and_then(Value::as_i64)
}

/// Returns whether a line of a plan runs at a time.
pub(super) fn runs_at(line: &Row, at: i64) -> bool {
    starts_at(line).is_some_and(|from| from <= at) && ends_at(line).is_some_and(|to| at < to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::shop_tests::{Shop, with_opening_keys};

    const HOUR: i64 = 3_600_000;

    /// Plans a shift of who sits here, from and to so many hours from now.
    fn plan(desk: &mut Desk, from: i64, to: i64) -> Id {
        let (me, now) = (desk.me().unwrap().id, desk.now());
        let line = fields([
            (sheet::DAY.name(), json!(desk.business_day(now).unwrap())),
            (sheet::PERSON.name(), json!(me.to_string())),
            (sheet::STARTS.name(), json!(now + from * HOUR)),
            (sheet::ENDS.name(), json!(now + to * HOUR)),
        ]);
        desk.open_record("sheet", line).unwrap().record()
    }

    #[test]
    fn of_several_lines_the_one_that_runs_now_counts_and_never_a_cancelled_one() {
        let mut shop = Shop::new();
        let desk = &mut shop.desk;
        let me = desk.me().unwrap().id;
        let line = |desk: &Desk| desk.shift_of(me).unwrap().map(|line| line.id);
        let cancelled = plan(desk, -2, 6);
        desk.move_to(cancelled, "cancelled", None).unwrap();
        assert_eq!(line(desk), None);
        let late = plan(desk, 5, 8);
        let soon = plan(desk, 3, 5);
        assert_eq!(line(desk), Some(soon), "the first of the day");
        let now = plan(desk, -1, 3);
        let over = plan(desk, -5, -2);
        assert_eq!(line(desk), Some(now));
        desk.undo(None).unwrap();
        assert!(desk.record(over).unwrap().0.void);
        desk.move_to(now, "cancelled", None).unwrap();
        desk.move_to(soon, "cancelled", None).unwrap();
        assert_eq!(line(desk), Some(late));
    }

    #[test]
    fn a_plan_is_told_by_when_its_lines_begin_without_what_was_cancelled() {
        let mut shop = Shop::new();
        let desk = &mut shop.desk;
        let day = desk.business_day(desk.now()).unwrap();
        let ids = |desk: &Desk| {
            let lines = desk.plan_of_day(&day).unwrap();
            lines.into_iter().map(|line| line.id).collect::<Vec<Id>>()
        };
        let (late, early, between) = (plan(desk, 5, 8), plan(desk, -1, 3), plan(desk, 1, 4));
        assert_eq!(ids(desk), [early, between, late]);
        desk.move_to(between, "cancelled", None).unwrap();
        assert_eq!(ids(desk), [early, late]);
        assert!(desk.plan_of_day("2026-01-01").unwrap().is_empty());
    }

    #[test]
    fn who_was_retired_signs_out_without_a_reason_and_without_a_word() {
        let mut shop = Shop::sample("王主管");
        let desk = &mut shop.desk;
        let gone = desk.people().by_name("林晓").unwrap().clone();
        assert!(!desk.owned_open(gone.id).unwrap().is_empty());
        with_opening_keys(desk);
        desk.retire("林晓", "离职").unwrap();
        desk.sign_in(&gone).unwrap();
        let before = desk.store().heads().unwrap();
        assert_eq!(desk.not_handed_over().unwrap(), 0, "nothing can be");
        desk.sign_out(None).unwrap();
        assert!(desk.signed_in().is_none());
        assert_eq!(desk.store().heads().unwrap(), before);
    }
}
