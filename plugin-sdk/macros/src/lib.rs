//! `#[action]`, `#[participants]`, `#[notice]`, `#[condition]` and `manifest!` of gavia-plugin-sdk, whose documentation shows them in use.
//!
//! Thin on purpose: an attribute adds one trait implementation and one call of a `macro_rules!` of the SDK, so that whoever does not
//! like attributes can write both by hand.

mod export;
mod manifest;

use proc_macro::TokenStream;

use export::Kind;

/// Makes a function, or an `impl Action for …`, the action plugin that this crate builds. Once in a crate.
///
/// A function has the signature of [`Action::run`](trait.Action.html#tymethod.run); another one is told so.
#[proc_macro_attribute]
pub fn action(arguments: TokenStream, item: TokenStream) -> TokenStream {
    export::expand(&Kind::ACTION, arguments.into(), item.into()).into()
}

/// Makes a function, or an `impl Participants for …`, the participants plugin that this crate builds. Once in a crate.
///
/// A function has the signature of [`Participants::resolve`](trait.Participants.html#tymethod.resolve).
#[proc_macro_attribute]
pub fn participants(arguments: TokenStream, item: TokenStream) -> TokenStream {
    export::expand(&Kind::PARTICIPANTS, arguments.into(), item.into()).into()
}

/// Makes a function, or an `impl Notice for …`, the notice plugin that this crate builds. Once in a crate.
///
/// A function has the signature of [`Notice::send`](trait.Notice.html#tymethod.send).
#[proc_macro_attribute]
pub fn notice(arguments: TokenStream, item: TokenStream) -> TokenStream {
    export::expand(&Kind::NOTICE, arguments.into(), item.into()).into()
}

/// Makes an `impl Condition for …` the condition plugin that this crate builds. Once in a crate.
#[proc_macro_attribute]
pub fn condition(arguments: TokenStream, item: TokenStream) -> TokenStream {
    export::expand(&Kind::CONDITION, arguments.into(), item.into()).into()
}

/// Reads `gavia-plugin.toml` beside `Cargo.toml` (or the file named, relative to it), checks it and puts it into the component.
///
/// What the file leaves out of version, description and licence is taken from `Cargo.toml`. A mistake in the file is a compile error.
/// Defines `MANIFEST: &str`, the manifest as JSON, which
/// [`MockHost::granted`](testing/struct.MockHost.html#method.granted) takes.
#[proc_macro]
pub fn manifest(file: TokenStream) -> TokenStream {
    manifest::expand(file.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
