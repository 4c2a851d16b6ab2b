//! The sentinels of a deployment as JavaScript sees them: who is the master, what else they know, and what happens.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use oxidis_engine::client::ReplySinkFactory;
use oxidis_engine::config::address::{Endpoint, HostPort, WatchGuard};
use oxidis_engine::config::{Options, OptionsBuilder, ReadFrom};
use oxidis_engine::connection::connector::Connector;
use oxidis_engine::connection::request::{Reply, TextFormat, Ticket};
use oxidis_engine::error::Error;
use oxidis_engine::resp::Scalar;
use oxidis_engine::sentinel::{SentinelEvent, SentinelListener, SentinelQuery, SentinelSettings, Sentinels};
use oxidis_engine::value::Value;
use serde_json::{Map as Members, Value as Json, json};

use super::address_map::{ADDRESS_MAP, JsAddressMap};
use super::client_config::build;
use super::pending_callbacks::PendingCallbacks;
use super::tls;
use crate::engine_thread;
use crate::environment::Environment;
use crate::node_api::error_json;
use crate::results::inbox::{ClientMailbox, Inbox};

/// The sentinels of a deployment.
pub(crate) struct NativeSentinel {
    environment: Rc<Environment>,
    id: u32,
    engine: Sentinels,
    pending_callbacks: Arc<PendingCallbacks>,
    /// What clients are made with where their makers say nothing else.
    defaults: Members<String, Json>,
    /// The master that the URL names, if it was a URL.
    master: Option<String>,
    watch_guard: RefCell<Option<WatchGuard>>,
    /// Calls that are not settled.
    reports: Cell<u32>,
}

/// What a deployment is made from.
pub(crate) struct SentinelSource {
    /// A `redis-sentinel://` URL.
    pub(crate) url: Option<String>,
    /// A list of sentinels as JSON text, where there is no URL.
    pub(crate) list: Option<String>,
    /// The options as JSON text.
    pub(crate) options: String,
    /// The names of the functions that the user gave.
    pub(crate) functions: String,
}

impl NativeSentinel {
    /// A deployment whose owner has `id`.
    pub(crate) fn create(
        environment: &Rc<Environment>,
        id: u32,
        source: &SentinelSource,
    ) -> Result<Rc<Self>, Error> {
        let inbox = environment.inbox();
        let pending_callbacks = PendingCallbacks::new(inbox, id, &source.functions);
        let mut defaults = object(&source.options)?;
        let (mut settings, master) = match (&source.url, &source.list) {
            (Some(url), _) => {
                let mut builder = OptionsBuilder::new();
                builder.url(url)?;
                builder.object(&defaults)?;
                let (settings, master) = SentinelSettings::of_url(&builder.build()?)?;
                (settings, Some(master))
            }
            (None, list) => {
                let call_defaults = match defaults.remove("sentinel") {
                    Some(Json::Object(call_defaults)) => call_defaults,
                    None => Members::new(),
                    Some(_) => return Err(Error::option("option \"sentinel\" must be an object")),
                };
                let list: Vec<Json> = list
                    .as_deref()
                    .map(serde_json::from_str)
                    .transpose()
                    .map_err(|_| Error::internal("the sentinels are no JSON list"))?
                    .unwrap_or_default();
                (
                    SentinelSettings {
                        sentinels: SentinelSettings::of_list(&list, &call_defaults)?,
                        address_map: None,
                    },
                    None,
                )
            }
        };
        for sentinel in &mut settings.sentinels {
            tls::attach(sentinel, &pending_callbacks, "sentinel.");
        }
        settings.address_map = pending_callbacks
            .has(ADDRESS_MAP)
            .then(|| Arc::new(JsAddressMap(Arc::clone(&pending_callbacks))) as _);
        let listener = Arc::new(SentinelEventSink { inbox: Arc::clone(inbox), owner: id });
        let runtime = engine_thread::handle().map_err(Error::internal)?;
        let sentinel = Rc::new(Self {
            environment: Rc::clone(environment),
            id,
            engine: Sentinels::new(settings, listener, runtime.clone())?,
            pending_callbacks,
            defaults,
            master,
            watch_guard: RefCell::default(),
            reports: Cell::new(0),
        });
        if sentinel.master.is_none() {
            // What is wrong with the options is said now, and not when the first client is made.
            sentinel.options("", &sentinel.defaults, &sentinel.pending_callbacks)?;
        }
        environment.register_sentinel(id, &sentinel);
        Ok(sentinel)
    }

    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// The engine's part.
    pub(crate) fn engine(&self) -> &Sentinels {
        &self.engine
    }

    /// What the façade has to know.
    pub(crate) fn facts(&self) -> String {
        let known: Vec<String> = self.engine.known().iter().map(ToString::to_string).collect();
        json!({ "master": self.master, "sentinels": known }).to_string()
    }

    /// The options of a client for the master called `name`, from those of its maker.
    pub(crate) fn options(
        &self,
        name: &str,
        members: &Members<String, Json>,
        pending_callbacks: &Arc<PendingCallbacks>,
    ) -> Result<Options, Error> {
        let mut builder = OptionsBuilder::new();
        builder.follow(self.engine.known(), name.to_owned());
        builder.object(members)?;
        build(builder, pending_callbacks)
    }

