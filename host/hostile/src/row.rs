//! What a row of the corpus is made of: attacks, each with the one end that it may meet.

use std::{pin::Pin, time::Duration};

use gavia_sandbox::{ActionAnswer, GuestErrorKind, Limits, Outcome, PluginError, Rejection};

use crate::{arena::Arena, ask::Ask};

/// One row of the corpus.
pub struct Row {
    /// `01` to `44` as in the design; `i1` and so on for what happened to other engines.
    pub id: &'static str,
    pub name: &'static str,
    pub(crate) attacks: fn(&Arena) -> Vec<Attack>,
}

/// One attempt. The arena adds what every attempt must keep to: its time, its memory, a free pool, a good call afterwards.
pub(crate) struct Attack {
    pub(crate) what: String,
    pub(crate) harm: Harm,
    pub(crate) end: End,
    pub(crate) bounds: Bounds,
}

pub(crate) enum Harm {
    /// An upload.
    Upload(Vec<u8>),
    /// A call.
    Call(Guest, Box<Ask>),
    /// An expression of a condition, saved and asked. `at_saving`: it is a problem then already.
    Condition { expression: String, at_saving: bool, ask: Box<Ask> },
    /// Steps of its own.
    Own(fn(&Arena) -> Steps<'_>),
}

/// An attack that is more than one upload or call.
pub(crate) type Steps<'a> = Pin<Box<dyn Future<Output = Result<Ended, String>> + 'a>>;

pub(crate) enum Guest {
    /// `tests/guests/hostile`: the argument names the harm.
    Hostile,
    /// `tests/guests/prober`: the argument is a list of steps.
    Prober,
    Component(Vec<u8>),
}

/// What an attempt came to.
pub(crate) struct Ended {
    /// `answered`, a class of `PluginError`, or `rejected(…)`.
    pub(crate) class: String,
    /// The answer or the reason.
    pub(crate) said: String,
    /// Linear memory at its highest.
    pub(crate) memory: usize,
    pub(crate) outcome: Option<Outcome<ActionAnswer>>,
}

/// The end that an attempt must meet, exactly.
pub(crate) struct End {
    /// What is printed: the class, or for a guest that got an answer what the answer amounts to.
    pub(crate) shown: &'static str,
    class: &'static str,
    says: Vec<Says>,
    also: Option<Also>,
}

type Also = Box<dyn FnOnce(&Ended) -> Result<(), String> + Send>;

enum Says {
    Exactly(String),
    Part(String),
}

/// Past these an attempt has cost too much, however it ended.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) wall: Duration,
    /// Of linear memory.
    pub(crate) memory: usize,
    /// Of the whole process, above what it had.
    pub(crate) resident: usize,
}

impl Bounds {
    /// For what is refused before anything runs.
    const UPLOAD: Bounds = Bounds { wall: Duration::from_secs(5), memory: 0, resident: 160 << 20 };

    /// A busy machine's time on top of what the call may take anyway; buffers beside its memory.
    fn of(limits: &Limits) -> Bounds {
        let wall = limits.wall.min(limits.cpu + Duration::from_secs(1)) + Duration::from_secs(2);
        Bounds { wall, memory: 2 << 20, resident: 64 << 20 }
    }
}

/// What an attempt is called, and how it is made.
pub(crate) fn upload(what: &str, bytes: Vec<u8>, end: End) -> Attack {
    Attack { what: what.to_owned(), harm: Harm::Upload(bytes), end, bounds: Bounds::UPLOAD }
}

pub(crate) fn call(what: &str, guest: Guest, ask: Ask, end: End) -> Attack {
    let bounds = Bounds::of(&ask.limits);
    Attack { what: what.to_owned(), harm: Harm::Call(guest, Box::new(ask)), end, bounds }
}

/// A call of the hostile guest, which knows its harm by name.
pub(crate) fn harm(ask: Ask, end: End) -> Attack {
    let what = ask.context.args.clone();
    call(what.trim_matches('"'), Guest::Hostile, ask, end)
}

pub(crate) fn own(what: &str, run: fn(&Arena) -> Steps<'_>, end: End) -> Attack {
    let bounds = Bounds { wall: Duration::from_secs(10), memory: 2 << 20, resident: 64 << 20 };
    Attack { what: what.to_owned(), harm: Harm::Own(run), end, bounds }
}

impl Attack {
    /// With a bound of its own on linear memory, in MiB; the process may take as much beside it.
    pub(crate) fn memory(mut self, mib: usize) -> Attack {
        self.bounds.memory = mib << 20;
        self.bounds.resident = (64 + 2 * mib) << 20;
        self
    }

