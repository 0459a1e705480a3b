//! A second fold, written apart from the first: slow, plain, straight from the events and their
//! JSON, with no SQL. Of the product it uses the declarations of registers and nothing that
//! computes; what both say of the same events must be equal.
//!
//! Batches without minutes are not aligned here: the simulator writes none.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use zhiban::domain::body::Absence;
use zhiban::domain::event::Event;
use zhiban::domain::id::{Chain, ReplicaId};
use zhiban::domain::register::Register;
use zhiban::domain::registers;

use super::roster::Law;

/// A copied reply is looked for among what was said so close to it, milliseconds.
const SENT_WITHIN: i64 = 600_000;

/// Where a replica's stream first branched: the last seq that all its branches share.
pub type Branches = BTreeMap<ReplicaId, u64>;

/// Why events do not count, by their chains.
pub type Codes = BTreeMap<String, &'static str>;

/// Returns where streams branched: two events of one author in one place.
pub fn branches<'a>(events: impl IntoIterator<Item = &'a Event>) -> Branches {
    let mut places: BTreeMap<(ReplicaId, u64), Chain> = BTreeMap::new();
    let mut branches = Branches::new();
    for event in events {
        let place = (event.head.replica, event.head.seq);
        if *places.entry(place).or_insert(event.chain) != event.chain {
            let shared = event.head.seq - 1;
            let known = branches.entry(event.head.replica).or_insert(shared);
            *known = shared.min(*known);
        }
    }
    branches
}

/// Folds the events of one record: the record, null where nothing counts, and what does not
/// count.
pub fn fold(events: &[&Event], law: &Law) -> (Value, Codes) {
    let mut codes = Codes::new();
    let mut lines: Vec<Line> = events.iter().map(|event| Line::of(event)).collect();
    lines.sort_by_key(Line::order);
    let all = lines.clone();
    let mut erased: BTreeSet<String> = BTreeSet::new();
    lines.retain(|line| {
        let code = law.verdict(line, &all);
        if line.verb == 10 && line.has_shape() && law.takes(line, code) {
            erased.extend(line.list("events"));
        }
        codes.extend(code.map(|code| (line.chain.clone(), code)));
        code.is_none()
    });
    super::money::strike(events, law, &mut codes);
    lines.retain(|line| !codes.contains_key(&line.chain));
    for line in lines.iter_mut().filter(|line| erased.contains(&line.chain)) {
        line.personal = Map::new();
    }
    let register = lines
        .iter()
        .find_map(|line| registers::by_name(&line.register));
    lines.retain(|line| {
        let known = register.is_some_and(|register| line.is_understood(register));
        if !known {
            codes.insert(line.chain.clone(), "Q8");
        }
        known
    });
    // Said to be erased by whoever passed it on, with no word that erased it.
    let gone = |event: &&&Event| event.body.absence() == Some(Absence::Erased);
    for chain in events
        .iter()
        .filter(gone)
        .map(|event| event.chain.to_string())
    {
        if lines.iter().any(|line| line.chain == chain) && !erased.contains(&chain) {
            codes.insert(chain, "Q12");
        }
    }
    let record = match (register, lines.is_empty()) {
        (Some(register), false) => record(register, &lines),
        _ => Value::Null,
    };
    (record, codes)
}

/// Folds what counts of a person's events.
pub fn person(lines: &[Line]) -> Value {
    let register = registers::by_name("person").expect("people are a register");
    let mut lines = lines.to_vec();
    lines.retain(|line| line.is_understood(register));
    if lines.is_empty() {
        return Value::Null;
    }
    record(register, &lines)
}

/// An event as its JSON says it.
#[derive(Debug, Clone)]
pub struct Line {
    pub chain: String,
    stamp: i64,
    at: i64,
    pub replica: ReplicaId,
    pub seq: u64,
    pub record: String,
    pub roster: String,
    verb: u8,
    version: u16,
    pub register: String,
    facts: Map<String, Value>,
    personal: Map<String, Value>,
}

impl Line {
    /// Reads an event.
    pub fn of(event: &Event) -> Self {
        let object = |bytes: Option<&[u8]>| -> Map<String, Value> {
            bytes
                .map(|bytes| serde_json::from_slice(bytes).expect("a body is an object"))
                .unwrap_or_default()
        };
        let head = &event.head;
        Self {
            chain: event.chain.to_string(),
            stamp: head.stamp.0,
            at: head.at,
            replica: head.replica,
            seq: head.seq,
            record: head.record.to_string(),
            roster: head
                .roster
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            verb: head.verb,
            version: head.version,
            register: head.register.clone(),
            facts: object(event.body.facts()),
            personal: object(event.body.personal().map(|part| part.bytes.as_slice())),
        }
    }

