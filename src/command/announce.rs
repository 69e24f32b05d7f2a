//! Tells where the gateway is: people and tests by standard output, other commands
//! by files in the data directory.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::command::Failed;
use crate::command::env::{self, Lines};
use crate::command::first::{Key, Owner};
use crate::command::place::{ADMIN_ADDRESS, ADMIN_TOKEN, Place};
use crate::config::Keep;
use crate::secret::Secret;

/// Where everything came to be.
#[derive(Debug)]
pub(super) struct Whereabouts {
    pub(super) endpoint: String,
    pub(super) region: String,
    pub(super) admin: SocketAddr,
    pub(super) is_inspecting: bool,
}

/// An address that can be asked: who listens everywhere listens here too.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, address.port())
}

impl Whereabouts {
    /// For `countersign env`, and for the account commands.
    pub(super) fn leave(&self, place: &Place, token: Option<&Secret>) -> Result<(), Failed> {
        env::keep_endpoint(place, &self.endpoint, &self.region)?;
        place.note(ADMIN_TOKEN, &format!("{}\n", token.map_or("", Secret::expose)))?;
        place.note(ADMIN_ADDRESS, &format!("{}\n", self.admin))
    }

    /// The last line names the address, and comes when connections are accepted:
    /// whoever starts the program waits for it.
    pub(super) fn print(
        &self,
        owner: &Owner,
        keep: &Keep,
        out: &mut impl Write,
    ) -> Result<(), Failed> {
        match keep {
            Keep::Memory => {
                writeln!(out, "# account {}, kept in memory and forgotten", owner.account)?;
            }
            Keep::Dir(dir) => writeln!(out, "# account {}, in {}", owner.account, dir.display())?,
        }
        match &owner.key {
            Key::Made(key) => {
                writeln!(out, "# its root key, shown this once; paste these lines into a shell")?;
                let key = (key.id.as_str(), key.secret.expose());
                Lines { endpoint: &self.endpoint, region: &self.region, key }.print(out)?;
            }
            Key::Given => writeln!(out, "# its root key is the one that was given")?,
            Key::Told => {}
        }
        writeln!(out, "admin on http://{}", self.admin)?;
        if self.is_inspecting {
            writeln!(out, "inspector on http://{}/", self.admin)?;
        }
        writeln!(out, "listening on {}", self.endpoint)?;
        out.flush()?;
        Ok(())
    }
}
