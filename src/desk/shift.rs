//! Attendance: sign in, away, back, sign out (S01); who sits here is remembered until sign-out
//! or the end of the business day.

use serde_json::{Value, json};

use super::Desk;
use super::act::{Done, fields, refused};
use super::people::Person;
use crate::domain::deadline::business_day;
use crate::domain::id::Id;
use crate::domain::payload::Payload;
use crate::domain::record::Record;
use crate::domain::registers::attendance;
use crate::domain::registers::sheet;
use crate::problem::{Kind, Problem};
use crate::store::{Query, Row};

/// The hour at which the business day ends where the shop has not said another.
pub(super) const DAY_ENDS: u32 = 4;
/// The most lines of a person in a day's plan.
const LINES: usize = 1_000;

impl Desk {
    /// Returns the business day of a time (milliseconds UTC) as `2026-11-22`.
    pub fn business_day(&self, at: i64) -> Result<String, Problem> {
        let hour = self
            .setting("day_end")?
            .and_then(|hour| hour.parse().ok())
            .unwrap_or(DAY_ENDS);
        let day = business_day(at, &self.zone(), hour);
        day.map(|day| day.format("%Y-%m-%d").to_string())
            .ok_or_else(|| Problem::new(Kind::Refused, "problem-clock").hint("problem-clock-hint"))
    }

    /// Seats a person who proved who it is; late minutes follow from today's sheet.
    pub(super) fn take_seat(&mut self, person: &Person) -> Result<Done, Problem> {
        self.act_as(person);
        self.remember(Some(person.replica))?;
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
                return Ok(Done {
                    act: 0,
                    records: vec![id],
                    events: Vec::new(),
                });
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
        let done = self.presence("off", reason)?;
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
        let rows = self.store().rows(&Query {
            registers: vec!["sheet"],
            fields: vec![("day", day), ("person", person.to_string())],
            open_only: true,
            limit: Some(LINES),
            ..Query::default()
        })?;
        let now = self.now();
        let time = |row: &Row, name: &str| row.fields.get(name).and_then(Value::as_i64);
        let row = rows.iter().filter(|row| !row.void).min_by_key(|row| {
            let starts = time(row, sheet::STARTS.name()).unwrap_or(i64::MAX);
            let ends = time(row, sheet::ENDS.name()).unwrap_or(i64::MIN);
            // The same on every desk, in whatever order the lines came here.
            (!(starts <= now && now < ends), starts, row.id)
        });
        row.map_or(Ok(None), |row| Ok(self.store().record(row.id)?))
    }

    fn presence(&mut self, to: &str, reason: Option<&str>) -> Result<Done, Problem> {
        let me = self.me()?.id;
        let (id, known) = self.attendance(me)?;
        let record = known
            .ok_or_else(|| refused("problem-not-signed-in").hint("problem-not-signed-in-hint"))?;
        if record.state == to {
            return Ok(Done {
                act: 0,
                records: vec![id],
                events: Vec::new(),
            });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::shop_tests::Shop;

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
}
