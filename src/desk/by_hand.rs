//! What people do not write by hand: what an act or an import says as a whole.

use super::Desk;
use super::act::refused;
use crate::domain::payload::Fields;
use crate::domain::record::Record;
use crate::domain::register::Register;
use crate::domain::registers::{allowance, import, meeting, reviewed, setting};
use crate::problem::Problem;

impl Desk {
    /// Refuses what people do not write by hand. Meetings are kept by who holds them, and a
    /// setting has a name and a value that are read.
    pub(super) fn may_keep(
        &self,
        register: &Register,
        known: Option<&Record>,
        values: &Fields,
    ) -> Result<(), Problem> {
        if register.name == meeting::REGISTER.name {
            return self.may_keep_meeting(known, values);
        }
        if register.name == setting::REGISTER.name {
            return self.sound_setting_record(known, values);
        }
        by_hand(register)
    }
}

/// Refuses registers whose records nobody opens or changes by hand: an allowance is given as a
/// whole, and ends; what an import brought, and of which time, it says itself.
pub fn by_hand(register: &Register) -> Result<(), Problem> {
    let problem = match register.name {
        name if name == allowance::REGISTER.name => {
            refused("problem-allowance-fixed").hint("problem-allowance-fixed-hint")
        }
        name if name == import::REGISTER.name => {
            refused("problem-import-by-hand").hint("problem-import-by-hand-hint")
        }
        _ => return Ok(()),
    };
    Err(problem)
}

/// Refuses to write by hand what only a review of the day says.
pub(super) fn by_review(values: &Fields) -> Result<(), Problem> {
    if values.keys().any(|path| reviewed::is_reviewed(path)) {
        return Err(refused("problem-review-by-hand").hint("problem-review-by-hand-hint"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::act::fields;
    use crate::desk::shop_tests::Shop;
    use crate::store::Query;

    #[test]
    fn nobody_writes_an_import_that_was_not_made_or_makes_one_younger() {
        let mut shop = Shop::sample("王主管");
        let desk = &mut shop.desk;
        let known = desk.freshness().unwrap();
        let ahead = desk.now() + 86_400_000;
        let said = || fields([("kind", "orders".into()), ("exported_at", ahead.into())]);
        let refused = desk.open_record("import", said()).unwrap_err();
        assert_eq!(refused.message, "problem-import-by-hand");
        let imports = desk.store().rows(&Query {
            registers: vec![import::REGISTER.name],
            ..Query::default()
        });
        let made = imports.unwrap().remove(0).id;
        let refused = desk.set_fields(made, said()).unwrap_err();
        assert_eq!(refused.message, "problem-import-by-hand");
        assert_eq!(desk.freshness().unwrap(), known);
    }
}
