//! The house as `design` draws it: imports point down only, and what may be in few places is
//! in no other. Prints the sizes of files and functions; run with `--nocapture` to read them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::needless_range_loop,
    clippy::nonminimal_bool
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, each with those that it may import; all may import [`GROUND`].
const FLOORS: &[(&str, &[&str])] = &[
    ("problem", &[]),
    ("chance", &[]),
    ("text", &[]),
    ("domain", &["text"]),
    ("i18n", &["text"]),
    ("config", &["text"]),
    ("store", &["text", "domain"]),
    ("exchange", &["text", "domain", "store"]),
    ("desk", &["text", "domain", "store", "exchange"]),
    ("tui", &["text", "domain", "store", "exchange", "desk"]),
    (
        "cli",
        &["text", "domain", "store", "exchange", "desk", "tui"],
    ),
];

/// What lies under all floors. The ground itself may use its own rooms and `text`'s cleaner.
const GROUND: &[&str] = &["problem", "config", "i18n", "chance"];

/// The files that may speak to the operating system in its own words.
const SYSTEM: &[&str] = &["store/place.rs", "tui/guard.rs", "tui/clipboard.rs"];

/// The one file that puts symbols into cells, after cleaning them.
/// Files that read the units of dates and numbers in exports: words of files, not for people.
const UNITS: [&str; 3] = [
    "exchange/intake/chats/stamp.rs",
    "exchange/intake/times.rs",
    "exchange/intake/values.rs",
];
const SAFE_WRITER: &str = "tui/widgets/line.rs";

/// Longest file and function that need no look: design asks for about 450 and a screen.
const LONG_FILE: usize = 450;
const LONG_FUNCTION: usize = 60;

struct Source {
    /// Path below `src`, with slashes.
    path: String,
    /// Lines of code with comments and test modules blanked, so that line numbers stay.
    code: Vec<String>,
    lines: usize,
}

