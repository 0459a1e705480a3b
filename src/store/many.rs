//! Writing many rows of one table: in the table's order and many by one statement they cost two
//! thirds of what they cost one by one.

use rusqlite::{Connection, Statement, ToSql};

use super::error::Result;

/// How many rows one statement writes where there are many.
const TOGETHER: usize = 32;

/// The statements that write rows of one kind.
pub(super) struct Many {
    columns: usize,
    alone: String,
    together: String,
}

impl Many {
    /// Returns those that write these columns, by how a statement begins up to its table.
    ///
    /// Whoever writes many rows ends the transaction where one fails, so that it may begin with
    /// `INSERT OR FAIL`: else SQLite copies each page that a statement of many rows changes, to take
    /// back that statement alone.
    pub(super) fn of(begin: &str, columns: &[&str]) -> Self {
        let row = format!("({})", vec!["?"; columns.len()].join(","));
        let rows = |count: usize| {
            let rows = vec![row.as_str(); count].join(",");
            format!("{begin}({}) VALUES{rows}", columns.join(","))
        };
        Self {
            columns: columns.len(),
            alone: rows(1),
            together: rows(TOGETHER),
        }
    }

    /// Writes rows together as far as they go, and what is left one by one; `bind` binds one of
    /// them behind so many columns of the statement.
    pub(super) fn write<T>(
        &self,
        conn: &Connection,
        all: &[T],
        bind: impl Fn(&mut Statement<'_>, usize, &T) -> Result<()>,
    ) -> Result<()> {
        let (together, alone) = all.as_chunks::<TOGETHER>();
        if !together.is_empty() {
            let mut query = conn.prepare_cached(&self.together)?;
            for rows in together {
                self.execute(&mut query, rows, &bind)?;
            }
        }
        if !alone.is_empty() {
            let mut query = conn.prepare_cached(&self.alone)?;
            for row in alone {
                self.execute(&mut query, std::slice::from_ref(row), &bind)?;
            }
        }
        Ok(())
    }

    fn execute<T>(
        &self,
        query: &mut Statement<'_>,
        rows: &[T],
        bind: &impl Fn(&mut Statement<'_>, usize, &T) -> Result<()>,
    ) -> Result<()> {
        for (nth, row) in rows.iter().enumerate() {
            bind(query, nth * self.columns, row)?;
        }
        query.raw_execute()?;
        Ok(())
    }
}

/// Binds columns behind so many others of the statement.
pub(super) fn bind(query: &mut Statement<'_>, before: usize, columns: &[&dyn ToSql]) -> Result<()> {
    for (place, column) in (before + 1..).zip(columns) {
        query.raw_bind_parameter(place, column)?;
    }
    Ok(())
}
