//! How the board is drawn: two columns from 112 columns on, below it one in which the part
//! under the cursor takes the place of the day's digest.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Block, BoardPane, blocks, chosen, now};
use crate::desk::board::{Duty, DutyKind, Heard, MoneyFigure, SheetState};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::line::{self, Run, dim, text};
use crate::tui::widgets::list::{self, List};
use crate::tui::widgets::page::{self, Page};
use crate::tui::words::{Speech, short_number};

/// From this width on there are two columns: before, the counts would not find room in one.
const WIDE: u16 = 112;
/// From so many rows on the money has a place in the digest.
const TALL: u16 = 20;
/// Columns of what stands right of the line.
const BESIDE: u16 = 49;
/// Rows of what is chosen, where it has a place of its own.
const CHOSEN: u16 = 8;
/// How long the bar of an hour can be.
const BAR: u64 = 16;

/// Draws the board and returns where the cursor stands.
pub(super) fn draw(
    pane: &BoardPane,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    line::clear(buf, area);
    if area.width < WIDE {
        return page::single(buf, area, look, |page| narrow(pane, page));
    }
    let at = area.width - BESIDE - 1;
    let mut beside_caret = None;
    let caret = page::double(
        buf,
        area,
        at,
        look,
        |page| left(pane, page),
        |page| beside_caret = right(pane, page),
    );
    caret.or(beside_caret)
}

/// Rows for parts: how many each wants, and how many it needs at least.
fn share(total: u16, wants: &[(u16, u16)]) -> Vec<u16> {
    let mut left = total;
    let mut given: Vec<u16> = wants
        .iter()
        .map(|(want, least)| {
            let first = (*least).min(*want).min(left);
            left -= first;
            first
        })
        .collect();
    for (given, (want, _)) in given.iter_mut().zip(wants) {
        let more = want.saturating_sub(*given).min(left);
        *given += more;
        left -= more;
    }
    given
}

fn left(pane: &BoardPane, page: &mut Page<'_, '_>) -> Option<Position> {
    let lines = pane.board_len(Block::Now) as u16 + 1;
    let mut caret = counts(pane, page, lines, true);
    let hours = (pane.board_len(Block::Hours) as u16).div_ceil(2);
    let wants = [
        (pane.board_len(Block::Decide).max(1) as u16, 3),
        (pane.board_len(Block::People) as u16, 6),
        (pane.board_len(Block::Money) as u16, 6),
        (hours, 3),
    ];
    let titles = wants.iter().filter(|(want, _)| *want > 0).count() as u16;
    let rows = share(page.rows_left().saturating_sub(titles), &wants);
    for (block, rows) in [Block::People, Block::Decide, Block::Money]
        .into_iter()
        .zip([rows[1], rows[0], rows[2]])
    {
        caret = caret.or(part(pane, page, block, rows));
    }
    if rows[3] > 0 {
        title(pane, page, Block::Hours);
        let at = page.draw(rows[3], |buf, area, look| draw_hours(pane, buf, area, look));
        caret = caret.or(at);
    }
    caret
}

fn right(pane: &BoardPane, page: &mut Page<'_, '_>) -> Option<Position> {
    let speech = pane.speech(page.look().words);
    page.section(
        vec![Run::new(chosen::title(pane, speech), Ink::Title)],
        Vec::new(),
    );
    let most = CHOSEN.min(page.rows_left());
    chosen::tall(pane, page, most);
    let blocks = [Block::Duties, Block::Sheets, Block::Oddities];
    let wants = blocks.map(|block| (pane.board_len(block) as u16, 3));
    let titles = wants.iter().filter(|(want, _)| *want > 0).count() as u16;
    let rows = share(page.rows_left().saturating_sub(titles), &wants);
    let mut caret = None;
    for (block, rows) in blocks.into_iter().zip(rows) {
        caret = caret.or(part(pane, page, block, rows));
    }
    caret
}

