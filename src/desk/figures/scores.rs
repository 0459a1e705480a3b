//! What the marketplace's sheet says (客服绩效): its rows over a stretch of days, and what they
//! come to together. A mean over rows is weighted by how many asked each of them; what a row does
//! not say is left out and counted, never taken for nought.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days as Count, NaiveDate};

use super::declared::{OfSheet, Score as Cell, Sum};
use super::value::{Value, WHOLE};
use crate::domain::id::Id;
use crate::domain::money::Money;

/// What a row of the sheet is about, as far as figures ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// An agent.
    Agent,
    /// The whole shop.
    ShopTotal,
    /// Something else that is no agent.
    Other,
}

/// A row of the sheet of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreRow {
    /// The record.
    pub id: Id,
    /// What it is about.
    pub kind: RowKind,
    /// The day.
    pub day: NaiveDate,
    /// Whose sheet it stood in; empty where the shop has no accounts.
    pub account: String,
    /// Up to when it is known, milliseconds UTC; none where nothing says so.
    pub upto: Option<i64>,
    /// Who it was; none where nobody here goes by that name.
    pub by: Option<Id>,
    /// What it says, by [`Cell`].
    pub cells: [Option<i64>; Cell::COUNT],
    /// The money that it says, by [`Sum`].
    pub sums: [Option<Money>; Sum::COUNT],
}

impl ScoreRow {
    fn cell(&self, cell: Cell) -> Option<i64> {
        self.cells[cell as usize]
    }
}

/// What rows of the sheet come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pooled {
    /// What they come to.
    pub value: Value,
    /// Rows that do not say it, or not how many asked: they are left out.
    pub left_out: u64,
}

/// An account that had a sheet within so many days before a day has one of that day too.
pub const LATELY: u64 = 7;

/// Since when all of the sheet of an account is here, by the day that it is of; none where only a
/// part of that day is. What names no account is of all of them.
pub type Sheets<'a> = BTreeMap<NaiveDate, BTreeMap<Option<&'a str>, Option<i64>>>;

/// Returns since when all sheets of a day are here; none while one of an account is missing that
/// has had one lately. What names no account stands for all of them, and none has to follow it.
pub fn all_here_since(sheets: &Sheets<'_>, day: NaiveDate) -> Option<i64> {
    let of_day = sheets.get(&day)?;
    let of = |account: Option<&str>| of_day.get(&account).copied().flatten();
    let from = day.checked_sub_days(Count::new(LATELY)).unwrap_or(day);
    let lately = sheets.range(from..=day).flat_map(|(_, of)| of.keys());
    let accounts: BTreeSet<&str> = lately.copied().flatten().collect();
    if accounts.is_empty() {
        return of(None);
    }
    let firsts = accounts.into_iter().map(|account| {
        let own = of(Some(account));
        own.into_iter().chain(of(None)).min()
    });
    firsts.collect::<Option<Vec<i64>>>()?.into_iter().max()
}

/// Returns what rows come to together; none where none of them says anything.
pub fn pool(of: OfSheet, rows: &[&ScoreRow]) -> Option<Pooled> {
    match of {
        OfSheet::Asked => asked(rows),
        OfSheet::Conversion => conversion(rows),
        OfSheet::Share(cell) => mean(rows, |row| row.cell(cell)).map(Mean::rate),
        OfSheet::Span(cell) => mean(rows, |row| row.cell(cell)).map(Mean::time),
        OfSheet::Sum(sum) => summed(rows, sum),
    }
}

fn asked(rows: &[&ScoreRow]) -> Option<Pooled> {
    let said: Vec<i64> = rows
        .iter()
        .filter_map(|row| row.cell(Cell::Asked))
        .collect();
    let sum = said.iter().copied().map(i128::from).sum();
    (!said.is_empty()).then(|| Pooled {
        value: Value::Count(counted(sum)),
        left_out: (rows.len() - said.len()) as u64,
    })
}

/// A sum of counts; one that is too much to count is the most.
fn counted(sum: i128) -> u64 {
    u64::try_from(sum.max(0)).unwrap_or(u64::MAX)
}

/// Of rows that say how many paid the share is exact; of others the share that they say is
/// weighted.
fn conversion(rows: &[&ScoreRow]) -> Option<Pooled> {
    let (mut part, mut whole) = (0_i128, 0_i128);
    let mut shares = Mean::default();
    let mut is_said = false;
    let alone = rows.len() == 1;
    for row in rows {
        let (asked, share) = (row.cell(Cell::Asked), row.cell(Cell::Conversion));
        is_said |= share.is_some();
        match (asked, row.cell(Cell::Paid), share) {
            (Some(asked), Some(paid), _) => {
                is_said = true;
                part += i128::from(paid);
                whole += i128::from(asked);
            }
            (Some(asked), None, Some(share)) => shares.add(share, asked),
            // One row alone needs no weight.
            (None, _, Some(share)) if alone => shares.add(share, 1),
            // Of whom nobody asked there is nothing to say.
            (Some(0), ..) => {}
            _ => shares.left_out += 1,
        }
    }
    if !is_said {
        return None;
    }
    if shares.weight == 0 {
        return Some(Pooled {
            value: Value::Rate {
                part: counted(part),
                whole: counted(whole),
            },
            left_out: shares.left_out,
        });
    }
    // In hundredths of a percent of those who asked each row is as exact as what it says.
    shares.sum += part * WHOLE;
    shares.weight += whole;
    Some(shares.rate())
}

