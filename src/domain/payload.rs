//! What a body says, verb by verb. The JSON shapes are final: within a version only optional
//! members may be added, and members that this release does not know are ignored here and
//! kept in the log.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::body::{self, Json, Members};
use super::event::{Event, Verb};
use super::id::{Chain, Id, ShortId, TextHash};
use super::register::Owner;

/// A field's path and value: `amount`, or `lines/SUB/price` within a map.
pub type Fields = BTreeMap<String, Value>;

/// The body of `open` and `set`.
///
/// Facts: `{"fields":{path:value},"was":{path:["short id"]},"exported_at":ms,"same":["short id"]}`;
/// personal: `{"fields":{path:value}}`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// The values, personal ones included where they are here.
    pub fields: Fields,
    /// The writes that the author's screen showed, field by field.
    pub was: BTreeMap<String, Vec<ShortId>>,
    /// For mirror fields: the time of the export that they were copied from, ms UTC.
    pub exported_at: Option<i64>,
    /// Writes whose values an export of `exported_at` repeats unchanged.
    pub same: Vec<ShortId>,
}

/// Who an entry of the timeline comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the buyer.
    In,
    /// From us to the buyer.
    Out,
    /// Among ourselves.
    Internal,
    /// From the platform or zhiban.
    System,
}

impl Direction {
    const ALL: [Self; 4] = [Self::In, Self::Out, Self::Internal, Self::System];

    /// Returns the word that travels.
    pub fn word(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Internal => "internal",
            Self::System => "system",
        }
    }

    /// Returns the direction of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|direction| direction.word() == word)
    }

    /// Returns the byte that is hashed before a text: its side of the talk.
    pub fn side(self) -> u8 {
        match self {
            Self::In => 1,
            Self::Out => 2,
            Self::Internal => 3,
            Self::System => 4,
        }
    }
}

/// Where an entry from outside stood, by which equal entries are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The platform's message id, where known.
    pub id: Option<String>,
    /// The keyed hash of side and folded text.
    pub text: TextHash,
    /// The UTC minute (milliseconds / 60,000), where known.
    pub minute: Option<i64>,
    /// It is the n-th of its text within the minute (or the batch, without minutes), from 0.
    pub n: u32,
    /// The paste or file.
    pub batch: Id,
    /// Its place in the batch, from 0.
    pub place: u32,
}

/// The body of `say`.
///
/// Facts: `{"direction","channel","copied":true,"text":"hash","source":{"id","text","minute","n","batch","i"}}`;
/// personal: `{"author","text"}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Say {
    /// Who speaks to whom.
    pub direction: Direction,
    /// By which channel, where it is said.
    pub channel: Option<String>,
    /// The speaker's name as people wrote it.
    pub author: Option<String>,
    /// The text; none where it was erased or withheld.
    pub text: Option<String>,
    /// Whether this is a reply of ours that was copied to be sent.
    pub copied: bool,
    /// The hash of a reply of ours, by which a later paste finds it.
    pub hash: Option<TextHash>,
    /// For entries from outside.
    pub source: Option<Origin>,
}

/// What a person's word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meaning {
    /// It may be done.
    Approve,
    /// It may not be done.
    Refuse,
    /// It was done.
    Execute,
    /// A second person looked at it.
    SecondCheck,
    /// Seen and taken note of.
    Acknowledge,
    /// Was present.
    Witness,
}

impl Meaning {
    const ALL: [Self; 6] = [
        Self::Approve,
        Self::Refuse,
        Self::Execute,
        Self::SecondCheck,
        Self::Acknowledge,
        Self::Witness,
    ];

    /// Returns the word that travels.
    pub fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refuse => "refuse",
            Self::Execute => "execute",
            Self::SecondCheck => "second_check",
            Self::Acknowledge => "acknowledge",
            Self::Witness => "witness",
        }
    }

    /// Returns the meaning of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|meaning| meaning.word() == word)
    }
}

/// A relation between records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The other is the order that this is about.
    OrderOf,
    /// This repeats the other.
    RepeatOf,
    /// This is the same thing as the other, which goes on.
    MergedInto,
    /// This goes on where the other was cut.
    Continues,
}

