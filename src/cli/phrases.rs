//! What the phrase checker says of a text, by the shop's rules.

use serde_json::json;

use super::args::Phrases;
use super::capture::standard_input;
use super::out::Out;
use super::{CLEAN, FINDINGS};
use crate::desk::Desk;
use crate::desk::wording::{Wording, better, told, weight};
use crate::domain::rules::phrase::Severity;
use crate::problem::Problem;

/// Shows what is found, in the text's order; places are counted in characters.
pub(super) fn run(desk: &Desk, args: &Phrases, out: &Out) -> Result<u8, Problem> {
    let Phrases::Check { text } = args;
    let text = if text == "-" {
        standard_input()?
    } else {
        text.clone()
    };
    let mut rules = Wording::default();
    rules.refresh(desk)?;
    if let Some(problem) = rules.mistake() {
        return Err(problem);
    }
    let hits = rules.check(&text);
    let characters = |end: usize| text[..end].chars().count();
    if out.json {
        let hits: Vec<_> = hits
            .iter()
            .map(|hit| {
                json!({"rule": hit.rule, "class": hit.class, "severity": hit.severity.word(),
                    "start": characters(hit.range.start), "end": characters(hit.range.end),
                    "better": better(hit, &out.words)})
            })
            .collect();
        out.object(&json!({"hits": hits}))?;
    } else {
        for hit in &hits {
            let severity = weight(hit.severity, &out.words);
            out.line(&format!("{severity}  {}", told(hit, &text, &out.words)))?;
            let instead = better(hit, &out.words);
            if !instead.is_empty() {
                let args = [("text", instead.into())];
                out.say("cli-phrases-better", &args)?;
            }
        }
        if hits.is_empty() {
            out.say("wording-nothing", &[])?;
        }
    }
    let blocks = hits.iter().any(|hit| hit.severity == Severity::Block);
    Ok(if blocks { FINDINGS } else { CLEAN })
}
