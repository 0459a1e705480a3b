//! Filtering 10,000 canned replies at every key, beside a plain search through the same texts.
#![allow(clippy::pedantic, clippy::unwrap_used)]

mod support;

use std::cell::Cell;

use divan::Bencher;
use support::{Pair, shop};
use zhiban::chance::{Random, SeededRandom};
use zhiban::desk::replies::{Context, Replies, Reply, Scope};
use zhiban::domain::id::Id;

const COUNT: u32 = 10_000;

const PARTS: [&str; 24] = [
    "亲，您好",
    "非常抱歉给您带来不便",
    "退货运费由我们承担",
    "收到货后请当面验收",
    "七天无理由退换货",
    "请保持商品完好不影响二次销售",
    "已经为您催促仓库",
    "今天十八点前发出",
    "快递单号是",
    "预计三天内送达",
    "发票会随货寄出",
    "这款面料是纯棉的",
    "建议低温水洗不要暴晒",
    "尺码偏小建议拍大一码",
    "库存不多请尽快下单",
    "优惠券可以在首页领取",
    "差价会原路退回",
    "请您提供一下订单号",
    "我帮您核实一下",
    "稍后给您回复",
    "感谢您的理解与支持",
    "祝您生活愉快",
    "重量约 2.5 kg",
    "请联系在线客服 Tmall",
];

/// How people look for a reply: words, the shortcode, the initials, both mixed, nothing.
const TYPED: [(&str, &str); 6] = [
    ("words", "退货运费"),
    ("shortcode", "/c0420"),
    ("initials", "thyfywmcd"),
    ("mixed", "运f由wm"),
    ("two words", "fp 随货"),
    ("missing", "zzzz"),
];

fn main() {
    support::run();
}

/// Each key of what somebody types.
#[divan::bench(args = TYPED.map(|(name, _)| name), sample_count = 200, sample_size = 1)]
fn filter(bencher: Bencher<'_, '_>, name: &str) {
    let typed = TYPED.iter().find(|(known, _)| *known == name).unwrap().1;
    let prefixes: Vec<String> = typed
        .char_indices()
        .map(|(at, c)| typed[..at + c.len_utf8()].to_owned())
        .collect();
    let all = replies();
    let texts: Vec<String> = all
        .iter()
        .map(|one| [&*one.code, &*one.title, &*one.text].join(" "))
        .collect();
    let library = Replies::of(all);
    let context = Context {
        now: shop::NOW,
        stage: Some("in_sales".into()),
        ..Context::default()
    };
    let pair = Pair::new(
        format!("a key of \"{typed}\" ({name})"),
        "at most 5 ms a key",
    );
    let turn = Cell::new(0);
    bencher
        .with_inputs(|| {
            turn.set(turn.get() + 1);
            let query = &prefixes[turn.get() % prefixes.len()];
            pair.floor(|| texts.iter().filter(|text| text.contains(query)).count());
            query
        })
        .bench_local_values(|query| {
            pair.subject(|| library.filter(query, Scope::All, Some("zh"), &context))
        });
}

fn replies() -> Vec<Reply> {
    let mut dice = SeededRandom::new("replies");
    (0..COUNT).map(|n| reply(n, &mut dice)).collect()
}

fn reply(n: u32, dice: &mut SeededRandom) -> Reply {
    let mut part = || PARTS[dice.below(PARTS.len() as u64) as usize];
    let title = part().to_owned();
    let text = (0..6).map(|_| part()).collect::<Vec<_>>().join("，");
    let mut id = [0; 16];
    id[..4].copy_from_slice(&n.to_be_bytes());
    Reply {
        id: Id(id),
        code: format!("/c{n:05}"),
        title,
        text: format!("{text}。编号 {n}"),
        topic: part().to_owned(),
        stage: Some(["pre_sales", "in_sales", "after_sales"][n as usize % 3].to_owned()),
        language: Some("zh".into()),
        valid_from: None,
        valid_until: None,
        version: 1,
        scope: "shop".into(),
        used: n % 17,
        today: n % 5,
    }
}
