//! Which platform's table a file is: profiles are data, in `assets/profiles`.
//!
//! A profile names a platform, a kind, and for each cell the headers under which
//! files carry it. Headers are compared folded (NFKC, small, without spaces) and
//! never by position. The types of cells belong to the cells and not to the
//! profile: [`Target`].

use std::collections::HashMap;

use serde::Deserialize;

use super::fold_name;
use super::sniff::Kind;
use crate::domain::registers::performance;
use crate::problem::{Kind as ProblemKind, Problem};

const BUILT_IN: [&str; 5] = [
    include_str!("../../../assets/profiles/taobao.toml"),
    include_str!("../../../assets/profiles/douyin.toml"),
    include_str!("../../../assets/profiles/pdd.toml"),
    include_str!("../../../assets/profiles/shopify.toml"),
    include_str!("../../../assets/profiles/generic.toml"),
];

/// How the text of a cell is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// As received.
    Text,
    /// A number of which ids are derived or that other systems know: cleaned.
    Number,
    /// An amount.
    Money,
    /// A time.
    Time,
    /// A time that may lie in the future, and so says nothing of the export's age.
    Deadline,
    /// A whole number.
    Integer,
    /// How many: a whole number that is not below nought.
    Count,
    /// A share, in hundredths of a percent.
    Share,
    /// How long something took, in milliseconds.
    Span,
    /// One of the platform's status texts.
    Status,
}

/// A cell that files can carry: `(name, type)`.
pub type Target = (&'static str, Type);

const ORDER: &[Target] = &[
    ("number", Type::Number),
    ("account", Type::Text),
    ("platform", Type::Text),
    ("buyer", Type::Text),
    ("buyer_id", Type::Text),
    ("platform_state", Type::Status),
    // Two statuses of one order, of which the platform's state is made.
    ("state/payment", Type::Status),
    ("state/shipping", Type::Status),
    ("paid", Type::Money),
    ("payable", Type::Money),
    ("freight", Type::Money),
    ("discount", Type::Money),
    ("currency", Type::Text),
    ("buyer_message", Type::Text),
    ("seller_memo", Type::Text),
    ("flag", Type::Status),
    ("receiver", Type::Text),
    ("phone", Type::Text),
    ("address", Type::Text),
    ("placed_at", Type::Time),
    ("paid_at", Type::Time),
    ("shipped_at", Type::Time),
    ("ship_due_at", Type::Deadline),
    ("closed_at", Type::Time),
    ("closed_reason", Type::Text),
    ("carrier", Type::Text),
    ("waybill", Type::Number),
    ("invoice_title", Type::Text),
    ("refunded", Type::Money),
    ("item_count", Type::Integer),
    ("title", Type::Text),
    ("lines/sub", Type::Number),
    ("lines/title", Type::Text),
    ("lines/sku", Type::Text),
    ("lines/variant", Type::Text),
    ("lines/quantity", Type::Integer),
    ("lines/price", Type::Money),
    ("lines/paid", Type::Money),
    ("lines/refund_state", Type::Status),
    ("lines/refunded", Type::Money),
    ("lines/state", Type::Status),
];

const CASE: &[Target] = &[
    ("refund_number", Type::Number),
    ("order_number", Type::Number),
    ("sub_order", Type::Number),
    ("account", Type::Text),
    ("currency", Type::Text),
    ("kind", Type::Status),
    ("platform_state", Type::Status),
    ("platform_amount", Type::Money),
    ("reason", Type::Status),
    ("goods_state", Type::Status),
    ("applied_at", Type::Time),
    ("platform_due_at", Type::Deadline),
    ("finished_at", Type::Time),
    ("return_waybill", Type::Number),
    ("return_carrier", Type::Text),
    ("need_return", Type::Status),
    ("cs_involved", Type::Text),
];

const PARCEL: &[Target] = &[
    ("waybill", Type::Number),
    ("carrier", Type::Text),
    ("account", Type::Text),
    ("order_number", Type::Number),
    ("platform_state", Type::Status),
    ("last_scan_at", Type::Time),
    ("last_scan_text", Type::Text),
];

const REVIEW: &[Target] = &[
    ("review_id", Type::Number),
    ("order_number", Type::Number),
    ("account", Type::Text),
    ("level", Type::Status),
    ("stars", Type::Integer),
    ("posted_at", Type::Time),
    ("text", Type::Text),
    ("buyer", Type::Text),
];

const REPLY: &[Target] = &[
    ("code", Type::Text),
    ("title", Type::Text),
    ("topic", Type::Text),
    ("text", Type::Text),
    ("language", Type::Text),
    ("stage", Type::Text),
    ("scene", Type::Text),
    ("valid_until", Type::Deadline),
];

const SCORES: &[Target] = &[
    ("nick", Type::Text),
    ("account", Type::Text),
    ("currency", Type::Text),
    ("asked", Type::Count),
    ("paid", Type::Count),
    ("conversion", Type::Share),
    ("first_response", Type::Span),
    ("average_response", Type::Span),
    ("satisfaction", Type::Share),
    ("replied", Type::Share),
    ("sales", Type::Money),
    ("refunded", Type::Money),
];

/// The cells that a kind of file can carry.
#[must_use]
pub const fn targets(kind: Kind) -> &'static [Target] {
    match kind {
        Kind::Orders | Kind::Items => ORDER,
        Kind::Refunds => CASE,
        Kind::Parcels => PARCEL,
        Kind::Reviews => REVIEW,
        Kind::Replies => REPLY,
        Kind::Scores => SCORES,
        Kind::Conversations => &[],
    }
}

