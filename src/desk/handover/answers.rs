//! Answering the lines of a sheet: what follows from each answer, and the receipt.

use serde_json::{Value, json};

use super::receive::{Answer, Received, ReceivedLine, sheet_record};
use crate::desk::Desk;
use crate::desk::act::{Act, Done, fields, refused};
use crate::domain::authority::Role;
use crate::domain::id::Id;
use crate::domain::payload::{Meaning, Payload};
use crate::domain::record::Record;
use crate::domain::register::{Owner, Register};
use crate::domain::registers::{follow_up, handover};
use crate::problem::{Kind, Problem};

/// Why the owner changes, as a word of the transfer reasons.
const REASON: &str = "shift_end";

impl Desk {
    /// Answers one line of a sheet.
    pub fn answer_line(&mut self, id: Id, no: usize, answer: Answer<'_>) -> Result<Done, Problem> {
        self.answer_lines(id, &[no], answer)
    }

    /// Answers several lines alike in one act; when every line is accepted or returned, the
    /// receipt is signed with it. Leaders and above may take over for somebody absent.
    pub fn answer_lines(
        &mut self,
        id: Id,
        nos: &[usize],
        answer: Answer<'_>,
    ) -> Result<Done, Problem> {
        if answer.note().is_some_and(|note| note.is_empty()) {
            return Err(refused("problem-handover-words").hint("problem-handover-words-hint"));
        }
        let (record, register) = sheet_record(self, id)?;
        self.may_take(&record)?;
        let sheet = self.handover(id)?;
        let mut act = self.act();
        for no in nos {
            let line = sheet
                .lines
                .iter()
                .find(|line| line.no == *no)
                .ok_or_else(|| {
                    Problem::new(Kind::NotFound, "problem-handover-line")
                        .arg("line", no)
                        .arg("count", sheet.lines.len())
                        .hint("problem-handover-line-hint")
                })?;
            self.mark(&mut act, register, &record, line, answer)?;
            self.follow(&mut act, &sheet, line, answer)?;
        }
        let done = |line: &ReceivedLine| {
            if nos.contains(&line.no) {
                !matches!(answer, Answer::Ask(_))
            } else {
                !line.is_open()
            }
        };
        if sheet.lines.iter().all(done) {
            receipt(&mut act, register, &record, &sheet);
        }
        self.write(act)
    }

    /// Signs the receipt of a sheet whose lines are all answered, also of one without lines.
    pub fn handover_receipt(&mut self, id: Id) -> Result<Done, Problem> {
        let (record, register) = sheet_record(self, id)?;
        self.may_take(&record)?;
        let sheet = self.handover(id)?;
        if sheet.open() > 0 {
            return Err(refused("problem-handover-open")
                .arg("count", sheet.open())
                .hint("problem-handover-open-hint"));
        }
        let mut act = self.act();
        receipt(&mut act, register, &record, &sheet);
        self.write(act)
    }

    /// Moves a sheet on by a word alone: its end is the receipt of who may take it, with every
    /// line answered; only who signed it takes it back, and nothing but the signing signs it.
    pub(in crate::desk) fn move_handover(
        &mut self,
        record: &Record,
        to: &str,
        reason: Option<&str>,
    ) -> Result<Done, Problem> {
        if to == "acknowledged" {
            return self.handover_receipt(record.id);
        }
        if to == "signed" {
            return Err(unsigned());
        }
        if record.get(handover::FROM) != Some(self.me()?.id) {
            return Err(
                refused("problem-handover-not-signer").hint("problem-handover-not-signer-hint")
            );
        }
        let mut act = self.act();
        act.step(&handover::REGISTER, record, to, reason);
        self.write(act)
    }

    fn may_take(&self, record: &Record) -> Result<(), Problem> {
        match record.state.as_str() {
            "signed" => {}
            "draft" => return Err(unsigned()),
            _ => {
                return Err(refused("problem-handover-state").hint("problem-handover-state-hint"));
            }
        }
        let me = self.me()?;
        let to = record.text(handover::TO.name()).and_then(Owner::parse);
        let leads = matches!(me.role, Role::Leader | Role::Supervisor | Role::Manager);
        let leaves = record.get(handover::FROM) == Some(me.id);
        if !leaves && (leads || to.is_some_and(|to| me.owners().contains(&to))) {
            return Ok(());
        }
        Err(refused("problem-handover-not-yours").hint("problem-handover-not-yours-hint"))
    }

    /// Writes the answer on the line.
    fn mark(
        &self,
        act: &mut Act,
        register: &'static Register,
        record: &Record,
        line: &ReceivedLine,
        answer: Answer<'_>,
    ) -> Result<(), Problem> {
        let me = self.me()?.id;
        let key = record
            .keys(handover::LINES.name())
            .into_iter()
            .find(|key| key.parse() == Ok(line.no));
        let key = key.unwrap_or_default().to_owned();
        let path = |cell: &str| format!("{}/{key}/{cell}", handover::LINES.name());
        let mut values = fields([]);
        values.insert(path(handover::LINE_ACK.name()), json!(answer.word()));
        values.insert(path(handover::LINE_ACK_BY.name()), json!(me.to_string()));
        values.insert(path(handover::LINE_ACK_AT.name()), json!(self.now()));
        values.insert(
            path(handover::LINE_NOTE.name()),
            answer.note().map_or(Value::Null, Value::String),
        );
        act.set(register, record, values);
        Ok(())
    }

