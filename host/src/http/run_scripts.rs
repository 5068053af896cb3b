//! Run scripts (behaviour §3.5): the old calls, with a WebAssembly component or core module as the uploaded file (T-25).

use std::sync::Arc;

use axum::{
    extract::{FromRequest, Multipart, Request, State, multipart::MultipartError},
    http::header::CONTENT_TYPE,
};
use serde_json::{Value, json};

use super::{
    auth::{Caller, Configurer},
    error::Failure,
    extract::{Ids, Query},
    parts::Force,
    wire::{self, Envelope, Paging},
};
use crate::{
    app::{App, scripts::UploadError},
    store::{
        run_scripts,
        run_scripts::{RunScriptDraft, RunScriptRow},
    },
    workflow::ScriptId,
};

const MISSING: &str = "the record is not exist or has been deleted";
/// Largest component that is taken.
const FILE_BYTES: usize = 64 << 20;
const TEXT_BYTES: usize = 4 << 10;

pub async fn list(State(app): State<Arc<App>>, caller: Caller, query: Query) -> Result<Envelope, Failure> {
    caller.user(|| Failure::text("请提供username"))?;
    let (paging, search) = (Paging::from_query(&query)?, query.text("search_value"));
    let total = run_scripts::count(&app.db, search).await?;
    let rows = run_scripts::list(&app.db, search, (paging.limit(), paging.offset(total))).await?;
    let rows: Vec<Value> = rows.iter().map(|row| shown(row, &app)).collect();
    Ok(Envelope::of(paging.answer(total, rows)))
}

fn shown(row: &RunScriptRow, app: &App) -> Value {
    json!({
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "saved_name": row.saved_name,
        "is_active": row.is_active,
        "creator": row.creator,
        "gmt_created": wire::local_time(row.created_at, app.zone),
    })
}

pub async fn create(
    State(app): State<Arc<App>>,
    Configurer(caller): Configurer,
    form: Form,
) -> Result<Envelope, Failure> {
    let file = form.file.ok_or_else(|| Failure::object("请上传脚本文件(file)"))?;
    let draft = RunScriptDraft {
        name: form.name.unwrap_or_default(),
        description: form.description.unwrap_or_default(),
        is_active: form.is_active.unwrap_or(false),
    };
    app.create_script(&draft, file, caller.username.as_deref().unwrap_or_default()).await?;
    Ok(Envelope::of(json!({})))
}

/// Absent parts stay as they are, the file too.
pub async fn update(
    State(app): State<Arc<App>>,
    _: Configurer,
    Ids([id]): Ids<1>,
    form: Form,
) -> Result<Envelope, Failure> {
    let stored = run_scripts::draft(&app.db, ScriptId(id)).await?.ok_or_else(|| Failure::object(MISSING))?;
    let draft = RunScriptDraft {
        name: form.name.unwrap_or(stored.name),
        description: form.description.unwrap_or(stored.description),
        is_active: form.is_active.unwrap_or(stored.is_active),
    };
    app.update_script(ScriptId(id), &draft, form.file).await?;
    Ok(Envelope::of(json!({})))
}

pub async fn delete(
    State(app): State<Arc<App>>,
    _: Configurer,
    Ids([id]): Ids<1>,
    Force(removal): Force,
) -> Result<Envelope, Failure> {
    app.delete_script(ScriptId(id), removal).await?;
    Ok(Envelope::of(json!({})))
}

/// The parts of an upload; unknown ones are read past.
#[derive(Debug, Default)]
pub struct Form {
    file: Option<Vec<u8>>,
    name: Option<String>,
    description: Option<String>,
    is_active: Option<bool>,
}

/// Without a file, client libraries send the other kind of form.
impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let content_type =
            request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if content_type.starts_with("multipart/") {
            let parts = Multipart::from_request(request, state).await;
            return Self::read(parts.map_err(|_| Failure::object("上传的表单不合法"))?).await;
        }
        let pairs = axum::Form::<Vec<(String, String)>>::from_request(request, state).await;
        let axum::Form(pairs) = pairs.map_err(|_| Failure::object("上传的表单不合法"))?;
        let mut form = Self::default();
        for (name, text) in pairs {
            form.set(&name, text.into_bytes())?;
        }
        Ok(form)
    }
}

impl Form {
    async fn read(mut parts: Multipart) -> Result<Self, Failure> {
        let mut form = Self::default();
        while let Some(mut part) = parts.next_field().await.map_err(|error| broken(&error))? {
            let name = part.name().unwrap_or_default().to_owned();
            refuse_python(part.file_name().unwrap_or_default())?;
            let most = if name == "file" { FILE_BYTES } else { TEXT_BYTES };
            let mut bytes = Vec::new();
            while let Some(chunk) = part.chunk().await.map_err(|error| broken(&error))? {
                if bytes.len() + chunk.len() > most {
                    return Err(Failure::object(format!("{name}不能超过{most}字节")));
                }
                bytes.extend_from_slice(&chunk);
            }
            form.set(&name, bytes)?;
        }
        Ok(form)
    }

    fn set(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let text = |bytes: Vec<u8>| match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Ok(text),
            _ => Err(Failure::object(format!("{name}须为文本"))),
        };
        match name {
            "file" if !bytes.is_empty() => self.file = Some(bytes),
            "script_name" => self.name = Some(text(bytes)?),
            "script_desc" => self.description = Some(text(bytes)?),
            "is_active" => self.is_active = Some(wire::loose_flag("is_active", &text(bytes)?.into())?),
            _ => {}
        }
        Ok(())
    }
}

/// gavia runs no Python in its own process; say what to do instead of what is wrong with the bytes.
fn refuse_python(file_name: &str) -> Result<(), Failure> {
    if file_name.to_ascii_lowercase().ends_with(".py") {
        let text = "gavia不执行Python脚本，请上传WebAssembly插件(.wasm)，参见plugin-sdk/README.md中的迁移说明";
        return Err(Failure::object(text));
    }
    Ok(())
}

fn broken(error: &MultipartError) -> Failure {
    let status = error.status();
    if status.as_u16() == 413 {
        Failure::with_status(status, "请求体过大")
    } else {
        Failure::object("上传的表单不合法")
    }
}

impl From<UploadError> for Failure {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Rejected(_) | UploadError::NoAction(_) => Self::object(format!("脚本文件不合法: {error}")),
            UploadError::App(error) => error.into(),
        }
    }
}
