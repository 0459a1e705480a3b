//! Orders as JSON.
//!
//! Our shape: a list of objects (or one object a line, or `{"orders": …}`) whose
//! keys are the cell names of [`profiles::targets`], times as text or Unix ms,
//! amounts as `"12.50"`, `12.50` or `{"minor": 1250, "currency": "CNY"}`, and
//! `lines` as a list of objects with `sub`, or a map from `sub` to objects:
//!
//! ```json
//! [{"number": "4031902847193527741", "buyer": "春天里", "platform_state": "待发货",
//!   "paid": "239.00", "placed_at": "2026-11-22 14:01:00",
//!   "lines": [{"sub": "1", "title": "四件套", "quantity": 1, "price": "239.00"}]}]
//! ```
//!
//! Other systems' objects are read by the paths in
//! `assets/profiles/orders_json.toml`; a map from numbers to objects works too.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::decode::Decoded;
use super::json::{self, Broken, Value};
use super::profiles::{self, Profile, Profiles, Type};
use super::sniff::{Format, Kind};
use super::{
    Cell, LineProblem, MAX_LINES, Options, Parsed, Row, clean_number, is_masked, rows, settle,
    times, unreadable, values,
};
use crate::problem::Problem;

const PATHS: &str = include_str!("../../../assets/profiles/orders_json.toml");

/// Keys that only an order has.
const SURELY: [&str; 4] = ["number", "order_id", "order_number", "order_no"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paths {
    number: Vec<String>,
    lines: Vec<String>,
    columns: HashMap<String, Vec<String>>,
    line: HashMap<String, Vec<String>>,
}

struct Reading<'a> {
    paths: Paths,
    /// The generic profile: its status words.
    profile: &'a Profile,
    options: &'a Options<'a>,
    seen: HashSet<String>,
    /// Objects in which nothing but a name looked like an order.
    strange: usize,
    parsed: Parsed,
}

/// Reads orders as JSON or JSON lines.
pub fn read(
    decoded: &Decoded,
    format: Format,
    options: &Options<'_>,
    profiles: &Profiles,
) -> Result<Parsed, Problem> {
    let broken = |cause: String| unreadable("problem-import-profile-file").arg("cause", cause);
    let profile = profiles
        .named(options.profile.unwrap_or("generic-orders"))
        .filter(|profile| profile.kind.register() == "order")
        .ok_or_else(|| broken("generic-orders".to_owned()))?;
    let mut reading = Reading {
        paths: toml::from_str(PATHS).map_err(|err| broken(err.to_string()))?,
        profile,
        options,
        seen: HashSet::new(),
        strange: 0,
        parsed: Parsed::new(Kind::Orders, format, decoded.encoding),
    };
    reading.parsed.profile = Some("orders-json".to_owned());
    match format {
        Format::JsonLines => reading.lines(decoded)?,
        _ => reading.whole(decoded)?,
    }
    if reading.parsed.rows.is_empty() && reading.strange == reading.parsed.read {
        return Err(unreadable("problem-import-json-orders").hint("problem-import-header-hint"));
    }
    for row in &mut reading.parsed.rows {
        settle::order(row, profile);
    }
    reading.parsed.exported_at = settle::exported_at(options, None, &reading.parsed.rows);
    Ok(reading.parsed)
}

/// The problem of JSON that cannot be read as a whole.
pub(super) fn not_json(broken: Broken) -> Problem {
    unreadable("problem-import-json")
        .arg("line", broken.line)
        .hint("problem-import-json-hint")
}

