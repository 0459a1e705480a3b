//! What hands do at the workstation, without a terminal: keys that mean the same in every text,
//! the mouse on what is drawn, and what is said of keys that do nothing.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

#[path = "support/drill.rs"]
mod drill;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Position;
use zhiban::config::{self, Config};
use zhiban::i18n::{Language, Words};
use zhiban::tui::app::Workstation;
use zhiban::tui::clipboard::{Copied, Road};
use zhiban::tui::dump;
use zhiban::tui::keymap::Keymap;
use zhiban::tui::keys::{Code, Input, Key, Mouse, Press};
use zhiban::tui::run::{App, Effect, Effects, Message, Signal};

use drill::desk;

/// A workstation with buyers who wait.
struct Stage {
    app: Workstation,
    size: (u16, u16),
    copied: Vec<String>,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn new(size: (u16, u16), buyers: usize) -> Self {
        Self::with(size, buyers, Config::default())
    }

    fn with(size: (u16, u16), buyers: usize, config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = desk(folder.path(), "青禾家居旗舰店", "林晓");
        for at in 0..buyers {
            let talk = desk
                .open_conversation(&format!("买家{at:02}"), "chat")
                .unwrap()
                .record();
            for line in 0..40 {
                desk.reply(talk, &format!("第{line:02}句")).unwrap();
            }
        }
        let words = Words::new(Language::ZhCn);
        let app = Workstation::new(desk, config, words, Keymap::load(None).0, size).unwrap();
        Self {
            app,
            size,
            copied: Vec::new(),
            _folder: folder,
        }
    }

    fn take(&mut self, input: Input) -> Effects {
        let effects = self.app.update(Message::Input(input));
        for effect in &effects.list {
            if let Effect::Copy(text) = effect {
                self.copied.push(text.clone());
            }
        }
        effects
    }

    fn keys(&mut self, names: &str) -> &mut Self {
        for name in names.split(' ') {
            let key = Key::parse(name).unwrap_or_else(|| panic!("{name}"));
            self.take(Input::Key(Press::of(key)));
        }
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.take(Input::Key(Press {
                key: Key::plain(Code::Char(c)),
                typed: Some(c),
            }));
        }
        self
    }

    fn mouse(&mut self, what: Mouse, at: (u16, u16)) -> Effects {
        self.take(Input::Mouse(what, at.0, at.1))
    }

    fn click(&mut self, at: (u16, u16)) {
        self.mouse(Mouse::Down, at);
        self.mouse(Mouse::Up, at);
    }

    fn drawn(&self) -> (Vec<String>, Option<Position>) {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        let mut caret = None;
        terminal.draw(|frame| caret = self.app.view(frame)).unwrap();
        let buffer = terminal.backend().buffer();
        assert!(dump::is_whole(buffer), "{}", dump::text(buffer));
        (dump::rows(buffer), caret)
    }

    fn shows(&self, text: &str) -> bool {
        self.drawn().0.iter().any(|row| row.contains(text))
    }

    /// Where a text stands: column and row of its first cell.
    fn find(&self, text: &str) -> (u16, u16) {
        let rows = self.drawn().0;
        let found = rows.iter().enumerate().find_map(|(y, row)| {
            let before = &row[..row.find(text)?];
            let wide = zhiban::text::width::columns(before, zhiban::text::width::Ambiguous::Narrow);
            Some((wide as u16, y as u16))
        });
        found.unwrap_or_else(|| panic!("no {text} in\n{}", rows.join("\n")))
    }

    fn message(&self) -> String {
        let rows = self.drawn().0;
        rows[rows.len() - 2].trim().to_owned()
    }

    /// The row under the cursor.
    fn chosen(&self) -> String {
        let rows = self.drawn().0;
        let row = rows
            .iter()
            .find(|row| row.starts_with('>') || row.contains("│>"));
        row.cloned().unwrap_or_default()
    }
}

