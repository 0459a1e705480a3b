//! The steps of a talk by keys (S07).

use serde_json::json;

use crate::desk::act::fields;
use crate::domain::id::Id;
use crate::tui::commands::Command;
use crate::tui::overlays::stage::Stage;
use crate::tui::overlays::{Opened, open_here};

impl Stage {
    fn run(&mut self, command: Command) {
        match self.with(|reach| open_here(command, reach)) {
            Opened::Pane(pane) => self.panes.push(pane),
            Opened::Flow(_) | Opened::Nothing => {}
        }
    }
}

fn talk(stage: &mut Stage, channel: &str, stage_of: &str) -> Id {
    let opened = stage.desk.open_conversation("阳光小屋", channel).unwrap();
    let id = opened.record();
    let about = fields([("stage", json!(stage_of))]);
    stage.desk.set_fields(id, about).unwrap();
    stage.item = Some(id);
    id
}

fn next(stage: &Stage, id: Id) -> &'static str {
    let record = stage.desk.record(id).unwrap().0;
    let reception = stage.desk.reception(&record).unwrap().unwrap();
    reception.next().map_or("", |step| step.name.as_str())
}

#[test]
fn the_next_step_opens_its_script_and_an_order_is_not_confirmed_without_its_facts() {
    let mut stage = Stage::sample("林晓");
    let id = talk(&mut stage, "chat", "pre_sales");
    stage.run(Command::NextStep);
    stage.draw_everywhere();
    let screen = stage.screen(120, 36);
    assert!(
        screen.contains("话术 F4") && screen.contains("问候"),
        "{screen}"
    );
    assert_eq!(next(&stage, id), "campaign");
    stage.panes.clear();
    for after in ["product", "order_confirm"] {
        stage.run(Command::NextStep);
        stage.panes.clear();
        assert_eq!(next(&stage, id), after);
    }
    stage.run(Command::NextStep);
    assert!(
        stage.message().contains("还差「数量」"),
        "{}",
        stage.message()
    );
    stage.draw_everywhere();
    // Three facts, each asked for as it is missing; what is no number is not taken.
    stage.text("很多");
    stage.keys(&["Enter"]);
    assert_eq!(stage.panes.len(), 1, "{}", stage.message());
    for _ in 0..2 {
        stage.keys(&["Backspace"]);
    }
    stage.text("２");
    stage.keys(&["Enter"]);
    assert!(
        stage.message().contains("还差「价格」"),
        "{}",
        stage.message()
    );
    for no_price in ["0", "-5"] {
        stage.text(no_price);
        stage.keys(&["Enter"]);
        let record = stage.desk.record(id).unwrap().0;
        assert_eq!(record.value("price"), None, "{no_price}");
        stage.keys(&["Backspace"].repeat(no_price.len()));
    }
    stage.text("¥239");
    stage.keys(&["Enter"]);
    assert_eq!(next(&stage, id), "order_confirm");
    stage.text("周五前");
    stage.keys(&["Enter"]);
    assert_eq!(next(&stage, id), "favourite");
    let record = stage.desk.record(id).unwrap().0;
    assert_eq!(record.value("quantity"), Some(&json!(2)));
    stage.panes.clear();
    stage.run(Command::Reception);
    stage.draw_everywhere();
    stage.keys(&["2"]);
    assert_eq!(next(&stage, id), "order_confirm", "a step is taken back");
}

#[test]
fn a_call_is_held_by_a_reason_and_a_yes_and_taken_up_with_an_apology() {
    let mut stage = Stage::sample("林晓");
    let id = talk(&mut stage, "phone", "general");
    let held = |stage: &Stage| {
        let record = stage.desk.record(id).unwrap().0;
        stage
            .desk
            .reception(&record)
            .unwrap()
            .unwrap()
            .hold
            .is_some()
    };
    for (answer, is_held) in [("2", false), ("1", true)] {
        stage.run(Command::Reception);
        stage.keys(&["7"]);
        stage.text("查物流");
        stage.keys(&["Enter"]);
        stage.draw_everywhere();
        stage.keys(&[answer]);
        assert_eq!(held(&stage), is_held, "{}", stage.message());
        assert!(stage.panes.is_empty());
    }
    stage.run(Command::Reception);
    stage.keys(&["7"]);
    assert!(!held(&stage));
    let screen = stage.screen(120, 36);
    assert!(screen.contains("久等道歉"), "{screen}");
}

#[test]
fn a_silent_call_is_spoken_to_again_after_three_seconds_and_asked_to_redial() {
    let mut stage = Stage::sample("林晓");
    let id = talk(&mut stage, "phone", "general");
    let now = |stage: &Stage| {
        let screen = stage.screen(80, 24);
        let row = screen.lines().find(|row| row.contains("│> 「"));
        row.unwrap_or_default().to_owned()
    };
    let begin = |stage: &mut Stage| {
        stage.run(Command::Reception);
        stage.keys(&["8"]);
        stage.draw_everywhere();
        assert!(now(stage).contains("请讲"), "{}", stage.screen(80, 24));
    };
    let said = |stage: &Stage| stage.desk.record(id).unwrap().0.entries.len();
    let before = said(&stage);
    begin(&mut stage);
    assert_eq!(stage.wakes, [(8, 3_000)]);
    stage.wake(8);
    assert!(now(&stage).contains("能听到我"));
    assert_eq!(stage.wakes.len(), 2, "and once more");
    stage.wake(8);
    assert!(now(&stage).contains("重新拨打"));
    // However long it takes, only the person knows that it was said.
    stage.wake(8);
    assert_eq!((said(&stage), stage.panes.len()), (before, 1));
    stage.keys(&["Enter"]);
    assert!(stage.panes.is_empty() && said(&stage) == before + 1);
    assert!(stage.message().contains("重拨"), "{}", stage.message());
    // Somebody is heard after all: nothing to note.
    begin(&mut stage);
    stage.keys(&["Enter", "Esc"]);
    assert!(stage.panes.is_empty() && said(&stage) == before + 1);
}

#[test]
fn a_complex_talk_is_asked_for_its_facts_and_for_the_buyers_answer_at_the_end() {
    let mut stage = Stage::sample("林晓");
    let id = talk(&mut stage, "chat", "after_sales");
    stage.run(Command::Reception);
    stage.keys(&["3"]);
    stage.draw_everywhere();
    stage.keys(&["2"]);
    let state = |stage: &Stage| stage.desk.record(id).unwrap().0;
    assert_eq!(state(&stage).text("complexity"), Some("complex"));
    stage.run(Command::Finish);
    stage.keys(&["6"]);
    stage.draw_everywhere();
    stage.panes.clear();
    assert!(state(&stage).closed.is_none(), "not without the facts");
    stage.run(Command::Finish);
    stage.keys(&["6"]);
    stage.text("少发一件");
    stage.keys(&["Enter"]);
    assert!(state(&stage).closed.is_none(), "not without the answer");
    stage.draw_everywhere();
    stage.keys(&["1"]);
    let ended = state(&stage);
    assert!(ended.closed.is_some(), "{}", stage.message());
    assert_eq!(ended.text("facts"), Some("少发一件"));
    assert_eq!(ended.value("accepted"), Some(&json!(true)));
}
