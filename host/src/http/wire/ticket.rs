//! A ticket as the wire shows it: the row of the list with the objects that stand beside it (behaviour §3.1, §4.16).

use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::local_time;
use crate::{
    store::{
        cards::{Cards, CreatorCard, DepartmentCard},
        tickets::Names,
    },
    workflow::{Participants, Ticket, columns, participant_text, participant_type_id},
};

/// One row of the ticket list; also the head of a detail.
pub fn row(ticket: &Ticket, names: &Names, cards: &Cards, zone: Tz) -> Map<String, Value> {
    let mut row = columns(ticket, zone);
    let workflow = json!({ "workflow_id": ticket.workflow, "workflow_name": names.workflow });
    row.insert("state".into(), state(ticket, names));
    row.insert("participant_info".into(), participant_info(ticket, cards));
    row.insert("creator_info".into(), creator_info(&ticket.creator, cards, zone));
    // T-04: existing clients read `workflow`, the last release wrote `workflow_info`
    row.insert("workflow".into(), workflow.clone());
    row.insert("workflow_info".into(), workflow);
    row
}

/// A state that was deleted with its row keeps a name to show (F-39).
pub fn state(ticket: &Ticket, names: &Names) -> Value {
    json!({ "state_id": ticket.state, "state_name": names.state.as_deref().unwrap_or("未知状态"), "state_label": names.state_label })
}

/// Who must act, in words. Never `false`: what is gone keeps its raw value and an empty alias.
pub fn participant_info(ticket: &Ticket, cards: &Cards) -> Value {
    let alias = |name: &String| cards.aliases.get(name).filter(|alias| !alias.is_empty()).unwrap_or(name).clone();
    let raw = participant_text(&ticket.participants);
    let (kind, name, shown) = match &ticket.participants {
        Participants::Several(names) if !ticket.everybody.is_empty() => {
            let each = ticket.everybody.iter().map(|(name, choice)| vote(name, &alias(name), choice));
            ("多人且全部处理", names.join(","), each.collect::<Vec<_>>().join(";"))
        }
        Participants::Nobody => ("无", String::new(), String::new()),
        Participants::Person(name) => ("个人", name.clone(), alias(name)),
        Participants::Several(names) => {
            ("多人", names.join(","), names.iter().map(alias).collect::<Vec<_>>().join(","))
        }
        Participants::Departments(ids) => {
            let known: Vec<&str> =
                ids.iter().filter_map(|id| cards.departments.get(&id.0)).map(String::as_str).collect();
            let name = if known.is_empty() { raw.clone() } else { known.join(",") };
            ("部门", name, known.join(","))
        }
        Participants::Role(id) => {
            let known = cards.roles.get(&id.0).cloned();
            ("角色", known.clone().unwrap_or_else(|| raw.clone()), known.unwrap_or_default())
        }
        Participants::Script(id) => {
            ("脚本", raw.clone(), cards.scripts.get(&id.0).map(|name| format!("脚本:{name}")).unwrap_or_default())
        }
        Participants::Hook => ("hook", raw.clone(), String::new()),
    };
    json!({
        "participant": raw,
        "participant_name": name,
        "participant_type_id": participant_type_id(&ticket.participants),
        "participant_type_name": kind,
        "participant_alias": shown,
    })
}

/// What one of those who must all handle chose, in words (behaviour §4.9).
fn vote(name: &str, alias: &str, choice: &Value) -> String {
    match choice["transition_name"].as_str() {
        Some(transition) => format!("{alias}({name})已处理:{transition}"),
        None => format!("{alias}({name})未处理"),
    }
}

/// The creator, who need not exist (T-27).
pub fn creator_info(username: &str, cards: &Cards, zone: Tz) -> Value {
    let Some(card) = cards.creators.get(username) else {
        return json!({ "username": username, "alias": "", "is_active": false, "email": "", "phone": "", "dept_info": {} });
    };
    json!({
        "username": card.username,
        "alias": card.alias,
        "is_active": card.is_active,
        "email": card.email,
        "phone": card.phone,
        "dept_info": dept_info(card, zone),
    })
}

fn dept_info(card: &CreatorCard, zone: Tz) -> Value {
    match &card.department {
        Some(department) => department_object(department, zone),
        None => json!({ "id": card.department_id, "name": "" }),
    }
}

/// A department in full (behaviour §3.6).
pub fn department_object(card: &DepartmentCard, zone: Tz) -> Value {
    let approvers: Vec<Value> = card
        .approvers
        .iter()
        .zip(&card.approver_aliases)
        .map(|(name, alias)| json!({ "approver_name": name, "approver_alias": alias.as_deref().unwrap_or("未知") }))
        .collect();
    let parent_name = match (card.parent_id, &card.parent_name) {
        (None, _) => "",
        (Some(_), Some(name)) => name,
        (Some(_), None) => "未知",
    };
    json!({
        "id": card.id,
        "name": card.name,
        "parent_dept_id": card.parent_id.unwrap_or(0),
        "leader": card.leader,
        "approver": card.approvers.join(","),
        "label": card.label,
        "creator": card.creator,
        "gmt_created": local_time(card.created_at, zone),
        "gmt_modified": local_time(card.modified_at, zone),
        "is_deleted": false,
        "creator_info": {
            "creator_id": card.creator_id.unwrap_or(0),
            "creator_alias": card.creator_alias.as_deref().unwrap_or(""),
            "creator_username": card.creator,
        },
        "parent_dept_info": { "parent_dept_id": card.parent_id.unwrap_or(0), "parent_dept_name": parent_name },
        "leader_info": { "leader_username": card.leader, "leader_alias": card.leader_alias.as_deref().unwrap_or(&card.leader) },
        "approver_info": approvers,
    })
}
