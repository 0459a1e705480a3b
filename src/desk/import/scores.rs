//! The sheet of what each agent came to on a day: its rows get their day, their account and their
//! people, and what an earlier one of that day had beyond it is told.

use std::collections::BTreeSet;

use super::{FileReport, ImportOptions, Place};
use crate::desk::Desk;
use crate::desk::figures::Span;
use crate::desk::settings::known_account;
use crate::domain::id::Id;
use crate::domain::registers::performance::{self, AGENT};
use crate::exchange::intake::{Cell, LineProblem, Parsed, Row as Read, shop_and_own};
use crate::problem::{Kind, Problem};
use crate::store::Query;

/// The most rows of a day that are looked at.
const MOST: usize = 10_000;

impl Desk {
    /// Gives the rows of a sheet that is about one day their day, shop and people, and the
    /// file the time up to which it speaks: the end of that day, whenever it was exported since,
    /// or now while the day runs. Any other file is left as it is.
    pub(super) fn date_scores(
        &self,
        parsed: &mut Parsed,
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
        let upto = over.min(self.now());
        parsed.exported_at = Some(upto);
        let shop = shop_of(&parsed.rows);
        let mut nicks = self.nicks();
        let mut unknown = Vec::new();
        for row in &mut parsed.rows {
            if row.account.is_none() {
                row.account.clone_from(&shop);
            }
            row.number = format!("{day}\u{0}{}", row.number);
            row.cells
                .push((performance::DAY.name().to_owned(), Cell::Text(day.clone())));
            row.cells
                .push((performance::UPTO.name().to_owned(), Cell::Time(upto)));
            if !is_agent(row) {
                continue;
            }
            let person = nicks.person(name_of(row), &day)?;
            if person.is_none() {
                let remark = "import-remark-nick";
                unknown.push(LineProblem::new(row.line, "", remark, name_of(row)));
            }
            // Whom an earlier sheet named is not meant any more.
            let person = person.map_or(Cell::Absent, |person| Cell::Text(person.to_string()));
            row.cells
                .push((performance::PERSON.name().to_owned(), person));
        }
        report.problems.extend(unknown);
        Ok(())
    }

    /// Holds a sheet that is about one day against what is known: whose it is, refused where that
    /// may be several accounts' or one's that is not recorded, and whom it leaves out.
    pub(super) fn compare_scores(
        &self,
        parsed: &Parsed,
        places: &[Place],
        options: &ImportOptions,
        report: &mut FileReport,
    ) -> Result<(), Problem> {
        let Some(named) = parsed.day.clone() else {
            return Ok(());
        };
        self.demand_account(places, options)?;
        report.account = only(places);
        let left_out = self.left_out(places, &named.day.to_string())?;
        report.problems.extend(left_out);
        report.day = Some(named);
        Ok(())
    }

    fn demand_account(&self, places: &[Place], options: &ImportOptions) -> Result<(), Problem> {
        let names = self.account_names()?;
        if let Some(told) = options.account.as_deref().filter(|_| !names.is_empty()) {
            return known_account(&names, told);
        }
        let is_open = places.iter().any(|place| place.account.is_empty());
        if !is_open || names.len() < 2 {
            return Ok(());
        }
        Err(Problem::new(Kind::Unreadable, "problem-import-account")
            .arg("accounts", names.join(" · "))
            .hint("problem-import-account-hint"))
    }

    /// Agents of an earlier sheet of the day and account whom this one does not have: their rows
    /// stay, and it is told.
    fn left_out(&self, places: &[Place], day: &str) -> Result<Vec<LineProblem>, Problem> {
        let there: BTreeSet<Id> = places.iter().map(|place| place.record).collect();
        let accounts = places.iter().map(|place| place.account.as_str());
        let accounts: BTreeSet<&str> = accounts.collect();
        let known = self.store().rows(&Query {
            registers: vec![performance::REGISTER.name],
            fields: vec![(performance::DAY.name(), day.to_owned())],
            not_void: true,
            limit: Some(MOST),
            ..Query::default()
        })?;
        let gone = known.iter().filter_map(|row| {
            let text = |name: &str| row.fields.get(name).and_then(|value| value.as_str());
            let is_of_this = accounts.contains(text("account").unwrap_or_default());
            let is_agent = text(performance::ROW.name()) == Some(AGENT);
            let nick = text(performance::NICK.name())?;
            (is_of_this && is_agent && !there.contains(&row.id))
                .then(|| LineProblem::new(1, "", "import-remark-row-gone", nick))
        });
        Ok(gone.collect())
    }
}

