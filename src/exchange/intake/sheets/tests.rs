//! Workbooks through the one door: written by other programs, by hand, and made to hurt.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::exchange::intake::{self, Cell, Kind, Options, Parsed, Profiles, old_table, times};
use crate::exchange::workbook::{self as made, label, packed, parts, record, rows, xls, xlsx};

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

fn parse(bytes: &[u8]) -> Result<Parsed, Problem> {
    let options = Options {
        file_name: "导出.csv",
        kind: None,
        profile: None,
        account: None,
        currency: None,
        exported_at: None,
        date_order: None,
        day: None,
        zone: ZONE,
    };
    intake::read(bytes, &options, &Profiles::built_in().unwrap())
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/intake");
    std::fs::read(folder.join(name)).unwrap()
}

/// The cells of a sheet, with the rows' numbers.
fn cells(bytes: &[u8]) -> Vec<(usize, Vec<String>)> {
    let mut book = Book::open(bytes).unwrap().unwrap();
    let records = book.records(0).unwrap();
    records
        .map(|record| record.unwrap())
        .map(|record| (record.line, record.cells.unwrap()))
        .collect()
}

fn message(bytes: &[u8]) -> &'static str {
    parse(bytes).unwrap_err().message
}

fn reasons(parsed: &Parsed) -> Vec<(usize, &'static str)> {
    parsed.problems.iter().map(|p| (p.line, p.reason)).collect()
}

/// Rows without their places in the file.
fn said(parsed: &Parsed) -> Vec<intake::Row> {
    let mut rows = parsed.rows.clone();
    for row in &mut rows {
        row.line = 0;
    }
    rows
}

#[test]
fn an_old_workbook_says_what_its_table_in_text_says() {
    let parsed = parse(&fixture("taobao_refunds.xls")).unwrap();
    let text = parse(&fixture("taobao_refunds.csv")).unwrap();
    assert_eq!(parsed.profile.as_deref(), Some("taobao-refunds"));
    assert_eq!(
        (parsed.kind, parsed.encoding.name()),
        (Kind::Refunds, "XLS")
    );
    assert_eq!(said(&parsed), said(&text));
    // Its second sheet has a title, an empty row, and the header in row 2.
    assert_eq!(parsed.rows[0].line, 4);
    assert_eq!(parsed.exported_at, text.exported_at);
}

#[test]
fn a_workbook_says_what_its_table_in_text_says() {
    let parsed = parse(&fixture("taobao_orders.xlsx")).unwrap();
    let text = parse(&fixture("taobao_orders.csv")).unwrap();
    assert_eq!(parsed.profile.as_deref(), Some("taobao-orders"));
    assert_eq!(parsed.encoding.name(), "XLSX");
    assert_eq!(said(&parsed), said(&text));
    // The table in text refuses its fourth line; then a number of digits, and a formula that
    // was never reckoned and so shows nothing.
    assert_eq!(
        reasons(&parsed),
        [(4, "import-line-fraction"), (6, "import-line-rounded")]
    );
    assert_eq!(parsed.problems[1].value, "4.03190284719353E+18");
}

#[test]
fn cells_are_what_spreadsheets_show() {
    let strings = [
        "<t>四件套</t>",
        "<r><rPr><b/></rPr><t>重</t></r><r><t xml:space=\"preserve\">磅 </t></r><rPh sb=\"0\" eb=\"1\"><t>zhong</t></rPh>",
        "<t/>",
        "<t>a_x000D_&amp;&#x4e2d;<![CDATA[<b>]]></t>",
    ];
    let data = r#"<row r="2"><c r="B2" t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c><c r="E2" t="s"><v>3</v></c></row>
        <row r="3"/>
        <row r="4"><c r="A4" s="1"><v>46348.62604166667</v></c><c s="2"><v>46348</v></c><c s="3"><v>1.5</v></c>
        <c><f>SUM(A1:A2)</f><v>0.30000000000000004</v></c><c t="str"><f>"x"</f><v>="4031"_x000D_</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c>
        <c t="d"><v>2026-11-22T15:01:30</v></c><c t="n"><v>13800138000</v></c><c><f>NOW()</f></c><c><v>4031902847193518258</v></c></row>"#;
    let read = cells(&packed(&parts(&[("a", data)], &strings)));
    let want: [(usize, &[&str]); 2] = [
        (2, &["", "四件套", "重磅 ", "", "a\r&中<b>"]),
        (
            4,
            &[
                "2026-11-22 15:01:30",
                "2026-11-22",
                "36:00:00",
                "0.3",
                "=\"4031\"\r",
                "TRUE",
                "#N/A",
                "2026-11-22T15:01:30",
                "13800138000",
                "",
                "4.03190284719352E+18",
            ],
        ),
    ];
    assert_eq!(read.len(), want.len());
    for ((line, cells), (want_line, want)) in read.iter().zip(want) {
        assert_eq!(
            (*line, cells.as_slice()),
            (want_line, want.map_str().as_slice())
        );
    }
}

