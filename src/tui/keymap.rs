//! Which key runs which command where: `assets/keys.toml`, patched by the
//! user's own file.
//!
//! A mistake in a file never stops the program: the row is left out and told
//! with file, line and the nearest right name.

use std::collections::HashMap;
use std::fs;
use std::sync::OnceLock;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::commands::{CONTEXTS, Command, Context};
use super::keys::{Code, Key, Press};
use crate::config::Config;
use crate::problem::{Kind, Problem};
use crate::text::nearest::nearest;

/// The defaults, compiled in.
pub const DEFAULT: &str = include_str!("../../assets/keys.toml");
/// The name under which mistakes in the defaults would be told.
const DEFAULT_NAME: &str = "keys.toml";
/// How a hint says that it goes before the others.
const FIRST: &str = "first";

/// One entry of the hint row: a key, and id of the word that says what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Where it is shown.
    pub when: Context,
    /// The command whose key is shown; clicking runs it.
    pub run: Option<Command>,
    /// Id behind `shown-` where words name the keys.
    pub shown: Option<String>,
    /// Id behind `hint-`.
    pub word: String,
    /// Whether it goes first where the row is too narrow for all.
    pub yields: bool,
}

/// The keys in force.
#[derive(Clone, Debug, Default)]
pub struct Keymap {
    keys: HashMap<(Context, Key), Command>,
    hints: Vec<Hint>,
    row: Vec<Command>,
    row_right: Vec<Command>,
    /// Keys of each command in the order of the files, for showing.
    order: Vec<(Context, Key, Command)>,
}

impl Keymap {
    /// The defaults with the user's patch (file name and text), and what was wrong with it.
    pub fn load(patch: Option<(&str, &str)>) -> (Self, Vec<Problem>) {
        let mut map = Self::built_in().clone();
        let mut problems = Vec::new();
        if let Some((name, text)) = patch {
            map.read(name, text, &mut problems);
        }
        (map, problems)
    }

