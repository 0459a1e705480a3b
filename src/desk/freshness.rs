//! How old each kind of export is: a fact on screen, since a list made from an old file cannot
//! see what came later (ux 3.4).

use std::collections::BTreeMap;

use serde_json::Value;

use super::Desk;
use crate::problem::Problem;
use crate::store::Query;

const HOUR: i64 = 3_600_000;

/// The newest export of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// The kind: `orders`, `refunds`, `parcels`…
    pub kind: String,
    /// The time from which it is, milliseconds UTC.
    pub exported_at: i64,
    /// Whether it is older than the shop's limit for this kind.
    pub stale: bool,
}

impl Desk {
    /// Returns the newest export of each kind, by kind.
    pub fn freshness(&self) -> Result<Vec<Freshness>, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec!["import"],
            limit: Some(10_000),
            ..Query::default()
        })?;
        let mut newest: BTreeMap<String, i64> = BTreeMap::new();
        for row in rows.iter().filter(|row| !row.void) {
            let kind = row.fields.get("kind").and_then(Value::as_str);
            let Some((kind, at)) = kind.zip(row.fields.get("exported_at").and_then(Value::as_i64))
            else {
                continue;
            };
            let known = newest.entry(kind.to_owned()).or_insert(at);
            *known = at.max(*known);
        }
        let now = self.now();
        newest
            .into_iter()
            .map(|(kind, exported_at)| {
                let hours = self
                    .setting(&format!("stale_{kind}_hours"))?
                    .and_then(|hours| hours.parse::<i64>().ok());
                let limit = hours.unwrap_or_else(|| usual_limit(&kind)) * HOUR;
                Ok(Freshness {
                    stale: now - exported_at > limit,
                    kind,
                    exported_at,
                })
            })
            .collect()
    }
}

/// The hours after which a kind of export is old, where the shop has not said (ux 3.4).
fn usual_limit(kind: &str) -> i64 {
    match kind {
        "orders" | "items" | "refunds" => 3,
        "parcels" => 6,
        _ => 24,
    }
}
