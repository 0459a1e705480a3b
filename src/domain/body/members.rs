//! The members of a body's object: as `Strict` reads them, but in a list and by borrowed names,
//! since a fold reads every body, of few members each, once.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::sound::{Key, Keys};
use super::{Json, Strict};

/// The members of one object, each name once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Members<'a>(Vec<(Cow<'a, str>, Value)>);

impl Members<'_> {
    /// Returns a member's value.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// Takes a member out and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.swap_remove(place).1)
    }
}

impl From<Json> for Members<'static> {
    fn from(object: Json) -> Self {
        let members = object.into_iter();
        Self(members.map(|(key, value)| (key.into(), value)).collect())
    }
}

/// Reads the members of an object.
pub(super) struct Read;

impl<'de> DeserializeSeed<'de> for Read {
    type Value = Members<'de>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Members<'de>, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Read {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one strict JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let (mut keys, mut members) = (Keys::default(), Vec::with_capacity(4));
        while let Some(Key(key)) = map.next_key()? {
            let value = map.next_value_seed(Strict { depth: 1 })?;
            if !keys.insert(key.clone()) {
                return Err(de::Error::custom("a key twice"));
            }
            members.push((key, value));
        }
        Ok(Members(members))
    }
}
