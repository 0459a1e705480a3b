use proptest::prelude::*;

use super::*;
use crate::exchange::intake::times;

const ZONE: Tz = chrono_tz::Asia::Shanghai;

fn ms(text: &str) -> i64 {
    times::time(text, ZONE, None).unwrap()
}

fn forms() -> ChatForms {
    ChatForms::built_in().unwrap()
}

fn parse_with(paste: &str, ours: &[&str], known: &[&str]) -> Pasted {
    let ours: Vec<String> = ours.iter().map(|name| (*name).to_owned()).collect();
    let known: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
    let context = ChatContext {
        now: ms("2026-11-22 15:46"),
        zone: ZONE,
        date_order: None,
        ours: &ours,
        known_buyer: &|name| known.iter().any(|one| one == name),
    };
    read(paste, &forms(), &context)
}

fn parse(paste: &str) -> Pasted {
    parse_with(
        paste,
        &["青禾家居旗舰店:林晓", "周敏", "青禾家居旗舰店"],
        &[],
    )
}

fn said(pasted: &Pasted) -> Vec<(&str, Side, &str)> {
    pasted
        .utterances
        .iter()
        .map(|said| {
            (
                said.speaker.as_deref().unwrap_or("-"),
                said.side,
                said.text.as_str(),
            )
        })
        .collect()
}

#[test]
fn each_form_reads_its_example() {
    for (name, example) in forms().examples() {
        let pasted = parse_with(example, &[], &["春天里"]);
        assert_eq!(pasted.form.as_deref(), Some(name));
        assert_eq!(said(&pasted), [("春天里", Side::In, "亲 在吗")], "{name}");
        let at = pasted.utterances[0].at;
        let minute = at.map(|at| at / 60_000 * 60_000);
        assert_eq!(
            minute,
            pasted.timed.then(|| ms("2026-11-22 14:41")),
            "{name}"
        );
    }
}

#[test]
fn a_chat_of_wangwang() {
    let paste = "春天里 (2026-11-22 14:41:05): 亲 我那个四件套能换灰色吗\n\
        春天里（2026-11-22 14:41:20）：订单号 4031902847193527741\n\
        青禾家居旗舰店:林晓 (2026-11-22 14:43:00): 可以的，请您核对：\n1.8m 灰色，对吗？\n\n\
        春天里 (2026-11-22 14:44:00): 对 电话13900139000 [图片]\n";
    let pasted = parse(paste);
    assert_eq!(pasted.form.as_deref(), Some("wangwang"));
    assert_eq!(
        said(&pasted),
        [
            ("春天里", Side::In, "亲 我那个四件套能换灰色吗"),
            ("春天里", Side::In, "订单号 4031902847193527741"),
            (
                "青禾家居旗舰店:林晓",
                Side::Out,
                "可以的，请您核对：\n1.8m 灰色，对吗？"
            ),
            ("春天里", Side::In, "对 电话13900139000 [图片]"),
        ]
    );
    assert_eq!((pasted.lines, pasted.unsplit), (5, 0));
    assert_eq!(pasted.orders, ["4031902847193527741"]);
    assert_eq!(pasted.phones, ["13900139000"]);
    assert_eq!(pasted.buyer.as_deref(), Some("春天里"));
    assert!(pasted.ambiguous.is_empty() && !pasted.dateless && pasted.timed);
}

#[test]
fn times_without_dates_take_the_day_of_the_paste() {
    let pasted = parse("14:41 春天里: 在吗\n23:10 周敏: 在的\n");
    assert_eq!(pasted.utterances[0].at, Some(ms("2026-11-22 14:41")));
    assert_eq!(pasted.utterances[1].at, Some(ms("2026-11-21 23:10")));
    assert!(pasted.dateless);
    let dated = parse("—— 2026年11月20日 ——\n春天里 14:41\n在吗\n周敏 14:42\n在的\n");
    assert_eq!(dated.utterances[1].at, Some(ms("2026-11-20 14:42")));
    assert_eq!((dated.utterances.len(), dated.dateless), (2, false));
    let yesterday = parse("春天里 昨天 下午2:41\n在吗\n周敏 11-20 09:00\n在\n");
    assert_eq!(yesterday.utterances[0].at, Some(ms("2026-11-21 14:41")));
    assert_eq!(yesterday.utterances[1].at, Some(ms("2026-11-20 09:00")));
    let open = parse("[03/04/2026, 14:41:05] 春天里: hi\n[03/04/2026, 14:42:05] 周敏: hi\n");
    assert_eq!((open.utterances[0].at, open.open_dates), (None, true));
}

