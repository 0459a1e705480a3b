//! Bodies of events: the author's exact JSON bytes, facts and personal part apart.
//!
//! What is enforced on reading is enforced on writing: together at most 64 KiB, at most 16
//! levels deep, integers only, no key twice in one object, one line, an object at the top.

mod members;
mod sound;

use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

pub use members::Members;

/// The most bytes that facts and personal part may have together.
pub const MAX_BYTES: usize = 64 * 1024;
/// The most levels of objects and lists.
pub const MAX_DEPTH: usize = 16;

/// A JSON object as a body holds it.
pub type Json = Map<String, Value>;

/// Why bytes are not a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// More than 64 KiB.
    #[error("body of {0} bytes")]
    TooLong(usize),
    /// A line break, which would tear the line that carries the body.
    #[error("body has a line break")]
    LineBreak,
    /// Not JSON, not an object, too deep, a key twice, or a number that is no 64-bit integer.
    #[error("body is not one strict JSON object: {0}")]
    NotStrict(String),
}

/// The personal part of a body beside its salt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Personal {
    /// 16 random bytes, without which a short name could be guessed from its hash.
    pub salt: [u8; 16],
    /// The exact bytes.
    pub bytes: Vec<u8>,
}

/// Why a body or a part of it is not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Absence {
    /// Taken away for good, wherever the event travels.
    Erased,
    /// Kept from this receiver by the register's reach.
    Withheld,
}

impl Absence {
    /// Returns the word in bundles.
    pub fn word(self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::Withheld => "withheld",
        }
    }

    /// Returns the absence that a word of a bundle means.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Erased, Self::Withheld]
            .into_iter()
            .find(|absence| absence.word() == word)
    }
}

/// An event's body as far as it is here; its digest can be computed in every case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// All of it.
    Whole {
        /// The exact bytes of the facts, `{}` where there are none.
        facts: Vec<u8>,
        /// The personal part, where the author wrote one.
        personal: Option<Personal>,
    },
    /// Facts without the personal part, of which the hash remains.
    Faceless {
        /// The exact bytes of the facts.
        facts: Vec<u8>,
        /// blake3(salt ‖ personal).
        part: [u8; 32],
        /// Why the personal part is gone.
        absence: Absence,
    },
    /// Only the digest.
    Hidden {
        /// The whole digest.
        digest: [u8; 32],
        /// Why nothing is here.
        absence: Absence,
    },
}

impl Body {
    /// Returns a whole body of these objects; `salt` is used only beside a personal part.
    ///
    /// Fails where the body breaks a limit that readers enforce.
    pub fn write(facts: &Json, personal: &Json, salt: [u8; 16]) -> Result<Self, BodyFault> {
        let facts = bytes_of(facts)?;
        let personal = if personal.is_empty() {
            None
        } else {
            Some(Personal {
                salt,
                bytes: bytes_of(personal)?,
            })
        };
        let body = Self::Whole { facts, personal };
        body.check()?;
        Ok(body)
    }

    /// Checks the limits of a body that came from outside.
    pub fn check(&self) -> Result<(), BodyFault> {
        let total = self.len();
        if total > MAX_BYTES {
            return Err(BodyFault::TooLong(total));
        }
        for bytes in self
            .facts()
            .into_iter()
            .chain(self.personal().map(|part| part.bytes.as_slice()))
        {
            sound(bytes)?;
        }
        Ok(())
    }

    /// Returns how many bytes of facts and personal part are here.
    pub fn len(&self) -> usize {
        self.facts().map_or(0, <[u8]>::len) + self.personal().map_or(0, |part| part.bytes.len())
    }

    /// Returns whether nothing is here.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the bytes of the facts, where they are here.
    pub fn facts(&self) -> Option<&[u8]> {
        match self {
            Self::Whole { facts, .. } | Self::Faceless { facts, .. } => Some(facts),
            Self::Hidden { .. } => None,
        }
    }

    /// Returns the personal part, where it is here.
    pub fn personal(&self) -> Option<&Personal> {
        match self {
            Self::Whole { personal, .. } => personal.as_ref(),
            Self::Faceless { .. } | Self::Hidden { .. } => None,
        }
    }

    /// Returns why something is not here, where something is not.
    pub fn absence(&self) -> Option<Absence> {
        match self {
            Self::Whole { .. } => None,
            Self::Faceless { absence, .. } | Self::Hidden { absence, .. } => Some(*absence),
        }
    }

    /// Returns blake3(salt ‖ personal), or 32 zeros where the author wrote no personal part;
    /// none where only the whole digest is known.
    pub fn part(&self) -> Option<[u8; 32]> {
        match self {
            Self::Whole { personal: None, .. } => Some([0; 32]),
            Self::Whole {
                personal: Some(Personal { salt, bytes }),
                ..
            } => Some(*blake3::hash(&[salt.as_slice(), bytes].concat()).as_bytes()),
            Self::Faceless { part, .. } => Some(*part),
            Self::Hidden { .. } => None,
        }
    }

    /// Returns blake3(blake3(facts) ‖ part), the digest that the head carries.
    pub fn digest(&self) -> [u8; 32] {
        match (self, self.facts(), self.part()) {
            (Self::Hidden { digest, .. }, ..) => *digest,
            (_, facts, part) => {
                let mut both = [0; 64];
                let (first, second) = both.split_at_mut(32);
                first.copy_from_slice(blake3::hash(facts.unwrap_or_default()).as_bytes());
                second.copy_from_slice(&part.unwrap_or_default());
                *blake3::hash(&both).as_bytes()
            }
        }
    }

