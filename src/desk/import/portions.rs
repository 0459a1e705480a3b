//! An import written in portions: whole records each, so that one that is stopped has taken
//! every record or none of it, and says so.

use serde_json::json;

use super::{FileReport, Plan};
use crate::desk::Desk;
use crate::desk::act::fields;
use crate::desk::long::{Pace, Stage, Step};
use crate::domain::id::Id;
use crate::domain::payload::{Change, Fields, Payload};
use crate::domain::registers::import;
use crate::problem::Problem;
use crate::store::Draft;

impl Desk {
    /// Writes what a file brings behind the record of the import itself, which says what it
    /// brought, and vouches for its time, only with the last of it.
    pub(super) fn write_import(
        &mut self,
        plan: Plan,
        report: &mut FileReport,
        pace: &mut Pace<'_>,
    ) -> Result<(), Problem> {
        let id = self.new_id();
        let is_one = plan.act.len() < pace.portion;
        let (mut opening, result) = (of_file(report), result(report));
        if is_one {
            opening.extend(result.clone());
        }
        let mut whole = self.act();
        whole.open(&import::REGISTER, id, opening);
        let head = whole.len();
        whole.append(plan.act);
        if !is_one {
            let last = Change {
                fields: result,
                ..Change::default()
            };
            whole.add(&import::REGISTER, id, Payload::Set(last));
        }
        let ends: Vec<usize> = plan.taken.iter().map(|one| head + one.0).collect();
        let (mut taken, of) = (0, ends.len());
        let written = self.write_portions(&whole.into_drafts(), &ends, &mut taken, pace);
        let corrected = if taken < of {
            report.count(&plan.taken[..taken], of);
            self.correct_import(id, report)
        } else {
            Ok(())
        };
        let refreshed = self.refresh();
        written.and(corrected).and(refreshed)
    }

    /// Writes the events of an import in portions of whole records, each of which ends before
    /// one of `ends`; `taken` counts the records that are in, whatever happens.
    fn write_portions(
        &mut self,
        events: &[Draft],
        ends: &[usize],
        taken: &mut usize,
        pace: &mut Pace<'_>,
    ) -> Result<(), Problem> {
        let mut long = self.begin_long()?;
        let (mut written, of) = (0, ends.len());
        while written < events.len() {
            let most = written + pace.portion;
            let rest = ends[*taken..].iter();
            let fitting = rest.take_while(|end| **end <= most).count();
            // A record that is larger than a portion goes in one transaction all the same.
            let done = (*taken + fitting.max(1)).min(of);
            let upto = match ends.get(done.wrapping_sub(1)) {
                Some(end) if done < of => *end,
                _ => events.len(),
            };
            if upto > written {
                self.write_portion(&mut long, &events[written..upto])?;
                written = upto;
            }
            *taken = done;
            let step = Step {
                stage: Stage::Writing,
                done,
                of,
                act: long.act(),
            };
            if !(pace.going_on)(step) {
                break;
            }
        }
        Ok(())
    }

    /// Lets the record of an import that was stopped, or that failed, say what it brought. It
    /// vouches for no time: what the file did not bring may be older.
    fn correct_import(&mut self, id: Id, report: &FileReport) -> Result<(), Problem> {
        let Some(record) = self.store().record(id)? else {
            // Not even its first portion is in.
            return Ok(());
        };
        let mut act = self.act();
        act.set(&import::REGISTER, &record, counts(report));
        self.write(act)?;
        Ok(())
    }
}

fn of_file(report: &FileReport) -> Fields {
    fields([
        (import::FILE.name(), json!(report.file)),
        (import::KIND.name(), json!(report.kind)),
        (import::PROFILE.name(), json!(report.profile)),
        (import::ENCODING.name(), json!(report.encoding)),
        ("account", json!(report.account)),
        (import::READ.name(), json!(report.read)),
        (import::REFUSED.name(), json!(report.refused)),
    ])
}

/// What an import says when all of it is in.
fn result(report: &FileReport) -> Fields {
    let mut values = fields([(import::EXPORTED_AT.name(), json!(report.exported_at))]);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::freshness::Freshness;
    use crate::desk::import::ImportOptions;
    use crate::desk::shop_tests::Shop;

    const MADE: i64 = 1_795_330_000_000;

    fn orders(count: usize) -> String {
        let rows = (0..count).map(|at| format!("36182738271{at:04},橘子{at},等待卖家发货\n"));
        std::iter::once("订单编号,买家会员名,订单状态\n".to_owned())
            .chain(rows)
            .collect()
    }

    fn vouched(desk: &Desk) -> Option<i64> {
        let known = desk.freshness().unwrap();
        let orders = |one: &&Freshness| one.kind == "orders" && one.exported_at == MADE;
        known.iter().find(orders).map(|one| one.exported_at)
    }

    /// Brings the same orders in, five at a time, as long as it may go on.
    fn import(
        desk: &mut Desk,
        going_on: &mut dyn FnMut(Step) -> bool,
    ) -> Result<FileReport, Problem> {
        let options = ImportOptions {
            exported_at: Some(MADE),
            ..ImportOptions::default()
        };
        let mut pace = Pace {
            portion: 5,
            going_on,
        };
        desk.import_by("orders.csv", orders(40).as_bytes(), &options, &mut pace)
    }

    #[test]
    fn an_import_vouches_for_its_time_only_when_all_of_it_is_in() {
        let mut shop = Shop::new();
        let desk = &mut shop.desk;
        // The program ends in the middle of it.
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut going_on = |step: Step| -> bool {
                assert!(step.stage == Stage::Reading || step.done < 10, "ended");
                true
            };
            import(desk, &mut going_on).map(|report| report.new)
        }));
        assert!(ended.is_err());
        desk.refresh().unwrap();
        assert_eq!(vouched(desk), None, "ended in the middle");
        // Somebody stops it.
        let report = import(desk, &mut |step: Step| {
            step.stage == Stage::Reading || step.done < 20
        })
        .unwrap();
        assert!(report.is_stopped() && report.new > 0, "{report:?}");
        assert_eq!(vouched(desk), None, "stopped");
        let report = import(desk, &mut |_: Step| true).unwrap();
        assert!(!report.is_stopped());
        assert_eq!(vouched(desk), Some(MADE));
        assert!(desk.store().verify().unwrap().clean);
    }
}
