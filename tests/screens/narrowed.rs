//! Lists are narrowed by a line: typed, completed, told what is wrong, held, kept as a view.

use zhiban::i18n::Language;
use zhiban::tui::dump;

use crate::shop::Visit;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];
const SIZE: (u16, u16) = (80, 24);

fn screen_of(visit: &Visit, size: (u16, u16)) -> String {
    let (buffer, caret) = visit.view(size);
    assert!(dump::is_whole(&buffer), "{}", dump::text(&buffer));
    assert!(caret.is_none_or(|caret| buffer.area.contains(caret)));
    dump::text(&buffer)
}

fn screen(visit: &Visit) -> String {
    screen_of(visit, SIZE)
}

fn visit(person: &str) -> Visit {
    Visit::new(Some(person), Language::ZhCn, SIZE)
}

/// How many rows the list of what waits says that it has.
fn rows(seen: &str) -> usize {
    let title = seen.lines().find(|row| row.contains("待办")).unwrap();
    let count = title.rsplit('/').next().unwrap();
    let digits: String = count.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("{title}"))
}

#[test]
fn what_waits_is_narrowed_until_escape() {
    let mut visit = visit("林晓");
    let all = rows(&screen(&visit));
    visit.keys("f");
    assert!(visit.view(SIZE).1.is_some(), "the line has the caret");
    visit.text("登记:跟进");
    visit.keys("Enter");
    let seen = screen(&visit);
    let left = rows(&seen);
    assert!(left > 0 && left < all, "{left} of {all}\n{seen}");
    assert!(
        seen.contains("筛 登记:跟进") && seen.contains("Esc 清除"),
        "{seen}"
    );
    assert!(!seen.contains(" 会话 "), "{seen}");
    // The line comes back with what holds, to be changed.
    visit.keys("f");
    visit.text(" 不会有的字");
    visit.keys("Enter");
    let seen = screen(&visit);
    assert!(seen.contains("「登记:跟进 不会有的字」没找到"), "{seen}");
    visit.keys("Esc");
    assert_eq!(rows(&screen(&visit)), all);
    visit.keys("f");
    visit.text("责任:我");
    visit.keys("Esc");
    let seen = screen(&visit);
    assert_eq!(rows(&seen), all, "Esc takes back what was not asked yet");
    assert!(!seen.contains("筛 "), "{seen}");
}

#[test]
fn tab_completes_keys_and_values_and_turns_through_them() {
    let mut visit = visit("林晓");
    visit.keys("f");
    let seen = screen(&visit);
    assert!(seen.contains(" 状态:  岗位:  责任:"), "{seen}");
    visit.text("ow");
    visit.keys("Tab");
    let seen = screen(&visit);
    assert!(
        seen.contains("筛 责任:") && seen.contains(" 我  无主 "),
        "{seen}"
    );
    visit.keys("Tab");
    assert!(screen(&visit).contains("[我]"), "{}", screen(&visit));
    visit.keys("Tab");
    let seen = screen(&visit);
    assert!(
        seen.contains("筛 责任:无主") && seen.contains("[无主]"),
        "{seen}"
    );
    visit.keys("BackTab");
    visit.text(" 是:逾");
    visit.keys("Tab Enter");
    let seen = screen(&visit);
    assert!(seen.contains("筛 责任:我 是:逾期"), "{seen}");
    assert!(rows(&seen) > 0);
    assert!(
        seen.lines()
            .filter(|row| row.starts_with([' ', '>']))
            .all(|row| !row.contains(" 急 "))
    );
}

#[test]
fn what_is_wrong_is_told_below_the_line_and_its_place_is_selected() {
    for (language, typed, told) in [
        (
            Language::ZhCn,
            "状太:未结",
            "没有「状太」这个条件。是不是 状态？",
        ),
        (Language::ZhTw, "狀太:未結", "是不是 狀態？"),
        (Language::En, "sate:open", "Did you mean state?"),
    ] {
        let mut visit = Visit::new(Some("林晓"), language, SIZE);
        visit.keys("f");
        visit.text(typed);
        let seen = screen(&visit);
        assert!(seen.contains(told), "{seen}");
        visit.keys("Enter");
        assert!(screen(&visit).contains(told), "it holds nothing yet");
        // What is wrong is selected: typing takes its place.
        visit.text(if language == Language::En {
            "state"
        } else {
            "状态"
        });
        visit.keys("Enter");
        let seen = screen(&visit);
        assert!(!seen.contains(told), "{seen}");
    }
}

