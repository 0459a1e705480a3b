//! What figures count: one light item for each record of a stretch of time, read once in portions
//! by the store's windows, of which every figure, period and person is then counted without
//! another look at the store.

mod read;
mod sales;
mod sheet;

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;

use super::declared::{Figure, Measure, Source};
use super::period::{Days, Period, Span};
use super::scores::{RowKind, ScoreRow};
use super::targets::{Goal, Targets};
use super::value::{Caveat, Reading, SheetReading, Times, Value};
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::register::Owner;

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A conversation that no advertiser began.
    Talk,
    /// An order.
    Order,
    /// A complaint.
    Complaint,
    /// A case in which money goes back.
    Refund,
    /// Goods that cannot be sold.
    StockOut,
    /// A review.
    Review,
    /// Somebody's day at work.
    Presence,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 7] = [
        Self::Talk,
        Self::Order,
        Self::Complaint,
        Self::Refund,
        Self::StockOut,
        Self::Review,
        Self::Presence,
    ];

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What is true of an item.
pub mod flag {
    /// Work on it is not over.
    pub const OPEN: u32 = 1;
    /// What was said in it is here.
    pub const WORDS: u32 = 1 << 1;
    /// A person answered.
    pub const REPLIED: u32 = 1 << 2;
    /// A person answered by when it was due.
    pub const ON_TIME: u32 = 1 << 3;
    /// Work on it is over.
    pub const CLOSED: u32 = 1 << 4;
    /// Whether the buyer accepted was asked.
    pub const ASKED: u32 = 1 << 5;
    /// The buyer accepted.
    pub const ACCEPTED: u32 = 1 << 6;
    /// It was opened again within seven days.
    pub const REOPENED: u32 = 1 << 7;
    /// The buyer asks before an order.
    pub const ENQUIRY: u32 = 1 << 8;
    /// The buyer placed an order by the end of the next day.
    pub const ORDERED: u32 = 1 << 9;
    /// It repeats another.
    pub const REPEAT: u32 = 1 << 10;
    /// The buyer said how content they are.
    pub const RATED: u32 = 1 << 11;
    /// The buyer is content.
    pub const CONTENT: u32 = 1 << 12;
    /// It is paid.
    pub const PAID: u32 = 1 << 13;
    /// A talk led to it.
    pub const SOLD: u32 = 1 << 14;
    /// It comes from another province.
    pub const CROSS: u32 = 1 << 15;
    /// A key account brings it.
    pub const KEY: u32 = 1 << 16;
    /// It is good.
    pub const GOOD: u32 = 1 << 17;
    /// When the buyer first spoke is known.
    pub const TIMED: u32 = 1 << 18;
}

/// Items of some kinds of which some things are true and others are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Set {
    kinds: u8,
    with: u32,
    without: u32,
}

impl Set {
    /// Returns all items of a kind.
    pub const fn of(kind: Kind) -> Self {
        Self {
            kinds: kind.bit(),
            with: 0,
            without: 0,
        }
    }

    /// Returns these and those of another kind.
    #[must_use]
    pub const fn and(self, kind: Kind) -> Self {
        Self {
            kinds: self.kinds | kind.bit(),
            ..self
        }
    }

    /// Returns those of which all this is true.
    #[must_use]
    pub const fn with(self, flags: u32) -> Self {
        Self {
            with: self.with | flags,
            ..self
        }
    }

    /// Returns those of which none of this is true.
    #[must_use]
    pub const fn without(self, flags: u32) -> Self {
        Self {
            without: self.without | flags,
            ..self
        }
    }

    fn has(self, item: &Item) -> bool {
        self.kinds & item.kind.bit() != 0
            && item.flags & self.with == self.with
            && item.flags & self.without == 0
    }
}

/// Who a buyer is, as far as it can be told apart.
pub type Buyer = [u8; 16];

/// A record as figures count it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The record.
    pub id: Id,
    /// What it is.
    pub kind: Kind,
    /// When it was received, milliseconds UTC.
    pub at: i64,
    /// Who answered for it first; of an order whose talk led to it.
    pub by: Option<Id>,
    /// What is true of it.
    pub flags: u32,
    /// Whose it is.
    pub buyer: Buyer,
    /// Its money.
    pub amount: Option<Money>,
    /// How long it took, milliseconds.
    pub took: i64,
}

/// Whose figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// The whole shop's.
    Shop,
    /// A group's.
    Group(BTreeSet<Id>),
    /// One person's.
    Person(Id),
}

impl Whose {
    fn has(&self, item: &Item) -> bool {
        match self {
            Self::Shop => true,
            Self::Group(people) => item.by.is_some_and(|by| people.contains(&by)),
            Self::Person(person) => item.by == Some(*person),
        }
    }
}

