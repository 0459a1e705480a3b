//! What the after-sale form knows beside its fields: the order's lines and money, other cases,
//! the clock, who may approve, the buyer's own words.

use super::case_around::{approvers, decided, others, platform, said};
use super::note_facts::due_words;
use crate::desk::Desk;
use crate::desk::allowance::FreeLimit;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::record::Record;
use crate::domain::registers::{case, order};
use crate::domain::rules::money;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::Query;
use crate::tui::widgets::line::Run;
use crate::tui::words::{Speech, tail};

/// How many cases of an order are looked at for a twin.
const TWINS: usize = 50;
/// The hour at which the day's calls begin.
const MORNING: u32 = 10;

/// A line of the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The sub-order number.
    pub key: String,
    /// The goods with their variant.
    pub title: String,
    /// How many were bought.
    pub bought: i64,
    /// What was paid for all of them.
    pub paid: Option<Money>,
    /// What the platform says was refunded of it.
    pub refunded: Option<Money>,
}

/// Somebody who may approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    /// The name, with how old the news of that desk is; the word for whoever looks.
    pub name: String,
    /// Whether that is whoever looks.
    pub is_me: bool,
    /// Up to which sum, none where nothing bounds it.
    pub limit: Option<Money>,
}

impl Approver {
    /// Returns whether a sum is within what this person may approve.
    pub fn may(&self, asked: Money) -> bool {
        self.limit
            .is_none_or(|limit| limit.minus(asked).is_some_and(|left| left.minor >= 0))
    }
}

impl Line {
    /// Returns what may still be refunded of it.
    pub fn refundable(&self) -> Option<Money> {
        let left = match self.refunded {
            Some(refunded) => self.paid?.minus(refunded)?,
            None => self.paid?,
        };
        Some(Money {
            minor: left.minor.max(0),
            ..left
        })
    }

    /// Returns what was paid for so many pieces, without a rest in the last one.
    pub fn worth(&self, pieces: i64) -> Option<Money> {
        let paid = self.paid?;
        if pieces >= self.bought || self.bought < 1 {
            return Some(paid);
        }
        Some(Money {
            minor: paid.minor.checked_mul(pieces)? / self.bought,
            ..paid
        })
    }
}

/// What is known around a case.
#[derive(Clone, Debug)]
pub struct CaseFacts {
    /// The order's number.
    pub number: String,
    /// The order's record, where one is known.
    pub order: Option<Id>,
    /// The order in a few words.
    pub order_words: String,
    /// Where the order stands, by the platform's word.
    pub state: Option<String>,
    /// Whether no export brought the order yet.
    pub unverified: bool,
    /// The buyer's name.
    pub buyer: String,
    /// The order's lines.
    pub lines: Vec<Line>,
    /// The freight that was paid.
    pub freight: Option<Money>,
    /// What the order was cheaper by.
    pub discount: Option<Money>,
    /// When it was paid, in words.
    pub paid_at: Option<String>,
    /// What the platform says of its refund, with the age of that word.
    pub platform: Option<String>,
    /// Who else has something open on the order, or how old the oldest news of a colleague is.
    pub others: String,
    /// Where the goods are, by the platform's word.
    pub goods: Option<&'static str>,
    /// The buyer's last words with their time.
    pub said: Option<(String, String)>,
    /// Another open case of the order, with what it asks.
    pub twin: Option<(Id, String)>,
    /// Until when an answer is due, with its source.
    pub due: Option<String>,
    /// Who may approve: whoever looks, who answers for the day, then the leader of whoever asks.
    pub approvers: Vec<Approver>,
    /// Who asked, where that is somebody else than who looks.
    pub asker: Option<String>,
    /// What whoever asks may grant alone, and what was drawn on it.
    pub limit: Option<FreeLimit>,
    /// How it was decided, by whom and when; none while that is open.
    pub decided: Option<Run<'static>>,
    /// When to look again: milliseconds UTC.
    pub chase: i64,
}

impl CaseFacts {
    /// Returns whether the goods are on their way or with the buyer, as far as the platform says.
    pub fn is_shipped(&self) -> bool {
        matches!(self.goods, Some("shipped" | "received"))
    }

    /// Returns what of the paid sum is spread over no line and is no freight: the rest of sharing
    /// a discount out.
    pub fn rest(&self, paid: Option<Money>) -> Option<Money> {
        let mut rest = match self.freight {
            Some(freight) => paid?.minus(freight)?,
            None => paid?,
        };
        for line in &self.lines {
            rest = rest.minus(line.paid?)?;
        }
        Some(rest)
    }

