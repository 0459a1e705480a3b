//! The board over the sample shop, played by keys.

use super::BoardPane;
use crate::exchange::intake::sheets::Book;
use crate::store::Query;
use crate::tui::overlays::stage::Stage;

fn board(name: &str) -> Stage {
    let mut stage = Stage::sample(name);
    stage.push(|reach| BoardPane::new(reach.desk, reach.words));
    stage
}

/// The cases that wait for an approval, as the board lists them.
fn waiting(stage: &Stage) -> Vec<crate::store::Row> {
    let rows = stage.desk.store().rows(&Query {
        registers: vec!["case"],
        states: vec!["submitted".into()],
        ..Query::default()
    });
    rows.unwrap()
}

#[test]
fn the_board_shows_the_shop_in_every_size() {
    let mut stage = board("王主管");
    for (width, height) in [(120, 37), (80, 21), (160, 47)] {
        println!("{}", stage.screen(width, height));
    }
    let seen = stage.screen(120, 37);
    for part in [
        "现在",
        "人",
        "要我定的",
        "钱和超时",
        "每小时登记",
        "选中",
        "今日必做",
    ] {
        assert!(seen.contains(part), "{part} in\n{seen}");
    }
    let seen = stage.screen(80, 21);
    for part in ["现在", "要我定的", "选中", "今日必做", "未做"] {
        assert!(seen.contains(part), "{part} in\n{seen}");
    }
    // Every count has its place from 80 columns on.
    for (width, height) in [(80, 21), (100, 30), (111, 40), (112, 30), (120, 37)] {
        let seen = stage.screen(width, height);
        assert!(seen.contains("守/破"), "{width}x{height}\n{seen}");
    }
    println!("{}", stage.screen(100, 40));
    stage.draw_everywhere();
    for _ in 0..8 {
        stage.keys(&["Tab", "End"]);
        for (width, height) in [(112, 30), (120, 37), (160, 47)] {
            assert!(
                stage.has_whole_line((width, height), width - 50),
                "{width}x{height}"
            );
        }
        stage.draw_everywhere();
    }
}

#[test]
fn a_case_is_approved_and_another_refused_by_one_key_each() {
    let mut stage = board("王主管");
    let before = waiting(&stage);
    assert!(before.len() >= 2, "{before:?}");
    let seen = stage.screen(80, 21);
    assert!(seen.contains(" = ") && seen.contains("实付"), "{seen}");
    stage.keys(&["F8"]);
    assert!(stage.message().contains("已批准"), "{}", stage.message());
    let after = waiting(&stage);
    assert_eq!(after.len(), before.len() - 1);
    let approved = before
        .iter()
        .find(|row| !after.iter().any(|one| one.id == row.id));
    let approved = stage.desk.record(approved.unwrap().id).unwrap().0;
    assert!(crate::domain::rules::money::is_approved(&approved));

    stage.keys(&["Ctrl+D"]);
    stage.draw_everywhere();
    stage.text("凭证不清");
    stage.keys(&["Enter"]);
    assert!(stage.message().contains("已驳回"), "{}", stage.message());
    let refused = after
        .iter()
        .find(|row| stage.desk.record(row.id).unwrap().0.state == "refused");
    assert!(refused.is_some());
    stage.draw_everywhere();
}

#[test]
fn a_figure_opens_its_rows_and_a_row_its_record() {
    let mut stage = board("王主管");
    stage.keys(&["Tab", "Tab", "Tab", "Tab", "Tab", "Tab"]);
    // Round to the counts by post, down to the whole shop.
    stage.keys(&["End"]);
    let mut depth = 0;
    for _ in 0..2 {
        stage.keys(&["Enter"]);
        depth = depth.max(stage.panes.len());
        if stage.panes.len() > 1 {
            stage.draw_everywhere();
            let rows = stage.screen(80, 21);
            stage.keys(&["Down", "Enter"]);
            let record = stage.screen(80, 21);
            assert!(stage.panes.len() == 3 && rows != record, "{rows}\n{record}");
            stage.keys(&["Esc", "Esc"]);
        }
        assert_eq!(stage.panes.len(), 1);
        stage.keys(&["Tab"]);
    }
    assert_eq!(depth, 2);
}

