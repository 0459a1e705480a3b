//! A drill shop for end-to-end tests: orders, replies and a buyer's words, laid by the real
//! program as a supervisor's morning would.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use super::support::DrillDesk;

/// An order of two lines that is not shipped yet: ¥277, of which a pan ¥129.
pub const TWO_LINES: &str = "4031902847193516613";
/// An order that no import has brought.
pub const UNKNOWN: &str = "4031902847193529999";

/// Lays the shop: `name` is signed in, the sample's orders and replies are imported.
pub fn shop(name: &str) -> DrillDesk {
    let desk = DrillDesk::new("青禾家居旗舰店", name);
    let asset = |file: &str| format!("{}/assets/sample/{file}", env!("CARGO_MANIFEST_DIR"));
    desk.ok(&[
        "import",
        &asset("orders.csv"),
        "--exported-at",
        "2026-11-22 15:02",
    ]);
    desk.ok(&["import", "replies", &asset("replies.toml")]);
    desk
}

/// Makes a colleague of the same shop known, by a bundle of that colleague's own desk.
pub fn colleague(desk: &DrillDesk, name: &str) -> DrillDesk {
    let other = DrillDesk::new("青禾家居旗舰店", name);
    carry(&other, desk);
    other
}

/// Carries everything of one desk to another by a plain bundle in a file.
pub fn carry(from: &DrillDesk, to: &DrillDesk) {
    let file = from.file("carried.zbundle");
    let path = file.display().to_string();
    from.ok(&[
        "bundle", "export", "--all", "--plain", "--reason", "drill", "-o", &path,
    ]);
    let done = to.run(&["bundle", "import", &path]);
    assert!(
        matches!(done.status.code(), Some(0 | 1)),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    std::fs::remove_file(file).unwrap();
}

/// A chat as a chat client copies it: three words of the buyer, two of ours.
pub const CHAT: &str = "春天里 (2026-11-22 14:41:05): 亲 我那个四件套能换灰色吗\n\
    春天里 (2026-11-22 14:41:35): 订单号 4031902847193527741\n\
    青禾家居旗舰店:林晓 (2026-11-22 14:43:05): 可以的，请您核对：1.8m 灰色，对吗？\n\
    春天里 (2026-11-22 14:44:05): 对 顺便问下能不能发顺丰\n\
    青禾家居旗舰店:林晓 (2026-11-22 14:46:05): 好的，我为您备注顺丰。\n";
