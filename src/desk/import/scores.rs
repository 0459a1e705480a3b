//! The sheet of what each agent came to on a day: its rows get their day and their people, and
//! what an earlier one of that day had beyond it is told.

use std::collections::BTreeSet;

use super::FileReport;
use crate::desk::Desk;
use crate::desk::figures::Span;
use crate::domain::registers::performance::{self, AGENT};
use crate::exchange::intake::{Cell, LineProblem, Parsed, Row as Read};
use crate::problem::{Kind, Problem};
use crate::store::Query;

/// The most rows of a day that are looked at.
const MOST: usize = 10_000;

impl Desk {
    /// Gives the rows of a sheet that is about one day their day and people, and the file the
    /// time up to which it speaks: the end of that day. Any other file is left as it is.
    pub(super) fn date_scores(
        &self,
        parsed: &mut Parsed,
        exported_at: Option<i64>,
        report: &mut FileReport,
    ) -> Result<(), Problem> {
        let Some(named) = parsed.day.clone() else {
            return Ok(());
        };
        if named.day > self.today()? {
            return Err(Problem::new(Kind::Unreadable, "problem-import-day-future")
                .arg("day", named.day.to_string())
                .hint("problem-import-day-hint"));
        }
        let day = named.day.to_string();
        let over = self.days()?.period(Span::Day, named.day).to;
        parsed.exported_at = exported_at.or(Some(over.min(self.now())));
        let shop = shop_of(&parsed.rows);
        let nicks = self.nicks(Some(&day))?;
        let mut unknown = Vec::new();
        for row in &mut parsed.rows {
            if row.account.is_none() {
                row.account.clone_from(&shop);
            }
            row.number = format!("{day}\u{0}{}", row.number);
            row.cells.push(("day".to_owned(), Cell::Text(day.clone())));
            if !is_agent(row) {
                continue;
            }
            match nicks.person(name_of(row)) {
                Some(person) => {
                    let person = Cell::Text(person.to_string());
                    row.cells.push(("person".to_owned(), person));
                }
                None => unknown.push(LineProblem::new(
                    row.line,
                    "",
                    "import-remark-nick",
                    name_of(row),
                )),
            }
        }
        report.problems.extend(unknown);
        report.problems.extend(self.left_out(parsed, &day)?);
        report.day = Some(named);
        Ok(())
    }

    /// Agents of an earlier sheet of the day whom this one does not have: their rows stay, and it
    /// is told.
    fn left_out(&self, parsed: &Parsed, day: &str) -> Result<Vec<LineProblem>, Problem> {
        let there: BTreeSet<&str> = parsed.rows.iter().map(name_of).collect();
        let known = self.store().rows(&Query {
            registers: vec![performance::REGISTER.name],
            fields: vec![(performance::DAY.name(), day.to_owned())],
            limit: Some(MOST),
            ..Query::default()
        })?;
        let shop = parsed.rows.first().and_then(|row| row.account.as_deref());
        let account = self.account_of_shop(shop, None)?;
        let gone = known.iter().filter_map(|row| {
            let text = |name: &str| row.fields.get(name).and_then(|value| value.as_str());
            let nick = text(performance::NICK.name())?;
            let is_of_this = text("account").unwrap_or_default() == account;
            let is_agent = text(performance::ROW.name()) == Some(AGENT);
            (!row.void && is_of_this && is_agent && !there.contains(nick))
                .then(|| LineProblem::new(1, "", "import-remark-row-gone", nick))
        });
        Ok(gone.collect())
    }
}

fn is_agent(row: &Read) -> bool {
    matches!(row.cell(performance::ROW.name()), Some(Cell::Text(word)) if word == AGENT)
}

fn name_of(row: &Read) -> &str {
    match row.cell(performance::NICK.name()) {
        Some(Cell::Text(name)) => name,
        _ => "",
    }
}

