//! Who says that money may go, and who says that it went: each word is bound to the exact
//! request, and the fold judges it again ([`crate::domain::rules::verdict`]).

use serde_json::{Map, Value, json};

use super::Desk;
use super::act::{Act, Done, refused};
use super::people::Person;
use crate::domain::authority::{Action, Role, may};
use crate::domain::id::{Chain, Id, ReplicaId};
use crate::domain::money::Money;
use crate::domain::payload::{Meaning, Payload};
use crate::domain::record::Record;
use crate::domain::register::Register;
use crate::domain::registers::case;
use crate::domain::rules::money::{self, binding, request, standing_approval};
use crate::problem::Problem;

/// What allows an execution.
enum Ground {
    /// An approval that names this replica.
    Approval(Chain),
    /// The allowance of this replica.
    Allowance(Id),
    /// An approval by word of mouth, given to this replica.
    Verbal(Chain),
    /// The free limit of a practice shop.
    Practice,
}

impl Desk {
    /// Approves a case for the replica that asked: the word is bound to the exact request, what
    /// it asks and who carries it out. Nobody approves what they asked for themselves.
    pub fn approve_case(&mut self, id: Id) -> Result<Done, Problem> {
        self.approve_case_for(id, None)
    }

    /// Approves a case for the replica of another person, who alone may carry it out then. An
    /// approval that was given by word of mouth, or for somebody else, is signed anew.
    pub fn approve_case_for(&mut self, id: Id, executor: Option<Id>) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        let asked = self.decidable(&record, Action::ApproveAboveLimit)?;
        self.within_own_limit(&record)?;
        let executor = match executor {
            Some(person) => self.people().by_id(person).map(|person| person.replica),
            // What was agreed by word of mouth is signed for the one to whom it was said.
            None => money::provisional_witness(&record)
                .map(|word| word.trace)
                .or_else(|| money::request_trace(&record))
                .map(|trace| trace.replica),
        };
        let executor = executor.ok_or_else(|| refused("problem-case-not-submitted"))?;
        let mut saw = self.repeated(&record, executor);
        if let Some(person) = self.people().of_replica(executor) {
            saw.insert(money::EXECUTOR_PERSON.into(), json!(person.id.to_string()));
        }
        let mut act = self.act();
        act.sign(register, id, Meaning::Approve, asked, saw, None);
        if !is_signed_anew(&record, executor) {
            super::item::allowed(register, &record, "approved")?;
            act.step(register, &record, "approved", None);
        }
        self.write(act)
    }

    /// Refuses a case with a reason.
    pub fn refuse_case(&mut self, id: Id, reason: &str) -> Result<Done, Problem> {
        if reason.trim().is_empty() {
            return Err(refused("problem-reason-missing"));
        }
        let (record, register) = self.record(id)?;
        super::item::allowed(register, &record, "refused")?;
        let asked = self.decidable(&record, Action::RefuseDemand)?;
        let mut act = self.act();
        let note = Some(reason.to_owned());
        act.sign(register, id, Meaning::Refuse, asked, binding(&record), note);
        act.step(register, &record, "refused", None);
        self.write(act)
    }

    /// Records that somebody who may approve agreed in person: it counts against that person's
    /// spot allowance, lets this replica carry it out at once, and stays provisional until the
    /// person signs on a device of their own.
    pub fn approve_verbally(&mut self, id: Id, approver: Id) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        let me = self.me()?.clone();
        let asked = request(&record).ok_or_else(|| refused("problem-case-not-submitted"))?;
        super::item::allowed(register, &record, "approved")?;
        let speaker = self.people().by_id(approver).cloned();
        let speaker = speaker
            .filter(|speaker| may(speaker.role, Action::ApproveAboveLimit).allows())
            .ok_or_else(|| refused("problem-case-role").hint("problem-case-role-hint"))?;
        if speaker.id == me.id || self.asked_by(&record, &speaker) {
            return Err(refused("problem-case-self").hint("problem-case-self-hint"));
        }
        let spot = self.spot_allowance(&speaker, asks(&record))?;
        let mut saw = self.repeated(&record, me.replica);
        saw.insert(money::APPROVER.into(), json!(speaker.id.to_string()));
        saw.insert(money::GRANT.into(), json!(spot.to_string()));
        let mut act = self.act();
        act.claim(register, &record, me.id);
        act.sign(register, id, Meaning::Witness, asked, saw, None);
        act.step(register, &record, "approved", Some("verbal"));
        self.write(act)
    }

    /// Records that what was approved was done on the platform, once.
    ///
    /// Refused to all but the replica that the approval names, and without approval beyond this
    /// replica's allowance.
    pub fn execute_case(&mut self, id: Id) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        let me = self.me()?.clone();
        if !may(me.role, Action::Execute).allows() {
            return Err(refused("problem-case-role").hint("problem-case-role-hint"));
        }
        let asked = request(&record).ok_or_else(|| refused("problem-case-not-submitted"))?;
        let mut act = self.act();
        let state = self.before_execution(&mut act, register, &record)?;
        let mut saw = self.repeated(&record, me.replica);
        match self.ground(&record, &me)? {
            Ground::Approval(chain) => saw.insert(money::APPROVAL.into(), json!(chain.to_string())),
            Ground::Allowance(id) => saw.insert(money::GRANT.into(), json!(id.to_string())),
            Ground::Verbal(chain) => saw.insert(money::VERBAL.into(), json!(chain.to_string())),
            Ground::Practice => None,
        };
        act.claim(register, &record, me.id);
        act.sign(register, id, Meaning::Execute, asked, saw, None);
        let done = Payload::Move {
            from: state,
            to: "executed".into(),
            reason: None,
            note: None,
        };
        act.add(register, id, done);
        self.write(act)
    }

    /// Takes the step to the platform's page, which leaves no trace of its own there, and
    /// returns the state from which the case is executed.
    fn before_execution(
        &self,
        act: &mut Act,
        register: &'static Register,
        record: &Record,
    ) -> Result<String, Problem> {
        let mut state = record.state.clone();
        let waits = matches!(state.as_str(), "approved" | "goods_received");
        if waits && register.lifecycle.allows(&state, "to_execute") {
            act.step(register, record, "to_execute", None);
            "to_execute".clone_into(&mut state);
        }
        if !register.lifecycle.allows(&state, "executed") {
            super::item::allowed(register, record, "executed")?;
        }
        Ok(state)
    }

    /// Returns what allows the person to execute a case, or says who may and how much is left.
    fn ground(&self, record: &Record, me: &Person) -> Result<Ground, Problem> {
        if let Some(approval) = standing_approval(record) {
            return match money::executor(&approval.saw) {
                Some(executor) if executor != me.replica => Err(self.another_executes(executor)),
                _ => Ok(Ground::Approval(approval.trace.chain)),
            };
        }
        if let Some(witness) = money::witness(record, Some(me.replica)) {
            return Ok(Ground::Verbal(witness.trace.chain));
        }
        let own = self.own_allowances_for(record.id)?;
        if own.is_empty() && self.is_practice() {
            return if money::is_within_limit(record) {
                Ok(Ground::Practice)
            } else {
                Err(refused("problem-case-not-approved").hint("problem-case-not-approved-hint"))
            };
        }
        self.own_allowance(&own, asks(record))
            .map(Ground::Allowance)
    }

    fn another_executes(&self, executor: ReplicaId) -> Problem {
        let name = self
            .people()
            .of_replica(executor)
            .map_or_else(|| executor.to_string(), |person| person.name.clone());
        refused("problem-case-executor")
            .arg("person", name)
            .hint("problem-case-executor-hint")
    }

    /// Returns the request that the person may decide, or says why not.
    fn decidable(&self, record: &Record, action: Action) -> Result<Chain, Problem> {
        let me = self.me()?;
        if !may(me.role, action).allows() {
            let word = if action == Action::RefuseDemand {
                "problem-case-refuse-role"
            } else {
                "problem-case-role"
            };
            return Err(refused(word).hint("problem-case-role-hint"));
        }
        let asked = request(record).ok_or_else(|| refused("problem-case-not-submitted"))?;
        if self.asked_by(record, me) {
            return Err(refused("problem-case-self").hint("problem-case-self-hint"));
        }
        Ok(asked)
    }

    /// Returns whether a person may judge what a case asks: by their role, and nobody what they
    /// asked for themselves.
    pub fn may_judge(&self, record: &Record, person: &Person) -> bool {
        may(person.role, Action::ApproveAboveLimit).allows() && !self.asked_by(record, person)
    }

    /// Returns whether a person may approve what a case asks: it is theirs to judge, and within
    /// what they may approve.
    pub fn may_approve(&self, record: &Record, person: &Person) -> Result<bool, Problem> {
        Ok(self.may_judge(record, person) && self.limit_below(record, person)?.is_none())
    }

    /// Returns who wrote the request of a case as it is now; none while nothing is submitted.
    pub fn asker(&self, record: &Record) -> Option<&Person> {
        let trace = money::request_trace(record)?;
        self.people().of_replica(trace.replica)
    }

    /// Returns who may judge what a case asks, whoever is at the desk first, then who answers
    /// for the day, then the leader of whoever asked; before anything is submitted, what the
    /// person at the desk would ask.
    pub fn approvers(&self, case: Option<&Record>) -> Result<Vec<&Person>, Problem> {
        let me = self.me()?.id;
        let asked = case.and_then(|case| Some((case, self.asker(case)?)));
        let asker = asked.map_or(me, |(_, asker)| asker.id);
        let leader = self.leader_over(asker)?.map(|one| one.id);
        let judges = |one: &&Person| match asked {
            Some((case, _)) => self.may_judge(case, one),
            None => one.id != me && may(one.role, Action::ApproveAboveLimit).allows(),
        };
        let mut all: Vec<&Person> = self.people().all().iter().filter(judges).collect();
        all.sort_by_key(|person| {
            let answers = matches!(person.role, Role::Supervisor | Role::Manager);
            (person.id != me, !answers, leader != Some(person.id))
        });
        Ok(all)
    }

    /// Returns whether a person wrote the request, on whatever device: who submitted it and who
    /// amended it last.
    pub fn asked_by(&self, record: &Record, person: &Person) -> bool {
        let submitted = record.reached("submitted").map(|step| step.trace);
        [money::request_trace(record), submitted]
            .into_iter()
            .flatten()
            .filter_map(|trace| self.people().of_replica(trace.replica))
            .any(|asker| asker.id == person.id)
    }

    /// Who may approve up to a limit approves no more.
    fn within_own_limit(&self, record: &Record) -> Result<(), Problem> {
        match self.limit_below(record, self.me()?)? {
            None => Ok(()),
            Some(limit) => Err(refused("problem-case-own-limit")
                .arg("asked", asks(record))
                .arg("limit", limit)
                .hint("problem-case-own-limit-hint")),
        }
    }

    /// Returns up to what a person may approve, where a case asks more.
    fn limit_below(&self, record: &Record, person: &Person) -> Result<Option<Money>, Problem> {
        let limit = self.approves_up_to(person)?;
        let is_enough = |limit: &Money| {
            limit
                .minus(asks(record))
                .is_some_and(|rest| rest.minor >= 0)
        };
        Ok(limit.filter(|limit| !is_enough(limit)))
    }

    /// Returns what a word repeats, with the one who carries it out.
    fn repeated(&self, record: &Record, executor: ReplicaId) -> Map<String, Value> {
        let mut saw = binding(record);
        saw.insert(money::EXECUTOR.into(), json!(executor.to_string()));
        saw
    }

    /// Returns whether this is a practice shop.
    pub(super) fn is_practice(&self) -> bool {
        self.store().shop().is_some_and(|shop| shop.drill)
    }
}

/// Returns what a case asks; nothing where it asks for no money.
fn asks(record: &Record) -> Money {
    record.get(case::AMOUNT).unwrap_or(Money::cny(0))
}

/// Whether an approval is a further word and no step: what was agreed by word of mouth is
/// signed, or what was approved goes to other hands.
fn is_signed_anew(record: &Record, executor: ReplicaId) -> bool {
    match record.state.as_str() {
        "executed" | "told" => money::unsigned_witness(record).is_some(),
        "approved" | "awaiting_goods" | "goods_received" | "to_execute" => {
            standing_approval(record)
                .is_none_or(|approval| money::executor(&approval.saw) != Some(executor))
        }
        _ => false,
    }
}
