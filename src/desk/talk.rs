//! What is said: replies that were copied, remarks among ourselves.

use serde_json::{Value, json};

use super::Desk;
use super::act::{Act, Done, fields, refused};
use super::people::People;
use crate::domain::id::Id;
use crate::domain::payload::{Direction, Payload, Say};
use crate::domain::record::Record;
use crate::domain::register::Register;
use crate::domain::registers::{ACCOUNT, BUYER, conversation, follow_up};
use crate::problem::Problem;
use crate::store::Row;

/// What the item of a colleague is called whom a remark names.
pub(super) const MENTION: &str = "mention";

impl Desk {
    /// Records that the text of a reply was copied to be sent; a later paste or export that
    /// holds it turns it into *seen sent*. Words that must not be said are refused. The first act
    /// on an unowned item claims it.
    pub fn reply(&mut self, id: Id, text: &str) -> Result<Done, Problem> {
        let text = said(text)?;
        let hash = self.secret()?.text(Direction::Out.side(), text);
        let (record, register) = self.record(id)?;
        let mut act = self.act();
        self.may_answer(&act, &record)?;
        self.may_be_said(text, &record)?;
        let (me, name) = self.me().map(|me| (me.id, me.name.clone()))?;
        act.claim(register, &record, me);
        act.add(
            register,
            id,
            Payload::Say(Box::new(Say {
                channel: record.text("channel").map(str::to_owned),
                author: Some(name),
                copied: true,
                hash: Some(hash),
                ..Say::plain(Direction::Out, text)
            })),
        );
        self.write(act)
    }

    /// Adds an internal remark; each `@name` in it becomes an item of that person.
    pub fn remark(&mut self, id: Id, text: &str) -> Result<Done, Problem> {
        let mut act = self.act();
        self.add_remark(&mut act, id, text)?;
        self.write(act)
    }

    /// Adds an internal remark to an act.
    pub(super) fn add_remark(&mut self, act: &mut Act, id: Id, text: &str) -> Result<(), Problem> {
        let text = said(text)?;
        let (record, register) = self.record(id)?;
        let me = self.me()?.id;
        let mentioned: Vec<Id> = self
            .people()
            .all()
            .iter()
            .filter(|person| person.id != me && mentions(text, &person.name))
            .map(|person| person.id)
            .collect();
        act.claim(register, &record, me);
        self.add_call(act, (register, &record), text, MENTION, mentioned)
    }

    /// Adds words among ourselves, and for each person who is called an item of their own.
    pub(super) fn add_call(
        &mut self,
        act: &mut Act,
        (register, record): (&'static Register, &Record),
        text: &str,
        kind: &str,
        called: impl IntoIterator<Item = Id>,
    ) -> Result<(), Problem> {
        let say = talked(Direction::Internal, self.me()?.name.clone(), text);
        act.add(register, record.id, Payload::Say(Box::new(say)));
        for person in called {
            let call = self.new_id();
            let order = record.text("order").map(str::to_owned);
            let about = fields([
                (follow_up::KIND.name(), json!(kind)),
                (follow_up::SUBJECT.name(), json!(text)),
                (BUYER.name(), json!(record.text("buyer"))),
                ("order", json!(order)),
                ("customer", json!(record.text("customer"))),
                (ACCOUNT.name(), json!(record.text("account"))),
            ]);
            act.begin(&follow_up::REGISTER, call, about, person);
        }
        Ok(())
    }

    /// Opens a conversation that was not imported, of a buyer known by name.
    pub fn open_conversation(&mut self, buyer: &str, channel: &str) -> Result<Done, Problem> {
        let id = self.new_id();
        let me = self.me()?.id;
        let mut act = self.act();
        let about = fields([
            ("buyer", json!(buyer)),
            (conversation::CHANNEL_OF.name(), json!(channel)),
        ]);
        act.begin(&conversation::REGISTER, id, about, me);
        self.write(act)
    }
}

/// Returns whether a row is the item of somebody who was called to another one: as what.
pub(super) fn is_call(row: &Row, kind: &str) -> bool {
    let of_row = row.fields.get(follow_up::KIND.name());
    row.register == follow_up::REGISTER.name && of_row.and_then(Value::as_str) == Some(kind)
}

/// Returns an entry that somebody of us wrote here.
pub(super) fn talked(direction: Direction, author: String, text: &str) -> Say {
    Say {
        direction,
        channel: None,
        author: Some(author),
        text: Some(text.to_owned()),
        copied: false,
        hash: None,
        source: None,
    }
}

pub(super) fn said(text: &str) -> Result<&str, Problem> {
    let text = text.trim();
    if text.is_empty() {
        Err(refused("problem-nothing-said").hint("problem-nothing-said-hint"))
    } else {
        Ok(text)
    }
}

fn mentions(text: &str, name: &str) -> bool {
    behind_signs(text).any(|(_, called)| called.starts_with(name))
}

/// Returns whom a remark calls of whom no colleague has the name: nobody is told there.
pub fn strangers<'a>(text: &'a str, people: &People) -> Vec<&'a str> {
    let mut all = Vec::new();
    for (before, called) in behind_signs(text) {
        let end = called.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
        let name = &called[..end.unwrap_or(called.len())];
        // An address or a price is no call.
        let is_call = name.starts_with(char::is_alphabetic)
            && !before.ends_with(|c: char| c.is_ascii_alphanumeric());
        let mut known = people.all().iter();
        let is_known = known.any(|person| called.starts_with(&person.name));
        if is_call && !is_known && !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

/// What stands before and behind each sign that calls somebody.
fn behind_signs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices(['@', '\u{ff20}'])
        .map(|(at, sign)| (&text[..at], &text[at + sign.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::shop_tests::Shop;

    #[test]
    fn who_is_called_and_is_no_colleague_is_named_once() {
        let shop = Shop::sample("林晓");
        let people = shop.desk.people();
        for (text, named) in [
            ("@王主管 看一下", &[][..]),
            ("＠王主管看一下", &[]),
            ("@王主任 看一下，@nobody、@nobody", &["王主任", "nobody"]),
            ("发到 a@example.com，尾款@50元，@ 谁", &[]),
            ("@林晓 记得", &[]),
        ] {
            assert_eq!(strangers(text, people), named, "{text}");
        }
    }
}
