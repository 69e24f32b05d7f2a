//! The regions that a credential may be scoped to.

use std::iter;

use super::region_set::RegionSet;

/// The regions of all partitions of AWS, as botocore's `endpoints.json` lists them.
pub const REGIONS: &[&str] = &[
    // aws
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    // aws-cn
    "cn-north-1",
    "cn-northwest-1",
    // aws-us-gov
    "us-gov-east-1",
    "us-gov-west-1",
    // aws-iso, -b, -e, -f
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "eu-isoe-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
    // aws-eusc
    "eusc-de-east-1",
];

/// What the names of a partition's regions begin with.
const AREAS: &[&str] = &[
    "us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "cn", "us-gov", "us-iso", "us-isob",
    "eu-isoe", "us-isof", "eusc-de",
];

/// Where in its area a region lies.
const POINTS: &[&str] = &[
    "north",
    "northeast",
    "east",
    "southeast",
    "south",
    "southwest",
    "west",
    "northwest",
    "central",
];

/// Whether `region` is one of [`REGIONS`], or may become one: an area of AWS's
/// partitions, a point of the compass, a number. So a new region needs no
/// release, and the names of all that is accepted stay few.
pub fn is_known(region: &str) -> bool {
    let mut parts = region.rsplitn(3, '-');
    let (number, point, area) = (parts.next(), parts.next(), parts.next());
    let is_number =
        |text: &str| matches!(text.as_bytes(), [b'1'..=b'9'] | [b'1'..=b'9', b'0'..=b'9']);
    number.is_some_and(is_number)
        && point.is_some_and(|point| POINTS.contains(&point))
        && area.is_some_and(|area| AREAS.contains(&area))
}

/// The region that is meant where any may be, as AWS's own services without regions
/// have it.
const FIRST: &str = "us-east-1";

/// A region that is known and in `set`, always the same whatever the order there.
pub(super) fn known_in<'s>(set: &'s RegionSet<'_>) -> Option<&'s str> {
    let mut listed = iter::once(FIRST).chain(REGIONS.iter().copied());
    listed.find(|region| set.has(region)).or_else(|| set.names().find(|name| is_known(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_of_aws_is_known() {
        for region in REGIONS {
            assert!(is_known(region), "{region}");
        }
    }

    #[test]
    fn what_is_no_region_is_not_known() {
        for text in [
            "",
            "US",
            "aws-global",
            "us-east-1a",
            "us-east-0",
            "us-east-100",
            "us-east",
            "us-east-1 ",
            "US-EAST-1",
            "xx-east-1",
            "None",
        ] {
            assert!(!is_known(text), "{text}");
        }
    }
}
