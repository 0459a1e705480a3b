//! How keys, values and units are named, in all languages at once: from the language files.

use std::sync::OnceLock;

use super::{Key, Measure, Value};
use crate::domain::field::{Enumeration, Kind};
use crate::domain::register::Post;
use crate::domain::registers::{self, conversation, words as lists};
use crate::i18n::{Language, Words};
use crate::text::fold::fold;

/// The sides of the language: what a state is that is no register's own.
pub(super) const OPEN: &str = "open";
/// See [`OPEN`].
pub(super) const CLOSED: &str = "closed";
/// See [`OPEN`].
pub(super) const ALL: &str = "all";
/// The person at the desk.
pub(super) const ME: &str = "me";
/// No person.
pub(super) const NOBODY: &str = "nobody";
/// How something stands.
pub(super) const STANDING: [&str; 5] = ["overdue", "at_risk", "ours", "snoozed", "conflict"];
/// The units of a span, each with its minutes.
pub(super) const UNITS: [(&str, i64); 3] = [("m", 1), ("h", 60), ("d", 24 * 60)];
/// Days by their names.
pub(super) const DAYS: [(&str, Measure); 4] = [
    ("yesterday", Measure::Yesterday),
    ("today", Measure::Today),
    ("tomorrow", Measure::Tomorrow),
    ("never", Measure::Never),
];

/// A name as it is compared: folded, without blanks and hyphens.
pub(super) fn plain(text: &str) -> String {
    let folded = fold(text);
    folded
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_'))
        .collect()
}

/// A name of something.
struct Name<T> {
    plain: String,
    shown: String,
    /// In which language it is the usual one; none of the spelling that all share, and of what
    /// a language calls it besides.
    language: Option<Language>,
    /// Whether a language calls it so besides.
    is_more: bool,
    means: T,
}

/// All names.
pub(super) struct Names {
    keys: Vec<Name<Key>>,
    values: Vec<Name<(Key, Value)>>,
    units: Vec<Name<i64>>,
    days: Vec<Name<Measure>>,
}

/// What a typed word was found to mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found<T> {
    /// These.
    Means(Vec<T>),
    /// Several things begin so: their names.
    Several(Vec<String>),
    /// Nothing; the nearest name, where there is one.
    Nothing(Option<String>),
}

