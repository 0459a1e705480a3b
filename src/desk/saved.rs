//! Views that people keep: a question under a name, for oneself or for the shop.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Desk;
use super::act::{Done, fields, refused};
use super::query::{Question, Wrong, parse};
use super::todo::View;
use super::views;
use crate::domain::id::Id;
use crate::domain::payload::Fields;
use crate::domain::record::Record;
use crate::domain::register::Register;
use crate::domain::registers::view::{NAME, QUERY, REGISTER, SCOPE};
use crate::domain::registers::{self, TAGS};
use crate::problem::Problem;
use crate::store::{Query, Row};

/// The most views that are looked at.
const MOST: usize = 1_000;
/// The scope of what only its author sees.
const MINE: &str = "mine";
/// The scope of what everybody sees.
const SHOP: &str = "shop";

/// A view that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Its record.
    pub id: Id,
    /// By what it is asked for.
    pub name: String,
    /// What it asks.
    pub query: String,
    /// Whether it is the shop's, and not the person's own.
    pub is_shop: bool,
}

impl Desk {
    /// Reads what somebody asks of a list.
    ///
    /// # Errors
    ///
    /// What cannot be read, with its place.
    pub fn question(&self, text: &str) -> Result<Question, Wrong> {
        let people = self.people().all().iter();
        let people: Vec<&str> = people.map(|person| person.name.as_str()).collect();
        parse(text, &people)
    }

    /// Returns the views that the person at the desk has: their own, then the shop's, by name.
    pub fn saved_views(&self) -> Result<Vec<SavedView>, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec![REGISTER.name],
            open_only: true,
            limit: Some(MOST),
            ..Query::default()
        })?;
        let mut views = Vec::new();
        for row in rows {
            views.extend(self.saved_view(&row)?);
        }
        views.sort_by(|one, other| (one.is_shop, &one.name).cmp(&(other.is_shop, &other.name)));
        Ok(views)
    }

    /// The view of a row; none where it is a colleague's own.
    fn saved_view(&self, row: &Row) -> Result<Option<SavedView>, Problem> {
        let text = |name: &str| row.fields.get(name).and_then(Value::as_str);
        let is_shop = text(SCOPE.name()) == Some(SHOP);
        if !is_shop && !self.is_author(row.id, QUERY.name())? {
            return Ok(None);
        }
        let (Some(name), Some(query)) = (text(NAME.name()), text(QUERY.name())) else {
            return Ok(None);
        };
        Ok(Some(SavedView {
            id: row.id,
            name: name.to_owned(),
            query: query.to_owned(),
            is_shop,
        }))
    }

    /// Returns what a name stands for among the views that a list has and those that people
    /// keep: one of the list's own, or a question.
    pub fn named_view(
        &self,
        name: Option<&str>,
        known: &[&'static str],
    ) -> Result<(Option<&'static str>, Question), Problem> {
        let Some(name) = name else {
            return Ok((None, Question::default()));
        };
        if let Some(own) = known.iter().find(|own| **own == name) {
            return Ok((Some(own), Question::default()));
        }
        let saved = self.saved_views()?;
        let Some(view) = saved.iter().find(|view| view.name == name) else {
            let saved = saved.iter().map(|view| view.name.as_str());
            let all: Vec<&str> = known.iter().copied().chain(saved).collect();
            return Err(views::unknown(name, &all));
        };
        let question = self.question(&view.query);
        Ok((None, question?))
    }

    /// Keeps a question under a name, for oneself or for the shop; one's own of that name is
    /// written over.
    ///
    /// # Errors
    ///
    /// Refused where the question cannot be read, the name is a list's own, or the person may
    /// not publish what the shop sees.
    pub fn keep_view(&mut self, name: &str, query: &str, is_shop: bool) -> Result<Done, Problem> {
        let name = name.trim();
        let scope = if is_shop { SHOP } else { MINE };
        let values = fields([
            (NAME.name(), json!(name)),
            (QUERY.name(), json!(self.shared_spelling(query)?)),
            (SCOPE.name(), json!(scope)),
        ]);
        let views = self.saved_views()?;
        let same = |view: &&SavedView| view.name == name && view.is_shop == is_shop;
        match views.iter().find(same) {
            Some(view) => self.set_fields(view.id, values),
            None => self.open_record(REGISTER.name, values),
        }
    }

    /// What is asked in the spelling that all languages share, which colleagues read in their own.
    fn shared_spelling(&self, query: &str) -> Result<String, Problem> {
        Ok(self.question(query)?.to_string())
    }

    /// Returns the tags of what is open, in the order of their letters.
    pub fn tags_in_use(&self) -> Result<Vec<String>, Problem> {
        let rows = self.store().rows(&Query {
            open_only: true,
            work_only: true,
            limit: Some(MOST),
            ..Query::default()
        })?;
        let tags = rows
            .iter()
            .filter_map(|row| row.fields.get(TAGS.name())?.as_array());
        let words = tags.flatten().filter_map(Value::as_str).map(str::to_owned);
        let once: BTreeSet<String> = words.collect();
        Ok(once.into_iter().collect())
    }

    /// Refuses a view that says nothing or what nobody may say: for `record` none where it is
    /// new. Other registers pass.
    pub(super) fn may_save(
        &self,
        register: &Register,
        record: Option<&Record>,
        values: &Fields,
    ) -> Result<(), Problem> {
        if register.name != REGISTER.name {
            return Ok(());
        }
        let is_shop = |scope: Option<&str>| scope == Some(SHOP);
        let was_shop = record.is_some_and(|record| is_shop(record.text(SCOPE.name())));
        let said = |name: &str| values.get(name).and_then(Value::as_str);
        if (was_shop || is_shop(said(SCOPE.name()))) && !self.may_publish()? {
            return Err(refused("problem-view-shop").hint("problem-view-shop-hint"));
        }
        if let Some(record) = record
            && !was_shop
            && !self.is_author(record.id, QUERY.name())?
        {
            return Err(refused("problem-view-theirs").hint("problem-view-theirs-hint"));
        }
        if let Some(query) = said(QUERY.name()) {
            let question = self.question(query)?;
            if question.is_empty() {
                return Err(refused("problem-view-empty").hint("problem-view-empty-hint"));
            }
        }
        match said(NAME.name()) {
            Some(name) if name.trim().is_empty() || is_taken(name) => {
                Err(refused("problem-view-name")
                    .arg("name", name)
                    .hint("problem-view-name-hint"))
            }
            _ => Ok(()),
        }
    }
}

