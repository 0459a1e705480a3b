//! The rules as they are read from their file.

use std::ops::Range;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use toml::Spanned;

use super::folded::{Folded, sentences};
use super::{Better, Hit, Severity};
use crate::problem::{Kind, Problem};

/// The most memory that one pattern may take.
const PATTERN: usize = 1 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    strict_in: Option<Vec<String>>,
    #[serde(default)]
    class: Vec<Class>,
    #[serde(default)]
    banned: Vec<BannedText>,
    #[serde(default)]
    style: Vec<StyleText>,
    promise: Option<PromiseText>,
    assent: Option<AssentText>,
}

/// A class of what must not be said.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Class {
    pub(super) id: String,
    pub(super) severity: Severity,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BannedText {
    id: String,
    class: Spanned<String>,
    pattern: Spanned<String>,
    #[serde(default)]
    except: Vec<Spanned<String>>,
    #[serde(default)]
    better_zh_cn: String,
    #[serde(default)]
    better_zh_tw: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StyleText {
    id: Spanned<String>,
    severity: Severity,
    #[serde(default)]
    phone: bool,
    pattern: Option<Spanned<String>>,
    #[serde(default)]
    except: Vec<Spanned<String>>,
    ask_verbs: Option<Spanned<String>>,
    ok: Option<Spanned<String>>,
    #[serde(default)]
    exempt: Vec<String>,
    #[serde(default)]
    need_any: Vec<String>,
    max_chars: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PromiseText {
    money: Spanned<String>,
    time: Spanned<String>,
    #[serde(default)]
    except: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssentText {
    yes: Spanned<String>,
    question: Spanned<String>,
}

/// Words that must not be said.
#[derive(Debug, Clone)]
pub(super) struct Banned {
    pub(super) id: String,
    pub(super) class: String,
    pub(super) pattern: Regex,
    pub(super) except: Vec<Regex>,
    pub(super) better: Better,
}

/// How a text should sound.
#[derive(Debug, Clone)]
pub(super) struct Style {
    id: String,
    severity: Severity,
    /// Whether it is asked of what is spoken only.
    pub(super) is_phone: bool,
    /// Words that should not be there.
    pattern: Option<(Regex, Vec<Regex>)>,
    /// A sentence with such a verb must have that form.
    asks: Option<(Regex, Regex)>,
    exempt: Vec<String>,
    need_any: Vec<String>,
    most: Option<usize>,
}

/// Words that promise money by a time.
#[derive(Debug, Clone)]
pub(super) struct Promises {
    pub(super) money: Regex,
    pub(super) time: Regex,
    pub(super) except: Vec<Regex>,
}

/// A short yes, and the question before it.
#[derive(Debug, Clone)]
pub(super) struct Assents {
    pub(super) yes: Regex,
    pub(super) question: Regex,
}

/// All rules: those of the program, and a shop's own before them.
#[derive(Debug, Clone, Default)]
pub struct PhraseRules {
    pub(super) strict_in: Vec<String>,
    pub(super) classes: Vec<Class>,
    pub(super) banned: Vec<Banned>,
    pub(super) styles: Vec<Style>,
    pub(super) promise: Option<Promises>,
    pub(super) assent: Option<Assents>,
}

impl PhraseRules {
    /// Lays rules on top: one with a known id takes that one's place. A mistake is told with its
    /// line, and these rules stay as they are.
    pub fn with(&self, text: &str) -> Result<Self, Problem> {
        let file: File = toml::from_str(text).map_err(|error| {
            let line = line_of(text, error.span().map_or(0, |span| span.start));
            wrong(line, error.message())
        })?;
        let mut rules = self.clone();
        if let Some(strict) = file.strict_in {
            rules.strict_in = strict;
        }
        lay(&mut rules.classes, file.class, |one| &one.id);
        let is_known = |class: &str| rules.classes.iter().any(|one| one.id == class);
        if let Some(one) = file
            .banned
            .iter()
            .find(|one| !is_known(one.class.get_ref()))
        {
            let cause = format!("class = \"{}\"", one.class.get_ref());
            return Err(wrong(line_of(text, one.class.span().start), &cause));
        }
        let banned = file.banned.into_iter().map(|one| one.read(text));
        let banned: Vec<Banned> = banned.collect::<Result<_, _>>()?;
        lay(&mut rules.banned, banned, |one| &one.id);
        let styles = file.style.into_iter().map(|one| one.read(text));
        let styles: Vec<Style> = styles.collect::<Result<_, _>>()?;
        lay(&mut rules.styles, styles, |one| &one.id);
        if let Some(promise) = file.promise {
            rules.promise = Some(Promises {
                money: pattern(text, &promise.money)?,
                time: pattern(text, &promise.time)?,
                except: patterns(text, &promise.except)?,
            });
        }
        if let Some(assent) = file.assent {
            rules.assent = Some(Assents {
                yes: pattern(text, &assent.yes)?,
                question: pattern(text, &assent.question)?,
            });
        }
        Ok(rules)
    }
}

impl BannedText {
    fn read(self, file: &str) -> Result<Banned, Problem> {
        Ok(Banned {
            pattern: pattern(file, &self.pattern)?,
            except: patterns(file, &self.except)?,
            id: self.id,
            class: self.class.into_inner(),
            better: Better {
                simplified: self.better_zh_cn,
                traditional: self.better_zh_tw,
            },
        })
    }
}

impl StyleText {
    /// Returns the keys of which one stands without the others: such a rule would find nothing.
    fn half(&self) -> Option<&'static str> {
        let (asks, patterned) = (self.ask_verbs.is_some(), self.pattern.is_some());
        if asks != self.ok.is_some() {
            return Some("ask_verbs, ok");
        }
        if !self.except.is_empty() && !patterned {
            return Some("except, pattern");
        }
        let has_rule = asks || patterned || !self.need_any.is_empty() || self.max_chars.is_some();
        (!has_rule).then_some("pattern | ask_verbs, ok | need_any | max_chars")
    }

    fn read(self, file: &str) -> Result<Style, Problem> {
        if let Some(half) = self.half() {
            return Err(wrong(line_of(file, self.id.span().start), half));
        }
        let found = self.pattern.map(|one| pattern(file, &one)).transpose()?;
        let except = patterns(file, &self.except)?;
        let verbs = self.ask_verbs.map(|one| pattern(file, &one)).transpose()?;
        let form = self.ok.map(|one| pattern(file, &one)).transpose()?;
        Ok(Style {
            id: self.id.into_inner(),
            severity: self.severity,
            is_phone: self.phone,
            pattern: found.map(|found| (found, except)),
            asks: verbs.zip(form),
            exempt: self.exempt,
            need_any: self.need_any,
            most: self.max_chars,
        })
    }
}

impl Style {
    /// Returns where a text does not sound as it should.
    pub(super) fn find(&self, text: &str, whole: &Folded) -> Vec<Hit> {
        let mut places: Vec<Range<usize>> = Vec::new();
        if let Some((pattern, except)) = &self.pattern {
            places.extend(whole.find(pattern, except));
        }
        if let Some((verbs, form)) = &self.asks {
            places.extend(sentences(text).filter(|sentence| {
                let folded = Folded::new(&text[sentence.clone()], sentence.start);
                let said = folded.text();
                verbs.is_match(said)
                    && !form.is_match(said)
                    && !self.exempt.iter().any(|one| said.contains(one.as_str()))
            }));
        }
        let has = |one: &String| whole.text().contains(one.as_str());
        if !self.need_any.is_empty() && !self.need_any.iter().any(has) {
            places.push(0..text.len());
        }
        if let Some(most) = self.most
            && let Some((end, _)) = text.char_indices().nth(most)
        {
            places.push(end..text.len());
        }
        let hit = |range| Hit {
            rule: self.id.clone(),
            class: None,
            severity: self.severity,
            range,
            better: Better::default(),
        };
        places.into_iter().map(hit).collect()
    }
}

/// Puts what is new in the place of what has the same id, else at the end.
fn lay<T>(list: &mut Vec<T>, added: Vec<T>, id: fn(&T) -> &String) {
    for one in added {
        match list.iter_mut().find(|known| id(known) == id(&one)) {
            Some(known) => *known = one,
            None => list.push(one),
        }
    }
}

fn patterns(file: &str, texts: &[Spanned<String>]) -> Result<Vec<Regex>, Problem> {
    texts.iter().map(|text| pattern(file, text)).collect()
}

fn pattern(file: &str, text: &Spanned<String>) -> Result<Regex, Problem> {
    RegexBuilder::new(text.get_ref())
        .size_limit(PATTERN)
        .build()
        .map_err(|error| {
            let cause = error.to_string();
            let last = cause.lines().last().unwrap_or_default().to_owned();
            wrong(line_of(file, text.span().start), &last)
        })
}

fn wrong(line: usize, cause: &str) -> Problem {
    Problem::new(Kind::NotUnderstood, "problem-phrases")
        .arg("line", line)
        .arg("cause", cause)
        .hint("problem-phrases-hint")
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
