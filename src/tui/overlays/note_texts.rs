//! The text that each step of an order note gives to copy.

use super::note_facts::Facts;
use crate::i18n::Words;

/// The change that a note is about, as its texts say it.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// A word of the note's kinds.
    pub kind: &'a str,
    /// What was.
    pub old: &'a str,
    /// What shall be.
    pub new: &'a str,
}

impl Wanted<'_> {
    /// Returns what differs: both without the parts with which they begin alike.
    pub fn difference(&self) -> (String, String) {
        let (old, new): (Vec<&str>, Vec<&str>) = (
            self.old.split_whitespace().collect(),
            self.new.split_whitespace().collect(),
        );
        let same = old
            .iter()
            .zip(&new)
            .take_while(|(one, other)| one == other)
            .count();
        let same = same
            .min(new.len().saturating_sub(1))
            .min(old.len().saturating_sub(1));
        (
            old[same.min(old.len())..].join(" "),
            new[same.min(new.len())..].join(" "),
        )
    }

    fn change(&self) -> String {
        let (old, new) = self.difference();
        if old.is_empty() {
            new
        } else {
            format!("{old}>{new}")
        }
    }

    /// Returns the text that each step gives to copy; the printing room's own step has none.
    pub fn texts(&self, facts: &Facts, words: &Words) -> Vec<String> {
        let kind = words.get(&format!("value-note_kind-{}", self.kind));
        let (_, changed) = self.difference();
        let args = |extra: Vec<(&'static str, String)>| {
            let mut all = vec![
                ("kind", kind.to_string()),
                ("change", self.change()),
                ("new", self.new.to_owned()),
            ];
            all.extend(extra);
            all
        };
        let say = |id: &str, list: Vec<(&'static str, String)>| {
            let list: Vec<(&str, crate::i18n::Arg<'_>)> = list
                .into_iter()
                .map(|(name, text)| (name, text.into()))
                .collect();
            words.with(id, &list)
        };
        let ask = if self.kind == "address" {
            "note-say-ask-address"
        } else {
            "note-say-ask"
        };
        let told = args(vec![
            ("buyer", facts.buyer.clone()),
            ("order", facts.number.clone()),
            ("printed", facts.printing_words(words)),
        ]);
        vec![
            changed,
            say(
                "note-say-memo",
                args(vec![("day", facts.today.clone()), ("me", facts.me.clone())]),
            ),
            say(ask, args(Vec::new())),
            say(
                if facts.is_late() {
                    "note-say-told-late"
                } else {
                    "note-say-told"
                },
                told,
            ),
            String::new(),
        ]
    }
}

/// Returns the bytes of a text as the platform counts them (GBK).
pub fn bytes(text: &str) -> usize {
    encoding_rs::GBK.encode(text).0.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;

    #[test]
    fn texts_say_only_what_changes() {
        let wanted = Wanted {
            kind: "address",
            old: "浙江 杭州 余杭区 示例路1号",
            new: "浙江 杭州 余杭区 示例路8号",
        };
        assert_eq!(
            wanted.difference(),
            ("示例路1号".to_owned(), "示例路8号".to_owned())
        );
        let facts = Facts {
            me: "周敏".into(),
            today: "11/22".into(),
            ..Facts::default()
        };
        let texts = wanted.texts(&facts, &Words::new(Language::ZhCn));
        assert_eq!(texts[0], "示例路8号");
        assert!(
            texts[1].contains("示例路1号>示例路8号") && texts[1].contains("周敏"),
            "{}",
            texts[1]
        );
        assert!(texts[2].contains("浙江 杭州 余杭区 示例路8号"));
        let same = Wanted {
            kind: "gift",
            old: "",
            new: "杯垫",
        };
        assert_eq!(same.difference(), (String::new(), "杯垫".to_owned()));
        let equal = Wanted {
            kind: "gift",
            old: "a b",
            new: "a b",
        };
        assert_eq!(equal.difference().1, "b");
    }

    #[test]
    fn bytes_are_counted_as_the_platform_does() {
        assert_eq!(bytes("示例路8号"), 9);
    }
}
