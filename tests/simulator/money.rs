//! Which words about money count, a second time: written from the rules of a practice shop, in
//! which nobody has a role and nobody gave an allowance, straight from the events' JSON.
//!
//! A word on a case repeats what was asked by the event that it names. Nobody decides what they
//! asked for. What is carried out is the present request, once, on a ground that holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value};
use zhiban::domain::event::Event;
use zhiban::domain::id::ReplicaId;
use zhiban::domain::registers::case;

use super::naive::Codes;

/// An event of a case that says something about money, or about what is asked.
#[derive(Clone)]
struct Fact {
    chain: String,
    verb: u8,
    replica: ReplicaId,
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
pub fn strike(events: &[&Event], codes: &mut Codes) {
    let mut events: Vec<&&Event> = events
        .iter()
        .filter(|event| !codes.contains_key(&event.chain.to_string()))
        .collect();
    events.sort_by_key(|event| (event.head.stamp, event.chain));
    let mut heard: Vec<Fact> = Vec::new();
    for fact in events.into_iter().filter_map(|event| Fact::of(event)) {
        let code = if fact.is_about_money() {
            code(&heard, &fact)
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

fn code(heard: &[Fact], word: &Fact) -> Option<&'static str> {
    let place = heard.iter().position(|fact| fact.chain == word.word("of"));
    let Some((place, asked)) = place.and_then(|place| Some((place, asked(&heard[..=place])?)))
    else {
        return Some("Q6");
    };
    let decides = matches!(word.word("meaning"), "approve" | "refuse");
    if asked.request == heard[place].chain
        && decides
        && [heard[place].replica, asked.by].contains(&word.replica)
    {
        return Some("Q5");
    }
    let differs = ["amount", "order", "kind", "payee_digest", "asked"]
        .iter()
        .any(|name| {
            word.saw(name)
                .is_some_and(|said| asked.members.get(name) != Some(said))
        });
    if asked.request != heard[place].chain || differs {
        return Some("Q6");
    }
    if decides {
        return None;
    }
    let now = self::asked(heard);
    if now.is_none_or(|now| now.request != asked.request) {
        return Some("Q6");
    }
    if word.word("meaning") == "witness" {
        return None;
    }
    execution(heard, word)
}

/// An execution of the present request: the first, by whom it names, on a ground that holds.
fn execution(heard: &[Fact], word: &Fact) -> Option<&'static str> {
    let author = Value::String(word.replica.to_string());
    if word.saw("executor").is_some_and(|named| *named != author) {
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
                && hands.is_none_or(|hands| *hands == author)
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
    // Nobody gave any.
    word.saw("grant").map(|_| "Q5")
}

/// What is taken back by something that is not taken back itself.
fn struck(heard: &[Fact]) -> BTreeSet<String> {
    fn is_struck(chain: &str, heard: &[Fact]) -> bool {
        heard
            .iter()
            .filter(|fact| fact.verb == 9 && fact.named("events").contains(&chain))
            .any(|fact| !is_struck(&fact.chain, heard))
    }
    let chains = heard.iter().map(|fact| &fact.chain);
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
