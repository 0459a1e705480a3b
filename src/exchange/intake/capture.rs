//! The one line: what was typed in a hurry, taken to pieces.
//!
//! Free order, pieces divided by spaces or not at all. Each piece carries the word
//! that led to it; what is not recognised is the text. Where two readings are
//! possible none is taken and a warning says so.

use std::ops::Range;

use chrono_tz::Tz;

use super::times::DateOrder;
use super::{is_masked, values};

mod line;
mod moment;
mod scan;
mod words;

#[cfg(test)]
mod tests;

pub use words::{CaptureWords, KindWords, Next};

use line::Line;

/// Longest line that is taken to pieces, in bytes; what lies beyond stays text.
pub const MAX_LINE: usize = 4_096;
/// Longest piece that can be a buyer by its place alone, in characters.
const MAX_BUYER: usize = 20;

/// What is known where the line is typed.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The time now, ms UTC.
    pub now: i64,
    /// The shop's zone.
    pub zone: Tz,
    /// End of my shift, ms UTC.
    pub shift_end: Option<i64>,
    /// How this shop writes dates whose day and month are open.
    pub date_order: Option<DateOrder>,
    /// Platform of the account that I work on, for the form of order numbers.
    pub platform: Option<&'a str>,
    /// Currency of amounts without one.
    pub currency: &'a str,
    /// Names of persons of the shop.
    pub persons: &'a [String],
    /// Says whether a buyer of this name is known.
    pub known_buyer: &'a dyn Fn(&str) -> bool,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PieceKind {
    /// A whole order number.
    Order,
    /// The last digits of an order number.
    OrderTail,
    /// A waybill.
    Waybill,
    /// A carrier's name.
    Carrier,
    /// A phone number.
    Phone,
    /// An amount.
    Money,
    /// A time, or part of one.
    Time,
    /// A word that names a kind.
    Kind,
    /// A person or a post.
    Person,
    /// A tag.
    Tag,
    /// A buyer.
    Buyer,
}

/// A recognised piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its place in the line, in bytes.
    pub range: Range<usize>,
    /// What it is.
    pub kind: PieceKind,
    /// What it means: a cleaned number, a register and kind, a name.
    pub value: String,
    /// The word of the line that led to it.
    pub because: String,
}

/// A kind that a word led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindFound {
    /// Register.
    pub register: String,
    /// Kind within it.
    pub kind: Option<String>,
    /// Job of an order note.
    pub job: Option<String>,
    /// The obvious next step.
    pub next: Next,
    /// The word that led to it.
    pub because: String,
}

/// An order as named in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFound {
    /// The number, or its last digits, cleaned.
    pub number: String,
    /// Whether these are only the last digits.
    pub tail: bool,
}

/// A waybill as named in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaybillFound {
    /// The number, cleaned.
    pub number: String,
    /// The carrier, by prefix or by its name beside the number.
    pub carrier: Option<String>,
}

/// A person or post behind `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonFound {
    /// The name as typed.
    pub name: String,
    /// The post, where the word names one.
    pub post: Option<String>,
    /// Whether it is a known person or post.
    pub known: bool,
}

/// A buyer as named in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuyerFound {
    /// The name as typed.
    pub name: String,
    /// Whether a buyer of that name is known; else it is one by its place only.
    pub known: bool,
    /// Whether it is masked and so identifies nobody.
    pub masked: bool,
}

/// Something that a person should look at before recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Id of the sentence.
    pub message: &'static str,
    /// Its arguments.
    pub args: Vec<(&'static str, String)>,
}

impl Warning {
    fn new(message: &'static str) -> Self {
        Self {
            message,
            args: Vec::new(),
        }
    }

