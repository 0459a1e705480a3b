//! The timeline: one utterance once, however often and by whomever it was pasted or imported.
//!
//! Entries of different batches are one when their platform ids are equal; else when both
//! know their minute and text, minute and place among equals agree. Batches without minutes
//! are aligned by text. What is taken back takes no part, so that undo leaves no mark.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::fold::Told;
use super::id::{Chain, Id, TextHash};
use super::payload::{Direction, Origin, Payload, Say};
use super::record::{Entry, Trace};

/// A reply that was copied is the same as an outgoing entry of the same text this close to it.
const SENT_WITHIN: i64 = 10 * 60_000;

struct Spoken<'a> {
    trace: Trace,
    say: &'a Say,
}

/// A set of equal entries; the members are in order, so the first is the one to show.
struct Class {
    members: Vec<usize>,
    at: i64,
    text: Option<TextHash>,
}

/// Returns the timeline by time, stamp and chain; void entries stand in it, struck.
pub(super) fn entries(told: &[Told], void: &BTreeSet<Chain>) -> Vec<Entry> {
    let spoken: Vec<Spoken> = told
        .iter()
        .filter_map(|one| match &one.payload {
            Payload::Say(say) => Some(Spoken {
                trace: one.trace,
                say,
            }),
            _ => None,
        })
        .collect();
    let (struck, standing): (Vec<Spoken>, Vec<Spoken>) = spoken
        .into_iter()
        .partition(|one| void.contains(&one.trace.chain));
    let mut timeline: Vec<Entry> = one_of_each(&standing);
    timeline.extend(struck.into_iter().map(|one| Entry {
        trace: one.trace,
        at: one.trace.at,
        say: one.say.clone(),
        seen_sent: false,
        provenance: Vec::new(),
        void: true,
    }));
    timeline.sort_by_key(|entry| (entry.at, entry.trace.stamp, entry.trace.chain));
    timeline
}

fn one_of_each(spoken: &[Spoken]) -> Vec<Entry> {
    let mut classes = exact_classes(spoken);
    let batches = batches_without_minutes(spoken, &classes);
    let mut settled = vec![true; classes.len()];
    for &at in batches.iter().flatten() {
        settled[at] = false;
    }
    for batch in batches {
        align(spoken, &mut classes, &mut settled, &batch);
    }
    join_copied(spoken, &mut classes);
    classes
        .iter()
        .filter(|class| !class.members.is_empty())
        .map(|class| entry(spoken, class))
        .collect()
}

fn entry(spoken: &[Spoken], class: &Class) -> Entry {
    let copied = class.members.iter().position(|&at| spoken[at].say.copied);
    let shown = class.members[copied.unwrap_or(0)];
    let one = &spoken[shown];
    let others = class.members.iter().filter(|&&at| at != shown);
    Entry {
        trace: one.trace,
        at: class.at,
        say: one.say.clone(),
        seen_sent: copied.is_some() && class.members.len() > 1,
        provenance: others.map(|&at| spoken[at].trace.chain).collect(),
        void: false,
    }
}

