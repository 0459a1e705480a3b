//! Queries over rows of records, spelled as SQL here and, for what people type, in `rows`.

use rusqlite::types::Value as Sql;

use crate::domain::id::Id;
use crate::domain::register::{Owner, Post, Step};
use crate::domain::registers;

use super::project::step_word;
use super::rows::COLUMNS;
use super::{late, read, search, words};
use crate::text::fold::fold;

/// The records in which the index knows such words; their terms follow.
const FOUND: &str = "SELECT e.record FROM search f JOIN search_row s ON s.row = f.rowid JOIN event e ON e.key = s.key WHERE f.search MATCH";
/// Where counts over closed work stop.
pub(super) const COUNT_CAP: i64 = 1_000;
/// From how many signs on the end of an order's number leaves few.
const ORDER_END: usize = 4;
/// The longest page.
const PAGE_MAX: usize = 10_000;

/// Which owners a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnerFilter {
    /// Any of these persons and posts.
    Any(Vec<Owner>),
    /// Nobody.
    None,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The nearest deadline first, those without one last.
    #[default]
    Due,
    /// The newest first.
    Opened,
    /// What waits longest first.
    Since,
}

/// What waits for a person: whose step it is decides, whoever the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mine {
    /// The person.
    pub person: Id,
    /// The person's posts, whose unowned work waits for them too.
    pub posts: Vec<Post>,
    /// Whether the person may approve.
    pub approves: bool,
}

/// The place behind which a page begins: the last row of the page before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub(super) key: i64,
    pub(super) no: i64,
}

/// Which records, in which order, how many.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// Only these registers; all where empty.
    pub registers: Vec<&'static str>,
    /// Only work that is not over.
    pub open_only: bool,
    /// Only work that is over.
    pub closed_only: bool,
    /// Only registers whose open records are work.
    pub work_only: bool,
    /// Only these owners.
    pub owner: Option<OwnerFilter>,
    /// Only what waits for this person.
    pub mine: Option<Mine>,
    /// Only what no person owns.
    pub no_person: bool,
    /// Only what waits for us or for a step of this person.
    pub waits_for: Option<Mine>,
    /// Only what a post works on while nobody owns it.
    pub post: Option<Post>,
    /// Only what waits for this step.
    pub step: Option<Step>,
    /// Only where the next step is ours, or is not.
    pub ours: Option<bool>,
    /// Only these states; all where empty.
    pub states: Vec<String>,
    /// Only what is due before this time, milliseconds UTC.
    pub due_before: Option<i64>,
    /// Only what is due at or after this time.
    pub due_from: Option<i64>,
    /// Only what began at or after this time.
    pub opened_from: Option<i64>,
    /// Only what began before this time.
    pub opened_before: Option<i64>,
    /// Only what was closed at or after this time.
    pub closed_from: Option<i64>,
    /// Only what was closed before this time.
    pub closed_before: Option<i64>,
    /// Only this record.
    pub id: Option<Id>,
    /// Only where each of these paths has a value: a field's name, of a map with row and cell.
    pub has: Vec<String>,
    /// Only where none of these paths has a value.
    pub lacks: Vec<String>,
    /// Only what was not taken back.
    pub not_void: bool,
    /// Only where indexed fields of the one register have these values, as shown.
    pub fields: Vec<(&'static str, String)>,
    /// Only this customer's.
    pub customer: Option<Id>,
    /// Only this order's.
    pub order_id: Option<Id>,
    /// Only where the title contains this.
    pub title_contains: Option<String>,
    /// No less than where each of these was written or said, as far as the index knows; whether
    /// a row holds the words is for [`super::Store::says`].
    pub says: Vec<String>,
    /// Ends of orders' numbers, as [`Query::narrow_to_order`] writes them.
    pub order_ends: Vec<String>,
    /// Whether words or a field's value leave so few that these are read and put in order, and no
    /// list is walked through for them.
    pub is_few: bool,
    /// Only what is not out of sight at this time.
    pub not_snoozed_at: Option<i64>,
    /// Only what is out of sight at this time.
    pub snoozed_at: Option<i64>,
    /// Only what takes part in an open contradiction.
    pub contradicted: bool,
    /// The order.
    pub order: Order,
    /// Only what comes behind this.
    pub after: Option<Cursor>,
    /// The most rows, at most 10,000; none means 50.
    pub limit: Option<usize>,
}

