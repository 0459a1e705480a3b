//! Every command with its key: palette and help in one.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::line::{self, Run};
use super::list::{self, Cursor, List, Row, Width};
use super::{Look, editor, frame, keyrow};
use crate::i18n::{Arg, Words};
use crate::text::edit::Editor;
use crate::text::pinyin;
use crate::tui::commands::{Command, Context};
use crate::tui::keymap::Keymap;
use crate::tui::keys::Input;
use crate::tui::theme::Ink;

/// How near a command is to where the palette was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Near {
    /// It is one of those for which there is the place.
    Own,
    /// It can be used there, as nearly everywhere.
    Here,
    /// It is for other places.
    Elsewhere,
}

impl Near {
    fn of(command: Command, stack: &[Context], map: &Keymap) -> Self {
        if !command.works_in(stack) {
            return Self::Elsewhere;
        }
        let is_own = |place: &Context| place.is_particular() && stack.contains(place);
        let keys = map.keys_of(command).into_iter().map(|(place, _)| place);
        let hints = map.hints(stack).into_iter();
        let hinted = hints.filter(|hint| hint.run == Some(command));
        let mut places = keys
            .chain(hinted.map(|hint| hint.when))
            .chain(command.contexts().iter().copied());
        if places.any(|place| is_own(&place)) {
            Self::Own
        } else {
            Self::Here
        }
    }
}

/// One command as the palette knows it.
#[derive(Clone, Debug)]
struct Known {
    command: Command,
    near: Near,
    doc: String,
    target: pinyin::Initials,
}

/// The palette while it is open.
#[derive(Clone, Debug)]
pub struct Palette {
    find: Editor,
    known: Vec<Known>,
    /// Numbers of the commands that match, in the order shown.
    found: Vec<usize>,
    cursor: Cursor<Command>,
}

impl Palette {
    /// A palette over what was in front: its own commands come first, then what else works there.
    pub fn open(map: &Keymap, stack: &[Context], words: &Words) -> Self {
        let mut known: Vec<Known> = Command::ALL
            .iter()
            .map(|command| {
                let doc = words.get(&command.doc_id()).to_string();
                let target = pinyin::Initials::of(&format!("{doc} {}", command.name()));
                Known {
                    command: *command,
                    near: Near::of(*command, stack, map),
                    doc,
                    target,
                }
            })
            .collect();
        known.sort_by_key(|entry| entry.near);
        let mut palette = Self {
            find: Editor::single_line(),
            known,
            found: Vec::new(),
            cursor: Cursor::default(),
        };
        palette.filter();
        palette
    }

    /// The command under the cursor.
    pub fn chosen(&self) -> Option<Command> {
        self.cursor.id().copied()
    }

    /// Moves the cursor.
    pub fn step(&mut self, by: isize) {
        let (found, known) = (&self.found, &self.known);
        self.cursor
            .step(by, found.len(), |i| found.get(i).map(|n| known[*n].command));
    }

    /// Takes typing for the filter. True when it changed.
    pub fn input(&mut self, input: &Input) -> bool {
        match editor::type_into(&mut self.find, input) {
            editor::Typed::Changed => {
                self.filter();
                true
            }
            editor::Typed::Moved => true,
            editor::Typed::Ignored => false,
        }
    }

    /// How many commands match.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// True when none matches.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    fn filter(&mut self) {
        let query = pinyin::Query::new(self.find.text());
        self.found = self
            .known
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.target.matches(&query))
            .map(|(number, _)| number)
            .collect();
        // Who types a whole name means that one, not the first that has it among its words.
        let typed = self.find.text().trim();
        let is_named = |number: &usize| self.known[*number].doc.eq_ignore_ascii_case(typed);
        let at = self.found.iter().position(is_named).unwrap_or(0);
        let chosen = self.found.get(at).map(|number| self.known[*number].command);
        self.cursor = Cursor::default();
        self.cursor.go(at, self.found.len(), |_| chosen);
    }

    /// Draws the palette and returns the caret.
    pub fn draw(
        &self,
        buf: &mut Buffer,
        area: Rect,
        map: &Keymap,
        look: &Look<'_>,
    ) -> Option<Position> {
        let area = place(area);
        let count = look.words.with(
            "palette-count",
            &[("count", Arg::Number(self.found.len() as i64))],
        );
        let title = [
            Run::new(look.words.get("palette-title").to_string(), Ink::Title),
            Run::new(" F1", Ink::Key),
        ];
        let inner = frame::overlay(buf, area, &title, &[line::dim(count)], &[area.y + 2], look);
        if inner.height < 1 || inner.width < 4 {
            return None;
        }
        let label = look.words.get("palette-find");
        let used = line::put(
            buf,
            (inner.x + 1, inner.y),
            inner.width - 1,
            &label,
            Ink::FieldLabel,
            look,
        ) + 3;
        let field = Rect {
            x: inner.x + used,
            width: inner.width.saturating_sub(used),
            height: 1,
            ..inner
        };
        let caret = editor::draw(buf, field, &self.find, Ink::Field, look);
        if inner.height > 2 {
            let rows = Rect {
                y: inner.y + 2,
                height: inner.height - 2,
                width: inner.width - 1,
                ..inner
            };
            self.draw_rows(buf, rows, map, look);
        }
        caret
    }

    fn draw_rows(&self, buf: &mut Buffer, area: Rect, map: &Keymap, look: &Look<'_>) {
        if self.found.is_empty() {
            let none = look.words.with(
                "palette-none",
                &[("word", Arg::Text(self.find.text().into()))],
            );
            line::put(
                buf,
                (area.x + 1, area.y),
                area.width.saturating_sub(1),
                &none,
                Ink::Dim,
                look,
            );
            return;
        }
        let mut cursor = self.cursor.clone();
        let top = cursor.scroll(usize::from(area.height), self.found.len());
        let rows: Vec<Row<'_>> = self
            .found
            .iter()
            .skip(top)
            .take(usize::from(area.height))
            .map(|number| row(&self.known[*number], map, look))
            .collect();
        let columns = [Width::Fill, Width::Right(18)];
        let list = List {
            columns: &columns,
            rows: &rows,
            cursor: Some(cursor.index() - top),
            focused: true,
        };
        list::draw(buf, area, &list, look);
    }
}

