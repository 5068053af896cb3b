//! How much memory this process took at most since it was last asked: what a guest costs beside its own linear memory.
//!
//! Linux says so in /proc; elsewhere nothing is measured and nothing is judged.

use std::fs;

/// A beginning.
pub(crate) struct Watch(Option<usize>);

impl Watch {
    /// Forgets the former peak.
    pub(crate) fn start() -> Watch {
        // 5: the peak becomes what is resident now.
        let reset = fs::write("/proc/self/clear_refs", "5");
        Watch(reset.ok().and_then(|()| bytes("VmRSS:")))
    }

    /// Bytes above the beginning, at most, since then.
    pub(crate) fn growth(&self) -> Option<usize> {
        Some(bytes("VmHWM:")?.saturating_sub(self.0?))
    }
}

fn bytes(name: &str) -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: usize = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib << 10)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_and_given_back_is_remembered_until_the_next_beginning() {
        let watch = Watch::start();
        drop(std::hint::black_box(vec![1_u8; 96 << 20]));
        let grown = watch.growth().expect("Linux tells");
        assert!((64 << 20..512 << 20).contains(&grown), "{grown}");
        assert!(Watch::start().growth().expect("Linux tells") < 64 << 20);
    }
}