/// The cell that holds the natural number of a kind's records.
#[must_use]
pub const fn number_cell(kind: Kind) -> &'static str {
    match kind {
        Kind::Refunds => "refund_number",
        Kind::Parcels => "waybill",
        Kind::Reviews => "review_id",
        Kind::Replies => "text",
        Kind::Scores => "nick",
        Kind::Orders | Kind::Items | Kind::Conversations => "number",
    }
}

/// What one line of the table stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lines {
    /// A record.
    #[default]
    Record,
    /// A line of an order; order cells stand on each.
    Item,
    /// A line of an order; order cells stand on the first line only.
    First,
}

/// The table of one kind as one platform writes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name, for `--profile` and reports.
    pub name: String,
    /// What the table holds.
    #[serde(deserialize_with = "kind")]
    pub kind: Kind,
    /// Currency of amounts where no column says so; empty: there must be one.
    #[serde(default)]
    pub currency: String,
    /// What one line stands for.
    #[serde(default)]
    pub lines: Lines,
    /// The file's name holds the time of the export.
    #[serde(default)]
    pub time_in_name: bool,
    /// Headers (each a list of spellings) that must be there.
    #[serde(default)]
    pub signs: Vec<Vec<String>>,
    /// Headers of each cell, the better one first.
    pub columns: HashMap<String, Vec<String>>,
    /// Order cells that are the sum of a cell over the order's lines.
    #[serde(default)]
    pub sums: HashMap<String, String>,
    /// States in which what was payable is paid, where no column says what was paid.
    #[serde(default)]
    pub paid_when: Vec<String>,
    /// Our words for the texts of a status cell.
    #[serde(default)]
    pub states: HashMap<String, HashMap<String, Vec<String>>>,
    /// Names of rows that are no record like the others, by what they sum up.
    #[serde(default)]
    pub summaries: HashMap<String, Vec<String>>,
    /// Texts that stand for an empty cell, beside the empty one.
    #[serde(default)]
    pub empty: HashMap<String, Vec<String>>,
    /// The platform; none for the generic profiles.
    #[serde(skip)]
    pub platform: Option<String>,
}

