//! Who somebody is in the marketplace's chats: the account that the day's plan gives them, the
//! account of the person, their short name, their name. Where two could be meant nobody is.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::Desk;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::registers::{ACCOUNT, performance, person, sheet};
use crate::exchange::intake::{fold_name, shop_and_own};
use crate::problem::Problem;
use crate::store::{Query, Row};

/// The most people of a shop.
const MOST: usize = 10_000;

/// Whom each name means; none where several share it.
type Meant = HashMap<String, Option<Id>>;

/// Whom names in the marketplace's chats mean, read as far as somebody asks.
pub struct Nicks<'a> {
    desk: &'a Desk,
    /// The roster's, what says most first.
    roster: Option<Vec<Meant>>,
    /// Those of the plans of days.
    plans: HashMap<String, Meant>,
}

impl Nicks<'_> {
    /// Returns whom a name means on a day (`2026-11-21`): the day's plan goes before the roster,
    /// the name as a whole before what stands behind the shop's (`青禾家居旗舰店:林晓`).
    pub fn person(&mut self, nick: &str, day: &str) -> Result<Option<Id>, Problem> {
        let roster = match self.roster.take() {
            Some(known) => known,
            None => self.desk.names_of_roster()?,
        };
        let roster = self.roster.insert(roster);
        let plan = match self.plans.entry(day.to_owned()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(self.desk.names_of_plan(day)?),
        };
        let known: Vec<&Meant> = std::iter::once(&*plan).chain(&*roster).collect();
        Ok(meant_by(&known, nick))
    }

    /// Returns who a row of the marketplace's sheet is about: whom it was imported for, else whom
    /// its name means by now; none of a row that is no agent's.
    pub fn of_row(&mut self, row: &Row) -> Result<Option<Id>, Problem> {
        if !matches!(text(row, performance::ROW.name()), "" | performance::AGENT) {
            return Ok(None);
        }
        let known = row.fields.get(performance::PERSON.name());
        match known.and_then(Id::from_value) {
            Some(person) => Ok(Some(person)),
            None => self.person(
                text(row, performance::NICK.name()),
                text(row, performance::DAY.name()),
            ),
        }
    }
}

/// Whom a name means. Two who share it are two however much less of it would mean one.
fn meant_by(known: &[&Meant], nick: &str) -> Option<Id> {
    let whole = fold_name(nick);
    let own = shop_and_own(&whole).map(|(_, own)| own);
    let mut names = std::iter::once(whole.as_str()).chain(own);
    let said = |name: &str| known.iter().find_map(|meant| meant.get(name)).copied();
    names.find_map(said).flatten()
}

fn note(meant: &mut Meant, name: &str, id: Id) {
    let name = fold_name(name);
    if name.is_empty() {
        return;
    }
    let known = meant.entry(name).or_insert(Some(id));
    if *known != Some(id) {
        *known = None;
    }
}

fn text<'a>(row: &'a Row, name: &str) -> &'a str {
    let value = row.fields.get(name).and_then(|value| value.as_str());
    value.unwrap_or_default()
}

