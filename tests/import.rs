//! Imports through the desk: everything of the shared data twice, and the rules that an export
//! writes by.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/drill.rs"]
mod drill;
#[path = "support/workbook.rs"]
mod workbook;

use std::path::{Path, PathBuf};

use drill::desk;
use zhiban::desk::import::ImportOptions;

fn shared(what: &str) -> Vec<PathBuf> {
    let root = std::env::var_os("ZHIBAN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let Ok(folder) = std::fs::read_dir(root.join(what)) else {
        eprintln!("SKIPPED: {what} is not here, so nothing was imported from it");
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = folder
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

#[test]
fn shared_orders_and_talks_are_taken_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"), "shop", "王主管");
    let files: Vec<PathBuf> = shared("data/orders")
        .into_iter()
        .chain(
            shared("data/dialogues")
                .into_iter()
                .filter(|path| path.to_string_lossy().ends_with(".zb.jsonl")),
        )
        .collect();
    for round in 1..=2 {
        for path in &files {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let bytes = std::fs::read(path).unwrap();
            let report = match desk.import(&name, &bytes, &ImportOptions::default()) {
                Ok(report) => report,
                Err(problem) => panic!("{name}: {problem:?}"),
            };
            println!(
                "{round} {name}: {} {:?} {} read {} new {} changed {} same {} held {} refused {}",
                report.kind,
                report.profile,
                report.encoding,
                report.read,
                report.new,
                report.changed,
                report.same,
                report.held,
                report.refused
            );
            for problem in report.problems.iter().take(2) {
                println!(
                    "    line {} {} {} {}",
                    problem.line, problem.field, problem.reason, problem.value
                );
            }
            if round == 2 {
                assert_eq!((report.new, report.changed), (0, 0), "{name}");
            }
        }
    }
    assert!(desk.store().verify().unwrap().clean);
}

#[test]
fn workbooks_come_in_and_go_out() {
    use zhiban::domain::registers::order;
    use zhiban::exchange::outlet::Format;
    use zhiban::i18n::{Language, Words};
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"), "shop", "王主管");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/intake");
    for (round, new) in [(1, 3), (2, 0)] {
        let path = fixtures.join("taobao_orders.xlsx");
        let report = desk.import_file(&path, &ImportOptions::default()).unwrap();
        assert_eq!(report.encoding, "XLSX");
        assert_eq!((report.new, report.same), (new, 3 - new), "{round}");
        assert_eq!(report.refused, 2, "{:?}", report.problems);
    }
    let path = fixtures.join("taobao_refunds.xls");
    let report = desk.import_file(&path, &ImportOptions::default()).unwrap();
    assert_eq!((report.kind.as_str(), report.new), ("refunds", 1));
    let rows = desk.view(&order::REGISTER, None, 10).unwrap();
    let words = Words::new(Language::ZhCn);
    let bytes = desk
        .as_table(&order::REGISTER, &rows, Format::Xlsx, &words)
        .unwrap();
    let (range, formulas) = workbook::read_back(&bytes);
    assert_eq!((range.height(), formulas), (rows.len() + 1, 0));
    assert!(workbook::shown(&bytes).contains("4031902847193527741"));
    let again = desk.as_table(&order::REGISTER, &rows, Format::Xlsx, &words);
    assert!(again.unwrap() == bytes, "the same rows at the same time");
}
