//! Words in the person's language.
//!
//! Three Fluent files are compiled in. A word that a language lacks comes from
//! the next: zh-TW, zh-CN, en. A missing word shows its id, so that it is seen.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::problem::Problem;
use crate::text::clean::{self, Untrusted};

mod check;

pub use check::{messages, missing};

type Bundle = FluentBundle<FluentResource>;

/// Whole numbers beyond this lose digits in Fluent, and travel as text.
const EXACT: u64 = 1 << 53;

/// A language that zhiban speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Simplified Chinese of the mainland.
    #[default]
    ZhCn,
    /// Traditional Chinese as used in Taiwan.
    ZhTw,
    /// English.
    En,
}

impl Language {
    /// All of them, each before those it falls back to.
    pub const ALL: [Self; 3] = [Self::ZhTw, Self::ZhCn, Self::En];

    /// The tag as options and files spell it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::ZhTw => "zh-TW",
            Self::En => "en",
        }
    }

    /// Reads a tag or a locale name: `zh-TW`, `zh_Hant_HK`, `en_US.UTF-8`.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let tag = tag.split(['.', '@']).next().unwrap_or(tag);
        let tag = tag.replace('_', "-").to_ascii_lowercase();
        let mut parts = tag.split('-');
        match parts.next()? {
            "en" => Some(Self::En),
            "zh" => {
                let parts: Vec<&str> = parts.collect();
                let traditional = if parts.contains(&"hans") {
                    false
                } else {
                    ["hant", "tw", "hk", "mo"].iter().any(|p| parts.contains(p))
                };
                Some(if traditional { Self::ZhTw } else { Self::ZhCn })
            }
            _ => None,
        }
    }

    /// The first language of the system that zhiban speaks, else zh-CN.
    #[must_use]
    pub fn of_system() -> Self {
        sys_locale::get_locales()
            .find_map(|tag| Self::from_tag(&tag))
            .unwrap_or_default()
    }

    /// The text of its file.
    const fn source(self) -> &'static str {
        match self {
            Self::ZhCn => include_str!("../assets/i18n/zh-CN.ftl"),
            Self::ZhTw => include_str!("../assets/i18n/zh-TW.ftl"),
            Self::En => include_str!("../assets/i18n/en.ftl"),
        }
    }

    /// Its words, parsed when first asked for.
    fn bundle(self) -> &'static Bundle {
        static BUNDLES: [OnceLock<Bundle>; 3] = [const { OnceLock::new() }; 3];
        BUNDLES[self as usize].get_or_init(|| bundle(self))
    }

    /// The languages asked for a word, in this order.
    const fn chain(self) -> &'static [Self] {
        match self {
            Self::ZhTw => &[Self::ZhTw, Self::ZhCn, Self::En],
            Self::ZhCn => &[Self::ZhCn, Self::En],
            Self::En => &[Self::En],
        }
    }
}

/// An argument of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg<'a> {
    /// A number, for plural rules too.
    Number(i64),
    /// Text; it is cleaned before it is put in.
    Text(Cow<'a, str>),
}

impl Arg<'_> {
    fn value(&self) -> FluentValue<'_> {
        match self {
            // Exact: larger numbers go as text.
            Self::Number(n) if n.unsigned_abs() <= EXACT => FluentValue::from(*n),
            Self::Number(n) => FluentValue::from(n.to_string()),
            Self::Text(text) => FluentValue::from(clean::line(text)),
        }
    }
}

impl From<i64> for Arg<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Arg<'_> {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u32> for Arg<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Arg<'_> {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or_else(|_| Self::Text(number.to_string().into()), Self::Number)
    }
}

impl From<usize> for Arg<'_> {
    fn from(number: usize) -> Self {
        (number as u64).into()
    }
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<Cow<'a, str>> for Arg<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a Untrusted> for Arg<'a> {
    fn from(text: &'a Untrusted) -> Self {
        Self::Text(text.line())
    }
}

impl From<Arc<str>> for Arg<'_> {
    fn from(text: Arc<str>) -> Self {
        Self::Text(text.to_string().into())
    }
}

/// The words of one language, with its fallbacks.
pub struct Words {
    language: Language,
    cache: RwLock<HashMap<String, Arc<str>>>,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({})", self.language.tag())
    }
}

impl Words {
    /// Reads the words of a language.
    #[must_use]
    pub fn new(language: Language) -> Self {
        Self {
            language,
            cache: RwLock::default(),
        }
    }

