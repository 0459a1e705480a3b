//! The library of replies, made ready for a filter at every key, ranked with reasons.

use super::{Context, Reply, Scope};
use crate::domain::id::Id;
use crate::exchange::outlet::table::Look;
use crate::text::fold::fold;
use crate::text::pinyin::{Initials, Query};

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

/// A reply with its texts made ready.
pub(super) struct Entry {
    pub(super) reply: Reply,
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
    pub(super) entries: Vec<Entry>,
    pub(super) heads: Vec<(i64, u64)>,
    pub(super) uses: String,
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
    pub(super) fn new(reply: Reply) -> Self {
        #[cfg(test)]
        MADE.set(MADE.get() + 1);
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
    pub(super) fn is_of(&self, reply: &Reply) -> bool {
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
        #[cfg(test)]
        LOOKS.set(LOOKS.get() + 1);
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

#[cfg(test)]
thread_local! {
    /// How many replies were looked at in this thread.
    static LOOKS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    /// How many replies were made ready in this thread.
    static MADE: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Words;

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

    /// 5 ms a key is the figure for a release build, in the benches; here every reply is looked
    /// at once a key, and none is made ready anew.
    #[test]
    fn ten_thousand_replies_are_filtered_with_one_look_at_each() {
        let text = "您好亲，您的订单{订单号}的退款我们已经提交，一般1到3个工作日到账，请您留意查收短信通知";
        let all = (0..10_000u32).map(|n| {
            let mut one = reply(1, &format!("c{n}"), &format!("退款到账 说明 {n}"), text);
            one.id = Id::at(i64::from(n), [0; 10]);
            one
        });
        let replies = Replies::of(all.collect());
        let context = Context::default();
        for (query, found) in [
            ("tkdz", 10_000),
            ("zzqx", 0),
            ("", 10_000),
            ("到账 99", 280),
        ] {
            let before = (LOOKS.get(), MADE.get());
            let hits = replies.filter(query, Scope::All, None, &context);
            assert_eq!(hits.len(), found, "{query:?}");
            let after = (LOOKS.get(), MADE.get());
            assert_eq!(after, (before.0 + 10_000, before.1), "{query:?}");
        }
    }
}