fn kind<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Kind, D::Error> {
    let word = String::deserialize(from)?;
    Kind::from_word(&word).ok_or_else(|| serde::de::Error::custom(format!("no kind {word}")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    platform: Option<String>,
    profile: Vec<Profile>,
}

/// A column of a file that a profile reads: cell, type, places of its headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name of the cell.
    pub cell: &'static str,
    /// How it is read.
    pub kind: Type,
    /// Columns of the file that may hold it, the better one first.
    pub places: Vec<usize>,
}

/// All profiles.
#[derive(Clone, Debug)]
pub struct Profiles {
    list: Vec<Profile>,
}

impl Profiles {
    /// The profiles that come with the program.
    pub fn built_in() -> Result<Self, Problem> {
        let mut profiles = Self { list: Vec::new() };
        for text in BUILT_IN {
            profiles.add(text)?;
        }
        Ok(profiles)
    }

    /// Adds a file of profiles; those with a known name take its place.
    pub fn add(&mut self, text: &str) -> Result<(), Problem> {
        let bad = |cause: String| {
            Problem::new(ProblemKind::Unreadable, "problem-import-profile-file").arg("cause", cause)
        };
        let file: File = toml::from_str(text).map_err(|err| bad(err.to_string()))?;
        for mut profile in file.profile {
            let known = targets(profile.kind);
            let unknown = profile
                .columns
                .keys()
                .find(|name| known.iter().all(|(cell, _)| cell != name));
            if let Some(name) = unknown {
                return Err(bad(format!("{}: {name}", profile.name)));
            }
            let rows = performance::ROWS.values;
            let mut summaries = profile.summaries.keys();
            if let Some(name) = summaries.find(|name| !rows.contains(&name.as_str())) {
                return Err(bad(format!("{}: {name}", profile.name)));
            }
            profile.platform.clone_from(&file.platform);
            self.list.retain(|other| other.name != profile.name);
            self.list.push(profile);
        }
        Ok(())
    }

    /// The names of all profiles.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|profile| profile.name.as_str())
    }

    /// The profile of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Profile> {
        self.list.iter().find(|profile| profile.name == name)
    }

    /// The profile that reads most of these headers, and how many: a platform's
    /// own one before a generic one, of equal ones the first.
    #[must_use]
    pub fn best(&self, headers: &[String], kind: Option<Kind>) -> Option<(&Profile, usize)> {
        let mut best: Option<(&Profile, (bool, usize))> = None;
        for profile in &self.list {
            if kind.is_some_and(|kind| kind != profile.kind && !same_register(kind, profile.kind)) {
                continue;
            }
            let Some(count) = profile.fits(headers) else {
                continue;
            };
            let rank = (profile.platform.is_some(), count);
            if best.is_none_or(|(_, before)| before < rank) {
                best = Some((profile, rank));
            }
        }
        best.map(|(profile, (_, count))| (profile, count))
    }
}

/// Order tables and item tables fill the same register: one asks for either.
fn same_register(one: Kind, other: Kind) -> bool {
    one.register() == other.register()
}

impl Profile {
    /// How many cells of these folded headers it reads; `None` where a sign or
    /// the number's column is missing.
    #[must_use]
    pub fn fits(&self, headers: &[String]) -> Option<usize> {
        let there = |names: &Vec<String>| {
            names
                .iter()
                .any(|name| headers.iter().any(|header| *header == fold_name(name)))
        };
        let number = self.columns.get(number_cell(self.kind))?;
        if !there(number) || !self.signs.iter().all(there) {
            return None;
        }
        let count = self.columns.values().filter(|names| there(names)).count();
        (count >= 2).then_some(count)
    }

    /// The columns that it reads of these folded headers.
    #[must_use]
    pub fn columns(&self, headers: &[String]) -> Vec<Column> {
        let mut found = Vec::new();
        for (cell, kind) in targets(self.kind) {
            let Some(names) = self.columns.get(*cell) else {
                continue;
            };
            let places: Vec<usize> = names
                .iter()
                .map(|name| fold_name(name))
                .flat_map(|name| {
                    let same = headers.iter().enumerate();
                    same.filter(move |(_, header)| **header == name)
                        .map(|(at, _)| at)
                        .collect::<Vec<_>>()
                })
                .collect();
            if !places.is_empty() {
                found.push(Column {
                    cell,
                    kind: *kind,
                    places,
                });
            }
        }
        found
    }

    /// Our word for a status text of this cell; `None` where it is not listed.
    #[must_use]
    pub fn state(&self, cell: &str, text: &str) -> Option<&str> {
        let folded = fold_name(text);
        self.states.get(cell)?.iter().find_map(|(word, texts)| {
            texts
                .iter()
                .any(|known| fold_name(known) == folded)
                .then_some(word.as_str())
        })
    }