#[test]
fn control_c_copies_and_changes_nothing() {
    let mut stage = Stage::new((80, 24), 2);
    stage.keys("Enter").text("四个汉字").keys("Ctrl+C");
    assert_eq!(stage.copied, ["四个汉字"]);
    assert!(stage.shows("四个汉字"), "the draft is there still");
    assert!(!stage.shows("[已复制] 四个汉字"), "nothing is recorded");
    stage.keys("Shift+Left Shift+Left Ctrl+C");
    assert_eq!(stage.copied[1], "汉字");
    stage.keys("Esc Ctrl+C");
    assert!(stage.copied[2].contains("买家0"), "{:?}", stage.copied);
}

#[test]
fn the_same_keys_edit_every_text() {
    // Where each opens a text: composer, capture, find, replies, palette, remark.
    for opens in ["Enter", "F2", "F3", "F4", "F1", "Ctrl+T"] {
        let mut stage = Stage::new((100, 30), 1);
        stage.keys(opens).text("qzqz").keys("Ctrl+A Ctrl+C");
        assert_eq!(stage.copied, ["qzqz"], "{opens}");
        stage.keys("Ctrl+A Ctrl+X");
        assert!(!stage.shows("qzqz"), "{opens}: cut");
        assert_eq!(stage.copied.len(), 2, "{opens}");
        stage.keys("Ctrl+Z");
        assert!(stage.shows("qzqz"), "{opens}: undone");
        stage.keys("Ctrl+F");
        assert!(!stage.shows("qzqz"), "{opens}: redone");
        stage.keys("Ctrl+X");
        assert!(stage.message().contains("还没选中"), "{opens}");
    }
}

#[test]
fn form_fields_are_texts_too() {
    let mut stage = Stage::new((100, 30), 1);
    stage.keys("F12 4").keys("Esc Ins");
    let before = stage.drawn().0;
    let mut row = 0;
    // Down to the first field that takes text.
    while stage.copied.is_empty() && row < 30 {
        stage.text("qzqz").keys("Ctrl+A Ctrl+C Down");
        stage.copied.retain(|text| text == "qzqz");
        row += 1;
    }
    assert_eq!(stage.copied, ["qzqz"], "{}", before.join("\n"));
    stage.keys("Up Ctrl+A Ctrl+X");
    assert!(!stage.shows("qzqz"));
    stage.keys("Ctrl+Z");
    assert!(stage.shows("qzqz"));
}

#[test]
fn no_key_is_swallowed_without_a_word() {
    for key in ["z", "Ctrl+W", "Ctrl+X", "Alt+X", "F11", "F20"] {
        let mut stage = Stage::new((100, 30), 2);
        let chosen = stage.chosen();
        stage.keys(key);
        assert!(
            stage.message().contains(&format!("这里按 {key} 没有用")),
            "{key}"
        );
        assert_eq!(stage.chosen(), chosen);
    }
}

#[test]
fn a_paste_in_a_list_is_offered_and_never_acts() {
    let mut stage = Stage::new((100, 30), 2);
    let before = stage.chosen();
    stage.take(Input::Paste("jc1 催发货 4031902847193518258".into()));
    assert_eq!(stage.chosen(), before);
    assert!(
        stage.message().contains("按 F2 就登记它"),
        "{}",
        stage.message()
    );
    stage.keys("F2");
    assert!(stage.shows("jc1 催发货 4031902847193518258"));
    // Another key lets it go.
    stage.keys("Esc");
    stage.take(Input::Paste("别的话".into()));
    stage.keys("Down F2");
    assert!(!stage.shows("别的话"));
}

#[test]
fn only_a_key_or_a_press_takes_a_message_away() {
    let mut stage = Stage::new((100, 30), 2);
    stage.keys("z");
    let said = stage.message();
    let list = stage.find("买家00");
    for (input, what) in [
        (Input::Mouse(Mouse::Up, 5, 5), "release"),
        (Input::Mouse(Mouse::Drag, 5, 5), "drag"),
        (Input::Mouse(Mouse::WheelUp, 99, 29), "wheel over the keys"),
        (Input::Focus(false), "focus lost"),
        (Input::Focus(true), "focus"),
    ] {
        let effects = stage.take(input);
        assert!(!effects.draw, "{what} draws");
        assert_eq!(stage.message(), said, "{what}");
    }
    stage.mouse(Mouse::WheelDown, list);
    assert_eq!(stage.message(), said, "wheel");
    stage.mouse(Mouse::Down, (50, 15));
    assert_ne!(stage.message(), said, "a press");
}