    /// Reads what is known of an order's number, of the case where it is recorded already, and
    /// of the item from which the form was opened.
    pub fn read(
        desk: &Desk,
        words: &Words,
        number: &str,
        record: Option<&Record>,
        about: Option<Id>,
    ) -> Result<Self, Problem> {
        let speech = Speech::new(desk, words);
        let known = if number.is_empty() {
            None
        } else {
            desk.order_by_number(number)?
        };
        let about = match about {
            Some(id) => desk.store().record(id)?,
            None => None,
        };
        let mut buyer = [record, known.as_ref(), about.as_ref()]
            .into_iter()
            .flatten();
        let mut facts = Self {
            number: number.to_owned(),
            order: known.as_ref().map(|order| order.id),
            order_words: tail(number),
            state: known
                .as_ref()
                .and_then(|order| order.text("platform_state"))
                .map(|state| speech.choice(&order::PLATFORM_STATE.spec, state)),
            unverified: known.as_ref().is_none_or(order::is_unverified),
            buyer: buyer.find_map(name_of).unwrap_or_default(),
            lines: known.as_ref().map(lines_of).unwrap_or_default(),
            freight: known.as_ref().and_then(|order| order.get(order::FREIGHT)),
            discount: known.as_ref().and_then(|order| order.get(order::DISCOUNT)),
            paid_at: known
                .as_ref()
                .and_then(|order| order.get(order::PAID_AT))
                .map(|at| speech.moment(at)),
            platform: None,
            others: String::new(),
            goods: known
                .as_ref()
                .and_then(|order| goods_of(order.text("platform_state")?)),
            said: None,
            twin: None,
            due: record.and_then(|record| due_words(desk, record, speech)),
            approvers: approvers(desk, record, speech)?,
            asker: None,
            limit: desk.free_limit()?,
            decided: decided(record, speech),
            chase: tomorrow(speech),
        };
        if let Some(state) = &facts.state {
            facts.order_words = format!("{} {state}", facts.order_words);
        }
        facts.read_asker(desk, record)?;
        facts.said = said(desk, about.as_ref(), known.as_ref(), speech)?;
        facts.platform = platform(desk, known.as_ref(), record, speech)?;
        facts.others = others(desk, facts.order, speech)?;
        facts.twin = twin(desk, facts.order, record.map(|record| record.id), speech)?;
        Ok(facts)
    }

    /// Takes whoever looks for whoever asks, as what is amended is asked anew.
    pub(super) fn ask_anew(&mut self, desk: &Desk) -> Result<(), Problem> {
        self.approvers.retain(|approver| !approver.is_me);
        self.asker = None;
        self.limit = desk.free_limit()?;
        self.decided = None;
        Ok(())
    }

    /// Takes the limit of whoever asked, where that is somebody else than who looks.
    fn read_asker(&mut self, desk: &Desk, record: Option<&Record>) -> Result<(), Problem> {
        let Some(asked) = record.and_then(money::request_trace) else {
            return Ok(());
        };
        let me = desk.me()?.id;
        let asker = desk.people().of_replica(asked.replica);
        if let Some(asker) = asker.filter(|asker| asker.id != me) {
            self.asker = Some(asker.name.clone());
            self.limit = desk.free_limit_of(asker.id, asked.replica)?;
        }
        Ok(())
    }
}

fn name_of(record: &Record) -> Option<String> {
    ["buyer", "said_buyer", "name"]
        .into_iter()
        .find_map(|path| record.text(path))
        .map(str::to_owned)
}

fn lines_of(order: &Record) -> Vec<Line> {
    order
        .keys("lines")
        .into_iter()
        .map(|key| {
            let text = |cell: &str| order.cell::<String>("lines", key, cell).unwrap_or_default();
            let (title, variant) = (text("title"), text("variant"));
            let title = if title.contains(&variant) {
                title
            } else {
                format!("{title} {variant}")
            };
            let bought = order.cell("lines", key, "quantity").unwrap_or(1);
            // Some exports give the price of a piece only.
            let price: Option<Money> = order.cell("lines", key, "price");
            let priced = price.and_then(|price| {
                Some(Money {
                    minor: price.minor.checked_mul(bought)?,
                    ..price
                })
            });
            Line {
                key: key.to_owned(),
                title,
                bought,
                paid: order.cell("lines", key, "paid").or(priced),
                refunded: order.cell("lines", key, "refunded"),
            }
        })
        .collect()
}

fn goods_of(state: &str) -> Option<&'static str> {
    match state {
        "to_ship" | "part_shipped" => Some("not_shipped"),
        "shipped" => Some("shipped"),
        "signed" | "success" => Some("received"),
        _ => None,
    }
}

/// Tomorrow morning, when somebody looks at it again.
fn tomorrow(speech: Speech<'_>) -> i64 {
    let day = speech.local(speech.now).date_naive().succ_opt();
    let time = day.and_then(|day| day.and_hms_opt(MORNING, 0, 0));
    let at = time.and_then(|time| time.and_local_timezone(speech.zone).earliest());
    at.map_or(speech.now, |at| at.timestamp_millis())
}

fn twin(
    desk: &Desk,
    order: Option<Id>,
    but: Option<Id>,
    speech: Speech<'_>,
) -> Result<Option<(Id, String)>, Problem> {
    let Some(order) = order else { return Ok(None) };
    let rows = desk.store().rows(&Query {
        registers: vec!["case"],
        order_id: Some(order),
        open_only: true,
        limit: Some(TWINS),
        ..Query::default()
    })?;
    let Some(row) = rows.iter().find(|row| Some(row.id) != but && !row.void) else {
        return Ok(None);
    };
    let Some(record) = desk.store().record(row.id)? else {
        return Ok(None);
    };
    let amount = record
        .get(case::AMOUNT)
        .map(|amount| amount.to_string())
        .unwrap_or_default();
    let number = record.text("no").unwrap_or_default().to_owned();
    // A draft has no number yet.
    let mut known = vec![number, amount, speech.state("case", &record.state)];
    known.retain(|part| !part.is_empty());
    let args = [("case", known.join(" ").into())];
    Ok(Some((row.id, speech.words.with("case-twin", &args))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_worth_their_share_and_all_are_worth_all() {
        let line = Line {
            key: "1".into(),
            title: "锅".into(),
            bought: 3,
            paid: Some(Money::cny(100)),
            refunded: None,
        };
        assert_eq!(line.worth(1), Some(Money::cny(33)));
        assert_eq!(line.worth(3), Some(Money::cny(100)));
        assert_eq!(line.worth(0), Some(Money::cny(0)));
        let refunded = Some(Money::cny(30));
        let part = Line {
            refunded,
            ..line.clone()
        };
        assert_eq!(part.refundable(), Some(Money::cny(70)));
        assert_eq!(Line { paid: None, ..line }.worth(1), None);
    }
}
