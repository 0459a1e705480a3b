//! Looking back: the desk as it was, to look around in and to change nothing.

use zhiban::i18n::{Language, Words};
use zhiban::tui::commands::Command;
use zhiban::tui::dump;

use crate::shop::Visit;

const SIZE: (u16, u16) = (80, 24);

fn screen(visit: &Visit) -> String {
    let (buffer, _) = visit.view(SIZE);
    assert!(dump::is_whole(&buffer), "{}", dump::text(&buffer));
    dump::text(&buffer)
}

/// Runs a command by the palette.
fn palette(visit: &mut Visit, command: Command, language: Language) {
    let name = Words::new(language).get(&command.doc_id()).to_string();
    visit.keys("F1");
    visit.text(&name);
    visit.keys("Enter");
}

/// Asks for a time by the palette.
fn look_back(visit: &mut Visit, time: &str) {
    look_back_in(visit, time, Language::ZhCn);
}

fn look_back_in(visit: &mut Visit, time: &str, language: Language) {
    palette(visit, Command::LookBack, language);
    visit.text(time);
    visit.keys("Enter");
}

/// Whether it says that nothing can be changed here, not only above it all.
fn refuses(visit: &Visit) -> bool {
    let shown = screen(visit);
    shown.contains("按 Esc 回到现在") && shown.contains("回看 15:45")
}

#[test]
fn a_time_gone_by_is_looked_at_and_not_changed() {
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    // Something happens now.
    visit.keys("Enter");
    visit.text("稍等，我去看");
    visit.keys("F9");
    let now = screen(&visit);
    let events = visit.app.desk().store().tide().unwrap().events;
    assert!(now.contains("稍等，我去看"), "{now}");

    look_back(&mut visit, "1m");
    let then = screen(&visit);
    assert!(
        then.contains("回看 15:45") && !then.contains("稍等，我去看"),
        "{then}"
    );
    // Items open and lists turn, as on any day.
    visit.keys("Down Enter Esc F3");
    assert!(screen(&visit).contains("查找 F3"), "{}", screen(&visit));
    visit.keys("Esc F12 4");
    assert!(screen(&visit).contains("回看 15:45"), "{}", screen(&visit));
    visit.keys("Esc");
    // What would change something says why it does not, and how it would.
    for key in ["F9", "F6", "F8", "Ctrl+G"] {
        visit.keys(key);
        assert!(refuses(&visit), "{key}: {}", screen(&visit));
    }
    assert_eq!(visit.app.desk().store().tide().unwrap().events, events);
    // Out of the table, then out of the time gone by.
    visit.keys("Esc Esc");
    let back = screen(&visit);
    assert!(
        !back.contains("回看") && back.contains("稍等，我去看"),
        "{back}"
    );
}

#[test]
fn a_time_that_is_none_is_asked_again() {
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    for (time, says) in [
        ("2020-01-01", "还什么都没有"),
        ("2026-12-01", "还没到"),
        ("那天", "不是时间"),
    ] {
        look_back(&mut visit, time);
        let said = screen(&visit);
        assert!(
            said.contains(says) && said.contains("回看什么时间"),
            "{time}: {said}"
        );
        visit.keys("Esc");
    }
}

#[test]
fn what_would_be_done_now_is_refused_before_it_is_asked() {
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    look_back(&mut visit, "1m");
    visit.keys("F12 4 Enter");
    for command in [
        Command::Erase,
        Command::Attach,
        Command::Note,
        Command::Finish,
        Command::TextBlock,
        Command::LookBack,
    ] {
        palette(&mut visit, command, Language::ZhCn);
        assert!(refuses(&visit), "{command:?}: {}", screen(&visit));
        visit.keys("Right");
        assert!(!refuses(&visit), "{command:?}: {}", screen(&visit));
    }
}

#[test]
fn a_paste_is_no_new_record_in_a_time_gone_by() {
    use zhiban::tui::keys::Input;
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.csv");
    std::fs::write(&file, "订单编号,买家\n1,2\n").unwrap();
    let file = file.display().to_string();
    look_back(&mut visit, "1m");
    for before in ["", "F3"] {
        visit.keys(before);
        for pasted in [
            "小鹿 2026-11-22 15:00:00\n在吗\n小鹿 2026-11-22 15:01:00\n亲",
            &file,
        ] {
            let shown = visit.input(Input::Paste(pasted.into()));
            assert!(shown.draw && refuses(&visit), "{}", screen(&visit));
            assert_eq!(screen(&visit).contains("查找 F3"), before == "F3");
        }
    }
    // What is not found is not recorded, and what is pasted into a line is looked for.
    visit.input(Input::Paste("没有这样的词".into()));
    assert!(screen(&visit).contains("没有这样的词"));
    visit.keys("Enter");
    assert!(refuses(&visit), "{}", screen(&visit));
    visit.keys("F2");
    assert!(refuses(&visit), "{}", screen(&visit));
}

#[test]
fn a_box_lies_over_what_was_open_in_a_time_gone_by() {
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    look_back(&mut visit, "1m");
    visit.keys("F12 4");
    let table = screen(&visit);
    let title = table.lines().nth(2).unwrap();
    visit.keys("F12");
    let boxed = screen(&visit);
    assert_ne!(table, boxed);
    assert_eq!(boxed.lines().nth(2).unwrap(), title, "{boxed}");
}

#[test]
fn another_language_reaches_a_time_gone_by_and_its_line_is_read_whole() {
    let rows = |visit: &Visit| {
        let shown = screen(visit);
        let rows = shown.lines().skip(1).take(20).map(str::to_owned);
        rows.collect::<Vec<_>>()
    };
    let mut language = Language::ZhCn;
    let mut visit = Visit::new(Some("林晓"), language, SIZE);
    look_back(&mut visit, "1m");
    for _ in Language::ALL {
        palette(&mut visit, Command::NextLanguage, language);
        let at = Language::ALL.iter().position(|one| *one == language);
        language = Language::ALL[(at.unwrap() + 1) % Language::ALL.len()];
        let mut other = Visit::new(Some("林晓"), language, SIZE);
        look_back_in(&mut other, "1m", language);
        assert_eq!(rows(&visit), rows(&other));
        let (narrow, _) = other.view((60, 24));
        let narrow = dump::text(&narrow);
        let banner = Words::new(language).with("past-banner", &[("time", "15:45".into())]);
        assert!(narrow.contains(&banner), "{banner}: {narrow}");
    }
}
