//! What real clients are told when they sign wrongly, and what they are told through proxies that change what they
//! signed: the table that the stories and proxies are held to, and that the documentation shows.

use std::collections::BTreeMap;

use countersign::doctor;

/// What stands for a request that is not refused for its signature.
pub(crate) const NONE: &str = "none";

/// Who signs, what is wrong, and the cause that the gateway names; two of them with a comma between.
///
/// What a proxy does that is not listed for a client does no harm to it.
pub(crate) const REAL_LIFE: &[(&str, &str, &str)] = &[];

/// What is wrong, and its cause, for one who signs.
pub(crate) fn causes(who: &str) -> BTreeMap<String, String> {
    let rows = REAL_LIFE.iter().filter(|(other, ..)| *other == who);
    rows.map(|(_, fault, cause)| ((*fault).to_owned(), (*cause).to_owned())).collect()
}

#[test]
fn each_cause_of_real_life_is_one_that_the_doctor_knows() {
    for (who, fault, causes) in REAL_LIFE {
        for id in causes.split(", ") {
            assert!(doctor::causes().any(|cause| cause.id == id), "{who}: {fault}: {id}");
        }
    }
}

#[test]
fn every_row_without_a_proxy_is_one_of_a_client_with_a_story() {
    let clients = ["boto3", "aws-cli 1", "aws-cli 2", "curl", "the JavaScript SDK"];
    for (who, fault, _) in REAL_LIFE {
        assert!(who.contains(" through ") || clients.contains(who), "{who}: {fault}: nobody tells");
    }
}
