//! How figures are drawn: a table of three periods, and what is to be known of the one under the
//! cursor; from 112 columns on beside it, with the hours and everybody's own.

use std::ops::Range;

use chrono::{Datelike, NaiveDate};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::acts::{marks, parts, source, target, value};
use super::{FiguresPane, Line, OF_PEOPLE};
use crate::desk::figures::declared::Kind;
use crate::desk::figures::report::notes;
use crate::desk::figures::targets::PREFIX;
use crate::desk::figures::{Facts, Reading, Span};
use crate::domain::id::Id;
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::widgets::list::{self, List, Width};
use crate::tui::widgets::page::{self, Page};
use crate::tui::words::Speech;

/// From this width on there are two columns.
const WIDE: u16 = 112;
/// From this width on all three periods have a place, below it the chosen one.
const THREE: u16 = 76;
/// Columns of what stands right of the line.
const BESIDE: u16 = 40;
/// Columns of a value and its marks.
const VALUE: u16 = 15;
/// Columns of a target.
const TARGET: u16 = 8;
/// Rows of what is known of the figure under the cursor, below the table.
const BELOW: u16 = 6;
/// How long the bar of an hour can be.
const BAR: u64 = 9;
/// The columns of an hour with its bar.
const HOUR: u16 = 19;
/// The fewest rows on which the hours are shown, their title among them.
const FEWEST: u16 = 3;
/// Draws the figures and returns where the cursor stands.
pub(super) fn draw(
    pane: &FiguresPane,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    line::clear(buf, area);
    let Some(facts) = &pane.facts else {
        return page::single(buf, area, look, |page| {
            title(pane, None, page);
            let day = [("day", pane.day.to_string().into())];
            page.row(&[dim(look.words.with("figures-waiting", &day))], &[]);
            None
        });
    };
    if area.width < WIDE {
        return page::single(buf, area, look, |page| {
            let below = BELOW.min(page.rows_left() / 3);
            let rows = page.rows_left().saturating_sub(below + 1);
            let caret = table(pane, facts, page, rows);
            about(pane, facts, page);
            caret
        });
    }
    let at = area.width - BESIDE - 1;
    page::double(
        buf,
        area,
        at,
        look,
        |page| {
            let rows = page.rows_left();
            table(pane, facts, page, rows)
        },
        |page| beside(pane, facts, page),
    )
}

fn title(pane: &FiguresPane, facts: Option<&Facts>, page: &mut Page<'_, '_>) {
    let words = page.look().words;
    let name = format!(
        "{}  {}",
        words.get("figures-title"),
        words.get(pane.whose_word())
    );
    let at = facts.map(|facts| {
        let speech = Speech {
            words,
            zone: pane.zone,
            now: facts.read_at,
            people: &pane.people,
        };
        words.with("figures-at", &[("at", speech.clock(facts.read_at).into())])
    });
    let at = at.map(dim).into_iter().collect();
    page.section(vec![Run::new(name, Ink::Title)], at);
}

fn spans(pane: &FiguresPane, width: u16) -> Vec<usize> {
    if width < THREE {
        vec![pane.chosen()]
    } else {
        vec![0, 1, 2]
    }
}

/// The heading of a period: the day, the days of the week, or the month.
fn heading(pane: &FiguresPane, facts: &Facts, place: usize) -> String {
    let period = facts.days.period(Span::ALL[place], pane.day);
    match period.span {
        Span::Day => period.first.format("%m/%d").to_string(),
        Span::Week => week(period.first, period.last),
        Span::Month => period.first.format("%Y/%m").to_string(),
    }
}

/// The days of a week, so short that its name has room before them: the month is said again only
/// where it is another, and then the last day has one digit.
fn week(first: NaiveDate, last: NaiveDate) -> String {
    let end = if first.month() == last.month() {
        last.format("%d")
    } else {
        last.format("%m/%-d")
    };
    format!("{}-{end}", first.format("%m/%d"))
}

fn table(
    pane: &FiguresPane,
    facts: &Facts,
    page: &mut Page<'_, '_>,
    rows: u16,
) -> Option<Position> {
    title(pane, Some(facts), page);
    let shown = spans(pane, page.width());
    let mut columns = vec![Width::Fill];
    columns.extend(shown.iter().map(|_| Width::Right(VALUE)));
    columns.push(Width::Right(TARGET));
    let words = page.look().words;
    let mut head = vec![vec![dim(String::new())]];
    head.extend(shown.iter().map(|place| {
        let span = words.get(&format!("figures-span-{}", Span::ALL[*place].word()));
        let text = format!("{span} {}", heading(pane, facts, *place));
        let ink = if *place == pane.chosen() {
            Ink::Title
        } else {
            Ink::Dim
        };
        vec![Run::new(text, ink)]
    }));
    head.push(vec![dim(words.get("figures-target").to_string())]);
    let head = [list::Row {
        cells: head,
        marked: false,
    }];
    page.draw(1, |buf, area, look| {
        let head = List {
            columns: &columns,
            rows: &head,
            cursor: None,
            focused: false,
        };
        list::draw(buf, area, &head, look);
    });
    let height = rows.saturating_sub(2).min(page.rows_left());
    page.draw(height, |buf, area, look| {
        let height = usize::from(area.height);
        let top = pane.cursor.clone().scroll(height, pane.lines.len());
        let rows: Vec<list::Row<'_>> = pane
            .lines
            .iter()
            .skip(top)
            .take(height)
            .map(|line| row(pane, line, &shown, look))
            .collect();
        let at = pane.cursor.index().saturating_sub(top);
        let list = List {
            columns: &columns,
            rows: &rows,
            cursor: Some(at),
            focused: true,
        };
        list::draw(buf, area, &list, look);
        (at < height).then(|| Position::new(area.x, area.y + at as u16))
    })
}

