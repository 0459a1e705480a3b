//! Signing the sheet.

use serde_json::{Value, json};

use super::{DRAFT, Sheet, SheetLine};
use crate::desk::Desk;
use crate::desk::act::{Done, fields, refused};
use crate::domain::id::Id;
use crate::domain::payload::{Change, Fields, Meaning, Payload};
use crate::domain::register::Owner;
use crate::domain::registers::handover;
use crate::i18n::Words;
use crate::problem::Problem;

/// How many lines go into one event, so that bodies stay within their bound.
const PORTION: usize = 25;

impl Desk {
    /// Signs the sheet: a record with every open item as a line, handed to `to` or to whom the
    /// sheet names. Refused where a line lacks what its severity asks for, or where the open
    /// items are no longer those on the sheet.
    pub fn handover_sign(
        &mut self,
        sheet: &Sheet,
        to: Option<Owner>,
        words: &Words,
    ) -> Result<Done, Problem> {
        let me = self.me()?.id;
        let to = to.unwrap_or(sheet.to);
        if to == Owner::Person(me) {
            return Err(refused("problem-handover-self").hint("problem-handover-self-hint"));
        }
        self.agree(sheet, words)?;
        complete(sheet, self.now())?;
        let day = self.business_day(self.now())?;
        let id = self.new_id();
        let mut act = self.act();
        let mut head = fields([
            (handover::FROM.name(), json!(me.to_string())),
            (handover::TO.name(), json!(to.spelling())),
            (handover::DAY.name(), json!(day)),
            (handover::SHIFT_OF.name(), json!(sheet.shift)),
            (handover::STARTS.name(), json!(sheet.starts)),
            (handover::ENDS.name(), json!(sheet.ends)),
            (handover::NUMBERS.name(), json!(sheet.numbers)),
            (handover::WORKLOAD.name(), json!(workload(sheet))),
            (handover::CHECKS.name(), json!(sheet.checks)),
        ]);
        if !sheet.note.trim().is_empty() {
            head.insert(handover::NOTE.name().into(), json!(sheet.note.trim()));
        }
        head.extend(points(sheet));
        act.begin(&handover::REGISTER, id, head, me);
        for (part, lines) in sheet.lines.chunks(PORTION).enumerate() {
            let cells = lines.iter().enumerate();
            let fields: Fields = cells
                .flat_map(|(at, line)| cells_of(part * PORTION + at + 1, line))
                .collect();
            act.add(
                &handover::REGISTER,
                id,
                Payload::Set(Change {
                    fields,
                    ..Change::default()
                }),
            );
        }
        let signed = Payload::Move {
            from: "draft".into(),
            to: "signed".into(),
            reason: None,
            note: None,
        };
        act.add(&handover::REGISTER, id, signed);
        let done = self.write(act)?;
        self.store_mut().clear_draft(&me.to_string(), DRAFT)?;
        Ok(done)
    }

    /// Looks over a colleague's signed sheet as the second person (003 L93; S19).
    pub fn handover_second(&mut self, id: Id) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        let me = self.me()?.id;
        if record.get(handover::FROM) == Some(me) {
            return Err(refused("problem-handover-second").hint("problem-handover-second-hint"));
        }
        let signed = record
            .reached("signed")
            .map(|step| step.trace.chain)
            .ok_or_else(super::answers::unsigned)?;
        let mut act = self.act();
        let saw = std::iter::once((
            "lines".to_owned(),
            json!(record.keys(handover::LINES.name()).len()),
        ))
        .collect();
        act.add(
            register,
            id,
            Payload::Sign {
                meaning: Meaning::SecondCheck,
                of: signed,
                saw,
                note: None,
            },
        );
        act.set(
            register,
            &record,
            fields([(handover::SECOND.name(), json!(me.to_string()))]),
        );
        self.write(act)
    }

    /// The lines are the open items as they are now, each at least as loud as it must be.
    fn agree(&self, sheet: &Sheet, words: &Words) -> Result<(), Problem> {
        let now = self.handover_draft(words)?;
        let on_sheet = |line: &SheetLine| {
            let known = sheet.lines.iter().find(|one| one.row.id == line.row.id);
            known.is_some_and(|known| {
                known.severity >= line.least && known.row.state == line.row.state
            })
        };
        if now.lines.len() == sheet.lines.len() && now.lines.iter().all(on_sheet) {
            return Ok(());
        }
        Err(refused("problem-handover-changed")
            .arg("items", now.lines.len())
            .arg("lines", sheet.lines.len())
            .hint("problem-handover-changed-hint"))
    }
}

fn complete(sheet: &Sheet, now: i64) -> Result<(), Problem> {
    for (at, line) in sheet.lines.iter().enumerate() {
        let Some(missing) = line.missing(now).first().copied() else {
            continue;
        };
        let asked = "problem-handover-missing-hint";
        let (message, hint) = match missing {
            "summary" => ("problem-handover-missing-summary", asked),
            "next" => ("problem-handover-missing-next", asked),
            "due" if line.is_over(now) => ("problem-handover-over", "problem-handover-over-hint"),
            "due" => ("problem-handover-missing-due", asked),
            _ => ("problem-handover-missing-if_then", asked),
        };
        let title = line
            .row
            .title
            .clone()
            .or(line.row.number.clone())
            .unwrap_or_else(|| line.row.id.to_string());
        return Err(refused(message)
            .arg("line", at + 1)
            .arg("title", title)
            .hint(hint));
    }
    Ok(())
}

/// The figures as they travel; the number of open items is among them, so that whoever reads
/// the sheet can count again.
fn workload(sheet: &Sheet) -> Vec<String> {
    let figures = sheet
        .figures
        .iter()
        .map(|figure| format!("{}={}", figure.word, figure.value));
    figures
        .chain(std::iter::once(format!("open_items={}", sheet.lines.len())))
        .collect()
}

fn points(sheet: &Sheet) -> Fields {
    let kept = sheet
        .points
        .iter()
        .filter(|point| !point.text.trim().is_empty());
    kept.enumerate()
        .flat_map(|(at, point)| {
            let path = |cell: &str| format!("{}/{:02}/{cell}", handover::POINTS.name(), at + 1);
            let until = point
                .until
                .map(|until| (path(handover::POINT_UNTIL.name()), json!(until)));
            std::iter::once((path(handover::POINT_TEXT.name()), json!(point.text.trim())))
                .chain(until)
        })
        .collect()
}

fn cells_of(no: usize, line: &SheetLine) -> Vec<(String, Value)> {
    let text = |text: &str| {
        if text.trim().is_empty() {
            Value::Null
        } else {
            json!(text.trim())
        }
    };
    let cells = [
        (handover::LINE_RECORD.name(), json!(line.row.id.to_string())),
        (handover::LINE_REGISTER.name(), json!(line.row.register)),
        (handover::LINE_TITLE.name(), json!(line.row.title)),
        (handover::LINE_SUMMARY.name(), text(&line.summary)),
        (handover::LINE_NEXT.name(), text(&line.next)),
        (handover::LINE_DUE.name(), json!(line.due)),
        (handover::LINE_SEVERITY.name(), json!(line.severity.word())),
        (handover::LINE_IF_THEN.name(), text(&line.if_then)),
        (handover::LINE_ACK.name(), json!("open")),
    ];
    let path = |cell: &str| format!("{}/{no:02}/{cell}", handover::LINES.name());
    cells
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(cell, value)| (path(cell), value))
        .collect()
}
