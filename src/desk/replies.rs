//! The library of canned replies (S05): found by text, code, title or pinyin initials, ranked
//! with reasons, filled with what is known of the buyer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Desk;
use super::act::refused;
use crate::domain::id::Id;
use crate::domain::registers::reply;
use crate::exchange::outlet::table::Look;
use crate::i18n::{Language, Words};
use crate::problem::Problem;
use crate::store::{Order, Query as Rows, Row};

mod fill;
mod guards;
mod library;
mod propose;

pub(super) use fill::RETURN_ADDRESS;
pub use fill::{Blank, Choice, Context, Filled, fill};
pub use guards::{Guard, Held, guards};
pub use library::{Hit, Match, Replies};
pub use propose::Kept;

use library::Entry;

/// How many rows are read at once.
const PAGE: usize = 5_000;
/// The local setting that counts a person's uses.
const USES: &str = "reply_uses";
/// Which replies are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// All that the person may use.
    #[default]
    All,
    /// The person's own.
    Mine,
    /// The group's.
    Group,
    /// The shop's.
    Shop,
}

impl Scope {
    /// The scopes in the order of the picker.
    pub const ALL: [Scope; 4] = [Self::All, Self::Mine, Self::Group, Self::Shop];

    /// Returns the end of the message id.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mine => "mine",
            Self::Group => "group",
            Self::Shop => "shop",
        }
    }

    fn holds(self, reply: &Reply) -> bool {
        match self {
            Self::All => true,
            Self::Mine => reply.scope == "mine",
            Self::Group => reply.scope == "group",
            Self::Shop => reply.scope == "shop",
        }
    }
}

/// A canned reply.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The record.
    pub id: Id,
    /// The short code; empty where there is none.
    pub code: String,
    /// The name in lists.
    pub title: String,
    /// The text with its variables in braces.
    pub text: String,
    /// What it is about.
    pub topic: String,
    /// The word of the stage to which it belongs.
    pub stage: Option<String>,
    /// The word of its language.
    pub language: Option<String>,
    /// From when it holds, milliseconds UTC.
    pub valid_from: Option<i64>,
    /// Until when it holds, milliseconds UTC.
    pub valid_until: Option<i64>,
    /// Which wording it is.
    pub version: i64,
    /// Who sees it: `mine`, `group`, `shop`.
    pub scope: String,
    /// How often the person used it, uses brought along by an import included.
    pub used: u32,
    /// How often today.
    pub today: u32,
}

impl Reply {
    /// Returns whether it may be used at a time, milliseconds UTC.
    pub fn holds_at(&self, now: i64) -> bool {
        self.valid_from.is_none_or(|from| from <= now)
            && self.valid_until.is_none_or(|until| until >= now)
    }
}

/// Returns the language of replies that a reader of these words writes in.
pub fn language_of(words: &Words) -> &'static str {
    match words.language() {
        Language::ZhCn => "zh_cn",
        Language::ZhTw => "zh_tw",
        Language::En => "en",
    }
}

/// How often a person used which reply, local to this machine.
#[derive(Default, Serialize, Deserialize)]
struct Uses {
    #[serde(default)]
    day: String,
    /// By record: ever, and on `day`.
    #[serde(default)]
    counts: BTreeMap<String, (u32, u32)>,
}

impl Desk {
    /// Reads the library for the person at the desk.
    pub fn replies(&self) -> Result<Replies, Problem> {
        let mut replies = Replies::default();
        self.refresh_replies(&mut replies)?;
        Ok(replies)
    }

    /// Brings the library up to date; nothing is read where nothing happened, and only what
    /// changed is prepared anew.
    pub fn refresh_replies(&self, replies: &mut Replies) -> Result<(), Problem> {
        let heads: Vec<(i64, u64)> = self
            .store()
            .heads()?
            .iter()
            .map(|head| (head.stream, head.seq))
            .collect();
        let kept = self
            .store()
            .setting_local(&self.uses_key()?)?
            .unwrap_or_default();
        if heads == replies.heads && kept == replies.uses {
            return Ok(());
        }
        let uses: Uses = serde_json::from_str(&kept).unwrap_or_default();
        let today = uses.day == self.business_day(self.now())?;
        let mut known: BTreeMap<Id, Entry> = replies
            .entries
            .drain(..)
            .map(|entry| (entry.reply.id, entry))
            .collect();
        let mut query = Rows {
            registers: vec![reply::REGISTER.name],
            open_only: true,
            order: Order::Opened,
            limit: Some(PAGE),
            ..Rows::default()
        };
        loop {
            let rows = self.store().rows(&query)?;
            for row in &rows {
                let Some(reply) = self.reply_of(row, &uses, today)? else {
                    continue;
                };
                replies.entries.push(match known.remove(&reply.id) {
                    Some(mut entry) if entry.is_of(&reply) => {
                        entry.reply = reply;
                        entry
                    }
                    _ => Entry::new(reply),
                });
            }
            let Some(last) = rows.last().filter(|_| rows.len() == PAGE) else {
                break;
            };
            query.after = Some(last.cursor(Order::Opened));
        }
        replies.heads = heads;
        replies.uses = kept;
        Ok(())
    }

