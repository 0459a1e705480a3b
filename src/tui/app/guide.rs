//! The guided first shift (ux 10, step 2): four acts in the sample shop. A line at the bottom
//! says the next key; a lesson is over when its act was really recorded; it can be left at any
//! point and is taken up again from the palette.

use super::Workstation;
use crate::desk::demo;
use crate::desk::practice::Practised;
use crate::domain::id::Id;
use crate::problem::{Kind, Problem};
use crate::tui::commands::Context;
use crate::tui::theme::Ink;

/// The end of the number of the order that a refund is practised on.
const ORDER: &str = "6457";

/// What is practised, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lesson {
    /// A change of address is registered.
    Address,
    /// A reply is copied.
    Reply,
    /// A refund is filed.
    Refund,
    /// A shift is taken over.
    Takeover,
}

const LESSONS: [Lesson; 4] = [
    Lesson::Address,
    Lesson::Reply,
    Lesson::Refund,
    Lesson::Takeover,
];

impl Lesson {
    fn word(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Reply => "reply",
            Self::Refund => "refund",
            Self::Takeover => "takeover",
        }
    }

    /// Returns whether what was done since makes the lesson over.
    fn is_over(self, before: Practised, now: Practised) -> bool {
        match self {
            Self::Address => now.notes > before.notes,
            Self::Reply => now.replies > before.replies,
            Self::Refund => now.cases > before.cases,
            Self::Takeover => now.taken > before.taken,
        }
    }
}

/// Where in the guided shift the person is.
pub(super) struct Guide {
    at: usize,
    before: Practised,
    /// The message that says the next key.
    next: &'static str,
    /// An item, and whether it is the order that is practised on.
    looked_up: Option<(Id, bool)>,
}

impl Workstation {
    /// Begins the guided shift, or goes on where it was left; once more, leaves it.
    pub fn guide_along(&mut self) {
        if self.guide.take().is_some() {
            return self.say("guide-left", &[], Ink::Ok);
        }
        match self.begin_guide() {
            Ok(guide) => self.guide = Some(guide),
            Err(problem) => self.trouble(&problem),
        }
        self.teach();
    }

    fn begin_guide(&mut self) -> Result<Guide, Problem> {
        if !demo::is_sample(self.desk.store()) {
            return Err(Problem::new(Kind::Refused, "problem-guide-sample")
                .hint("problem-guide-sample-hint"));
        }
        let left = self.desk.lesson()?;
        // Who was through begins again.
        let at = if left < LESSONS.len() { left } else { 0 };
        Ok(Guide {
            at,
            before: self.desk.practised()?,
            next: "guide-elsewhere",
            looked_up: None,
        })
    }

    /// Looks whether the lesson is over, after something was written.
    pub(super) fn look_on(&mut self) {
        let Some(guide) = &self.guide else {
            return;
        };
        let advanced = self.advance(guide.at, guide.before);
        match (advanced, &mut self.guide) {
            (Ok((at, before)), Some(guide)) => (guide.at, guide.before) = (at, before),
            (Ok(_), None) => {}
            (Err(problem), _) => {
                self.guide = None;
                self.trouble(&problem);
            }
        }
    }

    /// Says the next key of the lesson that is not over. After every message, because every one
    /// may have opened something: it asks the store for nothing but another item.
    pub(super) fn teach(&mut self) {
        if self.gate.is_some() {
            return;
        }
        let Some(at) = self.guide.as_ref().map(|guide| guide.at) else {
            return;
        };
        let Some(lesson) = LESSONS.get(at).copied() else {
            self.guide = None;
            return self.say("guide-over", &[], Ink::Ok);
        };
        if lesson == Lesson::Refund && self.front.is_empty() {
            self.look_up();
        }
        if let Some(next) = self.next_of(lesson)
            && let Some(guide) = &mut self.guide
        {
            guide.next = next;
        }
    }

    /// Looks up whether the item on the desk is the order that is practised on.
    fn look_up(&mut self) {
        let item = self.home.item();
        let known = self.guide.as_ref().and_then(|guide| guide.looked_up);
        if item == known.map(|(id, _)| id) {
            return;
        }
        let is_order = |id: Id| {
            let record = self.desk.record(id).ok();
            record.is_some_and(|(record, _)| {
                let number = record.text("order_number").or(record.text("number"));
                number.is_some_and(|number| number.ends_with(ORDER))
            })
        };
        let looked_up = item.map(|id| (id, is_order(id)));
        if let Some(guide) = &mut self.guide {
            guide.looked_up = looked_up;
        }
    }

    fn advance(&mut self, at: usize, before: Practised) -> Result<(usize, Practised), Problem> {
        let now = self.desk.practised()?;
        let Some(lesson) = LESSONS.get(at) else {
            return Ok((at, now));
        };
        if !lesson.is_over(before, now) {
            return Ok((at, before));
        }
        self.desk.keep_lesson(at + 1)?;
        Ok((at + 1, now))
    }

    /// The message that says the next key; none while a menu of what is in front is unfolded.
    fn next_of(&self, lesson: Lesson) -> Option<&'static str> {
        if self.front.is_empty() {
            return Some(match lesson {
                Lesson::Address => "guide-address-desk",
                Lesson::Reply => "guide-reply-desk",
                Lesson::Refund if self.is_on_order() => "guide-refund-order",
                Lesson::Refund => "guide-refund-desk",
                Lesson::Takeover => "guide-takeover-desk",
            });
        }
        let contexts = self.pane().contexts();
        if contexts == [Context::Menu] {
            return None;
        }
        let is_in = |context: Context| contexts.contains(&context);
        Some(match lesson {
            Lesson::Address if is_in(Context::Capture) => "guide-address-line",
            Lesson::Reply if is_in(Context::Replies) => "guide-reply-pick",
            Lesson::Refund if is_in(Context::Find) => "guide-refund-find",
            Lesson::Refund if is_in(Context::AfterSale) || is_in(Context::CaseSteps) => {
                "guide-refund-form"
            }
            Lesson::Takeover if is_in(Context::Takeover) => "guide-takeover-take",
            _ => "guide-elsewhere",
        })
    }

    /// Whether the order that is practised on is open on the desk, as it was looked up.
    fn is_on_order(&self) -> bool {
        let known = self.guide.as_ref().and_then(|guide| guide.looked_up);
        known.is_some_and(|(_, is_order)| is_order)
    }

    /// The line that says the next key, while somebody is guided.
    pub(super) fn guide_line(&self) -> Option<String> {
        let guide = self.guide.as_ref()?;
        let lesson = LESSONS.get(guide.at)?;
        let name = self.words.get(&format!("guide-{}", lesson.word()));
        let next = self.words.get(guide.next);
        let said = [
            ("nth", (guide.at + 1).into()),
            ("of", LESSONS.len().into()),
            ("name", name.to_string().into()),
            ("next", next.to_string().into()),
        ];
        Some(self.words.with("guide-line", &said))
    }
}
