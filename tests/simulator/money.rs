//! Which words about money count, a second time, straight from the events' JSON. Nobody gave an
//! allowance in these shops, so nothing rests on one.
//!
//! A word on a case repeats what was asked by the event that it names. Nobody decides what they
//! asked for. What is carried out is the present request, once, on a ground that holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value};
use zhiban::domain::event::Event;
use zhiban::domain::id::{Id, ReplicaId};
use zhiban::domain::registers::case;

use super::naive::Codes;
use super::roster::Law;

/// An event of a case that says something about money, or about what is asked.
#[derive(Clone)]
struct Fact {
    chain: String,
    verb: u8,
    replica: ReplicaId,
    roster: String,
    says: Map<String, Value>,
}

impl Fact {
    fn of(event: &Event) -> Option<Self> {
        let head = &event.head;
        if head.register != "case" || head.version > 1 || !matches!(head.verb, 1..=3 | 7 | 9) {
            return None;
        }
        let says: Map<String, Value> = serde_json::from_slice(event.body.facts()?).ok()?;
        let needed: &[&str] = match head.verb {
            3 => &["from", "to"],
            7 => &["meaning", "of"],
            _ => &[],
        };
        needed
            .iter()
            .all(|name| says.contains_key(*name))
            .then(|| Self {
                chain: event.chain.to_string(),
                verb: head.verb,
                replica: head.replica,
                roster: head
                    .roster
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect(),
                says,
            })
    }

    fn word(&self, name: &str) -> &str {
        self.says
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn named(&self, name: &str) -> Vec<&str> {
        let list = self.says.get(name).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    fn saw(&self, name: &str) -> Option<&Value> {
        self.says.get("saw")?.get(name)
    }

    fn fields(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.says
            .get("fields")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
    }

    fn is_about_money(&self) -> bool {
        self.verb == 7
            && matches!(
                self.word("meaning"),
                "approve" | "refuse" | "execute" | "witness"
            )
    }
}

/// How many words about money counted, and how many did not, over all starts: words that never
/// count would try nothing.
pub static WORDS: [AtomicU64; 2] = [AtomicU64::new(0), AtomicU64::new(0)];

/// Adds the codes of words about money that do not count to those of other events that do not.
pub fn strike(events: &[&Event], law: &Law, codes: &mut Codes) {
    let mut events: Vec<&&Event> = events
        .iter()
        .filter(|event| !codes.contains_key(&event.chain.to_string()))
        .collect();
    events.sort_by_key(|event| (event.head.stamp, event.chain));
    let mut heard: Vec<Fact> = Vec::new();
    for fact in events.into_iter().filter_map(|event| Fact::of(event)) {
        let code = if fact.is_about_money() {
            code(&heard, &fact, law)
        } else {
            None
        };
        if fact.is_about_money() {
            WORDS[usize::from(code.is_some())].fetch_add(1, Ordering::Relaxed);
        }
        if let Some(code) = code {
            codes.insert(fact.chain, code);
        } else if fact.verb != 7 || fact.is_about_money() {
            heard.push(fact);
        }
    }
}

/// What a prefix of the events asks.
struct Asked {
    request: String,
    by: ReplicaId,
    members: BTreeMap<&'static str, Value>,
}

fn code(heard: &[Fact], word: &Fact, law: &Law) -> Option<&'static str> {
    let place = heard.iter().position(|fact| fact.chain == word.word("of"));
    let Some((place, asked)) = place.and_then(|place| Some((place, asked(&heard[..=place])?)))
    else {
        return Some("Q6");
    };
    if asked.request != heard[place].chain {
        return Some("Q6");
    }
    let askers = [heard[place].replica, asked.by];
    let asks = |replica| {
        askers
            .iter()
            .any(|asker| law.is_same_person(*asker, replica))
    };
    let decides = matches!(word.word("meaning"), "approve" | "refuse");
    if decides && asks(word.replica) {
        return Some("Q5");
    }
    let differs = ["amount", "order", "kind", "payee_digest", "asked"]
        .iter()
        .any(|name| match word.saw(name) {
            None if law.is_practice() => false,
            said => asked.members.get(name) != said,
        });
    let is_below_nothing = word
        .saw("amount")
        .is_some_and(|amount| amount["minor"].as_i64() < Some(0));
    if differs || is_below_nothing {
        return Some("Q6");
    }
    let is_present = || self::asked(heard).is_some_and(|now| now.request == asked.request);
    match word.word("meaning") {
        "approve" => approval(word, law),
        "refuse" => None,
        "witness" if law.is_practice() => (!is_present()).then_some("Q6"),
        "witness" => Some(testimony(word, law, &askers, is_present())),
        _ if !is_present() => Some("Q6"),
        _ => execution(heard, word, law),
    }
}

/// An approval names who carries it out, and is within its author's limit.
fn approval(word: &Fact, law: &Law) -> Option<&'static str> {
    let names_hands = word
        .saw("executor")
        .and_then(Value::as_str)
        .is_some_and(|hands| hands.parse::<ReplicaId>().is_ok());
    if !law.is_practice() && !names_hands {
        return Some("Q6");
    }
    let (limit, asked) = (law.limit(&word.roster, word.replica)?, word.saw("amount")?);
    let within = limit["currency"] == asked["currency"]
        && asked["minor"].as_i64() <= limit["minor"].as_i64();
    (!within).then_some("Q5")
}

