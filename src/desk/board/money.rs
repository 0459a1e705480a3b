//! Money on its way and the platform's clocks, from open cases and from what happened today.

use super::{MOST, REACH, Scope};
use crate::desk::Desk;
use crate::desk::freshness::Freshness;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::payload::Meaning;
use crate::domain::record::Record;
use crate::domain::register::Owner;
use crate::domain::registers::{allowance, case};
use crate::problem::Problem;
use crate::store::{Order, Query, Row};

const DAY: i64 = 24 * 3_600_000;
/// The most cases that are looked at.
const CASES: usize = 10_000;

/// A sum on the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MoneyFigure {
    /// The platform pays within a day unless we answer.
    TimingOut,
    /// Approved today.
    Approved,
    /// Carried out today.
    Executed,
    /// Asked, and not carried out yet.
    InRefund,
    /// We say that it went, the platform's export does not.
    SaidNotDone,
    /// The platform says that it went, we do not.
    DoneNotSaid,
    /// Carried out, or to be, on somebody's word of mouth that is not signed yet.
    Spoken,
    /// What allowances gave, with what was drawn on them.
    Allowances,
}

impl MoneyFigure {
    /// The sums in the order of the board.
    pub const ALL: [MoneyFigure; 8] = [
        Self::TimingOut,
        Self::Spoken,
        Self::Approved,
        Self::Executed,
        Self::InRefund,
        Self::SaidNotDone,
        Self::DoneNotSaid,
        Self::Allowances,
    ];

    /// Returns the end of the message id.
    pub fn name(self) -> &'static str {
        match self {
            Self::TimingOut => "timing_out",
            Self::Approved => "approved",
            Self::Executed => "executed",
            Self::InRefund => "in_refund",
            Self::SaidNotDone => "said_not_done",
            Self::DoneNotSaid => "done_not_said",
            Self::Spoken => "spoken",
            Self::Allowances => "allowances",
        }
    }

    /// Returns whether an open case belongs to it.
    fn takes(self, row: &Row, now: i64) -> bool {
        let platform = row
            .fields
            .get(case::PLATFORM_STATE.name())
            .and_then(|state| state.as_str());
        let went = matches!(row.state.as_str(), "executed" | "told");
        match self {
            Self::TimingOut => {
                row.due_source.as_deref() == Some("platform")
                    && row.due.is_some_and(|due| due - now <= DAY)
            }
            Self::InRefund => matches!(
                row.state.as_str(),
                "submitted" | "approved" | "awaiting_goods" | "goods_received" | "to_execute"
            ),
            // What no export has brought says nothing either way.
            Self::SaidNotDone => went && platform.is_some_and(|state| state != "success"),
            Self::DoneNotSaid => !went && platform == Some("success"),
            Self::Spoken => {
                let signs = super::standing::hand_of(row.step.as_deref());
                let is_signed_by_one = went && matches!(signs, Some(Owner::Person(_)));
                is_signed_by_one || super::decide::is_word_to_sign(row)
            }
            _ => false,
        }
    }

    /// Returns whether it rests on the platform's word.
    fn is_of_platform(self) -> bool {
        matches!(
            self,
            Self::TimingOut | Self::SaidNotDone | Self::DoneNotSaid
        )
    }

    fn is_of_today(self) -> Option<Meaning> {
        match self {
            Self::Approved => Some(Meaning::Approve),
            Self::Executed => Some(Meaning::Execute),
            _ => None,
        }
    }
}

/// A sum with what it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyLine {
    /// Which.
    pub figure: MoneyFigure,
    /// How many records.
    pub count: u64,
    /// Their money, currency by currency.
    pub sums: Vec<Money>,
    /// Of allowances: what was drawn on them.
    pub drawn: Vec<Money>,
    /// Whether the platform's word on it is here and not old: else nought says nothing.
    pub is_known: bool,
    /// The nearest deadline with the number of its case.
    pub first: Option<(i64, String)>,
}

impl Desk {
    /// Returns the sums of the board; those of which there is nothing are left out, but for the
    /// platform's clocks.
    pub(super) fn board_money(
        &self,
        scope: &Scope,
        freshness: &[Freshness],
    ) -> Result<Vec<MoneyLine>, Problem> {
        let mut refunds = freshness.iter().filter(|one| one.kind == "refunds");
        let is_fresh = refunds.any(|one| !one.stale);
        let open = self.open_cases(scope)?;
        let today = self.cases_of_today(scope, &open)?;
        let (now, begins) = (self.now(), self.day_begins(self.now())?);
        let mut lines = Vec::new();
        for figure in MoneyFigure::ALL {
            let mut line = match (figure, figure.is_of_today()) {
                (MoneyFigure::Allowances, _) => self.allowance_line(scope)?,
                (_, Some(meaning)) => {
                    let signed = today
                        .iter()
                        .filter(|(_, record)| signed(record, meaning, begins));
                    line(figure, signed.map(|(row, _)| row))
                }
                _ => line(figure, open.iter().filter(|row| figure.takes(row, now))),
            };
            line.is_known = is_fresh || !figure.is_of_platform();
            if line.count > 0 || figure == MoneyFigure::TimingOut {
                lines.push(line);
            }
        }
        Ok(lines)
    }