impl Source {
    /// The floor: the first folder, or the file's name.
    fn floor(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    fn finds<'a>(&'a self, word: &'a str) -> impl Iterator<Item = String> + 'a {
        let hit = move |line: &&(usize, &String)| has_word(line.1, word);
        let lines: Vec<(usize, &String)> = self.code.iter().enumerate().collect();
        let hits: Vec<String> = lines
            .iter()
            .filter(hit)
            .map(|(at, line)| format!("src/{}:{}: {}", self.path, at + 1, line.trim()))
            .collect();
        hits.into_iter()
    }
}

#[test]
fn imports_point_down_only() {
    let mut up = Vec::new();
    for source in sources() {
        let floor = source.floor().to_owned();
        if matches!(floor.as_str(), "main" | "lib") {
            continue;
        }
        let allowed = FLOORS
            .iter()
            .find(|(name, _)| *name == floor)
            .map(|(_, below)| *below);
        let Some(allowed) = allowed else {
            up.push(format!(
                "src/{}: {floor} is no room of the house",
                source.path
            ));
            continue;
        };
        for (at, room) in imports(&source) {
            let is_known = FLOORS.iter().any(|(name, _)| *name == room);
            if is_known
                && room != floor
                && !allowed.contains(&room.as_str())
                && !GROUND.contains(&room.as_str())
            {
                up.push(format!(
                    "src/{}:{at}: {floor} must not know {room}",
                    source.path
                ));
            }
        }
    }
    assert!(
        up.is_empty(),
        "imports that point up the house:\n{}",
        up.join("\n")
    );
}

#[test]
fn rooms_know_only_their_own_tools() {
    let mut found = Vec::new();
    for source in sources() {
        let banned: &[&str] = match source.floor() {
            "domain" | "text" => &[
                "crossterm",
                "ratatui",
                "rusqlite",
                "std::fs",
                "std::net",
                "std::env",
                "SystemTime",
                "Instant",
                "getrandom",
            ],
            "store" | "exchange" | "desk" => &["crossterm", "ratatui", "clap"],
            "tui" | "cli" => &["rusqlite"],
            _ => &["crossterm", "ratatui", "rusqlite"],
        };
        if source.path == "main.rs" {
            continue;
        }
        found.extend(
            banned
                .iter()
                .flat_map(|word| source.finds(word).collect::<Vec<_>>()),
        );
    }
    assert!(
        found.is_empty(),
        "tools in rooms where they do not belong:\n{}",
        found.join("\n")
    );
}

#[test]
fn the_wall_clock_and_dice_are_read_in_one_place() {
    let mut found = Vec::new();
    for source in sources() {
        if source.path != "chance.rs" {
            for word in ["SystemTime::now", "Utc::now", "Local::now", "getrandom"] {
                found.extend(source.finds(word));
            }
        }
    }
    assert!(
        found.is_empty(),
        "clock or dice outside chance.rs:\n{}",
        found.join("\n")
    );
}

#[test]
fn the_system_is_spoken_to_in_three_files() {
    let mut found = Vec::new();
    for source in sources() {
        if SYSTEM.contains(&source.path.as_str()) {
            continue;
        }
        for word in [
            "cfg(unix",
            "cfg(windows",
            "target_os",
            "unsafe {",
            "unsafe fn",
            "unsafe impl",
        ] {
            found.extend(source.finds(word));
        }
    }
    assert!(
        found.is_empty(),
        "outside {SYSTEM:?}:\n{}",
        found.join("\n")
    );
}

#[test]
fn cells_are_written_by_the_safe_writer_only() {
    let mut found = Vec::new();
    for source in sources() {
        if source.path != SAFE_WRITER {
            for word in ["set_symbol", "set_char"] {
                found.extend(source.finds(word));
            }
        }
    }
    assert!(
        found.is_empty(),
        "outside {SAFE_WRITER}:\n{}",
        found.join("\n")
    );
}

#[test]
fn words_for_people_are_no_source_code() {
    let mut found = Vec::new();
    for source in sources()
        .into_iter()
        .filter(|source| !UNITS.contains(&source.path.as_str()))
    {
        for (at, line) in source.code.iter().enumerate() {
            if line.chars().any(is_chinese) {
                found.push(format!("src/{}:{}: {}", source.path, at + 1, line.trim()));
            }
        }
    }
    assert!(
        found.is_empty(),
        "Chinese words in source code:\n{}",
        found.join("\n")
    );
}

#[test]
fn money_is_counted_in_whole_numbers() {
    let mut found = Vec::new();
    for source in sources() {
        for word in ["f32", "f64"] {
            // The reader of bodies names the type to refuse it.
            found.extend(
                source
                    .finds(word)
                    .filter(|hit| !hit.contains("fn visit_f64")),
            );
        }
    }
    assert!(
        found.is_empty(),
        "fractions where amounts could pass:\n{}",
        found.join("\n")
    );
}

#[test]
fn sizes() {
    let sources = sources();
    let mut functions: Vec<(usize, String)> = sources.iter().flat_map(functions).collect();
    functions.sort_by(|one, other| other.cmp(one));
    let mut files: Vec<(usize, &str)> = sources
        .iter()
        .map(|source| (source.lines, source.path.as_str()))
        .collect();
    files.sort_by(|one, other| other.cmp(one));
    let mut rooms: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for source in &sources {
        let room = rooms.entry(source.floor()).or_default();
        *room = (room.0 + 1, room.1 + source.lines);
    }
    println!("room        files   lines");
    for (room, (count, lines)) in &rooms {
        println!("{room:<10} {count:>6} {lines:>7}");
    }
    println!(
        "\nlines  file{:>40}",
        format!(
            "({} of {} above {LONG_FILE})",
            above(&files, LONG_FILE),
            files.len()
        )
    );
    for (lines, path) in files.iter().take(15) {
        println!("{lines:>5}  src/{path}");
    }
    let shorts: Vec<(usize, &str)> = functions
        .iter()
        .map(|(lines, name)| (*lines, name.as_str()))
        .collect();
    println!(
        "\nlines  function{:>40}",
        format!(
            "({} of {} above {LONG_FUNCTION})",
            above(&shorts, LONG_FUNCTION),
            shorts.len()
        )
    );
    for (lines, name) in shorts.iter().take(15) {
        println!("{lines:>5}  {name}");
    }
}

fn above(sizes: &[(usize, &str)], limit: usize) -> usize {
    sizes.iter().filter(|(lines, _)| *lines > limit).count()
}

/// Every source file but test files.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    assert!(paths.len() > 20, "the sources are not where they should be");
    paths
        .iter()
        .map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let below = path
                .strip_prefix(&root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            Source {
                path: below,
                lines: text.lines().count(),
                code: code(&text),
            }
        })
        .collect()
}

/// Collects `.rs` files; files that hold nothing but tests are told by their name.
fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let is_test = name == "tests"
            || name == "tests.rs"
            || name.ends_with("_tests.rs")
            || name == "check.rs";
        if is_test {
            continue;
        }
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            into.push(path);
        }
    }
}

