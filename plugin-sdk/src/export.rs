//! The macros behind the attributes: each makes a type the plugin of its kind that the crate builds.
//!
//! Natively they only check the type: the names of a component's exports are none that a native linker takes.

/// Makes a type that is an [`Action`](crate::Action) the plugin that this crate builds. Once in a crate, whose type is `cdylib`.
#[macro_export]
macro_rules! export_action {
    ($plugin:ty) => {
        const _: fn() = $crate::glue::is_action::<$plugin>;
        #[cfg(target_arch = "wasm32")]
        #[doc(hidden)]
        type GaviaExportedAction = $crate::glue::Exported<$plugin>;
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::export_action_component!(GaviaExportedAction with_types_in $crate::bindings);
    };
}

/// Makes a type that is a [`Participants`](crate::Participants) the plugin that this crate builds. Once in a crate.
#[macro_export]
macro_rules! export_participants {
    ($plugin:ty) => {
        const _: fn() = $crate::glue::is_participants::<$plugin>;
        #[cfg(target_arch = "wasm32")]
        #[doc(hidden)]
        type GaviaExportedParticipants = $crate::glue::Exported<$plugin>;
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::participants::export_participants_component!(
            GaviaExportedParticipants with_types_in $crate::bindings::participants
        );
    };
}

/// Makes a type that is a [`Condition`](crate::Condition) the plugin that this crate builds. Once in a crate.
#[macro_export]
macro_rules! export_condition {
    ($plugin:ty) => {
        const _: fn() = $crate::glue::is_condition::<$plugin>;
        #[cfg(target_arch = "wasm32")]
        #[doc(hidden)]
        type GaviaExportedCondition = $crate::glue::Exported<$plugin>;
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::condition::export_condition_component!(
            GaviaExportedCondition with_types_in $crate::bindings::condition
        );
    };
}

/// Makes a type that is a [`Notice`](crate::Notice) the plugin that this crate builds. Once in a crate.
#[macro_export]
macro_rules! export_notice {
    ($plugin:ty) => {
        const _: fn() = $crate::glue::is_notice::<$plugin>;
        #[cfg(target_arch = "wasm32")]
        #[doc(hidden)]
        type GaviaExportedNotice = $crate::glue::Exported<$plugin>;
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::notice::export_notice_component!(
            GaviaExportedNotice with_types_in $crate::bindings::notice
        );
    };
}