impl Relation {
    const ALL: [Self; 4] = [
        Self::OrderOf,
        Self::RepeatOf,
        Self::MergedInto,
        Self::Continues,
    ];

    /// Returns the word that travels.
    pub fn word(self) -> &'static str {
        match self {
            Self::OrderOf => "order_of",
            Self::RepeatOf => "repeat_of",
            Self::MergedInto => "merged_into",
            Self::Continues => "continues",
        }
    }

    /// Returns the relation of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|relation| relation.word() == word)
    }
}

/// What an event says.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// `open`
    Open(Change),
    /// `set`
    Set(Change),
    /// `move`: facts `{"from","to","reason"}`, personal `{"note"}`.
    Move {
        /// The state that the author saw.
        from: String,
        /// The state to go to.
        to: String,
        /// A word of a list.
        reason: Option<String>,
        /// Free words.
        note: Option<String>,
    },
    /// `assign`: facts `{"saw":"short id","owner","to","reason"}`, personal `{"note"}`.
    Assign {
        /// The assign that the author saw, none where nobody owned the record.
        saw: Option<ShortId>,
        /// The new owner.
        to: Owner,
        /// A word of a list.
        reason: Option<String>,
        /// Free words.
        note: Option<String>,
    },
    /// `say`
    Say(Box<Say>),
    /// `attach`: facts `{"hash","type","size"}`, personal `{"name"}`.
    Attach {
        /// blake3 of the bytes.
        hash: [u8; 32],
        /// The media type.
        media: String,
        /// The number of bytes.
        size: u64,
        /// The file's name.
        name: Option<String>,
    },
    /// `sign`: facts `{"meaning","of":"chain","saw":{…}}`, personal `{"note"}`.
    Sign {
        /// What the word means.
        meaning: Meaning,
        /// The exact thing: an event, or a contradiction's id padded with zeros.
        of: Chain,
        /// What the screen showed.
        saw: Json,
        /// Free words.
        note: Option<String>,
    },
    /// `link`: facts `{"to":"record","register","relation"}`.
    Link {
        /// The other record.
        to: Id,
        /// The other record's register.
        register: String,
        /// How they relate.
        relation: Relation,
    },
    /// `void`: facts `{"events":["chain"],"reason"}`; without `events` the whole record.
    Void {
        /// The events taken back, none for the whole record.
        events: Option<Vec<Chain>>,
        /// Why.
        reason: Option<String>,
    },
    /// `erase`: facts `{"events":["chain"],"reason"}`.
    Erase {
        /// The events whose personal bodies go.
        events: Vec<Chain>,
        /// Why.
        reason: Option<String>,
    },
}

impl Payload {
    /// Returns what the event says; none where verb or shape are not understood (Q8) or the
    /// facts are not here.
    pub fn read(event: &Event) -> Option<Self> {
        let verb = Verb::of(event.head.verb)?;
        let facts = body::members(event.body.facts()?).ok()?;
        let personal = match event.body.personal() {
            Some(part) => body::members(&part.bytes).ok()?,
            None => Members::default(),
        };
        Self::of(verb, facts, personal)
    }

    /// Returns what facts and personal part say under a verb.
    pub fn of(verb: Verb, mut facts: Members<'_>, mut personal: Members<'_>) -> Option<Self> {
        let (facts, personal) = (&mut facts, &mut personal);
        Some(match verb {
            Verb::Open => Self::Open(Change::read(facts, personal)?),
            Verb::Set => Self::Set(Change::read(facts, personal)?),
            Verb::Move => Self::Move {
                from: text(facts, "from")?,
                to: text(facts, "to")?,
                reason: text(facts, "reason"),
                note: text(personal, "note"),
            },
            Verb::Assign => Self::Assign {
                saw: optional(facts, "saw", |value| value.as_str()?.parse().ok())?,
                to: Owner::parse(facts.get("to")?.as_str()?)?,
                reason: text(facts, "reason"),
                note: text(personal, "note"),
            },
            Verb::Say => Self::Say(Box::new(Say::read(facts, personal)?)),
            Verb::Attach => Self::Attach {
                hash: facts.get("hash")?.as_str()?.parse::<Chain>().ok()?.0,
                media: text(facts, "type")?,
                size: facts.get("size")?.as_u64()?,
                name: text(personal, "name"),
            },
            Verb::Sign => Self::Sign {
                meaning: Meaning::of(facts.get("meaning")?.as_str()?)?,
                of: facts.get("of")?.as_str()?.parse().ok()?,
                saw: optional(facts, "saw", |value| value.as_object().cloned())?
                    .unwrap_or_default(),
                note: text(personal, "note"),
            },
            Verb::Link => Self::Link {
                to: facts.get("to")?.as_str()?.parse().ok()?,
                register: text(facts, "register")?,
                relation: Relation::of(facts.get("relation")?.as_str()?)?,
            },
            Verb::Void => Self::Void {
                events: optional(facts, "events", chains)?,
                reason: text(facts, "reason"),
            },
            Verb::Erase => Self::Erase {
                events: chains(facts.get("events")?)?,
                reason: text(facts, "reason"),
            },
        })
    }

