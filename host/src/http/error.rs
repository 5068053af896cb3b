//! The only place where an error becomes an answer. Failures of `/api/v1.0/` are HTTP 200 with code -1 and a text that clients
//! may show; whatever is our fault answers a fixed sentence and is logged in full, once, here.

use std::time::Duration;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::texts;
use crate::{
    app::{self, accounts::AccountError},
    store,
};

/// A failure as the wire shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub status: StatusCode,
    pub msg: String,
    pub data: NoData,
    /// Said in `Retry-After`.
    pub retry_after: Option<Duration>,
}

/// What stands for "no data" differs by endpoint; clients do not read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoData {
    Text,
    Object,
    List,
}

impl Failure {
    /// Code -1 with data `""`.
    pub fn text(msg: impl Into<String>) -> Self {
        Self { status: StatusCode::OK, msg: msg.into(), data: NoData::Text, retry_after: None }
    }

    /// Code -1 with data `{}`.
    pub fn object(msg: impl Into<String>) -> Self {
        Self::with_status(StatusCode::OK, msg)
    }

    /// A failure of the check before routing: data `[]` (D-20).
    pub fn unauthorised(reason: &str) -> Self {
        Self::object(format!("权限校验失败：{reason}")).with_data(NoData::List)
    }

    /// The same failure with another stand-in for "no data".
    #[must_use]
    pub fn with_data(self, data: NoData) -> Self {
        Self { data, ..self }
    }

    pub fn with_status(status: StatusCode, msg: impl Into<String>) -> Self {
        Self { status, msg: msg.into(), data: NoData::Object, retry_after: None }
    }

    /// HTTP 429: the caller may come again after `wait`.
    pub fn too_many(msg: &str, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..Self::with_status(StatusCode::TOO_MANY_REQUESTS, msg) }
    }

    pub fn not_found() -> Self {
        Self::with_status(StatusCode::NOT_FOUND, "not found")
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let data: Value = match self.data {
            NoData::Text => "".into(),
            NoData::Object => json!({}),
            NoData::List => json!([]),
        };
        let mut answer = (self.status, Json(json!({ "code": -1, "data": data, "msg": self.msg }))).into_response();
        if let Some(wait) = self.retry_after {
            answer.headers_mut().insert(header::RETRY_AFTER, retry_after(wait));
        }
        answer
    }
}

/// Whole seconds, rounded up.
pub(super) fn retry_after(wait: Duration) -> HeaderValue {
    HeaderValue::from(wait.as_secs() + 1)
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        if error.is_unavailable() {
            tracing::warn!(%error, "the database is not available");
            return Self::with_status(StatusCode::SERVICE_UNAVAILABLE, "服务暂时不可用，请稍后重试");
        }
        if error.is_bad_value() {
            tracing::warn!(%error, "the database refused a value that was let through");
            return Self::object("参数值超出范围");
        }
        tracing::error!(%error, "a request failed inside");
        Self::with_status(StatusCode::INTERNAL_SERVER_ERROR, "服务内部错误")
    }
}

/// Why an account stayed as it was.
impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        Self::object(match error {
            AccountError::Missing => "record is not exist or has been deleted".into(),
            AccountError::UsernameTaken(name) => format!("用户名已存在: {name}"),
            AccountError::AppNameTaken(name) => format!("app_name已存在: {name}"),
            AccountError::UnknownDepartment => "部门不存在".into(),
            AccountError::UnknownParent => "上级部门不存在".into(),
            AccountError::DepartmentLoop => "上级部门不能是自己或自己的下级部门".into(),
            AccountError::TokenNotKept => "该应用只保存了v2密钥，调低min_signature_version须同时rotate".into(),
            AccountError::UnknownWorkflow => "workflow_ids中有不存在的工作流".into(),
            AccountError::DepartmentInUse => "部门下有用户、子部门或工单，不能删除".into(),
            AccountError::RoleInUse => "角色正在被工单使用，不能删除".into(),
            AccountError::Store(error) => return error.into(),
        })
    }
}

/// Why a use case did not happen. Refusals by the rules carry data `{}`; actions turn it into `""` (behaviour §3.4).
impl From<app::Error> for Failure {
    fn from(error: app::Error) -> Self {
        use app::Error;
        match error {
            Error::TicketMissing => Self::text("ticket is not existed or has been deleted"),
            Error::TicketNotGranted => Self::text("the app has no permission to the workflow_id"),
            Error::WorkflowMissing => Self::object("工作流不存在"),
            Error::ParentUnfit => Self::object("父工单不存在，或不处于parent_ticket_state_id对应的状态"),
            Error::Refused(refusal) => Self::object(texts::refusal(&refusal)),
            Error::Busy => Self::object("工单正在被其他请求修改，请稍后重试"),
            Error::KeyReused => Self::object("Idempotency-Key已用于内容不同的请求"),
            Error::Crowded => Self::with_status(StatusCode::SERVICE_UNAVAILABLE, "正在处理的上传过多，请稍后重试"),
            Error::OutcomeUnknown => Self::with_status(StatusCode::SERVICE_UNAVAILABLE, "outcome unknown"),
            Error::PluginWaits { plugin, reason } => {
                Self::object(format!("插件{plugin}暂时没有响应，工单未改动，请稍后重试: {reason}"))
            }
            Error::Stale => Self::object("任务已由其他节点执行"),
            Error::Store(error) => error.into(),
            Error::Internal(error) => {
                tracing::error!(%error, "a request failed inside");
                Self::with_status(StatusCode::INTERNAL_SERVER_ERROR, "服务内部错误")
            }
        }
    }
}
