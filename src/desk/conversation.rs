//! Conversations from outside: pasted chats and chat logs. The same utterance is one entry,
//! however often and from wherever it comes.

use serde_json::{Value, json};

use super::Desk;
use super::act::{Act, fields};
use crate::domain::body::Body;
use crate::domain::event::{Event, Head};
use crate::domain::fold::fold;
use crate::domain::id::{Chain, Id, ReplicaId};
use crate::domain::origin::{Utterance, origins};
use crate::domain::payload::{Change, Direction, Fields, Payload, Say};
use crate::domain::record::Record;
use crate::domain::registers::{conversation, customer};
use crate::domain::stamp::Stamp;
use crate::exchange::intake::conversations::{Conversation, Role};
use crate::exchange::intake::is_masked;
use crate::problem::Problem;

/// Something said, as a paste or file gives it.
#[derive(Debug, Clone)]
pub struct Said {
    /// The platform's message id, where known.
    pub id: Option<String>,
    /// Who speaks to whom.
    pub direction: Direction,
    /// The speaker's name.
    pub author: Option<String>,
    /// The text as received.
    pub text: String,
    /// When, milliseconds UTC, where known.
    pub at: Option<i64>,
}

/// A talk with a buyer, before it is matched with what is here.
#[derive(Debug, Clone)]
pub struct Talk {
    /// The conversation's record, by the rules of identity.
    pub id: Id,
    /// Where it belongs.
    pub about: Fields,
    /// What was said, in order.
    pub said: Vec<Said>,
    /// When it began, milliseconds UTC.
    pub at: i64,
    /// The channel.
    pub channel: Option<String>,
}

/// What became of a talk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TalkOutcome {
    /// The conversation.
    pub id: Id,
    /// Whether it was not here before.
    pub begun: bool,
    /// Entries that were not here before.
    pub new: usize,
    /// Entries that were here.
    pub here: usize,
    /// Replies of ours that are now seen to have been sent.
    pub seen_sent: usize,
    /// Which of the talk's words are new, by their place in it.
    pub fresh: Vec<usize>,
}

impl Talk {
    /// Returns the talk that one conversation of a chat log is.
    pub fn of_file(
        desk: &mut Desk,
        one: &Conversation,
        account: Option<&str>,
    ) -> Result<Self, Problem> {
        let account = match account {
            Some(account) => account.to_owned(),
            None => desk.account_of_shop(one.account.as_deref(), None)?,
        };
        let said: Vec<Said> = one
            .messages
            .iter()
            .map(|message| Said {
                id: message.id.clone(),
                direction: match message.role {
                    Role::Customer => Direction::In,
                    Role::Agent => Direction::Out,
                    Role::System => Direction::System,
                },
                author: message.author.clone(),
                text: message.text.clone(),
                at: message.at,
            })
            .collect();
        let at = said
            .iter()
            .find_map(|one| one.at)
            .unwrap_or_else(|| desk.now());
        let mut about = fields([
            ("buyer", json!(one.buyer)),
            ("buyer_id", json!(one.buyer_id)),
            ("number", json!(one.number)),
            ("channel", json!(one.channel)),
        ]);
        if !account.is_empty() {
            about.insert("account".into(), json!(account));
        }
        if let Some(number) = &one.order {
            let order = desk.secret()?.derive("order", &account, number);
            about.insert("order".into(), json!(order.to_string()));
        }
        if let Some(customer) = desk.customer_of(&about, None)? {
            about.insert("customer".into(), json!(customer.to_string()));
        }
        let id = desk.talk_id(
            &account,
            one.number.as_deref(),
            one.buyer.as_deref(),
            at,
            one.order.as_deref(),
        )?;
        about.retain(|path, value| {
            conversation::REGISTER
                .field(path)
                .is_some_and(|field| field.kind.accepts(value))
        });
        Ok(Self {
            id,
            about,
            said,
            at,
            channel: one.channel.clone(),
        })
    }
}

