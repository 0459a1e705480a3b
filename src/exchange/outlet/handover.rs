//! The handover document: what one shift leaves to the next, in one file that can be read
//! without zhiban (requirements 6).
//!
//! As JSON it carries a `checksum`: blake3 of the same object without that member, written by
//! `serde_json` with sorted keys and no spaces, 64 hex.

// Writing to a string cannot fail, so what `write!` returns is not looked at.
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::table::{Cell, Column, Look, Table, rfc3339};
use super::{Format, html, markdown};
use crate::problem::Problem;
use crate::text::{clean, mask};

/// How much of the checksum people compare.
const SHORT: usize = 16;

/// Who hands over what to whom, when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// The shop.
    pub shop: String,
    /// The sheet's number for people.
    pub number: Option<String>,
    /// The business day, `2026-11-22`.
    pub day: String,
    /// The word of the shift.
    pub shift: Option<String>,
    /// Who leaves.
    pub from: String,
    /// Who takes over: a person's name or a post's word; empty for whoever comes.
    pub to: String,
    /// Whether `to` is a post's word.
    pub to_post: bool,
    /// The accounts that were served.
    pub accounts: Vec<String>,
    /// When the shift began, milliseconds UTC.
    pub started: Option<i64>,
    /// When it ends, milliseconds UTC.
    pub ended: Option<i64>,
    /// When the sheet was signed, milliseconds UTC.
    pub signed: Option<i64>,
    /// The sheet's state.
    pub state: String,
}

/// An open item that is handed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub no: usize,
    /// Its register.
    pub kind: String,
    /// What people call it: its number, else the beginning of its id.
    pub reference: String,
    /// The buyer as the shop sees them.
    pub buyer: String,
    /// The order's number.
    pub order: String,
    /// How it stands, in a sentence.
    pub summary: String,
    /// What is to be done.
    pub next: String,
    /// By when, milliseconds UTC.
    pub due: Option<i64>,
    /// `red`, `yellow` or `green`.
    pub severity: String,
    /// What to do if something happens or does not.
    pub if_then: String,
    /// Whether the buyer was told, where that is known.
    pub told_customer: Option<bool>,
    /// Who was asked first.
    pub first_owner: String,
    /// What became of it: `open`, `accepted`, `changed`, `asked`, `returned`.
    pub ack: String,
    /// Who said so.
    pub ack_by: String,
    /// When, milliseconds UTC.
    pub ack_at: Option<i64>,
    /// What they said.
    pub ack_note: String,
}

/// What to watch out for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Point {
    /// The words.
    pub text: String,
    /// Until when, milliseconds UTC.
    pub until: Option<i64>,
}

/// A figure of the shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Its word: the end of `handover-figure-WORD`.
    pub word: String,
    /// Its value as people write it.
    pub value: String,
}

/// The document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Who, what, when.
    pub header: Header,
    /// The shift's figures.
    pub workload: Vec<Figure>,
    /// The open items.
    pub lines: Vec<Line>,
    /// How many open items the leaver has: the lines must be as many.
    pub open_items: usize,
    /// What to watch out for.
    pub points: Vec<Point>,
    /// Goods that are out of stock and notices in force.
    pub carried: Vec<Point>,
    /// Numbers of forms given in the shift, as runs.
    pub numbers: Vec<String>,
    /// Who looked over it.
    pub second: Option<String>,
    /// What else was written.
    pub note: String,
}

