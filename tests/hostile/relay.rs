//! B relays A's sealed events, altered in every way; B's own key is good.

use serde_json::Value;
use zhiban::domain::event::genesis;
use zhiban::exchange::bundle::format::{EventLine, Manifest, Range};

use super::archive::Parts;
use super::*;

const OF_A: u8 = 1;
const OF_B: u8 = 2;

/// A bundle of B with A's stream and B's own.
fn relayed() -> (Desk, Parts) {
    let (mut a, mut b) = (Desk::new(OF_A), Desk::new(OF_B));
    a.order(1, 1);
    a.say(2, "我叫王小明");
    a.order(1, 2);
    a.say(2, "电话 13800000000");
    let case = a.append("case", 3, Payload::Open(Change::default()));
    a.approve(3, case);
    b.import(&a.export(Selection::All));
    b.order(4, 1);
    b.say(5, "在的");
    let parts = Parts::of(&fs::read(b.export(Selection::All)).unwrap());
    (a, parts)
}

fn lines(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn joined(lines: &[String]) -> Vec<u8> {
    lines
        .iter()
        .flat_map(|line| [line, "\n"].concat().into_bytes())
        .collect()
}

/// Returns the place of A's stream in the manifest.
fn place_of(parts: &Parts, seed: u8) -> usize {
    let manifest: Manifest = serde_json::from_slice(&parts.manifest).unwrap();
    let streams = manifest.streams.iter();
    streams
        .map(|range| manifest.replicas[range.replica].id)
        .position(|id| id == key(seed).replica())
        .unwrap()
}

/// Lets the manifest say where A's altered stream arrives, as a forger without A's key can.
fn arrive(parts: &mut Parts, stream: usize) -> bool {
    let manifest: Manifest = serde_json::from_slice(&parts.manifest).unwrap();
    let range: Range = manifest.streams[stream];
    let mut chain = range.from_chain;
    for line in lines(&parts.events) {
        let Ok(line) = serde_json::from_str::<EventLine<'_>>(&line) else {
            return false;
        };
        if line.stream == stream {
            let Ok((head, _)) = line.read(&manifest) else {
                return false;
            };
            chain = head.chain(&chain);
        }
    }
    let mut value = parts.value();
    value["streams"][stream]["to_chain"] = json!(chain.to_string());
    parts.manifest = serde_json::to_vec(&value).unwrap();
    true
}

/// Nothing of A is taken; what B wrote is, unless the file is refused as a whole.
fn nothing_taken(name: &str, mut parts: Parts) {
    parts.announce();
    let mut c = Desk::new(3);
    let result = c.import_bytes(&parts.file(&key(OF_B)));
    let (a, b) = (key(OF_A).replica(), key(OF_B).replica());
    assert_eq!(c.holds(a), 0, "{name}");
    match result {
        Err(problem) => {
            assert!(
                problem.message.starts_with("problem-bundle-"),
                "{name}: {}",
                problem.message
            );
            assert_eq!(c.events(), 0, "{name}");
        }
        Ok(sum) => {
            assert_eq!((c.holds(b), sum.new), (2, 2), "{name}: B's own is taken");
            let named: u64 = ["Q2", "Q9", "Q11"]
                .iter()
                .filter_map(|code| sum.by_code.get(*code))
                .sum();
            assert_eq!((sum.outside, named), (6, 6), "{name}: {sum:?}");
        }
    }
    assert!(c.store.verify().unwrap().clean, "{name}");
}

/// Puts a line of A in place of its `at`-th, both with and without an arriving chain.
fn with_line(name: &str, parts: &Parts, at: usize, line: &str) {
    let stream = place_of(parts, OF_A);
    let mut all = lines(&parts.events);
    let first = all
        .iter()
        .position(|line| line.starts_with(&format!("{{\"r\":{stream},")))
        .unwrap();
    all[first + at] = line.to_owned();
    let mut other = parts.clone();
    other.events = joined(&all);
    nothing_taken(name, other.clone());
    if arrive(&mut other, stream) {
        nothing_taken(&format!("{name}, arriving"), other);
    }
}

