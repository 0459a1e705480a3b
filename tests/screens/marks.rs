//! Marked rows: the next act takes all of them, says what it leaves alone, and one undo takes
//! all of it back.

use std::collections::BTreeSet;

use zhiban::desk::todo::View;
use zhiban::domain::id::Id;
use zhiban::domain::register::{Owner, Post};
use zhiban::i18n::Language;
use zhiban::tui::dump;

use crate::shop::Visit;

const SIZE: (u16, u16) = (80, 24);

fn visit() -> Visit {
    Visit::new(Some("林晓"), Language::ZhCn, SIZE)
}

fn screen(visit: &Visit) -> String {
    let (buffer, _) = visit.view(SIZE);
    assert!(dump::is_whole(&buffer), "{}", dump::text(&buffer));
    dump::text(&buffer)
}

/// The first rows as the list shows them.
fn first(visit: &Visit, count: usize) -> Vec<Id> {
    let todo = visit.app.desk().todo(View::All).unwrap();
    let rows = todo.buyers.iter().map(|buyer| buyer.first().row.id);
    rows.take(count).collect()
}

fn owners(visit: &Visit, items: &[Id]) -> Vec<Option<Owner>> {
    let owner = |id: &Id| visit.app.desk().record(*id).unwrap().0.owner;
    items.iter().map(owner).collect()
}

fn waiting(visit: &Visit) -> BTreeSet<Id> {
    let todo = visit.app.desk().todo(View::All).unwrap();
    let items = todo.buyers.iter().flat_map(|buyer| &buyer.items);
    items.map(|item| item.row.id).collect()
}

#[test]
fn marked_rows_are_handed_on_with_a_preview_and_taken_back_by_one_key() {
    let mut visit = visit();
    let items = first(&visit, 3);
    let before = owners(&visit, &items);
    visit.keys("Space Space Space");
    assert!(screen(&visit).contains("已标 3"), "{}", screen(&visit));
    visit.keys("Ctrl+G");
    assert!(screen(&visit).contains("3 件"), "{}", screen(&visit));
    visit.keys("3 2 Enter");
    let seen = screen(&visit);
    println!("{seen}");
    assert!(
        seen.contains("转交 ") && seen.contains("做 3 件  不动 0 件"),
        "{seen}"
    );
    assert_eq!(owners(&visit, &items), before, "nothing is written yet");
    visit.keys("Enter");
    let seen = screen(&visit);
    assert!(seen.contains("3 件，一次撤销全部退回"), "{seen}");
    assert!(seen.contains("已标 0"), "{seen}");
    let after = owners(&visit, &items);
    assert!(
        after
            .iter()
            .all(|owner| *owner == after[0] && owner.is_some())
    );
    assert!(matches!(after[0], Some(Owner::Post(post)) if Post::ALL.contains(&post)));
    visit.keys("Ctrl+Z");
    assert_eq!(owners(&visit, &items), before);
}

#[test]
fn a_range_is_marked_and_snoozed_with_the_keys_of_one() {
    let mut visit = visit();
    let (items, all) = (first(&visit, 4), waiting(&visit));
    visit.keys("Shift+Down Shift+Down Shift+Down");
    assert!(screen(&visit).contains("已标 4"), "{}", screen(&visit));
    visit.keys("F7 3 1");
    let seen = screen(&visit);
    assert!(seen.contains("搁置到 "), "{seen}");
    visit.keys("Enter");
    let left = waiting(&visit);
    assert!(items.iter().all(|id| !left.contains(id)));
    assert_eq!(left.len(), all.len() - 4);
    visit.keys("Ctrl+Z");
    assert_eq!(waiting(&visit), all);
}

#[test]
fn what_is_refused_stands_on_top_with_its_reason() {
    let mut visit = visit();
    visit.keys("Ctrl+A Ctrl+K");
    let seen = screen(&visit);
    println!("{seen}");
    assert!(
        seen.contains("认领") && seen.contains("已经是你的"),
        "{seen}"
    );
    visit.keys("Enter");
    assert!(screen(&visit).contains("件没动"), "{}", screen(&visit));
    // What was not taken stays marked; Esc takes the marks away.
    assert!(!screen(&visit).contains("已标 0"), "{}", screen(&visit));
    visit.keys("Esc");
    assert!(screen(&visit).contains("已标 0"), "{}", screen(&visit));
}

#[test]
fn marked_rows_are_finished_tagged_and_reminded_of() {
    let mut visit = visit();
    visit.keys("Ctrl+A F8");
    let seen = screen(&visit);
    println!("{seen}");
    assert!(seen.contains("完成 "), "{seen}");
    let all = waiting(&visit);
    visit.keys("1");
    let seen = screen(&visit);
    println!("{seen}");
    assert!(seen.contains("要一步步做"), "{seen}");
    visit.keys("Enter");
    let left = waiting(&visit);
    assert!(left.len() < all.len());
    visit.keys("Ctrl+Z");
    assert_eq!(waiting(&visit), all);

    visit.keys("Esc Home Space Space #");
    visit.text("大客户");
    visit.keys("Enter");
    let seen = screen(&visit);
    assert!(
        seen.contains("标签 大客户") && seen.contains("做 2 件"),
        "{seen}"
    );
    visit.keys("Enter Space Space F7 2 1 Enter");
    let seen = screen(&visit);
    assert!(seen.contains("提醒我") && seen.contains("2 件"), "{seen}");
    assert_eq!(waiting(&visit).len(), all.len() + 2);
    visit.keys("Ctrl+Z");
    assert_eq!(waiting(&visit), all);
}