    /// The defaults. What is wrong with them a test tells, not the person.
    fn built_in() -> &'static Self {
        static BUILT_IN: OnceLock<Keymap> = OnceLock::new();
        BUILT_IN.get_or_init(|| {
            let mut map = Self::default();
            map.read(DEFAULT_NAME, DEFAULT, &mut Vec::new());
            map
        })
    }

    /// Reads the defaults, so that they lie ready when a workstation asks for them.
    pub fn prepare() {
        Self::built_in();
    }

    /// The defaults with the file that the settings name.
    pub fn of(config: &Config) -> (Self, Vec<Problem>) {
        let Some(file) = config.keys_file() else {
            return Self::load(None);
        };
        let name = file.display().to_string();
        match fs::read_to_string(file) {
            Ok(text) => Self::load(Some((&name, &text))),
            Err(error) => {
                let (map, mut problems) = Self::load(None);
                problems.push(
                    Problem::new(Kind::Unreadable, "problem-file-unreadable")
                        .hint("problem-file-unreadable-hint")
                        .arg("file", name)
                        .caused_by(error),
                );
                (map, problems)
            }
        }
    }

    /// The command of a key, places asked from the first on.
    ///
    /// Where the first places include [`Context::Text`], a bare character is
    /// text and only [`Context::EmptyLine`] may take it.
    pub fn find(&self, stack: &[Context], press: Press) -> Option<Command> {
        let in_text = stack.contains(&Context::Text);
        let text_takes_it = in_text && press.key.is_bare();
        let ask = |key: Key| {
            stack
                .iter()
                .filter(|context| !text_takes_it || **context == Context::EmptyLine)
                .find_map(|context| self.keys.get(&(*context, key)).copied())
        };
        ask(press.key).or_else(|| press.key.as_function().and_then(ask))
    }

    /// The key of a command as it is reached from these places, innermost first;
    /// bare letters, which are extras, only where there is no other key.
    pub fn key_of(&self, command: Command, stack: &[Context]) -> Option<Key> {
        let reached = |extras: bool| {
            stack.iter().find_map(|place| {
                self.order.iter().find(|(context, key, run)| {
                    context == place
                        && *run == command
                        && is_extra(*key) == extras
                        && self.keys.get(&(*context, *key)) == Some(run)
                })
            })
        };
        reached(false)
            .or_else(|| reached(true))
            .map(|(_, key, _)| *key)
    }

    /// Every key of a command with its place, for help.
    pub fn keys_of(&self, command: Command) -> Vec<(Context, Key)> {
        self.order
            .iter()
            .filter(|(context, key, run)| {
                *run == command && self.keys.get(&(*context, *key)) == Some(run)
            })
            .map(|(context, key, _)| (*context, *key))
            .collect()
    }

    /// Entries of the hint row for these places, innermost first; a place that is a kind of
    /// place (a list, a menu) is left out where a particular one before it has spoken.
    pub fn hints(&self, stack: &[Context]) -> Vec<&Hint> {
        let mut out: Vec<&Hint> = Vec::new();
        for place in stack {
            if place.is_a_kind() && !out.is_empty() {
                continue;
            }
            for hint in self.hints.iter().filter(|hint| hint.when == *place) {
                let is_said = out
                    .iter()
                    .any(|other| other.run == hint.run && other.shown == hint.shown);
                if !is_said {
                    out.push(hint);
                }
            }
        }
        out
    }

    /// Commands of the bottom row, left part.
    pub fn row(&self) -> &[Command] {
        &self.row
    }

    /// Commands of the bottom row, right part, shown where there is room.
    pub fn row_right(&self) -> &[Command] {
        &self.row_right
    }

    fn read(&mut self, file: &str, text: &str, problems: &mut Vec<Problem>) {
        let source = Source { file, text };
        let table = match DeTable::parse(text) {
            Ok(table) => table.into_inner(),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                problems.push(
                    source
                        .problem("keys-syntax", at)
                        .arg("detail", error.message().to_owned()),
                );
                return;
            }
        };
        let mut seen = HashMap::new();
        for (name, value) in &table {
            match name.get_ref().as_ref() {
                "keys" => {
                    for row in rows(value) {
                        if let Err(problem) = self.bind(&source, row, &mut seen) {
                            problems.push(problem);
                        }
                    }
                }
                "hints" => {
                    for row in rows(value) {
                        match hint(&source, row) {
                            Ok(hint) => self.hints.push(hint),
                            Err(problem) => problems.push(problem),
                        }
                    }
                }
                "keyrow" => self.row = commands(&source, value, problems),
                "keyrow_right" => self.row_right = commands(&source, value, problems),
                other => problems.push(source.unknown("keys-field", name.span().start, other).arg(
                    "near",
                    near(other, ["keys", "hints", "keyrow", "keyrow_right"]),
                )),
            }
        }
    }

    /// Takes one row; a row with several places binds in each.
    fn bind(
        &mut self,
        source: &Source<'_>,
        row: &Spanned<DeValue<'_>>,
        seen: &mut HashMap<(Context, Key), Command>,
    ) -> Result<(), Problem> {
        let at = row.span().start;
        let fields = source.fields(row, &["on", "run", "when"])?;
        let on = source.text(&fields, "on", at)?;
        let key = Key::parse(on).ok_or_else(|| source.unknown("keys-key", at, on))?;
        let run = source.text(&fields, "run", at)?;
        let command = if run.is_empty() {
            None
        } else {
            Some(source.command(run, at)?)
        };
        for place in source.text(&fields, "when", at)?.split_whitespace() {
            let context = source.context(place, at)?;
            if key.is_bare() && matches!(context, Context::Any | Context::Text | Context::Composer)
            {
                return Err(source.unknown("keys-bare", at, on));
            }
            let slot = (context, key);
            let Some(command) = command else {
                self.keys.remove(&slot);
                continue;
            };
            if let Some(other) = seen.insert(slot, command).filter(|other| *other != command) {
                return Err(source
                    .unknown("keys-clash", at, on)
                    .arg("other", other.name()));
            }
            self.keys.insert(slot, command);
            self.order.push((context, key, command));
        }
        Ok(())
    }
}

