//! Capabilities in plain words: what an administrator reads before granting.

use super::{
    capabilities::{Capabilities, DirectoryDetail, Fields, TicketReach},
    manifest::Manifest,
    origin::Origin,
};

/// What may be done, a sentence a line; none is nothing.
pub fn in_words(capabilities: &Capabilities) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if !capabilities.secrets.is_empty() {
        let names: Vec<&str> = capabilities.secrets.iter().map(String::as_str).collect();
        lines.push(("secrets", format!("read the secrets {}", names.join(", "))));
    }
    if capabilities.kv {
        lines.push(("kv", "keep up to 10 MiB of data of its own between calls".to_owned()));
    }
    match capabilities.tickets_read {
        TicketReach::None => {}
        TicketReach::Own => lines.push(("tickets-read", "read the ticket it works on, and its children".to_owned())),
        TicketReach::Workflow => lines.push(("tickets-read", "read all tickets of the same workflow".to_owned())),
        TicketReach::All => lines.push(("tickets-read", "read all tickets of all workflows".to_owned())),
    }
    match &capabilities.tickets_write {
        Fields::None => {}
        Fields::Listed(keys) if keys.is_empty() => {
            lines.push(("tickets-write", "comment on the ticket it works on".to_owned()));
        }
        Fields::Listed(keys) => {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            lines.push((
                "tickets-write",
                format!("write the fields {} of the ticket it works on, and comment on it", keys.join(", ")),
            ));
        }
        Fields::All => {
            lines.push(("tickets-write", "write every field of the ticket it works on, and comment on it".to_owned()));
        }
    }
    match capabilities.directory {
        DirectoryDetail::None => {}
        DirectoryDetail::Basic => lines.push(("directory", "look up people, roles and departments".to_owned())),
        DirectoryDetail::Contact => lines.push((
            "directory",
            "look up people, roles and departments, with mail addresses and telephone numbers".to_owned(),
        )),
    }
    lines.extend(capabilities.http.iter().map(|origin| ("http", request(origin))));
    lines
}

/// What a version asks for, each line with the reason that its author gives.
pub fn asked(manifest: &Manifest, requested: &Capabilities) -> Vec<String> {
    let line = |(name, line): (&str, String)| match manifest.reasons.get(name) {
        Some(reasons) => format!("{line}: {}", reasons.join("; ")),
        None => line,
    };
    in_words(requested).into_iter().map(line).collect()
}

fn request(origin: &Origin) -> String {
    let methods: Vec<&str> = origin.methods.iter().map(String::as_str).collect();
    let methods = if methods.is_empty() { "any".to_owned() } else { methods.join(", ") };
    let place = match origin.origin.strip_prefix("setting:") {
        Some(key) => format!("the server of its setting {key}"),
        None => origin.origin.clone(),
    };
    let private = if origin.private { ", in a private network too" } else { "" };
    let headers: Vec<String> = origin
        .headers
        .iter()
        .map(|header| format!(", with the header {} set from the secret {}", header.name, header.secret))
        .collect();
    format!("send {methods} requests to {place}{private}{}", headers.concat())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_capability_has_its_words_and_its_reason() {
        let all = json!({
            "secrets": { "names": ["A"] }, "kv": {}, "tickets-read": { "scope": "own" }, "tickets-write": { "fields": ["x", "y"] },
            "directory": { "scope": "contact" },
            "http": { "origins": [{ "origin": "https://a.b", "methods": ["GET"], "headers": [{ "name": "x", "secret": "T" }] }] },
        });
        let capabilities = Capabilities::read(all.as_object().unwrap()).unwrap();
        let mut manifest = Manifest::default();
        manifest.reasons.insert("kv".into(), vec!["remembers".into()]);
        let lines = asked(&manifest, &capabilities);
        assert_eq!(lines.len(), 6);
        assert_eq!(lines[1], "keep up to 10 MiB of data of its own between calls: remembers");
        assert_eq!(lines[3], "write the fields x, y of the ticket it works on, and comment on it");
        assert_eq!(lines[5], "send GET requests to https://a.b, with the header x set from the secret T");
        assert_eq!(in_words(&Capabilities::default()), []);
    }
}
