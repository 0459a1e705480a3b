//! Workbooks made to hurt whoever opens them, each given to the real program's import as a
//! process of its own: refused within 5 s and 256 MiB, and nothing of it in the store. The figures
//! are printed (`--nocapture`).

use std::io::Write;

use super::bombs::{Peaks, measured, tree};
use super::workbook::{Part, compound, label, packed, parts, record, rows, stream, xls, xlsx};
use super::*;

/// A desk that imports, and what was measured.
struct Import {
    folder: tempfile::TempDir,
    peaks: Peaks,
}

impl Import {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = std::process::Command::new(env!("CARGO_BIN_EXE_zhiban"))
            .args(["init", "--drill", "--shop", "hostile", "--name", "林晓"])
            .env("ZHIBAN_DATA", folder.path().join("data"))
            .env("HOME", folder.path())
            .output()
            .unwrap();
        assert!(made.status.success());
        Self {
            folder,
            peaks: Peaks::default(),
        }
    }

    fn events(&self) -> u64 {
        let store = Store::open_read_only(&self.folder.path().join("data")).unwrap();
        let heads = store.heads().unwrap();
        heads.iter().map(|head| head.seq - head.from_seq).sum()
    }

    /// Gives a file to the import, which must refuse it as a whole.
    fn refused(&mut self, name: &str, bytes: &[u8]) {
        let home = self.folder.path();
        let file = home.join("hostile.csv");
        fs::write(&file, bytes).unwrap();
        let (before, events) = (tree(home), self.events());
        let args = ["import".as_ref(), file.as_os_str()];
        let (taken, peak, code) = measured(home, &args);
        assert!(
            code.is_some_and(|code| code != 0 && code < 100),
            "{name}: exit {code:?}"
        );
        assert_eq!(self.events(), events, "{name}");
        let added: Vec<PathBuf> = tree(home).difference(&before).cloned().collect();
        let litter = |path: &&PathBuf| {
            !path.starts_with("data") && !path.starts_with("state") && !path.starts_with(".local")
        };
        let litter: Vec<&PathBuf> = added.iter().filter(litter).collect();
        assert!(litter.is_empty(), "{name} left {litter:?}");
        self.peaks.take(name, taken, peak);
    }

    fn print(&self, what: &str) {
        self.peaks.print(&format!("workbook_bombs {what}"));
    }
}

const HEAD: [&str; 6] = ["订单号", "买家昵称", "实付", "下单时间", "品名", "数量"];

/// A part that unpacks to so many bytes of one letter between two texts, packed as it is made.
fn swollen(name: &str, begin: &str, letter: u8, count: u64, end: &str) -> Vec<u8> {
    beside(0, name, begin, letter, count, end)
}

