//! Origins: what a paste or file says of each of its entries, so that the same utterance is
//! found again however it arrives.

use std::collections::HashMap;

use super::id::{Id, ShopSecret};
use super::payload::{Direction, Origin};

/// An utterance of a paste or file.
#[derive(Debug, Clone, Copy)]
pub struct Utterance<'a> {
    /// The platform's message id, where known.
    pub id: Option<&'a str>,
    /// Who speaks to whom.
    pub direction: Direction,
    /// The text as received.
    pub text: &'a str,
    /// When it was said, milliseconds UTC, where known.
    pub at: Option<i64>,
}

/// Returns the origin of each utterance of one batch, in order.
pub fn origins(secret: &ShopSecret, batch: Id, utterances: &[Utterance<'_>]) -> Vec<Origin> {
    let mut counts = HashMap::new();
    utterances
        .iter()
        .enumerate()
        .map(|(place, one)| {
            let text = secret.text(one.direction.side(), one.text);
            let minute = one.at.map(|at| at.div_euclid(60_000));
            let count = counts.entry((text, minute)).or_insert(0u32);
            let n = *count;
            *count += 1;
            Origin {
                id: one.id.map(str::to_owned),
                text,
                minute,
                n,
                batch,
                place: place as u32,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_of_a_minute_are_counted() {
        let secret = ShopSecret::of_drill("s");
        let say = |text, at| Utterance {
            id: None,
            direction: Direction::In,
            text,
            at: Some(at),
        };
        let all = origins(
            &secret,
            Id([1; 16]),
            &[say("Ok", 1_000), say("ｏｋ ", 59_000), say("ok", 60_000)],
        );
        assert_eq!(
            all.iter()
                .map(|one| (one.n, one.minute))
                .collect::<Vec<_>>(),
            [(0, Some(0)), (1, Some(0)), (0, Some(1))]
        );
        assert!(all.iter().all(|one| one.text == all[0].text));
        let ours = origins(
            &secret,
            Id([1; 16]),
            &[Utterance {
                direction: Direction::Out,
                ..say("ok", 0)
            }],
        );
        assert_ne!(ours[0].text, all[0].text);
    }
}
