//! Finding (F3), played by keys on a workstation.

use super::*;

#[test]
fn what_is_more_than_fits_is_told_with_the_key_that_reads_on_wherever_it_was_opened() {
    let mut bench = Bench::new();
    for n in 0..120 {
        let buyer = format!("大伟{n}");
        bench.app.desk.open_conversation(&buyer, "chat").unwrap();
    }
    let item = bench.app.home.item().unwrap();
    bench.app.show(item, None);
    bench.letter('稍');
    assert!(bench.app.home.draft().is_some(), "the draft has the focus");
    bench.key("F3");
    bench.input(Input::Paste("大伟".into()));
    let title = |bench: &Bench| bench.screen().lines().nth(1).unwrap().to_owned();
    assert!(title(&bench).contains(" 50+ 条 "), "{}", bench.screen());
    assert!(title(&bench).contains("Down "), "{}", bench.screen());
    for _ in 0..20 {
        bench.key("PgDn");
    }
    assert!(title(&bench).contains(" 120 条 "), "{}", bench.screen());
}

#[test]
fn nothing_found_says_after_which_export_nothing_can_be_seen() {
    let mut bench = Bench::new();
    bench.key("F3");
    bench.input(Input::Paste("9988776655443322".into()));
    assert!(bench.screen().contains("没找到"), "{}", bench.screen());
    assert!(
        bench.screen().contains("没导入过订单"),
        "{}",
        bench.screen()
    );
    bench.key("Esc");
    bench.key("Esc");
    bench.key("Ctrl+F");
    bench.input(Input::Paste("tag:zzz".into()));
    bench.key("Enter");
    let seen = bench.screen();
    assert!(seen.contains("「tag:zzz」没找到"), "{seen}");
    assert!(
        seen.contains("索引到") && seen.contains("没导入过订单"),
        "{seen}"
    );
}
