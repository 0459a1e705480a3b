//! What all declarations of registers have to hold, and that no hashed name ever changes.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use zhiban::domain::authority::Role;
use zhiban::domain::field::{Enumeration, FieldSpec, Kind};
use zhiban::domain::register::{Identity, LAST_WORDS, Post, Source};
use zhiban::domain::registers::{ALL, COMMON, by_name, words};
use zhiban::i18n;

const GOLDEN: &str = include_str!("golden/names.txt");

/// Every field with its path as declared: `lines/*/price` for cells.
fn paths(fields: &'static [FieldSpec]) -> Vec<(String, &'static FieldSpec)> {
    let mut all = Vec::new();
    for field in fields {
        all.push((field.name.to_owned(), field));
        if let Kind::Map(cells) = field.kind {
            all.extend(
                cells
                    .iter()
                    .map(|cell| (format!("{}/*/{}", field.name, cell.name), cell)),
            );
        }
    }
    all
}

fn kind(field: &FieldSpec) -> String {
    match field.kind {
        Kind::Text => "text".into(),
        Kind::LongText => "long_text".into(),
        Kind::Number => "number".into(),
        Kind::Integer => "integer".into(),
        Kind::Money => "money".into(),
        Kind::Time => "time".into(),
        Kind::Date => "date".into(),
        Kind::Flag => "flag".into(),
        Kind::Choice(list) => format!("choice:{}", list.name),
        Kind::Texts => "texts".into(),
        Kind::Record(register) => format!("record:{register}"),
        Kind::Map(_) => "map".into(),
    }
}

fn enumerations() -> Vec<&'static Enumeration> {
    let fields = ALL
        .iter()
        .flat_map(|register| paths(register.fields))
        .chain(paths(COMMON));
    let mut lists: Vec<&Enumeration> = fields
        .filter_map(|(_, field)| match field.kind {
            Kind::Choice(list) => Some(list),
            _ => None,
        })
        .chain([&words::POST, &words::ROLE, &words::TRANSFER_REASON])
        .collect();
    lists.sort_by_key(|list| list.name);
    lists.dedup_by(|one, other| std::ptr::eq(*one, *other));
    lists
}

fn hashed_names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut add_fields = |register: &str, fields: &'static [FieldSpec]| {
        for (path, field) in paths(fields) {
            let parts = if field.personal { " personal" } else { "" };
            let mirror = if field.mirror { " mirror" } else { "" };
            names.insert(format!(
                "field {register} {path} {}{parts}{mirror}",
                kind(field)
            ));
        }
    };
    add_fields("common", COMMON);
    for register in ALL {
        add_fields(register.name, register.fields);
    }
    for register in ALL {
        names.insert(format!(
            "register {} version {} identity {:?}",
            register.name, register.version, register.identity
        ));
        for state in register.lifecycle.states {
            names.insert(format!(
                "state {} {}{}",
                register.name,
                state.name,
                if state.closed { " closed" } else { "" }
            ));
        }
        for (from, to) in register.lifecycle.moves {
            names.extend(
                to.iter()
                    .map(|to| format!("move {} {from} {to}", register.name)),
            );
        }
        names.extend(
            register
                .watches
                .iter()
                .map(|watch| format!("watch {} {}", register.name, watch.name)),
        );
    }
    for list in enumerations() {
        names.extend(
            list.values
                .iter()
                .map(|value| format!("value {} {value}", list.name)),
        );
    }
    names
}

#[test]
fn hashed_names_are_final() {
    let golden: BTreeSet<String> = GOLDEN
        .lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    let now = hashed_names();
    let gone: Vec<&String> = golden.difference(&now).collect();
    let new: Vec<&String> = now.difference(&golden).collect();
    assert!(
        gone.is_empty(),
        "released names must stay as they are: {gone:#?}"
    );
    assert!(
        new.is_empty(),
        "add to tests/golden/names.txt, then they are final:\n{}",
        join(&new)
    );
}

