//! Main accounts only route (003 L9, 7.3): what comes in there is handed on, and answered by
//! whoever gets it.

use serde_json::Value;

use super::Desk;
use super::act::{Act, refused};
use crate::domain::event::Verb;
use crate::domain::record::Record;
use crate::domain::registers::{ACCOUNT, account, conversation};
use crate::problem::Problem;
use crate::store::Query;

/// The word of why a talk is handed on from where nobody answers.
pub(super) const MAIN_ACCOUNT: &str = "main_account";
/// The most accounts of a shop.
const MOST: usize = 100;

/// What only routes: accounts by all their names, and whether who sits here sits at one.
#[derive(Debug, Default)]
pub(super) struct Routing {
    names: Vec<String>,
    /// The account of today's plan, where it is one of them.
    seat: Option<String>,
}

impl Routing {
    /// Returns the main account at which an item may only be handed on: the one where who acts
    /// sits today, else the one where a talk came in that was not handed on yet.
    pub(super) fn account_of(&self, record: &Record) -> Option<&str> {
        self.seat().or_else(|| {
            let name = self.main(record.text(ACCOUNT.name())?)?;
            let is_talk = record.register == conversation::REGISTER.name;
            (is_talk && !is_routed(record)).then_some(name)
        })
    }

    /// Returns the main account at which a talk that begins at an account may only be handed on.
    pub(super) fn account_at(&self, account: Option<&str>) -> Option<&str> {
        self.seat().or_else(|| self.main(account?))
    }

    fn main(&self, account: &str) -> Option<&str> {
        let name = self.names.iter().find(|name| *name == account);
        name.map(String::as_str)
    }

    /// Returns the main account at which who acts sits today.
    pub(super) fn seat(&self) -> Option<&str> {
        self.seat.as_deref()
    }
}

impl Desk {
    /// Refuses to claim or answer an item by an act at a main account, and says who could take it.
    pub(super) fn may_answer(&self, act: &Act, record: &Record) -> Result<(), Problem> {
        let Some(name) = act.hands_on_at(record) else {
            return Ok(());
        };
        let problem = refused("problem-main-account").arg("account", name);
        let first = self.candidates(&[record.id])?.into_iter().next();
        let person = first.and_then(|one| self.people().by_id(one.person));
        Err(match person {
            Some(person) => problem
                .arg("name", &person.name)
                .hint("problem-main-account-hint"),
            None => problem.hint("problem-main-account-nobody-hint"),
        })
    }

    /// Returns what only routes, for who sits here.
    pub(super) fn routing(&self) -> Result<Routing, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec![account::REGISTER.name],
            open_only: true,
            limit: Some(MOST),
            ..Query::default()
        })?;
        let mut names = Vec::new();
        for row in rows.iter().filter(|row| !row.void) {
            let text = |name: &str| Some(row.fields.get(name)?.as_str()?.to_owned());
            let flag = row.fields.get(account::ROUTES_ONLY.name());
            if flag.and_then(Value::as_bool) == Some(true) {
                names.extend(text(account::NAME.name()));
                names.extend(text(account::SHOP_NAME.name()));
            }
        }
        let seat = match (names.is_empty(), self.signed_in()) {
            (false, Some(me)) => self.shift_of(me.id)?,
            _ => None,
        };
        let seat = seat.and_then(|line| line.get(ACCOUNT));
        Ok(Routing {
            seat: seat.filter(|seat| names.contains(seat)),
            names,
        })
    }
}

