//! The VPN request: the team lead agrees, one of operations accepts and agrees, a plugin works the account out, the asker confirms.

use serde_json::json;
use sqlx::PgConnection;

use super::build::{Arrow, Building, filled_in, read, state};
use crate::{
    store::{
        self,
        drafts::{StateDraft, WorkflowDraft},
    },
    workflow::{
        Distribution,
        FieldKind::{String, Text},
        ParticipantKind::{Department, Nobody, Script, Variable},
        ScriptId, StateKind,
        TransitionAttribute::{Agree, Other},
        WorkflowId,
    },
};

const SHOWN: [&str; 5] = ["title", "full_name", "team", "vpn_reason", "account"];

pub(super) async fn load(tx: &mut PgConnection, operations: i64, set_up: ScriptId) -> Result<WorkflowId, store::Error> {
    let draft = WorkflowDraft {
        name: "vpn申请".into(),
        description: "审批通过后由插件生成账号".into(),
        display_form: json!(["sn", "title", "vpn_reason", "creator", "gmt_created"]).to_string(),
        ..WorkflowDraft::default()
    };
    let mut vpn = Building::begin(tx, &draft).await?;
    vpn.field("full_name", "姓名（英文）", String, json!({})).await?;
    vpn.field("team", "团队", String, json!({})).await?;
    vpn.field("vpn_reason", "申请原因", Text, json!({})).await?;
    vpn.field("account", "VPN账号", String, json!({})).await?;

    let form = filled_in(&["title", "full_name", "vpn_reason"], &["team"]);
    let new = state("发起人-新建中", 0, Nobody, "");
    let new = vpn.state(StateDraft { kind: StateKind::Start, field_access: form, ..new }).await?;
    let lead = state("发起人tl-审批中", 2, Variable, "creator_tl");
    let lead = vpn.state(StateDraft { field_access: read(&SHOWN), ..lead }).await?;
    let department = state("运维人员-审批中", 3, Department, operations.to_string());
    let department = StateDraft { distribution: Distribution::Accept, field_access: read(&SHOWN), ..department };
    let department = vpn.state(department).await?;
    let script = state("授权脚本-自动执行中", 4, Script, set_up.to_string());
    let script = vpn.state(StateDraft { field_access: read(&SHOWN), ..script }).await?;
    let confirm = state("发起人-确认中", 5, Variable, "creator");
    let confirm = vpn.state(StateDraft { field_access: read(&SHOWN), ..confirm }).await?;
    let end = vpn.state(StateDraft { kind: StateKind::End, ..state("结束", 6, Nobody, "") }).await?;

    vpn.arrow(Arrow { name: "提交", from: new, to: lead, kind: Agree }).await?;
    vpn.arrow(Arrow { name: "同意", from: lead, to: department, kind: Agree }).await?;
    vpn.arrow(Arrow { name: "同意", from: department, to: script, kind: Agree }).await?;
    vpn.arrow(Arrow { name: "脚本执行完成", from: script, to: confirm, kind: Agree }).await?;
    vpn.arrow(Arrow { name: "确认完成", from: confirm, to: end, kind: Agree }).await?;
    vpn.arrow(Arrow { name: "未生效", from: confirm, to: department, kind: Other }).await?;
    Ok(vpn.id)
}
