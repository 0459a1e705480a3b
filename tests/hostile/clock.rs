//! A clock that is ten years ahead wins nothing for ever, and moves no other clock.

use std::process::Command;

use zhiban::domain::id::ShortId;

use super::*;

const TEN_YEARS: i64 = 10 * 365 * 86_400_000;
const RECORD: u8 = 1;

impl Desk {
    /// Writes a field, having seen these writes of it.
    fn courier(&mut self, value: &str, saw: &[Chain]) -> Chain {
        let was: Vec<ShortId> = saw.iter().map(Chain::short).collect();
        let change = Change {
            fields: [("courier".to_owned(), json!(value))].into(),
            was: [("courier".to_owned(), was)].into(),
            ..Change::default()
        };
        self.append("note", RECORD, Payload::Set(change))
    }

    fn shown(&self) -> String {
        let record = self.store.record(Id([RECORD; 16])).unwrap().unwrap();
        record.text("courier").unwrap().to_owned()
    }

    fn named(&mut self, record: u8, name: &str, role: &str, replica: ReplicaId) {
        let fields = [
            ("name".to_owned(), json!(name)),
            ("role".to_owned(), json!(role)),
            (format!("replicas/{replica}/letters"), json!("XX")),
        ];
        let change = Change {
            fields: fields.into(),
            ..Change::default()
        };
        self.append("person", record, Payload::Open(change));
    }
}

#[test]
fn clock_poison() {
    let (mut wrong, mut right) = (Desk::new(1), Desk::new(2));
    wrong.now += TEN_YEARS;
    let change = Change {
        fields: [("courier".to_owned(), json!("poison"))].into(),
        ..Change::default()
    };
    let mut seen = wrong.append("note", RECORD, Payload::Open(change));
    right.import(&wrong.export(Selection::All));
    assert_eq!(right.shown(), "poison");
    // Any later edit by someone who has seen the value replaces it, as often as you like.
    for round in 0..5 {
        let value = format!("right {round}");
        seen = right.courier(&value, &[seen]);
        assert_eq!(right.shown(), value);
        wrong.import(&right.export(Selection::All));
        assert_eq!(wrong.shown(), value);
        let value = format!("wrong {round}");
        seen = wrong.courier(&value, &[seen]);
        right.import(&wrong.export(Selection::All));
        assert_eq!(right.shown(), value);
    }
    right.courier("last", &[seen]);
    assert_eq!(right.shown(), "last");
    // The record's own order went along; no other record's did, and no clock.
    for record in 10..14 {
        right.order(record, 1);
        let stamp = right.store.events(Id([record; 16])).unwrap()[0].head.stamp;
        assert_eq!(stamp.millis(), right.now);
    }
    let on_record = right.store.events(Id([RECORD; 16])).unwrap();
    assert!(
        on_record
            .iter()
            .all(|event| event.head.stamp.millis() >= NOW + TEN_YEARS)
    );
    assert!(
        on_record
            .iter()
            .any(|event| event.head.at < NOW + TEN_YEARS)
    );
    // A third gets the same, in whatever order.
    let (mut third, mut fourth) = (Desk::new(3), Desk::new(4));
    let (from_wrong, from_right) = (wrong.export(Selection::All), right.export(Selection::All));
    third.import(&from_wrong);
    third.import(&from_right);
    fourth.import(&from_right);
    fourth.import(&from_wrong);
    assert_eq!(third.state(), fourth.state());
    assert_eq!(third.shown(), "last");
}

#[test]
fn clock_poison_is_shown_by_name() {
    let (mut wrong, mut right) = (Desk::new(1), Desk::new(2));
    wrong.now += TEN_YEARS;
    wrong.order(RECORD, 1);
    right.import(&wrong.export(Selection::All));
    // Who goes on with a record that runs ahead is not ahead.
    right.order(RECORD, 2);
    let ahead = right.alarms();
    let [Alarm::Clock { replica, ahead }] = ahead[..] else {
        panic!("{ahead:?}")
    };
    assert_eq!(replica, wrong.replica);
    assert!(
        (TEN_YEARS - 120_000..=TEN_YEARS + 120_000).contains(&ahead),
        "{ahead}"
    );
    right.named(200, "Wang", "supervisor", right.replica);
    right.named(201, "Li", "agent", wrong.replica);
    let said = Command::new(env!("CARGO_BIN_EXE_zhiban"))
        .arg("contradictions")
        .env("ZHIBAN_DATA", right.data())
        .env("ZHIBAN_NOW", "2026-09-22T01:00:00Z")
        .env("HOME", right.folder.path())
        .env("XDG_CONFIG_HOME", right.folder.path().join("config"))
        .env("LC_ALL", "en_US.UTF-8")
        .output()
        .unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    let said: String = said
        .chars()
        .filter(|c| !matches!(c, '\u{2068}' | '\u{2069}'))
        .collect();
    assert!(said.contains("Li's clock is"), "{said}");
    // The machine itself is told, once its clock is right again; four minutes are nothing.
    wrong.now = NOW + 10_000;
    assert_eq!(wrong.alarms().len(), 1);
    wrong.now = NOW - 240_000;
    wrong.order(3, 1);
    assert!(
        wrong.alarms().is_empty(),
        "its newest event is of the right time"
    );
    let mut near = Desk::new(3);
    near.now = NOW + 290_000;
    near.order(9, 1);
    let file = near.export(Selection::All);
    let mut there = Desk::new(4);
    there.import(&file);
    assert!(there.alarms().is_empty());
    there.now = NOW - 60_000;
    assert_eq!(there.alarms().len(), 1, "six minutes are shown");
}
