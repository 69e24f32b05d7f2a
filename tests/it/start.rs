//! Starting and stopping: what is printed, what is left behind, what is refused.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::program::{Ended, PROGRAM, Serving, run, wait_until};
use crate::raw;
use crate::signer::Signer;

const ROOT_KEY: [(&str, &str); 2] = [
    ("COUNTERSIGN_ROOT_ACCESS_KEY_ID", "AKIAROOTOFTHISSTORY0"),
    ("COUNTERSIGN_ROOT_SECRET_ACCESS_KEY", "hush/of+this/story"),
];

#[test]
fn the_first_start_prints_the_lines_to_paste_and_later_ones_do_not() {
    let dir = TempDir::new().unwrap();
    let mut first = Serving::in_dir(dir.path(), &["--region", "eu-west-1"], &[]);
    let url = format!("export AWS_ENDPOINT_URL=http://{}", first.address());
    assert!(first.printed.contains(&url), "{:?}", first.printed);
    for line in [
        "export AWS_REGION=eu-west-1",
        "export AWS_DEFAULT_REGION=eu-west-1",
        "unset AWS_SESSION_TOKEN",
    ] {
        assert!(first.printed.contains(&line.to_owned()), "{line}");
    }
    assert!(first.told("export AWS_ACCESS_KEY_ID=").starts_with("AKIA"));
    assert_eq!(first.told("export AWS_SECRET_ACCESS_KEY=").trim_matches('\'').len(), 40);
    assert!(first.stop("TERM").0.success());

    let later = Serving::in_dir(dir.path(), &[], &[]);
    let shown = format!("# account 123456789012, in {}", dir.path().display());
    assert_eq!(later.printed.first(), Some(&shown));
    assert!(!later.printed.iter().any(|line| line.contains("export")), "{:?}", later.printed);
}

#[test]
fn env_prints_what_the_first_start_printed_whether_it_runs_or_not() {
    let dir = TempDir::new().unwrap();
    let mut serving = Serving::in_dir(dir.path(), &[], &[]);
    let is_for_shell = |line: &&String| line.starts_with("export ") || line.starts_with("unset ");
    let exports = serving.printed.iter().filter(is_for_shell).map(String::as_str);
    let exports: String = exports.flat_map(|line| [line, "\n"]).collect();
    assert_eq!(env(dir.path()).out, exports);
    serving.stop("TERM");
    assert_eq!(env(dir.path()).out, exports);
}

#[test]
fn env_says_what_to_do_where_it_has_no_key_to_print() {
    let dir = TempDir::new().unwrap();
    let never = env(&dir.path().join("never"));
    assert_eq!((never.code, never.out.as_str()), (Some(1), ""));
    assert!(never.err.ends_with("run countersign serve first\n"), "{}", never.err);

    let _serving = Serving::in_dir(dir.path(), &[], &ROOT_KEY);
    let given = env(dir.path());
    assert_eq!((given.code, given.out.as_str()), (Some(1), ""));
    assert!(given.err.contains("holds no root-credentials"), "{}", given.err);
    assert!(given.err.ends_with("root-key create --account ID\n"), "{}", given.err);
    assert_eq!(given.err.lines().count(), 1);
}

#[test]
fn a_root_key_that_was_given_is_not_printed() {
    let serving = Serving::in_memory(&[], &ROOT_KEY);
    let printed = serving.printed.join("\n");
    assert!(printed.contains("# its root key is the one that was given"), "{printed}");
    assert!(!printed.contains("hush") && !printed.contains("export"), "{printed}");
}

#[test]
fn what_the_start_leaves_is_for_its_owner_only_and_goes_with_it_where_it_must() {
    let home = TempDir::new().unwrap();
    let dir = home.path().join("data");
    let mut serving = Serving::in_dir(&dir, &[], &[]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    for entry in fs::read_dir(&dir).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert!(dir.join("admin-token").exists());
    serving.stop("INT");
    assert!(!dir.join("admin-token").exists());
    assert!(!dir.join("admin-address").exists());
}

#[test]
fn a_port_that_is_taken_is_told_and_nothing_is_made() {
    let home = TempDir::new().unwrap();
    let dir = home.path().join("data");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = serve(&dir, &["--listen", &address, "--admin-listen", "127.0.0.1:0"], &[]);
    assert_eq!(
        sentence(&ended),
        format!("countersign: cannot listen on {address}: another process listens there")
    );
    assert!(!dir.exists());
}

#[test]
fn a_directory_that_cannot_be_made_is_told() {
    let home = TempDir::new().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let ended = serve(&file.join("data"), &FREE, &[]);
    let said = sentence(&ended);
    assert!(said.starts_with("countersign: cannot make ") && said.contains("data"), "{said}");
}

#[test]
fn a_directory_that_another_gateway_uses_is_told() {
    let dir = TempDir::new().unwrap();
    let _serving = Serving::in_dir(dir.path(), &[], &[]);
    let said = sentence(&serve(dir.path(), &FREE, &[]));
    assert!(said.starts_with("countersign: another process uses the store"), "{said}");
}

#[test]
fn a_wrong_sealing_key_and_a_lost_one_stop_the_start() {
    let dir = TempDir::new().unwrap();
    Serving::in_dir(dir.path(), &[], &[]).stop("TERM");
    let other = "0".repeat(64);
    let said = sentence(&serve(dir.path(), &FREE, &[("COUNTERSIGN_SEAL_KEY", &other)]));
    assert!(said.starts_with("countersign: this sealing key is not the one"), "{said}");

    let key = dir.path().join("seal-key");
    fs::remove_file(&key).unwrap();
    let said = sentence(&serve(dir.path(), &FREE, &[]));
    assert!(said.starts_with("countersign: the sealing key is missing: put it back as"), "{said}");
    assert!(!key.exists(), "a key that opens nothing was made");
}

#[test]
fn a_certificate_that_is_none_is_told() {
    let dir = TempDir::new().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (cert, key) = (path("cert.pem"), path("key.pem"));
    let tls = ["--tls-cert", &cert, "--tls-key", &key];
    let args = [&FREE[..], &tls].concat();
    let missing =
        format!("countersign: cannot read {cert}: No such file or directory (os error 2)");
    assert_eq!(sentence(&serve(dir.path(), &args, &[])), missing);
    fs::write(&cert, "no certificate").unwrap();
    let empty = format!("countersign: {cert} holds no certificate in PEM form");
    assert_eq!(sentence(&serve(dir.path(), &args, &[])), empty);
}

#[test]
fn an_account_that_is_not_there_is_not_made_by_a_later_start() {
    let dir = TempDir::new().unwrap();
    Serving::in_dir(dir.path(), &["--account", "111122223333"], &[]).stop("TERM");
    let said =
        sentence(&serve(dir.path(), &[&FREE[..], &["--account", "444455556666"]].concat(), &[]));
    assert!(said.starts_with("countersign: there is no account 444455556666 here"), "{said}");
    let again = Serving::in_dir(dir.path(), &[], &[]);
    assert!(again.printed[0].starts_with("# account 111122223333"), "{:?}", again.printed);
}

#[test]
fn what_is_under_way_is_finished_and_nothing_new_is_taken_on() {
    let mut serving = Serving::in_memory(&[], &ROOT_KEY);
    let address = serving.address();
    let (mut slow, rest) = half_a_request(&serving);
    serving.signal("TERM");
    wait_until(|| TcpStream::connect(&address).is_err());
    slow.write_all(rest.as_bytes()).unwrap();
    let answer = raw::answer(&mut slow);
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("arn:aws:iam::123456789012:root"), "{answer:?}");
    assert!(serving.end().0.success());
}

