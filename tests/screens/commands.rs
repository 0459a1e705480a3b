//! Every command has a script of keys that runs it, and shows what it does.

use std::collections::BTreeSet;

use zhiban::domain::registers;
use zhiban::i18n::{Language, Words};
use zhiban::tui::commands::{CONTEXTS, Command, Context};
use zhiban::tui::dump;
use zhiban::tui::keymap::Keymap;
use zhiban::tui::keys::{Input, Key, Press};
use zhiban::tui::run::Effect;
use zhiban::tui::theme::Theme;

use crate::shop::{Do, Visit};
use Do::{Keys, Paste, Text};

const SIZE: (u16, u16) = (80, 24);
const CHAT: &str =
    "春天里 (2026-11-22 14:41:05): 在吗\n青禾家居旗舰店:林晓 (2026-11-22 14:43:05): 在\n";

/// A command, who presses, what comes before, the key that runs it, what is there then and was not
/// before: on the screen, or among what the loop is asked to do.
type Script = (
    Command,
    &'static str,
    &'static [Do],
    &'static str,
    &'static str,
);

const SCRIPTS: &[Script] = &[
    (Command::Help, "林晓", &[], "F1", "命令 F1"),
    (Command::Palette, "林晓", &[], "Ctrl+P", "命令 F1"),
    (Command::Capture, "林晓", &[], "F2", "登记 F2"),
    (Command::Find, "林晓", &[], "F3", "查找 F3"),
    (Command::Replies, "林晓", &[], "F4", "话术 F4"),
    (Command::Note, "林晓", &[], "F5", "五步，不能跳"),
    (Command::AfterSale, "林晓", &[], "F6", "售后单 新"),
    (Command::FollowUp, "林晓", &[], "F7", "1承诺买家"),
    (
        Command::Finish,
        "林晓",
        &[Keys("Enter")],
        "F8",
        "完成 夜猫子",
    ),
    (
        Command::Copy,
        "林晓",
        &[Keys("Enter"), Text("您好")],
        "F9",
        "[已复制]",
    ),
    (
        Command::Reveal,
        "林晓",
        &[Keys("Down Down Down Down Down Down Enter")],
        "Ctrl+R",
        "显号 10 秒",
    ),
    (Command::Handover, "林晓", &[], "F10", "接班确认"),
    (Command::Screens, "林晓", &[], "F12", "换屏幕"),
    (Command::Remark, "林晓", &[], "Ctrl+T", "补名字"),
    (Command::Transfer, "林晓", &[], "Ctrl+G", "转交 夜猫子"),
    (Command::Escalate, "林晓", &[], "Ctrl+U", "升级给"),
    (Command::Claim, "林晓", &[], "Ctrl+K", "接下了"),
    (Command::No, "王主管", &[Keys("F12 2")], "Ctrl+D", "驳回 R-"),
    (
        Command::Why,
        "林晓",
        &[Keys("F5")],
        "Ctrl+E",
        "撤回已告知的一步",
    ),
    (
        Command::Undo,
        "林晓",
        &[Keys("Enter"), Text("您好"), Keys("F9 Esc")],
        "Ctrl+Z",
        "撤销",
    ),
    (Command::Sync, "林晓", &[], "Ctrl+S", "都已存"),
    (Command::TextBlock, "林晓", &[], "Ctrl+B", "Copy(\"ZB1-"),
    (Command::Away, "林晓", &[], "Ctrl+Q", "离席"),
    (
        Command::NextItem,
        "林晓",
        &[Keys("Enter")],
        "Ctrl+N",
        "2/19",
    ),
    (
        Command::NextStep,
        "林晓",
        &[Keys("Enter")],
        "Ctrl+Y",
        "找  问候",
    ),
    (
        Command::Reception,
        "林晓",
        &[Keys("Enter")],
        "Ctrl+O",
        "接待步骤",
    ),
    (Command::Next, "林晓", &[], "Down", "2/19"),
    (Command::Previous, "林晓", &[Keys("Down")], "Up", "1/19"),
    (Command::PageDown, "林晓", &[], "PgDn", "11/19"),
    (Command::PageUp, "林晓", &[Keys("PgDn")], "PgUp", " 1/19"),
    (Command::First, "林晓", &[Keys("End")], "Home", "1/19"),
    (Command::Last, "林晓", &[], "End", "19/19"),
    (Command::Open, "林晓", &[], "Enter", "草稿 >"),
    (
        Command::Expand,
        "林晓",
        &[Keys("Down Down")],
        "Right",
        "3/20",
    ),
    (
        Command::Collapse,
        "林晓",
        &[Keys("Down Down Right")],
        "Left",
        "3/19",
    ),
    (Command::Back, "林晓", &[Keys("F3")], "Esc", "1/19"),
    (Command::NextPane, "林晓", &[Keys("Enter")], "Tab", "翻看"),
    (Command::PreviousPane, "林晓", &[], "BackTab", "[订单]"),
    (
        Command::NextLeaf,
        "林晓",
        &[Keys("BackTab")],
        "Right",
        "[备注]",
    ),
    (
        Command::PreviousLeaf,
        "林晓",
        &[Keys("BackTab")],
        "Left",
        "[话术]",
    ),
    (Command::Mark, "林晓", &[], "Space", "*逾"),
    (Command::MarkAll, "林晓", &[], "Ctrl+A", "*急"),
    (Command::MarkNext, "林晓", &[], "Shift+Down", "已标 2"),
    (
        Command::MarkPrevious,
        "林晓",
        &[Keys("Down Down")],
        "Shift+Up",
        "已标 2",
    ),
    (Command::Tag, "林晓", &[], "#", "空格分开"),
    (Command::Delete, "林晓", &[], "Del", "(3搁置)"),
    (Command::View0, "林晓", &[Keys("1")], "0", " 1等我23"),
    (Command::View1, "林晓", &[], "1", "[1等我23]"),
    (Command::View2, "林晓", &[], "2", "[2临期14]"),
    (Command::View3, "林晓", &[], "3", "[3我的32]"),
    (Command::View4, "林晓", &[], "4", "[4无主4]"),
    (
        Command::NextField,
        "林晓",
        &[Keys("F6")],
        "Down",
        "*原因 -  Enter 换",
    ),
    (
        Command::PreviousField,
        "林晓",
        &[Keys("F6 Down")],
        "Up",
        "caret 6,3",
    ),
    (
        Command::NextMissing,
        "林晓",
        &[Keys("F6")],
        "Tab",
        "*原因 -  Enter 换",
    ),
    (
        Command::PreviousMissing,
        "林晓",
        &[Keys("F6")],
        "BackTab",
        "caret 7,9",
    ),
    (
        Command::ValueNext,
        "林晓",
        &[Keys("F6 Up")],
        "Right",
        "(2退货退款)",
    ),
    (
        Command::ValuePrevious,
        "林晓",
        &[Keys("F6 Up Right")],
        "Left",
        "(1仅退款)",
    ),
    (
        Command::Toggle,
        "林晓",
        &[Keys("F3"), Text("6613"), Keys("Enter F6 Down")],
        "Space",
        "[x]",
    ),
    (
        Command::Unfold,
        "林晓",
        &[Keys("F6 Down Down")],
        "Enter",
        "┌─ 货态",
    ),
    (
        Command::Newline,
        "林晓",
        &[Keys("Enter"), Text("您好")],
        "Enter",
        "3字",
    ),
    (
        Command::SwapSides,
        "林晓",
        &[Keys("F2"), Paste(CHAT)],
        "Ctrl+X",
        "买家  青禾",
    ),
    (
        Command::EditField,
        "林晓",
        &[Keys("F2"), Text("春天里 投诉 色差")],
        "Tab",
        "caret 18,5",
    ),
    (
        Command::Accept,
        "林晓",
        &[Keys("F3"), Text("6613")],
        "Enter",
        "草稿 >",
    ),
    (
        Command::AddReply,
        "林晓",
        &[Keys("F4"), Text("thyf")],
        "Ins",
        "叠用 1",
    ),
    (
        Command::DropReply,
        "林晓",
        &[Keys("F4"), Text("thyf"), Keys("Ins")],
        "Del",
        "预览 > 夜猫子 ────",
    ),
    (Command::NextScope, "林晓", &[Keys("F4")], "Tab", "[我的]"),
    (
        Command::ReplyLanguage,
        "林晓",
        &[Keys("F4")],
        "BackTab",
        "[繁]",
    ),
    (
        Command::Reword,
        "林晓",
        &[Keys("F4"), Text("thyf")],
        "Ctrl+W",
        "等主管批",
    ),
    (
        Command::StepDone,
        "沈月",
        &[Keys("F3"), Text("3318"), Keys("Enter F5")],
        "Space",
        "已 5 打单签收",
    ),
    (
        Command::StepBack,
        "孙悦",
        &[Keys("F3"), Text("3318"), Keys("Enter F5")],
        "Backspace",
        "已撤回",
    ),
    (
        Command::Unchanged,
        "王主管",
        &[Keys("F10 Tab"), Text("x"), Keys("Esc")],
        "Space",
        "在催                   照旧",
    ),
    (
        Command::AllUnchanged,
        "王主管",
        &[Keys("F10")],
        "Ctrl+A",
        "绿色 1 件照旧",
    ),
    (
        Command::AddNotice,
        "何静",
        &[Keys("F10")],
        "Ins",
        "caret 1,18",
    ),
    (Command::Take, "林晓", &[Keys("F10")], "Enter", "已接 5"),
    (Command::TakeAll, "林晓", &[Keys("F10")], "Ctrl+A", "已接 5"),
    (
        Command::Acknowledge,
        "老吴",
        &[Keys("F12 3")],
        "Space",
        "已签 3",
    ),
    (
        Command::NewRecord,
        "林晓",
        &[Keys("F12 4 2")],
        "Ins",
        "差 1 项",
    ),
    (
        Command::ChooseView,
        "林晓",
        &[Keys("F12 4 1")],
        "v",
        "留言未回",
    ),
    (Command::Filter, "林晓", &[], "f", "筛 "),
    (
        Command::KeepView,
        "林晓",
        &[Keys("f"), Text("责任:我")],
        "Ctrl+W",
        "存成视图",
    ),
    (
        Command::ExportRows,
        "王主管",
        &[Keys("F12 2")],
        "Ctrl+O",
        "导出到哪个文件夹",
    ),
    (
        Command::AcknowledgeAll,
        "老吴",
        &[Keys("F12 3")],
        "Ctrl+A",
        "做 1 件  不动 0 件",
    ),
    (
        Command::DayReview,
        "王主管",
        &[Keys("F12 2")],
        "Ctrl+Y",
        "[1今天 0/",
    ),
    (
        Command::AddAction,
        "王主管",
        &[Keys("F1"), Text("周会"), Keys("Enter 3")],
        "Ins",
        "差 3 项",
    ),
    (
        Command::CopyText,
        "林晓",
        &[Keys("Enter"), Text("您好")],
        "Ctrl+C",
        "Copy(\"您好\")",
    ),
    (Command::YankNumber, "林晓", &[], "i", "Copy(\""),
    (
        Command::YankOrder,
        "林晓",
        &[Keys("F12 4 2")],
        "y",
        "Copy(\"40",
    ),
    (
        Command::YankAddress,
        "林晓",
        &[Keys("F12 4 2")],
        "a",
        "Copy(\"",
    ),
    (
        Command::YankLast,
        "林晓",
        &[],
        "m",
        "Copy(\"收到的锅底有划痕",
    ),
    (Command::Paste, "林晓", &[], "Ctrl+V", "Paste"),
    (
        Command::SelectAll,
        "林晓",
        &[Keys("Enter"), Text("您好")],
        "Ctrl+A",
        "1-4 selection",
    ),
    (
        Command::Cut,
        "林晓",
        &[Keys("Enter"), Text("您好"), Keys("Ctrl+A")],
        "Ctrl+X",
        "0字",
    ),
    (
        Command::Redo,
        "林晓",
        &[Keys("Enter"), Text("您好"), Keys("Ctrl+Z")],
        "Ctrl+F",
        "您好",
    ),
];

