//! What the doctor says of a request, whatever it is.

use countersign::doctor::{Budget, Case, examine, recognize};
use countersign::request::Request;
use countersign::secret::Secret;
use countersign::sigv4::{Key, Presented, Rules};

use super::NOW;

/// A request as text, whatever it is signed with: it is examined by the rules of each kind of
/// service, and something is said of it.
pub(crate) fn doctor(bytes: &[u8]) {
    let Ok(request) = Request::read(bytes) else { return };
    let headers = request.raw_headers();
    let head = request.head(&headers);
    let budget = Budget { trials: 400, bytes: 64 * 1024 };
    for rules in [Rules::query("iam"), Rules::rest("iam"), Rules::s3("iam")] {
        let presented = match Presented::read(head, &rules, NOW) {
            Ok(presented) => presented,
            Err(refusal) => {
                assert!(!recognize(&refusal, &head).sentence.is_empty());
                continue;
            }
        };
        let key =
            Key::new(presented.key_id(), 1, Secret::new("a secret of nobody else".to_owned()));
        let (presented, rules, body) = (&presented, &rules, request.body.as_slice());
        let case = Case { presented, rules, body, key: &key, siblings: &[], port: None };
        let found = examine(&case, budget);
        assert!(!found.sentence.is_empty() && !found.because.is_empty() && !found.fix.is_empty());
    }
}
