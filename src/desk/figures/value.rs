//! What a figure comes to, and whether it reaches its target: whole numbers all the way, compared
//! unrounded, shown with two decimals.

use super::declared::{Better, Source};
use super::targets::Goal;
use crate::domain::money::Money;

/// Hundredths of a percent in a whole.
pub const WHOLE: i128 = 10_000;

/// What a figure comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// So many.
    Count(u64),
    /// So many of so many; of none it is no rate.
    Rate {
        /// The numerator.
        part: u64,
        /// The denominator.
        whole: u64,
    },
    /// Sums, a currency each.
    Sums(Vec<Money>),
    /// Sums, each divided by so many.
    Averages(Vec<(Money, u64)>),
    /// How long something took, in milliseconds.
    Time(Times),
    /// A mean of shares, in hundredths of a percent: the sum of all, and over how many; over none
    /// it is no rate.
    MeanRate {
        /// The sum.
        sum: i128,
        /// Over how many.
        weight: i128,
    },
    /// A mean of times, in milliseconds: the same.
    MeanTime {
        /// The sum.
        sum: i128,
        /// Over how many.
        weight: i128,
    },
    /// So many in so long a time (milliseconds); in none it is no rate.
    PerHour(u64, i64),
    /// A sum of what was aimed at; without an aim it is no rate.
    OfGoal(Vec<Money>, Option<Money>),
    /// No fact here says.
    Unknown,
}

/// Which of the times that things took is held against a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// The one that half of them did not exceed.
    Median,
    /// The longest: each of them has to reach it.
    Most,
}

/// How long things took, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// How many things.
    pub count: u64,
    /// Half of them took no longer.
    pub median: i64,
    /// Nine of ten took no longer.
    pub ninth: i64,
    /// None took longer.
    pub most: i64,
    /// All of them together.
    pub sum: i128,
    /// How many of them were over by when they were due.
    pub inside: u64,
    /// Which of these is held against a target.
    pub held: Held,
}

impl Times {
    /// Returns what times come to, of which so many were over by when they were due.
    pub fn of(mut times: Vec<i64>, inside: u64, held: Held) -> Self {
        times.sort_unstable();
        // The least time that this share of them did not exceed.
        let share = |tenths: usize| {
            let place = (times.len() * tenths).div_ceil(10).max(1) - 1;
            times.get(place).copied().unwrap_or_default()
        };
        Self {
            count: times.len() as u64,
            median: share(5),
            ninth: share(9),
            most: times.last().copied().unwrap_or_default(),
            sum: times.iter().copied().map(i128::from).sum(),
            inside,
            held,
        }
    }

    /// Returns the one that is held against a target.
    pub fn held(&self) -> i64 {
        match self.held {
            Held::Median => self.median,
            Held::Most => self.most,
        }
    }
}

impl Value {
    /// Returns whether there is nothing to show: a rate of none, no sum, no time.
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Rate { whole, .. } => *whole == 0,
            Self::Averages(sums) => sums.is_empty(),
            Self::PerHour(_, millis) => *millis <= 0,
            Self::OfGoal(_, goal) => goal.is_none_or(|goal| goal.minor <= 0),
            Self::Time(times) => times.count == 0,
            Self::MeanRate { weight, .. } | Self::MeanTime { weight, .. } => *weight <= 0,
            Self::Count(_) | Self::Sums(_) | Self::Unknown => false,
        }
    }

    /// Returns whether it reaches a goal; none where nothing is there to be compared.
    pub fn reaches(&self, goal: Goal, better: Better) -> Option<bool> {
        if self.is_nothing() {
            return None;
        }
        // Each side is multiplied by the other's denominator: nothing is divided.
        let (ours, theirs) = match (self, goal) {
            (Self::Rate { part, whole }, Goal::Percent(hundredths)) => (
                i128::from(*part) * WHOLE,
                i128::from(hundredths) * i128::from(*whole),
            ),
            (Self::OfGoal(sums, Some(aim)), Goal::Percent(hundredths)) => (
                i128::from(sum_in(sums, *aim)) * WHOLE,
                i128::from(hundredths) * i128::from(aim.minor),
            ),
            (Self::Count(count), Goal::Count(goal)) => (i128::from(*count), i128::from(goal)),
            (Self::PerHour(count, millis), Goal::Count(goal)) => (
                i128::from(*count) * 3_600_000,
                i128::from(goal) * i128::from(*millis),
            ),
            (Self::MeanRate { sum, weight }, Goal::Percent(hundredths)) => {
                (*sum, i128::from(hundredths) * weight)
            }
            (Self::MeanTime { sum, weight }, Goal::Time(goal)) => (*sum, i128::from(goal) * weight),
            (Self::Time(times), Goal::Time(goal)) => (i128::from(times.held()), i128::from(goal)),
            (Self::Sums(sums), Goal::Sum(goal)) => {
                (i128::from(sum_in(sums, goal)), i128::from(goal.minor))
            }
            (Self::Averages(sums), Goal::Sum(goal)) => {
                let same = sums.iter().find(|(sum, _)| sum.currency == goal.currency);
                let (sum, among) = same?;
                (
                    i128::from(sum.minor),
                    i128::from(goal.minor) * i128::from(*among),
                )
            }
            _ => return None,
        };
        Some(match better {
            Better::More => ours >= theirs,
            Better::Less => ours <= theirs,
        })
    }
}

