//! What one evaluation may cost. Every node, every item touched and every 256 bytes of text touched is one step, so the
//! step cap bounds time and memory together: no chain of operations can build more than it has paid for.

use crate::fault::Fault;

/// Most steps of one evaluation.
pub const STEPS_MAX: u32 = 10_000;
/// Longest text an expression may hold or make, in bytes.
pub const TEXT_MAX: usize = 64 * 1024;

const BYTES_PER_STEP: usize = 256;

#[derive(Debug, Default)]
pub(crate) struct Budget {
    used: u32,
}

impl Budget {
    pub(crate) fn used(&self) -> u32 {
        self.used
    }

    pub(crate) fn items(&mut self, count: usize) -> Result<(), Fault> {
        let left = STEPS_MAX - self.used;
        match u32::try_from(count) {
            Ok(count) if count <= left => {
                self.used += count;
                Ok(())
            }
            _ => {
                self.used = STEPS_MAX;
                Err(Fault::said(format!("the expression needs more than {STEPS_MAX} steps")))
            }
        }
    }

    pub(crate) fn step(&mut self) -> Result<(), Fault> {
        self.items(1)
    }

    /// Reading `len` bytes of text.
    pub(crate) fn read(&mut self, len: usize) -> Result<(), Fault> {
        self.items(1 + len / BYTES_PER_STEP)
    }

    /// Making a text of `len` bytes; to be called before it is made.
    pub(crate) fn write(&mut self, len: usize) -> Result<(), Fault> {
        if len > TEXT_MAX {
            return Err(Fault::said(format!("a text would be longer than {TEXT_MAX} bytes")));
        }
        self.read(len)
    }
}
