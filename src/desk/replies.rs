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
use crate::text::fold::fold;
use crate::text::pinyin::{Initials, Query};

mod fill;

pub use fill::{Blank, Choice, Context, Filled, fill};

/// How many rows are read at once.
const PAGE: usize = 5_000;
/// The local setting that counts a person's uses.
const USES: &str = "reply_uses";
/// How much a reply of another stage sinks, in places.
const SINKS: i32 = 2;
/// How much one of the right stage rises.
const RISES: i32 = 1;
/// From how many uses in a day on a reply rises by two places.
const OFTEN: u32 = 10;
/// How many places lie between two ways of matching.
const TIER: i32 = 10;
/// Behind everything that may be used as it is.
const LAST: i32 = 10_000;

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

struct Entry {
    reply: Reply,
    code: String,
    folded_title: String,
    title: Initials,
    topic: Initials,
    text: Initials,
}

/// How a reply was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// Nothing was asked.
    All,
    /// The whole code.
    Code,
    /// The code's beginning.
    CodeBegins,
    /// Words of the title.
    Title,
    /// The title's pinyin initials.
    Initials,
    /// The topic.
    Topic,
    /// The text.
    Text,
}

/// A reply that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    at: usize,
    score: i32,
    /// How it was found.
    pub how: Match,
    /// By how many places the stage of the open item moved it.
    pub stage: i32,
    /// By how many places today's uses moved it.
    pub today: i32,
    /// Whether it is in another language than asked.
    pub other_language: bool,
    /// Whether it may be used now.
    pub usable: bool,
    /// Whether it may no longer be used.
    pub expired: bool,
}

/// The library, made ready for a filter at every key.
#[derive(Default)]
pub struct Replies {
    entries: Vec<Entry>,
    heads: Vec<(i64, u64)>,
    uses: String,
}

impl Replies {
    /// Makes a library of these replies.
    #[must_use]
    pub fn of(replies: Vec<Reply>) -> Self {
        Self {
            entries: replies.into_iter().map(Entry::new).collect(),
            ..Self::default()
        }
    }

    /// Returns how many replies there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the reply of a hit.
    pub fn get(&self, hit: &Hit) -> Option<&Reply> {
        self.entries.get(hit.at).map(|entry| &entry.reply)
    }

    /// Returns a reply by its record.
    pub fn by_id(&self, id: Id) -> Option<&Reply> {
        self.entries
            .iter()
            .map(|entry| &entry.reply)
            .find(|reply| reply.id == id)
    }

    /// Returns the replies that match every word of a query, the best first: by code, title,
    /// pinyin initials, topic, text; then by stage and use. Those of another language stand
    /// behind, those that do not hold now last.
    pub fn filter(
        &self,
        query: &str,
        scope: Scope,
        language: Option<&str>,
        context: &Context,
    ) -> Vec<Hit> {
        let asked = Asked::new(query);
        let mut hits: Vec<Hit> = self
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| scope.holds(&entry.reply))
            .filter_map(|(at, entry)| entry.hit(at, &asked, language, context))
            .collect();
        hits.sort_by(|one, other| {
            let key = |hit: &Hit| {
                let reply = &self.entries[hit.at].reply;
                (hit.score, std::cmp::Reverse((reply.today, reply.used)))
            };
            key(one).cmp(&key(other)).then_with(|| {
                self.entries[one.at]
                    .reply
                    .title
                    .cmp(&self.entries[other.at].reply.title)
            })
        });
        hits
    }

    /// Returns why a reply stands where it stands, in sentences.
    pub fn why(&self, hit: &Hit, query: &str, look: &Look<'_>) -> Vec<String> {
        let Some(reply) = self.get(hit) else {
            return Vec::new();
        };
        let words = look.words;
        let mut why = Vec::new();
        let how = match hit.how {
            Match::All => None,
            Match::Code => Some("replies-why-code"),
            Match::CodeBegins => Some("replies-why-code-begins"),
            Match::Title => Some("replies-why-title"),
            Match::Initials => Some("replies-why-initials"),
            Match::Topic => Some("replies-why-topic"),
            Match::Text => Some("replies-why-text"),
        };
        why.extend(how.map(|id| words.with(id, &[("query", query.trim().into())])));
        let places = |by: i32| i64::from(by.abs()).into();
        match hit.stage {
            0 => {}
            by if by < 0 => why.push(words.with("replies-why-stage", &[("places", places(by))])),
            by => why.push(words.with("replies-why-other-stage", &[("places", places(by))])),
        }
        if hit.today != 0 {
            let args = [("count", reply.today.into()), ("places", places(hit.today))];
            why.push(words.with("replies-why-today", &args));
        } else if reply.used > 0 {
            why.push(words.with("replies-why-used", &[("count", reply.used.into())]));
        }
        if hit.other_language {
            why.push(words.get("replies-why-language").to_string());
        }
        if !hit.usable {
            let (id, at) = if hit.expired {
                ("replies-why-expired", reply.valid_until)
            } else {
                ("replies-why-not-yet", reply.valid_from)
            };
            why.push(words.with(
                id,
                &[(
                    "date",
                    at.map(|at| look.time(at)).unwrap_or_default().into(),
                )],
            ));
        }
        why
    }
}

