//! Files through the one door [`read`]: own fixtures, and all shared data where
//! it is present.

use std::path::{Path, PathBuf};
use std::time::Instant;

use encoding_rs::GB18030;
use proptest::prelude::*;

use super::*;

const ZONE: Tz = chrono_tz::Asia::Shanghai;

pub(super) fn options(file_name: &str) -> Options<'_> {
    Options {
        file_name,
        kind: None,
        profile: None,
        account: None,
        currency: None,
        exported_at: None,
        date_order: None,
        day: None,
        zone: ZONE,
    }
}

fn parse(text: &str, file_name: &str) -> Result<Parsed, Problem> {
    read(
        text.as_bytes(),
        &options(file_name),
        &Profiles::built_in().unwrap(),
    )
}

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/intake")
        .join(name);
    std::fs::read(path).unwrap()
}

fn read_fixture(name: &str) -> Parsed {
    read(
        &fixture(name),
        &options(name),
        &Profiles::built_in().unwrap(),
    )
    .unwrap()
}

fn money(minor: i64, currency: &str) -> Cell {
    Cell::Money {
        minor,
        currency: currency.into(),
    }
}

fn ms(text: &str) -> i64 {
    times::time(text, ZONE, None).unwrap()
}

fn word(row: &Row, path: &str) -> String {
    match row.cell(path) {
        Some(Cell::Choice { value, .. }) => value.clone(),
        other => panic!("{path}: {other:?}"),
    }
}

fn reasons(parsed: &Parsed) -> Vec<(usize, &'static str)> {
    parsed.problems.iter().map(|p| (p.line, p.reason)).collect()
}

#[test]
fn taobao_orders_in_gbk() {
    let text = String::from_utf8(fixture("taobao_orders.csv")).unwrap();
    let (bytes, _, lost) = GB18030.encode(&text);
    assert!(!lost);
    let name = "ExportOrderList202611071502.csv";
    let parsed = read(&bytes, &options(name), &Profiles::built_in().unwrap()).unwrap();
    assert_eq!(parsed.profile.as_deref(), Some("taobao-orders"));
    assert_eq!(parsed.encoding.name(), "GB18030");
    assert_eq!(parsed.exported_at, Some(ms("2026-11-07 15:02")));
    assert_eq!((parsed.read, parsed.refused, parsed.rows.len()), (4, 1, 3));
    assert_eq!(reasons(&parsed), [(5, "import-line-fraction")]);
    let row = &parsed.rows[0];
    assert_eq!(row.number, "4031902847193527741");
    assert_eq!(row.account.as_deref(), Some("青禾家居旗舰店"));
    assert_eq!(row.cell("buyer"), Some(&Cell::Text("春天里".into())));
    assert_eq!(row.cell("phone"), Some(&Cell::Text("13900139000".into())));
    assert_eq!(row.cell("paid"), Some(&money(23_900, "CNY")));
    assert_eq!(
        row.cell("placed_at"),
        Some(&Cell::Time(ms("2026-11-06 10:05:00")))
    );
    assert_eq!(row.cell("closed_reason"), Some(&Cell::Absent));
    assert_eq!(word(row, "platform_state"), "to_ship");
    assert_eq!(
        parsed.rows[1].cell("buyer_message"),
        Some(&Cell::Text("包装好点\n谢谢".into()))
    );
    assert_eq!(word(&parsed.rows[1], "platform_state"), "shipped");
    assert_eq!(parsed.rows[1].line, 3);
}

#[test]
fn taobao_items_add_lines_to_orders() {
    let parsed = read_fixture("taobao_items.csv");
    assert_eq!(parsed.profile.as_deref(), Some("taobao-items"));
    assert_eq!((parsed.read, parsed.rows.len()), (3, 2));
    let row = &parsed.rows[0];
    assert_eq!(
        row.cell("lines/4031902847193527742/price"),
        Some(&money(23_900, "CNY"))
    );
    assert_eq!(
        row.cell("lines/4031902847193527743/refunded"),
        Some(&Cell::Absent)
    );
    assert_eq!(
        row.cell("lines/4031902847193527743/quantity"),
        Some(&Cell::Integer(2))
    );
    assert_eq!(word(row, "platform_state"), "part_shipped");
}