#[test]
fn relay_tamper_of_each_field_of_an_event() {
    let (_, parts) = relayed();
    let stream = place_of(&parts, OF_A);
    let all = lines(&parts.events);
    let own: Vec<&String> = all
        .iter()
        .filter(|line| line.starts_with(&format!("{{\"r\":{stream},")))
        .collect();
    assert_eq!(own.len(), 6);
    let mut count = 0;
    for at in [0, 1, 5] {
        let line: Value = serde_json::from_str(own[at]).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let facts = text(&line["f"]).replace('1', "9").replace("in", "on");
        let changes = [
            ("t", json!(line["t"].as_i64().unwrap() + 1)),
            ("a", json!(line["a"].as_i64().unwrap() - 1)),
            ("z", json!(-480)),
            ("e", json!(1)),
            ("e", json!(0)),
            ("g", json!((line["g"].as_u64().unwrap() + 1) % 3)),
            ("g", json!(99)),
            ("i", json!("ab".repeat(16))),
            ("v", json!(2)),
            ("v", json!(11)),
            ("n", json!(2)),
            ("o", json!("00000000000000ff")),
            ("s", json!("cd".repeat(16))),
            ("f", json!(facts + " ")),
            ("f", Value::Null),
            ("p", json!("{\"text\":\"退款已批准\"}")),
            ("x", json!("erased")),
            ("d", json!("ef".repeat(32))),
            ("q", json!(line["q"].as_u64().unwrap() + 1)),
            ("r", json!(99)),
            ("w", json!(1)),
        ];
        for (name, value) in changes {
            let mut other = line.clone();
            let object = other.as_object_mut().unwrap();
            if value.is_null() {
                object.remove(name);
            } else {
                object.insert(name.to_owned(), value);
            }
            if other == line || (name == "e" && at == 0 && other["e"] == line["q"]) {
                continue;
            }
            with_line(&format!("{at} {name}"), &parts, at, &other.to_string());
            count += 1;
        }
        // A body taken away without its author's word, with any digest but the right one.
        let mut other = line.clone();
        let object = other.as_object_mut().unwrap();
        for name in ["f", "p", "s"] {
            object.remove(name);
        }
        object.insert("x".into(), json!("erased"));
        object.insert("d".into(), json!("01".repeat(32)));
        with_line(
            &format!("{at} without its body"),
            &parts,
            at,
            &other.to_string(),
        );
    }
    assert!(count >= 50, "{count}");
}

