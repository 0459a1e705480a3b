//! Plays the script: each act by its person, with the clock at its time.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::super::Desk;
use super::super::act::{Done, fields, register};
use super::super::case::Request;
use super::super::conversation::Talk;
use super::super::handover::Answer;
use super::super::import::ImportOptions;
use super::super::note::NewNote;
use super::super::promise::concerning;
use super::super::reception::path;
use super::super::settings::MINUTE;
use super::super::values::{Edge, Reading, fields as read_fields, money, time};
use super::script::{Colleague, Crew, Script, Step};
use super::{SetClock, local, member, read};
use crate::domain::id::Id;
use crate::domain::payload::{Direction, Fields};
use crate::domain::register::Owner;
use crate::domain::registers::conversation;
use crate::exchange::intake::{self, Profiles};
use crate::i18n::{Language, Words};
use crate::problem::Problem;

const SCRIPT: &str = include_str!("../../../assets/sample/script.toml");
const CONVERSATIONS: &str = include_str!("../../../assets/sample/conversations.jsonl");
const ORDERS: &str = include_str!("../../../assets/sample/orders.csv");
const REPLIES: &str = include_str!("../../../assets/sample/replies.toml");
const SCORES: &str = include_str!("../../../assets/sample/scores.csv");

/// Plays everything in order of time, talks before acts of the same minute.
pub(super) fn play(desk: &mut Desk, clock: &SetClock, crew: &Crew) -> Result<(), Problem> {
    let script: Script = read(SCRIPT)?;
    let mut player = Player {
        desk,
        clock,
        crew,
        names: BTreeMap::new(),
    };
    let talks = player.talks()?;
    let mut acts = Vec::with_capacity(script.act.len());
    for step in &script.act {
        acts.push((
            local(&format!("{}-{}", &crew.day[..4], step.at), player.desk)?,
            step,
        ));
    }
    let mut talks = talks.iter().peekable();
    for (at, step) in acts {
        while let Some((pasted, talk)) = talks.next_if(|(pasted, _)| *pasted <= at) {
            player.paste(*pasted, talk, &script)?;
        }
        player.act(at, step).map_err(|problem| {
            Problem::defect(format!("{} {} {}", step.at, step.by, step.kind_of_act))
                .caused_by(problem)
        })?;
    }
    for (pasted, talk) in talks {
        player.paste(*pasted, talk, &script)?;
    }
    Ok(())
}

struct Player<'a> {
    desk: &'a mut Desk,
    clock: &'a SetClock,
    crew: &'a Crew,
    names: BTreeMap<String, Id>,
}

