//! Questions to functions of JavaScript: the engine asks through the inbox and waits for the answer. Owns which are open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value as Json;
use tokio::sync::oneshot;

use crate::results::inbox::Inbox;

/// The functions of one client or deployment, by name. `lib/client/questions.js` calls them.
pub(crate) struct PendingCallbacks {
    inbox: Arc<Inbox>,
    owner: u32,
    /// Which of them the user gave.
    names: Vec<String>,
    pending: Mutex<PendingCallback>,
}

#[derive(Default)]
struct PendingCallback {
    next: u32,
    waiting: HashMap<u32, oneshot::Sender<Result<Json, String>>>,
}

impl PendingCallbacks {
    /// The functions of `owner`; `names` are separated by commas.
    pub(crate) fn new(inbox: &Arc<Inbox>, owner: u32, names: &str) -> Arc<Self> {
        let names = names.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Arc::new(Self { inbox: Arc::clone(inbox), owner, names, pending: Mutex::default() })
    }

    /// Whether the user gave a function of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    fn pending(&self) -> MutexGuard<'_, PendingCallback> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a question to the function called `name`. Returns its result, or why it failed.
    pub(crate) fn ask(
        &self,
        name: &str,
        mut question: Json,
    ) -> impl Future<Output = Result<Json, String>> + use<> {
        let (sender, receiver) = oneshot::channel();
        let mut pending = self.pending();
        let request = pending.next;
        pending.next = request.wrapping_add(1);
        // Attempts that timed out before their answer came, if it ever comes.
        pending.waiting.retain(|_, waiting| !waiting.is_closed());
        pending.waiting.insert(request, sender);
        drop(pending);
        question["event"] = "question".into();
        question["name"] = name.into();
        question["request"] = request.into();
        self.inbox.tell(self.owner, &question.to_string());
        async move { receiver.await.unwrap_or_else(|_| Err("it was not answered".to_owned())) }
    }

    /// JavaScript answers `request`: with a result as JSON text, or with what went wrong.
    pub(crate) fn answer(&self, request: u32, result: Option<&str>, problem: Option<String>) {
        let Some(waiting) = self.pending().waiting.remove(&request) else { return };
        let unreadable = || problem.unwrap_or_else(|| "its result is no JSON".to_owned());
        let answer = result.and_then(|text| serde_json::from_str(text).ok()).ok_or_else(unreadable);
        // The attempt may have timed out meanwhile.
        drop(waiting.send(answer));
    }
}
