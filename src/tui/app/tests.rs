use super::*;
use std::cell::Cell;
use std::rc::Rc;

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::chance::{FixedClock, SeededRandom};
use crate::config::LanguageChoice;
use crate::desk::shop_tests::{self, Shop};
use crate::i18n::Language;
use crate::store::Store;
use crate::tui::commands::Command;
use crate::tui::dump;
use crate::tui::keys::{Key, Press};
use crate::tui::overlays::stage::{NOW, Stage};
use crate::tui::pane::Flow;

/// How many bells and titles an update leads to.
fn rings(effects: &Effects) -> (usize, usize) {
    let count = |is: fn(&Effect) -> bool| effects.list.iter().filter(|one| is(one)).count();
    (
        count(|effect| *effect == Effect::Bell),
        count(|effect| matches!(effect, Effect::Title(_))),
    )
}

#[test]
fn one_solved_and_one_new_is_a_bell() {
    let stage = Stage::new();
    let mut desk = stage.desk;
    let talk = desk.open_conversation("BUYER", "chat").unwrap().record();
    let (config, words) = (Config::default(), Words::new(Language::En));
    let keymap = Keymap::load(None).0;
    let mut app = Workstation::new(desk, config, words, keymap, (80, 24)).unwrap();
    let soon = NOW + 5 * MINUTE;
    let read = |app: &mut Workstation| {
        let mut effects = Effects::none();
        app.reread(&mut effects);
        rings(&effects)
    };
    read(&mut app);
    app.desk.promise(talk, "one", soon, None).unwrap();
    let before = app.status.alarming().clone();
    assert_eq!(read(&mut app), (1, 1), "a new one");
    assert_ne!(*app.status.alarming(), before);
    assert_eq!(read(&mut app), (0, 0), "nothing new");
    // As many as before, and not the same.
    app.desk.undo(None).unwrap();
    app.desk.promise(talk, "other", soon, None).unwrap();
    assert_eq!(read(&mut app), (1, 0));
    app.desk.undo(None).unwrap();
    assert_eq!(read(&mut app), (0, 1), "one less is no bell");
}

#[test]
fn what_the_first_screen_left_out_comes_once_it_stands_and_rings_for_nothing() {
    let (_folder, mut app) = much_waits();
    let last = |app: &mut Workstation| {
        app.run(Command::Last, &mut Effects::none());
        app.home.item()
    };
    let before = last(&mut app);
    let shown = Effect::Wake(START, Duration::ZERO);
    assert!(app.begin().list.contains(&shown));
    let effects = app.update(Message::Wake(START));
    assert!(effects.draw && !app.home.is_glance());
    assert_eq!(rings(&effects).0, 0);
    let waits = app.status.alarming().len();
    assert!(waits >= 60, "{waits}");
    let after = last(&mut app);
    assert_ne!(after, before);
    app.reread(&mut Effects::none());
    assert_eq!(last(&mut app), after, "nothing was left out any more");
    assert!(!app.begin().list.contains(&shown));
    // As loud as ever for what is new.
    let talk = app.desk.open_conversation("NEW", "chat").unwrap().record();
    app.desk.promise(talk, "one", NOW + MINUTE, None).unwrap();
    let mut effects = Effects::none();
    app.reread(&mut effects);
    assert_eq!(rings(&effects).0, 1);
}

