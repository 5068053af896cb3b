//! The message catalogue (behaviour §3.10): what a refusal says to a caller. Texts of the old engine are kept byte for byte, mixed
//! punctuation included; where it had none or showed an interpreter's, ours say what is wrong.

use crate::{
    store::uses::{COUNTED_MAX, Uses},
    workflow::{Expected, Refusal, Unresolved},
};

/// The text of a refusal by the rules. No `_` arm: a new refusal is a compile error until it has a text.
pub fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NoStartState => "该工作流未配置初始状态，请检查工作流配置".into(),
        Refusal::StateGone => "工单当前状态id不存在或已被删除".into(),
        Refusal::NothingToDo => "工单当前状态无需操作".into(),
        Refusal::NotParticipant => "非当前处理人，无权处理".into(),
        Refusal::MustAcceptFirst => "需要先接单再处理".into(),
        Refusal::InAddNode => "工单当前处于加签中，只允许加签完成操作".into(),
        Refusal::NoNeedToAccept => "工单当前实际处理人只有一人，无需先接单".into(),
        Refusal::TransitionInvalid => "transition_id is invalid".into(),
        Refusal::MissingFields(keys) => format!("此工单的必填字段为:{}", keys.join(",")),
        Refusal::ConditionBroken(why) => format!("流转的条件表达式配置有误: {why}"),
        Refusal::ConditionFailed(why) => format!("条件表达式计算失败: {why}"),
        Refusal::TargetStateGone | Refusal::StateUnknown => "工单状态不存在或已被删除".into(),
        Refusal::ParticipantsUnresolved { state, reason } => {
            format!("状态({state})的处理人无法确定: {}", unresolved(reason))
        }
        Refusal::FieldInvalid { key, expected } => format!("字段{key}的值不合法，应为{}", wanted(*expected)),
        Refusal::TargetUnknown(name) => format!("目标用户不存在: {name}"),
        Refusal::TargetInactive(name) => format!("目标用户未激活: {name}"),
        Refusal::TargetHasHandled(name) => format!("目标用户已处理过该工单: {name}"),
        Refusal::HeldByEngine => "工单当前由系统处理，不能转交给用户".into(),
        Refusal::GiverNotWaiting => "该状态需全部处理，请指定一位尚未处理的处理人进行转交".into(),
        Refusal::NotInAddNode => "工单当前未处于加签中".into(),
        Refusal::MayNotIntervene => "用户无权干预该工单".into(),
        Refusal::NoEndState => "该工作流未配置结束状态，请检查工作流配置".into(),
        Refusal::AlreadyOver => "工单已结束".into(),
        Refusal::NotAHook => "工单当前处理人类型非hook，不执行回调操作".into(),
        Refusal::HookBroken(why) => format!("hook配置有误: {why}"),
        Refusal::ForeignCallback => "回调与hook请求不符".into(),
        Refusal::ChildrenOpen => "子工单尚未全部结束".into(),
        Refusal::LimitBroken(why) => format!("工作流的限制表达式配置有误: {why}"),
        Refusal::LimitLevelInvalid => "level in limit_expression is invalid".into(),
        Refusal::LimitCountMissing => "count is need when level is not none".into(),
        Refusal::LimitReached { count, hours, workflow } => {
            format!("{count} tickets can be created in {hours}hours when workflow_id is {workflow}")
        }
        Refusal::LimitPerson { creator, workflow } => {
            format!("{creator} can not create ticket base on workflow_id:{workflow}")
        }
        Refusal::LimitDepartment => "user is not in allow dept".into(),
        Refusal::LimitRole => "user is not in allow role".into(),
        Refusal::LimitUserUnknown => "用户信息不存在".into(),
        Refusal::ReservedName(name) => format!("{name}为系统保留用户名"),
        Refusal::UnknownViewer => "用户不存在，无查看权限".into(),
        Refusal::NotRelated => "用户不是该工单的关系人，且该工作流开启了查看权限校验".into(),
        Refusal::NotAScript => "The ticket's participant_type is not robot or hook, do not allow retry".into(),
        Refusal::RunInProgress => "脚本正在执行中，请稍后再试".into(),
    }
}

fn unresolved(reason: &Unresolved) -> String {
    match reason {
        Unresolved::Unnamed => "未配置处理人".into(),
        Unresolved::NotAnId(text) => format!("{text}不是合法的id"),
        Unresolved::TooMany(most) => format!("处理人超过{most}个"),
        Unresolved::NoDepartment(text) => format!("部门{text}不存在"),
        Unresolved::NoRole(id) => format!("角色{id}不存在"),
        Unresolved::UnknownVariable(text) => format!("变量{text}不存在"),
        Unresolved::CreatorUnknown(name) => format!("工单创建人{name}不存在"),
        Unresolved::CreatorWithoutDepartment(name) => format!("工单创建人{name}没有部门"),
        Unresolved::NoLeader(name) => format!("部门{name}没有负责人和审批人"),
        Unresolved::FieldEmpty(key) => format!("字段{key}的值为空"),
        Unresolved::NoParent => "工单没有父工单".into(),
        Unresolved::NoMembers => "其中没有用户".into(),
        Unresolved::PluginFailed(why) => format!("处理人插件执行失败: {why}"),
        Unresolved::PluginUnasked => "处理人插件未执行".into(),
        Unresolved::PluginNamedNobody => "处理人插件未返回任何用户".into(),
        Unresolved::PluginNamedUnknown(name) => format!("处理人插件返回的用户{name}不存在"),
        Unresolved::PluginNamedInactive(name) => format!("处理人插件返回的用户{name}未激活"),
    }
}

fn wanted(expected: Expected) -> String {
    match expected {
        Expected::Int => "整数".into(),
        Expected::Float => "数字".into(),
        Expected::Bool => "布尔值".into(),
        Expected::Date => "日期(YYYY-MM-DD)".into(),
        Expected::Datetime => "时间(YYYY-MM-DD HH:MM:SS)".into(),
        Expected::Text => "文本".into(),
        Expected::TextOrList => "文本或文本列表".into(),
        Expected::NoNul => "不含NUL字符的文本".into(),
        Expected::AtMost(most) => format!("不超过{most}个字符的文本"),
    }
}

/// Why something cannot be deleted, and how it can all the same (D-24).
pub fn in_use(uses: &Uses) -> String {
    let mut reasons = Vec::new();
    if uses.tickets > 0 {
        let least = if uses.tickets == COUNTED_MAX { "至少" } else { "" };
        let more = if uses.examples.len() < usize::try_from(uses.tickets).unwrap_or(usize::MAX) { "等" } else { "" };
        reasons.push(format!("有{least}{}个未结束的工单正在使用({}{more})", uses.tickets, uses.examples.join("、")));
    }
    if !uses.states.is_empty() {
        let states = uses.states.iter().map(|(workflow, state)| format!("工作流「{workflow}」的状态「{state}」"));
        reasons.push(format!("被{}引用", states.collect::<Vec<_>>().join("、")));
    }
    format!("{}，不能删除；确需删除请带参数force=1", reasons.join("，"))
}
