//! Rows handed out as files for a spreadsheet: masked, a file a register, each written down
//! among what was given away, since an erase does not reach it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::Desk;
use super::act::register;
use crate::domain::id::Id;
use crate::domain::register::Register;
use crate::exchange::outlet::export::{Scope, table};
use crate::exchange::outlet::table::Look;
use crate::exchange::outlet::{self, Format};
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::{Given, Holds, RECORDS_MAX, Row, private_file};

/// The most files of one name before it is given up.
const MOST: usize = 1_000;

impl Desk {
    /// Writes rows into a folder, a file for each register among them, and returns the files;
    /// none that is there already is written over.
    pub fn export_rows(
        &self,
        rows: &[Row],
        folder: &Path,
        words: &Words,
    ) -> Result<Vec<PathBuf>, Problem> {
        super::first::demand_folder(folder)?;
        let (me, day) = (self.me()?.replica, self.business_day(self.now())?);
        let mut by_register: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
        for row in rows {
            by_register
                .entry(row.register.as_str())
                .or_default()
                .push(row.clone());
        }
        let mut files = Vec::new();
        for (name, rows) in by_register {
            let file = free_name(folder, &format!("{name}-{day}"), Format::Xlsx.word())?;
            let bytes = self.as_table(register(name)?, &rows, Format::Xlsx, words)?;
            let holds = if rows.len() > RECORDS_MAX {
                Holds::Register(name.to_owned())
            } else {
                Holds::Records(rows.iter().map(|row| row.id.to_string()).collect())
            };
            self.store().note_given(&Given {
                at: self.now(),
                replica: me,
                kind: "table".to_owned(),
                file: file.display().to_string(),
                receivers: Vec::new(),
                reason: None,
                holds,
            })?;
            let written = private_file(&file)?.write_all(&bytes);
            written.map_err(|fault| Problem::unwritable(&file).caused_by(fault))?;
            files.push(file);
        }
        Ok(files)
    }

    /// Returns rows of a register as a file of this format: all fields, masked, with the names of
    /// who and what they name.
    pub fn as_table(
        &self,
        register: &Register,
        rows: &[Row],
        format: Format,
        words: &Words,
    ) -> Result<Vec<u8>, Problem> {
        let named = |id: Id| {
            let person = self.people().by_id(id).map(|person| person.name.clone());
            person.or_else(|| {
                self.store()
                    .row(id)
                    .ok()
                    .flatten()
                    .and_then(|row| row.title)
            })
        };
        let scope = Scope {
            all_fields: true,
            ids: true,
            unmask: false,
        };
        let look = Look {
            words,
            zone: self.zone(),
        };
        let table = table(register, rows, scope, &named, &look);
        outlet::write(&table, format, &look, self.now())
    }
}

/// Returns a name that nothing in the folder has.
pub(super) fn free_name(folder: &Path, stem: &str, ending: &str) -> Result<PathBuf, Problem> {
    let first = folder.join(format!("{stem}.{ending}"));
    let more = (2..MOST).map(|nth| folder.join(format!("{stem}-{nth}.{ending}")));
    std::iter::once(first.clone())
        .chain(more)
        .find(|file| !file.exists())
        .ok_or_else(|| Problem::unwritable(&first))
}