impl Document {
    /// Returns whether every open item stands on a line.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.lines.len() == self.open_items
    }

    /// Returns the document with buyers' names and telephone numbers masked, for print.
    #[must_use]
    pub fn masked(mut self) -> Self {
        for line in &mut self.lines {
            line.buyer = mask::name(&line.buyer);
            for text in [
                &mut line.summary,
                &mut line.next,
                &mut line.if_then,
                &mut line.ack_note,
            ] {
                *text = mask::free_text(text);
            }
        }
        for point in self.points.iter_mut().chain(&mut self.carried) {
            point.text = mask::free_text(&point.text);
        }
        self.note = mask::free_text(&self.note);
        self
    }

    /// Returns the document in a format, made at this time (milliseconds UTC); in those of
    /// spreadsheets only its lines.
    pub fn write(&self, format: Format, look: &Look<'_>, made: i64) -> Result<Vec<u8>, Problem> {
        let text = match format {
            Format::Csv | Format::Xlsx => {
                return super::write(&self.table(look), format, look, made);
            }
            Format::Json => {
                let text = serde_json::to_string_pretty(&self.json(look)).unwrap_or_default();
                clean::json(&text).into_owned() + "\n"
            }
            Format::Markdown => self.markdown(look),
            Format::Html => self.html(look),
        };
        Ok(text.into_bytes())
    }

    /// Returns the document for programs, with its checksum.
    #[must_use]
    pub fn json(&self, look: &Look<'_>) -> Value {
        let header = &self.header;
        let mut object = Map::new();
        object.insert("header".into(), json!({
            "shop": header.shop, "number": header.number, "shift_date": header.day, "shift": header.shift,
            "from_agent": header.from, "to": header.to, "to_post": header.to_post, "accounts": header.accounts,
            "started": header.started.map(rfc3339), "ended": header.ended.map(rfc3339),
            "signed": header.signed.map(rfc3339), "state": header.state,
            "app_version": env!("CARGO_PKG_VERSION"), "language": look.words.language().tag(),
        }));
        let workload: Map<String, Value> = self
            .workload
            .iter()
            .map(|figure| (figure.word.clone(), json!(figure.value)))
            .collect();
        object.insert("workload".into(), Value::Object(workload));
        object.insert("lines".into(), self.lines.iter().map(line_json).collect());
        object.insert("open_items".into(), json!(self.open_items));
        object.insert("counts_agree".into(), json!(self.agrees()));
        object.insert("attention".into(), points_json(&self.points));
        object.insert("carried".into(), points_json(&self.carried));
        object.insert("numbers".into(), json!(self.numbers));
        object.insert("second_check".into(), json!(self.second));
        object.insert("note".into(), json!(self.note));
        let sum = checksum(&object);
        object.insert("checksum".into(), json!(sum));
        Value::Object(object)
    }

    /// Returns the lines as a table.
    #[must_use]
    pub fn table(&self, look: &Look<'_>) -> Table {
        let heads = [
            "line",
            "severity",
            "kind",
            "reference",
            "buyer",
            "order",
            "summary",
            "next",
            "due",
            "if-then",
            "first-owner",
            "ack",
            "ack-by",
            "ack-note",
        ];
        let head = |name: &&str| {
            Column::new(
                name,
                look.words
                    .get(&format!("handover-column-{name}"))
                    .to_string(),
            )
        };
        Table {
            title: self.title(look),
            columns: heads.iter().map(head).collect(),
            rows: self
                .lines
                .iter()
                .map(|line| line_cells(line, look))
                .collect(),
        }
    }

    fn title(&self, look: &Look<'_>) -> String {
        look.words.with(
            "handover-title",
            &[
                ("shop", self.header.shop.as_str().into()),
                ("day", self.header.day.as_str().into()),
                ("from", self.header.from.as_str().into()),
                ("to", self.receiver(look).into()),
            ],
        )
    }

    fn receiver(&self, look: &Look<'_>) -> String {
        if self.header.to.is_empty() {
            look.words.get("handover-to-anybody").to_string()
        } else if self.header.to_post {
            look.value("post", &self.header.to)
        } else {
            self.header.to.clone()
        }
    }

    /// What stands above the lines: label and text.
    fn facts(&self, look: &Look<'_>) -> Vec<(String, String)> {
        let header = &self.header;
        let time = |at: Option<i64>| at.map_or_else(String::new, |at| look.time(at));
        let counts = look.words.with(
            if self.agrees() {
                "handover-counts-agree"
            } else {
                "handover-counts-differ"
            },
            &[
                ("lines", self.lines.len().into()),
                ("items", self.open_items.into()),
            ],
        );
        let facts = [
            ("number", header.number.clone().unwrap_or_default()),
            (
                "shift",
                header
                    .shift
                    .as_deref()
                    .map_or_else(String::new, |shift| look.value("shift", shift)),
            ),
            ("started", time(header.started)),
            ("ended", time(header.ended)),
            ("accounts", header.accounts.join(" · ")),
            (
                "state",
                look.known(&format!("state-handover-{}", header.state), &header.state),
            ),
            ("signed", time(header.signed)),
            ("counts", counts),
            ("numbers", self.numbers.join(" · ")),
            ("second", self.second.clone().unwrap_or_default()),
            ("note", self.note.clone()),
            ("checksum", self.short_checksum(look)),
        ];
        facts
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| {
                (
                    look.words.get(&format!("handover-fact-{name}")).to_string(),
                    text,
                )
            })
            .collect()
    }

    fn short_checksum(&self, look: &Look<'_>) -> String {
        let json = self.json(look);
        json.get("checksum")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .chars()
            .take(SHORT)
            .collect()
    }

    /// The lists below the lines: heading and entries.
    fn lists(&self, look: &Look<'_>) -> Vec<(String, Vec<String>)> {
        let point = |point: &Point| match point.until {
            Some(until) => look.words.with(
                "handover-point-until",
                &[
                    ("text", point.text.as_str().into()),
                    ("until", look.time(until).into()),
                ],
            ),
            None => point.text.clone(),
        };
        let figure = |figure: &Figure| {
            let name = look.known(&format!("handover-figure-{}", figure.word), &figure.word);
            format!("{name} {}", figure.value)
        };
        let lists = [
            (
                "handover-part-points",
                self.points.iter().map(point).collect::<Vec<_>>(),
            ),
            (
                "handover-part-carried",
                self.carried.iter().map(point).collect(),
            ),
            (
                "handover-part-figures",
                self.workload.iter().map(figure).collect(),
            ),
        ];
        lists
            .into_iter()
            .filter(|(_, entries)| !entries.is_empty())
            .map(|(id, entries)| (look.words.get(id).to_string(), entries))
            .collect()
    }

    fn markdown(&self, look: &Look<'_>) -> String {
        let mut out = format!("# {}\n\n", clean::markdown(&self.title(look)));
        for (label, text) in self.facts(look) {
            _ = writeln!(
                out,
                "- **{}** {}",
                clean::markdown(&label),
                clean::markdown(&text)
            );
        }
        _ = write!(out, "\n## {}\n\n", look.words.get("handover-part-lines"));
        out.push_str(&markdown::body(&self.table(look), look));
        for (heading, entries) in self.lists(look) {
            _ = write!(out, "\n## {}\n\n", clean::markdown(&heading));
            for entry in entries {
                _ = writeln!(out, "- {}", clean::markdown(&entry));
            }
        }
        out
    }

    fn html(&self, look: &Look<'_>) -> String {
        let mut out = String::from("<table>\n");
        for (label, text) in self.facts(look) {
            _ = writeln!(
                out,
                "<tr><th>{}</th><td>{}</td></tr>",
                clean::html(&label),
                clean::html(&text)
            );
        }
        _ = write!(
            out,
            "</table>\n<h2>{}</h2>\n",
            clean::html(&look.words.get("handover-part-lines"))
        );
        out.push_str(&html::body(&self.table(look), look));
        for (heading, entries) in self.lists(look) {
            _ = write!(out, "<h2>{}</h2>\n<ul>\n", clean::html(&heading));
            for entry in entries {
                _ = writeln!(out, "<li>{}</li>", clean::html(&entry));
            }
            out.push_str("</ul>\n");
        }
        html::page(&self.title(look), &out, look)
    }
}