#[test]
fn the_title_is_there_from_the_start() {
    let mut stage = Stage::new((80, 24), 2);
    let titles: Vec<Effect> = stage.app.begin().list;
    assert!(
        matches!(&titles[..], [Effect::Title(title)] if title.contains("青禾家居")),
        "{titles:?}"
    );
}

#[test]
fn stopped_and_continued_it_goes_on() {
    let mut stage = Stage::new((80, 24), 1);
    for signal in [Signal::Suspending, Signal::Resumed] {
        let effects = stage.app.update(Message::Signal(signal));
        assert!(!effects.list.contains(&Effect::Quit), "{signal:?}");
        let titled = effects
            .list
            .iter()
            .any(|effect| matches!(effect, Effect::Title(_)));
        assert_eq!(
            titled,
            signal == Signal::Resumed,
            "the window was somebody else's"
        );
    }
    let effects = stage.app.update(Message::Signal(Signal::End));
    assert!(effects.list.contains(&Effect::Quit));
}

#[test]
fn a_click_chooses_a_row_and_the_wheel_turns_the_list() {
    for size in [(80, 24), (120, 40), (170, 50)] {
        let mut stage = Stage::new(size, 12);
        let target = (8, stage.find("待办").1 + 5);
        let buyer = stage.drawn().0[usize::from(target.1)]
            .split_whitespace()
            .find(|word| word.starts_with("买家"))
            .unwrap()
            .to_owned();
        stage.click(target);
        assert!(
            stage.chosen().contains(&buyer),
            "{size:?}: {}",
            stage.chosen()
        );
        stage.mouse(Mouse::WheelDown, target);
        assert!(!stage.chosen().contains(&buyer), "{size:?}");
        stage.mouse(Mouse::WheelUp, target);
        assert!(stage.chosen().contains(&buyer), "{size:?}");
    }
}

#[test]
fn the_wheel_over_the_list_leaves_the_caret_where_it_is() {
    for size in [(80, 24), (120, 40)] {
        let mut stage = Stage::new(size, 12);
        stage.keys("Enter").text("写到一半");
        let (rows, caret) = stage.drawn();
        let title = stage.find("待办").1;
        stage.mouse(Mouse::WheelDown, (8, title + 2));
        assert_ne!(stage.drawn().0, rows, "{size:?}: the list did not turn");
        assert_eq!(stage.drawn().1, caret, "{size:?}");
        stage.text("接着");
        assert!(stage.shows("写到一半接着"), "{size:?}");
    }
}

#[test]
fn a_click_chooses_in_menus_palettes_and_forms() {
    let mut stage = Stage::new((100, 30), 3);
    stage.keys("F12");
    let third = stage.find("打单台");
    stage.click(third);
    let row = stage.drawn().0[usize::from(third.1)].clone();
    assert!(row.contains('>'), "{row}");
    stage.keys("Esc F1");
    let command = stage.find("列出所有命令和按键");
    let below = (command.0, command.1 + 4);
    stage.click(below);
    let row = stage.drawn().0[usize::from(below.1)].clone();
    assert!(row.contains("│>"), "{row}");
    stage.mouse(Mouse::WheelUp, below);
    let row = stage.drawn().0[usize::from(below.1)].clone();
    assert!(!row.contains("│>"), "{row}");
}

#[test]
fn the_wheel_turns_the_timeline_and_stops_at_its_ends() {
    let mut stage = Stage::new((120, 40), 2);
    stage.keys("Enter");
    let newest = stage.find("第39句");
    for _ in 0..60 {
        stage.mouse(Mouse::WheelUp, newest);
    }
    assert!(stage.shows("第00句") && !stage.shows("第39句"));
    // What was turned beyond the end needs no turning back.
    stage.mouse(Mouse::WheelDown, newest);
    assert!(!stage.shows("第00句"));
    for _ in 0..30 {
        stage.mouse(Mouse::WheelDown, newest);
    }
    assert!(stage.shows("第39句"));
}

