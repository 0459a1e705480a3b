//! The export of any register, by its declaration.

use serde_json::{Map, Value};

use super::table::{Cell, Column, Look, Table};
use crate::domain::field::{FieldSpec, FromValue, Kind};
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::register::{Owner, Register};
use crate::domain::registers::COMMON;
use crate::store::Row;
use crate::text::mask;

/// What of a register leaves, and how open it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scope {
    /// Every field instead of the list's columns.
    pub all_fields: bool,
    /// Ids beside the words, for programs.
    pub ids: bool,
    /// Telephone numbers and addresses in full; the caller records who asked and why.
    pub unmask: bool,
}

/// Looks up the name of a person or the title of a record.
pub type Names<'a> = &'a dyn Fn(Id) -> Option<String>;

/// Returns the table of a register's records, in their order.
#[must_use]
pub fn table(
    register: &Register,
    rows: &[Row],
    scope: Scope,
    names: Names<'_>,
    look: &Look<'_>,
) -> Table {
    let fields = fields(register, scope);
    let mut columns: Vec<Column> = lead(scope)
        .iter()
        .map(|name| Column::new(name, lead_label(name, look)))
        .collect();
    columns.extend(
        fields
            .iter()
            .map(|field| Column::new(field.name, label(register, field.name, look))),
    );
    let cells = |row: &Row| {
        let shown = |field: &&&FieldSpec| {
            cell(
                register,
                field,
                row.fields.get(field.name),
                scope,
                names,
                look,
            )
        };
        let mut cells: Vec<Cell> = lead(scope)
            .iter()
            .map(|name| lead_cell(name, row, register, names, look))
            .collect();
        cells.extend(fields.iter().map(|field| shown(&field)));
        cells
    };
    Table {
        title: look.known(&format!("register-{}", register.name), register.name),
        columns,
        rows: rows.iter().map(cells).collect(),
    }
}

/// Returns the field's heading.
#[must_use]
pub fn label(register: &Register, field: &str, look: &Look<'_>) -> String {
    let own = format!("field-{}-{field}", register.name);
    if look.words.has(&own) {
        return look.words.get(&own).to_string();
    }
    look.known(&format!("field-{field}"), field)
}

/// `outlet-no` is the word for "no".
fn lead_label(name: &str, look: &Look<'_>) -> String {
    let id = if name == "no" {
        "outlet-no-column".to_owned()
    } else {
        format!("outlet-{name}")
    };
    look.known(&id, name)
}

/// What every record has beside its fields.
fn lead(scope: Scope) -> &'static [&'static str] {
    if scope.ids {
        &[
            "id",
            "register",
            "no",
            "state",
            "title",
            "owner",
            "first_owner",
            "due",
            "opened",
            "closed",
            "customer",
            "order",
        ]
    } else {
        &["no", "state", "owner", "due", "opened"]
    }
}

fn fields(register: &Register, scope: Scope) -> Vec<&'static FieldSpec> {
    let own = register.fields.iter().chain(COMMON).filter(|field| {
        let listed = register.columns.contains(&field.name);
        let led = lead(scope).contains(&field.name);
        !led && (listed
            || scope.all_fields && (!field.hidden || matches!(field.kind, Kind::Map(_))))
    });
    let mut fields: Vec<&'static FieldSpec> = own.collect();
    // The list's columns first and in the list's order, the others in the form's.
    let place = |field: &FieldSpec| {
        register
            .columns
            .iter()
            .position(|name| *name == field.name)
            .unwrap_or(usize::MAX)
    };
    fields.sort_by_key(|field| place(field));
    fields
}