/// How many records there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The number, at most the cap.
    pub n: u64,
    /// Whether counting stopped there, so that a `+` belongs behind it.
    pub capped: bool,
}

/// A condition in the making, with its arguments.
#[derive(Default)]
pub(super) struct Built {
    terms: Vec<String>,
    pub(super) args: Vec<Sql>,
}

impl Built {
    pub(super) fn arg(&mut self, value: impl Into<Sql>) -> String {
        self.args.push(value.into());
        format!("?{}", self.args.len())
    }

    fn term(&mut self, text: impl Into<String>) {
        self.terms.push(text.into());
    }

    fn compare(&mut self, column: &str, sign: &str, value: impl Into<Sql>) {
        let arg = self.arg(value);
        self.term(format!("{column} {sign} {arg}"));
    }

    fn any_of(&mut self, column: &str, values: Vec<String>) -> String {
        let args: Vec<String> = values.into_iter().map(|value| self.arg(value)).collect();
        if args.len() == 1 {
            format!("{column} = {}", args[0])
        } else {
            format!("{column} IN ({})", args.join(", "))
        }
    }

    pub(super) fn condition(&self) -> String {
        if self.terms.is_empty() {
            "1".to_owned()
        } else {
            self.terms.join(" AND ")
        }
    }
}

/// Returns a statement of the records with a number that ends so, by its word from the end.
fn ending_so(built: &mut Built, word: &str) -> String {
    let last = built.arg(format!("{word}\u{10ffff}"));
    let first = built.arg(word.to_owned());
    let end = built.arg(word.chars().rev().collect::<String>());
    let (ends, numbers) = (built.arg(words::ENDS), built.arg(words::NUMBERS));
    let long_way = late::ends_so(&numbers, &end);
    format!(
        "SELECT w.no FROM word w WHERE w.slot = {ends} AND w.word >= {first} AND w.word < {last}
         UNION ALL SELECT w.no FROM (SELECT 1 FROM late_words LIMIT 1) CROSS JOIN word w WHERE {long_way}"
    )
}

/// Returns a statement of the records that may say some words, and its argument; none where
/// the words have nothing to search by.
pub(super) fn found_by(words: &str) -> Option<(String, String)> {
    let wanted = search::match_of(&fold(words))?;
    Some((format!("{FOUND} ?1 UNION {}", behind()), wanted))
}

/// The records of events that the index has not reached.
fn behind() -> String {
    let bits = read::SEQ_BITS;
    format!(
        "SELECT e.record FROM stream t JOIN event e ON e.key > (t.no << {bits} | t.indexed) AND e.key <= (t.no << {bits} | t.seq) WHERE t.indexed < t.seq"
    )
}

/// The numbers of the records of which a statement gives the ids.
fn numbers_of(ids: &str) -> String {
    format!("SELECT n.no FROM record_no n WHERE n.id IN ({ids})")
}

/// Spells a field's path for the database.
fn json_path(path: &str) -> String {
    let parts = path.split('/');
    parts.fold("$".to_owned(), |path, part| {
        format!("{path}.\"{}\"", part.replace('"', ""))
    })
}

pub(super) fn blob(id: Id) -> Sql {
    Sql::Blob(id.0.to_vec())
}

impl Cursor {
    /// Returns what the row has by which the list is ordered: of a list by the time at which each
    /// began, that time, milliseconds UTC.
    pub fn key(self) -> i64 {
        self.key
    }
}

impl Query {
    /// Narrows to no less than what is about an order whose number ends so. A short end leaves
    /// everything: it would name too many. A masked number ends in nothing.
    pub fn narrow_to_order(&mut self, end: &str) {
        let word = words::end_word(end);
        if word.chars().count() >= ORDER_END {
            self.order_ends.push(word);
            self.is_few = true;
        }
    }

    pub(super) fn build(&self) -> Built {
        let mut built = Built::default();
        self.terms_of_kind(&mut built);
        self.terms_of_people(&mut built);
        self.terms_of_time(&mut built);
        self.terms_of_content(&mut built);
        built
    }