#[test]
fn taobao_refunds() {
    let parsed = read_fixture("taobao_refunds.csv");
    assert_eq!(parsed.profile.as_deref(), Some("taobao-refunds"));
    let row = &parsed.rows[0];
    assert_eq!(
        (row.register, row.number.as_str()),
        ("case", "2608119900001")
    );
    assert_eq!(word(row, "platform_state"), "wait_seller_agree");
    assert_eq!(word(row, "kind"), "refund_only");
    assert_eq!(
        row.cell("platform_due_at"),
        Some(&Cell::Time(ms("2026-11-24 09:00:00")))
    );
    assert_eq!(row.cell("finished_at"), Some(&Cell::Absent));
    // The deadline lies ahead and says nothing of the export's age.
    assert_eq!(parsed.exported_at, Some(ms("2026-11-22 09:00:00")));
}

#[test]
fn douyin_orders_by_sub_order() {
    let parsed = read_fixture("douyin_orders.csv");
    assert_eq!(parsed.encoding.name(), "UTF-8 BOM");
    assert_eq!(parsed.profile.as_deref(), Some("douyin-orders"));
    assert_eq!(parsed.rows.len(), 2);
    let row = &parsed.rows[0];
    assert_eq!(row.number, "6917926768823640001");
    assert_eq!(row.cell("payable"), Some(&money(4890, "CNY")));
    assert_eq!(row.cell("paid"), Some(&money(4890, "CNY")));
    assert_eq!(row.cell("seller_memo"), Some(&Cell::Absent));
    assert_eq!(word(row, "platform_state"), "to_ship");
    match row.cell("receiver") {
        Some(Cell::Text(text)) => assert!(is_masked(text)),
        other => panic!("{other:?}"),
    }
    assert_eq!(parsed.rows[1].cell("paid"), None);
}

#[test]
fn shopify_order_cells_stand_once() {
    let parsed = read_fixture("shopify_orders.csv");
    assert_eq!(parsed.profile.as_deref(), Some("shopify-orders"));
    assert_eq!((parsed.read, parsed.rows.len()), (3, 2));
    let row = &parsed.rows[0];
    assert_eq!(row.cell("paid"), Some(&money(3498, "USD")));
    assert_eq!(row.cell("lines/MUG/price"), Some(&money(1000, "USD")));
    assert_eq!(word(row, "platform_state"), "shipped");
    assert_eq!(
        row.cell("placed_at"),
        Some(&Cell::Time(ms("2026-05-01T09:58:12Z")))
    );
    let unpaid = &parsed.rows[1];
    assert_eq!(word(unpaid, "platform_state"), "unpaid");
    assert_eq!(
        (unpaid.cell("paid"), unpaid.cell("payable")),
        (None, Some(&money(500, "USD")))
    );
}

#[test]
fn pdd_orders() {
    let parsed = read_fixture("pdd_orders.csv");
    assert_eq!(parsed.profile.as_deref(), Some("pdd-orders"));
    let row = &parsed.rows[0];
    assert_eq!(row.number, "260517-607123456789012");
    assert_eq!(row.cell("paid"), Some(&money(1990, "CNY")));
    assert_eq!(word(row, "platform_state"), "to_ship");
}

#[test]
fn any_table_by_its_headers() {
    let text = "导出的订单\n\n订单号；x,买家\n订单号,买家昵称,实付,下单时间,品名,数量\n\
        A-1,t**3,12.5,2026-11-22 10:00,锅,1\n\
        A-2,李,12.5,03/04/2026,锅,1\n\
        3.51532E+16,李,1,2026-11-22,锅,1\n\
        A-3,李,1,2026-11-22,锅\n\
        A-4,李,1,2026-11-22,锅,1,多\n\
        ,李,1,2026-11-22,锅,1\n\
        A-5,李,1,2026-11-22,锅,1,\n";
    let parsed = parse(text, "x.csv").unwrap();
    assert_eq!(parsed.profile.as_deref(), Some("generic-orders"));
    assert_eq!(
        reasons(&parsed),
        [
            (6, "import-line-date-open"),
            (7, "import-line-rounded"),
            (8, "import-line-short"),
            (9, "import-line-wide"),
            (10, "import-line-number"),
        ]
    );
    assert_eq!((parsed.read, parsed.refused, parsed.rows.len()), (7, 5, 2));
    assert_eq!(parsed.problems[0].field, "下单时间");
    assert_eq!(parsed.problems[0].value, "03/04/2026");
    let mut told = options("x.csv");
    told.date_order = Some(DateOrder::Dmy);
    let parsed = read(text.as_bytes(), &told, &Profiles::built_in().unwrap()).unwrap();
    assert_eq!(parsed.refused, 4);
}

