//! Integer codes on the wire ↔ enums inside (behaviour §1.14). One table a type; a code that is in no table is bad input.

use crate::{
    store::custom_notices::NoticeKind,
    workflow::{
        Distribution, FieldAccess, FieldKind, Intervention, ParticipantKind, StateKind, TransitionAttribute,
        TransitionKind,
    },
};

/// A kind that the wire names by an integer.
pub trait Code: Copy + PartialEq + Sized + 'static {
    /// Every value with its code.
    const TABLE: &'static [(i64, Self)];

    fn code(self) -> i64 {
        Self::TABLE.iter().find(|row| row.1 == self).map_or(0, |row| row.0)
    }

    fn from_code(code: i64) -> Option<Self> {
        Self::TABLE.iter().find(|row| row.0 == code).map(|row| row.1)
    }
}

macro_rules! codes {
    ($($kind:ident { $($code:literal $variant:ident),+ $(,)? })+) => {$(
        impl Code for $kind {
            const TABLE: &'static [(i64, Self)] = &[$(($code, $kind::$variant)),+];
        }
    )+};
}

codes! {
    StateKind { 0 Normal, 1 Start, 2 End }
    // T-01: hook is 10 and nobody is 0
    ParticipantKind {
        0 Nobody, 1 Person, 2 Several, 3 Department, 4 Role,
        5 Variable, 6 Script, 7 Field, 8 ParentField, 9 Everybody,
        10 Hook, 12 Plugin,
    }
    Distribution { 1 Accept, 2 Direct, 3 Random, 4 Everybody }
    TransitionKind { 1 Normal, 2 Timer }
    TransitionAttribute { 1 Agree, 2 Refuse, 3 Other }
    FieldAccess { 1 ReadOnly, 2 Required, 3 Optional }
    FieldKind {
        5 String, 10 Int, 15 Float, 20 Bool, 25 Date, 30 Datetime, 35 Radio,
        40 Checkbox, 45 Select, 50 MultiSelect, 55 Text, 60 User, 70 Users,
        80 File,
    }
    NoticeKind { 1 Plugin, 2 Webhook }
    Intervention {
        0 None, 1 Deliver, 2 AddNode, 3 AddNodeEnd, 4 Accept, 5 Comment,
        6 Delete, 7 Close, 8 ForceState, 9 Hook, 10 Retreat,
    }
}
