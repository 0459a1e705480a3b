//! Evidence by hand: pictures from the clipboard, files that are dropped on what is open.

use zhiban::domain::id::Id;
use zhiban::i18n::Language;
use zhiban::tui::clipboard::Pasted;
use zhiban::tui::dump;
use zhiban::tui::keys::{Input, Key, Press};
use zhiban::tui::run::{App, Effect, Message};

use crate::shop::Visit;

const SIZE: (u16, u16) = (80, 24);
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\ncrack";

fn visit() -> Visit {
    Visit::new(Some("林晓"), Language::ZhCn, SIZE)
}

fn screen(visit: &Visit) -> String {
    dump::text(&visit.view(SIZE).0)
}

/// The item under the cursor at the start.
fn first(visit: &Visit) -> Id {
    let todo = visit.app.desk().todo(zhiban::desk::todo::View::All);
    todo.unwrap().buyers[0].first().row.id
}

fn names(visit: &Visit, id: Id) -> Vec<String> {
    let (record, _) = visit.app.desk().record(id).unwrap();
    let files = record.attachments.iter();
    files.filter_map(|file| file.name.clone()).collect()
}

#[test]
fn a_picture_from_the_clipboard_is_attached_to_what_is_open() {
    let mut visit = visit();
    let item = first(&visit);
    let before = names(&visit, item).len();
    let press = Press::of(Key::parse("Ctrl+V").unwrap());
    let effects = visit.input(Input::Key(press));
    assert!(effects.list.contains(&Effect::Paste), "{effects:?}");
    visit
        .app
        .update(Message::Pasted(Pasted::Picture(PICTURE.to_vec())));
    let kept = names(&visit, item);
    assert_eq!(kept.len(), before + 1);
    assert!(kept[before].starts_with("截图-2026"), "{kept:?}");
    assert!(screen(&visit).contains("已附上截图"), "{}", screen(&visit));
    let (record, _) = visit.app.desk().record(item).unwrap();
    let hash = record.attachments.last().unwrap().hash;
    assert_eq!(hash, *blake3::hash(PICTURE).as_bytes());
    assert!(visit.app.desk().store().has_file(&hash));
    visit.keys("Ctrl+Z");
    assert_eq!(names(&visit, item).len(), before);
}

#[test]
fn text_from_the_clipboard_is_typed_and_what_cannot_be_read_is_said() {
    let mut visit = visit();
    visit.keys("Enter");
    let mut paste = |pasted| _ = visit.app.update(Message::Pasted(pasted));
    paste(Pasted::Text("包裹今天到".into()));
    assert!(screen(&visit).contains("包裹今天到"), "{}", screen(&visit));
    let mut paste = |pasted| _ = visit.app.update(Message::Pasted(pasted));
    paste(Pasted::Nothing);
    assert!(screen(&visit).contains("没有文字也没有图片"));
    let mut paste = |pasted| _ = visit.app.update(Message::Pasted(pasted));
    paste(Pasted::Unreachable);
    assert!(screen(&visit).contains("读不到剪贴板"));
    // Where nothing is open that it could belong to, it says so.
    visit.keys("Esc F3");
    visit
        .app
        .update(Message::Pasted(Pasted::Picture(PICTURE.to_vec())));
    assert!(
        screen(&visit).contains("附在一件事上"),
        "{}",
        screen(&visit)
    );
}

#[test]
fn a_dropped_picture_is_attached_and_anything_else_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("破损 照片.png");
    let table = folder.path().join("orders.csv");
    std::fs::write(&picture, PICTURE).unwrap();
    std::fs::write(&table, "a,b\n").unwrap();
    let mut visit = visit();
    let item = first(&visit);
    let before = names(&visit, item).len();
    let escaped = picture.display().to_string().replace(' ', "\\ ");
    for (at, path) in [
        picture.display().to_string(),
        format!("'{}'", picture.display()),
        escaped,
    ]
    .into_iter()
    .enumerate()
    {
        visit.keys("Enter");
        visit.input(Input::Paste(path));
        assert_eq!(names(&visit, item).len(), before + at + 1);
        assert!(
            screen(&visit).contains("已附上 1 个文件"),
            "{}",
            screen(&visit)
        );
    }
    // A table is no evidence: in a draft it is text, in a list it is offered to F2.
    visit.input(Input::Paste(table.display().to_string()));
    assert!(screen(&visit).contains("orders.csv"), "{}", screen(&visit));
    visit.keys("Esc");
    visit.input(Input::Paste(table.display().to_string()));
    assert!(screen(&visit).contains("F2"), "{}", screen(&visit));
    assert_eq!(names(&visit, item).len(), before + 3);
    visit.keys("F2");
    let seen = screen(&visit);
    assert!(
        seen.contains("导入") && seen.contains("orders.csv"),
        "{seen}"
    );
    // In a form it goes to what the form is about.
    visit.keys("Esc Home");
    let note = {
        let todo = visit
            .app
            .desk()
            .todo(zhiban::desk::todo::View::All)
            .unwrap();
        let items = todo.buyers.iter().flat_map(|buyer| &buyer.items);
        let mut notes = items.filter(|item| item.row.register == "note");
        notes.next().map(|item| item.row.clone()).unwrap()
    };
    visit.keys("F3");
    visit.text(note.fields["order_number"].as_str().unwrap());
    visit.keys("Enter F5");
    let seen = screen(&visit);
    visit.input(Input::Paste(picture.display().to_string()));
    assert!(
        screen(&visit).contains("已附上 1 个文件"),
        "{seen}\n{}",
        screen(&visit)
    );
}
