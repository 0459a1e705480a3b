//! Workbook, shared strings, formats and rows of an XLSX.

use quick_xml::events::{BytesStart, Event};

use super::archive::{Archive, Xml, attribute, unescape_letters};
use super::number::{Number, Shown, built_in, by_code};
use super::{
    COLUMNS, Fault, MAX_CELL_TEXT, MAX_FORMATS, MAX_ROW_TEXT, MAX_ROWS, MAX_SHEETS, MAX_STRINGS,
    Row, Sheet, Strings,
};

/// Most links of a part that are read.
const MAX_LINKS: usize = 4_096;
/// Most bytes of a small value, such as a number.
const SMALL: usize = 4_096;

/// A workbook that is open.
pub(super) struct Book<'a> {
    archive: Archive<'a>,
    sheets: Vec<Sheet<String>>,
    strings: Strings,
    /// How each format of cells shows numbers.
    formats: Vec<Shown>,
    is_1904: bool,
}

/// A part that another one names.
struct Link {
    id: String,
    /// The end of its kind's address: `worksheet`.
    kind: String,
    /// Its name in the archive.
    target: String,
}

impl<'a> Book<'a> {
    /// Reads all but the sheets.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Fault> {
        let mut archive = Archive::open(bytes)?;
        let named = links(&mut archive, "")?;
        let workbook = target(&named, "officeDocument").unwrap_or("xl/workbook.xml");
        let (found, is_1904) = workbook_of(&mut archive, workbook)?;
        let links = links(&mut archive, workbook)?;
        let sheets = found.into_iter().filter_map(|sheet| {
            let link = links.iter().find(|link| link.id == sheet.place)?;
            let place = link.target.clone();
            (link.kind == "worksheet").then_some(Sheet { place, ..sheet })
        });
        let sheets = sheets.collect();
        let strings = match target(&links, "sharedStrings") {
            Some(part) => strings(&mut archive, part)?,
            None => Strings::default(),
        };
        let formats = match target(&links, "styles") {
            Some(part) => formats(&mut archive, part)?,
            None => Vec::new(),
        };
        Ok(Self {
            archive,
            sheets,
            strings,
            formats,
            is_1904,
        })
    }

    pub(super) fn sheets(&self) -> &[Sheet<String>] {
        &self.sheets
    }

    /// Begins the rows of a sheet.
    pub(super) fn rows(&mut self, sheet: usize) -> Result<Rows<'_>, Fault> {
        let place = &self.sheets.get(sheet).ok_or(Fault::Damaged)?.place;
        let mut xml = self.archive.part(place)?.ok_or(Fault::Damaged)?;
        loop {
            match xml.read()? {
                Event::Start(start) if start.local_name().as_ref() == "sheetData" => break,
                Event::Eof => return Err(Fault::Damaged),
                _ => {}
            }
        }
        Ok(Rows {
            xml,
            strings: &self.strings,
            formats: &self.formats,
            is_1904: self.is_1904,
            number: 0,
        })
    }
}

/// Returns what a part of this name links to; the whole package where it has none.
fn links(archive: &mut Archive<'_>, part: &str) -> Result<Vec<Link>, Fault> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let place = format!("{folder}/_rels/{name}.rels");
    let mut links = Vec::new();
    let Some(mut xml) = archive.part(&place)? else {
        return Ok(links);
    };
    loop {
        match xml.read()? {
            Event::Start(start) if start.local_name().as_ref() == "Relationship" => {
                // What lies outside the file is nobody's business here.
                if attribute(&start, "TargetMode")?.is_some_and(|mode| mode == "External") {
                    continue;
                }
                let get = |name| attribute(&start, name).map(Option::unwrap_or_default);
                let (id, kind, target) = (get("Id")?, get("Type")?, get("Target")?);
                if links.len() >= MAX_LINKS {
                    return Err(Fault::Crowded);
                }
                links.push(Link {
                    id,
                    kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                    target: resolve(folder, &target),
                });
            }
            Event::Eof => return Ok(links),
            _ => {}
        }
    }
}

/// A target as seen from a folder of the archive.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    if let Some(whole) = target.strip_prefix('/') {
        return whole.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            ".." => {
                steps.pop();
            }
            "." | "" => {}
            _ => steps.push(step),
        }
    }
    steps.join("/")
}

