//! Once no key has come for a moment, the right half shows the item under the list's cursor.

use std::time::Duration;

use zhiban::desk::todo::View;
use zhiban::domain::id::Id;
use zhiban::i18n::Language;
use zhiban::tui::dump;
use zhiban::tui::keys::{Input, Key, Press};
use zhiban::tui::run::{App, Effect, Effects, Message};

use crate::shop::Visit;

const SIZE: (u16, u16) = (120, 40);

fn visit(size: (u16, u16)) -> Visit {
    Visit::new(Some("林晓"), Language::ZhCn, size)
}

fn press(visit: &mut Visit, key: &str) -> Effects {
    visit.input(Input::Key(Press::of(Key::parse(key).unwrap())))
}

/// What asks for a wake once no key has come for 40 ms.
fn asked(effects: &Effects) -> Option<u32> {
    effects.list.iter().find_map(|effect| match effect {
        Effect::Wake(token, after) if *after == Duration::from_millis(40) => Some(*token),
        _ => None,
    })
}

/// Presses a key and lets the time pass that was asked for; returns whether any was.
fn rest(visit: &mut Visit, key: &str) -> bool {
    let effects = press(visit, key);
    let Some(token) = asked(&effects) else {
        return false;
    };
    visit.app.update(Message::Wake(token));
    true
}

/// The first line of the right half: whose talk it is.
fn talk(visit: &Visit) -> String {
    let (buffer, _) = visit.view(SIZE);
    assert!(dump::is_whole(&buffer));
    let row = dump::rows(&buffer).swap_remove(1);
    row.split('┼').nth(1).unwrap_or_default().to_owned()
}

fn rows(visit: &Visit) -> Vec<(Id, String)> {
    let todo = visit.app.desk().todo(View::All).unwrap();
    let firsts = todo.buyers.iter().map(|buyer| buyer.first().row.clone());
    let named = firsts.map(|row| (row.id, row.title.unwrap_or_default()));
    named.collect()
}

fn copied(effects: &Effects) -> Option<&str> {
    effects.list.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.as_str()),
        _ => None,
    })
}

#[test]
fn the_right_half_follows_the_cursor_once_it_rests() {
    let mut visit = visit(SIZE);
    let rows = rows(&visit);
    let first = talk(&visit);
    assert!(first.contains(&rows[0].1), "{first}");
    let steps = |visit: &Visit, at: usize| {
        let (record, _) = visit.app.desk().record(rows[at].0).unwrap();
        (
            record.owner,
            record.steps.len(),
            record.entries.len(),
            record.last,
        )
    };
    let before: Vec<_> = (0..4).map(|at| steps(&visit, at)).collect();
    for at in 1..4 {
        // Nothing is read on the key itself, however long it is held.
        let effects = press(&mut visit, "Down");
        assert!(asked(&effects).is_some());
        assert_eq!(talk(&visit), first, "only at rest");
        if at == 3 {
            visit.app.update(Message::Wake(asked(&effects).unwrap()));
        }
    }
    assert!(talk(&visit).contains(&rows[3].1), "{}", talk(&visit));
    // It was only looked at: the list has the focus, and nothing was done with the item.
    let after: Vec<_> = (0..4).map(|at| steps(&visit, at)).collect();
    assert_eq!(after, before);
    assert!(rest(&mut visit, "Up"));
    assert!(talk(&visit).contains(&rows[2].1), "{}", talk(&visit));
    assert!(!rest(&mut visit, "Esc"), "it is there already");
    // At rest no frame is drawn without need.
    let effects = visit.app.update(Message::Wake(5));
    assert!(!effects.draw);
}

#[test]
fn a_draft_that_was_begun_stays_in_sight_and_says_whose_it_is() {
    let mut visit = visit(SIZE);
    let rows = rows(&visit);
    visit.keys("Enter");
    visit.text("在的");
    visit.keys("Esc");
    let shown = talk(&visit);
    assert!(!rest(&mut visit, "Down"));
    assert_eq!(talk(&visit), shown);
    let effects = press(&mut visit, "F9");
    assert_eq!(copied(&effects), None, "first it is said whose it is");
    let (buffer, _) = visit.view(SIZE);
    let seen = dump::text(&buffer);
    let said = seen.lines().find(|line| line.contains("草稿是"));
    assert!(said.unwrap().contains(&rows[0].1), "{seen}");
    // Another row, and it is said again.
    visit.keys("Down");
    assert_eq!(copied(&press(&mut visit, "F9")), None);
    let effects = press(&mut visit, "F9");
    assert_eq!(copied(&effects), Some("在的"));
    let (record, _) = visit.app.desk().record(rows[0].0).unwrap();
    let last = record.entries.last().unwrap();
    assert_eq!(last.say.text.as_deref(), Some("在的"));
}

