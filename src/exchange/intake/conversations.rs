//! Conversations as JSON lines: one object a line.
//!
//! ```json
//! {"number": "T-1", "account": "青禾旗舰店", "channel": "chat", "buyer": "春天里",
//!  "buyer_id": "b-1", "order": "4031902847193527741", "lang": "zh",
//!  "messages": [{"id": "m-1", "role": "customer", "author": "春天里",
//!                "text": "在吗", "at": "2026-11-22 14:41:05"}]}
//! ```
//!
//! Only `messages` with `role` and `text` must be there. `number` may be called
//! `conv_id` or `id`; `order` may be an object with `number` or `order_id`; the
//! buyer may be an object `customer` with `username` or `name` and `id`; `at` may
//! be called `time`, and is text (in the shop's zone unless it carries an offset)
//! or Unix ms. Roles: `customer` (`buyer`, `user`), `agent` (`seller`, `staff`,
//! `assistant`), `system` (`bot`, `robot`). Other keys are passed over.

use super::decode::Decoded;
use super::json::{self, Value};
use super::orders_json::not_json;
use super::sniff::{Format, Kind};
use super::{LineProblem, MAX_LINES, Options, Parsed, clean_number, times, unreadable};
use crate::problem::Problem;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The buyer.
    Customer,
    /// Somebody of the shop.
    Agent,
    /// The platform, a robot, a step that an agent took.
    System,
}

/// One utterance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The platform's id of the message.
    pub id: Option<String>,
    /// Who speaks.
    pub role: Role,
    /// The speaker's name.
    pub author: Option<String>,
    /// The text as received.
    pub text: String,
    /// When, ms UTC.
    pub at: Option<i64>,
}

/// One conversation of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The platform's number of the conversation.
    pub number: Option<String>,
    /// Account by the option, else by the file.
    pub account: Option<String>,
    /// Channel: `chat`, `phone`, …
    pub channel: Option<String>,
    /// The buyer's name as shown; may be masked.
    pub buyer: Option<String>,
    /// The platform's id of the buyer.
    pub buyer_id: Option<String>,
    /// Number of the order that it is about, cleaned.
    pub order: Option<String>,
    /// Language of the texts.
    pub language: Option<String>,
    /// Utterances in the order of the file.
    pub messages: Vec<Message>,
}

/// Reads conversations, one object a line or a list of them.
pub fn read(decoded: &Decoded, format: Format, options: &Options<'_>) -> Result<Parsed, Problem> {
    let mut parsed = Parsed::new(Kind::Conversations, format, decoded.encoding);
    parsed.profile = Some("conversations".to_owned());
    if format == Format::Json {
        whole(decoded, options, &mut parsed)?;
    } else {
        for (at, text) in decoded.text.lines().enumerate() {
            let line = at + 1;
            if text.trim().is_empty() {
                continue;
            }
            let value = if decoded.bad.contains(&line) {
                Err(LineProblem::new(line, "", "import-line-bytes", ""))
            } else {
                json::parse(text, line)
                    .map_err(|broken| LineProblem::new(line, "", broken.reason, text))
            };
            take(value.as_ref(), line, options, &mut parsed)?;
        }
    }
    let messages = parsed
        .conversations
        .iter()
        .flat_map(|found| &found.messages);
    parsed.exported_at = options
        .exported_at
        .or_else(|| messages.filter_map(|message| message.at).max());
    Ok(parsed)
}

fn whole(decoded: &Decoded, options: &Options<'_>, parsed: &mut Parsed) -> Result<(), Problem> {
    if let Some(line) = decoded.bad.first() {
        return Err(unreadable("problem-import-bytes").arg("line", line));
    }
    let value = json::parse(&decoded.text, 1).map_err(not_json)?;
    match &value {
        Value::List(list) => {
            for item in list {
                take(Ok(item), item.line().unwrap_or(1), options, parsed)?;
            }
            Ok(())
        }
        one => take(Ok(one), 1, options, parsed),
    }
}

fn take(
    value: Result<&Value, &LineProblem>,
    line: usize,
    options: &Options<'_>,
    parsed: &mut Parsed,
) -> Result<(), Problem> {
    if parsed.read >= MAX_LINES {
        return Err(unreadable("problem-import-lines").arg("limit", MAX_LINES));
    }
    parsed.read += 1;
    match value
        .map_err(Clone::clone)
        .and_then(|value| conversation(value, line, options))
    {
        Ok(found) => parsed.conversations.push(found),
        Err(problem) => parsed.refuse(problem),
    }
    Ok(())
}

fn conversation(
    value: &Value,
    line: usize,
    options: &Options<'_>,
) -> Result<Conversation, LineProblem> {
    let Some(Value::List(list)) = value.get("messages") else {
        return Err(LineProblem::new(
            line,
            "messages",
            "import-line-messages",
            "",
        ));
    };
    let messages = list
        .iter()
        .map(|item| message(item, line, options))
        .collect::<Result<Vec<_>, _>>()?;
    let customer = value.get("customer");
    let order = value.get("order");
    let order = match order {
        Some(Value::Object(..)) => {
            order.and_then(|order| first(order, &["number", "order_id", "id"]))
        }
        Some(other) => other.scalar().map(str::to_owned),
        None => first(value, &["order_number", "order_id"]),
    };
    Ok(Conversation {
        line,
        number: first(value, &["number", "conv_id", "conversation_id", "id"]),
        account: options
            .account
            .map(str::to_owned)
            .or_else(|| first(value, &["account", "shop"])),
        channel: first(value, &["channel"]),
        buyer: first(value, &["buyer", "nick"])
            .or_else(|| first(customer?, &["username", "nick", "name"])),
        buyer_id: first(value, &["buyer_id"]).or_else(|| first(customer?, &["id", "buyer_id"])),
        order: order
            .map(|order| clean_number(&order))
            .filter(|order| !order.is_empty()),
        language: first(value, &["lang", "language"]),
        messages,
    })
}

fn message(value: &Value, line: usize, options: &Options<'_>) -> Result<Message, LineProblem> {
    let role = first(value, &["role"]).unwrap_or_default();
    let role = match role.to_ascii_lowercase().as_str() {
        "customer" | "buyer" | "user" => Role::Customer,
        "agent" | "seller" | "staff" | "assistant" => Role::Agent,
        "system" | "bot" | "robot" => Role::System,
        _ => return Err(LineProblem::new(line, "role", "import-line-role", &role)),
    };
    let Some(Value::Text(text)) = value.get("text") else {
        return Err(LineProblem::new(line, "text", "import-line-text", ""));
    };
    let at = match first(value, &["at", "time"]) {
        Some(text) => Some(
            times::time(&text, options.zone, options.date_order)
                .map_err(|reason| LineProblem::new(line, "at", reason, &text))?,
        ),
        None => None,
    };
    Ok(Message {
        id: first(value, &["id", "message_id"]),
        role,
        author: first(value, &["author", "name", "sender"]),
        text: text.clone(),
        at,
    })
}

/// The first of these keys that holds a text or a number.
fn first(value: &Value, keys: &[&str]) -> Option<String> {
    keys.iter()
        .find_map(|key| value.get(key)?.scalar())
        .filter(|text| !text.trim().is_empty())
        .map(str::to_owned)
}
