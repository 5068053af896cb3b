//! Why an evaluation stopped, while it still travels up the tree.

/// An operation that has no answer. Never holds a field's value: messages reach callers and logs.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The operation is not defined for these kinds of values; who knows the operands' source words the message.
    Kinds,
    Said {
        message: String,
        /// None until a node claims it.
        offset: Option<usize>,
    },
}

impl Fault {
    pub(crate) fn said(message: impl Into<String>) -> Self {
        Fault::Said { message: message.into(), offset: None }
    }

    /// Gives the fault its place, unless a deeper node already did: with a message for kinds that do not fit, with a suffix
    /// behind a message that does not know the operands.
    pub(crate) fn placed(self, at: usize, for_kinds: impl FnOnce() -> String, suffix: impl FnOnce() -> String) -> Self {
        match self {
            Fault::Kinds => Fault::Said { message: for_kinds(), offset: Some(at) },
            Fault::Said { message, offset: None } => Fault::Said { message: message + &suffix(), offset: Some(at) },
            placed @ Fault::Said { .. } => placed,
        }
    }
}

pub(crate) type Answer<T> = Result<T, Fault>;
