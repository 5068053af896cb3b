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

use gavia_plugin_sdk::{
    Action, Delivery,
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
}

#[test]
fn the_manifest_is_the_file_s_with_what_the_package_says() {
    let manifest =
        gavia_plugin_manifest::Manifest::from_json(MANIFEST.as_bytes()).expect("checked when it was compiled");
    assert_eq!((manifest.id(), manifest.version()), ("create-issue", env!("CARGO_PKG_VERSION")));
    assert_eq!((manifest.licence(), manifest.capabilities().len()), ("MIT OR Apache-2.0", 3));
}
