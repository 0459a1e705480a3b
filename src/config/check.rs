//! Finds the first mistake of a settings file and says what would be right.
//!
//! The parser's own messages are English sentences; keys and values are compared
//! with a list here instead, so that people read them in their language.

use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue, Error};

use super::keep::Allowed;
use crate::problem::{Kind, Problem};
use crate::text::nearest::{distance, nearest};

/// Every setting by its full name; a test compares it with `Config`.
pub(super) const SETTINGS: [(&str, Allowed); 12] = [
    (
        "language",
        Allowed::Words(&["auto", "zh-CN", "zh-TW", "en"]),
    ),
    (
        "screen.theme",
        Allowed::Words(&["auto", "dark", "light", "plain", "bare"]),
    ),
    ("screen.ambiguous", Allowed::Words(&["narrow", "wide"])),
    ("screen.mouse", Allowed::Flag),
    ("screen.bell", Allowed::Flag),
    ("screen.title", Allowed::Flag),
    (
        "screen.paste",
        Allowed::Words(&["auto", "marked", "joined"]),
    ),
    (
        "clipboard.road",
        Allowed::Words(&["auto", "native", "osc52", "plain"]),
    ),
    ("keys.file", Allowed::Text),
    ("data.dir", Allowed::Text),
    ("lock.minutes", Allowed::Number(0, 1440)),
    ("folder.path", Allowed::Text),
];

impl Allowed {
    fn admits(&self, value: &DeValue<'_>) -> bool {
        match (self, value) {
            (Self::Words(words), DeValue::String(text)) => words.contains(&text.as_ref()),
            (Self::Flag, DeValue::Boolean(_)) | (Self::Text, DeValue::String(_)) => true,
            (Self::Number(least, most), DeValue::Integer(number)) => {
                i64::from_str_radix(number.as_str(), number.radix())
                    .is_ok_and(|n| (i64::from(*least)..=i64::from(*most)).contains(&n))
            }
            _ => false,
        }
    }

    /// Says what may be written.
    pub fn shown(&self) -> String {
        match self {
            Self::Words(words) => words
                .iter()
                .map(|word| format!("\"{word}\""))
                .collect::<Vec<_>>()
                .join(" | "),
            Self::Flag => "true | false".to_owned(),
            Self::Text => "\"...\"".to_owned(),
            Self::Number(least, most) => format!("{least}-{most}"),
        }
    }
}

struct Source<'a> {
    text: &'a str,
    file: &'a Path,
}

/// Refuses the first line that cannot be meant.
pub(super) fn check(text: &str, file: &Path) -> Result<(), Problem> {
    let source = Source { text, file };
    let table = DeTable::parse(text).map_err(|err| syntax(text, file, &err))?;
    let mut mistakes = Vec::new();
    walk(table.get_ref(), "", &source, &mut mistakes);
    // Tables are walked by name; people read from the top.
    match mistakes.into_iter().min_by_key(|(at, _)| *at) {
        Some((_, problem)) => Err(problem),
        None => Ok(()),
    }
}

/// A file that is not TOML, with the line.
pub(super) fn syntax(text: &str, file: &Path, err: &Error) -> Problem {
    let source = Source { text, file };
    let span = err.span().unwrap_or_default();
    source
        .problem("problem-config-syntax", &span)
        .arg("cause", err.message())
        .hint("problem-config-syntax-hint")
}

fn walk(
    table: &DeTable<'_>,
    prefix: &str,
    source: &Source<'_>,
    mistakes: &mut Vec<(usize, Problem)>,
) {
    for (key, value) in table {
        let name = format!("{prefix}{}", key.get_ref());
        let setting = SETTINGS.iter().find(|(known, _)| *known == name);
        let section = format!("{name}.");
        let is_section = SETTINGS
            .iter()
            .any(|(known, _)| known.starts_with(&section));
        let problem = match (setting, value.get_ref()) {
            (Some((_, allowed)), value_ref) if allowed.admits(value_ref) => continue,
            (Some((_, allowed)), _) => source.wrong_value(&name, &value.span(), &allowed.shown()),
            (None, DeValue::Table(inner)) if is_section => {
                walk(inner, &section, source, mistakes);
                continue;
            }
            (None, _) if is_section => {
                source.wrong_value(&name, &value.span(), &format!("[{name}]"))
            }
            (None, _) => source.unknown(&name, &key.span()),
        };
        mistakes.push((key.span().start, problem));
    }
}