    /// Returns the verb that says such a thing.
    pub fn verb(&self) -> Verb {
        match self {
            Self::Open(_) => Verb::Open,
            Self::Set(_) => Verb::Set,
            Self::Move { .. } => Verb::Move,
            Self::Assign { .. } => Verb::Assign,
            Self::Say(_) => Verb::Say,
            Self::Attach { .. } => Verb::Attach,
            Self::Sign { .. } => Verb::Sign,
            Self::Link { .. } => Verb::Link,
            Self::Void { .. } => Verb::Void,
            Self::Erase { .. } => Verb::Erase,
        }
    }

    /// Returns facts and personal part; `is_personal` says of a field's path where it belongs.
    pub fn write(&self, is_personal: impl Fn(&str) -> bool) -> (Json, Json) {
        let (mut facts, mut personal) = (Json::new(), Json::new());
        match self {
            Self::Open(change) | Self::Set(change) => {
                change.write(is_personal, &mut facts, &mut personal);
            }
            Self::Move {
                from,
                to,
                reason,
                note,
            } => {
                facts.insert("from".into(), json!(from));
                facts.insert("to".into(), json!(to));
                put(&mut facts, "reason", reason.as_deref());
                put(&mut personal, "note", note.as_deref());
            }
            Self::Assign {
                saw,
                to,
                reason,
                note,
            } => {
                put(&mut facts, "saw", saw.map(|short| short.to_string()));
                facts.insert("to".into(), json!(to.spelling()));
                put(&mut facts, "reason", reason.as_deref());
                put(&mut personal, "note", note.as_deref());
            }
            Self::Say(say) => say.write(&mut facts, &mut personal),
            Self::Attach {
                hash,
                media,
                size,
                name,
            } => {
                facts.insert("hash".into(), json!(Chain(*hash).to_string()));
                facts.insert("type".into(), json!(media));
                facts.insert("size".into(), json!(size));
                put(&mut personal, "name", name.as_deref());
            }
            Self::Sign {
                meaning,
                of,
                saw,
                note,
            } => {
                facts.insert("meaning".into(), json!(meaning.word()));
                facts.insert("of".into(), json!(of.to_string()));
                put(
                    &mut facts,
                    "saw",
                    (!saw.is_empty()).then(|| Value::Object(saw.clone())),
                );
                put(&mut personal, "note", note.as_deref());
            }
            Self::Link {
                to,
                register,
                relation,
            } => {
                facts.insert("to".into(), json!(to.to_string()));
                facts.insert("register".into(), json!(register));
                facts.insert("relation".into(), json!(relation.word()));
            }
            Self::Void { events, reason } => {
                put(
                    &mut facts,
                    "events",
                    events.as_ref().map(|events| spelled(events)),
                );
                put(&mut facts, "reason", reason.as_deref());
            }
            Self::Erase { events, reason } => {
                facts.insert("events".into(), spelled(events));
                put(&mut facts, "reason", reason.as_deref());
            }
        }
        (facts, personal)
    }
}