/// Entries that are equal by id or by (text, minute, place); each other one stands alone.
/// Entries of batches without minutes that matched nothing wait for their alignment.
fn exact_classes(spoken: &[Spoken]) -> Vec<Class> {
    let mut union = Union::new(spoken.len());
    let mut by_id: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut by_minute: HashMap<(TextHash, i64, u32), Vec<usize>> = HashMap::new();
    for (at, one) in spoken.iter().enumerate() {
        let Some(source) = &one.say.source else {
            continue;
        };
        if let Some(id) = &source.id {
            by_id.entry(id).or_default().push(at);
        }
        if let Some(minute) = source.minute {
            by_minute
                .entry((source.text, minute, source.n))
                .or_default()
                .push(at);
        }
    }
    for group in by_id.values().chain(by_minute.values()) {
        for (nth, &one) in group.iter().enumerate() {
            for &other in &group[..nth] {
                if are_equal(
                    spoken[one].say.source.as_ref(),
                    spoken[other].say.source.as_ref(),
                ) {
                    union.join(one, other);
                }
            }
        }
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..spoken.len() {
        members.entry(union.root(at)).or_default().push(at);
    }
    members
        .into_values()
        .map(|members| class(spoken, members))
        .collect()
}

fn are_equal(one: Option<&Origin>, other: Option<&Origin>) -> bool {
    let Some((one, other)) = one.zip(other) else {
        return false;
    };
    one.batch != other.batch
        && match (&one.id, &other.id) {
            (Some(one), Some(other)) => one == other,
            _ => {
                one.minute.is_some()
                    && (one.text, one.minute, one.n) == (other.text, other.minute, other.n)
            }
        }
}

fn class(spoken: &[Spoken], members: Vec<usize>) -> Class {
    let timed = members.iter().find(|&&at| knows_minute(spoken[at].say));
    let first = timed.or(members.first()).copied().unwrap_or_default();
    let say = spoken[first].say;
    let text = say.source.as_ref().map(|source| source.text).or(say.hash);
    Class {
        at: spoken[first].trace.at,
        text,
        members,
    }
}

fn knows_minute(say: &Say) -> bool {
    say.source
        .as_ref()
        .is_none_or(|source| source.minute.is_some())
}

/// Batches of entries that do not know their minute, in the order of their first entry; each
/// a list of the classes of entries that nothing equals yet, in the batch's own order.
fn batches_without_minutes(spoken: &[Spoken], classes: &[Class]) -> Vec<Vec<usize>> {
    let mut batches: BTreeMap<Id, Vec<(u32, usize)>> = BTreeMap::new();
    for (at, class) in classes.iter().enumerate() {
        if let [only] = class.members[..]
            && let Some(source) = &spoken[only].say.source
            && source.minute.is_none()
        {
            batches
                .entry(source.batch)
                .or_default()
                .push((source.place, at));
        }
    }
    let first = |batch: &[(u32, usize)]| {
        batch
            .iter()
            .map(|&(_, at)| &spoken[classes[at].members[0]].trace)
            .map(|one| (one.stamp, one.chain))
            .min()
    };
    let mut batches: Vec<Vec<(u32, usize)>> = batches.into_values().collect();
    batches.sort_by_key(|batch| first(batch));
    batches
        .into_iter()
        .map(|mut batch| {
            batch.sort_unstable();
            batch.into_iter().map(|(_, at)| at).collect()
        })
        .collect()
}

/// Matches a batch with the timeline so far: from the longest common run outwards, by the
/// longest common subsequence on either side of it. What is unmatched stays.
fn align(spoken: &[Spoken], classes: &mut [Class], settled: &mut [bool], batch: &[usize]) {
    let own: Vec<TextHash> = batch.iter().filter_map(|&at| classes[at].text).collect();
    let mut so_far: Vec<usize> = (0..classes.len())
        .filter(|&at| settled[at] && classes[at].text.is_some())
        .collect();
    so_far.sort_by_key(|&at| {
        let first = &spoken[classes[at].members[0]].trace;
        (classes[at].at, first.stamp, first.chain)
    });
    let theirs: Vec<TextHash> = so_far.iter().filter_map(|&at| classes[at].text).collect();
    let pairs = matches(&own, &theirs);
    for &(mine, their) in &pairs {
        let moved = std::mem::take(&mut classes[batch[mine]].members);
        let class = &mut classes[so_far[their]];
        class.members.extend(moved);
        class.members.sort_unstable();
    }
    for &at in batch {
        settled[at] = !classes[at].members.is_empty();
    }
}

/// Returns pairs of places that match, growing in both lists.
fn matches(own: &[TextHash], theirs: &[TextHash]) -> Vec<(usize, usize)> {
    let Some((mine, their, length)) = longest_run(own, theirs) else {
        return Vec::new();
    };
    let mut pairs = subsequence(&own[..mine], &theirs[..their]);
    pairs.extend((0..length).map(|step| (mine + step, their + step)));
    let (after_mine, after_their) = (mine + length, their + length);
    let right = subsequence(&own[after_mine..], &theirs[after_their..]);
    pairs.extend(
        right
            .into_iter()
            .map(|(a, b)| (a + after_mine, b + after_their)),
    );
    pairs
}

/// Returns the first of the longest runs that both lists hold: start, start, length.
fn longest_run(own: &[TextHash], theirs: &[TextHash]) -> Option<(usize, usize, usize)> {
    let mut best = None;
    let mut longest = 0;
    let mut above = vec![0usize; theirs.len() + 1];
    for (mine, text) in own.iter().enumerate() {
        let mut row = vec![0usize; theirs.len() + 1];
        for (their, other) in theirs.iter().enumerate() {
            if text == other {
                row[their + 1] = above[their] + 1;
                // Of equally long runs the latest in the timeline: pastes mostly go on at its end.
                if row[their + 1] >= longest.max(1) {
                    let later = best.is_none_or(|(_, known, length)| {
                        row[their + 1] > length || their + 1 > known + length
                    });
                    if later {
                        longest = row[their + 1];
                        best = Some((mine + 1 - longest, their + 1 - longest, longest));
                    }
                }
            }
        }
        above = row;
    }
    best
}

fn subsequence(own: &[TextHash], theirs: &[TextHash]) -> Vec<(usize, usize)> {
    let width = theirs.len() + 1;
    let mut lengths = vec![0u16; (own.len() + 1) * width];
    for mine in (0..own.len()).rev() {
        for their in (0..theirs.len()).rev() {
            lengths[mine * width + their] = if own[mine] == theirs[their] {
                lengths[(mine + 1) * width + their + 1] + 1
            } else {
                lengths[(mine + 1) * width + their].max(lengths[mine * width + their + 1])
            };
        }
    }
    let (mut mine, mut their, mut pairs) = (0, 0, Vec::new());
    while mine < own.len() && their < theirs.len() {
        if own[mine] == theirs[their] {
            pairs.push((mine, their));
            mine += 1;
            their += 1;
        } else if lengths[(mine + 1) * width + their] >= lengths[mine * width + their + 1] {
            mine += 1;
        } else {
            their += 1;
        }
    }
    pairs
}

/// A reply that was copied here and stands in a paste or export was sent: one entry.
fn join_copied(spoken: &[Spoken], classes: &mut [Class]) {
    let is_copied = |class: &Class| class.members.iter().any(|&at| spoken[at].say.copied);
    let copied: Vec<usize> = (0..classes.len())
        .filter(|&at| is_copied(&classes[at]))
        .collect();
    for reply in copied {
        let (text, at) = (classes[reply].text, classes[reply].at);
        if text.is_none() || classes[reply].members.len() > 1 {
            continue;
        }
        let sent = (0..classes.len())
            .filter(|&other| !classes[other].members.is_empty() && !is_copied(&classes[other]))
            .filter(|&other| {
                classes[other].text == text && (classes[other].at - at).abs() <= SENT_WITHIN
            })
            .filter(|&other| {
                classes[other]
                    .members
                    .iter()
                    .any(|&one| spoken[one].say.direction == Direction::Out)
            })
            .min_by_key(|&other| ((classes[other].at - at).abs(), classes[other].members[0]));
        if let Some(sent) = sent {
            let moved = std::mem::take(&mut classes[sent].members);
            classes[reply].members.extend(moved);
            classes[reply].members.sort_unstable();
        }
    }
}

/// Disjoint sets of places in a list.
struct Union {
    parents: Vec<usize>,
}

impl Union {
    fn new(size: usize) -> Self {
        Self {
            parents: (0..size).collect(),
        }
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.parents[at] != at {
            self.parents[at] = self.parents[self.parents[at]];
            at = self.parents[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.parents[one.max(other)] = one.min(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(word: &str) -> Vec<TextHash> {
        word.bytes().map(|byte| TextHash([byte; 16])).collect()
    }

    fn matched(own: &str, theirs: &str) -> String {
        matches(&texts(own), &texts(theirs))
            .into_iter()
            .map(|(mine, _)| own.as_bytes()[mine] as char)
            .collect()
    }

    #[test]
    fn a_paste_is_matched_from_its_longest_run_outwards() {
        assert_eq!(matched("abcdef", "cd"), "cd");
        assert_eq!(matched("abYcde", "abXcde"), "abcde");
        assert_eq!(matched("xyz", "abc"), "");
        assert_eq!(matched("aab", "aab"), "aab");
        assert_eq!(matched("", "abc"), "");
    }

    #[test]
    fn of_equal_runs_the_latest_counts() {
        assert_eq!(
            matches(&texts("ab"), &texts("abxxab")),
            vec![(0, 4), (1, 5)]
        );
    }
}