/// The account that all rows are of, where there is one.
fn only(places: &[Place]) -> Option<String> {
    let first = &places.first()?.account;
    let is_one = !first.is_empty() && places.iter().all(|place| place.account == *first);
    is_one.then(|| first.clone())
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

/// The shop whose name stands before those of its agents; none where they do not agree. Who has
/// only a name of their own says nothing of it.
fn shop_of(rows: &[Read]) -> Option<String> {
    let agents = rows.iter().filter(|row| is_agent(row));
    let mut shops = agents.filter_map(|row| shop_and_own(name_of(row)).map(|(shop, _)| shop));
    let first = shops.next()?;
    shops.all(|shop| shop == first).then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::act::fields;
    use crate::desk::import::ImportOptions;
    use crate::desk::shop_tests::Shop;
    use crate::domain::id::Id;
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

    /// Plans somebody on the account of a day.
    fn plan(shop: &mut Shop, person: Id) {
        let line = fields([
            ("day", "2026-11-21".into()),
            ("person", person.to_string().into()),
            ("starts", 1.into()),
            ("ends", 2.into()),
            ("account", "客服七".into()),
        ]);
        shop.desk.open_record("sheet", line).unwrap();
    }

    #[test]
    fn whom_a_corrected_sheet_names_no_more_is_taken_off_the_row() {
        let mut shop = Shop::new();
        let me = shop.desk.me().unwrap().id;
        let rows = ["青禾:客服七,10,1,60,20.00"];
        plan(&mut shop, me);
        import(&mut shop, "2026-11-21", &rows);
        assert_eq!(records(&shop)[0].get(performance::PERSON), Some(me));
        plan(&mut shop, Id([9; 16]));
        let report = import(&mut shop, "2026-11-21", &rows);
        assert_eq!(told(&report), [("import-remark-nick", "青禾:客服七")]);
        assert_eq!(records(&shop)[0].get(performance::PERSON), None);
    }

    fn account(shop: &mut Shop, name: &str) {
        let account = fields([("name", name.into()), ("platform", "taobao".into())]);
        shop.desk.open_record("account", account).unwrap();
    }

    fn accounts(shop: &Shop) -> Vec<Option<String>> {
        let records = records(shop);
        let accounts = records.iter();
        accounts
            .map(|record| record.text("account").map(str::to_owned))
            .collect()
    }

    #[test]
    fn names_with_a_shop_say_whose_sheet_it_is_and_others_say_nothing() {
        let mut shop = Shop::new();
        account(&mut shop, "甲店");
        account(&mut shop, "乙店");
        let rows = ["新人,1,1,1,1", "乙店:林晓,1,1,1,1", "全店汇总值,2,2,1,2"];
        import(&mut shop, "2026-11-21", &rows);
        assert_eq!(accounts(&shop), vec![Some("乙店".to_owned()); 3]);
    }

    #[test]
    fn a_sheet_of_nobody_knows_which_of_several_accounts_is_refused() {
        let mut shop = Shop::new();
        account(&mut shop, "甲店");
        account(&mut shop, "乙店");
        let text = |rows: &str| format!("{HEAD}\n{rows}\n");
        let name = "客服绩效20261121.csv";
        for rows in [
            "林晓,1,1,1,1",
            "丙店:林晓,1,1,1,1",
            "甲店:林晓,1,1,1,1\n乙店:新人,1,1,1,1\n林晓,1,1,1,1",
        ] {
            let usual = ImportOptions::default();
            let refused = shop.desk.import(name, text(rows).as_bytes(), &usual);
            let problem = refused.unwrap_err();
            assert_eq!(problem.message, "problem-import-account", "{rows}");
            assert_eq!(problem.hint, Some("problem-import-account-hint"));
            assert_eq!(records(&shop).len(), 0);
        }
        let told = ImportOptions {
            account: Some("乙店".into()),
            ..ImportOptions::default()
        };
        let misspelt = ImportOptions {
            account: Some("乙".into()),
            ..ImportOptions::default()
        };
        let rows = text("林晓,1,1,1,1");
        let refused = shop.desk.import(name, rows.as_bytes(), &misspelt);
        let problem = refused.unwrap_err();
        assert_eq!(problem.message, "problem-account-unknown");
        assert_eq!(problem.argument("near"), Some("乙店"));
        assert_eq!(records(&shop).len(), 0);
        shop.desk.import(name, rows.as_bytes(), &told).unwrap();
        assert_eq!(accounts(&shop), [Some("乙店".to_owned())]);
    }

    #[test]
    fn a_row_is_gone_where_its_own_record_is_not_in_the_corrected_sheet() {
        let mut shop = Shop::new();
        account(&mut shop, "甲店");
        account(&mut shop, "乙店");
        import(
            &mut shop,
            "2026-11-21",
            &["甲店:林晓,1,1,1,1", "甲店:新人,1,1,1,1"],
        );
        // Another account's has others, and the same one spelled wide is the same.
        let report = import(&mut shop, "2026-11-21", &["乙店:小宋,1,1,1,1"]);
        assert!(
            !told(&report)
                .iter()
                .any(|one| one.0 == "import-remark-row-gone")
        );
        let report = import(&mut shop, "2026-11-21", &["甲店：林晓,2,1,1,1"]);
        assert_eq!(counts(&report), (0, 1, 0, 0));
        let gone = told(&report);
        assert_eq!(gone, [("import-remark-row-gone", "甲店:新人")]);
        // By the account that the person says.
        let options = ImportOptions {
            account: Some("乙店".into()),
            ..ImportOptions::default()
        };
        let text = format!("{HEAD}\n小赵,1,1,1,1\n");
        let name = "客服绩效2026-11-21.csv";
        let report = shop.desk.import(name, text.as_bytes(), &options).unwrap();
        assert!(told(&report).contains(&("import-remark-row-gone", "乙店:小宋")));
    }

    #[test]
    fn a_time_of_export_says_nothing_of_a_sheet_of_a_day() {
        let mut shop = Shop::new();
        let options = ImportOptions {
            exported_at: Some(shop.desk.now()),
            ..ImportOptions::default()
        };
        let text = format!("{HEAD}\n林晓,1,1,1,1\n");
        let name = "客服绩效2026-11-20.csv";
        let report = shop.desk.import(name, text.as_bytes(), &options).unwrap();
        let day = report.day.unwrap().day;
        let over = shop.desk.days().unwrap().period(Span::Day, day).to;
        assert_eq!(report.exported_at, Some(over));
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
