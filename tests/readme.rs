//! The README promises nothing without a test: each line of its two lists names at least one, and
//! each that is named is there.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Sentences that no test can hold, or that say what is not there yet; each says so itself.
const WITHOUT: [&str; 2] = ["no test can hold that", "It guesses nothing"];

/// Returns the points of a section, each as one line.
fn points(readme: &str, heading: &str) -> Vec<String> {
    let section = readme.split(&format!("\n## {heading}\n")).nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let mut points: Vec<String> = Vec::new();
    for line in section.lines() {
        if let Some(point) = line.strip_prefix("- ") {
            points.push(point.to_owned());
        } else if let (Some(rest), Some(point)) = (line.strip_prefix("  "), points.last_mut()) {
            point.push(' ');
            point.push_str(rest);
        }
    }
    points
}

/// Returns the names in code marks that can be tests.
fn named(point: &str) -> Vec<&str> {
    let parts = point.split('`').skip(1).step_by(2);
    parts
        .filter(|name| {
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        })
        .filter(|name| name.contains('_'))
        .collect()
}

fn tests_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_in(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut is_test = false;
            for line in text.lines().map(str::trim) {
                is_test |= line == "#[test]";
                if let Some(name) = line
                    .strip_prefix("fn ")
                    .and_then(|rest| rest.split('(').next())
                    && std::mem::take(&mut is_test)
                {
                    found.insert(name.to_owned());
                }
            }
        }
    }
}

#[test]
fn each_promise_names_a_test_that_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let mut tests = BTreeSet::new();
    for folder in ["tests", "src"] {
        tests_in(&root.join(folder), &mut tests);
    }
    let mut promises = 0;
    for heading in ["What you can rely on", "What it cannot do"] {
        let points = points(&readme, heading);
        assert!(points.len() > 8, "{heading}: {}", points.len());
        for point in &points {
            let names = named(point);
            let is_excused = WITHOUT.iter().any(|words| point.contains(words));
            assert!(is_excused || !names.is_empty(), "no test holds: {point}");
            for name in names {
                assert!(tests.contains(name), "{name} is no test: {point}");
                promises += 1;
            }
        }
    }
    println!("{promises} tests hold what the README promises");
}