/// A query made ready.
struct Asked {
    query: Query,
    folded: String,
    code: String,
}

impl Asked {
    fn new(text: &str) -> Self {
        let folded = fold(text).trim().to_owned();
        let code = folded.chars().filter(|c| !c.is_whitespace()).collect();
        Self {
            query: Query::new(text),
            folded,
            code,
        }
    }
}

impl Entry {
    fn new(reply: Reply) -> Self {
        Self {
            code: fold(&reply.code),
            folded_title: fold(&reply.title),
            title: Initials::of(&reply.title),
            topic: Initials::of(&reply.topic),
            text: Initials::of(&reply.text),
            reply,
        }
    }

    /// Whether the prepared texts are still those of a reply.
    fn is_of(&self, reply: &Reply) -> bool {
        let texts = |reply: &Reply| {
            [
                reply.code.clone(),
                reply.title.clone(),
                reply.topic.clone(),
                reply.text.clone(),
            ]
        };
        self.reply.id == reply.id && texts(&self.reply) == texts(reply)
    }

    fn hit(
        &self,
        at: usize,
        asked: &Asked,
        language: Option<&str>,
        context: &Context,
    ) -> Option<Hit> {
        let (how, place) = self.matched(asked)?;
        let reply = &self.reply;
        let stage = match (&reply.stage, &context.stage) {
            (Some(own), Some(other)) if own == other => -RISES,
            (Some(own), Some(_)) if own != "general" => SINKS,
            _ => 0,
        };
        let today = match reply.today {
            0 => 0,
            1..OFTEN => -1,
            _ => -2,
        };
        let other_language = reply
            .language
            .as_deref()
            .zip(language)
            .is_some_and(|(own, asked)| own != asked);
        let usable = reply.holds_at(context.now);
        let behind = if usable { 0 } else { LAST } + if other_language { LAST / 2 } else { 0 };
        let score = how as i32 * TIER + place.min(3) + stage + today + behind;
        let expired = reply.valid_until.is_some_and(|until| until < context.now);
        Some(Hit {
            at,
            score,
            how,
            stage,
            today,
            other_language,
            usable,
            expired,
        })
    }

