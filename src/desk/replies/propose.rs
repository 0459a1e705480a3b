//! Wordings that people bring in: of the shop and the group at once by those who may publish,
//! proposed by everybody else (002 L31), one's own at once.

use serde_json::{Value, json};

use super::Desk;
use crate::desk::act::{Done, refused};
use crate::domain::authority::{Action, may};
use crate::domain::field::FieldSpec;
use crate::domain::id::Id;
use crate::domain::payload::{Fields, Payload};
use crate::domain::record::Record;
use crate::domain::register::Register;
use crate::domain::registers::reply::{self, REGISTER};
use crate::problem::Problem;

/// The scope of what only its author sees.
const MINE: &str = "mine";
/// What a proposed wording brings when it is published.
const PUBLISHED: [&FieldSpec; 6] = [
    &reply::TITLE.spec,
    &reply::CODE.spec,
    &reply::TEXT.spec,
    &reply::TOPIC.spec,
    &reply::VALID_UNTIL.spec,
    &reply::SCOPE.spec,
];

/// What became of a wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It can be used.
    Published,
    /// It waits for somebody who may publish.
    Proposed,
}

impl Desk {
    /// Keeps a wording: as the next version of a reply, or as a new one. What is not the
    /// person's own, and what they may not publish, is proposed. Refused where its text says what
    /// must not be said to a buyer.
    pub fn keep_reply(&mut self, of: Option<Id>, values: Fields) -> Result<Kept, Problem> {
        let old = match of {
            Some(id) => Some(self.record(id)?.0),
            None => None,
        };
        for required in [&reply::TITLE.spec, &reply::TEXT.spec] {
            if values.get(required.name).is_none_or(Value::is_null) {
                return Err(refused("problem-field-missing")
                    .arg("field", required.name)
                    .arg("register", REGISTER.name));
            }
        }
        self.sound_reply(&REGISTER, &values)?;
        let said = values.get(reply::SCOPE.name()).and_then(Value::as_str);
        let is_own = match &old {
            Some(old) => said.is_none_or(|scope| scope == MINE) && self.is_private(old)?,
            None => said == Some(MINE),
        };
        let published = is_own || self.may_publish()?;
        let me = self.me()?.id;
        let mut act = self.act();
        if let Some(old) = old.as_ref().filter(|_| published) {
            let mut values = values;
            values.insert(reply::VERSION_NO.name().to_owned(), json!(version(old) + 1));
            act.set(&REGISTER, old, values);
            self.write(act)?;
            return Ok(Kept::Published);
        }
        let id = self.new_id();
        let mut values = values;
        if let Some(old) = &old {
            // A proposal is whole: what is not in it was cleared.
            for field in PUBLISHED {
                let kept = old.value(field.name).cloned().unwrap_or_default();
                values.entry(field.name.to_owned()).or_insert(kept);
            }
        }
        values.retain(|_, value| !value.is_null());
        let next = old.as_ref().map_or(1, |old| version(old) + 1);
        values.insert(reply::VERSION_NO.name().to_owned(), json!(next));
        if let Some(old) = &old {
            values.insert(reply::REPLACES.name().to_owned(), json!(old.id.to_string()));
        }
        act.begin(&REGISTER, id, values, me);
        if !published {
            let payload = Payload::Move {
                from: REGISTER.lifecycle.initial().to_owned(),
                to: "proposed".to_owned(),
                reason: None,
                note: None,
            };
            act.add(&REGISTER, id, payload);
        }
        self.write(act)?;
        Ok(if published {
            Kept::Published
        } else {
            Kept::Proposed
        })
    }

    /// Moves a reply on; what others see is published and taken back only by those who may. A
    /// proposed wording that is published takes the place of the one that it was made from.
    pub(in crate::desk) fn move_reply(
        &mut self,
        record: &Record,
        to: &str,
        reason: Option<&str>,
    ) -> Result<Done, Problem> {
        let is_withdrawn = record.state == "proposed" && to == "retired";
        if !is_withdrawn {
            self.may_reword(record)?;
        }
        if to == "active" {
            self.may_be_a_reply(record.text(reply::TEXT.name()).unwrap_or_default())?;
        }
        let replaced = record
            .text(reply::REPLACES.name())
            .and_then(|id| id.parse::<Id>().ok())
            .filter(|_| record.state == "proposed" && to == "active");
        let old = match replaced {
            // What was taken back meanwhile is in nobody's place any more.
            Some(id) => Some(self.record(id)?.0).filter(|old| old.closed.is_none() && !old.void),
            None => None,
        };
        let mut act = self.act();
        let Some(old) = old else {
            act.step(&REGISTER, record, to, reason);
            return self.write(act);
        };
        if version(record) != version(&old) + 1 {
            return Err(refused("problem-reply-outdated").hint("problem-reply-outdated-hint"));
        }
        // What everybody sees does not become its author's alone by a proposal.
        let keeps_scope = matches!(record.text(reply::SCOPE.name()), None | Some(MINE));
        let mut values: Fields = PUBLISHED
            .into_iter()
            .filter(|field| !(keeps_scope && field.name == reply::SCOPE.name()))
            .map(|field| {
                let value = record.value(field.name).cloned().unwrap_or_default();
                (field.name.to_owned(), value)
            })
            .filter(|(name, value)| old.value(name).unwrap_or(&Value::Null) != value)
            .collect();
        values.insert(
            reply::VERSION_NO.name().to_owned(),
            json!(version(&old) + 1),
        );
        act.set(&REGISTER, &old, values);
        act.step(&REGISTER, record, "retired", reason);
        self.write(act)
    }

