//! What a person saw of a record when they opened it, so that an act on something that changed
//! since then stops once and says so.

use std::collections::HashSet;

use super::Desk;
use crate::domain::event::{Event, Verb};
use crate::domain::id::{Chain, Id, ReplicaId};
use crate::domain::payload::Payload;
use crate::domain::register::Register;
use crate::problem::Problem;

/// A record as it was when it was opened.
#[derive(Debug, Clone)]
pub struct Opened {
    id: Id,
    seen: HashSet<Chain>,
}

/// A thing that somebody else did to a record since it was opened.
#[derive(Debug, Clone)]
pub struct Changed {
    /// When, milliseconds UTC.
    pub at: i64,
    /// Who; empty where the roster does not say.
    pub who: String,
    /// What, none where a newer release wrote it.
    pub what: Option<Payload>,
    /// Of which register the record is.
    pub register: &'static Register,
}

impl Opened {
    /// Opens a record.
    pub fn new(desk: &Desk, id: Id) -> Result<Self, Problem> {
        let events = desk.store().events(id)?;
        Ok(Self {
            id,
            seen: events.into_iter().map(|event| event.chain).collect(),
        })
    }

    /// Returns what others did since it was opened or last asked, the oldest first; asked again,
    /// it is known.
    ///
    /// The step that goes with a signature is not told beside it.
    pub fn changed(&mut self, desk: &Desk) -> Result<Vec<Changed>, Problem> {
        let me = desk.me()?.replica;
        let mut fresh = desk.store().events(self.id)?;
        fresh.retain(|event| self.seen.insert(event.chain) && event.head.replica != me);
        if fresh.is_empty() {
            return Ok(Vec::new());
        }
        fresh.sort_by_key(Event::order);
        let signed: Vec<_> = fresh
            .iter()
            .filter(|event| event.head.verb == Verb::Sign as u8)
            .map(act_of)
            .collect();
        fresh.retain(|event| {
            event.head.verb != Verb::Move as u8 || !signed.contains(&act_of(event))
        });
        let register = desk.record(self.id)?.1;
        let told = fresh.iter().map(|event| {
            let who = desk.people().of_replica(event.head.replica);
            Changed {
                at: event.head.at,
                who: who.map(|person| person.name.clone()).unwrap_or_default(),
                what: Payload::read(event),
                register,
            }
        });
        Ok(told.collect())
    }
}

/// The act of which an event is a part.
fn act_of(event: &Event) -> (ReplicaId, u64) {
    (event.head.replica, event.head.act)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::{FixedClock, SeededRandom};
    use crate::desk::begin::init_drill;
    use crate::domain::payload::{Change, Payload};
    use crate::domain::registers::complaint;
    use crate::domain::seal::ReplicaKey;
    use crate::store::{Author, Draft};

    #[test]
    fn what_others_did_is_said_once_and_my_own_never() {
        let folder = tempfile::tempdir().unwrap();
        let (clock, random) = (FixedClock(1_795_333_560_000), SeededRandom::new("a"));
        let path = folder.path().join("data");
        let mut desk = init_drill(&path, "S", "Li", Box::new(clock), Box::new(random)).unwrap();
        let words = |text: &str| -> crate::domain::payload::Fields {
            [("words".to_owned(), serde_json::json!(text))].into()
        };
        let mut first = words("broken");
        first.insert("source".into(), "customer".into());
        let id = desk.open_record("complaint", first).unwrap().record();
        let mut opened = Opened::new(&desk, id).unwrap();
        assert!(opened.changed(&desk).unwrap().is_empty());
        desk.set_fields(id, words("mine")).unwrap();
        assert!(opened.changed(&desk).unwrap().is_empty());

        let other = ReplicaKey::from_secret(&[7; 32]);
        let replica = desk.store_mut().add_replica(other).unwrap();
        let change = Change {
            fields: words("theirs"),
            ..Change::default()
        };
        let at = desk.now() + 1;
        let draft = Draft::new(&complaint::REGISTER, id, Payload::Set(change), at);
        let author = Author { replica, zone: 480 };
        let mut random = SeededRandom::new("b");
        desk.store_mut()
            .append(&author, at, &mut random, &[draft])
            .unwrap();
        let changed = opened.changed(&desk).unwrap();
        assert_eq!(changed.len(), 1);
        assert_eq!(changed[0].at, at);
        assert!(
            matches!(&changed[0].what, Some(Payload::Set(change)) if change.fields == words("theirs"))
        );
        assert!(opened.changed(&desk).unwrap().is_empty(), "now it is known");
    }
}
