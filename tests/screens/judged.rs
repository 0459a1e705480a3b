//! Who approves what a case asks, and how it was decided: the words say what the acts do, to
//! whoever looks.

use zhiban::domain::id::Id;
use zhiban::i18n::{Arg, Language, Words};
use zhiban::store::Query;
use zhiban::tui::dump;

use crate::shop::Visit;

const SMALL: (u16, u16) = (80, 24);
const WIDE: (u16, u16) = (120, 40);

fn shown(visit: &Visit, size: (u16, u16)) -> String {
    let seen = dump::text(&visit.view(size).0);
    println!("{seen}");
    seen
}

fn found(visit: &mut Visit, what: &str) {
    visit.keys("F3");
    visit.text(what);
    visit.keys("Enter");
}

/// A person at the ladder of a case.
fn at_case(person: &str, number: &str, language: Language, size: (u16, u16)) -> Visit {
    let mut visit = Visit::new(Some(person), language, size);
    found(&mut visit, number);
    visit.keys("F6");
    visit
}

fn newest_case(visit: &Visit) -> Id {
    let query = Query {
        registers: vec!["case"],
        limit: Some(1_000),
        ..Query::default()
    };
    let rows = visit.app.desk().store().rows(&query).unwrap();
    rows.iter().max_by_key(|row| row.opened).unwrap().id
}

fn state(visit: &Visit) -> String {
    visit.app.desk().record(newest_case(visit)).unwrap().0.state
}

