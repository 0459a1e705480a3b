//! Variables in the texts of replies: `{订单号}`, `{order}`, `{{order}}`.
//!
//! The names under which shops write them are data, in
//! `assets/replies/variables.toml`; a name that is not listed is a variable all
//! the same, unknown, so that a reply is never sent with a brace in it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::super::fold_name;

const NAMES: &str = include_str!("../../../../assets/replies/variables.toml");
/// Longest name between braces, in bytes: beyond it the braces are text.
const MAX_NAME: usize = 60;

/// A variable in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its place in the text, braces included, in bytes.
    pub range: Range<usize>,
    /// The name as written.
    pub written: String,
    /// Our name: `buyer`, `order`, …; `None` where it is not known.
    pub name: Option<&'static str>,
}

type Names = (BTreeMap<String, Vec<String>>, BTreeMap<String, String>);

fn names() -> &'static Names {
    static LIST: OnceLock<Names> = OnceLock::new();
    LIST.get_or_init(|| {
        // A test holds that the compiled-in file is whole.
        let list: BTreeMap<String, Vec<String>> = toml::from_str(NAMES).unwrap_or_default();
        let folded = list
            .iter()
            .flat_map(|(name, aliases)| {
                let aliases = aliases.iter().chain([name]);
                aliases.map(|alias| (fold_name(alias), name.clone()))
            })
            .collect();
        (list, folded)
    })
}

/// All names that replies can use.
pub fn known() -> impl Iterator<Item = &'static str> {
    names().0.keys().map(String::as_str)
}

/// Our name for a name as written; `None` where it is not known.
#[must_use]
pub fn canonical(written: &str) -> Option<&'static str> {
    names().1.get(&fold_name(written)).map(String::as_str)
}

/// The variables of a text, in order.
#[must_use]
pub fn find(text: &str) -> Vec<Variable> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find(['{', '｛']).map(|open| at + open) {
        let Some((range, written)) = one(text, open) else {
            at = open + text[open..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        at = range.end;
        found.push(Variable {
            name: canonical(&written),
            range,
            written,
        });
    }
    found
}

/// The variable that opens here.
fn one(text: &str, open: usize) -> Option<(Range<usize>, String)> {
    let double = text[open..].starts_with("{{");
    let brace = text[open..].chars().next()?.len_utf8();
    let start = open + if double { 2 } else { brace };
    let length = text[start..].find(['}', '｝'])?;
    let written = text[start..start + length].trim();
    let plain = !written.is_empty() && length <= MAX_NAME && !written.contains(['{', '｛', '\n']);
    if !plain {
        return None;
    }
    let close = start + length;
    let mut end = close + text[close..].chars().next()?.len_utf8();
    if double && text[end..].starts_with('}') {
        end += 1;
    }
    Some((open..end, written.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_three_languages() {
        let text = "您好{买家昵称}，{{order}} {快遞單號}｛金额｝{没有的} {} {\n}";
        let found: Vec<_> = find(text)
            .into_iter()
            .map(|v| (v.written, v.name))
            .collect();
        assert_eq!(
            found,
            [
                ("买家昵称".to_owned(), Some("buyer")),
                ("order".to_owned(), Some("order")),
                ("快遞單號".to_owned(), Some("waybill")),
                ("金额".to_owned(), Some("amount")),
                ("没有的".to_owned(), None),
            ]
        );
        assert_eq!(&text[find(text)[1].range.clone()], "{{order}}");
        assert!(known().count() >= 11);
    }

    proptest! {
        #[test]
        fn ranges_are_whole(text in "[{}｛｝a订 \n]{0,30}") {
            for variable in find(&text) {
                prop_assert!(text.get(variable.range.clone()).is_some());
            }
        }
    }
}
