//! The workstation's fields: every text pasted and typed into each of them, and every key that
//! follows, drawn at three sizes.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use zhiban::config::Config;
use zhiban::desk::Desk;
use zhiban::desk::import::ImportOptions;
use zhiban::i18n::{Language, Words};
use zhiban::tui::app::Workstation;
use zhiban::tui::dump;
use zhiban::tui::keymap::Keymap;
use zhiban::tui::keys::{Code, Input, Key, Press};
use zhiban::tui::run::{App, Message};

use crate::drill::{NOW, desk};
use crate::hostile::{Hostile, for_words, leak, texts};

/// Beside the chat client, full screen, and nearly nothing.
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (20, 5)];
/// How much of a text is typed; the rest is pasted only.
const TYPED: usize = 60;

/// A field: its name and the keys that lead there from the desk's list.
const FIELDS: &[(&str, &str)] = &[
    ("capture", "F2"),
    ("capture, corrected buyer", "F2 x Tab"),
    ("find", "F3"),
    ("replies", "F4"),
    ("composer", "Enter"),
    ("remark", "Ctrl+T"),
    ("note, order", "F5"),
    ("note, what was", "F5 Down Down Down"),
    ("note, what shall be", "F5 Down Down Down Down"),
    ("case, order", "F6"),
    ("case, evidence", "F6 Down Down Down Down"),
    ("case, amount", "F6 Down Down Down Down Down"),
    ("follow-up, promise", "F7 1"),
    ("follow-up, amount", "F7 1 Down"),
    ("follow-up, time", "F7 1 Down Down Down"),
    ("handover, first field", "F10 Tab"),
    ("handover, second field", "F10 Tab BackTab BackTab"),
    ("handover, notice", "F10 Ins"),
    ("new record, words", "F12 4 8 Ins"),
    ("new record, another field", "F12 4 8 Ins Down Down"),
    ("palette", "F1"),
    ("list", ""),
    ("timeline", "Enter Tab"),
];

/// What is pressed after the text.
const AFTER: [&str; 3] = ["Enter", "F9", "F8"];

/// The workstation with one text in one field, and what was wrong.
struct Stage {
    app: Option<Workstation>,
    every: bool,
    draws: usize,
    faults: BTreeMap<String, usize>,
}

impl Stage {
    fn new(every: bool) -> Self {
        Self {
            app: None,
            every,
            draws: 0,
            faults: BTreeMap::new(),
        }
    }

    fn press(&mut self, key: Key, typed: Option<char>) {
        let app = self.app.as_mut().unwrap();
        app.update(Message::Input(Input::Key(Press { key, typed })));
    }

    fn keys(&mut self, keys: &str) {
        for key in keys.split(' ').filter(|key| !key.is_empty()) {
            let press = Press::of(Key::parse(key).unwrap());
            self.press(press.key, press.typed);
        }
    }

    fn draw(&mut self, what: &str) {
        // One frame costs more than all else: with many texts the sizes take turns.
        let turn = self.draws % SIZES.len();
        let sizes = SIZES.iter().copied().enumerate();
        for (_, (width, height)) in sizes.filter(|(at, _)| self.every || *at == turn) {
            self.draws += 1;
            let app = self.app.as_mut().unwrap();
            app.update(Message::Input(Input::Resize(width, height)));
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            terminal.draw(|frame| _ = app.view(frame)).unwrap();
            let buffer = terminal.backend().buffer();
            let bad = buffer
                .content
                .iter()
                .find_map(|cell| leak(cell.symbol()).or(line_end(cell.symbol())));
            if let Some(c) = bad {
                *self
                    .faults
                    .entry(format!("{what} at {width}x{height}: {c:?} in a cell"))
                    .or_default() += 1;
            }
            if !dump::is_whole(buffer) {
                let torn = format!("{what} at {width}x{height}: torn\n{}", dump::text(buffer));
                *self.faults.entry(torn).or_default() += 1;
            }
        }
    }

    /// A fresh workstation on the same desk, without the drafts of the last time.
    fn again(&mut self, desk: Desk, keymap: &str) {
        let mut desk = desk;
        let me = desk.me().unwrap().id.to_string();
        for draft in desk.store().drafts(&me).unwrap() {
            desk.store_mut().clear_draft(&me, &draft.key).unwrap();
        }
        let words = Words::new(Language::ZhCn);
        let app = Workstation::new(
            desk,
            Config::default(),
            words,
            Keymap::load(None).0,
            (80, 24),
        )
        .unwrap();
        self.app = Some(app);
        self.keys(keymap);
    }
}

