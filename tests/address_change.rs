//! An address changes on an order that no import has brought yet: the printing desk hears of it,
//! acknowledges, the word comes back, and the next import leaves nothing unverified.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

mod support;

use serde_json::Value;

use support::DrillDesk;

const SHOP: &str = "青禾家居旗舰店";
const ORDER: &str = "4031902847193518258";

/// Writes everything that `from` holds and takes it in at `to`.
fn carry(from: &DrillDesk, to: &DrillDesk, name: &str) -> Value {
    let path = from.file(name).display().to_string();
    from.ok(&[
        "bundle", "export", "--all", "--plain", "--reason", "drill", "-o", &path,
    ]);
    to.json(&["bundle", "import", &path]).remove(0)
}

fn orders(desk: &DrillDesk) -> String {
    let path = desk.file("orders.csv");
    let text = format!(
        "订单编号,买家会员名,订单状态,买家实际支付金额,订单创建时间,订单付款时间,宝贝标题,收货地址,店铺名称\n\
         {ORDER},阳光小屋,买家已付款，等待卖家发货,129.00,2026-11-22 10:00:00,2026-11-22 10:05:00,锅,示例路1号,{SHOP}\n"
    );
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn unverified(desk: &DrillDesk) -> usize {
    desk.json(&["list", "order", "--view", "unverified"]).len()
}

/// Plays the whole way between two desks, and returns them.
fn play(accounts: &[(&str, &str)]) {
    let (agent, printing) = (DrillDesk::new(SHOP, "林晓"), DrillDesk::new(SHOP, "老吴"));
    for (name, platform) in accounts {
        agent.ok(&["account", "add", name, "--platform", platform]);
    }
    let line = format!("阳光小屋 {ORDER} 改地址 示例路8号");
    let shown = agent.json(&["capture", &line]).remove(0);
    assert_eq!(
        (&shown["register"], &shown["unverified"]),
        (&"note".into(), &true.into()),
        "{shown}"
    );
    let note = agent.json(&["capture", &line, "--yes"]).remove(0);
    let note = note["id"].as_str().unwrap();
    assert_eq!(unverified(&agent), 1);
    for step in ["changed", "flagged", "confirmed", "told"] {
        agent.json(&["note", "step", note, step]);
    }

    carry(&agent, &printing, "there.zbundle");
    let waiting = printing.json(&["list", "note", "--view", "unprinted"]);
    assert!(waiting.iter().any(|row| row["id"] == note), "{waiting:?}");
    assert_eq!(unverified(&printing), 1);
    assert_eq!(
        printing.json(&["note", "step", note, "acknowledged"])[0]["state"],
        "acknowledged"
    );
    carry(&printing, &agent, "back.zbundle");
    let seen = agent.json(&["show", note]).remove(0);
    assert_eq!(seen["state"], "acknowledged", "{seen}");

    let report = agent.json(&["import", &orders(&agent)]).remove(0);
    assert_eq!(
        (&report["new"], &report["changed"]),
        (&0.into(), &1.into()),
        "{report}"
    );
    assert_eq!(unverified(&agent), 0, "{accounts:?}");
    assert_eq!(
        agent.json(&["list", "order"]).len(),
        1,
        "the order is one record: {accounts:?}"
    );
    carry(&agent, &printing, "after.zbundle");
    same(&agent, &printing, note);
}

fn same(agent: &DrillDesk, printing: &DrillDesk, note: &str) {
    assert_eq!(unverified(printing), 0);
    let of = |desk: &DrillDesk| desk.json(&["show", note]).remove(0);
    let (one, other) = (of(agent), of(printing));
    assert_eq!(one["state"], "acknowledged");
    assert_eq!(
        (&one["state"], &one["fields"]),
        (&other["state"], &other["fields"])
    );
    assert_eq!(one["order"], other["order"]);
    let verified = |desk: &DrillDesk| desk.json(&["verify"]).remove(0);
    let (one, other) = (verified(agent), verified(printing));
    assert_eq!(
        (&one["clean"], &other["clean"]),
        (&true.into(), &true.into())
    );
    assert_eq!(one["state"], other["state"], "{one} {other}");
}

#[test]
fn an_address_change_on_an_unknown_order_crosses_two_desks() {
    play(&[]);
}

#[test]
fn with_the_shops_only_account_it_is_the_same() {
    play(&[(SHOP, "taobao")]);
}

#[test]
fn with_accounts_on_two_platforms_it_is_the_same() {
    play(&[(SHOP, "taobao"), ("青禾抖音店", "douyin")]);
}

#[test]
fn both_desks_import_the_order_and_agree() {
    let (agent, printing) = (DrillDesk::new(SHOP, "林晓"), DrillDesk::new(SHOP, "老吴"));
    let line = format!("阳光小屋 {ORDER} 改地址 示例路8号");
    let note = agent.json(&["capture", &line, "--yes"]).remove(0);
    let note = note["id"].as_str().unwrap();
    printing.ok(&["import", &orders(&printing)]);
    for step in ["changed", "flagged", "confirmed", "told"] {
        agent.json(&["note", "step", note, step]);
    }
    carry(&agent, &printing, "there.zbundle");
    assert_eq!(unverified(&printing), 0, "the import came first");
    printing.json(&["note", "step", note, "acknowledged"]);
    agent.ok(&["import", &orders(&agent)]);
    carry(&printing, &agent, "back.zbundle");
    carry(&agent, &printing, "again.zbundle");
    same(&agent, &printing, note);
}
