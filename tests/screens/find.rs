//! Find: what was looked for stands out, opens at its place, and nothing found says how far it
//! looked.

use std::fmt::Write as _;

use zhiban::i18n::Language;
use zhiban::tui::dump;
use zhiban::tui::keys::Input;
use zhiban::tui::theme::{Ink, Theme};

use crate::shop::Visit;

const SIZE: (u16, u16) = (80, 24);

fn screen(visit: &Visit) -> String {
    let (buffer, _) = visit.view(SIZE);
    assert!(dump::is_whole(&buffer), "{}", dump::text(&buffer));
    dump::text(&buffer)
}

#[test]
fn nothing_found_says_how_much_was_searched_and_esc_clears() {
    for (language, said) in [
        (Language::ZhCn, "「yt81zz」没找到：搜了 "),
        (Language::ZhTw, "找不到「yt81zz」：搜了 "),
        (Language::En, "Nothing for \"yt81zz\": "),
    ] {
        let mut visit = Visit::new(Some("林晓"), language, SIZE);
        visit.keys("F3");
        visit.text("yt81zz");
        let seen = screen(&visit);
        println!("{seen}");
        let events = visit.app.desk().store().indexed().unwrap();
        assert!(events.events > 300 && events.newest.is_some(), "{events:?}");
        assert!(seen.contains(said), "{seen}");
        assert!(seen.contains("Esc ") && seen.contains("F2 "), "{seen}");
        visit.keys("Esc");
        assert!(!screen(&visit).contains("yt81zz"));
        visit.text("阳光");
        assert!(screen(&visit).contains("阳光小屋"), "the next try at once");
    }
    // Esc on what was found, or on nothing typed, goes back.
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    visit.keys("F3 Esc");
    assert!(screen(&visit).contains("1/19"), "{}", screen(&visit));
}

#[test]
fn what_was_said_opens_at_its_place_and_stands_out_in_the_list() {
    let mut chat = String::new();
    for at in 0..59 {
        let said = if at == 20 {
            "要那种灯芯绒的"
        } else {
            "再看看别的"
        };
        writeln!(chat, "灯火 (2026-11-22 13:{at:02}:05): {said} {at}").unwrap();
    }
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    visit.keys("F2");
    visit.input(Input::Paste(chat));
    visit.keys("Enter");
    visit.keys("Esc Esc F3");
    visit.text("灯芯绒");
    let (buffer, _) = visit.view(SIZE);
    let seen = dump::text(&buffer);
    println!("{seen}");
    let found = Theme::named("dark").style(Ink::Found);
    let lit: String = buffer
        .content
        .iter()
        .filter(|cell| cell.modifier.contains(found.add_modifier))
        .map(|cell| cell.symbol())
        .collect();
    assert!(lit.contains("灯芯绒"), "{lit}\n{seen}");
    visit.keys("Enter");
    let seen = screen(&visit);
    println!("{seen}");
    assert!(seen.contains("要那种灯芯绒的 20"), "{seen}");
    assert!(!seen.contains("再看看别的 58"), "the newest is below");
    visit.keys("Esc F3");
    visit.text("灯火");
    visit.keys("Enter");
}

#[test]
fn what_is_masked_in_the_card_is_masked_in_the_list_until_it_is_asked_for() {
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, (120, 40));
    visit.keys("F3");
    visit.text("武汉市洪山区");
    let seen = dump::text(&visit.view((120, 40)).0);
    println!("{seen}");
    assert!(seen.contains("湖北省武汉市洪山区 ****"), "{seen}");
    assert!(!seen.contains("洪山区示例路"), "{seen}");
    // Asked for, the row under the cursor says it as the card does, the others do not.
    visit.keys("Ctrl+R");
    let seen = dump::text(&visit.view((120, 40)).0);
    let rows = seen.lines().filter(|row| row.contains("洪山区示例路"));
    let rows: Vec<&str> = rows.collect();
    assert!(
        rows.len() == 2 && rows[0].contains("│>单 "),
        "{rows:?} in\n{seen}"
    );
}

#[test]
fn a_snippet_begins_with_a_word_of_the_line_that_says_it() {
    let chat = "灯火 (2026-11-22 13:10:05): 第一行不相干\n\
        the extraordinarily comfortable pillows of your corduroy collection are here\n\
        第三行也不相干\n";
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, (120, 40));
    visit.keys("F2");
    visit.input(Input::Paste(chat.to_owned()));
    visit.keys("Enter");
    visit.keys("Esc Esc F3");
    visit.text("corduroy");
    let seen = dump::text(&visit.view((120, 40)).0);
    println!("{seen}");
    let row = seen
        .lines()
        .find(|row| row.contains("corduroy") && row.contains("│>"));
    let row = row.unwrap_or_else(|| panic!("{seen}"));
    assert!(row.contains(" of your corduroy co"), "{row}");
    assert!(!seen.contains('⏎'), "{seen}");
}

#[test]
fn more_than_a_list_holds_is_looked_for_further_back_from_its_end() {
    let mut chat = String::new();
    for at in 0..59 {
        writeln!(
            chat,
            "灯火 (2026-11-22 13:{at:02}:05): 要灯芯绒的，第{at}件"
        )
        .unwrap();
    }
    for (language, further) in [
        (Language::ZhCn, "搜到 13:"),
        (Language::ZhTw, "搜到 13:"),
        (Language::En, "back to 13:"),
    ] {
        let mut visit = Visit::new(Some("林晓"), language, SIZE);
        visit.keys("F2");
        visit.input(Input::Paste(chat.clone()));
        visit.keys("Enter");
        visit.keys("Esc Esc F3");
        visit.text("灯芯绒");
        let seen = screen(&visit);
        println!("{seen}");
        assert!(seen.contains("50+ ") && seen.contains(further), "{seen}");
        visit.keys(&"PgDn ".repeat(7));
        let seen = screen(&visit);
        println!("{seen}");
        assert!(seen.contains("59 ") && !seen.contains(further), "{seen}");
        visit.keys(&"PgDn ".repeat(2));
        assert!(screen(&visit).contains("第0件"), "the oldest is the last");
    }
}