#[test]
fn relay_tamper_of_order_seals_and_keys() {
    let (mut a, parts) = relayed();
    let stream = place_of(&parts, OF_A);
    let begin = format!("{{\"r\":{stream},");
    let all = lines(&parts.events);
    let first = all
        .iter()
        .position(|line| line.starts_with(&begin))
        .unwrap();
    let altered = |name: &str, change: &dyn Fn(&mut Vec<String>)| {
        let (mut other, mut all) = (parts.clone(), all.clone());
        change(&mut all);
        other.events = joined(&all);
        nothing_taken(name, other);
    };
    altered("swapped", &|all| all.swap(first + 1, first + 2));
    altered("dropped", &|all| drop(all.remove(first + 3)));
    altered("twice", &|all| all.insert(first, all[first].clone()));
    // Two events change their places, seqs and all.
    altered("renumbered", &|all| {
        let [one, other] = [1, 2].map(|at| all[first + at].clone());
        all[first + 1] = other.replace("\"q\":3", "\"q\":2");
        all[first + 2] = one.replace("\"q\":2", "\"q\":3");
    });
    let seals = lines(&parts.seals);
    let at = seals
        .iter()
        .position(|line| line.starts_with(&begin))
        .unwrap();
    let last = seals
        .iter()
        .rposition(|line| line.starts_with(&begin))
        .unwrap();
    // The decision at the end is sealed by itself: so all seals of A are altered together.
    let sealed = |name: &str, change: &dyn Fn(&mut Value)| {
        let (mut other, mut seals) = (parts.clone(), seals.clone());
        for line in &mut seals[at..=last] {
            let mut value: Value = serde_json::from_str(line).unwrap();
            change(&mut value);
            *line = value.to_string();
        }
        other.seals = joined(&seals);
        nothing_taken(name, other);
    };
    for digit in [0, 40, 127] {
        sealed("signature", &|seal| {
            let mut text = seal["k"].as_str().unwrap().to_owned();
            let other = if &text[digit..=digit] == "0" {
                "1"
            } else {
                "0"
            };
            text.replace_range(digit..=digit, other);
            seal["k"] = json!(text);
        });
    }
    sealed("chain of a seal", &|seal| {
        seal["c"] = json!("ab".repeat(32))
    });
    sealed("roster of a seal", &|seal| {
        seal["o"] = json!("00000000000000ff")
    });
    sealed("B's own signature", &|seal| {
        let chain: Chain = seal["c"].as_str().unwrap().parse().unwrap();
        let shop = Shop::drill("hostile").id;
        let mut forged = key(OF_B).seal(shop, seal["q"].as_u64().unwrap(), chain, [0; 8]);
        forged.replica = key(OF_A).replica();
        let hex = forged.signature.iter().map(|byte| format!("{byte:02x}"));
        seal["k"] = json!(hex.collect::<String>());
    });
    let mut none = parts.clone();
    none.seals = joined(&[&seals[..at], &seals[last + 1..]].concat());
    nothing_taken("no seal", none);
    // Another key under A's name, A's events as B's, chains exchanged.
    let manifest = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut other = parts.clone();
        let mut value = other.value();
        change(&mut value);
        other.manifest = serde_json::to_vec(&value).unwrap();
        nothing_taken(name, other);
    };
    let place = parts.value()["streams"][stream]["replica"]
        .as_u64()
        .unwrap() as usize;
    let of_b = parts.value()["replicas"][1 - place].clone();
    manifest("another key", &|value| {
        value["replicas"][place]["key"] = of_b["key"].clone()
    });
    manifest("another author", &|value| {
        value["streams"][stream]["replica"] = json!(1 - place)
    });
    manifest("from another chain", &|value| {
        let chain = genesis(Shop::drill("hostile").id, &key(9).public());
        value["streams"][stream]["from_chain"] = json!(chain.to_string());
    });
    manifest("B's chain", &|value| {
        value["streams"][stream]["to_chain"] = value["streams"][1 - stream]["to_chain"].clone();
    });
    manifest("another shop", &|value| {
        value["shop"] = json!("00".repeat(16))
    });
    // The honest rest is importable after all that, and everybody ends equal.
    let mut c = Desk::new(3);
    let mut bad = parts.clone();
    bad.events = joined(&all).replacen_bytes(b"\"z\":480", b"\"z\":479", first);
    bad.announce();
    let sum = c.import_bytes(&bad.file(&key(OF_B))).unwrap();
    assert_eq!((sum.new, sum.outside, sum.by_code["Q2"]), (2, 6, 6));
    assert_eq!(c.import(&a.export(Selection::All)).new, 6);
    let mut d = Desk::new(4);
    let mut good = parts.clone();
    good.announce();
    assert_eq!(d.import_bytes(&good.file(&key(OF_B))).unwrap().new, 8);
    assert_eq!(c.state(), d.state());
}

trait ReplaceBytes {
    fn replacen_bytes(&self, from: &[u8], to: &[u8], line: usize) -> Vec<u8>;
}

impl ReplaceBytes for Vec<u8> {
    /// Replaces the first occurrence within the given line.
    fn replacen_bytes(&self, from: &[u8], to: &[u8], line: usize) -> Vec<u8> {
        let (from, to) = (
            std::str::from_utf8(from).unwrap(),
            std::str::from_utf8(to).unwrap(),
        );
        let mut all = lines(self);
        all[line] = all[line].replacen(from, to, 1);
        joined(&all)
    }
}
