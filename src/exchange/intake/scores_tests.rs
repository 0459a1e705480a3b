//! The sheet of what each agent came to, as the marketplace writes it.

use super::tests::options;
use super::*;

const HEAD: &str = "旺旺昵称,询单人数,询单最终付款人数,询单最终付款转化率,首次响应时长（秒),平均响应时长（秒),客户满意率,旺旺回复率,询单最终付款金额,成功退款金额";
const LIN: &str = "青禾家居旗舰店:林晓,148,67,45.27%,22.4,35.21,96.5%,100%,12345.60,88.00";

fn parse_as(text: &str, options: &Options<'_>) -> Result<Parsed, Problem> {
    read(text.as_bytes(), options, &Profiles::built_in().unwrap())
}

fn parse(rows: &[&str]) -> Parsed {
    let text = format!("{HEAD}\n{}\n", rows.join("\n"));
    parse_as(&text, &options("客服绩效2026-11-21.csv")).unwrap()
}

fn integers(row: &Row) -> Vec<(&str, i64)> {
    let cells = row.cells.iter();
    cells
        .filter_map(|(path, cell)| match cell {
            Cell::Integer(number) => Some((path.as_str(), *number)),
            Cell::Money { minor, .. } => Some((path.as_str(), *minor)),
            _ => None,
        })
        .collect()
}

fn refused(parsed: &Parsed) -> Vec<(usize, &'static str)> {
    let problems = parsed.problems.iter();
    problems.map(|one| (one.line, one.reason)).collect()
}

#[test]
fn each_agent_is_a_row_and_totals_stand_apart() {
    let parsed = parse(&[
        LIN,
        "青禾家居旗舰店：周敏,0,0,-,-,-,-,-,0,-",
        "汇总值,148,67,-,-,-,-,-,12345.60,88.00",
        "平均值,74,33.5,-,-,-,-,-,-,-",
        "全店汇总值,140,66,47.14%,21,34,96%,99.9%,12000.00,88.00",
        "全店平均值,70,33,47.14%,21,34,96%,99.9%,6000.00,44.00",
        "同行同层优秀,-,-,60%,9,15,99%,100%,-,-",
        "同行同层均值,-,-,40%,30,50,95%,99%,-,-",
    ]);
    assert_eq!(parsed.profile.as_deref(), Some("taobao-performance"));
    assert_eq!(parsed.kind, Kind::Scores);
    assert_eq!(parsed.unused, Vec::<String>::new());
    let named = parsed.day.clone().unwrap();
    assert_eq!(named.day.to_string(), "2026-11-21");
    assert_eq!(named.part, "2026-11-21");
    assert_eq!(refused(&parsed), []);
    let of = |row: &Row| match row.cell("row") {
        Some(Cell::Text(word)) => word.clone(),
        other => panic!("{other:?}"),
    };
    let kinds: Vec<String> = parsed.rows.iter().map(of).collect();
    assert_eq!(
        kinds,
        [
            "agent",
            "agent",
            "total",
            "mean",
            "shop_total",
            "shop_mean",
            "peer_best",
            "peer_mean"
        ]
    );
    let lin = &parsed.rows[0];
    assert_eq!(lin.register, "performance");
    assert_eq!(
        integers(lin),
        [
            ("asked", 148),
            ("paid", 67),
            ("conversion", 4_527),
            ("first_response", 22_400),
            ("average_response", 35_210),
            ("satisfaction", 9_650),
            ("replied", 10_000),
            ("sales", 1_234_560),
            ("refunded", 8_800),
        ]
    );
    // A dash is unknown, and nought is nought.
    let zhou = &parsed.rows[1];
    assert_eq!(
        integers(zhou),
        [("asked", 0), ("paid", 0), ("sales", 0)],
        "{zhou:?}"
    );
    assert_eq!(zhou.cell("first_response"), Some(&Cell::Absent));
    // The mean of whole numbers is none of them; of an agent it would be refused.
    assert_eq!(parsed.rows[3].cell("paid"), Some(&Cell::Absent));
    assert_eq!(parsed.rows[3].cell("asked"), Some(&Cell::Integer(74)));
    let half = parse(&["甲,74,33.5,-,-,-,-,-,-,-"]);
    assert_eq!(refused(&half), [(2, "import-line-integer")]);
    assert_eq!(half.problems[0].field, "询单最终付款人数");
}

#[test]
fn brackets_and_blanks_of_the_header_do_not_matter() {
    for head in [
        HEAD.to_owned(),
        HEAD.replace('（', "("),
        HEAD.replace(')', "）"),
        HEAD.replace("（秒)", " ( 秒 ) "),
        HEAD.replace("（秒)", ""),
        HEAD.replace(',', "\t"),
    ] {
        let row = if head.contains('\t') {
            LIN.replace(',', "\t")
        } else {
            LIN.to_owned()
        };
        let text = format!("{head}\n{row}\n");
        let parsed = parse_as(&text, &options("20261121.csv")).unwrap();
        assert_eq!(integers(&parsed.rows[0]).len(), 9, "{head}");
    }
}

#[test]
fn what_cannot_be_read_costs_its_own_row() {
    let parsed = parse(&[
        LIN,
        LIN,
        ",1,1,1%,1,1,1%,1%,1,1",
        "林*,1,1,1%,1,1,1%,1%,1,1",
        "甲,-1,1,1%,1,1,1%,1%,1,1",
        "乙,1,1,45.31,1,1,1%,1%,1,1",
        "丙,1,1,1%,1分,1,1%,1%,1,1",
        "丁,1,1,1%,1,1,1%,1%,1.005,1",
        "戊,1,1",
        "己,1,1,1%,1,1,1%,1%,1,1",
    ]);
    assert_eq!(
        refused(&parsed),
        [
            (3, "import-line-twice"),
            (4, "import-line-nick"),
            (5, "import-line-nick-masked"),
            (6, "import-line-negative"),
            (7, "import-line-share"),
            (8, "import-line-span"),
            (9, "import-line-fraction"),
            (10, "import-line-short"),
        ]
    );
    assert_eq!((parsed.rows.len(), parsed.read), (2, 10));
    let long = format!("{},1,1,1%,1,1,1%,1%,1,1", "长".repeat(100_000));
    assert_eq!(refused(&parse(&[&long])), [(2, "import-line-nick-form")]);
}

#[test]
fn without_a_day_nothing_is_read() {
    let text = format!("{HEAD}\n{LIN}\n");
    let fails = |name: &str| parse_as(&text, &options(name)).unwrap_err();
    for (name, message) in [
        ("客服绩效.csv", "problem-import-day"),
        ("客服绩效20261122090512.csv", "problem-import-day-written"),
        ("客服绩效20261116-20261122.csv", "problem-import-days"),
    ] {
        let problem = fails(name);
        assert_eq!(problem.message, message);
        assert_eq!(problem.hint, Some("problem-import-day-hint"));
    }
    let told = Options {
        day: "2026-11-20".parse().ok(),
        ..options("客服绩效20261121.csv")
    };
    let named = parse_as(&text, &told).unwrap().day.unwrap();
    assert_eq!(named.day.to_string(), "2026-11-20", "the person knows best");
    assert_eq!(named.part, "");
}
