//! The three limits of a free hand (ux 10, step 9): for one case, for one day, for one person.
//! None of them means that everything comes to who may approve.

use crate::desk::Desk;
use crate::desk::act::{Act, refused};
use crate::desk::allowance::Given;
use crate::desk::settings::{LIMIT_CASE, LIMIT_DAY, LIMIT_PERSON};
use crate::domain::authority::{Action, Role, may};
use crate::domain::id::ReplicaId;
use crate::domain::money::{Currency, Money};
use crate::problem::{Kind, Problem};

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
            return Err(refused("problem-allowance-amount").hint("problem-allowance-amount-hint"));
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
            case: sum(LIMIT_CASE)?,
            day: sum(LIMIT_DAY)?,
            person: sum(LIMIT_PERSON)?,
        })
    }

    /// Says what may be refunded without asking, and gives everybody who refunds an allowance of
    /// it; what was given before is taken back, all in one act. Returns the names of who has one now.
    ///
    /// Refused to who may not; an allowance needs the sum of a person, or of a day.
    pub fn give_free_hand(&mut self, hand: &FreeHand) -> Result<Vec<String>, Problem> {
        if !may(self.me()?.role, Action::GiveAllowance).allows() {
            return Err(refused("problem-allowance-role").hint("problem-allowance-role-hint"));
        }
        hand.check()?;
        let mut act = self.act();
        for (key, sum) in [
            (LIMIT_CASE, hand.case),
            (LIMIT_DAY, hand.day),
            (LIMIT_PERSON, hand.person),
        ] {
            let said = sum.map(|sum| sum.plain()).unwrap_or_default();
            if self.setting(key)?.unwrap_or_default() != said {
                self.add_setting(&mut act, key, &said)?;
            }
        }
        for old in self.allowances()? {
            if old.terms.replica.is_some() {
                let (record, register) = self.record(old.id)?;
                act.step(register, &record, "closed", None);
            }
        }
        let people = self.people().all().to_vec();
        let mut names = Vec::new();
        for person in people {
            // Each replica of a person spends its own: two desks of theirs need not hear of
            // each other.
            for replica in person.serving {
                if self.add_hand(&mut act, hand, replica)? {
                    names.push(person.name.clone());
                }
            }
        }
        if !act.is_empty() {
            self.write(act)?;
        }
        names.dedup();
        Ok(names)
    }

    /// Gives a replica that was just admitted what the shop said may be refunded without asking,
    /// and returns whether its person refunds at all.
    pub fn hand_to(&mut self, replica: ReplicaId) -> Result<bool, Problem> {
        let hand = self.free_hand()?;
        let mut act = self.act();
        let is_given = self.add_hand(&mut act, &hand, replica)?;
        if is_given {
            self.write(act)?;
        }
        Ok(is_given)
    }

    fn add_hand(
        &mut self,
        act: &mut Act,
        hand: &FreeHand,
        replica: ReplicaId,
    ) -> Result<bool, Problem> {
        let Some(amount) = hand.person.or(hand.day).or(hand.case) else {
            return Ok(false);
        };
        let person = self.people().of_replica(replica);
        let refunds = |role: Role| role == Role::Agent || role == Role::Leader;
        let Some(person) = person.filter(|person| refunds(person.role)) else {
            return Ok(false);
        };
        let given = Given {
            person: person.id,
            replica: Some(replica),
            amount,
            case_cap: hand.case,
            spot: false,
            until: None,
        };
        self.add_allowance(act, given)?;
        Ok(true)
    }
}