trait MapStr {
    fn map_str(&self) -> Vec<String>;
}

impl MapStr for &[&str] {
    fn map_str(&self) -> Vec<String> {
        self.iter().map(|text| (*text).to_owned()).collect()
    }
}

#[test]
fn times_of_cells_are_in_the_zone_of_the_shop() {
    let head = rows(&[&["订单号", "买家昵称", "实付", "下单时间", "品名", "数量"]]);
    let line = r#"<row><c t="inlineStr"><is><t>A-1</t></is></c><c/><c><v>12.5</v></c><c s="1"><v>46348.62604166667</v></c><c/><c><v>2</v></c></row>"#;
    let parsed = parse(&xlsx(&[("s", &format!("{head}{line}"))])).unwrap();
    let want = times::time("2026-11-22T15:01:30+08:00", ZONE, None).unwrap();
    assert_eq!(parsed.rows[0].cell("placed_at"), Some(&Cell::Time(want)));
    assert_eq!(parsed.exported_at, Some(want));
}

#[test]
fn headers_are_folded_and_the_first_known_sheet_is_read() {
    let notes = rows(&[&["说明", "只含近三个月"]]);
    let orders = rows(&[
        &[
            "订单成交时间",
            "商品",
            "订单号",
            "订单状态",
            "商品总价（元)",
            "用户实付金额(元）",
            "商品数量(件)",
        ],
        &[
            "2026-11-22 10:00:00",
            "锅",
            "260517-607123456789012",
            "待发货",
            "19.90",
            "19.90",
            "1",
        ],
        &[
            "2026-11-22 10:00:00",
            "锅",
            "260517-607123456789013",
            "待发货",
            "19.90",
            "19.90",
            "1",
            "多",
        ],
    ]);
    let parsed = parse(&xlsx(&[("封面", ""), ("说明", &notes), ("订单", &orders)])).unwrap();
    assert_eq!(parsed.profile.as_deref(), Some("pdd-orders"));
    assert_eq!(parsed.rows[0].number, "260517-607123456789012");
    assert_eq!(reasons(&parsed), [(3, "import-line-wide")]);
    let problem = parse(&xlsx(&[("封面", ""), ("说明", &notes)])).unwrap_err();
    assert_eq!(problem.message, "problem-import-sheets");
    assert_eq!(problem.argument("sheets"), Some("封面 · 说明"));
    assert_eq!(message(&xlsx(&[("封面", "")])), "problem-import-empty");
}

#[test]
fn quick_phrases_come_in_their_spelling_of_workbooks() {
    let table = rows(&[
        &["快捷编码", "快捷短语", "快捷短语分组"],
        &["fh", "亲，48 小时内发货\n请放心", "发货"],
        &["th", "", "退货"],
    ]);
    let parsed = parse(&xlsx(&[("Sheet1", &table)])).unwrap();
    assert_eq!(parsed.profile.as_deref(), Some("taobao-replies"));
    let reply = &parsed.replies[0];
    assert_eq!(
        (reply.code.as_str(), reply.topic.as_str(), reply.line),
        ("fh", "发货", 2)
    );
    assert_eq!(reply.text, "亲，48 小时内发货\n请放心");
    assert_eq!(reasons(&parsed), [(3, "import-line-text")]);
}