#[test]
fn a_number_without_end_costs_its_line_and_no_time() {
    let long = "长".repeat(300_000);
    let text = format!("订单号,买家昵称,实付,下单时间\n{long},李,1,2026-11-22\n");
    let begun = Instant::now();
    let parsed = parse(&text, "x.csv").unwrap();
    assert_eq!(reasons(&parsed), [(2, "import-line-number-form")]);
    assert_eq!(parsed.problems[0].value, format!("{}…", "长".repeat(80)));
    assert!(begun.elapsed().as_secs() < 2, "{:?}", begun.elapsed());
}

#[test]
fn parcels_reviews_and_replies_as_tables() {
    let parsed = parse("运单号,快递公司,订单号,物流状态,最新时间,最新物流\nSF1,顺丰,A1,运输中,2026-11-22 08:00,到达杭州\n", "p.csv").unwrap();
    assert_eq!(
        (parsed.kind, parsed.rows[0].register),
        (Kind::Parcels, "parcel")
    );
    assert_eq!(word(&parsed.rows[0], "platform_state"), "in_transit");
    let parsed = parse(
        "评价id\t订单编号\t评价等级\t评价内容\n9\tA1\t差评\t慢\n",
        "r.tsv",
    )
    .unwrap();
    assert_eq!(
        (parsed.kind, word(&parsed.rows[0], "level").as_str()),
        (Kind::Reviews, "bad")
    );
    let parsed = parse(
        "快捷短语编码,快捷短语,快捷短语分组\nkd,亲，{订单号}发{快递},物流\n",
        "q.csv",
    )
    .unwrap();
    let reply = &parsed.replies[0];
    assert_eq!((reply.code.as_str(), reply.topic.as_str()), ("kd", "物流"));
    assert_eq!(reply.text, "亲，{订单号}发{快递}");
    assert_eq!(reply.title, reply.text);
}

#[test]
fn damage_costs_its_own_line() {
    let mut bytes = "订单编号,买家会员名,备注\n1,甲,好\n2,乙,坏\n3,丙,好\n"
        .as_bytes()
        .to_vec();
    let at = bytes.len() - 20;
    bytes[at] = 0xff;
    let parsed = read(&bytes, &options("a.csv"), &Profiles::built_in().unwrap()).unwrap();
    assert_eq!(parsed.rows.len() + parsed.refused, 3);
    assert_eq!(parsed.problems[0].reason, "import-line-bytes");
    let twice = parse("订单,金额,金额\n1,2,3\n2,2,2\n", "a.csv").unwrap();
    assert_eq!(reasons(&twice), [(2, "import-line-column-twice")]);
    assert_eq!(
        parse("a,b\n1,2\n", "a.csv").unwrap_err().message,
        "problem-import-header"
    );
    assert_eq!(
        parse("\n \n", "a.csv").unwrap_err().message,
        "problem-import-empty"
    );
    let mut forced = options("a.csv");
    forced.profile = Some("douyin-orders");
    let profiles = Profiles::built_in().unwrap();
    let other = read("订单编号,买家会员名\n1,2\n".as_bytes(), &forced, &profiles);
    assert_eq!(other.unwrap_err().message, "problem-import-other-profile");
    forced.profile = Some("nobody");
    assert_eq!(
        read(b"a,b\n", &forced, &profiles).unwrap_err().message,
        "problem-import-no-profile"
    );
}

#[test]
fn orders_as_json() {
    let parsed = read_fixture("orders_own.json");
    assert_eq!(parsed.rows.len(), 2);
    let row = &parsed.rows[0];
    assert_eq!(row.cell("paid"), Some(&money(23_900, "CNY")));
    assert_eq!(row.cell("lines/1/price"), Some(&money(23_900, "CNY")));
    assert_eq!(word(row, "platform_state"), "to_ship");
    assert_eq!(parsed.rows[1].cell("paid"), Some(&money(1250, "USD")));
    assert_eq!(reasons(&parsed), [(12, "import-line-number")]);
    let parsed = read_fixture("orders_map.json");
    let row = &parsed.rows[0];
    assert_eq!(row.number, "#W2611340");
    // 0.1 + 0.2 and nothing else: no float was near.
    assert_eq!(row.cell("paid"), Some(&money(30, "CNY")));
    assert_eq!(
        row.cell("address"),
        Some(&Cell::Text("215 River Road, New York".into()))
    );
    assert_eq!(
        row.cell("waybill"),
        Some(&Cell::Text("357962501027".into()))
    );
    assert_eq!(
        row.cell("lines/646/variant"),
        Some(&Cell::Text("color: blue; size: L".into()))
    );
}

