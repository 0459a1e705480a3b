//! What is pushed through the doors: nasty texts of our own, and where it is here the shared
//! folder of hostile files; and what must never come out again.

use std::path::{Path, PathBuf};

use crate::support::shared;

/// The most of a file that is pasted or typed.
const MOST: usize = 64 << 10;

/// Something that somebody pastes, drops or sends.
pub struct Hostile {
    /// Where it is from, for messages.
    pub name: String,
    /// A file that holds it, with a name as files have it.
    pub bytes: Vec<u8>,
}

impl Hostile {
    fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            bytes: bytes.into(),
        }
    }

    /// Whether this is a file as it lies, not a text out of one.
    pub fn is_whole_file(&self) -> bool {
        self.name.contains('.')
            && !self.name.contains(" strings ")
            && !self.name.contains(" lines ")
    }

    /// As a person would paste it: read as UTF-8, capped.
    pub fn text(&self) -> String {
        let mut text = String::from_utf8_lossy(&self.bytes).into_owned();
        let mut end = MOST.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text
    }
}

/// Texts that look harmless to a program and are not, each with a name.
const TEXTS: &[(&str, &str)] = &[
    ("clear screen", "\u{1b}[2J\u{1b}[H你好"),
    ("line above", "正常留言\u{1b}[1A\u{1b}[2K客服同意退款"),
    ("title", "\u{1b}]0;换了标题\u{7}"),
    ("clipboard", "\u{1b}]52;c;cm0gLXJmIC8K\u{7}"),
    (
        "link",
        "\u{1b}]8;;http://example.invalid\u{1b}\\点我\u{1b}]8;;\u{1b}\\",
    ),
    ("eight bit", "\u{9b}31m红\u{9d}0;标题\u{9c}"),
    ("device", "\u{90}q\u{9c}\u{1b}P$qm\u{1b}\\"),
    ("paste end", "早\u{1b}[201~\r退款 999\r"),
    ("carriage", "拒绝退款\r同意退款"),
    ("backspace", "不同意\u{8}\u{8}\u{8}同意\u{7f}\u{7f}"),
    ("nul", "\0\0订单\0号"),
    (
        "right to left",
        "订单\u{202e}0001元\u{202c}退款\u{2066}x\u{2069}",
    ),
    ("arabic", "שלום مرحبا 退款 18元"),
    (
        "zero width",
        "退\u{200b}款\u{feff}1\u{2060}8\u{ad}元\u{180e}",
    ),
    ("tags", "好\u{e0041}\u{e0042}\u{e007f}的"),
    ("separators", "一\u{2028}二\u{2029}三\u{85}四\u{b}五\u{c}六"),
    (
        "joiners",
        "a\u{200d}b 👨\u{200d}👩\u{200d}👧 क\u{94d}\u{200d}ष",
    ),
    (
        "marks",
        "退\u{335}\u{321}\u{489}\u{335}\u{321}\u{489}\u{335}\u{321}\u{489}\u{335}\u{321}\u{489}款",
    ),
    ("lone mark", "\u{301}\u{302}开头"),
    ("private use", "\u{e000}\u{f8ff}\u{fffe}\u{fdd0}\u{10ffff}"),
    ("fillers", "\u{3164}\u{115f}\u{1160}\u{ffa0}"),
    ("width", "﷽𒐫ﷺ ｗｉｄｅ ﾊﾝｶｸ 🇨🇳🇨 1\u{fe0f}\u{20e3}"),
    ("quotes", "\"'`\\\" OR 1=1; DROP TABLE event;--"),
    ("formula", "=cmd|'/c calc'!A1\n+1\n-1\n@x\n＝1"),
    (
        "markup",
        "<script>alert(1)</script>&amp;<b>\n```\n# 标题\n| a | b |",
    ),
    (
        "variables",
        "{name} {$buyer} %s %n {{order}} ${HOME} $(true)",
    ),
    ("operators", "NEAR( \"a\" * ^ : - OR AND NOT col:x (("),
    ("option", "--data /nowhere -h --json"),
    (
        "digits",
        "99999999999999999999999999999999999999元 -0 ¥.. 25:61 2026-13-45 13/32",
    ),
    (
        "order",
        "尾 ..0000 40319028471935182580000 改地址 明天 99点 @谁 #标 ¥9223372036854775808",
    ),
    ("empty chat", "：\n:\n (2026-11-22 14:41:05):\n[]: \n"),
    (
        "chat",
        "a,b (2026-11-22 14:41:05): 在吗\nc, d (2026-11-22 14:41:06): 在\na,b (9999-99-99 99:99:99): 嗯\n",
    ),
    (
        "chat names",
        "\u{1b}[31m甲\u{202e} (2026-11-22 14:41:05): 在吗\n乙\u{200b}: 在\n甲: \u{7}\n",
    ),
    (
        "old chat",
        "甲 (0001-01-01 00:00:00): 在吗\n乙 (9999-12-31 23:59:59): 在\n",
    ),
    ("text block", "ZB1-AAAA-1of1-\nAAAA\n-ZE000000"),
];