    fn terms_of_kind(&self, built: &mut Built) {
        if self.open_only || self.mine.is_some() {
            built.term("r.closed IS NULL");
        }
        if self.closed_only {
            built.term("r.closed IS NOT NULL");
        }
        if self.work_only || self.mine.is_some() {
            built.term("r.work = 1");
        }
        if !self.registers.is_empty() {
            let names = self
                .registers
                .iter()
                .map(|name| (*name).to_owned())
                .collect();
            // With the sign no index is walked for it.
            let column = if self.is_few {
                "+r.register"
            } else {
                "r.register"
            };
            let term = built.any_of(column, names);
            built.term(term);
        }
        if !self.states.is_empty() {
            let term = built.any_of("r.state", self.states.clone());
            built.term(term);
        }
    }

    fn terms_of_people(&self, built: &mut Built) {
        match &self.owner {
            Some(OwnerFilter::Any(owners)) => {
                let term = built.any_of("r.owner", owners.iter().map(Owner::spelling).collect());
                built.term(term);
            }
            Some(OwnerFilter::None) => built.term("r.owner IS NULL"),
            None => {}
        }
        if let Some(mine) = &self.mine {
            let term = mine.term(built);
            built.term(term);
        }
        if self.no_person {
            let term = unassigned(built);
            built.term(term);
        }
        if let Some(mine) = &self.waits_for {
            let term = mine.waits(built);
            built.term(term);
        }
        if let Some(post) = self.post {
            built.compare("r.post", "=", post.word().to_owned());
        }
        if let Some(step) = &self.step {
            built.compare("r.step", "=", step_word(step));
        }
        if let Some(ours) = self.ours {
            built.compare("r.ours", "=", i64::from(ours));
        }
    }

    fn terms_of_time(&self, built: &mut Built) {
        let bounds = [
            ("r.rank", "<", self.due_before),
            ("r.rank", ">=", self.due_from),
            ("r.opened", ">=", self.opened_from),
            ("r.opened", "<", self.opened_before),
            ("r.closed", ">=", self.closed_from),
            ("r.closed", "<", self.closed_before),
            ("r.snoozed", ">", self.snoozed_at),
        ];
        for (column, sign, value) in bounds {
            if let Some(value) = value {
                built.compare(column, sign, value);
            }
        }
        if let Some(now) = self.not_snoozed_at {
            let arg = built.arg(now);
            built.term(format!("(r.snoozed IS NULL OR r.snoozed <= {arg})"));
        }
    }

    /// Returns where the value of a field stands; without exactly one register the field names
    /// nothing, and nothing is found.
    fn place_of(&self, field: &str, value: &str) -> Option<words::Place> {
        let [register] = self.registers.as_slice() else {
            return None;
        };
        let register = registers::by_name(register)?;
        Some(words::Place::of(register, register.field(field)?, value))
    }

    fn terms_of_content(&self, built: &mut Built) {
        for (field, value) in &self.fields {
            let Some(place) = self.place_of(field, value) else {
                built.term("0");
                continue;
            };
            let (slot, word) = (built.arg(place.slot), built.arg(place.word));
            built.term(format!(
                "r.no IN (SELECT w.no FROM word w WHERE w.slot = {slot} AND w.word = {word})"
            ));
            if place.is_shared {
                let (path, value) = (built.arg(json_path(field)), built.arg(value.clone()));
                built.term(format!("r.fields ->> {path} = {value}"));
            }
        }
        if let Some(id) = self.id {
            let id = built.arg(blob(id));
            built.term(format!(
                "r.no = (SELECT n.no FROM record_no n WHERE n.id = {id})"
            ));
        }
        for (paths, is_there) in [(&self.has, "IS NOT NULL"), (&self.lacks, "IS NULL")] {
            for path in paths {
                let path = built.arg(json_path(path));
                built.term(format!("json_type(r.fields, {path}) {is_there}"));
            }
        }
        if self.not_void {
            built.term("r.void = 0");
        }
        if let Some(customer) = self.customer {
            built.compare("r.customer", "=", blob(customer));
        }
        if let Some(order) = self.order_id {
            built.compare("r.order_id", "=", blob(order));
        }
        if let Some(part) = &self.title_contains {
            let escaped = part
                .replace('\\', "\\\\")
                .replace('%', "\\%")
                .replace('_', "\\_");
            let arg = built.arg(format!("%{escaped}%"));
            built.term(format!("r.title LIKE {arg} ESCAPE '\\'"));
        }
        if self.contradicted {
            let disputed = "SELECT c.record FROM contradiction_of c WHERE c.closed = 0";
            built.term(format!("r.no IN ({})", numbers_of(disputed)));
        }
        for word in &self.order_ends {
            let ends = ending_so(built, word);
            built.term(format!(
                "r.no IN ({ends} UNION SELECT l.no FROM record l WHERE l.order_id IN (SELECT o.id FROM record o WHERE o.no IN ({ends})))"
            ));
        }
        for said in &self.says {
            // What has nothing to search by narrows nothing.
            if let Some(wanted) = search::match_of(&fold(said)) {
                let found = numbers_of(&format!("{FOUND} {}", built.arg(wanted)));
                let behind = numbers_of(&behind());
                built.term(format!("(r.no IN ({found}) OR r.no IN ({behind}))"));
            }
        }
    }

