//! The inspector: what it tells of requests, whom it tells, and what it never tells anyone.

mod browser;
mod kept;
mod secrets;

use std::io::Read;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Serving, run, wait_until};
use crate::raw::{Answer, connect, exchange, get, signed, to_the_end};
use crate::running::{ROOT_ID, ROOT_KEY, ROOT_SECRET};
use crate::signer::Signer;

const TOKEN: &str = "operators-of-this-test";

/// A gateway with the inspector, and who asks it.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) serving: Serving,
}

impl Watched {
    pub(super) fn start() -> Self {
        Self { serving: Serving::in_memory(&[], &ROOT_KEY) }
    }

    /// A call that root signs.
    pub(super) fn root(&self, body: &str) -> Answer {
        self.signed(Signer::new(ROOT_ID, ROOT_SECRET), body)
    }

    /// A call that somebody signs.
    pub(super) fn signed(&self, signer: Signer, body: &str) -> Answer {
        let service = if body.contains("2011-06-15") { "sts" } else { "iam" };
        let request = signed(&self.serving.address(), signer.service(service), body);
        exchange(&self.serving.address(), &request.replacen("\r\n", "\r\nConnection: close\r\n", 1))
    }

    /// A call with a secret that is none.
    pub(super) fn guess(&self, body: &str) -> Answer {
        self.signed(Signer::new(ROOT_ID, "guessed"), body)
    }

    /// All requests, in short.
    pub(super) fn list(&self) -> Vec<Value> {
        let told = get(&self.serving.admin(), "/inspector/requests.json");
        assert_eq!(told.status, 200, "{told:?}");
        let told: Value = serde_json::from_str(&told.body).unwrap();
        told["requests"].as_array().unwrap().clone()
    }

    /// The last request, with all that is known of it.
    pub(super) fn last(&self) -> Value {
        let id = self.list().pop().unwrap()["id"].as_str().unwrap().to_owned();
        let told = get(&self.serving.admin(), &format!("/inspector/requests/{id}.json"));
        serde_json::from_str(&told.body).unwrap()
    }
}

/// The events of a page that was at `seen` when it lost its connection.
fn events(admin: &str, seen: Option<&str>) -> Stream {
    let mut stream = connect(admin);
    let seen = seen.map_or_else(String::new, |seen| format!("Last-Event-ID: {seen}\r\n"));
    let request = format!("GET /inspector/events HTTP/1.1\r\nHost: {admin}\r\n{seen}\r\n");
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    Stream { stream, text: String::new() }
}

struct Stream {
    stream: TcpStream,
    text: String,
}

impl Stream {
    /// Reads on until `word` is there, and gives all that there was.
    fn until(&mut self, word: &str) -> &str {
        let mut bytes = [0; 4096];
        while !self.text.contains(word) {
            let count = self.stream.read(&mut bytes).unwrap();
            assert!(count > 0, "the stream ends without {word}: {}", self.text);
            self.text.push_str(str::from_utf8(&bytes[..count]).unwrap());
        }
        &self.text
    }

    /// The id of the last event.
    fn seen(&self) -> String {
        self.text.rsplit("id: ").next().unwrap().lines().next().unwrap().to_owned()
    }
}

fn ask(admin: &str, request: &str, headers: &str) -> Answer {
    exchange(
        admin,
        &format!("{request} HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n{headers}\r\n"),
    )
}

#[test]
fn the_page_is_where_the_start_says_and_everything_in_it_is_its_own() {
    let serving = Serving::in_memory(&[], &[]);
    let admin = serving.admin();
    assert_eq!(serving.told("inspector on "), format!("http://{admin}/"));
    let page = get(&admin, "/");
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    for rule in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(page.header(name), Some(value));
    }
    let mut named: Vec<&str> = Vec::new();
    for beginning in ["src=\"", "href=\""] {
        named
            .extend(page.body.split(beginning).skip(1).map(|rest| rest.split('"').next().unwrap()));
    }
    for path in named.into_iter().filter(|path| !path.starts_with('#')) {
        assert!(path.starts_with("/inspector/"), "{path}");
        let part = get(&admin, path);
        assert_eq!(part.status, 200, "{path}");
        for (_, import) in
            part.body.match_indices("from \"").map(|(at, _)| part.body[at..].split_at(6))
        {
            let name = import.split('"').next().unwrap().trim_start_matches("./");
            assert_eq!(get(&admin, &format!("/inspector/{name}")).status, 200, "{name}");
        }
    }
}

#[test]
fn requests_are_told_as_they_come_and_again_from_where_a_page_was_cut_off() {
    let watched = Watched::start();
    let admin = watched.serving.admin();
    let mut page = events(&admin, None);
    page.until("event: not-kept\ndata: 0\n\n");
    watched.guess("Action=ListUsers&Version=2010-05-08");
    let told = page.until("\"action\":\"ListUsers\"");
    assert!(told.contains("content-type: text/event-stream"), "{told}");
    assert!(told.contains("\"code\":\"SignatureDoesNotMatch\""), "{told}");
    let seen = page.seen();
    drop(page);
    watched.root("Action=ListGroups&Version=2010-05-08");
    let mut again = events(&admin, Some(&seen));
    assert!(!again.until("\"action\":\"ListGroups\"").contains("ListUsers"));
    // What another start of a gateway has counted says nothing here.
    let mut other = events(&admin, Some("another-run.99"));
    assert!(other.until("\"action\":\"ListGroups\"").contains("ListUsers"));
}

