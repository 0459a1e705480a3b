//! Who should take an item: everybody else of the shop in one order that is the same on every
//! desk, each with the reasons.

use std::cmp::Reverse;

use super::Desk;
use super::people::Person;
use crate::domain::id::Id;
use crate::domain::register::{Owner, Post};
use crate::domain::registers::sheet;
use crate::problem::Problem;
use crate::store::{OwnerFilter, Query, Row};

/// A colleague who could take an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The person.
    pub person: Id,
    /// Whether the person had the buyer's last talk and is in their shift: the first to ask.
    pub had_last: bool,
    /// Whether the person had this buyer or order before.
    pub knows_buyer: bool,
    /// Whether today's plan lets the person take over from who sits here.
    pub follows: bool,
    /// The item's post, where it is one of the person's by today's plan or the roster.
    pub post: Option<Post>,
    /// The word of the person's presence today.
    pub presence: String,
    /// How much open work the person has.
    pub load: u64,
}

impl Candidate {
    /// Returns whether the person is at the desk.
    pub fn is_here(&self) -> bool {
        self.presence == "present"
    }
}

impl Desk {
    /// Returns everybody else of the shop who could take an item: who had the buyer's last talk and works now,
    /// then who is here, of those who had this buyer, then who takes over, then who does this work,
    /// then who has least to do.
    ///
    /// Of several items only the post counts, where it is the same for all of them.
    pub fn candidates(&self, items: &[Id]) -> Result<Vec<Candidate>, Problem> {
        let me = self.me()?.id;
        let (mut before, mut last) = (Vec::new(), None);
        if let [only] = items {
            let record = self.record(*only)?.0;
            before = self.related(&record)?;
            last = self.had_before(&record)?;
        }
        let last = last.filter(|last| last.is_on_shift);
        let post = self.common_post(items)?;
        let follower = self.successor()?;
        let mut all = Vec::new();
        let others = self.people().all().iter();
        for person in others.filter(|one| one.id != me && one.serves()) {
            all.push(Candidate {
                person: person.id,
                had_last: last.is_some_and(|last| last.person == person.id),
                knows_buyer: before.iter().any(|row| had(row, person.id)),
                follows: follower == Owner::Person(person.id),
                post: match post {
                    Some(post) if self.does(person, post)? => Some(post),
                    _ => None,
                },
                presence: self.presence_of(person.id)?,
                load: self.load(person.id)?,
            });
        }
        // The roster is in the order of names, which decides between equals.
        all.sort_by_key(|one| {
            (
                Reverse(one.had_last),
                Reverse(one.is_here()),
                Reverse(one.knows_buyer),
                Reverse(one.follows),
                Reverse(one.post.is_some()),
                one.load,
            )
        });
        Ok(all)
    }

    /// The post whose work all of these items are.
    pub(super) fn common_post(&self, items: &[Id]) -> Result<Option<Post>, Problem> {
        let mut common = None;
        for (at, id) in items.iter().enumerate() {
            let post = self.store().row(*id)?.and_then(|row| row.post);
            if at > 0 && post != common {
                return Ok(None);
            }
            common = post;
        }
        Ok(common)
    }

    /// Whether a post is the person's: by today's plan, where that names one, else by the roster.
    fn does(&self, person: &Person, post: Post) -> Result<bool, Problem> {
        let planned = self.shift_of(person.id)?;
        let planned = planned.and_then(|shift| shift.get(sheet::POST_OF));
        Ok(match planned.and_then(|word| Post::of(&word)) {
            Some(planned) => planned == post,
            None => person.posts.contains(&post),
        })
    }

    pub(super) fn load(&self, person: Id) -> Result<u64, Problem> {
        let open = self.store().count(&Query {
            open_only: true,
            work_only: true,
            owner: Some(OwnerFilter::Any(vec![Owner::Person(person)])),
            ..Query::default()
        })?;
        Ok(open.n)
    }
}

fn had(row: &Row, person: Id) -> bool {
    let person = Some(Owner::Person(person));
    row.owner == person || row.first_owner == person
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::shop_tests::Shop;

    #[test]
    fn candidates_are_everybody_else_and_say_why() {
        let mut shop = Shop::sample("林晓");
        let desk = &mut shop.desk;
        let agent = desk.me().unwrap().clone();
        let mine = desk.owned_open(agent.id).unwrap();
        let first = mine.iter().find(|row| row.customer.is_some()).unwrap();
        let all = desk.candidates(&[first.id]).unwrap();
        assert_eq!(all.len(), desk.people().all().len() - 1);
        assert!(all.iter().all(|one| one.person != agent.id));
        let here = all.iter().filter(|one| one.is_here()).count();
        assert!(here > 1, "the sample's colleagues sit at their desks");
        assert!(
            all[..here].iter().all(Candidate::is_here),
            "who is away stands below"
        );

        // Who has least to do stands first among those who are equal otherwise.
        let same = |one: &Candidate| {
            let known = (one.had_last, one.knows_buyer);
            (one.is_here(), known, one.follows, one.post)
        };
        for pair in all.windows(2) {
            assert!(same(&pair[0]) != same(&pair[1]) || pair[0].load <= pair[1].load);
        }
        for one in &all {
            let open = desk.owned_open(one.person).unwrap().len() as u64;
            assert_eq!(one.load, open);
        }

        // Who takes an item of the buyer's over has had the buyer.
        let last = all[..here]
            .iter()
            .rfind(|one| !one.knows_buyer)
            .unwrap()
            .person;
        let other = desk
            .open_record(
                "follow_up",
                std::collections::BTreeMap::from([
                    ("kind".to_owned(), serde_json::json!("reminder")),
                    ("subject".to_owned(), serde_json::json!("call")),
                    (
                        "due_at".to_owned(),
                        serde_json::json!(desk.now() + 3_600_000),
                    ),
                    (
                        "customer".to_owned(),
                        serde_json::json!(first.customer.unwrap().to_string()),
                    ),
                ]),
            )
            .unwrap()
            .record();
        desk.transfer(other, Owner::Person(last), "peak").unwrap();
        let all = desk.candidates(&[first.id]).unwrap();
        let place = all.iter().position(|one| one.person == last).unwrap();
        assert!(all[place].knows_buyer);
        assert!(
            all[..place].iter().all(|one| one.knows_buyer),
            "before all who have not"
        );
    }
}
