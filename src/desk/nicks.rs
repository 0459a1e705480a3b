//! Who somebody is in the marketplace's chats: the account that the day's plan gives them, the
//! account of the person, their short name, their name. Where two could be meant nobody is.

use std::collections::HashMap;

use super::Desk;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::registers::{ACCOUNT, person, sheet};
use crate::exchange::intake::fold_name;
use crate::problem::Problem;
use crate::store::{Query, Row};

/// The most people of a shop.
const MOST: usize = 10_000;

/// Whom each name means; none where several share it.
type Meant = HashMap<String, Option<Id>>;

/// Whom names in the marketplace's chats mean.
#[derive(Debug, Clone, Default)]
pub struct Nicks {
    /// What says most first.
    known: Vec<Meant>,
}

impl Nicks {
    /// Returns whom a name means: as a whole, else by what stands behind the shop's name
    /// (`青禾家居旗舰店:林晓`).
    pub fn person(&self, nick: &str) -> Option<Id> {
        let whole = fold_name(nick);
        let own = whole.rsplit_once(':').map(|(_, own)| own);
        let mut names = std::iter::once(whole.as_str()).chain(own);
        names.find_map(|name| self.meant(name))
    }

    fn meant(&self, name: &str) -> Option<Id> {
        let said = self.known.iter().find_map(|meant| meant.get(name));
        said.copied().flatten()
    }
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
    /// Returns whom names mean on a day: the roster's, and before them those of its plan.
    pub fn nicks(&self, day: Option<&str>) -> Result<Nicks, Problem> {
        let mut planned = Meant::new();
        let plan = match day {
            Some(day) => self.plan_of_day(day)?,
            None => Vec::new(),
        };
        for line in &plan {
            let person = line.fields.get(sheet::PERSON.name());
            if let Some(person) = person.and_then(Id::from_value) {
                note(&mut planned, text(line, ACCOUNT.name()), person);
            }
        }
        let rows = self.store().rows(&Query {
            registers: vec![person::REGISTER.name],
            limit: Some(MOST),
            ..Query::default()
        })?;
        // Who has left is meant where nobody who is here is.
        let here = |row: &&Row| !row.void && row.closed.is_none();
        let gone = |row: &&Row| !row.void && row.closed.is_some();
        let mut known = vec![planned];
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
        Ok(Nicks { known })
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
        let nicks = shop.desk.nicks(None).unwrap();
        assert_eq!(nicks.person("青禾家居旗舰店:林晓"), lin);
        assert_eq!(nicks.person("青禾家居旗舰店： 林晓"), lin, "typed wide");
        assert_eq!(nicks.person("林晓"), lin);
        assert_eq!(nicks.person("青禾家居旗舰店:客服七"), None);
        assert_eq!(nicks.person(""), None);
        // The plan of the day goes before the roster.
        let line = fields([
            ("day", json!("2026-11-20")),
            ("person", json!(zhou.unwrap().to_string())),
            ("starts", json!(1)),
            ("ends", json!(2)),
            ("account", json!("青禾家居旗舰店:客服七")),
        ]);
        shop.desk.open_record("sheet", line).unwrap();
        let nicks = shop.desk.nicks(Some("2026-11-20")).unwrap();
        assert_eq!(nicks.person("青禾家居旗舰店:客服七"), zhou);
        let other = shop.desk.nicks(Some("2026-11-19")).unwrap();
        assert_eq!(other.person("青禾家居旗舰店:客服七"), None);
    }

    #[test]
    fn a_name_of_two_means_nobody() {
        let mut meant = Meant::new();
        note(&mut meant, "小林", Id([1; 16]));
        note(&mut meant, "小林", Id([1; 16]));
        note(&mut meant, "客服1", Id([1; 16]));
        note(&mut meant, "客服１", Id([2; 16]));
        let nicks = Nicks {
            known: vec![Meant::new(), meant],
        };
        assert_eq!(nicks.person("店:小林"), Some(Id([1; 16])));
        assert_eq!(nicks.person("店:客服1"), None);
    }
}
