//! A text buffer in a pane, with the real caret.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Look;
use super::line;
use super::spots::Field;
use crate::text::edit::{Editor, Motion};
use crate::tui::keys::{Code, Edit, Input, Press, Spot};
use crate::tui::theme::Ink;

/// Draws the buffer and returns where the caret stands, always within the area;
/// nothing where the area is empty.
pub fn draw(
    buf: &mut Buffer,
    area: Rect,
    editor: &Editor,
    ink: Ink,
    look: &Look<'_>,
) -> Option<Position> {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return None;
    }
    let view = editor.view(
        usize::from(area.width),
        usize::from(area.height),
        look.ambiguous,
    );
    for (shown, y) in view.lines.iter().zip(area.top()..area.bottom()) {
        match &shown.selected {
            None => {
                line::put_typed(buf, (area.x, y), area.width, shown.text, ink, look);
            }
            Some(range) => {
                let pieces = [
                    (&shown.text[..range.start], ink),
                    (&shown.text[range.clone()], Ink::Selection),
                    (&shown.text[range.end..], ink),
                ];
                let mut x = area.x;
                for (piece, ink) in pieces {
                    let room = area.right().saturating_sub(x);
                    x += line::put_typed(buf, (x, y), room, piece, ink, look);
                }
            }
        }
    }
    let (column, row) = view.caret;
    let caret = Position::new(
        area.x + (column as u16).min(area.width - 1),
        area.y + (row as u16).min(area.height - 1),
    );
    look.note(|record| {
        let cell = Spot::Cell {
            column: 0,
            row: 0,
            extend: false,
        };
        record.places.push((area, cell));
        record.fields.push(Field {
            caret,
            text: editor.text().to_owned(),
            selected: editor.selected().map(str::to_owned),
        });
    });
    Some(caret)
}

/// What a text field does with a key that no command took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// The text changed.
    Changed,
    /// Only the caret moved.
    Moved,
    /// Not a key for text.
    Ignored,
}

/// Gives input to a text buffer. Enter is not text here: what a new line does is
/// a command's business.
pub fn type_into(editor: &mut Editor, input: &Input) -> Typed {
    match input {
        Input::Paste(text) => {
            editor.paste(text);
            Typed::Changed
        }
        Input::Key(press) => key_into(editor, *press),
        Input::Edit(edit) => edit_in(editor, *edit),
        Input::Pointed(Spot::Cell {
            column,
            row,
            extend,
        }) => {
            editor.go_to_cell(usize::from(*column), usize::from(*row), *extend);
            Typed::Moved
        }
        _ => Typed::Ignored,
    }
}

/// What there is nothing of is not for the text: undo may be meant for the last act then.
fn edit_in(editor: &mut Editor, edit: Edit) -> Typed {
    let is_changed = match edit {
        Edit::SelectAll => {
            editor.select_all();
            return Typed::Moved;
        }
        Edit::Cut => editor.cut().is_some(),
        Edit::Undo => editor.undo(),
        Edit::Redo => editor.redo(),
    };
    if is_changed {
        Typed::Changed
    } else {
        Typed::Ignored
    }
}

fn key_into(editor: &mut Editor, press: Press) -> Typed {
    if let Some(c) = press.typed {
        editor.insert_char(c);
        return Typed::Changed;
    }
    let key = press.key;
    let word = key.ctrl || key.alt;
    let motion = match key.code {
        Code::Backspace if word => {
            editor.delete_word();
            return Typed::Changed;
        }
        Code::Backspace => {
            editor.backspace();
            return Typed::Changed;
        }
        Code::Delete => {
            editor.delete();
            return Typed::Changed;
        }
        Code::Left if word => Motion::WordLeft,
        Code::Right if word => Motion::WordRight,
        Code::Left => Motion::Left,
        Code::Right => Motion::Right,
        Code::Up if !editor.is_single_line() => Motion::Up,
        Code::Down if !editor.is_single_line() => Motion::Down,
        Code::Home if word => Motion::Start,
        Code::End if word => Motion::Finish,
        Code::Home => Motion::Home,
        Code::End => Motion::End,
        _ => return Typed::Ignored,
    };
    editor.go(motion, key.shift);
    Typed::Moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::tui::dump;
    use crate::tui::keys::Key;
    use crate::tui::widgets::line::tests::with_look;
    use proptest::prelude::*;

    fn key(text: &str) -> Input {
        Input::Key(Press::of(Key::parse(text).unwrap()))
    }

    #[test]
    fn the_caret_stands_behind_the_chinese_text() {
        with_look(Language::ZhCn, "dark", |look| {
            let editor = Editor::with_text("今天");
            let mut buf = Buffer::empty(Rect::new(0, 0, 10, 2));
            let caret = draw(&mut buf, Rect::new(1, 0, 9, 2), &editor, Ink::Text, look);
            let at_end = caret.map(|p| (p.x, p.y));
            assert!(
                at_end == Some((5, 0)) || at_end == Some((1, 0)),
                "{at_end:?}"
            );
            assert_eq!(dump::text(&buf).trim_end(), " 今天");
        });
    }

    #[test]
    fn keys_and_pastes_make_text() {
        let mut editor = Editor::new();
        let typed = Input::Key(Press {
            key: Key::plain(Code::Char('/')),
            typed: Some('、'),
        });
        assert_eq!(type_into(&mut editor, &typed), Typed::Changed);
        assert_eq!(
            type_into(&mut editor, &Input::Paste("好".into())),
            Typed::Changed
        );
        assert_eq!(type_into(&mut editor, &key("Left")), Typed::Moved);
        assert_eq!(type_into(&mut editor, &key("Backspace")), Typed::Changed);
        assert_eq!(type_into(&mut editor, &key("F2")), Typed::Ignored);
        assert_eq!(type_into(&mut editor, &key("Ctrl+P")), Typed::Ignored);
        assert_eq!(editor.text(), "好");
    }

    proptest! {
        #[test]
        fn the_caret_is_inside_its_pane(
            text in "\\PC{0,40}", w in 1u16..20, h in 1u16..5, keys in prop::collection::vec(0usize..8, 0..30),
        ) {
            with_look(Language::ZhCn, "dark", |look| {
                let mut editor = Editor::with_text(&text);
                let area = Rect::new(3, 1, w, h);
                let mut buf = Buffer::empty(Rect::new(0, 0, 24, 7));
                for index in keys {
                    let name = ["Left", "Right", "Up", "Down", "Home", "End", "Backspace", "j"][index];
                    type_into(&mut editor, &key(name));
                    let caret = draw(&mut buf, area, &editor, Ink::Text, look).unwrap();
                    assert!(area.contains(caret));
                    assert!(dump::is_whole(&buf));
                }
            });
        }
    }
}
