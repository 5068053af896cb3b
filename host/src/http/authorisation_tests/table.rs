//! Reading the table: rows, who gets which answer, and that nobody was forgotten.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};

pub(super) const CALLERS: [&str; 17] = [
    "nobody", "foreign", "mighty", "stranger", "related", "holder", "creator", "boss", "reserved", "desk", "flowdesk",
    "tool", "trusted", "session", "adminkey", "flowkey", "userkey",
];

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Of the envelope; None where there is no envelope.
    pub(super) code: Option<i64>,
    pub(super) text: String,
    pub(super) rows: Option<usize>,
}

/// A request and the name of the answer that each caller gets.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) method: Method,
    /// As the routes spell it.
    pub(super) path: String,
    /// With its query.
    pub(super) target: String,
    pub(super) thing: Option<String>,
    pub(super) body: String,
    pub(super) answers: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) answers: BTreeMap<String, Answer>,
    pub(super) rows: Vec<Row>,
    groups: BTreeMap<String, Vec<String>>,
    /// Prefix of paths, and what is said of all of them.
    under: Vec<(String, BTreeMap<String, String>)>,
}

impl Table {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut table = Self::default();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let text: Vec<&str> = lines.collect();
        for block in text.join("\n").split("\n\n") {
            table.block(block).map_err(|why| format!("{why} in:\n{block}"))?;
        }
        for name in table.answers.keys() {
            let used = table.rows.iter().any(|row| row.answers.values().any(|answer| answer == name));
            if !used {
                return Err(format!("the answer {name} is given to nobody"));
            }
        }
        Ok(table)
    }

    fn block(&mut self, block: &str) -> Result<(), String> {
        let (said, heads): (Vec<&str>, Vec<&str>) =
            block.lines().filter(|line| !line.trim().is_empty()).partition(|line| line.starts_with(' '));
        let said = self.said(&said)?;
        for head in heads {
            let (word, rest) = head.split_once(' ').ok_or("a line of one word")?;
            match word {
                "group" => {
                    let (name, members) = rest.trim().split_once(' ').ok_or("a group without members")?;
                    let members = self.callers(members)?;
                    self.groups.insert(name.to_owned(), members);
                }
                "answer" => self.answer(rest)?,
                "under" => self.under.push((rest.to_owned(), said.clone())),
                method => self.row(method, rest, &said)?,
            }
        }
        Ok(())
    }

    fn answer(&mut self, text: &str) -> Result<(), String> {
        let mut words = text.split_whitespace();
        let mut next = || words.next().ok_or_else(|| format!("{text:?} is no answer"));
        let (name, status, code) = (next()?.to_owned(), next()?, next()?);
        let rest = words.collect::<Vec<_>>().join(" ");
        let rows = rest.strip_prefix("rows=").map(|rows| rows.parse().expect("a number"));
        let answer = Answer {
            status: status.parse().map_err(|_| format!("{status} is no status"))?,
            code: if code == "-" { None } else { Some(code.parse().map_err(|_| format!("{code} is no code"))?) },
            text: if rows.is_some() { String::new() } else { rest },
            rows,
        };
        self.answers.insert(name, answer);
        Ok(())
    }

    fn row(&mut self, method: &str, rest: &str, said: &BTreeMap<String, String>) -> Result<(), String> {
        let (target, rest) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
        let rest = rest.trim();
        let (thing, body) = match rest.strip_prefix("at ") {
            Some(rest) => {
                let (thing, body) = rest.split_once(' ').unwrap_or((rest, ""));
                (Some(thing.to_owned()), body)
            }
            None => (None, rest),
        };
        let path = target.split('?').next().unwrap_or_default().to_owned();
        let under = self.under.iter().find(|(prefix, _)| path.starts_with(&format!("{prefix}/")));
        let mut answers = under.map(|(_, said)| said.clone()).unwrap_or_default();
        answers.extend(said.clone());
        let forgotten: Vec<&&str> = CALLERS.iter().filter(|caller| !answers.contains_key(**caller)).collect();
        if !forgotten.is_empty() {
            return Err(format!("{method} {path} says nothing of {forgotten:?}"));
        }
        self.rows.push(Row {
            method: method.parse().map_err(|_| format!("{method} is no method"))?,
            target: target.to_owned(),
            body: body.trim().to_owned(),
            path,
            thing,
            answers,
        });
        Ok(())
    }

    /// Caller → answer. Nobody is said twice in one row.
    fn said(&self, lines: &[&str]) -> Result<BTreeMap<String, String>, String> {
        let mut said = BTreeMap::new();
        for line in lines {
            let (answer, callers) = line.trim().split_once(' ').ok_or("an answer for nobody")?;
            if !self.answers.contains_key(answer) {
                return Err(format!("there is no answer {answer}"));
            }
            for caller in self.callers(callers)? {
                if said.insert(caller.clone(), answer.to_owned()).is_some() {
                    return Err(format!("{caller} is answered twice"));
                }
            }
        }
        Ok(said)
    }

    fn callers(&self, text: &str) -> Result<Vec<String>, String> {
        let mut callers = Vec::new();
        for word in text.split_whitespace() {
            match word.strip_prefix('@') {
                Some(group) => {
                    callers.extend(self.groups.get(group).ok_or(format!("there is no group {group}"))?.clone());
                }
                None if CALLERS.contains(&word) => callers.push(word.to_owned()),
                None => return Err(format!("there is no caller {word}")),
            }
        }
        Ok(callers)
    }
}

#[test]
fn a_row_that_forgets_or_repeats_somebody_is_refused() {
    let head = "group all nobody foreign mighty stranger related holder creator boss reserved desk flowdesk tool trusted session adminkey flowkey\nanswer ok 200 0\n\n";
    let read = |row: &str| Table::read(&format!("{head}{row}"));
    assert!(read("GET /a\n  ok @all userkey").is_ok());
    for (row, why) in [
        ("GET /a\n  ok @all", "says nothing of [\"userkey\"]"),
        ("GET /a\n  ok @all userkey nobody", "nobody is answered twice"),
        ("GET /a\n  ok @all userkey somebody", "there is no caller somebody"),
        ("GET /a\n  no @all userkey", "there is no answer no"),
        ("GET /a\n  ok @some", "there is no group some"),
        ("answer idle 200 0\n\nGET /a\n  ok @all userkey", "the answer idle is given to nobody"),
    ] {
        let told = read(row).expect_err(row);
        assert!(told.contains(why), "{row}: {told}");
    }
}
