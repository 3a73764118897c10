//! Work in lanes: what has the same key is done in order, one at a time; different keys go on in parallel.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// Runs items in the lane of their key.
pub struct Lanes<T> {
    inner: Arc<Inner<T>>,
}

impl<T> Clone for Lanes<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

/// What is done with an item.
type Work<T> = Box<dyn Fn(T) -> BoxFuture<'static, ()> + Send + Sync>;

struct Inner<T> {
    waiting: Mutex<HashMap<String, VecDeque<T>>>,
    work: Work<T>,
    permits: Arc<Semaphore>,
    tasks: TaskTracker,
}

impl<T: Send + 'static> Lanes<T> {
    /// Lanes that do `work` with each item, at most `width` at a time.
    pub fn new(width: usize, work: impl Fn(T) -> BoxFuture<'static, ()> + Send + Sync + 'static) -> Self {
        Self {
            inner: Arc::new(Inner {
                waiting: Mutex::new(HashMap::new()),
                work: Box::new(work),
                permits: Arc::new(Semaphore::new(width)),
                tasks: TaskTracker::new(),
            }),
        }
    }

    /// Puts an item at the end of a lane.
    pub fn push(&self, key: String, item: T) {
        let mut waiting = lock(&self.inner.waiting);
        if let Some(lane) = waiting.get_mut(&key) {
            lane.push_back(item);
            return;
        }
        waiting.insert(key.clone(), VecDeque::from([item]));
        drop(waiting);
        let inner = Arc::clone(&self.inner);
        self.inner.tasks.spawn(async move { inner.run(&key).await });
    }

    /// Waits until every lane is empty. Nothing may be pushed from outside meanwhile.
    pub async fn drained(&self) {
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }
}

impl<T: Send + 'static> Inner<T> {
    /// Works a lane off; the lane is open, in the map, for as long as this runs.
    async fn run(&self, key: &str) {
        loop {
            let item = {
                let mut waiting = lock(&self.waiting);
                match waiting.get_mut(key).and_then(VecDeque::pop_front) {
                    Some(item) => item,
                    None => {
                        waiting.remove(key);
                        return;
                    }
                }
            };
            // The semaphore is never closed, so a permit always comes.
            let _permit = self.permits.acquire().await;
            (self.work)(item).await;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Nothing that can panic runs under this lock.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lane_keeps_its_order_and_lanes_do_not_wait_for_each_other() {
        let done: Arc<Mutex<Vec<&str>>> = Arc::default();
        let gate = Arc::new(tokio::sync::Notify::new());
        let lanes = Lanes::new(8, {
            let (done, gate) = (Arc::clone(&done), Arc::clone(&gate));
            move |item: &'static str| {
                let (done, gate) = (Arc::clone(&done), Arc::clone(&gate));
                Box::pin(async move {
                    if item == "a1" {
                        gate.notified().await;
                    }
                    done.lock().unwrap().push(item);
                    if item == "b1" {
                        gate.notify_one();
                    }
                })
            }
        });
        lanes.push("a".into(), "a1");
        lanes.push("a".into(), "a2");
        lanes.push("b".into(), "b1");
        lanes.drained().await;
        assert_eq!(*done.lock().unwrap(), ["b1", "a1", "a2"]);
    }
}
