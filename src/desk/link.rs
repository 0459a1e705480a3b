//! Items that belong together: linked, merged into one that goes on, or split where a second
//! matter begins. Each is one act, so one undo takes it back.

use serde_json::{Value, json};

use super::Desk;
use super::act::{Done, fields, refused};
use super::main_account::MAIN_ACCOUNT;
use super::promise::concerning;
use crate::domain::id::Id;
use crate::domain::payload::{Direction, Payload, Relation, Say};
use crate::domain::record::Record;
use crate::domain::register::Register;
use crate::domain::registers::{ACCOUNT, conversation, order};
use crate::problem::Problem;
use crate::store::Row;

impl Desk {
    /// Links an item to what a number or an id names: to an order as the one that it is about,
    /// to anything else as repeating it.
    pub fn link(&mut self, id: Id, name: &str) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        let other = self.resolve(name.trim())?;
        let (to, _) = self.record(other)?;
        let is_known = record.links.iter().any(|link| link.to == other);
        if other == id || is_known {
            return Err(refused("problem-link-same").hint("problem-link-same-hint"));
        }
        let is_order = to.register == "order" && register.name != "order";
        let relation = if is_order {
            Relation::OrderOf
        } else {
            Relation::RepeatOf
        };
        let mut act = self.act();
        act.claim(register, &record, self.me()?.id);
        if is_order && record.value("order").is_none() {
            let order = [
                ("order", json!(other.to_string())),
                ("order_number", json!(to.text("number"))),
                ("customer", json!(to.text("customer"))),
            ];
            let mut values = fields(order);
            values.retain(|path, _| record.value(path).is_none() && register.field(path).is_some());
            act.set(register, &record, values);
        }
        if is_order && register.name == conversation::REGISTER.name && order::is_shipped(&to) {
            self.send_to_after_sales(&mut act, &record);
        }
        act.add(register, id, link_to(&to, relation));
        self.write(act)
    }

    /// Merges an item into another of its kind: that one goes on with the history of both, this
    /// one is over.
    pub fn merge(&mut self, id: Id, into: Id) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        let (goal, _) = self.record(into)?;
        if id == into || goal.register != record.register {
            return Err(refused("problem-merge-kind").hint("problem-merge-kind-hint"));
        }
        let end = end_of(register, &record)?;
        if goal.closed.is_some() || goal.void {
            return Err(refused("problem-merge-over").hint("problem-merge-over-hint"));
        }
        if is_unanswered(register, &record) && !(register.wait)(&goal).ours {
            return Err(refused("problem-merge-waits").hint("problem-merge-waits-hint"));
        }
        let me = self.me()?.id;
        let mut act = self.act();
        act.claim(register, &record, me);
        act.claim(register, &goal, me);
        act.add(register, id, link_to(&goal, Relation::MergedInto));
        act.add(register, into, link_to(&record, Relation::Continues));
        act.step(register, &record, end, None);
        self.write(act)
    }

    /// Splits a second matter off an item: a talk of its own with the same buyer and order, which
    /// begins with what it is about.
    pub fn split_off(&mut self, id: Id, what: &str) -> Result<Done, Problem> {
        let what = what.trim();
        if what.is_empty() {
            return Err(refused("problem-nothing-said").hint("problem-nothing-said-hint"));
        }
        let (record, register) = self.record(id)?;
        let (me, name) = self.me().map(|me| (me.id, me.name.clone()))?;
        let new = self.new_id();
        let mut values = concerning(&record);
        let channel = record.text("channel").unwrap_or("chat");
        values.extend(fields([(conversation::CHANNEL_OF.name(), json!(channel))]));
        values.retain(|path, value| {
            let field = conversation::REGISTER.field(path);
            field.is_some_and(|field| field.kind.accepts(value))
        });
        let mut act = self.act();
        let account = values.get(ACCOUNT.name()).and_then(Value::as_str);
        // It was handed on with what it is split off.
        let was_handed_on = act.only_routes(account) && !act.only_hands_on(&record);
        act.begin(&conversation::REGISTER, new, values, me);
        if was_handed_on {
            act.give(&conversation::REGISTER, new, me, Some(MAIN_ACCOUNT));
        }
        act.add(
            &conversation::REGISTER,
            new,
            link_to(&record, Relation::Continues),
        );
        let say = Say {
            author: Some(name),
            ..Say::plain(Direction::Internal, what)
        };
        act.add(&conversation::REGISTER, new, Payload::Say(Box::new(say)));
        act.claim(register, &record, me);
        self.write(act)
    }

    /// Returns what an item can be merged into: open items of its kind with the same buyer or
    /// order.
    pub fn merge_goals(&self, id: Id) -> Result<Vec<Row>, Problem> {
        let (record, register) = self.record(id)?;
        end_of(register, &record)?;
        let mut rows = self.related(&record)?;
        rows.retain(|row| row.register == record.register && row.closed.is_none());
        Ok(rows)
    }

    /// Returns a record with what was said in those that were merged into it, by time.
    pub fn with_merged(&self, record: &Record) -> Result<Record, Problem> {
        let mut whole = record.clone();
        let mut seen = vec![record.id];
        let mut next = merged_into(record);
        while let Some(id) = next.pop() {
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            let Some(other) = self.store().record(id)? else {
                continue;
            };
            let last = seen.len() - 1;
            let is_merged = other.links.iter().any(|link| {
                link.relation == Relation::MergedInto && seen[..last].contains(&link.to)
            });
            if is_merged {
                next.extend(merged_into(&other));
                whole.entries.extend(other.entries);
            }
        }
        whole.entries.sort_by_key(|entry| entry.at);
        Ok(whole)
    }
}

