//! Contradictions are settled by people: a supervisor's word that names one.

use serde_json::json;

use super::Desk;
use super::act::{Done, not_found, refused, register};
use crate::domain::authority::{Action, may};
use crate::domain::payload::{Meaning, Payload};
use crate::domain::rules::money;
use crate::exchange::bundle::{self, Alarm};
use crate::problem::{Kind, Problem};
use crate::store::Contradiction;

impl Desk {
    /// Returns the contradictions that nobody settled yet.
    pub fn open_contradictions(&self) -> Result<Vec<Contradiction>, Problem> {
        let mut open = self.store().contradictions()?;
        open.extend(self.unsigned_words()?);
        open.retain(|one| !one.closed);
        Ok(open)
    }

    /// Returns verbal approvals of an earlier business day which nobody has signed: the clock makes
    /// them contradictions, and the fold reads none.
    fn unsigned_words(&self) -> Result<Vec<Contradiction>, Problem> {
        let days = self.days()?;
        let today = self.today()?;
        let mut cases = std::collections::BTreeSet::new();
        for spot in self.spot_records()? {
            cases.extend(self.drawing_on(spot)?);
        }
        let mut found = Vec::new();
        for id in cases {
            let row = self.store().row(id)?;
            // The row says already whether a person is waited for.
            if row.is_none_or(|row| row.step.is_none()) {
                continue;
            }
            let Some(record) = self.store().record(id)? else {
                continue;
            };
            let Some(witness) = money::provisional_witness(&record) else {
                continue;
            };
            if days.of(witness.trace.at).is_some_and(|day| day < today) {
                let evidence = format!("witness={}", witness.trace.chain);
                let kind = "verbal_unsigned";
                found.push(Contradiction::by_the_clock(kind, &record, evidence));
            }
        }
        Ok(found)
    }

    /// Returns what does not go together in the streams of replicas, and whose clock is ahead.
    pub fn alarms(&self) -> Result<Vec<Alarm>, Problem> {
        Ok(bundle::alarms(self.store(), self.now())?)
    }

    /// Returns the open contradiction that at least 8 digits of its id name.
    ///
    /// Fails where none or several are named.
    pub(super) fn contradiction_named(&self, id: &str) -> Result<Contradiction, Problem> {
        let mut named = self.open_contradictions()?;
        named.retain(|one| id.len() >= 8 && one.id.to_string().starts_with(id));
        if named.len() > 1 {
            let candidates: Vec<String> = named.iter().map(|one| one.id.to_string()).collect();
            return Err(Problem::new(Kind::NotUnderstood, "problem-ambiguous")
                .arg("what", id)
                .arg("candidates", candidates.join(", "))
                .hint("problem-ambiguous-hint"));
        }
        named.pop().ok_or_else(|| not_found(id))
    }

    /// Settles a contradiction, named by at least 8 digits of its id, with a reason.
    pub fn settle(&mut self, id: &str, reason: &str) -> Result<Done, Problem> {
        if reason.trim().is_empty() {
            return Err(refused("problem-reason-missing"));
        }
        let me = self.me()?.clone();
        if !may(me.role, Action::CloseContradiction).allows() {
            return Err(refused("problem-settle-role").hint("problem-settle-role-hint"));
        }
        let one = self.contradiction_named(id)?;
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
