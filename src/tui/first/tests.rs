use std::path::PathBuf;

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::chance::{FixedClock, SeededRandom};
use crate::desk::Desk;
use crate::store::Store;
use crate::tui::dump;
use crate::tui::keys::{Key, Press};
use crate::tui::overlays::admit::Admit;

const NOW: i64 = 1_795_333_560_000;

struct Seat {
    first: First,
    last: Effects,
}

impl Seat {
    fn at(data: PathBuf, settings: Option<PathBuf>) -> Self {
        let seed = data.display().to_string();
        let start = FirstStart::new(
            data,
            Box::new(|| Ok(Box::new(FixedClock(NOW)))),
            Box::new(move || Ok(Box::new(SeededRandom::new(&seed)))),
        );
        let first = First::new(start, Config::default(), settings, Language::ZhCn).unwrap();
        Self {
            first,
            last: Effects::none(),
        }
    }

    fn send(&mut self, input: Input) {
        self.last = self.first.take(Message::<()>::Input(input));
    }

    fn keys(&mut self, keys: &[&str]) {
        for key in keys {
            self.send(Input::Key(Press::of(Key::parse(key).unwrap())));
        }
    }

    fn types(&mut self, text: &str) {
        self.send(Input::Paste(text.to_owned()));
    }

    fn screen(&self, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let mut caret = None;
        terminal
            .draw(|frame| {
                caret = self.first.view(frame);
                let area = frame.area();
                assert!(caret.is_none_or(|caret| area.contains(caret)), "{caret:?}");
                assert!(dump::is_whole(frame.buffer_mut()));
            })
            .unwrap();
        dump::text(terminal.backend().buffer())
    }

    fn everywhere(&mut self) {
        for _ in Language::ALL {
            self.first.next_language();
            for (width, height) in [(1, 1), (5, 3), (40, 12), (60, 20), (80, 24), (200, 60)] {
                let seen = self.screen(width, height);
                assert!(!seen.contains("first-") && !seen.contains("{$"), "{seen}");
            }
        }
    }

    fn quits(&self) -> bool {
        self.last.list.contains(&Effect::Quit)
    }
}

#[test]
fn a_shop_is_begun_by_keys_and_its_code_is_shown_once() {
    let place = tempfile::tempdir().unwrap();
    let settings = place.path().join("config/config.toml");
    let mut seat = Seat::at(place.path().join("data"), Some(settings.clone()));
    seat.everywhere();
    let seen = seat.screen(80, 24);
    assert!(seen.contains("1 新店") && seen.contains("4 语言"), "{seen}");
    seat.keys(&["1"]);
    seat.everywhere();
    seat.keys(&["F8"]);
    assert!(seat.screen(80, 24).contains("还没填"), "nothing is begun");
    seat.types("青禾家居");
    seat.keys(&["Tab"]);
    seat.types("王主管");
    seat.keys(&["Tab"]);
    seat.types("2468");
    seat.keys(&["Tab"]);
    seat.types("2469");
    let seen = seat.screen(80, 24);
    assert!(seen.contains("****") && !seen.contains("2468"), "{seen}");
    seat.keys(&["Tab"]);
    seat.types(&place.path().display().to_string());
    seat.keys(&["Enter"]);
    assert!(
        seat.screen(80, 24).contains("不一样"),
        "{}",
        seat.screen(80, 24)
    );
    assert!(!Store::exists(&place.path().join("data")));
    seat.keys(&["Shift+Tab", "Backspace", "8", "F8"]);
    seat.everywhere();
    let seen = seat.screen(80, 24);
    assert!(seen.contains("恢复码"), "{seen}");
    // Esc does not take away what can never be shown again.
    seat.keys(&["Esc"]);
    assert_eq!(seat.screen(80, 24), seen);
    // The page to print holds the code, and is not written over.
    seat.keys(&["2"]);
    let seen = seat.screen(80, 24);
    assert!(seen.contains("打印后删掉"), "{seen}");
    let paper = std::fs::read_to_string(place.path().join("zhiban-恢复码.txt")).unwrap();
    let Front::Code(code) = &seat.first.page else {
        panic!("{seen}");
    };
    assert!(paper.contains(code.as_str()), "{paper}");
    seat.keys(&["2"]);
    assert!(!seat.screen(80, 24).contains("打印后删掉"));
    seat.keys(&["Enter"]);
    assert_eq!(seat.first.leaves, Leaves::Shop);
    let kept = Config::load(Some(&settings)).unwrap();
    assert_eq!(kept.shared_folder(), Some(place.path()));
    let store = Store::open(&place.path().join("data")).unwrap();
    assert_eq!(store.shop().unwrap().name, "青禾家居");
    assert!(store.has_pin(store.own_replicas()[0]));
}

