//! What a service asks of a signature, where services differ.

use super::claims::Algorithm;
use super::path;
use super::region;
use super::region_set::RegionSet;

/// The signing rules of one service.
///
/// ```
/// use countersign::sigv4::Rules;
///
/// let iam = Rules::query("iam");
/// let sts = Rules::query("sts").in_regions(["eu-central-1"]);
/// let mine = Rules::rest("orders").window(5);
/// ```
#[derive(Clone, Debug)]
pub struct Rules {
    pub(super) service: Box<str>,
    pub(super) regions: Regions,
    pub(super) window: u8,
    pub(super) front: Front,
    pub(super) paths: Paths,
    pub(super) payload: Payload,
    pub(super) unsigned: Vec<Box<str>>,
    pub(super) takes_late_token: bool,
    #[cfg(feature = "sigv4a")]
    takes_sigv4a: bool,
    documentation: Box<str>,
}

/// How the path of a target enters the canonical request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Paths {
    /// Dot segments and double slashes are removed, then what is left is encoded
    /// once more: all services but S3.
    Normalized,
    /// Encoded once more, but otherwise as it came. AWS's vectors know this.
    AsSent,
    /// Decoded once and encoded once, never normalized: the S3 family.
    S3,
}

/// What a service hashes of the body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Payload {
    /// All of it, always; a hash that the client declares must be the same.
    Hashed,
    /// What `x-amz-content-sha256` says, which may be `UNSIGNED-PAYLOAD`: S3.
    Declared,
    /// As [`Payload::Declared`], but the body must be signed.
    DeclaredHash,
    /// Nothing, ever: `vpc-lattice-svcs`.
    Unsigned,
}

/// Which requests a service lets in at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Front {
    /// Any method, any content type.
    Open,
    /// GET with an `Action`, and POST of a form.
    Query,
}

#[derive(Clone, Debug)]
pub(super) enum Regions {
    Known,
    Only(Vec<Box<str>>),
}

impl Paths {
    /// Writes `path` as it is signed.
    pub(crate) fn write(self, out: &mut Vec<u8>, path: &[u8]) {
        path::write(out, path, self);
    }
}

impl Rules {
    /// The rules of a service of the AWS Query protocol, such as `iam` and `sts`:
    /// forms come in, and their hash is always part of the signature.
    pub fn query(service: &str) -> Self {
        Self { front: Front::Query, ..Self::rest(service) }
    }

    /// The rules of any other service: any method, any body, all of it signed.
    pub fn rest(service: &str) -> Self {
        Self {
            service: service.into(),
            regions: Regions::Known,
            window: 15,
            front: Front::Open,
            paths: Paths::Normalized,
            payload: Payload::Hashed,
            unsigned: Vec::new(),
            takes_late_token: false,
            #[cfg(feature = "sigv4a")]
            takes_sigv4a: false,
            documentation: "https://aws.amazon.com/iam/".into(),
        }
    }

    /// The rules of the S3 family. Bodies that are signed chunk by chunk are not
    /// read: a request that declares one is refused.
    pub fn s3(service: &str) -> Self {
        Self { paths: Paths::S3, payload: Payload::Declared, ..Self::rest(service) }
    }

    /// Accepts these regions and no others. Where nothing is said, any region of
    /// AWS's partitions is accepted: SDKs that are pointed at another endpoint sign
    /// with the region of their own configuration.
    #[must_use]
    pub fn in_regions<R: Into<Box<str>>>(mut self, regions: impl IntoIterator<Item = R>) -> Self {
        self.regions = Regions::Only(regions.into_iter().map(Into::into).collect());
        self
    }

    /// How many minutes a request's time may lie before or after the server's.
    #[must_use]
    pub fn window(mut self, minutes: u8) -> Self {
        self.window = minutes;
        self
    }

    /// How paths are read.
    #[must_use]
    pub fn paths(mut self, paths: Paths) -> Self {
        self.paths = paths;
        self
    }

    /// What of the body is hashed.
    #[must_use]
    pub fn payload(mut self, payload: Payload) -> Self {
        self.payload = payload;
        self
    }

    /// Lets the header `name` (`x-amz-cf-id`, say) be there without a signature,
    /// because a proxy in front adds it. Nothing may depend on its value then.
    #[must_use]
    pub fn tolerating_unsigned(mut self, name: &str) -> Self {
        self.unsigned.push(name.to_ascii_lowercase().into());
        self
    }

    /// Lets a session token be added after signing, as clients of a few services
    /// do (`iotdevicegateway`). It is compared with the key's own all the same.
    #[must_use]
    pub fn taking_late_tokens(mut self) -> Self {
        self.takes_late_token = true;
        self
    }

    /// Takes signatures by [`Algorithm::EcdsaP256Sha256`] as well. A set of regions
    /// that they are for is good where it holds one that is accepted.
    #[cfg(feature = "sigv4a")]
    #[must_use]
    pub fn taking_sigv4a(mut self) -> Self {
        self.takes_sigv4a = true;
        self
    }

    /// Where a browser is sent that asks for no action.
    #[must_use]
    pub fn documented_at(mut self, url: &str) -> Self {
        self.documentation = url.into();
        self
    }

    /// Where the service is described.
    pub fn documentation(&self) -> &str {
        &self.documentation
    }

    /// The name that credentials are scoped to.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Whether a credential may be scoped to `region`.
    pub fn accepts_region(&self, region: &str) -> bool {
        match &self.regions {
            Regions::Known => region::is_known(region),
            Regions::Only(regions) => regions.iter().any(|other| **other == *region),
        }
    }

    /// Whether signatures of that kind are taken.
    pub fn takes(&self, algorithm: Algorithm) -> bool {
        match algorithm {
            Algorithm::HmacSha256 => true,
            #[cfg(feature = "sigv4a")]
            Algorithm::EcdsaP256Sha256 => self.takes_sigv4a,
        }
    }

    /// The algorithm of that name, if it is taken.
    pub(super) fn algorithm(&self, name: &[u8]) -> Option<Algorithm> {
        Algorithm::named(name).filter(|algorithm| self.takes(*algorithm))
    }

    /// The first region of ours that is in `set`.
    pub(super) fn region_of<'p>(&'p self, set: &'p RegionSet<'_>) -> Option<&'p str> {
        match &self.regions {
            Regions::Known => region::known_in(set),
            Regions::Only(regions) => regions.iter().map(|region| &**region).find(|r| set.has(r)),
        }
    }

    /// How the service reads paths.
    pub(crate) fn how_paths_are_read(&self) -> Paths {
        self.paths
    }

    /// Whether it is one of the S3 family.
    pub fn is_s3(&self) -> bool {
        self.paths == Paths::S3
    }

    pub(super) fn window_seconds(&self) -> i64 {
        i64::from(self.window).saturating_mul(60)
    }
}
