//! What was probably meant by a word that nobody knows.

/// The candidate with the fewest letters to change, where that is at most a third
/// of the word (at least two); of equal ones the first.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(2);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let far = distance(word, candidate);
        // A candidate wholly different from a short word is no help.
        let related = far < candidate.chars().count().max(word.chars().count());
        if far <= limit && related && best.is_none_or(|(least, _)| far < least) {
            best = Some((far, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Letters to put in, take out or change, without regard to case; two neighbours
/// that changed places are one.
#[must_use]
pub fn distance(one: &str, other: &str) -> usize {
    let letters = |text: &str| -> Vec<char> { text.to_lowercase().chars().collect() };
    let (one, other) = (letters(one), letters(other));
    let mut rows: [Vec<usize>; 3] = [
        vec![0; other.len() + 1],
        (0..=other.len()).collect(),
        vec![0; other.len() + 1],
    ];
    for i in 1..=one.len() {
        rows[2][0] = i;
        for j in 1..=other.len() {
            let differs = usize::from(one[i - 1] != other[j - 1]);
            let mut least = (rows[1][j] + 1)
                .min(rows[2][j - 1] + 1)
                .min(rows[1][j - 1] + differs);
            let swapped =
                i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
            if swapped {
                least = least.min(rows[0][j - 2] + 1);
            }
            rows[2][j] = least;
        }
        rows.rotate_left(1);
    }
    rows[1][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (one, other, want) in [
            ("", "", 0),
            ("", "ab", 2),
            ("theme", "Theme", 0),
            ("thmee", "theme", 1),
            ("kitten", "sitting", 3),
            ("退货", "退款", 1),
        ] {
            assert_eq!(distance(one, other), want, "{one} {other}");
            assert_eq!(distance(other, one), want, "{other} {one}");
        }
    }

    #[test]
    fn only_what_is_near_is_offered() {
        let known = ["order", "note", "case"];
        assert_eq!(nearest("ordr", known), Some("order"));
        assert_eq!(nearest("notes", known), Some("note"));
        assert_eq!(nearest("attendance", known), None);
        assert_eq!(nearest("xy", ["ab"]), None);
    }
}
