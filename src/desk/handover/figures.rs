//! The figures of a shift, from the person's own events of the business day.

use std::collections::{BTreeMap, BTreeSet};

use crate::desk::Desk;
use crate::desk::figures::declared::{OfSheet, Score};
use crate::desk::figures::scores::{ScoreRow, pool};
use crate::domain::event::Event;
use crate::domain::id::Id;
use crate::domain::money::{Currency, Money};
use crate::domain::payload::{Change, Direction, Meaning, Payload};
use crate::domain::register::Owner;
use crate::domain::registers;
use crate::exchange::outlet::handover::Figure;
use crate::problem::Problem;

/// How many events are read at once.
const PORTION: u64 = 500;
/// The most events of a day that are looked at; a person does not write more by hand.
const MOST: usize = 20_000;

/// The word of how many asked.
pub const CONSULTS: &str = "consults";
/// The word of how soon they were answered, in seconds.
pub const FIRST_RESPONSE: &str = "first_response";

/// What the person did, counted.
#[derive(Default)]
struct Tally {
    counts: BTreeMap<&'static str, i64>,
    refunded: BTreeMap<Currency, i64>,
    numbers: BTreeSet<String>,
    away_since: Option<i64>,
    away: i64,
}

/// The figures in the order of the sheet; those that nobody did are left out.
const ORDER: &[&str] = &[
    "registered",
    "closed",
    "transferred",
    "answered",
    "notes",
    "promises",
    "kept",
    "refunds",
    "cases_opened",
    "cases_closed",
    "complaints_opened",
    "complaints_closed",
    "reviews",
    "urged",
];
/// Figures that are shown also where they are nought.
const ALWAYS: &[&str] = &["registered", "closed", "transferred", "promises", "refunds"];

impl Desk {
    /// Returns the figures of the person's business day so far, and the runs of numbers given to
    /// forms; acts taken back do not count, imports are not work by hand.
    pub fn shift_figures(&self) -> Result<(Vec<Figure>, Vec<String>), Problem> {
        let me = self.me()?.id;
        let events = self.own_events_today()?;
        let void: BTreeSet<_> = events
            .iter()
            .filter_map(Payload::read)
            .filter_map(|payload| {
                if let Payload::Void {
                    events: Some(events),
                    ..
                } = payload
                {
                    Some(events)
                } else {
                    None
                }
            })
            .flatten()
            .collect();
        let imports: BTreeSet<u64> = events
            .iter()
            .filter(|event| event.head.register == "import")
            .map(|event| event.head.act)
            .collect();
        let mut tally = Tally::default();
        for event in events
            .iter()
            .filter(|event| !imports.contains(&event.head.act) && !void.contains(&event.chain))
        {
            if let Some(payload) = Payload::read(event) {
                tally.count(event, &payload, me);
            }
        }
        let mut figures = tally.figures(self.now());
        figures.extend(self.consults_of_today()?);
        Ok((figures, runs(&tally.numbers)))
    }

    /// How many asked and how soon they were answered, where the platform's sheet of the day is
    /// here already; nothing where not, for what was registered is a tenth of it.
    fn consults_of_today(&self) -> Result<Vec<Figure>, Problem> {
        let scores = self.scores_of_day(self.today()?, self.me()?.id)?;
        let scores: Vec<&ScoreRow> = scores.iter().collect();
        let asked = pool(OfSheet::Asked, &scores).and_then(|pooled| pooled.value.text());
        let first = pool(OfSheet::Span(Score::First), &scores);
        let seconds = first.and_then(|pooled| pooled.value.seconds());
        let said = [
            (CONSULTS, asked),
            (FIRST_RESPONSE, seconds.map(|seconds| seconds.to_string())),
        ];
        let said = said.into_iter().filter_map(|(word, value)| {
            let word = word.to_owned();
            value.map(|value| Figure { word, value })
        });
        Ok(said.collect())
    }

