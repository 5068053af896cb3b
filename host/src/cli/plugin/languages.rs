//! Plugins in other languages than Rust: their template, and how their own tool makes a component of them. The tool knows nothing of
//! manifests, so the author's `gavia-plugin.toml` is put into the component here, where the SDK's macro does it for Rust.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use clap::ValueEnum;
use gavia_plugin_manifest::{FILE, Manifest, Package, SECTION};
use gavia_sandbox::with_custom_section;

use super::{inspect, workflow};
use crate::cli::stop::Stop;

/// The contract, for the tools that read it.
const CONTRACT: &str = include_str!("../../../../plugin-sdk/wit/gavia.wit");
/// What the tools make.
const COMPONENT: &str = "plugin.wasm";
/// What the workflow of a new plugin installs the tools with.
const PIP: &str = "python3 -m venv .venv && .venv/bin/pip install --require-hashes -r requirements.txt";
const NPM: &str = "npm ci";
const MANIFEST_BYTES_MAX: usize = 64 << 10;

/// What a plugin is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Language {
    Rust,
    Python,
    Js,
}

impl Language {
    /// Seen by the file that each of them has.
    pub(super) fn of(dir: &Path) -> Result<Self, Stop> {
        let languages = [(Self::Rust, "Cargo.toml"), (Self::Python, "app.py"), (Self::Js, "package.json")];
        let found = languages.into_iter().find(|(_, file)| dir.join(file).is_file());
        found.map(|(language, _)| language).ok_or_else(|| {
            let shown = dir.display();
            Stop::refused(format!(
                "{shown} holds no Cargo.toml, app.py or package.json; `gavia plugin new` makes a plugin"
            ))
        })
    }

    /// The files of a new action, but for those that cargo needs.
    pub(super) fn files(self, name: &str, capabilities: &str, case: &str) -> Vec<(&'static str, String)> {
        let fill = |text: &str| text.replace("@name@", name);
        let about = "version = \"0.1.0\"\ndescription = \"Says what it is for, in one sentence\"\nlicence = \"MIT OR Apache-2.0\"";
        let mut files = vec![
            (FILE, format!("id = \"{name}\"\n{about}\nkinds = [\"action\"]\n{capabilities}")),
            ("wit/plugin.wit", include_str!("template/plugin.wit.in").to_owned()),
            ("wit/deps/gavia/gavia.wit", CONTRACT.to_owned()),
            ("tests/first.json", case.to_owned()),
            ("tests/without-a-name.json", include_str!("template/second.json.in").to_owned()),
        ];
        match self {
            Self::Rust => {}
            Self::Python => files.extend([
                ("app.py", fill(include_str!("template/python/app.py.in"))),
                ("requirements.txt", include_str!("template/python/requirements.txt").to_owned()),
                ("README.md", fill(include_str!("template/python/README.md.in"))),
                (".gitignore", "/plugin.wasm\n/.venv\n__pycache__\n".to_owned()),
                (workflow::FILE, workflow::of(PIP, None)),
            ]),
            Self::Js => files.extend([
                ("app.js", fill(include_str!("template/js/app.js.in"))),
                ("package.json", include_str!("template/js/package.json").to_owned()),
                ("package-lock.json", include_str!("template/js/package-lock.json").to_owned()),
                ("README.md", fill(include_str!("template/js/README.md.in"))),
                (".gitignore", "/plugin.wasm\n/node_modules\n".to_owned()),
                (workflow::FILE, workflow::of(NPM, None)),
            ]),
        }
        files
    }

    /// Has the language's tool make the component, and puts the manifest into it.
    pub(super) fn component(self, dir: &Path) -> Result<PathBuf, Stop> {
        let manifest = manifest(dir)?;
        let (tool, arguments, install) = self.tool(dir);
        let mut command = Command::new(&tool);
        command.args(arguments).current_dir(dir).stdin(Stdio::null());
        // Stdout is for what this command says.
        let output = command.stderr(Stdio::inherit()).output();
        let shown = tool.display();
        let output = output
            .map_err(|error| Stop::refused(format!("{shown} does not start ({error}): install it with {install}")))?;
        if !output.status.success() {
            return Err(Stop::refused(format!(
                "{shown} makes no component of it, see above ({install} installs its tool)"
            )));
        }
        let file = dir.join(COMPONENT);
        let bytes = inspect::read(&file)?;
        fs::write(&file, with_custom_section(&bytes, SECTION, manifest.to_json().as_bytes()))
            .map_err(|error| Stop::Io("the component cannot be written", error))?;
        Ok(file)
    }

    /// The program, its arguments, and what installs it.
    fn tool(self, dir: &Path) -> (PathBuf, Vec<OsString>, &'static str) {
        let (program, arguments, install) = match self {
            Self::Rust => ("cargo".into(), "build", "rustup"),
            Self::Python => {
                let own = dir.join(".venv/bin/componentize-py");
                // The command runs in the plugin's folder.
                let own = own.canonicalize().unwrap_or_else(|_| "componentize-py".into());
                let line = "-d wit -w plugin componentize app -o plugin.wasm";
                (own, line, "`.venv/bin/pip install --require-hashes -r requirements.txt`")
            }
            Self::Js => ("npm".into(), "run --silent build", "`npm ci`"),
        };
        (program, arguments.split(' ').map(OsString::from).collect(), install)
    }
}

/// The author's file, which here has nothing beside it that it could leave version, description and licence to.
fn manifest(dir: &Path) -> Result<Manifest, Stop> {
    let file = dir.join(FILE);
    let shown = file.display();
    let text = fs::read_to_string(&file).map_err(|error| Stop::refused(format!("{shown} cannot be read: {error}")))?;
    if text.len() > MANIFEST_BYTES_MAX {
        return Err(Stop::refused(format!("{shown} is larger than {MANIFEST_BYTES_MAX} bytes")));
    }
    Manifest::from_toml(&text, Package::default()).map_err(|error| Stop::refused(format!("{shown}: {error}")))
}
