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

const SCORES: [&str; 10] = [
    "旺旺昵称",
    "询单人数",
    "询单最终付款人数",
    "询单最终付款转化率",
    "首次响应时长（秒)",
    "平均响应时长（秒)",
    "客户满意率",
    "旺旺回复率",
    "询单最终付款金额",
    "成功退款金额",
];

/// The sheet of two agents and a total, as numbers with the formats that table programs give them.
fn scores() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let percent = rust_xlsxwriter::Format::new().set_num_format("0.00%");
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "客服绩效").unwrap();
    for (at, head) in SCORES.iter().enumerate() {
        sheet.write(1, at as u16, *head).unwrap();
    }
    let rows = [
        (
            "青禾:王主管",
            148.0,
            67.0,
            67.0 / 148.0,
            22.4,
            35.21,
            0.965,
            1.0,
            12345.6,
            88.0,
        ),
        (
            "青禾:周敏",
            52.0,
            13.0,
            0.25,
            9.0,
            15.5,
            1.0,
            0.99,
            1000.0,
            0.0,
        ),
        (
            "全店汇总值",
            196.0,
            80.0,
            0.4082,
            19.0,
            30.0,
            0.97,
            0.99,
            13345.6,
            88.0,
        ),
    ];
    for (at, row) in rows.iter().enumerate() {
        let line = at as u32 + 2;
        sheet.write(line, 0, row.0).unwrap();
        let plain = [
            (1, row.1),
            (2, row.2),
            (4, row.4),
            (5, row.5),
            (8, row.8),
            (9, row.9),
        ];
        for (column, number) in plain {
            sheet.write(line, column, number).unwrap();
        }
        for (column, share) in [(3, row.3), (6, row.6), (7, row.7)] {
            sheet
                .write_with_format(line, column, share, &percent)
                .unwrap();
        }
    }
    // Whom nobody asked has a dash in each cell.
    sheet.write(5, 0, "青禾:小宋").unwrap();
    for column in 1..10 {
        sheet.write(5, column, "-").unwrap();
    }
    book.save_to_buffer().unwrap()
}

fn performance(desk: &zhiban::desk::Desk) -> Vec<zhiban::store::Row> {
    let register = &zhiban::domain::registers::performance::REGISTER;
    let mut rows = desk.view(register, None, 100).unwrap();
    rows.sort_by_key(|row| row.fields["nick"].to_string());
    rows
}

#[test]
fn the_staff_sheet_comes_in_as_a_workbook_new_and_old() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"), "shop", "王主管");
    let path = folder.path().join("客服绩效_2026-11-21.xlsx");
    std::fs::write(&path, scores()).unwrap();
    for (new, same) in [(4, 0), (0, 4)] {
        let report = desk.import_file(&path, &ImportOptions::default()).unwrap();
        assert_eq!(
            (report.kind.as_str(), report.encoding.as_str()),
            ("scores", "XLSX")
        );
        assert_eq!((report.new, report.same, report.refused), (new, same, 0));
        let told: Vec<&str> = report
            .problems
            .iter()
            .map(|one| one.value.as_str())
            .collect();
        assert_eq!(told, ["青禾:周敏", "青禾:小宋"], "who is not on the roster");
        assert_eq!(report.day.unwrap().part, "2026-11-21");
    }
    let rows = performance(&desk);
    let of = |nick: &str| rows.iter().find(|row| row.fields["nick"] == nick).unwrap();
    let lead = of("青禾:王主管");
    for (field, value) in [
        ("asked", 148),
        ("paid", 67),
        ("conversion", 4_527),
        ("first_response", 22_400),
        ("average_response", 35_210),
        ("satisfaction", 9_650),
        ("replied", 10_000),
    ] {
        assert_eq!(lead.fields[field], value, "{field}");
    }
    assert_eq!(lead.fields["sales"]["minor"], 1_234_560);
    assert_eq!(lead.fields["person"], desk.me().unwrap().id.to_string());
    assert_eq!(of("全店汇总值").fields["row"], "shop_total");
    let idle = of("青禾:小宋");
    assert!(idle.fields.get("asked").is_none(), "{:?}", idle.fields);
    // The same by an old table program, of another day, corrected.
    let mut cells = Vec::new();
    for (at, head) in SCORES.iter().enumerate() {
        cells.extend(workbook::label(0, at as u16, head));
    }
    let corrected = [
        "青禾:王主管",
        "150",
        "67",
        "44.67%",
        "22.4",
        "35.21",
        "96.5%",
        "100%",
        "12345.60",
        "88",
    ];
    for (at, text) in corrected.iter().enumerate() {
        cells.extend(workbook::label(1, at as u16, text));
    }
    let path = folder.path().join("绩效20261121.xls");
    std::fs::write(&path, workbook::xls("绩效", &[], &cells)).unwrap();
    let report = desk.import_file(&path, &ImportOptions::default()).unwrap();
    assert_eq!(
        (report.encoding.as_str(), report.new, report.changed),
        ("XLS", 0, 1)
    );
    let gone = report
        .problems
        .iter()
        .filter(|one| one.reason == "import-remark-row-gone");
    assert_eq!(gone.count(), 2, "they are told and stay");
    let rows = performance(&desk);
    assert_eq!(rows.len(), 4);
    let lead = rows
        .iter()
        .find(|row| row.fields["nick"] == "青禾:王主管")
        .unwrap();
    assert_eq!(
        (&lead.fields["asked"], &lead.fields["conversion"]),
        (&150.into(), &4_467.into())
    );
    assert_eq!(lead.fields["first_response"], 22_400);
    assert!(desk.store().verify().unwrap().clean);
}

#[test]
fn real_staff_sheets_come_in_where_there_are_any() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"), "shop", "王主管");
    let is_one = |path: &PathBuf| {
        let name = path.to_string_lossy();
        name.contains("绩效") || name.contains("cs_performance")
    };
    let files = ["data/orders", "data/hostile/csv/field"]
        .map(shared)
        .concat();
    let files: Vec<PathBuf> = files.into_iter().filter(is_one).collect();
    if files.is_empty() {
        eprintln!("SKIPPED: no staff sheet is in the shared data");
    }
    let options = ImportOptions {
        day: "2026-11-21".parse().ok(),
        ..ImportOptions::default()
    };
    for path in files {
        let report = desk.import_file(&path, &options).unwrap();
        assert_eq!(
            (report.kind.as_str(), report.refused),
            ("scores", 0),
            "{path:?}"
        );
        let again = desk.import_file(&path, &options).unwrap();
        assert_eq!((again.new, again.changed), (0, 0), "{path:?}");
    }
}
