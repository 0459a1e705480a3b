//! Who may do what: one table (requirements 7.3), asked when somebody acts, and again at the
//! fold for the events that carry authority.

use super::money::Money;
use super::payload::{Meaning, Payload};

/// What a person may do, by the roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Serves customers.
    Agent,
    /// Leads a group and serves customers.
    Leader,
    /// Answers for the day.
    Supervisor,
    /// Answers for the shop.
    Manager,
    /// Reads and signs what is theirs: quality, training, finance.
    Auditor,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 5] = [
        Self::Agent,
        Self::Leader,
        Self::Supervisor,
        Self::Manager,
        Self::Auditor,
    ];

    /// Returns the word that travels.
    pub fn word(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Leader => "leader",
            Self::Supervisor => "supervisor",
            Self::Manager => "manager",
            Self::Auditor => "auditor",
        }
    }

    /// Returns the role of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Write on records: talks, notes, promises, drafts (design section 6: auditors only read).
    Record,
    /// Answer a general complaint or a review (000 L18).
    AnswerComplaint,
    /// Own a serious or a regulator's complaint (000 L36, 003 L7).
    OwnSeriousComplaint,
    /// Refuse a customer's demand (A3.8).
    RefuseDemand,
    /// Approve money above the asker's own limit (A6.13, A6g.7).
    ApproveAboveLimit,
    /// Execute what was approved or is within one's own limit.
    Execute,
    /// Look over a colleague's form as the second person (A6s.3).
    SecondCheck,
    /// Void a form or another person's act (A6.5).
    VoidForm,
    /// Change a form after it was submitted (A6s.7).
    EditSubmitted,
    /// Pass one's own customer on (A7b.6.2, A7ps.5).
    PassOn,
    /// Move others' work at peak (A7ps.5).
    Divert,
    /// Leave in the middle of a shift (A6.6).
    LeaveMidShift,
    /// End a shift while something red is open (S19).
    OverrideHandover,
    /// Change the day's plan (A7g.3).
    ChangePlan,
    /// Publish replies, rules and notices (002 L31).
    Publish,
    /// See others' figures (A6s.7).
    SeeFigures,
    /// Look over what others did in a day, and return it to them (001-201, 001-077).
    ReviewDay,
    /// Hold a meeting and keep its minutes (A7ps.1-2, A7m.7).
    HoldMeeting,
    /// See a masked number or address in full; each look is recorded (003 L124).
    Reveal,
    /// Change a setting of the whole shop (design section 6).
    ChangeSetting,
    /// Admit, change or retire people and replicas (design section 6).
    ChangeRoster,
    /// Add or change accounts (design section 6).
    ChangeAccount,
    /// Give an allowance (design section 6).
    GiveAllowance,
    /// Erase a person's data (design section 3).
    Erase,
    /// Close a contradiction about money (design section 6).
    CloseContradiction,
}

/// How far an action is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grant {
    /// Not at all.
    No,
    /// Only write down what was asked, for somebody else to own.
    RecordOnly,
    /// Ask somebody who may.
    Ask,
    /// Propose it; it counts when somebody who may approves.
    Propose,
    /// Only as an amendment beside what was said before.
    Amend,
    /// Only for one's own group.
    OwnGroup,
    /// Up to the person's own limits.
    WithinLimit,
    /// With a reason.
    WithReason,
    /// Yes; that it was done is recorded for others to see.
    Logged,
    /// Yes.
    Yes,
}

impl Grant {
    /// Returns whether the person may do it now, if need be with a reason, within a limit or
    /// a group; the caller holds the limit, group and reason to it.
    pub fn allows(self) -> bool {
        !matches!(
            self,
            Self::No | Self::RecordOnly | Self::Ask | Self::Propose
        )
    }
}

/// Returns how far a role may do something.
pub fn may(role: Role, action: Action) -> Grant {
    use Grant::{
        Amend, Ask, Logged, No, OwnGroup, Propose, RecordOnly, WithReason, WithinLimit, Yes,
    };
    // Agent, leader, supervisor, manager, auditor.
    let row = match action {
        Action::Record | Action::AnswerComplaint | Action::Execute => [Yes, Yes, Yes, Yes, No],
        Action::OwnSeriousComplaint => [RecordOnly, RecordOnly, Yes, Yes, No],
        Action::RefuseDemand | Action::VoidForm | Action::OverrideHandover => {
            [No, No, WithReason, Yes, No]
        }
        Action::ApproveAboveLimit => [No, WithinLimit, WithinLimit, Yes, No],
        Action::SecondCheck => [Yes, Yes, Yes, Yes, Yes],
        Action::EditSubmitted => [Amend, Amend, Amend, Amend, No],
        Action::PassOn => [WithReason, Yes, Yes, Yes, No],
        Action::Divert | Action::ChangePlan | Action::ReviewDay | Action::HoldMeeting => {
            [No, OwnGroup, Yes, Yes, No]
        }
        Action::LeaveMidShift => [Ask, Ask, Yes, Yes, Yes],
        Action::Publish => [Propose, Propose, Yes, Yes, Propose],
        Action::SeeFigures => [No, OwnGroup, Yes, Yes, Yes],
        Action::Reveal => [Logged, Logged, Logged, Yes, Logged],
        Action::ChangeSetting
        | Action::ChangeRoster
        | Action::ChangeAccount
        | Action::GiveAllowance
        | Action::CloseContradiction => [No, No, Yes, Yes, No],
        Action::Erase => [No, No, WithReason, WithReason, No],
    };
    match role {
        Role::Agent => row[0],
        Role::Leader => row[1],
        Role::Supervisor => row[2],
        Role::Manager => row[3],
        Role::Auditor => row[4],
    }
}

