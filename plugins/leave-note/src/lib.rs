//! Example plugin of the demo: reads an approved leave request, writes how it was registered to the ticket and reports it.
//! A real one would tell a payroll system; `welcome-note` shows more of what a plugin can do.

use gavia_plugin_sdk::{Context, Error, Host, Outcome, action};

gavia_plugin_sdk::manifest!();

#[action]
fn run(context: &Context, host: &Host) -> Result<Outcome, Error> {
    let days: i64 = context.field("leave_days")?;
    if days < 1 {
        return Err(Error::invalid_input(format!("a leave of {days} days cannot be registered")));
    }
    let (start, end) = (context.text("leave_start")?, context.text("leave_end")?);

    let ticket = context.ticket();
    let record = format!("{}: {days} days from {start} to {end}", ticket.creator);
    host.info(format!("ticket {} is registered", ticket.sn));
    host.set_field("leave_record", &record)?;
    Ok(Outcome::message(format!("Registered {record}.")))
}

#[cfg(test)]
mod tests {
    use gavia_plugin_sdk::testing::{MockHost, context};
    use serde_json::Value;

    use super::*;

    fn request(days: Value) -> Context {
        context(&[("leave_days", days), ("leave_start", "2026-05-04".into()), ("leave_end", "2026-05-08".into())])
    }

    #[test]
    fn the_leave_is_recorded_and_reported() {
        let context = request(5.into());
        let ran = MockHost::granted(MANIFEST).action(&context, run);
        let record = format!("{}: 5 days from 2026-05-04 to 2026-05-08", context.ticket().creator);
        assert_eq!(ran.answer().text(), format!("Registered {record}."));
        assert_eq!(ran.fields, [("leave_record".to_owned(), record.into())]);
    }

    #[test]
    fn what_is_no_leave_is_refused_and_nothing_written() {
        for days in [0.into(), Value::Null, "five".into()] {
            let ran = MockHost::granted(MANIFEST).action(&request(days), run);
            assert!(ran.result.is_err() && ran.fields.is_empty(), "{ran:?}");
        }
    }
}
