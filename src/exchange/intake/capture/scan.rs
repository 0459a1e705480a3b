//! The pieces of the one line, from left to right, the longest reading first.

use super::line::Line;
use super::moment::{self, Part};
use super::words::{CaptureWords, KindWords};
use super::{
    Context, KindFound, OrderFound, PersonFound, Piece, PieceKind, Recognised, Warning,
    WaybillFound, amount,
};
use crate::exchange::intake::clean_number;

struct Scan<'a, 'l> {
    line: &'a mut Line<'l>,
    words: &'a CaptureWords,
    context: &'a Context<'a>,
    found: &'a mut Recognised,
    parts: Vec<Part>,
    /// The carrier named last, with the end of its name.
    carrier: Option<(usize, String)>,
}

/// Takes all pieces but the buyer out of the line; gives the parts of its time.
pub(super) fn pieces(
    line: &mut Line<'_>,
    words: &CaptureWords,
    context: &Context<'_>,
    found: &mut Recognised,
) -> Vec<Part> {
    let mut scan = Scan {
        line,
        words,
        context,
        found,
        parts: Vec::new(),
        carrier: None,
    };
    let mut at = 0;
    while at < scan.line.len() {
        at = scan.piece(at).unwrap_or(at + 1).max(at + 1);
    }
    scan.parts
}

/// The words of kinds without an amount, as places in the line.
pub(super) fn kinds_as_typed(line: &Line<'_>, found: &Recognised) -> Vec<(usize, usize)> {
    let kinds = found
        .pieces
        .iter()
        .filter(|piece| piece.kind == PieceKind::Kind);
    kinds
        .filter_map(|piece| Some((line.place(piece.range.start)?, line.place(piece.range.end)?)))
        .collect()
}

impl Scan<'_, '_> {
    /// Takes the piece that begins here; gives its end.
    fn piece(&mut self, at: usize) -> Option<usize> {
        if self.line.is_gap(at) {
            return None;
        }
        if let Some(end) = self.masked(at) {
            return Some(end);
        }
        self.sign(at)
            .or_else(|| self.tail(at))
            .or_else(|| self.number(at))
            .or_else(|| self.waybill(at))
            .or_else(|| self.kind_with_amount(at))
            .or_else(|| self.time(at))
            .or_else(|| self.kind(at))
            .or_else(|| self.carrier_name(at))
            .or_else(|| self.latin(at))
    }

    fn put(&mut self, from: usize, to: usize, kind: PieceKind, value: String) {
        let because = self.line.typed(from, to).to_owned();
        self.found.pieces.push(Piece {
            range: self.line.range(from, to),
            kind,
            value,
            because,
        });
        self.line.take(from, to);
    }

    /// The end of the piece up to the next gap.
    fn piece_end(&self, from: usize) -> usize {
        (from..=self.line.len())
            .find(|at| self.line.is_gap(*at))
            .unwrap_or(from)
    }

    /// A masked piece stays text: nothing in it is read.
    fn masked(&self, at: usize) -> Option<usize> {
        if !self.line.opens(at) {
            return None;
        }
        let end = self.piece_end(at);
        self.line.chars[at..end].contains(&'*').then_some(end)
    }

    /// A Latin word that means nothing here is passed over whole, so that its
    /// middle is not read.
    fn latin(&self, at: usize) -> Option<usize> {
        let end = (at..=self.line.len()).find(|place| !self.line.is_word(*place))?;
        (end > at).then_some(end)
    }

    /// `@person`, `#tag`, `#order`.
    fn sign(&mut self, at: usize) -> Option<usize> {
        let sign = self.line.at(at)?;
        if !matches!(sign, '@' | '#') {
            return None;
        }
        let end = self.piece_end(at);
        if end <= at + 1 {
            return None;
        }
        let name = self.line.typed(at + 1, end).to_owned();
        if sign == '@' {
            self.person(at, end, name);
        } else if is_shop_number(&name) {
            let number = clean_number(self.line.typed(at, end));
            self.order(at, end, number, false);
        } else {
            self.found.tags.push(name.clone());
            self.put(at, end, PieceKind::Tag, name);
        }
        Some(end)
    }