    /// Moves the item, or says to those who must know why it did not move.
    fn follow(
        &mut self,
        act: &mut Act,
        sheet: &Received,
        line: &ReceivedLine,
        answer: Answer<'_>,
    ) -> Result<(), Problem> {
        let me = self.me()?.id;
        let item = self.store().record(line.record)?;
        let owner = item.as_ref().and_then(|item| item.owner);
        if let Some(item) = item.as_ref().filter(|item| item.closed.is_none()) {
            let register = crate::desk::act::register(&item.register)?;
            let leaver = sheet.from.map(Owner::Person);
            match answer {
                // What somebody else took meanwhile stays theirs.
                Answer::Accept | Answer::Change(_)
                    if owner == leaver || !matches!(owner, Some(Owner::Person(_))) =>
                {
                    hand(act, register, item, Owner::Person(me), answer.note());
                }
                Answer::Return(_) if owner == Some(Owner::Person(me)) => {
                    if let Some(leaver) = leaver {
                        hand(act, register, item, leaver, answer.note());
                    }
                }
                _ => {}
            }
        }
        match answer {
            Answer::Ask(text) => self.tell(act, sheet.from, line, text),
            Answer::Return(text) => {
                self.tell(act, sheet.from, line, text);
                let leader = match sheet.from {
                    Some(from) => self.leader_over(from)?.map(|leader| leader.id),
                    None => None,
                };
                self.tell(act, leader.filter(|leader| *leader != me), line, text);
            }
            Answer::Accept | Answer::Change(_) => {}
        }
        Ok(())
    }

    /// Opens a mention for a colleague about a line.
    fn tell(&mut self, act: &mut Act, whom: Option<Id>, line: &ReceivedLine, text: &str) {
        let Some(whom) = whom else { return };
        let id = self.new_id();
        let row = line.row.as_ref();
        let about = fields([
            (follow_up::KIND.name(), json!("mention")),
            (
                follow_up::SUBJECT.name(),
                json!(if line.summary.is_empty() {
                    &line.title
                } else {
                    &line.summary
                }),
            ),
            (follow_up::TEXT.name(), json!(text.trim())),
            (follow_up::PERSON.name(), json!(whom.to_string())),
            (follow_up::DUE_AT.name(), json!(line.due)),
            ("buyer", json!(line.title)),
            (
                "order",
                json!(row.and_then(|row| row.order_id).map(|id| id.to_string())),
            ),
            (
                "customer",
                json!(row.and_then(|row| row.customer).map(|id| id.to_string())),
            ),
        ]);
        act.begin(&follow_up::REGISTER, id, about, whom);
    }
}

/// Says that a sheet counts for nothing before it is signed, which its own screen does.
pub(super) fn unsigned() -> Problem {
    refused("problem-handover-unsigned").hint("problem-handover-unsigned-hint")
}

fn hand(
    act: &mut Act,
    register: &'static Register,
    item: &Record,
    to: Owner,
    note: Option<String>,
) {
    let saw = item.assigned_by.map(|chain| chain.short());
    act.add(
        register,
        item.id,
        Payload::Assign {
            saw,
            to,
            reason: Some(REASON.into()),
            note,
        },
    );
}

/// The receipt: a word on the signed sheet, and its end.
fn receipt(act: &mut Act, register: &'static Register, record: &Record, sheet: &Received) {
    let Some(signed) = record.reached("signed") else {
        return;
    };
    let saw = std::iter::once(("lines".to_owned(), json!(sheet.lines.len()))).collect();
    act.add(
        register,
        record.id,
        Payload::Sign {
            meaning: Meaning::Acknowledge,
            of: signed.trace.chain,
            saw,
            note: None,
        },
    );
    act.step(register, record, "acknowledged", None);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::shop_tests::{Shop, act_as, colleague};

    #[test]
    fn a_sheet_is_moved_by_who_may_and_says_why_it_is_not() {
        let mut shop = Shop::new();
        let desk = &mut shop.desk;
        let from = desk.me().unwrap().id.to_string();
        let head = fields([
            (handover::FROM.name(), json!(from)),
            (handover::TO.name(), json!("general")),
            (handover::DAY.name(), json!("2026-11-22")),
        ]);
        let id = desk.open_record("handover", head).unwrap().record();
        let told = |done: Result<Done, Problem>| {
            let problem = done.unwrap_err();
            assert!(problem.hint.is_some(), "{}", problem.message);
            problem.message
        };
        // What is not signed is neither settled nor withdrawn.
        let signed = told(desk.move_to(id, "signed", None));
        assert_eq!(signed, "problem-handover-unsigned");
        colleague(desk, "周敏");
        assert_eq!(told(desk.handover_receipt(id)), "problem-handover-unsigned");
        assert_eq!(told(desk.handover_second(id)), "problem-handover-unsigned");
        // It is handed to her post, and not hers to take back.
        let theirs = told(desk.move_to(id, "withdrawn", None));
        assert_eq!(theirs, "problem-handover-not-signer");
        act_as(desk, "林晓");
        desk.move_to(id, "withdrawn", None).unwrap();
        act_as(desk, "周敏");
        assert_eq!(told(desk.handover_receipt(id)), "problem-handover-state");
    }
}