fn line_end(symbol: &str) -> Option<char> {
    symbol.contains('\n').then_some('\n')
}

/// A shop with an order, a talk about it and a promise.
fn shop(folder: &std::path::Path) -> Desk {
    let mut desk = desk(folder, "青禾家居旗舰店", "林晓");
    let orders = "订单编号,买家会员名,订单状态,买家实际支付金额,订单创建时间,订单付款时间,宝贝标题\n4031902847193518258,阳光小屋,买家已付款，等待卖家发货,129.00,2026-11-20 10:00:00,2026-11-20 10:05:00,锅\n";
    desk.import("orders.csv", orders.as_bytes(), &ImportOptions::default())
        .unwrap();
    let line = desk
        .capture_preview("阳光小屋 4031902847193518258 催发货")
        .unwrap();
    desk.capture(&line).unwrap();
    let talk = desk.open_conversation("阳光小屋", "chat").unwrap().record();
    desk.promise(talk, "18:00 前答复", NOW + 7_200_000, None)
        .unwrap();
    desk
}

/// Plays every text of a share through every field, or through one in seven by turns.
fn play(files: &[Hostile], every: bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(every);
    let mut played = 0;
    let since = std::time::Instant::now();
    // Records that earlier texts left would crowd the list: a new shop now and then.
    for (round, few) in files.chunks(8).enumerate() {
        let mut desk = Some(shop(&folder.path().join(round.to_string())));
        for (at, file) in few.iter().enumerate() {
            let text = file.text();
            let fields = FIELDS.iter().enumerate();
            for (_, (name, keys)) in
                fields.filter(|(place, _)| every || (place + at + round) % 7 == 0)
            {
                for typed in [false, true] {
                    played += 1;
                    let what = format!(
                        "{name}, {} {}",
                        file.name,
                        if typed { "typed" } else { "pasted" }
                    );
                    let came = catch_unwind(AssertUnwindSafe(|| {
                        stage.again(desk.take().unwrap(), keys);
                        enter(&mut stage, &text, typed);
                        stage.draw(&what);
                        for key in AFTER {
                            stage.keys(key);
                            stage.draw(&format!("{what}, {key}"));
                        }
                    }));
                    if came.is_err() {
                        *stage.faults.entry(format!("{what}: panicked")).or_default() += 1;
                    }
                    desk = stage.app.take().map(Workstation::into_desk);
                    desk.get_or_insert_with(|| {
                        shop(&folder.path().join(format!("after {played}")))
                    });
                }
            }
        }
        assert!(desk.unwrap().store().verify().unwrap().clean);
    }
    println!(
        "screen: {} texts, {played} times one into one of {} fields, {} frames drawn, {:?}",
        files.len(),
        FIELDS.len(),
        stage.draws,
        since.elapsed()
    );
    let faults: Vec<&String> = stage.faults.keys().collect();
    assert!(
        faults.is_empty(),
        "{} faults:\n{:.6000}",
        faults.len(),
        format!("{faults:#?}")
    );
}

fn enter(stage: &mut Stage, text: &str, typed: bool) {
    if !typed {
        // As the translator hands pastes on.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        stage
            .app
            .as_mut()
            .unwrap()
            .update(Message::Input(Input::Paste(text)));
        return;
    }
    // C0 bytes arrive as keys with Ctrl, not as characters.
    for c in text
        .chars()
        .filter(|c| *c as u32 >= 0x20 && *c != '\u{7f}')
        .take(TYPED)
    {
        stage.press(Key::plain(Code::Char(c)), Some(c));
    }
}

#[test]
fn our_own_texts_into_every_field() {
    let own: Vec<Hostile> = texts()
        .into_iter()
        .filter(|file| !file.name.contains('/'))
        .collect();
    play(&own, true);
}

#[test]
fn every_other_file_and_text_into_fields_by_turns() {
    let others = for_words()
        .into_iter()
        .filter(|file| file.name.contains('/') || file.name.starts_with("own "));
    play(&others.collect::<Vec<_>>(), false);
}

#[test]
fn a_buyer_with_a_comma_in_the_name_is_the_buyer() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(true);
    stage.again(shop(&folder.path().join("s")), "F2");
    let chat = "王, 小明 (2026-11-22 14:02:05): 在吗\n周 (2026-11-22 14:03:05): 在\n";
    enter(&mut stage, chat, false);
    stage.keys("Enter");
    let desk = stage.app.unwrap().into_desk();
    let register = zhiban::domain::registers::by_name("conversation").unwrap();
    let rows = desk.view(register, None, 10).unwrap();
    assert!(
        rows.iter().any(|row| row.fields["buyer"] == "王, 小明"),
        "{rows:?}"
    );
}

