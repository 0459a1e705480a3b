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

/// Somebody ends a replica.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ending {
    chain: String,
    by: ReplicaId,
    of: ReplicaId,
    cut: Cut,
}

/// The last event that counts: its seq, whether its hash is missing, and its hash. The lesser of
/// two ends somebody earlier.
type Cut = (u64, bool, Option<String>);

/// The events of one author that not all branches share, each with the one before it.
type Links = BTreeMap<String, Option<String>>;

/// What decides which events count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Law {
    drill: bool,
    founder: Option<ReplicaId>,
    branches: Branches,
    after: BTreeMap<String, Members>,
    /// Whoever was ever named, with the persons that they wrote for.
    known: BTreeMap<ReplicaId, BTreeSet<String>>,
    cuts: BTreeMap<ReplicaId, Cut>,
    links: BTreeMap<ReplicaId, Links>,
    /// Who ended whom, of what counts.
    endings: Vec<Ending>,
    /// How many admissions lie between the founder and each event about people, and each replica.
    distance: BTreeMap<String, usize>,
    steps: BTreeMap<ReplicaId, usize>,
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
            links: links(events, &branches),
            branches,
            ..Self::default()
        };
        let mut law = begin.clone().walk(&lines);
        loop {
            let news = || law.endings.iter().filter(|one| law.is_news(one));
            // Whoever ends somebody twice means the earlier end.
            let is_last = |one: &&Ending| {
                !news().any(|other| (other.by, other.of) == (one.by, one.of) && other.cut < one.cut)
            };
            let open: Vec<Ending> = news().filter(is_last).cloned().collect();
            if open.is_empty() {
                return law.note_erasers(&lines);
            }
            let cuts = law.with(law.standing(&begin, &lines, &open));
            law = Self {
                cuts,
                ..begin.clone()
            }
            .walk(&lines);
        }
    }

    fn is_news(&self, ending: &Ending) -> bool {
        self.cuts
            .get(&ending.of)
            .is_none_or(|cut| ending.cut < *cut)
    }

    /// The cuts with further ones; the lowest of each replica.
    fn with(&self, endings: impl IntoIterator<Item = Ending>) -> BTreeMap<ReplicaId, Cut> {
        let mut cuts = self.cuts.clone();
        for ending in endings {
            let cut = cuts.entry(ending.of).or_insert_with(|| ending.cut.clone());
            *cut = ending.cut.min(cut.clone());
        }
        cuts
    }

    /// Who ends whom and is not ended by it: words that no other word would strike out, else the
    /// word of the one who is here longest, counted in admissions from the founder.
    fn standing(&self, begin: &Self, lines: &[Line], open: &[Ending]) -> Vec<Ending> {
        let mut struck = BTreeSet::new();
        for one in open {
            let cuts = self.with([one.clone()]);
            let then = Self {
                cuts,
                ..begin.clone()
            }
            .walk(lines);
            let others = open.iter().filter(|other| other.chain != one.chain);
            struck.extend(
                others
                    .map(|other| &other.chain)
                    .filter(|chain| !then.counted.contains(*chain)),
            );
        }
        let mut standing = open.to_vec();
        standing.retain(|one| !struck.contains(&one.chain));
        if standing.is_empty() {
            let years = |one: &Ending| {
                let steps = self.steps.get(&one.by).copied().unwrap_or(usize::MAX);
                (
                    self.founder != Some(one.by),
                    steps,
                    one.by,
                    one.chain.clone(),
                )
            };
            standing.extend(open.iter().min_by_key(|one| years(one)).cloned());
        }
        standing
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
        let mut reached = 0;
        for line in lines {
            if self.on_people(line).is_none() {
                let seen = self.distance.get(&line.roster).copied();
                let own = self.steps.get(&line.replica).copied();
                let both = [seen, own].into_iter().flatten();
                reached = both.max().map_or(0, |steps| steps + 1);
                self.counted.insert(line.chain.clone());
                people
                    .entry(line.record.clone())
                    .or_default()
                    .push(line.clone());
                self.note(line, &naive::person(&people[&line.record]), reached);
            }
            self.distance.insert(line.short().to_owned(), reached);
            let members = people
                .iter()
                .flat_map(|(record, lines)| active(record, &naive::person(lines)));
            self.after
                .insert(line.short().to_owned(), members.collect());
        }
        self
    }

    /// Notes every replica that was ever named, how far from the founder, and the lowest cut of
    /// each that anybody named.
    fn note(&mut self, line: &Line, person: &Value, distance: usize) {
        for (replica, cells) in replicas(person) {
            let persons = self.known.entry(replica).or_default();
            persons.insert(line.record.clone());
            let steps = self.steps.entry(replica).or_insert(distance);
            *steps = distance.min(*steps);
            let Some(cut) = cells.get("cut_seq").and_then(|cut| cut.as_i64()) else {
                continue;
            };
            let hash = cells.get("cut_chain").and_then(|hash| hash.as_str());
            let hash = hash.filter(|hash| hash.len() == 64).map(str::to_owned);
            let cut: Cut = (cut.max(0) as u64, hash.is_none(), hash);
            let known = self.endings.iter().filter(|one| one.of == replica);
            let mut known = known.map(|one| &one.cut);
            if known.all(|known| cut < *known) {
                self.endings.push(Ending {
                    chain: line.chain.clone(),
                    by: line.replica,
                    of: replica,
                    cut,
                });
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
        let sets = line.register == "setting" && !line.is_remark();
        if sets
            && !self.drill
            && !self.known.is_empty()
            && !self.erasers.contains_key(&line.replica)
        {
            return Some("Q5");
        }
        let deed = line.deed(all, self)?;
        if self.is_beyond_branch(line) {
            return Some("Q4");
        }
        self.on_role(line, deed)
    }

    /// Returns whether this is the work of somebody who is or was here then.
    pub fn is_work(&self, line: &Line) -> bool {
        let is_known = self.known.is_empty() || self.known.contains_key(&line.replica);
        is_known && !self.is_beyond_cut(line)
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
        shared.is_some_and(|shared| line.seq > *shared) && self.meant(line.replica).is_none()
    }

    fn is_beyond_cut(&self, line: &Line) -> bool {
        let Some((cut, ..)) = self.cuts.get(&line.replica) else {
            return false;
        };
        let shared = self.branches.get(&line.replica).copied();
        let elsewhere = self.meant(line.replica).is_some_and(|meant| {
            shared.is_some_and(|shared| line.seq > shared) && !meant.contains(&line.chain)
        });
        line.seq > *cut || elsewhere
    }

    /// Of an author with several branches, the events of the one that the author's end names.
    fn meant(&self, replica: ReplicaId) -> Option<BTreeSet<String>> {
        let links = self.links.get(&replica)?;
        let (.., hash) = self.cuts.get(&replica)?;
        let mut at = hash.clone()?;
        links.get(&at)?;
        let mut meant = BTreeSet::new();
        while let Some(before) = links.get(&at) {
            meant.insert(at);
            let Some(before) = before else { break };
            at = before.clone();
        }
        Some(meant)
    }
}

/// Looks for each event that not all branches share after which one it was written.
fn links<'a>(
    events: impl IntoIterator<Item = &'a Event> + Clone,
    branches: &Branches,
) -> BTreeMap<ReplicaId, Links> {
    let mut all: BTreeMap<ReplicaId, Links> = BTreeMap::new();
    for event in events.clone() {
        let head = &event.head;
        if branches
            .get(&head.replica)
            .is_none_or(|shared| head.seq <= *shared)
        {
            continue;
        }
        let mut others = events.clone().into_iter();
        let before = others.find(|other| {
            let is_before = other.head.replica == head.replica && other.head.seq + 1 == head.seq;
            is_before && head.chain(&other.chain) == event.chain
        });
        let before = before.map(|before| before.chain.to_string());
        let links = all.entry(head.replica).or_default();
        links.insert(event.chain.to_string(), before);
    }
    all
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