#[test]
fn every_part_leads_somewhere_and_back() {
    let mut stage = Stage::sample("王主管");
    for part in 0..8 {
        stage.panes.clear();
        stage.keys(&["F12", "2"]);
        let before = stage.screen(80, 21);
        assert!(before.contains("要我定的"), "{before}");
        stage.keys(&vec!["Tab"; part]);
        stage.keys(&["Down", "Right", "Enter"]);
        let after = stage.screen(80, 21);
        assert!(!after.contains("要我定的"), "{part}\n{after}");
        while !stage.panes.is_empty() && !stage.screen(80, 21).contains("要我定的") {
            stage.keys(&["Esc"]);
        }
    }
    stage.panes.clear();
    stage.keys(&["F12", "2", "BackTab", "F8", "Esc"]);
    assert!(stage.panes.is_empty());
    // Who answers for nobody is told so, and stays where they are.
    stage.act_as("林晓");
    stage.keys(&["F12", "2"]);
    assert!(
        stage.panes.is_empty() && stage.message().contains("看板"),
        "{}",
        stage.message()
    );
}

#[test]
fn a_reminder_becomes_an_item_of_the_one_who_answers_for_it() {
    let mut stage = board("王主管");
    let case = waiting(&stage).into_iter().find(|row| row.owner.is_some());
    let case = case.unwrap();
    let Some(crate::domain::register::Owner::Person(owner)) = case.owner else {
        panic!("{case:?}");
    };
    let mentions = |stage: &Stage| {
        let rows = stage.desk.owned_open(owner).unwrap();
        rows.iter()
            .filter(|row| row.fields["kind"] == "mention")
            .count()
    };
    let before = mentions(&stage);
    // The list stands by deadline: go to the case.
    for _ in 0..20 {
        if stage.screen(120, 37).contains(&format!(
            "选中 {}",
            crate::tui::words::short_number(case.number.as_deref().unwrap())
        )) {
            break;
        }
        stage.keys(&["Down"]);
    }
    stage.keys(&["F7"]);
    stage.draw_everywhere();
    stage.text("今天要回买家");
    stage.keys(&["F8"]);
    assert_eq!(mentions(&stage), before + 1, "{}", stage.message());
    stage.keys(&["Ctrl+T"]);
    stage.text("看过了");
    stage.keys(&["F8"]);
    let record = stage.desk.record(case.id).unwrap().0;
    assert!(record.entries.len() >= 2);
    stage.keys(&["Ctrl+G"]);
    assert_eq!(stage.panes.len(), 2);
    stage.draw_everywhere();
}

#[test]
fn a_leader_has_a_board_and_an_agent_has_none() {
    let mut stage = board("陈立");
    println!("{}", stage.screen(120, 37));
    stage.draw_everywhere();
    let seen = stage.screen(120, 37);
    assert!(!seen.contains("老吴"), "{seen}");
    assert!(seen.contains("我的组") && !seen.contains("全店"), "{seen}");
    let mut stage = Stage::sample("林晓");
    let refused = stage.with(|reach| BoardPane::new(reach.desk, reach.words).err());
    assert_eq!(refused.unwrap().message, "problem-board-role");
}

#[test]
fn nothing_waits_in_an_empty_shop() {
    let mut stage = Stage::new();
    stage.push(|reach| BoardPane::new(reach.desk, reach.words));
    println!("{}", stage.screen(80, 21));
    stage.draw_everywhere();
    for key in ["F8", "Ctrl+D", "Ctrl+T", "Ctrl+G", "F7"] {
        stage.keys(&[key]);
        assert!(!stage.message().is_empty(), "{key}");
        assert_eq!(stage.panes.len(), 1, "{key}");
    }
    stage.keys(&["Enter", "Esc", "Esc"]);
    assert!(stage.panes.is_empty());
}

