//! How a row reads: what names it and what it is about, in the reader's words.

use serde_json::Value;

use super::people::People;
use crate::domain::field::{FieldSpec, Kind};
use crate::domain::payload::{Change, Direction, Meaning, Payload};
use crate::domain::register::{Owner, Register};
use crate::domain::registers::{self, handover, order};
use crate::i18n::Words;
use crate::store::Row;

/// Reads rows to people: words of closed lists translated, persons by name, all uncleaned.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The words.
    pub words: &'a Words,
    /// Who is who.
    pub people: &'a People,
}

impl Reader<'_> {
    /// Returns what names a row.
    pub fn title(self, row: &Row) -> String {
        self.first(row, |register| register.title, row.title.as_deref())
    }

    /// Returns what a row is about.
    pub fn subject(self, row: &Row) -> String {
        if let Some(count) = to_take(row) {
            return self.to_take(row, count);
        }
        self.first(row, |register| register.subject, row.subject.as_deref())
    }

    /// Returns the goods of an order, as its own title or those of its lines.
    pub fn goods(self, row: &Row) -> String {
        if let Some(title) = row.fields.get(order::TITLE.name()).and_then(Value::as_str) {
            return title.to_owned();
        }
        let mut titles: Vec<&str> = Vec::new();
        for line in cells(row, order::LINES.name()) {
            let title = line.get(order::LINE_TITLE.name()).and_then(Value::as_str);
            titles.extend(title.filter(|title| !titles.contains(title)));
        }
        titles.join(&self.words.get("list-comma"))
    }

    /// How much of a sheet nobody has taken, and of which shift it is.
    fn to_take(self, row: &Row, count: usize) -> String {
        let name = handover::SHIFT_OF.name();
        let shift = row.fields.get(name).and_then(Value::as_str);
        let shift = shift.and_then(|shift| self.read(&handover::REGISTER, name, shift));
        let args = [("count", count.into())];
        let count = self.words.with("handover-to-take", &args);
        // The count first: where little has room it must be seen.
        format!("{count} {}", shift.unwrap_or_default())
            .trim()
            .to_owned()
    }

    /// Returns an owner's name, or the word of a post.
    pub fn owner(self, owner: Owner) -> String {
        match owner {
            Owner::Post(post) => self
                .words
                .get(&format!("value-post-{}", post.word()))
                .to_string(),
            Owner::Person(id) => self.people.by_id(id).map_or_else(
                || id.to_string()[..8].to_owned(),
                |person| person.name.clone(),
            ),
        }
    }

    /// Finds the field of which the stored text is the value, and reads it as that field's.
    fn first(
        self,
        row: &Row,
        names: impl Fn(&Register) -> &'static [&'static str],
        stored: Option<&str>,
    ) -> String {
        let Some(stored) = stored else {
            return String::new();
        };
        let read = registers::by_name(&row.register).and_then(|register| {
            names(register).iter().find_map(|name| {
                let value = row.fields.get(*name)?.as_str()?;
                (value == stored).then(|| self.read(register, name, value))?
            })
        });
        read.unwrap_or_else(|| stored.to_owned())
    }

    fn read(self, register: &Register, name: &str, value: &str) -> Option<String> {
        let field = register.field(name)?;
        let names_owner = register.name == handover::REGISTER.name && name == handover::TO.name();
        match field.kind {
            Kind::Choice(list) => {
                let id = format!("value-{}-{value}", list.name);
                self.words.has(&id).then(|| self.words.get(&id).to_string())
            }
            Kind::Record("person") => value.parse().ok().map(|id| self.owner(Owner::Person(id))),
            _ if names_owner => Owner::parse(value).map(|owner| self.owner(owner)),
            _ => None,
        }
    }
}

