//! The numbers that the engine holds a run to by default (plugin-runtime §6).

pub(super) const HOST_CALLS: u32 = 10_000;
pub(super) const LOG_LINES: usize = 500;
pub(super) const LOG_BYTES: usize = 64 << 10;
pub(super) const LINE_BYTES: usize = 4 << 10;
pub(super) const EFFECTS: usize = 100;
pub(super) const EFFECT_BYTES: usize = 256 << 10;
pub(super) const HTTP_REQUESTS: usize = 10;
pub(super) const HTTP_BODY_BYTES: usize = 1 << 20;
pub(super) const KV_KEY_BYTES: usize = 256;
pub(super) const KV_VALUE_BYTES: usize = 64 << 10;
pub(super) const KV_BYTES: usize = 10 << 20;
pub(super) const HISTORY: u32 = 1_000;
pub(super) const PEOPLE: u32 = 1_000;
pub(super) const MESSAGE_BYTES: usize = 8 << 10;
pub(super) const OUTPUT_BYTES: usize = 256 << 10;
pub(super) const ANSWERS: usize = 1_000;
