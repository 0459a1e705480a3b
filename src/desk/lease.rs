//! Who works on an item now (ux 8.1), and when that has run out (design section 3).
//!
//! Desks do not see each other: what counts is what events say. Whoever owns an item works on it
//! as long as nothing is late. Where its time is over and the owner has done nothing to it for a
//! while since, anybody may take it without asking.

use super::Desk;
use super::settings::{MINUTE, duration};
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::register::Owner;
use crate::problem::Problem;

/// The reason with which an item is taken whose lease ran out.
pub(super) const EXPIRED: &str = "lease_expired";
/// The setting that says after how many minutes; 0 is never.
pub(super) const SETTING: &str = "lease_minutes";
/// After how long where the shop has not said it: 30 minutes.
const LEASE: i64 = 30 * MINUTE;

/// A colleague's hold on an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The colleague.
    pub person: Id,
    /// When they did something to it last, milliseconds UTC; none where they have not yet.
    pub acted: Option<i64>,
    /// When it was given to them last.
    pub given: Option<i64>,
    /// Whether anybody may take it.
    pub has_run_out: bool,
}

impl Desk {
    /// Returns the hold of a colleague on an open item; none where nobody else has it.
    pub fn lease(&self, record: &Record) -> Result<Option<Lease>, Problem> {
        let Some(Owner::Person(person)) = record.owner else {
            return Ok(None);
        };
        let is_mine = self.signed_in().is_some_and(|me| me.id == person);
        if record.closed.is_some() || is_mine {
            return Ok(None);
        }
        let acted = self.last_act_of(person, record);
        let given = record.steps.iter().map(|step| step.trace.at).max();
        let due = self.store().row(record.id)?.and_then(|row| row.due);
        let has_run_out = match (due, self.lease_millis()?) {
            (Some(due), Some(lease)) => {
                let since = due
                    .max(acted.unwrap_or(i64::MIN))
                    .max(given.unwrap_or(i64::MIN));
                since.saturating_add(lease) <= self.now()
            }
            _ => false,
        };
        Ok(Some(Lease {
            person,
            acted,
            given,
            has_run_out,
        }))
    }

    /// When a person did something to a record last, on whatever device.
    fn last_act_of(&self, person: Id, record: &Record) -> Option<i64> {
        let replicas = self.people().replicas_of(person);
        let entries = record.entries.iter().map(|entry| entry.trace);
        let steps = record.steps.iter().map(|step| step.trace);
        let writes = record.values.values().flatten().map(|write| write.trace);
        let signed = record.signatures.iter().map(|sign| sign.trace);
        let attached = record.attachments.iter().map(|file| file.trace);
        entries
            .chain(steps)
            .chain(writes)
            .chain(signed)
            .chain(attached)
            .filter(|trace| replicas.contains(&trace.replica))
            .map(|trace| trace.at)
            .max()
    }

    /// After how long an item that is late and untouched is anybody's; none for never.
    fn lease_millis(&self) -> Result<Option<i64>, Problem> {
        let said = self.setting(SETTING)?;
        let time = said.and_then(|minutes| duration(&minutes, MINUTE));
        Ok(match time {
            None => Some(LEASE),
            Some(0) => None,
            Some(time) => Some(time),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::desk::act::{Act, fields};
    use crate::desk::shop_tests::Shop;
    use crate::domain::registers::follow_up;

    /// An item of 陈立's, given to him and due so many minutes ago.
    fn item(desk: &mut Desk, given: i64, due: i64) -> Id {
        let me = desk.me().unwrap().clone();
        let colleague = desk.people().by_name("陈立").unwrap().clone();
        desk.act_as(&colleague);
        let id = desk.new_id();
        let mut act = Act::at(desk.now() - given * MINUTE);
        let about = fields([
            ("kind", json!("reminder")),
            ("subject", json!("回电")),
            ("due_at", json!(desk.now() - due * MINUTE)),
        ]);
        act.begin(&follow_up::REGISTER, id, about, colleague.id);
        desk.write(act).unwrap();
        desk.act_as(&me);
        id
    }

    fn lease(desk: &Desk, id: Id) -> Option<Lease> {
        let (record, _) = desk.record(id).unwrap();
        desk.lease(&record).unwrap()
    }

    #[test]
    fn what_is_late_and_let_lie_is_anybodys() {
        let Shop {
            folder: _folder,
            mut desk,
        } = Shop::sample("林晓");
        let me = desk.me().unwrap().clone();
        for (given, due, has_run_out) in [
            (90, 30, true),
            (90, 29, false),
            (29, 90, false),
            (300, -60, false),
        ] {
            let id = item(&mut desk, given, due);
            let known = lease(&desk, id).unwrap();
            assert_eq!(known.has_run_out, has_run_out, "{given} {due}");
            let taken = desk.claim(id, None);
            let (record, _) = desk.record(id).unwrap();
            let last = record.steps.last().unwrap();
            if has_run_out {
                assert_eq!(record.owner, Some(Owner::Person(me.id)));
                assert_eq!(last.reason.as_deref(), Some(EXPIRED));
                assert_eq!(lease(&desk, id), None, "it is mine");
            } else {
                assert_eq!(taken.unwrap_err().message, "problem-owned");
                let problem = desk.claim(id, Some("他下班了")).unwrap_err();
                assert_eq!(problem.message, "problem-transfer-reason");
                desk.claim(id, Some("shift_end")).unwrap();
            }
        }
    }

    #[test]
    fn an_act_renews_a_lease_and_a_shop_may_do_without() {
        let Shop {
            folder: _folder,
            mut desk,
        } = Shop::sample("王主管");
        let king = desk.me().unwrap().clone();
        let id = item(&mut desk, 90, 60);
        assert!(lease(&desk, id).unwrap().has_run_out);
        for (minutes, has_run_out) in [("61", false), ("60", true), ("0", false), ("30", true)] {
            desk.set_setting(SETTING, minutes).unwrap();
            let known = lease(&desk, id).unwrap();
            assert_eq!(known.has_run_out, has_run_out, "{minutes}");
        }
        let colleague = desk.people().by_name("陈立").unwrap().clone();
        desk.act_as(&colleague);
        desk.remark(id, "打了没人接").unwrap();
        desk.act_as(&king);
        let known = lease(&desk, id).unwrap();
        assert!(!known.has_run_out && known.acted > known.given.map(|at| at + 80 * MINUTE));
    }
}
