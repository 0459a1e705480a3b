//! How much people may give by themselves.

use serde_json::json;

use super::CLEAR;
use crate::desk::start::limits::FreeHand;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::register::Owner;
use crate::tui::overlays::stage::Stage;
use crate::tui::overlays::start::limits::LimitsForm;

#[test]
fn three_numbers_are_a_free_hand() {
    let mut stage = Stage::sample("王主管");
    let before = stage.desk.allowances().unwrap();
    stage.push(LimitsForm::open);
    stage.draw_everywhere();
    stage.keys(&CLEAR);
    stage.text("50");
    stage.keys(&["Down"]);
    stage.keys(&CLEAR);
    stage.text("20");
    stage.keys(&["F8"]);
    assert!(
        stage.message().contains("一个比一个大"),
        "{}",
        stage.message()
    );
    stage.keys(&CLEAR);
    stage.text("60");
    stage.keys(&["Down"]);
    stage.text("300");
    stage.keys(&["Enter"]);
    assert!(stage.message().contains("林晓"), "{}", stage.message());
    let given = stage.desk.allowances().unwrap();
    let spend = given.iter().filter(|one| one.terms.replica.is_some());
    assert!(spend.clone().count() > 3, "{before:?}");
    for one in spend {
        assert_eq!(one.terms.amount.minor, 30_000);
        assert_eq!(one.terms.case_cap.unwrap().minor, 5_000);
    }
    // The day binds below the sum.
    let agent = stage.desk.people().by_name("林晓").unwrap().clone();
    stage.desk.act_as(&agent);
    let free = stage.desk.free_limit().unwrap().unwrap();
    assert_eq!((free.amount.minor, free.is_allowance), (5_000, true));
    let supervisor = stage.desk.people().by_name("王主管").unwrap().clone();
    stage.desk.act_as(&supervisor);
    stage.push(LimitsForm::open);
    for _ in 0..3 {
        stage.keys(&CLEAR);
        stage.keys(&["Down"]);
    }
    stage.keys(&["F8"]);
    assert!(stage.message().contains("都要批"), "{}", stage.message());
    let left = stage.desk.allowances().unwrap();
    assert!(left.iter().all(|one| one.terms.replica.is_none()));
}

/// Files a refund and carries it out on the person's own allowance.
fn refunds(stage: &mut Stage, order: &str, yuan: i64) -> Result<Id, crate::problem::Problem> {
    let values = crate::desk::act::fields([
        ("kind", json!("refund_only")),
        ("reason", json!("not_wanted")),
        ("fault", json!("buyer")),
        ("amount", json!({"minor": yuan * 100, "currency": "CNY"})),
        ("read_back", json!(true)),
    ]);
    let request = crate::desk::case::Request {
        order: order.into(),
        about: None,
        values,
    };
    let case = stage.desk.draft_case(None, &request)?.record();
    stage.desk.submit_case(case)?;
    stage.desk.execute_case(case).map(|_| case)
}

#[test]
fn the_limit_of_a_day_binds_over_all_that_was_drawn_on_it() {
    let yuan = |sum: i64| Some(Money::cny(sum * 100));
    let hand = |day| FreeHand {
        case: yuan(50),
        day: yuan(day),
        person: yuan(300),
    };
    let mut stage = Stage::sample("王主管");
    stage.desk.give_free_hand(&hand(60)).unwrap();
    let person = |stage: &Stage, name: &str| stage.desk.people().by_name(name).unwrap().clone();
    let (agent, supervisor) = (person(&stage, "林晓"), person(&stage, "王主管"));
    stage.desk.act_as(&agent);
    let case = refunds(&mut stage, "4031902847193549004", 40).unwrap();
    let left = stage.desk.free_limit().unwrap().unwrap();
    assert_eq!(left.amount, Money::cny(2_000));
    // More than is left of the day waits for an approval, though one case may cost as much.
    assert!(refunds(&mut stage, "4031902847193556457", 30).is_err());
    let waits = stage.desk.view(
        &crate::domain::registers::case::REGISTER,
        Some("approvals"),
        50,
    );
    let waits = waits.unwrap();
    let row = waits
        .iter()
        .find(|row| row.order_number.as_deref() == Some("4031902847193556457"));
    assert_eq!(row.map(|row| row.state.as_str()), Some("submitted"));
    // New limits forget nothing of the day.
    stage.desk.act_as(&supervisor);
    stage.desk.give_free_hand(&hand(75)).unwrap();
    stage.desk.act_as(&agent);
    let left = stage.desk.free_limit().unwrap().unwrap();
    assert_eq!(left.amount, Money::cny(3_500));
    assert_eq!(left.left, Some(Money::cny(3_500)));
    // A second allowance does not make the day longer, nor does one in another currency.
    stage.desk.act_as(&supervisor);
    for currency in ["CNY", "USD"] {
        let given = crate::desk::allowance::Given {
            person: agent.id,
            replica: Some(agent.replica),
            amount: serde_json::from_value(json!({"minor": 20_000, "currency": currency})).unwrap(),
            case_cap: None,
            spot: false,
            until: None,
        };
        stage.desk.give_allowance(given).unwrap();
    }
    stage.desk.act_as(&agent);
    let left = stage.desk.free_limit().unwrap().unwrap();
    assert_eq!(left.left, Some(Money::cny(3_500)));
    // Nor does it that somebody else answers for the case now.
    stage
        .desk
        .transfer(case, Owner::Person(supervisor.id), "peak")
        .unwrap();
    let left = stage.desk.free_limit().unwrap().unwrap();
    assert_eq!(
        (left.left, left.today),
        (Some(Money::cny(3_500)), Money::cny(4_000))
    );
}

#[test]
fn a_free_hand_is_given_as_a_whole_and_no_undo_takes_back_half_of_it() {
    let mut stage = Stage::sample("王主管");
    let hand = FreeHand {
        case: Some(Money::cny(5_100)),
        day: Some(Money::cny(6_100)),
        person: Some(Money::cny(30_100)),
    };
    assert!(stage.desk.give_free_hand(&hand).unwrap().len() > 1);
    let given = stage.desk.allowances().unwrap();
    // What goes by authority stays; an older act may be taken back.
    let _ = stage.desk.undo(None);
    assert_eq!(stage.desk.free_hand().unwrap(), hand);
    assert_eq!(stage.desk.allowances().unwrap(), given);
}