fn row<'a>(entry: &'a Known, map: &Keymap, look: &Look<'_>) -> Row<'a> {
    let ink = match entry.near {
        Near::Own | Near::Here => Ink::Text,
        Near::Elsewhere => Ink::Dim,
    };
    Row {
        cells: vec![
            vec![Run::new(entry.doc.as_str(), ink)],
            vec![Run::new(keys(entry.command, map, look), Ink::Key)],
        ],
        marked: false,
    }
}

/// The first two keys of a command, each once.
fn keys(command: Command, map: &Keymap, look: &Look<'_>) -> String {
    let mut names: Vec<String> = Vec::new();
    for (_, key) in map.keys_of(command) {
        let name = keyrow::key_name(key, look.words);
        if names.len() < 2 && !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(" ")
}

/// The middle of a screen, all of a small one.
fn place(area: Rect) -> Rect {
    let width = area.width.min(90);
    let height = if area.height > 30 {
        area.height - 8
    } else {
        area.height.saturating_sub(3)
    };
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height).min(1),
        width,
        height,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::tui::dump;
    use crate::tui::widgets::line::tests::with_look;

    fn find(palette: &mut Palette, text: &str) -> Vec<Command> {
        palette.input(&Input::Paste(text.into()));
        palette
            .found
            .iter()
            .map(|number| palette.known[*number].command)
            .collect()
    }

    #[test]
    fn what_works_here_comes_first_and_the_filter_knows_pinyin() {
        let words = Words::new(Language::ZhCn);
        let map = Keymap::load(None).0;
        let stack = [Context::Held, Context::Any];
        let mut palette = Palette::open(&map, &stack, &words);
        assert_eq!(palette.len(), Command::ALL.len());
        assert!(palette.known.is_sorted_by_key(|entry| entry.near));
        assert!(find(&mut palette, "jj").contains(&Command::Handover));
        let mut palette = Palette::open(&map, &stack, &words);
        assert!(find(&mut palette, "rl").contains(&Command::Claim));
        let mut palette = Palette::open(&map, &stack, &words);
        assert_eq!(find(&mut palette, "quit"), [Command::Quit]);
        assert_eq!(palette.chosen(), Some(Command::Quit));
        assert!(find(&mut palette, "zzz").is_empty());
        assert_eq!(palette.chosen(), None);
    }

    #[test]
    fn the_own_commands_of_a_place_stand_before_those_that_work_everywhere() {
        let words = Words::new(Language::ZhCn);
        let map = Keymap::load(None).0;
        let first = |stack: &[Context]| {
            let palette = Palette::open(&map, stack, &words);
            let own = palette.known.iter();
            let own = own.take_while(|entry| entry.near == Near::Own);
            own.map(|entry| entry.command).collect::<Vec<_>>()
        };
        let board = first(&[Context::Board, Context::List, Context::Any]);
        for command in [Command::DayReview, Command::ExportRows, Command::No] {
            assert!(board.contains(&command), "{command:?} in {board:?}");
        }
        for command in [Command::Help, Command::Mark, Command::Quit] {
            assert!(!board.contains(&command), "{command:?} in {board:?}");
        }
        let typing = first(&[Context::Text, Context::EmptyLine, Context::Any]);
        assert!(typing.is_empty(), "{typing:?}");
    }

    #[test]
    fn a_whole_name_chooses_its_command() {
        let words = Words::new(Language::ZhCn);
        let map = Keymap::load(None).0;
        let mut palette = Palette::open(&map, &[Context::List, Context::Any], &words);
        for command in [Command::SignOut, Command::ChangePerson, Command::Quit] {
            let mut palette = palette.clone();
            let found = find(&mut palette, &words.get(&command.doc_id()));
            assert!(found.len() > 1, "another one has it among its words");
            assert_eq!(palette.chosen(), Some(command));
        }
        palette.step(1);
        assert_ne!(palette.chosen(), None);
    }

    #[test]
    fn it_shows_keys_and_fits_any_size() {
        with_look(Language::ZhCn, "dark", |look| {
            let map = Keymap::load(None).0;
            let mut palette = Palette::open(&map, &[Context::Any], look.words);
            palette.step(1);
            for (width, height) in [(80, 24), (120, 40), (1, 1), (5, 4), (33, 9), (300, 100)] {
                let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
                let area = buf.area;
                let caret = palette.draw(&mut buf, area, &map, look);
                assert!(caret.is_none_or(|caret| area.contains(caret)));
                assert!(dump::is_whole(&buf));
                if width == 80 {
                    assert!(dump::text(&buf).contains("F2 │"), "{}", dump::text(&buf));
                }
            }
        });
    }
}
