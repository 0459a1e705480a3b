//! Contradictions are settled by people: a supervisor's word that names one.

use serde_json::json;

use super::Desk;
use super::act::{Done, not_found, refused, register};
use crate::domain::authority::Role;
use crate::domain::id::ReplicaId;
use crate::domain::payload::{Meaning, Payload};
use crate::exchange::bundle::{self, Alarm};
use crate::i18n::Words;
use crate::problem::{Kind, Problem};
use crate::store::Contradiction;

impl Desk {
    /// Returns the contradictions that nobody settled yet.
    pub fn open_contradictions(&self) -> Result<Vec<Contradiction>, Problem> {
        Ok(self
            .store()
            .contradictions()?
            .into_iter()
            .filter(|one| !one.closed)
            .collect())
    }

    /// Returns what does not go together in the streams of replicas, and whose clock is ahead.
    pub fn alarms(&self) -> Result<Vec<Alarm>, Problem> {
        Ok(bundle::alarms(self.store(), self.now())?)
    }

    /// Returns an alarm as a sentence that names people where the roster knows them.
    pub fn alarm_said(&self, alarm: &Alarm, words: &Words) -> String {
        let who = |replica: ReplicaId| match self.people().of_replica(replica) {
            Some(person) => person.name.clone(),
            None => bundle::short(&replica.to_string()),
        };
        alarm.said(words, &who)
    }

    /// Settles a contradiction, named by at least 8 digits of its id, with a reason.
    pub fn settle(&mut self, id: &str, reason: &str) -> Result<Done, Problem> {
        if reason.trim().is_empty() {
            return Err(refused("problem-reason-missing"));
        }
        let me = self.me()?.clone();
        if !matches!(me.role, Role::Supervisor | Role::Manager) {
            return Err(refused("problem-settle-role").hint("problem-settle-role-hint"));
        }
        let open = self.open_contradictions()?;
        let named: Vec<&Contradiction> = open
            .iter()
            .filter(|one| id.len() >= 8 && one.id.to_string().starts_with(id))
            .collect();
        let [one] = named[..] else {
            if named.is_empty() {
                return Err(not_found(id));
            }
            let candidates: Vec<String> = named.iter().map(|one| one.id.to_string()).collect();
            return Err(Problem::new(Kind::NotUnderstood, "problem-ambiguous")
                .arg("what", id)
                .arg("candidates", candidates.join(", "))
                .hint("problem-ambiguous-hint"));
        };
        let record = *one.records.first().ok_or_else(|| not_found(id))?;
        let (known, _) = self.record(record)?;
        let saw = [
            ("kind", json!(one.kind)),
            ("about", json!(one.about)),
            ("evidence", json!(one.evidence)),
        ];
        let sign = Payload::Sign {
            meaning: Meaning::Acknowledge,
            of: one.sign_of(),
            saw: saw
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            note: Some(reason.trim().to_owned()),
        };
        let mut act = self.act();
        act.add(register(&known.register)?, record, sign);
        self.write(act)
    }
}