    /// Its place in the order of its record.
    pub fn order(&self) -> (i64, String) {
        (self.stamp, self.chain.clone())
    }

    /// The name by which later events name it.
    pub fn short(&self) -> &str {
        &self.chain[..16]
    }

    fn word(&self, name: &str) -> Option<&str> {
        self.facts.get(name)?.as_str()
    }

    fn list(&self, name: &str) -> Vec<String> {
        words(self.facts.get(name))
    }

    fn is_change(&self) -> bool {
        self.verb == 1 || self.verb == 2
    }

    /// The members without which a verb says nothing.
    fn has_shape(&self) -> bool {
        let needed: &[&str] = match self.verb {
            1 | 2 | 9 => &[],
            3 => &["from", "to"],
            4 => &["to"],
            5 => &["direction"],
            6 => &["hash", "type", "size"],
            7 => &["meaning", "of"],
            8 => &["to", "register", "relation"],
            10 => &["events"],
            _ => return false,
        };
        needed.iter().all(|name| self.facts.contains_key(*name))
    }

    fn is_understood(&self, register: &Register) -> bool {
        self.register == register.name && self.version <= register.version && self.has_shape()
    }

    fn is_about_money(&self) -> bool {
        let words = ["approve", "refuse", "execute", "witness"];
        self.register == "case"
            && self.verb == 7
            && self
                .word("meaning")
                .is_some_and(|meaning| words.contains(&meaning))
    }

    /// Said of its record, which it leaves as it is.
    pub fn is_remark(&self) -> bool {
        matches!(self.verb, 5..=7)
    }