/// Words of mouth need an allowance of whoever spoke them, and here nobody has one.
fn testimony(word: &Fact, law: &Law, askers: &[ReplicaId], is_present: bool) -> &'static str {
    let named = word.saw("approver").and_then(Value::as_str);
    let Some(approver) = named.filter(|name| name.parse::<Id>().is_ok()) else {
        return "Q6";
    };
    let mut hands = askers.iter().chain([&word.replica]);
    if hands.any(|replica| law.writes_for(*replica, approver))
        || !law.may_approve(&word.roster, approver)
    {
        return "Q5";
    }
    let author = Value::String(word.replica.to_string());
    if !is_present || word.saw("executor") != Some(&author) {
        return "Q6";
    }
    "Q5"
}

/// An execution of the present request: the first, by whom it names, on a ground that holds.
fn execution(heard: &[Fact], word: &Fact, law: &Law) -> Option<&'static str> {
    let author = Value::String(word.replica.to_string());
    let is_own = match word.saw("executor") {
        None => law.is_practice(),
        Some(named) => *named == author,
    };
    if !is_own {
        return Some("Q6");
    }
    let struck = struck(heard);
    let standing: Vec<&Fact> = heard
        .iter()
        .filter(|fact| fact.verb == 7 && !struck.contains(&fact.chain))
        .filter(|fact| fact.word("of") == word.word("of"))
        .collect();
    if standing
        .iter()
        .any(|fact| fact.word("meaning") == "execute")
    {
        return Some("Q6");
    }
    let is = |fact: &Fact, chain: &Value| chain.as_str() == Some(&fact.chain);
    if let Some(chain) = word.saw("approval") {
        let decisions = |fact: &&&Fact| matches!(fact.word("meaning"), "approve" | "refuse");
        let last = standing.iter().rev().find(decisions);
        let holds = last.is_some_and(|last| {
            let hands = last.saw("executor");
            last.word("meaning") == "approve"
                && is(last, chain)
                && hands.map_or(law.is_practice(), |hands| *hands == author)
        });
        return (!holds).then_some("Q6");
    }
    if let Some(chain) = word.saw("verbal") {
        let own = |fact: &&&Fact| fact.word("meaning") == "witness" && fact.replica == word.replica;
        let holds = standing
            .iter()
            .rev()
            .find(own)
            .is_some_and(|fact| is(fact, chain));
        return (!holds).then_some("Q6");
    }
    let needs_ground = !law.is_practice() || word.saw("grant").is_some();
    needs_ground.then_some("Q5")
}