fn merged_into(record: &Record) -> Vec<Id> {
    let links = record.links.iter();
    links
        .filter(|link| link.relation == Relation::Continues)
        .map(|link| link.to)
        .collect()
}

/// Whether the buyer spoke last and waits for us: in what is over nobody would see it.
fn is_unanswered(register: &Register, record: &Record) -> bool {
    let is_asked = record
        .last_said()
        .is_some_and(|last| last.0 == Direction::In);
    is_asked && (register.wait)(record).ours
}

fn link_to(record: &Record, relation: Relation) -> Payload {
    Payload::Link {
        to: record.id,
        register: record.register.clone(),
        relation,
    }
}

/// Returns how a record ends that is merged into another, as its register declares. Notes, cases
/// and promises do not say: their steps, their money and whether they were kept stand for
/// themselves.
fn end_of(register: &'static Register, record: &Record) -> Result<&'static str, Problem> {
    let end = register.lifecycle.end_of_merged();
    let end = end.ok_or_else(|| refused("problem-merge-form").hint("problem-merge-form-hint"))?;
    let is_open = record.closed.is_none() && register.lifecycle.allows(&record.state, end);
    is_open
        .then_some(end)
        .ok_or_else(|| refused("problem-merge-over").hint("problem-merge-over-hint"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::shop_tests::{ORDER, Shop, buyer_says};

    fn talk(shop: &mut Shop, buyer: &str, said: &str) -> Id {
        let id = shop.desk.open_conversation(buyer, "chat").unwrap().record();
        shop.desk.reply(id, said).unwrap();
        id
    }

    fn said(shop: &Shop, id: Id) -> Vec<String> {
        let (record, _) = shop.desk.record(id).unwrap();
        let whole = shop.desk.with_merged(&record).unwrap();
        assert!(whole.entries.is_sorted_by_key(|entry| entry.at), "by time");
        let entries = whole.entries.into_iter().filter(|entry| !entry.void);
        let mut said: Vec<String> = entries.filter_map(|entry| entry.say.text).collect();
        // All of it was said at one time.
        said.sort_unstable();
        said
    }

    #[test]
    fn what_is_merged_goes_on_as_one_and_an_undo_parts_it_again() {
        let mut shop = Shop::new();
        let one = talk(&mut shop, "橘子", "一");
        let two = talk(&mut shop, "橘子", "二");
        let three = talk(&mut shop, "橘子", "三");
        let before = shop.desk.record(one).unwrap().0;
        shop.desk.merge(two, three).unwrap();
        shop.desk.merge(one, three).unwrap();
        assert_eq!(said(&shop, three), ["一", "三", "二"]);
        assert!(shop.desk.record(one).unwrap().0.closed.is_some());
        let again = shop.desk.merge(one, three).unwrap_err();
        assert_eq!(again.message, "problem-merge-over");
        shop.desk.undo(None).unwrap();
        let after = shop.desk.record(one).unwrap().0;
        assert_eq!((after.state, after.links), (before.state, before.links));
        assert_eq!(said(&shop, three), ["三", "二"]);
        // What goes on may itself be merged: nothing of it is lost.
        let last = talk(&mut shop, "橘子", "四");
        buyer_says(&mut shop.desk, three, "在吗");
        // The buyer's question would be over with it, unanswered.
        let unanswered = shop.desk.merge(three, last).unwrap_err();
        assert_eq!(unanswered.message, "problem-merge-waits");
        assert_eq!(unanswered.hint, Some("problem-merge-waits-hint"));
        buyer_says(&mut shop.desk, last, "喂");
        shop.desk.merge(three, last).unwrap();
        assert_eq!(said(&shop, last).len(), 5);
        let (record, _) = shop.desk.record(last).unwrap();
        let whole = shop.desk.with_merged(&record).unwrap();
        let newest = whole
            .entries
            .last()
            .and_then(|entry| entry.say.text.clone());
        assert_eq!(newest.as_deref(), Some("在吗"));
        assert!(shop.desk.store().verify().unwrap().clean);
    }

    #[test]
    fn only_what_is_of_one_kind_is_merged_and_money_is_not() {
        let mut shop = Shop::new();
        let one = talk(&mut shop, "橘子", "一");
        let due = shop.desk.now() + 3_600_000;
        let reminder = shop.desk.follow_up(None, "reminder", "回电", due).unwrap();
        let kinds = shop.desk.merge(one, reminder.record()).unwrap_err();
        assert_eq!(kinds.message, "problem-merge-kind");
        assert_eq!(
            shop.desk.merge(one, one).unwrap_err().message,
            "problem-merge-kind"
        );
        let note = crate::desk::note::NewNote {
            order: ORDER.into(),
            kind: "address".into(),
            new: "中和街5号".into(),
            ..Default::default()
        };
        let note = shop.desk.open_note(&note).unwrap().record();
        assert_eq!(
            shop.desk.merge_goals(note).unwrap_err().message,
            "problem-merge-form"
        );
    }

    #[test]
    fn merging_a_promise_does_not_say_that_it_was_kept() {
        let mut shop = Shop::new();
        let talk = talk(&mut shop, "橘子", "一");
        let due = shop.desk.now() + 3_600_000;
        let mut promise = |text| shop.desk.promise(talk, text, due, None).unwrap().record();
        let (one, two) = (promise("今天发"), promise("今天一定发"));
        let refused = shop.desk.merge(one, two).unwrap_err();
        assert_eq!(refused.message, "problem-merge-form");
        assert_eq!(shop.desk.record(one).unwrap().0.state, "open");
    }

    #[test]
    fn a_second_matter_is_split_off_with_buyer_and_order() {
        let mut shop = Shop::new();
        let one = talk(&mut shop, "橘子", "一");
        shop.desk.link(one, ORDER).unwrap();
        let linked = shop.desk.record(one).unwrap().0;
        assert_eq!(linked.text("order_number"), Some(ORDER));
        assert_eq!(linked.links[0].relation, Relation::OrderOf);
        assert_eq!(
            shop.desk.link(one, ORDER).unwrap_err().message,
            "problem-link-same"
        );
        let two = shop.desk.split_off(one, "还要开发票").unwrap().record();
        let split = shop.desk.record(two).unwrap().0;
        assert_eq!(split.text("buyer"), Some("橘子"));
        assert_eq!(split.text("order_number"), Some(ORDER));
        assert_eq!(split.links[0].relation, Relation::Continues);
        assert_eq!(
            said(&shop, two),
            ["还要开发票"],
            "the rest stays where it was said"
        );
        assert_eq!(shop.desk.merge_goals(one).unwrap()[0].id, two);
        shop.desk.undo(None).unwrap();
        assert!(shop.desk.record(two).unwrap().0.void);
        shop.desk.undo(None).unwrap();
        assert!(shop.desk.record(one).unwrap().0.links.is_empty());
    }
}
