//! Marks on more than a page of the list, played by keys on a workstation.

use super::*;
use crate::desk::shop_tests::unowned_talks;

#[test]
fn all_of_a_view_is_marked_and_acted_on_beyond_the_page_that_is_read() {
    let mut bench = Bench::new();
    unowned_talks(&mut bench.app.desk, 1_300);
    bench.app.reread(&mut Effects::none());
    let unowned = bench.app.desk.todo_counts().unwrap().unowned;
    assert!(unowned >= 1_300, "{unowned}");
    for key in ["Esc", "4", "Ctrl+A"] {
        bench.key(key);
    }
    let seen = bench.screen();
    assert!(seen.contains(&format!("/{unowned} ")), "{seen}");
    bench.key("Ctrl+K");
    let seen = bench.screen();
    assert!(
        seen.contains(&format!("做 {unowned} 件  不动 0 件")),
        "{seen}"
    );
    bench.key("Enter");
    assert_eq!(bench.app.desk.todo_counts().unwrap().unowned, 0);
}
