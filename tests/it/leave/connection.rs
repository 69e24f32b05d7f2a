//! What policies know of a connection that there is.

use super::{allow, between, policy};
use crate::program::Serving;
use crate::raw::{Answer, exchange, signed};
use crate::running::{ROOT_ID, ROOT_KEY, ROOT_SECRET};
use crate::signer::Signer;
use crate::world::Person;

#[test]
fn a_connection_is_what_conditions_are_told_of_it_and_a_known_proxy_is_believed() {
    let from = |address: &str| format!(r#""IpAddress":{{"aws:SourceIp":"{address}"}}"#);
    let secure = |is_so: &str| format!(r#""Bool":{{"aws:SecureTransport":"{is_so}"}}"#);
    let statements = [
        allow("iam:ListUsers", &from("127.0.0.0/8")),
        allow("iam:ListGroups", &from("9.9.9.9")),
        allow("iam:ListRoles", &secure("false")),
        allow("iam:ListPolicies", &secure("true")),
    ];
    let forwarded = "X-Forwarded-For: 127.0.0.1, 9.9.9.9\r\nX-Forwarded-Proto: https\r\n";
    let direct: &[_] = &["ListUsers", "ListRoles"];
    for (proxies, headers, allowed) in [
        (&[][..], "", direct),
        (&[], forwarded, direct),
        (&["--trusted-proxy", "10.0.0.0/8"], forwarded, direct),
        (&["--trusted-proxy", "127.0.0.1"], "", direct),
        (&["--trusted-proxy", "127.0.0.1"], forwarded, &["ListGroups", "ListPolicies"]),
    ] {
        let door = Door(Serving::in_memory(proxies, &ROOT_KEY));
        let ann = door.user_who_may(&statements.join(","));
        for action in ["ListUsers", "ListGroups", "ListRoles", "ListPolicies"] {
            let status = if allowed.contains(&action) { 200 } else { 403 };
            let answer = door.answers(&ann, headers, action);
            assert_eq!(answer.status, status, "{proxies:?} {headers:?} {}", answer.body);
        }
    }
}

/// A gateway that listens.
struct Door(Serving);

impl Door {
    fn answers(&self, person: &Person, headers: &str, call: &str) -> Answer {
        let address = self.0.address();
        let signer = Signer::new(&person.id, &person.secret).service("iam");
        let request = signed(&address, signer, &format!("Action={call}&Version=2010-05-08"));
        let close = format!("\r\n{headers}Connection: close\r\n\r\n");
        exchange(&address, &request.replacen("\r\n\r\n", &close, 1))
    }

    fn user_who_may(&self, statements: &str) -> Person {
        let root = Person::new(ROOT_ID, ROOT_SECRET);
        let put = format!(
            "PutUserPolicy&UserName=ann&PolicyName=p&PolicyDocument={}",
            policy(statements)
        );
        for call in ["CreateUser&UserName=ann", &put] {
            assert_eq!(self.answers(&root, "", call).status, 200, "{call}");
        }
        let made = self.answers(&root, "", "CreateAccessKey&UserName=ann").body;
        Person::new(&between(&made, "AccessKeyId"), &between(&made, "SecretAccessKey"))
    }
}