    /// Sentinels are watched from now on, also while no client follows them. Settles `slot` when one of them was reached.
    pub(crate) fn connect(&self, slot: u32) {
        self.watch_guard.borrow_mut().get_or_insert_with(|| self.engine.watch());
        let engine = self.engine.clone();
        self.report(slot, async move { engine.reach().await.map(|()| SentinelResult::Nothing) });
    }

    /// Ends the watch, as far as it is this object's.
    pub(crate) fn close(&self) {
        self.watch_guard.borrow_mut().take();
    }

    /// Settles `slot` with the address of the master called `name`, after it has said that it is one.
    pub(crate) fn discover_master(&self, slot: u32, name: &str) {
        let options = self.options(name, &self.defaults, &self.pending_callbacks);
        let located = options.and_then(|options| {
            Connector::new(Arc::new(options), self.engine.locate(name, ReadFrom::Master))
        });
        self.report(slot, async move {
            let connector = located?;
            let opened = connector.open().await?;
            let connection = connector.handshake(opened).await?;
            match connection.place.endpoint {
                Endpoint::Tcp(address) => Ok(SentinelResult::Json(address_json(&address))),
                endpoint => Err(Error::internal(format!("{endpoint} is no address"))),
            }
        });
    }

    /// Settles `slot` with the addresses of the replicas that are fit to be read from.
    pub(crate) fn discover_replicas(&self, slot: u32, name: String) {
        let engine = self.engine.clone();
        self.report(slot, async move {
            let replicas = engine.replicas(&name).await?;
            Ok(SentinelResult::Json(replicas.iter().map(address_json).collect()))
        });
    }

    /// Puts a question to the sentinels: the words behind its name are those of a row of the command table.
    pub(crate) fn ask(&self, slot: u32, words: Vec<String>) {
        let engine = self.engine.clone();
        self.report(
            slot,
            async move { engine.put(&SentinelQuery::new(words)?).await.map(SentinelResult::Value) },
        );
    }

    /// JavaScript answers a question.
    pub(crate) fn answer(&self, request: u32, result: Option<&str>, problem: Option<String>) {
        self.pending_callbacks.answer(request, result, problem);
    }

    /// Settles `slot` with `outcome`; until then, the process stays.
    fn report(
        &self,
        slot: u32,
        outcome: impl Future<Output = Result<SentinelResult, Error>> + Send + 'static,
    ) {
        self.report_boxed(slot, Box::pin(outcome));
    }

    /// One kind of task for all outcomes: each kind is kilobytes of code.
    fn report_boxed(
        &self,
        slot: u32,
        outcome: Pin<Box<dyn Future<Output = Result<SentinelResult, Error>> + Send>>,
    ) {
        let Ok(runtime) = engine_thread::handle() else { return };
        let (inbox, id) = (Arc::clone(self.environment.inbox()), self.id);
        self.reports.set(self.reports.get() + 1);
        self.environment.hold();
        runtime.spawn(async move {
            let outcome = outcome.await;
            let mut deliver = ClientMailbox { inbox: Arc::clone(&inbox), client: id }.open();
            let ticket = Ticket { slot, view: TextFormat::Text, prefixed: false };
            match outcome {
                Ok(SentinelResult::Nothing) => deliver.reply(ticket, Reply::Scalar(Scalar::Null)),
                Ok(SentinelResult::Json(json)) => {
                    deliver.reply(ticket, Reply::Scalar(Scalar::Bulk(json.to_string().as_bytes())));
                }
                Ok(SentinelResult::Value(value)) => deliver.reply(ticket, Reply::Tree(value)),
                Err(error) => deliver.error(ticket, &error),
            }
            deliver.flush();
            inbox.reported(id);
        });
    }

    /// One outcome of [`Self::report`] is in JavaScript.
    pub(crate) fn reported(&self) {
        self.reports.set(self.reports.get().saturating_sub(1));
        self.environment.release();
    }
}

impl Drop for NativeSentinel {
    fn drop(&mut self) {
        self.environment.forget_sentinel(self.id);
    }
}

/// What a call settles with.
enum SentinelResult {
    Nothing,
    Json(Json),
    Value(Value),
}

fn object(text: &str) -> Result<Members<String, Json>, Error> {
    serde_json::from_str(text).map_err(|_| Error::internal("the options are no JSON object"))
}

fn address_json(address: &HostPort) -> Json {
    json!({ "host": address.host, "port": address.port })
}

/// Tells JavaScript what happens.
struct SentinelEventSink {
    inbox: Arc<Inbox>,
    owner: u32,
}

impl SentinelListener for SentinelEventSink {
    fn happened(&self, event: SentinelEvent) {
        let event = match event {
            SentinelEvent::Failover { master, from, to, took } => {
                let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
                json!({ "event": "failover", "master": master, "from": from.to_string(), "to": to.to_string(), "ms": ms })
                    .to_string()
            }
            SentinelEvent::Sentinel { address, state, error } => {
                let address = json!(address.to_string());
                let error = error.as_ref().map_or_else(|| "null".to_owned(), error_json::to_json);
                let state = state.as_str();
                format!(
                    "{{\"event\":\"sentinel\",\"address\":{address},\"state\":\"{state}\",\"error\":{error}}}"
                )
            }
            SentinelEvent::Trouble(error) => {
                format!("{{\"event\":\"trouble\",\"error\":{}}}", error_json::to_json(&error))
            }
        };
        self.inbox.tell(self.owner, &event);
    }
}
