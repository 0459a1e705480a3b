//! The two bottom rows: hints of what is in front, and the key row. Both come
//! from the key map and both can be clicked.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Look;
use super::line::{self, Run};
use crate::i18n::Words;
use crate::tui::commands::{Command, Context};
use crate::tui::keymap::{Hint, Keymap};
use crate::tui::keys::Key;
use crate::tui::theme::Ink;

/// Blanks before the right part of the key row.
const RIGHT_GAP: u16 = 10;

/// One entry of a row: where it stands and what it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// First column.
    pub x: u16,
    /// Columns.
    pub width: u16,
    /// What a click runs.
    pub run: Option<Command>,
    key: String,
    gap: &'static str,
    label: String,
    /// It cannot act at the moment.
    off: bool,
    need: Need,
}

/// How long an entry stays where there is too little room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    /// It goes before the others.
    First,
    /// It goes where that is not enough.
    Then,
    /// It stays as long as anything does: the way out, and what finishes.
    Never,
}

impl Need {
    fn of(hint: &Hint) -> Self {
        match hint.run {
            Some(Command::Back | Command::Finish | Command::Accept) => Self::Never,
            _ if hint.yields => Self::First,
            _ => Self::Then,
        }
    }
}

/// The entries of the key row in so many columns: `F1帮助 F2登记 …`, with what
/// belongs to the right end where there is room for it. Where there is too little, every key
/// stays and labels go, the last first: whoever knows the key needs no label.
pub fn row(
    map: &Keymap,
    width: u16,
    is_off: &dyn Fn(Command) -> bool,
    look: &Look<'_>,
) -> Vec<Entry> {
    let mut entries: Vec<Entry> = map
        .row()
        .iter()
        .map(|command| {
            let mut entry = entry(map, *command, "", look);
            entry.off = is_off(*command);
            entry
        })
        .collect();
    for at in (0..entries.len()).rev() {
        if total(&entries, 1, look) <= width {
            break;
        }
        entries[at].label.clear();
    }
    let needed = total(&entries, 1, look);
    // A margin where it fits; eleven English labels fill 80 columns without.
    let margin = u16::from(needed < width);
    let mut out = place(entries, margin, 1, width, look);
    let right: Vec<Entry> = map
        .row_right()
        .iter()
        .map(|command| entry(map, *command, " ", look))
        .collect();
    let wanted = total(&right, 2, look);
    let used = out.last().map_or(0, |last| last.x + last.width);
    if !right.is_empty() && used + 3 + wanted < width {
        let start = (used + RIGHT_GAP).min(width - wanted - 1);
        out.extend(place(right, start, 2, width, look));
    }
    out
}

/// The entries of the hint row for what is in front: airy where all fit, else
/// close together, else without those that are needed least.
pub fn hints(map: &Keymap, stack: &[Context], width: u16, look: &Look<'_>) -> Vec<Entry> {
    let make = |gap| -> Vec<Entry> {
        map.hints(stack)
            .into_iter()
            .filter_map(|hint| hinted(map, hint, stack, gap, look))
            .collect()
    };
    let airy = make(" ");
    if total(&airy, 2, look) < width {
        return place(airy, 1, 2, width, look);
    }
    let gap = if look.words.language() == crate::i18n::Language::En {
        " "
    } else {
        ""
    };
    let mut close = make(gap);
    while total(&close, 1, look) >= width
        && let Some(at) = least_needed(&close)
    {
        close.remove(at);
    }
    place(close, 1, 1, width, look)
}

/// The entry that goes next: the last of those that are needed least; none where only one is left.
fn least_needed(entries: &[Entry]) -> Option<usize> {
    let places = (0..entries.len()).rev();
    let least = places.min_by_key(|at| entries[*at].need);
    least.filter(|_| entries.len() > 1)
}

/// Draws entries on row `y`.
pub fn draw(buf: &mut Buffer, area: Rect, entries: &[Entry], look: &Look<'_>) {
    if area.height == 0 {
        return;
    }
    for entry in entries {
        let (key, label) = if entry.off {
            (Ink::Off, Ink::Off)
        } else {
            (Ink::Key, Ink::Label)
        };
        let runs = [
            Run::new(entry.key.as_str(), key),
            Run::new(entry.gap, label),
            Run::new(entry.label.as_str(), label),
        ];
        let room = entry.width.min(area.width.saturating_sub(entry.x));
        line::put_runs(buf, (area.x + entry.x, area.y), room, &runs, look);
    }
}

/// What a click at this column of the row runs.
pub fn hit(entries: &[Entry], column: u16) -> Option<Command> {
    entries
        .iter()
        .find(|entry| (entry.x..entry.x + entry.width).contains(&column))
        .and_then(|entry| entry.run)
}