#[test]
fn conversations_as_lines() {
    let parsed = read_fixture("conversations.jsonl");
    assert_eq!((parsed.read, parsed.refused), (4, 2));
    assert_eq!(
        reasons(&parsed),
        [(2, "import-line-role"), (3, "import-line-json")]
    );
    let first = &parsed.conversations[0];
    assert_eq!(first.number.as_deref(), Some("T-1"));
    assert_eq!(first.messages[0].at, Some(ms("2026-11-22 14:41:05")));
    assert_eq!(first.messages[1].id.as_deref(), Some("m-2"));
    let second = &parsed.conversations[1];
    assert_eq!(second.order.as_deref(), Some("3348917502"));
    assert_eq!(second.buyer.as_deref(), Some("cminh730"));
    assert_eq!(second.messages[0].at, None);
}

#[test]
fn replies_as_toml_and_espanso() {
    let parsed = read_fixture("replies.toml");
    assert_eq!((parsed.read, parsed.refused), (3, 2));
    assert_eq!(
        reasons(&parsed),
        [(10, "import-line-text"), (15, "import-line-key")]
    );
    assert_eq!(parsed.replies[0].topic, "退货");
    assert_eq!(parsed.replies[0].language, "zh_cn");
    assert_eq!(parsed.replies[0].stage, "after_sales");
    assert_eq!(
        parsed.replies[0].valid_until,
        Some(ms("2026-12-01 23:59:59") + 999)
    );
    let odd = parse("[[reply]]\ntext = 'x'\nstage = 'moon'\n", "x.toml").unwrap();
    assert_eq!(reasons(&odd), [(1, "import-line-choice")]);
    let parsed = read_fixture("espanso.yml");
    let texts: Vec<(&str, &str)> = parsed
        .replies
        .iter()
        .map(|reply| (reply.code.as_str(), reply.text.as_str()))
        .collect();
    assert_eq!(
        texts,
        [
            (",dt", "Dear {{clipboard}} team,\n\n"),
            (":yw", "You're welcome :-)"),
            (":zhhi", "你好"),
            (":addr", "Line one\nLine two\n"),
            (":fold", "one two"),
            (":sq", "it's # no comment"),
        ]
    );
    assert_eq!(parsed.replies[2].aliases, [":chinesehi"]);
    assert_eq!(reasons(&parsed), [(30, "import-line-dynamic")]);
}

#[test]
fn masks() {
    for text in [
        "t**3",
        "张*",
        "138****8000",
        "##密文",
        "$$密文",
        "****",
        "~AgAAAAEkjqIH12345~",
    ] {
        assert!(is_masked(text), "{text}");
    }
    for text in ["春天里", "13800138000", "#大客户", "$5", "~"] {
        assert!(!is_masked(text), "{text}");
    }
}

#[test]
fn numbers_have_one_spelling() {
    for text in [
        "=\"351\"",
        "'351",
        "\t351 ",
        "３５１",
        "=\"３５１\"",
        "\u{feff}351",
    ] {
        assert_eq!(clean_number(text), "351", "{text:?}");
    }
    assert_eq!(clean_number("sf 123"), "SF123");
    assert_eq!(clean_number("=\""), "");
    assert_eq!(unwrap_cell("=1+1"), "=1+1");
}

