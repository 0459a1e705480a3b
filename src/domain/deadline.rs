//! Days of the shop: a business day ends at a set hour, not at midnight. Below, the clocks by which
//! deadlines are counted.

pub mod calendar;
pub mod clock;
pub mod limits;

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, TimeZone};

/// Returns the business day in which a moment (milliseconds UTC) lies, for a shop whose days
/// end at `end_hour` (0 to 23; 4 by default) in its zone; none outside the calendar.
pub fn business_day<Z: TimeZone>(at: i64, zone: &Z, end_hour: u32) -> Option<NaiveDate> {
    let local = DateTime::from_timestamp_millis(at)?
        .with_timezone(zone)
        .naive_local();
    local
        .checked_sub_signed(Duration::hours(i64::from(end_hour)))
        .map(|shifted| shifted.date())
}

/// Returns when a business day begins, in milliseconds UTC; it ends when the next one begins.
/// An hour that the zone's clocks leave out begins an hour later.
pub fn day_start<Z: TimeZone>(day: NaiveDate, zone: &Z, end_hour: u32) -> Option<i64> {
    let local = day.and_time(NaiveTime::from_hms_opt(end_hour, 0, 0)?);
    let skipped = || {
        zone.from_local_datetime(&(local + Duration::hours(1)))
            .earliest()
    };
    zone.from_local_datetime(&local)
        .earliest()
        .or_else(skipped)
        .map(|start| start.timestamp_millis())
}

/// Returns beginning and end of a business day in milliseconds UTC, the end excluded.
pub fn day_span<Z: TimeZone>(day: NaiveDate, zone: &Z, end_hour: u32) -> Option<(i64, i64)> {
    let next = day.checked_add_days(Days::new(1))?;
    Some((
        day_start(day, zone, end_hour)?,
        day_start(next, zone, end_hour)?,
    ))
}

/// Returns the time of day of a moment (milliseconds UTC) in a zone as `08:50`; nothing outside
/// the calendar.
pub fn time_of_day<Z: TimeZone>(at: i64, zone: &Z) -> String {
    let local = DateTime::from_timestamp_millis(at).map(|at| at.with_timezone(zone).naive_local());
    local.map_or_else(String::new, |at| at.format("%H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{America::New_York, Asia::Shanghai};

    fn at(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text)
            .unwrap()
            .timestamp_millis()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_night_belongs_to_the_day_before() {
        assert_eq!(
            business_day(at("2026-11-23T03:59:59+08:00"), &Shanghai, 4),
            Some(day("2026-11-22"))
        );
        assert_eq!(
            business_day(at("2026-11-23T04:00:00+08:00"), &Shanghai, 4),
            Some(day("2026-11-23"))
        );
        assert_eq!(
            business_day(at("2026-11-22T15:46:00+08:00"), &Shanghai, 0),
            Some(day("2026-11-22"))
        );
    }

    #[test]
    fn a_day_begins_where_the_day_before_ends() {
        let span = day_span(day("2026-11-22"), &Shanghai, 4).unwrap();
        assert_eq!(
            span,
            (
                at("2026-11-22T04:00:00+08:00"),
                at("2026-11-23T04:00:00+08:00")
            )
        );
        let (_, end) = day_span(day("2026-11-21"), &Shanghai, 4).unwrap();
        assert_eq!(end, span.0);
    }

    #[test]
    fn an_hour_that_clocks_leave_out_still_begins_a_day() {
        let start = day_start(day("2026-03-08"), &New_York, 2).unwrap();
        assert_eq!(start, at("2026-03-08T03:00:00-04:00"));
    }

    #[test]
    fn moments_beyond_the_calendar_have_no_day() {
        assert_eq!(business_day(i64::MAX, &Shanghai, 4), None);
    }
}