fn sum_in(sums: &[Money], like: Money) -> i64 {
    let same = sums.iter().find(|sum| sum.currency == like.currency);
    same.map_or(0, |sum| sum.minor)
}

/// Returns a fraction of hundredths as people write it, halves rounded up: `1.01`.
pub fn decimal(part: i128, whole: i128) -> String {
    if whole <= 0 {
        return String::new();
    }
    let minus = if part < 0 { "-" } else { "" };
    let hundredths = (part.abs() * 200 + whole) / (whole * 2);
    format!("{minus}{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Returns a rate as people write it: `1.00%`.
pub fn percent(part: i128, whole: i128) -> String {
    format!("{}%", decimal(part * 100, whole))
}

/// Returns how long something took: `0:42`, `1:05:00`.
pub fn time(millis: i64) -> String {
    let seconds = millis / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// Returns a mean of whole numbers, halves rounded up.
fn mean(sum: i128, weight: i128) -> i64 {
    let weight = weight.max(1);
    let mean = (sum * 2 + weight).div_euclid(weight * 2);
    i64::try_from(mean).unwrap_or(i64::MAX)
}

/// Returns a mean of milliseconds to the next second.
fn mean_time(sum: i128, weight: i128) -> String {
    time(mean(sum, weight.max(1) * 1_000).saturating_mul(1_000))
}

/// Returns a value as it is held beside what a sheet says: of times that took long that is their
/// mean, as in the sheet, and not what half of them did not exceed.
pub fn like_sheet(value: &Value) -> Option<String> {
    match value {
        Value::Time(times) if times.count > 0 => {
            Some(mean_time(times.sum, i128::from(times.count)))
        }
        value => value.text(),
    }
}

/// Returns by how much one value is more than another of its kind: `+117`, `-0.53%`, `+0:04`.
pub fn gap(one: &Value, other: &Value) -> Option<String> {
    let rate = |value: &Value| match value {
        Value::Rate { part, whole } => Some((i128::from(*part), i128::from(*whole))),
        Value::MeanRate { sum, weight } => Some((*sum, weight * WHOLE)),
        _ => None,
    };
    let span = |value: &Value| match value {
        Value::Time(times) => Some((times.sum, i128::from(times.count))),
        Value::MeanTime { sum, weight } => Some((*sum, *weight)),
        _ => None,
    };
    let signed = |is_less: bool, text: String| {
        let sign = if is_less { '-' } else { '+' };
        format!("{sign}{text}")
    };
    if let (Value::Count(one), Value::Count(other)) = (one, other) {
        return Some(signed(one < other, one.abs_diff(*other).to_string()));
    }
    if let (Value::Sums(ones), Value::Sums(others)) = (one, other) {
        let gaps = ones.iter().map(|sum| {
            let minor = sum.minor.saturating_sub(sum_in(others, *sum));
            let minor_abs = minor.saturating_abs();
            signed(
                minor < 0,
                Money {
                    minor: minor_abs,
                    ..*sum
                }
                .to_string(),
            )
        });
        return Some(gaps.collect::<Vec<_>>().join(" "));
    }
    let apart = |(part, whole): (i128, i128), (part_of, whole_of): (i128, i128)| {
        let top = part.checked_mul(whole_of)? - part_of.checked_mul(whole)?;
        let below = whole.checked_mul(whole_of).filter(|below| *below > 0)?;
        Some((top, below))
    };
    if let (Some(one), Some(other)) = (rate(one), rate(other)) {
        let (top, below) = apart(one, other)?;
        return Some(signed(top < 0, percent(top.abs(), below)));
    }
    let (top, below) = apart(span(one)?, span(other)?)?;
    Some(signed(top < 0, mean_time(top.abs(), below)))
}

/// Returns an average amount, halves rounded up.
pub fn average(sum: Money, among: u64) -> Money {
    let among = i128::from(among.max(1));
    let minor = (i128::from(sum.minor) * 2 + among).div_euclid(among * 2);
    Money {
        minor: i64::try_from(minor).unwrap_or(i64::MAX),
        ..sum
    }
}

/// What keeps a value from being read as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caveat {
    /// Its true value stands in the platform's sheet; here is only what was recorded.
    Recorded,
    /// The target is the whole shop's for a month, and this is less.
    ShopMonth,
    /// The sources count it over a month, and this is another period.
    OtherPeriod,
}

impl Caveat {
    /// Returns the id of its words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Recorded => "figures-caveat-recorded",
            Self::ShopMonth => "figures-caveat-shop_month",
            Self::OtherPeriod => "figures-caveat-other_period",
        }
    }
}

