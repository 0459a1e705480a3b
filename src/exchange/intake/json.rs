//! JSON as it stands: numbers keep their digits, objects their line.
//!
//! Prices must never pass through a float, and refusals name a line; neither is
//! to be had from a ready tree. Doubled keys are refused: two prices in one
//! object have no right answer.

/// Deepest nesting.
const DEPTH: usize = 32;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number by its digits.
    Number(String),
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// An object, with the line on which it begins.
    Object(usize, Vec<(String, Value)>),
}

impl Value {
    /// The value of an object's key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(_, entries) => entries
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// Text of strings and digits of numbers.
    #[must_use]
    pub fn scalar(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            _ => None,
        }
    }

    /// The line on which an object begins.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        match self {
            Self::Object(line, _) => Some(*line),
            _ => None,
        }
    }
}

/// Where and why JSON ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Line, from 1.
    pub line: usize,
    /// Id of the sentence.
    pub reason: &'static str,
}

/// Reads one value; nothing but white space may follow. `line` is the line of
/// the file on which the text begins.
pub fn parse(text: &str, line: usize) -> Result<Value, Broken> {
    let mut parser = Parser { text, at: 0, line };
    parser.space();
    let value = parser.value(0)?;
    parser.space();
    if parser.at == text.len() {
        Ok(value)
    } else {
        Err(parser.broken())
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Parser<'_> {
    const fn fail(&self, reason: &'static str) -> Broken {
        Broken {
            line: self.line,
            reason,
        }
    }

    const fn broken(&self) -> Broken {
        self.fail("import-line-json")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\n' | b'\r')) = self.peek() {
            self.line += usize::from(byte == b'\n');
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> Result<(), Broken> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.broken())
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, Broken> {
        if depth > DEPTH {
            return Err(self.fail("import-line-json-deep"));
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Ok(Value::Text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Value, Broken> {
        let words = [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
        ];
        for (word, value) in words {
            if self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.broken())
    }

    fn object(&mut self, depth: usize) -> Result<Value, Broken> {
        let line = self.line;
        let mut entries: Vec<(String, Value)> = Vec::new();
        let mut names = std::collections::HashSet::new();
        self.eat(b'{')?;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(line, entries));
        }
        loop {
            self.space();
            let name = self.string()?;
            if !names.insert(name.clone()) {
                return Err(self.fail("import-line-json-twice"));
            }
            self.space();
            self.eat(b':')?;
            self.space();
            entries.push((name, self.value(depth + 1)?));
            self.space();
            if self.peek() == Some(b',') {
                self.at += 1;
            } else {
                self.eat(b'}')?;
                return Ok(Value::Object(line, entries));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Broken> {
        let mut values = Vec::new();
        self.eat(b'[')?;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::List(values));
        }
        loop {
            self.space();
            values.push(self.value(depth + 1)?);
            self.space();
            if self.peek() == Some(b',') {
                self.at += 1;
            } else {
                self.eat(b']')?;
                return Ok(Value::List(values));
            }
        }
    }

    fn digits(&mut self) -> usize {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - from
    }

    fn number(&mut self) -> Result<Value, Broken> {
        let from = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let zero = self.peek() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || (zero && whole > 1) {
            return Err(self.broken());
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.broken());
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            if self.digits() == 0 {
                return Err(self.broken());
            }
        }
        Ok(Value::Number(self.text[from..self.at].to_owned()))
    }

    fn string(&mut self) -> Result<String, Broken> {
        self.eat(b'"')?;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let end = rest
                .find(|c: char| c == '"' || c == '\\' || c < ' ')
                .ok_or_else(|| self.broken())?;
            out.push_str(&rest[..end]);
            let found = rest.as_bytes()[end];
            self.at += end + 1;
            match found {
                b'"' => return Ok(out),
                b'\\' => out.push(self.escape()?),
                _ => return Err(self.broken()),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Broken> {
        let code = self.peek().ok_or_else(|| self.broken())?;
        self.at += 1;
        Ok(match code {
            b'"' | b'\\' | b'/' => code as char,
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err(self.broken()),
        })
    }

    fn unicode(&mut self) -> Result<char, Broken> {
        let first = self.hex()?;
        let code = if (0xd800..0xdc00).contains(&first) {
            self.eat(b'\\')?;
            self.eat(b'u')?;
            let second = self.hex()?;
            if !(0xdc00..0xe000).contains(&second) {
                return Err(self.broken());
            }
            0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)
        } else {
            first
        };
        char::from_u32(code).ok_or_else(|| self.broken())
    }

    fn hex(&mut self) -> Result<u32, Broken> {
        let digits = self.text.get(self.at..self.at + 4);
        let code = digits
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or_else(|| self.broken())?;
        self.at += 4;
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_keep_their_digits_and_objects_their_line() {
        let value = parse("[{\"a\": 536.650},\n {\"b\": \"\\ud83d\\ude00\\n\"}]", 5).unwrap();
        let Value::List(items) = value else {
            panic!("no list");
        };
        assert_eq!(items[0].get("a").unwrap().scalar(), Some("536.650"));
        assert_eq!(items[1].line(), Some(6));
        assert_eq!(items[1].get("b").unwrap().scalar(), Some("😀\n"));
    }

    #[test]
    fn broken_json_names_its_line() {
        let broken = |text: &str| parse(text, 1).unwrap_err();
        assert_eq!(broken("{\n\"a\":1,\n}").line, 3);
        assert_eq!(broken("{\"a\":1,\"a\":2}").reason, "import-line-json-twice");
        assert_eq!(broken(&"[".repeat(100_000)).reason, "import-line-json-deep");
        for text in [
            "",
            "01",
            "1.",
            "-",
            "\"\\ud800\"",
            "\"\\u00g0\"",
            "[1,]",
            "nul",
            "1 2",
        ] {
            assert_eq!(broken(text).reason, "import-line-json", "{text}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_known_reader(text in "[\\[\\]{}\",:0-9.eE\\\\nu -]{0,24}") {
            // Doubled keys, depth and lone surrogates aside, both take the same texts.
            let known = serde_json::from_str::<serde_json::Value>(&text);
            match parse(&text, 1) {
                Ok(_) => prop_assert!(known.is_ok() || text.contains(['e', 'E'])),
                Err(broken) if broken.reason == "import-line-json" =>
                    prop_assert!(known.is_err(), "{}", text),
                Err(_) => {}
            }
        }
    }
}
