//! Tickets on `/api/v1.0`, and what is counted of them.

use super::operation::{
    Access,
    Kind::{Flag, Int, Object, Text},
    Op,
};

const SUGGESTION: (&str, super::operation::Kind, &str) = ("suggestion", Text, "Stands in the flow log.");

pub(super) fn operations() -> Vec<Op> {
    let tickets = vec![
        Op::get("/api/v1.0/tickets", "Tickets by category").old_page(
            &[
                ("category", "`all`, `owner`, `duty` or `relation`; must be there."),
                ("sn", ""),
                ("title", ""),
                ("create_start", ""),
                ("create_end", ""),
                ("workflow_ids", "Ids between commas."),
                ("state_ids", "Ids between commas."),
                ("ticket_ids", "Ids between commas."),
                ("is_end", "0 or 1."),
                ("is_rejected", "0 or 1."),
                ("reverse", "0: oldest first."),
            ],
            "the ticket's columns, `state`, `participant_info`, `creator_info`, `workflow`.",
        ),
        Op::post("/api/v1.0/tickets", "Create a ticket")
            .about("The header `Idempotency-Key` lets a caller repeat a creation without making a second ticket. Fields of the form are members of the body.")
            .members(&[
                ("workflow_id*", Int, ""),
                ("transition_id*", Int, "Out of the start state."),
                ("title", Text, ""),
                SUGGESTION,
                ("parent_ticket_id", Int, ""),
                ("parent_ticket_state_id", Int, ""),
            ])
            .envelope("`data`: `ticket_id`."),
        Op::get("/api/v1.0/tickets/states", "Where tickets stand")
            .query(&[("ticket_ids", "Ids between commas.")])
            .envelope("`data`: ticket id → `state_id`, `state_name`."),
        Op::get("/api/v1.0/tickets/{id}", "A ticket with the form as its viewer sees it")
            .envelope("`data.value`: the row of the list with `field_list` and `state_info`."),
        Op::patch("/api/v1.0/tickets/{id}", "Take a transition")
            .about("Fields of the form are members of the body.")
            .members(&[("transition_id*", Int, ""), SUGGESTION])
            .envelope("`data.value`: true."),
        Op::get("/api/v1.0/tickets/{id}/transitions", "What the user can do with it now")
            .envelope("`data.value`: `transition_id`, `transition_name`, `attribute_type_id`, `alert_enable`, …"),
        Op::get("/api/v1.0/tickets/{id}/flowlogs", "What happened to it, newest first").old_page(
            &[],
            "`state`, `transition`, `participant`, `participant_info`, `suggestion`, `intervene_type_id`, `gmt_created`.",
        ),
        Op::get("/api/v1.0/tickets/{id}/flowsteps", "The same by state, in the states' order")
            .envelope("`data`: `value`, `current_state_id`."),
        Op::get("/api/v1.0/tickets/{id}/participant_info", "Who holds it")
            .envelope("`data`: `participant_username_list`, `participant_info_list`."),
        Op::post("/api/v1.0/tickets/{id}/accept", "Take it for oneself where several may").envelope("`data`: true."),
        Op::post("/api/v1.0/tickets/{id}/deliver", "Hand it to somebody else")
            .members(&[("target_username*", Text, ""), SUGGESTION])
            .envelope("`data`: true."),
        Op::post("/api/v1.0/tickets/{id}/add_node", "Ask somebody to countersign")
            .members(&[("target_username*", Text, ""), SUGGESTION])
            .envelope("`data`: true."),
        Op::post("/api/v1.0/tickets/{id}/add_node_end", "End a countersignature")
            .members(&[SUGGESTION])
            .envelope("`data`: true."),
        Op::post("/api/v1.0/tickets/{id}/comments", "Comment").members(&[SUGGESTION]).envelope("`data`: `\"\"`."),
        Op::patch("/api/v1.0/tickets/{id}/fields", "Set the title and custom fields").body_any().envelope("`data`: true."),
        Op::put("/api/v1.0/tickets/{id}/state", "Put it into a state by force")
            .members(&[("state_id*", Int, ""), SUGGESTION])
            .envelope("`data`: `\"\"`."),
        Op::post("/api/v1.0/tickets/{id}/close", "Close it by force").members(&[SUGGESTION]).envelope("`data`: `\"\"`."),
        Op::post("/api/v1.0/tickets/{id}/retry_script", "Run its state's script, or call its hook, once more")
            .envelope("`data`: `\"\"`."),
        Op::post("/api/v1.0/tickets/{id}/hook_call_back", "A hook's receiver calls back")
            .members(&[
                ("result", Flag, "Whether the ticket may go on."),
                ("msg", Text, ""),
                ("field_value", Object, "Fields to write."),
                ("callback_id", Text, "As it was given to the receiver."),
            ])
            .envelope("`data`: `\"\"`."),
    ];
    let days = [("start_time", "A date or a local date and time."), ("end_time", "The same; at most 366 days.")];
    let statistics = vec![
        Op::get("/api/v1.0/tickets/num_statistics", "Tickets created a day, by workflow")
            .query(&days)
            .envelope("`data`: rows of `day`, `type`, `count`."),
        Op::get("/api/v1.0/workflows/{id}/statistics", "Tickets of a workflow created a day")
            .query(&days)
            .envelope("`data.result_list`: rows of `day`, `count`."),
    ];
    let tickets = tickets.into_iter().map(|op| op.tag("v1.0 tickets").access(Access::Signed));
    tickets.chain(statistics.into_iter().map(|op| op.tag("v1.0 statistics"))).collect()
}