#[test]
fn settings_that_somebody_wrote_stay_as_they_are() {
    let place = tempfile::tempdir().unwrap();
    let settings = place.path().join("config.toml");
    std::fs::write(&settings, "[screen]\nbell = false\n").unwrap();
    let mut seat = Seat::at(place.path().join("data"), Some(settings.clone()));
    seat.keys(&["1"]);
    seat.types("店");
    seat.keys(&["Tab"]);
    seat.types("王");
    seat.keys(&["F8"]);
    assert!(
        seat.screen(80, 24).contains("没有改它"),
        "{}",
        seat.screen(80, 24)
    );
    let kept = std::fs::read_to_string(&settings).unwrap();
    assert_eq!(kept, "[screen]\nbell = false\n");
}

#[test]
fn a_device_joins_by_keys_on_both_sides() {
    let place = tempfile::tempdir().unwrap();
    let shared = place.path().join("shared");
    std::fs::create_dir(&shared).unwrap();
    let mut owner = Seat::at(place.path().join("owner"), None);
    owner.keys(&["1"]);
    owner.types("店");
    owner.keys(&["Tab"]);
    owner.types("王主管");
    owner.keys(&["F8", "Enter"]);

    let mut agent = Seat::at(place.path().join("agent"), None);
    agent.keys(&["2"]);
    agent.everywhere();
    agent.types("小周");
    agent.keys(&["Tab", "Tab", "Tab"]);
    agent.types("/no/such/folder");
    agent.keys(&["F8"]);
    assert!(
        agent.screen(80, 24).contains("没有 /no/such"),
        "{}",
        agent.screen(80, 24)
    );
    let mut agent = Seat::at(place.path().join("agent"), None);
    agent.keys(&["2"]);
    agent.types("小周");
    agent.keys(&["Tab", "Tab", "Tab"]);
    agent.types(&shared.display().to_string());
    agent.keys(&["F8"]);
    agent.everywhere();
    assert_eq!(agent.last.list, [Effect::Wake(LOOK, EVERY)]);
    let digits = match &agent.first.page {
        Front::Wait(asked) => asked.digits.clone(),
        _ => panic!("{}", agent.screen(80, 24)),
    };
    assert!(agent.screen(80, 24).contains(&digits));
    let _ = agent.first.take(Message::<()>::Wake(LOOK));
    assert_eq!(agent.first.leaves, Leaves::Nothing, "no answer yet");

    let desk = {
        let store = Store::open(&place.path().join("owner")).unwrap();
        let random = SeededRandom::new("desk");
        Desk::open(store, Box::new(FixedClock(NOW)), Box::new(random)).unwrap()
    };
    let mut stage = crate::tui::overlays::stage::Stage::of(desk);
    stage.share(&shared);
    // What may be refunded without asking goes to who comes, too.
    let hand = crate::desk::start::limits::FreeHand {
        case: crate::domain::money::Money::parse("30", crate::domain::money::Currency::CNY).ok(),
        ..Default::default()
    };
    assert!(stage.desk.give_free_hand(&hand).unwrap().is_empty());
    stage.push(Admit::open);
    stage.draw_everywhere();
    assert!(
        stage.screen(80, 24).contains(&digits),
        "{}",
        stage.screen(80, 24)
    );
    stage.keys(&["F8"]);
    assert!(stage.message().contains("岗位"), "{}", stage.message());
    stage.keys(&["Tab", "Tab", "Space", "F8"]);
    assert!(
        stage.message().contains("小周 加入了"),
        "{}",
        stage.message()
    );
    let person = stage.desk.people().by_name("小周").unwrap();
    assert_eq!(person.posts.len(), 1);
    let given = stage.desk.allowances().unwrap();
    assert_eq!(given.len(), 1);
    assert_eq!(given[0].terms.case_cap.map(|cap| cap.minor), Some(3_000));

    let _ = agent.first.take(Message::<()>::Wake(LOOK));
    assert_eq!(agent.first.leaves, Leaves::Shop, "{}", agent.screen(80, 24));
}

#[test]
fn every_page_can_be_left() {
    let place = tempfile::tempdir().unwrap();
    let mut seat = Seat::at(place.path().join("data"), None);
    for page in ["1", "2"] {
        seat.keys(&[page, "Esc"]);
        assert!(matches!(seat.first.page, Front::Menu));
    }
    seat.keys(&["4"]);
    assert!(!seat.screen(80, 24).contains("新店"));
    seat.keys(&["3"]);
    assert_eq!(seat.first.leaves, Leaves::Sample);
    seat.keys(&["Esc"]);
    assert!(seat.quits() && !Store::exists(&place.path().join("data")));
}
