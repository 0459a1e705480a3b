use super::*;

fn press(text: &str) -> Press {
    Press::of(Key::parse(text).unwrap())
}

fn defaults() -> Keymap {
    let (mut map, mut problems) = (Keymap::default(), Vec::new());
    map.read(DEFAULT_NAME, DEFAULT, &mut problems);
    assert!(problems.is_empty(), "{problems:?}");
    map
}

#[test]
fn the_defaults_hold_the_function_keys() {
    let map = defaults();
    assert_eq!(map.row().len(), 11);
    for (n, command) in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12]
        .into_iter()
        .zip(map.row())
    {
        let key = Press::of(Key::plain(Code::F(n)));
        assert_eq!(map.find(&[Context::Any], key), Some(*command));
    }
    assert_eq!(
        map.find(&[Context::Any], press("Alt+0")),
        Some(Command::Handover)
    );
    assert_eq!(
        map.find(&[Context::Any], press("Alt+-")),
        Some(Command::Screens)
    );
}

#[test]
fn no_default_takes_what_others_own() {
    for name in [
        "Alt+Enter",
        "F11",
        "Alt+F4",
        "Ctrl+Space",
        "Ctrl+.",
        "Alt+A",
        "Ctrl+H",
        "Ctrl+I",
        "Ctrl+J",
        "Ctrl+M",
        "Ctrl+[",
        "Ctrl+Up",
        "Ctrl+Down",
        "Ctrl+Left",
        "Ctrl+Right",
    ] {
        let key = Key::parse(name).unwrap();
        assert!(
            defaults().order.iter().all(|(_, bound, _)| *bound != key),
            "{name} is bound"
        );
    }
}

#[test]
fn a_picker_takes_alt_digits_before_function_keys() {
    let map = defaults();
    let picker = [
        Context::Text,
        Context::Replies,
        Context::Picker,
        Context::Any,
    ];
    assert_eq!(map.find(&picker, press("Alt+2")), Some(Command::Choose2));
    assert_eq!(map.find(&picker, press("2")), None);
    assert_eq!(
        map.find(&[Context::Any], press("Alt+2")),
        Some(Command::Capture)
    );
}

#[test]
fn bare_characters_are_text_where_text_is_typed() {
    let map = defaults();
    let list = [Context::List, Context::Desk, Context::Any];
    assert_eq!(map.find(&list, press("u")), Some(Command::Undo));
    let text = [Context::Text, Context::List, Context::Any];
    assert_eq!(map.find(&text, press("u")), None);
    assert_eq!(map.find(&text, press("/")), None);
    let empty = [
        Context::Text,
        Context::EmptyLine,
        Context::Composer,
        Context::Any,
    ];
    assert_eq!(map.find(&empty, press("/")), Some(Command::Replies));
    assert_eq!(map.find(&text, press("Ctrl+U")), Some(Command::Escalate));
}

#[test]
fn a_patch_changes_and_frees_keys() {
    let patch = r#"keys = [
            { on = "F2", run = "find", when = "any" },
            { on = "u", run = "", when = "list" },
        ]"#;
    let (map, problems) = Keymap::load(Some(("mine.toml", patch)));
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(map.find(&[Context::Any], press("F2")), Some(Command::Find));
    assert_eq!(map.find(&[Context::List], press("u")), None);
    assert_eq!(map.key_of(Command::Capture, &[Context::Any]), None);
}

#[test]
fn mistakes_name_line_and_nearest_name_and_the_rest_works() {
    let patch = concat!(
        "keys = [\n",
        "  { on = \"F3\", run = \"captur\", when = \"any\" },\n",
        "  { on = \"F4\", run = \"copy\", when = \"anny\" },\n",
        "  { on = \"Nope\", run = \"copy\", when = \"any\" },\n",
        "  { on = \"x\", run = \"copy\", when = \"any\" },\n",
        "  { on = \"F5\", run = \"copy\", wenn = \"any\" },\n",
        "  { on = \"F6\", run = \"copy\", when = \"any\" },\n",
        "  { on = \"F6\", run = \"find\", when = \"any\" },\n",
        "]\n",
    );
    let (map, problems) = Keymap::load(Some(("mine.toml", patch)));
    let found: Vec<_> = problems
        .iter()
        .map(|p| (p.message, p.argument("line").unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            ("keys-command", "2"),
            ("keys-context", "3"),
            ("keys-key", "4"),
            ("keys-bare", "5"),
            ("keys-field", "6"),
            ("keys-clash", "8"),
        ]
    );
    assert_eq!(problems[0].argument("near"), Some("capture"));
    assert_eq!(problems[4].argument("near"), Some("when"));
    assert_eq!(map.find(&[Context::Any], press("F3")), Some(Command::Find));
    assert_eq!(map.find(&[Context::Any], press("F6")), Some(Command::Copy));
}

#[test]
fn a_broken_file_leaves_the_defaults() {
    let (map, problems) = Keymap::load(Some(("mine.toml", "keys = [\n{ on = \n")));
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].message, "keys-syntax");
    assert_eq!(
        map.find(&[Context::Any], press("F2")),
        Some(Command::Capture)
    );
}

#[test]
fn every_command_but_those_of_the_palette_has_a_key() {
    let map = defaults();
    let only_palette = [
        Command::Snooze,
        Command::Promise,
        Command::Remind,
        Command::SignIn,
        Command::SignOut,
        Command::Link,
        Command::Merge,
        Command::Split,
        Command::Attach,
        Command::StopWork,
        Command::Erase,
        Command::Admit,
        Command::Verify,
        Command::BackUp,
        Command::StartCard,
        Command::CheckTerminal,
        Command::GuidedShift,
        Command::MustRead,
        Command::Meeting,
        Command::LookBack,
        Command::ChangePerson,
        Command::Lock,
        Command::Messages,
        Command::NextLanguage,
        Command::NextTheme,
        Command::Suspend,
        Command::Quit,
    ];
    for command in Command::ALL {
        let named = only_palette.contains(command) || command.name().starts_with("screen_");
        assert_eq!(
            map.keys_of(*command).is_empty(),
            named,
            "{}",
            command.name()
        );
    }
}
