//! What administrators may set of each part of a workflow, and a change of some of it (D-12: what a change does not name stays).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::workflow::{
    Distribution, FieldAccess, FieldKind, ParticipantKind, StateId, StateKind, TransitionAttribute, TransitionKind,
};

/// A draft with all its columns, and a patch with the same ones, each of which may be left out.
macro_rules! draft {
    ($(#[$doc:meta])* $draft:ident, $patch:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty = $default:expr),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $draft {
            $($(#[$field_doc])* pub $field: $type),+
        }

        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $patch {
            $(pub $field: Option<$type>),+
        }

        impl Default for $draft {
            fn default() -> Self {
                Self { $($field: $default),+ }
            }
        }

        impl $patch {
            pub fn over(self, draft: $draft) -> $draft {
                $draft { $($field: self.$field.unwrap_or(draft.$field)),+ }
            }
        }
    };
}

draft! {
    /// Defaults are those of a create call (behaviour §3.5).
    WorkflowDraft, WorkflowPatch {
        name: String = String::new(),
        description: String = String::new(),
        notices: String = String::new(),
        view_permission_check: bool = true,
        /// JSON text of an object.
        limit_expression: String = "{}".into(),
        /// JSON text of a list of field keys.
        display_form: String = "[]".into(),
        condition_plugin: String = String::new(),
    }
}

/// The middle of a state in the chart, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    pub x: i32,
    pub y: i32,
}

draft! {
    StateDraft, StatePatch {
        name: String = String::new(),
        sub_workflow_id: i64 = 0,
        is_hidden: bool = false,
        order_id: i32 = 0,
        kind: StateKind = StateKind::Normal,
        remember_last_handler: bool = false,
        participant_kind: ParticipantKind = ParticipantKind::Nobody,
        participant: String = String::new(),
        distribution: Distribution = Distribution::Accept,
        field_access: BTreeMap<String, FieldAccess> = BTreeMap::new(),
        label: Value = json!({}),
        plugin_args: String = "{}".into(),
        /// None: where the layout puts it.
        position: Option<Position> = None,
    }
}

draft! {
    TransitionDraft, TransitionPatch {
        name: String = String::new(),
        kind: TransitionKind = TransitionKind::Normal,
        timer_seconds: i32 = 0,
        source: Option<StateId> = None,
        destination: Option<StateId> = None,
        /// JSON text of a list of conditions.
        condition_expression: String = "[]".into(),
        attribute: TransitionAttribute = TransitionAttribute::Agree,
        field_require_check: bool = false,
        alert_enable: bool = false,
        alert_text: String = String::new(),
    }
}

draft! {
    /// A create call must name the kind; the default here only completes the type.
    FieldDraft, FieldPatch {
        kind: FieldKind = FieldKind::String,
        key: String = String::new(),
        name: String = String::new(),
        order_id: i32 = 0,
        default_value: Option<String> = Some(String::new()),
        description: String = String::new(),
        template: String = String::new(),
        boolean_display: Value = json!({}),
        choices: Value = json!({}),
        label: Value = json!({}),
    }
}
