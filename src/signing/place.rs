//! What is known of a service from the address that is asked, and from what it is asked.

use crate::sigv4::is_known_region;

/// A service and its region, as far as they are told.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Place {
    /// The name that credentials are scoped to.
    pub service: Option<String>,
    /// The region.
    pub region: Option<String>,
}

/// What the addresses of AWS end in.
const SUFFIXES: &[&str] =
    &[".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws", ".on.aws"];

/// Labels that say how a service is reached, and not which one.
const WAYS: &[&str] = &["dualstack", "fips", "vpce"];

/// Services whose address is not named as their scope is.
const RENAMED: &[(&str, &str)] = &[
    ("bedrock-runtime", "bedrock"),
    ("email", "ses"),
    ("lambda-url", "lambda"),
    ("queue", "sqs"),
    ("s3-accelerate", "s3"),
    ("s3-control", "s3"),
    ("s3-global", "s3"),
];

/// The region of addresses that name none.
const FIRST: &str = "us-east-1";

/// The versions of the Query services, which name a service as well as its address does.
const VERSIONS: &[(&str, &str)] = &[
    ("2010-03-31", "sns"),
    ("2010-05-08", "iam"),
    ("2010-05-15", "cloudformation"),
    ("2010-08-01", "monitoring"),
    ("2011-01-01", "autoscaling"),
    ("2011-06-15", "sts"),
    ("2012-11-05", "sqs"),
    ("2014-10-31", "rds"),
    ("2015-12-01", "elasticloadbalancing"),
    ("2016-11-15", "ec2"),
];

impl Place {
    /// What an address of AWS tells: `sts.eu-west-1.amazonaws.com`.
    ///
    /// ```
    /// use countersign::signing::Place;
    ///
    /// let place = Place::of_host("bucket.s3.eu-west-1.amazonaws.com:443");
    /// assert_eq!(place.service.as_deref(), Some("s3"));
    /// assert_eq!(place.region.as_deref(), Some("eu-west-1"));
    /// assert_eq!(Place::of_host("127.0.0.1:7448"), Place::default());
    /// ```
    pub fn of_host(host: &str) -> Self {
        let name = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let name = name.trim_end_matches('.');
        let Some(rest) = SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix)) else {
            return Self::default();
        };
        let labels: Vec<_> = rest.split('.').filter(|label| !WAYS.contains(label)).collect();
        let at = labels.iter().rposition(|label| is_known_region(label));
        let (service, region) = match at {
            // The domain of a search service stands before the region.
            Some(at) if at.saturating_add(1) < labels.len() => (labels.last(), labels.get(at)),
            Some(at) => (at.checked_sub(1).and_then(|before| labels.get(before)), labels.get(at)),
            None => (labels.last(), None),
        };
        let (service, joined) = split_region(service.copied().unwrap_or_default());
        let region = region.copied().or(joined).unwrap_or(FIRST);
        Self { service: renamed(service), region: Some(region.to_owned()) }
    }

    /// The service that a form names, by its version.
    pub fn of_version(version: &str) -> Option<&'static str> {
        VERSIONS.iter().find(|(other, _)| *other == version).map(|(_, service)| *service)
    }
}

/// `s3-eu-west-1`, as S3 once had it.
fn split_region(label: &str) -> (&str, Option<&str>) {
    let region = label.strip_prefix("s3-").filter(|region| is_known_region(region));
    if region.is_some() { ("s3", region) } else { (label, None) }
}

fn renamed(label: &str) -> Option<String> {
    let label = label.strip_suffix("-fips").unwrap_or(label);
    let renamed = RENAMED.iter().find(|(other, _)| *other == label).map(|(_, name)| *name);
    Some(renamed.unwrap_or(label)).filter(|name| !name.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_of_aws_tells_its_service_and_its_region() {
        for (host, service, region) in [
            ("iam.amazonaws.com", "iam", "us-east-1"),
            ("STS.eu-west-1.amazonaws.com.", "sts", "eu-west-1"),
            ("sts-fips.us-gov-west-1.amazonaws.com", "sts", "us-gov-west-1"),
            ("s3.amazonaws.com", "s3", "us-east-1"),
            ("a.b.s3.amazonaws.com", "s3", "us-east-1"),
            ("bucket.s3-eu-west-1.amazonaws.com", "s3", "eu-west-1"),
            ("bucket.s3.dualstack.ap-south-1.amazonaws.com", "s3", "ap-south-1"),
            ("abc.execute-api.eu-north-1.amazonaws.com", "execute-api", "eu-north-1"),
            ("search-x.us-west-2.es.amazonaws.com", "es", "us-west-2"),
            ("x.lambda-url.us-east-2.on.aws", "lambda", "us-east-2"),
            ("ec2.cn-north-1.amazonaws.com.cn", "ec2", "cn-north-1"),
            ("email.us-east-1.amazonaws.com", "ses", "us-east-1"),
        ] {
            let place = Place::of_host(host);
            assert_eq!(place.service.as_deref(), Some(service), "{host}");
            assert_eq!(place.region.as_deref(), Some(region), "{host}");
        }
    }

    #[test]
    fn any_other_host_tells_nothing() {
        for host in
            ["", "localhost", "example.com", "amazonaws.com", "iam.amazonaws.com.example.com"]
        {
            assert_eq!(Place::of_host(host), Place::default(), "{host}");
        }
        assert_eq!(Place::of_version("2010-05-08"), Some("iam"));
        assert_eq!(Place::of_version(""), None);
    }
}
