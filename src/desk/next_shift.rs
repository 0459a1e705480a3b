//! Who has the next shift: to whom work goes that outlives the shift of who sits here.

use super::Desk;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::register::{Owner, Post};
use crate::domain::registers::sheet;
use crate::problem::Problem;
use crate::store::Row;

/// To whom the next shift's work goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextShift {
    /// Whoever has it.
    pub to: Owner,
    /// Why they have it.
    pub why: Why,
}

/// Why somebody has the next shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The plan lets them take over from who sits here.
    Follows,
    /// Theirs is the next shift of the post by the plan.
    Planned {
        /// When it begins, milliseconds UTC.
        starts: i64,
        /// The shift's word.
        shift: Option<String>,
    },
    /// Nobody is planned: the post has it, whoever comes.
    Nobody,
}

/// A line of the plan.
struct Line {
    person: Id,
    starts: i64,
    ends: i64,
    post: Option<Post>,
    shift: Option<String>,
}

impl Desk {
    /// Returns who has the next shift of the post whose work these items are, by the plan of today
    /// and of the day after.
    pub fn next_shift(&self, items: &[Id]) -> Result<NextShift, Problem> {
        if let to @ Owner::Person(_) = self.successor()? {
            let why = Why::Follows;
            return Ok(NextShift { to, why });
        }
        let (me, now) = (self.me()?.clone(), self.now());
        let own = self.shift_of(me.id)?;
        let planned = own.as_ref().and_then(|own| own.get(sheet::POST_OF));
        let post = self
            .common_post(items)?
            .or_else(|| planned.and_then(|post| Post::of(&post)))
            .or_else(|| me.posts.first().copied())
            .unwrap_or(Post::General);
        let time = |field| own.as_ref().and_then(|own| own.get(field));
        let (starts, ends) = (
            time(sheet::STARTS).unwrap_or(now),
            time(sheet::ENDS).unwrap_or(now).max(now),
        );
        let tomorrow = self.business_day(self.day_ends(now)?)?;
        for day in [self.business_day(now)?, tomorrow] {
            let mut next = Vec::new();
            for line in self.plan_of_day(&day)?.iter().filter_map(Line::of) {
                let person = self.people().by_id(line.person);
                let Some(person) = person.filter(|person| person.serves()) else {
                    continue;
                };
                let is_theirs = match line.post {
                    Some(planned) => planned == post,
                    None => person.posts.contains(&post),
                };
                if person.id != me.id && is_theirs && line.starts > starts && line.ends > ends {
                    // Of those who are there by then, who came last; else who comes first.
                    let comes = line.starts.max(ends);
                    let load = self.load(person.id)?;
                    next.push(((comes, -line.starts, load, person.name.clone()), line));
                }
            }
            if let Some((_, line)) = next.into_iter().min_by(|one, other| one.0.cmp(&other.0)) {
                return Ok(NextShift {
                    to: Owner::Person(line.person),
                    why: Why::Planned {
                        starts: line.starts,
                        shift: line.shift,
                    },
                });
            }
        }
        Ok(NextShift {
            to: Owner::Post(post),
            why: Why::Nobody,
        })
    }
}