/// Whether a list has a view of that name itself.
fn is_taken(name: &str) -> bool {
    let of_lists = registers::ALL
        .iter()
        .flat_map(|register| views::names(register));
    let of_todo = View::ALL.iter().map(|view| view.name());
    of_lists.chain(of_todo).any(|own| own == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::shop_tests::{ORDER, Shop, act_as};
    use crate::domain::registers::conversation;

    #[test]
    fn a_view_is_its_authors_own_or_the_shops_and_goes_by_its_name() {
        let mut shop = Shop::sample("林晓");
        let desk = &mut shop.desk;
        desk.keep_view("我的急件", "责任:我 时限<4小时", false)
            .unwrap();
        assert_eq!(desk.saved_views().unwrap()[0].query, "owner:me due<4h");
        let refused = desk.keep_view("全店急件", "due<4h", true).unwrap_err();
        assert_eq!(refused.message, "problem-view-shop");
        let mine = desk.saved_views().unwrap();
        assert_eq!(mine.len(), 1);
        assert!(!mine[0].is_shop);
        let by_name = desk
            .view(&conversation::REGISTER, Some("我的急件"), 100)
            .unwrap();
        let question = desk.question("owner:me due<4h").unwrap();
        let by_hand = desk
            .asked(&conversation::REGISTER, None, &question, 100)
            .unwrap();
        assert!(!by_hand.is_empty());
        assert_eq!(by_name, by_hand);
        // Kept again under its name it is the same view.
        desk.keep_view("我的急件", "owner:me", false).unwrap();
        let again = desk.saved_views().unwrap();
        assert_eq!((again.len(), again[0].id), (1, mine[0].id));
        assert_eq!(again[0].query, "owner:me");
        act_as(desk, "王主管");
        assert!(desk.saved_views().unwrap().is_empty(), "a colleague's own");
        let theirs = desk.move_to(mine[0].id, "ended", None).unwrap_err();
        assert_eq!(theirs.message, "problem-view-theirs");
        desk.keep_view("全店急件", "due<4h", true).unwrap();
        act_as(desk, "林晓");
        let both = desk.saved_views().unwrap();
        let names: Vec<&str> = both.iter().map(|view| view.name.as_str()).collect();
        assert_eq!(names, ["我的急件", "全店急件"]);
        let theirs = desk.move_to(both[1].id, "ended", None).unwrap_err();
        assert_eq!(theirs.message, "problem-view-shop");
        desk.move_to(both[0].id, "ended", None).unwrap();
        assert_eq!(desk.saved_views().unwrap().len(), 1);
        let unknown = desk
            .view(&conversation::REGISTER, Some("我的急件"), 1)
            .unwrap_err();
        assert!(unknown.argument("views").unwrap().contains("全店急件"));
        assert!(desk.store().verify().unwrap().clean);
    }

    #[test]
    fn what_cannot_be_asked_is_not_kept_by_whatever_road() {
        let mut shop = Shop::new();
        let desk = &mut shop.desk;
        for (name, query, message) in [
            ("x", "stat:open", "problem-query-key"),
            ("x", " ", "problem-view-empty"),
            ("open", "owner:me", "problem-view-name"),
            (" ", "owner:me", "problem-view-name"),
        ] {
            let refused = desk.keep_view(name, query, false).unwrap_err();
            assert_eq!(refused.message, message, "{name} {query}");
            let values = fields([("name", json!(name)), ("query", json!(query))]);
            assert_eq!(
                desk.open_record("view", values).unwrap_err().message,
                message
            );
        }
        desk.keep_view("单", &format!("order:{ORDER}"), true)
            .unwrap();
        let id = desk.saved_views().unwrap()[0].id;
        let values = fields([("query", json!("due<soon"))]);
        assert_eq!(
            desk.set_fields(id, values).unwrap_err().message,
            "problem-query-time"
        );
    }
}
