//! Flow logs and flow steps as the wire shows them (behaviour §3.3).

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::{Code, local_time};
use crate::{
    store::flow_logs::{ActorKind, FlowLog},
    workflow::{Intervention, State, StateId, TicketId, TransitionAttribute},
};

/// A row of `flowlogs`.
pub fn log_row(log: &FlowLog, ticket: TicketId, zone: Tz) -> Value {
    let (transition_id, name, attribute) = transition(log);
    json!({
        "id": log.id,
        "ticket_id": ticket,
        "state": { "state_id": log.state, "state_name": log.state_name },
        "transition": { "transition_id": transition_id, "transition_name": name, "attribute_type_id": attribute.code() },
        "intervene_type_id": log.intervention.code(),
        "participant_type_id": actor_code(log.actor_kind),
        "participant": log.actor,
        "participant_info": participant_info(log),
        "suggestion": log.suggestion,
        "gmt_created": local_time(log.created_at, zone),
        "gmt_modified": local_time(log.created_at, zone),
    })
}

/// Steps: states in order, each with its logs, oldest first; hidden states are left out unless the ticket is in one now.
pub fn steps(states: &[State], logs: &[FlowLog], current: StateId, zone: Tz) -> Vec<Value> {
    let shown = states.iter().filter(|state| !state.is_hidden || state.id == current);
    shown
        .map(|state| {
            let of_state: Vec<Value> = logs.iter().filter(|log| log.state == state.id).map(|log| step_log(log, zone)).collect();
            json!({ "state_id": state.id, "state_name": state.name, "order_id": state.order_id, "state_flow_log_list": of_state })
        })
        .collect()
}

fn step_log(log: &FlowLog, zone: Tz) -> Value {
    let (transition_id, name, _) = transition(log);
    json!({
        "id": log.id,
        "transition": { "transition_name": name, "transition_id": transition_id },
        "participant_type_id": actor_code(log.actor_kind),
        "participant": log.actor,
        "participant_info": participant_info(log),
        "intervene_type_id": log.intervention.code(),
        "suggestion": log.suggestion,
        "state_id": log.state,
        "gmt_created": local_time(log.created_at, zone),
    })
}

fn actor_code(kind: ActorKind) -> i64 {
    match kind {
        ActorKind::Person => 1,
        ActorKind::Script => 6,
        ActorKind::Hook => 10,
    }
}

fn transition(log: &FlowLog) -> (i64, &str, TransitionAttribute) {
    match &log.transition {
        Some(transition) => (transition.id.0, &transition.name, transition.attribute),
        None => (0, intervention_name(log.intervention), TransitionAttribute::Other),
    }
}

fn intervention_name(intervention: Intervention) -> &'static str {
    match intervention {
        Intervention::Deliver => "转交操作",
        Intervention::AddNode => "加签操作",
        Intervention::AddNodeEnd => "加签完成操作",
        Intervention::Accept => "接单操作",
        Intervention::Comment => "新增评论",
        Intervention::Delete => "删除",
        Intervention::Close => "强制关闭",
        Intervention::ForceState => "强制修改状态",
        Intervention::Hook => "hook操作",
        Intervention::Retreat => "撤回操作",
        Intervention::None => "未知操作",
    }
}

/// Alias, e-mail and phone only of a person who exists; for others the alias is the text itself.
fn participant_info(log: &FlowLog) -> Value {
    let (alias, email, phone) =
        log.person.as_ref().map_or((log.actor.as_str(), "", ""), |(alias, email, phone)| (alias, email, phone));
    json!({
        "participant_type_id": actor_code(log.actor_kind),
        "participant": log.actor,
        "participant_alias": alias,
        "participant_email": email,
        "participant_phone": phone,
    })
}