fn summed(rows: &[&ScoreRow], sum: Sum) -> Option<Pooled> {
    let said: Vec<Money> = rows
        .iter()
        .filter_map(|row| row.sums[sum as usize])
        .collect();
    let is_unknown =
        |row: &&&ScoreRow| row.sums[sum as usize].is_none() && row.cell(Cell::Asked) != Some(0);
    (!said.is_empty()).then(|| Pooled {
        left_out: rows.iter().filter(is_unknown).count() as u64,
        value: Value::Sums(crate::desk::board::money::added(said.into_iter())),
    })
}

/// A weighted mean as its sum and its weight.
#[derive(Default)]
struct Mean {
    sum: i128,
    weight: i128,
    left_out: u64,
}

impl Mean {
    fn add(&mut self, said: i64, weight: i64) {
        self.sum += i128::from(said) * i128::from(weight);
        self.weight += i128::from(weight);
    }

    fn rate(self) -> Pooled {
        Pooled {
            value: Value::MeanRate {
                sum: self.sum,
                weight: self.weight,
            },
            left_out: self.left_out,
        }
    }

    fn time(self) -> Pooled {
        Pooled {
            value: Value::MeanTime {
                sum: self.sum,
                weight: self.weight,
            },
            left_out: self.left_out,
        }
    }
}

/// The mean of what rows say, weighted by how many asked. One row alone needs no weight.
fn mean(rows: &[&ScoreRow], say: impl Fn(&ScoreRow) -> Option<i64>) -> Option<Mean> {
    let mut mean = Mean::default();
    let mut is_said = false;
    let alone = rows.len() == 1;
    for row in rows {
        let weight = row.cell(Cell::Asked).or(alone.then_some(1));
        match (say(row), weight) {
            (Some(said), Some(weight)) => {
                is_said = true;
                mean.add(said, weight);
            }
            // Of whom nobody asked there is nothing to say.
            (None, Some(0)) => {}
            (said, _) => {
                is_said |= said.is_some();
                mean.left_out += 1;
            }
        }
    }
    is_said.then_some(mean)
}