impl Change {
    fn read(facts: &mut Members<'_>, personal: &mut Members<'_>) -> Option<Self> {
        let mut change = Self {
            exported_at: optional(facts, "exported_at", Value::as_i64)?,
            same: optional(facts, "same", shorts)?.unwrap_or_default(),
            ..Self::default()
        };
        for fields in [facts.remove("fields"), personal.remove("fields")] {
            match fields {
                None => {}
                Some(Value::Object(fields)) => change.fields.extend(fields),
                Some(_) => return None,
            }
        }
        match facts.remove("was") {
            None => {}
            Some(Value::Object(was)) => {
                for (path, list) in was {
                    change.was.insert(path, shorts(&list)?);
                }
            }
            Some(_) => return None,
        }
        Some(change)
    }

    fn write(&self, is_personal: impl Fn(&str) -> bool, facts: &mut Json, personal: &mut Json) {
        let (mut open, mut hidden) = (Json::new(), Json::new());
        for (path, value) in &self.fields {
            let part = if is_personal(path) {
                &mut hidden
            } else {
                &mut open
            };
            part.insert(path.clone(), value.clone());
        }
        let was: Json = self
            .was
            .iter()
            .map(|(path, list)| (path.clone(), spelled(list)))
            .collect();
        put(
            facts,
            "fields",
            (!open.is_empty()).then_some(Value::Object(open)),
        );
        put(
            facts,
            "was",
            (!was.is_empty()).then_some(Value::Object(was)),
        );
        put(facts, "exported_at", self.exported_at);
        put(
            facts,
            "same",
            (!self.same.is_empty()).then(|| spelled(&self.same)),
        );
        put(
            personal,
            "fields",
            (!hidden.is_empty()).then_some(Value::Object(hidden)),
        );
    }
}

impl Say {
    /// Returns what somebody says, with nothing known beside it.
    pub fn plain(direction: Direction, text: impl Into<String>) -> Self {
        Self {
            direction,
            channel: None,
            author: None,
            text: Some(text.into()),
            copied: false,
            hash: None,
            source: None,
        }
    }

    fn read(facts: &mut Members<'_>, personal: &mut Members<'_>) -> Option<Self> {
        Some(Self {
            direction: Direction::of(facts.get("direction")?.as_str()?)?,
            channel: text(facts, "channel"),
            author: text(personal, "author"),
            text: text(personal, "text"),
            copied: facts
                .get("copied")
                .and_then(Value::as_bool)
                .unwrap_or(false),
            hash: optional(facts, "text", |value| value.as_str()?.parse().ok())?,
            source: match facts.remove("source") {
                None => None,
                Some(Value::Object(source)) => Some(Origin::read(&mut source.into())?),
                Some(_) => return None,
            },
        })
    }

    fn write(&self, facts: &mut Json, personal: &mut Json) {
        facts.insert("direction".into(), json!(self.direction.word()));
        put(facts, "channel", self.channel.as_deref());
        put(facts, "copied", self.copied.then_some(true));
        put(facts, "text", self.hash.map(|hash| hash.to_string()));
        put(facts, "source", self.source.as_ref().map(Origin::write));
        put(personal, "author", self.author.as_deref());
        put(personal, "text", self.text.as_deref());
    }
}

impl Origin {
    fn read(source: &mut Members<'_>) -> Option<Self> {
        Some(Self {
            id: text(source, "id"),
            text: source.get("text")?.as_str()?.parse().ok()?,
            minute: optional(source, "minute", Value::as_i64)?,
            n: u32::try_from(source.get("n")?.as_u64()?).ok()?,
            batch: source.get("batch")?.as_str()?.parse().ok()?,
            place: u32::try_from(source.get("i")?.as_u64()?).ok()?,
        })
    }

    fn write(&self) -> Value {
        let mut source = Json::new();
        put(&mut source, "id", self.id.as_deref());
        source.insert("text".into(), json!(self.text.to_string()));
        put(&mut source, "minute", self.minute);
        source.insert("n".into(), json!(self.n));
        source.insert("batch".into(), json!(self.batch.to_string()));
        source.insert("i".into(), json!(self.place));
        Value::Object(source)
    }
}

/// Returns nothing where the member is absent, and fails where it has another shape.
fn optional<T>(
    object: &Members<'_>,
    name: &str,
    read: impl Fn(&Value) -> Option<T>,
) -> Option<Option<T>> {
    match object.get(name) {
        None => Some(None),
        Some(value) => read(value).map(Some),
    }
}

