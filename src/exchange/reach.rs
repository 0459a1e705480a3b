//! Whose copies of a record carry its bodies: the registers' reach, asked for one receiver.
//!
//! The bodies of records beyond a receiver's reach travel as `withheld`: the chain and every
//! seal hold without them, and a later bundle brings them when the receiver comes within reach.
//! Of a register that reaches its posts the personal parts alone stay away, for amounts, states
//! and deadlines of one order must add up on every desk; of a narrower one the facts too.
//!
//! Reach is applied where one person is named (`bundle export --to PERSON`). What goes to the
//! whole shop (a bundle for all, the shared folder, a text block) is one file that all of its
//! members open, and carries every body.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use crate::domain::authority::Role;
use crate::domain::body::{Absence, Body};
use crate::domain::event::{Event, Verb};
use crate::domain::id::Id;
use crate::domain::register::{Owner, Post, Reach};
use crate::domain::registers::{self, person};
use crate::store::{Query, Result, Row, Store};

/// The most people of a shop.
const PEOPLE: usize = 10_000;

/// How much of a record somebody gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// That there are events, and of which register.
    Nothing,
    /// The facts without the personal parts.
    Facts,
    /// Everything.
    Whole,
}

impl Sight {
    /// Returns an event as somebody of this sight gets it. An `erase` and what this zhiban does
    /// not know go on as they are; what was erased stays so.
    pub fn of(self, event: Event) -> Event {
        let is_for_all = event.head.verb == Verb::Erase as u8
            || Verb::of(event.head.verb).is_none()
            || registers::by_name(&event.head.register).is_none();
        if is_for_all || self == Self::Whole {
            return event;
        }
        let body = match (self, event.body) {
            (Self::Nothing, body) if body.facts().is_some() => Body::Hidden {
                digest: body.digest(),
                absence: Absence::Withheld,
            },
            (_, body) => body.without_personal(Absence::Withheld),
        };
        Event { body, ..event }
    }
}

/// A person as the roster says.
struct Viewer {
    role: Role,
    posts: Vec<Post>,
    leader: Option<Id>,
}

/// What one person of the shop gets to see.
pub struct Eyes {
    person: Id,
    people: BTreeMap<Id, Viewer>,
    known: RefCell<HashMap<Id, Sight>>,
}

impl std::fmt::Debug for Eyes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Eyes").field(&self.person).finish()
    }
}

impl Eyes {
    /// Returns what a person gets to see, by the roster of a store; none where there is no roster,
    /// as in a drill in which everybody is a supervisor. Whom the roster does not name gets to
    /// see nothing but what is for everybody.
    pub fn of(store: &Store, person: Id) -> Result<Option<Self>> {
        let query = Query {
            registers: vec![person::REGISTER.name],
            limit: Some(PEOPLE),
            ..Query::default()
        };
        let mut people = BTreeMap::new();
        for row in store.rows(&query)? {
            let Some(record) = store.record(row.id)? else {
                continue;
            };
            let role = record.get(person::ROLE_OF).and_then(|role| Role::of(&role));
            let posts = record.get(person::POSTS).unwrap_or_default();
            let viewer = Viewer {
                role: role.unwrap_or(Role::Agent),
                posts: posts.iter().filter_map(|post| Post::of(post)).collect(),
                leader: record.get(person::LEADER),
            };
            people.insert(row.id, viewer);
        }
        Ok((!people.is_empty()).then(|| Self {
            person,
            people,
            known: RefCell::default(),
        }))
    }

    /// Returns how much of a record the person gets; all of one of a register that this store does
    /// not know, for that is passed on as it came.
    pub fn on(&self, store: &Store, record: Id) -> Result<Sight> {
        if let Some(sight) = self.known.borrow().get(&record) {
            return Ok(*sight);
        }
        let sight = match store.row(record)? {
            Some(row) => self.judge(&row),
            None => self.judge_unfolded(store, record)?,
        };
        self.known.borrow_mut().insert(record, sight);
        Ok(sight)
    }

    /// A record of which nothing counts is nobody's, and has the reach of its register.
    fn judge_unfolded(&self, store: &Store, record: Id) -> Result<Sight> {
        let events = store.events(record)?;
        let register = events
            .first()
            .and_then(|event| registers::by_name(&event.head.register));
        let leads = self
            .people
            .get(&self.person)
            .is_some_and(|viewer| matches!(viewer.role, Role::Supervisor | Role::Manager));
        Ok(match register {
            None => Sight::Whole,
            Some(_) if leads => Sight::Whole,
            Some(register) => match register.reach {
                Reach::All => Sight::Whole,
                Reach::Post if !register.work => Sight::Whole,
                Reach::Post => Sight::Facts,
                Reach::Team | Reach::Own | Reach::Supervisors => Sight::Nothing,
            },
        })
    }

    fn judge(&self, row: &Row) -> Sight {
        let Some(register) = registers::by_name(&row.register) else {
            return Sight::Whole;
        };
        let Some(viewer) = self.people.get(&self.person) else {
            return match register.reach {
                Reach::All => Sight::Whole,
                Reach::Post => Sight::Facts,
                Reach::Team | Reach::Own | Reach::Supervisors => Sight::Nothing,
            };
        };
        let leads = matches!(viewer.role, Role::Supervisor | Role::Manager);
        let owns = self.is_owner(row);
        let sees = leads
            || match register.reach {
                Reach::All => true,
                // Who looks over the work of others reads it.
                // What is nobody's task (orders, customers) every post works with.
                Reach::Post => {
                    owns || !register.work || viewer.role == Role::Auditor || works_on(viewer, row)
                }
                Reach::Team => owns || viewer.role == Role::Auditor || self.is_of_team(viewer, row),
                Reach::Own => owns,
                Reach::Supervisors => false,
            };
        match (sees, register.reach) {
            (true, _) => Sight::Whole,
            (false, Reach::Post) => Sight::Facts,
            (false, _) => Sight::Nothing,
        }
    }

    /// Who owns a record, owned it first, or is waited for.
    fn is_owner(&self, row: &Row) -> bool {
        let me = Owner::Person(self.person);
        row.owner == Some(me)
            || row.first_owner == Some(me)
            || row.step.as_deref() == Some(&format!("person:{}", self.person))
    }

    /// Who has the same leader as the owner, or is that leader.
    fn is_of_team(&self, viewer: &Viewer, row: &Row) -> bool {
        let Some(Owner::Person(owner)) = row.owner else {
            return false;
        };
        let leader = self.people.get(&owner).and_then(|owner| owner.leader);
        leader == Some(self.person) || leader.is_some() && leader == viewer.leader
    }
}

/// Returns whether one of the person's posts works on a record: the one whose work it is, owns
/// it, or is asked to acknowledge. What belongs to no post is everybody's.
fn works_on(viewer: &Viewer, row: &Row) -> bool {
    let of_post = |post: Post| post == Post::General || viewer.posts.contains(&post);
    let asked = row
        .step
        .as_deref()
        .and_then(|step| Post::of(step.strip_prefix("acknowledge:")?));
    let owner = match row.owner {
        Some(Owner::Post(post)) => Some(post),
        _ => None,
    };
    viewer.posts.contains(&Post::General)
        || [row.post, asked, owner].into_iter().flatten().any(of_post)
}