/// A key in the words of the language: `空格` for Space.
pub fn key_name(key: Key, words: &Words) -> String {
    let name = key.to_string();
    match name.as_str() {
        "Space" | "Backspace" => words.get(&format!("shown-{name}")).to_string(),
        _ => name,
    }
}

fn entry(map: &Keymap, command: Command, gap: &'static str, look: &Look<'_>) -> Entry {
    let key = map
        .key_of(command, &[Context::Any])
        .map_or_else(String::new, |key| key_name(key, look.words));
    let label = look
        .words
        .get(&format!("keyrow-{}", command.name()))
        .to_string();
    Entry {
        x: 0,
        width: 0,
        run: Some(command),
        key,
        gap,
        label,
        off: false,
        need: Need::Then,
    }
}

fn hinted(
    map: &Keymap,
    hint: &Hint,
    stack: &[Context],
    gap: &'static str,
    look: &Look<'_>,
) -> Option<Entry> {
    let (key, gap) = match (&hint.shown, hint.run) {
        (Some(shown), _) => (look.words.get(&format!("shown-{shown}")).to_string(), ""),
        (None, Some(command)) => (key_name(map.key_of(command, stack)?, look.words), gap),
        (None, None) => return None,
    };
    // Words that name keys read on without a blank, but not in English.
    let gap = if look.words.language() == crate::i18n::Language::En {
        " "
    } else {
        gap
    };
    let label = look.words.get(&format!("hint-{}", hint.word)).to_string();
    Some(Entry {
        x: 0,
        width: 0,
        run: hint.run,
        key,
        gap,
        label,
        off: false,
        need: Need::of(hint),
    })
}

fn columns(entry: &Entry, look: &Look<'_>) -> u16 {
    look.columns(&entry.key) + look.columns(entry.gap) + look.columns(&entry.label)
}

fn total(entries: &[Entry], between: u16, look: &Look<'_>) -> u16 {
    let gaps = between * entries.len().saturating_sub(1) as u16;
    entries
        .iter()
        .map(|entry| columns(entry, look))
        .fold(gaps, u16::saturating_add)
}