    fn order_of(&self) -> (&'static str, &'static str, &'static str) {
        match self.order {
            Order::Due => ("r.rank", ">", "ASC"),
            Order::Opened => ("r.opened", "<", "DESC"),
            Order::Since => ("r.since", ">", "ASC"),
        }
    }

    /// Returns the statement of a page and its arguments.
    pub(super) fn page(&self) -> (String, Vec<Sql>) {
        let mut built = self.build();
        let (column, sign, direction) = self.order_of();
        if let Some(after) = self.after {
            let (key, no) = (built.arg(after.key), built.arg(after.no));
            built.term(format!("({column}, r.no) {sign} ({key}, {no})"));
        }
        let walked = if self.is_few { "+" } else { "" };
        let limit = built.arg(self.limit.unwrap_or(50).min(PAGE_MAX) as i64);
        let condition = built.condition();
        let sql = format!(
            "SELECT {COLUMNS} FROM record r WHERE {condition} ORDER BY {walked}{column} {direction}, r.no {direction} LIMIT {limit}"
        );
        (sql, built.args)
    }

    /// Returns the statement that says whether there is any, and its arguments.
    pub(super) fn existing(&self) -> (String, Vec<Sql>) {
        let built = self.build();
        let condition = built.condition();
        let sql = format!("SELECT EXISTS(SELECT 1 FROM record r WHERE {condition})");
        (sql, built.args)
    }

    /// Open work is small and counted to its end.
    pub(super) fn counts_all(&self) -> bool {
        self.open_only || self.mine.is_some()
    }

    pub(super) fn counting(&self, to_the_end: bool) -> (String, Vec<Sql>) {
        let built = self.build();
        let condition = built.condition();
        let sql = if to_the_end {
            format!("SELECT count(*) FROM record r WHERE {condition}")
        } else {
            format!(
                "SELECT count(*) FROM (SELECT 1 FROM record r WHERE {condition} LIMIT {})",
                COUNT_CAP + 1
            )
        };
        (sql, built.args)
    }
}

impl Mine {
    /// Mine, or unowned work of my posts, or a step of it waits for me (ux 8.1).
    fn term(&self, built: &mut Built) -> String {
        let person = built.arg(self.person.to_string());
        let posts: Vec<String> = self
            .posts
            .iter()
            .map(|post| post.word().to_owned())
            .collect();
        let mut owns = vec![format!("r.owner = {person}")];
        if !posts.is_empty() {
            owns.push(built.any_of("r.owner", posts.clone()));
            let unowned = built.any_of("r.post", posts);
            owns.push(format!("(r.owner IS NULL AND {unowned})"));
        }
        let step = self.step(built);
        format!("({} OR {step})", owns.join(" OR "))
    }

    /// A step of it waits for me.
    fn step(&self, built: &mut Built) -> String {
        let mut steps = vec![step_word(&Step::Person(self.person))];
        let posts = self.posts.iter();
        steps.extend(posts.map(|post| step_word(&Step::Acknowledge(*post))));
        if self.approves {
            steps.push(step_word(&Step::Approve));
        }
        built.any_of("r.step", steps)
    }

    /// The next step is ours, or a step of it waits for me.
    pub(super) fn waits(&self, built: &mut Built) -> String {
        let step = self.step(built);
        format!("(r.ours = 1 OR {step})")
    }
}

/// Nobody's, or a post's.
pub(super) fn unassigned(built: &mut Built) -> String {
    let posts = Post::ALL.iter().map(|post| post.word().to_owned());
    let posts = built.any_of("r.owner", posts.collect());
    format!("(r.owner IS NULL OR {posts})")
}