    /// What this does by authority, none for ordinary work.
    pub fn deed(&self, all: &[Self], law: &Law) -> Option<&'static str> {
        if !self.has_shape() {
            return None;
        }
        let of_authority = matches!(self.register.as_str(), "account" | "allowance")
            && !matches!(self.verb, 5..=7);
        match self.verb {
            10 => Some("erase"),
            _ if of_authority => Some("account"),
            9 => self.takes_from_others(all, law).then_some("void"),
            7 => match self.word("meaning")? {
                "approve" => Some("approve"),
                "refuse" => Some("refuse"),
                "execute" => Some("execute"),
                "second_check" => Some("second_check"),
                "witness" => (self.register == "case").then_some("execute"),
                // A contradiction is named by its id, padded with zeros.
                "acknowledge" => {
                    let of = self.word("of")?;
                    of.ends_with(&"0".repeat(32)).then_some("close")
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn takes_from_others(&self, all: &[Self], law: &Law) -> bool {
        let is_theirs = |line: &Self| line.replica != self.replica;
        let named = self.list("events");
        match self.facts.get("events") {
            Some(_) => all
                .iter()
                .filter(|line| named.contains(&line.chain))
                .any(is_theirs),
            None => all.iter().filter(|line| law.is_work(line)).any(is_theirs),
        }
    }
}

fn words(list: Option<&Value>) -> Vec<String> {
    list.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|word| Some(word.as_str()?.to_owned()))
        .collect()
}

fn record(register: &Register, lines: &[Line]) -> Value {
    let void = voided(lines);
    let counting: Vec<&Line> = lines
        .iter()
        .filter(|line| !void.contains(&line.chain))
        .collect();
    let begun = counting.iter().find(|line| line.verb < 9);
    let opened = begun.map_or(lines[0].at, |line| line.at);
    let mut conflicts: Vec<(String, String, Vec<String>)> = Vec::new();
    let live = values(&counting, &mut conflicts);
    let (state, closed, moves) = moves(register, &counting, opened, &mut conflicts);
    let owners = assigns(&counting, &mut conflicts);
    conflicts.sort();
    let steps: Vec<&str> = counting
        .iter()
        .filter(|line| line.verb == 4 || moves.contains(&line.chain))
        .map(|line| line.chain.as_str())
        .collect();
    let of_verb = |verb: u8| -> Vec<&str> {
        let lines = counting.iter().filter(|line| line.verb == verb);
        lines.map(|line| line.chain.as_str()).collect()
    };
    json!({
        "assigned_by": owners.by, "attachments": of_verb(6), "closed": closed, "conflicts": conflicts,
        "entries": entries(lines, &void), "first_owner": owners.first, "links": of_verb(8), "live": live,
        "opened": opened, "owner": owners.last, "register": register.name, "signatures": of_verb(7),
        "state": state, "steps": steps,
        "void": begun.is_none() || counting.iter().any(|line| line.verb == 9 && !line.facts.contains_key("events")),
        "voided": lines.iter().filter(|line| void.contains(&line.chain)).map(|line| line.chain.as_str()).collect::<Vec<_>>(),
    })
}

/// What is taken back by something that is not taken back itself. An event can name only what
/// was there before it, whatever its stamp says, so this ends. Words about money stand.
fn voided(lines: &[Line]) -> BTreeSet<String> {
    fn stands(line: &Line, voids: &[&Line]) -> bool {
        line.is_about_money()
            || !voids
                .iter()
                .any(|void| void.list("events").contains(&line.chain) && stands(void, voids))
    }
    let voids: Vec<&Line> = lines.iter().filter(|line| line.verb == 9).collect();
    lines
        .iter()
        .filter(|line| !stands(line, &voids))
        .map(|line| line.chain.clone())
        .collect()
}

/// The live writes of each path: `[chain, value, exported_at]`.
fn values(counting: &[&Line], conflicts: &mut Vec<(String, String, Vec<String>)>) -> Value {
    let mut live: BTreeMap<String, Vec<(&Line, Value, Option<i64>)>> = BTreeMap::new();
    for line in counting.iter().filter(|line| line.is_change()) {
        for part in [&line.facts, &line.personal] {
            for (path, value) in part
                .get("fields")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                let written = live.entry(path.clone()).or_default();
                written.push((line, value.clone(), exported_at(line, counting)));
            }
        }
    }
    let mut all = Map::new();
    for (path, mut writes) in live {
        if writes.iter().any(|(.., at)| at.is_some()) {
            writes.retain(|(.., at)| at.is_some());
            writes.sort_by_key(|(line, _, at)| (*at, line.order()));
            writes = writes.split_off(writes.len() - 1);
        } else {
            writes.retain(|(line, ..)| !is_named(line, &path, counting));
        }
        if writes
            .iter()
            .any(|(_, value, _)| *value != writes[writes.len() - 1].1)
        {
            let chains = writes.iter().map(|(line, ..)| line.chain.clone()).collect();
            conflicts.push(("concurrent_values".into(), path.clone(), chains));
        }
        let spelled = writes
            .iter()
            .map(|(line, value, at)| json!([line.chain, value, at]))
            .collect();
        all.insert(path, spelled);
    }
    Value::Object(all)
}

fn is_named(line: &Line, path: &str, counting: &[&Line]) -> bool {
    counting
        .iter()
        .filter(|other| other.is_change() && other.chain != line.chain)
        .filter_map(|other| other.facts.get("was")?.get(path))
        .any(|was| words(Some(was)).iter().any(|word| word == line.short()))
}

/// The newest export that says what a write says, where it is a copy of one.
fn exported_at(line: &Line, counting: &[&Line]) -> Option<i64> {
    let at = |line: &Line| line.facts.get("exported_at").and_then(Value::as_i64);
    let own = at(line)?;
    let again = counting
        .iter()
        .filter(|other| other.is_change())
        .filter(|other| other.list("same").iter().any(|word| word == line.short()))
        .filter_map(|other| at(other));
    again.max().map_or(Some(own), |again| Some(own.max(again)))
}

fn moves(
    register: &Register,
    counting: &[&Line],
    opened: i64,
    conflicts: &mut Vec<(String, String, Vec<String>)>,
) -> (String, Option<i64>, BTreeSet<String>) {
    let life = register.lifecycle;
    let is_closed = |name: &str| {
        life.states
            .iter()
            .any(|state| state.name == name && state.closed)
    };
    let mut state = life
        .states
        .first()
        .map_or("open", |state| state.name)
        .to_owned();
    let mut closed = is_closed(&state).then_some(opened);
    let mut taken = BTreeSet::new();
    for line in counting.iter().filter(|line| line.verb == 3) {
        let to = line.word("to").unwrap_or_default();
        let may = life
            .moves
            .iter()
            .any(|(from, all)| *from == state && all.contains(&to));
        if to == state {
            continue;
        }
        if may {
            state = to.to_owned();
            closed = is_closed(to).then_some(line.at);
            taken.insert(line.chain.clone());
        } else {
            conflicts.push((
                "illegal_move".into(),
                format!("{state}>{to}"),
                vec![line.chain.clone()],
            ));
        }
    }
    (state, closed, taken)
}

#[derive(Default)]
struct Owners {
    first: Option<String>,
    last: Option<String>,
    by: Option<String>,
}

fn assigns(counting: &[&Line], conflicts: &mut Vec<(String, String, Vec<String>)>) -> Owners {
    let assigns: Vec<&&Line> = counting.iter().filter(|line| line.verb == 4).collect();
    let mut owners = Owners::default();
    // Of the words of one author that saw the same, the last.
    let mut seen: BTreeMap<(Option<&str>, ReplicaId), (&str, &str)> = BTreeMap::new();
    for line in &assigns {
        let to = line.word("to").unwrap_or_default();
        owners.first = owners.first.or(Some(to.to_owned()));
        owners.last = Some(to.to_owned());
        owners.by = Some(line.chain.clone());
        seen.insert((line.word("saw"), line.replica), (to, &line.chain));
    }
    let saws: BTreeSet<Option<&str>> = seen.keys().map(|(saw, _)| *saw).collect();
    for saw in saws {
        let claims: Vec<(&str, &str)> = seen
            .iter()
            .filter(|((of, _), _)| *of == saw)
            .map(|(_, claim)| *claim)
            .collect();
        if claims.iter().any(|(to, _)| *to != claims[0].0) {
            let mut chains: Vec<String> = claims
                .iter()
                .map(|(_, chain)| (*chain).to_owned())
                .collect();
            chains.sort();
            conflicts.push(("double_assign".into(), "owner".into(), chains));
        }
    }
    owners
}

/// Entries that are one: places of lines, in order.
struct Group<'a> {
    lines: Vec<&'a Line>,
    at: i64,
}

