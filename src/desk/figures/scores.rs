//! What the marketplace's sheet says (客服绩效): its rows over a stretch of days, and what they
//! come to together. A mean over rows is weighted by how many asked each of them; what a row does
//! not say is left out and counted, never taken for nought.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::declared::{OfSheet, Score as Cell, Sum};
use super::value::Value;
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

/// Hundredths of a percent in a whole.
const WHOLE: i128 = 10_000;

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
    let sum: i128 = said.iter().copied().map(i128::from).sum();
    (!said.is_empty()).then(|| Pooled {
        value: Value::Count(u64::try_from(sum).unwrap_or_default()),
        left_out: (rows.len() - said.len()) as u64,
    })
}

/// Of rows that say how many paid the share is exact; else the share that they say is weighted.
fn conversion(rows: &[&ScoreRow]) -> Option<Pooled> {
    let exact = |row: &&ScoreRow| row.cell(Cell::Asked).zip(row.cell(Cell::Paid));
    let (mut part, mut whole) = (0_u64, 0_u64);
    let all = rows.iter().all(|row| {
        let said = exact(row).and_then(|(asked, paid)| {
            Some((u64::try_from(asked).ok()?, u64::try_from(paid).ok()?))
        });
        if let Some((asked, paid)) = said {
            (part, whole) = (part.saturating_add(paid), whole.saturating_add(asked));
        }
        said.is_some()
    });
    if all && !rows.is_empty() {
        return Some(Pooled {
            value: Value::Rate { part, whole },
            left_out: 0,
        });
    }
    // In hundredths of a percent of those who asked each row is as exact as what it says.
    let mut pooled = mean(rows, |row| row.cell(Cell::Conversion));
    for row in rows {
        let (Some((asked, paid)), Some(mean)) = (exact(row), pooled.as_mut()) else {
            continue;
        };
        match row.cell(Cell::Conversion) {
            Some(share) => {
                mean.sum += i128::from(paid) * WHOLE - i128::from(share) * i128::from(asked);
            }
            None if asked > 0 => {
                mean.sum += i128::from(paid) * WHOLE;
                mean.weight += i128::from(asked);
                mean.left_out -= 1;
            }
            None => {}
        }
    }
    pooled.map(Mean::rate)
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
struct Mean {
    sum: i128,
    weight: i128,
    left_out: u64,
}

impl Mean {
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
    let mut mean = Mean {
        sum: 0,
        weight: 0,
        left_out: 0,
    };
    let mut is_said = false;
    for row in rows {
        let alone = rows.len() == 1;
        let weight = row.cell(Cell::Asked).or(alone.then_some(1));
        match (say(row), weight) {
            (Some(said), Some(weight)) => {
                is_said = true;
                mean.sum += i128::from(said) * i128::from(weight);
                mean.weight += i128::from(weight);
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

/// Returns the days of which rows are there.
pub fn days(rows: &[&ScoreRow]) -> BTreeSet<NaiveDate> {
    rows.iter().map(|row| row.day).collect()
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
