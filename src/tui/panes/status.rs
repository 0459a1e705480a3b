//! The top line: who, shift, counts, how old the exports are, the time.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::desk::Desk;
use crate::desk::freshness::Freshness;
use crate::desk::printing::PrintingCounts;
use crate::desk::todo::Counts;
use crate::domain::authority::{Action, may};
use crate::domain::register::Post;
use crate::domain::registers::sheet;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::tui::road::RoadState;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::{Look, frame, line};
use crate::tui::words::Speech;

/// From this width on the line says everything in full.
const WIDE: u16 = 100;

/// The first form of its left part for narrow screens, and the one that says least.
const NARROW: usize = 3;
const LEAST: usize = 5;
/// The word of a person's first post; who holds them all works for the whole shop.
fn post_of(posts: &[Post], words: &Words) -> String {
    if Post::ALL.iter().all(|post| posts.contains(post)) {
        return words.get("board-everybody").to_string();
    }
    posts.first().map_or_else(String::new, |post| {
        words
            .get(&format!("value-post-{}", post.word()))
            .to_string()
    })
}

/// The person's shift.
struct Shift {
    times: String,
    /// How long it still is, or since when it is over.
    left_over: String,
    /// The same where there is little room.
    in_short: String,
}

impl Shift {
    fn new((starts, ends): (i64, i64), now: i64, speech: Speech<'_>) -> Self {
        let (left_over, in_short) = if ends > now {
            let span = speech.long_span(ends - now);
            let args = [("span", span.as_str().into())];
            (speech.words.with("figure-left", &args), span)
        } else {
            let args = [("time", speech.clock(ends).into())];
            let over = speech.words.with("status-shift-over", &args);
            (over.clone(), over)
        };
        Self {
            times: format!("{}-{}", speech.clock(starts), speech.clock(ends)),
            left_over,
            in_short,
        }
    }
}

/// What the top line says.
pub struct Status {
    shop: String,
    person: String,
    post: String,
    presence: String,
    shift: Option<Shift>,
    counts: Counts,
    alarming: BTreeSet<i64>,
    /// What the printing room counts instead, where the person works there.
    printing: Option<PrintingCounts>,
    /// Events that do not count or wait outside, for those who decide about them.
    held: u64,
    orders: Option<String>,
    orders_stale: bool,
    clock: String,
    drill: bool,
    reading: bool,
    sync: Run<'static>,
    size: (u16, u16),
}

impl Status {
    /// Returns the line of a desk at which nobody sits.
    pub fn of_nobody() -> Self {
        Self {
            shop: String::new(),
            person: String::new(),
            post: String::new(),
            presence: String::new(),
            shift: None,
            counts: Counts::default(),
            alarming: BTreeSet::new(),
            printing: None,
            held: 0,
            orders: None,
            orders_stale: false,
            clock: String::new(),
            drill: false,
            reading: false,
            sync: dim(""),
            size: (0, 0),
        }
    }

    /// Reads what the line says.
    pub fn read(desk: &Desk, words: &Words) -> Result<Self, Problem> {
        let waits = (desk.todo_counts()?, desk.alarming()?);
        Self::beside(desk, words, waits, &desk.freshness()?)
    }

    /// Reads what the line says beside what was counted of what waits, what of it is urgent, and
    /// how old the exports are.
    pub fn beside(
        desk: &Desk,
        words: &Words,
        (mut counts, alarming): (Counts, BTreeSet<i64>),
        freshness: &[Freshness],
    ) -> Result<Self, Problem> {
        let now = desk.now();
        let speech = Speech::new(desk, words);
        let me = desk.me()?;
        let orders = freshness.iter().find(|one| one.kind == "orders");
        let shift = desk.shift_of(me.id)?;
        let broken = desk.alarms()?;
        counts.conflicts += broken.iter().filter(|alarm| alarm.is_finding()).count();
        let decides = may(me.role, Action::CloseContradiction).allows();
        let (unfolded, outside) = if decides {
            desk.store().held_counts()?
        } else {
            (0, 0)
        };
        let times = shift
            .as_ref()
            .and_then(|line| Some((line.get(sheet::STARTS)?, line.get(sheet::ENDS)?)));
        Ok(Self {
            shop: desk
                .store()
                .shop()
                .map(|shop| shop.name.clone())
                .unwrap_or_default(),
            person: me.name.clone(),
            post: post_of(&me.posts, words),
            presence: words
                .get(&format!("state-attendance-{}", desk.presence_of(me.id)?))
                .to_string(),
            shift: times.map(|times| Shift::new(times, now, speech)),
            counts,
            alarming,
            printing: if desk.is_of_printing() {
                Some(desk.printing_counts()?)
            } else {
                None
            },
            held: unfolded + outside,
            orders: orders.map(|one| speech.when(one.exported_at)),
            orders_stale: orders.is_some_and(|one| one.stale),
            clock: speech.clock(now),
            drill: desk.store().shop().is_some_and(|shop| shop.drill),
            reading: desk.store().is_read_only(),
            sync: dim(format!("{} - ", words.get("status-sync"))),
            size: (0, 0),
        })
    }

