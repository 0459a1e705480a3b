//! The names of the shop's settings: what nothing reads is no setting, and whoever mistyped one
//! would believe that it holds.

use crate::desk::figures::{FIGURES, targets};
use crate::desk::{escalate, lease, reception, replies, start, wording};
use crate::domain::deadline::limits::{Rule, is_limit};
use crate::domain::registers::{import, note, words};
use crate::problem::{Kind, Problem};
use crate::text::nearest::nearest;

use super::{DAYS, LIMIT_CASE, LIMIT_DAY, LIMIT_PERSON};

/// Settings whose readers name them where they read them.
const NAMED: [&str; 5] = [
    "at_risk_minutes",
    "stale_sync_minutes",
    "zone",
    "capture",
    "chats",
];
/// How the settings are told of which there is one for each kind, figure, flow, change or flag.
const FAMILIES: [&str; 5] = [
    "stale_KIND_hours",
    "target_FIGURE",
    "flow_NAME",
    "flag_CHANGE",
    "flag.COLOUR",
];

/// Refuses the name of a setting that there is not. The hint names the one that was probably
/// meant, else all.
pub(super) fn check(key: &str) -> Result<(), Problem> {
    let (alone, of_families) = (alone(), of_families());
    let all = || {
        alone
            .iter()
            .copied()
            .chain(of_families.iter().map(String::as_str))
    };
    if is_limit(key) || all().any(|name| name == key) {
        return Ok(());
    }
    let problem = Problem::new(Kind::NotUnderstood, "problem-setting-unknown").arg("name", key);
    // A limit may be narrowed behind its name.
    let asked = key.split('@').next().unwrap_or(key);
    if let Some(near) = nearest(asked, all()) {
        return Err(problem
            .arg("near", near)
            .hint("problem-setting-unknown-near"));
    }
    let told: Vec<&str> = alone.iter().copied().chain(FAMILIES).collect();
    Err(problem
        .arg("names", told.join(", "))
        .hint("problem-setting-unknown-names"))
}

/// Settings that stand alone.
fn alone() -> Vec<&'static str> {
    let mut names = start::shop::KEYS.to_vec();
    names.extend(Rule::ALL.map(Rule::key));
    names.extend([LIMIT_CASE, LIMIT_DAY, LIMIT_PERSON]);
    names.extend(NAMED);
    names.extend(DAYS);
    names.extend([
        lease::SETTING,
        escalate::CONTACT,
        replies::RETURN_ADDRESS,
        wording::PHRASES,
        start::old_table::PROFILES,
        targets::SALES,
    ]);
    names
}

/// Settings of which there is one for each of something.
fn of_families() -> Vec<String> {
    let stale = import::KINDS.values.iter();
    let stale = stale.map(|kind| format!("stale_{kind}_hours"));
    let figures = FIGURES.iter();
    let figures = figures.map(|figure| format!("{}{}", targets::PREFIX, figure.id));
    let changes = note::KINDS.values.iter();
    let changes = changes.map(|kind| format!("flag_{kind}"));
    let flags = words::FLAG.values.iter();
    let flags = flags.map(|flag| format!("flag.{flag}"));
    stale
        .chain(figures)
        .chain(reception::flow_settings())
        .chain(changes)
        .chain(flags)
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::desk::shop_tests::Shop;

    #[test]
    fn a_setting_that_there_is_not_is_refused_with_the_one_that_was_meant() {
        let mut shop = Shop::sample("王主管");
        let desk = &mut shop.desk;
        for (wrong, right) in [
            ("limit_rely", "limit_reply"),
            ("limit_rely@channel=phone", "limit_reply"),
            ("stale_order_hours", "stale_orders_hours"),
            ("print_wave", "print_waves"),
            ("flow_presales", "flow_pre_sales"),
            ("target_order_counts", "target_order_count"),
            ("flag_adress", "flag_address"),
        ] {
            let refused = desk.set_setting(wrong, "5").unwrap_err();
            assert_eq!(refused.message, "problem-setting-unknown", "{wrong}");
            assert_eq!(refused.argument("name"), Some(wrong));
            assert_eq!(refused.argument("near"), Some(right), "{wrong}");
            assert_eq!(desk.setting(wrong).unwrap(), None);
        }
        let refused = desk.set_setting("colour_of_the_sky", "blue").unwrap_err();
        assert_eq!(refused.hint, Some("problem-setting-unknown-names"));
        let names = refused.argument("names").unwrap();
        for name in ["hours", "limit_reply", "stale_KIND_hours", "target_FIGURE"] {
            assert!(names.contains(name), "{names}");
        }
    }

    #[test]
    fn a_setting_that_there_is_not_is_refused_in_its_table_too_and_can_be_emptied() {
        let mut shop = Shop::sample("王主管");
        let desk = &mut shop.desk;
        let said = |key: &str, value: &str| {
            crate::desk::act::fields([("key", key.into()), ("value", value.into())])
        };
        let refused = desk.open_record("setting", said("limit_rely", "5m"));
        assert_eq!(refused.unwrap_err().message, "problem-setting-unknown");
        let refused = desk.open_record("setting", said("limit_reply", "soon"));
        assert_eq!(refused.unwrap_err().message, "problem-shop-fact");
        let set = desk.open_record("setting", said("limit_reply", "5m"));
        let mistake = said("limit_reply", "soon");
        let refused = desk.set_fields(set.unwrap().record(), mistake);
        assert_eq!(refused.unwrap_err().message, "problem-shop-fact");
        // An older program wrote what nothing reads.
        let (mut act, id) = (desk.act(), desk.new_id());
        act.open(
            &crate::domain::registers::setting::REGISTER,
            id,
            said("mood", "good"),
        );
        desk.write(act).unwrap();
        desk.set_setting("mood", "").unwrap();
        assert_eq!(desk.setting("mood").unwrap().as_deref(), Some(""));
    }
}
