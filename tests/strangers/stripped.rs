//! Somebody passes events on without parts of their bodies: nothing is lost for good, what is
//! missing without a reason is named, and whoever holds the same events says the same.

use std::fs;

use zhiban::domain::body::{Absence, Body};
use zhiban::domain::event::{Event, Head, Verb};
use zhiban::domain::id::Chain;
use zhiban::domain::payload::{Direction, Payload, Say};
use zhiban::exchange::bundle::format::{EventLine, Manifest};
use zhiban::exchange::bundle::{self, Accounting, Export, Selection};
use zhiban::problem::Problem;

use super::archive::Parts;
use serde_json::json;

use super::shop::*;

/// A key that no roster names.
const STRANGER: u8 = 77;

fn said(text: &str) -> Payload {
    Payload::Say(Box::new(Say {
        author: Some("小雨".into()),
        ..Say::plain(Direction::In, text)
    }))
}

/// Returns the founder's machine in a shop whose second person was retired after a few words.
fn shop_with_a_retired(clock: &Hand) -> Machine {
    let mut first = Machine::new(clock, &[1]);
    first.admit(1, 1, "supervisor", &[1], None);
    first.admit(1, 2, "agent", &[2], None);
    let mut second = Machine::new(clock, &[2]);
    second.take(&first.runs());
    second.write(2, "conversation", id(7), vec![said("我叫王小明")]);
    second.request(2, id(1), 50);
    let seq = second.desk.store().heads().unwrap();
    let seq = seq.iter().find(|head| head.replica == replica(2)).unwrap();
    let cut = seq.seq;
    second.write(2, "conversation", id(8), vec![said("after the cut")]);
    second.desk.store_mut().seal_head(replica(2)).unwrap();
    first.take(&second.runs());
    first.retire(1, 2, 2, cut);
    first
}

fn whole(machine: &mut Machine) -> Vec<u8> {
    let path = machine.folder().join("out.zbundle");
    let export = Export {
        selection: Selection::All,
        plain: Some("drill"),
        ..Export::new(replica(1), BEGIN)
    };
    bundle::export(machine.desk.store_mut(), &export, &path).unwrap();
    fs::read(&path).unwrap()
}

