//! What a replica may say of a record: any verb, right, late or wrong, decided by the dice.

use serde_json::{Map, Value, json};
use zhiban::chance::{Random, SeededRandom};
use zhiban::domain::field::{FieldSpec, Kind};
use zhiban::domain::id::{Chain, Id, ReplicaId, ShopSecret};
use zhiban::domain::payload::{Change, Direction, Meaning, Origin, Payload, Relation, Say};
use zhiban::domain::record::Record;
use zhiban::domain::register::{Owner, Post, Register};
use zhiban::domain::rules::money;

/// The dice with a few more sides.
pub struct Dice(pub SeededRandom);

impl Dice {
    /// Returns whether something of these odds in a hundred happens.
    pub fn hits(&mut self, percent: u64) -> bool {
        self.0.below(100) < percent
    }

    /// Returns a number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0.below(limit as u64) as usize
    }

    /// Returns one of a list, none of an empty one.
    pub fn one<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len()))
    }
}

/// What the author sees when it speaks.
pub struct View<'a> {
    /// The record's declaration.
    pub register: &'static Register,
    /// The record as the author's store folds it.
    pub record: Option<&'a Record>,
    /// The record's events that the author holds.
    pub chains: &'a [Chain],
    /// The author's clock, milliseconds UTC.
    pub now: i64,
    /// The other records.
    pub others: &'a [(Id, &'static Register)],
}

/// Returns something that could be said.
pub fn payload(dice: &mut Dice, view: &View<'_>) -> Payload {
    // By chance alone hardly a word would meet a request.
    if view.register.name == "case" && dice.hits(40) {
        return about_money(dice, view);
    }
    match dice.below(100) {
        0..10 => Payload::Open(change(dice, view)),
        10..40 => Payload::Set(change(dice, view)),
        40..52 => step(dice, view),
        52..62 => assign(dice, view),
        62..78 => Payload::Say(Box::new(say(dice, view))),
        78..81 => Payload::Attach {
            hash: [dice.below(4) as u8; 32],
            media: "image/png".into(),
            size: 7,
            name: dice.hits(50).then(|| "p.png".into()),
        },
        81..87 => sign(dice, view),
        87..89 => link(dice, view),
        89..96 => Payload::Void {
            events: (!dice.hits(20)).then(|| some_chains(dice, view)),
            reason: Some("wrong".into()),
        },
        _ => Payload::Erase {
            events: some_chains(dice, view),
            reason: Some("asked".into()),
        },
    }
}

fn some_chains(dice: &mut Dice, view: &View<'_>) -> Vec<Chain> {
    let count = 1 + dice.below(2);
    (0..count)
        .filter_map(|_| dice.one(view.chains).copied())
        .collect()
}

/// Writes one or two fields; what stood there before is named, unless the author overlooked it.
fn change(dice: &mut Dice, view: &View<'_>) -> Change {
    let mirrors = dice.hits(30);
    let fields: Vec<&FieldSpec> = view
        .register
        .fields
        .iter()
        .filter(|field| field.mirror == mirrors)
        .collect();
    let mut change = Change {
        exported_at: mirrors.then(|| view.now + dice.below(5) as i64 * 1_000),
        ..Change::default()
    };
    for _ in 0..1 + dice.below(2) {
        let Some((path, value)) = dice.one(&fields).map(|field| value(dice, field)) else {
            continue;
        };
        let live = view.record.and_then(|record| record.values.get(&path));
        let shorts = live.map(|live| live.iter().map(|write| write.trace.chain.short()));
        if let Some(shorts) = shorts {
            if mirrors && dice.hits(30) {
                change.same.extend(shorts);
                continue;
            }
            if !dice.hits(25) {
                change.was.insert(path.clone(), shorts.collect());
            }
        }
        change.fields.insert(path, value);
    }
    change
}