/// Returns whether a document as JSON is as it was written.
#[must_use]
pub fn is_whole(document: &Value) -> bool {
    let Some(mut object) = document.as_object().cloned() else {
        return false;
    };
    let said = object.remove("checksum");
    said.as_ref().and_then(Value::as_str) == Some(&checksum(&object))
}

fn checksum(object: &Map<String, Value>) -> String {
    // The map sorts its keys, so equal documents have equal bytes.
    let bytes = serde_json::to_vec(object).unwrap_or_default();
    blake3::hash(&bytes).to_hex().to_string()
}

fn line_json(line: &Line) -> Value {
    let ack = (line.ack != "open" && !line.ack.is_empty()).then(|| {
        json!({"state": line.ack, "by": line.ack_by, "at": line.ack_at.map(rfc3339), "note": line.ack_note})
    });
    json!({
        "line": line.no, "kind": line.kind, "ref": line.reference, "buyer": line.buyer, "order": line.order,
        "summary": line.summary, "next": line.next, "due": line.due.map(rfc3339), "priority": line.severity,
        "if_then": line.if_then, "told_customer": line.told_customer, "first_owner": line.first_owner, "ack": ack,
    })
}

fn points_json(points: &[Point]) -> Value {
    points
        .iter()
        .map(|point| json!({"text": point.text, "until": point.until.map(rfc3339)}))
        .collect()
}

