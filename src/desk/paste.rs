//! A pasted chat: what it would add to which conversation, and its record. The stored words
//! are what was pasted, byte for byte; the same chat pasted twice adds nothing.

use serde_json::{Value, json};

use super::Desk;
use super::act::{Act, Done, fields, refused};
use super::conversation::{Said, Talk, TalkOutcome};
use crate::domain::id::Id;
use crate::domain::payload::{Direction, Fields};
use crate::domain::registers::conversation;
use crate::exchange::intake::capture::KindFound;
use crate::exchange::intake::chats::{ChatContext, ChatForms, Pasted, Side, read};
use crate::exchange::intake::is_masked;
use crate::problem::{Kind, Problem};
use crate::store::{Order, Query};

/// A day in milliseconds.
const DAY: i64 = 24 * 3_600_000;
/// The most conversations of a buyer that a paste is compared with.
const COMPARED: usize = 20;

/// A pasted chat, split, and what it would add; nothing is written yet.
#[derive(Debug, Clone)]
pub struct PastePreview {
    /// The paste as it was split.
    pub pasted: Pasted,
    /// The buyer's name, as pasted or as the person says.
    pub buyer: Option<String>,
    /// The order that its words name, where they name one.
    pub order: Option<String>,
    /// The talk as it would be added.
    pub talk: Talk,
    /// What would be new of it.
    pub outcome: TalkOutcome,
    /// Since when the conversation that it joins is open, milliseconds UTC; none where it
    /// would begin one.
    pub since: Option<i64>,
    /// What the buyer's words are about, each with the word that led to it.
    pub matters: Vec<KindFound>,
    /// Which of the new words of ours promise something, by their place in the talk.
    pub promises: Vec<usize>,
}

impl Desk {
    /// Splits a pasted chat and says what it would add. `buyer` settles whose words are whose
    /// where the paste leaves it open.
    ///
    /// Refused where several speakers could be the buyer and none is named.
    pub fn paste_preview(
        &mut self,
        text: &str,
        buyer: Option<&str>,
    ) -> Result<PastePreview, Problem> {
        let pasted = self.split(text)?;
        let buyer = match buyer.map(str::trim).filter(|buyer| !buyer.is_empty()) {
            Some(buyer) => Some(buyer.to_owned()),
            None if pasted.ambiguous.is_empty() => pasted.buyer.clone(),
            None => {
                return Err(Problem::new(Kind::NotUnderstood, "problem-paste-who")
                    .arg("names", pasted.ambiguous.join(", "))
                    .hint("problem-paste-who-hint"));
            }
        };
        let order = match &pasted.orders[..] {
            [only] => Some(only.clone()),
            _ => None,
        };
        let said = said(&pasted, buyer.as_deref());
        if said.is_empty() {
            return Err(refused("problem-nothing-said").hint("problem-nothing-said-hint"));
        }
        let mut talk = self.talk_of(said, buyer.as_deref(), order.as_deref())?;
        let matters = self.matters(&talk.said)?;
        self.give_stage(&mut talk.about, &matters)?;
        let (talk, outcome) = self.joined(talk, buyer.as_deref())?;
        let since = self.store().record(talk.id)?.map(|record| record.opened);
        let promises = self.promises(&talk.said, &outcome.fresh)?;
        Ok(PastePreview {
            pasted,
            buyer,
            order,
            talk,
            outcome,
            since,
            matters,
            promises,
        })
    }

    /// Returns the speakers of a pasted chat who all could be the buyer.
    pub fn paste_speakers(&self, text: &str) -> Result<Vec<String>, Problem> {
        Ok(self.split(text)?.ambiguous)
    }

    /// Records a pasted chat; who pastes an unowned conversation has claimed it.
    pub fn paste(&mut self, preview: &PastePreview) -> Result<Done, Problem> {
        let me = self.me()?.id;
        let mut act = self.act();
        if let Some(number) = &preview.order {
            self.order(
                &mut act,
                number,
                fields([("said_buyer", json!(preview.buyer))]),
            )?;
        }
        let mut talk = Act::at(self.now());
        let outcome = self.add_talk(&mut talk, &preview.talk)?;
        if talk.is_empty() {
            return Ok(Done::nothing(vec![outcome.id]));
        }
        act.append(talk);
        if outcome.begun {
            act.begun(&conversation::REGISTER, outcome.id, &preview.talk.about, me);
        } else {
            let (record, register) = self.record(outcome.id)?;
            act.claim(register, &record, me);
        }
        let done = self.write(act)?;
        let others = done
            .records
            .iter()
            .copied()
            .filter(|record| *record != outcome.id);
        Ok(Done {
            records: std::iter::once(outcome.id).chain(others).collect(),
            ..done
        })
    }