/// The lines with comments cut and `#[cfg(test)] mod` blocks blanked.
fn code(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(without_comment).collect();
    let mut at = 0;
    while at < lines.len() {
        let is_gate = lines[at].trim().starts_with("#[cfg(test)]")
            || lines[at].trim().starts_with("#[cfg(all(test");
        if is_gate {
            at = blank_item(&mut lines, at);
        }
        at += 1;
    }
    lines
}

/// Blanks the item behind an attribute and returns its last line.
fn blank_item(lines: &mut [String], from: usize) -> usize {
    let mut depth = 0i32;
    let mut has_begun = false;
    for at in from..lines.len() {
        let line = std::mem::take(&mut lines[at]);
        let bare = without_strings(&line);
        depth += braces(&bare);
        has_begun |= bare.contains('{');
        let is_over = if has_begun {
            depth <= 0
        } else {
            bare.trim_end().ends_with(';')
        };
        if is_over {
            return at;
        }
    }
    lines.len()
}

fn braces(line: &str) -> i32 {
    line.chars()
        .map(|c| match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        })
        .sum()
}

/// Cuts a line comment, leaving `//` within a string alone.
fn without_comment(line: &str) -> String {
    let mut in_string = false;
    let mut last = ' ';
    let bytes: Vec<(usize, char)> = line.char_indices().collect();
    for (place, (at, c)) in bytes.iter().enumerate() {
        if *c == '"'
            && last != '\\'
            && !(last == '\'' && bytes.get(place + 1).is_some_and(|next| next.1 == '\''))
        {
            in_string = !in_string;
        }
        if !in_string && *c == '/' && bytes.get(place + 1).is_some_and(|next| next.1 == '/') {
            return line[..*at].to_owned();
        }
        last = if last == '\\' && *c == '\\' { ' ' } else { *c };
    }
    line.to_owned()
}

/// Replaces what stands between quotes, so that braces in texts do not count.
fn without_strings(line: &str) -> String {
    let line = line
        .replace("'{'", "")
        .replace("'}'", "")
        .replace("'\"'", "");
    line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
}

fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, hit)| {
        let before = line[..at].chars().next_back();
        let after = line[at + hit.len()..].chars().next();
        let opens = word.starts_with(is_part);
        let closes = word.ends_with(is_part);
        // A lint's name such as `unsafe_code` is no use of the word.
        !(opens && before.is_some_and(is_part)) && !(closes && after.is_some_and(is_part))
    })
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}

/// The rooms that a file names: `crate::room`, and `crate::{one, other}`.
fn imports(source: &Source) -> Vec<(usize, String)> {
    let whole: String = source.code.join("\n");
    let mut rooms = Vec::new();
    for (at, _) in whole.match_indices("crate::") {
        if whole[..at].ends_with('$') {
            continue;
        }
        let line = whole[..at].matches('\n').count() + 1;
        let rest = &whole[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            rooms.extend(heads(list).into_iter().map(|room| (line, room)));
        } else {
            rooms.push((line, head(rest)));
        }
    }
    rooms
}

/// The first names within a braced list, up to its closing brace.
fn heads(list: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut is_start = true;
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => is_start = true,
            c if is_start && !c.is_whitespace() => {
                names.push(head(&list[at..]));
                is_start = false;
            }
            _ => {}
        }
    }
    names
}

fn head(rest: &str) -> String {
    rest.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// The functions of a file with their lengths.
fn functions(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, line) in source.code.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let mut depth = 0;
        let mut has_begun = false;
        for (length, body) in source.code[at..].iter().enumerate() {
            let bare = without_strings(body);
            depth += braces(&bare);
            has_begun |= bare.contains('{');
            if has_begun && depth <= 0 {
                found.push((
                    length + 1,
                    format!("{name}  src/{}:{}", source.path, at + 1),
                ));
                break;
            }
            if !has_begun && bare.trim_end().ends_with(';') {
                break;
            }
        }
    }
    found
}

fn function_name(line: &str) -> Option<String> {
    let at = line.find("fn ")?;
    let is_item = line[..at].split_whitespace().all(|word| {
        matches!(word, "pub" | "const" | "async" | "unsafe" | "extern") || word.starts_with("pub(")
    });
    is_item
        .then(|| head(&line[at + 3..]))
        .filter(|name| !name.is_empty())
}
