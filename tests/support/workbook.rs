//! Workbooks for tests, made byte by byte so that they can also be wrong.
#![allow(dead_code, clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use std::io::{Cursor, Write};

use calamine::{Data, Range, Reader, Xlsx};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
const KINDS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A part of an XLSX: its name and its bytes.
pub type Part = (String, Vec<u8>);

/// Packs parts into an archive.
pub fn packed(parts: &[Part]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Returns the parts of a workbook with these sheets: names, and what stands in `sheetData`.
pub fn parts(sheets: &[(&str, &str)], strings: &[&str]) -> Vec<Part> {
    let link = |id: &str, kind: &str, target: &str| {
        format!(r#"<Relationship Id="{id}" Type="{KINDS}/{kind}" Target="{target}"/>"#)
    };
    let links = |all: &str| format!("<Relationships>{all}</Relationships>");
    let (mut named, mut linked) = (String::new(), String::new());
    for (at, (name, _)) in sheets.iter().enumerate() {
        named += &format!(
            r#"<sheet name="{name}" sheetId="{}" r:id="r{at}"/>"#,
            at + 1
        );
        linked += &link(
            &format!("r{at}"),
            "worksheet",
            &format!("worksheets/s{at}.xml"),
        );
    }
    linked += &link("st", "styles", "styles.xml");
    linked += &link("ss", "sharedStrings", "/xl/sharedStrings.xml");
    let strings: String = strings
        .iter()
        .map(|text| format!("<si>{text}</si>"))
        .collect();
    let part = |name: &str, text: String| (name.to_owned(), text.into_bytes());
    let mut all = vec![
        part("[Content_Types].xml", TYPES.to_owned()),
        part("_rels/.rels", links(&link("r", "officeDocument", "xl/workbook.xml"))),
        part(
            "xl/workbook.xml",
            format!(r#"<?xml version="1.0"?><workbook xmlns:r="{KINDS}"><workbookPr/><sheets>{named}</sheets></workbook>"#),
        ),
        part("xl/_rels/workbook.xml.rels", links(&linked)),
        part("xl/sharedStrings.xml", format!("<sst>{strings}</sst>")),
        // 0 plain, 1 a date of the program's own, 2 one of the workbook's.
        part(
            "xl/styles.xml",
            r#"<styleSheet><numFmts><numFmt numFmtId="165" formatCode="yyyy&quot;-&quot;mm"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/><xf numFmtId="165"/><xf numFmtId="46"/></cellXfs></styleSheet>"#.to_owned(),
        ),
    ];
    for (at, (_, data)) in sheets.iter().enumerate() {
        all.push(part(
            &format!("xl/worksheets/s{at}.xml"),
            format!("<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData>{data}</sheetData></worksheet>"),
        ));
    }
    all
}

/// Returns a workbook with these sheets.
pub fn xlsx(sheets: &[(&str, &str)]) -> Vec<u8> {
    packed(&parts(sheets, &[]))
}

/// Returns rows of texts, each in its cell.
pub fn rows(rows: &[&[&str]]) -> String {
    let mut all = String::new();
    for row in rows {
        all += "<row>";
        for text in *row {
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            all += &format!(r#"<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>"#);
        }
        all += "</row>";
    }
    all
}

/// Returns a record of an XLS.
pub fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
}

/// Returns a text as an XLS holds it, its letters in two bytes; the length before it is the
/// caller's.
pub fn wide(text: &str) -> Vec<u8> {
    let letters = text.encode_utf16().flat_map(u16::to_le_bytes);
    [1].into_iter().chain(letters).collect()
}

/// Returns the stream of an XLS with one sheet of this name: records between the globals' ends,
/// and those of the sheet.
pub fn stream(name: &str, globals: &[u8], cells: &[u8]) -> Vec<u8> {
    let begin = |part: u16| {
        record(
            0x0809,
            &[&0x0600_u16.to_le_bytes()[..], &part.to_le_bytes(), &[0; 12]].concat(),
        )
    };
    let bound = |place: u32| {
        let length = u8::try_from(name.encode_utf16().count()).unwrap();
        record(
            0x0085,
            &[&place.to_le_bytes()[..], &[0, 0, length], &wide(name)].concat(),
        )
    };
    let end = record(0x000a, &[]);
    let head = begin(5);
    let place = (head.len() + bound(0).len() + globals.len() + end.len()) as u32;
    [
        head,
        bound(place),
        globals.to_vec(),
        end.clone(),
        begin(0x10),
        cells.to_vec(),
        end,
    ]
    .concat()
}

/// Returns a compound file with one stream, which is filled up to be no small one; a large one
/// has the larger sectors.
pub fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    const NONE: u32 = 0xffff_ffff;
    const END: u32 = 0xffff_fffe;
    let mut stream = stream.to_vec();
    stream.resize(stream.len().max(4_096), 0);
    let (version, shift) = if stream.len() > 6 << 20 {
        (4, 12)
    } else {
        (3, 9)
    };
    let sector = 1_usize << shift;
    let entries = sector / 4;
    let count = stream.len().div_ceil(sector);
    let mut tables = 1;
    while tables * entries < count + 1 + tables {
        tables += 1;
    }
    assert!(tables <= 109);
    let mut file = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    file.extend([0; 16]);
    file.extend([0x3e, 0, version, 0, 0xfe, 0xff, shift, 0, 6, 0]);
    file.extend([0; 10]);
    let mut long = |number: u32| file.extend(number.to_le_bytes());
    long(tables as u32);
    long(count as u32);
    long(0);
    long(4_096);
    long(END);
    long(0);
    long(END);
    long(0);
    for at in 0..109 {
        long(if at < tables {
            (count + 1 + at) as u32
        } else {
            NONE
        });
    }
    file.resize(sector, 0);
    let length = stream.len() as u32;
    stream.resize(count * sector, 0);
    file.extend(stream);
    let entry = |name: &str, kind: u8, first: u32, length: u32| {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let units = entry.len() + 2;
        entry.resize(64, 0);
        entry.extend((units as u16).to_le_bytes());
        entry.extend([kind, 1]);
        entry.extend(
            [NONE, if kind == 5 { 1 } else { NONE }, NONE]
                .iter()
                .flat_map(|n: &u32| {
                    if kind == 5 {
                        n.to_le_bytes()
                    } else {
                        NONE.to_le_bytes()
                    }
                }),
        );
        entry.resize(116, 0);
        entry.extend(first.to_le_bytes());
        entry.extend(length.to_le_bytes());
        entry.resize(128, 0);
        entry
    };
    file.extend(entry("Root Entry", 5, END, 0));
    file.extend(entry(name, 2, 0, length));
    file.resize((count + 2) * sector, 0);
    let mut table: Vec<u32> = (1..count as u32).collect();
    table.extend([END, END]);
    table.extend(vec![0xffff_fffd; tables]);
    table.resize(tables * entries, NONE);
    file.extend(table.into_iter().flat_map(u32::to_le_bytes));
    file
}

/// Returns an XLS with one sheet.
pub fn xls(name: &str, globals: &[u8], cells: &[u8]) -> Vec<u8> {
    compound("Workbook", &stream(name, globals, cells))
}

/// Returns a cell of text in an XLS.
pub fn label(row: u16, column: u16, text: &str) -> Vec<u8> {
    let length = text.encode_utf16().count() as u16;
    let place = [row, column, 0, length].map(u16::to_le_bytes).concat();
    record(0x0204, &[place, wide(text)].concat())
}

/// Reads the first sheet of a workbook as another program would; formulas are counted.
pub fn read_back(bytes: &[u8]) -> (Range<Data>, usize) {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let name = book.sheet_names()[0].clone();
    let formulas = book.worksheet_formula(&name).unwrap();
    let count = formulas
        .used_cells()
        .filter(|cell| !cell.2.is_empty())
        .count();
    (book.worksheet_range(&name).unwrap(), count)
}

/// Returns what a sheet shows, a cell a line.
pub fn shown(bytes: &[u8]) -> String {
    let (range, _) = read_back(bytes);
    let rows = range.rows().map(|row| {
        let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
        cells.join("\n")
    });
    rows.collect::<Vec<_>>().join("\n")
}