    /// The language asked for.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// A word without arguments, or the id itself where there is none. Kept after
    /// the first call: cheap enough for every frame.
    #[must_use]
    pub fn get(&self, id: &str) -> Arc<str> {
        let known = self.cache.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(word) = known.get(id) {
            return Arc::clone(word);
        }
        drop(known);
        let word: Arc<str> = self.format(id, None).into();
        self.cache
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.to_owned(), Arc::clone(&word));
        word
    }

    /// Says whether there is such a word, in this language or a fallback.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.bundle_with(id).is_some()
    }

    /// A sentence with its arguments; text among them is cleaned as one line.
    #[must_use]
    pub fn with(&self, id: &str, args: &[(&str, Arg<'_>)]) -> String {
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            values.set(*name, arg.value());
        }
        self.format(id, Some(&values)).into_owned()
    }

    /// The sentence and the hint of a problem. Arguments that read as whole numbers
    /// choose plural forms; `$cause` is the error below, where there is one.
    #[must_use]
    pub fn problem(&self, problem: &Problem) -> (String, Option<String>) {
        let mut args: Vec<(&str, Arg<'_>)> = Vec::with_capacity(problem.args.len() + 1);
        for (name, value) in &problem.args {
            // `007` is a name, not the number seven.
            let number = value.parse::<i64>().ok();
            let number = number.filter(|n| n.to_string() == *value);
            args.push((name, number.map_or_else(|| value.into(), Arg::Number)));
        }
        if let Some(below) = &problem.source
            && problem.argument("cause").is_none()
        {
            args.push(("cause", below.to_string().into()));
        }
        // A problem without a hint of its own has the one that stands beside its message.
        let usual = format!("{}-hint", problem.message);
        let hint = match problem.hint {
            Some(id) => Some(self.with(id, &args)),
            None if self.has(&usual) => Some(self.with(&usual, &args)),
            None => None,
        };
        (self.with(problem.message, &args), hint)
    }

    fn format<'a>(&'a self, id: &'a str, args: Option<&'a FluentArgs<'_>>) -> Cow<'a, str> {
        let Some(bundle) = self.bundle_with(id) else {
            return Cow::Borrowed(id);
        };
        let pattern = bundle.get_message(id).and_then(|message| message.value());
        // An argument left out shows as `{$name}`: visible, and found by the tests.
        pattern.map_or(Cow::Borrowed(id), |pattern| {
            bundle.format_pattern(pattern, args, &mut Vec::new())
        })
    }

    fn bundle_with(&self, id: &str) -> Option<&Bundle> {
        let chain = self.language.chain().iter();
        chain.map(|language| language.bundle()).find(|bundle| {
            bundle
                .get_message(id)
                .is_some_and(|message| message.value().is_some())
        })
    }

    /// Parses the language's file, so that it lies ready when the first word is asked for.
    pub fn prepare(language: Language) {
        language.bundle();
    }
}

fn bundle(language: Language) -> Bundle {
    // What cannot be parsed is left out here; a test allows none.
    let resource = match FluentResource::try_new(language.source().to_owned()) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    let tag: Option<LanguageIdentifier> = language.tag().parse().ok();
    let mut bundle = Bundle::new_concurrent(tag.into_iter().collect());
    // Isolating marks are invisible characters that terminals draw as cells.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::problem::Kind;

    #[test]
    fn tags() {
        for (tag, want) in [
            ("zh-CN", Some(Language::ZhCn)),
            ("zh", Some(Language::ZhCn)),
            ("zh_CN.UTF-8", Some(Language::ZhCn)),
            ("zh-Hans-HK", Some(Language::ZhCn)),
            ("zh-Hant", Some(Language::ZhTw)),
            ("zh_TW.Big5", Some(Language::ZhTw)),
            ("zh-hk", Some(Language::ZhTw)),
            ("en_GB", Some(Language::En)),
            ("C", None),
            ("ja-JP", None),
            ("", None),
        ] {
            assert_eq!(Language::from_tag(tag), want, "{tag}");
        }
        for language in Language::ALL {
            assert_eq!(Language::from_tag(language.tag()), Some(language));
        }
    }

    #[test]
    fn files_parse_whole_and_name_each_word_once() {
        for language in Language::ALL {
            if let Err((_, errors)) = FluentResource::try_new(language.source().to_owned()) {
                panic!("{}: {errors:?}", language.tag());
            }
            let mut seen = BTreeSet::new();
            for line in language.source().lines() {
                let id = line.split(" =").next().unwrap_or_default();
                if line.starts_with(|c: char| c.is_ascii_alphabetic()) && line.contains(" =") {
                    assert!(seen.insert(id), "{} {id} twice", language.tag());
                }
            }
        }
    }

    #[test]
    fn three_files_have_the_same_words_and_variables() {
        let ours = messages(Language::ZhCn);
        for language in [Language::ZhTw, Language::En] {
            let theirs = messages(language);
            let lacking: Vec<_> = ours.keys().filter(|id| !theirs.contains_key(*id)).collect();
            let more: Vec<_> = theirs.keys().filter(|id| !ours.contains_key(*id)).collect();
            assert!(lacking.is_empty(), "{} lacks {lacking:?}", language.tag());
            assert!(more.is_empty(), "zh-CN lacks {more:?}");
            for (id, names) in &ours {
                assert_eq!(
                    names,
                    &theirs[id],
                    "variables of {id} in {}",
                    language.tag()
                );
            }
        }
    }

    #[test]
    fn words_are_found_and_missing_ones_show_their_id() {
        let words = Words::new(Language::ZhTw);
        assert_eq!(words.language(), Language::ZhTw);
        assert!(words.has("problem-defect"));
        assert!(!words.has("no-such-word"));
        assert_eq!(&*words.get("no-such-word"), "no-such-word");
        assert_eq!(words.get("problem-busy"), words.get("problem-busy"));
        assert_ne!(
            words.get("problem-busy"),
            Words::new(Language::En).get("problem-busy")
        );
        assert!(missing(["problem-busy"]).is_empty());
        assert_eq!(missing(["no-such-word"]).len(), 3);
    }

    #[test]
    fn arguments_are_cleaned_and_put_in_without_marks() {
        let words = Words::new(Language::En);
        let problem = Problem::new(Kind::NotFound, "problem-file-missing")
            .arg("file", "a\u{1b}[31m.csv")
            .hint("problem-file-missing-hint");
        let (sentence, hint) = words.problem(&problem);
        assert!(sentence.contains("a␛[31m.csv"), "{sentence}");
        assert!(!sentence.contains('\u{2068}'));
        assert!(hint.is_some_and(|hint| !hint.contains("problem-")));
        let big = words.with(
            "problem-too-long",
            &[("limit", i64::MAX.into()), ("what", "x".into())],
        );
        assert!(big.contains("9223372036854775807"), "{big}");
    }

    #[test]
    fn every_generic_problem_says_something() {
        for language in Language::ALL {
            let words = Words::new(language);
            for id in messages(language).keys() {
                assert!(!words.get(id).is_empty());
            }
        }
    }
}