    /// Refuses to change a reply that others use where the person may only propose.
    pub(in crate::desk) fn may_reword(&self, record: &Record) -> Result<(), Problem> {
        let is_shared = record.register == REGISTER.name && !self.is_private(record)?;
        if !is_shared || self.may_publish()? {
            return Ok(());
        }
        Err(refused("problem-reply-publish").hint("problem-reply-publish-hint"))
    }

    /// Refuses a reply's text in which something must not be said; what else is written about a
    /// reply, or about something else, is not looked at.
    pub(in crate::desk) fn sound_reply(
        &self,
        register: &Register,
        values: &Fields,
    ) -> Result<(), Problem> {
        match values.get(reply::TEXT.name()).and_then(Value::as_str) {
            Some(text) if register.name == REGISTER.name => self.may_be_a_reply(text),
            _ => Ok(()),
        }
    }

    /// Returns whether the person at the desk may publish what others use.
    pub fn may_publish(&self) -> Result<bool, Problem> {
        Ok(may(self.me()?.role, Action::Publish).allows())
    }

    /// Returns whether a reply is the person's own and nobody else's.
    fn is_private(&self, record: &Record) -> Result<bool, Problem> {
        Ok(record.text(reply::SCOPE.name()) == Some(MINE)
            && self.is_author(record.id, reply::TEXT.name())?)
    }
}

