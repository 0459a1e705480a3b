use super::*;
use proptest::prelude::*;

fn typed(text: &str) -> Editor {
    let mut editor = Editor::new();
    for c in text.chars() {
        editor.insert_char(c);
    }
    editor
}

#[test]
fn typing_and_deleting_by_grapheme() {
    let mut editor = Editor::new();
    editor.insert("好👩\u{200d}🔬👍🏽");
    editor.backspace();
    assert_eq!(editor.text(), "好👩\u{200d}🔬");
    editor.backspace();
    assert_eq!(editor.text(), "好");
    editor.go(Motion::Left, false);
    editor.delete();
    assert!(editor.is_empty());
    editor.backspace();
    editor.delete();
    assert_eq!(editor.caret(), (0, 0));
}

#[test]
fn a_mark_that_joins_the_letter_keeps_the_caret_on_a_border() {
    let mut editor = Editor::with_text("e");
    editor.insert("\u{301}");
    assert_eq!((editor.text(), editor.caret()), ("e\u{301}", (0, 1)));
    let mut editor = Editor::with_text("\u{301}x");
    editor.go(Motion::Start, false);
    editor.insert("e");
    assert_eq!(editor.caret(), (0, 1));
}

#[test]
fn one_line_stays_one_line() {
    let mut editor = Editor::single_line();
    editor.paste("a\r\nb\n");
    editor.newline();
    assert_eq!(editor.text(), "a b");
    assert_eq!(editor.take(), "a b");
    assert!(editor.is_empty() && editor.is_single_line());
}

#[test]
fn undo_takes_back_words() {
    let mut editor = typed("hello big");
    assert!(editor.undo());
    assert_eq!(editor.text(), "hello ");
    assert!(editor.undo());
    assert_eq!(editor.text(), "");
    assert!(!editor.undo());
    assert!(editor.redo() && editor.redo() && !editor.redo());
    assert_eq!(editor.text(), "hello big");
    editor.backspace();
    editor.backspace();
    assert_eq!(editor.text(), "hello b");
    editor.undo();
    assert_eq!(editor.text(), "hello big");
    editor.paste("X");
    editor.insert("y");
    editor.undo();
    assert_eq!(editor.text(), "hello bigX");
}

#[test]
fn selection_gives_way() {
    let mut editor = typed("ab退款cd");
    editor.go(Motion::Home, false);
    editor.go(Motion::Right, false);
    for _ in 0..3 {
        editor.go(Motion::Right, true);
    }
    assert_eq!(editor.selected(), Some("b退款"));
    editor.insert("-");
    assert_eq!(editor.text(), "a-cd");
    editor.undo();
    assert_eq!(editor.text(), "ab退款cd");
    editor.select_all();
    assert_eq!(editor.cut().as_deref(), Some("ab退款cd"));
    assert_eq!(editor.cut(), None);
}

#[derive(Clone, Debug)]
enum Act {
    Insert(String),
    Paste(String),
    Newline,
    Backspace,
    Delete,
    DeleteWord,
    Go(Motion, bool),
    SelectAll,
    Cut,
    Undo,
    Redo,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => "[a退， 👍🏽❤\u{fe0f}\u{301}\u{200d}🔬]{1,2}".prop_map(Act::Insert),
        1 => any::<String>().prop_map(Act::Paste),
        1 => Just(Act::Newline),
        2 => Just(Act::Backspace),
        2 => Just(Act::Delete),
        1 => Just(Act::DeleteWord),
        4 => (motion::any_motion(), any::<bool>()).prop_map(|(m, e)| Act::Go(m, e)),
        1 => Just(Act::SelectAll),
        1 => Just(Act::Cut),
        1 => Just(Act::Undo),
        1 => Just(Act::Redo),
    ]
}

fn play(editor: &mut Editor, act: Act) {
    match act {
        Act::Insert(text) => editor.insert(&text),
        Act::Paste(text) => editor.paste(&text),
        Act::Newline => editor.newline(),
        Act::Backspace => editor.backspace(),
        Act::Delete => editor.delete(),
        Act::DeleteWord => editor.delete_word(),
        Act::Go(motion, extend) => editor.go(motion, extend),
        Act::SelectAll => editor.select_all(),
        Act::Cut => drop(editor.cut()),
        Act::Undo => drop(editor.undo()),
        Act::Redo => drop(editor.redo()),
    }
}

proptest! {
    #[test]
    fn undo_is_the_identity(start in "[退款a\n ]{0,9}", acts in prop::collection::vec(act(), 0..60)) {
        let mut editor = Editor::with_text(&start);
        let first = editor.text().to_owned();
        for act in acts {
            play(&mut editor, act);
            let at = editor.offset();
            let mut borders = editor.text().grapheme_indices(true).map(|(at, _)| at);
            prop_assert!(at == editor.text().len() || borders.any(|border| border == at));
            let view = editor.view(7, 3, Ambiguous::Narrow);
            prop_assert!(view.caret.0 < 7 && view.caret.1 < 3);
        }
        while editor.redo() {}
        let last = editor.text().to_owned();
        while editor.undo() {}
        prop_assert_eq!(editor.text(), first);
        while editor.redo() {}
        prop_assert_eq!(editor.text(), last);
    }
}