impl Names {
    /// Returns the names, read when they are first asked for.
    pub(super) fn get() -> &'static Self {
        static NAMES: OnceLock<Names> = OnceLock::new();
        NAMES.get_or_init(Self::read)
    }

    fn read() -> Self {
        let mut names = Self {
            keys: Vec::new(),
            values: Vec::new(),
            units: Vec::new(),
            days: Vec::new(),
        };
        let tongues = Language::ALL.map(|language| (language, Words::new(language)));
        for key in Key::ALL {
            let id = format!("query-key-{}", key.word());
            add(&mut names.keys, key.word(), *key, &tongues, &id);
        }
        for (word, minutes) in UNITS {
            let id = format!("query-unit-{word}");
            add(&mut names.units, word, minutes, &tongues, &id);
        }
        for (word, day) in DAYS {
            let id = format!("query-day-{word}");
            add(&mut names.days, word, day, &tongues, &id);
        }
        for (key, word, id) in listed() {
            let means = (key, Value::Word(word));
            add(&mut names.values, word, means, &tongues, &id);
        }
        for register in registers::ALL {
            for state in register.lifecycle.states {
                let id = format!("state-{}-{}", register.name, state.name);
                let own = (Key::State, Value::State(register.name, state.name));
                let spelled = format!("{}.{}", register.name, state.name);
                add(&mut names.values, &spelled, own, &tongues, &id);
                let any = (Key::State, Value::Word(state.name));
                add(&mut names.values, state.name, any, &[], "");
            }
        }
        names
    }

    /// Returns what a word means as a key, else the nearest name, where there is one. The beginning
    /// of a key is none: a kept question must not change its meaning when there are more of them.
    pub(super) fn key(&self, text: &str) -> Result<Key, Option<String>> {
        let means = named(self.keys.iter(), text, |key| *key);
        let key = means.first().copied();
        key.ok_or_else(|| nearest(self.keys.iter(), text))
    }

    /// Returns what a word means as a value of a key.
    pub(super) fn value(&self, key: Key, text: &str) -> Found<Value> {
        let of_key = self.values.iter().filter(|name| name.means.0 == key);
        let found = look(of_key, text, |(_, value)| value.clone());
        // What is over in every register is also the label of a state of some.
        let of_all = |value: &Value| matches!(value, Value::Word(OPEN | CLOSED | ALL));
        match found {
            Found::Means(values) if values.iter().any(of_all) => {
                Found::Means(values.into_iter().filter(of_all).collect())
            }
            other => other,
        }
    }

    /// Returns the minutes of a unit.
    pub(super) fn unit(&self, text: &str) -> Option<i64> {
        let plain = plain(text);
        let unit = self.units.iter().find(|name| name.plain == plain);
        unit.map(|name| name.means)
    }

    /// Returns the day of a name.
    pub(super) fn day(&self, text: &str) -> Option<Measure> {
        let plain = plain(text);
        let day = self.days.iter().find(|name| name.plain == plain);
        day.map(|name| name.means)
    }

    /// Returns the usual names of all keys in a language.
    pub(super) fn keys_in(&self, language: Language) -> Vec<(Key, &str)> {
        usual(self.keys.iter(), language)
            .map(|name| (name.means, name.shown.as_str()))
            .collect()
    }

    /// Returns the usual names of a key's values in a language; where one would be read as another
    /// value, the spelling that all languages share.
    pub(super) fn values_in(&self, key: Key, language: Language) -> Vec<&str> {
        let of_key = self.values.iter().filter(|name| name.means.0 == key);
        let mut all: Vec<&str> = Vec::new();
        for name in usual(of_key.clone(), language) {
            let value = &name.means.1;
            let is_read_so = match self.value(key, &name.shown) {
                Found::Means(values) => values.iter().any(|read| takes_in(read, value)),
                _ => false,
            };
            let spelled = of_key.clone().find(|other| {
                other.language.is_none() && !other.is_more && other.means.1 == *value
            });
            let shown = match spelled {
                Some(spelled) if !is_read_so => &spelled.shown,
                _ => &name.shown,
            };
            if !all.contains(&shown.as_str()) {
                all.push(shown);
            }
        }
        all
    }

    /// Returns the usual name of a key in a language.
    pub(super) fn name_of_key(&self, key: Key, language: Language) -> &str {
        let mut names = usual(self.keys.iter(), language);
        let name = names.find(|name| name.means == key);
        name.map_or(key.word(), |name| &name.shown)
    }

    /// Returns the usual name of a value in a language; none where it means something else too.
    pub(super) fn name_of_value(
        &self,
        key: Key,
        value: &Value,
        language: Language,
    ) -> Option<&str> {
        let means = |name: &&Name<(Key, Value)>| name.means.0 == key && name.means.1 == *value;
        let name = usual(self.values.iter(), language).find(means)?;
        let only = Found::Means(vec![value.clone()]);
        (self.value(key, &name.shown) == only).then_some(name.shown.as_str())
    }

    /// Returns the usual names of the units in a language, each with its minutes.
    pub(super) fn units_in(&self, language: Language) -> Vec<(&str, i64)> {
        usual(self.units.iter(), language)
            .map(|name| (name.shown.as_str(), name.means))
            .collect()
    }

    /// Returns the usual name of a day in a language.
    pub(super) fn name_of_day(&self, day: Measure, language: Language) -> Option<&str> {
        let name = usual(self.days.iter(), language).find(|name| name.means == day);
        name.map(|name| name.shown.as_str())
    }

    /// Returns the usual names of days in a language.
    pub(super) fn days_in(&self, language: Language) -> Vec<&str> {
        usual(self.days.iter(), language)
            .map(|name| name.shown.as_str())
            .collect()
    }
}

/// Returns whether what a name is read as takes a value in: the word of a state means it in
/// whatever register.
fn takes_in(read: &Value, value: &Value) -> bool {
    match (read, value) {
        (Value::Word(word), Value::State(_, state)) if ![OPEN, CLOSED, ALL].contains(word) => {
            word == state
        }
        _ => read == value,
    }
}

fn usual<'a, T>(
    names: impl Iterator<Item = &'a Name<T>>,
    language: Language,
) -> impl Iterator<Item = &'a Name<T>>
where
    T: 'a,
{
    names.filter(move |name| name.language == Some(language))
}