#[test]
fn what_waits_for_the_buyer_is_put_away_by_a_digit() {
    let mut visit = visit();
    let (item, all) = (first(&visit, 1)[0], waiting(&visit));
    visit.keys("F7 3");
    let seen = screen(&visit);
    println!("{seen}");
    assert!(
        seen.contains("1买家回话 2别人动过") && seen.contains("1 1小时后"),
        "{seen}"
    );
    visit.keys("Down Down 1");
    let record = visit.app.desk().record(item).unwrap().0;
    assert_eq!(
        record.text("snoozed_for"),
        Some("reply"),
        "{}",
        screen(&visit)
    );
    assert!(!waiting(&visit).contains(&item));
    visit.keys("Ctrl+Z");
    assert_eq!(waiting(&visit), all);
}

#[test]
fn the_mark_of_all_takes_what_is_folded_away_too() {
    let mut visit = visit();
    let todo = visit.app.desk().todo(View::All).unwrap();
    assert!(
        todo.buyers.len() < todo.counts.all,
        "the sample folds a buyer"
    );
    let marked = |count: usize| format!("已标 {count} ");
    visit.keys("Ctrl+A");
    assert!(screen(&visit).contains(&marked(todo.counts.all)));
    visit.keys("Ctrl+A");
    assert!(screen(&visit).contains(&marked(0)), "{}", screen(&visit));

    // A row's mark is taken away with those of what is folded behind it.
    let at = todo.buyers.iter().position(|buyer| buyer.items.len() > 1);
    let at = at.unwrap();
    let left = todo.counts.all - todo.buyers[at].items.len();
    visit.keys(&format!("Ctrl+A Home {} Space", "Down ".repeat(at)));
    assert!(screen(&visit).contains(&marked(left)), "{}", screen(&visit));
}

/// Whether each of some items has these words said in it.
fn said(visit: &Visit, items: &[Id], text: &str) -> Vec<bool> {
    let says = |id: &Id| {
        let record = visit.app.desk().record(*id).unwrap().0;
        let mut entries = record.entries.iter().filter(|entry| !entry.void);
        entries.any(|entry| entry.say.text.as_deref() == Some(text))
    };
    items.iter().map(says).collect()
}

#[test]
fn marked_rows_are_remarked_together_and_not_the_row_under_the_cursor() {
    let mut visit = visit();
    let items = first(&visit, 4);
    visit.keys("Space Space Space Ctrl+T");
    visit.text("三件都看");
    visit.keys("F8");
    let seen = screen(&visit);
    println!("{seen}");
    assert!(
        seen.contains("内部") && seen.contains("三件都看") && seen.contains("做 3 件  不动 0 件"),
        "{seen}"
    );
    assert_eq!(said(&visit, &items, "三件都看"), [false; 4], "not yet");
    // The draft is there again as long as nothing is written.
    visit.keys("Esc Ctrl+T");
    assert!(screen(&visit).contains("三件都看"), "{}", screen(&visit));
    visit.keys("F8 Enter");
    assert!(screen(&visit).contains("已标 0"), "{}", screen(&visit));
    let after = said(&visit, &items, "三件都看");
    assert_eq!(after, [true, true, true, false]);
    visit.keys("Ctrl+Z");
    assert_eq!(said(&visit, &items, "三件都看"), [false; 4]);
    visit.keys("Home Space Space Ctrl+T");
    assert!(!screen(&visit).contains("三件都看"), "{}", screen(&visit));
}

#[test]
fn marked_rows_are_escalated_together_and_taken_back_by_one_key() {
    let mut visit = visit();
    let items = first(&visit, 4);
    let level = |visit: &Visit| -> Vec<Option<String>> {
        let level = |id: &Id| {
            let record = visit.app.desk().record(*id).unwrap().0;
            record.text("escalated").map(str::to_owned)
        };
        items.iter().map(level).collect()
    };
    assert_eq!(level(&visit), [const { None }; 4]);
    visit.keys("Space Space Space Ctrl+U");
    assert!(screen(&visit).contains("3 件"), "{}", screen(&visit));
    visit.text("买家要见主管");
    visit.keys("Enter");
    let seen = screen(&visit);
    println!("{seen}");
    assert!(
        seen.contains("升级") && seen.contains("做 3 件  不动 0 件"),
        "{seen}"
    );
    assert_eq!(level(&visit), [const { None }; 4], "not yet");
    visit.keys("Enter");
    let after = level(&visit);
    assert!(after[..3].iter().all(Option::is_some), "{after:?}");
    assert_eq!(after[3], None);
    visit.keys("Ctrl+Z");
    assert_eq!(level(&visit), [const { None }; 4]);
}

#[test]
fn what_is_for_one_item_says_so_while_rows_are_marked() {
    for language in Language::ALL {
        for key in ["F5", "F6", "Ctrl+Y"] {
            let mut visit = Visit::new(Some("林晓"), language, (120, 40));
            let shown = |visit: &Visit| dump::text(&visit.view((120, 40)).0);
            visit.keys("Space Space");
            let list = shown(&visit);
            visit.keys(key);
            let seen = shown(&visit);
            println!("{seen}");
            assert!(seen.contains("Ctrl+G"), "{key}\n{seen}");
            let rows = |seen: &str| seen.lines().take(30).map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(rows(&seen), rows(&list), "{key}: nothing else is in front");
        }
    }
}
