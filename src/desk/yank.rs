//! Single facts of an item that are wanted elsewhere: its number, the order's, where it goes, what
//! the buyer said last.

use super::Desk;
use super::act::refused;
use super::order::order_beside;
use super::reveal;
use crate::domain::id::Id;
use crate::domain::payload::Direction;
use crate::domain::record::Record;
use crate::domain::registers::{NUMBER, ORDER_NUMBER, conversation, order};
use crate::problem::Problem;

/// A fact of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// The number by which people name it, else its id.
    Number,
    /// The whole number of the order that it is about.
    Order,
    /// Receiver, telephone and address of that order.
    Address,
    /// What the buyer said last.
    LastWords,
}

impl Desk {
    /// Returns a fact of an item, uncleaned, or says that it has none. Where an order's receiver
    /// is in it whole, that is revealed: only to who may see it, and with a word in the log.
    pub fn piece(&mut self, id: Id, piece: Piece) -> Result<String, Problem> {
        let (record, _) = self.record(id)?;
        let (found, missing, hint) = match piece {
            Piece::Number => (
                Some(number(&record).map_or_else(|| id.to_string(), str::to_owned)),
                "problem-yank-order",
                "problem-yank-order-hint",
            ),
            Piece::Order => (
                self.whole_order_number(&record)?,
                "problem-yank-order",
                "problem-yank-order-hint",
            ),
            Piece::Address => (
                self.address(&record)?,
                "problem-yank-address",
                "problem-yank-address-hint",
            ),
            Piece::LastWords => (
                last_words(&record),
                "problem-yank-words",
                "problem-yank-words-hint",
            ),
        };
        found.ok_or_else(|| refused(missing).hint(hint))
    }

    fn whole_order_number(&self, record: &Record) -> Result<Option<String>, Problem> {
        if let Some(own) = own_order_number(record) {
            return Ok(Some(own.to_owned()));
        }
        let known = self.order_of(record)?;
        Ok(known.and_then(|order| order.text(order::NUMBER.name()).map(str::to_owned)))
    }

    /// The order of a record: by the number that it names, else the one that stands beside it.
    fn order_of(&self, record: &Record) -> Result<Option<Record>, Problem> {
        if let Some(number) = own_order_number(record)
            && let Some(known) = self.order_by_number(number)?
        {
            return Ok(Some(known));
        }
        // Who names a number means that order, be it unknown, and no other of the buyer's.
        let related = match own_order_number(record) {
            Some(_) => Vec::new(),
            None => self.related(record)?,
        };
        match order_beside(record, &related) {
            Some(id) => Ok(self.store().record(id)?),
            None => Ok(None),
        }
    }

    fn address(&mut self, record: &Record) -> Result<Option<String>, Problem> {
        let Some(known) = self.order_of(record)? else {
            return Ok(None);
        };
        let who = [order::RECEIVER.name(), order::PHONE.name()].map(|name| known.text(name));
        let who: Vec<&str> = who.into_iter().flatten().collect();
        let place = known
            .text(order::ADDRESS.name())
            .or_else(|| known.text(order::SAID_ADDRESS.name()));
        let Some(place) = place else {
            return Ok(None);
        };
        let block = format!("{}\n{place}", who.join(" ")).trim().to_owned();
        if !reveal::whole(&known).is_empty() {
            self.reveal(Some(known.id))?;
        }
        Ok(Some(block))
    }
}

/// The number by which people name a record: the shop's own, a talk's, an order's.
fn number(record: &Record) -> Option<&str> {
    let theirs = match record.register.as_str() {
        "conversation" => conversation::NUMBER.name(),
        "order" => order::NUMBER.name(),
        _ => NUMBER.name(),
    };
    record.text(NUMBER.name()).or_else(|| record.text(theirs))
}

fn own_order_number(record: &Record) -> Option<&str> {
    let name = match record.register.as_str() {
        "order" => order::NUMBER.name(),
        _ => ORDER_NUMBER.name(),
    };
    record.text(name)
}

/// The buyer's words; where the buyer said nothing, the last that were said at all.
fn last_words(record: &Record) -> Option<String> {
    let said = || record.entries.iter().rev().filter(|entry| !entry.void);
    let buyer = said().find(|entry| entry.say.direction == Direction::In);
    let last = buyer.or_else(|| said().next())?;
    last.say.text.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::note::NewNote;
    use crate::desk::shop_tests::{ORDER, Shop};

    #[test]
    fn facts_of_a_note_come_from_its_order_and_what_is_missing_is_said() {
        let mut shop = Shop::new();
        let note = NewNote {
            order: ORDER.into(),
            kind: "address".into(),
            new: "中和街5号".into(),
            ..NewNote::default()
        };
        let id = shop.desk.open_note(&note).unwrap().record();
        let reveals = |desk: &Desk| {
            let order = desk.order_by_number(ORDER).unwrap().unwrap();
            order.keys(order::REVEALS.name()).len()
        };
        assert_eq!(reveals(&shop.desk), 0);
        let mut piece = |piece| shop.desk.piece(id, piece);
        assert!(
            piece(Piece::Number).unwrap().starts_with('N'),
            "{:?}",
            piece(Piece::Number)
        );
        assert_eq!(piece(Piece::Order).unwrap(), ORDER);
        let address = piece(Piece::Address).unwrap();
        assert!(address.contains("13800138000\n湖北省武汉市"), "{address}");
        assert_eq!(reveals(&shop.desk), 1, "who copies it has seen it");
        shop.desk.piece(id, Piece::Order).unwrap();
        assert_eq!(reveals(&shop.desk), 1);
        let mut piece = |piece| shop.desk.piece(id, piece);
        assert_eq!(
            piece(Piece::LastWords).unwrap_err().message,
            "problem-yank-words"
        );
        let talk = shop
            .desk
            .open_conversation("橘子", "chat")
            .unwrap()
            .record();
        let refused = shop.desk.piece(talk, Piece::Order).unwrap_err();
        assert_eq!(refused.message, "problem-yank-order");
        let refused = shop.desk.piece(talk, Piece::Address).unwrap_err();
        assert_eq!(refused.message, "problem-yank-address");
        shop.desk.reply(talk, "今天发").unwrap();
        assert_eq!(shop.desk.piece(talk, Piece::LastWords).unwrap(), "今天发");
    }
}
