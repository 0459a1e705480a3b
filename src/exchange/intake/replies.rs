//! Canned replies: TOML, tables (also Qianniu's quick phrases), espanso.
//!
//! TOML, our own shape; only `text` must be there:
//!
//! ```toml
//! [[reply]]
//! code = "thtk"
//! title = "退货退款 步骤"
//! topic = "退货"
//! text = "您的订单 {订单号} 可以退货退款。"
//! language = "zh-CN"
//! stage = "after_sales"
//! scene = "return"
//! valid_until = "2026-12-01"
//! ```

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::decode::Decoded;
use super::sniff::{Format, Kind};
use super::{LineProblem, MAX_LINES, Options, Parsed, fold_name, times, unreadable};
use crate::problem::Problem;

pub mod espanso;
pub mod variables;

/// Longest text of a reply, in bytes: what fits a `reply` event.
pub const MAX_TEXT: usize = 32 << 10;
/// Longest code, in characters.
const MAX_CODE: usize = 64;
/// Characters of the text that stand for a missing title.
const TITLE: usize = 24;

/// A canned reply as read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// Line of the file on which it begins, from 1.
    pub line: usize,
    /// The short code that finds it; empty where the file gives none.
    pub code: String,
    /// Further codes.
    pub aliases: Vec<String>,
    /// Title.
    pub title: String,
    /// Topic or group.
    pub topic: String,
    /// The text with its variables in braces.
    pub text: String,
    /// Language, in our word (`zh_cn`); empty where the file gives none.
    pub language: String,
    /// Stage, in our word (`after_sales`); empty where the file gives none.
    pub stage: String,
    /// Scene.
    pub scene: String,
    /// Until when it may be used, ms UTC.
    pub valid_until: Option<i64>,
}

impl Reply {
    /// Makes a reply of the cells of a table.
    pub(super) fn from_cells<'a>(
        line: usize,
        get: impl Fn(&str) -> Option<&'a str>,
        options: &Options<'_>,
    ) -> Result<Self, LineProblem> {
        let cell = |name: &str| get(name).unwrap_or_default().to_owned();
        let reply = Self {
            line,
            code: cell("code"),
            aliases: Vec::new(),
            title: cell("title"),
            topic: cell("topic"),
            text: cell("text"),
            language: our_word(line, "language", &cell("language"))?,
            stage: our_word(line, "stage", &cell("stage"))?,
            scene: cell("scene"),
            valid_until: get("valid_until")
                .map(|text| valid_until(line, text, options))
                .transpose()?,
        };
        reply.checked()
    }

    fn checked(mut self) -> Result<Self, LineProblem> {
        if self.title.trim().is_empty() {
            // Quick phrases and espanso have no titles: the beginning of the text is one.
            let first = self.text.trim_start().lines().next().unwrap_or_default();
            self.title = first
                .chars()
                .filter(|c| !c.is_control())
                .take(TITLE)
                .collect();
        }
        let refuse =
            |field, reason, value: &str| Err(LineProblem::new(self.line, field, reason, value));
        if self.text.trim().is_empty() {
            return refuse("text", "import-line-text", &self.code);
        }
        if self.text.len() > MAX_TEXT {
            return refuse("text", "import-line-cell", &self.text);
        }
        let names = [
            &self.code,
            &self.title,
            &self.topic,
            &self.language,
            &self.stage,
            &self.scene,
        ];
        for name in names.into_iter().chain(&self.aliases) {
            if name.chars().count() > MAX_CODE * 4 || name.chars().any(char::is_control) {
                return refuse("code", "import-line-number-form", name);
            }
        }
        Ok(self)
    }
}

type Words = HashMap<String, HashMap<String, Vec<String>>>;

/// The words of shops by field and our word: `assets/replies/words.toml`.
fn shop_words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| {
        // A test holds that the compiled-in file is whole.
        toml::from_str(include_str!("../../../assets/replies/words.toml")).unwrap_or_default()
    })
}

/// Returns what stands behind a sum of money in a text.
pub fn behind_a_sum() -> &'static [String] {
    let money = shop_words().get("money");
    money
        .and_then(|money| money.get("after"))
        .map_or(&[], Vec::as_slice)
}