#[test]
fn a_shops_own_table_is_a_workbook_too() {
    use old_table::Meaning::{Amount, Buyer, Order, State};
    let other = rows(&[&["一", "二"], &["三", "四"]]);
    let own = rows(&[
        &["青禾家居 售后登记"],
        &["订单号", "旺旺", "金额", "处理结果"],
        &["4031902847193516613", "春天里", "129.00", "待寄回"],
    ]);
    let table = old_table::read(&xlsx(&[("其他", &other), ("登记", &own)])).unwrap();
    assert_eq!((table.encoding, table.rows.len()), ("XLSX", 1));
    assert_eq!(table.rows[0].line, 3);
    assert_eq!(table.propose(ZONE), [Order, Buyer, Amount, State]);
    let table = old_table::read(&xlsx(&[("空", ""), ("其他", &other)])).unwrap();
    assert_eq!(table.headers, ["一", "二"]);
    assert!(old_table::read(&xlsx(&[("空", "")])).is_err());
}

#[test]
fn old_workbooks_hold_numbers_in_five_ways() {
    let place =
        |row: u16, column: u16, format: u16| [row, column, format].map(u16::to_le_bytes).concat();
    let two_parts = |text: &str, after: &str| {
        // A shared string cut between two records: its rest says its width again.
        let units = (text.encode_utf16().count() + after.len()) as u16;
        let head = [
            &2_u32.to_le_bytes()[..],
            &2_u32.to_le_bytes(),
            &units.to_le_bytes(),
            &made::wide(text),
        ];
        let behind = [&[0][..], after.as_bytes(), &1_u16.to_le_bytes(), &[0, b'z']];
        [
            record(0x00fc, &head.concat()),
            record(0x003c, &behind.concat()),
        ]
        .concat()
    };
    let format = |code: &str| {
        let length = code.len() as u16;
        let head = [
            &170_u16.to_le_bytes()[..],
            &length.to_le_bytes(),
            &[0],
            code.as_bytes(),
        ];
        record(0x041e, &head.concat())
    };
    let looks = |format: u16| record(0x00e0, &[[0; 2], format.to_le_bytes()].concat());
    let globals = [
        format("yyyy\\-mm\\-dd hh:mm"),
        looks(0),
        looks(170),
        two_parts("退款", "ab"),
    ]
    .concat();
    let number = |bits: f64| bits.to_bits().to_le_bytes();
    let all = [
        record(
            0x00fd,
            &[place(0, 0, 0), 0_u32.to_le_bytes().to_vec()].concat(),
        ),
        record(
            0x00fd,
            &[place(0, 1, 0), 1_u32.to_le_bytes().to_vec()].concat(),
        ),
        record(0x0203, &[place(1, 0, 0), number(239.99).to_vec()].concat()),
        record(
            0x0203,
            &[place(1, 1, 1), number(46_348.626_041_666_67).to_vec()].concat(),
        ),
        record(
            0x027e,
            &[place(1, 2, 0), (12_900_u32 << 2 | 3).to_le_bytes().to_vec()].concat(),
        ),
        record(
            0x00bd,
            &[
                place(1, 3, 0),
                (7_u32 << 2 | 2).to_le_bytes().to_vec(),
                [0; 2].to_vec(),
                ((2.5_f64.to_bits() >> 32) as u32).to_le_bytes().to_vec(),
                4_u16.to_le_bytes().to_vec(),
            ]
            .concat(),
        ),
        record(
            0x0006,
            &[
                place(2, 0, 0),
                vec![0, 0, 0, 0, 0, 0, 0xff, 0xff],
                vec![0; 8],
            ]
            .concat(),
        ),
        record(
            0x0207,
            &[&2_u16.to_le_bytes()[..], &made::wide("公式")].concat(),
        ),
        record(
            0x0006,
            &[place(2, 1, 0), number(4.0).to_vec(), vec![0; 8]].concat(),
        ),
        record(0x0205, &[place(2, 2, 0), vec![1, 0]].concat()),
        record(0x0205, &[place(2, 3, 0), vec![0x2a, 1]].concat()),
        // A chart within the sheet.
        record(0x0809, &[0; 16]),
        label(9, 0, "图"),
        record(0x000a, &[]),
        label(3, 1, "末"),
    ]
    .concat();
    let read = cells(&xls("表", &globals, &all));
    let want: [(usize, &[&str]); 4] = [
        (1, &["退款ab", "z"]),
        (2, &["239.99", "2026-11-22 15:01:30", "129", "7", "2.5"]),
        (3, &["公式", "4", "TRUE", "#N/A"]),
        (4, &["", "末"]),
    ];
    for ((line, cells), (want_line, want)) in read.iter().zip(want) {
        assert_eq!(
            (*line, cells.as_slice()),
            (want_line, want.map_str().as_slice())
        );
    }
    assert_eq!(read.len(), 4);
}