    fn split(&self, text: &str) -> Result<Pasted, Problem> {
        let mut forms = ChatForms::built_in()?;
        if let Some(own) = self.setting("chats")? {
            forms.add(&own)?;
        }
        let ours = self.our_names()?;
        let context = ChatContext {
            now: self.now(),
            zone: self.zone(),
            date_order: None,
            ours: &ours,
            known_buyer: &|name| {
                !is_masked(name) && self.talks_with(name).is_ok_and(|talks| !talks.is_empty())
            },
        };
        Ok(read(text, &forms, &context))
    }

    /// The names under which our people write: accounts, their agents, everybody here.
    fn our_names(&self) -> Result<Vec<String>, Problem> {
        let mut names: Vec<String> = self
            .people()
            .all()
            .iter()
            .map(|person| person.name.clone())
            .collect();
        let query = Query {
            registers: vec!["account"],
            limit: Some(200),
            ..Query::default()
        };
        for row in self.store().rows(&query)? {
            let text = |name: &str| {
                row.fields
                    .get(name)
                    .and_then(Value::as_str)
                    .map(str::to_owned)
            };
            names.extend(["name", "shop_name"].into_iter().filter_map(text));
            let agents = row.fields.get("agents").and_then(Value::as_array);
            names.extend(
                agents
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(str::to_owned),
            );
        }
        names.extend(self.store().shop().map(|shop| shop.name.clone()));
        Ok(names)
    }

    fn talk_of(
        &mut self,
        said: Vec<Said>,
        buyer: Option<&str>,
        order: Option<&str>,
    ) -> Result<Talk, Problem> {
        let account = self.account_for(None)?;
        let at = said
            .iter()
            .find_map(|one| one.at)
            .unwrap_or_else(|| self.now());
        let mut about: Fields = fields([("buyer", json!(buyer)), ("channel", json!("chat"))]);
        if !account.is_empty() {
            about.insert("account".into(), json!(account));
        }
        if let Some(number) = order {
            let id = self.order_id(number)?;
            about.insert("order".into(), json!(id.to_string()));
        }
        if let Some(customer) = self.customer_of(&about, None)? {
            about.insert("customer".into(), json!(customer.to_string()));
        }
        let id = self.talk_id(&account, None, buyer, at, order)?;
        Ok(Talk {
            id,
            about,
            said,
            at,
            channel: Some("chat".into()),
        })
    }

    /// What the buyer wants by the words of the one line, each matter once.
    fn matters(&self, said: &[Said]) -> Result<Vec<KindFound>, Problem> {
        let mut matters: Vec<KindFound> = Vec::new();
        for one in said.iter().filter(|one| one.direction == Direction::In) {
            for found in self.recognised(&one.text)?.kinds {
                let known = |other: &KindFound| {
                    other.register == found.register && other.kind == found.kind
                };
                if !matters.iter().any(known) {
                    matters.push(found);
                }
            }
        }
        Ok(matters)
    }

    /// Our new words that name a time to come, or say that they promise.
    fn promises(&self, said: &[Said], fresh: &[usize]) -> Result<Vec<usize>, Problem> {
        let mut promises = Vec::new();
        for place in fresh {
            let Some(one) = said.get(*place) else {
                continue;
            };
            if one.direction != Direction::Out {
                continue;
            }
            let found = self.recognised(&one.text)?;
            let is_said = found.kinds.iter().any(|kind| kind.register == "promise");
            if is_said || found.due.is_some() {
                promises.push(*place);
            }
        }
        Ok(promises)
    }

    /// A paste that matches the tail of the buyer's conversation of the day before, or of one
    /// that a file brought, joins that one; one that matches nothing joins the open one of its
    /// day, and else it is the buyer's conversation of its day.
    fn joined(&mut self, talk: Talk, buyer: Option<&str>) -> Result<(Talk, TalkOutcome), Problem> {
        let own = self.trial(&talk)?;
        let Some(buyer) = buyer.filter(|buyer| !is_masked(buyer)) else {
            return Ok((talk, own));
        };
        if !own.begun {
            return Ok((talk, own));
        }
        let account = self.account_for(None)?;
        let mut others = vec![self.talk_id(
            &account,
            None,
            Some(buyer),
            talk.at.saturating_sub(DAY),
            None,
        )?];
        others.extend(self.talks_with(buyer)?);
        for id in others {
            if self
                .store()
                .record(id)?
                .is_none_or(|record| record.closed.is_some())
            {
                continue;
            }
            let other = Talk { id, ..talk.clone() };
            let outcome = self.trial(&other)?;
            if outcome.here > 0 {
                return Ok((other, outcome));
            }
        }
        let Some(id) = self.open_of_the_day(buyer, &account, talk.at)? else {
            return Ok((talk, own));
        };
        let other = Talk { id, ..talk };
        let outcome = self.trial(&other)?;
        Ok((other, outcome))
    }