fn is_extra(key: Key) -> bool {
    key.is_bare() && matches!(key.code, Code::Char(c) if c.is_ascii_alphabetic())
}

fn hint(source: &Source<'_>, row: &Spanned<DeValue<'_>>) -> Result<Hint, Problem> {
    let at = row.span().start;
    let fields = source.fields(row, &["when", "run", "shown", "hint", "yields"])?;
    let run = match fields.get("run") {
        Some(name) => Some(source.command(name, at)?),
        None => None,
    };
    let shown = fields.get("shown").map(|text| (*text).to_owned());
    if run.is_none() && shown.is_none() {
        return Err(source.unknown("keys-missing", at, "run"));
    }
    let yields = match fields.get("yields") {
        None => false,
        Some(&FIRST) => true,
        Some(other) => return Err(source.unknown("keys-field", at, other).arg("near", FIRST)),
    };
    Ok(Hint {
        when: source.context(source.text(&fields, "when", at)?, at)?,
        run,
        shown,
        word: source.text(&fields, "hint", at)?.to_owned(),
        yields,
    })
}

fn commands(
    source: &Source<'_>,
    value: &Spanned<DeValue<'_>>,
    problems: &mut Vec<Problem>,
) -> Vec<Command> {
    let mut out = Vec::new();
    for item in rows(value) {
        match source.command(
            item.get_ref().as_str().unwrap_or_default(),
            item.span().start,
        ) {
            Ok(command) => out.push(command),
            Err(problem) => problems.push(problem),
        }
    }
    out
}

fn rows<'a, 'i>(value: &'a Spanned<DeValue<'i>>) -> impl Iterator<Item = &'a Spanned<DeValue<'i>>> {
    value
        .get_ref()
        .as_array()
        .into_iter()
        .flat_map(|array| array.iter())
}

fn near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates).unwrap_or("-").to_owned()
}

/// A file being read, to name its lines.
struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn problem(&self, id: &'static str, at: usize) -> Problem {
        let head = self.text.get(..at).unwrap_or(self.text);
        let line = head.matches('\n').count() + 1;
        Problem::new(Kind::NotUnderstood, id)
            .arg("file", self.file)
            .arg("line", line)
    }

    fn unknown(&self, id: &'static str, at: usize, word: &str) -> Problem {
        self.problem(id, at).arg("word", word)
    }

    fn command(&self, name: &str, at: usize) -> Result<Command, Problem> {
        Command::from_name(name).ok_or_else(|| {
            let names = Command::ALL.iter().map(|command| command.name());
            self.unknown("keys-command", at, name)
                .arg("near", near(name, names))
        })
    }

    fn context(&self, name: &str, at: usize) -> Result<Context, Problem> {
        Context::from_name(name).ok_or_else(|| {
            let names = CONTEXTS.iter().map(|(_, name)| *name);
            self.unknown("keys-context", at, name)
                .arg("near", near(name, names))
        })
    }

    /// The fields of a row; one that is not known is refused.
    fn fields<'r>(
        &self,
        row: &'r Spanned<DeValue<'_>>,
        known: &[&'static str],
    ) -> Result<HashMap<&'r str, &'r str>, Problem> {
        let at = row.span().start;
        let table = row
            .get_ref()
            .as_table()
            .ok_or_else(|| self.unknown("keys-missing", at, "on"))?;
        let mut out = HashMap::new();
        for (name, value) in table {
            let name_text = name.get_ref().as_ref();
            if !known.contains(&name_text) {
                return Err(self
                    .unknown("keys-field", name.span().start, name_text)
                    .arg("near", near(name_text, known.iter().copied())));
            }
            if let Some(text) = value.get_ref().as_str() {
                out.insert(name_text, text);
            }
        }
        Ok(out)
    }

    fn text<'r>(
        &self,
        fields: &HashMap<&'r str, &'r str>,
        name: &str,
        at: usize,
    ) -> Result<&'r str, Problem> {
        fields
            .get(name)
            .copied()
            .ok_or_else(|| self.unknown("keys-missing", at, name))
    }
}

#[cfg(test)]
#[path = "keymap_tests.rs"]
mod tests;
