//! What the day asks for as far as facts say whether it is done, how the handovers stand, and
//! what does not add up in what is known.

use chrono::NaiveDate;

use super::people::{Colleague, Heard};
use super::standing::Count;
use super::{Board, REACH, Scope, Tally};
use crate::desk::Desk;
use crate::desk::figures::Span;
use crate::desk::figures::scores::{Sheets, all_here_since};
use crate::desk::freshness::OF_DAY;
use crate::desk::handover::Severity;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::register::Owner;
use crate::domain::registers::{ACCOUNT, handover, import, order, review};
use crate::problem::Problem;
use crate::store::{Order, Query, Row};

const HOUR: i64 = 3_600_000;
/// The most sheets, reviews and orders that are looked at.
const MOST: usize = 1_000;

/// A duty of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DutyKind {
    /// The plan of the day: how many lines it has.
    Plan(u64),
    /// An export of this kind is here and not old: from when it is (milliseconds UTC).
    Import(&'static str, Option<i64>),
    /// The platform's sheet of yesterday's scores is here: since when (milliseconds UTC); else the
    /// last day of which all is here.
    Scores(Option<i64>, Option<NaiveDate>),
    /// Reviews that want an answer are answered: how many are left.
    Reviews(u64),
    /// A notice that must be read: which, its headline, who has not signed it.
    Unread(Id, String, Vec<Id>),
    /// How far the review of today is.
    Review(Tally),
    /// A meeting of today was held: a word of its kinds, and when it ended (milliseconds UTC).
    Meeting(&'static str, Option<i64>),
    /// The platform's clocks of the next 24 hours are answered: how many are left, none where
    /// no fresh export says.
    Clocks(Option<u64>),
    /// The report of today, of last week or of last month is written: by whom and when
    /// (milliseconds UTC), first of those that say all of it; else, not done by it, the last that
    /// was written before.
    Report(Span, Option<(Option<Id>, i64)>),
    /// The plan of next month is talked over: when that was (milliseconds UTC).
    MonthPlan(Option<i64>),
}

/// A duty with whether it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Which.
    pub kind: DutyKind,
    /// Whether it is done, as the facts say.
    pub done: bool,
}

/// How a handover stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetState {
    /// Somebody's shift ends soon or is over, and no sheet is written for what they own.
    Unwritten {
        /// Who.
        from: Id,
        /// When the shift ends, milliseconds UTC.
        ends: i64,
    },
    /// A signed sheet of which lines wait for an answer.
    Waiting {
        /// The sheet.
        id: Id,
        /// Who left.
        from: Option<Id>,
        /// Who takes over.
        to: Option<Owner>,
        /// How many lines it has.
        lines: usize,
        /// How many of them were taken.
        taken: usize,
        /// How many red ones nobody has taken.
        red: usize,
    },
}

/// Something that does not add up in what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Oddity {
    /// A colleague who should be at work is silent: what they own may have changed.
    Silent {
        /// Who.
        person: Id,
        /// When they were last heard of, milliseconds UTC.
        since: Option<i64>,
        /// How many items of theirs are open here.
        items: u64,
    },
    /// So many orders that no export has brought.
    Unverified(u64),
    /// An export is older than its limit: what came later cannot be seen.
    Stale(String, i64),
}