/// Commands that the palette alone offers: who asks, what comes before, what is there then.
const ASKED: &[(Command, &str, &[Do], &str)] = &[
    (Command::Snooze, "林晓", &[], "(3搁置)"),
    (Command::Promise, "林晓", &[], "(1承诺买家)"),
    (Command::Remind, "林晓", &[], "(2提醒我)"),
    (Command::ScreenDesk, "林晓", &[Keys("F12 4 2")], "1/19"),
    (Command::ScreenPrinting, "林晓", &[], "打单台"),
    (Command::ScreenTables, "林晓", &[], "┌─ 表格 "),
    (Command::ScreenFigures, "林晓", &[], "─ 指标"),
    (Command::ScreenHeld, "林晓", &[], "待核与冲突"),
    (Command::ScreenSheet, "林晓", &[], "─ 今日分工"),
    (Command::ScreenImport, "林晓", &[], "─ 导入"),
    (Command::ScreenSettings, "林晓", &[], "─ 设置"),
    (Command::SignIn, "林晓", &[], "已锁屏"),
    (Command::SignOut, "林晓", &[], "件没交接"),
    (Command::ChangePerson, "林晓", &[], "已锁屏"),
    (Command::Lock, "林晓", &[], "已锁屏"),
    (Command::Link, "林晓", &[], "连到"),
    (Command::Merge, "林晓", &[], "没有同类的另一件"),
    (Command::Split, "林晓", &[], "另一件事"),
    (Command::Attach, "林晓", &[], "附上哪个文件"),
    (Command::Erase, "王主管", &[], "抹去此人"),
    (Command::Admit, "王主管", &[], "没有申请"),
    (Command::Verify, "林晓", &[], "完好："),
    (Command::BackUp, "林晓", &[], "备份到哪个文件"),
    (Command::StartCard, "王主管", &[], "还差"),
    (Command::CheckTerminal, "林晓", &[], "1/5"),
    (Command::GuidedShift, "林晓", &[], "练 1/4"),
    (Command::MustRead, "林晓", &[], "F8 看过了"),
    (Command::LookBack, "林晓", &[], "回看什么时间"),
    (Command::ScreenBoard, "王主管", &[], "要我定的"),
    (Command::Meeting, "王主管", &[], "开哪个会"),
    (Command::StopWork, "林晓", &[], "没有在做的事"),
    (
        Command::Messages,
        "林晓",
        &[Keys("Ctrl+S")],
        "─ 看刚才的消息 ",
    ),
    (Command::ToggleMouse, "林晓", &[], "Mouse(false)"),
    (Command::NextLanguage, "林晓", &[], "F3Find"),
    (Command::NextTheme, "林晓", &[], "Indexed("),
    (Command::Redraw, "林晓", &[], "Redraw"),
    (Command::Suspend, "林晓", &[], "Suspend"),
    (Command::Quit, "林晓", &[], "Quit"),
];

