//! One operation as the tables describe it, and how it is written in the document.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::super::v2::body::PlacedError;

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Anybody,
    /// v2: a bearer token or a session.
    Bearer,
    /// v1.0: a signed app call or a session.
    Signed,
    /// v1.0: a session alone.
    Session,
}

/// Type of a member that an old call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Int,
    Flag,
    Object,
    List,
    File,
}

impl Kind {
    fn schema(self) -> Value {
        match self {
            Self::Text => json!({ "type": "string" }),
            Self::Int => json!({ "type": "integer", "format": "int64" }),
            Self::Flag => json!({ "type": "boolean" }),
            Self::Object => json!({ "type": "object", "additionalProperties": true }),
            Self::List => json!({ "type": "array", "items": {} }),
            Self::File => json!({ "type": "string", "format": "binary" }),
        }
    }
}

/// Schemas by name.
pub(super) type Schemas = Map<String, Value>;

#[derive(Clone, Debug)]
pub(super) struct Op {
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    about: &'static str,
    tag: &'static str,
    access: Access,
    parameters: Vec<Value>,
    body: Option<Value>,
    answers: Map<String, Value>,
    schemas: Schemas,
}

impl Op {
    pub(super) fn get(path: &'static str, summary: &'static str) -> Self {
        Self::new("get", path, summary)
    }

    pub(super) fn post(path: &'static str, summary: &'static str) -> Self {
        Self::new("post", path, summary)
    }

    pub(super) fn put(path: &'static str, summary: &'static str) -> Self {
        Self::new("put", path, summary)
    }

    pub(super) fn patch(path: &'static str, summary: &'static str) -> Self {
        Self::new("patch", path, summary)
    }

    pub(super) fn delete(path: &'static str, summary: &'static str) -> Self {
        Self::new("delete", path, summary)
    }

    fn new(method: &'static str, path: &'static str, summary: &'static str) -> Self {
        let access = if path.starts_with("/api/v2/") { Access::Bearer } else { Access::Signed };
        let mut op = Self {
            method,
            path,
            summary,
            about: "",
            tag: "operation",
            access,
            parameters: Vec::new(),
            body: None,
            answers: Map::new(),
            schemas: Schemas::new(),
        };
        for part in path.split('{').skip(1) {
            let name = part.split('}').next().unwrap_or_default();
            let is_text = ["name", "file"].contains(&name);
            let schema = if is_text { Kind::Text.schema() } else { Kind::Int.schema() };
            op.parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
        }
        op
    }

    pub(super) fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    pub(super) fn tag(self, tag: &'static str) -> Self {
        Self { tag, ..self }
    }

    pub(super) fn access(self, access: Access) -> Self {
        Self { access, ..self }
    }

    /// Query parameters, all of them texts that may be left out.
    pub(super) fn query(mut self, parameters: &[(&str, &str)]) -> Self {
        self.parameters.extend(parameters.iter().map(|(name, about)| {
            json!({ "name": name, "in": "query", "description": about, "schema": { "type": "string" } })
        }));
        self
    }

    pub(super) fn header(mut self, name: &str, about: &str) -> Self {
        self.parameters.push(
            json!({ "name": name, "in": "header", "required": true, "description": about, "schema": { "type": "string" } }),
        );
        self
    }

    /// A JSON body of the type.
    pub(super) fn body<T: ToSchema>(mut self) -> Self {
        let schema = self.schema_of::<T>();
        self.body = Some(content("application/json", &schema));
        self
    }

    /// A JSON body of a schema that stands among the components.
    pub(super) fn body_named(self, name: &str) -> Self {
        Self { body: Some(content("application/json", &reference(name))), ..self }
    }

    /// A JSON body of these members; those named with a star must be there.
    pub(super) fn members(self, members: &[(&str, Kind, &str)]) -> Self {
        Self { body: Some(content("application/json", &object(members))), ..self }
    }

    /// Any JSON object.
    pub(super) fn body_any(self) -> Self {
        Self { body: Some(content("application/json", &Kind::Object.schema())), ..self }
    }

    /// A multipart form of these parts.
    pub(super) fn form(self, parts: &[(&str, Kind, &str)]) -> Self {
        Self { body: Some(content("multipart/form-data", &object(parts))), ..self }
    }

    /// A JSON object whose values are of the schema.
    pub(super) fn body_map(self, value: &Value) -> Self {
        let schema = json!({ "type": "object", "additionalProperties": value });
        Self { body: Some(content("application/json", &schema)), ..self }
    }

    /// The answer that is hoped for, of the type.
    pub(super) fn answers<T: ToSchema>(mut self, status: u16) -> Self {
        let schema = self.schema_of::<T>();
        self.answered(status, "application/json", &schema)
    }

    pub(super) fn answers_named(self, status: u16, name: &str) -> Self {
        let schema = reference(name);
        self.answered(status, "application/json", &schema)
    }

    pub(super) fn answers_with(self, status: u16, schema: &Value) -> Self {
        self.answered(status, "application/json", schema)
    }

    /// A page of a list, with what the query takes beside the page.
    pub(super) fn lists<T: ToSchema>(mut self, filters: &[(&str, &str)]) -> Self {
        let schema = self.schema_of::<T>();
        let page = json!({
            "type": "object",
            "required": ["items", "next_cursor"],
            "properties": {
                "items": { "type": "array", "items": schema },
                "next_cursor": { "type": ["string", "null"], "description": "`cursor` for the next page; null on the last." },
            },
        });
        let mut op = self.query(filters);
        op.parameters
            .push(json!({ "name": "limit", "in": "query", "description": "Rows of the page, 50 where it is left out.",
                                   "schema": { "type": "integer", "minimum": 1, "maximum": 500 } }));
        op.query(&[("cursor", "From the answer before; good for the same filters alone.")]).answered(
            200,
            "application/json",
            &page,
        )
    }