#[test]
fn reasons_have_words() {
    // Every id that this folder names is in all three languages.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/exchange/intake");
    let mut ids = std::collections::BTreeSet::new();
    for path in walk(&folder) {
        let text = std::fs::read_to_string(&path).unwrap();
        for part in text.split('"') {
            let id = [
                "import-line-",
                "import-remark-",
                "problem-import-",
                "capture-",
                "problem-capture-",
            ]
            .iter()
            .any(|start| part.starts_with(start));
            let plain = part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if id && plain && !part.ends_with('-') {
                ids.insert(part.to_owned());
            }
        }
    }
    assert!(ids.len() > 30);
    let missing = crate::i18n::missing(ids.iter().map(String::as_str));
    assert!(missing.is_empty(), "{missing:#?}");
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn shared() -> Option<PathBuf> {
    let place = std::env::var_os("ZHIBAN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let data = place.join("data");
    if data.is_dir() {
        return Some(data);
    }
    println!("SKIPPED: no shared data at {}", data.display());
    None
}

#[test]
fn shared_exports_are_read() {
    let Some(data) = shared() else { return };
    let profiles = Profiles::built_in().unwrap();
    let mut files = Vec::new();
    for folder in ["orders", "dialogues", "canned", "reviews"] {
        files.extend(walk(&data.join(folder)));
    }
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let mut asked = options(&name);
        if name.starts_with("uci_") {
            asked.date_order = Some(DateOrder::Mdy);
        }
        match read(&bytes, &asked, &profiles) {
            Ok(parsed) => {
                let got = parsed.rows.len() + parsed.conversations.len() + parsed.replies.len();
                println!(
                    "{name}: {} {} {} read {} refused {} -> {got} exported {:?} {:?}",
                    parsed.kind.word(),
                    parsed.profile.as_deref().unwrap_or("-"),
                    parsed.encoding.name(),
                    parsed.read,
                    parsed.refused,
                    parsed.exported_at,
                    parsed.problems.first(),
                );
                let ours = name.contains("orders")
                    || name.starts_with("taobao")
                    || name.starts_with("uci")
                    || name.ends_with(".zb.jsonl");
                assert!(
                    !ours || parsed.refused == 0,
                    "{name}: {:?}",
                    parsed.problems
                );
            }
            Err(problem) => println!("{name}: {problem}"),
        }
    }
}

#[test]
fn hostile_files_do_no_harm() {
    let Some(data) = shared() else { return };
    let profiles = Profiles::built_in().unwrap();
    let (mut taken, mut refused) = (0, 0);
    for path in walk(&data.join("hostile")) {
        let bytes = std::fs::read(&path).unwrap();
        let start = Instant::now();
        for name in ["x", "x.csv", "x.json", "x.jsonl", "x.toml", "x.yml"] {
            for kind in [
                None,
                Some(Kind::Conversations),
                Some(Kind::Replies),
                Some(Kind::Orders),
            ] {
                let mut asked = options(name);
                asked.kind = kind;
                match read(&bytes, &asked, &profiles) {
                    Ok(parsed) => {
                        taken += 1;
                        for problem in &parsed.problems {
                            let shown = format!("{}{}", problem.field, problem.value);
                            assert!(!shown.chars().any(char::is_control), "{}", path.display());
                        }
                    }
                    Err(_) => refused += 1,
                }
            }
        }
        let text = decode::decode(&bytes).text;
        typed_and_pasted(&text);
        let took = start.elapsed();
        assert!(took.as_secs() < 20, "{} took {took:?}", path.display());
    }
    println!("hostile files: {taken} readings taken, {refused} refused");
}

/// The same text through the doors for typing and pasting.
fn typed_and_pasted(text: &str) {
    let known = |_: &str| false;
    let words = capture::CaptureWords::built_in().unwrap();
    let context = capture::Context {
        now: 1_795_333_560_000,
        zone: ZONE,
        shift_end: None,
        date_order: None,
        platform: Some("taobao"),
        currency: "CNY",
        persons: &[],
        known_buyer: &known,
    };
    for line in text.lines().take(200) {
        let _ = capture::recognise(line, &words, &context);
    }
    let chat = chats::ChatContext {
        now: context.now,
        zone: ZONE,
        date_order: None,
        ours: &[],
        known_buyer: &known,
    };
    let _ = chats::read(text, &chats::ChatForms::built_in().unwrap(), &chat);
}

#[test]
fn known_json_is_told_apart() {
    let Some(data) = shared() else { return };
    for path in walk(&data.join("hostile/json")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        // Doubled keys are refused on purpose.
        let good = name.starts_with("y_") && !name.contains("duplicated");
        assert_eq!(json::parse(&text, 1).is_ok(), good, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), name in "x\\.(csv|json|jsonl|toml|yml|txt)") {
        let _ = read(&bytes, &options(&name), &Profiles::built_in().unwrap());
    }

    #[test]
    fn random_tables_never_panic(body in "[0-9,\"\n\t='*.:/ -元春]{0,200}") {
        for head in ["订单编号,买家会员名,实付金额,订单创建时间\n", "Name,Financial Status,Lineitem name,Total\n"] {
            let parsed = parse(&format!("{head}{body}"), "x.csv").unwrap();
            let lines: std::collections::BTreeSet<_> = parsed.rows.iter().map(|row| row.line).collect();
            prop_assert_eq!(lines.len(), parsed.rows.len());
        }
    }
}