impl Player<'_> {
    fn sit(&mut self, at: i64, name: &str) -> Result<(), Problem> {
        self.clock.0.store(at, Ordering::Relaxed);
        let person = member(self.desk, name)?;
        self.desk.act_as(&person);
        Ok(())
    }

    /// The pasted talks with the time of their paste: a minute after the last words, or when
    /// the shop opens.
    fn talks(&mut self) -> Result<Vec<(i64, intake::conversations::Conversation)>, Problem> {
        let options = intake::Options {
            file_name: "conversations.jsonl",
            kind: Some(intake::Kind::Conversations),
            profile: None,
            account: Some(&self.crew.account),
            currency: None,
            exported_at: None,
            date_order: None,
            day: None,
            zone: self.desk.zone(),
        };
        let parsed = intake::read(CONVERSATIONS.as_bytes(), &options, &Profiles::built_in()?)?;
        let mut talks = Vec::new();
        for one in parsed.conversations {
            let last = one
                .messages
                .iter()
                .filter_map(|message| message.at)
                .max()
                .ok_or_else(|| Problem::defect("talk"))?;
            let day = self.desk.business_day(last)?;
            let opening = local(&format!("{day} 09:00"), self.desk)?;
            talks.push(((last + MINUTE).max(opening), one));
        }
        talks.sort_by_key(|(at, _)| *at);
        Ok(talks)
    }

    /// Pastes a talk in the name of who spoke last of us, whose it is then.
    fn paste(
        &mut self,
        at: i64,
        one: &intake::conversations::Conversation,
        script: &Script,
    ) -> Result<(), Problem> {
        let number = one.number.clone().unwrap_or_default();
        let mut talk = Talk::of_file(self.desk, one, Some(&self.crew.account))?;
        let ours = talk
            .said
            .iter()
            .rev()
            .find(|said| said.direction == Direction::Out);
        let speaker = ours.and_then(|said| said.author.clone());
        let owner = match self
            .desk
            .store()
            .record(talk.id)?
            .and_then(|record| record.owner)
        {
            Some(Owner::Person(id)) => self
                .desk
                .people()
                .by_id(id)
                .map(|person| person.name.clone()),
            _ => None,
        };
        let by = speaker
            .clone()
            .or(owner)
            .unwrap_or_else(|| self.crew.importer.clone());
        self.sit(at, &by)?;
        if let Some(facts) = script.talk.iter().find(|facts| facts.number == number) {
            talk.about.extend(fields([
                (conversation::STAGE_OF.name(), json!(facts.stage)),
                (conversation::CATEGORY_OF.name(), json!(facts.category)),
                (conversation::COMPLEXITY.name(), json!(facts.complexity)),
                (conversation::FACTS.name(), json!(facts.facts)),
                (conversation::ACCEPTED.name(), json!(facts.accepted)),
                (conversation::FAULT_OF.name(), json!(facts.fault)),
            ]));
            let steps = facts.steps.iter().map(|step| (path(step), json!(talk.at)));
            talk.about.extend(steps);
        }
        let mut act = self.desk.act();
        let outcome = self.desk.add_talk(&mut act, &talk)?;
        if outcome.begun && speaker.is_some() {
            let me = self.desk.me()?.id;
            let to = crate::domain::payload::Payload::Assign {
                saw: None,
                to: Owner::Person(me),
                reason: None,
                note: None,
            };
            act.add(&conversation::REGISTER, talk.id, to);
        }
        self.names.insert(number, talk.id);
        if !act.is_empty() {
            self.desk.write(act)?;
        }
        Ok(())
    }

    fn act(&mut self, at: i64, step: &Step) -> Result<(), Problem> {
        self.sit(at, &step.by)?;
        let done = self.take(step)?;
        if let (Some(name), Some(done)) = (&step.name, done) {
            self.names.insert(name.clone(), done.record());
        }
        Ok(())
    }

    /// Takes a step that is about the shift, a file or the desk; the others go on.
    fn take(&mut self, step: &Step) -> Result<Option<Done>, Problem> {
        match step.kind_of_act.as_str() {
            "sign_in" => {
                let me = self.desk.me()?.clone();
                self.desk.sign_in(&me).map(Some)
            }
            "away" => self.desk.away(text(step)).map(Some),
            "back" => self.desk.back().map(Some),
            "import" => self.import(step).map(|()| None),
            "sheet" => self.sheet().map(|()| None),
            "open" => self.open(step).map(Some),
            "note" => self.note(step).map(Some),
            "case" => self.case(step).map(Some),
            "follow" => self.follow(step).map(Some),
            "handover" => self.handover(step).map(Some),
            _ => self.take_on(step).map(Some),
        }
    }

    /// Takes a step on a record.
    fn take_on(&mut self, step: &Step) -> Result<Done, Problem> {
        let id = self.named(step.on.as_deref().unwrap_or_default())?;
        let to = step.to.as_deref().unwrap_or_default();
        let reason = step.reason.as_deref();
        match step.kind_of_act.as_str() {
            "step" => self.desk.note_step(id, to, step.text.as_deref()),
            "back_step" => self.desk.note_back(id),
            "submit" => self.desk.submit_case(id),
            "approve" => self.desk.approve_case(id),
            "refuse" => self.desk.refuse_case(id, text(step)),
            "execute" => self.desk.execute_case(id),
            "promise" => self.promise(id, step),
            "reply" => self.desk.reply(id, text(step)),
            "remark" => self.desk.remark(id, text(step)),
            "claim" => self.desk.claim(id, reason),
            "take_over" => self.take_over(id, step),
            "transfer" => {
                let to = self.desk.owner_named(to)?;
                self.desk.transfer(id, to, reason.unwrap_or_default())
            }
            "close" => self
                .desk
                .close(id, step.outcome.as_deref().unwrap_or_default()),
            "snooze" => {
                let until = self.time(step.due.as_deref())?;
                self.desk.snooze(id, until)
            }
            "move" => self.desk.move_to(id, to, reason),
            "set" => {
                let record = self.desk.record(id)?;
                let values = self.values(record.1.name, &step.set)?;
                self.desk.set_fields(id, values)
            }
            other => Err(Problem::defect(other)),
        }
    }

    fn named(&self, name: &str) -> Result<Id, Problem> {
        match self.names.get(name) {
            Some(id) => Ok(*id),
            None => self.desk.resolve(name),
        }
    }

    fn time(&self, due: Option<&str>) -> Result<i64, Problem> {
        let reading = Reading {
            now: self.desk.now(),
            zone: self.desk.zone(),
        };
        time(due.unwrap_or_default(), reading, Edge::End)
    }

    fn values(&self, name: &str, words: &[String]) -> Result<Fields, Problem> {
        let reading = Reading {
            now: self.desk.now(),
            zone: self.desk.zone(),
        };
        let resolve = |name: &str| self.named(name).map(|id| id.to_string());
        read_fields(register(name)?, words, reading, &resolve)
    }

    /// What an act takes over from the record from which it was begun.
    fn about(&self, step: &Step) -> Result<Fields, Problem> {
        match step.about.as_deref() {
            Some(name) => Ok(concerning(&self.desk.record(self.named(name)?)?.0)),
            None => Ok(Fields::new()),
        }
    }

    fn open(&mut self, step: &Step) -> Result<Done, Problem> {
        let name = step.register.as_deref().unwrap_or_default();
        let declared = register(name)?;
        let mut values = self.about(step)?;
        values.retain(|path, _| declared.field(path).is_some_and(|field| !field.mirror));
        values.extend(self.values(name, &step.set)?);
        self.desk.open_record(name, values)
    }

    fn note(&mut self, step: &Step) -> Result<Done, Problem> {
        let about = step
            .about
            .as_deref()
            .map(|name| self.named(name))
            .transpose()?;
        self.desk.open_note(&NewNote {
            order: step.order.clone().unwrap_or_default(),
            kind: step.kind.clone().unwrap_or_default(),
            flag: step.flag.clone(),
            old: step.old.clone(),
            new: step.new.clone().unwrap_or_default(),
            about,
            buyer: step.buyer.clone(),
        })
    }

    fn case(&mut self, step: &Step) -> Result<Done, Problem> {
        let about = step
            .about
            .as_deref()
            .map(|name| self.named(name))
            .transpose()?;
        let values = self.values("case", &step.set)?;
        self.desk.draft_case(
            None,
            &Request {
                order: step.order.clone().unwrap_or_default(),
                about,
                values,
            },
        )
    }

    fn promise(&mut self, about: Id, step: &Step) -> Result<Done, Problem> {
        let due = self.time(step.due.as_deref())?;
        let amount = step.amount.as_deref().map(money).transpose()?;
        self.desk.promise(about, text(step), due, amount)
    }

    fn follow(&mut self, step: &Step) -> Result<Done, Problem> {
        let due = self.time(step.due.as_deref())?;
        let about = step
            .on
            .as_deref()
            .map(|name| self.named(name))
            .transpose()?;
        self.desk.follow_up(
            about,
            step.kind.as_deref().unwrap_or_default(),
            text(step),
            due,
        )
    }

    /// Imports a file of the sample; of an earlier export only what was there by then.
    fn import(&mut self, step: &Step) -> Result<(), Problem> {
        let name = step.file.as_deref().unwrap_or_default();
        let whole = match name {
            "orders.csv" => ORDERS,
            "replies.toml" => REPLIES,
            "scores-2026-11-21.csv" => SCORES,
            other => return Err(Problem::defect(other)),
        };
        let exported_at = step
            .exported_at
            .as_deref()
            .map(|at| local(at, self.desk))
            .transpose()?;
        let bytes = match (&step.column, &step.exported_at) {
            (Some(column), Some(until)) => cut(whole, column, until)?,
            _ => whole.to_owned(),
        };
        let account = (name == "orders.csv").then(|| self.crew.account.clone());
        let options = ImportOptions {
            account,
            exported_at,
            ..ImportOptions::default()
        };
        let report = self.desk.import(name, bytes.as_bytes(), &options)?;
        if report.refused > 0 || !report.problems.is_empty() {
            return Err(Problem::defect(format!(
                "{name}: {:?}",
                report.problems.first()
            )));
        }
        Ok(())
    }

    /// Writes the day's plan, a line a person.
    fn sheet(&mut self) -> Result<(), Problem> {
        let mut act = self.desk.act();
        for one in &self.crew.person {
            let id = self.desk.new_id();
            act.open(register("sheet")?, id, self.shift(one)?);
        }
        self.desk.write(act).map(|_| ())
    }

    fn shift(&self, one: &Colleague) -> Result<Fields, Problem> {
        let at = |hour: &str| local(&format!("{} {hour}", self.crew.day), self.desk);
        let person = member(self.desk, &one.name)?;
        let leader = one
            .leader
            .as_deref()
            .and_then(|name| self.desk.people().by_name(name));
        Ok(fields([
            ("day", json!(self.crew.day)),
            ("person", json!(person.id.to_string())),
            ("shift", json!(one.shift)),
            ("starts", json!(at(&one.starts)?)),
            ("ends", json!(at(&one.ends)?)),
            ("lunch_at", json!(at(&one.lunch)?)),
            ("post", json!(one.posts.first())),
            ("account", json!(self.crew.account)),
            (
                "follows",
                leader.map_or(Value::Null, |leader| json!(leader.id.to_string())),
            ),
        ]))
    }

    /// Fills the sheet of the person's open work and signs it.
    fn handover(&mut self, step: &Step) -> Result<Done, Problem> {
        let words = Words::new(Language::default());
        let mut sheet = self.desk.handover_draft(&words)?;
        for written in &step.lines {
            let id = self.named(&written.on)?;
            let due = self.time(Some(&written.due))?;
            let line = sheet
                .lines
                .iter_mut()
                .find(|line| line.row.id == id)
                .ok_or_else(|| Problem::defect(&written.on))?;
            line.summary.clone_from(&written.summary);
            line.next.clone_from(&written.next);
            line.if_then.clone_from(&written.if_then);
            line.due = Some(due);
        }
        let to = self
            .desk
            .owner_named(step.to.as_deref().unwrap_or_default())?;
        self.desk.handover_sign(&sheet, Some(to), &words)
    }

    /// Takes over the named lines of a colleague's sheet.
    fn take_over(&mut self, id: Id, step: &Step) -> Result<Done, Problem> {
        let sheet = self.desk.handover(id)?;
        let mut taken = Vec::new();
        for named in &step.lines {
            let record = self.named(&named.on)?;
            let line = sheet
                .lines
                .iter()
                .find(|line| line.record == record)
                .ok_or_else(|| Problem::defect(&named.on))?;
            taken.push(line.no);
        }
        self.desk.answer_lines(id, &taken, Answer::Accept)
    }
}

fn text(step: &Step) -> &str {
    step.text.as_deref().unwrap_or_default()
}

/// Returns the records of a table whose column says a time up to the given one, as texts of
/// one form compare.
fn cut(whole: &str, column: &str, until: &str) -> Result<String, Problem> {
    let fault = |fault: csv::Error| Problem::defect("orders.csv").caused_by(fault);
    let mut reader = csv::Reader::from_reader(whole.as_bytes());
    let head = reader.headers().map_err(fault)?.clone();
    let place = head
        .iter()
        .position(|name| name == column)
        .ok_or_else(|| Problem::defect(column))?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&head).map_err(fault)?;
    for record in reader.records() {
        let record = record.map_err(fault)?;
        if record.get(place).is_some_and(|at| at <= until) {
            writer.write_record(&record).map_err(fault)?;
        }
    }
    let bytes = writer
        .into_inner()
        .map_err(|_| Problem::defect("orders.csv"))?;
    String::from_utf8(bytes).map_err(|fault| Problem::defect("orders.csv").caused_by(fault))
}