#[test]
fn an_item_that_is_hidden_by_what_is_in_front_is_left_alone() {
    for front in [
        Command::Capture,
        Command::AfterSale,
        Command::FollowUp,
        Command::Note,
        Command::Find,
        Command::Replies,
        Command::Screens,
    ] {
        let (_folder, mut app) = much_waits();
        app.run(Command::First, &mut Effects::none());
        assert!(app.home.item().is_some());
        app.run(front, &mut Effects::none());
        assert_eq!(app.front.len(), 1, "{front:?}");
        let before = app.desk.store().heads().unwrap();
        for key in ["Ctrl+K", "Ctrl+G", "Ctrl+U"] {
            let press = Press::of(Key::parse(key).unwrap());
            app.update(Message::Input(Input::Key(press)));
            assert_eq!(app.front.len(), 1, "{front:?} {key}");
        }
        for command in [
            Command::Claim,
            Command::Transfer,
            Command::Escalate,
            Command::Finish,
            Command::NextStep,
        ] {
            assert!(
                !app.global(command, &mut Effects::none()),
                "{front:?} {command:?}"
            );
        }
        assert_eq!(app.desk.store().heads().unwrap(), before, "{front:?}");
        app.update(Message::Input(Input::Key(Press::of(
            Key::parse("Esc").unwrap(),
        ))));
    }
    // Where it is seen they do what they say.
    let (_folder, mut app) = much_waits();
    app.run(Command::First, &mut Effects::none());
    app.run(Command::Transfer, &mut Effects::none());
    assert_eq!(app.front.len(), 1);
}

/// A store in which more waits than a first screen shows, and who works there.
fn much_waits() -> (tempfile::TempDir, Workstation) {
    let Shop { folder, mut desk } = Shop::new();
    for buyer in 0..60 {
        let talk = desk.open_conversation(&format!("BUYER{buyer}"), "chat");
        let talk = talk.unwrap().record();
        desk.promise(talk, "one", NOW + 5 * MINUTE, None).unwrap();
    }
    let (config, words) = (Config::default(), Words::new(Language::En));
    let keymap = Keymap::load(None).0;
    let app = Workstation::new(desk, config, words, keymap, (80, 24)).unwrap();
    assert!(app.home.is_glance());
    (folder, app)
}

#[test]
fn keys_that_come_before_the_rest_is_read_ring_for_nothing_and_pass_no_gate() {
    let (_folder, mut app) = much_waits();
    let mut effects = Effects::none();
    app.reread(&mut effects);
    assert_eq!(rings(&effects).0, 0);
    assert!(!app.home.is_glance());
    let (_folder, mut app) = much_waits();
    app.lock(Asks::Pin, &mut Effects::none());
    app.update(Message::Wake(START));
    assert!(app.home.is_glance() && app.gate.is_some());
    assert!(app.messages.is_empty(), "{:?}", app.messages);
}

#[test]
fn who_came_to_the_shop_before_the_rest_is_read_is_known() {
    let (_folder, mut app) = much_waits();
    app.work_once_shown(Box::new(|_| Workers::default()));
    let store = Store::open(app.desk.store().folder()).unwrap();
    let (clock, random) = (FixedClock(NOW), SeededRandom::new("beside"));
    let mut beside = Desk::open(store, Box::new(clock), Box::new(random)).unwrap();
    shop_tests::colleague(&mut beside, "NEW");
    assert!(app.desk.people().by_name("NEW").is_none());
    app.update(Message::Wake(START));
    assert!(app.desk.people().by_name("NEW").is_some());
}

#[test]
fn each_file_that_cannot_be_attached_is_told_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let large = |name: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, b"\x89PNG\r\n\x1a\n").unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_len(21 << 20).unwrap();
        path.display().to_string()
    };
    let mut desk = Stage::new().desk;
    desk.open_conversation("BUYER", "chat").unwrap();
    let (config, words) = (Config::default(), Words::new(Language::En));
    let keymap = Keymap::load(None).0;
    let mut app = Workstation::new(desk, config, words, keymap, (80, 24)).unwrap();
    let dropped = format!("{}\n{}", large("one.png"), large("two.png"));
    let mut effects = Effects::none();
    assert!(app.dropped(&Input::Paste(dropped), &mut effects));
    for name in ["one.png", "two.png"] {
        let mut told = app.messages.iter();
        assert!(told.any(|told| told.text.contains(name)), "{name}");
    }
}

