//! Finds those of a department who have a role: the accountant of the creator's department, say.

use gavia_plugin_sdk::{Context, Depth, Error, Explain as _, ReadHost, participants};
use serde::Deserialize;

gavia_plugin_sdk::manifest!();

/// As many as one call of the directory gives, and a plugin may answer.
const PEOPLE_MAX: u32 = 1_000;

/// What the designer attached to the state.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    role: i64,
    /// The department's number; the departments of the ticket's creator otherwise.
    department: Option<i64>,
    /// Whether departments below count.
    #[serde(default)]
    below: bool,
}

#[participants]
fn resolve(context: &Context, host: &ReadHost) -> Result<Vec<String>, Error> {
    let arguments: Arguments = context.args()?;
    let depth = if arguments.below { Depth::WithAllBelow } else { Depth::Itself };
    let departments = match arguments.department {
        Some(id) => vec![id],
        None => {
            let creator = &context.ticket().creator;
            host.directory().find(creator)?.or_invalid(format!("there is no user {creator}"))?.dept_ids
        }
    };
    let mut found = Vec::new();
    for department in &departments {
        for user in host.directory().users_in_dept(*department, depth, PEOPLE_MAX)? {
            if user.is_active && user.role_ids.contains(&arguments.role) && !found.contains(&user.username) {
                found.push(user.username);
            }
        }
    }
    if found.is_empty() {
        let role = arguments.role;
        return Err(Error::invalid_input(format!("nobody in the departments {departments:?} has role {role}")));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use gavia_plugin_sdk::testing::{MockHost, context, user};
    use serde_json::{Value, json};

    use super::*;

    const ACCOUNTANT: i64 = 5;

    /// Department 2 lies below 1; alice, the creator, is in 1.
    fn company() -> MockHost {
        let person = |id: i64, name: &str, dept: i64, role: i64| {
            let mut user = user(id, name);
            (user.dept_ids, user.role_ids) = (vec![dept], vec![role]);
            user
        };
        let mut gone = person(5, "gone", 1, ACCOUNTANT);
        gone.is_active = false;
        let people = [
            person(1, "alice", 1, 9),
            person(2, "bob", 1, ACCOUNTANT),
            person(3, "cid", 2, ACCOUNTANT),
            person(4, "dee", 3, ACCOUNTANT),
            gone,
        ];
        let host = MockHost::granted(MANIFEST);
        let host = host.department(1, None, None).department(2, Some(1), None).department(3, None, None);
        people.into_iter().fold(host, MockHost::user)
    }

    fn found(arguments: Value) -> Result<Vec<String>, Error> {
        company().participants(&context(&[]).with_args(arguments), resolve).result
    }

    #[test]
    fn the_creator_s_department_or_the_one_named_is_searched() {
        assert_eq!(found(json!({ "role": ACCOUNTANT })).expect("bob"), ["bob"]);
        assert_eq!(found(json!({ "role": ACCOUNTANT, "below": true })).expect("both"), ["bob", "cid"]);
        assert_eq!(found(json!({ "role": ACCOUNTANT, "department": 3 })).expect("dee"), ["dee"]);
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        let nobody = found(json!({ "role": 99 })).expect_err("nobody has it");
        assert_eq!(nobody.message(), "nobody in the departments [1] has role 99");
        for arguments in
            [Value::Null, json!({}), json!({ "role": 1, "dept": 3 }), json!({ "role": 1, "department": 8 })]
        {
            assert!(found(arguments.clone()).is_err(), "{arguments}");
        }
        let ran = company().without("directory").participants(&context(&[]).with_args(json!({ "role": 1 })), resolve);
        assert!(ran.error().is_denied());
    }
}
