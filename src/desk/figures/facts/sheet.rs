//! What the platform's sheet says of a figure, held beside what the records of this shop say of
//! the same days.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Facts, Whose, caveats};
use crate::desk::figures::declared::{Figure, Measure, OfSheet, Source};
use crate::desk::figures::period::{Days, Period, Span};
use crate::desk::figures::scores::{self, RowKind, ScoreRow, Sheets};
use crate::desk::figures::value::{Caveat, Reading, SheetReading, Value, gap, like_sheet};
use crate::domain::id::Id;

/// The days of which there are sheets.
#[derive(Debug, Clone, Default)]
pub(super) struct SheetDays {
    /// Of any account, of any part of the day.
    there: BTreeSet<NaiveDate>,
    /// Of every account that has had one lately, of all of the day.
    whole: BTreeSet<NaiveDate>,
}

impl SheetDays {
    /// Tells the days of rows.
    pub(super) fn of(rows: &[ScoreRow], days: &Days) -> Self {
        let mut sheets = Sheets::new();
        for row in rows.iter().filter(|row| row.kind == RowKind::Agent) {
            let account = Some(row.account.as_str()).filter(|name| !name.is_empty());
            let over = days.period(Span::Day, row.day).to;
            // One row of a part of the day makes the sheet a part of it.
            let upto = row.upto.filter(|upto| *upto >= over);
            let of_day = sheets.entry(row.day).or_default();
            let known = of_day.entry(account).or_insert(upto);
            *known = known.zip(upto).map(|(known, upto)| known.min(upto));
        }
        let there: BTreeSet<NaiveDate> = sheets.keys().copied().collect();
        let is_whole = |day: &NaiveDate| scores::all_here_since(&sheets, *day).is_some();
        Self {
            whole: there.iter().copied().filter(is_whole).collect(),
            there,
        }
    }
}

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
        let is_held = sheet.is_final() && !caveats.contains(&Caveat::ShopMonth);
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
        said: OfSheet,
        measure: &Measure,
        whose: &Whose,
        period: &Period,
    ) -> Option<SheetReading> {
        if self.scores_from.is_some_and(|from| period.first <= from) {
            // Of a part nothing is said.
            return None;
        }
        let rows: Vec<&ScoreRow> = self.scores(whose, period).collect();
        let pooled = scores::pool(said, &rows)?;
        let days = &self.sheets.there;
        let of_period = period.first..=period.last;
        let all = period.first.iter_days();
        let all = all.take_while(|day| *day <= period.last);
        let is_over = |day: &NaiveDate| self.days.period(Span::Day, *day).to <= self.read_at;
        let of = all.filter(|day| days.contains(day) || is_over(day)).count();
        // What is held against the sheet is of the same days.
        let same: Vec<Period> = days
            .range(of_period.clone())
            .map(|day| self.days.period(Span::Day, *day))
            .collect();
        let own = self.value(measure, whose, period, &same);
        let own = like_sheet(&own).map(|text| (text, gap(&pooled.value, &own)));
        Some(SheetReading {
            shop: self.shop_of_sheet(said, whose, period),
            days: self.sheets.whole.range(of_period).count() as u64,
            of: of as u64,
            left_out: pooled.left_out,
            value: pooled.value,
            own,
        })
    }

    /// What the sheets themselves say of the whole shop, where each of them does so.
    fn shop_of_sheet(&self, said: OfSheet, whose: &Whose, period: &Period) -> Option<Value> {
        let totals = || self.scores_of(RowKind::ShopTotal, period);
        let agents = self.scores_of(RowKind::Agent, period);
        let is_whole = *whose == Whose::Shop && scores::sheets(totals()) == scores::sheets(agents);
        let rows: Vec<&ScoreRow> = totals().collect();
        let pooled = scores::pool(said, &rows).filter(|pooled| is_whole && pooled.left_out == 0);
        pooled.map(|pooled| pooled.value)
    }
}
