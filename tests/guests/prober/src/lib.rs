//! Asks the engine for what its arguments name and says what it got: a fixture of the sandbox's tests, an action, participants and notice
//! plugin in one. Made from the contract alone, without the SDK, so that it shows what the engine does and nothing else.
//!
//! The arguments are a list of steps, each a list of words; every step answers a line. An action's message is the lines, participants are
//! the lines, and a notice reports a delivery to each line.

mod web;

use bindings::{
    exports::gavia::plugin::{action, notice, participants},
    gavia::plugin::{
        config, directory, kv, log, secrets, tickets,
        types::{Context, Error, ErrorKind, User},
    },
};

mod bindings {
    wit_bindgen::generate!({
        inline: "package test:prober;
            world prober {
                include gavia:plugin/participants-plugin@0.1.0;
                export gavia:plugin/action@0.1.0;
                export gavia:plugin/notice@0.1.0;
            }",
        path: "../../../plugin-sdk/wit",
        world: "test:prober/prober",
        generate_all,
    });
    export!(Prober);
    use super::Prober;
}

struct Prober;

impl action::Guest for Prober {
    fn run(context: Context) -> Result<action::Outcome, Error> {
        let message = perform(&context)?.join("\n");
        Ok(action::Outcome { message, output: None })
    }
}

impl participants::Guest for Prober {
    fn resolve(context: Context) -> Result<Vec<String>, Error> {
        perform(&context)
    }
}

impl notice::Guest for Prober {
    fn send(context: Context, message: notice::Message) -> Result<Vec<notice::Delivery>, Error> {
        let detail = |name: &str| {
            let known = message.recipients.iter().find(|user| user.username == name);
            format!("{}: {} to {}", message.title, message.body, known.map(person).unwrap_or_default())
        };
        let delivery = |username: String| notice::Delivery { ok: true, detail: detail(&username), username };
        Ok(perform(&context)?.into_iter().map(delivery).collect())
    }
}

/// Every step's line or lines.
fn perform(context: &Context) -> Result<Vec<String>, Error> {
    let wrong = |why: String| Error { kind: ErrorKind::InvalidInput, message: why, detail: None };
    let steps: Vec<Vec<String>> = serde_json::from_str(&context.args).map_err(|error| wrong(error.to_string()))?;
    let mut held = Vec::new();
    let mut lines = Vec::new();
    for step in &steps {
        let words: Vec<&str> = step.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["names", names @ ..] => lines.extend(names.iter().map(|name| (*name).to_owned())),
            ["many", count] => lines.extend((0..number(count)).map(|i| format!("user{i}"))),
            ["long", count] => lines.push("x".repeat(number(count) as usize)),
            ["http", request @ ..] => lines.push(web::fetch(request, &mut held)),
            ["fields", names @ ..] => lines.push(web::set_fields(names)),
            ["actor"] => lines.push(context.actor.as_ref().map_or_else(String::new, person)),
            ["panic"] => panic!("told to"),
            words => lines.push(ask(words).ok_or_else(|| wrong(format!("no such step: {words:?}")))?),
        }
    }
    Ok(lines)
}

fn ask(words: &[&str]) -> Option<String> {
    Some(match words {
        ["setting", key] => format!("{:?}", config::get(key)),
        ["settings"] => format!("{:?}", config::all()),
        ["secret", name] => said(secrets::get(name)),
        ["tell", name] => match secrets::get(name) {
            Ok(value) => {
                log::log(log::Level::Info, &format!("it is {value}"), &[(value.clone(), value.clone())]);
                println!("out {value}");
                eprintln!("err {value}\nforged\u{1b}[2Kline");
                "told".to_owned()
            }
            refused => said(refused),
        },
        ["say", text] => {
            log::log(log::Level::Info, text, &[]);
            "said".to_owned()
        }
        ["get", key] => said(kv::get(key).map(|value| match value {
            Some(value) => String::from_utf8_lossy(&value).into_owned(),
            None => "none".to_owned(),
        })),
        ["set", key, value] => done(kv::set(key, value.as_bytes(), None)),
        ["set", key, value, ttl] => done(kv::set(key, value.as_bytes(), Some(number(ttl)))),
        ["fill", key, bytes] => done(kv::set(key, &vec![1; number(bytes) as usize], None)),
        ["delete", key] => done(kv::delete(key)),
        ["swap", key, old, new] => {
            let old = (*old != "none").then(|| old.as_bytes().to_vec());
            said(kv::compare_and_set(key, old.as_deref(), new.as_bytes()).map(|swapped| swapped.to_string()))
        }
        ["user", name] => said(directory::user_by_name(name).map(|user| person(&user))),
        ["role", id, limit] => people(directory::users_in_role(number(id).into(), number(limit))),
        ["dept", id, below, limit] => people(directory::users_in_dept(number(id).into(), *below == "below", number(limit))),
        ["leader", id] => said(
            directory::leader_of_dept(number(id).into())
                .map(|leader| leader.as_ref().map_or_else(|| "nobody".to_owned(), person)),
        ),
        ["ticket", id] => said(tickets::get(number(id).into()).map(|ticket| ticket.title)),
        ["history", id, limit] => {
            said(tickets::history(number(id).into(), number(limit)).map(|entries| entries.len().to_string()))
        }
        _ => return None,
    })
}

fn number(text: &str) -> u32 {
    text.parse().expect("a number")
}

fn person(user: &User) -> String {
    format!("{} {} <{}> [{}]", user.username, user.alias, user.email, user.phone)
}

fn people(answer: Result<Vec<User>, Error>) -> String {
    said(answer.map(|users| users.iter().map(|user| user.username.as_str()).collect::<Vec<_>>().join(",")))
}

fn done(answer: Result<(), Error>) -> String {
    said(answer.map(|()| "done".to_owned()))
}

fn said(answer: Result<String, Error>) -> String {
    answer.unwrap_or_else(|error| format!("{:?}: {}", error.kind, error.message).replace("ErrorKind::", ""))
}
