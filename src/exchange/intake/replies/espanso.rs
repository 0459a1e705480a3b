//! The simple part of espanso's match files: `matches:`, a list of `trigger` or
//! `triggers` with `replace`.
//!
//! A reader of its own and not a YAML library: of YAML only lists of maps with
//! plain, quoted and block scalars are needed, and anchors, tags and merges are
//! exactly what a file from outside must not bring. What an entry computes
//! (`vars`, `form`, `regex`, shell …) is refused by line, not half taken.

use super::super::{LineProblem, MAX_LINES, Parsed, unreadable};
use super::Reply;
use crate::problem::Problem;

/// Keys that change nothing of the text.
const HARMLESS: [&str; 10] = [
    "word",
    "left_word",
    "right_word",
    "propagate_case",
    "uppercase_style",
    "label",
    "force_mode",
    "force_clipboard",
    "search_terms",
    "comment",
];

/// Reads the entries of a match file into `parsed`.
pub(super) fn read(text: &str, parsed: &mut Parsed) -> Result<(), Problem> {
    let lines: Vec<&str> = text.lines().collect();
    let start = lines
        .iter()
        .position(|line| line.trim_end() == "matches:")
        .ok_or_else(|| unreadable("problem-import-no-replies"))?;
    let mut at = start + 1;
    while at < lines.len() {
        let line = lines[at];
        if blank(line) {
            at += 1;
            continue;
        }
        // Another key of the file itself ends the list; `- ` may stand flush left.
        let Some(rest) = line.trim_start().strip_prefix('-') else {
            break;
        };
        if !(rest.is_empty() || rest.starts_with(' ')) {
            break;
        }
        if parsed.read >= MAX_LINES {
            return Err(unreadable("problem-import-lines").arg("limit", MAX_LINES));
        }
        let end = entry_end(&lines, at);
        parsed.read += 1;
        match entry(&lines[at..end], at + 1) {
            Ok(reply) => parsed.replies.push(reply),
            Err(problem) => parsed.refuse(problem),
        }
        at = end;
    }
    Ok(())
}

fn blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The line after an entry: the next one that is not deeper than its dash.
fn entry_end(lines: &[&str], from: usize) -> usize {
    let depth = indent(lines[from]);
    (from + 1..lines.len())
        .find(|at| {
            !lines[*at].trim().is_empty()
                && indent(lines[*at]) <= depth
                && !(blank(lines[*at]) && indent(lines[*at]) > depth)
        })
        .unwrap_or(lines.len())
}

fn entry(lines: &[&str], first: usize) -> Result<Reply, LineProblem> {
    // The dash stands for a space: the first key is as deep as the others.
    let opening = lines[0].replacen('-', " ", 1);
    let mut own: Vec<&str> = lines.to_vec();
    own[0] = &opening;
    let depth = own
        .iter()
        .find(|line| !blank(line))
        .map_or(0, |line| indent(line));
    let mut reply = Reply {
        line: first,
        ..Reply::default()
    };
    let mut found = false;
    let mut at = 0;
    while at < own.len() {
        let line = own[at];
        let number = first + at;
        if blank(line) {
            at += 1;
            continue;
        }
        let refuse = |reason| LineProblem::new(number, "", reason, line.trim());
        let (key, value) = line
            .trim()
            .split_once(':')
            .ok_or_else(|| refuse("import-line-yaml"))?;
        if indent(line) != depth || line.contains('\t') && line.trim_start().starts_with('\t') {
            return Err(refuse("import-line-yaml"));
        }
        let end = (at + 1..own.len())
            .find(|next| {
                let line = own[*next];
                !line.trim().is_empty()
                    && indent(line) <= depth
                    && !(indent(line) == depth && line.trim_start().starts_with("- "))
            })
            .unwrap_or(own.len());
        let deeper = &own[at + 1..end];
        match key.trim() {
            "trigger" => {
                reply.code = scalar(value, deeper).ok_or_else(|| refuse("import-line-yaml"))?;
            }
            "triggers" => {
                let mut codes = list(value, deeper).ok_or_else(|| refuse("import-line-yaml"))?;
                if !codes.is_empty() {
                    reply.code = codes.remove(0);
                }
                reply.aliases = codes;
            }
            "replace" => {
                found = true;
                let text = scalar(value, deeper).ok_or_else(|| refuse("import-line-yaml"))?;
                // The place of the caret in espanso: not a part of the text.
                reply.text = text.replace("$|$", "");
            }
            "label" => reply.title = scalar(value, deeper).unwrap_or_default(),
            other if HARMLESS.contains(&other) => {}
            _ => return Err(refuse("import-line-dynamic")),
        }
        at = end;
    }
    if !found {
        return Err(LineProblem::new(
            first,
            "replace",
            "import-line-text",
            &reply.code,
        ));
    }
    reply.checked()
}