    fn person(&mut self, at: usize, end: usize, name: String) {
        let folded = self.line.folded(at + 1, end);
        let post = self
            .words
            .posts
            .iter()
            .find(|entry| entry.words.contains(&folded))
            .map(|entry| entry.post.clone());
        let known = post.is_some() || self.context.persons.contains(&name);
        self.found.persons.push(PersonFound {
            name: name.clone(),
            post,
            known,
        });
        self.put(at, end, PieceKind::Person, name);
    }

    fn order(&mut self, from: usize, to: usize, number: String, tail: bool) {
        let order = OrderFound {
            number: number.clone(),
            tail,
        };
        if !self.found.orders.contains(&order) {
            self.found.orders.push(order);
        }
        let kind = if tail {
            PieceKind::OrderTail
        } else {
            PieceKind::Order
        };
        self.put(from, to, kind, number);
    }

    /// `..8258`, and the words for it.
    fn tail(&mut self, at: usize) -> Option<usize> {
        let start = self.line.longest(at, &self.words.tail.words)?;
        let start = if self.line.at(start) == Some(' ') {
            start + 1
        } else {
            start
        };
        let end = self.line.digits(start);
        if !(3..=8).contains(&(end - start)) || self.line.is_word(end) {
            return None;
        }
        let digits = self.line.folded(start, end);
        self.order(at, end, digits, true);
        Some(end)
    }

    /// All that begins with a digit or the sign of a currency.
    fn number(&mut self, at: usize) -> Option<usize> {
        if at > 0 && self.line.is_word(at - 1) && self.line.is_digit(at) {
            return None;
        }
        if let Some(start) = self.line.longest(at, &self.words.money.before) {
            return self.money(at, start);
        }
        let end = self.line.digits(at);
        if end == at {
            return None;
        }
        self.dashed_order(at, end)
            .or_else(|| self.plain_number(at, end))
            .or_else(|| self.kind(at))
            .or_else(|| self.time(at))
            .or_else(|| self.unit_money(at))
            .or(Some(self.latin(at).unwrap_or(end)))
    }

    /// `260517-607123456789012`: PDD's form.
    fn dashed_order(&mut self, at: usize, end: usize) -> Option<usize> {
        if end - at != 6 || self.line.at(end) != Some('-') {
            return None;
        }
        let to = self.line.digits(end + 1);
        if !(12..=18).contains(&(to - end - 1)) || self.line.is_word(to) {
            return None;
        }
        let number = self.line.folded(at, to);
        self.order(at, to, number, false);
        Some(to)
    }

    /// Digits that mean something by their number alone.
    fn plain_number(&mut self, at: usize, end: usize) -> Option<usize> {
        let mark = self
            .line
            .at(end)
            .filter(|c| matches!(c, '.' | '。' | ':' | '/' | '-'));
        if mark.is_some() && self.line.is_digit(end + 1) {
            return None;
        }
        let digits = self.line.folded(at, end);
        let count = end - at;
        let ours = self.context.platform.is_some_and(|platform| {
            let mut forms = self.words.orders.iter();
            forms.any(|form| form.platform == platform && form.digits.contains(&count))
        });
        if let Some(carrier) = self.carrier_beside(at, end, count) {
            self.found.waybills.push(WaybillFound {
                number: digits.clone(),
                carrier: Some(carrier),
            });
            self.put(at, end, PieceKind::Waybill, digits);
        } else if (16..=20).contains(&count) || (ours && count >= 10) {
            self.order(at, end, digits, false);
        } else if count == 11
            && digits.starts_with('1')
            && !matches!(digits.as_bytes()[1], b'0'..=b'2')
        {
            self.found.phone.get_or_insert_with(|| digits.clone());
            self.put(at, end, PieceKind::Phone, digits);
        } else if count >= 9 {
            self.found
                .warnings
                .push(Warning::new("capture-warn-number").arg("number", digits));
            return Some(end);
        } else {
            return None;
        }
        Some(end)
    }