#[test]
fn a_click_sets_the_caret_and_a_drag_selects() {
    let mut stage = Stage::new((120, 40), 2);
    stage.keys("Enter").text("一二三四五六").keys("Esc");
    let start = stage.find("一二三四");
    stage.click((start.0 + 4, start.1));
    assert_eq!(stage.drawn().1, Some(Position::new(start.0 + 4, start.1)));
    stage.text("X");
    assert!(stage.shows("一二X三四"));
    stage.mouse(Mouse::Down, start);
    assert!(stage.mouse(Mouse::Drag, (start.0 + 4, start.1)).draw);
    stage.mouse(Mouse::Up, (start.0 + 4, start.1));
    assert!(!stage.mouse(Mouse::Drag, (start.0, start.1)).draw);
    stage.keys("Ctrl+C");
    assert_eq!(stage.copied, ["一二"]);
}

#[test]
fn a_click_into_the_draft_leaves_the_line_that_narrows_the_list() {
    let mut stage = Stage::new((120, 40), 2);
    stage.keys("Enter").text("一二三四五六").keys("Esc");
    let start = stage.find("一二三四");
    stage.keys("f").text("退款");
    assert!(stage.shows("退款"));
    stage.click((start.0 + 4, start.1));
    assert!(!stage.shows("退款"), "what was not asked yet is left");
    assert_eq!(stage.drawn().1, Some(Position::new(start.0 + 4, start.1)));
    stage.text("X");
    assert!(stage.shows("一二X三四"));
}

#[test]
fn the_line_above_the_draft_is_dragged() {
    for size in [(120, 40), (80, 24)] {
        let mut stage = Stage::new(size, 2);
        stage.keys("Enter");
        let line = |stage: &Stage| {
            let rows = stage.drawn().0;
            rows.iter().position(|row| row.contains("草稿 >")).unwrap() as u16
        };
        let (x, before) = (size.0 - 30, line(&stage));
        stage.mouse(Mouse::Down, (x, before));
        stage.mouse(Mouse::Drag, (x, before - 3));
        assert_eq!(line(&stage), before - 3);
        stage.mouse(Mouse::Drag, (x, 0));
        let highest = line(&stage);
        let title = stage.drawn().0;
        let talk = title
            .iter()
            .position(|row| row.contains("─ 会话 "))
            .unwrap() as u16;
        assert!(highest >= talk + 3, "the conversation keeps its room");
        stage.mouse(Mouse::Drag, (x, size.1 - 1));
        assert!(line(&stage) + 3 <= size.1 - 2, "so does the draft");
        stage.mouse(Mouse::Up, (x, size.1 - 1));
        let kept = line(&stage);
        stage.keys("Ctrl+N");
        assert_eq!(line(&stage), kept, "it stays for the next item");
    }
}

#[test]
fn a_click_where_no_key_row_is_drawn_presses_no_key() {
    let mut stage = Stage::new((80, 7), 2);
    let before = stage.drawn().0;
    for x in 0..80 {
        for y in [5, 6] {
            stage.click((x, y));
        }
    }
    assert_eq!(stage.drawn().0[0], before[0]);
    assert!(stage.shows("待办"), "no form or menu has opened");
    assert!(!stage.shows("F1") && !stage.shows("命令"));
}

#[test]
fn the_line_between_list_and_conversation_is_dragged() {
    let mut stage = Stage::new((120, 40), 2);
    stage.keys("Enter");
    let line = |stage: &Stage| {
        let row = stage.drawn().0[5].clone();
        let before = &row[..row.find('│').unwrap()];
        zhiban::text::width::columns(before, zhiban::text::width::Ambiguous::Narrow) as u16
    };
    let before = line(&stage);
    stage.mouse(Mouse::Down, (before, 5));
    stage.mouse(Mouse::Drag, (before + 9, 5));
    assert_eq!(line(&stage), before + 9);
    stage.mouse(Mouse::Drag, (0, 5));
    assert!(line(&stage) >= 30, "the list keeps its room");
    stage.mouse(Mouse::Drag, (119, 5));
    assert!(line(&stage) <= 80, "so does the conversation");
    stage.mouse(Mouse::Up, (119, 5));
}