fn lead_cell(
    name: &str,
    row: &Row,
    register: &Register,
    names: Names<'_>,
    look: &Look<'_>,
) -> Cell {
    let text = |text: &Option<String>| text.clone().map_or(Cell::Empty, Cell::Text);
    let id = |id: Option<Id>| id.map_or(Cell::Empty, |id| Cell::Number(id.to_string()));
    match name {
        "id" => id(Some(row.id)),
        "register" => Cell::word(
            &row.register,
            look.known(&format!("register-{}", row.register), &row.register),
        ),
        "no" => row.number.clone().map_or(Cell::Empty, Cell::Number),
        "state" => Cell::word(
            &row.state,
            look.known(
                &format!("state-{}-{}", register.name, row.state),
                &row.state,
            ),
        ),
        "title" => text(&row.title),
        "owner" => owner(row.owner, names, look),
        "first_owner" => owner(row.first_owner, names, look),
        "due" => row.due.map_or(Cell::Empty, Cell::Time),
        "opened" => Cell::Time(row.opened),
        "closed" => row.closed.map_or(Cell::Empty, Cell::Time),
        "customer" => id(row.customer),
        _ => row.order_number.clone().map_or(Cell::Empty, Cell::Number),
    }
}

/// Returns who answers for a record: id or post for programs, the name for people.
#[must_use]
pub fn owner(owner: Option<Owner>, names: Names<'_>, look: &Look<'_>) -> Cell {
    match owner {
        None => Cell::Empty,
        Some(Owner::Post(post)) => Cell::word(post.word(), look.value("post", post.word())),
        Some(Owner::Person(id)) => Cell::word(
            &id.to_string(),
            names(id).unwrap_or_else(|| id.to_string()[..8].to_owned()),
        ),
    }
}

fn cell(
    register: &Register,
    field: &FieldSpec,
    value: Option<&Value>,
    scope: Scope,
    names: Names<'_>,
    look: &Look<'_>,
) -> Cell {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Cell::Empty;
    };
    let text = || {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let hide = field.personal && !scope.unmask;
    match field.kind {
        Kind::Number if hide && field.name == "phone" => Cell::Number(mask::phone(&text())),
        Kind::Number => Cell::Number(text()),
        Kind::Text | Kind::LongText if hide && field.name.ends_with("address") => {
            Cell::Text(mask::address(&text()))
        }
        Kind::Text | Kind::LongText if !scope.unmask => Cell::Text(mask::free_text(&text())),
        Kind::Text | Kind::LongText => Cell::Text(text()),
        Kind::Integer => value
            .as_i64()
            .map_or_else(|| Cell::Text(text()), Cell::Integer),
        Kind::Time => value
            .as_i64()
            .map_or_else(|| Cell::Text(text()), Cell::Time),
        Kind::Money => Money::from_value(value).map_or_else(|| Cell::Text(text()), Cell::Money),
        Kind::Date => Cell::Day(text()),
        Kind::Flag => value
            .as_bool()
            .map_or_else(|| Cell::Text(text()), Cell::Flag),
        Kind::Choice(list) => Cell::word(&text(), look.value(list.name, &text())),
        Kind::Texts => match Vec::<String>::from_value(value) {
            Some(list) => Cell::List(list),
            None => Cell::Text(text()),
        },
        Kind::Record(_) => {
            let name = Id::from_value(value).and_then(names);
            Cell::word(
                &text(),
                name.unwrap_or_else(|| text().chars().take(8).collect()),
            )
        }
        Kind::Map(cells) => rows_of(register, cells, value, scope, names, look),
    }
}