/// Returns the most that a role may approve, by the limit that the roster sets; none where nothing
/// bounds it. A leader without a limit approves no money: only who answers for the day may do so
/// unbounded.
pub fn approves_up_to(role: Role, limit: Option<Money>) -> Option<Money> {
    match (may(role, Action::ApproveAboveLimit), role) {
        (Grant::WithinLimit, Role::Leader) => limit.or(Some(Money::cny(0))),
        (Grant::WithinLimit, _) => limit,
        _ => None,
    }
}

/// Returns what an event does by authority, none for ordinary work (design section 6).
///
/// `own` says of a `void` whether it takes back its author's own events only.
pub fn authority(register: &str, payload: &Payload, own: bool) -> Option<Action> {
    if let Payload::Erase { .. } = payload {
        return Some(Action::Erase);
    }
    if let Some(action) = kept_by_authority(register)
        && !matches!(
            payload,
            Payload::Say(_) | Payload::Attach { .. } | Payload::Sign { .. }
        )
    {
        return Some(action);
    }
    match payload {
        Payload::Void { .. } => (!own).then_some(Action::VoidForm),
        Payload::Sign { meaning, of, .. } => match meaning {
            Meaning::Approve => Some(Action::ApproveAboveLimit),
            Meaning::Refuse => Some(Action::RefuseDemand),
            Meaning::Execute => Some(Action::Execute),
            Meaning::SecondCheck => Some(Action::SecondCheck),
            // A contradiction is closed by its id, which is no event's hash.
            Meaning::Acknowledge => of.is_padded().then_some(Action::CloseContradiction),
            // Words of mouth about money allow an execution as an approval does.
            Meaning::Witness => (register == "case").then_some(Action::Execute),
        },
        _ => None,
    }
}

/// Returns whether an event is an authority event: sealed at once, naming the roster that
/// its author had seen, and judged again at the fold.
pub fn is_authority_event(register: &str, payload: &Payload, own: bool) -> bool {
    authority(register, payload, own).is_some()
}

/// Registers of which every change is one of authority.
fn kept_by_authority(register: &str) -> Option<Action> {
    match register {
        "person" => Some(Action::ChangeRoster),
        "account" => Some(Action::ChangeAccount),
        "allowance" => Some(Action::GiveAllowance),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Chain;
    use crate::domain::payload::Change;

    const ACTIONS: [Action; 25] = [
        Action::Record,
        Action::AnswerComplaint,
        Action::OwnSeriousComplaint,
        Action::RefuseDemand,
        Action::ApproveAboveLimit,
        Action::Execute,
        Action::SecondCheck,
        Action::VoidForm,
        Action::EditSubmitted,
        Action::PassOn,
        Action::Divert,
        Action::LeaveMidShift,
        Action::OverrideHandover,
        Action::ChangePlan,
        Action::Publish,
        Action::SeeFigures,
        Action::ReviewDay,
        Action::HoldMeeting,
        Action::Reveal,
        Action::ChangeSetting,
        Action::ChangeRoster,
        Action::ChangeAccount,
        Action::GiveAllowance,
        Action::Erase,
        Action::CloseContradiction,
    ];

    fn sign(meaning: Meaning) -> Payload {
        Payload::Sign {
            meaning,
            of: Chain([1; 32]),
            saw: serde_json::Map::new(),
            note: None,
        }
    }

    #[test]
    fn more_responsibility_never_means_fewer_rights() {
        for action in ACTIONS {
            let allowed = [Role::Agent, Role::Leader, Role::Supervisor, Role::Manager]
                .map(|role| may(role, action).allows());
            assert!(allowed.is_sorted(), "{action:?}");
        }
    }

    #[test]
    fn money_people_and_erasure_are_not_an_agents() {
        for action in [
            Action::ApproveAboveLimit,
            Action::RefuseDemand,
            Action::VoidForm,
            Action::ChangeRoster,
            Action::Erase,
            Action::ChangeSetting,
            Action::GiveAllowance,
            Action::CloseContradiction,
        ] {
            assert!(!may(Role::Agent, action).allows(), "{action:?}");
            assert!(!may(Role::Auditor, action).allows(), "{action:?}");
            assert!(may(Role::Manager, action).allows(), "{action:?}");
        }
        assert_eq!(
            may(Role::Leader, Action::ApproveAboveLimit),
            Grant::WithinLimit
        );
        assert_eq!(may(Role::Supervisor, Action::VoidForm), Grant::WithReason);
    }

    #[test]
    fn authority_lies_in_people_money_and_what_touches_others() {
        let open = Payload::Open(Change::default());
        let void = Payload::Void {
            events: None,
            reason: None,
        };
        let erase = Payload::Erase {
            events: vec![],
            reason: None,
        };
        assert_eq!(authority("person", &open, true), Some(Action::ChangeRoster));
        assert_eq!(authority("person", &void, true), Some(Action::ChangeRoster));
        assert_eq!(
            authority("allowance", &open, true),
            Some(Action::GiveAllowance)
        );
        assert_eq!(authority("case", &erase, true), Some(Action::Erase));
        assert_eq!(
            authority("case", &sign(Meaning::Approve), true),
            Some(Action::ApproveAboveLimit)
        );
        assert!(is_authority_event("case", &void, false));
        assert!(!is_authority_event("case", &void, true));
        assert!(!is_authority_event("case", &open, true));
        assert!(!is_authority_event(
            "notice",
            &sign(Meaning::Acknowledge),
            true
        ));
        assert!(!is_authority_event("setting", &open, true));
    }

    #[test]
    fn words_name_their_roles() {
        for role in Role::ALL {
            assert_eq!(Role::of(role.word()), Some(role));
        }
        let words: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
        assert_eq!(words, crate::domain::registers::words::ROLE.values);
    }
}
