//! Who may do what, told a second time: a plain walk over the events about people, from their
//! JSON, with a table of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use zhiban::domain::event::Event;
use zhiban::domain::id::ReplicaId;

use super::naive::{self, Branches, Line};

/// The founder's first word about people names no earlier one.
const NO_ROSTER: &str = "0000000000000000";

/// A replica as the roster has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    person: String,
    role: String,
    /// The most that the person may approve.
    limit: Option<Value>,
}

/// Who is here, by replica.
type Members = BTreeMap<ReplicaId, Member>;

/// What decides which events count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Law {
    drill: bool,
    founder: Option<ReplicaId>,
    branches: Branches,
    after: BTreeMap<String, Members>,
    /// Whoever was ever named, with the persons that they wrote for.
    known: BTreeMap<ReplicaId, BTreeSet<String>>,
    cuts: BTreeMap<ReplicaId, u64>,
    /// The places of the events about people in their order.
    places: BTreeMap<String, usize>,
    /// Who may erase, from which of these places on.
    erasers: BTreeMap<ReplicaId, usize>,
    counted: BTreeSet<String>,
}

impl Law {
    /// Reads the law from all events held; a drill shop has no founder.
    pub fn of<'a>(
        events: impl IntoIterator<Item = &'a Event> + Clone,
        founder: Option<ReplicaId>,
    ) -> Self {
        let branches = naive::branches(events.clone());
        let heard = |founder: &ReplicaId| {
            let mut all = events.clone().into_iter();
            all.any(|event| event.head.replica == *founder)
        };
        let mut lines: Vec<Line> = events
            .clone()
            .into_iter()
            .filter(|event| event.head.register == "person")
            .map(Line::of)
            .collect();
        lines.sort_by_key(Line::order);
        let begin = Self {
            drill: founder.is_none(),
            founder: founder.filter(heard),
            branches,
            ..Self::default()
        };
        // A cut is for good: what came before its event in the order is held to it as well.
        let cuts = begin.clone().walk(&lines).cuts;
        Self { cuts, ..begin }.walk(&lines).note_erasers(&lines)
    }

    /// Notes since when each replica was one of somebody who may erase, whatever was found out
    /// about them later: what is gone cannot come back.
    fn note_erasers(mut self, lines: &[Line]) -> Self {
        let mut people: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
        let mut could: BTreeSet<&str> = BTreeSet::new();
        for (place, line) in lines.iter().enumerate() {
            self.places.insert(line.short().to_owned(), place);
            let founds = self.drill || self.founder == Some(line.replica) && people.is_empty();
            if !(line.roster == NO_ROSTER && founds || self.could_erase(line)) {
                continue;
            }
            let known = people.entry(&line.record).or_default();
            known.push(line.clone());
            let person = naive::person(known);
            let role = shown(&person, "role").and_then(Value::as_str);
            if matches!(role, Some("supervisor" | "manager")) {
                could.insert(&line.record);
            }
            if could.contains(&*line.record) {
                for replica in replicas(&person).into_keys() {
                    self.erasers.entry(replica).or_insert(place);
                }
            }
        }
        self
    }

    fn could_erase(&self, line: &Line) -> bool {
        match (
            self.places.get(&line.roster),
            self.erasers.get(&line.replica),
        ) {
            (Some(named), Some(since)) => since <= named,
            _ => false,
        }
    }

    fn walk(mut self, lines: &[Line]) -> Self {
        let mut people: BTreeMap<String, Vec<Line>> = BTreeMap::new();
        for line in lines {
            if self.on_people(line).is_none() {
                self.counted.insert(line.chain.clone());
                people
                    .entry(line.record.clone())
                    .or_default()
                    .push(line.clone());
                self.note(&line.record, &naive::person(&people[&line.record]));
            }
            let members = people
                .iter()
                .flat_map(|(record, lines)| active(record, &naive::person(lines)));
            self.after
                .insert(line.short().to_owned(), members.collect());
        }
        self
    }

    /// Notes every replica that was ever named, and the lowest cut of each.
    fn note(&mut self, record: &str, person: &Value) {
        for (replica, cells) in replicas(person) {
            let persons = self.known.entry(replica).or_default();
            persons.insert(record.to_owned());
            if let Some(cut) = cells.get("cut_seq").and_then(|cut| cut.as_i64()) {
                let cut = cut.max(0) as u64;
                let lowest = self.cuts.entry(replica).or_insert(cut);
                *lowest = cut.min(*lowest);
            }
        }
    }

    fn on_people(&self, line: &Line) -> Option<&'static str> {
        if self.is_beyond_branch(line) {
            return Some("Q4");
        }
        if self.is_beyond_cut(line) {
            return Some("Q1");
        }
        let first = self.founder == Some(line.replica) && self.counted.is_empty();
        if line.roster == NO_ROSTER && (self.drill || first) {
            return None;
        }
        self.on_role(line, "roster")
    }

    /// Returns why an event does not count, none for one that does.
    pub fn verdict(&self, line: &Line, all: &[Line]) -> Option<&'static str> {
        if line.register == "person" && !line.is_remark() {
            let counts = self.counted.contains(&line.chain);
            return if counts {
                None
            } else {
                self.on_people(line).or(Some("Q1"))
            };
        }
        let stranger = !self.known.is_empty() && !self.known.contains_key(&line.replica);
        if stranger || self.is_beyond_cut(line) {
            return Some("Q1");
        }
        let deed = line.deed(all)?;
        if self.is_beyond_branch(line) {
            return Some("Q4");
        }
        self.on_role(line, deed)
    }

    /// Returns whether an `erase` takes what it names: where it counts, and where its author could
    /// ever erase by what the author had seen.
    pub fn takes(&self, line: &Line, code: Option<&'static str>) -> bool {
        let in_practice = self.drill && line.roster == NO_ROSTER;
        code.is_none() || line.register != "person" && (in_practice || self.could_erase(line))
    }

    fn on_role(&self, line: &Line, deed: &str) -> Option<&'static str> {
        if self.drill && self.after.is_empty() {
            return None;
        }
        let nobody = Members::new();
        let members = match self.after.get(&line.roster) {
            Some(members) => members,
            None if line.roster == NO_ROSTER => &nobody,
            None => return Some("Q1"),
        };
        if self.drill && members.is_empty() {
            return None;
        }
        match members.get(&line.replica) {
            None => Some("Q1"),
            Some(member) if may(&member.role, deed) => None,
            Some(_) => Some("Q5"),
        }
    }

    /// Returns whether this is for practice: nobody has a limit, nobody gave an allowance, and
    /// what a word leaves out is not asked for.
    pub fn is_practice(&self) -> bool {
        self.drill
    }

    /// Returns whether two replicas ever wrote for one person.
    pub fn is_same_person(&self, one: ReplicaId, other: ReplicaId) -> bool {
        let persons = |replica| self.known.get(replica).into_iter().flatten();
        one == other || persons(&one).any(|person| self.writes_for(other, person))
    }

    /// Returns whether a replica ever wrote for a person.
    pub fn writes_for(&self, replica: ReplicaId, person: &str) -> bool {
        let persons = self.known.get(&replica);
        persons.is_some_and(|persons| persons.contains(person))
    }

    /// Returns the most that somebody may approve, by the roster of a name.
    pub fn limit(&self, roster: &str, replica: ReplicaId) -> Option<Value> {
        let member = self.after.get(roster)?.get(&replica)?;
        let none = json!({"minor": 0, "currency": "CNY"});
        match member.role.as_str() {
            "leader" => Some(member.limit.clone().unwrap_or(none)),
            "supervisor" => member.limit.clone(),
            _ => None,
        }
    }

    /// Returns whether a person may approve, by the roster of a name.
    pub fn may_approve(&self, roster: &str, person: &str) -> bool {
        let mut members = self.after.get(roster).into_iter().flat_map(Members::values);
        members.any(|member| member.person == person && may(&member.role, "approve"))
    }

    fn is_beyond_branch(&self, line: &Line) -> bool {
        let shared = self.branches.get(&line.replica);
        shared.is_some_and(|shared| line.seq > *shared)
    }

    fn is_beyond_cut(&self, line: &Line) -> bool {
        let cut = self.cuts.get(&line.replica);
        cut.is_some_and(|cut| line.seq > *cut)
    }
}

