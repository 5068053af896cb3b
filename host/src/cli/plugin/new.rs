//! `gavia plugin new`: a folder with a plugin that builds and passes its tests as it is.

use std::{fs, path::Path};

use super::{
    NewKind,
    build::{CONDITION_TARGET, TARGET},
    languages::Language,
    workflow,
};
use crate::cli::{desk::say, stop::Stop};

/// Where this program was built from: a checkout, in which the SDK lies. Looked at only when no other place is named.
const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../plugin-sdk");

const CARGO: &str = include_str!("template/Cargo.toml.in");
const README: &str = include_str!("template/README.md.in");

/// What differs between the kinds.
struct Template {
    kind: &'static str,
    source: &'static str,
    capabilities: &'static str,
    case: &'static str,
    target: &'static str,
}

fn template(kind: NewKind) -> Template {
    match kind {
        NewKind::Action => Template {
            kind: "action",
            source: include_str!("template/action.rs.in"),
            capabilities: include_str!("template/action.toml.in"),
            case: include_str!("template/action.json.in"),
            target: TARGET,
        },
        NewKind::Participants => Template {
            kind: "participants",
            source: include_str!("template/participants.rs.in"),
            capabilities: include_str!("template/participants.toml.in"),
            case: include_str!("template/participants.json.in"),
            target: TARGET,
        },
        NewKind::Notice => Template {
            kind: "notice",
            source: include_str!("template/notice.rs.in"),
            capabilities: include_str!("template/notice.toml.in"),
            case: include_str!("template/notice.json.in"),
            target: TARGET,
        },
        NewKind::Condition => Template {
            kind: "condition",
            source: include_str!("template/condition.rs.in"),
            capabilities: "", // it can do nothing that could be allowed
            case: include_str!("template/condition.json.in"),
            target: CONDITION_TARGET,
        },
    }
}

/// What is asked for.
pub(super) struct New<'a> {
    pub(super) name: &'a str,
    pub(super) kind: NewKind,
    pub(super) lang: Language,
    pub(super) dir: &'a Path,
    pub(super) sdk: Option<String>,
}

pub(super) fn run(new: New<'_>) -> Result<(), Stop> {
    let New { name, kind, lang, dir, sdk } = new;
    check(name)?;
    let template = template(kind);
    let files = match (lang, kind) {
        (Language::Rust, _) => rust(name, &template, sdk)?,
        (_, NewKind::Action) => lang.files(name, template.capabilities, template.case),
        _ => {
            let reason = "Python and JavaScript have a template for actions; for another kind take it and change the export in wit/plugin.wit";
            return Err(Stop::refused(reason));
        }
    };
    let folder = dir.join(name);
    let write = || {
        fs::create_dir_all(dir)?;
        fs::create_dir(&folder)?; // never into one that is there already
        for (file, text) in files {
            let path = folder.join(file);
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(path, text)?;
        }
        Ok(())
    };
    let shown = folder.display();
    write().map_err(|error: std::io::Error| Stop::refused(format!("{shown} cannot be made: {error}")))?;
    let next = match lang {
        Language::Rust => format!("gavia plugin test {shown}"),
        Language::Python | Language::Js => {
            format!("install its tool, see {shown}/README.md, then gavia plugin test {shown}")
        }
    };
    say(&format!("made {shown}\nnext: {next}"))
}

fn rust(name: &str, template: &Template, sdk: Option<String>) -> Result<Vec<(&'static str, String)>, Stop> {
    let sdk = Sdk::of(sdk)?;
    let fill = |text: &str| {
        let text = text.replace("@name@", name).replace("@kind@", template.kind);
        text.replace("@sdk@", &sdk.dependency()).replace("@ci@", sdk.before_ci())
    };
    let tool = format!("rustup target add {}", template.target);
    Ok(vec![
        ("Cargo.toml", fill(CARGO)),
        ("gavia-plugin.toml", format!("id = \"{name}\"\nkinds = [\"{}\"]\n{}", template.kind, template.capabilities)),
        ("README.md", fill(README)),
        (".gitignore", "/target\n".to_owned()),
        (workflow::FILE, workflow::of(&tool, sdk.repository())),
        ("src/lib.rs", fill(template.source)),
        ("tests/first.json", fill(template.case)),
    ])
}

fn check(name: &str) -> Result<(), Stop> {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let good =
        name.starts_with(|first: char| first.is_ascii_lowercase()) && name.len() <= 63 && name.bytes().all(inner);
    if good && name != "test" {
        return Ok(());
    }
    Err(Stop::refused(format!(
        "{name:?} is no name for a plugin: small letters, digits and - (not \"test\"), as in create-account"
    )))
}

/// Where a plugin's crate takes the SDK from.
enum Sdk {
    /// The address of a repository.
    Git(String),
    Folder(String),
}

impl Sdk {
    fn of(named: Option<String>) -> Result<Sdk, Stop> {
        let sdk = named.unwrap_or_else(|| SOURCE.to_owned());
        if sdk.contains("://") || sdk.starts_with("git@") {
            return Ok(Sdk::Git(sdk));
        }
        let folder = Path::new(&sdk).canonicalize().ok().filter(|folder| folder.join("wit/gavia.wit").is_file());
        match folder.as_deref().map(Path::to_str) {
            Some(Some(folder)) => Ok(Sdk::Folder(folder.to_owned())),
            _ => Err(Stop::refused(
                "the SDK is not where this program was built: name it with --sdk, as gavia's folder plugin-sdk or a git address",
            )),
        }
    }

    /// As Cargo.toml has it.
    fn dependency(&self) -> String {
        let (key, place) = match self {
            Sdk::Git(address) => ("git", address),
            Sdk::Folder(folder) => ("path", folder),
        };
        format!("{key} = {}", toml::Value::String(place.clone()))
    }

    /// It holds the rest of gavia too.
    fn repository(&self) -> Option<&str> {
        match self {
            Sdk::Git(address) => Some(address),
            Sdk::Folder(_) => None,
        }
    }

    /// What README.md says of the workflow.
    fn before_ci(&self) -> &'static str {
        match self {
            Sdk::Git(_) => "with the gavia of the repository that `Cargo.toml` takes the SDK from.",
            Sdk::Folder(_) => {
                "once the repository's variable\n  `GAVIA_SOURCE` names the git repository that holds gavia and `Cargo.toml` takes the SDK from there (`git = \"…\"`): the\n  folder that it names is on this machine alone."
            }
        }
    }
}