/// A formula in an XLS that last gave a text, which stands behind it.
fn formula(row: u16, column: u16) -> Vec<u8> {
    let place = [row, column, 0].map(u16::to_le_bytes).concat();
    let text = [0, 0, 0, 0, 0, 0, 0xff, 0xff];
    record(0x0006, &[place, text.to_vec(), vec![0; 8]].concat())
}

#[test]
fn the_text_of_a_formula_stands_behind_it_and_behind_no_other_cell() {
    let said = |text: &str| {
        let length = text.encode_utf16().count() as u16;
        [length.to_le_bytes().to_vec(), made::wide(text)].concat()
    };
    let long = "长".repeat(9_000);
    let mut first = said(&long);
    let rest = first.split_off(8_001);
    let all = [
        // Shared with others, and of several cells.
        formula(0, 0),
        record(0x04bc, &[0; 10]),
        record(0x003c, &[0; 10]),
        record(0x0207, &said("甲")),
        formula(0, 1),
        record(0x0221, &[0; 12]),
        record(0x0207, &said("乙")),
        formula(0, 2),
        record(0x0236, &[0; 12]),
        record(0x0207, &said("丙")),
        // Gave nothing: the text behind is that of another.
        formula(1, 0),
        label(1, 1, "丁"),
        formula(1, 2),
        record(0x0207, &said("戊")),
        // Longer than a record.
        formula(2, 0),
        record(0x0207, &first),
        record(0x003c, &[vec![1], rest].concat()),
        label(2, 1, "己"),
    ]
    .concat();
    let read = cells(&xls("表", &[], &all));
    let want: [(usize, &[&str]); 3] = [
        (1, &["甲", "乙", "丙"]),
        (2, &["", "丁", "戊"]),
        (3, &[&long, "己"]),
    ];
    assert_eq!(read, want.map(|(line, cells)| (line, cells.map_str())));
}

#[test]
fn a_letter_may_be_cut_between_two_records() {
    // The two units of a sign of a face stand on both sides.
    let units: Vec<u8> = "好😀吗".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let one = 1_u32.to_le_bytes();
    let head = [&one[..], &one, &[4, 0, 1], &units[..4]].concat();
    let rest = [&[1], &units[4..]].concat();
    let strings = [record(0x00fc, &head), record(0x003c, &rest)].concat();
    let cell = record(0x00fd, &[0; 10]);
    assert_eq!(
        cells(&xls("表", &strings, &cell)),
        [(1, vec!["好😀吗".to_owned()])]
    );
}

#[test]
fn digits_are_shown_as_the_format_of_the_cell_says() {
    let head = rows(&[&[
        "订单号",
        "买家昵称",
        "实付",
        "下单时间",
        "品名",
        "数量",
        "货号",
    ]]);
    let line = r#"<row><c t="inlineStr"><is><t>A-1</t></is></c><c/><c s="1"><v>33.3333333333333</v></c><c/><c/><c s="1"><v>2</v></c><c s="0"><v>123</v></c></row>"#;
    let mut all = parts(&[("s", &format!("{head}{line}"))], &[]);
    let styles = all.iter_mut().find(|part| part.0.ends_with("styles.xml"));
    styles.unwrap().1 = br#"<styleSheet><numFmts><numFmt numFmtId="165" formatCode="000000"/></numFmts><cellXfs><xf numFmtId="165"/><xf numFmtId="2"/></cellXfs></styleSheet>"#.to_vec();
    let parsed = parse(&packed(&all)).unwrap();
    let text = "订单号,买家昵称,实付,下单时间,品名,数量,货号\nA-1,,33.33,,,2.00,000123\n";
    assert_eq!(said(&parsed), said(&parse(text.as_bytes()).unwrap()));
    assert_eq!(reasons(&parsed), []);
    assert!(parsed.rows[0].cell("lines/000123/title").is_some());
}

fn remarks(remarks: &[intake::LineProblem]) -> Vec<(&str, &str, &str)> {
    let all = remarks.iter();
    all.map(|one| (one.reason, &*one.field, &*one.value))
        .collect()
}

