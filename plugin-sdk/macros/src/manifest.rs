//! `manifest!`: from an author's file to a custom section.

use std::path::PathBuf;

use gavia_plugin_manifest::{FILE, Manifest, Package};
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::{Error, LitStr};

pub(crate) fn expand(file: TokenStream) -> Result<TokenStream, Error> {
    let (name, span) = if file.is_empty() {
        (FILE.to_owned(), Span::call_site())
    } else {
        let literal: LitStr = syn::parse2(file)?;
        (literal.value(), literal.span())
    };
    let fail = |message: String| Error::new(span, message);
    let folder = variable("CARGO_MANIFEST_DIR");
    let path = PathBuf::from(folder).join(&name);
    let text =
        std::fs::read_to_string(&path).map_err(|error| fail(format!("{} cannot be read: {error}", path.display())))?;
    let package = Package {
        version: variable("CARGO_PKG_VERSION"),
        description: variable("CARGO_PKG_DESCRIPTION"),
        licence: variable("CARGO_PKG_LICENSE"),
        sdk: concat!("gavia-plugin-sdk ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let manifest = Manifest::from_toml(&text, package).map_err(|error| fail(format!("{name}: {error}")))?;
    let json = manifest.to_json();
    let (length, bytes) = (json.len(), Literal::byte_string(json.as_bytes()));
    let path = path.display().to_string();
    Ok(quote! {
        /// What this plugin says of itself, as JSON.
        pub const MANIFEST: &str = {
            // So that a change of the file is a reason to compile again.
            const _: &str = ::core::include_str!(#path);
            #json
        };

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            // The name is gavia_plugin_manifest::SECTION.
            #[unsafe(link_section = "gavia:manifest")]
            #[used]
            static SECTION: [u8; #length] = *#bytes;
        };
    })
}

/// Set by cargo for every crate that it compiles.
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}