/// The same beside so many bytes that are not packed, and let the others look less tight.
fn beside(ballast: usize, name: &str, begin: &str, letter: u8, count: u64, end: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    if ballast > 0 {
        let stored = options.compression_method(zip::CompressionMethod::Stored);
        zip.start_file("xl/media/a.bin", stored).unwrap();
        zip.write_all(&vec![b' '; ballast]).unwrap();
    }
    for (other, bytes) in parts(&[("a", &rows(&[&HEAD]))], &[]) {
        if other != name {
            zip.start_file(other, options).unwrap();
            zip.write_all(&bytes).unwrap();
        }
    }
    zip.start_file(name, options).unwrap();
    zip.write_all(begin.as_bytes()).unwrap();
    let piece = vec![letter; 1 << 20];
    for _ in 0..count >> 20 {
        zip.write_all(&piece).unwrap();
    }
    zip.write_all(end.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

/// The parts of a workbook with a part changed.
fn with(name: &str, content: impl Into<Vec<u8>>) -> Vec<u8> {
    let mut all: Vec<Part> = parts(&[("a", &rows(&[&HEAD]))], &[]);
    all.retain(|part| part.0 != name);
    all.push((name.to_owned(), content.into()));
    packed(&all)
}

#[test]
fn workbook_bombs_archives() {
    let mut all = Import::new();
    for name in [
        "xl/worksheets/s0.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "_rels/.rels",
    ] {
        let whole = swollen(name, "<x><t>", b'A', 512 << 20, "</t></x>");
        all.refused(&format!("half a gigabyte of a letter in {name}"), &whole);
        all.refused(
            &format!("blanks in {name}"),
            &swollen(name, "<x ", b' ', 64 << 20, "/>"),
        );
        all.refused(
            &format!("tags that open in {name}"),
            &swollen(name, "", b'<', 64 << 20, ""),
        );
    }
    for (what, begin, end) in [
        ("a value that does not end", "<x><t a=\"", "\"/></x>"),
        ("a comment that does not end", "<x><!-- ", "--></x>"),
        ("raw text that does not end", "<x><![CDATA[", "]]></x>"),
        ("a definition that does not end", "<!DOCTYPE x [", "]><x/>"),
        ("an instruction that does not end", "<?x ", "?><x/>"),
    ] {
        let name = "xl/sharedStrings.xml";
        all.refused(what, &beside(4 << 20, name, begin, b'<', 240 << 20, end));
    }
    let many: Vec<Part> = (0..20_000)
        .map(|at| (format!("xl/{at}"), Vec::new()))
        .collect();
    all.refused("twenty thousand parts", &packed(&many));
    let table = b"PK\x01\x02".repeat(8 << 20);
    all.refused(
        "eight million entries",
        &[b"PK\x03\x04xl/workbook.xml".as_slice(), &table].concat(),
    );
    // Each is one that the end of the archive may mean.
    let wide = b"PK\x06\x06".repeat(11 << 20);
    let place = [
        &b"PK\x06\x07"[..],
        &[0; 4],
        &24_u64.to_le_bytes(),
        &[1, 0, 0, 0],
    ]
    .concat();
    let end = [&b"PK\x05\x06"[..], &[0; 4], &[0xff; 12], &[0; 2]].concat();
    all.refused(
        "eleven million wide ends",
        &[&b"PK\x03\x04xl/workbook.xml"[..], &wide, &place, &end].concat(),
    );
    for (what, one) in [("ends", &end), ("places of ends", &place)] {
        let many = one.repeat((44 << 20) / one.len());
        all.refused(
            &format!("millions of {what}"),
            &[&b"PK\x03\x04xl/workbook.xml"[..], &many, &end].concat(),
        );
    }
    let honest = xlsx(&[("a", &rows(&[&HEAD]))]);
    let mut lies = honest.clone();
    let end = lies.len() - 22;
    lies[end + 8..end + 12].fill(0xff);
    all.refused("a table that lies about its length", &lies);
    all.refused("half an archive", &honest[..honest.len() / 2]);
    all.refused(
        "bytes without a workbook",
        b"PK\x05\x06xl/\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    );
    let inner = packed(&[(
        "xl/workbook.xml".to_owned(),
        packed(&parts(&[("a", "")], &[])),
    )]);
    all.refused("an archive within", &inner);
    all.refused("49 MiB", &[honest, vec![0; 49 << 20]].concat());
    all.print("archives");
}

#[test]
fn workbook_bombs_sheets() {
    let mut all = Import::new();
    let laughs: String = (1..10)
        .map(|at| {
            format!(
                "<!ENTITY l{at} \"{}\">",
                format!("&l{};", at - 1).repeat(10)
            )
        })
        .collect();
    let bomb =
        format!("<!DOCTYPE sst [<!ENTITY l0 \"lol\">{laughs}]><sst><si><t>&l9;</t></si></sst>");
    for name in [
        "xl/sharedStrings.xml",
        "xl/worksheets/s0.xml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
    ] {
        all.refused(
            &format!("entities of entities in {name}"),
            &with(name, bomb.clone()),
        );
    }
    let outside = "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><worksheet><sheetData><row><c t=\"str\"><v>&f;</v></c></row></sheetData></worksheet>";
    all.refused(
        "an entity of another file",
        &with("xl/worksheets/s0.xml", outside),
    );
    let deep = "<a>".repeat(1 << 20);
    all.refused(
        "a million open elements",
        &with("xl/sharedStrings.xml", deep),
    );
    let sheet = |data: &str| {
        packed(&parts(
            &[("a", &format!("{}{data}", rows(&[&HEAD])))],
            &["<t>x</t>"],
        ))
    };
    all.refused(
        "a row beyond the last",
        &sheet("<row r=\"1048577\"><c><v>1</v></c></row>"),
    );
    all.refused(
        "a row that is huge",
        &sheet("<row r=\"99999999999999999999\"><c><v>1</v></c></row>"),
    );
    all.refused(
        "a row once more",
        &sheet("<row r=\"1\"><c><v>1</v></c></row>"),
    );
    all.refused(
        "a column beyond the last",
        &sheet("<row><c r=\"XFE2\"><v>1</v></c></row>"),
    );
    all.refused(
        "a string that is none",
        &sheet("<row><c t=\"s\"><v>7</v></c></row>"),
    );
    let long = format!("<t>{}</t>", "长".repeat(40_000));
    let cells = "<c t=\"s\"><v>0</v></c>".repeat(900);
    // 108 MB in a row, and 2 MB in each of many.
    let data = format!("{}<row>{cells}</row>", rows(&[&HEAD]));
    all.refused(
        "a shared string a thousand times",
        &packed(&parts(&[("a", &data)], &[&long])),
    );
    let few = format!("<row>{}</row>", "<c t=\"s\"><v>0</v></c>".repeat(16)).repeat(2_000);
    let data = format!("{}{few}", rows(&[&HEAD]));
    all.refused(
        "a shared string in every row",
        &packed(&parts(&[("a", &data)], &[&long])),
    );
    let sheets: Vec<(String, &str)> = (0..900).map(|at| (format!("s{at}"), "")).collect();
    let sheets: Vec<(&str, &str)> = sheets
        .iter()
        .map(|(name, data)| (name.as_str(), *data))
        .collect();
    all.refused("nine hundred sheets", &xlsx(&sheets));
    let looks = "<xf numFmtId=\"14\"/>".repeat(100_000);
    all.refused(
        "a hundred thousand looks",
        &with(
            "xl/styles.xml",
            format!("<s><cellXfs>{looks}</cellXfs></s>"),
        ),
    );
    all.refused("no text", &with("xl/workbook.xml", vec![0xff; 4_096]));
    assert!(all.peaks.files >= 16);
    all.print("sheets");
}

#[test]
fn workbook_bombs_compound_files() {
    let mut all = Import::new();
    let honest = compound("Workbook", &stream("a", &[], &label(0, 0, "x")));
    let end = honest.len();
    let change = |at: usize, bytes: &[u8]| {
        let mut file = honest.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    // The table of sectors is the last; its entry 0 is where the workbook begins.
    let table = end - 512;
    all.refused("a chain that bites its tail", &change(table, &[0, 0, 0, 0]));
    all.refused(
        "a directory that bites its tail",
        &change(table + 8 * 4, &[8, 0, 0, 0]),
    );
    all.refused(
        "a chain beyond the file",
        &change(table, &[0xff, 0xff, 0, 0]),
    );
    all.refused(
        "a stream of 4 GiB",
        &change(end - 512 - 512 + 128 + 120, &[0xff; 4]),
    );
    all.refused("tables of tables", &change(68, &[0, 0, 0, 0]));
    all.refused("sectors of 2^60 bytes", &change(30, &[60, 0]));
    all.refused("half a file", &honest[..end / 2]);
    all.refused("a head alone", &honest[..512]);
    let count = |count: u32, data: &[u8]| {
        record(
            0x00fc,
            &[&count.to_le_bytes()[..], &count.to_le_bytes(), data].concat(),
        )
    };
    let empty = [0_u8; 3].repeat(2_700);
    let more = record(0x003c, &empty).repeat(500);
    let many = [count(u32::MAX, &empty), more].concat();
    all.refused(
        "a million strings of nothing",
        &xls("a", &many, &label(0, 0, "x")),
    );
    all.refused(
        "four billion strings",
        &xls("a", &count(u32::MAX, &[]), &label(0, 0, "x")),
    );
    all.refused(
        "a string without end",
        &xls("a", &count(1, &[0xff, 0xff, 0, b'x']), &label(0, 0, "x")),
    );
    let place = |row: u16| [&row.to_le_bytes()[..], &[0; 4], &0_u32.to_le_bytes()].concat();
    let long = [&30_000_u16.to_le_bytes()[..], &[0]].concat();
    let text = [
        count(1, &[long, vec![0xe9; 8_000]].concat()),
        record(0x003c, &[vec![0], vec![0xe9; 8_000]].concat()).repeat(3),
    ]
    .concat();
    let head: Vec<u8> = HEAD
        .iter()
        .enumerate()
        .flat_map(|(at, text)| label(0, at as u16, text))
        .collect();
    let rows: Vec<u8> = (1..6_000)
        .flat_map(|row| record(0x00fd, &place(row)))
        .collect();
    all.refused(
        "a long string in every row",
        &xls("a", &text, &[head, rows].concat()),
    );
    let bound = |place: u32| {
        let head = [&place.to_le_bytes()[..], &[0, 0, 1, 0, b'a']].concat();
        record(0x0085, &head)
    };
    all.refused(
        "three million sheets",
        &xls("a", &bound(0).repeat(3_400_000), &label(0, 0, "x")),
    );
    // 255 names for one sheet, which is four million records of nothing.
    let once = stream("a", &[], &[]);
    let more = bound(0).len() * 254;
    let place = (once.len() + more - 24) as u32;
    assert_eq!(
        stream("a", &bound(place).repeat(254), &[])[place as usize..][..2],
        [0x09, 0x08]
    );
    all.refused(
        "one sheet under 255 names",
        &xls(
            "a",
            &bound(place).repeat(254),
            &record(0x0001, &[]).repeat(4 << 20),
        ),
    );
    let backwards = [label(9, 0, "x"), label(3, 0, "x")].concat();
    all.refused("rows that go back", &xls("a", &[], &backwards));
    all.refused(
        "a sheet without end",
        &compound("Workbook", &stream("a", &[], &[])[..60]),
    );
    assert!(all.peaks.files >= 14);
    all.print("compound files");
}

#[test]
fn workbook_bombs_of_others() {
    let shared = std::env::var_os("ZHIBAN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let mut all = Import::new();
    for what in ["data/hostile/xlsx", "data/hostile/archive"] {
        let folder = shared.join(what);
        if !folder.is_dir() {
            eprintln!(
                "SKIPPED: {} is not here, so nothing was tested against it",
                folder.display()
            );
            continue;
        }
        let wanted = |path: &PathBuf| {
            path.extension()
                .is_some_and(|ending| ending == "zip" || ending == "xlsx" || ending == "xls")
        };
        for path in tree(&folder).into_iter().filter(wanted) {
            let bytes = fs::read(folder.join(&path)).unwrap();
            all.refused(&path.display().to_string(), &bytes);
            // As if a workbook lay in it.
            all.refused(
                &format!("{} named", path.display()),
                &[bytes, b"xl/workbook.xml".to_vec()].concat(),
            );
        }
    }
    all.print("others'");
}
