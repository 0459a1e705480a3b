//! What follows from what was read: an order's state, sums over its lines, what was
//! paid; the time of an export.

use super::profiles::Profile;
use super::{Cell, Options, Row};

/// Settles a row; rows of other registers are left as they are.
pub(super) fn order(row: &mut Row, profile: &Profile) {
    if row.register != "order" {
        return;
    }
    settle_line_states(row);
    settle_two_states(row);
    for (total, part) in &profile.sums {
        if let Some(sum) = sum(row, part) {
            row.cells.push((total.clone(), sum));
        }
    }
    let state = match row.cell("platform_state") {
        Some(Cell::Choice { value, .. }) => value.clone(),
        _ => return,
    };
    if row.cell("paid").is_none()
        && profile.paid_when.contains(&state)
        && let Some(payable @ Cell::Money { .. }) = row.cell("payable").cloned()
    {
        row.cells.push(("paid".to_owned(), payable));
    }
}

/// An order's state by those of its lines: equal ones are its state; of open
/// lines some shipped and some not make it part shipped.
fn settle_line_states(row: &mut Row) {
    const RANK: [&str; 6] = [
        "unpaid",
        "to_ship",
        "part_shipped",
        "shipped",
        "signed",
        "success",
    ];
    let states: Vec<&Cell> = row
        .cells
        .iter()
        .filter(|(path, _)| path.starts_with("lines/") && path.ends_with("/state"))
        .map(|(_, cell)| cell)
        .collect();
    let ranks: Option<Vec<Option<usize>>> = states
        .iter()
        .map(|cell| match cell {
            Cell::Choice { value, .. } if value.starts_with("closed") => Some(None),
            Cell::Choice { value, .. } => Some(Some(RANK.iter().position(|rank| rank == value)?)),
            _ => None,
        })
        .collect();
    let Some(ranks) = ranks.filter(|ranks| ranks.len() > 1) else {
        return;
    };
    let open: Vec<usize> = ranks.into_iter().flatten().collect();
    let (Some(least), Some(most)) = (open.iter().min(), open.iter().max()) else {
        return;
    };
    let value = if *least < 2 && *most >= 2 {
        RANK[2]
    } else {
        RANK[*least]
    };
    let text = states.iter().find_map(|cell| match cell {
        Cell::Choice { value: word, text } if word == value => Some(text.clone()),
        _ => None,
    });
    let settled = Cell::Choice {
        value: value.to_owned(),
        text: text.unwrap_or_default(),
    };
    if let Some((_, cell)) = row
        .cells
        .iter_mut()
        .find(|(path, _)| path == "platform_state")
    {
        *cell = settled;
    }
}

/// One state of a payment status and a shipping status.
fn settle_two_states(row: &mut Row) {
    let word = |path: &str| match row.cell(path) {
        Some(Cell::Choice { value, text }) => Some((value.clone(), text.clone())),
        _ => None,
    };
    let (payment, shipping) = (word("state/payment"), word("state/shipping"));
    let cancelled = matches!(row.cell("closed_at"), Some(Cell::Time(_)));
    let there = row.cell("state/payment").is_some();
    row.cells.retain(|(path, _)| !path.starts_with("state/"));
    if !there {
        return;
    }
    let Some((paid, paid_text)) = payment else {
        return;
    };
    let value = match (
        paid.as_str(),
        shipping.as_ref().map(|(word, _)| word.as_str()),
    ) {
        _ if cancelled => "closed",
        ("refunded" | "voided", _) => "closed",
        ("unpaid", _) => "unpaid",
        (_, Some("shipped")) => "shipped",
        (_, Some("part_shipped")) => "part_shipped",
        _ => "to_ship",
    };
    let text = shipping.map_or_else(
        || paid_text.clone(),
        |(_, text)| format!("{paid_text}, {text}"),
    );
    let state = Cell::Choice {
        value: value.to_owned(),
        text,
    };
    row.cells.push(("platform_state".to_owned(), state));
    if matches!(paid.as_str(), "paid" | "refunded")
        && let Some(payable @ Cell::Money { .. }) = row.cell("payable").cloned()
    {
        row.cells.push(("paid".to_owned(), payable));
    }
}

/// The sum of a cell over the lines of one order, in one currency.
fn sum(row: &Row, part: &str) -> Option<Cell> {
    let name = part.strip_prefix("lines/")?;
    let mut total: Option<(i64, &str)> = None;
    for (path, cell) in &row.cells {
        if !(path.starts_with("lines/") && path.rsplit('/').next() == Some(name)) {
            continue;
        }
        let Cell::Money { minor, currency } = cell else {
            return None;
        };
        let (before, known) = total.unwrap_or((0, currency));
        if known != currency {
            return None;
        }
        total = Some((before.checked_add(*minor)?, currency));
    }
    total.map(|(minor, currency)| Cell::Money {
        minor,
        currency: currency.to_owned(),
    })
}

/// When the export was made: as told, as its name says, else the latest time in
/// it. Deadlines lie ahead and say nothing of that.
pub(super) fn exported_at(options: &Options<'_>, named: Option<i64>, rows: &[Row]) -> Option<i64> {
    options.exported_at.or_else(|| {
        let times = rows.iter().flat_map(|row| &row.cells);
        let latest = times
            .filter(|(path, _)| !path.ends_with("due_at"))
            .filter_map(|(_, cell)| match cell {
                Cell::Time(at) => Some(*at),
                _ => None,
            })
            .max();
        // A name that gives only the day lies before the times of that day.
        let day = |named: i64| latest.filter(|at| named <= *at && *at < named + 86_400_000);
        named.map(|named| day(named).unwrap_or(named)).or(latest)
    })
}