    /// The person's own events since the business day began, in order.
    fn own_events_today(&self) -> Result<Vec<Event>, Problem> {
        let replica = self.me()?.replica;
        let start = self.day_begins(self.now())?;
        let mut events = Vec::new();
        for head in self
            .store()
            .heads()?
            .iter()
            .filter(|head| head.replica == replica)
        {
            let mut to = head.seq;
            while to > head.from_seq && events.len() < MOST {
                let from = to.saturating_sub(PORTION - 1).max(head.from_seq + 1);
                let page = self.store().stream_events(head.stream, from, to)?;
                let older = page.iter().all(|event| event.head.stamp.millis() < start);
                events.extend(
                    page.into_iter()
                        .filter(|event| event.head.stamp.millis() >= start),
                );
                if older {
                    break;
                }
                to = from - 1;
            }
        }
        events.sort_by_key(Event::order);
        Ok(events)
    }
}

impl Tally {
    fn add(&mut self, figure: &'static str) {
        *self.counts.entry(figure).or_default() += 1;
    }

    fn count(&mut self, event: &Event, payload: &Payload, me: Id) {
        let register = event.head.register.as_str();
        match payload {
            Payload::Open(change) => {
                self.opened(register, change);
                self.number(change);
            }
            Payload::Set(change) => self.number(change),
            Payload::Move { from, to, .. } => self.moved(event, from, to),
            Payload::Assign {
                to,
                reason: Some(_),
                ..
            } if *to != Owner::Person(me) => self.add("transferred"),
            Payload::Say(say) if say.direction == Direction::Out && say.source.is_none() => {
                self.add("answered");
            }
            Payload::Sign {
                meaning: Meaning::Execute,
                saw,
                ..
            } if register == "case" => {
                self.add("refunds");
                let amount = saw
                    .get("amount")
                    .and_then(|amount| serde_json::from_value::<Money>(amount.clone()).ok());
                if let Some(amount) = amount {
                    let sum = self.refunded.entry(amount.currency).or_default();
                    *sum = sum.saturating_add(amount.minor);
                }
            }
            _ => {}
        }
    }

    fn opened(&mut self, register: &str, change: &Change) {
        let work = registers::by_name(register).is_some_and(|register| register.work);
        if work && register != "handover" {
            self.add("registered");
        }
        let kind = change.fields.get("kind").and_then(|kind| kind.as_str());
        match (register, kind) {
            ("note", _) => self.add("notes"),
            ("promise", _) => self.add("promises"),
            ("case", _) => self.add("cases_opened"),
            ("complaint", _) => self.add("complaints_opened"),
            ("follow_up", Some("urge" | "unpaid")) => self.add("urged"),
            _ => {}
        }
    }

    fn moved(&mut self, event: &Event, from: &str, to: &str) {
        let register = event.head.register.as_str();
        if register == "attendance" {
            self.presence(event.head.at, from, to);
        }
        let Some(declared) = registers::by_name(register)
            .filter(|register| register.work && register.name != "handover")
        else {
            return;
        };
        if declared.lifecycle.is_closed(to) && !declared.lifecycle.is_closed(from) {
            self.add("closed");
            match register {
                "case" => self.add("cases_closed"),
                "complaint" => self.add("complaints_closed"),
                _ => {}
            }
        }
        match (register, to) {
            ("promise", "kept") => self.add("kept"),
            ("review", "answered") => self.add("reviews"),
            _ => {}
        }
    }

    fn presence(&mut self, at: i64, from: &str, to: &str) {
        if let Some(since) = self.away_since.take().filter(|_| from == "away") {
            self.away += at - since;
        }
        self.away_since = (to == "away").then_some(at);
    }

    fn number(&mut self, change: &Change) {
        if let Some(number) = change
            .fields
            .get(registers::NUMBER.name())
            .and_then(|number| number.as_str())
        {
            self.numbers.insert(number.to_owned());
        }
    }