fn row<'a>(pane: &FiguresPane, line: &Line, shown: &[usize], look: &Look<'_>) -> list::Row<'a> {
    let name = look.words.get(&format!("figure-{}", line.figure.id));
    let mut cells = vec![vec![text(name.to_string())]];
    cells.extend(shown.iter().map(|place| {
        let reading = &line.readings[*place];
        let chosen = *place == pane.chosen();
        vec![
            Run::new(value(reading, look.words), ink(reading, chosen)),
            Run::new(marked(reading, look), verdict_ink(reading)),
        ]
    }));
    let goal = target(line.readings[pane.chosen()].goal, look.words);
    cells.push(vec![dim(goal)]);
    list::Row {
        cells,
        marked: false,
    }
}

/// The marks of a value in their place, so that values stand below each other.
fn marked(reading: &Reading, look: &Look<'_>) -> String {
    let marks = marks(reading, look.words);
    let room = 4_usize.saturating_sub(usize::from(look.columns(&marks)));
    format!(" {marks}{}", " ".repeat(room))
}

fn ink(reading: &Reading, chosen: bool) -> Ink {
    match reading.text() {
        None => Ink::Dim,
        Some(_) if chosen => Ink::Text,
        Some(_) => Ink::Dim,
    }
}

fn verdict_ink(reading: &Reading) -> Ink {
    match reading.passes {
        Some(true) => Ink::Ok,
        Some(false) => Ink::Warn,
        None => Ink::Dim,
    }
}

/// Heads what is told of the figure under the cursor.
fn name_of_line(pane: &FiguresPane, facts: &Facts, page: &mut Page<'_, '_>) {
    let words = page.look().words;
    let Some(line) = pane.line() else {
        return page.titled("");
    };
    let name = words.get(&format!("figure-{}", line.figure.id)).to_string();
    let left = vec![
        Run::new(name, Ink::Title),
        dim(format!("  {}", pane.period(facts).name())),
    ];
    page.section(left, Vec::new());
}

/// What is to be known of the value under the cursor, in a line or two.
fn facts_of_line(pane: &FiguresPane, page: &mut Page<'_, '_>, most: u16) {
    let words = page.look().words;
    let Some(line) = pane.line() else {
        return;
    };
    let reading = &line.readings[pane.chosen()];
    let mut told: Vec<String> = parts(&line.figure.measure, reading, words)
        .into_iter()
        .collect();
    let verdict = reading.passes.map(|passes| {
        let word = if passes {
            "figures-pass"
        } else {
            "figures-fail"
        };
        words.get(word).to_string()
    });
    told.extend(verdict);
    told.extend(notes(line.figure, reading, words));
    page.text(&told.join("  "), most, Ink::Text);
}

/// The formula, the target with its setting, and where it is counted from.
fn why(pane: &FiguresPane, page: &mut Page<'_, '_>) {
    let words = page.look().words;
    let Some(line) = pane.line() else {
        return;
    };
    let id = line.figure.id;
    let args = [
        (
            "figure",
            words.get(&format!("figure-{id}")).to_string().into(),
        ),
        (
            "formula",
            words
                .get(&format!("figure-formula-{id}"))
                .to_string()
                .into(),
        ),
    ];
    page.text(&words.with("figures-formula", &args), 4, Ink::Text);
    let key = ("key", format!("{PREFIX}{id}").into());
    let goal = line.readings[pane.chosen()].goal;
    if line.figure.kind() != Kind::Unknown {
        let text = match goal {
            Some(goal) => words.with("figures-why-target", &[("target", goal.text().into()), key]),
            None => words.with("figures-why-no-target", &[key]),
        };
        page.text(&text, 2, Ink::Dim);
    }
    page.text(&words.get("figures-source"), 2, Ink::Dim);
}

/// Below the table: what is known, then the hours or the formula.
fn about(pane: &FiguresPane, facts: &Facts, page: &mut Page<'_, '_>) {
    name_of_line(pane, facts, page);
    if pane.shows_why {
        return why(pane, page);
    }
    facts_of_line(pane, page, 2);
    let rows = page.rows_left();
    by_hour(pane, page, rows);
}

