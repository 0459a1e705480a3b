//! Records by what people call them on the command line.

use super::Desk;
use super::act::not_found;
use crate::domain::id::Id;
use crate::domain::registers;
use crate::problem::{Kind, Problem};
use crate::store::Row;

/// How many records are asked for that a name may mean.
const MOST: usize = 20;
/// How many are looked through whose number ends as a short one does.
const ENDS: usize = 1_000;

impl Desk {
    /// Returns the record that a number for people, an order number, or at least 8 digits of
    /// an id name; ambiguous names are refused with the candidates. A number may be written as
    /// the screens draw it, without the letters of its desk.
    pub fn resolve(&self, name: &str) -> Result<Id, Problem> {
        if let Ok(id) = name.parse() {
            return Ok(id);
        }
        let mut found = self.drawn_short(name)?;
        if found.is_empty() {
            found = self.store().find(name, MOST)?;
        }
        match &found[..] {
            [] => Err(not_found(name)),
            [only] => Ok(only.id),
            several => {
                // An order's number names the order, whatever else bears it.
                if let Some(order) = self.order_by_number(name)? {
                    return Ok(order.id);
                }
                let candidates: Vec<String> = several.iter().take(5).map(called).collect();
                Err(Problem::new(Kind::NotUnderstood, "problem-ambiguous")
                    .arg("what", name)
                    .arg("candidates", candidates.join(", "))
                    .hint("problem-ambiguous-hint"))
            }
        }
    }

    /// Returns the records whose number for people a screen draws like this.
    fn drawn_short(&self, name: &str) -> Result<Vec<Row>, Problem> {
        let Some((letter, count)) = name.trim().split_once('-') else {
            return Ok(Vec::new());
        };
        let is_number = !count.is_empty() && count.bytes().all(|digit| digit.is_ascii_digit());
        let mut all = registers::ALL.iter();
        let register =
            all.find(|one| !letter.is_empty() && one.letter.eq_ignore_ascii_case(letter));
        let Some(register) = register.filter(|_| is_number) else {
            return Ok(Vec::new());
        };
        let mut found = self.store().find(count, ENDS)?;
        found.retain(|row| {
            let number = row.number.as_deref().unwrap_or_default();
            let parts: Vec<&str> = number.split('-').collect();
            row.register == register.name && matches!(parts[..], [_, _, last] if last == count)
        });
        Ok(found)
    }
}

/// What names one record and no other: its number for people, else its id.
fn called(row: &Row) -> String {
    row.number.clone().unwrap_or_else(|| row.id.to_string())
}

#[cfg(test)]
mod tests {
    use crate::desk::shop_tests::Shop;
    use crate::domain::registers::case;

    #[test]
    fn a_number_is_known_as_the_screens_draw_it() {
        let shop = Shop::sample("王主管");
        let desk = &shop.desk;
        let cases = desk.view(&case::REGISTER, None, 100).unwrap();
        // What an import brought has the platform's number alone.
        for row in cases.iter().filter(|row| row.number.is_some()) {
            let whole = row.number.clone().unwrap();
            assert_eq!(desk.resolve(&whole).unwrap(), row.id, "{whole}");
            let end = whole.rsplit('-').next().unwrap();
            let short = format!("R-{end}");
            let same = cases.iter().filter(|other| {
                let other = other.number.as_deref().unwrap_or_default();
                other.ends_with(&format!("-{end}"))
            });
            if same.count() == 1 {
                assert_eq!(desk.resolve(&short).unwrap(), row.id, "{short}");
                assert_eq!(desk.resolve(&short.to_lowercase()).unwrap(), row.id);
            } else {
                let refused = desk.resolve(&short).unwrap_err();
                assert_eq!(refused.message, "problem-ambiguous");
                // As many as a line holds, each by its whole number.
                let named = refused.argument("candidates").unwrap().split(", ");
                let whole = |one: &str| one.starts_with("R-") && one.ends_with(&format!("-{end}"));
                assert!(named.clone().count() > 1 && named.clone().all(whole));
            }
        }
        let gone = desk.resolve("R-9999").unwrap_err();
        assert_eq!(gone.message, "problem-not-found");
    }
}