    pub(super) fn answers_nothing(mut self, status: u16) -> Self {
        self.answers.insert(status.to_string(), json!({ "description": "Done." }));
        self
    }

    pub(super) fn answers_text(mut self, status: u16, kind: &str) -> Self {
        let answer = json!({ "description": "", "content": { kind: { "schema": { "type": "string" } } } });
        self.answers.insert(status.to_string(), answer);
        self
    }

    /// The envelope of the old calls; `data` says in words what it holds.
    pub(super) fn envelope(mut self, data: &str) -> Self {
        let answer = json!({
            "description": data,
            "content": { "application/json": { "schema": { "oneOf": [reference("Success"), reference("Failure")] } } },
        });
        self.answers.insert("200".into(), answer);
        self
    }

    /// An old list: pages by number, and the envelope with the rows in `data.value`.
    pub(super) fn old_page(self, filters: &[(&str, &str)], row: &str) -> Self {
        let paging = [("page", "From 1."), ("per_page", "Rows, 10 where it is left out.")];
        self.query(filters)
            .query(&paging)
            .envelope(&format!("`data`: `value` (rows), `page`, `per_page`, `total`. A row: {row}"))
    }

    fn answered(mut self, status: u16, kind: &str, schema: &Value) -> Self {
        let mut answer = content(kind, schema);
        answer["description"] = "".into();
        if let Some(answer) = answer.as_object_mut() {
            answer.remove("required");
        }
        self.answers.insert(status.to_string(), answer);
        self
    }

    fn schema_of<T: ToSchema>(&mut self) -> Value {
        let name = T::name().into_owned();
        self.schemas.extend(schemas_of::<T>());
        reference(&name)
    }

    /// Path, method, and the operation; the schemas that it refers to join the others.
    pub(super) fn described(self, schemas: &mut Schemas) -> (String, &'static str, Value) {
        schemas.extend(self.schemas);
        let mut answers = self.answers;
        if self.path.starts_with("/api/v2/") {
            let problem = json!({ "description": "What is wrong.",
                                  "content": { "application/problem+json": { "schema": reference("ProblemDetails") } } });
            answers.insert("default".into(), problem);
        }
        let name = self.path.replace(['{', '}', '*'], "").replace(['/', '.'], "_");
        let mut operation = json!({
            "tags": [self.tag],
            "summary": self.summary,
            "operationId": format!("{}{name}", self.method),
            "parameters": self.parameters,
            "responses": answers,
            "security": security(self.access),
        });
        if !self.about.is_empty() {
            operation["description"] = self.about.into();
        }
        if let Some(body) = self.body {
            operation["requestBody"] = body;
        }
        (self.path.to_owned(), self.method, operation)
    }

    #[cfg(test)]
    pub(super) fn of(&self) -> (String, String) {
        (self.method.to_uppercase(), self.path.to_owned())
    }
}

/// The type's schema and those that it refers to.
fn schemas_of<T: ToSchema>() -> Schemas {
    let mut schemas = Vec::new();
    T::schemas(&mut schemas);
    schemas.push((T::name().into_owned(), T::schema()));
    schemas.into_iter().map(|(name, schema)| (name, json!(schema))).collect()
}

/// Alternatives; of the signed call all headers together.
fn security(access: Access) -> Value {
    let signed = json!({ "appname": [], "timestamp": [], "signature": [], "username": [] });
    match access {
        Access::Anybody => json!([]),
        Access::Bearer => json!([{ "session": [] }, { "bearer": [] }]),
        Access::Signed => json!([{ "session": [] }, signed]),
        Access::Session => json!([{ "session": [] }]),
    }
}

pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn content(kind: &str, schema: &Value) -> Value {
    json!({ "required": true, "content": { kind: { "schema": schema } } })
}

fn object(members: &[(&str, Kind, &str)]) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, kind, about) in members {
        let key = name.trim_end_matches('*');
        let mut schema = kind.schema();
        if !about.is_empty() {
            schema["description"] = (*about).into();
        }
        properties.insert(key.to_owned(), schema);
        if key != *name {
            required.push(key);
        }
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

/// An error as RFC 9457 has it.
pub(super) fn common_schemas() -> Schemas {
    let text = || json!({ "type": "string" });
    let mut schemas = Schemas::new();
    schemas.extend(schemas_of::<PlacedError>());
    let problem = json!({
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": text(), "title": text(), "status": { "type": "integer" }, "detail": text(),
            "detail_zh": { "type": "string", "description": "The same in Chinese, where the engine's rules refuse." },
            "errors": { "type": "array", "items": reference("PlacedError"), "description": "Parts of the body that are not taken." },
            "problems": { "type": "array", "items": reference("DocumentProblem"), "description": "What is wrong with a workflow." },
        },
        "additionalProperties": true,
    });
    schemas.insert("ProblemDetails".into(), problem);
    let envelope = |code: i64, about: &str, data: Value| {
        json!({
            "type": "object", "description": about, "required": ["code", "msg", "data"],
            "properties": { "code": { "type": "integer", "const": code }, "msg": text(), "data": data },
        })
    };
    schemas.insert("Success".into(), envelope(0, "An old call that did what it is for.", json!({})));
    let nothing = json!({ "description": "`\"\"`, `{}` or `[]`; clients do not read it." });
    schemas.insert("Failure".into(), envelope(-1, "An old call that was refused; `msg` says why.", nothing));
    schemas
}
