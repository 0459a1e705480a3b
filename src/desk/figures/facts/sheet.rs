//! What the platform's sheet says of a figure, held beside what the records of this shop say of
//! the same days.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Facts, Whose, caveats};
use crate::desk::figures::declared::{Figure, Measure, OfSheet, Source};
use crate::desk::figures::period::{Period, Span};
use crate::desk::figures::scores::{self, RowKind, ScoreRow};
use crate::desk::figures::value::{Caveat, Reading, SheetReading, Value, gap, like_sheet};
use crate::domain::id::Id;

impl Facts {
    /// A figure whose value the platform's sheet says.
    pub(super) fn of_sheet(
        &self,
        figure: &Figure,
        sheet: SheetReading,
        whose: &Whose,
        period: &Period,
    ) -> Reading {
        let goal = self.targets.of(figure, period);
        let mut caveats = caveats(figure, goal, whose, period);
        caveats.retain(|caveat| *caveat != Caveat::Recorded);
        let is_held = sheet.is_whole() && !caveats.contains(&Caveat::ShopMonth);
        Reading {
            passes: goal
                .filter(|_| is_held)
                .and_then(|goal| sheet.value.reaches(goal, figure.better)),
            value: sheet.value.clone(),
            source: Some(Source::Sheet),
            sheet: Some(sheet),
            goal,
            open: 0,
            more: false,
            among_rated: None,
            caveats,
        }
    }

    /// The rows of the platform's sheet about these people in a period.
    fn scores<'a>(
        &'a self,
        whose: &'a Whose,
        period: &'a Period,
    ) -> impl Iterator<Item = &'a ScoreRow> {
        self.scores_of(RowKind::Agent, period)
            .filter(|row| match whose {
                Whose::Shop => true,
                Whose::Group(people) => row.by.is_some_and(|by| people.contains(&by)),
                Whose::Person(person) => row.by == Some(*person),
            })
    }

    pub(super) fn scores_of<'a>(
        &'a self,
        kind: RowKind,
        period: &'a Period,
    ) -> impl Iterator<Item = &'a ScoreRow> {
        let within = move |row: &&ScoreRow| (period.first..=period.last).contains(&row.day);
        self.scores
            .iter()
            .filter(move |row| row.kind == kind)
            .filter(within)
    }

    /// Returns the rows of the platform's sheet behind a figure of these people in a period, and
    /// those of its own totals and of others beside them.
    pub fn rows_of_sheet(&self, whose: &Whose, period: &Period) -> (Vec<Id>, Vec<Id>) {
        let agents = self.scores(whose, period).map(|row| row.id).collect();
        let others = [RowKind::ShopTotal, RowKind::Other];
        let others = others
            .into_iter()
            .flat_map(|kind| self.scores_of(kind, period));
        (agents, others.map(|row| row.id).collect())
    }

    /// What the platform's sheet says of these people in a period; none where it says nothing.
    pub(super) fn sheet_reading(
        &self,
        of: OfSheet,
        measure: &Measure,
        whose: &Whose,
        period: &Period,
    ) -> Option<SheetReading> {
        if self.scores_from.is_some_and(|from| period.first <= from) {
            // Of a part nothing is said.
            return None;
        }
        let rows: Vec<&ScoreRow> = self.scores(whose, period).collect();
        let pooled = scores::pool(of, &rows)?;
        let there = self.scores_of(RowKind::Agent, period).map(|row| row.day);
        let days: BTreeSet<NaiveDate> = there.collect();
        let all = period.first.iter_days();
        let all = all.take_while(|day| *day <= period.last);
        let is_over = |day: &NaiveDate| self.days.period(Span::Day, *day).to <= self.read_at;
        let of_period = all.filter(|day| days.contains(day) || is_over(day)).count();
        // What is held against the sheet is of the same days.
        let same: Vec<Period> = days
            .iter()
            .map(|day| self.days.period(Span::Day, *day))
            .collect();
        let own = self.value(measure, whose, period, &same);
        let own = like_sheet(&own).map(|text| (text, gap(&pooled.value, &own)));
        Some(SheetReading {
            shop: self.shop_of_sheet(of, whose, period, &days),
            days: days.len() as u64,
            of: of_period as u64,
            left_out: pooled.left_out,
            value: pooled.value,
            own,
        })
    }

    /// What the sheet itself says of the whole shop, where it does so of each day.
    fn shop_of_sheet(
        &self,
        of: OfSheet,
        whose: &Whose,
        period: &Period,
        days: &BTreeSet<NaiveDate>,
    ) -> Option<Value> {
        let rows: Vec<&ScoreRow> = self.scores_of(RowKind::ShopTotal, period).collect();
        let is_whole = *whose == Whose::Shop && scores::days(&rows) == *days;
        let pooled = scores::pool(of, &rows).filter(|pooled| is_whole && pooled.left_out == 0);
        pooled.map(|pooled| pooled.value)
    }
}