fn version(record: &Record) -> i64 {
    record.get(reply::VERSION_NO).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::act::fields;
    use crate::desk::import::ImportOptions;
    use crate::desk::shop_tests::{Shop, act_as};
    use crate::store::{Query, Row};

    /// Words that the built-in rules block.
    const BLOCKED: &str = "听不见 大点声";

    fn values(text: &str) -> Fields {
        fields([
            ("title", json!("声音")),
            ("text", json!(text)),
            ("scope", json!("shop")),
        ])
    }

    fn only(desk: &Desk) -> Row {
        let query = Query {
            registers: vec![REGISTER.name],
            ..Query::default()
        };
        desk.store().rows(&query).unwrap().remove(0)
    }

    #[test]
    fn words_that_must_not_be_said_become_no_reply_by_any_road() {
        let Shop {
            folder: _folder,
            mut desk,
        } = Shop::new();
        let message = |problem: Problem| problem.message;
        let refused = desk.keep_reply(None, values(BLOCKED)).unwrap_err();
        assert_eq!(message(refused), "problem-reply-blocked");
        let refused = desk.open_record(REGISTER.name, values(BLOCKED));
        assert_eq!(message(refused.unwrap_err()), "problem-reply-blocked");
        assert!(desk.replies().unwrap().is_empty());
        desk.keep_reply(None, values("请您大声一点")).unwrap();
        let id = only(&desk).id;
        let refused = desk.keep_reply(Some(id), values(BLOCKED)).unwrap_err();
        assert_eq!(message(refused), "problem-reply-blocked");
        let text = fields([("text", json!(BLOCKED))]);
        let refused = desk.set_fields(id, text).unwrap_err();
        assert_eq!(message(refused), "problem-reply-blocked");
        let (record, _) = desk.record(id).unwrap();
        assert_eq!(record.text("text"), Some("请您大声一点"));
    }

    #[test]
    fn a_reply_that_came_in_with_such_words_is_put_in_order_but_not_published_again() {
        let Shop {
            folder: _folder,
            mut desk,
        } = Shop::new();
        let file = format!("快捷短语编码,快捷短语,快捷短语分组\nds,{BLOCKED},问候\n");
        desk.import("话术.csv", file.as_bytes(), &ImportOptions::default())
            .unwrap();
        let id = only(&desk).id;
        desk.set_fields(id, fields([("title", json!("声音"))]))
            .unwrap();
        desk.move_to(id, "retired", None).unwrap();
        let refused = desk.move_to(id, "active", None).unwrap_err();
        assert_eq!(refused.message, "problem-reply-blocked");
        desk.set_fields(id, fields([("text", json!("请您大声一点"))]))
            .unwrap();
        desk.move_to(id, "active", None).unwrap();
    }

    fn wording(text: &str, scope: &str, code: &str) -> Fields {
        let mut values = fields([
            (reply::TITLE.name(), json!("发货")),
            (reply::TEXT.name(), json!(text)),
            (reply::SCOPE.name(), json!(scope)),
        ]);
        let code = Some(code).filter(|code| !code.is_empty());
        values.insert(reply::CODE.name().to_owned(), json!(code));
        values
    }

    fn replies(desk: &Desk, state: &str) -> Vec<Record> {
        let rows = desk.store().rows(&crate::store::Query {
            registers: vec![REGISTER.name],
            states: vec![state.to_owned()],
            limit: Some(1_000),
            ..Default::default()
        });
        let rows = rows.unwrap().into_iter();
        let all = rows.map(|row| desk.record(row.id).unwrap().0);
        all.filter(|one| one.text("title") == Some("发货"))
            .collect()
    }

    #[test]
    fn only_its_author_changes_a_private_reply_without_asking() {
        let mut shop = Shop::sample("林晓");
        let kept = shop.desk.keep_reply(None, wording("今天发", MINE, "fh"));
        assert_eq!(kept.unwrap(), Kept::Published);
        let own = replies(&shop.desk, "active")[0].id;
        let again = shop
            .desk
            .keep_reply(Some(own), wording("今天一定发", MINE, "fh"));
        assert_eq!(again.unwrap(), Kept::Published);
        act_as(&mut shop.desk, "周敏");
        let record = shop.desk.record(own).unwrap().0;
        let refused = shop.desk.move_to(own, "retired", None).unwrap_err();
        assert_eq!(refused.message, "problem-reply-publish");
        let theirs = shop
            .desk
            .keep_reply(Some(own), wording("明天发", MINE, "fh"));
        assert_eq!(theirs.unwrap(), Kept::Proposed);
        let after = shop.desk.record(own).unwrap().0;
        assert_eq!(after.text("text"), record.text("text"));
    }

    #[test]
    fn a_proposal_clears_what_it_cleared_and_not_what_came_after_it() {
        let mut shop = Shop::sample("王主管");
        let desk = &mut shop.desk;
        desk.keep_reply(None, wording("今天发", "shop", "fh"))
            .unwrap();
        let shared = replies(desk, "active")[0].id;
        act_as(&mut shop.desk, "林晓");
        let desk = &mut shop.desk;
        for text in ["两天内发", "三天内发"] {
            let kept = desk.keep_reply(Some(shared), wording(text, "shop", ""));
            assert_eq!(kept.unwrap(), Kept::Proposed);
        }
        act_as(&mut shop.desk, "王主管");
        let desk = &mut shop.desk;
        let proposed = replies(desk, "proposed");
        let (first, second) = (proposed[0].id, proposed[1].id);
        desk.move_to(first, "active", None).unwrap();
        let record = desk.record(shared).unwrap().0;
        assert_eq!(record.text("code"), None, "cleared");
        assert_eq!(version(&record), 2);
        let refused = desk.move_to(second, "active", None).unwrap_err();
        assert_eq!(refused.message, "problem-reply-outdated");
        let after = desk.record(shared).unwrap().0;
        assert_eq!(after.text("text"), record.text("text"));
    }

    #[test]
    fn a_proposal_outlives_the_reply_that_was_taken_back_meanwhile() {
        let mut shop = Shop::sample("王主管");
        let desk = &mut shop.desk;
        desk.keep_reply(None, wording("今天发", "shop", "fh"))
            .unwrap();
        let old = replies(desk, "active")[0].id;
        act_as(desk, "林晓");
        desk.keep_reply(Some(old), wording("两天内发", "shop", "fh"))
            .unwrap();
        act_as(desk, "王主管");
        desk.move_to(old, "retired", None).unwrap();
        let proposed = replies(desk, "proposed")[0].id;
        desk.move_to(proposed, "active", None).unwrap();
        let shown = replies(desk, "active");
        assert_eq!((shown.len(), shown[0].id), (1, proposed));
        let old = desk.record(old).unwrap().0;
        assert_eq!(old.text("text"), Some("今天发"));
    }

    #[test]
    fn who_sees_a_reply_follows_a_proposal_and_never_becomes_its_author_alone() {
        let mut shop = Shop::sample("王主管");
        let desk = &mut shop.desk;
        desk.keep_reply(None, wording("今天发", "group", "fh"))
            .unwrap();
        let old = replies(desk, "active")[0].id;
        for (text, scope, after) in [("两天内发", "shop", "shop"), ("三天内发", MINE, "shop")]
        {
            act_as(desk, "林晓");
            let kept = desk.keep_reply(Some(old), wording(text, scope, "fh"));
            assert_eq!(kept.unwrap(), Kept::Proposed);
            act_as(desk, "王主管");
            let proposed = replies(desk, "proposed")[0].id;
            desk.move_to(proposed, "active", None).unwrap();
            let record = desk.record(old).unwrap().0;
            assert_eq!(record.text("text"), Some(text));
            assert_eq!(record.text("scope"), Some(after));
        }
    }
}