/// A map in one cell: its rows one behind the other, or nested objects for programs.
fn rows_of(
    register: &Register,
    specs: &[FieldSpec],
    value: &Value,
    scope: Scope,
    names: Names<'_>,
    look: &Look<'_>,
) -> Cell {
    let Some(rows) = value.as_object() else {
        return Cell::Empty;
    };
    let mut lines = Vec::new();
    let mut nested = Map::new();
    for (key, row) in rows {
        let mut parts = Vec::new();
        let mut object = Map::new();
        for spec in specs {
            let cell = cell(register, spec, row.get(spec.name), scope, names, look);
            if cell != Cell::Empty {
                parts.push(cell.text(look));
                object.insert(spec.name.to_owned(), cell.json());
            }
        }
        lines.push(parts.join(" "));
        nested.insert(key.clone(), Value::Object(object));
    }
    Cell::Nested {
        value: Value::Object(nested),
        line: lines.join(" ; "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::SeededRandom;
    use crate::domain::payload::{Change, Payload};
    use crate::domain::registers::{customer, order};
    use crate::domain::seal::ReplicaKey;
    use crate::exchange::outlet::{Format, write};
    use crate::i18n::{Language, Words};
    use crate::store::{Author, Draft, Query, Shop, Store};
    use serde_json::json;

    fn text(table: &Table, format: Format, look: &Look<'_>) -> String {
        String::from_utf8(write(table, format, look, 0).unwrap()).unwrap()
    }

    /// Returns the row that a store makes of a record with these values.
    fn row(register: &'static Register, fields: &[(&str, Value)]) -> Vec<Row> {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(folder.path(), Shop::drill("export")).unwrap();
        let replica = store
            .add_replica(ReplicaKey::from_secret(&[3; 32]))
            .unwrap();
        let fields = fields
            .iter()
            .map(|(path, value)| ((*path).to_owned(), value.clone()))
            .collect();
        let payload = Payload::Open(Change {
            fields,
            ..Change::default()
        });
        let draft = Draft::new(register, Id([7; 16]), payload, 1_000);
        store
            .append(
                &Author { replica, zone: 480 },
                1_000,
                &mut SeededRandom::new("x"),
                &[draft],
            )
            .unwrap();
        store
            .rows(&Query {
                registers: vec![register.name],
                ..Query::default()
            })
            .unwrap()
    }

    #[test]
    fn personal_numbers_leave_masked_unless_asked_for() {
        let words = Words::new(Language::ZhCn);
        let look = Look {
            words: &words,
            zone: chrono_tz::Asia::Shanghai,
        };
        let rows = row(
            &customer::REGISTER,
            &[
                ("buyer", json!("阳光小屋")),
                ("phone", json!("13812345678")),
                ("address", json!("浙江省杭州市西湖区文三路1号")),
                ("note", json!("另一个 13912345678")),
            ],
        );
        let scope = Scope {
            all_fields: true,
            ..Scope::default()
        };
        let masked = text(
            &table(&customer::REGISTER, &rows, scope, &|_| None, &look),
            Format::Csv,
            &look,
        );
        assert!(
            !masked.contains("13812345678")
                && !masked.contains("文三路")
                && !masked.contains("13912345678")
        );
        let open = Scope {
            unmask: true,
            ..scope
        };
        let open = text(
            &table(&customer::REGISTER, &rows, open, &|_| None, &look),
            Format::Csv,
            &look,
        );
        assert!(
            open.contains("13812345678") && open.contains("文三路") && open.contains("13912345678")
        );
    }

    #[test]
    fn a_register_leaves_by_its_columns_or_whole() {
        let words = Words::new(Language::ZhCn);
        let look = Look {
            words: &words,
            zone: chrono_tz::Asia::Shanghai,
        };
        let rows = row(
            &order::REGISTER,
            &[
                ("number", json!("4031902847193518258")),
                ("paid", json!({"minor": 12900, "currency": "CNY"})),
                ("platform_state", json!("to_ship")),
                ("lines/a/title", json!("四件套")),
                ("lines/a/quantity", json!(2)),
            ],
        );
        let list = table(&order::REGISTER, &rows, Scope::default(), &|_| None, &look);
        assert_eq!(list.columns[5].name, "number");
        assert!(list.columns.iter().all(|column| column.name != "lines"));
        assert!(
            list.rows
                .iter()
                .all(|cells| cells.len() == list.columns.len())
        );
        let scope = Scope {
            all_fields: true,
            ids: true,
            unmask: false,
        };
        let text = text(
            &table(&order::REGISTER, &rows, scope, &|_| None, &look),
            Format::Json,
            &look,
        );
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            read["lines"],
            json!({"a": {"title": "四件套", "quantity": 2}})
        );
        assert_eq!(read["paid"], json!({"minor": 12900, "currency": "CNY"}));
        assert_eq!(read["platform_state"], json!("to_ship"));
        assert_eq!(read["id"], json!("07070707070707070707070707070707"));
    }
}
