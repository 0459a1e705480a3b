//! The roster judges: who is unknown, who may not, who is retired, and how it heals.

use super::*;
use crate::domain::payload::Meaning;
use crate::domain::rules::money::binding;

fn real(seed: u8) -> Bench {
    Bench::of(
        seed,
        Shop {
            id: ShopId::of_founder(&ReplicaKey::from_secret(&[1; 32]).public()),
            secret: ShopSecret([6; 32]),
            name: "s".into(),
            drill: false,
        },
    )
}

pub(super) fn person(bench: &Bench, role: &str) -> Value {
    let key = bench.store.key_of(bench.author.replica).unwrap().public();
    let replica = bench.author.replica;
    json!({"name": role, "role": role, format!("replicas/{replica}/key"): ShopSecret(key).to_string()})
}

/// A founder, an agent who was admitted, and a stranger.
pub(super) fn people() -> (Bench, Bench, Bench) {
    let (mut founder, mut agent, stranger) = (real(1), real(2), real(3));
    let own = person(&founder, "supervisor");
    founder.one("person", id(1), open(own));
    let fields = person(&agent, "agent");
    founder.one("person", id(2), open(fields));
    agent.take(&runs_of(&founder.store));
    (founder, agent, stranger)
}

fn codes(bench: &Bench) -> Vec<String> {
    bench
        .store
        .unfolded()
        .unwrap()
        .into_iter()
        .map(|one| one.code)
        .collect()
}

pub(super) fn of(bench: &Bench) -> Vec<Run> {
    runs_of(&bench.store)
        .into_iter()
        .filter(|run| run.replica == bench.author.replica)
        .collect()
}

#[test]
fn an_agent_changes_no_roster_and_a_stranger_nothing() {
    let (mut founder, mut agent, mut stranger) = people();
    agent.one("complaint", id(10), complaint());
    agent.one("person", id(2), set(json!({"role": "manager"})));
    stranger.one("complaint", id(11), complaint());
    founder.take(&of(&agent));
    founder.take(&of(&stranger));
    assert_eq!(codes(&founder), ["Q5", "Q1"]);
    assert_eq!(
        founder.store.record(id(2)).unwrap().unwrap().text("role"),
        Some("agent")
    );
    assert!(
        founder.store.row(id(10)).unwrap().is_some()
            && founder.store.row(id(11)).unwrap().is_none()
    );
    // Admitted later, the stranger's work counts.
    let fields = person(&stranger, "agent");
    founder.one("person", id(3), open(fields));
    founder.fold_all();
    assert_eq!(codes(&founder), ["Q5"]);
    assert!(founder.store.row(id(11)).unwrap().is_some());
    // Whoever hears it in another order agrees.
    let mut other = real(4);
    other.take(&of(&stranger));
    other.take(&of(&agent));
    other.take(&of(&founder));
    assert_eq!(codes(&other), ["Q5"]);
    assert_eq!(other.state(), founder.state());
}

#[test]
fn words_of_money_need_a_role_and_a_cut_ends_a_replica() {
    let (mut founder, mut agent, _) = people();
    agent.one("case", id(20), open(json!({})));
    let case = agent.one("case", id(20), step("draft", "submitted"));
    let mut saw = binding(&agent.store.record(id(20)).unwrap().unwrap());
    let executor = json!(agent.author.replica.to_string());
    saw.insert("executor".into(), executor);
    let sign = |meaning, saw: &serde_json::Map<String, Value>| Payload::Sign {
        meaning,
        of: case,
        saw: saw.clone(),
        note: None,
    };
    agent.one("case", id(20), sign(Meaning::Approve, &saw));
    founder.take(&of(&agent));
    assert_eq!(codes(&founder), ["Q5"]);
    let approval = founder.one("case", id(20), sign(Meaning::Approve, &saw));
    agent.take(&of(&founder));
    saw.insert("approval".into(), json!(approval.to_string()));
    agent.one("case", id(20), sign(Meaning::Execute, &saw));
    founder.take(&of(&agent));
    assert_eq!(codes(&founder), ["Q5"]);
    assert_eq!(
        founder
            .store
            .record(id(20))
            .unwrap()
            .unwrap()
            .signatures
            .len(),
        2
    );
    // Another's work is taken back by who may; one's own by oneself.
    founder.one(
        "case",
        id(20),
        Payload::Void {
            events: Some(vec![case]),
            reason: None,
        },
    );
    agent.take(&of(&founder));
    let own = agent.one("complaint", id(21), complaint());
    agent.one(
        "complaint",
        id(21),
        Payload::Void {
            events: Some(vec![own]),
            reason: None,
        },
    );
    let theirs = founder.store.events(id(20)).unwrap().last().unwrap().chain;
    agent.one(
        "case",
        id(20),
        Payload::Void {
            events: Some(vec![theirs]),
            reason: None,
        },
    );
    founder.take(&of(&agent));
    assert_eq!(codes(&founder), ["Q5", "Q5"]);
    let replica = agent.author.replica;
    founder.one(
        "person",
        id(2),
        set(json!({format!("replicas/{replica}/cut_seq"): 7})),
    );
    founder.fold_all();
    assert!(
        founder
            .store
            .row(id(21))
            .unwrap()
            .is_none_or(|row| row.void)
    );
    agent.take(&of(&founder));
    assert_eq!(agent.state(), founder.state());
    agent.one("complaint", id(22), complaint());
    founder.take(&of(&agent));
    assert!(founder.store.row(id(22)).unwrap().is_none());
}