fn target<'l>(links: &'l [Link], kind: &str) -> Option<&'l str> {
    let link = links.iter().find(|link| link.kind == kind)?;
    Some(&link.target)
}

/// A workbook's sheets, their places still the links to them, and whether its days count from
/// 1904.
fn workbook_of(archive: &mut Archive<'_>, part: &str) -> Result<(Vec<Sheet<String>>, bool), Fault> {
    let mut xml = archive.part(part)?.ok_or(Fault::Damaged)?;
    let (mut sheets, mut is_1904) = (Vec::new(), false);
    loop {
        match xml.read()? {
            Event::Start(start) => match start.local_name().as_ref() {
                "workbookPr" => {
                    let says = attribute(&start, "date1904")?;
                    is_1904 = matches!(says.as_deref(), Some("1" | "true" | "on"));
                }
                "sheet" => {
                    if sheets.len() > MAX_SHEETS {
                        return Err(Fault::Crowded);
                    }
                    let state = attribute(&start, "state")?;
                    sheets.push(Sheet {
                        name: attribute(&start, "name")?.unwrap_or_default(),
                        is_hidden: matches!(state.as_deref(), Some("hidden" | "veryHidden")),
                        place: attribute(&start, "id")?.unwrap_or_default(),
                    });
                }
                _ => {}
            },
            Event::Eof => return Ok((sheets, is_1904)),
            _ => {}
        }
    }
}

fn strings(archive: &mut Archive<'_>, part: &str) -> Result<Strings, Fault> {
    let mut strings = Strings::default();
    let Some(mut xml) = archive.part(part)? else {
        return Ok(strings);
    };
    loop {
        match xml.read()? {
            Event::Start(start) if start.local_name().as_ref() == "si" => {
                xml.rich_text("si", &mut strings.text, MAX_STRINGS)?;
                strings.end()?;
            }
            Event::Eof => return Ok(strings),
            _ => {}
        }
    }
}

/// How the formats of cells show numbers, in their order.
fn formats(archive: &mut Archive<'_>, part: &str) -> Result<Vec<Shown>, Fault> {
    let (mut own, mut formats) = (Vec::new(), Vec::new());
    let Some(mut xml) = archive.part(part)? else {
        return Ok(formats);
    };
    // Formats of named styles look the same and stand before those of cells.
    let mut is_of_cells = false;
    loop {
        match xml.read()? {
            Event::Start(start) => match start.local_name().as_ref() {
                "numFmt" => {
                    let code = attribute(&start, "formatCode")?.unwrap_or_default();
                    own.push((number(&start, "numFmtId")?, by_code(&code)));
                }
                "cellXfs" => is_of_cells = true,
                "xf" if is_of_cells => {
                    let id = number(&start, "numFmtId")?;
                    let known = own.iter().find(|(known, _)| *known == id);
                    formats.push(known.map_or_else(|| built_in(id), |(_, shown)| *shown));
                }
                _ => {}
            },
            Event::End(end) if end.local_name().as_ref() == "cellXfs" => is_of_cells = false,
            Event::Eof => return Ok(formats),
            _ => {}
        }
        if own.len() > MAX_SHEETS * 4 || formats.len() > MAX_FORMATS {
            return Err(Fault::Crowded);
        }
    }
}

fn number(start: &BytesStart<'_>, name: &str) -> Result<u32, Fault> {
    let text = attribute(start, name)?.unwrap_or_default();
    Ok(text.parse().unwrap_or(0))
}

/// The rows of a sheet, one after another.
pub(super) struct Rows<'b> {
    xml: Xml<'b>,
    strings: &'b Strings,
    formats: &'b [Shown],
    is_1904: bool,
    /// The row before, from 1.
    number: usize,
}