#[test]
fn sheets_that_are_not_read_are_said_and_hidden_ones_come_last() {
    let table = |number: &str| {
        rows(&[
            &["订单号", "买家昵称", "实付", "下单时间", "品名", "数量"],
            &[number, "李", "1", "2026-11-22", "锅", "1"],
        ])
    };
    let (first, second, third) = (table("A-1"), table("A-2"), table("A-3"));
    let notes = rows(&[&["说明", "只含近三个月"]]);
    // What stands behind a name's quotes is what its sheet is like.
    let [hidden, very] = ["旧\" state=\"hidden", "底\" state=\"veryHidden"];
    let book = |sheets: &[(&str, &str)]| parse(&xlsx(sheets)).unwrap();
    let parsed = book(&[
        (hidden, &first),
        ("说明", &notes),
        ("十月", &second),
        (very, &first),
        ("十一月", &third),
        ("空", "<row r=\"0\">"),
    ]);
    assert_eq!(parsed.rows[0].number, "A-2");
    assert_eq!(
        remarks(&parsed.remarks),
        [("import-remark-sheet", "十一月", "十月")]
    );
    assert_eq!(parsed.refused, 0);
    let parsed = book(&[("说明", &notes), (very, &third), (hidden, &first)]);
    assert_eq!(parsed.rows[0].number, "A-3");
    assert_eq!(
        remarks(&parsed.remarks),
        [("import-remark-sheet-hidden", "底", "")]
    );
    assert_eq!(remarks(&book(&[("a", &first)]).remarks), []);

    let old = |sheets: &[(&str, &str)]| old_table::read(&xlsx(sheets)).unwrap();
    let table = old(&[(hidden, &first), ("说明", &notes)]);
    assert_eq!(table.headers, ["说明", "只含近三个月"]);
    assert_eq!(remarks(&table.remarks), []);
    let table = old(&[(hidden, &first), ("一", &second), ("二", &third)]);
    assert_eq!(table.rows[0].cells[0], "A-2");
    assert_eq!(
        remarks(&table.remarks),
        [("import-remark-sheet", "二", "一")]
    );

    let mut stream = made::stream("表", &[], &label(0, 0, "x"));
    for (state, want) in [
        (0, [vec![0], vec![]]),
        (1, [vec![], vec![0]]),
        (2, [vec![], vec![0]]),
    ] {
        // The first record behind the head names the sheet.
        stream[28] = state;
        let bytes = made::compound("Workbook", &stream);
        let book = Book::open(&bytes).unwrap().unwrap();
        assert_eq!(book.seen_and_hidden(), want);
    }
}

#[test]
fn too_much_is_told_from_too_tight_and_from_damage() {
    let many: Vec<(String, &str)> = (0..300).map(|at| (format!("s{at}"), "")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, data)| (&**name, *data)).collect();
    assert_eq!(message(&xlsx(&many)), "problem-import-crowded");
    let row = "<row r=\"1048577\"><c><v>1</v></c></row>";
    assert_eq!(message(&xlsx(&[("a", row)])), "problem-import-crowded");
    let deep = "<a>".repeat(MAX_DEPTH + 1);
    assert_eq!(message(&xlsx(&[("a", &deep)])), "problem-import-workbook");
    let long = format!("<row><!--{}--></row>", "<".repeat(MAX_RUN + (1 << 20)));
    assert_eq!(message(&xlsx(&[("a", &long)])), "problem-import-swollen");
}

#[test]
fn what_is_no_workbook_is_said_to_be_none() {
    assert_eq!(
        message(&packed(&[("a.txt".into(), b"x".to_vec())])),
        "problem-import-binary"
    );
    assert_eq!(
        message(&made::compound("WordDocument", b"x")),
        "problem-import-binary"
    );
    assert_eq!(
        message(&made::compound("EncryptedPackage", b"x")),
        "problem-import-locked"
    );
    let locked = record(0x002f, &[1, 0, 1, 0]);
    assert_eq!(message(&xls("a", &locked, &[])), "problem-import-locked");
    // Written before 1997.
    let old = [record(0x0809, &[0, 5, 5, 0]), record(0x000a, &[])].concat();
    assert_eq!(
        message(&made::compound("Book", &old)),
        "problem-import-workbook"
    );
    let whole = xlsx(&[("a", &rows(&[&["订单号"]]))]);
    assert_eq!(
        message(&whole[..whole.len() / 2]),
        "problem-import-workbook"
    );
    // Its kind stands first and unpacked.
    let kind = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet";
    let ods = [&b"PK\x03\x04"[..], &[0; 26], kind].concat();
    let problem = parse(&ods).unwrap_err();
    assert_eq!(problem.argument("what"), Some("ods"));
    assert_eq!(problem.hint, Some("problem-import-sheet-hint"));
}