/// Whether a talk was handed on, to a person or to a post: who hands on says why. Who claims it
/// from the post then says nothing.
fn is_routed(record: &Record) -> bool {
    let mut steps = record.steps.iter();
    steps.any(|step| step.verb == Verb::Assign && step.reason.is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::desk::act::fields;
    use crate::desk::shop_tests::{Shop, act_as, colleague, unowned_talk};
    use crate::domain::register::{Owner, Post};

    /// A talk that came in at an account and that nobody has.
    fn talk(desk: &mut Desk, account: &str) -> Record {
        let about = fields([("buyer", json!("路过")), ("account", json!(account))]);
        unowned_talk(desk, about)
    }

    #[test]
    fn a_main_account_only_hands_on() {
        let Shop {
            folder: _folder,
            mut desk,
        } = Shop::sample("王主管");
        let person = |desk: &Desk, name: &str| desk.people().by_name(name).unwrap().clone();
        let king = person(&desk, "王主管");
        let account = |name: &str, routes_only: bool| {
            fields([
                ("name", json!(name)),
                ("platform", json!("taobao")),
                ("routes_only", json!(routes_only)),
            ])
        };
        desk.open_record("account", account("总号", true)).unwrap();
        desk.open_record("account", account("分号", false)).unwrap();
        let me = person(&desk, "林晓");
        desk.act_as(&me);
        let other = talk(&mut desk, "分号");
        desk.claim(other.id, None).unwrap();
        desk.reply(other.id, "您好").unwrap();

        let came_in = talk(&mut desk, "总号");
        let first = desk.candidates(&[came_in.id]).unwrap()[0].person;
        let first = desk.people().by_id(first).unwrap().clone();
        for refused in [desk.claim(came_in.id, None), desk.reply(came_in.id, "您好")] {
            let problem = refused.unwrap_err();
            assert_eq!(problem.message, "problem-main-account");
            assert_eq!(problem.hint, Some("problem-main-account-hint"));
            assert_eq!(problem.argument("name"), Some(first.name.as_str()));
        }
        assert_eq!(desk.record(came_in.id).unwrap().0.owner, None);
        desk.transfer(came_in.id, Owner::Person(first.id), "main_account")
            .unwrap();
        desk.act_as(&first);
        desk.reply(came_in.id, "您好").unwrap();

        // Whoever sits at a main account today answers nobody, wherever it came in.
        desk.act_as(&king);
        let line = desk.shift_of(me.id).unwrap().unwrap();
        let seat = fields([("account", json!("总号"))]);
        desk.set_fields(line.id, seat).unwrap();
        desk.act_as(&me);
        let problem = desk.reply(other.id, "在的").unwrap_err();
        assert_eq!(problem.message, "problem-main-account");
        // Neither does a first act there claim anything, nor is who hands on the first asked.
        let third = talk(&mut desk, "分号");
        desk.remark(third.id, "问发票").unwrap();
        assert_eq!(desk.record(third.id).unwrap().0.owner, None);
        desk.transfer(third.id, Owner::Person(first.id), "main_account")
            .unwrap();
        let (record, _) = desk.record(third.id).unwrap();
        assert_eq!(record.first_owner, Some(Owner::Person(first.id)));
        let pasted = "路人甲 15:40\n在吗\n林晓 15:41\n您好\n";
        let preview = desk.paste_preview(pasted, Some("路人甲")).unwrap();
        let pasted = desk.paste(&preview).unwrap().record();
        assert_eq!(desk.record(pasted).unwrap().0.owner, None);
    }

    #[test]
    fn a_talk_that_is_begun_at_a_main_account_is_nobodys_until_it_is_handed_on() {
        let mut shop = Shop::new();
        let desk = &mut shop.desk;
        colleague(desk, "周敏");
        act_as(desk, "林晓");
        let main = fields([
            ("name", json!("总号")),
            ("platform", json!("taobao")),
            ("routes_only", json!(true)),
        ]);
        desk.open_record("account", main).unwrap();
        let about = fields([
            ("buyer", json!("橘子")),
            ("account", json!("总号")),
            ("channel", json!("chat")),
        ]);
        let opened = desk.open_record("conversation", about).unwrap().record();
        let line = desk.capture_preview("小鹿 来问尺码").unwrap();
        let captured = desk.capture(&line).unwrap().record();
        for id in [opened, captured] {
            let (record, register) = desk.record(id).unwrap();
            assert_eq!((register.name, record.owner), ("conversation", None));
            assert_eq!(record.text("account"), Some("总号"));
            let refused = desk.reply(id, "您好").unwrap_err();
            assert_eq!(refused.message, "problem-main-account");
        }
        // Who is named in the line is handed it, and answers.
        let line = desk.capture_preview("橘子 来问尺码 @周敏").unwrap();
        let named = desk.capture(&line).unwrap().record();
        act_as(desk, "周敏");
        let me = desk.me().unwrap().id;
        let (record, register) = desk.record(named).unwrap();
        assert_eq!(register.name, "conversation");
        assert_eq!(record.owner, Some(Owner::Person(me)));
        desk.reply(named, "您好").unwrap();
    }

    #[test]
    fn what_was_handed_to_a_post_is_claimed_and_split_and_what_was_not_stays_free() {
        let Shop {
            folder: _folder,
            mut desk,
        } = Shop::sample("王主管");
        let person = |desk: &Desk, name: &str| desk.people().by_name(name).unwrap().clone();
        let main = fields([
            ("name", json!("总号")),
            ("platform", json!("taobao")),
            ("routes_only", json!(true)),
        ]);
        desk.open_record("account", main).unwrap();
        let me = person(&desk, "林晓");
        desk.act_as(&me);
        let came_in = talk(&mut desk, "总号").id;
        // A second matter in it is nobody's either, until it is handed on.
        let second = desk.split_off(came_in, "开发票").unwrap().record();
        assert_eq!(desk.record(second).unwrap().0.owner, None);
        assert!(desk.claim(second, None).is_err());

        desk.transfer(came_in, Owner::Post(Post::General), "main_account")
            .unwrap();
        desk.claim(came_in, None).unwrap();
        desk.reply(came_in, "您好").unwrap();
        // What is split off a talk that was handed on is answered by whoever has that.
        let split = desk.split_off(came_in, "换地址").unwrap().record();
        let (record, _) = desk.record(split).unwrap();
        assert_eq!(record.owner, Some(Owner::Person(me.id)));
        desk.reply(split, "可以的").unwrap();
    }
}
