//! A small language by which lists are narrowed: `stage:after owner:me due<4h tag:urgent 退款`.
//!
//! Every term must hold. A key and its values are named in any of the three languages; what is
//! asked is the same whoever reads it, and prints in one spelling.

mod asked;
mod checks;
mod complete;
mod names;
mod parse;
mod print;
#[cfg(test)]
mod tests;

pub(in crate::desk) use asked::Asked;
pub use complete::{Completion, complete};
pub use parse::{Fault, Wrong, parse};

/// What is asked of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// What must hold, all of it.
    pub terms: Vec<Term>,
}

impl Question {
    /// Returns whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Returns whether it says itself which states are looked at.
    pub fn names_a_state(&self) -> bool {
        self.terms.iter().any(|term| {
            matches!(
                term.what,
                What::Among(Key::State, _) | What::Beside(Key::Closed, ..)
            )
        })
    }
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Whether it must not hold.
    pub is_not: bool,
    /// What it says.
    pub what: What,
}

/// What a condition says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// These words were written or said in the record.
    Said(String),
    /// Something is one of these values.
    Among(Key, Vec<Value>),
    /// A time or an amount lies on a side of a measure.
    Beside(Key, Side, Measure),
}

/// A value that a condition names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// A word of a list that the program knows.
    Word(&'static str),
    /// A state of one register: its name, and the state's.
    State(&'static str, &'static str),
    /// What a person typed.
    Text(String),
}

/// On which side of a measure something lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `:`
    At,
}

/// What a time or an amount is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// So long from now, in minutes: ahead for a deadline, back for what was.
    Span(i64),
    /// A day; without a year the one that lies nearest, of what was the latest.
    Day {
        /// The year.
        year: Option<i32>,
        /// The month, from 1.
        month: u32,
        /// The day, from 1.
        day: u32,
    },
    /// The business day before this one.
    Yesterday,
    /// The business day.
    Today,
    /// The business day after this one.
    Tomorrow,
    /// There is none.
    Never,
    /// Yuan, in hundredths.
    Yuan(i64),
}

/// What kind of values a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum Sort {
    /// Words of a list.
    Listed,
    /// Words of a list, or the name of a person.
    People,
    /// Any text.
    Free,
    /// A time that is to come.
    Ahead,
    /// A time that was.
    Back,
    /// A sum of money.
    Sum,
}

macro_rules! keys {
    ($($(#[$doc:meta])* $key:ident $word:literal $sort:ident;)*) => {
        /// What a condition is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Key { $($(#[$doc])* $key),* }

        impl Key {
            /// All of them, in the order in which they are offered.
            pub const ALL: &'static [Key] = &[$(Key::$key),*];

            /// Returns its name, and the end of its message id.
            pub fn word(self) -> &'static str {
                match self { $(Self::$key => $word),* }
            }

            pub(in crate::desk) fn sort(self) -> Sort {
                match self { $(Self::$key => Sort::$sort),* }
            }
        }
    };
}

keys! {
    /// The state, or whether it is open at all.
    State "state" Listed;
    /// The post whose work it is.
    Stage "stage" Listed;
    /// Who answers for it.
    Owner "owner" People;
    /// How it stands: overdue, at risk, waiting for us, out of sight, contradicted.
    Is "is" Listed;
    /// When it is due.
    Due "due" Ahead;
    /// Since when it waits.
    Waiting "waiting" Back;
    /// When it began.
    Opened "opened" Back;
    /// When it was over.
    Closed "closed" Back;
    /// A tag.
    Tag "tag" Free;
    /// The register.
    Register "register" Listed;
    /// Which kind of its register it is.
    Kind "kind" Listed;
    /// The flag beside the seller's memo.
    Flag "flag" Listed;
    /// How the buyer reached us.
    Channel "channel" Listed;
    /// What the talk is about.
    Category "category" Listed;
    /// How the talk ended.
    Outcome "outcome" Listed;
    /// Who answered for it first.
    First "first" People;
    /// The buyer's name, or a part of it.
    Buyer "buyer" Free;
    /// The order's number, or its end.
    Order "order" Free;
    /// The account.
    Account "account" Free;
    /// The sum.
    Amount "amount" Sum;
}