    #[allow(clippy::needless_pass_by_value)] // literals, numbers and names are handed in alike
    fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// A line taken to pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recognised {
    /// The pieces in order.
    pub pieces: Vec<Piece>,
    /// Orders.
    pub orders: Vec<OrderFound>,
    /// Waybills.
    pub waybills: Vec<WaybillFound>,
    /// A carrier named without a waybill.
    pub carrier: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// Amount in minor units, and currency.
    pub money: Option<(i64, String)>,
    /// Deadline, ms UTC.
    pub due: Option<i64>,
    /// Kinds in the order of their words; the first is the line's kind.
    pub kinds: Vec<KindFound>,
    /// Persons and posts behind `@`.
    pub persons: Vec<PersonFound>,
    /// Tags behind `#`.
    pub tags: Vec<String>,
    /// The buyer.
    pub buyer: Option<BuyerFound>,
    /// What is left.
    pub text: String,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

impl Recognised {
    /// The line's register and kind.
    #[must_use]
    pub fn kind(&self) -> Option<&KindFound> {
        self.kinds.first()
    }
}

/// Takes a line to pieces.
#[must_use]
pub fn recognise(typed: &str, words: &CaptureWords, context: &Context<'_>) -> Recognised {
    let end = (0..=typed.len().min(MAX_LINE))
        .rev()
        .find(|at| typed.is_char_boundary(*at));
    let typed_head = &typed[..end.unwrap_or(0)];
    let mut line = Line::new(typed_head);
    let mut found = Recognised::default();
    let parts = scan::pieces(&mut line, words, context, &mut found);
    found.due = moment::due(&parts, context, &mut found.warnings);
    buyer(&mut line, context, &mut found);
    // A word of a kind within a sentence led to it, and the sentence keeps it.
    for (from, to) in scan::kinds_as_typed(&line, &found) {
        line.give_back_within(from, to);
    }
    rest(&line, &typed[typed_head.len()..], &mut found);
    check(&mut found, words, context);
    found.pieces.sort_by_key(|piece| piece.range.start);
    found
}

/// A known name, else the first piece that nothing else explains.
fn buyer(line: &mut Line<'_>, context: &Context<'_>, found: &mut Recognised) {
    let pieces: Vec<(usize, usize)> = line
        .free_pieces()
        .into_iter()
        .filter(|(from, to)| line.is_whole(*from, *to))
        .collect();
    let known = pieces
        .iter()
        .find(|(from, to)| (context.known_buyer)(line.typed(*from, *to)));
    let first = || {
        pieces
            .iter()
            .find(|(from, to)| could_be_buyer(line, *from, *to))
    };
    let Some((from, to)) = known.or_else(first).copied() else {
        return;
    };
    let name = line.typed(from, to).to_owned();
    let masked = is_masked(&name);
    if masked {
        found
            .warnings
            .push(Warning::new("capture-warn-masked").arg("name", &name));
    }
    found.pieces.push(Piece {
        range: line.range(from, to),
        kind: PieceKind::Buyer,
        value: name.clone(),
        because: name.clone(),
    });
    found.buyer = Some(BuyerFound {
        name,
        known: known.is_some(),
        masked,
    });
    line.take(from, to);
}

fn could_be_buyer(line: &Line<'_>, from: usize, to: usize) -> bool {
    let text = line.folded(from, to);
    let digits = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '*' | '.' | '-' | '+'));
    let sentence = text.contains(['。', '！', '？', '!', '?', '：', ':', '…']);
    to - from <= MAX_BUYER && !digits && !sentence
}

fn rest(line: &Line<'_>, beyond: &str, found: &mut Recognised) {
    let mut text = String::new();
    for (from, to) in line.free_pieces() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(line.typed(from, to));
    }
    text.push_str(beyond);
    found.text = text;
}

/// What does not fit together is said, never settled silently.
fn check(found: &mut Recognised, words: &CaptureWords, context: &Context<'_>) {
    for order in found.orders.iter().filter(|order| !order.tail) {
        if let Some(want) = wrong_length(&order.number, words, context) {
            found.warnings.push(
                Warning::new("capture-warn-order-length")
                    .arg("number", &order.number)
                    .arg("got", order.number.len())
                    .arg("want", want)
                    .arg("platform", context.platform.unwrap_or_default()),
            );
        }
    }
    let mut registers: Vec<&str> = found
        .kinds
        .iter()
        .map(|kind| kind.register.as_str())
        .collect();
    registers.dedup();
    if registers.len() > 1 {
        let kinds: Vec<&str> = found
            .kinds
            .iter()
            .map(|kind| kind.because.as_str())
            .collect();
        found
            .warnings
            .push(Warning::new("capture-warn-kinds").arg("words", kinds.join(" ")));
    }
    for person in found.persons.iter().filter(|person| !person.known) {
        found
            .warnings
            .push(Warning::new("capture-warn-person").arg("name", &person.name));
    }
}

/// The length that a number of only digits should have on this platform.
fn wrong_length(number: &str, words: &CaptureWords, context: &Context<'_>) -> Option<usize> {
    let platform = context.platform?;
    let form = words.orders.iter().find(|form| form.platform == platform)?;
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let fits = !digits || form.digits.contains(&number.len());
    if fits {
        None
    } else {
        form.digits.first().copied()
    }
}

/// An amount as typed: `12。5` is 12.5, as an input method leaves it.
fn amount(typed: &str, currency: &str) -> Option<(i64, String)> {
    let text: String = typed
        .chars()
        .map(|c| if c == '。' { '.' } else { c })
        .collect();
    values::money(&text, currency).ok()
}
