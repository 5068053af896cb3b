//! What an administrator's decision about a version comes to: the grants after it, each change of a grant, and what the version goes
//! without. Grants belong to the plugin: a capability that the decision does not name stays as it was.

use serde_json::{Map, Value};

use super::capabilities::Capabilities;

/// The grants after a decision, and what it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub granted: Capabilities,
    pub changes: Vec<Change>,
    /// What the version will be able to do.
    pub effective: Capabilities,
    /// Capabilities of which the version asked for more than it gets.
    pub withheld: Vec<&'static str>,
}

/// One capability whose grant changes; None is no grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub capability: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// The plan of granting `decided` (capability → scope, null to take one away) to a plugin that has `present`, for a version that asks for
/// `requested`. The error says what is wrong with the decision: nothing is granted that the version does not ask for.
pub fn plan(requested: &Capabilities, present: &Capabilities, decided: &Map<String, Value>) -> Result<Plan, String> {
    let given: Map<String, Value> = decided
        .iter()
        .filter(|(_, scope)| !scope.is_null())
        .map(|(name, scope)| (name.clone(), scope.clone()))
        .collect();
    let unasked = Capabilities::read(&given)?.beyond(requested);
    if !unasked.is_empty() {
        return Err(format!("the version does not ask for so much: {}", unasked.join(", ")));
    }
    let before = present.to_map();
    let mut after = before.clone();
    for (name, scope) in decided {
        if scope.is_null() { drop(after.shift_remove(name)) } else { drop(after.insert(name.clone(), scope.clone())) }
    }
    let granted = Capabilities::read(&after)?;
    let effective = requested.granted_by(&granted);
    let withheld = requested.beyond(&effective);
    Ok(Plan { changes: changes(&before, &granted.to_map()), granted, effective, withheld })
}

/// What differs between two sets of grants.
pub fn changes(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Change> {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    gone.chain(after.keys())
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| Change {
            capability: name.clone(),
            before: before.get(name).cloned(),
            after: after.get(name).cloned(),
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Capabilities {
        Capabilities::read(value.as_object().unwrap()).unwrap()
    }

    fn planned(requested: &Value, present: &Value, decided: &Value) -> Result<Plan, String> {
        plan(&read(requested), &read(present), decided.as_object().unwrap())
    }

    #[test]
    fn a_capability_that_is_not_named_stays_as_it_was() {
        let requested = json!({ "kv": {}, "tickets-read": { "scope": "all" }, "directory": { "scope": "basic" } });
        let present = json!({ "directory": { "scope": "contact" }, "tickets-read": { "scope": "own" } });
        let plan =
            planned(&requested, &present, &json!({ "kv": {}, "tickets-read": { "scope": "workflow" } })).unwrap();
        let granted = json!({ "kv": {}, "tickets-read": { "scope": "workflow" }, "directory": { "scope": "contact" } });
        assert_eq!(plan.granted, read(&granted));
        let effective = json!({ "kv": {}, "tickets-read": { "scope": "workflow" }, "directory": { "scope": "basic" } });
        assert_eq!(plan.effective, read(&effective));
        assert_eq!(plan.withheld, ["tickets-read"], "it asked for all of them");
        let named: Vec<&str> = plan.changes.iter().map(|change| change.capability.as_str()).collect();
        assert_eq!(named, ["kv", "tickets-read"]);
        assert_eq!(plan.changes[1].before, Some(json!({ "scope": "own" })));
    }

    #[test]
    fn null_takes_a_grant_away() {
        let plan = planned(&json!({ "kv": {} }), &json!({ "kv": {} }), &json!({ "kv": null })).unwrap();
        assert_eq!((plan.granted, plan.withheld), (Capabilities::default(), vec!["kv"]));
        assert_eq!(plan.changes, [Change { capability: "kv".into(), before: Some(json!({})), after: None }]);
    }

    #[test]
    fn nothing_is_granted_that_was_not_asked_for() {
        for (requested, decided) in [
            (json!({}), json!({ "kv": {} })),
            (json!({ "tickets-read": { "scope": "own" } }), json!({ "tickets-read": { "scope": "all" } })),
            (json!({ "secrets": { "names": ["A"] } }), json!({ "secrets": { "names": ["A", "B"] } })),
            (
                json!({ "http": { "origins": [{ "origin": "https://a.b", "methods": ["GET"] }] } }),
                json!({ "http": { "origins": [{ "origin": "https://a.b" }] } }),
            ),
        ] {
            let told = planned(&requested, &json!({}), &decided).unwrap_err();
            assert!(told.starts_with("the version does not ask for so much: "), "{told}");
        }
        assert!(planned(&json!({}), &json!({}), &json!({ "sockets": {} })).unwrap_err().contains("no such capability"));
    }

    #[test]
    fn the_same_decision_twice_changes_nothing_more() {
        let requested = json!({ "http": { "origins": [{ "origin": "https://A.b/" }] } });
        let first = planned(&requested, &json!({}), &requested).unwrap();
        let present = Value::Object(first.granted.to_map());
        assert_eq!(planned(&requested, &present, &requested).unwrap().changes, []);
    }
}
