//! What a client is to be made from: its options, and who knows where its servers are.

use std::rc::Rc;
use std::sync::Arc;

use oxidis_engine::error::Error;
use oxidis_engine::net::address::{Fixed, Locate};
use oxidis_engine::net::options::{OptionValue, Options, OptionsBuilder, ReadFrom, ReplicaFallback};

use crate::credentials::Provider;
use crate::environment::Environment;
use crate::info::Info;
use crate::sentinel::NativeSentinel;

/// The plan.
pub(crate) struct Plan {
    pub(crate) options: Options,
    pub(crate) locate: Arc<dyn Locate>,
}

impl Plan {
    /// Reads the arguments of `createClient`.
    pub(crate) fn read(
        info: &Info<Environment>,
        environment: &Environment,
        provider: Option<Arc<Provider>>,
    ) -> Result<Self, Error> {
        let Some(master) = info.text(5) else {
            let options = read_options(info, provider, None)?;
            let locate = Arc::new(Fixed::new(options.endpoint.clone()));
            return Ok(Self { options, locate });
        };
        let sentinel = environment
            .sentinel(info.uint32(4))
            .ok_or_else(|| Error::internal("the sentinels of a client are gone"))?;
        let options = read_options(info, provider, Some((&sentinel, &master)))?;
        let locate = sentinel.engine().locate(&master, read_from(info, &options));
        Ok(Self { options, locate })
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
    })
    .to_string()
}

/// The options; those of a client of `follows` say nothing of an address.
fn read_options(
    info: &Info<Environment>,
    provider: Option<Arc<Provider>>,
    follows: Option<(&Rc<NativeSentinel>, &str)>,
) -> Result<Options, Error> {
    let text = info.text(0).ok_or_else(|| Error::internal("the options are no text"))?;
    let object =
        serde_json::from_str(&text).map_err(|_| Error::internal("the options are no JSON object"))?;
    let url = info.text(1);
    if let (None, Some((sentinel, name))) = (&url, follows) {
        return sentinel.options(name, &object, provider).and_then(available);
    }
    let mut builder = OptionsBuilder::new();
    if let Some(url) = &url {
        builder.url(url)?;
    }
    builder.object(&object)?;
    if let Some(provider) = provider {
        builder.apply("credentials", OptionValue::Provider(provider))?;
    }
    builder.build().and_then(available)
}

/// Which servers the client talks to, by the target that the façade names.
fn read_from(info: &Info<Environment>, options: &Options) -> ReadFrom {
    match info.text(6).as_deref() {
        Some("reads") => options.read_from,
        Some("replicas") if options.replica_fallback == ReplicaFallback::Master => ReadFrom::ReplicaPreferred,
        Some("replicas") => ReadFrom::Replica,
        _ => ReadFrom::Master,
    }
}

/// Refuses what the engine understands and does not do yet: to ignore it would be worse.
fn available(options: Options) -> Result<Options, Error> {
    if options.read_from != ReadFrom::Master {
        return Err(Error::option("option \"readFrom\" is not available yet"));
    }
    Ok(options)
}
