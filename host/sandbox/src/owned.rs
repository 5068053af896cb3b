//! Whose a call is while it runs: its caller's as long as the caller waits, nobody's afterwards; a thread's of the caller's runtime as long
//! as it is light, the slow lane's once it has computed for long.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::runtime::Handle;

use crate::lane::{HEAVY, Lane, Moved, processor_time};

/// A future that outlives its owner: dropped after it began, it goes on in a task of its own. Once it is heavy it goes on in the lane.
/// Panics come out as text.
pub(crate) struct Owned<F: Future + Send + 'static>
where
    F::Output: Send + 'static,
{
    call: Option<Pin<Box<F>>>,
    begun: bool,
    lane: Arc<Lane>,
    ticked: Arc<AtomicBool>,
    /// Processor time since the first tick.
    spent: Duration,
    moved: Option<Moved<F::Output>>,
}

impl<F: Future + Send + 'static> Owned<F>
where
    F::Output: Send + 'static,
{
    /// `ticked` is set by the call itself, when a tick meets it computing.
    pub(crate) fn new(lane: Arc<Lane>, ticked: Arc<AtomicBool>, call: F) -> Owned<F> {
        Owned { call: Some(Box::pin(call)), begun: false, lane, ticked, spent: Duration::ZERO, moved: None }
    }
}

impl<F: Future + Send + 'static> Future for Owned<F>
where
    F::Output: Send + 'static,
{
    type Output = Result<F::Output, String>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.begun = true;
        if self.spent >= HEAVY
            && let Some(call) = self.call.take()
        {
            self.moved = self.lane.take(call);
        }
        if let Some(moved) = &mut self.moved {
            return Pin::new(moved).poll(context);
        }
        let watched = self.ticked.load(Ordering::Relaxed).then(processor_time);
        let Some(call) = self.call.as_mut() else { return Poll::Ready(Err("polled after its end".to_owned())) };
        let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context)));
        if let Some(before) = watched {
            self.spent += processor_time().saturating_sub(before);
        }
        let done = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(panic) => Err(panic_text(panic.as_ref())),
        };
        self.call = None;
        Poll::Ready(done)
    }
}

impl<F: Future + Send + 'static> Drop for Owned<F>
where
    F::Output: Send + 'static,
{
    fn drop(&mut self) {
        let unfinished = self.call.take().filter(|_| self.begun);
        if let (Some(call), Ok(runtime)) = (unfinished, Handle::try_current()) {
            let (lane, ticked, spent) = (self.lane.clone(), self.ticked.clone(), self.spent);
            drop(runtime.spawn(Owned { call: Some(call), begun: false, lane, ticked, spent, moved: None }));
        }
    }
}

pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic without text".to_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::thread;

    use tokio::task::yield_now;

    use super::*;

    /// Where a call ends that ticks meet a hundred times, and that computes for so long each time before it gives the thread back.
    async fn ends_on(computes: Duration) -> String {
        let ticked = Arc::new(AtomicBool::new(false));
        let call = {
            let ticked = ticked.clone();
            async move {
                for _ in 0..100 {
                    let begun = processor_time();
                    while processor_time().saturating_sub(begun) < computes {}
                    ticked.store(true, Ordering::Relaxed);
                    yield_now().await;
                }
                thread::current().name().unwrap_or_default().to_owned()
            }
        };
        Owned::new(Arc::new(Lane::open().unwrap()), ticked, call).await.unwrap()
    }

    #[tokio::test]
    async fn ticks_alone_send_no_call_to_the_lane_and_computing_does() {
        let here = thread::current().name().unwrap_or_default().to_owned();
        assert_eq!(ends_on(Duration::ZERO).await, here);
        assert_eq!(ends_on(Duration::from_millis(1)).await, "plugins-lane");
    }
}