/// The shop whose name stands before all of its agents' own; none where they do not agree.
fn shop_of(rows: &[Read]) -> Option<String> {
    let mut shops = rows.iter().filter(|row| is_agent(row)).map(|row| {
        let (shop, _) = name_of(row).rsplit_once([':', '：'])?;
        Some(shop.trim())
    });
    let first = shops.next()??;
    shops
        .all(|shop| shop == Some(first))
        .then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::act::fields;
    use crate::desk::import::ImportOptions;
    use crate::desk::shop_tests::Shop;
    use crate::domain::record::Record;

    const HEAD: &str = "旺旺昵称,询单人数,询单最终付款人数,首次响应时长（秒),询单最终付款金额";

    fn import(shop: &mut Shop, day: &str, rows: &[&str]) -> FileReport {
        let text = format!("{HEAD}\n{}\n", rows.join("\n"));
        let name = format!("客服绩效{day}.csv");
        let options = ImportOptions::default();
        shop.desk.import(&name, text.as_bytes(), &options).unwrap()
    }

    fn records(shop: &Shop) -> Vec<Record> {
        let store = shop.desk.store();
        let query = Query {
            registers: vec!["performance"],
            limit: Some(100),
            ..Query::default()
        };
        let rows = store.rows(&query).unwrap();
        let mut records = store.records(rows.iter().map(|row| row.id)).unwrap();
        records.sort_by_key(|record| record.text("nick").map(str::to_owned));
        records
    }

    fn counts(report: &FileReport) -> (usize, usize, usize, usize) {
        (report.new, report.changed, report.same, report.refused)
    }

    fn told(report: &FileReport) -> Vec<(&'static str, &str)> {
        let problems = report.problems.iter();
        problems
            .map(|one| (one.reason, one.value.as_str()))
            .collect()
    }

    #[test]
    fn a_sheet_comes_in_once_and_a_corrected_one_changes_what_differs() {
        let mut shop = Shop::new();
        let rows = [
            "青禾:林晓,148,67,22,1000.00",
            "青禾:新人,10,1,60,20.00",
            "全店汇总值,150,67,25,1020.00",
        ];
        let report = import(&mut shop, "2026-11-21", &rows);
        assert_eq!(counts(&report), (3, 0, 0, 0));
        assert_eq!(told(&report), [("import-remark-nick", "青禾:新人")]);
        let named = report.day.unwrap();
        assert_eq!(
            (named.day.to_string(), named.part),
            ("2026-11-21".into(), "2026-11-21".into())
        );
        let me = shop.desk.me().unwrap().id;
        let known = records(&shop);
        let by = |nick: &str| {
            known
                .iter()
                .find(|one| one.text("nick") == Some(nick))
                .unwrap()
        };
        let lin = by("青禾:林晓");
        assert_eq!(lin.get(performance::PERSON), Some(me));
        assert_eq!(lin.get(performance::ASKED), Some(148));
        assert_eq!(lin.get(performance::FIRST), Some(22_000));
        assert_eq!(lin.get(performance::DAY).as_deref(), Some("2026-11-21"));
        let day = shop.desk.days().unwrap().period(Span::Day, named.day);
        assert!(day.has(lin.opened), "it lies in its day");
        assert_eq!(by("青禾:新人").get(performance::PERSON), None);
        assert_eq!(
            by("全店汇总值").get(performance::ROW).as_deref(),
            Some("shop_total")
        );
        let events = || shop.desk.store().verify().unwrap();
        assert!(events().clean);
        // The same once more is nothing, the same of another day is another.
        let before = shop.desk.store().heads().unwrap();
        let again = import(&mut shop, "2026-11-21", &rows);
        assert_eq!(counts(&again), (0, 0, 3, 0));
        assert_eq!(
            shop.desk.store().heads().unwrap(),
            before,
            "nothing is written"
        );
        assert_eq!(
            counts(&import(&mut shop, "20261120", &rows[..2])),
            (2, 0, 0, 0)
        );
        // A corrected sheet: one value differs, one is not known any more, one row is gone.
        let report = import(
            &mut shop,
            "2026-11-21",
            &["青禾:林晓,150,67,-,1000.00", "全店汇总值,150,67,25,1020.00"],
        );
        assert_eq!(counts(&report), (0, 1, 1, 0));
        assert_eq!(told(&report), [("import-remark-row-gone", "青禾:新人")]);
        let known = records(&shop);
        let of_day = |record: &&Record| record.text("day") == Some("2026-11-21");
        let mut lin = known.iter().filter(of_day);
        let lin = lin
            .find(|one| one.text("nick") == Some("青禾:林晓"))
            .unwrap();
        assert_eq!(lin.get(performance::ASKED), Some(150));
        assert_eq!(lin.get(performance::FIRST), None);
        assert_eq!(lin.get(performance::PAID), Some(67));
        assert_eq!(known.len(), 5);
    }

    #[test]
    fn who_is_put_on_the_roster_later_is_found_by_the_next_import() {
        let mut shop = Shop::new();
        let rows = ["青禾:客服七,10,1,60,20.00"];
        let report = import(&mut shop, "2026-11-21", &rows);
        assert_eq!(told(&report), [("import-remark-nick", "青禾:客服七")]);
        let me = shop.desk.me().unwrap().id;
        let line = fields([
            ("day", "2026-11-21".into()),
            ("person", me.to_string().into()),
            ("starts", 1.into()),
            ("ends", 2.into()),
            ("account", "客服七".into()),
        ]);
        shop.desk.open_record("sheet", line).unwrap();
        let report = import(&mut shop, "2026-11-21", &rows);
        assert_eq!((counts(&report), told(&report)), ((0, 1, 0, 0), vec![]));
        assert_eq!(records(&shop)[0].get(performance::PERSON), Some(me));
    }

    #[test]
    fn a_day_to_come_has_no_scores() {
        let mut shop = Shop::new();
        let text = format!("{HEAD}\n林晓,1,1,1,1\n");
        let options = ImportOptions {
            day: "2026-11-23".parse().ok(),
            ..ImportOptions::default()
        };
        let problem = shop.desk.import("x.csv", text.as_bytes(), &options);
        assert_eq!(problem.unwrap_err().message, "problem-import-day-future");
        assert_eq!(records(&shop).len(), 0);
        // Today's, half a day of it, is as old as the hour.
        let report = import(&mut shop, "2026-11-22", &["林晓,1,1,1,1"]);
        assert_eq!(report.exported_at, Some(shop.desk.now()));
    }
}