fn line_cells(line: &Line, look: &Look<'_>) -> Vec<Cell> {
    let text = |text: &str| {
        if text.is_empty() {
            Cell::Empty
        } else {
            Cell::Text(text.to_owned())
        }
    };
    let ack = if line.ack.is_empty() {
        "open"
    } else {
        &line.ack
    };
    vec![
        Cell::Integer(line.no as i64),
        Cell::word(&line.severity, look.value("colour", &line.severity)),
        Cell::word(
            &line.kind,
            look.known(&format!("register-{}", line.kind), &line.kind),
        ),
        Cell::Number(line.reference.clone()),
        text(&line.buyer),
        Cell::Number(line.order.clone()),
        text(&line.summary),
        text(&line.next),
        line.due.map_or(Cell::Empty, Cell::Time),
        text(&line.if_then),
        text(&line.first_owner),
        Cell::word(ack, look.value("line_ack", ack)),
        text(&line.ack_by),
        text(&line.ack_note),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, Words};

    fn document() -> Document {
        let line = Line {
            no: 1,
            kind: "promise".into(),
            reference: "P-LX-0003".into(),
            buyer: "雨后彩虹".into(),
            order: "4031902847193518258".into(),
            summary: "显示签收但没收到，电话13812345678".into(),
            next: "回电|<b>".into(),
            due: Some(1_795_348_800_000),
            severity: "red".into(),
            if_then: "若没照片，就先补发".into(),
            first_owner: "林晓".into(),
            ..Line::default()
        };
        Document {
            header: Header {
                shop: "青禾家居".into(),
                day: "2026-11-22".into(),
                shift: Some("early".into()),
                from: "林晓".into(),
                to: "after_sales".into(),
                to_post: true,
                state: "signed".into(),
                ..Header::default()
            },
            workload: vec![Figure {
                word: "registered".into(),
                value: "31".into(),
            }],
            lines: vec![line],
            open_items: 1,
            points: vec![Point {
                text: "圆通爆仓".into(),
                until: Some(1_795_400_000_000),
            }],
            ..Document::default()
        }
    }

    #[test]
    fn json_is_whole_until_a_byte_changes() {
        let words = Words::new(Language::ZhCn);
        let look = Look {
            words: &words,
            zone: chrono_tz::Asia::Shanghai,
        };
        let text = document().write(Format::Json, &look, 0);
        let mut read: Value = serde_json::from_slice(&text.unwrap()).unwrap();
        assert!(is_whole(&read));
        assert_eq!(read["counts_agree"], json!(true));
        assert_eq!(read["lines"][0]["due"], json!("2026-11-22T12:00:00Z"));
        read["lines"][0]["next"] = json!("other");
        assert!(!is_whole(&read));
    }

    #[test]
    fn print_is_masked_and_escaped_in_all_languages() {
        for language in Language::ALL {
            let words = Words::new(language);
            let look = Look {
                words: &words,
                zone: chrono_tz::Asia::Shanghai,
            };
            for format in [Format::Markdown, Format::Html, Format::Csv] {
                let text = document().masked().write(format, &look, 0).unwrap();
                let text = String::from_utf8(text).unwrap();
                assert!(
                    !text.contains("雨后彩虹") && !text.contains("13812345678"),
                    "{text}"
                );
                assert!(format == Format::Csv || !text.contains("<b>"), "{text}");
                assert!(
                    !text.contains("handover-") && !text.contains("{$"),
                    "{text}"
                );
                assert!(text.contains("4031902847193518258"), "{text}");
            }
        }
    }

    #[test]
    fn a_missing_line_is_said() {
        let words = Words::new(Language::En);
        let look = Look {
            words: &words,
            zone: chrono_tz::Asia::Shanghai,
        };
        let short = Document {
            open_items: 2,
            ..document()
        };
        assert!(!short.agrees());
        assert_eq!(short.json(&look)["counts_agree"], json!(false));
    }
}