#[test]
fn a_key_turns_the_mouse_off_and_on() {
    let mut stage = Stage::new((100, 30), 1);
    let off = stage.take(Input::Key(Press::of(Key::parse("Alt+M").unwrap())));
    assert!(off.list.contains(&Effect::Mouse(false)));
    assert!(stage.message().contains("鼠标已关"));
    let on = stage.take(Input::Key(Press::of(Key::parse("Alt+M").unwrap())));
    assert!(on.list.contains(&Effect::Mouse(true)));
}

#[test]
fn the_cursor_rests_at_the_chosen_row() {
    for size in [(80, 24), (120, 40)] {
        let mut stage = Stage::new(size, 6);
        stage.keys("Down Down");
        let (rows, caret) = stage.drawn();
        let caret = caret.expect("a place for the cursor");
        let row = rows.iter().position(|row| row.starts_with('>')).unwrap();
        assert_eq!(caret, Position::new(0, row as u16), "{size:?}");
        stage.keys("Enter");
        for _ in 0..4 {
            stage.keys("Tab");
            assert!(stage.drawn().1.is_some(), "{size:?}");
        }
    }
}

#[test]
fn what_has_the_focus_is_told_by_a_mark() {
    let mut stage = Stage::new((120, 40), 2);
    for mark in ["> 待办", "> 草稿", "> 会话", "> [", "> 待办"] {
        assert!(stage.shows(mark), "no {mark}");
        stage.keys(if mark == "> 待办" { "Enter" } else { "Tab" });
    }
}

/// Plain screens are for terminals that may have no other characters of the program's own.
#[test]
fn plain_screens_hold_only_letters_and_words() {
    for theme in [config::Theme::Plain, config::Theme::Bare] {
        let mut config = Config::default();
        config.screen.theme = theme;
        let mut stage = Stage::with((120, 40), 2, config);
        for keys in [
            "Down",
            "Enter",
            "Enter Tab",
            "Enter Tab Tab",
            "F1",
            "F2",
            "F3",
            "F4",
            "F5",
            "F6",
            "F7",
            "F8",
            "F10",
            "F12",
            "F12 3",
            "F12 4",
            "F12 6",
            "F12 7",
            "F12 8",
            "Ctrl+Q",
            "Ctrl+T",
            "Ctrl+G",
            "Ctrl+U",
        ] {
            stage.keys(keys);
            for size in [(80, 24), (120, 40), (170, 50)] {
                stage.size = size;
                let (rows, caret) = stage.drawn();
                // A list without a row has no place for it.
                let is_empty = ["F12 3", "F12 6", "F12 7", "F12 8"].contains(&keys);
                assert!(
                    caret.is_some() || is_empty,
                    "{keys} {size:?}: no place for the cursor\n{}",
                    rows.join("\n")
                );
                for row in rows {
                    let odd = row.chars().find(|c| {
                        let is_word =
                            c.is_alphanumeric() || "，。：；、（）「」《》？！¥".contains(*c);
                        !c.is_ascii() && !is_word
                    });
                    assert_eq!(odd, None, "{keys} {size:?}: {row}");
                }
            }
            stage.keys("Esc Esc Esc Esc");
        }
    }
}

#[test]
fn narrow_key_rows_keep_every_key() {
    for width in [44, 50, 60, 70, 79, 80, 120] {
        let stage = Stage::new((width, 20), 1);
        let rows = stage.drawn().0;
        let last = rows.last().unwrap();
        for key in [
            "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F12",
        ] {
            assert!(last.contains(key), "{width}: no {key} in {last}");
        }
    }
}