    pub(crate) fn resident(mut self, mib: usize) -> Attack {
        self.bounds.resident = mib << 20;
        self
    }

    pub(crate) fn within(mut self, seconds: u64) -> Attack {
        self.bounds.wall = Duration::from_secs(seconds);
        self
    }
}

/// The call fails with this class.
pub(crate) fn fails(class: &'static str) -> End {
    End { shown: class, class, says: Vec::new(), also: None }
}

/// The upload is refused with this class.
pub(crate) fn rejected(class: &'static str) -> End {
    fails(class)
}

/// The guest got its answer, word for word this one; `shown` says in a word what that amounts to.
pub(crate) fn answers(shown: &'static str, text: impl Into<String>) -> End {
    End { shown, class: "answered", says: vec![Says::Exactly(text.into())], also: None }
}

impl End {
    /// The reason or answer has this part.
    pub(crate) fn saying(mut self, part: impl Into<String>) -> End {
        self.says.push(Says::Part(part.into()));
        self
    }

    pub(crate) fn exactly(mut self, text: impl Into<String>) -> End {
        self.says.push(Says::Exactly(text.into()));
        self
    }

    /// The guest got an answer, of which the parts that are named with `saying` count.
    pub(crate) fn answered(shown: &'static str) -> End {
        End { shown, class: "answered", says: Vec::new(), also: None }
    }

    pub(crate) fn also(mut self, holds: impl FnOnce(&Ended) -> Result<(), String> + Send + 'static) -> End {
        self.also = Some(Box::new(holds));
        self
    }

    /// What is not as it must be.
    pub(crate) fn judge(self, ended: &Ended) -> Vec<String> {
        let mut flaws = Vec::new();
        let brief = |text: &str| text.chars().take(300).collect::<String>();
        if ended.class != self.class {
            flaws.push(format!("it ended as {} and not as {}: {}", ended.class, self.class, brief(&ended.said)));
        }
        for says in &self.says {
            let (holds, wanted) = match says {
                Says::Exactly(text) => (ended.said == *text, text),
                Says::Part(part) => (ended.said.contains(part.as_str()), part),
            };
            if !holds {
                flaws.push(format!("it said {:?} and not {:?}", brief(&ended.said), brief(wanted)));
            }
        }
        flaws.extend(self.also.and_then(|also| also(ended).err()));
        flaws
    }
}

impl Ended {
    pub(crate) fn new(class: &str, said: impl Into<String>) -> Ended {
        Ended { class: class.to_owned(), said: said.into(), memory: 0, outcome: None }
    }

    pub(crate) fn rejected(rejection: &Rejection) -> Ended {
        Ended::new(class_of(rejection), rejection.to_string())
    }

    pub(crate) fn called(outcome: Outcome<ActionAnswer>) -> Ended {
        let (class, said) = match &outcome.result {
            Ok(answer) => ("answered", answer.message.clone()),
            Err(error) => (failure(error), error.to_string()),
        };
        Ended { class: class.to_owned(), said, memory: outcome.usage.peak_memory_bytes, outcome: Some(outcome) }
    }

    /// The outcome of a call; an attack that is none has no business asking.
    pub(crate) fn outcome(&self) -> Result<&Outcome<ActionAnswer>, String> {
        self.outcome.as_ref().ok_or_else(|| "there was no call".to_owned())
    }
}

/// The class of a failed call; a guest's own error says of which kind.
pub(crate) fn failure(error: &PluginError) -> &'static str {
    match error {
        PluginError::Guest(said) => match said.kind {
            GuestErrorKind::Retryable => "guest(retryable)",
            GuestErrorKind::Permanent => "guest(permanent)",
            GuestErrorKind::InvalidInput => "guest(invalid-input)",
            GuestErrorKind::Denied => "guest(denied)",
            GuestErrorKind::Exhausted => "guest(exhausted)",
            GuestErrorKind::NotFound => "guest(not-found)",
        },
        other => other.class(),
    }
}

fn class_of(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::TooLarge { .. } => "rejected(too-large)",
        Rejection::NotWasm { .. } => "rejected(not-wasm)",
        Rejection::Invalid(_) => "rejected(invalid)",
        Rejection::Limit(_) => "rejected(limit)",
        Rejection::Unlinkable(_) => "rejected(link)",
        Rejection::NoKind(_) => "rejected(no-kind)",
        Rejection::Internal(_) => "internal",
    }
}

/// `Ok` if it holds.
pub(crate) fn ensure(holds: bool, otherwise: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