/// Takes a text out of an object; none where it is absent or of another shape.
fn text(object: &mut Members<'_>, name: &str) -> Option<String> {
    match object.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn chains(list: &Value) -> Option<Vec<Chain>> {
    list.as_array()?
        .iter()
        .map(|chain| chain.as_str()?.parse().ok())
        .collect()
}

fn shorts(list: &Value) -> Option<Vec<ShortId>> {
    list.as_array()?
        .iter()
        .map(|short| short.as_str()?.parse().ok())
        .collect()
}

fn spelled(list: &[impl ToString]) -> Value {
    Value::Array(
        list.iter()
            .map(|id| Value::String(id.to_string()))
            .collect(),
    )
}

fn put(object: &mut Json, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(name.into(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(payload: &Payload) {
        let (facts, personal) = payload.write(|path| path == "name");
        assert_eq!(
            Payload::of(payload.verb(), facts.into(), personal.into()).as_ref(),
            Some(payload)
        );
    }

    #[test]
    fn each_verb_is_read_as_it_was_written() {
        let short = ShortId([3; 8]);
        let change = Change {
            fields: [
                ("name".to_owned(), json!("x")),
                ("lines/1/price".to_owned(), json!(3)),
            ]
            .into(),
            was: [("name".to_owned(), vec![short])].into(),
            exported_at: Some(5),
            same: vec![short],
        };
        let (facts, personal) = Payload::Set(change.clone()).write(|path| path == "name");
        assert!(facts["fields"].get("name").is_none());
        assert_eq!(personal["fields"]["name"], "x");
        round_trip(&Payload::Open(change.clone()));
        round_trip(&Payload::Set(change));
        round_trip(&Payload::Move {
            from: "a".into(),
            to: "b".into(),
            reason: None,
            note: Some("n".into()),
        });
        let to = Owner::Person(Id([4; 16]));
        round_trip(&Payload::Assign {
            saw: Some(short),
            to,
            reason: Some("peak".into()),
            note: None,
        });
        let source = Origin {
            id: Some("m1".into()),
            text: TextHash([1; 16]),
            minute: Some(9),
            n: 1,
            batch: Id([2; 16]),
            place: 7,
        };
        round_trip(&Payload::Say(Box::new(Say {
            channel: Some("chat".into()),
            author: Some("a".into()),
            copied: true,
            hash: Some(TextHash([5; 16])),
            source: Some(source),
            ..Say::plain(Direction::Out, "t")
        })));
        round_trip(&Payload::Attach {
            hash: [6; 32],
            media: "image/png".into(),
            size: 9,
            name: Some("p".into()),
        });
        round_trip(&Payload::Sign {
            meaning: Meaning::Approve,
            of: Chain([7; 32]),
            saw: Json::new(),
            note: None,
        });
        round_trip(&Payload::Link {
            to: Id([8; 16]),
            register: "order".into(),
            relation: Relation::OrderOf,
        });
        round_trip(&Payload::Void {
            events: None,
            reason: Some("wrong".into()),
        });
        round_trip(&Payload::Void {
            events: Some(vec![Chain([1; 32])]),
            reason: None,
        });
        round_trip(&Payload::Erase {
            events: vec![Chain([1; 32])],
            reason: None,
        });
    }

    #[test]
    fn another_shape_is_not_understood_and_an_unknown_member_is_ignored() {
        let facts = |value: Value| Members::from(value.as_object().cloned().unwrap());
        assert_eq!(
            Payload::of(Verb::Move, facts(json!({"from": "a"})), Members::default()),
            None
        );
        assert_eq!(
            Payload::of(
                Verb::Assign,
                facts(json!({"to": "nobody"})),
                Members::default()
            ),
            None
        );
        assert_eq!(
            Payload::of(
                Verb::Void,
                facts(json!({"events": "x"})),
                Members::default()
            ),
            None
        );
        let newer = facts(json!({"from": "a", "to": "b", "mood": "good"}));
        assert!(Payload::of(Verb::Move, newer, Members::default()).is_some());
    }
}