impl Desk {
    pub(super) fn duties(&self, board: &Board) -> Result<Vec<Duty>, Problem> {
        let mut plan = self.plan_of_today()?;
        plan.retain(|row| super::is_planned_within(&board.scope, row));
        let plan = plan.len() as u64;
        let mut duties = vec![Duty {
            done: plan > 0,
            kind: DutyKind::Plan(plan),
        }];
        duties.push(self.meeting_duty("morning", &board.scope)?);
        for kind in ["orders", "refunds"] {
            let known = board.freshness.iter().find(|one| one.kind == kind);
            duties.push(Duty {
                done: known.is_some_and(|one| !one.stale),
                kind: DutyKind::Import(kind, known.map(|one| one.exported_at)),
            });
        }
        duties.push(self.scores_duty()?);
        let mut lines = board.money.iter();
        let clocks = lines.find(|line| line.figure == super::MoneyFigure::TimingOut);
        let clocks = clocks.filter(|line| line.is_known || line.count > 0);
        let clocks = clocks.map(|line| line.count);
        duties.push(Duty {
            done: clocks == Some(0),
            kind: DutyKind::Clocks(clocks),
        });
        let mut reviews = self.reviews_to_answer()?;
        reviews.retain(|row| board.scope.has_row(row));
        duties.push(Duty {
            done: reviews.is_empty(),
            kind: DutyKind::Reviews(reviews.len() as u64),
        });
        let tally = self.review_tally(&self.review_day(true)?, &board.scope)?;
        duties.push(Duty {
            done: tally.is_done(),
            kind: DutyKind::Review(tally),
        });
        duties.push(self.meeting_duty("evening", &board.scope)?);
        duties.extend(self.due_reports()?);
        for one in self.unread()? {
            let mut people = one.people;
            people.retain(|id| board.scope.has(*id));
            if !people.is_empty() {
                duties.push(Duty {
                    done: false,
                    kind: DutyKind::Unread(one.id, one.title, people),
                });
            }
        }
        Ok(duties)
    }

    /// Whether yesterday's sheet is here, of every account that has had one lately, each by the
    /// first import that brought all of the day.
    fn scores_duty(&self) -> Result<Duty, Problem> {
        let (days, today) = (self.days()?, self.today()?);
        let imports = self.store().rows(&Query {
            registers: vec![import::REGISTER.name],
            fields: vec![(import::KIND.name(), OF_DAY.to_owned())],
            not_void: true,
            order: Order::Opened,
            limit: Some(MOST),
            ..Query::default()
        })?;
        let mut sheets = Sheets::new();
        for row in &imports {
            let upto = row.fields.get(import::EXPORTED_AT.name());
            let upto = upto.and_then(serde_json::Value::as_i64);
            let day = upto.and_then(|upto| Some((days.of(upto - 1)?, upto)));
            let Some((day, upto)) = day.filter(|(day, _)| *day < today) else {
                continue;
            };
            let account = row.fields.get(ACCOUNT.name());
            let account = account.and_then(|name| name.as_str());
            let is_all = days.period(Span::Day, day).to == upto && row.opened >= upto;
            let since = is_all.then_some(row.opened);
            let of_day = sheets.entry(day).or_default();
            let known = of_day.entry(account).or_insert(since);
            *known = (*known).into_iter().chain(since).min();
        }
        let mut all = sheets.keys().rev();
        let last = all.find_map(|day| Some((*day, all_here_since(&sheets, *day)?)));
        let since = last.filter(|(day, _)| Some(*day) == today.pred_opt());
        let since = since.map(|(_, since)| since);
        Ok(Duty {
            done: since.is_some(),
            kind: DutyKind::Scores(since, last.map(|(day, _)| day)),
        })
    }

    /// A leader's group has its own meeting, or goes to the shop's.
    fn meeting_duty(&self, kind: &'static str, scope: &Scope) -> Result<Duty, Problem> {
        let own = scope.posts.first().copied();
        let held = match self.meeting_of_today(kind, own)? {
            None if own.is_some() => self.meeting_of_today(kind, None)?,
            known => known,
        };
        let held = held.filter(|row| row.state == "finished");
        Ok(Duty {
            done: held.is_some(),
            kind: DutyKind::Meeting(kind, held.and_then(|row| row.closed)),
        })
    }

    /// Returns the open reviews that are not good.
    pub(super) fn reviews_to_answer(&self) -> Result<Vec<Row>, Problem> {
        Ok(self.store().rows(&Query {
            registers: vec![review::REGISTER.name],
            open_only: true,
            ours: Some(true),
            limit: Some(MOST),
            ..Query::default()
        })?)
    }

