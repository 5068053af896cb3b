//! Code generated from `wit/`; what authors use of it is re-exported under friendlier names by the crate.
#![expect(clippy::pedantic, reason = "generated")]

wit_bindgen::generate!({
    world: "action-plugin",
    path: "wit",
    pub_export_macro: true,
    export_macro_name: "export_action_component",
    default_bindings_module: "gavia_plugin_sdk::bindings",
});
