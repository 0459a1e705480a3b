//! The forms of `assets/chats.toml`, and how one of them fits a line.

use serde::Deserialize;

use super::stamp::{self, Stamp};
use crate::problem::{Kind as ProblemKind, Problem};
use crate::text::fold::fold;

const BUILT_IN: &str = include_str!("../../../../assets/chats.toml");
/// Longest name of a speaker, in characters.
const MAX_NAME: usize = 40;
/// Longest name where no time stands beside it.
const MAX_BARE_NAME: usize = 24;
/// Longest head of an utterance, in characters.
const MAX_HEAD: usize = 160;

/// One form.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    pub name: String,
    head: String,
    /// A chat in this form.
    example: String,
    #[serde(skip)]
    tokens: Vec<Token>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    #[serde(default)]
    pub system: Vec<String>,
    #[serde(default)]
    pub labels: Vec<String>,
    #[serde(default)]
    pub today: Vec<String>,
    #[serde(default)]
    pub yesterday: Vec<String>,
    #[serde(default)]
    pub am: Vec<String>,
    #[serde(default)]
    pub pm: Vec<String>,
    #[serde(default)]
    pub am_after: Vec<String>,
    #[serde(default)]
    pub pm_after: Vec<String>,
    #[serde(default)]
    pub weekdays: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    form: Vec<Form>,
    words: Option<Words>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Name,
    Time,
    Id,
    Text,
    Space,
    Sign(char),
}

/// The forms of copied chats.
#[derive(Clone, Debug, Default)]
pub struct ChatForms {
    pub(super) forms: Vec<Form>,
    pub(super) words: Words,
}

impl ChatForms {
    /// The forms that come with the program.
    pub fn built_in() -> Result<Self, Problem> {
        let mut forms = Self::default();
        forms.add(BUILT_IN)?;
        Ok(forms)
    }

    /// Lays a shop's own file on top: its forms are tried first.
    pub fn add(&mut self, text: &str) -> Result<(), Problem> {
        let bad = |cause: String| {
            Problem::new(ProblemKind::Unreadable, "problem-capture-chats").arg("cause", cause)
        };
        let file: File = toml::from_str(text).map_err(|err| bad(err.message().to_owned()))?;
        let mut forms = file.form;
        for form in &mut forms {
            form.tokens = tokens(&form.head).ok_or_else(|| bad(form.head.clone()))?;
        }
        self.forms
            .retain(|below| forms.iter().all(|form| form.name != below.name));
        self.forms.splice(0..0, forms);
        if let Some(mut words) = file.words {
            for list in words.lists() {
                for word in list {
                    *word = fold(word);
                }
            }
            self.words = words;
        }
        Ok(())
    }

    /// The forms in the order in which they are tried: name, and an example of each.
    pub fn examples(&self) -> impl Iterator<Item = (&str, &str)> {
        self.forms
            .iter()
            .map(|form| (form.name.as_str(), form.example.as_str()))
    }
}

impl Words {
    const fn lists(&mut self) -> [&mut Vec<String>; 9] {
        [
            &mut self.system,
            &mut self.labels,
            &mut self.today,
            &mut self.yesterday,
            &mut self.am,
            &mut self.pm,
            &mut self.am_after,
            &mut self.pm_after,
            &mut self.weekdays,
        ]
    }
}

/// A form must have a name, its fields apart, and text only at its end.
fn tokens(head: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut rest = head;
    while let Some(c) = rest.chars().next() {
        if let Some(inner) = rest.strip_prefix('{') {
            let (name, after) = inner.split_once('}')?;
            found.push(match name {
                "name" => Token::Name,
                "time" => Token::Time,
                "id" => Token::Id,
                "text" if after.is_empty() => Token::Text,
                _ => return None,
            });
            rest = after;
        } else {
            found.push(if c == ' ' {
                Token::Space
            } else {
                Token::Sign(c)
            });
            rest = &rest[c.len_utf8()..];
        }
    }
    let field =
        |token: &Token| matches!(token, Token::Name | Token::Time | Token::Id | Token::Text);
    let apart = found
        .windows(2)
        .all(|pair| !(field(&pair[0]) && field(&pair[1])));
    let names = found.iter().filter(|token| **token == Token::Name).count();
    (apart && names == 1).then_some(found)
}

/// A line as the forms see it: full-width signs as ASCII, places kept.
pub(super) struct Head {
    pub chars: Vec<char>,
    bytes: Vec<usize>,
}

impl Head {
    pub fn new(line: &str) -> Self {
        let mut bytes: Vec<usize> = line
            .char_indices()
            .take(MAX_HEAD)
            .map(|(at, _)| at)
            .collect();
        bytes.push(
            line.char_indices()
                .nth(MAX_HEAD)
                .map_or(line.len(), |(at, _)| at),
        );
        let chars = line.chars().take(MAX_HEAD).map(plain).collect();
        Self { chars, bytes }
    }

    /// The byte at which a character begins.
    pub fn byte(&self, place: usize) -> usize {
        self.bytes.get(place).copied().unwrap_or_default()
    }
}

fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\t' | '\u{a0}' | '\u{202f}' => ' ',
        '【' => '[',
        '】' => ']',
        _ => c,
    }
}