fn narrow(pane: &BoardPane, page: &mut Page<'_, '_>) -> Option<Position> {
    let lines = pane.board_len(Block::Now) as u16 + 1;
    let below = 6;
    let rest = page.rows_left().saturating_sub(lines + 1 + 3 + below + 1);
    let mut caret = counts(pane, page, lines, false);
    let decide = (pane.board_len(Block::Decide).max(1) as u16).min(rest.max(2));
    caret = caret.or(part(pane, page, Block::Decide, decide));
    let speech = pane.speech(page.look().words);
    page.section(
        vec![Run::new(chosen::title(pane, speech), Ink::Title)],
        vec![dim(chosen::keys(pane, speech))],
    );
    chosen::flat(pane, page);
    match pane.block {
        Block::Now | Block::Decide => digest(pane, page),
        Block::Hours => {
            title(pane, page, Block::Hours);
            let rows = page.rows_left();
            let at = page.draw(rows, |buf, area, look| draw_hours(pane, buf, area, look));
            caret = caret.or(at);
        }
        block => {
            let rows = page.rows_left().saturating_sub(1);
            caret = caret.or(part(pane, page, block, rows));
        }
    }
    caret
}

/// The counts by post, with the platform's clocks beside them where there is room.
fn counts(pane: &BoardPane, page: &mut Page<'_, '_>, lines: u16, roomy: bool) -> Option<Position> {
    title(pane, page, Block::Now);
    let roomy = roomy && used(pane, true, page.look()) <= page.width();
    let aside = (!roomy).then(|| clocks(pane, page.look()));
    let beside = used(pane, roomy, page.look()) + 2;
    page.draw(lines, |buf, area, look| {
        if let Some(aside) = aside {
            let place = Rect {
                x: area.x + beside.min(area.width),
                width: area.width.saturating_sub(beside + 1),
                ..area
            };
            for (runs, y) in aside.iter().zip(place.y..place.bottom()) {
                if place.width > BESIDE / 4 {
                    line::put_runs(buf, (place.x, y), place.width, runs, look);
                }
            }
        }
        now::draw(pane, buf, area, roomy, look)
    })
}

fn used(pane: &BoardPane, roomy: bool, look: &Look<'_>) -> u16 {
    let (label, columns) = now::widths(pane, roomy, look);
    1 + label + columns.iter().sum::<u16>()
}

/// What the platform pays by itself within a day, in three rows.
fn clocks<'a>(pane: &'a BoardPane, look: &Look<'a>) -> Vec<Vec<Run<'a>>> {
    let speech = pane.speech(look.words);
    let mut lines = pane.board.money.iter();
    let Some(line) = lines.find(|line| line.figure == MoneyFigure::TimingOut) else {
        return Vec::new();
    };
    let label = look.words.get("board-clocks").to_string();
    let mut all = vec![
        vec![dim(label)],
        vec![
            blocks::cases(line, speech),
            Run::new(format!(" {}", blocks::sums(&line.sums)), Ink::Money),
        ],
    ];
    if let Some((due, number)) = &line.first {
        let first = format!("{} {}", speech.when(*due), short_number(number));
        all.push(vec![text(first)]);
    }
    all
}

fn title(pane: &BoardPane, page: &mut Page<'_, '_>, block: Block) {
    let words = page.look().words;
    let ink = if pane.block == block {
        Ink::Title
    } else {
        Ink::Text
    };
    let sign = if pane.block == block { "> " } else { "" };
    let name = words.get(&format!("board-{}", block.name()));
    let speech = pane.speech(words);
    page.section(
        vec![Run::new(format!("{sign}{name}"), ink)],
        beside(pane, block, speech),
    );
}