    /// The conversation of a buyer that is open and began on the business day of `at`.
    fn open_of_the_day(&self, buyer: &str, account: &str, at: i64) -> Result<Option<Id>, Problem> {
        let day = self.business_day(at)?;
        for id in self.talks_with(buyer)? {
            let (record, _) = self.record(id)?;
            let is_ours = record.text("account").unwrap_or_default() == account;
            if record.closed.is_none() && is_ours && self.business_day(record.opened)? == day {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    fn trial(&mut self, talk: &Talk) -> Result<TalkOutcome, Problem> {
        self.add_talk(&mut Act::at(talk.at), talk)
    }

    /// The newest conversations with a buyer of this name.
    fn talks_with(&self, buyer: &str) -> Result<Vec<Id>, Problem> {
        let query = Query {
            registers: vec!["conversation"],
            fields: vec![("buyer", buyer.to_owned())],
            order: Order::Opened,
            limit: Some(COMPARED),
            is_few: true,
            ..Query::default()
        };
        Ok(self
            .store()
            .rows(&query)?
            .into_iter()
            .map(|row| row.id)
            .collect())
    }
}

/// The utterances as they were said: the buyer's, ours, the platform's. What nobody is named
/// for is the buyer's, as a quoted block is.
fn said(pasted: &Pasted, buyer: Option<&str>) -> Vec<Said> {
    pasted
        .utterances
        .iter()
        .filter(|one| !one.text.trim().is_empty())
        .map(|one| {
            let is_buyer = buyer.is_some() && one.speaker.as_deref() == buyer;
            let direction = match one.side {
                Side::System => Direction::System,
                _ if is_buyer => Direction::In,
                Side::In | Side::Unknown if one.speaker.is_none() || buyer.is_none() => {
                    Direction::In
                }
                _ => Direction::Out,
            };
            Said {
                id: None,
                direction,
                author: one.speaker.clone(),
                text: one.text.clone(),
                at: one.at,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::{FixedClock, SeededRandom};
    use crate::desk::begin::init_drill;
    use crate::domain::register::Owner;

    fn desk(folder: &std::path::Path, name: &str) -> Desk {
        let clock = Box::new(FixedClock(1_795_333_560_000));
        init_drill(
            &folder.join(name),
            "S",
            name,
            clock,
            Box::new(SeededRandom::new(name)),
        )
        .unwrap()
    }

    const CHAT: &str = "Sunny (2026-11-22 14:02:05): when is it cheaper\nLi (2026-11-22 14:03:11): one moment\nSunny (2026-11-22 14:05:40): thanks\n";

    #[test]
    fn the_same_chat_twice_is_one_timeline() {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = desk(folder.path(), "Li");
        let preview = desk.paste_preview(CHAT, None).unwrap();
        assert_eq!(
            (preview.buyer.as_deref(), preview.outcome.new),
            (Some("Sunny"), 3)
        );
        let done = desk.paste(&preview).unwrap();
        let again = desk.paste_preview(CHAT, None).unwrap();
        assert_eq!(
            (again.outcome.new, again.outcome.here, again.outcome.id),
            (0, 3, done.record())
        );
        assert!(desk.paste(&again).unwrap().events.is_empty());
        let record = desk.record(done.record()).unwrap().0;
        let sides: Vec<_> = record
            .entries
            .iter()
            .map(|entry| entry.say.direction)
            .collect();
        assert_eq!(sides, [Direction::In, Direction::Out, Direction::In]);
        assert_eq!(record.owner, Some(Owner::Person(desk.me().unwrap().id)));
    }

    #[test]
    fn several_strangers_are_asked_about() {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = desk(folder.path(), "Li");
        let chat = CHAT.replace("Li (", "Wang (");
        let asked = desk
            .paste_preview(&chat, None)
            .err()
            .map(|problem| problem.message);
        assert_eq!(asked, Some("problem-paste-who"));
        let preview = desk.paste_preview(&chat, Some("Sunny")).unwrap();
        assert_eq!(preview.talk.said[1].direction, Direction::Out);
    }

    #[test]
    fn a_masked_buyer_never_merges() {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = desk(folder.path(), "Li");
        let chat = CHAT.replace("Sunny", "t**3");
        let first = desk.paste_preview(&chat, None).unwrap();
        desk.paste(&first).unwrap();
        let second = desk.paste_preview(&chat, None).unwrap();
        assert_ne!(first.talk.id, second.talk.id);
    }
}