    fn figures(&self, now: i64) -> Vec<Figure> {
        let mut figures = Vec::new();
        for word in ORDER {
            let count = self.counts.get(word).copied().unwrap_or_default();
            if count > 0 || ALWAYS.contains(word) {
                figures.push(Figure {
                    word: (*word).to_owned(),
                    value: count.to_string(),
                });
            }
            if *word == "refunds" {
                let sums = self.refunded.iter().map(|(currency, minor)| Money {
                    minor: *minor,
                    currency: *currency,
                });
                let sums: Vec<String> = sums.map(|sum| sum.to_string()).collect();
                if !sums.is_empty() {
                    figures.push(Figure {
                        word: "refunded".into(),
                        value: sums.join(" + "),
                    });
                }
            }
        }
        let away = (self.away + self.away_since.map_or(0, |since| now - since)) / 60_000;
        if away > 0 {
            figures.push(Figure {
                word: "away_minutes".into(),
                value: away.to_string(),
            });
        }
        figures
    }
}

/// Returns numbers for people as runs, `R-LX-0221..R-LX-0234`; a gap begins a new run.
fn runs(numbers: &BTreeSet<String>) -> Vec<String> {
    let mut split: Vec<(&str, u64, &str)> = numbers
        .iter()
        .filter_map(|number| {
            let (stem, count) = number.rsplit_once('-')?;
            Some((stem, count.parse().ok()?, number.as_str()))
        })
        .collect();
    split.sort_unstable();
    let mut runs: Vec<(&str, u64, &str, &str)> = Vec::new();
    for (stem, count, number) in split {
        match runs.last_mut() {
            Some((last, end, _, to)) if *last == stem && *end + 1 == count => {
                (*end, *to) = (count, number);
            }
            _ => runs.push((stem, count, number, number)),
        }
    }
    runs.iter()
        .map(|(_, _, from, to)| {
            if from == to {
                (*from).to_owned()
            } else {
                format!("{from}..{to}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consults_are_those_of_the_sheet_and_of_nothing_else() {
        use crate::desk::import::ImportOptions;
        use crate::desk::shop_tests::Shop;
        let mut shop = Shop::new();
        let of = |shop: &Shop, word: &str| {
            let (figures, _) = shop.desk.shift_figures().unwrap();
            let mut figures = figures.into_iter();
            figures
                .find(|figure| figure.word == word)
                .map(|figure| figure.value)
        };
        let import = |shop: &mut Shop, day: &str, rows: &str| {
            let text = format!("旺旺昵称,询单人数,首次响应时长（秒)\n{rows}\n");
            let name = format!("绩效{day}.csv");
            let options = ImportOptions::default();
            shop.desk.import(&name, text.as_bytes(), &options).unwrap();
        };
        import(&mut shop, "20261121", "林晓,90,10");
        assert_eq!(of(&shop, CONSULTS), None, "yesterday's");
        import(&mut shop, "20261122", "新人,9,9\n全店汇总值,157,30");
        assert_eq!(of(&shop, CONSULTS), None, "of others");
        import(&mut shop, "20261122", "林晓,148,22.4");
        assert_eq!(of(&shop, CONSULTS).as_deref(), Some("148"));
        assert_eq!(of(&shop, FIRST_RESPONSE).as_deref(), Some("22"));
        import(&mut shop, "20261122", "林晓,-,-");
        assert_eq!(of(&shop, CONSULTS), None, "a dash is not nought");
    }

    #[test]
    fn a_gap_in_the_numbers_is_seen() {
        let numbers = [
            "R-LX-0009",
            "R-LX-0010",
            "R-LX-0012",
            "P-LX-0001",
            "R-LX-0011",
            "R-LX-0014",
        ];
        let numbers = numbers.iter().map(|number| (*number).to_owned()).collect();
        assert_eq!(
            runs(&numbers),
            ["P-LX-0001", "R-LX-0009..R-LX-0012", "R-LX-0014"]
        );
    }
}
