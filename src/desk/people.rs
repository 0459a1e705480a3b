//! Who is who: the roster as the register `person` folds it, and in a drill shop without one
//! the name that each replica's first event gives.

use std::collections::BTreeMap;

use super::Desk;
use crate::domain::authority::Role;
use crate::domain::event::Event;
use crate::domain::id::{Id, ReplicaId};
use crate::domain::payload::Payload;
use crate::domain::record::Record;
use crate::domain::register::{Owner, Post};
use crate::domain::registers::person;
use crate::problem::Problem;
use crate::store::{Query, Store};

/// A person of the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The person's record; in a drill shop without a roster derived from the name.
    pub id: Id,
    /// The name that colleagues see.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Whose work the person takes.
    pub posts: Vec<Post>,
    /// The replica that writes for the person on this device, else any of theirs.
    pub replica: ReplicaId,
    /// The replicas that write for the person and were not retired.
    pub serving: Vec<ReplicaId>,
    /// Whether the person is no longer on the roster.
    pub has_left: bool,
}

impl Person {
    /// Returns whether the person works for the shop: has not left, and has a replica that was
    /// not retired.
    pub fn serves(&self) -> bool {
        !self.has_left && !self.serving.is_empty()
    }

    /// Returns the owners whose items are this person's or wait for one of their posts.
    pub fn owners(&self) -> Vec<Owner> {
        let posts = self.posts.iter().copied().map(Owner::Post);
        std::iter::once(Owner::Person(self.id))
            .chain(posts)
            .collect()
    }
}

/// Everybody of the shop.
#[derive(Debug, Clone, Default)]
pub struct People {
    all: Vec<Person>,
    replicas: BTreeMap<ReplicaId, usize>,
}

impl People {
    /// Reads the roster of a store.
    pub fn read(store: &Store) -> Result<Self, Problem> {
        let own = store.own_replicas();
        let mut found = roster(store, &own)?;
        if found.is_empty() && store.shop().is_some_and(|shop| shop.drill) {
            found = drill(store, &own)?;
        }
        found.sort_by(|one, other| one.0.name.cmp(&other.0.name));
        let mut people = Self::default();
        for (person, replicas) in found {
            people.replicas.extend(
                replicas
                    .into_iter()
                    .map(|replica| (replica, people.all.len())),
            );
            people.all.push(person);
        }
        Ok(people)
    }

    /// Returns everybody, by name.
    pub fn all(&self) -> &[Person] {
        &self.all
    }

    /// Returns a person by record.
    pub fn by_id(&self, id: Id) -> Option<&Person> {
        self.all.iter().find(|person| person.id == id)
    }

    /// Returns a person by name, whole or as the only one whose name begins so.
    pub fn by_name(&self, name: &str) -> Option<&Person> {
        self.all
            .iter()
            .find(|person| person.name == name)
            .or_else(|| {
                let mut found = self
                    .all
                    .iter()
                    .filter(|person| person.name.starts_with(name));
                found
                    .next()
                    .filter(|_| !name.is_empty() && found.next().is_none())
            })
    }

    /// Returns the person for whom a replica writes.
    pub fn of_replica(&self, replica: ReplicaId) -> Option<&Person> {
        self.replicas.get(&replica).and_then(|at| self.all.get(*at))
    }

    /// Returns the replicas that write for a person, on whatever device.
    pub fn replicas_of(&self, id: Id) -> Vec<ReplicaId> {
        let writes = |at: &usize| self.all.get(*at).is_some_and(|person| person.id == id);
        let replicas = self.replicas.iter().filter(|(_, at)| writes(at));
        replicas.map(|(replica, _)| *replica).collect()
    }

    /// Returns a person's name; none for a post, whose word is translated, and for strangers.
    pub fn name_of(&self, owner: Owner) -> Option<&str> {
        match owner {
            Owner::Person(id) => self.by_id(id).map(|person| person.name.as_str()),
            Owner::Post(_) => None,
        }
    }
}

