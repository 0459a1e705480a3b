//! The report of a day, a week or a month.

use serde_json::json;

use super::CLEAN;
use super::args::Report;
use super::exchange::{day_of, format_of};
use super::out::Out;
use super::session::{Place, write_file};
use crate::desk::figures::Span;
use crate::exchange::outlet::Format;
use crate::problem::{Kind, Problem};

/// Writes the report; in a file it is one that was written, on the screen only looked at.
pub(super) fn run(place: &Place, args: &Report, out: &Out) -> Result<u8, Problem> {
    let span = Span::of(&args.span).ok_or_else(|| {
        Problem::new(Kind::NotUnderstood, "problem-report-span")
            .arg("value", &args.span)
            .hint("problem-report-span-hint")
    })?;
    let mut desk = place.desk(args.output.is_some())?;
    let usual = if out.json {
        Format::Json
    } else {
        Format::Markdown
    };
    let format = format_of(args.format.as_deref(), args.output.as_deref(), usual)?;
    let day = match &args.date {
        Some(text) => day_of(text)?,
        None => desk.today()?,
    };
    let bytes = desk.report(span, day, format, &out.words)?;
    let Some(path) = &args.output else {
        match format {
            Format::Markdown => out.block(&String::from_utf8_lossy(&bytes))?,
            Format::Xlsx => out.workbook(&bytes)?,
            _ => out.raw(&bytes)?,
        }
        return Ok(CLEAN);
    };
    write_file(path, &bytes)?;
    let period = desk.days()?.period(span, day);
    desk.note_report(&period)?;
    let file = path.display().to_string();
    if out.json {
        let (kind, first) = (span.word(), period.first.to_string());
        out.object(&json!({"file": file, "kind": kind, "first": first, "format": format.word()}))?;
    }
    out.say("cli-written", &[("file", file.into())])?;
    Ok(CLEAN)
}