/// Beside the table: all of it.
fn beside(pane: &FiguresPane, facts: &Facts, page: &mut Page<'_, '_>) {
    let words = page.look().words;
    name_of_line(pane, facts, page);
    facts_of_line(pane, page, 3);
    why(pane, page);
    by_hour(pane, page, 10);
    let people = &pane.by_person[pane.chosen()];
    if people.is_empty() {
        return;
    }
    page.titled(&words.get("figures-people"));
    let rows = page.rows_left();
    page.draw(rows, |buf, area, look| {
        draw_people(pane, people, buf, area, look);
    });
}

/// The hours under a title of their own, since they are not of the figure under the cursor.
fn by_hour(pane: &FiguresPane, page: &mut Page<'_, '_>, most: u16) {
    let rows = page.rows_left().min(most);
    if rows < FEWEST {
        return;
    }
    page.titled(&page.look().words.get("figures-hours"));
    page.draw(rows - 1, |buf, area, look| hours(pane, buf, area, look));
}

/// Consults by the hour of the day, as bars, column by column.
fn hours(pane: &FiguresPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    if area.is_empty() {
        return;
    }
    let counts = pane.hours[pane.chosen()];
    let busy = || counts.iter().enumerate().filter(|(_, count)| **count > 0);
    let (Some((first, _)), Some((last, _))) = (busy().next(), busy().next_back()) else {
        let nothing = look.words.get("figures-no-hours");
        line::put(
            buf,
            (area.x + 1, area.y),
            area.width.saturating_sub(1),
            &nothing,
            Ink::Dim,
            look,
        );
        return;
    };
    let most = counts.iter().copied().max().unwrap_or(0).max(BAR);
    let height = usize::from(area.height);
    let room = height * usize::from((area.width / HOUR).max(1));
    let shown = busiest(&counts, first, last, room);
    let place = |at: usize| {
        let x = area.x + HOUR * (at / height) as u16;
        let width = HOUR.min(area.right().saturating_sub(x));
        ((x, area.y + (at % height) as u16), width)
    };
    let rest = counts.iter().sum::<u64>() - counts[shown.clone()].iter().sum::<u64>();
    if rest > 0 {
        let rest = look
            .words
            .with("figures-other-hours", &[("count", rest.into())]);
        let (at, width) = place(shown.len());
        line::put_runs(buf, at, width, &[dim(format!(" {rest}"))], look);
    }
    for (at, hour) in shown.enumerate() {
        let bar = "#".repeat((counts[hour] * BAR).div_ceil(most) as usize);
        let runs = [
            dim(format!(" {hour:02} ")),
            text(format!("{:>4} ", counts[hour])),
            Run::new(bar, Ink::Dim),
        ];
        let (at, width) = place(at);
        line::put_runs(buf, at, width, &runs, look);
    }
}

/// The hours for which there is room: all of them, else those in a row in which the most began,
/// with a place left for what is said of the others.
fn busiest(counts: &[u64; 24], first: usize, last: usize, room: usize) -> Range<usize> {
    if last - first < room {
        return first..last + 1;
    }
    let room = room.saturating_sub(1);
    let most = counts[first..=last]
        .windows(room.max(1))
        .enumerate()
        .rev()
        .max_by_key(|(_, hours)| hours.iter().sum::<u64>());
    let begins = first + most.map_or(0, |(at, _)| at);
    begins..begins + room
}

/// Everybody's own of the chosen period.
fn draw_people(
    pane: &FiguresPane,
    people: &[(Id, Vec<Reading>)],
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) {
    let mut columns = vec![Width::Fill];
    columns.extend(OF_PEOPLE.iter().map(|(_, width)| Width::Right(*width)));
    let shown = people.iter().take(usize::from(area.height));
    let rows: Vec<list::Row<'_>> = shown
        .map(|(id, readings)| {
            let name = pane.people.by_id(*id);
            let name = name.map_or_else(String::new, |person| person.name.clone());
            let values = readings.iter().enumerate().map(|(at, reading)| {
                let shown = Run::new(value(reading, look.words), ink(reading, true));
                // Who is not in the sheet has only what was recorded here. Beside what is wide
                // there is no room for a blank before the mark.
                let source = source(reading, look.words);
                let blank = if at == 0 && !source.is_empty() {
                    " "
                } else {
                    ""
                };
                vec![shown, dim(format!("{blank}{source}"))]
            });
            list::Row {
                cells: std::iter::once(vec![text(name)]).chain(values).collect(),
                marked: false,
            }
        })
        .collect();
    let list = List {
        columns: &columns,
        rows: &rows,
        cursor: None,
        focused: false,
    };
    list::draw(buf, area, &list, look);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_not_all_hours_have_room_the_busiest_in_a_row_stand_and_the_others_are_counted() {
        let mut counts = [0_u64; 24];
        for (hour, count) in [(8, 1), (9, 5), (10, 7), (11, 6), (22, 2)] {
            counts[hour] = count;
        }
        assert_eq!(busiest(&counts, 8, 22, 15), 8..23);
        // A place is left for what is said of the others.
        assert_eq!(busiest(&counts, 8, 22, 4), 9..12);
        assert_eq!(busiest(&counts, 8, 22, 3), 10..12);
        assert!(busiest(&counts, 8, 22, 1).is_empty());
        assert!(busiest(&counts, 8, 22, 0).is_empty());
    }
}