impl Source<'_> {
    fn problem(&self, message: &'static str, span: &Range<usize>) -> Problem {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        Problem::new(Kind::Unreadable, message)
            .arg("file", self.file.display())
            .arg("line", before.matches('\n').count() + 1)
    }

    fn wrong_value(&self, key: &str, span: &Range<usize>, allowed: &str) -> Problem {
        let value = self.text.get(span.clone()).unwrap_or_default();
        self.problem("problem-config-value", span)
            .arg("key", key)
            .arg("value", value.lines().next().unwrap_or_default())
            .arg("allowed", allowed)
            .hint("problem-config-value-hint")
    }

    fn unknown(&self, key: &str, span: &Range<usize>) -> Problem {
        let problem = self.problem("problem-config-key", span).arg("key", key);
        match right_key(key) {
            Some(right) => problem
                .arg("nearest", right)
                .hint("problem-config-key-hint"),
            None => problem.hint("problem-config-syntax-hint"),
        }
    }
}

/// The setting that was meant: by its full name, by its last part where the section
/// is wrong or missing, or by its section.
fn right_key(key: &str) -> Option<&'static str> {
    let last = |name: &'static str| name.rsplit('.').next().unwrap_or(name);
    let typed = key.rsplit('.').next().unwrap_or(key);
    let names = || SETTINGS.iter().map(|(name, _)| *name);
    if let Some(same) = names().find(|name| distance(last(name), typed) == 0) {
        return Some(same);
    }
    let sections = names().filter_map(|name| name.split('.').next());
    nearest(key, names().chain(sections)).or_else(|| {
        let near = nearest(typed, names().map(last))?;
        names().find(|name| last(name) == near)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::i18n::{Language, Words};

    fn problem(text: &str) -> Problem {
        Config::parse(text, Path::new("c.toml")).unwrap_err()
    }

    #[test]
    fn the_list_holds_every_setting() {
        let mut names = Vec::new();
        for (key, value) in toml::Table::try_from(Config::default()).unwrap() {
            match value {
                toml::Value::Table(inner) => {
                    names.extend(inner.keys().map(|inner| format!("{key}.{inner}")));
                }
                _ => names.push(key),
            }
        }
        let mut listed: Vec<&str> = SETTINGS.iter().map(|(name, _)| *name).collect();
        names.sort();
        listed.sort_unstable();
        assert_eq!(listed, names);
        // Each word that the list allows is one that the types read.
        for (name, allowed) in &SETTINGS {
            if let Allowed::Words(words) = allowed {
                for word in *words {
                    Config::parse(&format!("{name} = \"{word}\""), Path::new("c")).unwrap();
                }
            }
        }
    }

    #[test]
    fn mistakes_name_line_key_and_the_right_key() {
        for (text, line, key, nearest) in [
            (
                "[screen]\n\nthem = 'dark'",
                "3",
                "screen.them",
                Some("screen.theme"),
            ),
            ("mouse = true", "1", "mouse", Some("screen.mouse")),
            (
                "[clipbord]\nroad = 'auto'",
                "1",
                "clipbord",
                Some("clipboard"),
            ),
            ("lang = 'en'\nlnguage = 'en'", "1", "lang", None),
            ("languge = 'en'", "1", "languge", Some("language")),
            ("[keys]\nquit = 'q'", "2", "keys.quit", None),
        ] {
            let problem = problem(text);
            assert_eq!(problem.message, "problem-config-key", "{text}");
            assert_eq!(problem.argument("line"), Some(line));
            assert_eq!(problem.argument("key"), Some(key));
            assert_eq!(problem.argument("nearest"), nearest, "{text}");
            assert_eq!(problem.exit_code(), 2);
        }
    }

    #[test]
    fn wrong_values_say_what_is_allowed() {
        for (text, value, allowed) in [
            (
                "[screen]\ntheme = 'blue'",
                "'blue'",
                "\"auto\" | \"dark\" | \"light\" | \"plain\" | \"bare\"",
            ),
            ("[screen]\nmouse = 1", "1", "true | false"),
            ("lock.minutes = -1", "-1", "0-1440"),
            ("lock.minutes = 2.5", "2.5", "0-1440"),
            ("keys.file = []", "[]", "\"...\""),
            ("screen = 'dark'", "'dark'", "[screen]"),
        ] {
            let problem = problem(text);
            assert_eq!(problem.message, "problem-config-value", "{text}");
            assert_eq!(problem.argument("value"), Some(value));
            assert_eq!(problem.argument("allowed"), Some(allowed));
        }
    }

    #[test]
    fn the_first_mistake_is_said_in_words() {
        let problem = problem("[screen]\ntheme = 'blue'\n[clipboard]\nrode = 'x'");
        assert_eq!(problem.argument("line"), Some("2"));
        for language in Language::ALL {
            let (sentence, hint) = Words::new(language).problem(&problem);
            assert!(sentence.contains("c.toml") && sentence.contains("'blue'"));
            assert!(hint.unwrap().contains("\"light\""));
        }
        assert_eq!(
            super::tests::problem("x = ").message,
            "problem-config-syntax"
        );
        assert_eq!(
            super::tests::problem("a=1\nb=\n").argument("line"),
            Some("2")
        );
    }
}
