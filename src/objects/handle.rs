//! What one JavaScript object has of a client: a port of its own, and the leases that it takes. Several objects may use one
//! client (`connectionPool`).

use std::rc::Rc;

use oxidis_engine::config::OptionsBuilder;
use oxidis_engine::error::Error;

use super::client::NativeClient;
use super::command_port::{CallDefaults, CommandPort};
use super::lease::NativeLease;
use crate::node_api::error_json;

/// The handle.
pub(crate) struct NativeHandle {
    client: Rc<NativeClient>,
    port: Rc<CommandPort>,
}

impl NativeHandle {
    /// The first handle of `client`, with the port that it was made with.
    pub(crate) fn first(client: &Rc<NativeClient>) -> Rc<Self> {
        Rc::new(Self { client: Rc::clone(client), port: Rc::clone(client.port()) })
    }

    /// Another handle, whose calls have options of their own, as JSON text. Answers them as JSON text as well.
    pub(crate) fn another(&self, options: &str) -> Result<(Rc<Self>, String), String> {
        let object = serde_json::from_str(options)
            .map_err(|_| error_json::to_json(&Error::internal("the options are no JSON object")))?;
        let mut builder = OptionsBuilder::new();
        let options = builder.object(&object).and_then(|()| builder.build());
        let options = options.map_err(|error| error_json::to_json(&error))?;
        let port = self.client.port_for(CallDefaults::of(&options));
        let facts = super::client_config::facts(&options);
        Ok((Rc::new(Self { client: Rc::clone(&self.client), port }), facts))
    }

    /// Where its commands go.
    pub(crate) fn port(&self) -> &Rc<CommandPort> {
        &self.port
    }

    /// Settles `slot` with the number of a lease; see [`NativeClient::lease`].
    pub(crate) fn lease(&self, slot: u32, wait_limit: Option<f64>) {
        self.client.lease(slot, wait_limit);
    }

    /// See [`NativeClient::give_up_lease`].
    pub(crate) fn give_up_lease(&self, slot: u32) {
        self.client.give_up_lease(slot);
    }

    /// A lease that was granted; `None` where there is none of this number.
    pub(crate) fn leased(&self, number: u32) -> Option<Rc<NativeLease>> {
        self.client.leased(number, &self.port)
    }
}
