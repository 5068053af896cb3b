//! Code generated from `wit/`: one world for each kind of plugin, which share their imports and their types. What authors use of it is
//! re-exported under friendlier names by the crate.
#![expect(clippy::pedantic, reason = "generated")]

wit_bindgen::generate!({
    world: "action-plugin",
    path: "wit",
    pub_export_macro: true,
    export_macro_name: "export_action_component",
    default_bindings_module: "gavia_plugin_sdk::bindings",
});

/// The world of participants plugins: no effects.
pub mod participants {
    wit_bindgen::generate!({
        world: "participants-plugin",
        path: "wit",
        pub_export_macro: true,
        export_macro_name: "export_participants_component",
        default_bindings_module: "gavia_plugin_sdk::bindings::participants",
        with: {
            "gavia:plugin/types@0.1.0": super::gavia::plugin::types,
            "gavia:plugin/log@0.1.0": super::gavia::plugin::log,
            "gavia:plugin/config@0.1.0": super::gavia::plugin::config,
            "gavia:plugin/secrets@0.1.0": super::gavia::plugin::secrets,
            "gavia:plugin/kv@0.1.0": super::gavia::plugin::kv,
            "gavia:plugin/tickets@0.1.0": super::gavia::plugin::tickets,
            "gavia:plugin/directory@0.1.0": super::gavia::plugin::directory,
        },
    });
}

/// The world of condition plugins: nothing but the log.
pub mod condition {
    wit_bindgen::generate!({
        world: "condition-plugin",
        path: "wit",
        pub_export_macro: true,
        export_macro_name: "export_condition_component",
        default_bindings_module: "gavia_plugin_sdk::bindings::condition",
        with: {
            "gavia:plugin/types@0.1.0": super::gavia::plugin::types,
            "gavia:plugin/log@0.1.0": super::gavia::plugin::log,
        },
    });
}

/// The world of notice plugins.
pub mod notice {
    wit_bindgen::generate!({
        world: "notice-plugin",
        path: "wit",
        pub_export_macro: true,
        export_macro_name: "export_notice_component",
        default_bindings_module: "gavia_plugin_sdk::bindings::notice",
        with: {
            "gavia:plugin/types@0.1.0": super::gavia::plugin::types,
            "gavia:plugin/log@0.1.0": super::gavia::plugin::log,
            "gavia:plugin/config@0.1.0": super::gavia::plugin::config,
            "gavia:plugin/secrets@0.1.0": super::gavia::plugin::secrets,
            "gavia:plugin/kv@0.1.0": super::gavia::plugin::kv,
            "gavia:plugin/tickets@0.1.0": super::gavia::plugin::tickets,
            "gavia:plugin/effects@0.1.0": super::gavia::plugin::effects,
            "gavia:plugin/directory@0.1.0": super::gavia::plugin::directory,
        },
    });
}