impl Reader<'_> {
    /// Returns what was done to a record of a register, with what came of it; what was done is
    /// none where a newer release wrote it.
    pub fn deed(self, register: &Register, what: Option<&Payload>) -> String {
        let words = self.words;
        let id = match what {
            Some(Payload::Set(change)) => return self.written(register, change),
            Some(Payload::Move { to, .. }) => {
                let state = words.get(&format!("state-{}-{to}", register.name));
                return words.with("changed-move", &[("state", state.as_ref().into())]);
            }
            Some(Payload::Assign { to, .. }) => {
                let owner = self.owner(*to);
                return words.with("changed-assign", &[("owner", owner.into())]);
            }
            Some(Payload::Open(_)) => "changed-open",
            Some(Payload::Say(say)) => match say.direction {
                Direction::In => "changed-say-in",
                Direction::Out => "changed-say-out",
                Direction::Internal => "changed-say-internal",
                Direction::System => "changed-say-system",
            },
            Some(Payload::Attach { .. }) => "changed-attach",
            Some(Payload::Sign { meaning, .. }) => signed(*meaning),
            Some(Payload::Link { .. }) => "changed-link",
            Some(Payload::Void { events: None, .. }) => "changed-void",
            Some(Payload::Void { .. }) => "changed-undo",
            Some(Payload::Erase { .. }) => "changed-erase",
            None => "changed-unknown",
        };
        words.get(id).to_string()
    }

    /// The fields that were written, by their labels.
    fn written(self, register: &Register, change: &Change) -> String {
        let mut labels: Vec<String> = Vec::new();
        for path in change.fields.keys() {
            let field = register.field(path);
            let Some(field) = field.filter(|field| !field.hidden) else {
                continue;
            };
            let label = field_label(self.words, register, field);
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        if labels.is_empty() {
            return self.words.get("changed-set-other").to_string();
        }
        let fields = labels.join(&self.words.get("list-comma"));
        self.words.with("changed-set", &[("fields", fields.into())])
    }
}

/// Returns the message id of what somebody signed.
pub fn signed(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Approve => "changed-sign-approve",
        Meaning::Refuse => "changed-sign-refuse",
        Meaning::Execute => "changed-sign-execute",
        Meaning::SecondCheck => "changed-sign-check",
        Meaning::Acknowledge => "changed-sign-acknowledge",
        Meaning::Witness => "changed-sign-witness",
    }
}

/// Returns the label of a register's field, of a field that all registers have, or of a cell of one
/// of its maps.
pub fn field_label(words: &Words, register: &Register, field: &FieldSpec) -> String {
    let own = format!("field-{}-{}", register.name, field.name);
    let holds = |map: &&FieldSpec| matches!(map.kind, Kind::Map(cells) if cells.iter().any(|cell| cell.name == field.name));
    let cells = register.fields.iter().filter(holds);
    let of_cell = cells.map(|map| format!("field-{}-{}-{}", register.name, map.name, field.name));
    let id = std::iter::once(own)
        .chain(of_cell)
        .find(|id| words.has(id))
        .unwrap_or_else(|| format!("field-common-{}", field.name));
    words.get(&id).to_string()
}

/// Returns how many lines of a signed sheet nobody has answered; none of anything else.
pub fn to_take(row: &Row) -> Option<usize> {
    if row.register != handover::REGISTER.name || row.state != "signed" {
        return None;
    }
    let lines = cells(row, handover::LINES.name());
    let acks = lines.map(|line| line.get(handover::LINE_ACK.name()).and_then(Value::as_str));
    let open = acks.filter(|ack| matches!(ack, None | Some("open" | "asked")));
    Some(open.count())
}

/// The lines of a map of a row, by their keys.
fn cells<'a>(row: &'a Row, map: &str) -> impl Iterator<Item = &'a Value> {
    let lines = row.fields.get(map).and_then(Value::as_object);
    lines.into_iter().flat_map(serde_json::Map::values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Verb;
    use crate::i18n::Language;

    #[test]
    fn every_field_cell_and_verb_has_a_word_in_every_language() {
        for language in Language::ALL {
            let words = Words::new(language);
            for register in registers::ALL {
                for field in register.fields.iter().filter(|field| !field.hidden) {
                    let cells = match field.kind {
                        Kind::Map(cells) => cells,
                        _ => &[],
                    };
                    for one in cells.iter().chain([field]) {
                        let label = field_label(&words, register, one);
                        assert!(!label.starts_with("field-"), "{language:?} {label}");
                    }
                }
            }
            for verb in Verb::ALL {
                let id = format!("cli-verb-{}", verb.name());
                assert!(words.has(&id), "{language:?} {id}");
            }
        }
    }
}
