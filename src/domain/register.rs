//! Registers: what a declaration says, from which list, form, search, import and export
//! follow.

use super::deadline::limits::{Limits, Rule};
use super::field::{FieldSpec, Kind};
use super::id::Id;
use super::lifecycle::Lifecycle;
use super::record::Record;

/// A post of the shop: whose kind of work an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Post {
    /// Before the order.
    PreSales,
    /// Between order and receipt.
    InSales,
    /// After receipt.
    AfterSales,
    /// What belongs to no other post.
    General,
    /// Printing, packing, shipping.
    Printing,
}

impl Post {
    /// All posts.
    pub const ALL: [Post; 5] = [
        Self::PreSales,
        Self::InSales,
        Self::AfterSales,
        Self::General,
        Self::Printing,
    ];

    /// Returns the word that travels.
    pub fn word(self) -> &'static str {
        match self {
            Self::PreSales => "pre_sales",
            Self::InSales => "in_sales",
            Self::AfterSales => "after_sales",
            Self::General => "general",
            Self::Printing => "printing",
        }
    }

    /// Returns the post of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|post| post.word() == word)
    }

    /// Returns whether who has it talks with buyers, and so stands in the marketplace's sheet.
    pub fn chats(self) -> bool {
        self != Self::Printing
    }
}

/// Who answers for a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A person, by the id of the person's record.
    Person(Id),
    /// Whoever of a post takes it.
    Post(Post),
}

impl Owner {
    /// Returns the owner that a body or a column spells.
    pub fn parse(text: &str) -> Option<Self> {
        Post::of(text)
            .map(Self::Post)
            .or_else(|| text.parse().ok().map(Self::Person))
    }

    /// Returns the spelling in bodies and columns: the person's id or the post's word.
    pub fn spelling(&self) -> String {
        match self {
            Self::Person(id) => id.to_string(),
            Self::Post(post) => post.word().to_owned(),
        }
    }
}

/// In [`Register::subject`]: what the buyer said last, pictures and cards left aside.
pub const LAST_WORDS: &str = "*last_words";

/// Whose copies of a record carry its bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everybody of the shop.
    All,
    /// The posts that work on it.
    Post,
    /// The team of its owner.
    Team,
    /// Its owner.
    Own,
    /// Supervisors and managers.
    Supervisors,
}

/// Where a deadline comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The marketplace says so, by an export.
    Platform,
    /// A rule of the shop.
    Rule,
    /// A person set it.
    Manual,
    /// The owner's own word to the buyer.
    Own,
}

impl Source {
    /// Returns the word in machine-readable output and the end of the message id.
    pub fn word(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Rule => "rule",
            Self::Manual => "manual",
            Self::Own => "own",
        }
    }
}

/// A point in time by which something must be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Milliseconds UTC.
    pub at: i64,
    /// Who says so.
    pub source: Source,
    /// By which limit of the shop, where it is one of those.
    pub limit: Option<Rule>,
}

impl Due {
    /// Returns a deadline that no limit of the shop gives.
    pub fn new(at: i64, source: Source) -> Self {
        Self {
            at,
            source,
            limit: None,
        }
    }
}

/// Whose step an open record waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// Whether the next step is ours and not the buyer's, the platform's or a colleague's.
    pub ours: bool,
    /// The post whose work it is while nobody owns it.
    pub post: Post,
    /// A further post that must act now whoever owns the record: approval, acknowledgement.
    pub step: Option<Step>,
    /// The moment since which it waits, in milliseconds UTC.
    pub since: i64,
}

/// A step that waits for somebody other than the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A post acknowledges (printing).
    Acknowledge(Post),
    /// Somebody with the right approves.
    Approve,
    /// A named person takes over a handover line or answers a mention.
    Person(Id),
}

/// A contradiction across records that a watch found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind: the end of its message id.
    pub kind: &'static str,
    /// The records that contradict each other, sorted.
    pub records: Vec<Id>,
    /// What the contradiction rests on, in canonical words; new evidence is a new finding.
    pub evidence: String,
}

/// A rule over all records that share a key.
#[derive(Debug)]
pub struct Watch {
    /// The name, unique over all registers; watches of one name share their keys.
    pub name: &'static str,
    /// The record's keys, where the rule looks at it.
    pub keys: fn(&Record) -> Vec<String>,
    /// A pure function of the key and all records with it, ordered by id.
    pub judge: fn(&str, &[&Record]) -> Vec<Finding>,
}

/// How a record of a register gets its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// From the outside's own number in this field, by the shop's secret.
    Derived(&'static str),
    /// UUID v7.
    Random,
}

/// A register's declaration.
#[derive(Debug)]
pub struct Register {
    /// The name that is hashed.
    pub name: &'static str,
    /// The letter of numbers for people (`R-LX-0231`); empty where records get none.
    pub letter: &'static str,
    /// The newest version of its bodies.
    pub version: u16,
    /// Whose copies carry its bodies.
    pub reach: Reach,
    /// How records get their ids.
    pub identity: Identity,
    /// The fields, in the order of the form.
    pub fields: &'static [FieldSpec],
    /// The states.
    pub lifecycle: &'static Lifecycle,
    /// The fields of which the first that is there names the record in lists.
    pub title: &'static [&'static str],
    /// The fields of which the first that is there tells in a line what it is about;
    /// [`LAST_WORDS`] among them stands for what the buyer said last.
    pub subject: &'static [&'static str],
    /// The columns of its list and export.
    pub columns: &'static [&'static str],
    /// Whether its open records are work that belongs in the list of what waits (待办).
    pub work: bool,
    /// The record's deadline.
    pub due: fn(&Record, &Limits) -> Option<Due>,
    /// Whose step an open record waits for.
    pub wait: fn(&Record) -> Wait,
    /// Rules across records.
    pub watches: &'static [Watch],
}

impl Register {
    /// Returns the choice that says which kind of its register a record is: a review's is its
    /// level, a parcel's its problem.
    pub fn kind_field(&self) -> Option<&'static FieldSpec> {
        ["kind", "level", "problem"]
            .iter()
            .filter_map(|name| self.field(name))
            .find(|field| matches!(field.kind, Kind::Choice(_)))
    }

    /// Returns the declaration of a field, common ones included, or of a map's cell by its path.
    pub fn field(&self, path: &str) -> Option<&'static FieldSpec> {
        let mut parts = path.splitn(3, '/');
        let name = parts.next()?;
        let field = self
            .fields
            .iter()
            .chain(super::registers::COMMON)
            .find(|field| field.name == name)?;
        match (field.kind, parts.next(), parts.next()) {
            (Kind::Map(cells), Some(_), Some(cell)) => {
                cells.iter().find(|field| field.name == cell)
            }
            (_, None, None) => Some(field),
            _ => None,
        }
    }
}

/// The deadline of a register that has none.
pub fn no_due(_: &Record, _: &Limits) -> Option<Due> {
    None
}

/// The wait of a register whose open records nobody waits for.
pub fn no_wait(record: &Record) -> Wait {
    Wait {
        ours: false,
        post: Post::General,
        step: None,
        since: record.opened,
    }
}
