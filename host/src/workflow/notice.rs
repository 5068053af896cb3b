//! What people are told about a move (behaviour §4.23): one job for each notice of the workflow, rendered from the ticket as the move
//! left it. A value is data in a template: `{key}` is replaced once, and nothing in it is read as a template again (F-04).

use serde_json::{Map, Value, json};

use super::{
    base_fields::columns,
    definition::Definition,
    facts::Facts,
    fields::read_all,
    ids::NoticeId,
    ticket::{Job, Ticket},
};

/// A notice that the workflow names, as far as it is still there.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Notice {
    pub id: NoticeId,
    pub title_template: String,
    pub content_template: String,
}

/// A job for each of the workflow's notices, in its order.
pub(super) fn notices(ticket: &Ticket, definition: &Definition, facts: &Facts) -> Vec<Job> {
    if definition.notices.is_empty() {
        return Vec::new();
    }
    let values = values(ticket, definition, facts);
    let job = |notice: &Notice| Job::Notice {
        notice: notice.id,
        visit: ticket.visit,
        payload: json!({
            "title_result": render(&notice.title_template, &values),
            "content_result": render(&notice.content_template, &values),
            "participant": values["participant"],
            "participant_type_id": values["participant_type_id"],
            "multi_all_person": values["multi_all_person"],
            "ticket_value_info": values,
        }),
    };
    definition.notices.iter().map(job).collect()
}

/// All columns and custom values of a ticket: dates as text, unset fields null (behaviour §5.2).
pub fn ticket_values(ticket: &Ticket, definition: &Definition, zone: chrono_tz::Tz) -> Map<String, Value> {
    let mut values = columns(ticket, zone);
    for (key, _, value) in read_all(definition, &ticket.values) {
        values.entry(key).or_insert(value);
    }
    values
}

fn values(ticket: &Ticket, definition: &Definition, facts: &Facts) -> Map<String, Value> {
    ticket_values(ticket, definition, facts.zone)
}

/// Puts values in the place of `{key}`; a key that nothing is known of stays as it is written, an unset field is left out.
fn render(template: &str, values: &Map<String, Value>) -> String {
    let (mut text, mut rest) = (String::with_capacity(template.len()), template);
    while let Some(open) = rest.find('{') {
        text.push_str(&rest[..open]);
        rest = &rest[open..];
        let key = rest.find('}').map(|close| &rest[1..close]);
        if let Some((key, value)) = key.and_then(|key| Some((key, values.get(key)?))) {
            match value {
                Value::Null => {}
                Value::String(value) => text.push_str(value),
                other => text.push_str(&other.to_string()),
            }
            rest = &rest[key.len() + 2..];
        } else {
            text.push('{');
            rest = &rest[1..];
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(template: &str, values: Value) -> String {
        let Value::Object(values) = values else { panic!("{values} is no object") };
        render(template, &values)
    }

    #[test]
    fn f04_a_value_is_data_and_is_never_read_as_a_template() {
        let values = json!({ "title": "{creator} {0.__class__}", "creator": "lisi" });
        assert_eq!(rendered("标题:{title}", values), "标题:{creator} {0.__class__}");
    }

    #[test]
    fn f54_an_unknown_key_stays_as_it_is_written() {
        let values = json!({ "title": "t", "days": 3, "ok": true, "reason": null });
        let template = "{title}{nobody}{title.x}{{days}} {ok}{reason} {";
        assert_eq!(rendered(template, values), "t{nobody}{title.x}{3} true {");
    }
}