#[test]
fn marked_rows_are_handed_on_together_and_who_was_first_stays() {
    use crate::desk::board::{Count, Figure, Whose};
    use crate::domain::event::Verb;
    use crate::domain::register::Owner;
    let mut stage = Stage::sample("王主管");
    let figure = Figure::Work(Whose::Everybody, Count::Waiting);
    let rows = stage.desk.board_rows(figure).unwrap().0;
    let is_talk = |row: &crate::store::Row| row.register == "conversation";
    let chats: Vec<usize> = (0..rows.len()).filter(|at| is_talk(&rows[*at])).collect();
    let five: Vec<_> = chats.iter().take(5).map(|at| &rows[*at]).collect();
    assert_eq!(five.len(), 5);
    let had = five.iter().filter(|row| row.first_owner.is_some());
    assert!(had.count() > 0);
    stage.push(|reach| super::rows::RowsPane::new(reach.desk, figure));
    stage.keys(&["Ctrl+A", "Ctrl+A"]);
    for at in 0..=chats[4] {
        stage.keys(&[if chats.contains(&at) { "Space" } else { "Down" }]);
    }
    assert!(
        stage.screen(80, 21).contains("已标 5"),
        "{}",
        stage.screen(80, 21)
    );
    stage.draw_everywhere();
    stage.keys(&["Ctrl+G"]);
    stage.draw_everywhere();
    assert!(
        stage.screen(80, 21).contains("5 件"),
        "{}",
        stage.screen(80, 21)
    );
    // To a colleague by name, because of the peak.
    stage.text("何静");
    stage.keys(&["Tab", "2", "Enter"]);
    assert!(
        stage.screen(80, 21).contains("做 5 件"),
        "{}",
        stage.screen(80, 21)
    );
    stage.draw_everywhere();
    stage.keys(&["Enter"]);
    assert!(
        stage.message().contains("5 件，一次撤销全部退回"),
        "{}",
        stage.message()
    );
    let to = stage.desk.people().by_name("何静").unwrap().id;
    let [to, me] = [to, stage.desk.me().unwrap().id].map(|id| Some(Owner::Person(id)));
    for before in &five {
        let (after, _) = stage.desk.record(before.id).unwrap();
        assert_eq!(after.owner, to);
        assert_ne!(before.owner, to, "it was somebody else's");
        // Who had it first; of what nobody had, who handed it on.
        assert_eq!(after.first_owner, before.first_owner.or(me));
        let step = after.steps.last().unwrap();
        assert_eq!(
            (step.verb, step.reason.as_deref()),
            (Verb::Assign, Some("peak"))
        );
    }
    stage.desk.undo(None).unwrap();
    for before in &five {
        let (after, _) = stage.desk.record(before.id).unwrap();
        assert_eq!(
            (after.owner, after.first_owner),
            (before.owner, before.first_owner)
        );
    }
}

#[test]
fn marked_rows_are_remarked_together_and_reminded_one_by_one() {
    use crate::desk::board::{Count, Figure, Whose};
    let mut stage = Stage::sample("王主管");
    let figure = Figure::Work(Whose::Everybody, Count::Waiting);
    let rows = stage.desk.board_rows(figure).unwrap().0;
    stage.push(|reach| super::rows::RowsPane::new(reach.desk, figure));
    stage.keys(&["Space", "Space", "F7"]);
    assert!(stage.message().contains("已标 2 件"), "{}", stage.message());
    assert_eq!(stage.panes.len(), 1);
    stage.keys(&["Ctrl+T"]);
    stage.text("两件都看");
    stage.keys(&["F8"]);
    let seen = stage.screen(80, 21);
    assert!(seen.contains("做 2 件"), "{seen}");
    stage.keys(&["Enter"]);
    let said = |stage: &Stage, at: usize| {
        let (record, _) = stage.desk.record(rows[at].id).unwrap();
        let mut said = record.entries.iter().map(|entry| entry.say.text.as_deref());
        said.any(|text| text == Some("两件都看"))
    };
    let which = [0, 1, 2].map(|at| said(&stage, at));
    assert_eq!(which, [true, true, false], "{}", stage.message());
    // What is decided one by one is still said so.
    stage.keys(&["Home", "Space", "F8"]);
    assert!(
        !stage.message().contains("已标 1 件"),
        "{}",
        stage.message()
    );
}

