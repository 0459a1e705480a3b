//! Folding: the form in which texts are compared, searched and hashed.
//!
//! NFKC, lower case, and traditional characters as simplified ones, one to one.
//! Entries from outside are recognised by a hash of their folded text, so rules
//! and table are final: a change would make old and new desks disagree.

use std::collections::HashMap;
use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;

const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;
/// Rounds until nothing changes; two do for every known character.
const ROUNDS: usize = 4;

/// The folded form of a text. Folding it again changes nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let Some(folded) = direct(c) else {
            return by_rounds(text);
        };
        out.push(folded);
    }
    out
}

/// Characters that fold by themselves, whatever stands beside them: nearly all of
/// a Chinese chat.
fn direct(c: char) -> Option<char> {
    match c as u32 {
        0..=0x7f => Some(c.to_ascii_lowercase()),
        FIRST..=LAST => Some(simplified(c)),
        0x3001..=0x3002 | 0x3008..=0x3011 => Some(c),
        0x3000 => Some(' '),
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).map(|c| c.to_ascii_lowercase()),
        _ => None,
    }
}

fn by_rounds(text: &str) -> String {
    let mut now = round(text);
    for _ in 1..ROUNDS {
        let next = round(&now);
        if next == now {
            break;
        }
        now = next;
    }
    now
}

fn round(text: &str) -> String {
    let lower = text.nfkc().flat_map(char::to_lowercase);
    lower.nfkc().map(simplified).collect()
}

/// The simplified form of a traditional character, else the character itself.
#[must_use]
pub fn simplified(c: char) -> char {
    // Below the first ideograph nothing is traditional.
    if (c as u32) < 0x3400 {
        return c;
    }
    table().get(c)
}

struct Table {
    /// By ideograph of the main block; 0 where nothing changes or `far` knows.
    near: Vec<u16>,
    far: HashMap<char, char>,
}

impl Table {
    fn read(source: &str) -> Self {
        let mut near = vec![0; (LAST - FIRST + 1) as usize];
        let mut far = HashMap::new();
        let lines = source.lines().filter(|line| !line.starts_with('#'));
        for pair in lines.flat_map(str::split_whitespace) {
            let mut chars = pair.chars();
            let (Some(from), Some(to)) = (chars.next(), chars.next()) else {
                continue;
            };
            let slot = (from as u32).checked_sub(FIRST);
            let slot = slot.and_then(|place| near.get_mut(place as usize));
            match (slot, u16::try_from(to as u32)) {
                (Some(slot), Ok(code)) => *slot = code,
                _ => drop(far.insert(from, to)),
            }
        }
        Self { near, far }
    }

    fn get(&self, c: char) -> char {
        let slot = (c as u32).checked_sub(FIRST);
        match slot.and_then(|place| self.near.get(place as usize)) {
            Some(&code) if code != 0 => char::from_u32(code.into()).unwrap_or(c),
            _ => self.far.get(&c).copied().unwrap_or(c),
        }
    }
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| Table::read(include_str!("../../assets/fold/traditional.txt")))
}

/// The key that was meant by a character typed under Chinese punctuation: full-width
/// ASCII and Chinese marks become the key that gives them.
#[must_use]
pub fn punctuation(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '、' => '/',
        '。' => '.',
        '【' | '「' => '[',
        '】' | '」' => ']',
        '『' => '{',
        '』' => '}',
        '《' | '〈' => '<',
        '》' | '〉' => '>',
        '￥' | '¥' => '$',
        '…' => '^',
        '—' => '_',
        '·' => '`',
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        _ => c,
    }
}

/// A typed number or amount in ASCII: full-width digits, `。` as the point, and no
/// separators, spaces or currency signs. What is not a number stays to be refused.
#[must_use]
pub fn number(text: &str) -> String {
    text.trim()
        .trim_start_matches(['￥', '¥', '$'])
        .chars()
        .map(punctuation)
        .filter(|c| !matches!(c, ',' | ' '))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn golden() {
        for (text, want) in [
            ("", ""),
            ("Hello", "hello"),
            ("退貨運費險，這個後臺", "退货运费险,这个后台"),
            ("ＡＢＣ１２３", "abc123"),
            ("①②", "12"),
            ("Ｔaobao　Ⅳ", "taobao iv"),
            ("É", "é"),
            ("E\u{301}", "é"),
            ("㎏", "kg"),
            ("看著", "看着"),
            ("裡面", "里面"),
            ("ﬁ", "fi"),
            ("。、《", "。、《"),
            ("㑯", "㑔"),
        ] {
            assert_eq!(fold(text), want, "{text}");
        }
    }

    /// Folded texts are hashed into ids: this figure never changes.
    #[test]
    fn every_ideograph_folds_as_in_the_first_release() {
        let all: String = (FIRST..=LAST).filter_map(char::from_u32).collect();
        let hash = blake3::hash(fold(&all).as_bytes()).to_hex();
        assert_eq!(&hash[..16], "6ed0183e040dc853");
    }

    #[test]
    fn every_scalar_value_folds_once() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let once = fold(&c.to_string());
            assert_eq!(fold(&once), once, "U+{:X}", c as u32);
            if let Some(direct) = direct(c) {
                assert_eq!(by_rounds(&c.to_string()), direct.to_string());
            }
        }
    }

    #[test]
    fn keys_under_chinese_punctuation() {
        for (typed, key) in "、。，【】《》￥…—·？：；！（）１ａ　“’a退"
            .chars()
            .zip("/.,[]<>$^_`?:;!()1a \"'a退".chars())
        {
            assert_eq!(punctuation(typed), key, "{typed}");
        }
    }

    #[test]
    fn numbers_as_typed() {
        assert_eq!(number("１２。５"), "12.5");
        assert_eq!(number(" ￥1，299.00 "), "1299.00");
        assert_eq!(number("十二"), "十二");
        assert_eq!(number("-3"), "-3");
    }

    proptest! {
        #[test]
        fn folding_is_done_once(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn the_short_way_is_the_long_way(text in "[a-zA-Z退貨後Ａ１，。　、《]{0,20}") {
            prop_assert_eq!(fold(&text), by_rounds(&text));
        }
    }
}