/// Gives each entry its place from `x` on; those that do not fit whole are left out.
fn place(entries: Vec<Entry>, x: u16, between: u16, width: u16, look: &Look<'_>) -> Vec<Entry> {
    let mut at = x;
    let mut out = Vec::with_capacity(entries.len());
    for mut entry in entries {
        let wide = columns(&entry, look);
        if at + wide > width {
            break;
        }
        entry.x = at;
        entry.width = wide;
        at += wide + between;
        out.push(entry);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::tui::dump;
    use crate::tui::widgets::line::tests::with_look;

    fn drawn(
        language: Language,
        width: u16,
        make: impl Fn(&Keymap, &Look<'_>) -> Vec<Entry>,
    ) -> String {
        with_look(language, "dark", |look| {
            let map = Keymap::load(None).0;
            let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
            let area = buf.area;
            draw(&mut buf, area, &make(&map, look), look);
            assert!(dump::is_whole(&buf));
            dump::text(&buf)
        })
    }

    fn key_row(language: Language, width: u16) -> String {
        drawn(language, width, |map, look| {
            row(map, width, &|_| false, look)
        })
    }

    #[test]
    fn eleven_labels_fit_eighty_columns() {
        assert_eq!(
            key_row(Language::ZhCn, 80),
            " F1帮助 F2登记 F3查找 F4话术 F5备注 F6售后 F7跟进 F8完成 F9复制 F10交接 F12切屏"
        );
        assert_eq!(
            key_row(Language::ZhTw, 80),
            " F1說明 F2登記 F3搜尋 F4罐頭 F5備註 F6售後 F7追蹤 F8完成 F9複製 F10交接 F12切換"
        );
        let english = key_row(Language::En, 80);
        assert_eq!(
            english,
            "F1Help F2Log F3Find F4Reply F5Note F6Return F7Later F8Done F9Copy F10Shift F12Go"
        );
        assert_eq!(english.len(), 80);
    }

    #[test]
    fn a_narrow_row_keeps_every_key_and_gives_up_labels_from_the_right() {
        assert_eq!(
            key_row(Language::ZhCn, 60),
            " F1帮助 F2登记 F3查找 F4话术 F5备注 F6售后 F7 F8 F9 F10 F12"
        );
        for language in Language::ALL {
            for width in 35..80 {
                let row = key_row(language, width);
                for n in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12] {
                    assert!(row.contains(&format!("F{n}")), "{width}: {row}");
                }
            }
        }
    }

    #[test]
    fn a_key_that_cannot_act_is_grey() {
        with_look(Language::ZhCn, "dark", |look| {
            let map = Keymap::load(None).0;
            let entries = row(&map, 80, &|command| command == Command::Capture, look);
            let mut buf = Buffer::empty(Rect::new(0, 0, 80, 1));
            let area = buf.area;
            draw(&mut buf, area, &entries, look);
            assert_eq!(dump::inked(&buf, look.theme, Ink::Off).trim(), "F2登记");
        });
    }

    #[test]
    fn the_wide_row_has_a_right_end() {
        let wide = key_row(Language::ZhCn, 120);
        assert!(
            wide.ends_with("F12切屏          Ctrl+S 同步  Ctrl+Q 离席"),
            "{wide}"
        );
    }

    #[test]
    fn hints_follow_what_is_in_front() {
        let composer = [
            Context::Text,
            Context::Composer,
            Context::Desk,
            Context::Any,
        ];
        assert_eq!(
            drawn(Language::ZhCn, 80, |map, look| hints(
                map, &composer, 80, look
            )),
            " Enter换行 Tab换栏 PgUp上文 Ctrl+T内部 Ctrl+G转交 Ctrl+U升级 Ctrl+N下一条"
        );
        let list = [Context::List, Context::Desk, Context::Any];
        assert_eq!(
            drawn(Language::ZhCn, 120, |map, look| hints(
                map, &list, 120, look
            )),
            " 上下选  Enter 打开  空格 标记  Tab 换栏  Ctrl+T 内部  Ctrl+G 转交  Ctrl+U 升级  Ctrl+N 下一条  Ctrl+Z 撤销"
        );
    }

    #[test]
    fn the_way_out_and_what_finishes_stay_however_narrow_it_is() {
        let map = Keymap::load(None).0;
        for language in Language::ALL {
            with_look(language, "dark", |look| {
                for (context, name) in crate::tui::commands::CONTEXTS {
                    let stack = [*context, Context::List, Context::Any];
                    let stays = |width, command| {
                        let row = hints(&map, &stack, width, look);
                        row.iter().any(|entry| entry.run == Some(command))
                    };
                    for command in [Command::Back, Command::Finish] {
                        let is_hinted = stays(1_000, command);
                        for width in 40..120 {
                            assert_eq!(stays(width, command), is_hinted, "{name} at {width}");
                        }
                    }
                }
            });
        }
    }

    #[test]
    fn what_yields_first_goes_before_the_others_and_of_these_the_last() {
        let handover = [Context::Handover, Context::List, Context::Any];
        let row = |width| {
            drawn(Language::ZhCn, width, |map, look| {
                hints(map, &handover, width, look)
            })
        };
        assert_eq!(
            row(80),
            " Tab填 Enter开 空格照旧 Ctrl+A绿全照旧 Ctrl+G交给谁 F8签名送出 F9复制 Esc留草稿"
        );
        assert_eq!(
            row(72),
            " Tab填 Enter开 空格照旧 Ctrl+A绿全照旧 Ctrl+G交给谁 F8签名送出 Esc留草稿"
        );
        assert_eq!(row(22), " F8签名送出 Esc留草稿");
    }

    #[test]
    fn a_click_runs_what_it_hits() {
        with_look(Language::ZhCn, "dark", |look| {
            let entries = row(&Keymap::load(None).0, 80, &|_| false, look);
            assert_eq!(hit(&entries, 1), Some(Command::Help));
            assert_eq!(hit(&entries, 8), Some(Command::Capture));
            assert_eq!(hit(&entries, 0), None);
        });
    }

    #[test]
    fn any_width_is_whole() {
        let stack = [Context::List, Context::Desk, Context::Any];
        for language in Language::ALL {
            for width in [1, 2, 7, 33, 79, 80, 81, 120, 121, 300] {
                drawn(language, width, |map, look| {
                    row(map, width, &|_| false, look)
                });
                drawn(language, width, |map, look| hints(map, &stack, width, look));
            }
        }
    }

    #[test]
    fn every_hint_and_label_has_words_in_every_language() {
        let map = Keymap::load(None).0;
        let mut ids: Vec<String> = Command::ALL
            .iter()
            .map(|command| command.doc_id())
            .collect();
        for command in map.row().iter().chain(map.row_right()) {
            ids.push(format!("keyrow-{}", command.name()));
        }
        for (context, name) in crate::tui::commands::CONTEXTS {
            ids.push(format!("context-{name}"));
            for hint in map.hints(&[*context]) {
                ids.push(format!("hint-{}", hint.word));
                ids.extend(hint.shown.as_ref().map(|shown| format!("shown-{shown}")));
                if let Some(command) = hint.run {
                    let stack = [
                        hint.when,
                        Context::Picker,
                        Context::List,
                        Context::Form,
                        Context::Any,
                    ];
                    assert!(
                        map.key_of(command, &stack).is_some(),
                        "{} has no key",
                        command.name()
                    );
                }
            }
        }
        let missing = crate::i18n::missing(ids.iter().map(String::as_str));
        assert!(missing.is_empty(), "{missing:?}");
    }
}
