//! Files that are manifests, files that are none, and what covers what.

use super::*;

const FILE: &str = r#"
id = "notice-acme"
kinds = ["notice", "action"]

[[capabilities]]
grant = "http"
origins = ["https://API.acme.com", "https://*.acme.com", "setting:url"]
methods = ["POST"]
reason = "sends the message"

[[capabilities]]
grant = "secrets"
names = ["ACME_TOKEN"]
reason = "signs the request"

[[settings]]
key = "url"
kind = "url"
required = true
description = "where the gateway is"
"#;

fn package() -> Package {
    Package {
        version: "0.1.0".to_owned(),
        description: "Tells Acme".to_owned(),
        licence: "MIT".to_owned(),
        sdk: "gavia-plugin-sdk 0.1.0".to_owned(),
    }
}

fn rules(text: &str) -> Vec<String> {
    match Manifest::from_toml(text, package()) {
        Err(ManifestError::Rules(rules)) => rules,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_file_says_survives_the_section() {
    let manifest = Manifest::from_toml(FILE, package()).unwrap();
    assert_eq!(Manifest::from_json(manifest.to_json().as_bytes()).unwrap(), manifest);
    assert_eq!((manifest.id(), manifest.version(), manifest.licence()), ("notice-acme", "0.1.0", "MIT"));
    assert_eq!(manifest.kinds(), [Kind::Notice, Kind::Action]);
    assert_eq!(
        manifest.capabilities()[0].to_string(),
        "send POST requests to https://api.acme.com, https://*.acme.com, the server of its setting url"
    );
}

#[test]
fn a_mistake_in_the_form_is_told_with_its_place() {
    let cases = [
        ("id = \"a\"\nkind = [\"action\"]", "unknown field `kind`"),
        ("id = \"a\"\nkinds = [\"actor\"]", "unknown variant `actor`"),
        ("[[capabilities]]\ngrant = \"root\"\nreason = \"x\"", "unknown variant `root`"),
        ("[[capabilities]]\ngrant = \"kv\"", "missing field `reason`"),
        (
            "[[capabilities]]\ngrant = \"http\"\norigins = [\"ftp://x\"]\nmethods = []\nreason = \"x\"",
            "https:// or http://",
        ),
    ];
    for (text, part) in cases {
        let error = Manifest::from_toml(text, package()).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    assert_eq!(Manifest::from_json(br#"{"format":2,"id":"a"}"#), Err(ManifestError::Format(2)));
    assert!(matches!(Manifest::from_json(&vec![b' '; MAX_BYTES + 1]), Err(ManifestError::TooLarge(_))));
}

#[test]
fn every_broken_rule_is_told_at_once() {
    let found = rules(
        "id = \"Acme\"\nversion = \"1\"\n[[settings]]\nkey = \"a b\"\nkind = \"integer\"\ndefault = \"x\"\ndescription = \"\"",
    );
    for part in ["`id`", "`version`", "`kinds`", "\"a b\"", "`description`", "default"] {
        assert!(found.iter().any(|rule| rule.contains(part)), "{part}: {found:?}");
    }
    assert_eq!(found.len(), 6, "{found:?}");
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let request =
        |kinds: &str, request: &str| rules(&format!("id = \"a\"\nkinds = [{kinds}]\n[[capabilities]]\n{request}"));
    let cases = [
        ("\"action\"", "grant = \"kv\"\nreason = \" \"", "needs a `reason`"),
        ("\"condition\"", "grant = \"kv\"\nreason = \"x\"", "a condition can use no capability"),
        ("\"participants\"", "grant = \"tickets-write\"\nfields = [\"a\"]\nreason = \"x\"", "only actions and notices"),
        ("\"action\"", "grant = \"tickets-write\"\nfields = [\"*\", \"a\"]\nreason = \"x\"", "stand alone"),
        (
            "\"action\"",
            "grant = \"http\"\norigins = [\"setting:u\"]\nmethods = [\"POST\"]\nreason = \"x\"",
            "no setting \"u\"",
        ),
        (
            "\"action\"",
            "grant = \"http\"\norigins = [\"https://a.b\"]\nmethods = [\"post\"]\nreason = \"x\"",
            "\"post\" is no method",
        ),
        ("\"action\"", "grant = \"secrets\"\nnames = []\nreason = \"x\"", "1 to 64 `names`"),
    ];
    for (kinds, text, part) in cases {
        let found = request(kinds, text);
        assert!(found.len() == 1 && found[0].contains(part), "{text}: {found:?}");
    }
}

#[test]
fn an_origin_covers_its_own_urls_and_no_trick() {
    let origin = |text: &str| Origin::try_from(text.to_owned()).unwrap();
    let exact = origin("https://Hooks.Example.com:443");
    assert_eq!(exact.to_string(), "https://hooks.example.com");
    let below = origin("https://*.example.com");
    let setting = origin("setting:url");
    let settings = |key: &str| (key == "url").then(|| "http://10.0.0.1:8080/path?x=1".to_owned());
    let covered = [
        (&exact, "https://hooks.example.com/x"),
        (&exact, "https://HOOKS.example.com.:443?x"),
        (&below, "https://a.b.example.com/"),
        (&setting, "http://10.0.0.1:8080/other"),
    ];
    for (origin, url) in covered {
        assert!(origin.covers(url, settings), "{origin} {url}");
    }
    let refused = [
        (&exact, "http://hooks.example.com/x"),
        (&exact, "https://hooks.example.com:444/x"),
        (&exact, "https://hooks.example.com@evil.com/"),
        (&exact, "https://hooks.example.com.evil.com/"),
        (&exact, "https://evil.com/https://hooks.example.com"),
        (&exact, "hooks.example.com"),
        (&below, "https://example.com/"),
        (&below, "https://evilexample.com/"),
        (&below, "http://a.example.com/"),
        (&below, "https://a.example.com:444/"),
        (&setting, "http://10.0.0.1/"),
    ];
    for (origin, url) in refused {
        assert!(!origin.covers(url, settings), "{origin} {url}");
    }
    assert!(!setting.covers("http://10.0.0.1:8080/", |_| None));
}

#[test]
fn what_is_no_origin_is_refused() {
    for text in [
        "https://",
        "https://a b",
        "https://a:0",
        "https://a:x",
        "https://a/path",
        "https://u@a",
        "https://2130706433",
        "https://0x7f.1",
        "https://1.2.3",
        "https://*.com",
        "https://例.com",
        "https://[::1",
        "gopher://a",
    ] {
        assert!(Origin::try_from(text.to_owned()).is_err(), "{text}");
    }
    assert_eq!(origin_of("HTTP://[::0001]:80/x").unwrap(), "http://[::1]");
}

#[test]
fn limits_are_wished_for_kind_by_kind_and_by_their_names() {
    let file = format!("{FILE}\n[limits.notice]\ncpu_ms = 200\nhttp_requests = 2\n");
    let manifest = Manifest::from_toml(&file, package()).unwrap();
    assert_eq!(manifest.limits()[&Kind::Notice]["cpu_ms"], 200);
    assert_eq!(Manifest::from_json(manifest.to_json().as_bytes()).unwrap(), manifest);
    let broken = rules(&format!("{FILE}\n[limits.condition]\ncpu = 1\nwall_ms = 99999999999\n"));
    assert_eq!(broken.len(), 3, "{broken:?}");
    assert!(broken[0].contains("none of its kinds") && broken[1].contains("\"cpu\" is no limit"), "{broken:?}");
    assert!(!Manifest::from_toml(FILE, package()).unwrap().to_json().contains("limits"));
}
