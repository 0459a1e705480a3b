//! Whole dumps of the screens, symbols and meanings, kept under `tests/screens/dumps`.
//!
//! `ZHIBAN_BLESS=1 cargo test --test screens` writes them anew; look at the difference then.

use std::path::PathBuf;

use zhiban::i18n::Language;
use zhiban::tui::dump;
use zhiban::tui::theme::Theme;

use crate::shop::{Do, Visit};
use Do::{Keys, Paste, Text};

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

const CHAT: &str = "春天里 (2026-11-22 14:41:05): 亲 能换灰色吗 指定快递\n\
    春天里 (2026-11-22 14:41:35): 订单号 4031902847193527741\n\
    青禾家居旗舰店:周敏 (2026-11-22 14:43:05): 可以的，请您核对：1.8m 灰色，对吗？\n\
    春天里 (2026-11-22 14:44:05): 对\n\
    青禾家居旗舰店:林晓 (2026-11-22 14:46:05): 好的，我为您备注顺丰，今天 18:00 前发出。\n";

/// A screen: its name, who looks, what is done to come there.
pub type Screen = (&'static str, Option<&'static str>, &'static [Do]);

pub const SCREENS: &[Screen] = &[
    ("desk", None, &[Keys("F3"), Text("阳光小屋"), Keys("Enter")]),
    ("desk_list", None, &[]),
    (
        "capture",
        None,
        &[Keys("F2"), Text("春天里 投诉 色差 18:30")],
    ),
    ("paste", None, &[Keys("F2"), Paste(CHAT)]),
    ("find", None, &[Keys("F3"), Text("6613")]),
    (
        "replies",
        None,
        &[
            Keys("F3"),
            Text("阳光小屋"),
            Keys("Enter F4"),
            Text("thtk"),
            Keys("Right"),
        ],
    ),
    (
        "reply_form",
        None,
        &[
            Keys("F3"),
            Text("阳光小屋"),
            Keys("Enter F4"),
            Text("thtk"),
            Keys("Ctrl+W"),
        ],
    ),
    (
        "after_sale",
        None,
        &[
            Keys("F3"),
            Text("6613"),
            Keys("Enter F6 Down Space 1 Tab 1 Tab 2 Tab Space"),
        ],
    ),
    ("note", None, &[Keys("F3"), Text("6613"), Keys("Enter F5")]),
    (
        "note_steps",
        None,
        &[Keys("F3"), Text("3318"), Keys("Enter F5")],
    ),
    ("capture_empty", None, &[Keys("F2")]),
    (
        "handover_out",
        None,
        &[
            Keys("F10 F10 Ins"),
            Text("灰色四件套 12/01 到货，别答应更早 12/01"),
            Keys("Enter"),
        ],
    ),
    ("handover_in", None, &[Keys("F10")]),
    ("printing", Some("老吴"), &[Keys("F12 3")]),
    ("board", Some("王主管"), &[Keys("F12 2")]),
    ("review", Some("王主管"), &[Keys("F12 2 Ctrl+Y")]),
    (
        "meeting",
        Some("王主管"),
        &[Keys("F1"), Text("周会"), Keys("Enter 2")],
    ),
    ("figures", Some("王主管"), &[Keys("F12 5 3")]),
    ("palette", None, &[Keys("F1"), Text("交")]),
    ("register", None, &[Keys("F12 4 2")]),
    ("register_form", None, &[Keys("F12 4 2 Enter")]),
    ("settings", None, &[Keys("F12 9")]),
    ("plan", Some("王主管"), &[Keys("F12 7")]),
    (
        "start_card",
        Some("王主管"),
        &[Keys("F1"), Text("还差"), Keys("Enter")],
    ),
];

fn file(name: &str, (width, height): (u16, u16)) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/screens/dumps")
        .join(format!("{name}_{width}x{height}.txt"))
}

/// Returns what differs from the kept dump, or writes it where that is asked for.
fn compare(name: &str, size: (u16, u16), now: &str) -> Option<String> {
    let file = file(name, size);
    if std::env::var_os("ZHIBAN_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, now).unwrap();
        return None;
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    (kept != now).then(|| format!("{} was\n{kept}\nand is\n{now}", file.display()))
}

#[test]
fn the_screens_are_as_they_were() {
    let theme = Theme::named("dark");
    let mut changed = Vec::new();
    for (name, person, plays) in SCREENS {
        for size in SIZES {
            let mut visit = Visit::new(*person, Language::ZhCn, size);
            visit.play(plays);
            let (buffer, caret) = visit.view(size);
            assert!(dump::is_whole(&buffer), "{}", dump::text(&buffer));
            let now = dump::styled(&buffer, &theme, caret);
            changed.extend(compare(name, size, &now));
        }
    }
    assert!(changed.is_empty(), "{}", changed.join("\n\n"));
}