/// The items of a stretch of time.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Of each kind, by when they were received: a figure looks at no others.
    items: [Vec<Item>; Kind::ALL.len()],
    /// The rows of the platform's sheets, by day.
    scores: Vec<ScoreRow>,
    /// Of which days those are.
    sheets: sheet::SheetDays,
    /// Where not all of those were read: the first day of which any was.
    scores_from: Option<NaiveDate>,
    /// From when to when was read, milliseconds UTC.
    stretch: (i64, i64),
    /// Of kinds of which not all was read: from when on it was, milliseconds UTC.
    cuts: Vec<(Kind, i64)>,
    /// The shop's days.
    pub days: Days,
    /// What figures are held against.
    pub targets: Targets,
    /// When it was read, milliseconds UTC.
    pub read_at: i64,
}

impl Facts {
    /// Lays items by kind and time; what was only read to find what led to what is left out.
    fn laid(all: Vec<Item>, (from, to): (i64, i64)) -> [Vec<Item>; Kind::ALL.len()] {
        let mut items: [Vec<Item>; Kind::ALL.len()] = Default::default();
        for item in all {
            if (from..to).contains(&item.at) {
                items[item.kind as usize].push(item);
            }
        }
        for items in &mut items {
            items.sort_by_key(|item| item.at);
        }
        items
    }

    /// Returns whether all of these periods was read.
    pub fn cover(&self, periods: &[Period]) -> bool {
        let (from, to) = self.stretch;
        periods
            .iter()
            .all(|period| from <= period.from && period.to <= to)
    }

    /// Returns the items of a set in a period.
    pub fn items<'a>(
        &'a self,
        set: Set,
        whose: &'a Whose,
        period: &'a Period,
    ) -> impl Iterator<Item = &'a Item> {
        let kinds = Kind::ALL.into_iter().zip(&self.items);
        let of_set = kinds.filter(move |(kind, _)| set.kinds & kind.bit() != 0);
        let within = of_set.flat_map(|(_, items)| {
            let from = items.partition_point(|item| item.at < period.from);
            let to = items.partition_point(|item| item.at < period.to);
            &items[from..to.max(from)]
        });
        within.filter(move |item| set.has(item) && whose.has(item))
    }

    /// Returns a figure of these people in a period.
    pub fn reading(&self, figure: &Figure, whose: &Whose, period: &Period) -> Reading {
        let own = self.value(&figure.measure, whose, period, std::slice::from_ref(period));
        let sheet = figure
            .sheet
            .and_then(|of| self.sheet_reading(of, &figure.measure, whose, period));
        let is_told = own != Value::Unknown && !own.is_nothing();
        let is_own_first = figure.source == Source::Own && is_told;
        match sheet {
            Some(sheet) if !is_own_first => self.of_sheet(figure, sheet, whose, period),
            sheet => self.of_own(figure, (own, sheet), whose, period),
        }
    }

    /// A figure whose value the records of this shop say.
    fn of_own(
        &self,
        figure: &Figure,
        (value, sheet): (Value, Option<SheetReading>),
        whose: &Whose,
        period: &Period,
    ) -> Reading {
        let goal = self.targets.of(figure, period);
        let more = self.is_cut(&figure.measure, period);
        let caveats = caveats(figure, goal, whose, period);
        let is_held = !caveats
            .iter()
            .any(|caveat| matches!(caveat, Caveat::Recorded | Caveat::ShopMonth));
        Reading {
            // Of a part nothing is said.
            passes: goal
                .filter(|_| is_held && !more)
                .and_then(|goal| value.reaches(goal, figure.better)),
            among_rated: self.among_rated(&figure.measure, whose, period),
            open: self.open(&figure.measure, whose, period),
            source: (value != Value::Unknown).then_some(Source::Own),
            sheet,
            value,
            goal,
            more,
            caveats,
        }
    }

    /// Returns whether a figure has a place on the screen: complaints from another province have
    /// none where nobody marks any.
    pub fn is_shown(&self, figure: &Figure, whose: &Whose, periods: &[Period]) -> bool {
        let is_rare = figure.id == "xregion_complaint_satisfaction";
        let whole = figure.measure.whole().filter(|_| is_rare);
        whole.is_none_or(|whole| {
            let mut periods = periods.iter();
            periods.any(|period| self.items(whole, whose, period).next().is_some())
        })
    }

    /// Returns how many talks began in each hour of a period, by the hour of the clock; the days of a
    /// longer period lie on each other.
    pub fn by_hour(&self, whose: &Whose, period: &Period) -> [u64; 24] {
        let mut hours = [0; 24];
        let talks = Set::of(Kind::Talk);
        for item in self.items(talks, whose, period) {
            hours[self.days.hour(item.at)] += 1;
        }
        hours
    }

    /// Returns who of these people did anything that counts in a period.
    pub fn active(&self, people: &[Id], period: &Period) -> Vec<Id> {
        let did: HashSet<Id> = self
            .items
            .iter()
            .flatten()
            .filter(|item| period.has(item.at))
            .filter_map(|item| item.by)
            .chain(
                self.scores_of(RowKind::Agent, period)
                    .filter_map(|row| row.by),
            )
            .collect();
        people
            .iter()
            .copied()
            .filter(|id| did.contains(id))
            .collect()
    }

    /// What items of a period come to, as far as they lie in some parts of it.
    fn value(&self, measure: &Measure, whose: &Whose, period: &Period, parts: &[Period]) -> Value {
        let items = |set: Set| {
            let parts = parts.iter();
            parts.flat_map(move |part| self.items(set, whose, part))
        };
        let count = |set: Set| items(set).count() as u64;
        match *measure {
            Measure::Count(set) => Value::Count(count(set)),
            Measure::Rate {
                part,
                whole,
                told_by,
                marked,
            } => {
                let of = count(whole);
                let is_told = told_by == 0 || of == 0 || count(whole.with(told_by)) > 0;
                let is_told = is_told && !(marked && of == 0);
                if is_told {
                    Value::Rate {
                        part: count(part),
                        whole: of,
                    }
                } else {
                    Value::Unknown
                }
            }
            Measure::Buyers { part, whole } => {
                let buyers = |set: Set| items(set).map(|item| item.buyer).collect::<HashSet<_>>();
                Value::Rate {
                    part: buyers(part).len() as u64,
                    whole: buyers(whole).len() as u64,
                }
            }
            Measure::Sum(set) => Value::Sums(sums(items(set))),
            Measure::PerBuyer(set) => {
                let each = sums(items(set)).into_iter().map(|sum| {
                    let paying = items(set).filter(|item| {
                        let currency = item.amount.map(|amount| amount.currency);
                        currency == Some(sum.currency)
                    });
                    let buyers: HashSet<Buyer> = paying.map(|item| item.buyer).collect();
                    (sum, buyers.len() as u64)
                });
                Value::Averages(each.collect())
            }
            Measure::Time(set, held) => {
                let times = items(set).map(|item| item.took).collect();
                Value::Time(Times::of(times, count(set.with(flag::ON_TIME)), held))
            }
            Measure::PerHour(set) => {
                let there = items(Set::of(Kind::Presence)).map(|item| item.took);
                Value::PerHour(count(set), there.fold(0, i64::saturating_add))
            }
            Measure::OfSales(set) => {
                let aim = self.targets.sales(period, &self.days);
                Value::OfGoal(
                    sums(items(set)),
                    // The aim is the shop's.
                    aim.filter(|_| *whose == Whose::Shop),
                )
            }
            Measure::Unknown => Value::Unknown,
        }
    }

    fn open(&self, measure: &Measure, whose: &Whose, period: &Period) -> u64 {
        let Some(whole) = measure.whole() else {
            return 0;
        };
        let mut kinds = whole;
        // What is left out because it is not over yet is open too.
        kinds.with = flag::OPEN | whole.with & (flag::CROSS | flag::KEY);
        kinds.without = 0;
        self.items(kinds, whose, period).count() as u64
    }

    fn among_rated(&self, measure: &Measure, whose: &Whose, period: &Period) -> Option<(u64, u64)> {
        let Measure::Rate {
            part,
            whole,
            told_by: flag::RATED,
            ..
        } = *measure
        else {
            return None;
        };
        let count = |set: Set| self.items(set, whose, period).count() as u64;
        Some((count(part), count(whole.with(flag::RATED))))
    }

    fn is_cut(&self, measure: &Measure, period: &Period) -> bool {
        let sets = [measure.part(), measure.whole()];
        let kinds = sets
            .iter()
            .flatten()
            .fold(0, |kinds, set| kinds | set.kinds);
        let linked = matches!(measure, Measure::Buyers { .. });
        let mut cuts = self.cuts.iter();
        cuts.any(|(kind, from)| {
            let counts = kinds & kind.bit() != 0 || linked && *kind == Kind::Order;
            counts && period.from < *from
        })
    }
}