    /// The carrier whose name stands next to digits of a length that it uses.
    fn carrier_beside(&self, at: usize, end: usize, count: usize) -> Option<String> {
        let uses = |name: &str| {
            let mut carriers = self.words.carriers.iter();
            carriers.any(|carrier| carrier.name == name && carrier.digits.contains(&count))
        };
        let before = self.carrier.as_ref().filter(|(place, name)| {
            (*place..at).all(|between| self.line.is_gap(between)) && uses(name)
        });
        if let Some((_, name)) = before {
            return Some(name.clone());
        }
        let next = if self.line.is_gap(end) { end + 1 } else { end };
        let (_, name) = self.carrier_at(next)?;
        uses(&name).then_some(name)
    }

    fn carrier_at(&self, at: usize) -> Option<(usize, String)> {
        self.words
            .carriers
            .iter()
            .filter_map(|carrier| {
                Some((self.line.longest(at, &carrier.words)?, carrier.name.clone()))
            })
            .max_by_key(|(end, _)| *end)
    }

    fn carrier_name(&mut self, at: usize) -> Option<usize> {
        let (end, name) = self.carrier_at(at)?;
        self.carrier = Some((end, name.clone()));
        self.found.carrier.get_or_insert_with(|| name.clone());
        self.put(at, end, PieceKind::Carrier, name);
        Some(end)
    }

    /// `SF` and digits.
    fn waybill(&mut self, at: usize) -> Option<usize> {
        if at > 0 && self.line.is_word(at - 1) {
            return None;
        }
        let (end, carrier) = self.words.carriers.iter().find_map(|carrier| {
            carrier.prefix.iter().find_map(|prefix| {
                let start = prefix
                    .chars()
                    .enumerate()
                    .all(|(place, c)| self.line.at(at + place) == Some(c.to_ascii_lowercase()))
                    .then_some(at + prefix.len())?;
                let end = self.line.digits(start);
                let (least, most) = (carrier.after.first()?, carrier.after.last()?);
                let fits = (*least..=*most).contains(&(end - start)) && !self.line.is_word(end);
                fits.then(|| (end, carrier.name.clone()))
            })
        })?;
        let number = clean_number(self.line.typed(at, end));
        self.found.waybills.push(WaybillFound {
            number: number.clone(),
            carrier: Some(carrier),
        });
        self.put(at, end, PieceKind::Waybill, number);
        Some(end)
    }

    /// The end of digits with at most one point: `18`, `18.5`, `12。5`.
    fn decimal_end(&self, from: usize) -> Option<(usize, bool)> {
        let end = self.line.digits(from);
        if end == from || end - from > 9 {
            return None;
        }
        let point = matches!(self.line.at(end), Some('.' | '。'));
        let to = if point {
            self.line.digits(end + 1)
        } else {
            end
        };
        let decimals = to.saturating_sub(end + 1);
        Some(if point && (1..=2).contains(&decimals) {
            (to, true)
        } else {
            (end, false)
        })
    }

    /// A number behind a sign, or behind a word that wants one.
    fn money(&mut self, at: usize, start: usize) -> Option<usize> {
        let (end, _) = self.decimal_end(start)?;
        let to = self
            .line
            .longest(end, &self.words.money.after)
            .unwrap_or(end);
        if self.line.is_word(to) {
            return None;
        }
        self.take_money(at, start, end, to)
    }

