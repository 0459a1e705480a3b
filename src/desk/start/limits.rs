//! The three limits of a free hand (ux 10, step 9): for one case, for one day, for one person.
//! None of them means that everything comes to who may approve.

use crate::desk::Desk;
use crate::desk::act::refused;
use crate::desk::allowance::Given;
use crate::domain::authority::{Action, Role, may};
use crate::domain::id::ReplicaId;
use crate::domain::money::{Currency, Money};
use crate::domain::registers::allowance::{self, Terms};
use crate::domain::registers::watches;
use crate::problem::{Kind, Problem};
use crate::store::Query;

/// The setting of what one case may cost.
const CASE: &str = "limit_case";
/// The setting of what one person may give away in a business day.
const DAY: &str = "limit_day";
/// The setting of what one person may give away until it is renewed.
const PERSON: &str = "limit_person";

/// The most allowances that are looked at.
const MOST: usize = 10_000;

/// What may be refunded without asking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FreeHand {
    /// In one case.
    pub case: Option<Money>,
    /// By one person in one business day.
    pub day: Option<Money>,
    /// By one person, until it is renewed.
    pub person: Option<Money>,
}

impl FreeHand {
    /// Refuses limits that contradict each other, nothing and less.
    fn check(&self) -> Result<(), Problem> {
        let all = [self.case, self.day, self.person];
        if all.iter().flatten().any(|sum| sum.minor <= 0) {
            return Err(refused("problem-allowance-amount"));
        }
        let rising: Vec<i64> = all.iter().flatten().map(|sum| sum.minor).collect();
        if rising.is_sorted() {
            return Ok(());
        }
        Err(Problem::new(Kind::NotUnderstood, "problem-limits-order")
            .hint("problem-limits-order-hint"))
    }
}

impl Desk {
    /// Returns what the shop said may be refunded without asking.
    pub fn free_hand(&self) -> Result<FreeHand, Problem> {
        let sum = |key: &str| {
            let said = self.setting(key)?;
            Ok::<_, Problem>(said.and_then(|sum| Money::parse(&sum, Currency::CNY).ok()))
        };
        Ok(FreeHand {
            case: sum(CASE)?,
            day: sum(DAY)?,
            person: sum(PERSON)?,
        })
    }

    /// Says what may be refunded without asking, and gives everybody who refunds an allowance of
    /// it; what was given before is taken back. Returns the names of who has one now.
    ///
    /// Refused to who may not; an allowance needs the sum of a person, or of a day.
    pub fn give_free_hand(&mut self, hand: &FreeHand) -> Result<Vec<String>, Problem> {
        if !may(self.me()?.role, Action::GiveAllowance).allows() {
            return Err(refused("problem-allowance-role").hint("problem-allowance-role-hint"));
        }
        hand.check()?;
        for (key, sum) in [(CASE, hand.case), (DAY, hand.day), (PERSON, hand.person)] {
            let said = sum.map(|sum| sum.plain()).unwrap_or_default();
            if self.setting(key)?.unwrap_or_default() != said {
                self.set_setting(key, &said)?;
            }
        }
        for old in self.allowances()? {
            if old.terms.replica.is_some() {
                self.move_to(old.id, "closed", None)?;
            }
        }
        let people = self.people().all().to_vec();
        let mut names = Vec::new();
        for person in people {
            // Each replica of a person spends its own: two desks of theirs need not hear of
            // each other.
            for replica in self.serving_replicas(&person)? {
                if self.give_hand_to(hand, replica)? {
                    names.push(person.name.clone());
                }
            }
        }
        names.dedup();
        Ok(names)
    }

    /// Gives a replica that was just admitted what the shop said may be refunded without asking,
    /// and returns whether its person refunds at all.
    pub fn hand_to(&mut self, replica: ReplicaId) -> Result<bool, Problem> {
        let hand = self.free_hand()?;
        self.give_hand_to(&hand, replica)
    }

    fn give_hand_to(&mut self, hand: &FreeHand, replica: ReplicaId) -> Result<bool, Problem> {
        let Some(amount) = hand.person.or(hand.day).or(hand.case) else {
            return Ok(false);
        };
        let person = self.people().of_replica(replica);
        let refunds = |role: Role| role == Role::Agent || role == Role::Leader;
        let Some(person) = person.filter(|person| refunds(person.role)) else {
            return Ok(false);
        };
        self.give_allowance(Given {
            person: person.id,
            replica: Some(replica),
            amount,
            case_cap: hand.case,
            spot: false,
            until: None,
        })?;
        Ok(true)
    }

    /// Returns how much of the day's limit is left to who sits at the desk; none where the shop
    /// has no such limit.
    pub(in crate::desk) fn left_of_day(&self) -> Result<Option<Money>, Problem> {
        let Some(day) = self.free_hand()?.day else {
            return Ok(None);
        };
        let (me, from) = (self.me()?.id, self.day_ends(self.now())? - 24 * 3_600_000);
        let mine = self.people().replicas_of(me);
        // Also what was drawn on an allowance that was taken back since.
        let given = self.store().rows(&Query {
            registers: vec![allowance::REGISTER.name],
            limit: Some(MOST),
            ..Query::default()
        })?;
        let mut left = day;
        for row in given {
            let record = self.store().record(row.id)?;
            let replica = record
                .as_ref()
                .and_then(Terms::of)
                .and_then(|terms| terms.replica);
            if !replica.is_some_and(|one| mine.contains(&one)) {
                continue;
            }
            for id in self.drawing_on(row.id)? {
                let Some(case) = self.store().record(id)? else {
                    continue;
                };
                let drawn = watches::drawn_since(row.id, &case, from);
                left = drawn
                    .into_iter()
                    .try_fold(left, Money::minus)
                    .unwrap_or(Money { minor: 0, ..day });
            }
        }
        left.minor = left.minor.max(0);
        Ok(Some(left))
    }
}