/// Returns a path and one of few values, so that different hands often write the same.
fn value(dice: &mut Dice, field: &FieldSpec) -> (String, Value) {
    if dice.hits(8) && !matches!(field.kind, Kind::Map(_)) {
        return (field.name.to_owned(), Value::Null);
    }
    let text = ["红", "blue", "No. 5"][dice.below(3)];
    let value = match field.kind {
        Kind::Text | Kind::LongText | Kind::Number => json!(text),
        Kind::Integer | Kind::Time => json!(dice.below(3)),
        Kind::Money => json!({"minor": 100 * dice.below(3), "currency": "CNY"}),
        Kind::Date => json!(format!("2026-11-2{}", dice.below(3))),
        Kind::Flag => json!(dice.hits(50)),
        Kind::Choice(list) => json!(dice.one(list.values)),
        Kind::Texts => json!([text]),
        Kind::Record(_) => json!(Id([dice.below(9) as u8 + 1; 16]).to_string()),
        Kind::Map(cells) => {
            let cell = cells[dice.below(cells.len())];
            let (name, value) = value(dice, &cell);
            return (format!("{}/{}/{name}", field.name, dice.below(2)), value);
        }
    };
    (field.name.to_owned(), value)
}

/// Moves, mostly to where the author's state leads.
fn step(dice: &mut Dice, view: &View<'_>) -> Payload {
    let life = view.register.lifecycle;
    let from = view
        .record
        .map_or(life.initial(), |record| record.state.as_str());
    let next = dice.one(life.successors(from)).copied();
    let wild = life.states[dice.below(life.states.len())].name;
    let to = if dice.hits(80) {
        next.unwrap_or(wild)
    } else {
        wild
    };
    Payload::Move {
        from: from.to_owned(),
        to: to.to_owned(),
        reason: None,
        note: dice.hits(20).then(|| "so".into()),
    }
}

fn assign(dice: &mut Dice, view: &View<'_>) -> Payload {
    let seen = view.record.and_then(|record| record.assigned_by);
    let to = if dice.hits(50) {
        Owner::Post(Post::ALL[dice.below(Post::ALL.len())])
    } else {
        Owner::Person(Id([200 + dice.below(3) as u8; 16]))
    };
    Payload::Assign {
        saw: seen.filter(|_| dice.hits(80)).map(|chain| chain.short()),
        to,
        reason: None,
        note: None,
    }
}

/// Says something here, copies a reply, or brings in what was said outside.
fn say(dice: &mut Dice, view: &View<'_>) -> Say {
    let direction = [
        Direction::In,
        Direction::Out,
        Direction::Internal,
        Direction::System,
    ][dice.below(4)];
    let text = ["在吗", "在的亲", "[图片]"][dice.below(3)];
    let hash = ShopSecret([9; 32]).text(direction.side(), text);
    let copied = direction == Direction::Out && dice.hits(40);
    let outside = !copied && dice.hits(50);
    let minute = view.now / 60_000 - dice.below(3) as i64;
    let source = outside.then(|| Origin {
        id: dice.hits(40).then(|| format!("m{}", dice.below(6))),
        text: hash,
        minute: Some(minute),
        n: dice.below(2) as u32,
        batch: Id([100 + dice.below(5) as u8; 16]),
        place: dice.below(9) as u32,
    });
    Say {
        direction,
        channel: None,
        author: dice.hits(50).then(|| "小雨".into()),
        text: Some(text.into()),
        copied,
        hash: copied.then_some(hash),
        source,
    }
}

/// Asks for money, or says a word about what is asked.
fn about_money(dice: &mut Dice, view: &View<'_>) -> Payload {
    let is_asked = view.record.and_then(money::request).is_some();
    if is_asked {
        return sign(dice, view);
    }
    Payload::Move {
        from: "draft".into(),
        to: "submitted".into(),
        reason: None,
        note: None,
    }
}