impl Desk {
    /// Returns a conversation's id: the platform's number; else account, unmasked buyer and
    /// business day; else the order's number; else a random one.
    pub fn talk_id(
        &mut self,
        account: &str,
        number: Option<&str>,
        buyer: Option<&str>,
        at: i64,
        order: Option<&str>,
    ) -> Result<Id, Problem> {
        let secret = self.secret()?;
        let buyer = buyer.filter(|buyer| !buyer.trim().is_empty() && !is_masked(buyer));
        let key = match (number, buyer, order) {
            (Some(number), ..) => number.to_owned(),
            (None, Some(buyer), _) => format!("{}\u{0}{}", buyer.trim(), self.business_day(at)?),
            (None, None, Some(order)) => format!("\u{0}{order}"),
            (None, None, None) => return Ok(self.new_id()),
        };
        Ok(secret.derive("conversation", account, &key))
    }

    /// Returns the account that an outside shop name means; none where the shop's accounts do
    /// not decide it, so that every desk derives the same ids.
    pub fn account_of_shop(
        &self,
        shop: Option<&str>,
        platform: Option<&str>,
    ) -> Result<String, Problem> {
        if let Some(shop) = shop {
            let rows = self.store().rows(&crate::store::Query {
                registers: vec!["account"],
                limit: Some(100),
                ..crate::store::Query::default()
            })?;
            let named = rows.iter().find(|row| {
                ["name", "shop_name"]
                    .iter()
                    .any(|name| row.fields.get(*name).and_then(Value::as_str) == Some(shop))
            });
            if let Some(name) = named
                .and_then(|row| row.fields.get("name"))
                .and_then(Value::as_str)
            {
                return Ok(name.to_owned());
            }
        }
        self.account_for(platform)
    }

    /// Returns the customer whom a platform's buyer id names, on Taobao and Tmall the member
    /// name; none for masked and for mere display names.
    pub fn customer_of(
        &self,
        about: &Fields,
        platform: Option<&str>,
    ) -> Result<Option<Id>, Problem> {
        let home = self.setting("platform")?;
        let platform = platform.or(home.as_deref()).unwrap_or("taobao");
        let named_by_member = matches!(platform, "taobao" | "tmall");
        let text = |name: &str| {
            about
                .get(name)
                .and_then(Value::as_str)
                .map(str::trim)
                .filter(|text| !text.is_empty())
        };
        let name = text("buyer_id").or(if named_by_member { text("buyer") } else { None });
        let Some(name) = name.filter(|name| !is_masked(name)) else {
            return Ok(None);
        };
        let family = if named_by_member { "taobao" } else { platform };
        Ok(Some(self.secret()?.derive("customer", family, name)))
    }

    /// Opens the customer whom these fields name, unless known or already in the act.
    pub(super) fn know_customer(
        &self,
        act: &mut Act,
        about: &Fields,
        platform: Option<&str>,
    ) -> Result<(), Problem> {
        let Some(id) = about
            .get("customer")
            .and_then(Value::as_str)
            .and_then(|id| id.parse::<Id>().ok())
        else {
            return Ok(());
        };
        if act.touches(id) || self.store().record(id)?.is_some() {
            return Ok(());
        }
        let take = |name: &str| about.get(name).cloned().unwrap_or(Value::Null);
        let mut values = fields([
            ("buyer", take("buyer")),
            ("buyer_id", take("buyer_id")),
            ("account", take("account")),
            ("platform", json!(platform)),
        ]);
        values.retain(|path, value| {
            customer::REGISTER
                .field(path)
                .is_some_and(|field| field.kind.accepts(value))
        });
        act.open(&customer::REGISTER, id, values);
        Ok(())
    }

