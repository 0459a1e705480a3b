//! Finding texts by a few letters: by their characters or by the first letters of
//! their pinyin readings, mixed as they come (`tk`, `退k`, `tuik` does not).
//!
//! Blanks and punctuation are left out on both sides, so that `nhq` finds "您好，亲".

use std::sync::OnceLock;

use pinyin::{ToPinyin, ToPinyinMulti};
use unicode_normalization::UnicodeNormalization;

use super::fold::{fold, simplified};

const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;

/// The most ways in which one text is spelled by first letters.
pub const SPELLINGS: usize = 8;

/// A text made ready for filtering; about 8 bytes a character.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Initials {
    chars: Box<[char]>,
    /// Beside `chars`: a bit for each letter (a = 1) that the character answers to.
    masks: Box<[u32]>,
    /// All masks together: most texts are refused by it.
    any: u32,
}

impl Initials {
    /// Makes a text ready, with all readings of each character.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let (chars, masks): (Vec<char>, Vec<u32>) = text
            .nfkc()
            .flat_map(|c| {
                let readings = readings(c);
                let lower = c.to_lowercase();
                lower.map(move |lower| (simplified(lower), readings | letter(lower)))
            })
            .filter(|&(c, _)| counts(c))
            .map(|(c, mask)| (c, mask | readings(c)))
            .unzip();
        Self {
            any: masks.iter().fold(0, |all, mask| all | mask),
            chars: chars.into(),
            masks: masks.into(),
        }
    }

    /// Says whether every word of the query is in the text.
    #[must_use]
    pub fn matches(&self, query: &Query) -> bool {
        query
            .words
            .iter()
            .all(|word| self.find_word(word).is_some())
    }

    /// Where the query's first word begins, in counted characters, if all words
    /// match: smaller is better.
    #[must_use]
    pub fn find(&self, query: &Query) -> Option<usize> {
        let mut places = query.words.iter().map(|word| self.find_word(word));
        let first = places.next().unwrap_or(Some(0))?;
        places.all(|place| place.is_some()).then_some(first)
    }

    fn find_word(&self, word: &Word) -> Option<usize> {
        if word.letters & !self.any != 0 || word.units.len() > self.chars.len() {
            return None;
        }
        let last = self.chars.len() - word.units.len();
        (0..=last).find(|&start| {
            let units = word.units.iter().zip(start..);
            units.into_iter().all(|(unit, at)| match unit {
                Unit::Letter(bit) => self.masks[at] & bit != 0,
                Unit::Exact(c) => self.chars[at] == *c,
            })
        })
    }
}

/// What somebody typed to find a text: made once a key, asked of every text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    words: Vec<Word>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    units: Vec<Unit>,
    letters: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// A letter: itself, or a reading that begins with it.
    Letter(u32),
    Exact(char),
}

impl Query {
    /// Reads a query: words between blanks, each of which must be found.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let folded = fold(text);
        let words = folded.split_whitespace().map(Word::new);
        Self {
            words: words.filter(|word| !word.units.is_empty()).collect(),
        }
    }

    /// Says whether it asks for nothing, and so matches every text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

impl Word {
    fn new(text: &str) -> Self {
        let units = text
            .chars()
            .filter(|&c| counts(c))
            .map(|c| match letter(c) {
                0 => Unit::Exact(c),
                bit => Unit::Letter(bit),
            });
        let units: Vec<Unit> = units.collect();
        let letters = units.iter().fold(0, |all, unit| match unit {
            Unit::Letter(bit) => all | bit,
            Unit::Exact(_) => all,
        });
        Self { units, letters }
    }
}

/// Says whether a character takes part: all but blanks and punctuation.
fn counts(c: char) -> bool {
    c.is_alphanumeric()
        || !(c.is_ascii()
            || c.is_whitespace()
            || matches!(c, '\u{a0}'..='\u{bf}' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}'
                | '\u{fe00}'..='\u{fe6f}' | '\u{ff00}'..='\u{ffef}'))
}

fn letter(c: char) -> u32 {
    match c {
        'a'..='z' => 1 << (c as u32 - 'a' as u32),
        _ => 0,
    }
}

/// The first letters of all readings of a character.
fn readings(c: char) -> u32 {
    static NEAR: OnceLock<Vec<u32>> = OnceLock::new();
    let code = c as u32;
    if code < 0x3400 {
        return 0;
    }
    match code.checked_sub(FIRST) {
        Some(place) if code <= LAST => {
            let near = NEAR.get_or_init(|| {
                let chars = (FIRST..=LAST).map(char::from_u32);
                chars.map(|c| c.map_or(0, look_up)).collect()
            });
            near.get(place as usize).copied().unwrap_or(0)
        }
        _ => look_up(c),
    }
}

