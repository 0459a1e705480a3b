//! Shops with as much in them as a bench asks for.

use std::path::Path;

use serde_json::{Value, json};
use zhiban::chance::{FixedClock, SeededRandom};
use zhiban::desk::Desk;
use zhiban::desk::begin;
use zhiban::domain::id::Id;
use zhiban::domain::payload::{Change, Direction, Payload, Say};
use zhiban::domain::register::{Owner, Register};
use zhiban::domain::registers::{conversation, order};
use zhiban::store::{Author, Draft};

pub use super::drill::NOW;

/// How many events one transaction writes while a shop is filled.
const PORTION: usize = 5_000;
const MINUTE: i64 = 60_000;

/// Begins a shop with a roster of one supervisor, who is signed in.
pub fn desk(folder: &Path) -> Desk {
    let (clock, random) = (FixedClock(NOW), SeededRandom::new("bench"));
    begin::init(
        folder,
        "青禾家居旗舰店",
        "林晓",
        Box::new(clock),
        Box::new(random),
    )
    .unwrap()
    .0
}

/// Returns the id of the n-th record of a register.
pub fn id(register: &Register, n: u32) -> Id {
    let hash = blake3::hash(format!("{} {n}", register.name).as_bytes());
    Id::from_slice(&hash.as_bytes()[..16]).unwrap()
}

/// Writes drafts as the person at the desk, many in one transaction.
pub fn write(desk: &mut Desk, drafts: &[Draft]) {
    let author = Author {
        replica: desk.me().unwrap().replica,
        zone: 480,
    };
    let mut random = SeededRandom::new("salts");
    for portion in drafts.chunks(PORTION) {
        desk.store_mut()
            .append(&author, NOW, &mut random, portion)
            .unwrap();
    }
}

/// Writes talks as [`talks`] makes them, a few at a time: of a million events not all drafts are
/// in memory at once.
pub fn write_talks(desk: &mut Desk, count: u32, open_every: u32, owner: Id) {
    for from in (0..count).step_by(1_000) {
        let some: Vec<Draft> = (from..count.min(from + 1_000))
            .flat_map(|n| talk(n, n % open_every == 0, owner))
            .collect();
        write(desk, &some);
    }
}

/// How many messages a talk has, as large shops have them in the mean.
const MESSAGES: usize = 10;

/// Returns talks of thirteen events each, of which one in `open_every` is open.
pub fn talks(count: u32, open_every: u32, owner: Id) -> Vec<Draft> {
    (0..count)
        .flat_map(|n| talk(n, n % open_every == 0, owner))
        .collect()
}

fn talk(n: u32, is_open: bool, owner: Id) -> Vec<Draft> {
    let record = id(&conversation::REGISTER, n);
    let about = json!({"buyer": format!("买家{n}"), "number": format!("CV{n:08}"), "stage": "in_sales", "channel": "chat"});
    let asked = format!("你好，我的订单 45678{n:012} 什么时候发货？麻烦快一点，谢谢");
    let mut payloads = vec![
        open(about, None),
        Payload::Assign {
            saw: None,
            to: Owner::Person(owner),
            reason: None,
            note: None,
        },
    ];
    let answer = "亲，已经为您催促仓库，今天 18:00 前发出。";
    let messages = (0..MESSAGES).map(|at| match at % 2 {
        0 => say(Direction::In, &format!("{asked} {at}")),
        _ => say(Direction::Out, answer),
    });
    payloads.extend(messages);
    payloads.push(if is_open {
        say(Direction::In, "好的，那我等着")
    } else {
        step("open", "closed")
    });
    let begun = NOW - i64::from(n % 10_000) * MINUTE;
    let draft = |(at, payload)| Draft::new(&conversation::REGISTER, record, payload, at);
    (begun..).zip(payloads).map(draft).collect()
}

/// Returns orders of two events each, as two exports of a platform bring them.
pub fn orders(count: u32) -> Vec<Draft> {
    (0..count).flat_map(order).collect()
}

fn order(n: u32) -> [Draft; 2] {
    let record = id(&order::REGISTER, n);
    let paid = json!({
        "number": format!("45678{n:012}"), "platform": "taobao", "platform_state": "to_ship", "buyer": format!("买家{n}"),
        "paid": {"minor": 12_900, "currency": "CNY"}, "receiver": "王小明", "phone": "13800138000",
        "address": "浙江省杭州市余杭区示例路8号", "item_count": 2, "title": "北欧风落地灯 客厅卧室",
    });
    let shipped =
        json!({"platform_state": "shipped", "carrier": "中通", "waybill": format!("7530{n:09}")});
    [(paid, NOW - 60 * MINUTE), (shipped, NOW - MINUTE)]
        .map(|(fields, at)| Draft::new(&order::REGISTER, record, open(fields, Some(at)), at))
}

fn open(fields: Value, exported_at: Option<i64>) -> Payload {
    let fields = fields.as_object().unwrap().clone().into_iter().collect();
    Payload::Open(Change {
        fields,
        exported_at,
        ..Change::default()
    })
}

fn step(from: &str, to: &str) -> Payload {
    Payload::Move {
        from: from.into(),
        to: to.into(),
        reason: None,
        note: None,
    }
}

fn say(direction: Direction, text: &str) -> Payload {
    Payload::Say(Box::new(Say {
        direction,
        channel: Some("chat".into()),
        author: Some("小雨".into()),
        text: Some(text.into()),
        copied: false,
        hash: None,
        source: None,
    }))
}