#[test]
fn names_and_labels_without_times() {
    let pasted = parse("春天里: 换地址\n地址: 杭州市\n电话：13900139000\n周敏：好的: 收到\n");
    assert_eq!(pasted.form.as_deref(), Some("name_text"));
    assert_eq!(
        said(&pasted),
        [
            (
                "春天里",
                Side::In,
                "换地址\n地址: 杭州市\n电话：13900139000"
            ),
            ("周敏", Side::Out, "好的: 收到"),
        ]
    );
    let colon = parse("青禾家居旗舰店:周敏: 在的\n春天里: 好\n");
    assert_eq!(
        colon.utterances[0].speaker.as_deref(),
        Some("青禾家居旗舰店:周敏")
    );
    assert_eq!(colon.utterances[0].side, Side::Out);
    let spaced = parse("别的店:王: 在的\n春天里: 好\n");
    assert_eq!(spaced.utterances[0].speaker.as_deref(), Some("别的店:王"));
}

#[test]
fn who_is_who_is_asked_where_it_is_open() {
    let two = parse("春天里: a\n夏天: b\n周敏: c\n");
    assert_eq!(
        (two.ambiguous, two.buyer),
        (vec!["春天里".into(), "夏天".into()], None)
    );
    let none = parse("甲: a\n乙: b\n");
    assert_eq!(none.ambiguous, ["甲", "乙"]);
    assert_eq!(none.utterances[0].side, Side::Unknown);
    let system = parse("系统消息: 已分配\n春天里: a\n周敏: c\n");
    assert_eq!(system.speakers[0].side, Side::System);
    assert_eq!(system.buyer.as_deref(), Some("春天里"));
    let one = parse("春天里: a\n");
    assert_eq!(one.ambiguous, ["春天里"]);
}

#[test]
fn without_heads_it_is_one_block() {
    let pasted = parse("\n我要退货\n  质量不好\n\n");
    assert_eq!(
        said(&pasted),
        [("-", Side::Unknown, "我要退货\n  质量不好")]
    );
    assert_eq!((pasted.form, pasted.lines, pasted.unsplit), (None, 2, 2));
    let led = parse("复制的聊天\n第二行\n春天里 (14:41:05): 在吗\n");
    assert_eq!((led.utterances.len(), led.unsplit), (2, 2));
    assert_eq!(parse("").utterances.len(), 0);
}

#[test]
fn line_ends_of_windows() {
    let pasted = parse("春天里 (14:41:05): 在吗\r\n第二行\r\n周敏 (14:42:05): 在\r\n");
    assert_eq!(pasted.utterances[0].text, "在吗\n第二行");
    assert_eq!(pasted.utterances.len(), 2);
}

#[test]
fn a_shops_own_form_is_tried_first() {
    let mut own = forms();
    own.add("[[form]]\nname='mine'\nhead='<{name}|{time}> {text}'\nexample='<a|1:00> x'\n")
        .unwrap();
    let context = ChatContext {
        now: ms("2026-11-22 15:46"),
        zone: ZONE,
        date_order: None,
        ours: &[],
        known_buyer: &|_| false,
    };
    let pasted = read("<春天里|14:41> 在吗", &own, &context);
    assert_eq!(pasted.form.as_deref(), Some("mine"));
    assert!(
        own.add("[[form]]\nname='x'\nhead='{name}{text}'\nexample=''\n")
            .is_err()
    );
    assert!(
        own.add("[[form]]\nname='x'\nhead='{time}'\nexample=''\n")
            .is_err()
    );
}

#[test]
fn long_pastes_end_in_time() {
    let start = std::time::Instant::now();
    let long = "春天里 (2026-11-22 14:41:05): 在吗 ::::((((\n".repeat(5_000);
    assert_eq!(parse(&long).utterances.len(), 5_000);
    let wild = format!("{}\n", "a:".repeat(50_000)).repeat(20);
    let _ = parse(&wild);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn nothing_panics(paste in any::<String>()) {
        let _ = parse(&paste);
    }

    #[test]
    fn likely_pastes_keep_their_words(paste in "([0-9]{1,4}|[:：()（） \n/-]|春天里|周敏|在吗|昨天|PM){0,40}") {
        let pasted = parse(&paste);
        let words = paste.matches("在吗").count();
        let kept: usize = pasted.utterances.iter()
            .map(|said| said.text.matches("在吗").count()
                + said.speaker.as_deref().unwrap_or("").matches("在吗").count())
            .sum();
        prop_assert!(kept <= words);
    }
}