#[test]
fn a_stream_ends_when_the_gateway_stops_and_keeps_nobody_waiting() {
    let mut watched = Watched::start();
    let mut page = events(&watched.serving.admin(), None);
    page.until("event: not-kept");
    let (status, _) = watched.serving.stop("TERM");
    assert!(status.success());
    to_the_end(&mut page.stream);
}

#[test]
fn so_many_pages_are_told_at_a_time_and_room_is_free_when_one_is_gone() {
    let watched = Watched::start();
    let admin = watched.serving.admin();
    let mut pages: Vec<_> = (0..8).map(|_| events(&admin, None)).collect();
    for page in &mut pages {
        page.until("event: hello");
    }
    let one_more = get(&admin, "/inspector/events");
    assert_eq!(one_more.status, 503);
    assert!(one_more.body.contains("close one"), "{one_more:?}");
    assert_eq!(get(&admin, "/health").status, 200);
    pages.pop();
    // That it is gone is seen when something is to be sent.
    wait_until(|| {
        watched.guess("Action=ListUsers&Version=2010-05-08");
        let mut page = events(&admin, None);
        page.stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
        let mut first = [0; 12];
        page.stream.read_exact(&mut first).is_ok() && first == *b"HTTP/1.1 200"
    });
}

#[test]
fn only_the_page_itself_may_ask_from_a_browser() {
    let serving = Serving::in_memory(&[], &[]);
    let admin = serving.admin();
    for path in
        ["/", "/inspector/page.js", "/inspector/requests.json", "/inspector/requests/x.json"]
    {
        let request = format!("GET {path}");
        let foreign = [
            "Sec-Fetch-Site: cross-site\r\n".to_owned(),
            "Sec-Fetch-Site: same-site\r\n".to_owned(),
            "Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\n".to_owned(),
            "Origin: null\r\n".to_owned(),
            "Origin: http://evil.example\r\n".to_owned(),
            "Origin: http://127.0.0.1\r\n".to_owned(),
            format!("Origin: http://{admin}\r\nOrigin: http://evil.example\r\n"),
        ];
        for headers in foreign {
            assert_eq!(ask(&admin, &request, &headers).status, 403, "{path} {headers}");
        }
        let own = [
            String::new(),
            "Sec-Fetch-Site: none\r\n".to_owned(),
            format!("Sec-Fetch-Site: same-origin\r\nOrigin: http://{admin}\r\n"),
        ];
        for headers in own {
            assert_ne!(ask(&admin, &request, &headers).status, 403, "{path} {headers}");
        }
        let rebound =
            format!("{request} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        assert_eq!(exchange(&admin, &rebound).status, 403, "{path}");
        assert_eq!(ask(&admin, &format!("POST {path}"), "Content-Length: 0\r\n").status, 405);
    }
    // What is not the page's own stays closed to it, too.
    let own = format!("Sec-Fetch-Site: same-origin\r\nOrigin: http://{admin}\r\n");
    for request in ["GET /accounts", "POST /accounts", "GET /metrics"] {
        assert_eq!(ask(&admin, request, &own).status, 403, "{request}");
    }
}

#[test]
fn where_other_machines_are_let_in_requests_are_for_who_has_the_token() {
    let dir = TempDir::new().unwrap();
    let variables = [("COUNTERSIGN_ADMIN_TOKEN", TOKEN)];
    let remote = &["--admin-allow-remote", "--inspect=on"];
    let serving = Serving::in_dir(dir.path(), remote, &variables);
    let admin = serving.admin();
    assert_eq!(get(&admin, "/").status, 200);
    let right = format!("Authorization: Bearer {TOKEN}\r\n");
    for path in ["/inspector/requests.json", "/inspector/events", "/inspector/requests/x.json"] {
        let request = format!("GET {path}");
        for wrong in ["", "Authorization: Bearer wrong\r\n"] {
            let told = ask(&admin, &request, wrong);
            assert_eq!((told.status, told.header("www-authenticate")), (401, Some("Bearer")));
        }
        if path != "/inspector/events" {
            assert_ne!(ask(&admin, &request, &right).status, 401, "{path}");
        }
    }
    let cross = format!("{right}Sec-Fetch-Site: cross-site\r\n");
    assert_eq!(ask(&admin, "GET /inspector/requests.json", &cross).status, 403);
}

#[test]
fn the_page_is_only_where_it_was_asked_for() {
    let auto = Serving::in_memory(&["--admin-allow-remote"], &[]);
    let off = Serving::in_memory(&["--inspect=off"], &[]);
    for serving in [auto, off] {
        assert!(!serving.printed.iter().any(|line| line.starts_with("inspector")));
        for path in ["/", "/inspector/requests.json", "/inspector/events"] {
            assert_eq!(get(&serving.admin(), path).status, 401, "{path}");
        }
    }
    let args = ["serve", "--memory", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
    let ended = run(&[&args[..], &["--admin-allow-remote", "--inspect=on"]].concat(), &[]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("COUNTERSIGN_ADMIN_TOKEN"), "{}", ended.err);
}

#[test]
fn nothing_of_it_is_on_the_public_port() {
    let watched = Watched::start();
    for path in ["/", "/inspector/requests.json", "/inspector/events", "/inspector/page.js"] {
        let answer = get(&watched.serving.address(), path);
        assert!(answer.status >= 300, "{path}: {answer:?}");
        assert!(!answer.body.contains("inspector"), "{path}");
    }
}
