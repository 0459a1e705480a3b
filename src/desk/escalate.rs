//! Escalating an item, level by level (S15): to the leader, the supervisor, the after-sales
//! contact, the manager. A person's item stays that person's; what nobody has becomes theirs who
//! escalates it, as by any first act.

use serde_json::{Value, json};

use super::Desk;
use super::act::{Act, Done, fields, refused};
use super::people::Person;
use super::talk::said;
use crate::domain::authority::Role;
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::register::Owner;
use crate::domain::registers::ticket::LEVELS;
use crate::domain::registers::{ESCALATED, ESCALATED_TO, follow_up};
use crate::problem::Problem;
use crate::store::{OwnerFilter, Query};

/// The setting that names the after-sales contact.
pub(super) const CONTACT: &str = "after_sales_contact";
/// What the item of whoever is asked is called.
pub(super) const CALL: &str = "escalation";
/// The most leaders above each other.
const HIGHEST: usize = 5;

/// To whom an item goes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Above {
    /// The word of their level.
    pub level: &'static str,
    /// Who they are.
    pub people: Vec<Person>,
}

impl Desk {
    /// Returns to whom an item goes next when it is escalated: the lowest level above those that
    /// were asked and above who sits here, where somebody is who was not asked; else a colleague
    /// of the same level.
    pub fn above(&self, record: &Record) -> Result<Above, Problem> {
        let me = self.me()?.clone();
        let asked = escalated_to(record);
        let reached = record.get(ESCALATED).map_or(0, |level| rank(&level));
        let own = rank(level_of(me.role));
        let from = reached.max(own) + 1;
        let peers = if own >= reached {
            own
        } else {
            LEVELS.values.len()
        };
        let levels = LEVELS.values.iter().skip(from);
        for level in levels.chain(LEVELS.values.get(peers)) {
            let mut people = self.of_level(level, &me)?;
            people.retain(|person| {
                person.id != me.id
                    && !asked.contains(&person.id)
                    && record.owner != Some(Owner::Person(person.id))
            });
            if !people.is_empty() {
                return Ok(Above { level, people });
            }
        }
        let problem = if !asked.is_empty() {
            refused("problem-escalated-to-the-top").arg("names", self.names_of(&asked).join(" "))
        } else if self.is_on_top(&me) {
            refused("problem-escalated-from-the-top")
        } else {
            refused("problem-nobody-above")
        };
        Err(problem.hint("problem-nobody-above-hint"))
    }

    /// Whether a person leads others and nobody who serves stands on a higher level.
    fn is_on_top(&self, person: &Person) -> bool {
        let own = rank(level_of(person.role));
        let mut others = self.people().all().iter();
        own > 0 && !others.any(|one| one.serves() && rank(level_of(one.role)) > own)
    }

    /// Asks the next level about an item, with one line why: each of them gets an item of their
    /// own, and this one tells how high it is.
    pub fn escalate(&mut self, id: Id, why: &str) -> Result<Done, Problem> {
        let mut act = self.act();
        self.add_escalation(&mut act, id, why)?;
        self.write(act)
    }

    /// Adds the question to the next level to an act.
    pub(super) fn add_escalation(
        &mut self,
        act: &mut Act,
        id: Id,
        why: &str,
    ) -> Result<(), Problem> {
        let why = said(why)?;
        let (record, register) = self.record(id)?;
        let above = self.above(&record)?;
        let called: Vec<String> = above
            .people
            .iter()
            .map(|person| format!("@{}", person.name))
            .collect();
        let text = format!("{} {why}", called.join(" "));
        let asked: Vec<String> = escalated_to(&record)
            .into_iter()
            .chain(above.people.iter().map(|person| person.id))
            .map(|id| id.to_string())
            .collect();
        act.claim(register, &record, self.me()?.id);
        let people = above.people.iter().map(|person| person.id);
        self.add_call(act, (register, &record), &text, CALL, people)?;
        let level = [
            (ESCALATED.name(), json!(above.level)),
            (ESCALATED_TO.name(), json!(asked)),
        ];
        act.set(register, &record, fields(level));
        Ok(())
    }

    /// Counts what was escalated to the person at the desk and is not answered yet.
    pub fn escalated_to_me(&self) -> Result<u64, Problem> {
        let called = self.store().count(&Query {
            registers: vec![follow_up::REGISTER.name],
            fields: vec![(follow_up::KIND.name(), CALL.to_owned())],
            open_only: true,
            owner: Some(OwnerFilter::Any(vec![Owner::Person(self.me()?.id)])),
            ..Query::default()
        })?;
        Ok(called.n)
    }