/// A case on which 大刘 recorded 王主管's word of mouth; 王主管 sits at the desk again.
fn agreed_by_word_of_mouth(money_went: bool) -> (Stage, crate::domain::id::Id) {
    use crate::desk::allowance::Given;
    use crate::domain::money::Money;
    let mut stage = Stage::sample("王主管");
    let supervisor = stage.desk.me().unwrap().id;
    let given = Given {
        person: supervisor,
        replica: None,
        amount: Money::cny(50_000),
        case_cap: None,
        spot: true,
        until: None,
    };
    stage.desk.give_allowance(given).unwrap();
    let case = waiting(&stage).remove(0);
    let agent = stage.desk.people().by_name("大刘").unwrap().clone();
    stage.desk.act_as(&agent);
    stage.desk.approve_verbally(case.id, supervisor).unwrap();
    if money_went {
        stage.desk.execute_case(case.id).unwrap();
    }
    stage.act_as("王主管");
    stage.push(|reach| BoardPane::new(reach.desk, reach.words));
    (stage, case.id)
}

#[test]
fn what_was_agreed_by_word_of_mouth_is_on_the_board_before_money_goes() {
    let (mut stage, case) = agreed_by_word_of_mouth(false);
    stage.keys(&["Down"]);
    let seen = stage.screen(120, 37);
    println!("{seen}");
    assert!(seen.contains("口头批，待你签"), "{seen}");
    assert!(seen.contains("口头批未签  1 笔"), "{seen}");
    stage.draw_everywhere();
    stage.keys(&["F8"]);
    assert!(stage.message().contains("已批准"), "{}", stage.message());
    let (record, _) = stage.desk.record(case).unwrap();
    assert!(crate::domain::rules::money::is_approved(&record));
    assert_eq!(record.state, "approved");
    assert!(!stage.screen(120, 37).contains("口头批"));
    let agent = stage.desk.people().by_name("大刘").unwrap().clone();
    stage.desk.act_as(&agent);
    stage.desk.execute_case(case).unwrap();
}

#[test]
fn a_word_of_mouth_that_was_never_given_is_refused_while_the_money_is_here() {
    let (mut stage, case) = agreed_by_word_of_mouth(false);
    stage.keys(&["Down", "Ctrl+D"]);
    stage.text("没有这回事");
    stage.keys(&["Enter"]);
    let (record, _) = stage.desk.record(case).unwrap();
    assert_eq!(record.state, "refused", "{}", stage.message());
    assert!(!stage.screen(120, 37).contains("口头批"));
}

#[test]
fn what_was_agreed_by_word_of_mouth_is_signed_on_the_board() {
    let (mut stage, case) = agreed_by_word_of_mouth(true);
    stage.keys(&["Down"]);
    let seen = stage.screen(120, 37);
    assert!(seen.contains("口头批，待你签"), "{seen}");
    assert!(seen.contains("口头批未签  1 笔"), "{seen}");
    stage.draw_everywhere();
    stage.keys(&["Ctrl+D"]);
    assert!(stage.message().contains("不能驳回"), "{}", stage.message());
    stage.keys(&["F8"]);
    assert!(stage.message().contains("已批准"), "{}", stage.message());
    let (record, _) = stage.desk.record(case).unwrap();
    assert!(crate::domain::rules::money::unsigned_witness(&record).is_none());
    assert!(!stage.screen(120, 37).contains("口头批"));
}

#[test]
fn contradictions_are_settled_where_the_approvals_are() {
    use crate::tui::overlays::stage::{NOW, ORDER};
    let mut stage = Stage::new();
    let order = stage.desk.order_by_number(ORDER).unwrap().unwrap().id;
    let money = Some(crate::domain::money::Money::cny(1_000));
    for _ in 0..2 {
        stage
            .desk
            .promise(order, "退差价", NOW + 3_600_000, money)
            .unwrap();
    }
    stage.push(|reach| BoardPane::new(reach.desk, reach.words));
    let seen = stage.screen(120, 37);
    println!("{seen}");
    assert!(seen.contains("1 冲突") && seen.contains(">冲"), "{seen}");
    stage.draw_everywhere();
    stage.keys(&["1"]);
    assert!(stage.message().contains("不能选边"), "{}", stage.message());
    stage.keys(&["F8"]);
    stage.text("是同一笔");
    stage.keys(&["Enter"]);
    assert!(
        stage.screen(120, 37).contains("0 冲突"),
        "{}",
        stage.message()
    );
}