#[test]
fn a_draft_that_is_kept_comes_with_its_item_and_holds_nothing_up() {
    let mut visit = visit(SIZE);
    let rows = rows(&visit);
    visit.keys("Down Enter");
    visit.text("稍等");
    visit.keys("Home Esc Up Enter Esc");
    assert!(rest(&mut visit, "Down"));
    let (buffer, _) = visit.view(SIZE);
    let seen = dump::text(&buffer);
    assert!(talk(&visit).contains(&rows[1].1), "{seen}");
    assert!(seen.contains("稍等"), "{seen}");
    assert!(rest(&mut visit, "Down"));
    assert!(talk(&visit).contains(&rows[2].1), "{}", talk(&visit));
    assert!(rest(&mut visit, "Up"));
    let (buffer, _) = visit.view(SIZE);
    assert!(dump::text(&buffer).contains("稍等"));
}

#[test]
fn what_follows_goes_on_after_a_kept_draft_went_out_or_was_emptied() {
    // What was answered waits at the end of the list.
    for (keys, goes_out, next) in [
        ("F9", true, "Up"),
        ("Enter Ctrl+A Backspace Esc", false, "Down"),
    ] {
        let mut visit = visit(SIZE);
        let rows = rows(&visit);
        visit.keys("Down Enter");
        visit.text("稍等");
        visit.keys("Home Esc Up Enter Esc");
        assert!(rest(&mut visit, "Down"));
        visit.keys(keys);
        let (record, _) = visit.app.desk().record(rows[1].0).unwrap();
        let last = record.entries.last().and_then(|one| one.say.text.clone());
        assert_eq!(last.as_deref() == Some("稍等"), goes_out);
        assert!(rest(&mut visit, next), "{keys}");
        let mut titles = rows.iter().skip(2).map(|(_, title)| title);
        let shown = talk(&visit);
        assert!(titles.any(|title| shown.contains(title)), "{shown}");
        assert!(!shown.contains(&rows[1].1), "{keys}: {shown}");
    }
}

#[test]
fn where_one_half_is_on_screen_nothing_follows() {
    let mut visit = visit((80, 24));
    assert!(!rest(&mut visit, "Down"));
    visit.draw(SIZE);
    assert!(rest(&mut visit, "Down"));
    // Behind what stands in front, and behind the gate, nothing moves.
    let effects = press(&mut visit, "Down");
    let token = asked(&effects).unwrap();
    let shown = talk(&visit);
    assert_eq!(asked(&press(&mut visit, "F7")), None);
    visit.app.update(Message::Wake(token));
    visit.keys("Esc");
    assert_eq!(talk(&visit), shown);
}

/// The list's row under the cursor.
fn under_cursor(visit: &Visit) -> String {
    let rows = dump::rows(&visit.view(SIZE).0).into_iter();
    let row = rows.map(|row| row.split('│').next().unwrap_or_default().to_owned());
    let mut row = row.filter(|row| row.starts_with('>'));
    row.next().expect("no row is under the cursor")
}

#[test]
fn after_an_act_the_cursor_stays_with_the_buyer_who_has_more_to_do() {
    for language in Language::ALL {
        let mut visit = Visit::new(None, language, SIZE);
        visit.keys(&"Down ".repeat(6));
        let before = under_cursor(&visit);
        assert!(
            before.contains("阳光小屋") && before.contains("+2"),
            "{before}"
        );
        visit.keys("Enter");
        visit.text("您好");
        assert_eq!(copied(&press(&mut visit, "F9")), Some("您好"));
        visit.keys("Esc");
        let after = under_cursor(&visit);
        assert!(after.contains("阳光小屋"), "{before}\n{after}");
        assert_ne!(after, before, "another of the three stands for them");
    }
}

#[test]
fn a_buyers_items_are_folded_up_without_leaving_the_buyer() {
    let mut visit = visit(SIZE);
    visit.keys(&"Down ".repeat(6));
    visit.keys("Right Down Down");
    assert!(!under_cursor(&visit).contains("+2"));
    visit.keys("Left");
    let row = under_cursor(&visit);
    assert!(row.contains("阳光小屋") && row.contains("+2"), "{row}");
}

#[test]
fn what_is_finished_is_left_for_the_row_that_comes_in_its_place() {
    let mut visit = visit(SIZE);
    let rows = rows(&visit);
    let talk = visit.app.desk().todo(View::All).unwrap();
    let is_more = |at: &usize| {
        let items = &talk.buyers[*at].items;
        items.len() > 1 && items[0].row.register == "conversation"
    };
    let at = (0..rows.len()).find(is_more).unwrap();
    visit.keys(&"Down ".repeat(at));
    let before = under_cursor(&visit);
    visit.keys("F8 1");
    let open = visit.app.desk().record(rows[at].0).unwrap().0;
    println!("{}", dump::text(&visit.view(SIZE).0));
    assert!(open.closed.is_some(), "{before}");
    let after = under_cursor(&visit);
    assert!(after.contains(&rows[at + 1].1), "{before}\n{after}");
}