    /// What a row of this name sums up; `None` where it is one like the others.
    #[must_use]
    pub fn summary(&self, name: &str) -> Option<&str> {
        if self.summaries.is_empty() {
            return None;
        }
        let folded = fold_name(name);
        self.summaries.iter().find_map(|(word, names)| {
            let mut names = names.iter();
            names
                .any(|known| fold_name(known) == folded)
                .then_some(word.as_str())
        })
    }

    /// Says whether the text stands for an empty cell.
    #[must_use]
    pub fn is_empty(&self, cell: &str, text: &str) -> bool {
        if text.is_empty() || matches!(text, "-" | "--" | "—") {
            return true;
        }
        self.empty
            .get(cell)
            .is_some_and(|texts| texts.iter().any(|known| known == text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_profiles_are_whole() {
        let profiles = Profiles::built_in().unwrap();
        let names: Vec<&str> = profiles.names().collect();
        for name in [
            "taobao-orders",
            "taobao-items",
            "taobao-refunds",
            "taobao-replies",
            "taobao-performance",
            "douyin-orders",
            "pdd-orders",
            "shopify-orders",
            "generic-orders",
            "generic-refunds",
            "generic-parcels",
            "generic-reviews",
            "generic-replies",
        ] {
            assert!(names.contains(&name), "{name}");
        }
        for profile in &profiles.list {
            for cell in profile.states.keys() {
                assert!(
                    targets(profile.kind).contains(&(cell.as_str(), Type::Status)),
                    "{} {cell}",
                    profile.name
                );
            }
            for (cell, words) in &profile.states {
                for (word, texts) in words {
                    for text in texts {
                        assert_eq!(profile.state(cell, text), Some(word.as_str()), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn status_words_are_those_of_the_registers() {
        use crate::domain::registers::{case, order, parcel, review, words};
        for profile in &Profiles::built_in().unwrap().list {
            for (cell, states) in &profile.states {
                let known = match (profile.kind.register(), cell.as_str()) {
                    ("order", "platform_state" | "lines/state") => order::PLATFORM_STATES.values,
                    ("order", "lines/refund_state") => order::REFUND_STATES.values,
                    ("order", "flag") => words::FLAG.values,
                    ("case", "platform_state") => case::PLATFORM_STATES.values,
                    ("case", "kind") => case::KINDS.values,
                    ("case", "goods_state") => case::GOODS_STATES.values,
                    ("case", "reason") => case::REASONS.values,
                    ("parcel", "platform_state") => parcel::PLATFORM_STATES.values,
                    ("review", "level") => review::LEVELS.values,
                    // Statuses of which another is made, and yes or no.
                    (_, "state/payment" | "state/shipping" | "need_return") => continue,
                    other => panic!("{other:?}"),
                };
                for word in states.keys() {
                    assert!(
                        known.contains(&word.as_str()),
                        "{} {cell} {word}",
                        profile.name
                    );
                }
            }
        }
    }

    #[test]
    fn summaries_are_those_of_the_register() {
        use crate::domain::registers::performance::{AGENT, ROWS};
        let profiles = Profiles::built_in().unwrap();
        let sheet = profiles.named("taobao-performance").unwrap();
        assert_eq!(sheet.summaries.len(), ROWS.values.len() - 1);
        for word in sheet.summaries.keys() {
            assert!(
                *word != AGENT && ROWS.values.contains(&word.as_str()),
                "{word}"
            );
        }
        assert_eq!(sheet.summary(" 全店平均值"), Some("shop_mean"));
        assert_eq!(sheet.summary("平均值"), Some("mean"));
        assert_eq!(sheet.summary("青禾家居旗舰店:林晓"), None);
    }

    #[test]
    fn a_shops_own_profile_takes_the_place() {
        let mut profiles = Profiles::built_in().unwrap();
        profiles
            .add("[[profile]]\nname='mine'\nkind='orders'\n[profile.columns]\nnumber=['单']\ntitle=['货']\n")
            .unwrap();
        let headers = ["单".to_owned(), "货".to_owned()];
        assert_eq!(profiles.best(&headers, None).unwrap().0.name, "mine");
        assert!(
            profiles
                .add("[[profile]]\nname='x'\nkind='orders'\n[profile.columns]\nnumbr=['单']\n")
                .is_err()
        );
        assert!(profiles.add("x").is_err());
    }
}
