//! The attributes: from a function or an implementation to a component's export.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Error, FnArg, Item, ItemFn, ItemImpl, ReturnType};

/// What differs between the kinds.
pub(crate) struct Kind {
    name: &'static str,
    trait_name: &'static str,
    /// The trait's function if it has one alone, and whether a message comes between `&Context` and `&Host`.
    function: Option<&'static str>,
    message: bool,
    export: &'static str,
}

impl Kind {
    pub(crate) const ACTION: Kind =
        Kind { name: "action", trait_name: "Action", function: Some("run"), message: false, export: "export_action" };
    pub(crate) const PARTICIPANTS: Kind = Kind {
        name: "participants",
        trait_name: "Participants",
        function: Some("resolve"),
        message: false,
        export: "export_participants",
    };
    pub(crate) const NOTICE: Kind =
        Kind { name: "notice", trait_name: "Notice", function: Some("send"), message: true, export: "export_notice" };
    pub(crate) const CONDITION: Kind =
        Kind { name: "condition", trait_name: "Condition", function: None, message: false, export: "export_condition" };

    fn signature(&self, function: &str) -> String {
        let message = self.message;
        let (host, answer) = match self.name {
            "participants" => ("&ReadHost", "Vec<String>"),
            "notice" => ("&Host", "Vec<Delivery>"),
            _ => ("&Host", "Outcome"),
        };
        let message = if message { ", message: &Message" } else { "" };
        format!("fn {function}(context: &Context{message}, host: {host}) -> Result<{answer}, Error>")
    }
}

pub(crate) fn expand(kind: &Kind, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let added = check_empty(kind, arguments).and_then(|()| match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Fn(function)) if kind.function.is_some() => of_function(kind, &function),
        Ok(Item::Impl(implementation)) => of_impl(kind, &implementation),
        Ok(other) => {
            let function = if kind.function.is_some() { "a function or on " } else { "" };
            let wanted = format!("#[{}] stands on {function}`impl {} for …`", kind.name, kind.trait_name);
            Err(Error::new_spanned(other, wanted))
        }
        Err(error) => Err(error),
    });
    let added = added.unwrap_or_else(Error::into_compile_error);
    quote! { #item #added }
}

fn check_empty(kind: &Kind, arguments: TokenStream) -> Result<(), Error> {
    if arguments.is_empty() {
        return Ok(());
    }
    Err(Error::new_spanned(
        arguments,
        format!("#[{}] takes nothing; what the plugin is goes into gavia-plugin.toml", kind.name),
    ))
}

fn of_function(kind: &Kind, function: &ItemFn) -> Result<TokenStream, Error> {
    let ItemFn { sig, .. } = function;
    let method = kind.function.unwrap_or_default();
    let wanted = 2 + usize::from(kind.message);
    let receives = sig.inputs.iter().any(|input| matches!(input, FnArg::Receiver(_)));
    let odd = sig.asyncness.is_some() || !sig.generics.params.is_empty() || receives;
    if odd || sig.inputs.len() != wanted || matches!(sig.output, ReturnType::Default) {
        return Err(Error::new_spanned(sig, format!("#[{}] wants `{}`", kind.name, kind.signature(method))));
    }
    let name = &sig.ident;
    let plugin = format_ident!("GaviaPlugin{}", kind.trait_name);
    let (trait_name, method) = (ident(kind.trait_name), ident(method));
    let (host, answer) = match kind.name {
        "participants" => (quote!(ReadHost), quote!(::std::vec::Vec<::std::string::String>)),
        "notice" => (quote!(Host), quote!(::std::vec::Vec<::gavia_plugin_sdk::Delivery>)),
        _ => (quote!(Host), quote!(::gavia_plugin_sdk::Outcome)),
    };
    let (parameter, argument) = if kind.message {
        (quote!(message: &::gavia_plugin_sdk::Message,), quote!(message,))
    } else {
        Default::default()
    };
    let export = export(kind, &quote!(#plugin));
    Ok(quote! {
        #[doc(hidden)]
        struct #plugin;
        impl ::gavia_plugin_sdk::#trait_name for #plugin {
            fn #method(
                context: &::gavia_plugin_sdk::Context,
                #parameter
                host: &::gavia_plugin_sdk::#host,
            ) -> ::std::result::Result<#answer, ::gavia_plugin_sdk::Error> {
                #name(context, #argument host)
            }
        }
        #export
    })
}

fn of_impl(kind: &Kind, implementation: &ItemImpl) -> Result<TokenStream, Error> {
    let last = implementation.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
    if last.is_none_or(|segment| segment.ident != kind.trait_name) {
        let at = implementation.impl_token;
        return Err(Error::new(at.span, format!("#[{}] stands on `impl {} for …`", kind.name, kind.trait_name)));
    }
    let plugin = &implementation.self_ty;
    Ok(export(kind, &quote!(#plugin)))
}

fn export(kind: &Kind, plugin: &TokenStream) -> TokenStream {
    let export = ident(kind.export);
    quote! { ::gavia_plugin_sdk::#export!(#plugin); }
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(kind: &Kind, arguments: TokenStream, item: TokenStream, message: &str) {
        let text = expand(kind, arguments, item).to_string();
        assert!(text.contains("compile_error") && text.contains(message), "{text}");
    }

    #[test]
    fn what_cannot_be_a_plugin_is_refused_with_what_is_wanted() {
        let none = TokenStream::new;
        refused(
            &Kind::ACTION,
            none(),
            quote!(
                struct A;
            ),
            "#[action] stands on a function or on `impl Action for …`",
        );
        refused(&Kind::NOTICE, none(), quote!(impl Action for A {}), "#[notice] stands on `impl Notice for …`");
        refused(&Kind::NOTICE, none(), quote!(impl A {}), "#[notice] stands on `impl Notice for …`");
        refused(&Kind::ACTION, quote!(id = "x"), quote!(impl Action for A {}), "gavia-plugin.toml");
        refused(
            &Kind::CONDITION,
            none(),
            quote!(
                fn holds() {}
            ),
            "#[condition] stands on `impl Condition for …`",
        );
        let wanted = "fn send(context: &Context, message: &Message, host: &Host) -> Result<Vec<Delivery>, Error>";
        for function in [
            quote!(
                fn send(context: &Context, host: &Host) -> Result<Vec<Delivery>, Error> {}
            ),
            quote!(
                fn send(context: &Context, message: &Message, host: &Host) {}
            ),
            quote!(
                async fn send(context: &Context, message: &Message, host: &Host) -> Result<(), Error> {}
            ),
            quote!(
                fn send<T>(context: &Context, message: &Message, host: T) -> Result<(), Error> {}
            ),
        ] {
            refused(&Kind::NOTICE, none(), function, wanted);
        }
    }

    #[test]
    fn the_item_stays_as_it_is() {
        let item = quote!(impl Action for A { fn run(c: &Context, h: &Host) -> Result<Outcome, Error> { todo() } });
        let text = expand(&Kind::ACTION, TokenStream::new(), item.clone()).to_string();
        assert!(text.starts_with(&item.to_string()) && text.contains("export_action ! (A)"), "{text}");
    }
}
