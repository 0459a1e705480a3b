//! Facts copied by one key, and items that are linked, merged and split.

use zhiban::domain::id::Id;
use zhiban::i18n::{Language, Words};
use zhiban::tui::commands::Command;
use zhiban::tui::dump;
use zhiban::tui::keys::{Input, Key, Press};
use zhiban::tui::run::Effect;

use crate::shop::Visit;

const SIZE: (u16, u16) = (80, 24);
const ORDER: &str = "4031902847193516613";

fn screen(visit: &Visit) -> String {
    let (buffer, _) = visit.view(SIZE);
    assert!(dump::is_whole(&buffer), "{}", dump::text(&buffer));
    dump::text(&buffer)
}

fn copied(visit: &mut Visit, key: &str) -> Option<String> {
    let effects = visit.input(Input::Key(Press::of(Key::parse(key).unwrap())));
    effects.list.into_iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    })
}

fn ask(visit: &mut Visit, command: Command) {
    visit.keys("F1");
    let name = Words::new(Language::ZhCn)
        .get(&command.doc_id())
        .to_string();
    visit.text(&name);
    visit.keys("Enter");
}

fn state(visit: &Visit, id: Id) -> String {
    visit.app.desk().record(id).unwrap().0.state
}

#[test]
fn facts_are_copied_by_one_key() {
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    // 夜猫子 stands on top: a talk that goes by a number of its own.
    assert_eq!(copied(&mut visit, "i").as_deref(), Some("C-1207"));
    let said = copied(&mut visit, "m").unwrap();
    assert!(
        said.contains("收到的锅底有划痕") || said.contains("[图片]"),
        "{said}"
    );
    assert_eq!(copied(&mut visit, "y"), None);
    assert!(screen(&visit).contains("没有订单号"), "{}", screen(&visit));
    // Of a row of a table as well: the order itself.
    visit.keys("F12 4 2");
    let order = copied(&mut visit, "y").unwrap();
    assert!(
        order.len() > 15 && order.chars().all(|c| c.is_ascii_digit()),
        "{order}"
    );
    let address = copied(&mut visit, "a").unwrap();
    assert!(address.contains('\n'), "{address}");
}

#[test]
fn two_talks_become_one_and_a_second_matter_one_of_its_own() {
    let mut talks = Vec::new();
    let laid = |desk: &mut zhiban::desk::Desk| {
        for said in ["要保价", "要发票"] {
            let talk = desk.open_conversation("灯火", "chat").unwrap().record();
            desk.link(talk, ORDER).unwrap();
            desk.remark(talk, said).unwrap();
            talks.push(talk);
        }
    };
    let mut visit = Visit::after(laid, Some("林晓"), Language::ZhCn, SIZE);
    visit.keys("F3");
    visit.text("灯火");
    visit.keys("Enter");
    ask(&mut visit, Command::Merge);
    let seen = screen(&visit);
    println!("{seen}");
    assert!(
        seen.contains("并入哪一件") && seen.contains("灯火"),
        "{seen}"
    );
    visit.keys("1");
    let seen = screen(&visit);
    println!("{seen}");
    assert!(seen.contains("已并入"), "{seen}");
    assert!(
        seen.contains("要保价") && seen.contains("要发票"),
        "one history\n{seen}"
    );
    let closed = talks
        .iter()
        .filter(|talk| state(&visit, **talk) == "closed");
    assert_eq!(closed.count(), 1);
    visit.keys("Esc Ctrl+Z");
    assert!(talks.iter().all(|talk| state(&visit, *talk) == "open"));

    visit.keys("F3");
    visit.text("灯火");
    visit.keys("Enter");
    ask(&mut visit, Command::Split);
    visit.text("还想换尺码");
    visit.keys("Enter");
    let seen = screen(&visit);
    println!("{seen}");
    assert!(
        seen.contains("已拆出") && seen.contains("还想换尺码"),
        "{seen}"
    );
    assert!(
        !seen.contains("要保价"),
        "what was said stays where it was said\n{seen}"
    );
}

#[test]
fn the_order_that_stands_beside_a_talk_is_copied_from_it() {
    let mut visit = Visit::new(Some("林晓"), Language::ZhCn, SIZE);
    let at = {
        let desk = visit.app.desk();
        let todo = desk.todo(zhiban::desk::todo::View::All).unwrap();
        let is_talk = |row: &zhiban::store::Row| {
            row.register == "conversation" && row.fields["buyer"] == "阳光小屋"
        };
        let mut buyers = todo.buyers.iter();
        buyers
            .position(|buyer| is_talk(&buyer.first().row))
            .unwrap()
    };
    visit.keys(&"Down ".repeat(at));
    visit.keys("Enter");
    assert!(screen(&visit).contains("..8258"), "{}", screen(&visit));
    visit.keys("Esc");
    let order = copied(&mut visit, "y");
    assert_eq!(order.as_deref(), Some("4031902847193518258"));
    let address = copied(&mut visit, "a").unwrap();
    assert!(address.contains("\n浙江省杭州市"), "{address}");
}
