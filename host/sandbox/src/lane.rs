//! Where calls go on that compute for long: threads of lower priority, so that a hundred guests that never end cost everybody else next to
//! nothing on a busy machine, and nothing at all is lost on an idle one.
//!
//! A guest gives the thread back every tick anyway, but then it waits in the same queue as a call that needs ten microseconds. The price:
//! on a machine without time to spare a call that computes for long may meet its wall clock before its processor time. So nobody comes here
//! by chance: a tick may meet a call that has just begun, and two ticks may, therefore processor time is what counts.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use rustix::time::{ClockId, clock_gettime};

use tokio::runtime::{Builder, Runtime};

/// Processor time after its first tick with which a call goes on here: the whole of one tick as a rule, many times what a call needs.
pub(crate) const HEAVY: Duration = Duration::from_millis(4);

/// Of the threads, as with the command `nice`: a twenty-eighth of the weight of another. With 10 (a ninth) a hundred hostile plugins cost
/// good calls twice as much (`./dev bench`), with 19 (a sixty-eighth) honest calls that compute for long get half as much on a busy machine.
const NICE: i32 = 15;

pub(crate) struct Lane(Option<Runtime>);

impl Lane {
    /// Half as many threads as there are processors: however much is computed here, the other half is for the rest.
    pub(crate) fn open() -> io::Result<Lane> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads((cores / 2).max(1)).thread_name("plugins-lane").enable_all().on_thread_start(step_back);
        builder.build().map(|runtime| Lane(Some(runtime)))
    }

    /// Goes on with a call. Panics come out as text.
    pub(crate) fn take<F: Future + Send + 'static>(&self, call: Pin<Box<F>>) -> Option<Moved<F::Output>>
    where
        F::Output: Send,
    {
        self.0.as_ref().map(|runtime| Moved(runtime.spawn(call)))
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        // A runtime may not be waited for where tasks run, and this may be dropped there.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// A call that goes on in the lane, whether anyone waits for it or not.
pub(crate) struct Moved<T>(tokio::task::JoinHandle<T>);

impl<T> Future for Moved<T> {
    type Output = Result<T, String>;

    fn poll(mut self: Pin<&mut Self>, waker: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(waker).map_err(|lost| match lost.try_into_panic() {
            Ok(panic) => crate::owned::panic_text(panic.as_ref()),
            Err(lost) => lost.to_string(),
        })
    }
}

/// What this thread has computed so far. A third of a microsecond to ask for, so a call is not asked before a tick has met it.
pub(crate) fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Linux counts a priority for each thread; elsewhere it is the whole process's, which stays as it is.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::warn!(%error, "calls that compute for long keep their priority");
    }
}