/// Commands without a script here, each with the reason.
const WITHOUT: &[(Command, &str)] = &[(
    Command::Details,
    "nothing is held in the sample shop; contradictions_are_shown_and_settled presses it",
)];

/// The numbered choices run the rows of one menu: the registers.
fn is_choice(command: Command) -> bool {
    command.choice().is_some()
}

fn styled(visit: &Visit) -> String {
    let (buffer, caret) = visit.view(SIZE);
    assert!(dump::is_whole(&buffer), "{}", dump::text(&buffer));
    dump::styled(&buffer, &Theme::named("dark"), caret)
}

/// Presses the last key of a script; returns what the loop is to do and the screen, or says that
/// nothing came of it.
fn press(visit: &mut Visit, key: &str) -> Result<String, String> {
    pressed(visit, Press::of(Key::parse(key).unwrap()))
}

/// The same of a key with the character that it types.
pub fn pressed(visit: &mut Visit, press: Press) -> Result<String, String> {
    let key = press.key;
    let before = styled(visit);
    let effects = visit.input(Input::Key(press));
    let after = styled(visit);
    let acts = |effect: &Effect| !matches!(effect, Effect::Wake(..) | Effect::Rest(_));
    if before == after && !effects.list.iter().any(acts) {
        return Err(format!("{key} does nothing on\n{before}"));
    }
    Ok(format!("{:?}\n{after}", effects.list))
}