/// Our word for a language or a stage.
fn our_word(line: usize, field: &'static str, text: &str) -> Result<String, LineProblem> {
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    let folded = fold_name(text);
    let found = shop_words().get(field).and_then(|list| {
        list.iter().find(|(word, texts)| {
            **word == folded || texts.iter().any(|text| fold_name(text) == folded)
        })
    });
    found
        .map(|(word, _)| word.clone())
        .ok_or_else(|| LineProblem::new(line, field, "import-line-choice", text))
}

fn valid_until(line: usize, text: &str, options: &Options<'_>) -> Result<i64, LineProblem> {
    let at = times::time(text, options.zone, options.date_order)
        .map_err(|reason| LineProblem::new(line, "valid_until", reason, text))?;
    // A day alone means to the end of that day.
    Ok(if text.contains(':') {
        at
    } else {
        at + 86_399_999
    })
}

/// Reads replies as TOML or espanso YAML.
pub fn read(decoded: &Decoded, format: Format, options: &Options<'_>) -> Result<Parsed, Problem> {
    if let Some(kind) = options.kind.filter(|kind| *kind != Kind::Replies) {
        return Err(unreadable("problem-import-kind").arg("what", kind.word()));
    }
    if let Some(line) = decoded.bad.first() {
        return Err(unreadable("problem-import-bytes").arg("line", line));
    }
    let mut parsed = Parsed::new(Kind::Replies, format, decoded.encoding);
    parsed.exported_at = options.exported_at;
    if format == Format::Yaml {
        parsed.profile = Some("espanso".to_owned());
        espanso::read(&decoded.text, &mut parsed)?;
    } else {
        parsed.profile = Some("replies-toml".to_owned());
        from_toml(&decoded.text, options, &mut parsed)?;
    }
    Ok(parsed)
}

#[derive(Deserialize)]
struct TomlFile {
    #[serde(default, alias = "replies")]
    reply: Vec<toml::Spanned<toml::Table>>,
}

fn from_toml(text: &str, options: &Options<'_>, parsed: &mut Parsed) -> Result<(), Problem> {
    let file: TomlFile = toml::from_str(text).map_err(|err| {
        let at = err.span().map_or(0, |span| span.start);
        unreadable("problem-import-toml")
            .arg("line", line_of(text, at))
            .arg("cause", err.message())
    })?;
    if file.reply.is_empty() {
        return Err(unreadable("problem-import-no-replies"));
    }
    let (mut line, mut done) = (1, 0);
    for entry in file.reply {
        // Entries come in the order of the file: lines are counted once.
        let at = entry.span().start.clamp(done, text.len());
        line += text
            .get(done..at)
            .map_or(0, |part| part.matches('\n').count());
        done = at;
        if parsed.read >= MAX_LINES {
            return Err(unreadable("problem-import-lines").arg("limit", MAX_LINES));
        }
        parsed.read += 1;
        match from_table(line, entry.get_ref(), options) {
            Ok(reply) => parsed.replies.push(reply),
            Err(problem) => parsed.refuse(problem),
        }
    }
    Ok(())
}

fn line_of(text: &str, at: usize) -> usize {
    let head = text.get(..at).unwrap_or(text);
    head.matches('\n').count() + 1
}

fn from_table(
    line: usize,
    table: &toml::Table,
    options: &Options<'_>,
) -> Result<Reply, LineProblem> {
    const KEYS: [&str; 9] = [
        "code",
        "title",
        "topic",
        "group",
        "text",
        "language",
        "stage",
        "scene",
        "valid_until",
    ];
    if let Some(key) = table
        .keys()
        .find(|key| !KEYS.contains(&key.as_str()) && *key != "aliases")
    {
        return Err(LineProblem::new(line, key, "import-line-key", ""));
    }
    let mut texts = std::collections::HashMap::new();
    for (key, value) in table {
        let text = match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Datetime(at) => at.to_string(),
            toml::Value::Array(_) if key == "aliases" => continue,
            other => {
                return Err(LineProblem::new(
                    line,
                    key,
                    "import-line-key",
                    &other.to_string(),
                ));
            }
        };
        texts.insert(
            if key == "group" {
                "topic"
            } else {
                key.as_str()
            },
            text,
        );
    }
    let get = |name: &str| texts.get(name).map(String::as_str);
    let mut reply = Reply::from_cells(line, get, options)?;
    if let Some(toml::Value::Array(list)) = table.get("aliases") {
        reply.aliases = list
            .iter()
            .filter_map(|code| code.as_str().map(str::to_owned))
            .collect();
    }
    reply.checked()
}