#[test]
fn every_field_is_reached() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(true);
    let mut missed = Vec::new();
    let fields = FIELDS
        .iter()
        .filter(|field| !matches!(field.0, "list" | "timeline"));
    for (at, (name, keys)) in fields.enumerate() {
        stage.again(shop(&folder.path().join(at.to_string())), keys);
        enter(&mut stage, "7319", false);
        let app = stage.app.as_mut().unwrap();
        let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
        terminal.draw(|frame| _ = app.view(frame)).unwrap();
        let seen = dump::text(terminal.backend().buffer());
        if !seen.contains("7319") {
            missed.push(format!("{name}:\n{seen}"));
        }
    }
    assert!(
        missed.is_empty(),
        "{} do not show what was pasted:\n{}",
        missed.len(),
        missed.join("\n")
    );
}

/// Screens and lists on which records stand, by the keys that lead there.
const LISTS: &[&str] = &[
    "Down Down Down Down Down Down",
    "Enter Tab PgUp PgUp",
    "Enter Tab Tab Right Right Right",
    "Right Down Down Enter",
    "F10 Tab Tab Tab",
    "F4 Down Down",
    "F12 2 Down",
    "F12 2 Tab Tab Tab End Right Enter Down Enter",
    "F12 2 BackTab Enter Down Enter",
    "F12 3 Down Down",
    "F12 4 1 Down Enter",
    "F12 4 2 Down Enter",
    "F12 4 3 Down Enter",
    "F12 4 4 Down Enter",
    "F12 4 5 Down Enter",
    "F12 4 8 Down Enter",
    "F12 6 Down Enter",
];

#[test]
fn what_was_taken_stands_on_every_screen_clean() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(true);
    let files: Vec<Hostile> = texts()
        .into_iter()
        .filter(|file| !file.name.contains('/'))
        .collect();
    let mut taken = 0;
    for (round, few) in files.chunks(6).enumerate() {
        let mut desk = shop(&folder.path().join(round.to_string()));
        for file in few {
            taken += put_everywhere(&mut desk, &file.text());
        }
        for keys in LISTS {
            stage.again(desk, keys);
            stage.draw(&format!("{keys} over {}", few[0].name));
            // The message line, the menu and the plain copy repeat what was said.
            for key in ["F9", "Ctrl+R", "F1", "Esc", "Ctrl+E"] {
                stage.keys(key);
                stage.draw(&format!("{keys}, {key} over {}", few[0].name));
            }
            desk = stage.app.take().unwrap().into_desk();
        }
    }
    println!(
        "screen: {taken} records of hostile words on {} screens, {} frames",
        LISTS.len(),
        stage.draws
    );
    assert!(taken > files.len() * 4, "{taken}");
    assert!(
        stage.faults.is_empty(),
        "{:.6000}",
        format!("{:#?}", stage.faults)
    );
}

/// Puts one text into as many records as take it, and returns how many did.
fn put_everywhere(desk: &mut Desk, text: &str) -> usize {
    use serde_json::json;
    use zhiban::desk::act::fields;
    let mut taken = 0;
    let buyer: String = text.chars().take(20).filter(|c| *c != '\n').collect();
    if let Ok(done) = desk.open_conversation(&format!("买{buyer}"), "chat") {
        let talk = done.record();
        taken += usize::from(desk.reply(talk, text).is_ok());
        taken += usize::from(desk.remark(talk, text).is_ok());
        taken += usize::from(desk.promise(talk, text, NOW + 7_200_000, None).is_ok());
    }
    let records = [
        (
            "complaint",
            fields([
                ("words", json!(text)),
                ("buyer", json!(text)),
                ("source", json!("customer")),
            ]),
        ),
        (
            "reply",
            fields([
                ("code", json!(text)),
                ("title", json!(text)),
                ("text", json!(text)),
            ]),
        ),
        ("customer", fields([("buyer", json!(text))])),
    ];
    for (register, values) in records {
        taken += usize::from(desk.open_record(register, values).is_ok());
    }
    let note = zhiban::desk::note::NewNote {
        order: "4031902847193518258".into(),
        kind: "address".into(),
        old: Some(text.into()),
        new: text.into(),
        buyer: Some(text.into()),
        ..zhiban::desk::note::NewNote::default()
    };
    taken + usize::from(desk.open_note(&note).is_ok())
}