/// What stands at the right of a part's title.
fn beside(pane: &BoardPane, block: Block, speech: Speech<'_>) -> Vec<Run<'static>> {
    let words = speech.words;
    match block {
        Block::Now => {
            let (here, of) = pane.board.presence();
            let args = [("here", here.into()), ("of", of.into())];
            let mut runs = vec![dim(words.with("board-present", &args))];
            let silent = pane.board.out_of_sight();
            if !silent.is_empty() {
                let count = [("count", silent.len().into())];
                let said = words.with("board-out-of-sight", &count);
                runs.push(Run::new(format!("  {said}"), Ink::Stale));
            }
            runs
        }
        Block::People => vec![dim(words.get("board-age").to_string())],
        Block::Decide => {
            let cases = pane.unsettled.approvals.len() + pane.unsettled.spoken.len();
            let (conflicts, held) = pane.unsettled.counts();
            let args = [
                ("approvals", cases.into()),
                ("conflicts", conflicts.into()),
                ("held", held.into()),
            ];
            vec![dim(words.with("board-decide-counts", &args))]
        }
        Block::Money => vec![source(pane, speech)],
        Block::Duties => {
            let done = pane.board.duties.iter().filter(|duty| duty.done).count();
            vec![dim(format!("{done}/{}", pane.board.duties.len()))]
        }
        _ => Vec::new(),
    }
}

/// From when the refunds are that these sums rest on.
fn source(pane: &BoardPane, speech: Speech<'_>) -> Run<'static> {
    let known = pane
        .board
        .freshness
        .iter()
        .find(|one| one.kind == "refunds");
    let Some(known) = known else {
        return Run::new(speech.words.get("board-no-refunds").to_string(), Ink::Stale);
    };
    let at = [("at", speech.when(known.exported_at).into())];
    if known.stale {
        Run::new(speech.words.with("board-refunds-stale", &at), Ink::Stale)
    } else {
        dim(speech.words.with("board-refunds", &at))
    }
}

/// A part with its title and so many rows; the window keeps the cursor in sight.
fn part(pane: &BoardPane, page: &mut Page<'_, '_>, block: Block, rows: u16) -> Option<Position> {
    let length = pane.board_len(block);
    if rows == 0 || length == 0 && block != Block::Decide {
        return None;
    }
    title(pane, page, block);
    page.draw(rows, |buf, area, look| {
        if length == 0 {
            let nothing = look.words.get("board-nothing-to-decide");
            let x = area.x + 1.min(area.width);
            let width = area.width.saturating_sub(1);
            if area.height > 0 {
                line::put(buf, (x, area.y), width, &nothing, Ink::Dim, look);
            }
            return None;
        }
        draw_rows(pane, buf, area, block, look)
    })
}

fn draw_rows(
    pane: &BoardPane,
    buf: &mut Buffer,
    area: Rect,
    block: Block,
    look: &Look<'_>,
) -> Option<Position> {
    let all = blocks::rows(pane, block, look);
    let height = usize::from(area.height);
    let here = pane.at[block as usize];
    let focused = pane.block == block;
    // What lies beyond the window is said in its last row, but for where the cursor goes.
    let folds = all.len() > height && height > 1 && here + 1 < height;
    let shown = if folds { height - 1 } else { height };
    let top = (here + 1).saturating_sub(shown);
    let mut caret = None;
    for (at, (columns, row)) in all.iter().enumerate().skip(top).take(shown) {
        let place = Rect {
            y: area.y + (at - top) as u16,
            height: 1,
            ..area
        };
        let is_here = at == here && (focused || block == Block::Decide);
        let list = List {
            columns,
            rows: std::slice::from_ref(row),
            cursor: is_here.then_some(0),
            focused,
        };
        list::draw(buf, place, &list, look);
        if is_here && focused {
            caret = Some(Position::new(place.x, place.y));
        }
    }
    if folds {
        let more = [("count", (all.len() - shown).into())];
        let more = look.words.with("board-more", &more);
        let (x, y) = (area.x + 1.min(area.width), area.bottom() - 1);
        line::put(
            buf,
            (x, y),
            area.width.saturating_sub(1),
            &more,
            Ink::Dim,
            look,
        );
    }
    caret.filter(|caret| area.contains(*caret))
}

/// What began in each hour, two hours beside each other where the rows do not hold all.
fn draw_hours(pane: &BoardPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let speech = pane.speech(look.words);
    let hours = &pane.board.hours;
    let height = usize::from(area.height);
    let most = hours
        .iter()
        .map(|hour| hour.count)
        .max()
        .unwrap_or(0)
        .max(BAR);
    // Where two columns do not hold the day, its last hours are shown, or those of the cursor.
    let here = pane.at[Block::Hours as usize];
    let room = height * 2;
    let last = hours.len().saturating_sub(room);
    let focused = pane.block == Block::Hours;
    let top = if focused { here.min(last) } else { last };
    let width = (area.width / 2).max(1);
    let mut caret = None;
    for (at, hour) in hours.iter().enumerate().skip(top).take(room) {
        let (column, row) = ((at - top) / height, (at - top) % height);
        let place = Rect {
            x: area.x + width * column as u16,
            y: area.y + row as u16,
            width,
            height: 1,
        }
        .intersection(area);
        let bar = "#".repeat((hour.count * BAR).div_ceil(most) as usize);
        let clock: String = speech.clock(hour.begins).chars().take(2).collect();
        let runs = [
            dim(format!(" {clock}  ")),
            text(format!("{:>4}  ", hour.count)),
            Run::new(bar, Ink::Dim),
        ];
        line::put_runs(buf, (place.x, place.y), place.width, &runs, look);
        if focused && at == here {
            line::paint(buf, place, Ink::CursorRow, look);
            caret = Some(Position::new(place.x, place.y));
        }
    }
    caret.filter(|caret| area.contains(*caret))
}

/// The people and the day in a few rows, where neither has the cursor.
fn digest(pane: &BoardPane, page: &mut Page<'_, '_>) {
    let speech = pane.speech(page.look().words);
    if page.rows_left() < 2 {
        return;
    }
    if page.rows_left() >= TALL {
        part(
            pane,
            page,
            Block::Money,
            pane.board_len(Block::Money) as u16,
        );
    }
    title(pane, page, Block::People);
    let all = (pane.board_len(Block::People) as u16).div_ceil(3);
    let rows = page.rows_left().saturating_sub(3).clamp(1, all.max(1));
    page.draw(rows, |buf, area, look| draw_people(pane, buf, area, look));
    title(pane, page, Block::Duties);
    let is_unread = |duty: &&Duty| matches!(duty.kind, DutyKind::Unread(..));
    let unread = pane.board.duties.iter().filter(is_unread).count();
    let open = pane.board.duties.iter().filter(|duty| !duty.done);
    let mut open: Vec<&Duty> = open.filter(|duty| !is_unread(duty)).collect();
    // Where not all find room, what files bring in is left out first.
    open.sort_by_key(|duty| matches!(duty.kind, DutyKind::Import(..) | DutyKind::Scores(..)));
    let open: Vec<String> = open
        .into_iter()
        .map(|duty| blocks::duty_short(duty, speech))
        .collect();
    let said = if open.is_empty() && unread == 0 {
        speech.words.get("board-all-done").to_string()
    } else {
        open_duties(&open, page.width().saturating_sub(2), page.look())
    };
    page.row(&[text(said)], &[]);
    let red: usize = pane.board.sheets.iter().map(red_of).sum();
    let mut odd: Vec<String> = Vec::new();
    if red > 0 {
        odd.push(
            speech
                .words
                .with("board-red-left", &[("count", red.into())]),
        );
    }
    if unread > 0 {
        let count = [("count", unread.into())];
        odd.push(speech.words.with("board-unread-left", &count));
    }
    let oddities = pane.board.oddities.iter();
    odd.extend(oddities.map(|one| blocks::oddity_words(one, speech)));
    page.row(&[Run::new(odd.join("  "), Ink::Warn)], &[]);
}

/// The duties that are open, whole ones only; how many more there are stands behind them.
fn open_duties(open: &[String], room: u16, look: &Look<'_>) -> String {
    let shown = (1..=open.len()).rev().map(|count| {
        let mut duties = open[..count].join(" ");
        if count < open.len() {
            duties = format!("{duties} +{}", open.len() - count);
        }
        let duties = [("duties", duties.into())];
        look.words.with("board-open-duties", &duties)
    });
    let mut shown = shown.skip_while(|said| look.columns(said) > room);
    shown.next().unwrap_or_default()
}

fn red_of(sheet: &SheetState) -> usize {
    match sheet {
        SheetState::Waiting { red, .. } => *red,
        SheetState::Unwritten { .. } => 0,
    }
}

/// Colleagues, three beside each other.
fn draw_people(pane: &BoardPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let speech = pane.speech(look.words);
    let width = (area.width.saturating_sub(1) / 3).max(1);
    let room = usize::from(area.height) * 3;
    for (at, one) in pane.board.people.iter().take(room).enumerate() {
        let place = Rect {
            x: area.x + 1 + width * (at % 3) as u16,
            y: area.y + (at / 3) as u16,
            width: width.saturating_sub(1),
            height: 1,
        }
        .intersection(area);
        let mut runs = vec![text(format!("{} ", one.person.name))];
        if !one.is_present() {
            let mut presence = blocks::presence(one, speech);
            presence.text = format!("{} ", presence.text).into();
            runs.push(presence);
        }
        runs.extend(blocks::figures(one, speech));
        if one.heard != Heard::Here {
            runs.push(blocks::heard(one, speech));
        }
        line::put_runs(buf, (place.x, place.y), place.width, &runs, look);
    }
}