/// What keeps a figure of these people in a period from being read as it stands.
fn caveats(figure: &Figure, goal: Option<Goal>, whose: &Whose, period: &Period) -> Vec<Caveat> {
    let is_month = period.span == Span::Month;
    let is_of_shop_month = is_month && *whose == Whose::Shop;
    // Shares and averages are the same of a part; how many and how much are not.
    let adds_up = matches!(figure.measure, Measure::Count(_) | Measure::Sum(_));
    // An aim in money has its part for each day.
    let is_of_month = figure.target.is_some()
        && !matches!(figure.measure, Measure::OfSales(_) | Measure::Unknown);
    let all = [
        (
            Caveat::Recorded,
            figure.source == Source::Sheet && figure.measure != Measure::Unknown,
        ),
        (
            Caveat::ShopMonth,
            adds_up && goal.is_some() && !is_of_shop_month,
        ),
        (Caveat::OtherPeriod, is_of_month && !is_month),
    ];
    let holds = all.into_iter().filter(|(_, holds)| *holds);
    holds.map(|(caveat, _)| caveat).collect()
}

fn sums<'a>(items: impl Iterator<Item = &'a Item>) -> Vec<Money> {
    crate::desk::board::money::added(items.filter_map(|item| item.amount))
}

fn person(owner: Option<Owner>) -> Option<Id> {
    match owner {
        Some(Owner::Person(id)) => Some(id),
        _ => None,
    }
}