fn may(role: &str, deed: &str) -> bool {
    let roles: &[&str] = match deed {
        "second_check" => &["agent", "leader", "supervisor", "manager", "auditor"],
        "execute" => &["agent", "leader", "supervisor", "manager"],
        "approve" => &["leader", "supervisor", "manager"],
        _ => &["supervisor", "manager"],
    };
    roles.contains(&role)
}

/// The replicas of somebody who is here, with what they may do.
fn active(record: &str, person: &Value) -> Vec<(ReplicaId, Member)> {
    if person["void"] == true || !person["closed"].is_null() {
        return Vec::new();
    }
    let role = shown(person, "role").and_then(|role| Some(role.as_str()?.to_owned()));
    let member = Member {
        person: record.to_owned(),
        role: role.unwrap_or_else(|| "agent".to_owned()),
        limit: shown(person, "limit_case").cloned(),
    };
    replicas(person)
        .into_keys()
        .map(|replica| (replica, member.clone()))
        .collect()
}

/// The value shown of a path: the last of those that are live.
fn shown<'a>(person: &'a Value, path: &str) -> Option<&'a Value> {
    let value = &person["live"].get(path)?.as_array()?.last()?[1];
    (!value.is_null()).then_some(value)
}

/// The cells of each replica that a person's record names.
fn replicas(person: &Value) -> BTreeMap<ReplicaId, BTreeMap<&str, &Value>> {
    let mut all: BTreeMap<ReplicaId, BTreeMap<&str, &Value>> = BTreeMap::new();
    let paths = person["live"].as_object();
    for path in paths.into_iter().flat_map(|live| live.keys()) {
        let mut parts = path.split('/');
        let (Some("replicas"), Some(replica), Some(cell)) =
            (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let (Ok(replica), Some(value)) = (replica.parse(), shown(person, path)) else {
            continue;
        };
        all.entry(replica).or_default().insert(cell, value);
    }
    all
}
