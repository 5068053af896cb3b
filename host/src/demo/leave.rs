//! The leave request: the team lead agrees; more than three days go on to human resources and are registered by a plugin.

use serde_json::json;
use sqlx::PgConnection;

use super::build::{Arrow, Building, filled_in, read, state, with_card};
use crate::{
    store::{
        self,
        drafts::{StateDraft, WorkflowDraft},
    },
    workflow::{
        FieldKind::{Date, Int, Select, String, Text, User},
        ParticipantKind::{Nobody, Person, Script, Variable},
        ScriptId, StateKind,
        TransitionAttribute::{Agree, Other, Refuse},
        TransitionId, WorkflowId,
    },
};

const FORM: [&str; 7] =
    ["title", "leave_start", "leave_end", "leave_days", "leave_proxy", "leave_type", "leave_reason"];
const SHOWN: [&str; 8] =
    ["title", "leave_start", "leave_end", "leave_days", "leave_proxy", "leave_type", "leave_reason", "leave_record"];

/// The workflow, and the transition that submits a new request.
pub(super) async fn load(
    tx: &mut PgConnection,
    register: ScriptId,
) -> Result<(WorkflowId, TransitionId), store::Error> {
    let shown: Vec<&str> = ["sn", "creator", "gmt_created"].into_iter().chain(SHOWN).collect();
    let draft = WorkflowDraft {
        name: "请假申请".into(),
        description: "三天以内由TL审批，三天以上还需人事部门处理".into(),
        view_permission_check: false,
        display_form: json!(shown).to_string(),
        ..WorkflowDraft::default()
    };
    let mut leave = Building::begin(tx, &draft).await?;
    leave.field("leave_start", "开始时间", Date, json!({})).await?;
    leave.field("leave_end", "结束时间", Date, json!({})).await?;
    leave.field("leave_days", "请假天数", Int, json!({})).await?;
    leave.field("leave_proxy", "代理人", User, json!({})).await?;
    leave.field("leave_type", "请假类型", Select, json!({"1": "年假", "2": "调休", "3": "病假", "4": "婚假"})).await?;
    leave.field("leave_reason", "请假原因及相关附件", Text, json!({})).await?;
    leave.field("leave_record", "登记结果", String, json!({})).await?;

    let new =
        StateDraft { kind: StateKind::Start, field_access: filled_in(&FORM, &[]), ..state("新建中", 0, Nobody, "") };
    let new = leave.state(new).await?;
    let edited = with_card(filled_in(&FORM, &[]));
    let edit =
        StateDraft { is_hidden: true, field_access: edited, ..state("发起人-编辑中", 2, Variable, "creator") };
    let edit = leave.state(edit).await?;
    let lead =
        leave.state(StateDraft { field_access: read(&SHOWN), ..state("TL审批中", 3, Variable, "creator_tl") }).await?;
    let office =
        leave.state(StateDraft { field_access: read(&SHOWN), ..state("人事部门-处理中", 4, Person, "jack") }).await?;
    let script = state("登记-自动执行中", 5, Script, register.to_string());
    let script = leave.state(StateDraft { field_access: read(&SHOWN), ..script }).await?;
    let end = leave.state(StateDraft { kind: StateKind::End, ..state("结束", 6, Nobody, "") }).await?;

    let submit = leave.arrow(Arrow { name: "提交", from: new, to: lead, kind: Agree }).await?;
    leave.arrow(Arrow { name: "保存", from: new, to: edit, kind: Agree }).await?;
    let long = json!([{"expression": "{leave_days} > 3", "target_state_id": office}]);
    leave.routed(Arrow { name: "同意", from: lead, to: end, kind: Agree }, long.to_string()).await?;
    leave.arrow(Arrow { name: "拒绝", from: lead, to: edit, kind: Refuse }).await?;
    leave.arrow(Arrow { name: "同意", from: office, to: script, kind: Agree }).await?;
    leave.arrow(Arrow { name: "退回", from: office, to: edit, kind: Other }).await?;
    leave.arrow(Arrow { name: "提交", from: edit, to: lead, kind: Agree }).await?;
    leave.arrow(Arrow { name: "保存", from: edit, to: edit, kind: Agree }).await?;
    leave.arrow(Arrow { name: "登记完成", from: script, to: end, kind: Agree }).await?;
    Ok((leave.id, submit))
}