#[test]
fn connections_on_which_nothing_happens_do_not_hold_up_the_end() {
    let mut serving = Serving::in_memory(&["--drain-timeout", "86400"], &[]);
    let mut idle = raw::connect(&serving.address());
    idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    idle.read_exact(&mut [0; 12]).unwrap();
    let _silent = raw::connect(&serving.address());
    assert!(serving.stop("TERM").0.success());
}

#[test]
fn a_full_table_of_files_is_waited_out() {
    let dir = TempDir::new().unwrap();
    let mut few = Command::new("sh");
    few.args(["-c", "ulimit -n 60; exec \"$0\" \"$@\"", PROGRAM]);
    let serving = Serving::in_dir_by(few, dir.path(), (&[], &[]));
    let full = "cannot accept connections";
    let held: Vec<_> = (0..100).map(|_| raw::connect(&serving.address())).collect();
    wait_until(|| serving.log().contains(full));
    drop(held);
    assert_eq!(raw::get(&serving.address(), "/?Action=ListUsers").status, 403);
    let complaints = serving.log().matches(full).count();
    assert!(complaints < 100, "it asked {complaints} times");
}

#[test]
fn a_second_signal_does_not_wait() {
    let args = ["--drain-timeout", "86400", "--body-timeout", "86400"];
    let mut serving = Serving::in_memory(&args, &ROOT_KEY);
    let _stuck = half_a_request(&serving);
    let address = serving.address();
    serving.signal("INT");
    wait_until(|| TcpStream::connect(&address).is_err());
    let (status, log) = serving.stop("INT");
    assert!(status.success());
    assert!(log.contains("stopping at once"), "{log}");
}

#[test]
fn the_deadline_ends_what_does_not_end() {
    let args = ["--drain-timeout", "1", "--body-timeout", "86400"];
    let mut serving = Serving::in_memory(&args, &ROOT_KEY);
    let _stuck = half_a_request(&serving);
    let (status, log) = serving.stop("TERM");
    assert!(status.success());
    assert!(log.contains("not everything was finished in time"), "{log}");
}

const FREE: [&str; 4] = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];

fn serve(dir: &Path, args: &[&str], variables: &[(&str, &str)]) -> Ended {
    let dir = dir.to_str().unwrap();
    run(&[&["serve", "--log", "error", "--data-dir", dir], args].concat(), variables)
}

fn env(dir: &Path) -> Ended {
    run(&["env", "--data-dir", dir.to_str().unwrap()], &[])
}

/// A good request, all but its last byte, which is given back.
fn half_a_request(serving: &Serving) -> (TcpStream, String) {
    let signer = Signer::new(ROOT_KEY[0].1, ROOT_KEY[1].1).service("sts");
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let mut request = raw::signed(&serving.address(), signer, body);
    let rest = request.split_off(request.len() - 1);
    let mut stream = raw::connect(&serving.address());
    stream.write_all(request.as_bytes()).unwrap();
    wait_until(|| in_flight(&serving.admin()) == 1);
    (stream, rest)
}

/// The one thing that a start says that comes to nothing.
fn sentence(ended: &Ended) -> String {
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{}", ended.err);
    let lines: Vec<_> = ended.err.lines().collect();
    assert_eq!(lines.len(), 1, "{}", ended.err);
    lines[0].to_owned()
}

fn in_flight(admin: &str) -> usize {
    let numbers = raw::get(admin, "/metrics").body;
    let line = numbers.lines().find_map(|l| l.strip_prefix("countersign_requests_in_flight "));
    line.map_or(0, |number| number.parse().unwrap())
}