impl Rows<'_> {
    /// Reads the next row that has any cell.
    pub(super) fn read(&mut self) -> Result<Option<Row>, Fault> {
        loop {
            let number = match self.xml.read()? {
                Event::Start(start) if start.local_name().as_ref() == "row" => {
                    match attribute(&start, "r")? {
                        Some(number) => number.parse().map_err(|_| Fault::Damaged)?,
                        None => self.number + 1,
                    }
                }
                Event::End(end) if end.local_name().as_ref() == "sheetData" => return Ok(None),
                Event::Eof => return Err(Fault::Damaged),
                _ => continue,
            };
            if number > MAX_ROWS {
                return Err(Fault::Crowded);
            }
            self.number = number;
            let row = self.row(number)?;
            if row.cells.as_ref().is_ok_and(Vec::is_empty) {
                continue;
            }
            return Ok(Some(row));
        }
    }

    fn row(&mut self, number: usize) -> Result<Row, Fault> {
        let mut row = Row::new(number);
        let mut next = 0;
        loop {
            let (column, kind, format) = match self.xml.read()? {
                Event::Start(start) if start.local_name().as_ref() == "c" => head(&start, next)?,
                Event::End(end) if end.local_name().as_ref() == "row" => return Ok(row),
                Event::Eof => return Err(Fault::Damaged),
                _ => continue,
            };
            next = column + 1;
            let text = self.cell(&kind, format)?;
            row.put(column, text)?;
        }
    }

    /// Reads the text of a cell up to its end.
    fn cell(&mut self, kind: &str, format: usize) -> Result<String, Fault> {
        let (mut value, mut own) = (String::new(), String::new());
        loop {
            let what = match self.xml.read()? {
                Event::Start(start) => match start.local_name().as_ref() {
                    "v" => 'v',
                    "is" => 'i',
                    _ => continue,
                },
                Event::End(end) if end.local_name().as_ref() == "c" => break,
                Event::Eof => return Err(Fault::Damaged),
                _ => continue,
            };
            if what == 'v' {
                self.xml.text("v", &mut value, MAX_ROW_TEXT)?;
            } else {
                self.xml.rich_text("is", &mut own, MAX_ROW_TEXT)?;
            }
        }
        Ok(match kind {
            "inlineStr" => own,
            "s" => {
                let at = value.trim().parse().map_err(|_| Fault::Damaged)?;
                self.strings.get(at)?.to_owned()
            }
            "b" => if value.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned(),
            "str" => {
                unescape_letters(&mut value, 0);
                value
            }
            "d" | "e" => value,
            _ if value.len() > SMALL => return Err(Fault::Damaged),
            _ => {
                let shown = self.formats.get(format).copied().unwrap_or_default();
                Number::read(&value).map_or(value, |number| number.text(shown, self.is_1904))
            }
        })
    }
}

/// Column, kind and format of a cell.
fn head(start: &BytesStart<'_>, next: usize) -> Result<(usize, String, usize), Fault> {
    let (mut column, mut kind, mut format) = (next, String::new(), 0);
    for one in start.attributes().with_checks(false) {
        let one = one.map_err(|_| Fault::Damaged)?;
        match one.key.as_ref() {
            "r" => column = column_of(&one.value)?,
            "t" => kind = one.value.into_owned(),
            "s" => format = one.value.parse().unwrap_or(0),
            _ => {}
        }
    }
    Ok((column, kind, format))
}

/// The column of `AB12`, from 0.
fn column_of(place: &str) -> Result<usize, Fault> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic);
    let mut column = 0;
    for letter in letters {
        column = column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1;
        if column > COLUMNS {
            return Err(Fault::Damaged);
        }
    }
    column.checked_sub(1).ok_or(Fault::Damaged)
}

const _: () = assert!(MAX_CELL_TEXT < MAX_ROW_TEXT);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_targets() {
        assert_eq!(column_of("A1"), Ok(0));
        assert_eq!(column_of("AB12"), Ok(27));
        assert_eq!(column_of("XFD1048576"), Ok(COLUMNS - 1));
        for place in ["XFE1", "12", "", "ZZZZZZZZZZZZZZZZZZZZ"] {
            assert_eq!(column_of(place), Err(Fault::Damaged), "{place}");
        }
        assert_eq!(resolve("xl", "worksheets/a.xml"), "xl/worksheets/a.xml");
        assert_eq!(resolve("xl", "/xl/a.xml"), "xl/a.xml");
        assert_eq!(resolve("xl/b", "..\\a.xml"), "xl/a.xml");
        assert_eq!(resolve("xl", "../../../etc/passwd"), "etc/passwd");
    }
}
