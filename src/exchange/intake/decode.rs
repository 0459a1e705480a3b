//! Bytes to text: the encoding is found and named, and bytes that do not belong
//! to it are reported by line. Replaced characters are never taken as read.

use std::collections::BTreeSet;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, GB18030};

/// How the bytes of a file stand for characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8 without a mark.
    Utf8,
    /// UTF-8 with its mark (also twice) at the start.
    Utf8Bom,
    /// UTF-16, low byte first, with its mark.
    Utf16Le,
    /// UTF-16, high byte first, with its mark.
    Utf16Be,
    /// GB18030, of which GBK and GB2312 are parts.
    Gb18030,
    /// Big5.
    Big5,
    /// None of its own: a workbook of today says itself how it is written.
    Xlsx,
    /// None of its own: a workbook as Excel wrote it until 2007.
    Xls,
}

impl Encoding {
    /// Its name, as reports show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 BOM",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Gb18030 => "GB18030",
            Self::Big5 => "Big5",
            Self::Xlsx => "XLSX",
            Self::Xls => "XLS",
        }
    }
}

/// A file as text.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The text; lines named in `bad` hold U+FFFD where bytes were wrong.
    pub text: String,
    /// How it was written.
    pub encoding: Encoding,
    /// Lines, from 1, whose bytes do not belong to the encoding.
    pub bad: BTreeSet<usize>,
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Decodes a file. Never fails: what is wrong is in [`Decoded::bad`].
#[must_use]
pub fn decode(bytes: &[u8]) -> Decoded {
    if let Some(rest) = bytes.strip_prefix(BOM) {
        // Some programs put a second mark before the first.
        let rest = rest.strip_prefix(BOM).unwrap_or(rest);
        return utf8(rest, Encoding::Utf8Bom);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return utf16(rest, u16::from_le_bytes, Encoding::Utf16Le);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return utf16(rest, u16::from_be_bytes, Encoding::Utf16Be);
    }
    if mostly_utf8(bytes) {
        return utf8(bytes, Encoding::Utf8);
    }
    legacy(bytes)
}

/// Chinese in GBK or Big5 hardly ever looks like UTF-8 by accident, so a few
/// wrong bytes among many right sequences are damage and not another encoding.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut right, mut wrong) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        right += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        wrong += usize::from(!chunk.invalid().is_empty());
    }
    wrong == 0 || right > wrong * 4
}

fn utf8(bytes: &[u8], encoding: Encoding) -> Decoded {
    let mut bad = BTreeSet::new();
    let mut text = String::with_capacity(bytes.len());
    let mut line = 1;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        line += chunk.valid().bytes().filter(|byte| *byte == b'\n').count();
        if !chunk.invalid().is_empty() {
            bad.insert(line);
            text.push('\u{fffd}');
        }
    }
    Decoded {
        text,
        encoding,
        bad,
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, encoding: Encoding) -> Decoded {
    let pairs = bytes.chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let units = pairs.map(|pair| unit([pair[0], pair[1]]));
    let mut bad = BTreeSet::new();
    let mut text = String::with_capacity(bytes.len());
    let mut line = 1;
    for c in char::decode_utf16(units) {
        let c = c.unwrap_or_else(|_| {
            bad.insert(line);
            char::REPLACEMENT_CHARACTER
        });
        if c == '\u{feff}' && text.is_empty() {
            continue;
        }
        line += usize::from(c == '\n');
        text.push(c);
    }
    if odd {
        bad.insert(line);
        text.push(char::REPLACEMENT_CHARACTER);
    }
    Decoded {
        text,
        encoding,
        bad,
    }
}

/// GB18030 or Big5: whichever has fewer bad lines, and where both fit, what the
/// detector says of the bytes.
fn legacy(bytes: &[u8]) -> Decoded {
    let gb = by_line(bytes, GB18030, Encoding::Gb18030);
    let big5 = by_line(bytes, BIG5, Encoding::Big5);
    if gb.bad.len() != big5.bad.len() {
        return if gb.bad.len() < big5.bad.len() {
            gb
        } else {
            big5
        };
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    if detector.guess(None, Utf8Detection::Deny) == BIG5 {
        big5
    } else {
        gb
    }
}

/// A line feed is never the second byte of a character in either encoding.
fn by_line(bytes: &[u8], codec: &'static encoding_rs::Encoding, encoding: Encoding) -> Decoded {
    let mut bad = BTreeSet::new();
    let mut text = String::with_capacity(bytes.len() * 3 / 2);
    for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let (decoded, wrong) = codec.decode_without_bom_handling(line);
        if wrong {
            bad.insert(at + 1);
        }
        text.push_str(&decoded);
    }
    Decoded {
        text,
        encoding,
        bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, &'static str, Vec<usize>) {
        let decoded = decode(bytes);
        (
            decoded.text,
            decoded.encoding.name(),
            decoded.bad.into_iter().collect(),
        )
    }

    #[test]
    fn each_encoding_is_named() {
        let text = "订单编号,买家会员名,金额\n903692581470369258,春天里,1.00\n";
        assert_eq!(read(text.as_bytes()), (text.into(), "UTF-8", vec![]));
        for marks in ["\u{feff}", "\u{feff}\u{feff}"] {
            let marked = format!("{marks}{text}");
            assert_eq!(read(marked.as_bytes()), (text.into(), "UTF-8 BOM", vec![]));
        }
        let (gb, _, _) = GB18030.encode(text);
        assert_eq!(read(&gb), (text.into(), "GB18030", vec![]));
        let traditional =
            "訂單編號,買家,收貨地址\n1,陳小姐,臺北市大安區和平東路\n退貨,發票,統一編號\n";
        let (big5, _, lost) = BIG5.encode(traditional);
        assert!(!lost);
        assert_eq!(read(&big5), (traditional.into(), "Big5", vec![]));
        let mut le = vec![0xff, 0xfe];
        le.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(read(&le), (text.into(), "UTF-16LE", vec![]));
        let mut be = vec![0xfe, 0xff];
        be.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        assert_eq!(read(&be), (text.into(), "UTF-16BE", vec![]));
    }

    #[test]
    fn wrong_bytes_name_their_line() {
        let mut bytes = "第一行\n第二行没有问题\n第三行也没有\n".as_bytes().to_vec();
        bytes.splice(10..10, [0xff]);
        let decoded = decode(&bytes);
        assert_eq!(decoded.encoding, Encoding::Utf8);
        assert_eq!(decoded.bad.into_iter().collect::<Vec<_>>(), [2]);
        let (gb, _, _) = GB18030.encode("订单,备注\n1,好\n2,行\n");
        let mut gb = gb.into_owned();
        let end = gb.len() - 2;
        gb[end] = 0xff;
        assert_eq!(decode(&gb).bad.into_iter().collect::<Vec<_>>(), [3]);
    }
}