    fn matched(&self, asked: &Asked) -> Option<(Match, i32)> {
        if asked.query.is_empty() {
            return Some((Match::All, 0));
        }
        if !self.code.is_empty() && self.code.starts_with(&asked.code) {
            let whole = self.code.len() == asked.code.len();
            return Some((
                if whole {
                    Match::Code
                } else {
                    Match::CodeBegins
                },
                0,
            ));
        }
        if let Some(place) = self.title.find(&asked.query) {
            let literal = asked
                .folded
                .split_whitespace()
                .all(|word| self.folded_title.contains(word));
            return Some((
                if literal {
                    Match::Title
                } else {
                    Match::Initials
                },
                place as i32,
            ));
        }
        if self.topic.matches(&asked.query) {
            return Some((Match::Topic, 0));
        }
        self.text
            .find(&asked.query)
            .map(|place| (Match::Text, (place / 8) as i32))
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
                    Some(entry) if entry.is_of(&reply) => Entry { reply, ..entry },
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
        if row.void || private && !self.is_author(row.id)? {
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

    fn is_author(&self, id: Id) -> Result<bool, Problem> {
        let me = self.me()?.id;
        let record = self.store().record(id)?;
        let author = record.and_then(|record| {
            record
                .write(reply::TEXT.name())
                .map(|write| write.trace.replica)
        });
        Ok(author
            .and_then(|author| self.people().of_replica(author))
            .is_some_and(|author| author.id == me))
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
        filled.complete()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(n: u8, code: &str, title: &str, text: &str) -> Reply {
        Reply {
            id: Id([n; 16]),
            code: code.into(),
            title: title.into(),
            text: text.into(),
            topic: "退货".into(),
            stage: Some("after_sales".into()),
            language: Some("zh_cn".into()),
            valid_from: None,
            valid_until: None,
            version: 1,
            scope: "shop".into(),
            used: 0,
            today: 0,
        }
    }

    fn titles(replies: &Replies, query: &str, context: &Context) -> Vec<String> {
        let hits = replies.filter(query, Scope::All, Some("zh_cn"), context);
        hits.iter()
            .map(|hit| replies.get(hit).unwrap().title.clone())
            .collect()
    }

    #[test]
    fn code_title_initials_and_text_are_found_in_this_order() {
        let replies = Replies::of(vec![
            reply(1, "x1", "运费 谁付", "退货运费由责任方承担"),
            reply(2, "x2", "退货退款 缺凭证", "请补凭证"),
            reply(3, "thtkty", "同意退款", "已同意"),
            reply(4, "thtk", "步骤", "三步"),
        ]);
        let context = Context {
            now: 5,
            ..Context::default()
        };
        assert_eq!(
            titles(&replies, "thtk", &context),
            ["步骤", "同意退款", "退货退款 缺凭证"]
        );
        assert_eq!(titles(&replies, "ＴＨＴＫ", &context).len(), 3);
        assert_eq!(titles(&replies, "凭证", &context), ["退货退款 缺凭证"]);
        assert_eq!(titles(&replies, "運費", &context), ["运费 谁付"]);
        assert_eq!(titles(&replies, "zrf", &context), ["运费 谁付"]);
        assert_eq!(titles(&replies, "", &context).len(), 4);
        assert!(titles(&replies, "zzzz", &context).is_empty());
    }

    #[test]
    fn use_stage_language_and_validity_move_a_reply() {
        let mut used = reply(1, "", "退款 乙", "a");
        (used.used, used.today) = (212, 9);
        let mut other_stage = reply(2, "", "退款 甲", "a");
        other_stage.stage = Some("pre_sales".into());
        let mut expired = reply(3, "", "退款 丙", "a");
        expired.valid_until = Some(4);
        let mut foreign = reply(4, "", "退款 丁", "a");
        foreign.language = Some("en".into());
        let plain = reply(5, "", "退款 戊", "a");
        let replies = Replies::of(vec![expired, foreign, other_stage, plain, used]);
        let context = Context {
            now: 5,
            stage: Some("after_sales".into()),
            ..Context::default()
        };
        let order = titles(&replies, "tk", &context);
        assert_eq!(
            order,
            ["退款 乙", "退款 戊", "退款 甲", "退款 丁", "退款 丙"]
        );
        let words = Words::new(crate::i18n::Language::ZhCn);
        let look = Look {
            words: &words,
            zone: chrono_tz::Asia::Shanghai,
        };
        let hits = replies.filter("tk", Scope::All, Some("zh_cn"), &context);
        assert!(!hits[4].usable && hits[0].usable);
        for hit in &hits {
            let why = replies.why(hit, "tk", &look);
            assert!(
                why.iter()
                    .all(|sentence| !sentence.contains("replies-") && !sentence.contains('$')),
                "{why:?}"
            );
            assert!(why[0].contains("tk"));
        }
        assert!(replies.why(&hits[0], "tk", &look).join("").contains('9'));
        assert!(
            replies
                .why(&hits[4], "tk", &look)
                .join("")
                .contains("1970-01-01")
        );
        assert!(replies.filter("tk", Scope::Mine, None, &context).is_empty());
    }

    /// 5 ms a key is the figure for a release build; here only a wrong order of growth shows.
    #[test]
    fn ten_thousand_replies_are_filtered_quickly() {
        let text = "您好亲，您的订单{订单号}的退款我们已经提交，一般1到3个工作日到账，请您留意查收短信通知";
        let all = (0..10_000u32).map(|n| {
            let mut one = reply(1, &format!("c{n}"), &format!("退款到账 说明 {n}"), text);
            one.id = Id::at(i64::from(n), [0; 10]);
            one
        });
        let replies = Replies::of(all.collect());
        let context = Context::default();
        for query in ["tkdz", "zzqx", "", "到账 99"] {
            let start = std::time::Instant::now();
            let found = replies.filter(query, Scope::All, None, &context).len();
            let took = start.elapsed();
            println!("filter 10,000 by {query:?}: {found} in {took:?}");
            assert!(took.as_millis() < 400, "{took:?}");
        }
    }
}
