//! Several tables under one heading, as a document in any format: a workbook has a sheet for each
//! and a last one for what stands below the heading, a file of commas the first table alone, so
//! that every line of it is a row of one table.

// Writing to a string cannot fail, so what `write!` returns is not looked at.
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::table::{Cell, Column, Look, Table};
use super::{Format, csv, html, markdown, xlsx};
use crate::problem::Problem;
use crate::text::clean;

/// A line about a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// The name for programs.
    pub name: String,
    /// The value for programs.
    pub value: Value,
    /// The line for people; none where it is for programs only.
    pub line: Option<String>,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// The heading.
    pub title: String,
    /// What stands below it.
    pub facts: Vec<Fact>,
    /// The tables with their names for programs, the main one first.
    pub tables: Vec<(&'static str, Table)>,
}

impl Document {
    /// Returns it as the bytes of a file that is made at this time (milliseconds UTC).
    ///
    /// Fails where a format cannot hold that many rows.
    pub fn write(&self, format: Format, look: &Look<'_>, made: i64) -> Result<Vec<u8>, Problem> {
        let text = match format {
            Format::Csv => match self.tables.first() {
                Some((_, table)) => csv::write(table, look),
                None => String::new(),
            },
            Format::Xlsx => {
                let about = self.about(look);
                let tables = self.tables.iter().map(|(_, table)| table);
                let sheets: Vec<&Table> = tables.chain(std::iter::once(&about)).collect();
                return xlsx::book(&sheets, look, made);
            }
            Format::Json => format!("{}\n", clean::json(&self.json().to_string())),
            Format::Markdown => self.markdown(look),
            Format::Html => self.html(look),
        };
        Ok(text.into_bytes())
    }

    fn json(&self) -> Value {
        let mut object = Map::new();
        for fact in &self.facts {
            object.insert(fact.name.clone(), fact.value.clone());
        }
        for (name, table) in &self.tables {
            let rows = table.rows.iter().map(|cells| {
                let cells = table.columns.iter().zip(cells);
                cells
                    .map(|(column, cell)| (column.name.clone(), cell.json()))
                    .collect::<Map<String, Value>>()
            });
            object.insert((*name).to_owned(), rows.map(Value::Object).collect());
        }
        Value::Object(object)
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        self.facts.iter().filter_map(|fact| fact.line.as_deref())
    }

    /// The heading and what stands below it as a table of one column.
    fn about(&self, look: &Look<'_>) -> Table {
        let lines = self.lines().map(|line| vec![Cell::Text(line.to_owned())]);
        Table {
            title: look.words.get("outlet-about").to_string(),
            columns: vec![Column::new("about", self.title.clone())],
            rows: lines.collect(),
        }
    }

    fn markdown(&self, look: &Look<'_>) -> String {
        let mut out = format!("# {}\n\n", clean::markdown(&self.title));
        for line in self.lines() {
            _ = writeln!(out, "- {}", clean::markdown(line));
        }
        for (_, table) in &self.tables {
            _ = write!(out, "\n## {}\n\n", clean::markdown(&table.title));
            out.push_str(&markdown::body(table, look));
        }
        out
    }

    fn html(&self, look: &Look<'_>) -> String {
        let mut out = String::from("<ul>\n");
        for line in self.lines() {
            _ = writeln!(out, "<li>{}</li>", clean::html(line));
        }
        out.push_str("</ul>\n");
        for (_, table) in &self.tables {
            _ = writeln!(out, "<h2>{}</h2>", clean::html(&table.title));
            out.push_str(&html::body(table, look));
        }
        html::page(&self.title, &out, look)
    }
}
