//! An import written in portions: whole records each, so that one that is stopped has taken
//! every record or none of it, and says so.

use serde_json::{Value, json};

use super::{FileReport, ImportOptions, Plan};
use crate::desk::Desk;
use crate::desk::act::fields;
use crate::desk::long::{Pace, Stage, Step};
use crate::domain::id::Id;
use crate::domain::payload::Fields;
use crate::domain::registers::import;
use crate::problem::Problem;

impl Desk {
    /// Writes what a file brings behind the record of the import itself.
    pub(super) fn write_import(
        &mut self,
        plan: Plan,
        report: &mut FileReport,
        options: &ImportOptions,
        pace: &mut Pace<'_>,
    ) -> Result<(), Problem> {
        let id = self.new_id();
        let mut whole = self.act();
        whole.open(&import::REGISTER, id, of_report(report, options));
        let head = whole.len();
        whole.append(plan.act);
        let events = whole.into_drafts();
        let (taken, of) = (&plan.taken, plan.taken.len());
        let mut long = self.begin_long()?;
        let (mut written, mut done) = (0, 0);
        while written < events.len() {
            let most = written + pace.portion;
            let rest = taken[done..].iter();
            let fitting = rest.take_while(|one| head + one.0 <= most).count();
            // A record that is larger than a portion goes in one transaction all the same.
            done = (done + fitting.max(1)).min(of);
            let upto = match taken.get(done.wrapping_sub(1)) {
                Some(last) if done < of => head + last.0,
                _ => events.len(),
            };
            if upto > written {
                self.write_portion(&mut long, &events[written..upto])?;
                written = upto;
            }
            let step = Step {
                stage: Stage::Writing,
                done,
                of,
                act: long.act(),
            };
            if !(pace.going_on)(step) && written < events.len() {
                report.count(&taken[..done], of);
                self.correct_import(id, report)?;
                break;
            }
        }
        self.refresh()
    }

    /// Lets the record of an import that was stopped say what it brought. It vouches for no time:
    /// what the file did not bring may be older.
    fn correct_import(&mut self, id: Id, report: &FileReport) -> Result<(), Problem> {
        let (record, _) = self.record(id)?;
        let mut values = counts(report);
        values.insert(import::EXPORTED_AT.name().to_owned(), Value::Null);
        let mut act = self.act();
        act.set(&import::REGISTER, &record, values);
        self.write(act)?;
        Ok(())
    }
}

fn of_report(report: &FileReport, options: &ImportOptions) -> Fields {
    let mut values = fields([
        (import::FILE.name(), json!(report.file)),
        (import::KIND.name(), json!(report.kind)),
        (import::PROFILE.name(), json!(report.profile)),
        (import::ENCODING.name(), json!(report.encoding)),
        ("account", json!(options.account)),
        (import::EXPORTED_AT.name(), json!(report.exported_at)),
        (import::READ.name(), json!(report.read)),
        (import::REFUSED.name(), json!(report.refused)),
    ]);
    values.extend(counts(report));
    values
}

fn counts(report: &FileReport) -> Fields {
    let left = report.is_stopped().then_some(report.left);
    fields([
        (import::NEW.name(), json!(report.new)),
        (import::CHANGED.name(), json!(report.changed)),
        (import::SAME.name(), json!(report.same)),
        (import::HELD.name(), json!(report.held)),
        (import::LEFT.name(), json!(left)),
    ])
}
