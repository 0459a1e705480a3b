//! Words in the person's language.
//!
//! Three Fluent files are compiled in. A word that a language lacks comes from
//! the next: zh-TW, zh-CN, en. A missing word shows its id, so that it is seen.
//!
//! A file is parsed word by word, as they are asked for: of some three thousand the first screen
//! needs a hundred, and nobody waits for the rest. No word may therefore quote another.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast;
use unic_langid::LanguageIdentifier;

use crate::problem::Problem;
use crate::text::clean::{self, Untrusted};

mod check;

pub use check::{messages, missing};

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

    /// Its file, looked through when first asked for.
    fn file(self) -> &'static File {
        static FILES: [OnceLock<File>; 3] = [const { OnceLock::new() }; 3];
        FILES[self as usize].get_or_init(|| File::new(self))
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
        self.word(id).is_some()
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

    /// Returns the problem of what was done all the same, with the reason why not all of it.
    #[must_use]
    pub fn because(&self, message: &'static str, reason: &Problem) -> Problem {
        let (said, _) = self.problem(reason);
        Problem::new(reason.kind, message).arg("reason", said)
    }

    fn format<'a>(&self, id: &'a str, args: Option<&'a FluentArgs<'a>>) -> Cow<'a, str> {
        let Some((file, pattern)) = self.word(id) else {
            return Cow::Borrowed(id);
        };
        // An argument left out shows as `{$name}`: visible, and found by the tests.
        file.rules.format_pattern(pattern, args, &mut Vec::new())
    }

    fn word(&self, id: &str) -> Option<(&'static File, &'static ast::Pattern<&'static str>)> {
        let chain = self.language.chain().iter();
        chain
            .map(|language| language.file())
            .find_map(|file| Some((file, file.word(id)?)))
    }

    /// Looks through the language's file, so that it lies ready when the first word is asked for.
    pub fn prepare(language: Language) {
        language.file();
    }
}

/// A piece of a file, and the word in it once that was asked for; none where it cannot be parsed.
type Piece = (&'static str, OnceLock<Option<FluentResource>>);

/// A language's file.
struct File {
    /// The piece in which each word stands.
    places: HashMap<&'static str, Piece>,
    /// How numbers decide between forms, and no words.
    rules: FluentBundle<FluentResource>,
}

impl File {
    fn new(language: Language) -> Self {
        let tag: Option<LanguageIdentifier> = language.tag().parse().ok();
        let mut rules = FluentBundle::new_concurrent(tag.into_iter().collect());
        // Isolating marks are invisible characters that terminals draw as cells.
        rules.set_use_isolating(false);
        Self {
            places: places(language.source()),
            rules,
        }
    }

    /// Returns what a word says.
    fn word(&self, id: &str) -> Option<&ast::Pattern<&str>> {
        let (text, word) = self.places.get(id)?;
        // What cannot be parsed is left out here; a test allows none.
        let word = word.get_or_init(|| FluentResource::try_new((*text).to_owned()).ok());
        value(word.as_ref()?)
    }
}

/// Returns what the one word of a piece of a file says.
fn value(word: &FluentResource) -> Option<&ast::Pattern<&str>> {
    match word.get_entry(0)? {
        ast::Entry::Message(message) => message.value.as_ref(),
        _ => None,
    }
}

/// Returns the piece of a file in which each word stands. A word begins at the left margin and
/// goes on in all lines that begin with neither a letter nor a comment.
fn places(text: &'static str) -> HashMap<&'static str, Piece> {
    let mut places = HashMap::with_capacity(text.len() / 40);
    let (mut at, mut begun) = (0, None);
    for line in text.split_inclusive('\n') {
        let first = line.as_bytes().first().copied().unwrap_or_default();
        if first.is_ascii_alphabetic() || first == b'#' {
            if let Some((id, from)) = begun.take() {
                places.insert(id, (&text[from..at], OnceLock::new()));
            }
            let id = line.split(['=', ' ']).next().unwrap_or_default();
            begun = first.is_ascii_alphabetic().then_some((id, at));
        }
        at += line.len();
    }
    if let Some((id, from)) = begun {
        places.insert(id, (&text[from..], OnceLock::new()));
    }
    places
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
    fn a_word_alone_is_what_it_is_in_its_file() {
        for language in Language::ALL {
            let whole = FluentResource::try_new(language.source().to_owned()).unwrap();
            let mut count = 0;
            for entry in whole.entries() {
                let ast::Entry::Message(message) = entry else {
                    continue;
                };
                let alone = language.file().word(message.id.name);
                let alone = alone.unwrap_or_else(|| panic!("{}", message.id.name));
                assert_eq!(Some(alone), message.value.as_ref());
                count += 1;
            }
            assert_eq!(count, language.file().places.len());
            assert_eq!(check::quoting(language), Vec::<String>::new());
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
