//! Plugins in Python and JavaScript: what `gavia plugin new` makes is built by the language's own tool, in its pinned version, and passes its
//! cases in the sandbox. The tools are installed once into the target folder. Where they cannot be, the test says on stderr that it checked
//! nothing; where `CI` is set it fails instead. A binary of its own, since compiling an interpreter takes every core for a while.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use gavia_sandbox::Digest;

fn run(program: &str, arguments: &[&str], dir: &Path) -> Result<Output, String> {
    let output = Command::new(program).args(arguments).current_dir(dir).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{program} does not start: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    Err(format!("{program} {arguments:?}: {said}"))
}

/// A folder with an installed tool, by what it is installed from; `install` runs once for it.
fn tool(pins: &Path, install: impl FnOnce(&Path) -> Result<(), String>) -> Result<PathBuf, String> {
    let pinned = fs::read(pins).map_err(|error| format!("{}: {error}", pins.display()))?;
    let name: String = Digest::of(&pinned).to_string().chars().take(16).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("languages").join(name);
    // Installed tools know where they lie, so that the folder cannot be moved when it is complete.
    let complete = folder.join("complete");
    if complete.is_file() {
        return Ok(folder);
    }
    let text = |error: std::io::Error| error.to_string();
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(text)?;
    }
    fs::create_dir_all(&folder).map_err(text)?;
    install(&folder)?;
    fs::write(complete, "").map_err(text)?;
    Ok(folder)
}

/// A new plugin whose tool, if it can be had, lies at `place` in its folder.
struct Made {
    _home: tempfile::TempDir,
    folder: PathBuf,
}

fn made(lang: &str) -> Made {
    let home = tempfile::tempdir().expect("a folder");
    let new = ["plugin", "new", "hello", "--kind", "action", "--lang", lang];
    run(env!("CARGO_BIN_EXE_gavia"), &new, home.path()).expect("the template");
    Made { folder: home.path().join("hello"), _home: home }
}

impl Made {
    /// The commands of the workflow that it came with, without comments; those of several lines are not for this machine.
    fn steps(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.join(".github/workflows/plugin.yml")).expect("the workflow");
        let steps = text.lines().filter_map(|line| line.strip_prefix("      - run: "));
        steps.map(|step| step.split(" #").next().unwrap_or_default().to_owned()).collect()
    }

    /// Builds it with the tool and runs its cases, and says what was not checked where there is no tool.
    fn checked(&self, place: &str, tool: Result<PathBuf, String>) {
        let tool = match tool {
            Ok(tool) => tool,
            Err(reason) if env::var_os("CI").is_none() => {
                // Not the macro: its output is kept for tests that fail.
                let line = format!("NOT CHECKED, the tool cannot be installed: {}: {reason}\n", self.folder.display());
                std::io::stderr().write_all(line.as_bytes()).expect("stderr");
                return;
            }
            Err(reason) => panic!("the tool cannot be installed: {reason}"),
        };
        std::os::unix::fs::symlink(tool.join(place), self.folder.join(place)).expect("a link");
        let line = self.steps().into_iter().find_map(|step| step.strip_prefix("gavia ").map(str::to_owned));
        let line = line.expect("the workflow runs gavia");
        let words: Vec<&str> = line.split(' ').collect();
        let tested = run(env!("CARGO_BIN_EXE_gavia"), &words, &self.folder).expect("it passes");
        let said = String::from_utf8_lossy(&tested.stdout);
        for part in
            ["hello 0.1.0: ", "\nok      first.json  (cpu ", "\nok      without-a-name.json", "all 2 cases passed\n"]
        {
            assert!(said.contains(part), "no {part:?} in {said}");
        }
    }
}

#[test]
fn a_new_plugin_in_python_passes_its_cases() {
    let made = made("python");
    let install = "python3 -m venv .venv && .venv/bin/pip install --require-hashes -r requirements.txt";
    assert_eq!(made.steps(), [install, "gavia plugin test"]);
    let pins = made.folder.join("requirements.txt");
    let tool = tool(&pins, |folder| {
        run("python3", &["-m", "venv", ".venv"], folder)?;
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "--only-binary",
            ":all:",
            "-r",
        ];
        let line = [&pip[..], &[pins.to_str().ok_or("the folder's name is no text")?]].concat();
        run(folder.join(".venv/bin/python3").to_str().ok_or("the folder's name is no text")?, &line, folder)?;
        Ok(())
    });
    made.checked(".venv", tool);
}

#[test]
fn a_new_plugin_in_javascript_passes_its_cases() {
    let made = made("js");
    assert_eq!(made.steps(), ["npm ci", "gavia plugin test"]);
    let tool = tool(&made.folder.join("package-lock.json"), |folder| {
        for file in ["package.json", "package-lock.json"] {
            fs::copy(made.folder.join(file), folder.join(file)).map_err(|error| error.to_string())?;
        }
        run("npm", &["ci", "--silent", "--no-audit", "--no-fund"], folder)?;
        Ok(())
    });
    made.checked("node_modules", tool);
}

#[test]
fn without_the_tool_the_command_says_how_to_get_it() {
    for (lang, install) in [("python", "pip install --require-hashes"), ("js", "npm ci")] {
        let made = made(lang);
        let mut command = Command::new(env!("CARGO_BIN_EXE_gavia"));
        let output = command.args(["plugin", "build", "hello"]).current_dir(made.folder.parent().expect("its parent"));
        let output = output.env("PATH", "/nowhere").output().expect("the binary starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(install), "{said}");
    }
}