    /// Says how the road over the shared folder is; without one the line says `-`.
    pub fn follow(&mut self, road: Option<RoadState>, desk: &Desk, words: &Words) {
        let speech = Speech::new(desk, words);
        let Some(road) = road else {
            return;
        };
        self.sync = match road {
            RoadState::Synced(age) => {
                let label = words.get("status-sync");
                dim(format!("{label} {} ", speech.age(age)))
            }
            RoadState::Broken(age) => {
                let span = speech.span(age);
                let broken = words.with("status-sync-broken", &[("span", span.into())]);
                Run::new(format!("{broken} "), Ink::Urgent)
            }
        };
    }

    /// Remembers the window's size.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
    }

    /// Returns the window's size in columns and rows.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// Returns the items that must be looked at now, by their local numbers.
    pub fn alarming(&self) -> &BTreeSet<i64> {
        &self.alarming
    }

    /// Returns the window's title.
    pub fn title(&self, words: &Words) -> String {
        words.with(
            "window-title",
            &[
                ("count", (self.counts.overdue + self.counts.urgent).into()),
                ("shop", (&self.shop).into()),
            ],
        )
    }

    /// Draws the line.
    pub fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
        let wide = area.width >= WIDE;
        let right = self.right(wide, look);
        let room = area.width.saturating_sub(line::columns(&right, look) + 1);
        // Said in full where there is room, else less and less; the counts stay.
        let first = if wide { 0 } else { NARROW };
        let left = (first..LEAST)
            .map(|form| self.left(form, look))
            .find(|left| line::columns(left, look) <= room)
            .unwrap_or_else(|| self.left(LEAST, look));
        line::row(buf, area, &left, &right, look);
    }

    /// Who sits here and how long still; each form says less than the one before.
    fn left<'a>(&'a self, form: usize, look: &Look<'a>) -> Vec<Run<'a>> {
        let words = look.words;
        let wide = form < NARROW;
        let shop = if wide {
            self.shop.clone()
        } else {
            self.shop.chars().take(2).collect()
        };
        let gap = if wide { "  " } else { " " };
        let mut left = vec![
            Run::new(format!(" {shop}"), Ink::Title),
            text(format!("{gap}{}", self.person)),
        ];
        if form < LEAST {
            left.push(text(format!(" {}", self.post)));
        }
        if wide {
            left.push(text(format!(" {}", self.presence)));
        }
        if self.reading {
            let word = words.get("status-read-only");
            left.push(Run::new(format!(" {word}"), Ink::Urgent));
        }
        if let Some(shift) = &self.shift {
            let shown = if form < 2 {
                format!("  {} {} ", words.get("status-shift"), shift.times)
            } else {
                "  ".to_owned()
            };
            let left_over = if form > NARROW {
                &shift.in_short
            } else {
                &shift.left_over
            };
            left.push(dim(format!("{shown}{left_over}")));
        }
        if self.drill && form == 0 {
            left.push(dim(format!("  {}", words.get("status-drill"))));
        }
        left
    }

    /// What waits, how old the data is, the time.
    fn right<'a>(&'a self, wide: bool, look: &Look<'a>) -> Vec<Run<'a>> {
        let words = look.words;
        let mut right: Vec<Run<'_>> = self.figures(look);
        if self.held > 0 {
            let held = format!("{}{} ", words.get("mark-held"), self.held);
            right.push(Run::new(held, Ink::Held));
        }
        let label = words.get(if wide {
            "status-orders"
        } else {
            "status-orders-short"
        });
        let age = self.orders.clone().unwrap_or_else(|| "-".into());
        let stale = if self.orders_stale {
            words.get("status-stale").to_string()
        } else {
            String::new()
        };
        right.push(Run::new(
            format!("{}{label}{age}{stale} ", frame::upright(look.ascii())),
            if self.orders_stale {
                Ink::Urgent
            } else {
                Ink::Dim
            },
        ));
        right.push(self.sync.clone());
        right.push(text(format!("{} ", self.clock)));
        right
    }

    /// What waits, by mark; of the printing room its own counts (ux 8.8).
    fn figures(&self, look: &Look<'_>) -> Vec<Run<'static>> {
        let figure = |id: &str, count: String, ink: Ink| {
            let ink = if count == "0" { Ink::Dim } else { ink };
            Run::new(format!("{}{count} ", look.words.get(id)), ink)
        };
        if let Some(printing) = &self.printing {
            return [
                ("status-unsigned", printing.unsigned, Ink::Acknowledge),
                ("status-late", printing.late, Ink::Overdue),
                ("status-stock_out", printing.stock_outs, Ink::Urgent),
            ]
            .map(|(id, count, ink)| figure(id, count.to_string(), ink))
            .to_vec();
        }
        let more = if self.counts.capped { "+" } else { "" };
        [
            ("mark-overdue", self.counts.overdue, Ink::Overdue),
            ("mark-urgent", self.counts.urgent, Ink::Urgent),
            ("mark-waiting", self.counts.waiting, Ink::Waiting),
            ("mark-ack", self.counts.unacknowledged, Ink::New),
            ("mark-approve", self.counts.approvals, Ink::Approve),
            ("mark-conflict", self.counts.conflicts, Ink::Conflict),
        ]
        .map(|(id, count, ink)| figure(id, format!("{count}{more}"), ink))
        .to_vec()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::desk::act::fields;
    use crate::desk::shop_tests::Shop;
    use crate::i18n::Language;
    use crate::text::width::Ambiguous;
    use crate::tui::dump;
    use crate::tui::theme::Theme;

    /// The line as a window of a width shows it.
    fn line(desk: &Desk, language: Language, width: u16) -> String {
        let words = Words::new(language);
        let status = Status::read(desk, &words).unwrap();
        let area = Rect::new(0, 0, width, 1);
        let mut buf = Buffer::empty(area);
        let look = Look {
            words: &words,
            theme: &Theme::named("dark"),
            ambiguous: Ambiguous::Narrow,
            spots: None,
        };
        status.view(&mut buf, area, &look);
        assert!(dump::is_whole(&buf));
        dump::text(&buf)
    }

    #[test]
    fn a_shift_that_is_over_says_since_when() {
        let Shop {
            folder: _folder,
            mut desk,
        } = Shop::sample("林晓");
        let me = desk.me().unwrap().id;
        let shift = desk.shift_of(me).unwrap().expect("the sample plans them");
        assert!(line(&desk, Language::ZhCn, 120).contains("剩 "));
        let king = desk.people().by_name("王主管").unwrap().clone();
        let agent = desk.people().by_name("林晓").unwrap().clone();
        desk.act_as(&king);
        let ends = desk.now() - 4 * 3_600_000;
        let over = [
            (sheet::STARTS.name(), json!(ends - 3_600_000)),
            (sheet::ENDS.name(), json!(ends)),
        ];
        desk.set_fields(shift.id, fields(over)).unwrap();
        desk.act_as(&agent);
        let words = Words::new(Language::ZhCn);
        let since = Speech::new(&desk, &words).clock(ends);
        for (language, word) in [
            (Language::ZhCn, "已下班"),
            (Language::ZhTw, "已下班"),
            (Language::En, "over since"),
        ] {
            for width in [80, 100, 120, 200] {
                let seen = line(&desk, language, width);
                println!("{seen}");
                assert!(seen.contains(word) && seen.contains(&since), "{seen}");
            }
        }
    }
}
