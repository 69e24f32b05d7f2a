//! Each rule of the canonical form is kept: a signer that breaks one is refused.

use bytes::Bytes;
use countersign::sigv4::{Refusal, Rules};
use http::Request;

use crate::listening::House;
use crate::signer::{Break, Signer};

#[test]
fn a_signer_that_keeps_every_rule_is_let_in() {
    for request in requests() {
        assert!(house().verify(&signer().sign(request.clone())).is_ok(), "{request:?}");
        assert!(house().verify(&signer().presign(request.clone())).is_ok(), "{request:?}");
    }
}

#[test]
fn a_signer_that_breaks_one_rule_is_refused() {
    for rule in Break::ALL {
        let faulty = signer().breaks(*rule);
        let signed = requests()
            .into_iter()
            .map(|request| (signer().sign(request.clone()), faulty.sign(request)));
        let differing: Vec<_> =
            signed.filter(|(good, bad)| good.headers() != bad.headers()).collect();
        assert!(!differing.is_empty(), "no request shows {rule:?}");
        for (_, bad) in differing {
            let refused = house().verify(&bad);
            assert!(matches!(refused, Err(Refusal::Mismatch(_))), "{rule:?}: {refused:?}: {bad:?}");
        }
    }
}

#[test]
fn a_presigner_that_breaks_one_rule_is_refused() {
    for rule in Break::ALL {
        for request in requests() {
            let [good, bad] =
                [signer(), signer().breaks(*rule)].map(|signer| signer.presign(request.clone()));
            let refused = house().verify(&bad);
            let is_refused = matches!(refused, Err(Refusal::Mismatch(_)));
            assert_eq!(is_refused, good.uri() != bad.uri(), "{rule:?}: {refused:?}: {bad:?}");
        }
    }
}

fn house() -> House {
    House::new(Rules::rest("orders"), "AKIAANN", "hers")
}

fn signer() -> Signer {
    Signer::new("AKIAANN", "hers").service("orders")
}

/// Requests that look different as soon as one rule is broken.
fn requests() -> Vec<Request<Bytes>> {
    let query = "Param-3=3&Param=2&k&e=&&dup=2&dup=1&p=a+b&s=a%20b&t=a~b&h=a/b%2Fc&star=*&eq=a=b&UPPER=1&%C3%A9=1&z=1";
    let hard = Request::post(format!("http://Example.com:7448/a/./b/../%2E%2E/c//d%3A?{query}"))
        .header("content-type", "application/x-www-form-urlencoded; Charset=UTF-8")
        .header("x-multi", "b")
        .header("x-multi", "a")
        .header("x-multi", "c")
        .header("x-quoted", "\"c   d\"")
        .header("x-spaces", "  a   b ");
    let plain = Request::get("http://localhost/");
    vec![hard.body(Bytes::from("x=1")).unwrap(), plain.body(Bytes::new()).unwrap()]
}