impl Group<'_> {
    fn is_copied(&self) -> bool {
        self.lines
            .iter()
            .any(|line| line.facts.contains_key("copied"))
    }

    /// The text by which a copied reply finds itself.
    fn text(&self) -> Option<&str> {
        let first = self.lines.first()?;
        source(first, "text")
            .and_then(Value::as_str)
            .or(first.word("text"))
    }
}

fn source<'a>(line: &'a Line, name: &str) -> Option<&'a Value> {
    line.facts.get("source")?.get(name)
}

fn entries(lines: &[Line], void: &BTreeSet<String>) -> Value {
    let said = lines.iter().filter(|line| line.verb == 5);
    let (struck, standing): (Vec<&Line>, Vec<&Line>) =
        said.partition(|line| void.contains(&line.chain));
    let mut groups: Vec<Group> = Vec::new();
    for line in standing {
        // One line may make one of several groups that were apart until now.
        let mut lines = vec![line];
        groups.retain_mut(|group| {
            let equal = group.lines.iter().any(|other| are_equal(line, other));
            if equal {
                lines.append(&mut group.lines);
            }
            !equal
        });
        lines.sort_by_key(|line| line.order());
        groups.push(Group {
            at: lines[0].at,
            lines,
        });
    }
    groups.sort_by_key(|group| group.lines[0].order());
    find_sent(&mut groups);
    let mut rows: Vec<((i64, (i64, String)), Value)> = Vec::new();
    for group in groups.iter().filter(|group| !group.lines.is_empty()) {
        let copied = group
            .lines
            .iter()
            .find(|line| line.facts.contains_key("copied"));
        let shown = copied.unwrap_or(&group.lines[0]);
        let others: Vec<&str> = group
            .lines
            .iter()
            .map(|line| line.chain.as_str())
            .filter(|chain| *chain != shown.chain)
            .collect();
        let sent = copied.is_some() && !others.is_empty();
        rows.push((
            (group.at, shown.order()),
            json!([shown.chain, group.at, false, sent, others]),
        ));
    }
    for line in struck {
        rows.push((
            (line.at, line.order()),
            json!([line.chain, line.at, true, false, []]),
        ));
    }
    rows.sort_by(|one, other| one.0.cmp(&other.0));
    rows.into_iter().map(|(_, row)| row).collect()
}

fn are_equal(one: &Line, other: &Line) -> bool {
    let same = |name: &str| source(one, name).is_some() && source(one, name) == source(other, name);
    if source(one, "batch").is_none() || source(other, "batch").is_none() || same("batch") {
        return false;
    }
    if source(one, "id").is_some() && source(other, "id").is_some() {
        return same("id");
    }
    same("minute") && same("text") && same("n")
}

/// A reply that was copied and then seen in a paste was sent: one entry.
fn find_sent(groups: &mut [Group<'_>]) {
    for reply in 0..groups.len() {
        let one = &groups[reply];
        if !one.is_copied() || one.lines.len() != 1 || one.text().is_none() {
            continue;
        }
        let distance = |group: &Group| (group.at - one.at).abs();
        let found = (0..groups.len())
            .filter(|place| !groups[*place].is_copied() && groups[*place].text() == one.text())
            .filter(|place| distance(&groups[*place]) <= SENT_WITHIN)
            .filter(|place| {
                groups[*place]
                    .lines
                    .iter()
                    .any(|line| line.word("direction") == Some("out"))
            })
            .min_by_key(|place| (distance(&groups[*place]), *place));
        if let Some(found) = found {
            let mut moved = std::mem::take(&mut groups[found].lines);
            groups[reply].lines.append(&mut moved);
            groups[reply].lines.sort_by_key(|line| line.order());
        }
    }
}
