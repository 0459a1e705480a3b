//! Whose work a talk is: once the goods of its order are on their way it is after-sales work, and
//! what the buyer's words are about says the same before.

use serde_json::{Value, json};

use super::Desk;
use super::act::{Act, fields};
use crate::domain::id::Id;
use crate::domain::payload::Fields;
use crate::domain::record::Record;
use crate::domain::register::{Owner, Post};
use crate::domain::registers::{conversation, order};
use crate::exchange::intake::capture::KindFound;
use crate::problem::Problem;
use crate::store::Query;

/// The most open talks about one order that are sent on when it ships.
const MOST: usize = 50;
/// The reason with which a post hands on the talk of a shipped order.
const REASON: &str = "after_sales";

impl Desk {
    /// Gives a talk that begins the stage by which its post is known: by its order where the goods
    /// are on their way, else by what the buyer's words are about. A talk whose stage is known
    /// keeps it.
    pub(super) fn give_stage(
        &self,
        about: &mut Fields,
        matters: &[KindFound],
    ) -> Result<(), Problem> {
        let name = conversation::STAGE_OF.name();
        if about.contains_key(name) {
            return Ok(());
        }
        let post = if self.is_order_shipped(about)? {
            Some(Post::AfterSales)
        } else {
            matters.iter().find_map(post_of)
        };
        if let Some(post) = post.filter(|post| self.is_staffed(*post)) {
            about.insert(name.to_owned(), json!(post.word()));
        }
        Ok(())
    }

    /// Sends the open talks about an order to after-sales where an export brings the word that
    /// the order is shipped. Brought again, the word sends nothing: a person may have decided
    /// otherwise meanwhile.
    pub(super) fn send_on_shipped(
        &self,
        act: &mut Act,
        order: Id,
        known: Option<&Record>,
        brought: &Fields,
    ) -> Result<(), Problem> {
        let state = brought.get(order::PLATFORM_STATE.name());
        let is_news = !known.is_some_and(order::is_shipped);
        if !is_news
            || !state
                .and_then(Value::as_str)
                .is_some_and(order::says_shipped)
        {
            return Ok(());
        }
        let talks = self.store().rows(&Query {
            registers: vec![conversation::REGISTER.name],
            order_id: Some(order),
            open_only: true,
            limit: Some(MOST),
            ..Query::default()
        })?;
        for row in talks {
            if let Some(talk) = self.store().record(row.id)? {
                self.send_to_after_sales(act, &talk);
            }
        }
        Ok(())
    }

    /// Makes a talk after-sales work. A talk that another post has is handed on; one that a
    /// person has stays with that person, who is in the middle of it.
    pub(super) fn send_to_after_sales(&self, act: &mut Act, talk: &Record) {
        let register = &conversation::REGISTER;
        let (name, post) = (conversation::STAGE_OF.name(), Post::AfterSales);
        if !self.is_staffed(post) {
            return;
        }
        if talk.text(name) != Some(post.word()) {
            act.set(register, talk, fields([(name, json!(post.word()))]));
        }
        if matches!(talk.owner, Some(Owner::Post(other)) if other != post) {
            act.assign(register, talk, Owner::Post(post), Some(REASON));
        }
    }

    fn is_order_shipped(&self, about: &Fields) -> Result<bool, Problem> {
        let id = about.get("order").and_then(Value::as_str);
        let Some(id) = id.and_then(|id| id.parse::<Id>().ok()) else {
            return Ok(false);
        };
        let order = self.store().record(id)?;
        Ok(order.as_ref().is_some_and(order::is_shipped))
    }

    /// Whether anybody does the work of a post: nothing is sent where nobody would see it.
    fn is_staffed(&self, post: Post) -> bool {
        let people = self.people().all();
        people.iter().any(|person| person.posts.contains(&post))
    }
}

/// Returns the post that does what a buyer's words are about; none where anybody does.
fn post_of(matter: &KindFound) -> Option<Post> {
    match matter.register.as_str() {
        "case" | "complaint" | "review" | "parcel" => Some(Post::AfterSales),
        "note" => Some(Post::InSales),
        _ => None,
    }
}