    /// Who answers at a level for a person: their own chain where the roster names one, else
    /// everybody of that level.
    fn of_level(&self, level: &str, me: &Person) -> Result<Vec<Person>, Problem> {
        let role = match level {
            "leader" => Role::Leader,
            "supervisor" => Role::Supervisor,
            "manager" => Role::Manager,
            "contact" => {
                let named = self.setting(CONTACT)?;
                let contact = named.and_then(|name| self.people().by_name(name.trim()));
                return Ok(contact
                    .filter(|one| one.serves())
                    .cloned()
                    .into_iter()
                    .collect());
            }
            _ => return Ok(Vec::new()),
        };
        // Who has left answers nothing, and says nothing about who does.
        let mut chain = self.chain_over(me.id)?;
        chain.retain(Person::serves);
        let own: Vec<Person> = chain
            .iter()
            .filter(|one| one.role == role)
            .cloned()
            .collect();
        // Whose leader is a supervisor has no group leader.
        if !own.is_empty() || (role == Role::Leader && !chain.is_empty()) {
            return Ok(own);
        }
        let all = self.people().all().iter();
        Ok(all
            .filter(|one| one.role == role && one.serves())
            .cloned()
            .collect())
    }

    /// A person's leader, that one's, and so on.
    fn chain_over(&self, person: Id) -> Result<Vec<Person>, Problem> {
        let (mut chain, mut below) = (Vec::<Person>::new(), person);
        while chain.len() < HIGHEST {
            let Some(leader) = self.leader_over(below)? else {
                break;
            };
            if leader.id == person || chain.iter().any(|known| known.id == leader.id) {
                break;
            }
            below = leader.id;
            chain.push(leader.clone());
        }
        Ok(chain)
    }

    /// Returns the names of those who were asked about an item, in order.
    pub fn names_of(&self, asked: &[Id]) -> Vec<String> {
        let people = asked.iter().filter_map(|id| self.people().by_id(*id));
        people.map(|person| person.name.clone()).collect()
    }
}

/// Returns those who were asked about an item as it was escalated, in order.
pub fn escalated_to(record: &Record) -> Vec<Id> {
    let list = record.value(ESCALATED_TO.name()).and_then(Value::as_array);
    let ids = list.into_iter().flatten().filter_map(Value::as_str);
    ids.filter_map(|id| id.parse().ok()).collect()
}

/// The place of a level, 0 for the lowest.
fn rank(level: &str) -> usize {
    let known = LEVELS.values.iter().position(|known| *known == level);
    known.unwrap_or_default()
}

