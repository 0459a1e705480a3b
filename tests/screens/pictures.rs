//! The README's pictures: what the view draws now, as `assets/pictures` keeps it.
//!
//! `ZHIBAN_BLESS=1 cargo test --test screens` draws them anew.

use std::collections::BTreeSet;
use std::path::PathBuf;

use zhiban::i18n::Language;
use zhiban::tui::picture;

use crate::dumps::SCREENS;
use crate::shop::Visit;

/// The pictures: the screen of a dump, its size, what it is called.
const PICTURES: &[(&str, (u16, u16), &str)] = &[
    (
        "desk",
        (120, 40),
        "The Desk: what waits, the open chat, the order, the draft",
    ),
    (
        "after_sale",
        (120, 40),
        "The after-sale form: what goes back and how much, with its arithmetic",
    ),
    (
        "board",
        (120, 40),
        "The Board: what waits where, who needs help, what only a supervisor can decide",
    ),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn pictures_show_what_the_view_draws() {
    let folder = root().join("assets/pictures");
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut old = Vec::new();
    for (name, size, title) in PICTURES {
        let (_, person, plays) = SCREENS.iter().find(|screen| screen.0 == *name).unwrap();
        let mut visit = Visit::new(*person, Language::ZhCn, *size);
        visit.play(plays);
        let (buffer, caret) = visit.view(*size);
        let now = picture::svg(&buffer, caret, title);
        let file = folder.join(format!("{name}.svg"));
        if std::env::var_os("ZHIBAN_BLESS").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&file, &now).unwrap();
        } else if std::fs::read_to_string(&file).ok().as_ref() != Some(&now) {
            old.push(file.display().to_string());
        }
        let shown = format!("![{title}](assets/pictures/{name}.svg)");
        assert!(readme.contains(&shown), "the README does not show {shown}");
    }
    assert!(old.is_empty(), "not what is drawn now: {}", old.join(", "));
    let kept: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    let drawn: BTreeSet<String> = PICTURES
        .iter()
        .map(|one| format!("{}.svg", one.0))
        .collect();
    assert_eq!(kept, drawn, "each file is a picture of a screen");
}