#[test]
fn links_out_macros_and_formulas_are_not_followed() {
    let table = rows(&[
        &["订单号", "买家昵称", "实付", "下单时间", "品名", "数量"],
        &["A-1", "李", "1", "2026-11-22", "锅", "1"],
    ]);
    let mut all = parts(&[("a", &table)], &[]);
    all.push(("xl/vbaProject.bin".into(), vec![0xd0; 9_000]));
    all.push((
        "xl/externalLinks/externalLink1.xml".into(),
        b"<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><x/>".to_vec(),
    ));
    assert_eq!(parse(&packed(&all)).unwrap().rows.len(), 1);
    // A sheet that lies elsewhere is no sheet.
    let links = all
        .iter_mut()
        .find(|part| part.0.ends_with("workbook.xml.rels"))
        .unwrap();
    let outside = String::from_utf8(links.1.clone()).unwrap().replace(
        "Target=\"worksheets/s0.xml\"",
        "Target=\"http://127.0.0.1/s.xml\" TargetMode=\"External\"",
    );
    links.1 = outside.into_bytes();
    assert_eq!(message(&packed(&all)), "problem-import-workbook");
}

#[test]
fn a_row_beyond_what_exports_have_costs_itself() {
    let head = rows(&[&["订单号", "买家昵称", "实付", "下单时间", "品名", "数量"]]);
    let long = "长".repeat(MAX_CELL_TEXT / 3 + 1);
    let data = format!(
        "{head}<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>{long}</t></is></c></row>\
         <row r=\"3\"><c r=\"XFD3\"><v>1</v></c></row>\
         <row r=\"4\"><c r=\"A4\" t=\"s\"><v>0</v></c></row>"
    );
    let bytes = packed(&parts(&[("a", &data)], &[&format!("<t>{long}</t>")]));
    let parsed = parse(&bytes).unwrap();
    let want = [
        (2, "import-line-cell"),
        (3, "import-line-columns"),
        (4, "import-line-cell"),
    ];
    assert_eq!(reasons(&parsed), want);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn damage_is_a_problem_and_no_panic(at in any::<prop::sample::Index>(), bits in 1_u8.., cut in any::<bool>(), old in any::<bool>()) {
        let mut bytes = fixture(if old { "taobao_refunds.xls" } else { "taobao_orders.xlsx" });
        let place = at.index(bytes.len());
        if cut {
            bytes.truncate(place);
        } else {
            bytes[place] ^= bits;
        }
        let _ = parse(&bytes);
    }

    #[test]
    fn any_xml_is_a_problem_and_no_panic(text in "(<row( r=\"[0-9]{1,8}\")?>|<c( r=\"[A-Z]{0,4}[0-9]{0,3}\")?( t=\"(s|str|b|e|n|d|inlineStr)\")?( s=\"[0-9]{1,2}\")?>|<v>[0-9.eE+-]{0,20}</v>|<is><t>.{0,9}</t></is>|</c>|</row>|&[a-z#0-9]{0,6};|.){0,40}") {
        let _ = parse(&packed(&parts(&[("a", &text)], &["<t>订单号</t>"])));
    }

    #[test]
    fn any_records_are_a_problem_and_no_panic(cells in prop::collection::vec((prop::sample::select(vec![0x00fd_u16, 0x0204, 0x00d6, 0x0203, 0x027e, 0x00bd, 0x0006, 0x0207, 0x0205, 0x0809, 0x000a, 0x00fc, 0x003c, 0x041e, 0x00e0, 0x0085]), prop::collection::vec(any::<u8>(), 0..30)), 0..20), in_globals in any::<bool>()) {
        let all: Vec<u8> = cells.iter().flat_map(|(kind, data)| record(*kind, data)).collect();
        let (globals, cells) = if in_globals { (all, Vec::new()) } else { (Vec::new(), all) };
        let _ = parse(&xls("a", &globals, &cells));
    }
}