/// The level on which a role stands.
fn level_of(role: Role) -> &'static str {
    match role {
        Role::Agent | Role::Auditor => "agent",
        Role::Leader => "leader",
        Role::Supervisor => "supervisor",
        Role::Manager => "manager",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::shop_tests::{Shop, unowned_talk};
    use crate::desk::todo::{Mark, View};
    use crate::domain::register::Post;

    #[test]
    fn an_item_goes_up_level_by_level_and_never_back() {
        let Shop {
            folder: _folder,
            mut desk,
        } = Shop::sample("林晓");
        let person = |desk: &Desk, name: &str| desk.people().by_name(name).unwrap().clone();
        let agent = person(&desk, "林晓");
        let item = desk.owned_open(agent.id).unwrap().remove(0).id;
        let level = |desk: &Desk| desk.record(item).unwrap().0.get(ESCALATED);
        assert_eq!(level(&desk), None);
        desk.escalate(item, "买家要见主管").unwrap();
        assert_eq!(level(&desk).as_deref(), Some("leader"));
        let asked = |desk: &Desk| {
            let asked = escalated_to(&desk.record(item).unwrap().0);
            desk.names_of(&asked)
        };
        assert_eq!(asked(&desk), ["陈立"]);

        // The leader has it in the list under a mark of its own, and sends it on.
        let leader = person(&desk, "陈立");
        desk.act_as(&leader);
        let todo = desk.todo(View::Mine).unwrap();
        let marks = todo.buyers.iter().flat_map(|buyer| &buyer.items);
        let count = marks.filter(|item| item.mark == Mark::Escalated).count();
        assert_eq!((count, desk.escalated_to_me().unwrap()), (1, 1));
        desk.escalate(item, "要赔三倍").unwrap();
        assert_eq!(level(&desk).as_deref(), Some("supervisor"));
        assert_eq!(asked(&desk), ["陈立", "王主管"]);
        let (record, _) = desk.record(item).unwrap();
        assert_eq!(record.owner, Some(Owner::Person(agent.id)), "it stays hers");

        // With nobody above, it goes nowhere, and back to nobody.
        desk.act_as(&agent);
        let problem = desk.escalate(item, "还是不行").unwrap_err();
        assert_eq!(problem.message, "problem-escalated-to-the-top");
        assert_eq!(asked(&desk), ["陈立", "王主管"]);
        let king = person(&desk, "王主管");
        desk.act_as(&king);
        desk.set_setting(CONTACT, "韩梅").unwrap();
        desk.act_as(&agent);
        desk.escalate(item, "还是不行").unwrap();
        assert_eq!(level(&desk).as_deref(), Some("contact"));
        assert_eq!(asked(&desk), ["陈立", "王主管", "韩梅"]);
    }

    #[test]
    fn who_has_left_is_neither_asked_nor_given_work() {
        let Shop {
            folder: _folder,
            mut desk,
        } = Shop::sample("林晓");
        let person = |desk: &Desk, name: &str| desk.people().by_name(name).unwrap().clone();
        let (agent, leader) = (person(&desk, "林晓"), person(&desk, "陈立"));
        let item = desk.owned_open(agent.id).unwrap().remove(0).id;
        let above = |desk: &Desk| {
            let record = desk.record(item).unwrap().0;
            let above = desk.above(&record).unwrap();
            let names = above.people.into_iter().map(|person| person.name);
            (above.level, names.collect::<Vec<String>>())
        };
        let is_candidate = |desk: &Desk| {
            let all = desk.candidates(&[item]).unwrap();
            all.iter().any(|one| one.person == leader.id)
        };
        assert_eq!(above(&desk), ("leader", vec!["陈立".to_owned()]));
        assert!(is_candidate(&desk));
        let king = person(&desk, "王主管");
        desk.act_as(&king);
        desk.set_setting(CONTACT, "陈立").unwrap();
        let line = desk.shift_of(leader.id).unwrap().unwrap();
        let follows = fields([("follows", json!(agent.id.to_string()))]);
        desk.set_fields(line.id, follows).unwrap();
        desk.act_as(&agent);
        assert_eq!(desk.successor().unwrap(), Owner::Person(leader.id));
        // By a line that holds alone.
        desk.move_to(line.id, "cancelled", None).unwrap();
        assert_eq!(desk.successor().unwrap(), Owner::Post(Post::AfterSales));
        desk.move_to(line.id, "planned", None).unwrap();
        assert_eq!(desk.successor().unwrap(), Owner::Person(leader.id));
        desk.act_as(&king);
        desk.move_to(leader.id, "left", None).unwrap();
        desk.act_as(&agent);
        assert!(!is_candidate(&desk));
        assert_eq!(desk.successor().unwrap(), Owner::Post(Post::AfterSales));
        let next = desk.next_shift(&[item]).unwrap();
        assert_ne!(next.to, Owner::Person(leader.id));
        let (level, names) = above(&desk);
        assert!(!names.contains(&leader.name), "{level} {names:?}");
        desk.escalate(item, "买家要见主管").unwrap();
        let asked = escalated_to(&desk.record(item).unwrap().0);
        assert!(!asked.contains(&leader.id));
    }

    #[test]
    fn what_nobody_has_becomes_theirs_who_escalates_it() {
        let Shop {
            folder: _folder,
            mut desk,
        } = Shop::sample("林晓");
        let agent = desk.me().unwrap().id;
        let talk = unowned_talk(&mut desk, fields([("buyer", json!("路过"))])).id;
        desk.escalate(talk, "买家要见主管").unwrap();
        let (record, _) = desk.record(talk).unwrap();
        assert_eq!(record.owner, Some(Owner::Person(agent)));
        assert_eq!(record.get(ESCALATED).as_deref(), Some("leader"));
    }

    #[test]
    fn who_stands_on_top_is_told_so() {
        let Shop {
            folder: _folder,
            mut desk,
        } = Shop::sample("林晓");
        let item = desk.owned_open(desk.me().unwrap().id).unwrap().remove(0).id;
        let refused = |desk: &Desk| {
            let record = desk.record(item).unwrap().0;
            desk.above(&record).unwrap_err().message
        };
        let king = desk.people().by_name("王主管").unwrap().clone();
        desk.act_as(&king);
        assert_eq!(refused(&desk), "problem-escalated-from-the-top");
        // Who is left alone below the item's own owner is not on top.
        let agent = desk.people().by_name("林晓").unwrap().clone();
        for name in ["陈立", "方圆", "韩梅", "白羽"] {
            let leader = desk.people().by_name(name).unwrap().id;
            desk.move_to(leader, "left", None).unwrap();
        }
        desk.transfer(item, Owner::Person(king.id), "peak").unwrap();
        desk.act_as(&agent);
        assert_eq!(refused(&desk), "problem-nobody-above");
    }
}