fn join(lines: &[&String]) -> String {
    lines
        .iter()
        .map(|line| line.as_str())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn registers_have_names_of_their_own() {
    let mut names = BTreeSet::new();
    let mut letters = BTreeSet::new();
    for register in ALL {
        assert!(names.insert(register.name), "{} twice", register.name);
        assert!(
            register.letter.is_empty() || letters.insert(register.letter),
            "letter {} twice",
            register.letter
        );
        assert!(std::ptr::eq(by_name(register.name).unwrap(), *register));
    }
    let design = "setting account person customer conversation order note case promise reply parcel complaint ticket \
                  notice review sheet handover import follow_up stock_out attendance allowance view meeting report performance";
    assert_eq!(names, design.split_whitespace().collect());
}

#[test]
fn lists_of_names_name_declared_fields() {
    for register in ALL {
        let lists = [register.title, register.subject, register.columns];
        for name in lists.into_iter().flatten() {
            assert!(
                *name == LAST_WORDS || register.field(name).is_some(),
                "{}: no field {name}",
                register.name
            );
        }
        if let Identity::Derived(name) = register.identity {
            let field = register.field(name).unwrap();
            assert!(
                matches!(field.kind, Kind::Number),
                "{}: {name} is no number",
                register.name
            );
        }
    }
}

#[test]
fn fields_are_declared_once_and_refer_to_registers() {
    for register in ALL {
        let mut seen = BTreeSet::new();
        for (path, field) in paths(register.fields).into_iter().chain(paths(COMMON)) {
            assert!(seen.insert(path.clone()), "{}: {path} twice", register.name);
            assert!(is_word(field.name), "{}: {path}", register.name);
            if let Kind::Record(other) = field.kind {
                assert!(
                    by_name(other).is_some(),
                    "{}: {path} refers to no register",
                    register.name
                );
            }
        }
        let indexed = register.fields.iter().filter(|field| field.indexed).count();
        assert!(indexed <= 4, "{}: {indexed} indexes", register.name);
    }
}

fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[test]
fn enumerations_have_names_and_words_of_their_own() {
    let mut names = BTreeSet::new();
    for list in enumerations() {
        assert!(
            names.insert(list.name),
            "two enumerations are named {}",
            list.name
        );
        let words: BTreeSet<&str> = list.values.iter().copied().collect();
        assert_eq!(
            words.len(),
            list.values.len(),
            "{} has a word twice",
            list.name
        );
        assert!(
            list.values.iter().all(|word| is_word(word)),
            "{}",
            list.name
        );
    }
    assert_eq!(Post::ALL.map(Post::word).as_slice(), words::POST.values);
    assert_eq!(Role::ALL.map(Role::word).as_slice(), words::ROLE.values);
}

#[test]
fn lifecycles_are_closed_under_their_states() {
    for register in ALL {
        let lifecycle = register.lifecycle;
        let mut reached = BTreeSet::from([lifecycle.initial()]);
        let mut queue = vec![lifecycle.initial()];
        while let Some(state) = queue.pop() {
            for to in lifecycle.successors(state) {
                assert!(lifecycle.knows(to), "{}: {state} > {to}", register.name);
                assert_ne!(state, *to, "{}", register.name);
                if reached.insert(to) {
                    queue.push(to);
                }
            }
        }
        for state in lifecycle.states {
            assert!(
                reached.contains(state.name),
                "{}: {} is never reached",
                register.name,
                state.name
            );
            let ends = lifecycle.successors(state.name).is_empty();
            assert!(
                state.closed || !ends,
                "{}: {} is a dead end",
                register.name,
                state.name
            );
        }
        let known = |state: &str| {
            lifecycle
                .moves
                .iter()
                .filter(|(from, _)| *from == state)
                .count()
        };
        assert!(
            lifecycle
                .moves
                .iter()
                .all(|(from, _)| lifecycle.knows(from) && known(from) == 1),
            "{}",
            register.name
        );
    }
}

#[test]
fn watches_of_one_name_are_one_watch() {
    let watches: Vec<_> = ALL.iter().flat_map(|register| register.watches).collect();
    for (one, other) in watches
        .iter()
        .flat_map(|one| watches.iter().map(move |other| (one, other)))
    {
        if one.name == other.name {
            assert!(std::ptr::fn_addr_eq(one.judge, other.judge), "{}", one.name);
        }
    }
}

#[test]
fn every_name_has_words_in_three_languages() {
    let mut ids = BTreeSet::new();
    let mut add_fields = |register: &str, fields: &'static [FieldSpec]| {
        for (path, _) in paths(fields) {
            ids.insert(format!("field-{register}-{}", path.replace("/*/", "-")));
        }
    };
    add_fields("common", COMMON);
    for register in ALL {
        add_fields(register.name, register.fields);
    }
    for register in ALL {
        ids.insert(format!("register-{}", register.name));
        ids.extend(
            register
                .lifecycle
                .states
                .iter()
                .map(|state| format!("state-{}-{}", register.name, state.name)),
        );
        ids.extend(
            register
                .watches
                .iter()
                .map(|watch| format!("finding-{}", watch.name)),
        );
    }
    for list in enumerations() {
        ids.extend(
            list.values
                .iter()
                .map(|value| format!("value-{}-{value}", list.name)),
        );
    }
    ids.extend(
        ["concurrent_values", "illegal_move", "double_assign"]
            .map(|kind| format!("finding-{kind}")),
    );
    let sources = [Source::Platform, Source::Rule, Source::Manual, Source::Own];
    ids.extend(sources.map(|source| format!("source-{}", source.word())));
    let missing = i18n::missing(ids.iter().map(String::as_str));
    assert!(
        missing.is_empty(),
        "{} words are missing:\n{}",
        missing.len(),
        missing.join("\n")
    );
}
