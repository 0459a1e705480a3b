use super::*;
use ratatui::crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use std::time::{Duration, Instant};

fn event(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}

fn feed(translator: &mut Translator, events: &[(u64, Event)]) -> Vec<Input> {
    let start = Instant::now();
    let mut out = Vec::new();
    for (after, event) in events {
        translator.take(
            event.clone(),
            start + Duration::from_millis(*after),
            &mut out,
        );
    }
    out
}

fn chars(text: &str, from: u64, step: u64) -> Vec<(u64, Event)> {
    text.chars()
        .enumerate()
        .map(|(i, c)| {
            let code = if c == '\n' {
                KeyCode::Enter
            } else {
                KeyCode::Char(c)
            };
            (from + i as u64 * step, event(code, KeyModifiers::NONE))
        })
        .collect()
}

#[test]
fn spellings_lead_back() {
    for text in [
        "F2",
        "Ctrl+P",
        "Alt+3",
        "Space",
        "j",
        "PgUp",
        "Shift+Tab",
        "Shift+Up",
        "/",
        "+",
    ] {
        assert_eq!(Key::parse(text).unwrap().to_string(), text);
    }
    // Terminals say so; no keyboard does.
    assert_eq!(Key::parse("BackTab").unwrap().to_string(), "Shift+Tab");
    for text in ["", "Ctrl+", "F0", "F25", "Nonsense", "Shift+a"] {
        let key = Key::parse(text);
        assert!(key.is_none(), "{text} gave {key:?}");
    }
}

#[test]
fn chinese_punctuation_matches_but_text_keeps_it() {
    let mut translator = Translator::new(false);
    let out = feed(
        &mut translator,
        &[(0, event(KeyCode::Char('、'), KeyModifiers::NONE))],
    );
    assert_eq!(
        out,
        [Input::Key(Press {
            key: Key::plain(Code::Char('/')),
            typed: Some('、')
        })]
    );
}

#[test]
fn escape_then_digit_is_a_function_key_within_a_second() {
    let mut translator = Translator::new(false);
    let esc = event(KeyCode::Esc, KeyModifiers::NONE);
    let four = event(KeyCode::Char('4'), KeyModifiers::NONE);
    let out = feed(
        &mut translator,
        &[(0, esc.clone()), (900, four.clone()), (950, four.clone())],
    );
    assert_eq!(out[0], Input::Key(Press::of(Key::plain(Code::Esc))));
    assert_eq!(out[1], Input::Key(Press::of(Key::plain(Code::F(4)))));
    assert_eq!(out[2], Input::Key(Press::of(Key::plain(Code::Char('4')))));
    let late = feed(&mut translator, &[(0, esc), (1100, four)]);
    assert_eq!(late[1], Input::Key(Press::of(Key::plain(Code::Char('4')))));
}

#[test]
fn alt_digits_stand_for_function_keys() {
    assert_eq!(Key::alt('0').as_function(), Some(Key::plain(Code::F(10))));
    assert_eq!(Key::alt('-').as_function(), Some(Key::plain(Code::F(12))));
    assert_eq!(Key::alt('x').as_function(), None);
}

#[test]
fn a_pasted_newline_never_acts() {
    let mut translator = Translator::new(true);
    let mut out = feed(&mut translator, &chars("亲\n在吗\n", 0, 1));
    translator.settle(Instant::now() + Duration::from_secs(1), &mut out);
    assert_eq!(out, [Input::Paste("亲\n在吗\n".into())]);
}

#[test]
fn typed_keys_and_enter_stay_keys_where_bursts_join() {
    let mut translator = Translator::new(true);
    let mut out = feed(&mut translator, &chars("ab\n", 0, 40));
    translator.settle(Instant::now() + Duration::from_secs(1), &mut out);
    assert_eq!(out.len(), 3);
    assert_eq!(out[2], Input::Key(Press::of(Key::plain(Code::Enter))));
}

#[test]
fn a_burst_of_one_line_is_a_paste_and_a_held_key_is_not() {
    let later = Instant::now() + Duration::from_mins(1);
    for burst in ["雾霾蓝", "jk", "c1"] {
        let mut translator = Translator::new(true);
        let mut out = feed(&mut translator, &chars(burst, 0, 0));
        translator.settle(later, &mut out);
        assert_eq!(out, [Input::Paste(burst.into())]);
    }
    let mut translator = Translator::new(true);
    let mut out = feed(&mut translator, &chars("jjjj", 0, 1));
    translator.settle(later, &mut out);
    assert_eq!(out.len(), 4);
}

#[test]
fn the_mouse_moves_between_escape_and_digit() {
    let mut translator = Translator::new(false);
    let mouse = |kind| {
        Event::Mouse(MouseEvent {
            kind,
            column: 3,
            row: 4,
            modifiers: KeyModifiers::NONE,
        })
    };
    let esc = event(KeyCode::Esc, KeyModifiers::NONE);
    let four = event(KeyCode::Char('4'), KeyModifiers::NONE);
    for between in [
        mouse(MouseEventKind::Moved),
        mouse(MouseEventKind::ScrollUp),
        mouse(MouseEventKind::Up(MouseButton::Left)),
        Event::FocusGained,
    ] {
        let out = feed(
            &mut translator,
            &[(0, esc.clone()), (10, between), (20, four.clone())],
        );
        assert_eq!(
            out.last(),
            Some(&Input::Key(Press::of(Key::plain(Code::F(4)))))
        );
    }
    let pressed = mouse(MouseEventKind::Down(MouseButton::Left));
    let out = feed(&mut translator, &[(0, esc), (10, pressed), (20, four)]);
    assert_eq!(
        out.last(),
        Some(&Input::Key(Press::of(Key::plain(Code::Char('4')))))
    );
}

#[test]
fn releases_are_dropped_and_line_ends_unified() {
    let mut translator = Translator::new(false);
    let release = Event::Key(KeyEvent::new_with_kind(
        KeyCode::Char('a'),
        KeyModifiers::NONE,
        KeyEventKind::Release,
    ));
    assert!(feed(&mut translator, &[(0, release)]).is_empty());
    let out = feed(&mut translator, &[(0, Event::Paste("a\r\nb\rc".into()))]);
    assert_eq!(out, [Input::Paste("a\nb\nc".into())]);
}

#[test]
fn upper_case_with_control_is_the_same_key() {
    let mut translator = Translator::new(false);
    let out = feed(
        &mut translator,
        &[(0, event(KeyCode::Char('P'), KeyModifiers::CONTROL))],
    );
    assert_eq!(
        out,
        [Input::Key(Press {
            key: Key::ctrl('p'),
            typed: None
        })]
    );
}
