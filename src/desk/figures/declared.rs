//! Every figure, declared: what its numerator and its denominator count, its unit and the
//! target that the sources give (requirements 3.1, 3.2).

use super::facts::{Kind as Of, Set, flag};
use super::targets::Goal;
use super::value::Held;
use crate::domain::deadline::clock::HOUR;

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// No less than the target.
    More,
    /// No more than the target.
    Less,
}

/// Where the true value of a figure stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// In the records of this store.
    Own,
    /// In the platform's sheet of each person's talks: of talks only those are recorded here of
    /// which something is left to do, so that what counts them says how many are here and, as long
    /// as no sheet says it, reaches or misses no target.
    Sheet,
}

/// A number of a row of the platform's sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Score {
    /// How many buyers asked: what means are weighted by.
    Asked,
    /// How many of them paid.
    Paid,
    /// The share of those, in hundredths of a percent.
    Conversion,
    /// How long the first answer took, milliseconds.
    First,
    /// How long an answer took, milliseconds.
    Average,
    /// The share of content buyers, in hundredths of a percent.
    Content,
    /// The share of talks that were answered, in hundredths of a percent.
    Replied,
}

impl Score {
    /// How many there are.
    pub const COUNT: usize = 7;
}

/// An amount of a row of the platform's sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sum {
    /// What those who asked paid.
    Sales,
    /// What was refunded.
    Refunded,
}

impl Sum {
    /// How many there are.
    pub const COUNT: usize = 2;
}

/// What the platform's sheet says of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfSheet {
    /// How many asked.
    Asked,
    /// How many of those paid.
    Conversion,
    /// A share of those who asked.
    Share(Score),
    /// A time, on the average over those who asked.
    Span(Score),
    /// An amount.
    Sum(Sum),
}

impl OfSheet {
    /// Returns the kind of its unit.
    pub fn kind(self) -> Kind {
        match self {
            Self::Asked => Kind::Number,
            Self::Conversion | Self::Share(_) => Kind::Share,
            Self::Span(_) => Kind::Time,
            Self::Sum(_) => Kind::Money,
        }
    }
}

/// What a figure is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// How many.
    Count(Set),
    /// A share of items; without any item that has one of the flags no fact says.
    Rate {
        /// The numerator.
        part: Set,
        /// The denominator.
        whole: Set,
        /// Where none of the denominator has it, no fact says; 0 asks nothing.
        told_by: u32,
        /// Whether the denominator is what somebody marked: without any, no fact says.
        marked: bool,
    },
    /// A share of buyers, each counted once.
    Buyers {
        /// The numerator.
        part: Set,
        /// The denominator.
        whole: Set,
    },
    /// What items come to in money.
    Sum(Set),
    /// The same for each buyer.
    PerBuyer(Set),
    /// How long items took, and which of the times is held against the target.
    Time(Set, Held),
    /// Items in the hours that people were there.
    PerHour(Set),
    /// The money of items as a share of the shop's aim.
    OfSales(Set),
    /// No record of this shop says; what would bring it is `figure-lack-ID`.
    Unknown,
}

/// A kind of unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A percentage.
    Share,
    /// A plain number.
    Number,
    /// Money.
    Money,
    /// A time.
    Time,
    /// Nothing is known.
    Unknown,
}

impl Measure {
    /// Returns the kind of its unit.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Count(_) | Self::PerHour(_) => Kind::Number,
            Self::Rate { .. } | Self::Buyers { .. } | Self::OfSales(_) => Kind::Share,
            Self::Sum(_) | Self::PerBuyer(_) => Kind::Money,
            Self::Time(..) => Kind::Time,
            Self::Unknown => Kind::Unknown,
        }
    }

    /// Returns what it counts: of a share the denominator; none where no fact says.
    pub fn whole(&self) -> Option<Set> {
        match self {
            Self::Rate { whole, .. } | Self::Buyers { whole, .. } => Some(*whole),
            Self::Unknown => None,
            _ => self.part(),
        }
    }

    /// Returns what of it counts: of a share the numerator.
    pub fn part(&self) -> Option<Set> {
        match self {
            Self::Count(set)
            | Self::Sum(set)
            | Self::PerBuyer(set)
            | Self::Time(set, _)
            | Self::PerHour(set)
            | Self::OfSales(set) => Some(*set),
            Self::Rate { part, .. } | Self::Buyers { part, .. } => Some(*part),
            Self::Unknown => None,
        }
    }

    /// Returns whether it has a numerator beside its denominator.
    pub fn is_share(&self) -> bool {
        matches!(self, Self::Rate { .. } | Self::Buyers { .. })
    }
}