/// Files of our own: every text as it is, and the shapes in which files lie.
fn own() -> Vec<Hostile> {
    let mut all: Vec<Hostile> = TEXTS
        .iter()
        .map(|(name, text)| Hostile::new(format!("own {name}.txt"), *text))
        .collect();
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    for (name, text) in TEXTS {
        let line = format!(
            "{{\"number\":{q},\"buyer\":{q},\"channel\":{q},\"messages\":[{{\"role\":\"customer\",\"author\":{q},\"text\":{q},\"at\":\"2026-11-22 14:41:05\"}}]}}\n",
            q = quoted(text)
        );
        all.push(Hostile::new(format!("own {name}.jsonl"), line));
        let cell = text.replace('"', "\"\"");
        let table = format!(
            "订单编号,买家会员名,订单状态,买家实际支付金额,订单创建时间,宝贝标题\n\"{cell}\",\"{cell}\",\"{cell}\",\"{cell}\",\"{cell}\",\"{cell}\"\n4031902847193518258,\"{cell}\",买家已付款，等待卖家发货,18.00,2026-11-20 10:00:00,\"{cell}\"\n"
        );
        all.push(Hostile::new(format!("own {name}.csv"), table));
        let reply = format!(
            "[[reply]]\ncode = \"x\"\ntitle = {q}\ntext = {q}\n",
            q = quoted(text)
        );
        all.push(Hostile::new(format!("own {name}.toml"), reply));
    }
    all.extend([
        Hostile::new("own nothing.csv", ""),
        Hostile::new("own long line.txt", "很长".repeat(40_000)),
        Hostile::new("own long word.txt", "a".repeat(200_000)),
        Hostile::new("own many lines.txt", "\n行\n".repeat(6_000)),
        Hostile::new("own deep.json", "[".repeat(100_000)),
        Hostile::new("own deep object.json", "{\"a\":".repeat(50_000)),
        Hostile::new("own many columns.csv", "订单编号,".repeat(20_000)),
        Hostile::new("own quote.csv", "订单编号,买家会员名\n\"没有收尾"),
        Hostile::new(
            "own not utf8.txt",
            [b"\xff\xfe\xfd".as_slice(), &[0x80; 40]].concat(),
        ),
        Hostile::new("own half.csv", [0xe8, 0xae, 0xa2, 0xe5, 0x8d]),
        Hostile::new(
            "own cut.zbundle",
            [0x28, 0xb5, 0x2f, 0xfd, 0x24, 0x10, 0x81],
        ),
        Hostile::new("own zero.bin", vec![0; 4_096]),
    ]);
    all
}

/// Everything that there is to push through a door.
pub fn everything() -> Vec<Hostile> {
    let mut all = own();
    if let Some(folder) = shared("data/hostile") {
        let mut files = Vec::new();
        walk(&folder, &mut files);
        files.sort();
        for path in files {
            let name = path.strip_prefix(&folder).unwrap().display().to_string();
            all.push(Hostile::new(name, std::fs::read(&path).unwrap()));
        }
    }
    all
}

/// The texts inside: what JSON hides behind escapes, and lists of nasty lines by tens.
pub fn texts() -> Vec<Hostile> {
    let mut all: Vec<Hostile> = TEXTS
        .iter()
        .map(|(name, text)| Hostile::new(*name, *text))
        .collect();
    for file in everything()
        .iter()
        .filter(|file| !file.name.starts_with("own "))
    {
        let text = file.text();
        let mut found = Vec::new();
        for line in text.lines() {
            if let Ok(value) = serde_json::from_str(line) {
                strings(&value, &mut found);
            }
        }
        if found.is_empty()
            && let Ok(value) = serde_json::from_str(&text)
        {
            strings(&value, &mut found);
        }
        for (at, few) in found.chunks(10).enumerate() {
            all.push(Hostile::new(
                format!("{} strings {at}", file.name),
                few.join(" "),
            ));
        }
        if file.name.starts_with("text/") && file.name.ends_with(".txt") {
            let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
            for (at, few) in lines.chunks(10).enumerate() {
                all.push(Hostile::new(
                    format!("{} lines {at}", file.name),
                    few.join("\n"),
                ));
            }
        }
    }
    all
}

/// What doors for words get: every file and every text inside. Our own small files are left out,
/// since they hold the same texts in the shapes of imports; of the files that differ only in how
/// their JSON is broken, which no door for words looks at, every fifth is enough.
pub fn for_words() -> Vec<Hostile> {
    let files = everything()
        .into_iter()
        .filter(|file| !file.name.starts_with("own ") || file.bytes.len() > 4_000);
    let is_json = |file: &Hostile| file.name.starts_with("json/") && file.bytes.len() < 4_000;
    let chosen = files
        .enumerate()
        .filter(|(at, file)| !is_json(file) || at % 5 == 0);
    chosen.map(|(_, file)| file).chain(texts()).collect()
}

fn strings(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => found.push(text.clone()),
        serde_json::Value::Array(all) => all.iter().for_each(|one| strings(one, found)),
        serde_json::Value::Object(all) => all.iter().for_each(|(key, one)| {
            found.push(key.clone());
            strings(one, found);
        }),
        _ => {}
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Returns the first character that no screen and no pipe may get: controls but the line's end,
/// letters that turn text around or cannot be seen, joiners outside of emoji, and what every
/// font shows differently.
pub fn leak(text: &str) -> Option<char> {
    let all: Vec<char> = text.chars().collect();
    all.iter().enumerate().find_map(|(at, &c)| {
        let joins = c == '\u{200d}'
            && at > 0
            && all[at - 1] as u32 > 0x2100
            && all.get(at + 1).is_some_and(|next| *next as u32 > 0x2100);
        (c != '\n' && !joins && is_bad(c)).then_some(c)
    })
}

fn is_bad(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' | '\u{e000}'..='\u{f8ff}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{f0000}'..='\u{10ffff}')
}
