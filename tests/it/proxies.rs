//! Real clients reach the gateway through real proxies that change what was signed, and are told of each what it was, as
//! `real_life` has it. Most proxies are nginx; one of our own does what nginx does not.

#[macro_use]
mod faults;
mod by_hand;
mod faulty;
mod nginx;

use std::collections::BTreeMap;

use nginx::Nginx;

use crate::clients::{self, Absent, Installed, Story, curl, explained, here};
use crate::program::wait_until;
use crate::real_life::{self, NONE, REAL_LIFE};
use crate::running::Gateway;

/// The clients, and what their rows are called.
fn clients() -> [(&'static str, Result<Story, Absent>); 3] {
    let boto3 = Installed::python("boto3");
    let javascript = Installed::javascript();
    [
        ("boto3", boto3.map(|boto3| Story::of(boto3.program("python"), "boto3/through.py"))),
        (
            "the JavaScript SDK",
            javascript.map(|sdk| Story::of("node", "javascript/through.js").arg(sdk.folder())),
        ),
        ("curl", curl().map(|()| Story::of("bash", "curl/through.sh"))),
    ]
}

/// Holds what someone is told, by fault, against the table.
fn is_as_the_table_has_it(who: &str, told: &BTreeMap<String, String>) {
    let table = real_life::causes(who);
    let cause = |fault: &String| table.get(fault).map_or(NONE, String::as_str).to_owned();
    let expected: BTreeMap<_, _> = told.keys().map(|fault| (fault.clone(), cause(fault))).collect();
    assert_eq!(*told, expected, "{who}");
}

/// Sends the client through each of the proxies, and holds what it is told against the table.
fn is_told(who: &str, story: Story, gateway: &Gateway, addresses: &[(&'static str, String)]) {
    let through = |story: Story, (fault, address): &(&str, String)| {
        story.arg(format!("{fault}=http://{address}"))
    };
    let story = addresses.iter().fold(story, through);
    let told = explained(story, gateway, who);
    assert_eq!(told.len(), addresses.len(), "{who}");
    is_as_the_table_has_it(who, &told);
}

/// Sends those of the clients that are here through nginx.
fn through_nginx(faults: &[nginx::Fault], is_meant: impl Fn(&str) -> bool) {
    let Some(program) = here("nginx", clients::nginx()) else { return };
    for (client, story) in clients().into_iter().filter(|(client, _)| is_meant(client)) {
        if let Some(story) = here(client, story) {
            let gateway = Gateway::start();
            let nginx = Nginx::start(&program, faults, &gateway.address());
            let who = format!("{client} through nginx");
            is_told(&who, story, &gateway, nginx.addresses());
        }
    }
}

#[test]
fn who_signs_a_host_that_nginx_rewrites_is_told_so_where_it_can_be_known() {
    through_nginx(faults::HOSTS, |_| true);
}

#[test]
fn what_nginx_changes_is_named_to_who_signed_it() {
    through_nginx(faults::CHANGES, |_| true);
}

#[test]
fn a_redirect_that_loses_the_signature_is_named_to_curl_which_follows_it() {
    through_nginx(faults::REDIRECTS, |client| client == "curl");
}

#[test]
fn what_is_signed_for_aws_and_sent_here_by_nginx_is_named() {
    let Some(program) = here("nginx", clients::nginx()) else { return };
    let [(client, story), ..] = clients();
    if let Some(story) = here(client, story) {
        let gateway = Gateway::start();
        let nginx = Nginx::start(&program, &[faults::OF_AWS], &gateway.address());
        let [(fault, proxy)] = nginx.addresses() else { panic!("one proxy") };
        let asked = format!("{fault}=http://iam.amazonaws.com by way of http://{proxy}");
        let told = explained(story.arg(asked), &gateway, client);
        is_as_the_table_has_it("boto3 through nginx", &told);
    }
}

#[test]
fn what_a_faulty_proxy_changes_is_named_to_who_signed_it() {
    for (client, story) in clients() {
        if let Some(story) = here(client, story) {
            let gateway = Gateway::start();
            let start =
                |(name, fault): &faulty::Fault| (*name, faulty::start(*fault, &gateway.address()));
            let addresses: Vec<_> = faults::FAULTY.iter().map(start).collect();
            is_told(&format!("{client} through a faulty proxy"), story, &gateway, &addresses);
        }
    }
}

/// Whose rows hold what no SDK sends.
const BY_HAND: &str = "a signer by hand through nginx";
const BY_HAND_FAULTY: &str = "a signer by hand through a faulty proxy";

#[test]
fn what_nginx_changes_of_what_no_sdk_sends_is_named() {
    let Some(program) = here("nginx", clients::nginx()) else { return };
    let asked: Vec<_> = by_hand::SIGNED.iter().chain(by_hand::PRESIGNED).collect();
    let faults: Vec<_> = asked.iter().map(|(fault, ..)| *fault).collect();
    let gateway = Gateway::start();
    let nginx = Nginx::start(&program, &faults, &gateway.address());
    let cause = |((_, target, headers), (fault, address)): (&&by_hand::Asked, &(&str, String))| {
        let request = by_hand::get(address, target, headers);
        let is_presigned = by_hand::PRESIGNED.iter().any(|((name, _), ..)| name == fault);
        let signer = by_hand::root().expires("60");
        let request = if is_presigned { signer.presign(request) } else { signer.sign(request) };
        ((*fault).to_owned(), by_hand::cause(address, &request))
    };
    let told: BTreeMap<_, _> = asked.iter().zip(nginx.addresses()).map(cause).collect();
    is_as_the_table_has_it(BY_HAND, &told);
}

#[test]
fn a_session_token_that_nginx_drops_is_missed() {
    let Some(program) = here("nginx", clients::nginx()) else { return };
    let (fault, target, headers) = by_hand::TOKEN;
    let gateway = Gateway::start();
    let nginx = Nginx::start(&program, &[fault], &gateway.address());
    let [(name, address)] = nginx.addresses() else { panic!("one proxy") };
    let request = by_hand::get(address, target, headers);
    let request = by_hand::session(&gateway.address()).sign(request);
    let told = BTreeMap::from([((*name).to_owned(), by_hand::cause(address, &request))]);
    is_as_the_table_has_it(BY_HAND, &told);
}

#[test]
fn a_header_that_is_given_twice_and_joined_on_its_way_is_named() {
    let (name, fault) = faults::JOINED;
    let gateway = Gateway::start();
    let address = faulty::start(fault, &gateway.address());
    let notes = [("x-note", "first note"), ("x-note", "second note")];
    let request = by_hand::root().sign(by_hand::get(&address, by_hand::LIST, &notes));
    let told = BTreeMap::from([(name.to_owned(), by_hand::cause(&address, &request))]);
    is_as_the_table_has_it(BY_HAND_FAULTY, &told);
}

/// A request by hand through nginx that does so, and the gateway that has refused it.
fn refused_through(fault: nginx::Fault) -> Option<(Gateway, String)> {
    let program = here("nginx", clients::nginx())?;
    let gateway = Gateway::start();
    let nginx = Nginx::start(&program, &[fault], &gateway.address());
    let [(_, address)] = nginx.addresses() else { panic!("one proxy") };
    let request = by_hand::root().sign(by_hand::get(address, by_hand::LIST, &[]));
    let told = by_hand::ask(address, &request).body;
    assert!(told.contains("(not-proven, not proven)"), "{told}");
    Some((gateway, told))
}

#[test]
fn a_proxy_that_shows_itself_is_told_of_where_nothing_is_proven() {
    let Some((gateway, told)) = refused_through(faults::SHOWN) else { return };
    let sign = "The request has headers that proxies add: x-forwarded-for.";
    assert!(told.contains(sign), "{told}");
    wait_until(|| gateway.log().contains("proxy-in-path"));
}

#[test]
fn a_host_without_a_port_is_told_of_where_nothing_is_proven() {
    let Some((gateway, told)) = refused_through(faults::WITHOUT_PORT) else { return };
    let address = gateway.address();
    let port = address.rsplit(':').next().unwrap();
    let sign = format!("The Host header names no port, but the server listens on {port}: ");
    assert!(told.contains(&sign), "{told}");
    wait_until(|| gateway.log().contains("host-names-no-port"));
}

/// Everything that is done to someone in these tests.
fn done() -> Vec<(String, &'static str)> {
    let named = |faults: &[nginx::Fault]| faults.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let asked = [by_hand::SIGNED, by_hand::PRESIGNED, &[by_hand::TOKEN]].concat();
    let asked = asked.iter().map(|((name, _), ..)| *name).collect();
    let own = faults::FAULTY.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let mut done = vec![
        ("boto3 through nginx".to_owned(), named(&[faults::OF_AWS])),
        ("curl through nginx".to_owned(), named(faults::REDIRECTS)),
        (BY_HAND.to_owned(), asked),
        (BY_HAND_FAULTY.to_owned(), vec![faults::JOINED.0]),
    ];
    for client in ["boto3", "the JavaScript SDK", "curl"] {
        let through = named(&[faults::HOSTS, faults::CHANGES].concat());
        done.push((format!("{client} through nginx"), through));
        done.push((format!("{client} through a faulty proxy"), own.clone()));
    }
    let each = |(who, faults): (String, Vec<_>)| {
        faults.into_iter().map(move |fault| (who.clone(), fault)).collect::<Vec<_>>()
    };
    done.into_iter().flat_map(each).collect()
}

#[test]
fn every_row_of_a_proxy_is_held_to_that_proxy() {
    let done = done();
    for (who, fault, _) in REAL_LIFE.iter().filter(|(who, ..)| who.contains(" through ")) {
        assert!(done.contains(&((*who).to_owned(), *fault)), "{who}: {fault}: nobody does that");
    }
}