#[test]
fn a_leader_sees_over_the_own_work_how_the_group_stands() {
    use crate::desk::board::Count;
    use crate::tui::panes::desk::DeskPane;
    for (name, is_leader) in [("陈立", true), ("林晓", false), ("王主管", false)] {
        let mut stage = Stage::sample(name);
        stage.push(|reach| DeskPane::new(reach.desk, reach.words));
        for size in [(80, 21), (120, 37)] {
            let seen = stage.screen(size.0, size.1);
            let first = seen.lines().next().unwrap();
            assert_eq!(first.contains("我的组"), is_leader, "{seen}");
            if is_leader {
                let board = stage.desk.board().unwrap();
                let waiting = format!("等{} ", board.total.of(Count::Waiting));
                assert!(first.contains(&waiting), "{first}");
            }
        }
    }
}

#[test]
fn who_has_not_read_what_must_be_read_stands_among_the_duties() {
    let mut stage = Stage::sample("王主管");
    let values = crate::desk::act::fields([
        ("kind", serde_json::json!("rule")),
        ("title", serde_json::json!("圆通爆仓口径")),
        ("audience", serde_json::json!(["printing"])),
        ("must_read", serde_json::json!(true)),
    ]);
    stage.desk.open_record("notice", values).unwrap();
    stage.push(|reach| BoardPane::new(reach.desk, reach.words));
    let seen = stage.screen(160, 60);
    let row = seen.lines().find(|row| row.contains("未读必读"));
    let row = row.unwrap_or_else(|| panic!("{seen}"));
    assert!(
        row.contains("圆通爆仓口径") && row.contains("沈月 +2"),
        "{row}"
    );
    assert!(!row.contains("林晓"), "not at that post: {row}");
    stage.draw_everywhere();
}

#[test]
fn rows_are_handed_out_masked_and_written_down() {
    let place = tempfile::tempdir().unwrap();
    let mut stage = board("王主管");
    for _ in 0..2 {
        stage.keys(&["Ctrl+O"]);
        stage.keys(&["Backspace"; 120]);
        stage.paste("/no/such/folder");
        stage.keys(&["Enter"]);
        assert!(stage.message().contains("/no/such"), "{}", stage.message());
        stage.keys(&["Backspace"; 120]);
        stage.paste(&place.path().display().to_string());
        stage.keys(&["Enter"]);
        assert!(stage.message().contains("case-2026"), "{}", stage.message());
    }
    let mut names: Vec<String> = std::fs::read_dir(place.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["case-2026-11-22-2.xlsx", "case-2026-11-22.xlsx"]);
    let bytes = std::fs::read(place.path().join(&names[1])).unwrap();
    let mut book = Book::open(&bytes).unwrap().unwrap();
    assert_eq!(book.records(0).unwrap().count(), waiting(&stage).len() + 1);
    assert_eq!(stage.desk.store().given().unwrap().len(), 2);
}

#[test]
fn a_request_that_changed_under_the_cursor_is_not_approved_at_once() {
    let mut stage = board("王主管");
    let before = waiting(&stage);
    for key in ["F8", "Ctrl+D"] {
        stage.act_as("林晓");
        for row in &before {
            stage.desk.remark(row.id, "买家又要多退 5 元").unwrap();
        }
        stage.act_as("王主管");
        stage.refresh();
        stage.keys(&[key]);
        let said = stage.message().to_owned();
        assert!(
            said.contains("打开后变了") && said.contains("林晓留言"),
            "{key}: {said}"
        );
        assert!(said.contains("Enter 看变化"), "{said}");
        assert_eq!(waiting(&stage).len(), before.len());
        stage.keys(&["Down"]);
    }
    // Enter opens the request itself, with what was said.
    stage.keys(&["Home", "Enter"]);
    assert_eq!(stage.panes.len(), 2);
    stage.keys(&["Esc", "F8"]);
    assert_eq!(
        waiting(&stage).len(),
        before.len() - 1,
        "{}",
        stage.message()
    );
}