fn sign(dice: &mut Dice, view: &View<'_>) -> Payload {
    let meanings = [
        Meaning::Approve,
        Meaning::Refuse,
        Meaning::Execute,
        Meaning::SecondCheck,
        Meaning::Acknowledge,
        Meaning::Witness,
    ];
    let record = view.record.filter(|_| view.register.name == "case");
    let asked = record.and_then(|record| Some((record, money::request(record)?)));
    let saw = asked.map(|(record, _)| saw(dice, record, view));
    let of = asked.map(|(_, request)| request).filter(|_| dice.hits(80));
    Payload::Sign {
        meaning: meanings[dice.below(meanings.len())],
        of: of
            .or_else(|| dice.one(view.chains).copied())
            .unwrap_or(Chain([1; 32])),
        saw: saw.unwrap_or_default(),
        note: None,
    }
}

/// What a word about a case repeats: as it is shown, or not quite, and what it rests on.
fn saw(dice: &mut Dice, record: &Record, view: &View<'_>) -> Map<String, Value> {
    let mut saw = money::binding(record);
    if dice.hits(20) {
        saw.insert(
            "amount".into(),
            json!({"minor": 100 * dice.below(3), "currency": "CNY"}),
        );
    }
    if dice.hits(20) {
        saw.remove("asked");
    }
    let executor = dice
        .one(&record.steps)
        .map(|step| step.trace.replica.to_string());
    if let Some(executor) = executor.filter(|_| dice.hits(50)) {
        saw.insert("executor".into(), json!(executor));
    }
    let said = dice.one(&record.signatures).map(|sign| sign.trace.chain);
    let ground = said
        .or_else(|| dice.one(view.chains).copied())
        .map(|chain| chain.to_string());
    match dice.below(5) {
        0 | 1 => saw.insert("approval".into(), json!(ground)),
        2 => saw.insert("verbal".into(), json!(ground)),
        3 => saw.insert("grant".into(), json!(Id([7; 16]).to_string())),
        _ => None,
    };
    saw
}

fn link(dice: &mut Dice, view: &View<'_>) -> Payload {
    let relations = [
        Relation::OrderOf,
        Relation::RepeatOf,
        Relation::MergedInto,
        Relation::Continues,
    ];
    let (to, register) = view.others[dice.below(view.others.len())];
    Payload::Link {
        to,
        register: register.name.into(),
        relation: relations[dice.below(relations.len())],
    }
}

/// Who may be admitted or retired.
pub struct Writer {
    pub replica: ReplicaId,
    /// The seq of the last event.
    pub newest: u64,
    /// The last events.
    pub last: Vec<(u64, Chain)>,
}

/// Returns something that could be said of people: who is here, what they may do, from where on
/// a device of theirs no longer counts.
pub fn about_people(dice: &mut Dice, view: &View<'_>, writers: &[Writer]) -> Payload {
    let Some(Writer {
        replica,
        newest,
        last,
    }) = dice.one(writers)
    else {
        return payload(dice, view);
    };
    let cell = |name: &str| format!("replicas/{replica}/{name}");
    let role = ["agent", "leader", "supervisor", "manager", "auditor"][dice.below(5)];
    let said = match dice.below(100) {
        0..40 => vec![
            ("role".to_owned(), json!(role)),
            (cell("letters"), json!("X")),
        ],
        40..60 => vec![("role".to_owned(), json!(role))],
        60..70 => {
            let seq = newest.saturating_sub(dice.below(4) as u64);
            let mut said = vec![(cell("cut_seq"), json!(seq))];
            // Of half of them also which of the events in that place.
            let there = last
                .iter()
                .filter(|(at, chain)| *at == seq && chain.0[0] < 128);
            said.extend(
                there
                    .take(1)
                    .map(|(_, chain)| (cell("cut_chain"), json!(chain.to_string()))),
            );
            said
        }
        70..75 => return payload(dice, view),
        _ => return step(dice, view),
    };
    let mut change = Change::default();
    for (path, value) in said {
        let live = view.record.and_then(|record| record.values.get(&path));
        if let Some(live) = live.filter(|_| !dice.hits(20)) {
            let shorts = live.iter().map(|write| write.trace.chain.short());
            change.was.insert(path.clone(), shorts.collect());
        }
        change.fields.insert(path, value);
    }
    if view.record.is_none() {
        Payload::Open(change)
    } else {
        Payload::Set(change)
    }
}