#[test]
fn who_left_wrote_what_they_wrote() {
    let (mut founder, mut agent, _) = people();
    agent.one("complaint", id(10), complaint());
    founder.take(&of(&agent));
    founder.one("person", id(2), step("active", "left"));
    founder.fold_all();
    assert!(codes(&founder).is_empty());
    assert!(founder.store.row(id(10)).unwrap().is_some());
}

#[test]
fn whoever_backdates_does_not_own_the_shop() {
    let (founder, _, mut stranger) = people();
    stranger.now -= 10_000_000;
    let own = person(&stranger, "manager");
    stranger.one("person", id(9), open(own));
    let fields = json!({"role": "agent"});
    stranger.one("person", id(1), set(fields));
    let (mut first, mut last) = (real(4), real(5));
    first.take(&of(&stranger));
    first.take(&of(&founder));
    last.take(&of(&founder));
    last.take(&of(&stranger));
    for bench in [&first, &last] {
        assert_eq!(codes(bench), ["Q1", "Q1"]);
        let record = bench.store.record(id(1)).unwrap().unwrap();
        assert_eq!(record.text("role"), Some("supervisor"));
        assert!(bench.store.row(id(9)).unwrap().is_none());
    }
    assert_eq!(first.state(), last.state());
}

#[test]
fn a_supervisor_whose_clock_is_behind_admits_like_any_other() {
    let (mut founder, mut second, mut third) = (real(1), real(2), real(3));
    let own = person(&founder, "supervisor");
    founder.one("person", id(1), open(own));
    let fields = person(&second, "supervisor");
    founder.one("person", id(2), open(fields));
    second.take(&of(&founder));
    second.now -= 3_600_000;
    let fields = person(&third, "agent");
    second.one("person", id(3), open(fields));
    third.take(&of(&founder));
    third.take(&of(&second));
    let case = third.one("case", id(20), open(json!({})));
    third.one(
        "case",
        id(20),
        Payload::Sign {
            meaning: Meaning::SecondCheck,
            of: case,
            saw: serde_json::Map::new(),
            note: None,
        },
    );
    founder.take(&of(&second));
    founder.take(&of(&third));
    assert_eq!(codes(&founder), Vec::<String>::new());
    assert_eq!(founder.state(), third.state());
}

/// What is erased cannot come back, so an `erase` whose author was retired before it, or demoted
/// beside it, holds on every desk: whichever of the two a desk heard of first.
#[test]
fn erase_beyond_a_cut_is_the_same_in_every_order() {
    let (mut founder, mut agent, _) = people();
    let mut second = real(4);
    let fields = person(&second, "supervisor");
    founder.one("person", id(4), open(fields));
    second.take(&of(&founder));
    agent.take(&of(&founder));
    let first = agent.one("complaint", id(10), complaint());
    let other = agent.one("complaint", id(11), complaint());
    second.take(&of(&agent));
    let erase = |event| Payload::Erase {
        events: vec![event],
        reason: None,
    };
    second.one("complaint", id(10), erase(first));
    // An agent's erase takes nothing, wherever it stands.
    agent.one("complaint", id(11), erase(other));
    let replica = second.author.replica;
    founder.one(
        "person",
        id(4),
        set(json!({format!("replicas/{replica}/cut_seq"): 0, "role": "agent"})),
    );
    let runs = [of(&founder), of(&agent), of(&second)];
    let mut states = Vec::new();
    for (seed, order) in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ]
    .into_iter()
    .enumerate()
    {
        let mut desk = real(20 + seed as u8);
        for place in order {
            desk.take(&runs[place]);
        }
        let words = |n| {
            desk.store
                .record(id(n))
                .unwrap()
                .unwrap()
                .text("words")
                .is_some()
        };
        assert_eq!((words(10), words(11)), (false, true), "{order:?}");
        assert_eq!(codes(&desk).len(), 2, "{order:?}");
        states.push(desk.state());
    }
    states.dedup();
    assert_eq!(states.len(), 1);
}