/// What the platform's sheet says of a figure over a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetReading {
    /// What its rows come to.
    pub value: Value,
    /// The days of the period of which there are sheets of all of the day, of every account.
    pub days: u64,
    /// The days of the period that are over, or of which there is a sheet.
    pub of: u64,
    /// Rows that do not say it, or not how many asked.
    pub left_out: u64,
    /// What the sheet itself says of the whole shop.
    pub shop: Option<Value>,
    /// What the records of this shop say of the same days, where they say anything, and by how
    /// much the sheet says more.
    pub own: Option<(String, Option<String>)>,
}

impl SheetReading {
    /// Returns whether no day that is over lacks its sheet.
    pub fn is_whole(&self) -> bool {
        self.days >= self.of
    }

    /// Returns whether nothing that could still be told would change it: it can be held against a
    /// target.
    pub fn is_final(&self) -> bool {
        self.is_whole() && self.left_out == 0
    }
}

/// A figure over a period with what it is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it comes to.
    pub value: Value,
    /// Where that stands; none where no fact says.
    pub source: Option<Source>,
    /// What the platform's sheet says, where it says anything.
    pub sheet: Option<SheetReading>,
    /// What it is held against.
    pub goal: Option<Goal>,
    /// Whether it reaches that; none where nothing can be said.
    pub passes: Option<bool>,
    /// How many of its items are still open: it is provisional.
    pub open: u64,
    /// Whether counting stopped at a limit.
    pub more: bool,
    /// Beside a share of those content: how many said anything at all.
    pub among_rated: Option<(u64, u64)>,
    /// What keeps it from being read as it stands.
    pub caveats: Vec<Caveat>,
}

impl Reading {
    /// Returns whether the platform's sheet says it.
    pub fn is_of_sheet(&self) -> bool {
        self.source == Some(Source::Sheet)
    }

    /// Returns whether its true value stands in the platform's sheet.
    pub fn is_recorded_only(&self) -> bool {
        self.caveats.contains(&Caveat::Recorded)
    }

    /// Returns the value as people read it, with `+` where counting stopped; none where there is
    /// nothing, or no fact says.
    pub fn text(&self) -> Option<String> {
        let text = self.value.text()?;
        Some(if self.more { format!("{text}+") } else { text })
    }
}

impl Value {
    /// Returns a mean of times in whole seconds; none of anything else, and of none.
    pub fn seconds(&self) -> Option<i64> {
        match self {
            Self::MeanTime { sum, weight } if *weight > 0 => Some(mean(*sum, weight * 1_000)),
            _ => None,
        }
    }

    /// Returns it as people read it; none where there is nothing, or no fact says.
    pub fn text(&self) -> Option<String> {
        if self.is_nothing() {
            return None;
        }
        let joined = |sums: Vec<String>| sums.join(" ");
        Some(match self {
            Value::Count(count) => count.to_string(),
            Value::Rate { part, whole } => percent(i128::from(*part), i128::from(*whole)),
            Value::Sums(sums) if sums.is_empty() => "0".to_owned(),
            Value::Sums(sums) => joined(sums.iter().map(ToString::to_string).collect()),
            Value::Averages(sums) => {
                let each = sums.iter().map(|(sum, among)| average(*sum, *among));
                joined(each.map(|sum| sum.to_string()).collect())
            }
            Value::Time(times) => time(times.median),
            Value::MeanRate { sum, weight } => percent(*sum, weight * WHOLE),
            Value::MeanTime { sum, weight } => mean_time(*sum, *weight),
            Value::PerHour(count, millis) => {
                decimal(i128::from(*count) * 3_600_000, i128::from(*millis))
            }
            Value::OfGoal(sums, goal) => {
                let goal = (*goal)?;
                percent(i128::from(sum_in(sums, goal)), i128::from(goal.minor))
            }
            Value::Unknown => return None,
        })
    }
}
