//! A register as a list: the views of the desk by a key, each with the rows that belong to it.

use zhiban::desk::query::Question;
use zhiban::domain::registers::{self, conversation};
use zhiban::i18n::Language;
use zhiban::store::{Query, Row};
use zhiban::tui::dump;

use crate::shop::Visit;

const SIZE: (u16, u16) = (80, 24);
const DAY: i64 = 24 * 3_600_000;

fn screen(visit: &Visit) -> String {
    let (buffer, _) = visit.view(SIZE);
    assert!(dump::is_whole(&buffer), "{}", dump::text(&buffer));
    dump::text(&buffer)
}

fn talks(visit: &Visit, is_meant: impl Fn(&Row) -> bool) -> Vec<String> {
    let query = Query {
        registers: vec!["conversation"],
        limit: Some(10_000),
        ..Query::default()
    };
    let rows = visit.app.desk().store().rows(&query).unwrap();
    assert!(rows.len() > 10);
    let meant = rows.iter().filter(|row| is_meant(row));
    let mut ids: Vec<String> = meant.map(|row| row.id.to_string()).collect();
    ids.sort();
    ids
}

fn viewed(visit: &Visit, view: &str, portion: usize) -> Vec<String> {
    let (mut ids, mut after) = (Vec::new(), None);
    let desk = visit.app.desk();
    let listing = desk
        .listing(&conversation::REGISTER, Some(view), &Question::default())
        .unwrap();
    loop {
        let page = desk.page(&listing, after, portion).unwrap();
        ids.extend(page.rows.iter().map(|row| row.id.to_string()));
        after = page.after;
        if after.is_none() {
            ids.sort();
            return ids;
        }
    }
}

#[test]
fn messages_left_and_what_yesterday_left_open_are_what_they_say() {
    let visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    let desk = visit.app.desk();
    let midnight = desk.day_ends(desk.now()).unwrap() - DAY;
    let on_board =
        |row: &Row| row.fields.get("channel").and_then(|value| value.as_str()) == Some("board");
    let left = talks(&visit, |row| {
        row.closed.is_none() && row.ours && on_board(row)
    });
    let waiting = talks(&visit, |row| row.closed.is_none() && row.ours);
    let yesterday = talks(&visit, |row| {
        let was = row.opened >= midnight - DAY && row.opened < midnight;
        was && row.closed.is_none()
    });
    println!("{} {} {}", left.len(), waiting.len(), yesterday.len());
    assert!(!left.is_empty() && left.len() < waiting.len());
    for portion in [1, 3, 500] {
        assert_eq!(viewed(&visit, "left-messages", portion), left);
        assert_eq!(viewed(&visit, "waiting", portion), waiting);
        assert_eq!(viewed(&visit, "yesterday", portion), yesterday);
    }
    let all = desk.view(&conversation::REGISTER, Some("left-messages"), 1_000);
    assert_eq!(all.unwrap().len(), left.len());
}

#[test]
fn a_view_is_chosen_by_its_name_and_stands_in_the_title() {
    for (language, all, name) in [
        (Language::ZhCn, "会话  全部 ", "留言未回"),
        (Language::ZhTw, "對話  全部 ", "留言未回"),
        (Language::En, "  all ", "messages left"),
    ] {
        let mut visit = Visit::new(Some("林晓"), language, SIZE);
        visit.keys("F12 4");
        let place = registers::ALL
            .iter()
            .position(|register| register.name == "conversation");
        visit.keys(&"Up ".repeat(registers::ALL.len()));
        visit.keys(&"Down ".repeat(place.unwrap()));
        visit.keys("Enter");
        let seen = screen(&visit);
        println!("{seen}");
        assert!(seen.contains(all), "{seen}");
        let left = viewed(&visit, "left-messages", 500).len();
        visit.keys("v");
        println!("{}", screen(&visit));
        visit.keys("4");
        let seen = screen(&visit);
        println!("{seen}");
        assert!(seen.contains(&format!("  {name} {left} ")), "{seen}");
        visit.keys("1");
        assert!(!screen(&visit).contains(name), "open ones, by their digit");
        visit.keys("v Esc");
        assert!(
            !screen(&visit).contains(name),
            "the menu goes, the view stays"
        );
    }
}

#[test]
fn a_view_without_rows_says_so_and_another_register_keeps_what_it_has_too() {
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    visit.keys("F12 4 1 2");
    assert!(screen(&visit).contains("  已结 "), "{}", screen(&visit));
    visit.keys("Tab 2");
    assert!(screen(&visit).contains("  已结 "), "{}", screen(&visit));
    let register = registers::ALL[1];
    let views = zhiban::desk::views::names(register);
    let empty = views.iter().position(|view| {
        let rows = visit.app.desk().view(register, Some(view), 1);
        rows.unwrap().is_empty()
    });
    visit.keys("v");
    visit.keys(&"Up ".repeat(views.len()));
    visit.keys(&"Down ".repeat(empty.unwrap() + 1));
    visit.keys("Enter");
    let seen = screen(&visit);
    println!("{seen}");
    assert!(seen.contains("这个视图里没有"), "{seen}");
}
