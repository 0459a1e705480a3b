//! The end of a shift on a real store: the sheet, its signature, its receipt, its document.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use serde_json::{Value, json};
use zhiban::chance::{FixedClock, SeededRandom};
use zhiban::desk::Desk;
use zhiban::desk::act::fields;
use zhiban::desk::case::Request;
use zhiban::desk::handover::{Answer, Point, Severity};
use zhiban::domain::id::Id;
use zhiban::domain::money::Money;
use zhiban::domain::payload::{Change, Payload};
use zhiban::domain::register::{Owner, Post};
use zhiban::domain::registers::setting;
use zhiban::domain::seal::ReplicaKey;
use zhiban::exchange::outlet::Format;
use zhiban::exchange::outlet::handover::is_whole;
use zhiban::i18n::{Language, Words};
use zhiban::store::{Author, Draft, Query, Shop, Store};

#[path = "support/workbook.rs"]
mod workbook;

const NOW: i64 = 1_795_333_560_000;
const HOUR: i64 = 3_600_000;

/// A document as who opens it reads it.
fn read(format: Format, bytes: &[u8]) -> String {
    if format == Format::Xlsx {
        workbook::shown(bytes)
    } else {
        String::from_utf8(bytes.to_vec()).unwrap()
    }
}

/// A drill desk shared by several people; the first is signed in.
fn desk(folder: &std::path::Path, names: &[&str], now: i64) -> Desk {
    let mut store = if Store::exists(folder) {
        Store::open(folder).unwrap()
    } else {
        Store::create(folder, Shop::drill("handover")).unwrap()
    };
    if store.heads().unwrap().is_empty() {
        for (at, name) in names.iter().enumerate() {
            let secret = *blake3::hash(name.as_bytes()).as_bytes();
            let replica = store.add_replica(ReplicaKey::from_secret(&secret)).unwrap();
            let fields = fields([("key", json!("replica")), ("name", json!(name))]);
            let payload = Payload::Open(Change {
                fields,
                ..Change::default()
            });
            let first = Draft::new(
                &setting::REGISTER,
                Id::at(now, [at as u8; 10]),
                payload,
                now,
            );
            let mut random = SeededRandom::new(name);
            store
                .append(&Author { replica, zone: 480 }, now, &mut random, &[first])
                .unwrap();
        }
    }
    let random = Box::new(SeededRandom::new(format!("{now}{names:?}")));
    let mut desk = Desk::open(store, Box::new(FixedClock(now)), random).unwrap();
    sit(&mut desk, names[0]);
    desk
}

fn sit(desk: &mut Desk, name: &str) {
    let person = desk.people().by_name(name).unwrap().clone();
    desk.sign_in(&person).unwrap();
}

fn person(desk: &Desk, name: &str) -> Owner {
    Owner::Person(desk.people().by_name(name).unwrap().id)
}

/// A conversation, a promise due in 4 hours, a follow-up due in 6, a far one, and a case.
fn work(desk: &mut Desk) -> Vec<Id> {
    let talk = desk.open_conversation("雨后彩虹", "chat").unwrap().record();
    desk.reply(talk, "今晚八点前一定给您答复").unwrap();
    let promise = desk
        .promise(talk, "查到签收证明就回电 13812345678", NOW + 4 * HOUR, None)
        .unwrap()
        .record();
    let urge = desk
        .follow_up(Some(talk), "urge", "打圆通", NOW + 6 * HOUR)
        .unwrap()
        .record();
    let visit = desk
        .follow_up(None, "visit", "投诉后回访", NOW + 48 * HOUR)
        .unwrap()
        .record();
    let request = Request {
        order: "4031902847193527741".into(),
        about: Some(talk),
        values: fields([
            ("kind", json!("refund_only")),
            ("reason", json!("quality")),
            ("fault", json!("ours")),
            ("amount", json!(Money::cny(12_900))),
            ("read_back", json!(true)),
        ]),
    };
    let case = desk.draft_case(None, &request).unwrap().record();
    desk.submit_case(case).unwrap();
    vec![talk, promise, urge, visit, case]
}