#[test]
fn what_a_key_changed_is_what_the_settings_show_and_change_back() {
    let (config, words) = (Config::default(), Words::new(Language::ZhCn));
    let keymap = Keymap::load(None).0;
    let mut app = Workstation::new(Stage::new().desk, config, words, keymap, (80, 24)).unwrap();
    let before = app.config.clone();
    let mut effects = Effects::none();
    for command in [
        Command::NextTheme,
        Command::ToggleMouse,
        Command::NextLanguage,
    ] {
        assert!(app.run(command, &mut effects));
    }
    let shown = app.config.clone();
    assert_eq!(shown.screen.theme, app.drawn_as);
    assert_ne!(shown.screen.mouse, before.screen.mouse);
    assert_eq!(shown.language(), app.words.language());
    let mut back = shown;
    back.screen.theme = Choice::Dark;
    back.language = LanguageChoice::ZhCn;
    app.configure(back, &mut effects);
    assert_eq!(app.drawn_as, Choice::Dark);
    assert_eq!(app.words.language(), Language::ZhCn);
}

#[test]
fn threads_begin_once_the_first_screen_stands_and_nothing_is_missed_until_then() {
    let stage = Stage::new();
    let desk = stage.desk;
    let (folder, me) = (desk.store().folder().to_owned(), desk.me().unwrap().clone());
    let (config, words) = (Config::default(), Words::new(Language::En));
    let keymap = Keymap::load(None).0;
    let mut app = Workstation::new(desk, config, words, keymap, (80, 24)).unwrap();
    let begun = Rc::new(Cell::new(false));
    let told = Rc::clone(&begun);
    app.work_once_shown(Box::new(move |_| {
        told.set(true);
        Workers::default()
    }));
    let (clock, random) = (FixedClock(NOW), SeededRandom::new("beside"));
    let store = Store::open(&folder).unwrap();
    let mut beside = Desk::open(store, Box::new(clock), Box::new(random)).unwrap();
    beside.act_as(&me);
    beside.open_conversation("SUNNY", "chat").unwrap();
    let screen = |app: &Workstation| {
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        terminal.draw(|frame| _ = app.view(frame)).unwrap();
        dump::text(terminal.backend().buffer())
    };
    assert!(!begun.get() && !screen(&app).contains("SUNNY"));
    let begun_with = app.begin();
    assert!(
        begun_with
            .list
            .contains(&Effect::Wake(START, Duration::ZERO))
    );
    let effects = app.update(Message::Wake(START));
    assert!(begun.get() && effects.draw);
    assert!(screen(&app).contains("SUNNY"), "{}", screen(&app));
    // They start once.
    let waits = |effect: &Effect| matches!(effect, Effect::Wake(START, _));
    assert!(!app.begin().list.iter().any(waits));
}

#[test]
fn what_keys_changed_goes_on_holding_where_another_setting_is_kept_in_the_file() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("config.toml");
    std::fs::write(&file, "language = 'zh-CN'\n[screen]\ntheme = 'dark'\n").unwrap();
    let (config, words) = (
        Config::load(Some(&file)).unwrap(),
        Words::new(Language::ZhCn),
    );
    let keymap = Keymap::load(None).0;
    let mut app = Workstation::new(Stage::new().desk, config, words, keymap, (80, 24)).unwrap();
    let mut effects = Effects::none();
    for command in [
        Command::NextTheme,
        Command::ToggleMouse,
        Command::NextLanguage,
    ] {
        assert!(app.run(command, &mut effects));
    }
    let (drawn, spoken) = (app.drawn_as, app.words.language());
    let mouse = app.config.screen.mouse;
    assert_ne!((drawn, spoken), (Choice::Dark, Language::ZhCn));
    let kept = app.config.keep("lock.minutes", "5").unwrap();
    app.configure(kept, &mut effects);
    assert_eq!(app.config.lock.minutes, 5);
    assert_eq!((app.drawn_as, app.words.language()), (drawn, spoken));
    assert_eq!(app.config.screen.mouse, mouse);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("theme = 'dark'"), "{written}");
}