fn look_up(c: char) -> u32 {
    let Some(readings) = c.to_pinyin_multi() else {
        return 0;
    };
    let firsts = readings
        .into_iter()
        .filter_map(|r| r.plain().chars().next());
    firsts.fold(0, |all, first| all | letter(first))
}

/// The ways to spell a text by first letters, at most [`SPELLINGS`]: each character that counts
/// by its readings, the usual one first, letters and digits as they are. None where no character
/// has a reading.
#[must_use]
pub fn spellings(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut has_reading = false;
    for c in fold(text).chars().filter(|&c| counts(c)) {
        let mask = readings(c);
        has_reading |= mask != 0;
        let usual = c
            .to_pinyin()
            .and_then(|reading| reading.plain().chars().next())
            .filter(|&first| letter(first) != 0);
        let mut firsts = vec![usual.unwrap_or(c)];
        let others = ('a'..='z').filter(|&other| letter(other) & mask != 0);
        firsts.extend(others.filter(|other| Some(*other) != usual));
        // What would be too much is spelled in the usual way.
        if firsts.len() * all.len() > SPELLINGS {
            firsts.truncate(1);
        }
        let longer = |first: &char| all.iter().map(|begun| format!("{begun}{first}")).collect();
        let longer: Vec<Vec<String>> = firsts.iter().map(longer).collect();
        all = longer.concat();
    }
    if has_reading { all } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_spelled_by_the_first_letters_of_all_its_readings() {
        assert_eq!(spellings("阳光小屋"), ["ygxw"]);
        assert_eq!(spellings("陽光 小屋-2"), ["ygxw2"]);
        let both = spellings("长乐");
        for spelled in ["cl", "zl", "cy", "zy"] {
            assert!(both.iter().any(|one| one == spelled), "{spelled} {both:?}");
        }
        assert_eq!(spellings("Lucky林"), ["luckyl"]);
        for none in ["", "lucky7", "***", "🌸"] {
            assert!(spellings(none).is_empty(), "{none}");
        }
        let many = spellings(&"长乐".repeat(20));
        assert!(!many.is_empty() && many.len() <= SPELLINGS);
        assert!(many.iter().all(|one| one.chars().count() == 40));
    }

    fn finds(text: &str, query: &str) -> bool {
        Initials::of(text).matches(&Query::new(query))
    }

    #[test]
    fn by_text_initials_and_both() {
        for query in [
            "",
            "退款",
            "tk",
            "TK",
            "退k",
            "tｋ",
            "处理 tk",
            "129",
            "shc 12",
            "款，已",
        ] {
            assert!(finds("退款，已收货处理 SHC-129", query), "{query}");
        }
        for query in ["kt", "退货", "tuik", "tk 130"] {
            assert!(!finds("退款，已收货处理 SHC-129", query), "{query}");
        }
    }

    #[test]
    fn all_readings_and_both_scripts() {
        // Two readings each: chong and zhong, hang and xing.
        for query in ["cf", "zf", "重發", "重发"] {
            assert!(finds("重發", query), "{query}");
        }
        assert!(finds("银行", "yh") && finds("银行", "yx"));
        // The traditional character has a reading that the simplified one lacks.
        assert!(finds("乾坤", "qk") && finds("乾淨", "gj") && finds("乾淨", "干净"));
        assert!(finds("您好，亲", "nhq"));
        assert!(finds("绿色", "ls"));
    }

    #[test]
    fn places_rank() {
        let text = Initials::of("您好，退款");
        assert_eq!(text.find(&Query::new("tk")), Some(2));
        assert_eq!(text.find(&Query::new("nh tk")), Some(0));
        assert_eq!(text.find(&Query::new("z")), None);
        assert_eq!(text.find(&Query::new("，")), Some(0));
        assert!(Query::new(" ，").is_empty());
        assert!(finds("好的👌", "👌") && !finds("好的", "👌"));
    }

    #[test]
    fn initials_are_found_within_long_texts_and_only_where_they_follow_each_other() {
        let texts: Vec<Initials> = (0..20)
            .map(|n| Initials::of(&format!("您好亲，订单{n}的退款我们已经提交，一般1到3个工作日到账，请您留意查收短信通知，有任何问题随时联系我们，祝您生活愉快")))
            .collect();
        let found = |letters| {
            let query = Query::new(letters);
            texts.iter().filter(|text| text.matches(&query)).count()
        };
        assert_eq!(found("hzsh"), 0);
        assert_eq!((found("znshyk"), found("nhq")), (texts.len(), texts.len()));
    }
}