/// What is taken back by something that is not taken back itself.
fn struck(heard: &[Fact]) -> BTreeSet<String> {
    fn is_struck(chain: &str, heard: &[Fact]) -> bool {
        heard
            .iter()
            .filter(|fact| fact.verb == 9 && fact.named("events").contains(&chain))
            .any(|fact| !is_struck(&fact.chain, heard))
    }
    let others = heard.iter().filter(|fact| !fact.is_about_money());
    let chains = others.map(|fact| &fact.chain);
    chains
        .filter(|chain| is_struck(chain, heard))
        .cloned()
        .collect()
}

/// Returns what is asked after some events: none before anything is submitted, and where all of
/// it was taken back.
fn asked(heard: &[Fact]) -> Option<Asked> {
    let struck = struck(heard);
    let standing: Vec<&Fact> = heard
        .iter()
        .filter(|fact| !struck.contains(&fact.chain))
        .collect();
    if standing
        .iter()
        .any(|fact| fact.verb == 9 && !fact.says.contains_key("events"))
    {
        return None;
    }
    let mut state = "draft";
    let mut submitted = None;
    for (place, fact) in standing
        .iter()
        .enumerate()
        .filter(|(_, fact)| fact.verb == 3)
    {
        let to = fact.word("to");
        let moves = case::REGISTER.lifecycle.moves;
        if to != state
            && moves
                .iter()
                .any(|(from, next)| *from == state && next.contains(&to))
        {
            state = to;
            if to == "submitted" {
                submitted = Some(place);
            }
        }
    }
    let submitted = submitted?;
    let mut members = BTreeMap::new();
    let mut last = submitted;
    let mut hasher = blake3::Hasher::new();
    let paths: BTreeSet<&String> = standing
        .iter()
        .filter(|fact| fact.verb < 3)
        .flat_map(|fact| fact.fields().map(|(path, _)| path))
        .filter(|path| is_asked(path))
        .collect();
    for path in paths {
        let Some((place, value)) = shown(&standing, path) else {
            continue;
        };
        last = last.max(place);
        if value.is_null() {
            continue;
        }
        for part in [path.clone(), value.to_string()] {
            hasher.update(&(part.len() as u32).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        match path.as_str() {
            "amount" => members.insert("amount", value.clone()),
            "order" => members.insert("order", value.clone()),
            "kind" => members.insert("kind", value.clone()),
            "payee" => {
                let digest = blake3::hash(value.to_string().as_bytes())
                    .to_hex()
                    .to_string();
                members.insert("payee_digest", Value::String(digest))
            }
            _ => None,
        };
    }
    members.insert(
        "asked",
        Value::String(hasher.finalize().to_hex().to_string()),
    );
    Some(Asked {
        request: standing[last].chain.clone(),
        by: standing[submitted].replica,
        members,
    })
}

/// The last write of a path that no other names as seen.
fn shown<'a>(standing: &[&'a Fact], path: &str) -> Option<(usize, &'a Value)> {
    let is_seen = |chain: &str| {
        let others = standing
            .iter()
            .filter(|fact| fact.verb < 3 && fact.chain != chain);
        others
            .filter_map(|fact| fact.says.get("was")?.get(path)?.as_array())
            .flatten()
            .any(|short| short.as_str() == Some(&chain[..16]))
    };
    let writes = standing
        .iter()
        .enumerate()
        .filter(|(_, fact)| fact.verb < 3);
    writes
        .filter_map(|(place, fact)| {
            let (_, value) = fact.fields().find(|(name, _)| *name == path)?;
            (!is_seen(&fact.chain)).then_some((place, value))
        })
        .next_back()
}

/// What a case asks: a change of it is another request.
fn is_asked(path: &str) -> bool {
    path.starts_with("lines/")
        || matches!(
            path,
            "kind"
                | "amount"
                | "freight"
                | "compensation"
                | "payee"
                | "reason"
                | "order"
                | "order_number"
                | "account"
        )
}
