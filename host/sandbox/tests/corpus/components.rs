//! The frame of guests in text, and limits of a call that are lower than the pool's.

use gavia_sandbox::{Limits, PluginError};

use crate::bench::{Harm as _, Module, ask, error};

#[tokio::test]
async fn the_frame_by_itself_is_a_good_guest() {
    assert_eq!(ask("").harm_of(Module::default().action()).await.result.unwrap().message, "fine");
}

#[tokio::test]
async fn memory_beyond_the_calls_own_limit_is_refused_at_instantiation() {
    let guest = Module { memory: "(memory (export \"memory\") 200)", ..Module::default() };
    let mut ask = ask("");
    ask.limits.memory_bytes = 8 << 20;
    let error = error(ask.harm_of(guest.action()).await);
    assert!(matches!(error, PluginError::MemoryLimit { cap_bytes, .. } if cap_bytes == 8 << 20), "{error:?}");
}

#[test]
fn the_default_limits_are_those_of_the_design() {
    let of = |kind| {
        let limits = Limits::for_kind(kind);
        (limits.cpu.as_millis(), limits.wall.as_millis(), limits.memory_bytes >> 20)
    };
    assert_eq!(of(gavia_sandbox::Kind::Action), (1_000, 30_000, 64));
    assert_eq!(of(gavia_sandbox::Kind::Participants), (500, 5_000, 64));
    assert_eq!(of(gavia_sandbox::Kind::Notice), (1_000, 30_000, 64));
    assert_eq!(of(gavia_sandbox::Kind::Condition), (50, 200, 8));
}