/// Random keys, pastes, sizes and presses: nothing panics, every row is whole, the caret is on
/// the screen.
#[test]
fn a_thousand_random_hands_break_nothing() {
    let mut stage = Stage::new((80, 24), 4);
    let mut seed = 20_261_122_u64;
    let mut next = |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    let keys = [
        "F1",
        "F2",
        "F3",
        "F4",
        "F5",
        "F6",
        "F7",
        "F9",
        "F10",
        "F12",
        "Esc",
        "Esc",
        "Tab",
        "Up",
        "Down",
        "Left",
        "Right",
        "Enter",
        "Space",
        "Home",
        "End",
        "PgUp",
        "PgDn",
        "Del",
        "Ins",
        "Backspace",
        "1",
        "2",
        "3",
        "4",
        "a",
        "z",
        "/",
        "Ctrl+A",
        "Ctrl+C",
        "Ctrl+X",
        "Ctrl+Z",
        "Ctrl+F",
        "Ctrl+T",
        "Ctrl+G",
        "Ctrl+N",
        "Shift+Left",
        "Shift+Down",
        "Alt+M",
    ];
    let presses = [
        Mouse::Down,
        Mouse::Drag,
        Mouse::Up,
        Mouse::WheelUp,
        Mouse::WheelDown,
    ];
    for step in 0..1_000 {
        match next(10) {
            0 => {
                let size = (1 + next(160) as u16, 1 + next(50) as u16);
                stage.size = size;
                stage.take(Input::Resize(size.0, size.1));
            }
            1 => {
                stage.take(Input::Paste("粘来的话 4031902847193518258".into()));
            }
            2 | 3 => {
                let at = (
                    next(u64::from(stage.size.0)) as u16,
                    next(u64::from(stage.size.1)) as u16,
                );
                stage.mouse(presses[next(5) as usize], at);
            }
            _ => {
                stage.keys(keys[next(keys.len() as u64) as usize]);
            }
        }
        let (_, caret) = stage.drawn();
        assert!(
            caret.is_none_or(|at| at.x < stage.size.0 && at.y < stage.size.1),
            "step {step}: {caret:?} in {:?}",
            stage.size
        );
    }
}

#[test]
fn choices_of_capture_are_clicked() {
    let mut stage = Stage::new((100, 30), 1);
    stage.keys("F2").text("阳光小屋 催发货");
    let proposed = stage.find("> 2 只记下");
    // The fifth stands below the second.
    stage.click((proposed.0 + 2, proposed.1 + 1));
    assert!(stage.shows("> 5 ") && !stage.shows("> 2 "));
    stage.mouse(Mouse::WheelUp, proposed);
    assert!(stage.shows("> 2 只记下"));
}

#[test]
fn a_plain_text_is_scrolled_and_leaves_the_mouse_to_the_terminal() {
    let mut stage = Stage::new((60, 12), 1);
    stage.keys("Enter");
    let long: Vec<String> = (0..30).map(|at| format!("line {at:02}")).collect();
    stage.take(Input::Paste(long.join("\n")));
    stage.keys("Ctrl+C");
    let plain = Copied {
        road: Road::Plain,
        sure: false,
    };
    let effects = stage.app.update(Message::Copied(plain));
    assert!(effects.list.contains(&Effect::Mouse(false)));
    assert!(stage.shows("line 00") && !stage.shows("line 29"));
    stage.keys("End");
    assert!(stage.shows("line 29") && !stage.shows("line 00"));
    stage.keys("Up");
    assert!(!stage.shows("line 29"));
    let back = stage.take(Input::Key(Press::of(Key::plain(Code::Esc))));
    assert!(back.list.contains(&Effect::Mouse(true)));
}

#[test]
fn a_leaf_of_the_panel_is_turned_by_a_click() {
    let mut stage = Stage::new((120, 40), 2);
    stage.keys("Enter");
    assert!(stage.shows("[订单]"));
    let leaf = stage.find("售后 话术");
    stage.click((leaf.0 + 1, leaf.1));
    assert!(stage.shows("[售后]") && !stage.shows("[订单]"));
    stage.keys("Left");
    assert!(stage.shows("[备注]"), "the panel has the focus");
}