#[test]
fn a_shift_is_handed_over_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let mut leaver = desk(&path, &["林晓", "何静", "陈立"], NOW);
    let words = Words::new(Language::ZhCn);
    let items = work(&mut leaver);
    assert_eq!(leaver.not_handed_over().unwrap(), items.len());
    assert!(leaver.sign_out(None).is_err());

    let mut sheet = leaver.handover_draft(&words).unwrap();
    assert_eq!(sheet.lines.len(), items.len());
    let of = |sheet: &zhiban::desk::handover::Sheet, id: Id| {
        sheet
            .lines
            .iter()
            .find(|line| line.row.id == id)
            .unwrap()
            .clone()
    };
    assert_eq!(of(&sheet, items[0]).severity, Severity::Green);
    assert!(of(&sheet, items[0]).summary.contains("今晚八点前"));
    assert_eq!(of(&sheet, items[1]).severity, Severity::Red);
    assert_eq!(of(&sheet, items[1]).missing(NOW), ["if_then"]);
    assert_eq!(of(&sheet, items[2]).severity, Severity::Yellow);
    assert!(of(&sheet, items[2]).missing(NOW).is_empty());
    assert_eq!(of(&sheet, items[3]).severity, Severity::Green);
    assert_eq!(
        of(&sheet, items[4]).severity,
        Severity::Red,
        "money above the allowance is in flight"
    );

    let to = person(&leaver, "何静");
    let lacking = leaver.handover_sign(&sheet, Some(to), &words).unwrap_err();
    assert!(
        lacking.message.starts_with("problem-handover-missing"),
        "{lacking}"
    );
    for line in &mut sheet.lines {
        line.raise(Severity::Green);
        if line.severity == Severity::Red {
            line.if_then = "若 19:30 没照片，就先补发".into();
        }
    }
    sheet.to = to;
    sheet.points.push(Point {
        text: "圆通杭州仓爆仓".into(),
        until: Some(NOW + 30 * HOUR),
    });
    leaver.keep_handover(&sheet).unwrap();
    let again = leaver.handover_draft(&words).unwrap();
    assert_eq!(again.lines, sheet.lines, "what was written is kept");
    assert_eq!((again.to, &again.points), (to, &sheet.points));

    let dropped = zhiban::desk::handover::Sheet {
        lines: sheet.lines[1..].to_vec(),
        ..sheet.clone()
    };
    assert_eq!(
        leaver
            .handover_sign(&dropped, None, &words)
            .unwrap_err()
            .message,
        "problem-handover-changed"
    );
    let me = person(&leaver, "林晓");
    assert!(leaver.handover_sign(&sheet, Some(me), &words).is_err());
    let id = leaver.handover_sign(&sheet, None, &words).unwrap().record();
    assert_eq!(leaver.not_handed_over().unwrap(), 0);
    assert!(
        leaver.handover_draft(&words).unwrap().points.is_empty(),
        "the draft is over"
    );
    leaver.sign_out(None).unwrap();
    drop(leaver);

    let mut taker = desk(&path, &["何静"], NOW + 2 * HOUR);
    let waiting = taker.handovers_for_me().unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(
        (
            waiting[0].lines.len(),
            waiting[0].open_items,
            waiting[0].open()
        ),
        (5, 5, 5)
    );
    assert!(waiting[0].lines.iter().all(|line| !line.changed));
    let no = |items_at: usize| {
        waiting[0]
            .lines
            .iter()
            .find(|line| line.record == items[items_at])
            .unwrap()
            .no
    };
    assert_eq!(
        taker.handover_receipt(id).unwrap_err().message,
        "problem-handover-open"
    );
    assert!(taker.answer_line(id, 9, Answer::Accept).is_err());
    assert!(taker.answer_line(id, no(1), Answer::Return(" ")).is_err());

    // Somebody approves the case after the sheet was signed: the line says so.
    sit(&mut taker, "陈立");
    taker.approve_case(items[4]).unwrap();
    sit(&mut taker, "何静");
    let changed: Vec<Id> = taker
        .handover(id)
        .unwrap()
        .lines
        .iter()
        .filter(|line| line.changed)
        .map(|line| line.record)
        .collect();
    assert_eq!(changed, [items[4]]);

    taker
        .answer_lines(id, &[no(0), no(2), no(4)], Answer::Accept)
        .unwrap();
    let (talk, _) = taker.record(items[0]).unwrap();
    assert_eq!(talk.owner, Some(to));
    assert_eq!(talk.first_owner, Some(me));
    assert_eq!(
        talk.steps.last().unwrap().reason.as_deref(),
        Some("shift_end")
    );
    taker
        .answer_line(id, no(1), Answer::Ask("签收照片找谁要"))
        .unwrap();
    assert_eq!(
        taker.handover(id).unwrap().state,
        "signed",
        "a question keeps the sheet open"
    );
    taker
        .answer_line(id, no(3), Answer::Return("资料不够"))
        .unwrap();
    assert_eq!(
        taker.record(items[3]).unwrap().0.owner,
        Some(me),
        "what is returned stays the leaver's"
    );
    let mentions = taker
        .store()
        .rows(&Query {
            registers: vec!["follow_up"],
            open_only: true,
            ..Query::default()
        })
        .unwrap();
    let told =
        |row: &&zhiban::store::Row| row.owner == Some(me) && row.fields["kind"] == json!("mention");
    assert_eq!(
        mentions.iter().filter(told).count(),
        2,
        "question and return reach the leaver"
    );
    taker
        .answer_line(id, no(1), Answer::Change("20:30 前回电"))
        .unwrap();
    let sheet = taker.handover(id).unwrap();
    assert_eq!((sheet.state.as_str(), sheet.open()), ("acknowledged", 0));
    assert!(taker.handovers_for_me().unwrap().is_empty());
    assert!(taker.answer_line(id, no(1), Answer::Accept).is_err());
    assert!(taker.store().verify().unwrap().clean);

    // What came back is the leaver's to hand over again.
    sit(&mut taker, "林晓");
    assert_eq!(
        taker.not_handed_over().unwrap(),
        3,
        "the returned line and two mentions"
    );
    assert_eq!(taker.handovers_of_mine().unwrap().len(), 1);
}