    /// `18元`, `18.5`.
    fn unit_money(&mut self, at: usize) -> Option<usize> {
        let (end, point) = self.decimal_end(at)?;
        let unit = self.line.longest(end, &self.words.money.after);
        let stops = !self.line.is_word(end)
            && !matches!(self.line.at(end), Some('.' | '。' | '/' | '-' | ':') if self.line.is_digit(end + 1));
        match unit {
            Some(to) => self.take_money(at, at, end, to),
            None if point && stops => self.take_money(at, at, end, end),
            None => None,
        }
    }

    fn take_money(&mut self, at: usize, start: usize, end: usize, to: usize) -> Option<usize> {
        let money = amount(&self.line.folded(start, end), self.context.currency)?;
        let value = format!("{} {}", money.0, money.1);
        if self
            .found
            .money
            .as_ref()
            .is_some_and(|before| *before != money)
        {
            self.found
                .warnings
                .push(Warning::new("capture-warn-amounts"));
        }
        self.found.money.get_or_insert(money);
        self.put(at, to, PieceKind::Money, value);
        Some(to)
    }

    /// Words that with an amount behind them are a kind: amount and kind at once.
    fn kind_with_amount(&mut self, at: usize) -> Option<usize> {
        let words = self.words;
        let (start, kind) = words
            .kinds
            .iter()
            .filter_map(|kind| Some((self.line.longest(at, &kind.money)?, kind)))
            .max_by_key(|(end, _)| *end)?;
        let sign = self
            .line
            .longest(start, &words.money.before)
            .unwrap_or(start);
        // An hour or a count of days behind the word is not an amount.
        if moment::part(self.line, sign, words, self.context).is_some() {
            return None;
        }
        let end = self.money(at, sign)?;
        let because = self.line.typed(at, end).to_owned();
        self.add_kind(kind, because);
        Some(end)
    }

    fn time(&mut self, at: usize) -> Option<usize> {
        let (end, part) = moment::part(self.line, at, self.words, self.context)?;
        if self.line.is_digit(end) && self.line.is_digit(end - 1) {
            return None;
        }
        let value = self.line.folded(at, end);
        if part == Part::Open {
            // Two readings: it stays text, the warning names it.
            self.found
                .warnings
                .push(Warning::new("capture-warn-date").arg("date", value));
            return Some(end);
        }
        self.parts.push(part);
        self.put(at, end, PieceKind::Time, value);
        Some(end)
    }

    /// The longest word of a kind; single characters only as whole pieces.
    fn kind(&mut self, at: usize) -> Option<usize> {
        let words = self.words;
        let mut best: Option<(usize, &KindWords)> = None;
        for kind in &words.kinds {
            for word in &kind.words {
                let Some(end) = self.line.word(at, word) else {
                    continue;
                };
                // `12315` is a word, `123156` is not.
                if self.line.is_digit(end) && self.line.is_digit(end - 1) {
                    continue;
                }
                let single = end - at == 1 && !self.line.is_whole(at, end);
                if !single && best.is_none_or(|(before, _)| before < end) {
                    best = Some((end, kind));
                }
            }
        }
        let (end, kind) = best?;
        let because = self.line.typed(at, end).to_owned();
        self.add_kind(kind, because);
        let value = match &kind.kind {
            Some(name) => format!("{} {name}", kind.register),
            None => kind.register.clone(),
        };
        self.put(at, end, PieceKind::Kind, value);
        Some(end)
    }

    fn add_kind(&mut self, kind: &KindWords, because: String) {
        let same = self
            .found
            .kinds
            .iter()
            .any(|found| found.register == kind.register && found.kind == kind.kind);
        if same {
            return;
        }
        self.found.kinds.push(KindFound {
            register: kind.register.clone(),
            kind: kind.kind.clone(),
            job: kind.job.clone(),
            next: kind.next,
            because,
        });
    }
}

/// A number behind `#` as own shops give it: at least four characters, a digit.
fn is_shop_number(name: &str) -> bool {
    name.len() >= 4
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && name.bytes().any(|byte| byte.is_ascii_digit())
}
