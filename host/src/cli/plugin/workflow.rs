//! The GitHub Actions workflow that a new plugin comes with. There is no gavia to download, so it compiles one from the repository that holds
//! it, and keeps it for the next run.

use serde_json::Value;

/// Where GitHub looks for it, from the root of a repository.
pub(super) const FILE: &str = ".github/workflows/plugin.yml";

/// Who knows no repository of gavia leaves it to a variable of the plugin's own.
const VARIABLE: &str = "${{ vars.GAVIA_SOURCE }}";

/// `tool` installs what the plugin is compiled with.
pub(super) fn of(tool: &str, source: Option<&str>) -> String {
    // JSON's texts are YAML's too
    let source = source.map_or_else(|| VARIABLE.to_owned(), |address| Value::from(address).to_string());
    include_str!("template/workflow.yml.in").replace("<tool>", tool).replace("<source>", &source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_an_address_or_a_variable_and_the_actions_are_pinned() {
        let known = of("npm ci", Some("https://example.com/a b#c.git"));
        assert!(known.contains("\n          SOURCE: \"https://example.com/a b#c.git\"\n"), "{known}");
        let unknown = of("npm ci", None);
        assert!(unknown.contains("\n          SOURCE: ${{ vars.GAVIA_SOURCE }}\n"), "{unknown}");
        assert!(unknown.contains("\n      - run: npm ci\n      - run: gavia plugin test"), "{unknown}");
        let used: Vec<&str> =
            unknown.lines().filter_map(|line| line.split_once("uses: ")).map(|(_, used)| used).collect();
        assert_eq!(used, ["actions/checkout@v4", "actions/cache@v4"]);
        for text in [known, unknown] {
            assert!(!text.contains('<') && !text.contains('\t'), "{text}");
        }
    }
}