#[test]
fn a_view_is_kept_and_chosen_by_its_name_on_the_desk_and_in_tables() {
    let mut visit = visit("王主管");
    visit.keys("f");
    visit.text("登记:售后单");
    visit.keys("Ctrl+W");
    visit.text("全店售后");
    visit.keys("Enter");
    let seen = screen(&visit);
    assert!(
        seen.contains("1 只给自己") && seen.contains("2 给全店"),
        "{seen}"
    );
    visit.keys("2");
    let seen = screen(&visit);
    assert!(seen.contains("视图「全店售后」已存，按 v 选它"), "{seen}");
    assert!(seen.contains("筛 全店售后  登记:售后单"), "{seen}");
    let left = rows(&seen);
    visit.keys("v");
    let seen = screen(&visit);
    let chosen = seen.lines().find(|row| row.contains("6 全店售后")).unwrap();
    assert!(chosen.contains('>'), "{seen}");
    visit.keys("Esc Esc v");
    let seen = screen(&visit);
    assert!(
        seen.contains("6 全店售后") && seen.contains("全店 "),
        "{seen}"
    );
    visit.keys("6");
    let seen = screen(&visit);
    assert!(seen.contains("筛 全店售后  登记:售后单"), "{seen}");
    assert_eq!(rows(&seen), left);
    for size in SIZES {
        screen_of(&visit, size);
    }
    visit.keys("v 0");
    assert!(
        !screen(&visit).contains("筛 "),
        "a view of the list takes its place"
    );
    visit.keys("v 6");
    assert!(screen(&visit).contains("筛 全店售后"));
    visit.keys("3");
    assert!(!screen(&visit).contains("筛 "), "by its digit too");
    visit.keys("f");
    visit.text("登记:售后单");
    visit.keys("Enter 0");
    let seen = screen(&visit);
    assert!(seen.contains("筛 登记:售后单"), "what was typed stays");
    visit.keys("Esc");
    visit.keys("F12 4 4 v End Up");
    let views = zhiban::desk::views::names(zhiban::domain::registers::ALL[3]).len();
    visit.keys(&"Up ".repeat(views + 5));
    visit.keys(&"Down ".repeat(views + 1));
    visit.keys("Enter");
    let seen = screen(&visit);
    assert!(seen.contains("筛 全店售后"), "{seen}");
    assert!(seen.contains("售后单"), "{seen}");
    visit.keys("1");
    assert!(!screen(&visit).contains("筛 "), "{}", screen(&visit));
}

#[test]
fn what_is_over_is_looked_at_where_it_is_asked_for() {
    let mut visit = visit("林晓");
    visit.keys("F12 4 4 f");
    visit.text("状态:已告知 金额>999999");
    visit.keys("Enter");
    assert!(screen(&visit).contains("」没找到"), "{}", screen(&visit));
    visit.keys("Esc f");
    visit.text("金额>999999");
    visit.keys("Enter");
    let seen = screen(&visit);
    assert!(
        seen.contains("没结的里没有「金额>999999」。加 状态:全部"),
        "{seen}"
    );
    let table = |visit: &Visit| {
        let question = visit.app.desk().question("state:closed").unwrap();
        let case = zhiban::domain::registers::by_name("case").unwrap();
        visit
            .app
            .desk()
            .asked(case, None, &question, 100)
            .unwrap()
            .len()
    };
    visit.keys("Esc f");
    visit.text("状态:已结");
    visit.keys("Enter");
    let (seen, count) = (screen(&visit), table(&visit));
    assert!(
        count > 0 && seen.contains(&format!(" {count}  ")),
        "{count} {seen}"
    );
}

#[test]
fn a_table_is_narrowed_at_every_size_and_in_every_language() {
    for language in Language::ALL {
        let mut visit = Visit::new(Some("林晓"), language, SIZE);
        visit.keys("F12 4 1 f");
        visit.text("state:all 退");
        for size in SIZES {
            screen_of(&visit, size);
        }
        visit.keys("Enter");
        for size in SIZES {
            let seen = screen_of(&visit, size);
            assert!(seen.contains("state:all 退"), "{seen}");
        }
        visit.keys("f");
        visit.text(" xyzzyplugh");
        visit.keys("Enter");
        assert!(
            screen(&visit).contains("xyzzyplugh"),
            "what was asked is said"
        );
        visit.keys("Esc");
        assert!(!screen(&visit).contains("state:all"));
    }
}

#[test]
fn messages_left_are_told_by_their_kind_and_have_a_view() {
    use zhiban::desk::todo::{Mark, View};
    let mut visit = visit("林晓");
    let todo = visit.app.desk().todo(View::All).unwrap();
    let left = |row: &zhiban::store::Row| {
        row.fields
            .get("channel")
            .is_some_and(|channel| channel == "board")
            && row.ours
    };
    let items = || todo.buyers.iter().flat_map(|buyer| &buyer.items);
    let count = items().filter(|item| left(&item.row)).count();
    let first = todo.buyers[0].first();
    assert!(left(&first.row) && first.mark == Mark::Overdue);
    let seen = screen(&visit);
    let row = seen.lines().find(|row| row.contains("夜猫子")).unwrap();
    assert!(row.contains("逾") && row.contains("留言"), "{row}");
    visit.keys("v");
    let seen = screen(&visit);
    println!("{seen}");
    assert!(seen.contains("5 留言"), "{seen}");
    visit.keys("5");
    let seen = screen(&visit);
    println!("{seen}");
    assert_eq!(rows(&seen), count, "{seen}");
    assert!(count > 0 && seen.contains("[留言]"), "{seen}");
    assert!(!seen.contains(" 会话 "), "{seen}");
    for size in SIZES {
        screen_of(&visit, size);
    }
    visit.keys("0");
    assert_eq!(rows(&screen(&visit)), todo.buyers.len());
}

#[test]
fn an_empty_view_says_which_one_it_is_while_other_things_wait() {
    use zhiban::desk::todo::View;
    let empty = |name: &str| {
        let visit = visit(name);
        let counts = visit.app.desk().todo(View::All).unwrap().counts;
        (counts.all > 0 && counts.unowned == 0).then_some((visit, counts.all))
    };
    let people = visit("林晓").app.desk().people().all().to_vec();
    let found = people.iter().find_map(|person| empty(&person.name));
    let (mut visit, all) = found.expect("somebody for whom nothing is unowned");
    visit.keys("4");
    let seen = screen(&visit);
    println!("{seen}");
    assert!(!seen.contains("没有等你的事"), "{seen}");
    assert!(
        seen.contains("「无主」") && seen.contains(&format!("全部 {all} 件")),
        "{seen}"
    );
    for size in SIZES {
        screen_of(&visit, size);
    }
}
