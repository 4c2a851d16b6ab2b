//! What a client is to be made from: its options, and who knows where its servers are.

use std::rc::Rc;
use std::sync::Arc;

use oxidis_engine::client::locate;
use oxidis_engine::config::address::Locate;
use oxidis_engine::config::{OptionValue, Options, OptionsBuilder, ReadFrom, ReplicaFallback};
use oxidis_engine::error::Error;

use super::credentials::{CREDENTIALS, JsCredentials};
use super::pending_callbacks::PendingCallbacks;
use super::sentinel::NativeSentinel;
use super::tls;
use crate::environment::Environment;
use crate::node_api::callback_info::CallbackInfo;

/// The plan.
pub(crate) struct ClientConfig {
    pub(crate) options: Options,
    pub(crate) locate: Arc<dyn Locate>,
}

impl ClientConfig {
    /// Reads the arguments of `createClient`.
    pub(crate) fn read(
        info: &CallbackInfo<Environment>,
        environment: &Environment,
        pending_callbacks: &Arc<PendingCallbacks>,
    ) -> Result<Self, Error> {
        let Some(master) = info.text(5) else {
            let options = read_options(info, pending_callbacks, None)?;
            let locate = locate(&options);
            return Ok(Self { options, locate });
        };
        let sentinel = environment
            .sentinel(info.uint32(4))
            .ok_or_else(|| Error::internal("the sentinels of a client are gone"))?;
        let mut options = read_options(info, pending_callbacks, Some((&sentinel, &master)))?;
        let target = ServerTarget::of(&info.text(6).unwrap_or_default());
        if target != ServerTarget::Replicas && options.replica_fallback != ReplicaFallback::Master {
            return Err(Error::option("option \"replicaFallback\" is one of replicaFor()"));
        }
        let locate = sentinel.engine().locate(&master, target.read_from(&options));
        if target == ServerTarget::Reads {
            // What nobody leases is not kept open.
            options.min_connections = 0;
        }
        Ok(Self { options, locate })
    }
}

/// Which servers a client talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ServerTarget {
    Master,
    /// Those to read from, beside a client of the master (`readFrom`).
    Reads,
    Replicas,
}

impl ServerTarget {
    /// By the name that the façade gives it.
    fn of(name: &str) -> Self {
        match name {
            "reads" => Self::Reads,
            "replicas" => Self::Replicas,
            _ => Self::Master,
        }
    }

    fn read_from(self, options: &Options) -> ReadFrom {
        match (self, options.replica_fallback) {
            (Self::Master, _) => ReadFrom::Master,
            (Self::Reads, _) => options.read_from,
            (Self::Replicas, ReplicaFallback::Master) => ReadFrom::ReplicaPreferred,
            (Self::Replicas, ReplicaFallback::Nobody) => ReadFrom::Replica,
        }
    }
}

/// What the façade has to know of `options`.
pub(crate) fn facts(options: &Options) -> String {
    serde_json::json!({
        "decodeResponses": options.decode_responses,
        "encoding": options.encoding.as_str(),
        "commandTimeout": options.command_timeout.map_or(0, |time| time.as_millis()),
        "keyPrefix": options.key_prefix,
        "lazyConnect": options.lazy_connect,
        "address": options.endpoint.to_string(),
        "db": options.db,
        "name": options.name,
        "readFrom": options.read_from.as_str(),
    })
    .to_string()
}

/// The options; those of a client of `follows` say nothing of an address.
fn read_options(
    info: &CallbackInfo<Environment>,
    pending_callbacks: &Arc<PendingCallbacks>,
    follows: Option<(&Rc<NativeSentinel>, &str)>,
) -> Result<Options, Error> {
    let text = info.text(0).ok_or_else(|| Error::internal("the options are no text"))?;
    let object =
        serde_json::from_str(&text).map_err(|_| Error::internal("the options are no JSON object"))?;
    let url = info.text(1);
    if let (None, Some((sentinel, name))) = (&url, follows) {
        return sentinel.options(name, &object, pending_callbacks);
    }
    let mut builder = OptionsBuilder::new();
    if let Some(url) = &url {
        builder.url(url)?;
    }
    builder.object(&object)?;
    build(builder, pending_callbacks)
}

/// The options of `builder`, with the functions that the user gave.
pub(crate) fn build(
    mut builder: OptionsBuilder,
    pending_callbacks: &Arc<PendingCallbacks>,
) -> Result<Options, Error> {
    if pending_callbacks.has(CREDENTIALS) {
        let provider = Arc::new(JsCredentials(Arc::clone(pending_callbacks)));
        builder.apply(CREDENTIALS, OptionValue::Provider(provider))?;
    }
    let mut options = builder.build()?;
    tls::attach(&mut options, pending_callbacks, "");
    if let Some(sentinel) = &mut options.sentinel {
        tls::attach(sentinel, pending_callbacks, "sentinel.");
    }
    Ok(options)
}
