//! The old engine's upload calls (T-25): a multipart form with texts and one file, or, since client libraries send the other kind of
//! form without a file, a plain form. The file is a WebAssembly component or core module; a Python script is refused by name.

use std::collections::BTreeMap;

use axum::{
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
    http::header::CONTENT_TYPE,
};

use serde_json::json;

use super::{
    error::Failure,
    wire::{self, Envelope},
};
use crate::{
    app::{
        registry::{RegistryError, Waiting},
        scripts::{Program, UploadError},
    },
    store::names::Named as _,
};

/// Largest component that is taken.
const FILE_BYTES: usize = 64 << 20;
const TEXT_BYTES: usize = 64 << 10;
/// Parts that a form may have; unknown ones are kept and never looked at.
const PARTS: usize = 64;

#[derive(Debug, Default)]
pub struct Upload {
    pub file: Option<Vec<u8>>,
    texts: BTreeMap<String, String>,
}

impl Upload {
    /// None when the part was not sent.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// A text that stays as it was when it was not sent.
    pub fn text_or(&self, name: &str, present: String) -> String {
        self.texts.get(name).cloned().unwrap_or(present)
    }

    /// The uploaded file, or the plugin that is named instead of one.
    pub fn program(&mut self) -> Option<Program> {
        let named = self.text("plugin").map(str::trim).filter(|name| !name.is_empty());
        let named = named.map(|name| Program::Plugin(name.to_owned()));
        self.file.take().map(Program::File).or(named)
    }

    pub fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        self.text(name).map(|text| wire::loose_flag(name, &text.into())).transpose()
    }

    async fn read(mut parts: Multipart) -> Result<Self, Failure> {
        let mut upload = Self::default();
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
            upload.set(name, bytes)?;
        }
        Ok(upload)
    }

    fn set(&mut self, name: String, bytes: Vec<u8>) -> Result<(), Failure> {
        if name == "file" {
            self.file = Some(bytes).filter(|bytes| !bytes.is_empty());
            return Ok(());
        }
        if self.texts.len() >= PARTS {
            return Err(Failure::object("上传的表单项过多"));
        }
        match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => {
                self.texts.insert(name, text);
                Ok(())
            }
            _ => Err(Failure::object(format!("{name}须为文本"))),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
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
        let mut upload = Self::default();
        for (name, text) in pairs {
            upload.set(name, text.into_bytes())?;
        }
        Ok(upload)
    }
}

/// gavia runs no Python in its own process; say what to do instead of what is wrong with the bytes.
fn refuse_python(file_name: &str) -> Result<(), Failure> {
    if file_name.to_ascii_lowercase().ends_with(".py") {
        let text = "gavia不执行Python脚本，请上传WebAssembly插件(.wasm)，迁移说明见docs/from-a-loonflow-script.md";
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
            UploadError::Rejected(_) | UploadError::WrongKind { .. } => {
                Self::object(format!("脚本文件不合法: {error}"))
            }
            UploadError::App(error) => error.into(),
        }
    }
}

/// A success as it always was, unless the file waits for an administrator: then it says so, and where.
pub fn taken(waiting: Option<Waiting>) -> Envelope {
    let Some(Waiting { plugin, version, status }) = waiting else { return Envelope::of(json!({})) };
    Envelope::of(json!({ "plugin_id": plugin.0, "version": version, "status": status.name() }))
        .saying("文件已保存，管理员批准并启用该版本后才会运行")
}

/// What is told in English of a plugin is for administrators; `/api/v2/plugins` is where they work on it.
impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::App(error) => error.into(),
            RegistryError::Upload(error) => error.into(),
            other => Self::object(format!("插件不可用: {other}")),
        }
    }
}