/// The head of an utterance, found at the front of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Bytes of the name.
    pub name: (usize, usize),
    pub stamp: Option<Stamp>,
    /// The byte at which the text begins; `None` where it stands below.
    pub text: Option<usize>,
}

impl Form {
    /// Says whether the words stand on the lines below the head.
    pub fn is_head_only(&self) -> bool {
        self.tokens.last() != Some(&Token::Text)
    }

    /// Says whether its heads carry times.
    pub fn has_time(&self) -> bool {
        self.tokens.contains(&Token::Time)
    }

    /// Reads the head at the front of a line.
    pub fn read(&self, line: &str, words: &Words, names: &[String]) -> Option<Found> {
        let head = Head::new(line);
        let reading = Reading {
            line,
            head: &head,
            words,
            names,
            timed: self.has_time(),
        };
        let mut found = Found {
            name: (0, 0),
            stamp: None,
            text: None,
        };
        reading.step(&self.tokens, 0, &mut found).then_some(found)
    }
}

struct Reading<'a> {
    line: &'a str,
    head: &'a Head,
    words: &'a Words,
    names: &'a [String],
    timed: bool,
}

impl Reading<'_> {
    fn at(&self, place: usize) -> Option<char> {
        self.head.chars.get(place).copied()
    }

    fn step(&self, tokens: &[Token], at: usize, found: &mut Found) -> bool {
        let Some((token, rest)) = tokens.split_first() else {
            return (at..self.head.chars.len()).all(|place| self.at(place) == Some(' '))
                && self.head.byte(self.head.chars.len()) == self.line.len();
        };
        match token {
            Token::Space => {
                let next = (at..=self.head.chars.len()).find(|place| self.at(*place) != Some(' '));
                self.step(rest, next.unwrap_or(at), found)
            }
            Token::Sign(sign) => self.at(at) == Some(*sign) && self.step(rest, at + 1, found),
            Token::Time => {
                let Some((end, stamp)) = stamp::read(&self.head.chars, at, self.words) else {
                    return false;
                };
                found.stamp = Some(stamp);
                self.step(rest, end, found)
            }
            Token::Text => {
                found.text = Some(self.head.byte(at));
                true
            }
            Token::Id => self.id(rest, at, found),
            Token::Name => self.name(rest, at, found),
        }
    }

    fn id(&self, rest: &[Token], at: usize, found: &mut Found) -> bool {
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | '+');
        let end = (at..=self.head.chars.len())
            .find(|place| !self.at(*place).is_some_and(part))
            .unwrap_or(at);
        end > at && self.step(rest, end, found)
    }

    /// Known names first, the longest of them; then each end at which the form can
    /// go on: for a colon one with a space behind it before one without.
    fn name(&self, rest: &[Token], at: usize, found: &mut Found) -> bool {
        let start = self.head.byte(at);
        let mut known = self.known(at);
        // A sub-account is the account, a colon and a person: both may be known.
        for end in known.clone() {
            if self.at(end) == Some(':') {
                known.extend(self.known(end + 1));
            }
        }
        known.sort_unstable_by(|one, other| other.cmp(one));
        let limit = if self.timed { MAX_NAME } else { MAX_BARE_NAME };
        let last = self.head.chars.len().min(at + limit);
        let mut ends: Vec<usize> = (at + 1..=last)
            .filter(|end| self.could_end(rest, *end))
            .collect();
        if rest.first() == Some(&Token::Sign(':')) {
            ends.sort_by_key(|end| self.at(*end + 1).is_some_and(|c| c != ' '));
        }
        let known_count = known.len();
        for (place, end) in known.into_iter().chain(ends).enumerate() {
            let name = (start, self.head.byte(end));
            if (place < known_count || self.is_name(name)) && self.step(rest, end, found) {
                found.name = name;
                return true;
            }
        }
        false
    }

    /// The ends of known names that stand here.
    fn known(&self, at: usize) -> Vec<usize> {
        let rest = self.line.get(self.head.byte(at)..).unwrap_or_default();
        let here = self
            .names
            .iter()
            .filter(|name| !name.is_empty() && rest.starts_with(name.as_str()));
        here.map(|name| at + name.chars().count())
            .filter(|end| *end <= self.head.chars.len())
            .collect()
    }

    fn could_end(&self, rest: &[Token], end: usize) -> bool {
        if self.at(end - 1) == Some(' ') {
            return false;
        }
        match rest.first() {
            None => end == self.head.chars.len() || self.at(end) == Some(' '),
            Some(Token::Sign(sign)) => self.at(end) == Some(*sign),
            Some(_) => match (self.at(end), rest.get(1)) {
                (Some(' '), _) => true,
                (Some(c), Some(Token::Sign(sign))) => c == *sign,
                _ => false,
            },
        }
    }

    /// What can be a speaker's name: no sentence, no label, no bare number.
    fn is_name(&self, (start, end): (usize, usize)) -> bool {
        let name = self.line[start..end].trim();
        let sentence = name.contains(['。', '！', '？', '，', '!', '?', ';', '；', '/', '\\', '"']);
        if name.is_empty() || sentence {
            return false;
        }
        if self.timed {
            return true;
        }
        let folded = fold(name);
        let digits = name
            .chars()
            .all(|c| c.is_numeric() || matches!(c, ':' | '-' | '.'));
        !digits && !self.words.labels.contains(&folded)
    }
}