/// Returns a bundle of a stranger: the same events, the body of each as `change` leaves it.
fn relayed(file: &[u8], change: &dyn Fn(&Event) -> Option<(Body, &'static str)>) -> Vec<u8> {
    let mut parts = Parts::of(file);
    let mut manifest: Manifest = serde_json::from_slice(&parts.manifest).unwrap();
    let mut tips: Vec<Chain> = manifest.streams.iter().map(|one| one.from_chain).collect();
    let (mut lines, mut changed) = (Vec::new(), 0);
    for line in std::str::from_utf8(&parts.events).unwrap().lines() {
        let read: EventLine<'_> = serde_json::from_str(line).unwrap();
        let (stream, register) = (read.stream, read.register);
        let (head, body): (Head, Body) = read.read(&manifest).unwrap();
        let chain = head.chain(&tips[stream]);
        tips[stream] = chain;
        let mut event = Event { head, chain, body };
        let mut text = line.to_owned();
        if let Some((body, word)) = change(&event) {
            event.body = body;
            let line = EventLine::of(&event, stream, register).unwrap();
            let mut line = serde_json::to_value(&line).unwrap();
            line["x"] = word.into();
            text = line.to_string();
            changed += 1;
        }
        lines.extend(text.into_bytes());
        lines.push(b'\n');
    }
    assert!(changed > 0, "nothing was taken away");
    parts.events = lines;
    let stranger = key(STRANGER);
    manifest.replicas.push(bundle::format::Replica {
        id: stranger.replica(),
        key: bundle::Hex(stranger.public()),
    });
    manifest.sender = manifest.replicas.len() - 1;
    parts.manifest = serde_json::to_vec(&manifest).unwrap();
    parts.announce();
    parts.file(&stranger)
}

fn hidden(event: &Event) -> Body {
    Body::Hidden {
        digest: event.body.digest(),
        absence: Absence::Withheld,
    }
}

fn import(machine: &mut Machine, bytes: &[u8]) -> Result<Accounting, Problem> {
    let path = machine.folder().join("in.zbundle");
    fs::write(&path, bytes).unwrap();
    let sum = bundle::import(machine.desk.store_mut(), &path, BEGIN, &mut |_| true)?;
    machine.desk.refresh().unwrap();
    Ok(sum)
}

fn codes(machine: &Machine, code: &str) -> usize {
    let all = machine.desk.store().unfolded().unwrap();
    all.iter().filter(|one| one.code == code).count()
}

#[test]
fn facts_are_never_erased() {
    let clock = Hand::new();
    let mut first = shop_with_a_retired(&clock);
    let file = whole(&mut first);
    let bare = relayed(&file, &|event| Some((hidden(event), "erased")));
    let mut other = Machine::new(&clock, &[]);
    let problem = import(&mut other, &bare).unwrap_err();
    assert_eq!(problem.message, "problem-bundle-damaged");
    assert!(
        other
            .desk
            .store()
            .heads()
            .unwrap()
            .iter()
            .all(|head| head.seq == 0)
    );
    import(&mut other, &file).unwrap();
    agree(&[&mut first, &mut other]);
}

/// One takes in the stripped bundle first and the whole one then, the other the other way round:
/// both end as who wrote it all, and until then what is missing is named.
fn heals(change: &dyn Fn(&Event) -> Option<(Body, &'static str)>, missing: Option<usize>) {
    let clock = Hand::new();
    let mut first = shop_with_a_retired(&clock);
    let file = whole(&mut first);
    let less = relayed(&file, change);
    let mut early = Machine::new(&clock, &[]);
    let sum = import(&mut early, &less).unwrap();
    match missing {
        Some(missing) => {
            assert_eq!(sum.by_code.get("Q12"), Some(&(missing as u64)), "{sum:?}");
            assert_eq!(codes(&early, "Q12"), missing);
        }
        None => assert_eq!((sum.unfolded, sum.new), (sum.events, sum.events), "{sum:?}"),
    }
    assert!(sum.has_findings());
    let told = early.desk.store().verify().unwrap();
    assert!(told.clean, "{:?}", told.defects);
    assert_ne!(early.state(), first.state());
    let sum = import(&mut early, &file).unwrap();
    assert_eq!((sum.new, sum.here), (0, sum.events));
    assert_eq!(codes(&early, "Q12"), 0);
    let mut late = Machine::new(&clock, &[]);
    import(&mut late, &file).unwrap();
    import(&mut late, &less).unwrap();
    // And passed on.
    let again = whole_of_another(&mut early, &first);
    let mut third = Machine::new(&clock, &[]);
    import(&mut third, &again).unwrap();
    agree(&[&mut first, &mut early, &mut late, &mut third]);
}

/// Returns what another machine holds, sent by it under a key of its own.
fn whole_of_another(machine: &mut Machine, like: &Machine) -> Vec<u8> {
    let store = machine.desk.store_mut();
    assert_eq!(store.shop_id(), like.desk.store().shop_id());
    let sender = store.add_replica(key(5)).unwrap();
    let path = machine.folder().join("again.zbundle");
    let export = Export {
        selection: Selection::All,
        plain: Some("drill"),
        ..Export::new(sender, BEGIN)
    };
    bundle::export(machine.desk.store_mut(), &export, &path).unwrap();
    fs::read(&path).unwrap()
}

#[test]
fn facts_that_everybody_gets_cannot_be_withheld() {
    let all = |event: &Event| Some((hidden(event), "withheld"));
    heals(&all, None);
}

#[test]
fn a_retirement_that_was_withheld_is_missed_and_comes_back() {
    let is_cut = |event: &Event| {
        let facts = event.body.facts().unwrap_or_default();
        String::from_utf8_lossy(facts).contains("cut_seq")
    };
    let cut = |event: &Event| is_cut(event).then(|| (hidden(event), "withheld"));
    heals(&cut, Some(1));
}

#[test]
fn words_are_not_erased_because_a_stranger_says_so() {
    let personal = |event: &Event| {
        let body = event.body.clone().without_personal(Absence::Erased);
        let is_said = event.head.verb == Verb::Say as u8;
        (is_said && body != event.body).then_some((body, "erased"))
    };
    heals(&personal, Some(1));
}

/// Whoever passed it on says that names and words were erased: what is left counts, so what is
/// written after it comes after it, and by the roster that is there.
#[test]
fn what_lacks_a_personal_part_is_built_on() {
    let (clock, ahead) = (Hand::new(), Hand::new());
    ahead.turn(3_600_000);
    let mut first = Machine::new(&clock, &[1]);
    first.admit(1, 1, "supervisor", &[1], None);
    first.admit(1, 2, "agent", &[2], None);
    let mut second = Machine::new(&ahead, &[2]);
    second.take(&first.runs());
    second.write(2, "conversation", id(7), vec![said("我叫王小明")]);
    second.desk.store_mut().seal_head(replica(2)).unwrap();
    first.take(&second.runs());
    first.admit(1, 6, "supervisor", &[6], None);
    let personal = |event: &Event| {
        let body = event.body.clone().without_personal(Absence::Erased);
        (body != event.body).then_some((body, "erased"))
    };
    let less = relayed(&whole(&mut first), &personal);
    let mut late = Machine::new(&clock, &[6]);
    import(&mut late, &less).unwrap();
    assert!(codes(&late, "Q12") > 0);
    late.write(
        6,
        "conversation",
        id(7),
        vec![set(json!({"stage": "after_sales"}))],
    );
    let stamps = late.desk.store().events(id(7)).unwrap();
    let stamps: Vec<_> = stamps.iter().map(|event| event.head.replica).collect();
    assert_eq!(stamps, [replica(2), replica(6)], "behind what was there");
    late.admit(6, 4, "agent", &[4], None);
    first.take(&late.runs());
    first.desk.refresh().unwrap();
    assert!(first.desk.people().by_id(person(4)).is_some());
    let mut third = Machine::new(&clock, &[]);
    third.take(&first.runs());
    agree(&[&mut first, &mut third]);
}