    /// Returns the rows behind a sum.
    pub(super) fn money_rows(
        &self,
        scope: &Scope,
        figure: MoneyFigure,
    ) -> Result<Vec<Row>, Problem> {
        if figure == MoneyFigure::Allowances {
            let ids: Vec<Id> = self
                .allowances_of(scope)?
                .iter()
                .map(|one| one.id)
                .collect();
            return Ok(self.store().rows_by_id(&ids)?);
        }
        let (now, open) = (self.now(), self.open_cases(scope)?);
        let Some(meaning) = figure.is_of_today() else {
            let of = open.into_iter().filter(|row| figure.takes(row, now));
            return Ok(of.take(MOST + 1).collect());
        };
        let begins = self.day_begins(now)?;
        let today = self.cases_of_today(scope, &open)?.into_iter();
        Ok(today
            .filter(|(_, record)| signed(record, meaning, begins))
            .map(|(row, _)| row)
            .collect())
    }

    fn open_cases(&self, scope: &Scope) -> Result<Vec<Row>, Problem> {
        let mut rows = self.store().rows(&Query {
            registers: vec![case::REGISTER.name],
            open_only: true,
            limit: Some(CASES),
            ..Query::default()
        })?;
        rows.retain(|row| scope.has_row(row));
        Ok(rows)
    }

    /// Returns the cases that came into their state today: whatever was approved or carried out
    /// today is among them.
    fn cases_of_today(&self, scope: &Scope, open: &[Row]) -> Result<Vec<(Row, Record)>, Problem> {
        let begins = self.day_begins(self.now())?;
        let mut rows = self.store().rows(&Query {
            registers: vec![case::REGISTER.name],
            closed_only: true,
            closed_from: Some(begins),
            opened_from: Some(begins - REACH),
            order: Order::Opened,
            limit: Some(CASES),
            ..Query::default()
        })?;
        rows.retain(|row| !row.void && scope.has_row(row));
        rows.extend(open.iter().filter(|row| row.since >= begins).cloned());
        let mut all = Vec::new();
        for row in rows {
            if let Some(record) = self.store().record(row.id)? {
                all.push((row, record));
            }
        }
        Ok(all)
    }

    fn allowances_of(
        &self,
        scope: &Scope,
    ) -> Result<Vec<crate::desk::allowance::Allowance>, Problem> {
        let mut all = self.allowances()?;
        all.retain(|one| {
            let holder = one
                .terms
                .replica
                .and_then(|id| self.people().of_replica(id));
            one.usable && holder.is_some_and(|person| scope.has(person.id))
        });
        Ok(all)
    }

    fn allowance_line(&self, scope: &Scope) -> Result<MoneyLine, Problem> {
        let all = self.allowances_of(scope)?;
        Ok(MoneyLine {
            figure: MoneyFigure::Allowances,
            count: all.len() as u64,
            sums: added(all.iter().map(|one| one.terms.amount)),
            drawn: added(all.iter().map(|one| one.drawn)),
            is_known: true,
            first: None,
        })
    }
}

fn signed(record: &Record, meaning: Meaning, since: i64) -> bool {
    let mut words = record.signatures.iter();
    words.any(|sign| sign.meaning == meaning && sign.trace.at >= since)
}

fn line<'a>(figure: MoneyFigure, rows: impl Iterator<Item = &'a Row>) -> MoneyLine {
    let rows: Vec<&Row> = rows.collect();
    let first = rows
        .iter()
        .filter_map(|row| Some((row.due?, row.number.clone().unwrap_or_default())))
        .min();
    MoneyLine {
        figure,
        count: rows.len() as u64,
        sums: added(rows.iter().filter_map(|row| amount(row))),
        drawn: Vec::new(),
        is_known: true,
        first: first.filter(|_| figure == MoneyFigure::TimingOut),
    }
}

/// Returns the money of a row.
pub(super) fn amount(row: &Row) -> Option<Money> {
    row.fields
        .get(allowance::AMOUNT.name())
        .and_then(Money::from_value)
}

/// Adds up, currency by currency.
pub(in crate::desk) fn added(amounts: impl Iterator<Item = Money>) -> Vec<Money> {
    let mut sums: Vec<Money> = Vec::new();
    for amount in amounts {
        match sums.iter_mut().find(|sum| sum.currency == amount.currency) {
            Some(sum) => sum.minor = sum.minor.saturating_add(amount.minor),
            None => sums.push(amount),
        }
    }
    sums
}
