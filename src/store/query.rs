//! Lists of records: pages by key, counts, and finding by what people type. The only place
//! that spells SQL over rows of records.

use rusqlite::types::Value as Sql;
use rusqlite::params_from_iter;

use crate::domain::id::Id;
use crate::domain::register::{Owner, Post, Step};

use super::error::Result;
use super::project::step_word;
use super::{Store, words};

/// Where counts over closed work stop.
const COUNT_CAP: i64 = 1_000;
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
    key: i64,
    no: i64,
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
    /// Only what began at or after this time.
    pub opened_from: Option<i64>,
    /// Only what began before this time.
    pub opened_before: Option<i64>,
    /// Only what was closed at or after this time.
    pub closed_from: Option<i64>,
    /// Only what was closed before this time.
    pub closed_before: Option<i64>,
    /// Only where indexed fields of the one register have these values, as shown.
    pub fields: Vec<(&'static str, String)>,
    /// Only this customer's.
    pub customer: Option<Id>,
    /// Only this order's.
    pub order_id: Option<Id>,
    /// Only where the title contains this.
    pub title_contains: Option<String>,
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

/// A record in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The local number.
    pub no: i64,
    /// The record.
    pub id: Id,
    /// The register's name.
    pub register: String,
    /// The state.
    pub state: String,
    /// Who answers for it.
    pub owner: Option<Owner>,
    /// Who answered for it first.
    pub first_owner: Option<Owner>,
    /// The deadline, milliseconds UTC.
    pub due: Option<i64>,
    /// Who says so: the word of [`crate::domain::register::Source`].
    pub due_source: Option<String>,
    /// When it began, milliseconds UTC.
    pub opened: i64,
    /// When work on it was over, or it was taken back.
    pub closed: Option<i64>,
    /// What names it, uncleaned.
    pub title: Option<String>,
    /// What it is about, uncleaned.
    pub subject: Option<String>,
    /// The customer.
    pub customer: Option<Id>,
    /// The order.
    pub order_id: Option<Id>,
    /// The order's number, as the record itself or the order's own row names it.
    pub order_number: Option<String>,
    /// The number for people.
    pub number: Option<String>,
    /// The field `amount` in minor units and its currency.
    pub amount: Option<(i64, String)>,
    /// Whether the next step is ours.
    pub ours: bool,
    /// The post whose work it is while nobody owns it.
    pub post: Option<Post>,
    /// A further step that waits: `approve`, `acknowledge:POST`, `person:ID`.
    pub step: Option<String>,
    /// Since when it waits, milliseconds UTC.
    pub since: i64,
    /// Until when it is out of sight.
    pub snoozed_until: Option<i64>,
    /// How many open contradictions it takes part in.
    pub conflicts: u32,
    /// Whether it was taken back.
    pub void: bool,
    /// The shown values.
    pub fields: serde_json::Value,
    rank: i64,
}

impl Row {
    /// Returns the place behind this row in an order.
    pub fn cursor(&self, order: Order) -> Cursor {
        let key = match order {
            Order::Due => self.rank,
            Order::Opened => self.opened,
            Order::Since => self.since,
        };
        Cursor { key, no: self.no }
    }
}

/// How many records there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The number, at most the cap.
    pub n: u64,
    /// Whether counting stopped there, so that a `+` belongs behind it.
    pub capped: bool,
}

const COLUMNS: &str = "r.no, r.id, r.register, r.state, r.owner, r.first_owner, r.due, r.due_source, r.opened, r.closed,
  r.title, r.subject, r.customer, r.order_id, coalesce(r.order_number, (SELECT o.order_number FROM record o WHERE o.id = r.order_id)),
  r.number, r.amount, r.currency, r.ours, r.post, r.step, r.since, r.snoozed,
  (SELECT count(*) FROM contradiction_of c WHERE c.record = r.id AND c.closed = 0), r.void, r.fields, r.rank";

fn row_at(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let owner = |column: usize| -> rusqlite::Result<Option<Owner>> {
        Ok(row.get::<_, Option<String>>(column)?.and_then(|text| Owner::parse(&text)))
    };
    let amount: Option<i64> = row.get(16)?;
    let currency: Option<String> = row.get(17)?;
    Ok(Row {
        no: row.get(0)?,
        id: Id(row.get(1)?),
        register: row.get(2)?,
        state: row.get(3)?,
        owner: owner(4)?,
        first_owner: owner(5)?,
        due: row.get(6)?,
        due_source: row.get(7)?,
        opened: row.get(8)?,
        closed: row.get(9)?,
        title: row.get(10)?,
        subject: row.get(11)?,
        customer: row.get::<_, Option<[u8; 16]>>(12)?.map(Id),
        order_id: row.get::<_, Option<[u8; 16]>>(13)?.map(Id),
        order_number: row.get(14)?,
        number: row.get(15)?,
        amount: amount.zip(currency),
        ours: row.get(18)?,
        post: Post::of(&row.get::<_, String>(19)?),
        step: row.get(20)?,
        since: row.get(21)?,
        snoozed_until: row.get(22)?,
        conflicts: row.get(23)?,
        void: row.get(24)?,
        fields: serde_json::from_str(row.get_ref(25)?.as_str()?).unwrap_or_default(),
        rank: row.get(26)?,
    })
}

