//! The colleagues: where they are, as far as attendance and their signs of life say, and what
//! they answer for.

use std::collections::BTreeMap;

use super::Scope;
use super::standing::{self, Count, Counts};
use crate::desk::Desk;
use crate::desk::people::Person;
use crate::desk::settings::{MINUTE, duration};
use crate::desk::shift::runs_at;
use crate::domain::event::Verb;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::registers::{attendance, sheet};
use crate::problem::Problem;
use crate::store::{Query, Row, Standing};

/// After how many minutes without a word of a colleague's desk what is known of it is old,
/// where the shop has not said.
const SILENT: i64 = 30;
/// The most people of a day.
const MOST: usize = 10_000;

/// How fresh what is known of a colleague is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// The colleague works on this machine: everything is known.
    Here,
    /// The newest sign of life came then, milliseconds UTC, and is old or not.
    At(i64, bool),
    /// Nothing ever came.
    Never,
    /// The road to the others is broken: nobody knows.
    CutOff,
}

/// A colleague on the board.
#[derive(Debug, Clone)]
pub struct Colleague {
    /// Who.
    pub person: Person,
    /// The presence: `absent`, `present`, `away` or `off`.
    pub presence: String,
    /// Why the colleague is away, in their own word, and since when (milliseconds UTC).
    pub away: Option<(String, i64)>,
    /// The shift of today's plan: from, to, milliseconds UTC.
    pub shift: Option<(i64, i64)>,
    /// Whether the shift runs now.
    pub is_on_shift: bool,
    /// What they answer for.
    pub counts: Counts,
    /// How fresh all this is.
    pub heard: Heard,
}

impl Colleague {
    /// Returns whether the colleague should be at work now, or is.
    pub fn is_expected(&self) -> bool {
        self.is_on_shift && self.presence != "off" || self.is_present() || self.presence == "away"
    }

    /// Returns whether the colleague is at the desk, as far as is known.
    pub fn is_present(&self) -> bool {
        self.presence == "present"
    }

    /// Returns whether what is known of the colleague is too old to say anything of now.
    pub fn is_out_of_sight(&self) -> bool {
        matches!(
            self.heard,
            Heard::At(_, true) | Heard::Never | Heard::CutOff
        )
    }

    /// Who needs a look first: what is overdue, who is silent, what is at risk, what waits.
    fn need(&self) -> impl Ord + use<> {
        let rank = |count| std::cmp::Reverse(self.counts.of(count));
        (
            !self.is_expected(),
            rank(Count::Overdue),
            !(self.is_out_of_sight() && self.is_expected()),
            rank(Count::AtRisk),
            rank(Count::Waiting),
            self.person.name.clone(),
        )
    }
}

impl Desk {
    /// Returns the colleagues who are planned today, came, or answer for something.
    pub(super) fn colleagues(
        &self,
        scope: &Scope,
        standings: &[Standing],
        promises: &[Row],
    ) -> Result<Vec<Colleague>, Problem> {
        let me = self.me()?.id;
        let (now, silent) = (self.now(), self.silent_after()?);
        let shifts = self.shifts_today()?;
        let attendance = self.attendance_today()?;
        let mut all = Vec::new();
        let others = self.people().all().iter();
        for person in others.filter(|person| person.id != me && scope.has(person.id)) {
            let counts = standing::of_person(standings, promises, person.id, self.people());
            let shift = shifts.get(&person.id).copied();
            let present = attendance.get(&person.id);
            let presence = present
                .map_or("absent", |row| row.state.as_str())
                .to_owned();
            if shift.is_none() && present.is_none() && counts.is_empty() {
                continue;
            }
            let away = present.filter(|row| row.state == "away");
            all.push(Colleague {
                person: person.clone(),
                presence,
                away: away.map(|row| self.reason_of(row)).transpose()?.flatten(),
                is_on_shift: shift.is_some_and(|(from, to)| from <= now && now < to),
                shift,
                counts,
                heard: self.heard_of(person, silent)?,
            });
        }
        all.sort_by_cached_key(Colleague::need);
        Ok(all)
    }

    /// How long a colleague's desk may be silent before what is known of it is old.
    fn silent_after(&self) -> Result<i64, Problem> {
        let minutes = self
            .setting("stale_sync_minutes")?
            .and_then(|minutes| duration(&minutes, MINUTE));
        Ok(minutes.unwrap_or(SILENT * MINUTE))
    }

    fn heard_of(&self, person: &Person, silent: i64) -> Result<Heard, Problem> {
        let own = self.store().own_replicas();
        let replicas = self.people().replicas_of(person.id);
        if replicas.iter().any(|replica| own.contains(replica)) {
            return Ok(Heard::Here);
        }
        if self.is_cut_off() {
            return Ok(Heard::CutOff);
        }
        let at = self.last_known(person)?;
        Ok(at.map_or(Heard::Never, |at| Heard::At(at, self.now() - at > silent)))
    }

    /// Returns today's plan by person: from, to.
    fn shifts_today(&self) -> Result<BTreeMap<Id, (i64, i64)>, Problem> {
        let time = |row: &Row, name: &str| row.fields.get(name).and_then(i64::from_value);
        let mut shifts = BTreeMap::new();
        for row in self.plan_of_today()? {
            let person = row.fields.get(sheet::PERSON.name());
            let Some(person) = person.and_then(Id::from_value) else {
                continue;
            };
            let times = time(&row, sheet::STARTS.name()).zip(time(&row, sheet::ENDS.name()));
            // Of several the one that runs now, else the first.
            if let Some(times) = times
                && (!shifts.contains_key(&person) || runs_at(&row, self.now()))
            {
                shifts.insert(person, times);
            }
        }
        Ok(shifts)
    }

    fn attendance_today(&self) -> Result<BTreeMap<Id, Row>, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec![attendance::REGISTER.name],
            fields: vec![(attendance::DAY.name(), self.business_day(self.now())?)],
            limit: Some(MOST),
            ..Query::default()
        })?;
        let of = |row: Row| {
            let person = row.fields.get(attendance::PERSON.name());
            let person = person.and_then(Id::from_value)?;
            (!row.void).then_some((person, row))
        };
        Ok(rows.into_iter().filter_map(of).collect())
    }

    /// Why somebody is away, and since when.
    fn reason_of(&self, row: &Row) -> Result<Option<(String, i64)>, Problem> {
        let Some(record) = self.store().record(row.id)? else {
            return Ok(None);
        };
        let mut moves = record.steps.iter().rev();
        let left = moves.find(|step| step.verb == Verb::Move && step.to == "away");
        Ok(left.map(|step| (step.note.clone().unwrap_or_default(), step.trace.at)))
    }
}