    /// The reply of a row, none where it is not for this person: a colleague's own, or one that
    /// is only proposed.
    fn reply_of(&self, row: &Row, uses: &Uses, today: bool) -> Result<Option<Reply>, Problem> {
        let text = |name: &str| {
            row.fields
                .get(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let number = |name: &str| row.fields.get(name).and_then(Value::as_i64);
        let scope = text(reply::SCOPE.name()).unwrap_or_else(|| "shop".to_owned());
        let private = scope == "mine" || row.state != "active";
        if row.void || private && !self.is_author(row.id, reply::TEXT.name())? {
            return Ok(None);
        }
        let (ever, on_day) = uses
            .counts
            .get(&row.id.to_string())
            .copied()
            .unwrap_or_default();
        let brought = number(reply::USED.name())
            .and_then(|used| u32::try_from(used).ok())
            .unwrap_or_default();
        Ok(Some(Reply {
            id: row.id,
            code: text(reply::CODE.name()).unwrap_or_default(),
            title: text(reply::TITLE.name()).unwrap_or_default(),
            text: text(reply::TEXT.name()).unwrap_or_default(),
            topic: text(reply::TOPIC.name()).unwrap_or_default(),
            stage: text(reply::STAGE_OF.name()),
            language: text(reply::LANGUAGE_OF.name()),
            valid_from: number(reply::VALID_FROM.name()),
            valid_until: number(reply::VALID_UNTIL.name()),
            version: number(reply::VERSION_NO.name()).unwrap_or(1),
            scope,
            used: brought.saturating_add(ever),
            today: if today { on_day } else { 0 },
        }))
    }

    fn uses_key(&self) -> Result<String, Problem> {
        Ok(format!("{USES}/{}", self.me()?.id))
    }

    /// Returns how many replies the person at the desk copied on this machine.
    pub fn replies_used(&self) -> Result<u64, Problem> {
        let kept = self.store().setting_local(&self.uses_key()?)?;
        let uses: Uses = serde_json::from_str(&kept.unwrap_or_default()).unwrap_or_default();
        Ok(uses.counts.values().map(|(ever, _)| u64::from(*ever)).sum())
    }

    /// Counts a use of a reply by the person at the desk.
    pub fn reply_used(&mut self, id: Id) -> Result<(), Problem> {
        let (key, day) = (self.uses_key()?, self.business_day(self.now())?);
        let kept = self.store().setting_local(&key)?.unwrap_or_default();
        let mut uses: Uses = serde_json::from_str(&kept).unwrap_or_default();
        if uses.day != day {
            uses.day = day;
            uses.counts.values_mut().for_each(|(_, today)| *today = 0);
        }
        let count = uses.counts.entry(id.to_string()).or_default();
        *count = (count.0.saturating_add(1), count.1.saturating_add(1));
        let text = serde_json::to_string(&uses).unwrap_or_default();
        Ok(self.store_mut().set_setting_local(&key, Some(&text))?)
    }

    /// Refuses a text that must not be copied: of a reply that does not hold now, or with a
    /// variable that nothing is known for.
    pub fn may_copy(&self, reply: &Reply, filled: &Filled, words: &Words) -> Result<(), Problem> {
        self.may_use(reply, words)?;
        filled.complete()
    }

    /// Refuses a reply that does not hold now.
    pub fn may_use(&self, reply: &Reply, words: &Words) -> Result<(), Problem> {
        let now = self.now();
        if !reply.holds_at(now) {
            let at = reply.valid_until.or(reply.valid_from).unwrap_or(now);
            let date = Look {
                words,
                zone: self.zone(),
            }
            .time(at);
            return Err(refused("problem-reply-expired")
                .arg("date", date)
                .hint("problem-reply-expired-hint"));
        }
        Ok(())
    }
}