    /// Returns the orders of the last weeks that no export has brought, the oldest first.
    pub(super) fn orders_not_imported(&self) -> Result<Vec<Row>, Problem> {
        let from = self.now() - REACH;
        let lacking = self.store().lacking(
            order::REGISTER.name,
            order::PLATFORM_STATE.name(),
            from,
            MOST,
        )?;
        let mut rows = Vec::new();
        for row in lacking {
            let record = self.store().record(row.id)?;
            if record.as_ref().is_some_and(order::is_unverified) {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// Returns the sheets that wait, the loudest first, then those that nobody wrote.
    pub(super) fn sheet_states(&self, board: &Board) -> Result<Vec<SheetState>, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec![handover::REGISTER.name],
            open_only: true,
            order: Order::Opened,
            limit: Some(MOST),
            ..Query::default()
        })?;
        let mut waiting = Vec::new();
        for row in rows.iter().filter(|row| row.state == "signed") {
            let sheet = self.handover(row.id)?;
            let is_ours = sheet.from.is_some_and(|id| board.scope.has(id))
                || matches!(sheet.to, Some(Owner::Person(id)) if board.scope.has(id))
                || board.scope.is_all();
            if !is_ours {
                continue;
            }
            let red = sheet.lines.iter();
            let red = red.filter(|line| line.is_open() && line.severity == Severity::Red);
            waiting.push(SheetState::Waiting {
                id: row.id,
                from: sheet.from,
                to: sheet.to,
                lines: sheet.lines.len(),
                taken: sheet.count("accepted") + sheet.count("changed"),
                red: red.count(),
            });
        }
        waiting.sort_by_key(|one| match one {
            SheetState::Waiting { red, .. } => std::cmp::Reverse(*red),
            SheetState::Unwritten { .. } => std::cmp::Reverse(0),
        });
        waiting.extend(self.unwritten(board)?);
        Ok(waiting)
    }

    /// Those whose shift ends within the hour or is over, who own something and wrote no sheet
    /// today.
    fn unwritten(&self, board: &Board) -> Result<Vec<SheetState>, Problem> {
        let today = self.store().rows(&Query {
            registers: vec![handover::REGISTER.name],
            fields: vec![(handover::DAY.name(), self.business_day(self.now())?)],
            limit: Some(MOST),
            ..Query::default()
        })?;
        let wrote = |person: Id| {
            today.iter().any(|row| {
                let from = row.fields.get(handover::FROM.name());
                !row.void && from.and_then(Id::from_value) == Some(person)
            })
        };
        let late = board.people.iter().filter_map(|one| {
            let (_, ends) = one.shift?;
            let is_late = ends - self.now() <= HOUR && one.presence != "absent";
            (is_late && one.counts.of(Count::Waiting) > 0 && !wrote(one.person.id)).then_some(
                SheetState::Unwritten {
                    from: one.person.id,
                    ends,
                },
            )
        });
        Ok(late.collect())
    }

    pub(super) fn oddities(&self, board: &Board) -> Result<Vec<Oddity>, Problem> {
        let mut all: Vec<Oddity> = board
            .out_of_sight()
            .into_iter()
            .map(|one| self.silent(one))
            .collect::<Result<_, _>>()?;
        let unverified = self.orders_not_imported()?.len() as u64;
        if unverified > 0 {
            all.push(Oddity::Unverified(unverified));
        }
        let stale = board.freshness.iter().filter(|one| one.stale);
        all.extend(stale.map(|one| Oddity::Stale(one.kind.clone(), one.exported_at)));
        Ok(all)
    }

    fn silent(&self, one: &Colleague) -> Result<Oddity, Problem> {
        let items = self.store().count(&Query {
            open_only: true,
            work_only: true,
            owner: Some(crate::store::OwnerFilter::Any(vec![Owner::Person(
                one.person.id,
            )])),
            ..Query::default()
        })?;
        Ok(Oddity::Silent {
            person: one.person.id,
            since: match one.heard {
                Heard::At(at, _) => Some(at),
                _ => None,
            },
            items: items.n,
        })
    }
}