/// A condition in the making, with its arguments.
#[derive(Default)]
struct Built {
    terms: Vec<String>,
    args: Vec<Sql>,
}

impl Built {
    fn arg(&mut self, value: impl Into<Sql>) -> String {
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
        if args.len() == 1 { format!("{column} = {}", args[0]) } else { format!("{column} IN ({})", args.join(", ")) }
    }

    fn condition(&self) -> String {
        if self.terms.is_empty() { "1".to_owned() } else { self.terms.join(" AND ") }
    }
}

fn blob(id: Id) -> Sql {
    Sql::Blob(id.0.to_vec())
}

impl Query {
    fn build(&self) -> Built {
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
            let names = self.registers.iter().map(|name| (*name).to_owned()).collect();
            let term = built.any_of("r.register", names);
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

    fn terms_of_content(&self, built: &mut Built) {
        for (field, value) in &self.fields {
            // Without exactly one register the field names nothing, and nothing is found.
            let slot = if let [register] = self.registers.as_slice() { words::slot(register, field) } else { 0 };
            let (slot, value) = (built.arg(slot), built.arg(value.clone()));
            built.term(format!("r.no IN (SELECT w.no FROM word w WHERE w.slot = {slot} AND w.word = {value})"));
        }
        if let Some(customer) = self.customer {
            built.compare("r.customer", "=", blob(customer));
        }
        if let Some(order) = self.order_id {
            built.compare("r.order_id", "=", blob(order));
        }
        if let Some(part) = &self.title_contains {
            let escaped = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let arg = built.arg(format!("%{escaped}%"));
            built.term(format!("r.title LIKE {arg} ESCAPE '\\'"));
        }
        if self.contradicted {
            built.term("r.id IN (SELECT c.record FROM contradiction_of c WHERE c.closed = 0)");
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
    fn page(&self) -> (String, Vec<Sql>) {
        let mut built = self.build();
        let (column, sign, direction) = self.order_of();
        if let Some(after) = self.after {
            let (key, no) = (built.arg(after.key), built.arg(after.no));
            built.term(format!("({column}, r.no) {sign} ({key}, {no})"));
        }
        let limit = built.arg(self.limit.unwrap_or(50).min(PAGE_MAX) as i64);
        let condition = built.condition();
        let sql = format!(
            "SELECT {COLUMNS} FROM record r WHERE {condition} ORDER BY {column} {direction}, r.no {direction} LIMIT {limit}"
        );
        (sql, built.args)
    }

    /// Open work is small and counted to its end.
    fn counts_all(&self) -> bool {
        self.open_only || self.mine.is_some()
    }

    fn counting(&self) -> (String, Vec<Sql>) {
        let built = self.build();
        let condition = built.condition();
        let sql = if self.counts_all() {
            format!("SELECT count(*) FROM record r WHERE {condition}")
        } else {
            format!("SELECT count(*) FROM (SELECT 1 FROM record r WHERE {condition} LIMIT {})", COUNT_CAP + 1)
        };
        (sql, built.args)
    }
}

impl Mine {
    /// Ours to do: mine, or unowned work of my posts; or a step that waits for me.
    fn term(&self, built: &mut Built) -> String {
        let person = built.arg(self.person.to_string());
        let posts: Vec<String> = self.posts.iter().map(|post| post.word().to_owned()).collect();
        let mut owns = vec![format!("r.owner = {person}")];
        let mut steps = vec![step_word(&Step::Person(self.person))];
        if !posts.is_empty() {
            owns.push(built.any_of("r.owner", posts.clone()));
            let unowned = built.any_of("r.post", posts);
            owns.push(format!("(r.owner IS NULL AND {unowned})"));
            steps.extend(self.posts.iter().map(|post| step_word(&Step::Acknowledge(*post))));
        }
        if self.approves {
            steps.push(step_word(&Step::Approve));
        }
        let step = built.any_of("r.step", steps);
        format!("((r.ours = 1 AND ({})) OR {step})", owns.join(" OR "))
    }
}

impl Store {
    /// Returns a page of records.
    pub fn rows(&self, query: &Query) -> Result<Vec<Row>> {
        let (sql, args) = query.page();
        self.rows_of(&sql, args)
    }

    /// Returns how many records a query has, without its page.
    pub fn count(&self, query: &Query) -> Result<Count> {
        let (sql, args) = query.counting();
        let n: i64 = self.conn.prepare_cached(&sql)?.query_row(params_from_iter(args), |row| row.get(0))?;
        let capped = !query.counts_all() && n > COUNT_CAP;
        Ok(Count { n: if capped { COUNT_CAP } else { n } as u64, capped })
    }

    /// Returns the rows of these records, in their order; those without a row are left out.
    pub fn rows_by_id(&self, ids: &[Id]) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for id in ids {
            rows.extend(self.row(*id)?);
        }
        Ok(rows)
    }

    /// Returns a record's row.
    pub fn row(&self, id: Id) -> Result<Option<Row>> {
        Ok(self.rows_of(&format!("SELECT {COLUMNS} FROM record r WHERE r.id = ?1"), vec![blob(id)])?.pop())
    }

    /// Finds records by what people type: an order number or waybill, its last four or more
    /// characters, a number for people, the end of a phone number, a name's beginning, or
    /// eight or more digits of a record's id. Exact numbers come first.
    pub fn find(&self, text: &str, limit: usize) -> Result<Vec<Row>> {
        let number = words::number_word(text);
        let mut tries = Vec::new();
        if !number.is_empty() && number.chars().any(|c| c.is_ascii_digit()) {
            tries.push((words::NUMBERS, number.clone()));
            if number.chars().count() >= 4 {
                tries.push((words::ENDS, words::end_word(text)));
            }
        }
        let name = words::name_word(text);
        if !name.is_empty() {
            tries.push((words::NAMES, name));
        }
        let mut rows: Vec<Row> = Vec::new();
        for (slot, word) in tries {
            let sql = format!(
                "SELECT {COLUMNS} FROM word w JOIN record r ON r.no = w.no
                 WHERE w.slot = ?1 AND w.word >= ?2 AND w.word < ?3 ORDER BY w.word, w.no DESC LIMIT ?4"
            );
            let end = format!("{word}\u{10ffff}");
            let args = vec![Sql::from(slot), Sql::from(word), Sql::from(end), Sql::from(limit as i64)];
            add_new(&mut rows, self.rows_of(&sql, args)?);
        }
        if let Some((from, to)) = id_range(text.trim()) {
            let sql = format!("SELECT {COLUMNS} FROM record r WHERE r.id >= ?1 AND r.id <= ?2 ORDER BY r.id LIMIT ?3");
            add_new(&mut rows, self.rows_of(&sql, vec![blob(from), blob(to), Sql::from(limit as i64)])?);
        }
        rows.truncate(limit);
        Ok(rows)
    }

    /// Returns the records that a name means exactly: a number for people, an outside number
    /// in full, or eight or more digits of a record's id. Several are ambiguous.
    pub fn named(&self, name: &str) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM word w JOIN record r ON r.no = w.no WHERE w.slot = ?1 AND w.word = ?2 ORDER BY w.no LIMIT 20"
        );
        let word = words::number_word(name);
        let mut rows = self.rows_of(&sql, vec![Sql::from(words::NUMBERS), Sql::from(word.clone())])?;
        // A record's own number goes before records that only quote it.
        let own = |row: &Row| {
            let is = |text: Option<&str>| text.is_some_and(|text| words::number_word(text) == word);
            is(row.number.as_deref()) || is(row.fields.get("number").and_then(serde_json::Value::as_str))
        };
        if rows.iter().any(own) {
            rows.retain(own);
        }
        if let Some((from, to)) = id_range(name.trim()) {
            let sql = format!("SELECT {COLUMNS} FROM record r WHERE r.id >= ?1 AND r.id <= ?2 ORDER BY r.id LIMIT 20");
            add_new(&mut rows, self.rows_of(&sql, vec![blob(from), blob(to)])?);
        }
        Ok(rows)
    }

    fn rows_of(&self, sql: &str, args: Vec<Sql>) -> Result<Vec<Row>> {
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map(params_from_iter(args), row_at)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn add_new(rows: &mut Vec<Row>, more: Vec<Row>) {
    for row in more {
        if rows.iter().all(|known| known.no != row.no) {
            rows.push(row);
        }
    }
}

/// Returns the first and last id that begin with eight or more hexadecimal digits.
fn id_range(text: &str) -> Option<(Id, Id)> {
    let digits = text.to_ascii_lowercase();
    if !(8..=32).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((format!("{digits:0<32}").parse().ok()?, format!("{digits:f<32}").parse().ok()?))
}

#[cfg(test)]
impl Query {
    pub(super) fn explained_page(&self) -> (String, Vec<Sql>) {
        self.page()
    }

    pub(super) fn explained_count(&self) -> (String, Vec<Sql>) {
        self.counting()
    }
}