fn decided(words: &Words, how: &str, person: &str, when: &str) -> String {
    let args: [(&str, Arg<'_>); 2] = [("person", person.into()), ("when", when.into())];
    words.with(&format!("case-decided-{how}"), &args)
}

fn above_theirs(words: &Words, asker: &str, names: &str) -> String {
    let args: [(&str, Arg<'_>); 3] = [
        ("person", asker.into()),
        ("limit", "¥50.00".into()),
        ("names", names.into()),
    ];
    words.with("case-approval-above-theirs", &args)
}

#[test]
fn without_a_shop_rule_the_words_say_what_submitting_does() {
    for language in Language::ALL {
        let words = Words::new(language);
        for size in [SMALL, WIDE] {
            let mut visit = Visit::new(None, language, size);
            found(&mut visit, "4031902847193521893");
            visit.keys("F6 Down Space 1 Tab Enter 1 Tab 2 Tab Space");
            let seen = shown(&visit, size);
            assert!(seen.contains(&*words.get("case-no-policy-alone")), "{seen}");
            assert!(!seen.contains(&*words.get("case-no-policy")), "{seen}");
            visit.keys("F8");
            assert_eq!(state(&visit), "approved");
            let seen = shown(&visit, size);
            let alone = decided(&words, "alone", "林晓", "15:46");
            assert!(seen.contains(&alone), "{alone}\n{seen}");
            assert!(!seen.contains(&*words.get("case-no-policy")), "{seen}");
            // What is amended waits for somebody, however little it asks.
            visit.keys("F6");
            let seen = shown(&visit, size);
            assert!(seen.contains(&*words.get("case-no-policy")), "{seen}");
            assert!(!seen.contains(&alone), "{seen}");
            visit.keys("F8");
            assert_eq!(state(&visit), "submitted");
            let seen = shown(&visit, size);
            assert!(seen.contains(&*words.get("case-no-policy")), "{seen}");
        }
    }
}

#[test]
fn above_the_own_limit_the_words_and_the_act_ask_for_a_supervisor() {
    for language in Language::ALL {
        let words = Words::new(language);
        for size in [SMALL, WIDE] {
            let mut visit = Visit::new(None, language, size);
            found(&mut visit, "6613");
            visit.keys("F6 Down Space 1 Tab 1 Tab 2 Tab Space");
            let seen = shown(&visit, size);
            assert!(seen.contains(&*words.get("case-no-policy")), "{seen}");
            visit.keys("F8");
            assert_eq!(state(&visit), "submitted");
        }
    }
}

#[test]
fn whoever_may_approve_is_told_so_with_the_limit_of_whoever_asked() {
    for language in Language::ALL {
        let words = Words::new(language);
        let you = words.get("desk-you").to_string();
        let between = words.get("case-names-between").to_string();
        for (person, next) in [("王主管", "陈立"), ("陈立", "王主管")] {
            let names = format!("{you}{between}{next}");
            let mut visit = at_case(person, "R-LX-0003", language, SMALL);
            let seen = shown(&visit, SMALL);
            let waits = format!("{}  {names}", words.get("case-do-approved"));
            assert!(seen.contains(&waits), "{waits}\n{seen}");
            let above = above_theirs(&words, "林晓", &names);
            assert!(seen.contains(&above), "{above}\n{seen}");
            visit.draw(WIDE);
            let seen = shown(&visit, WIDE);
            let args: [(&str, Arg<'_>); 2] =
                [("limit", "¥50.00".into()), ("today", "¥0.00".into())];
            let limit = words.with("case-own-limit", &args);
            assert!(seen.contains(&limit), "{limit}\n{seen}");
            let asker = words.get("case-asked-by");
            let row = seen.lines().find(|row| row.contains(&*asker));
            assert!(row.is_some_and(|row| row.contains("林晓")), "{seen}");
            assert!(!seen.contains(&*words.get("case-own")), "{seen}");
            assert!(seen.contains(&names), "{names}\n{seen}");

            visit.keys("F8");
            let approved = decided(&words, "approved", person, "15:46");
            for size in [WIDE, SMALL] {
                visit.draw(size);
                let seen = shown(&visit, size);
                assert!(seen.contains(&approved), "{approved}\n{seen}");
                assert!(!seen.contains(&names), "{seen}");
                assert!(!seen.contains(&*words.get("case-no-policy")), "{seen}");
            }
        }
    }
}

#[test]
fn whoever_asked_is_told_of_their_own_limit_and_may_not_approve() {
    for language in Language::ALL {
        let words = Words::new(language);
        let between = words.get("case-names-between").to_string();
        let visit = at_case("林晓", "R-LX-0003", language, SMALL);
        let seen = shown(&visit, SMALL);
        let names = format!("王主管{between}陈立");
        let waits = format!("{}  {names}", words.get("case-do-approved"));
        assert!(seen.contains(&waits), "{waits}\n{seen}");
        let args: [(&str, Arg<'_>); 2] =
            [("limit", "¥50.00".into()), ("names", names.as_str().into())];
        let above = words.with("case-approval-above", &args);
        let above = above.split(&names).next().unwrap();
        assert!(seen.contains(&format!("{above}{names}")), "{above}\n{seen}");
    }
}

#[test]
fn what_was_decided_says_by_whom_and_when() {
    for language in Language::ALL {
        let words = Words::new(language);
        for size in [SMALL, WIDE] {
            let approved = decided(&words, "approved", "陈立", "10:40");
            for person in ["王主管", "林晓"] {
                let visit = at_case(person, "R-LX-0002", language, size);
                let seen = shown(&visit, size);
                assert!(seen.contains(&approved), "{approved}\n{seen}");
                assert!(!seen.contains("方圆"), "{seen}");
            }
            let mut visit = at_case("王主管", "R-LX-0003", language, size);
            visit.keys("Ctrl+D");
            visit.text("先要照片");
            visit.keys("Enter");
            let seen = shown(&visit, size);
            let refused = decided(&words, "refused", "王主管", "15:46");
            assert!(seen.contains(&refused), "{refused}\n{seen}");
            assert!(!seen.contains("方圆"), "{seen}");
        }
    }
}

/// The shop's limit was raised after this one was submitted: it waits all the same.
#[test]
fn what_waits_is_not_within_anybodys_limit() {
    for language in Language::ALL {
        let words = Words::new(language);
        for size in [SMALL, WIDE] {
            let visit = at_case("林晓", "R-LX-0004", language, size);
            let seen = shown(&visit, size);
            assert!(seen.contains(&*words.get("case-no-policy")), "{seen}");
            let args: [(&str, Arg<'_>); 1] = [("amount", "¥18.00".into())];
            let nobody = words.with("case-needs-nobody", &args);
            assert!(!seen.contains(&nobody), "{seen}");
            assert!(seen.contains("王主管"), "{seen}");
        }
    }
}