    /// Adds a talk to its conversation: what is new of it, and nothing where nothing is.
    pub(super) fn add_talk(&mut self, act: &mut Act, talk: &Talk) -> Result<TalkOutcome, Problem> {
        let batch = self.new_id();
        let secret = self.secret()?;
        let utterances: Vec<Utterance> = talk
            .said
            .iter()
            .map(|one| Utterance {
                id: one.id.as_deref(),
                direction: one.direction,
                text: &one.text,
                at: one.at,
            })
            .collect();
        let says: Vec<(Payload, i64)> = origins(&secret, batch, &utterances)
            .into_iter()
            .zip(&talk.said)
            .map(|(source, one)| {
                let say = Say {
                    channel: talk.channel.clone(),
                    author: one.author.clone(),
                    source: Some(source),
                    ..Say::plain(one.direction, one.text.clone())
                };
                (
                    Payload::Say(Box::new(say)),
                    one.at.unwrap_or(talk.at).max(0),
                )
            })
            .collect();
        let outcome = self.preview(talk, &says)?;
        if outcome.begun && !act.touches(talk.id) {
            self.know_customer(act, &talk.about, None)?;
            let mut about = talk.about.clone();
            self.give_stage(&mut about, &[])?;
            let change = Change {
                fields: about,
                ..Change::default()
            };
            act.add_at(
                &conversation::REGISTER,
                talk.id,
                Payload::Open(change),
                talk.at.max(0),
            );
        }
        if outcome.begun || outcome.new > 0 || outcome.seen_sent > 0 {
            for (say, at) in says {
                act.add_at(&conversation::REGISTER, talk.id, say, at);
            }
        }
        Ok(outcome)
    }

    /// Says what a talk would add, by folding it with what is here.
    pub fn preview(&self, talk: &Talk, says: &[(Payload, i64)]) -> Result<TalkOutcome, Problem> {
        let mut events = self.store().events(talk.id)?;
        let before = fold(Some(&conversation::REGISTER), &events).record;
        let last = events.iter().map(|event| event.head.stamp).max();
        let added = imagined(talk.id, says, last.unwrap_or_default());
        let chains: Vec<Chain> = added.iter().map(|event| event.chain).collect();
        events.extend(added);
        let after = fold(Some(&conversation::REGISTER), &events).record;
        let count = |record: &Option<Record>| {
            let entries = record
                .iter()
                .flat_map(|record| &record.entries)
                .filter(|entry| !entry.void);
            let entries: Vec<_> = entries.collect();
            (
                entries.len(),
                entries.iter().filter(|entry| entry.seen_sent).count(),
            )
        };
        let (had, has) = (count(&before), count(&after));
        let new = has.0.saturating_sub(had.0);
        Ok(TalkOutcome {
            id: talk.id,
            begun: before.is_none(),
            new,
            here: says.len().saturating_sub(new),
            seen_sent: has.1.saturating_sub(had.1),
            fresh: after
                .iter()
                .flat_map(|record| &record.entries)
                .filter_map(|entry| chains.iter().position(|chain| *chain == entry.trace.chain))
                .collect(),
        })
    }
}

/// Events as a talk would append them, for a fold that writes nothing.
fn imagined(record: Id, says: &[(Payload, i64)], mut last: Stamp) -> Vec<Event> {
    let mut previous = Chain::default();
    let mut events = Vec::new();
    for (place, (say, at)) in says.iter().enumerate() {
        last = Stamp::next(*at, Some(last));
        let (facts, personal) = say.write(|_| false);
        let Ok(body) = Body::write(&facts, &personal, [0; 16]) else {
            continue;
        };
        let head = Head {
            replica: ReplicaId::default(),
            seq: place as u64 + 1,
            stamp: last,
            at: *at,
            zone: 0,
            act: 1,
            register: conversation::REGISTER.name.to_owned(),
            record,
            verb: say.verb() as u8,
            version: conversation::REGISTER.version,
            roster: [0; 8],
            digest: [0; 32],
        };
        if let Ok(event) = Event::after(&previous, head, body) {
            previous = event.chain;
            events.push(event);
        }
    }
    events
}