#[test]
fn a_sheet_is_a_document_that_can_be_checked() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"), &["林晓", "何静"], NOW);
    let words = Words::new(Language::ZhCn);
    work(&mut desk);
    let mut sheet = desk.handover_draft(&words).unwrap();
    assert_eq!(
        sheet.to,
        Owner::Post(Post::PreSales),
        "without a plan it goes to the post"
    );
    sheet
        .lines
        .iter_mut()
        .for_each(|line| line.if_then = "若不通，就升级".into());
    let before = desk
        .sheet_document(&sheet, Format::Markdown, &words, false)
        .unwrap();
    let before = read(Format::Markdown, &before);
    assert!(before.contains("5 件 = 待办 5 件"), "{before}");
    let id = desk.handover_sign(&sheet, None, &words).unwrap().record();

    let json: Value = serde_json::from_slice(
        &desk
            .handover_document(id, Format::Json, &words, true)
            .unwrap(),
    )
    .unwrap();
    assert!(is_whole(&json));
    assert_eq!(json["counts_agree"], json!(true));
    assert_eq!(json["lines"].as_array().unwrap().len(), 5);
    assert_eq!(json["header"]["from_agent"], json!("林晓"));
    assert_eq!(
        (
            &json["workload"]["registered"],
            &json["workload"]["promises"]
        ),
        (&json!("5"), &json!("1"))
    );
    assert!(json.to_string().contains("13812345678") && json.to_string().contains("雨后彩虹"));
    for format in Format::ALL {
        let bytes = desk.handover_document(id, format, &words, false).unwrap();
        let text = read(format, &bytes);
        assert!(
            !text.contains("13812345678") && !text.contains("雨后彩虹"),
            "{text}"
        );
        assert!(text.contains("4031902847193527741"), "{text}");
    }
    sit(&mut desk, "何静");
    desk.handover_second(id).unwrap();
    let html = desk.handover_document(id, Format::Html, &words, false);
    assert!(read(Format::Html, &html.unwrap()).contains("何静"));
}

#[test]
fn many_items_are_all_lines() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = desk(&folder.path().join("s"), &["林晓", "何静"], NOW);
    let words = Words::new(Language::En);
    for n in 0..130 {
        desk.follow_up(None, "reminder", &format!("item {n}"), NOW + 100 * HOUR)
            .unwrap();
    }
    let sheet = desk.handover_draft(&words).unwrap();
    let id = desk.handover_sign(&sheet, None, &words).unwrap().record();
    let read = desk.handover(id).unwrap();
    assert_eq!(
        read.lines.iter().map(|line| line.no).collect::<Vec<_>>(),
        (1..=130).collect::<Vec<_>>()
    );
    sit(&mut desk, "何静");
    let all: Vec<usize> = (1..=130).collect();
    desk.answer_lines(id, &all, Answer::Accept).unwrap();
    assert_eq!(desk.handover(id).unwrap().state, "acknowledged");
    assert_eq!(desk.to_hand_over(desk.me().unwrap().id).unwrap().len(), 130);
}

#[test]
fn a_time_that_is_over_is_not_handed_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let words = Words::new(Language::ZhCn);
    let mut leaver = desk(&path, &["林晓", "何静"], NOW);
    let items = work(&mut leaver);
    drop(leaver);
    // The promise was due after four hours, the call after six.
    let now = NOW + 7 * HOUR;
    let mut leaver = desk(&path, &["林晓", "何静"], now);
    let mut sheet = leaver.handover_draft(&words).unwrap();
    let missing = |sheet: &zhiban::desk::handover::Sheet, id: Id| {
        let line = sheet.lines.iter().find(|line| line.row.id == id).unwrap();
        line.missing(now)
    };
    assert_eq!(missing(&sheet, items[1]), ["due", "if_then"]);
    assert_eq!(missing(&sheet, items[2]), ["due"]);
    for line in &mut sheet.lines {
        line.if_then = "若不通，就升级".into();
    }
    let to = person(&leaver, "何静");
    let refused = leaver.handover_sign(&sheet, Some(to), &words).unwrap_err();
    assert_eq!(refused.message, "problem-handover-over");
    let next = sheet.next_due(now);
    assert!(next > now && next % (HOUR / 2) == 0);
    for line in &mut sheet.lines {
        if line.is_over(now) {
            line.due = Some(next);
        }
    }
    let id = leaver
        .handover_sign(&sheet, Some(to), &words)
        .unwrap()
        .record();
    let signed = leaver.handover(id).unwrap();
    assert!(
        signed
            .lines
            .iter()
            .all(|line| line.due.is_none_or(|due| due > now))
    );
}