impl Desk {
    /// Returns whom names in the marketplace's chats mean; nothing is read before somebody asks.
    pub fn nicks(&self) -> Nicks<'_> {
        Nicks {
            desk: self,
            roster: None,
            plans: HashMap::new(),
        }
    }

    /// Whom the plan of a day puts on which account.
    fn names_of_plan(&self, day: &str) -> Result<Meant, Problem> {
        let mut planned = Meant::new();
        for line in &self.plan_of_day(day)? {
            let person = line.fields.get(sheet::PERSON.name());
            if let Some(person) = person.and_then(Id::from_value) {
                note(&mut planned, text(line, ACCOUNT.name()), person);
            }
        }
        Ok(planned)
    }

    fn names_of_roster(&self) -> Result<Vec<Meant>, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec![person::REGISTER.name],
            limit: Some(MOST),
            ..Query::default()
        })?;
        // Who has left is meant where nobody who is here is.
        let here = |row: &&Row| !row.void && row.closed.is_none();
        let gone = |row: &&Row| !row.void && row.closed.is_some();
        let mut known = Vec::new();
        for name in [ACCOUNT.name(), person::NICK.name(), person::NAME.name()] {
            let mut meant = Meant::new();
            for row in rows.iter().filter(here) {
                note(&mut meant, text(row, name), row.id);
            }
            let mut before = Meant::new();
            for row in rows.iter().filter(gone) {
                note(&mut before, text(row, name), row.id);
            }
            for (name, id) in before {
                meant.entry(name).or_insert(id);
            }
            known.push(meant);
        }
        // In a drill without a roster there are only names.
        let mut names = Meant::new();
        for person in self.people().all() {
            note(&mut names, &person.name, person.id);
        }
        known.push(names);
        Ok(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::act::fields;
    use crate::desk::shop_tests::Shop;
    use serde_json::json;

    #[test]
    fn a_name_means_who_works_the_account() {
        let mut shop = Shop::sample("王主管");
        let id = |shop: &Shop, name: &str| Some(shop.desk.people().by_name(name).unwrap().id);
        let (lin, zhou) = (id(&shop, "林晓"), id(&shop, "周敏"));
        let of = |shop: &Shop, nick: &str, day: &str| {
            let person = shop.desk.nicks().person(nick, day);
            person.unwrap()
        };
        let day = "2026-11-20";
        assert_eq!(of(&shop, "青禾家居旗舰店:林晓", day), lin);
        assert_eq!(of(&shop, "青禾家居旗舰店： 林晓", day), lin, "typed wide");
        assert_eq!(of(&shop, "林晓", day), lin);
        assert_eq!(of(&shop, "青禾家居旗舰店:客服七", day), None);
        assert_eq!(of(&shop, "", day), None);
        // The plan of the day goes before the roster.
        let line = fields([
            ("day", json!(day)),
            ("person", json!(zhou.unwrap().to_string())),
            ("starts", json!(1)),
            ("ends", json!(2)),
            ("account", json!("青禾家居旗舰店:客服七")),
        ]);
        shop.desk.open_record("sheet", line).unwrap();
        assert_eq!(of(&shop, "青禾家居旗舰店:客服七", day), zhou);
        assert_eq!(of(&shop, "青禾家居旗舰店:客服七", "2026-11-19"), None);
    }

    #[test]
    fn a_whole_name_of_two_is_not_looked_for_by_its_end() {
        let mut shop = Shop::sample("王主管");
        let id = |name: &str| shop.desk.people().by_name(name).unwrap().id;
        let people = [id("林晓"), id("周敏")];
        for person in people {
            let line = fields([
                ("day", json!("2026-11-20")),
                ("person", json!(person.to_string())),
                ("starts", json!(1)),
                ("ends", json!(2)),
                ("account", json!("青禾家居旗舰店:林晓")),
            ]);
            shop.desk.open_record("sheet", line).unwrap();
        }
        let mut nicks = shop.desk.nicks();
        let mut of = |nick: &str| nicks.person(nick, "2026-11-20").unwrap();
        assert_eq!(of("青禾家居旗舰店:林晓"), None, "the two");
        assert_eq!(of("林晓"), Some(people[0]));
    }

    #[test]
    fn a_name_of_two_means_nobody() {
        let mut meant = Meant::new();
        note(&mut meant, "小林", Id([1; 16]));
        note(&mut meant, "小林", Id([1; 16]));
        note(&mut meant, "客服1", Id([1; 16]));
        note(&mut meant, "客服１", Id([2; 16]));
        let known = [&Meant::new(), &meant];
        assert_eq!(meant_by(&known, "店:小林"), Some(Id([1; 16])));
        assert_eq!(meant_by(&known, "店:客服1"), None);
    }
}