/// Adds the spelling that all languages share and the names of each; several stand behind each
/// other with blanks between, the usual one first.
fn add<T: Clone>(
    names: &mut Vec<Name<T>>,
    spelled: &str,
    means: T,
    tongues: &[(Language, Words)],
    id: &str,
) {
    names.push(Name {
        plain: plain(spelled),
        shown: spelled.to_owned(),
        language: None,
        is_more: false,
        means: means.clone(),
    });
    for (language, words) in tongues {
        let text = words.get(id);
        // A label of several words is one name; a list of names is this file's own.
        let several: Vec<String> = if id.starts_with("query-") {
            text.split_whitespace().map(str::to_owned).collect()
        } else {
            vec![text.split_whitespace().collect::<Vec<_>>().join("-")]
        };
        for (at, shown) in several.into_iter().enumerate() {
            names.push(Name {
                plain: plain(&shown),
                shown,
                language: (at == 0).then_some(*language),
                is_more: at > 0,
                means: means.clone(),
            });
        }
    }
}

/// Returns what is named so. A spelling that all languages share goes before a label that reads
/// the same.
fn named<'a, T, M: Ord>(
    names: impl Iterator<Item = &'a Name<T>>,
    text: &str,
    meaning: impl Fn(&T) -> M,
) -> Vec<M>
where
    T: 'a,
{
    let plain = plain(text);
    let exact: Vec<&Name<T>> = names.filter(|name| name.plain == plain).collect();
    let shared = exact
        .iter()
        .any(|name| name.language.is_none() && !name.is_more);
    let meant = exact
        .iter()
        .filter(|name| !shared || name.language.is_none() && !name.is_more);
    gathered(meant.map(|name| meaning(&name.means)))
}

fn gathered<M: Ord>(means: impl Iterator<Item = M>) -> Vec<M> {
    let mut all: Vec<M> = means.collect();
    all.sort();
    all.dedup();
    all
}

fn nearest<'a, T>(names: impl Iterator<Item = &'a Name<T>>, text: &str) -> Option<String>
where
    T: 'a,
{
    let shown = names.map(|name| name.shown.as_str());
    crate::text::nearest::nearest(text, shown).map(str::to_owned)
}

/// Returns what a word means: what is named so, else the one thing whose names begin so.
fn look<'a, T, M: Ord>(
    names: impl Iterator<Item = &'a Name<T>> + Clone,
    text: &str,
    meaning: impl Fn(&T) -> M,
) -> Found<M>
where
    T: 'a,
{
    let means = named(names.clone(), text, &meaning);
    if !means.is_empty() {
        return Found::Means(means);
    }
    let plain = plain(text);
    let begun: Vec<&Name<T>> = names
        .clone()
        .filter(|name| !plain.is_empty() && name.plain.starts_with(&plain))
        .collect();
    let means = gathered(begun.iter().map(|name| meaning(&name.means)));
    match means.len() {
        0 => Found::Nothing(nearest(names, text)),
        1 => Found::Means(means),
        _ => Found::Several(gathered(begun.iter().map(|name| name.shown.clone()))),
    }
}

/// Returns the words of lists, by key, each with the message id of its names.
pub(super) fn listed() -> Vec<(Key, &'static str, String)> {
    let mut all = Vec::new();
    let mut own = |key, word: &'static str| all.push((key, word, format!("query-value-{word}")));
    for word in [OPEN, CLOSED, ALL] {
        own(Key::State, word);
    }
    for key in [Key::Owner, Key::First] {
        own(key, ME);
        own(key, NOBODY);
    }
    for word in STANDING {
        own(Key::Is, word);
    }
    for register in registers::ALL {
        let id = format!("register-{}", register.name);
        all.push((Key::Register, register.name, id));
    }
    for key in [Key::Stage, Key::Owner, Key::First] {
        let posts = Post::ALL.iter().map(|post| post.word());
        all.extend(posts.map(|word| (key, word, format!("value-post-{word}"))));
    }
    let mut choices = |key, list: &'static Enumeration| {
        let words = list.values.iter();
        all.extend(words.map(|word| (key, *word, format!("value-{}-{word}", list.name))));
    };
    choices(Key::Flag, &lists::FLAG);
    choices(Key::Channel, &lists::CHANNEL);
    choices(Key::Category, &lists::CATEGORY);
    choices(Key::Outcome, &conversation::OUTCOMES);
    for register in registers::ALL {
        if let Some(Kind::Choice(list)) = register.kind_field().map(|field| field.kind) {
            choices(Key::Kind, list);
        }
    }
    all
}