fn list(value: &str, deeper: &[&str]) -> Option<Vec<String>> {
    let value = uncommented(value).trim();
    if value.is_empty() {
        let items = deeper.iter().filter(|line| !blank(line));
        return items
            .map(|line| scalar(line.trim().strip_prefix("- ")?, &[]))
            .collect();
    }
    let mut rest = value.strip_prefix('[')?.strip_suffix(']')?.trim();
    let mut codes = Vec::new();
    while !rest.is_empty() {
        let end = flow_end(rest)?;
        codes.push(scalar(&rest[..end], &[])?);
        rest = rest[end..].trim_start_matches(',').trim_start();
    }
    Some(codes)
}

/// Where an item of a flow list ends.
fn flow_end(text: &str) -> Option<usize> {
    match text.chars().next()? {
        quote @ ('"' | '\'') => quoted_end(&text[1..], quote).map(|end| end + 2),
        _ => Some(text.find(',').unwrap_or(text.len())),
    }
}

fn quoted_end(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if escaped {
            escaped = false;
        } else if quote == '"' && c == '\\' {
            escaped = true;
        } else if c == quote {
            if quote == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\'') {
                chars.next();
            } else {
                return Some(at);
            }
        }
    }
    None
}

/// Takes a comment off the end of a plain value.
fn uncommented(value: &str) -> &str {
    value.find(" #").map_or(value, |at| &value[..at])
}

fn scalar(value: &str, deeper: &[&str]) -> Option<String> {
    let value = value.trim();
    match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let mut whole = value[1..].to_owned();
            for line in deeper {
                // A quoted text goes on over lines; each break is one space.
                whole.push(' ');
                whole.push_str(line.trim());
            }
            let end = quoted_end(&whole, quote)?;
            let rest = whole[end + 1..].trim();
            if !(rest.is_empty() || rest.starts_with('#')) {
                return None;
            }
            if quote == '"' {
                unescape(&whole[..end])
            } else {
                Some(whole[..end].replace("''", "'"))
            }
        }
        Some(style @ ('|' | '>')) => Some(block(style, uncommented(&value[1..]).trim(), deeper)),
        // Anchors, aliases, tags, flow maps: not ours.
        Some('&' | '*' | '!' | '{' | '[' | '@' | '`' | '%') => None,
        _ => {
            let mut text = uncommented(value).trim_end().to_owned();
            for line in deeper
                .iter()
                .map(|line| line.trim())
                .filter(|line| !line.is_empty())
            {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(uncommented(line));
            }
            Some(text)
        }
    }
}

/// A block: `|` keeps line breaks, `>` joins lines; `-` drops the last break, `+`
/// keeps all.
fn block(style: char, chomp: &str, deeper: &[&str]) -> String {
    let depth = deeper
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| indent(line))
        .min()
        .unwrap_or(0);
    let mut text = String::new();
    for line in deeper {
        let line = line.get(depth..).unwrap_or("");
        if style == '>'
            && !line.is_empty()
            && !text.is_empty()
            && text.ends_with('\n')
            && !text.ends_with("\n\n")
        {
            text.pop();
            text.push(' ');
        }
        text.push_str(line);
        text.push('\n');
    }
    if !chomp.contains('+') {
        text.truncate(text.trim_end_matches('\n').len());
        if !chomp.contains('-') && !text.is_empty() {
            text.push('\n');
        }
    }
    text
}

fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        out.push(match chars.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            '0' => '\0',
            'e' => '\u{1b}',
            'N' => '\u{85}',
            '_' => '\u{a0}',
            'x' => hex(&mut chars, 2)?,
            'u' => hex(&mut chars, 4)?,
            'U' => hex(&mut chars, 8)?,
            plain @ ('"' | '\\' | '/' | ' ' | '\'') => plain,
            _ => return None,
        });
    }
    Some(out)
}

fn hex(chars: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let text: String = chars.take(digits).collect();
    if text.len() != digits {
        return None;
    }
    char::from_u32(u32::from_str_radix(&text, 16).ok()?)
}