#[test]
fn a_reply_goes_into_the_draft_of_the_talk_it_was_filled_for() {
    let stage = Stage::sample("林晓");
    let mut desk = stage.desk;
    let mut open = |buyer: &str| desk.open_conversation(buyer, "chat").unwrap().record();
    let (first, others) = (open("阳光小屋"), [open("山里来信"), open("小鹿")]);
    let person = desk.me().unwrap().id.to_string();
    let (config, words) = (Config::default(), Words::new(Language::ZhCn));
    let keymap = Keymap::load(None).0;
    let mut app = Workstation::new(desk, config, words, keymap, (120, 40)).unwrap();
    let key = |app: &mut Workstation, name: &str| {
        let key = Key::parse(name).unwrap();
        app.update(Message::Input(Input::Key(Press::of(key))));
    };
    let draft = |app: &Workstation, id: Id| {
        let kept = app.desk.store().draft(&person, &format!("reply:{id}"));
        kept.unwrap().unwrap_or_default()
    };
    for (opens, other) in ["Ctrl+Y", "F4"].into_iter().zip(others) {
        app.follow(Flow::Show(first), &mut Effects::none());
        app.home.restore("只给阳光小屋");
        key(&mut app, "Esc");
        key(&mut app, "Home");
        while app.home.item() != Some(other) {
            let before = app.home.item();
            key(&mut app, "Down");
            assert_ne!(app.home.item(), before, "it is not in the list");
        }
        assert_eq!(
            app.home.open_item(),
            Some(first),
            "the cursor opens nothing"
        );
        key(&mut app, opens);
        if opens == "F4" {
            app.update(Message::Input(Input::Paste("问候".into())));
        }
        assert_eq!(app.front.len(), 1, "{opens}");
        key(&mut app, "Enter");
        assert!(app.front.is_empty(), "{opens}");
        assert_eq!(app.home.open_item(), Some(other), "{opens}");
        app.update(Message::Wake(SAVE_DRAFTS));
        let (_, shown) = app.home.draft().unwrap();
        assert!(!shown.is_empty() && !shown.contains("阳光小屋"), "{shown}");
        assert_eq!(draft(&app, other), shown, "{opens}");
        assert_eq!(draft(&app, first), "只给阳光小屋", "{opens}");
    }
}

#[test]
fn what_stopped_an_act_is_shown_by_enter_and_the_act_is_done_when_asked_again() {
    let mut stage = Stage::new();
    stage.colleague("林晓");
    let talk = stage.desk.open_conversation("春天里", "chat").unwrap();
    let talk = talk.record();
    stage.colleague("王主管");
    let (config, words) = (Config::default(), Words::new(Language::ZhCn));
    let keymap = Keymap::load(None).0;
    let mut app = Workstation::new(stage.desk, config, words, keymap, (80, 24)).unwrap();
    app.show(talk, None);
    let press = |app: &mut Workstation, keys: &[&str]| {
        for key in keys {
            let press = Press::of(Key::parse(key).unwrap());
            app.update(Message::Input(Input::Key(press)));
        }
    };
    let seen = |app: &Workstation| {
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        terminal
            .draw(|frame| {
                let _ = app.view(frame);
            })
            .unwrap();
        dump::text(terminal.backend().buffer())
    };
    let is_done = |app: &Workstation| {
        let owner = app.desk.record(talk).unwrap().0.owner;
        matches!(owner, Some(crate::domain::register::Owner::Post(_)))
    };
    press(&mut app, &["Ctrl+G", "1", "1"]);
    shop_tests::act_as(&mut app.desk, "林晓");
    app.desk.remark(talk, "她要改地址").unwrap();
    shop_tests::act_as(&mut app.desk, "王主管");
    press(&mut app, &["Enter"]);
    let said = seen(&app);
    assert!(
        said.contains("林晓留言") && said.contains("Enter 看变化"),
        "{said}"
    );
    press(&mut app, &["Enter"]);
    let shown = seen(&app);
    assert!(
        shown.contains("你打开后的变化") && shown.contains("她要改地址"),
        "{shown}"
    );
    assert!(!is_done(&app));
    press(&mut app, &["Esc", "Enter"]);
    assert!(is_done(&app), "{}", seen(&app));
}
