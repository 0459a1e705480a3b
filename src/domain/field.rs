//! Typed fields: names that the compiler checks where code uses them and that lists, forms
//! and exports walk as data.

use std::marker::PhantomData;

use serde_json::Value;

use super::id::Id;
use super::money::Money;

/// A closed list of English words in `snake_case`; their translations are
/// `value-ENUMERATION-WORD`.
#[derive(Debug)]
pub struct Enumeration {
    /// The name in the language files.
    pub name: &'static str,
    /// The words that travel, final once released.
    pub values: &'static [&'static str],
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A line of text.
    Text,
    /// Text of several lines.
    LongText,
    /// A number that identifies something outside: order, waybill, phone.
    Number,
    /// A whole number.
    Integer,
    /// An amount: `{"minor":1234,"currency":"CNY"}`.
    Money,
    /// A point in time in milliseconds UTC.
    Time,
    /// A calendar day in the shop's zone: `2026-11-22`.
    Date,
    /// Yes or no.
    Flag,
    /// One word of a closed list.
    Choice(&'static Enumeration),
    /// Several words or lines of text.
    Texts,
    /// Another record of this register, by id.
    Record(&'static str),
    /// Rows by key, each cell a field of its own with the path `name/KEY/CELL`.
    Map(&'static [FieldSpec]),
}

/// A field as data.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// The name that is hashed.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it lives in the personal body, which can be erased.
    pub personal: bool,
    /// Whether lists filter or search by it: at most 4 a register.
    pub indexed: bool,
    /// Whether it is a fact copied from a platform's export: not edited by people.
    pub mirror: bool,
    /// Whether forms ask for it before the record can be filed.
    pub required: bool,
    /// Whether forms leave it out: written by acts only.
    pub hidden: bool,
}

/// A field with the type that its value has in code.
#[derive(Debug)]
pub struct Field<T> {
    /// The field as data.
    pub spec: FieldSpec,
    holds: PhantomData<fn() -> T>,
}

impl<T> Clone for Field<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Field<T> {}

impl<T> Field<T> {
    const fn of(name: &'static str, kind: Kind) -> Self {
        let spec = FieldSpec {
            name,
            kind,
            personal: false,
            indexed: false,
            mirror: false,
            required: false,
            hidden: false,
        };
        Self {
            spec,
            holds: PhantomData,
        }
    }

    /// Puts the field into the personal body.
    #[must_use]
    pub const fn personal(mut self) -> Self {
        self.spec.personal = true;
        self
    }

    /// Gives the field an index in the store.
    #[must_use]
    pub const fn indexed(mut self) -> Self {
        self.spec.indexed = true;
        self
    }

    /// Marks the field as copied from exports.
    #[must_use]
    pub const fn mirror(mut self) -> Self {
        self.spec.mirror = true;
        self
    }

    /// Makes forms ask for the field.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.spec.required = true;
        self
    }

    /// Keeps the field out of forms.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.spec.hidden = true;
        self
    }

    /// Returns the name that is hashed.
    pub const fn name(&self) -> &'static str {
        self.spec.name
    }
}

impl Field<String> {
    /// Declares a line of text.
    pub const fn text(name: &'static str) -> Self {
        Self::of(name, Kind::Text)
    }

    /// Declares text of several lines.
    pub const fn long_text(name: &'static str) -> Self {
        Self::of(name, Kind::LongText)
    }

    /// Declares a number that identifies something outside.
    pub const fn number(name: &'static str) -> Self {
        Self::of(name, Kind::Number)
    }

    /// Declares a calendar day in the shop's zone.
    pub const fn date(name: &'static str) -> Self {
        Self::of(name, Kind::Date)
    }

    /// Declares one word of a closed list.
    pub const fn choice(name: &'static str, list: &'static Enumeration) -> Self {
        Self::of(name, Kind::Choice(list))
    }
}

impl Field<i64> {
    /// Declares a whole number.
    pub const fn integer(name: &'static str) -> Self {
        Self::of(name, Kind::Integer)
    }

    /// Declares a point in time (milliseconds UTC).
    pub const fn time(name: &'static str) -> Self {
        Self::of(name, Kind::Time)
    }
}

impl Field<Money> {
    /// Declares an amount.
    pub const fn money(name: &'static str) -> Self {
        Self::of(name, Kind::Money)
    }
}

impl Field<bool> {
    /// Declares a yes or no.
    pub const fn flag(name: &'static str) -> Self {
        Self::of(name, Kind::Flag)
    }
}

impl Field<Vec<String>> {
    /// Declares a list of texts.
    pub const fn texts(name: &'static str) -> Self {
        Self::of(name, Kind::Texts)
    }
}

impl Field<Id> {
    /// Declares a reference to a record of a register.
    pub const fn record(name: &'static str, register: &'static str) -> Self {
        Self::of(name, Kind::Record(register))
    }
}

impl Field<Value> {
    /// Declares rows by key.
    pub const fn map(name: &'static str, cells: &'static [FieldSpec]) -> Self {
        Self::of(name, Kind::Map(cells))
    }
}

/// A type that a field's value can be read as.
pub trait FromValue: Sized {
    /// Returns the value, none where the JSON is of another shape.
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for String {
    fn from_value(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl FromValue for i64 {
    fn from_value(value: &Value) -> Option<Self> {
        value.as_i64()
    }
}

impl FromValue for bool {
    fn from_value(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl FromValue for Money {
    fn from_value(value: &Value) -> Option<Self> {
        serde_json::from_value(value.clone()).ok()
    }
}

impl FromValue for Id {
    fn from_value(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }
}

impl FromValue for Vec<String> {
    fn from_value(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(String::from_value).collect()
    }
}

impl FromValue for Value {
    fn from_value(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
}

impl Kind {
    /// Returns whether a JSON value has the shape of this kind; `null` clears any field.
    pub fn accepts(&self, value: &Value) -> bool {
        if value.is_null() {
            return true;
        }
        match self {
            Self::Text | Self::LongText | Self::Number => value.is_string(),
            Self::Integer | Self::Time => value.is_i64(),
            Self::Money => Money::from_value(value).is_some(),
            Self::Date => value
                .as_str()
                .is_some_and(|day| chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok()),
            Self::Flag => value.is_boolean(),
            Self::Choice(list) => value
                .as_str()
                .is_some_and(|word| list.values.contains(&word)),
            Self::Texts => Vec::<String>::from_value(value).is_some(),
            Self::Record(_) => Id::from_value(value).is_some(),
            Self::Map(_) => false,
        }
    }
}