impl Desk {
    /// Returns whether the person at the desk wrote what a field of a record says now.
    pub(super) fn is_author(&self, id: Id, field: &str) -> Result<bool, Problem> {
        let me = self.me()?.id;
        let record = self.store().record(id)?;
        let author = record.and_then(|record| record.write(field).map(|write| write.trace.replica));
        Ok(author
            .and_then(|author| self.people().of_replica(author))
            .is_some_and(|author| author.id == me))
    }
}

fn records(store: &Store) -> Result<Vec<Record>, Problem> {
    let query = Query {
        registers: vec!["person"],
        limit: Some(MOST),
        ..Query::default()
    };
    let rows = store.rows(&query)?;
    Ok(store.records(rows.iter().map(|row| row.id))?)
}

/// The most people of a shop.
const MOST: usize = 10_000;

/// Each replica's first event.
fn first_events(store: &Store) -> Result<Vec<Event>, Problem> {
    let mut events = Vec::new();
    for head in store
        .heads()?
        .iter()
        .filter(|head| head.from_seq == 0 && head.seq > 0)
    {
        events.extend(store.stream_events(head.stream, 0, 1)?);
    }
    Ok(events)
}

type Known = (Person, Vec<ReplicaId>);

/// The people whom roster events name.
fn roster(store: &Store, own: &[ReplicaId]) -> Result<Vec<Known>, Problem> {
    let mut known = Vec::new();
    for record in records(store)? {
        let replicas: Vec<ReplicaId> = record
            .keys("replicas")
            .into_iter()
            .filter_map(|replica| replica.parse().ok())
            .collect();
        let is_cut = |replica: &ReplicaId| {
            let name = person::REPLICAS.name();
            let cut = record.cell::<i64>(name, &replica.to_string(), person::CUT_SEQ.name());
            cut.is_some()
        };
        let mut serving = replicas.clone();
        serving.retain(|replica| !is_cut(replica));
        let here = serving
            .iter()
            .find(|replica| own.contains(replica))
            .or_else(|| replicas.iter().find(|replica| own.contains(replica)))
            .or(replicas.first());
        let posts = record.get(person::POSTS).unwrap_or_default();
        known.push((
            Person {
                id: record.id,
                name: record.get(person::NAME).unwrap_or_default(),
                role: record
                    .get(person::ROLE_OF)
                    .and_then(|role| Role::of(&role))
                    .unwrap_or(Role::Agent),
                posts: posts.iter().filter_map(|post| Post::of(post)).collect(),
                replica: here.copied().unwrap_or_default(),
                serving,
                has_left: record.closed.is_some() || record.void,
            },
            replicas,
        ));
    }
    Ok(known)
}

/// Each replica of a drill shop without a roster is a supervisor, called by the `name` that
/// its first event gives.
fn drill(store: &Store, own: &[ReplicaId]) -> Result<Vec<Known>, Problem> {
    let Some(shop) = store.shop() else {
        return Ok(Vec::new());
    };
    let mut known: BTreeMap<Id, Known> = BTreeMap::new();
    for event in first_events(store)? {
        let Some(Payload::Open(change)) = Payload::read(&event) else {
            continue;
        };
        let Some(name) = change.fields.get("name").and_then(|name| name.as_str()) else {
            continue;
        };
        let id = shop.secret.derive("person", "", name);
        let replica = event.head.replica;
        let (person, replicas) = known.entry(id).or_insert_with(|| {
            let name = name.to_owned();
            (
                Person {
                    id,
                    name,
                    role: Role::Supervisor,
                    posts: Post::ALL.to_vec(),
                    replica,
                    serving: Vec::new(),
                    has_left: false,
                },
                Vec::new(),
            )
        });
        if own.contains(&replica) {
            person.replica = replica;
        }
        // Without a roster nobody is retired.
        person.serving.push(replica);
        replicas.push(replica);
    }
    Ok(known.into_values().collect())
}
