//! The attributes stand on functions and on implementations, and natively leave both usable as they are.

mod by_function {
    use gavia_plugin_sdk::{Context, Delivery, Error, Host, Message, Outcome, ReadHost, action, notice, participants};

    #[action]
    pub(crate) fn run(context: &Context, _host: &Host) -> Result<Outcome, Error> {
        Ok(Outcome::message(context.ticket().creator.clone()))
    }

    #[participants]
    pub(crate) fn resolve(context: &Context, _host: &ReadHost) -> Result<Vec<String>, Error> {
        Ok(vec![context.ticket().creator.clone()])
    }

    #[notice]
    pub(crate) fn send(_context: &Context, message: &Message, _host: &Host) -> Result<Vec<Delivery>, Error> {
        Ok(message.delivered_to_all(&message.title))
    }
}

mod by_impl {
    use gavia_plugin_sdk::{Action, Context, Error, Host, Outcome, action};

    pub(crate) struct Named;

    #[action]
    impl Action for Named {
        fn run(_context: &Context, _host: &Host) -> Result<Outcome, Error> {
            Ok(Outcome::message("named"))
        }
    }
}

mod condition {
    use gavia_plugin_sdk::{Condition, Context, Error, Problem, condition};

    pub(crate) struct Titled;

    #[condition]
    impl Condition for Titled {
        fn first_match(expressions: &[String], context: &Context) -> Result<Option<usize>, Error> {
            Ok(expressions.iter().position(|wanted| *wanted == context.ticket().title))
        }

        fn check(expressions: &[String], _known_fields: &[String]) -> Vec<Problem> {
            let empty = expressions.iter().position(String::is_empty);
            empty.map(|index| Problem::at(index, 0, "no title")).into_iter().collect()
        }
    }
}

use gavia_plugin_sdk::{
    Action, Condition, Delivery, Problem,
    testing::{MockHost, context, message, user},
};

gavia_plugin_sdk::manifest!("examples/gavia-plugin.toml");

#[test]
fn functions_and_implementations_run_as_they_are() {
    let (host, context) = (MockHost::bare(), context(&[]));
    assert_eq!(host.action(&context, by_function::run).answer().text(), "alice");
    assert_eq!(host.participants(&context, by_function::resolve).answer(), &["alice"]);
    let told = host.notice(&context, &message("t", "b", &[user(1, "bob")]), by_function::send);
    assert_eq!(told.answer(), &[Delivery::done("bob", "t")]);
    assert_eq!(host.action(&context, by_impl::Named::run).answer().text(), "named");
    let expressions = [String::new(), "a ticket".to_owned()];
    assert_eq!(condition::Titled::first_match(&expressions, &context).expect("it answers"), Some(1));
    assert_eq!(condition::Titled::check(&expressions, &[]), [Problem::at(0, 0, "no title")]);
}

#[test]
fn the_page_shows_the_manifest_that_its_code_is_tested_with() {
    let shown = include_str!("../README.md").split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(shown, Some(include_str!("../examples/gavia-plugin.toml")));
}

#[test]
fn the_manifest_is_the_file_s_with_what_the_package_says() {
    let manifest =
        gavia_plugin_manifest::Manifest::from_json(MANIFEST.as_bytes()).expect("checked when it was compiled");
    assert_eq!((manifest.id(), manifest.version()), ("create-issue", env!("CARGO_PKG_VERSION")));
    assert_eq!((manifest.licence(), manifest.capabilities().len()), ("MIT OR Apache-2.0", 2));
}