    /// Returns the body without its personal part, which keeps its digest.
    #[must_use]
    pub fn without_personal(self, absence: Absence) -> Self {
        match (self.part(), self) {
            (
                Some(part),
                Self::Whole {
                    facts,
                    personal: Some(_),
                },
            ) => Self::Faceless {
                facts,
                part,
                absence,
            },
            (_, other) => other,
        }
    }
}

fn bytes_of(object: &Json) -> Result<Vec<u8>, BodyFault> {
    serde_json::to_vec(object).map_err(|fault| BodyFault::NotStrict(fault.to_string()))
}

/// Reads one strict JSON object.
pub fn parse(bytes: &[u8]) -> Result<Json, BodyFault> {
    match read(bytes, Strict { depth: 0 })? {
        Value::Object(object) => Ok(object),
        _ => Err(BodyFault::NotStrict("not an object".into())),
    }
}

/// Reads the members of one strict JSON object, as [`parse`] does.
pub fn members(bytes: &[u8]) -> Result<Members<'_>, BodyFault> {
    read(bytes, members::Read)
}

/// Checks that [`parse`] would read these bytes.
fn sound(bytes: &[u8]) -> Result<(), BodyFault> {
    read(bytes, sound::Sound { depth: 0 })?
        .then_some(())
        .ok_or_else(|| BodyFault::NotStrict("not an object".into()))
}

fn read<'de, S: DeserializeSeed<'de>>(bytes: &'de [u8], seed: S) -> Result<S::Value, BodyFault> {
    if bytes.len() > MAX_BYTES {
        return Err(BodyFault::TooLong(bytes.len()));
    }
    if memchr::memchr2(b'\n', b'\r', bytes).is_some() {
        return Err(BodyFault::LineBreak);
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    seed.deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|fault| BodyFault::NotStrict(fault.to_string()))
}

/// Reads a value and refuses what two readers could understand in two ways.
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: de::Error>(&self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            Err(E::custom("too deep"))
        } else {
            Ok(Self {
                depth: self.depth + 1,
            })
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("strict JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        i64::try_from(value)
            .map(Value::from)
            .map_err(|_| E::custom("integer beyond 64 bits"))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Value, E> {
        Err(E::custom("a number that is no integer"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(self.deeper()?)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Json::new();
        while let Some(key) = map.next_key_seed(std::marker::PhantomData::<Key>)? {
            let value = map.next_value_seed(self.deeper()?)?;
            if object.insert(key.0, value).is_some() {
                return Err(de::Error::custom("a key twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

/// A key that must be a string; a type of its own so that serde_json reads it as one.
struct Key(String);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        String::deserialize(reader).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn object(value: Value) -> Json {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn strict_reading_refuses_what_is_open_to_doubt() {
        for text in [
            "",
            "[]",
            "1",
            "{\"a\":1,\"a\":1}",
            "{\"a\":1.0}",
            "{\"a\":1e2}",
            "{\"a\":NaN}",
            "{\"a\":1}x",
            "{\"a\":1,}",
            "{\n}",
            "{\"a\":99999999999999999999}",
            "{\"a\":9223372036854775808}",
            "{a:1}",
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
            assert!(sound(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(b"{\"a\":\xff}").is_err());
        let nested =
            |depth: usize| format!("{}{}{}", "{\"a\":".repeat(depth), "1", "}".repeat(depth));
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(parse(nested(MAX_DEPTH + 1).as_bytes()).is_err());
        assert!(sound(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(sound(nested(MAX_DEPTH + 1).as_bytes()).is_err());
        assert!(parse(b" {\"a\": -9223372036854775808 } ").is_ok());
    }

    #[test]
    fn the_digest_survives_the_loss_of_the_personal_part() {
        let body = Body::write(
            &object(json!({"fields": {"n": 1}})),
            &object(json!({"fields": {"name": "x"}})),
            [7; 16],
        )
        .unwrap();
        let digest = body.digest();
        let faceless = body.without_personal(Absence::Erased);
        assert_eq!(faceless.digest(), digest);
        assert!(faceless.personal().is_none());
        assert_eq!(
            Body::Hidden {
                digest,
                absence: Absence::Withheld
            }
            .digest(),
            digest
        );
    }

    #[test]
    fn a_body_over_the_limit_is_not_written() {
        let long = object(json!({"text": "x".repeat(MAX_BYTES)}));
        assert!(matches!(
            Body::write(&long, &Json::new(), [0; 16]),
            Err(BodyFault::TooLong(_))
        ));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(sound(&bytes), parse(&bytes).map(drop));
            prop_assert_eq!(members(&bytes).is_ok(), parse(&bytes).is_ok());
        }

        #[test]
        fn what_is_sound_is_what_is_read(text in "(\\{\"a\":|\\[|1|1\\.5|-9|true|null|\"a\"|\"\\\\u0061\"|:|,|\\]|\\}){0,12}") {
            prop_assert_eq!(sound(text.as_bytes()), parse(text.as_bytes()).map(drop));
            let mut read = members(text.as_bytes()).ok();
            prop_assert_eq!(read.is_some(), parse(text.as_bytes()).is_ok());
            for (name, value) in parse(text.as_bytes()).unwrap_or_default() {
                let read = read.as_mut().and_then(|members| members.remove(&name));
                prop_assert_eq!(read, Some(value));
            }
            prop_assert_eq!(read.unwrap_or_default(), Members::default());
        }

        #[test]
        fn what_is_written_is_read_back(key in "[a-z]{1,8}", text in "\\PC*", number: i64) {
            let facts = object(json!({ key: [text, number] }));
            let body = Body::write(&facts, &Json::new(), [0; 16]).unwrap();
            prop_assert_eq!(&parse(body.facts().unwrap()).unwrap(), &facts);
            prop_assert_eq!(members(body.facts().unwrap()).unwrap(), Members::from(facts));
        }
    }
}