/// A figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// The id of requirements 3; `figure-ID` is its name, `figure-formula-ID` its formula.
    pub id: &'static str,
    /// What it is made of.
    pub measure: Measure,
    /// The target that the sources give.
    pub target: Option<Goal>,
    /// Which way is better.
    pub better: Better,
    /// Where its true value stands.
    pub source: Source,
    /// What the platform's sheet says of it, where it says anything.
    pub sheet: Option<OfSheet>,
}

impl Figure {
    const fn new(id: &'static str, measure: Measure) -> Self {
        Self {
            id,
            measure,
            target: None,
            better: Better::More,
            source: Source::Own,
            sheet: None,
        }
    }

    /// The platform's sheet says it too.
    const fn said_by(self, sheet: OfSheet) -> Self {
        Self {
            sheet: Some(sheet),
            ..self
        }
    }

    /// Returns the kind of its unit.
    pub fn kind(&self) -> Kind {
        let own = self.measure.kind();
        match self.sheet {
            Some(sheet) if own == Kind::Unknown => sheet.kind(),
            _ => own,
        }
    }

    /// Its true value stands in the platform's sheet.
    const fn of_sheet(self) -> Self {
        Self {
            source: Source::Sheet,
            ..self
        }
    }

    /// At least so many hundredths of a percent.
    const fn at_least(self, hundredths: i64) -> Self {
        Self {
            target: Some(Goal::Percent(hundredths)),
            ..self
        }
    }

    const fn at_most(self, goal: Goal) -> Self {
        Self {
            target: Some(goal),
            better: Better::Less,
            ..self
        }
    }

    const fn less_is_better(self) -> Self {
        Self {
            better: Better::Less,
            ..self
        }
    }
}

const fn rate(part: Set, whole: Set) -> Measure {
    Measure::Rate {
        part,
        whole,
        told_by: 0,
        marked: false,
    }
}

/// A share that only a customer's word tells.
const fn told(part: Set, whole: Set, told_by: u32) -> Measure {
    Measure::Rate {
        part,
        whole,
        told_by,
        marked: false,
    }
}

/// The same of what somebody marked.
const fn told_of_marked(part: Set, whole: Set, told_by: u32) -> Measure {
    Measure::Rate {
        part,
        whole,
        told_by,
        marked: true,
    }
}

const TALKS: Set = Set::of(Of::Talk);
/// Talks of which the words are here: of others nobody knows whether they were answered.
const HEARD: Set = TALKS.with(flag::WORDS);
const ENQUIRIES: Set = TALKS.with(flag::ENQUIRY);
const ENDED: Set = TALKS.with(flag::CLOSED);
const ORDERS: Set = Set::of(Of::Order);
const PAID: Set = ORDERS.with(flag::PAID);
const COMPLAINTS: Set = Set::of(Of::Complaint);
const ACROSS: Set = COMPLAINTS.with(flag::CROSS);
const KEY: Set = COMPLAINTS.with(flag::KEY);
const REFUNDS: Set = Set::of(Of::Refund);
const REVIEWS: Set = Set::of(Of::Review);
const RATED: Set = Set::of(Of::Talk).and(Of::Complaint).with(flag::RATED);

