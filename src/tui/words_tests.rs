//! Figures at the right of rows.

use super::{MINUTE, Speech};
use crate::desk::shop_tests::{NOW, Shop};
use crate::i18n::{Language, Words};

#[test]
fn what_came_a_moment_ago_waits_in_words_that_stand_alone() {
    let shop = Shop::new();
    for (language, moment, minutes) in [
        (Language::En, "just now", "for 5m"),
        (Language::ZhCn, "刚刚", "等 5分"),
        (Language::ZhTw, "剛剛", "等 5分"),
    ] {
        let words = Words::new(language);
        let speech = Speech {
            now: NOW,
            ..Speech::new(&shop.desk, &words)
        };
        assert_eq!(speech.figure(None, NOW - MINUTE / 2, true), moment);
        assert_eq!(speech.figure(None, NOW - 5 * MINUTE, true), minutes);
    }
}