impl Line {
    /// Returns the line of a row; none where it says not who comes when.
    fn of(row: &Row) -> Option<Self> {
        let word = |name: &str| Some(row.fields.get(name)?.as_str()?.to_owned());
        let time = |name: &str| row.fields.get(name)?.as_i64();
        Some(Self {
            person: Id::from_value(row.fields.get(sheet::PERSON.name())?)?,
            starts: time(sheet::STARTS.name())?,
            ends: time(sheet::ENDS.name())?,
            post: word(sheet::POST_OF.name()).and_then(|post| Post::of(&post)),
            shift: word(sheet::SHIFT_OF.name()),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::desk::act::fields;
    use crate::desk::shop_tests::Shop;

    const HOUR: i64 = 3_600_000;

    fn plan(desk: &mut Desk, name: &str, (from, to): (i64, i64), day: &str) -> Id {
        let person = desk.people().by_name(name).unwrap().id.to_string();
        let now = desk.now();
        let line = fields([
            ("day", json!(day)),
            ("person", json!(person)),
            ("shift", json!("late")),
            ("starts", json!(now + from * HOUR)),
            ("ends", json!(now + to * HOUR)),
            ("post", json!("printing")),
        ]);
        desk.open_record("sheet", line).unwrap().record()
    }

    #[test]
    fn the_next_shift_is_who_follows_else_who_is_planned_else_the_post() {
        let Shop {
            folder: _folder,
            mut desk,
        } = Shop::sample("沈月");
        let person = |desk: &Desk, name: &str| desk.people().by_name(name).unwrap().clone();
        let owner = |desk: &Desk, name: &str| Owner::Person(person(desk, name).id);
        // She prints until 21:00, in 5 h 14 min, the last of the sample's day.
        let (king, printing) = (person(&desk, "王主管"), person(&desk, "沈月"));
        let next = |desk: &mut Desk| {
            desk.act_as(&printing);
            let next = desk.next_shift(&[]).unwrap();
            desk.act_as(&king);
            next
        };
        let nobody = next(&mut desk);
        assert_eq!(nobody.to, Owner::Post(Post::Printing));
        assert_eq!(nobody.why, Why::Nobody);

        // Of the day after, then of today: who comes first.
        let (now, ends) = (desk.now(), desk.day_ends(desk.now()).unwrap());
        let today = desk.business_day(now).unwrap();
        let tomorrow = desk.business_day(ends).unwrap();
        plan(&mut desk, "陈立", (18, 26), &tomorrow);
        assert_eq!(next(&mut desk).to, owner(&desk, "陈立"));
        plan(&mut desk, "方圆", (8, 20), &today);
        plan(&mut desk, "韩梅", (6, 20), &today);
        let planned = next(&mut desk);
        assert_eq!(planned.to, owner(&desk, "韩梅"));
        assert!(matches!(planned.why, Why::Planned { shift: Some(late), .. } if late == "late"));

        // Whoever is there before she leaves needs no waiting; of those, who came last.
        plan(&mut desk, "白羽", (1, 20), &today);
        assert_eq!(next(&mut desk).to, owner(&desk, "白羽"));
        plan(&mut desk, "林晓", (2, 20), &today);
        assert_eq!(next(&mut desk).to, owner(&desk, "林晓"));

        // Whoever the plan names takes over before all of them.
        let line = desk.shift_of(person(&desk, "方圆").id).unwrap().unwrap();
        let follows = fields([("follows", json!(printing.id.to_string()))]);
        desk.set_fields(line.id, follows).unwrap();
        let follower = next(&mut desk);
        assert_eq!(follower.to, owner(&desk, "方圆"));
        assert_eq!(follower.why, Why::Follows);

        // Not by a line that was cancelled, nor once they have left.
        desk.move_to(line.id, "cancelled", None).unwrap();
        assert_eq!(next(&mut desk).to, owner(&desk, "林晓"));
        desk.move_to(line.id, "planned", None).unwrap();
        assert_eq!(next(&mut desk).to, owner(&desk, "方圆"));
        let leaver = person(&desk, "方圆").id;
        desk.move_to(leaver, "left", None).unwrap();
        assert_eq!(next(&mut desk).to, owner(&desk, "林晓"));
        let leaver = person(&desk, "林晓").id;
        desk.move_to(leaver, "left", None).unwrap();
        assert_eq!(next(&mut desk).to, owner(&desk, "白羽"));
    }

    #[test]
    fn a_sheet_goes_to_those_of_the_post_who_are_planned_then_and_work_here() {
        let Shop {
            folder: _folder,
            mut desk,
        } = Shop::sample("王主管");
        let today = desk.business_day(desk.now()).unwrap();
        let late = plan(&mut desk, "方圆", (8, 20), &today);
        let begins = |desk: &Desk| {
            let ends = Some(desk.now() + 15 * HOUR);
            let all = desk.receivers(Owner::Post(Post::PreSales), ends).unwrap();
            let found = all.into_iter().find(|one| one.person.name == "方圆");
            found.and_then(|one| one.starts)
        };
        let starts = desk.record(late).unwrap().0.get(sheet::STARTS);
        assert!(
            starts.is_some(),
            "in the evening, beside the shift that runs now"
        );
        assert_eq!(begins(&desk), starts);
        desk.move_to(late, "cancelled", None).unwrap();
        assert_eq!(begins(&desk), None);
        desk.move_to(late, "planned", None).unwrap();
        assert_eq!(begins(&desk), starts);
        let leaver = desk.people().by_name("方圆").unwrap().id;
        desk.move_to(leaver, "left", None).unwrap();
        assert_eq!(begins(&desk), None);
    }
}