/// Every figure, in the order of the screen: the eight of the daily sheet first.
pub static FIGURES: &[Figure] = &[
    Figure::new("consult_volume", Measure::Count(TALKS))
        .of_sheet()
        .said_by(OfSheet::Asked),
    Figure::new("order_count", Measure::Count(ORDERS)),
    Figure::new(
        "consult_to_order",
        Measure::Buyers {
            part: ENQUIRIES.with(flag::ORDERED),
            whole: ENQUIRIES,
        },
    )
    .of_sheet()
    .said_by(OfSheet::Conversion),
    Figure::new("paid_rate", rate(PAID, ORDERS)),
    Figure::new("avg_order_value", Measure::PerBuyer(PAID)),
    Figure::new("stockout_count", Measure::Count(Set::of(Of::StockOut))).less_is_better(),
    Figure::new("refund_count", Measure::Count(REFUNDS)).less_is_better(),
    Figure::new("complaint_count", Measure::Count(COMPLAINTS)).less_is_better(),
    // With formula and target in the sources.
    Figure::new("connect_rate", Measure::Unknown).at_least(8_500),
    Figure::new("answer_rate", Measure::Unknown).at_least(8_500),
    Figure::new("consult_reply_rate", rate(HEARD.with(flag::REPLIED), HEARD))
        .at_least(10_000)
        .of_sheet()
        .said_by(OfSheet::Share(Score::Replied)),
    Figure::new(
        "consult_ontime_rate",
        rate(HEARD.with(flag::ON_TIME), HEARD),
    )
    .at_least(10_000)
    .of_sheet(),
    Figure::new(
        "complaint_reply_rate",
        rate(COMPLAINTS.with(flag::REPLIED), COMPLAINTS),
    )
    .at_least(10_000),
    Figure::new(
        "complaint_ontime_rate",
        rate(COMPLAINTS.with(flag::ON_TIME), COMPLAINTS),
    )
    .at_least(10_000),
    Figure::new(
        "complaint_answer_time",
        Measure::Time(COMPLAINTS.with(flag::REPLIED), Held::Most),
    )
    .at_most(Goal::Time(48 * HOUR)),
    Figure::new(
        "repeat_complaint_rate",
        rate(
            COMPLAINTS.with(flag::REPEAT),
            COMPLAINTS.without(flag::REPEAT),
        ),
    )
    .at_most(Goal::Percent(100)),
    Figure::new(
        "consult_satisfaction",
        told(TALKS.with(flag::CONTENT), TALKS, flag::RATED),
    )
    .at_least(9_000)
    .said_by(OfSheet::Share(Score::Content)),
    Figure::new(
        "complaint_satisfaction",
        told(COMPLAINTS.with(flag::CONTENT), COMPLAINTS, flag::RATED),
    ),
    Figure::new(
        "xregion_complaint_satisfaction",
        told(ACROSS.with(flag::CONTENT), ACROSS, flag::RATED),
    )
    .at_least(8_500),
    Figure::new(
        "keyacct_complaint_satisfaction",
        told_of_marked(KEY.with(flag::CONTENT), KEY, flag::RATED),
    )
    .at_least(9_500),
    // Named in the sources without formula or target.
    Figure::new("refund_rate", rate(REFUNDS, PAID)).less_is_better(),
    Figure::new("complaint_rate", rate(COMPLAINTS, PAID)).less_is_better(),
    Figure::new("response_rate", rate(HEARD.with(flag::REPLIED), HEARD))
        .of_sheet()
        .said_by(OfSheet::Share(Score::Replied)),
    Figure::new(
        "first_response",
        Measure::Time(HEARD.with(flag::REPLIED | flag::TIMED), Held::Median),
    )
    .less_is_better()
    .of_sheet()
    .said_by(OfSheet::Span(Score::First)),
    Figure::new("average_response", Measure::Unknown)
        .less_is_better()
        .of_sheet()
        .said_by(OfSheet::Span(Score::Average)),
    Figure::new(
        "resolution_rate",
        told(ENDED.with(flag::ACCEPTED), ENDED, flag::ASKED),
    )
    .of_sheet(),
    Figure::new(
        "first_contact_resolution",
        rate(ENDED.without(flag::REOPENED), ENDED),
    )
    .of_sheet(),
    Figure::new("service_efficiency", Measure::PerHour(ENDED)).of_sheet(),
    Figure::new(
        "survey_satisfaction",
        told(RATED.with(flag::CONTENT), RATED, flag::RATED),
    ),
    Figure::new("good_review_rate", rate(REVIEWS.with(flag::GOOD), REVIEWS)),
    Figure::new("agent_sales", Measure::Sum(PAID.with(flag::SOLD)))
        .of_sheet()
        .said_by(OfSheet::Sum(Sum::Sales)),
    Figure::new("agent_refunds", Measure::Unknown)
        .less_is_better()
        .of_sheet()
        .said_by(OfSheet::Sum(Sum::Refunded)),
    Figure::new("sales_target_done", Measure::OfSales(PAID)).at_least(10_000),
    Figure::new("team_work", Measure::Unknown),
    Figure::new("qc_coverage", Measure::Unknown).at_least(10_000),
];

/// The ids of the daily sheet's eight measures.
pub const SHEET: usize = 8;

/// Returns the figure of an id.
pub fn figure(id: &str) -> Option<&'static Figure> {
    FIGURES.iter().find(|figure| figure.id == id)
}
