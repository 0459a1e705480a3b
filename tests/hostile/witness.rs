//! Heads in signed manifests bear witness: cut tails, forks, machines put back.

use std::process::{Command, Output};

use super::*;

/// Runs the program on a desk's folder; the store must be closed or idle.
fn run(desk: &Desk, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zhiban"))
        .args(args)
        .env("ZHIBAN_DATA", desk.data())
        .env("ZHIBAN_NOW", "2026-09-22T01:00:00Z")
        .env("HOME", desk.folder.path())
        .env("XDG_CONFIG_HOME", desk.folder.path().join("config"))
        .env("LC_ALL", "en_US.UTF-8")
        .output()
        .unwrap()
}

/// Returns the kinds that `contradictions` lists, and that it says so in its exit code.
fn listed(desk: &Desk) -> Vec<String> {
    let done = run(desk, &["contradictions", "--json"]);
    let text = String::from_utf8(done.stdout).unwrap();
    let read = |line: &str| -> serde_json::Value { serde_json::from_str(line).unwrap() };
    let kinds: Vec<String> = text
        .lines()
        .map(|line| read(line)["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(done.status.code(), Some(i32::from(!kinds.is_empty())));
    kinds
}

#[test]
fn truncate_witness_by_who_saw_it() {
    let (mut a, mut b) = (Desk::new(1), Desk::new(2));
    for count in 0..8 {
        a.order(1, count);
    }
    let early = a.export(Selection::All);
    let copy = a.copy();
    a.order(1, 8);
    a.order(1, 9);
    let full = a.export(Selection::All);
    b.now = a.now;
    b.import(&full);
    // An older bundle that comes late is no alarm.
    assert!(b.import(&early).alarms.is_empty());
    assert!(listed(&b).is_empty());
    // A cuts its tail: the store is the one of before, and exports again.
    let later = a.now;
    a.put_back(&copy);
    a.now = later;
    let cut = a.export(Selection::All);
    b.now = a.now;
    let sum = b.import(&cut);
    assert_eq!((sum.new, sum.here), (0, 8));
    let (who, witness, here, there) = heads_alarm(&sum.alarms, Contrast::Shortened);
    assert_eq!((who, witness, here, there), (a.replica, a.replica, 10, 8));
    assert_eq!(b.alarms(), sum.alarms, "it stays until its cause goes");
    assert_eq!(b.holds(a.replica), 10, "what was seen is kept");
    assert_eq!(listed(&b), ["shortened"]);
    let said = String::from_utf8(run(&b, &["contradictions"]).stdout).unwrap();
    let heads = b.store.heads().unwrap();
    let head = heads.iter().find(|head| head.replica == a.replica).unwrap();
    let head = head.chain.to_string();
    assert!(
        said.contains(" 8 ") && said.contains(&format!("10 {}", &head[..8])),
        "{said}"
    );
    // It goes on and fills the places again: then there are two histories, and nothing is lost.
    a.order(2, 1);
    a.order(2, 2);
    a.order(2, 3);
    b.now = a.now;
    let sum = b.import(&a.export(Selection::All));
    assert!(sum.branched);
    assert!(
        b.alarms().iter().any(|alarm| alarm.kind() == "branched"),
        "{:?}",
        b.alarms()
    );
}

#[test]
fn truncate_witness_by_who_was_told() {
    let (mut a, mut b, mut c) = (Desk::new(1), Desk::new(2), Desk::new(3));
    for count in 0..8 {
        a.order(1, count);
    }
    let copy = a.copy();
    a.order(1, 8);
    a.order(1, 9);
    b.now = a.now + 1_000;
    b.import(&a.export(Selection::All));
    b.order(3, 1);
    c.now = b.now + 1_000;
    c.import(&b.export(Selection::All));
    assert_eq!(c.holds(a.replica), 10);
    let later = b.now + 600_000;
    a.put_back(&copy);
    a.now = later;
    let cut = a.export(Selection::All);
    c.now = a.now;
    let sum = c.import(&cut);
    let (who, _, here, there) = heads_alarm(&sum.alarms, Contrast::Shortened);
    assert_eq!((who, here, there), (a.replica, 10, 8));
    assert_eq!(sum.json()["alarms"][0]["here"]["seq"], 10);
    // Who holds less than others were told of learns it by their word alone.
    let mut d = Desk::new(4);
    d.now = a.now;
    let alone = archive::Parts::of(&fs::read(b.export(Selection::All)).unwrap());
    let mut manifest = alone.value();
    manifest["streams"] = json!([]);
    manifest["made"] = json!(later - 500_000);
    let mut bare = archive::Parts {
        manifest: serde_json::to_vec(&manifest).unwrap(),
        ..archive::Parts::default()
    };
    bare.announce();
    d.import(&cut);
    d.import_bytes(&bare.file(&key(2))).unwrap();
    let (who, _, here, there) = heads_alarm(&d.alarms(), Contrast::Shortened);
    assert_eq!((who, here, there), (a.replica, 10, 8));
    // All comes back: no alarm.
    a.import(&b.export(Selection::All));
    a.order(1, 11);
    let whole = a.export(Selection::All);
    for desk in [&mut c, &mut d] {
        desk.now = a.now;
        desk.import(&whole);
        assert!(desk.alarms().is_empty(), "{:?}", desk.alarms());
    }
}

#[test]
fn a_whole_machine_rollback_is_noticed_at_the_first_bundle() {
    let (mut a, mut b) = (Desk::new(1), Desk::new(2));
    for count in 0..8 {
        a.order(1, count);
    }
    let copy = a.copy();
    a.order(1, 8);
    a.order(1, 9);
    b.import(&a.export(Selection::All));
    b.order(2, 1);
    a.put_back(&copy);
    // Nothing on the machine itself can tell.
    assert!(a.alarms().is_empty());
    // B knows that A has all of it, and sends only its own.
    let news = b.export(Selection::ForShop);
    let alone = {
        let mut parts = archive::Parts::of(&fs::read(&news).unwrap());
        let mut manifest = parts.value();
        manifest["streams"] = json!([]);
        (parts.events, parts.seals) = Default::default();
        parts.manifest = serde_json::to_vec(&manifest).unwrap();
        parts.announce();
        parts.file(&key(2))
    };
    let sum = a.import_bytes(&alone).unwrap();
    let (who, witness, here, there) = heads_alarm(&sum.alarms, Contrast::PutBack);
    assert_eq!((who, witness, here, there), (a.replica, b.replica, 8, 10));
    assert_eq!(listed(&a), ["put_back"]);
    // No further event is written, also after the next start.
    for _ in 0..2 {
        let before = a.events();
        let draft = a.draft("order", 7, Payload::Open(Change::default()));
        let Err(StoreError::PutBack { here, there, .. }) = a.try_append(&[draft]) else {
            panic!("written");
        };
        assert!(
            here.starts_with("8 ") && there.starts_with("10 "),
            "{here} {there}"
        );
        assert_eq!(a.events(), before);
        a.reopen();
    }
    // It heals by what others hold.
    let healed = a.copy();
    a.import(&b.export(Selection::All));
    assert_eq!(a.holds(a.replica), 10);
    assert!(a.alarms().is_empty());
    a.order(7, 1);
    assert_eq!(a.store.heads().unwrap().len(), 2, "no branch");
    // Or the store goes on as a new replica.
    a.put_back(&healed);
    drop(std::mem::replace(&mut a.store, Desk::bare().store));
    let watch = zhiban::store::Watch {
        state: Some(a.folder.path().join("state")),
        machine: "one".into(),
        fresh: Id([7; 16]),
    };
    a.store = Store::open_as_new(&a.data(), &watch).unwrap();
    a.replica = a.store.add_replica(key(9)).unwrap();
    a.order(7, 1);
    assert!(a.alarms().is_empty(), "{:?}", a.alarms());
}

#[test]
fn a_rollback_with_another_history_is_noticed_too() {
    let (mut a, mut b) = (Desk::new(1), Desk::new(2));
    a.order(1, 1);
    let copy = a.copy();
    a.order(1, 2);
    b.import(&a.export(Selection::All));
    a.put_back(&copy);
    a.now += 5_000;
    // It wrote before it heard anything.
    a.order(1, 3);
    a.order(1, 4);
    let mut parts = archive::Parts::of(&fs::read(b.export(Selection::All)).unwrap());
    let mut manifest = parts.value();
    manifest["streams"] = json!([]);
    (parts.events, parts.seals) = Default::default();
    parts.manifest = serde_json::to_vec(&manifest).unwrap();
    parts.announce();
    let sum = a.import_bytes(&parts.file(&key(2))).unwrap();
    let (_, _, here, there) = heads_alarm(&sum.alarms, Contrast::PutBack);
    assert_eq!((here, there), (3, 2));
    let draft = a.draft("order", 7, Payload::Open(Change::default()));
    assert!(matches!(
        a.try_append(&[draft]),
        Err(StoreError::PutBack { .. })
    ));
}

#[test]
fn fork_equivocation() {
    let mut one = Desk::new(1);
    one.order(1, 1);
    let fields = [("kind".to_owned(), json!("refund_only"))];
    let change = Change {
        fields: fields.into(),
        ..Change::default()
    };
    let of = one.append("case", 2, Payload::Open(change));
    let copy = one.copy();
    let mut other = Desk::from_copy(copy, 1, one.now + 7_000);
    // Two histories: ordinary work and a decision in each.
    one.order(1, 2);
    one.say(5, "甲处写的");
    one.approve(2, of);
    other.say(5, "乙处写的");
    other.approve(2, of);
    let (mut b, mut c) = (Desk::new(2), Desk::new(3));
    b.import(&one.export(Selection::All));
    c.import(&other.export(Selection::All));
    assert!(b.alarms().is_empty() && c.alarms().is_empty());
    let (from_b, from_c) = (b.export(Selection::All), c.export(Selection::All));
    assert!(b.import(&from_c).branched);
    assert!(c.import(&from_b).branched);
    assert_eq!(b.state(), c.state());
    for desk in [&b, &c] {
        let Some(Alarm::Branched {
            replica,
            after,
            ends,
        }) = desk
            .alarms()
            .into_iter()
            .find(|alarm| alarm.kind() == "branched")
        else {
            panic!("{:?}", desk.alarms())
        };
        let mut ends: Vec<u64> = ends.iter().map(|end| end.seq).collect();
        ends.sort_unstable();
        assert_eq!((replica, after, ends), (one.replica, 2, vec![4, 5]));
        let talk = desk.store.record(Id([5; 16])).unwrap().unwrap();
        assert_eq!(talk.entries.len(), 2, "ordinary work of both is kept");
        let case = desk.store.record(Id([2; 16])).unwrap().unwrap();
        assert!(case.signatures.is_empty());
        let codes: Vec<String> = desk
            .store
            .unfolded()
            .unwrap()
            .into_iter()
            .map(|one| one.code)
            .collect();
        assert_eq!(codes, ["Q4", "Q4"], "a decision of either counts nowhere");
        assert_eq!(listed(desk), ["branched"]);
    }
    let said = String::from_utf8(run(&b, &["contradictions"]).stdout).unwrap();
    assert!(said.contains("2 places after event 2"), "{said}");
    // Whoever it was writes no more with that key.
    one.import(&from_c);
    let draft = one.draft("order", 7, Payload::Open(Change::default()));
    assert!(matches!(
        one.try_append(&[draft]),
        Err(StoreError::Branched(_))
    ));
}

#[test]
fn who_is_not_in_the_roster_bears_no_witness() {
    // In a drill without a roster anybody is known; a stranger's word counts there.
    let mut a = Desk::new(1);
    a.order(1, 1);
    let mut parts = archive::Parts::of(&fs::read(a.export(Selection::All)).unwrap());
    let mut manifest = parts.value();
    let stranger = key(77);
    manifest["replicas"].as_array_mut().unwrap().push(json!({
        "id": stranger.replica().to_string(),
        "key": stranger.public().iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
    }));
    manifest["sender"] = json!(1);
    manifest["heads"][0]["seq"] = json!(500);
    manifest["heads"][0]["chain"] = json!("ab".repeat(32));
    parts.manifest = serde_json::to_vec(&manifest).unwrap();
    let file = parts.file(&stranger);
    assert_eq!(a.import_bytes(&file).unwrap().alarms.len(), 1);
    let draft = a.draft("order", 7, Payload::Open(Change::default()));
    assert!(matches!(
        a.try_append(&[draft]),
        Err(StoreError::PutBack { .. })
    ));
    // A roster that does not name the stranger takes the word away, and the desk writes again.
    let mut c = Desk::new(3);
    let (ours, theirs) = (a.replica.to_string(), c.replica.to_string());
    let fields = [
        ("role".to_owned(), json!("supervisor")),
        (format!("replicas/{ours}/letters"), json!("LI")),
        (format!("replicas/{theirs}/letters"), json!("WA")),
    ];
    let change = Change {
        fields: fields.into(),
        ..Change::default()
    };
    c.append("person", 9, Payload::Open(change));
    let roster = c.export(Selection::All);
    assert!(a.import(&roster).alarms.is_empty());
    a.order(1, 2);
    // With a roster that never named the stranger it does not.
    let mut b = Desk::new(1);
    b.order(1, 1);
    let me = b.replica.to_string();
    let fields = [
        ("name".to_owned(), json!("Lin")),
        ("role".to_owned(), json!("supervisor")),
        (format!("replicas/{me}/letters"), json!("LI")),
    ];
    let change = Change {
        fields: fields.into(),
        ..Change::default()
    };
    b.append("person", 9, Payload::Open(change));
    assert!(b.import_bytes(&file).unwrap().alarms.is_empty());
    b.order(1, 2);
}

/// Puts a person with one device into the roster.
fn admit(desk: &mut Desk, record: u8, name: &str, role: &str, replica: ReplicaId) {
    let fields = [
        ("name".to_owned(), json!(name)),
        ("role".to_owned(), json!(role)),
        (format!("replicas/{replica}/letters"), json!(name)),
        (format!("replicas/{replica}/recipient"), json!("age1")),
    ];
    let change = Change {
        fields: fields.into(),
        ..Change::default()
    };
    desk.append("person", record, Payload::Open(change));
}

#[test]
fn an_invented_head_stops_nobody_who_may_retire_the_liar() {
    let (mut a, mut liar) = (Desk::new(1), Desk::new(2));
    let (me, them) = (a.replica, liar.replica);
    admit(&mut a, 8, "Wang", "supervisor", me);
    admit(&mut a, 9, "Li", "agent", them);
    admit(&mut a, 10, "Zhou", "agent", key(5).replica());
    a.order(1, 1);
    liar.import(&a.export(Selection::All));
    liar.order(2, 1);
    let mut parts = archive::Parts::of(&fs::read(liar.export(Selection::All)).unwrap());
    let mut manifest = parts.value();
    let replicas = manifest["replicas"].as_array().unwrap();
    let of = replicas.iter().position(|one| one["id"] == me.to_string());
    for head in manifest["heads"].as_array_mut().unwrap() {
        if head["replica"] == json!(of.unwrap()) {
            head["seq"] = json!(999);
            head["chain"] = json!("ab".repeat(32));
        }
    }
    parts.manifest = serde_json::to_vec(&manifest).unwrap();
    let sum = a.import_bytes(&parts.file(&key(2))).unwrap();
    let (who, witness, _, there) = heads_alarm(&sum.alarms, Contrast::PutBack);
    assert_eq!((who, witness, there), (me, them, 999));
    // It may be true: ordinary work waits, and `doctor` names who said so.
    let draft = a.draft("order", 7, Payload::Open(Change::default()));
    assert!(matches!(
        a.try_append(&[draft]),
        Err(StoreError::PutBack { .. })
    ));
    let told = run(&a, &["doctor"]);
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert_eq!(told.status.code(), Some(1), "{text}");
    let short = bundle::short(&them.to_string());
    assert!(text.contains(&format!("Li ({short})")), "{text}");
    // Another retirement does not pass, that of the liar does, and then all goes on.
    let wrong = ["retire", "Zhou", "--reason", "x", "--as", "Wang"];
    assert_eq!(run(&a, &wrong).status.code(), Some(1));
    let right = ["retire", "Li", "--reason", "it lies", "--as", "Wang"];
    let told = run(&a, &right);
    let text = String::from_utf8_lossy(&told.stderr).into_owned();
    assert_eq!(told.status.code(), Some(0), "{text}");
    a.reopen();
    assert!(
        !a.alarms().iter().any(Alarm::is_finding),
        "{:?}",
        a.alarms()
    );
    a.order(1, 2);
    assert_eq!(run(&a, &["doctor"]).status.code(), Some(0));
}
