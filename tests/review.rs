//! The review of a day across desks (S20): two who review the same items at once do not
//! contradict each other, and what is returned is work on the desk of who did it.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

mod support;

use support::DrillDesk;

/// Hands all that one desk knows to another.
fn hand_over(from: &DrillDesk, to: &DrillDesk, name: &str) {
    let bundle = from.file(name).display().to_string();
    from.ok(&[
        "bundle", "export", "--all", "--plain", "--reason", "drill", "-o", &bundle,
    ]);
    to.ok(&["bundle", "import", &bundle]);
}

fn id(desk: &DrillDesk, args: &[&str]) -> String {
    desk.json(args)[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn two_who_review_at_once_agree_and_a_return_reaches_who_did_it() {
    let agent = DrillDesk::new("青禾家居旗舰店", "林晓");
    let (one, other) = (
        DrillDesk::new("青禾家居旗舰店", "王主管"),
        DrillDesk::new("青禾家居旗舰店", "陈立"),
    );
    let talk = id(&agent, &["capture", "阳光小屋 投诉 面料", "--yes"]);
    let second = id(&agent, &["capture", "木子李 投诉 色差", "--yes"]);
    for (desk, name) in [(&one, "first.zbundle"), (&other, "also.zbundle")] {
        hand_over(&agent, desk, name);
        // Both say of both that they are fine; one has something to add.
        desk.ok(&["review", &talk]);
        desk.ok(&["review", &second]);
    }
    one.ok(&["review", &talk, "--comment", "先问清楚再答应时间"]);
    other.ok(&["review", &second, "--return", "色差要附照片"]);

    hand_over(&one, &agent, "one.zbundle");
    hand_over(&other, &agent, "other.zbundle");
    hand_over(&agent, &one, "back.zbundle");
    hand_over(&agent, &other, "again.zbundle");
    for desk in [&agent, &one, &other] {
        assert_eq!(desk.json(&["verify"])[0]["clean"], true);
        let contradictions = desk.json(&["contradictions"]);
        assert!(contradictions.is_empty(), "{contradictions:?}");
    }
    let told = agent.ok(&["show", &talk]);
    assert!(told.contains("先问清楚再答应时间"), "{told}");
    let work = agent.json(&["list", "follow_up"]);
    let returned = work
        .iter()
        .find(|row| row.to_string().contains("色差要附照片"));
    assert!(returned.unwrap().to_string().contains("林晓"), "{work:?}");

    // What only a review says is not written by hand, and what is nobody's is not returned.
    let day = agent.json(&["show", &talk])[0]["fields"]["reviewed"].to_string();
    let day = day.split('"').nth(1).unwrap().to_owned();
    let by_hand = one.run(&["set", &talk, &format!("reviewed/{day}/done=true")]);
    assert_eq!(by_hand.status.code(), Some(1));
    let other_day = one.run(&["review", &talk, "--yesterday"]);
    assert_eq!(other_day.status.code(), Some(1), "it is of today");
    let own = agent.run(&["review", &talk, "--return", "再看看"]);
    assert_eq!(own.status.code(), Some(1), "nobody returns to themselves");
}