fn visit(person: &str) -> Visit {
    Visit::new(Some(person), Language::ZhCn, SIZE)
}

#[test]
fn every_script_says_what_comes_of_it() {
    let shown = SCRIPTS.iter().map(|script| (script.0, script.4));
    let asked = ASKED.iter().map(|script| (script.0, script.3));
    for (command, shown) in shown.chain(asked) {
        assert!(
            !shown.trim().is_empty(),
            "{} proves nothing",
            command.name()
        );
    }
}

#[test]
fn every_command_has_a_script_or_a_reason() {
    let mut known: Vec<Command> = SCRIPTS.iter().map(|script| script.0).collect();
    known.extend(ASKED.iter().map(|script| script.0));
    known.extend(WITHOUT.iter().map(|(command, _)| *command));
    let once: BTreeSet<Command> = known.iter().copied().collect();
    assert_eq!(once.len(), known.len(), "each once");
    for command in Command::ALL {
        assert!(
            once.contains(command) != is_choice(*command),
            "{} has no script",
            command.name()
        );
    }
}

#[test]
fn every_key_does_what_its_command_says() {
    let map = Keymap::load(None).0;
    let mut wrong = Vec::new();
    for (command, person, before, key, shown) in SCRIPTS {
        let parsed = Key::parse(key).unwrap();
        let is_bound = CONTEXTS.iter().any(|(context, _)| {
            let press = Press::of(parsed);
            map.find(&[*context, Context::Any], press) == Some(*command)
        });
        if !is_bound {
            wrong.push(format!("{key} is not {}", command.name()));
        }
        let mut visit = visit(person);
        visit.play(before);
        let before = styled(&visit);
        match press(&mut visit, key) {
            Ok(screen) if screen.contains(shown) && !before.contains(shown) => {}
            Ok(screen) => wrong.push(format!(
                "{}: no {shown:?} before\n{before}\non\n{screen}",
                command.name()
            )),
            Err(nothing) => wrong.push(format!("{}: {nothing}", command.name())),
        }
    }
    for (at, register) in registers::ALL.iter().take(9).enumerate() {
        let mut visit = visit("林晓");
        visit.keys("F12 4");
        let name = Words::new(Language::ZhCn)
            .get(&format!("register-{}", register.name))
            .to_string();
        match press(&mut visit, &(at + 1).to_string()) {
            Ok(screen) if screen.contains(&format!("─ {name} ")) => {}
            other => wrong.push(format!("choose_{}: {other:?}", at + 1)),
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_palette_runs_what_it_offers() {
    let words = Words::new(Language::ZhCn);
    let mut wrong = Vec::new();
    for (command, person, before, shown) in ASKED {
        let mut visit = visit(person);
        visit.play(before);
        let before = styled(&visit);
        visit.keys("F1");
        visit.text(&words.get(&command.doc_id()));
        match press(&mut visit, "Enter") {
            Ok(screen)
                if screen.contains(shown)
                    && !before.contains(shown)
                    && !screen.contains("命令 F1") => {}
            Ok(screen) => wrong.push(format!(
                "{}: no {shown:?} before\n{before}\non\n{screen}",
                command.name()
            )),
            Err(nothing) => wrong.push(format!("{}: {nothing}", command.name())),
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
