use super::*;
use crate::i18n::Language;
use crate::tui::dump;
use crate::tui::keys::Press;
use crate::tui::widgets::line::tests::with_look;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

fn fault() -> Vec<Choice> {
    ["我方", "买家", "快递", "平台", "不清"]
        .map(|label| Choice::new(label, label))
        .to_vec()
}

fn refund() -> Form {
    Form::new(vec![
        Field::new("order", "订单", Value::Fixed("..6613".into())),
        Field::new(
            "kind",
            "类型",
            Value::Choice(
                vec![
                    Choice::new("refund_only", "仅退款"),
                    Choice::new("return", "退货退款"),
                ],
                Some(0),
            ),
        ),
        Field::new("fault", "责任", Value::Choice(fault(), None)).required(),
        Field::new("evidence", "凭证", Value::Fixed("0 件".into())).beside(),
        Field::new("amount", "金额", Value::Money(Editor::single_line()))
            .prefix("¥ ")
            .note("可退上限 ¥129.00", Ink::Dim)
            .required(),
        Field::new("read_back", "复述", Value::Flag(false, "退 1 件".into())).required(),
        Field::new("remark", "备注", Value::Text(Editor::new(), 2)),
    ])
}

fn key(text: &str) -> Input {
    Input::Key(Press::of(Key::parse(text).unwrap()))
}

#[test]
fn it_is_drawn_like_the_after_sale_form() {
    with_look(Language::ZhCn, "dark", |look| {
        let form = refund();
        let mut buf = Buffer::empty(Rect::new(0, 0, 80, 8));
        let area = buf.area;
        let caret = draw(&mut buf, area, &form, Shape::of(80), look);
        assert_eq!(
            dump::rows(&buf),
            [
                " 订单    ..6613",
                " 类型    (1仅退款) 2退货退款",
                "*责任    1我方 2买家 3快递 4平台 5不清        凭证    0 件",
                "*金额    ¥                                                      可退上限 ¥129.00",
                "*复述    [ ] 退 1 件",
                " 备注",
                "",
                "",
            ]
        );
        assert_eq!(caret, Some(Position::new(9, 1)));
        assert_eq!(
            header(&form, look)
                .text
                .replace(['\u{2068}', '\u{2069}'], ""),
            "差 3 项"
        );
    });
}

#[test]
fn it_is_filled_with_digits_tab_and_space() {
    let mut form = refund();
    assert_eq!(form.current().unwrap().id, "kind");
    assert_eq!(form.input(&key("2")), Outcome::Changed);
    assert_eq!(form.chosen("kind"), Some("return"));
    form.apply(Command::NextMissing);
    assert_eq!(form.current().unwrap().id, "fault");
    assert_eq!(form.input(&key("6")), Outcome::Ignored);
    let full_width = Press {
        key: Key::plain(Code::Char('2')),
        typed: Some('２'),
    };
    assert_eq!(form.input(&Input::Key(full_width)), Outcome::Changed);
    assert_eq!(form.chosen("fault"), Some("买家"));
    form.apply(Command::NextMissing);
    assert!(form.in_text());
    form.input(&key("1"));
    form.input(&key("8"));
    assert_eq!(form.text("amount"), "18");
    form.apply(Command::NextMissing);
    assert_eq!(form.apply(Command::Toggle), Outcome::Changed);
    assert!(form.ticked("read_back"));
    assert_eq!(form.missing(), 0);
    form.apply(Command::PreviousField);
    assert_eq!(form.current().unwrap().id, "amount");
}

#[test]
fn arrows_choose_and_stop_at_the_ends() {
    let mut form = refund();
    form.apply(Command::ValueNext);
    form.apply(Command::ValueNext);
    assert_eq!(form.chosen("kind"), Some("return"));
    form.apply(Command::ValuePrevious);
    assert_eq!(form.chosen("kind"), Some("refund_only"));
    assert_eq!(form.apply(Command::Unfold), Outcome::Unfold);
    assert_eq!(form.choose(1), Outcome::Changed);
    form.focus("remark");
    assert_eq!(form.apply(Command::Unfold), Outcome::Changed);
    assert_eq!(form.text("remark"), "\n");
}

#[test]
fn new_fields_keep_the_place() {
    let mut form = refund();
    form.focus("amount");
    let mut fields = refund().fields;
    fields.remove(1);
    form.replace(fields);
    assert_eq!(form.current().unwrap().id, "amount");
    form.replace(Vec::new());
    assert_eq!(form.apply(Command::NextMissing), Outcome::Moved);
}

proptest! {
    #[test]
    fn any_size_keeps_rows_whole_and_the_caret_inside(
        w in 1u16..100, h in 1u16..12, steps in prop::collection::vec(0usize..9, 0..20),
    ) {
        with_look(Language::ZhCn, "dark", |look| {
            let mut form = refund();
            for step in steps {
                match step {
                    0 => form.apply(Command::NextField),
                    1 => form.apply(Command::PreviousField),
                    2 => form.apply(Command::NextMissing),
                    3 => form.apply(Command::PreviousMissing),
                    4 => form.apply(Command::ValueNext),
                    5 => form.apply(Command::Toggle),
                    6 => form.apply(Command::Unfold),
                    7 => form.input(&key("3")),
                    _ => form.input(&Input::Paste("春天里 改颜色\n今天".into())),
                };
            }
            let mut buf = Buffer::empty(Rect::new(0, 0, w, h));
            let area = buf.area;
            let caret = draw(&mut buf, area, &form, Shape::of(w), look);
            assert!(caret.is_none_or(|caret| area.contains(caret)));
            assert!(dump::is_whole(&buf));
        });
    }
}