impl Reading<'_> {
    fn lines(&mut self, decoded: &Decoded) -> Result<(), Problem> {
        for (at, text) in decoded.text.lines().enumerate() {
            let line = at + 1;
            if text.trim().is_empty() {
                continue;
            }
            let value = if decoded.bad.contains(&line) {
                Err(Broken {
                    line,
                    reason: "import-line-bytes",
                })
            } else {
                json::parse(text, line)
            };
            match value {
                Ok(value) => self.one(None, &value, line)?,
                Err(broken) => {
                    self.parsed.read += 1;
                    let problem = LineProblem::new(broken.line, "", broken.reason, text);
                    self.parsed.refuse(problem);
                }
            }
        }
        Ok(())
    }

    fn whole(&mut self, decoded: &Decoded) -> Result<(), Problem> {
        if let Some(line) = decoded.bad.first() {
            return Err(unreadable("problem-import-bytes").arg("line", line));
        }
        let value = json::parse(&decoded.text, 1).map_err(not_json)?;
        let orders = value.get("orders").unwrap_or(&value);
        match orders {
            Value::List(list) => {
                for order in list {
                    self.one(None, order, order.line().unwrap_or(1))?;
                }
            }
            Value::Object(line, entries) => {
                if self.number(None, orders).is_some() {
                    return self.one(None, orders, *line);
                }
                for (key, order) in entries {
                    if let Value::Object(line, _) = order {
                        self.one(Some(key), order, *line)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn one(&mut self, key: Option<&str>, value: &Value, line: usize) -> Result<(), Problem> {
        if self.parsed.read >= MAX_LINES {
            return Err(unreadable("problem-import-lines").arg("limit", MAX_LINES));
        }
        self.parsed.read += 1;
        match self.order(key, value, line) {
            Ok(row) => self.parsed.rows.push(row),
            Err(problem) => {
                let strange = ["import-line-not-order", "import-line-number"];
                self.strange += usize::from(strange.contains(&problem.reason));
                self.parsed.refuse(problem);
            }
        }
        Ok(())
    }

    fn number(&self, key: Option<&str>, value: &Value) -> Option<String> {
        let own = self
            .paths
            .number
            .iter()
            .find_map(|path| value.get(path)?.scalar());
        own.or(key)
            .map(clean_number)
            .filter(|number| !number.is_empty())
    }

    fn order(&mut self, key: Option<&str>, value: &Value, line: usize) -> Result<Row, LineProblem> {
        let number = self
            .number(key, value)
            .filter(|_| matches!(value, Value::Object(..)))
            .ok_or_else(|| {
                LineProblem::new(
                    line,
                    "number",
                    "import-line-number",
                    key.unwrap_or_default(),
                )
            })?;
        if is_masked(&number) || number.len() > 64 {
            return Err(LineProblem::new(
                line,
                "number",
                "import-line-number-form",
                &number,
            ));
        }
        if !self.seen.insert(number.clone()) {
            return Err(LineProblem::new(
                line,
                "number",
                "import-line-twice",
                &number,
            ));
        }
        let currency = match self.text(value, "currency").filter(|text| !text.is_empty()) {
            Some(text) => text.to_uppercase(),
            None => rows::currency(self.options, self.profile),
        };
        let account = self.options.account.map(str::to_owned);
        let account = account.or_else(|| self.text(value, "account"));
        let platform = self.text(value, "platform");
        let mut cells = Vec::new();
        for (cell, kind) in profiles::targets(Kind::Orders) {
            if cell.contains('/') || matches!(*cell, "number" | "account" | "platform") {
                continue;
            }
            let Some(paths) = self.paths.columns.get(*cell).cloned() else {
                continue;
            };
            if let Some(found) = self.cell(line, cell, *kind, value, &paths, &currency)? {
                cells.push(((*cell).to_owned(), found));
            }
        }
        self.order_lines(line, value, &currency, &mut cells)?;
        // Anything may have an `id` or a `name`: an order says more of an order.
        let said = cells
            .iter()
            .filter(|(_, cell)| *cell != Cell::Absent)
            .count();
        let surely = SURELY.iter().any(|name| value.get(name).is_some());
        if !surely && said < 2 {
            return Err(LineProblem::new(line, "", "import-line-not-order", &number));
        }
        Ok(Row {
            line,
            register: "order",
            platform,
            account,
            number,
            cells,
        })
    }

    fn text(&self, value: &Value, cell: &str) -> Option<String> {
        let paths = self.paths.columns.get(cell)?;
        paths
            .iter()
            .find_map(|path| walk(value, path).first().and_then(|found| found.scalar()))
            .map(str::to_owned)
    }

    fn order_lines(
        &mut self,
        line: usize,
        value: &Value,
        currency: &str,
        cells: &mut Vec<(String, Cell)>,
    ) -> Result<(), LineProblem> {
        let Some(list) = self.paths.lines.iter().find_map(|name| value.get(name)) else {
            return Ok(());
        };
        let items: Vec<(Option<&str>, &Value)> = match list {
            Value::List(list) => list.iter().map(|item| (None, item)).collect(),
            Value::Object(_, entries) => entries
                .iter()
                .map(|(sub, item)| (Some(sub.as_str()), item))
                .collect(),
            _ => return Ok(()),
        };
        let mut counts: HashMap<String, usize> = HashMap::new();
        for (place, (key, item)) in items.into_iter().enumerate() {
            let line = item.line().unwrap_or(line);
            let own = self.paths.line.get("sub").and_then(|paths| {
                paths
                    .iter()
                    .find_map(|path| item.get(path)?.scalar().map(clean_number))
            });
            let name = key.map(clean_number).or(own);
            let name = name
                .unwrap_or_else(|| (place + 1).to_string())
                .replace('/', "_");
            let count = counts.entry(name.clone()).or_insert(0);
            *count += 1;
            let sub = if *count == 1 {
                name
            } else {
                format!("{name}~{count}")
            };
            for (target, kind) in profiles::targets(Kind::Orders) {
                let Some(cell) = target.strip_prefix("lines/").filter(|cell| *cell != "sub") else {
                    continue;
                };
                let Some(paths) = self.paths.line.get(cell).cloned() else {
                    continue;
                };
                if let Some(found) = self.cell(line, target, *kind, item, &paths, currency)? {
                    cells.push((format!("lines/{sub}/{cell}"), found));
                }
            }
        }
        Ok(())
    }

    fn cell(
        &mut self,
        line: usize,
        cell: &str,
        kind: Type,
        value: &Value,
        paths: &[String],
        currency: &str,
    ) -> Result<Option<Cell>, LineProblem> {
        let found = paths
            .iter()
            .map(|path| walk(value, path))
            .find(|found| !found.is_empty());
        let Some(found) = found else { return Ok(None) };
        if kind == Type::Money {
            return amounts(&found, currency)
                .map_err(|(reason, text)| LineProblem::new(line, cell, reason, &text))
                .map(Some);
        }
        let text = joined(&found, cell.ends_with("variant"));
        if text.is_empty() {
            return Ok(Some(Cell::Absent));
        }
        let problem = |reason| LineProblem::new(line, cell, reason, &text);
        let (zone, order) = (self.options.zone, self.options.date_order);
        Ok(Some(match kind {
            Type::Number => Cell::Text(clean_number(&text)),
            Type::Time | Type::Deadline => {
                Cell::Time(times::time(&text, zone, order).map_err(problem)?)
            }
            Type::Integer => Cell::Integer(values::integer(&text).map_err(problem)?),
            Type::Count => Cell::Integer(values::count(&text).map_err(problem)?),
            Type::Share => Cell::Integer(values::share(&text).map_err(problem)?),
            Type::Span => Cell::Integer(values::span(&text).map_err(problem)?),
            Type::Status => {
                let word = self
                    .profile
                    .state(cell, &text)
                    .or_else(|| self.profile.state("platform_state", &text));
                if word.is_none() {
                    self.parsed.remark(problem("import-remark-state"));
                }
                Cell::status(cell, word, &text)
            }
            Type::Text | Type::Money => Cell::Text(text),
        }))
    }
}

/// The values at a path; lists are walked through, `null` is not there.
fn walk<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut found = vec![value];
    for step in path.split('.') {
        let (name, filter) = match step.split_once('[') {
            Some((name, filter)) => (
                name,
                filter.strip_suffix(']').and_then(|f| f.split_once('=')),
            ),
            None => (step, None),
        };
        found = found
            .into_iter()
            .flat_map(flat)
            .filter_map(|value| value.get(name))
            .flat_map(flat)
            .filter(|value| {
                filter
                    .is_none_or(|(key, want)| value.get(key).and_then(Value::scalar) == Some(want))
            })
            .collect();
    }
    found.retain(|value| **value != Value::Null);
    found
}

fn flat(value: &Value) -> Vec<&Value> {
    match value {
        Value::List(list) => list.iter().flat_map(flat).collect(),
        other => vec![other],
    }
}

/// Several amounts are one sum: payments of an order.
fn amounts(found: &[&Value], currency: &str) -> Result<Cell, (&'static str, String)> {
    let mut total: Option<(i64, String)> = None;
    for value in found {
        let (minor, unit) = amount(value, currency)?;
        total = match total {
            None => Some((minor, unit)),
            Some((before, same)) if same == unit => {
                let sum = before.checked_add(minor);
                Some((sum.ok_or(("import-line-large", String::new()))?, same))
            }
            Some(_) => return Err(("import-line-currency", unit)),
        };
    }
    Ok(total.map_or(Cell::Absent, |(minor, currency)| Cell::Money {
        minor,
        currency,
    }))
}

fn amount(value: &Value, currency: &str) -> Result<(i64, String), (&'static str, String)> {
    if let Some(minor) = value.get("minor").and_then(Value::scalar) {
        let unit = value
            .get("currency")
            .and_then(Value::scalar)
            .unwrap_or(currency);
        let minor = minor
            .parse()
            .map_err(|_| ("import-line-money", minor.to_owned()))?;
        return Ok((minor, unit.to_owned()));
    }
    let text = value.scalar().unwrap_or_default();
    values::money(text, currency).map_err(|reason| (reason, text.to_owned()))
}

/// Text of what was found: different values once, parts of objects in a row.
fn joined(found: &[&Value], named: bool) -> String {
    let mut parts: Vec<String> = Vec::new();
    for value in found {
        let part = match value {
            Value::Object(_, entries) => entries
                .iter()
                .filter_map(|(name, value)| {
                    let text = value.scalar()?;
                    Some(if named {
                        format!("{name}: {text}")
                    } else {
                        text.to_owned()
                    })
                })
                .collect::<Vec<_>>()
                .join(if named { "; " } else { ", " }),
            other => other.scalar().unwrap_or_default().to_owned(),
        };
        if !part.is_empty() && !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join(", ")
}