/// Returns the sheets in which rows stood: of which account and day.
pub fn sheets<'a>(rows: impl Iterator<Item = &'a ScoreRow>) -> BTreeSet<(&'a str, NaiveDate)> {
    rows.map(|row| (row.account.as_str(), row.day)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Said = (Option<u16>, Option<u16>, Option<u16>, Option<u32>);

    /// A row: how many asked, how many of them paid, the share of the content, the first answer.
    fn row((asked, paid, content, first): Said) -> ScoreRow {
        let mut cells = [None; Cell::COUNT];
        cells[Cell::Asked as usize] = asked.map(i64::from);
        cells[Cell::Paid as usize] = paid.map(i64::from);
        cells[Cell::Content as usize] = content.map(i64::from);
        cells[Cell::First as usize] = first.map(i64::from);
        ScoreRow {
            id: Id::default(),
            kind: RowKind::Agent,
            day: NaiveDate::default(),
            account: String::new(),
            upto: None,
            by: None,
            cells,
            sums: [None; Sum::COUNT],
        }
    }

    fn pooled(of: OfSheet, rows: &[ScoreRow]) -> Option<Pooled> {
        pool(of, &rows.iter().collect::<Vec<_>>())
    }

    #[test]
    fn a_mean_is_weighted_and_what_is_not_known_is_left_out() {
        let rows = [
            row((Some(90), Some(9), Some(10_000), Some(10_000))),
            row((Some(10), Some(5), Some(5_000), Some(110_000))),
        ];
        let time = pooled(OfSheet::Span(Cell::First), &rows).unwrap().value;
        // Not the sixty that the mean of the two means would be.
        assert_eq!(
            time,
            Value::MeanTime {
                sum: 2_000_000,
                weight: 100
            }
        );
        let content = pooled(OfSheet::Share(Cell::Content), &rows).unwrap().value;
        assert_eq!(
            content,
            Value::MeanRate {
                sum: 950_000,
                weight: 100
            }
        );
        let rate = pooled(OfSheet::Conversion, &rows).unwrap().value;
        assert_eq!(
            rate,
            Value::Rate {
                part: 14,
                whole: 100
            }
        );
        // Whose weight nobody knows is left out, and said; who had no buyer is not missed.
        let with = |said| [rows[0].clone(), row(said)];
        let left = |said| pooled(OfSheet::Span(Cell::First), &with(said)).unwrap();
        for (said, left_out) in [
            ((None, None, None, Some(5_000)), 1),
            ((Some(5), None, None, None), 1),
            ((None, None, None, None), 1),
            ((Some(0), None, None, None), 0),
        ] {
            let pooled = left(said);
            assert_eq!(pooled.left_out, left_out, "{said:?}");
            assert_eq!(
                pooled.value,
                Value::MeanTime {
                    sum: 900_000,
                    weight: 90
                }
            );
        }
        // One row alone says what it says.
        let alone = [row((None, None, None, Some(5_000)))];
        let pooled = pooled(OfSheet::Span(Cell::First), &alone).unwrap();
        assert_eq!(
            pooled.value,
            Value::MeanTime {
                sum: 5_000,
                weight: 1
            }
        );
        assert_eq!(pooled.left_out, 0);
    }

    #[test]
    fn of_rows_that_say_nothing_there_is_no_value() {
        for rows in [vec![], vec![row((None, None, None, None))]] {
            for of in [
                OfSheet::Asked,
                OfSheet::Conversion,
                OfSheet::Share(Cell::Replied),
                OfSheet::Span(Cell::Average),
                OfSheet::Sum(Sum::Sales),
            ] {
                assert_eq!(pooled(of, &rows), None, "{of:?}");
            }
        }
    }

    #[test]
    fn a_share_stands_in_where_how_many_paid_is_not_known() {
        let mut half = row((Some(10), None, None, None));
        half.cells[Cell::Conversion as usize] = Some(5_000);
        let both = [half.clone(), row((Some(90), Some(9), None, None))];
        let pooled = pooled(OfSheet::Conversion, &both).unwrap();
        assert_eq!(
            pooled.value,
            Value::MeanRate {
                sum: 140_000,
                weight: 100
            }
        );
        assert_eq!(pooled.left_out, 0);
    }

    #[test]
    fn conversion_without_a_share_is_that_of_the_rows_that_say_how_many_paid() {
        // The others have no say, and are counted; whom nobody asked lacks nothing.
        let rows = [
            row((Some(90), Some(9), None, None)),
            row((Some(10), None, None, None)),
            row((Some(0), None, None, None)),
            row((None, Some(3), None, None)),
        ];
        let rate = |part, whole| Value::Rate { part, whole };
        let some = pooled(OfSheet::Conversion, &rows).unwrap();
        assert_eq!((some.value, some.left_out), (rate(9, 90), 2));
        let idle = pooled(OfSheet::Conversion, &[rows[0].clone(), rows[2].clone()]).unwrap();
        assert_eq!((idle.value, idle.left_out), (rate(9, 90), 0));
    }

    #[test]
    fn what_is_too_much_to_count_is_the_most_and_not_nothing() {
        let mut much = row((Some(1), Some(1), None, None));
        much.cells[Cell::Asked as usize] = Some(i64::MAX);
        much.cells[Cell::Paid as usize] = Some(i64::MAX);
        let rows = vec![much; 3];
        let asked = pooled(OfSheet::Asked, &rows).unwrap().value;
        assert_eq!(asked, Value::Count(u64::MAX));
    }

    fn said() -> impl Strategy<Value = Said> {
        let some = |most: u16| proptest::option::weighted(0.8, 0..=most);
        (
            some(3_000),
            some(3_000),
            some(10_000),
            proptest::option::of(0_u32..10_000_000),
        )
    }

    proptest! {
        /// What rows come to together is what their buyers come to one by one.
        #[test]
        fn pooled_means_are_those_of_every_buyer(all in proptest::collection::vec(said(), 2..40)) {
            let rows: Vec<ScoreRow> = all.iter().copied().map(row).collect();
            let (mut sum, mut count) = (0_i128, 0_i128);
            for (asked, _, _, first) in &all {
                let (Some(asked), Some(first)) = (asked, first) else { continue };
                for _ in 0..*asked {
                    sum += i128::from(*first);
                    count += 1;
                }
            }
            let naive = Value::MeanTime { sum, weight: count };
            match pooled(OfSheet::Span(Cell::First), &rows) {
                Some(pooled) => prop_assert_eq!(pooled.value, naive),
                None => prop_assert!(all.iter().all(|one| one.3.is_none())),
            }
            // In whatever order, and in whatever parts.
            let mut turned = rows.clone();
            turned.reverse();
            prop_assert_eq!(pooled(OfSheet::Span(Cell::First), &turned), pooled(OfSheet::Span(Cell::First), &rows));
        }

        #[test]
        fn conversion_is_that_of_every_buyer(all in proptest::collection::vec((0_u16..3_000, 0_u16..3_000), 1..40)) {
            let rows: Vec<ScoreRow> = all.iter().map(|(asked, paid)| row((Some(*asked), Some(*paid), None, None))).collect();
            let part = all.iter().map(|one| u64::from(one.1)).sum();
            let whole = all.iter().map(|one| u64::from(one.0)).sum();
            prop_assert_eq!(pooled(OfSheet::Conversion, &rows).unwrap().value, Value::Rate { part, whole });
        }
    }
}
