//! The command line: what it teaches, what it refuses, and which layer wins.

use std::ffi::OsString;
use std::fs;

use countersign::config::{self, Command, Keep, Serve, Stop};
use tempfile::TempDir;

use crate::program::run;

#[test]
fn the_help_teaches_by_example() {
    let help = run(&["--help"], &[]);
    assert_eq!(help.code, Some(0));
    for taught in ["countersign serve", "eval \"$(countersign env)\"", "aws iam create-user"] {
        assert!(help.out.contains(taught), "{taught}");
    }
    assert_eq!(help.err, "");
}

#[test]
fn the_help_of_serve_tells_every_default_and_where_secrets_go() {
    let help = run(&["serve", "--help"], &[]).out;
    for default in ["127.0.0.1:7448", "127.0.0.1:7449", "countersign-data", "123456789012"] {
        assert!(help.contains(&format!("[default: {default}]")), "{default}");
    }
    for variable in ["COUNTERSIGN_ROOT_SECRET_ACCESS_KEY", "COUNTERSIGN_SEAL_KEY"] {
        assert!(help.contains(variable), "{variable}");
    }
}

#[test]
fn every_command_in_the_readme_is_one() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let lines = readme.lines().filter(|line| line.starts_with("countersign "));
    let lines = lines.filter_map(|line| line.split("  ").next());
    let commands: Vec<_> =
        lines.chain(readme.split('`').filter(|code| code.starts_with("countersign "))).collect();
    assert!(commands.contains(&"countersign backup FILE"), "{commands:?}");
    for command in commands {
        let named = command.replace(" ID", " 123456789012");
        let words: Vec<_> = named.split(' ').skip(1).chain(["--help"]).collect();
        let help = run(&words, &[]);
        assert_eq!(help.code, Some(0), "{command}: {}", help.err);
    }
}

#[test]
fn help_is_there_even_where_the_environment_is_wrong() {
    assert_eq!(run(&["serve", "--help"], &[("COUNTERSIGN_LISTN", "x")]).code, Some(0));
}

#[test]
fn without_a_command_the_help_is_shown_and_nothing_is_done() {
    let nothing = run(&[], &[]);
    assert_eq!((nothing.code, nothing.out.as_str()), (Some(2), ""));
    assert!(nothing.err.contains("Usage: countersign"), "{}", nothing.err);
}

/// Flags and variables, and the sentence that they end in.
type Wrong = (&'static [&'static str], &'static [(&'static str, &'static str)], &'static str);

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn every_wrong_setting_stops_the_start_with_one_sentence() {
    const CASES: &[Wrong] = &[
        (&["--lisen", "x"], &[], "unexpected argument '--lisen' found; is --listen meant?"),
        (
            &["--listen", "7448"],
            &[],
            "invalid value '7448' for '--listen <ADDRESS>': invalid socket address syntax",
        ),
        (
            &["--max-body", "0"],
            &[],
            "invalid value '0' for '--max-body <BYTES>': it must be from 1 to 1073741824",
        ),
        (
            &["--account", "12"],
            &[],
            "invalid value '12' for '--account <ID>': an account has 12 digits",
        ),
        (
            &["--region", "EU"],
            &[],
            "invalid value 'EU' for '--region <REGION>': a region is written as eu-central-1 is",
        ),
        (
            &["--limit", "UsersQuota"],
            &[],
            "invalid value 'UsersQuota' for '--limit <QUOTA=N>': it is written as UsersQuota=10000 is",
        ),
        (
            &["--limit", "Users=1"],
            &[],
            "invalid value 'Users=1' for '--limit <QUOTA=N>': there is no such quota; countersign serve --help lists them",
        ),
        (
            &["--limit", "UsersQuota=0"],
            &[],
            "invalid value 'UsersQuota=0' for '--limit <QUOTA=N>': it must be from 1 to 1000000",
        ),
        (
            &["--log", "loud=very"],
            &[],
            "invalid value 'loud=very' for '--log <LEVEL>': it is neither a level (error, warn, info, debug, trace) nor a filter",
        ),
        (
            &["--seal-key", "hush"],
            &[],
            "unexpected argument '--seal-key' found; is --seal-key-file meant?",
        ),
        (&["--tls-cert", "c.pem"], &[], "--tls-cert is given without --tls-key"),
        (&["--tls-key", "k.pem"], &[], "--tls-key is given without --tls-cert"),
        (&["--memory", "--data-dir", "d"], &[], "--memory and --data-dir exclude each other"),
        (
            &["--admin-listen", "0.0.0.0:1"],
            &[],
            "--admin-listen 0.0.0.0:1 can be reached by other machines: choose 127.0.0.1, or give --admin-allow-remote",
        ),
        (
            &["--admin-listen", "127.0.0.1:7448"],
            &[],
            "--listen and --admin-listen are both 127.0.0.1:7448: nothing of the admin listener may be public",
        ),
        (
            &[],
            &[("COUNTERSIGN_LISTN", "1")],
            "unknown environment variable: COUNTERSIGN_LISTN; is COUNTERSIGN_LISTEN meant?",
        ),
        (
            &[],
            &[("COUNTERSIGN_LISTEN", "1")],
            "COUNTERSIGN_LISTEN: \"1\" will not do: invalid socket address syntax",
        ),
        (
            &[],
            &[("COUNTERSIGN_MEMORY", "yes")],
            "COUNTERSIGN_MEMORY: \"yes\" is neither true nor false",
        ),
        (
            &[],
            &[("COUNTERSIGN_LOG_FORMAT", "xml")],
            "COUNTERSIGN_LOG_FORMAT: \"xml\" will not do: it is none of the values that are possible",
        ),
        (
            &[],
            &[("COUNTERSIGN_ROOT_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")],
            "COUNTERSIGN_ROOT_ACCESS_KEY_ID is given without COUNTERSIGN_ROOT_SECRET_ACCESS_KEY",
        ),
        (
            &[],
            &[("COUNTERSIGN_ROOT_SECRET_ACCESS_KEY", "hush")],
            "COUNTERSIGN_ROOT_SECRET_ACCESS_KEY is given without COUNTERSIGN_ROOT_ACCESS_KEY_ID",
        ),
        (
            &[],
            &[
                ("COUNTERSIGN_ROOT_ACCESS_KEY_ID", "short"),
                ("COUNTERSIGN_ROOT_SECRET_ACCESS_KEY", "hush"),
            ],
            "COUNTERSIGN_ROOT_ACCESS_KEY_ID must be 16 to 128 letters, digits and underscores",
        ),
        (
            &[],
            &[("COUNTERSIGN_ADMIN_TOKEN", "short")],
            "COUNTERSIGN_ADMIN_TOKEN must be 16 or more letters, digits and signs, no spaces",
        ),
        (
            &["--seal-key-file", "f"],
            &[("COUNTERSIGN_SEAL_KEY", "hush")],
            "COUNTERSIGN_SEAL_KEY and --seal-key-file exclude each other",
        ),
        (
            &["--config", "/nowhere.toml"],
            &[],
            "cannot read /nowhere.toml: No such file or directory (os error 2)",
        ),
    ];
    for (args, variables, sentence) in CASES {
        let ended = run(&[&["serve"], *args].concat(), variables);
        assert_eq!(ended.err, format!("countersign: {sentence}\n"));
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{sentence}");
    }
}

#[test]
fn a_command_that_is_none_is_told_what_may_be_meant() {
    let ended = run(&["serv"], &[]);
    assert_eq!(ended.err, "countersign: unrecognized subcommand 'serv'; is serve meant?\n");
    let ended = run(&["root-key", "create"], &[]);
    assert_eq!(
        ended.err,
        "countersign: the following required arguments were not provided: --account <ID>\n"
    );
}

#[test]
fn a_file_with_a_mistake_is_refused_with_the_place() {
    let cases = [
        ("max-bodi = 1", "unknown setting in FILE: max-bodi; is max-body meant?"),
        ("max-body = \"x\"", "max-body in FILE: \"x\" will not do: invalid digit found in string"),
        ("max-body = 1.5", "FILE: max-body must be a word, a number or a list"),
        ("\nroot-secret-access-key = \"hush", "FILE, line 2: invalid basic string, expected `\"`"),
        (
            "root-secret-access-key = 'hush'",
            "COUNTERSIGN_ROOT_SECRET_ACCESS_KEY is given without COUNTERSIGN_ROOT_ACCESS_KEY_ID",
        ),
    ];
    for (text, sentence) in cases {
        let (_dir, file) = config_file(text);
        let ended = run(&["serve", "--config", &file], &[]);
        assert_eq!(ended.err, format!("countersign: {}\n", sentence.replace("FILE", &file)));
        assert_eq!(ended.code, Some(2));
    }
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file_and_that_over_the_default() {
    let (_dir, file) = config_file("max-body = 1\nmax-headers = 1\nmax-streams = 1");
    let serve = read(
        &["--config", &file, "--max-body", "3"],
        &[("COUNTERSIGN_MAX_BODY", "2"), ("COUNTERSIGN_MAX_HEADERS", "2")],
    );
    let bounds = serve.bounds;
    assert_eq!((bounds.body, bounds.headers, bounds.streams), (3, 2, 1));
    assert_eq!(bounds.requests, 1024);
}

#[test]
fn a_list_of_a_higher_layer_takes_the_place_of_a_lower_one() {
    let (_dir, file) = config_file("region = ['eu-west-1', 'eu-west-2']");
    assert_eq!(read(&["--config", &file], &[]).regions, ["eu-west-1", "eu-west-2"]);
    let from_environment = [("COUNTERSIGN_REGION", "us-east-1,us-east-2")];
    assert_eq!(read(&["--config", &file], &from_environment).regions, ["us-east-1", "us-east-2"]);
    assert_eq!(read(&["--region", "eu-north-1"], &from_environment).regions, ["eu-north-1"]);
}

#[test]
fn a_quota_is_awss_where_no_other_is_given() {
    let (_dir, file) = config_file("limit = ['GroupsQuota=3', 'UsersQuota=4']");
    let limits = read(&["--config", &file], &[]).limits;
    assert_eq!((limits.groups_per_account, limits.users_per_account), (3, 4));
    assert_eq!((limits.roles_per_account, limits.versions_per_policy), (1000, 5));
    let raised = read(&["--limit", "PolicySizeQuota=9000", "--limit", "PolicySizeQuota=9001"], &[]);
    assert_eq!(raised.limits.policy_size, 9001);
}

#[test]
fn of_memory_and_a_directory_the_higher_layer_counts() {
    let in_memory = [("COUNTERSIGN_MEMORY", "true")];
    assert_eq!(read(&[], &in_memory).keep, Keep::Memory);
    assert_eq!(read(&["--data-dir", "d"], &in_memory).keep, Keep::Dir("d".into()));
    assert_eq!(read(&["--memory"], &[("COUNTERSIGN_DATA_DIR", "d")]).keep, Keep::Memory);
    let both = [("COUNTERSIGN_MEMORY", "false"), ("COUNTERSIGN_DATA_DIR", "d")];
    assert_eq!(read(&[], &both).keep, Keep::Dir("d".into()));
}

#[test]
fn the_file_may_be_named_by_the_environment_and_hold_secrets() {
    let (_dir, file) = config_file(
        "root-access-key-id = 'AKIAIOSFODNN7EXAMPLE'\nroot-secret-access-key = 'a,b'\n",
    );
    let serve = read(&[], &[("COUNTERSIGN_CONFIG", &file)]);
    let (id, secret) = serve.root_key.as_ref().unwrap();
    assert_eq!((id.as_str(), secret.expose()), ("AKIAIOSFODNN7EXAMPLE", "a,b"));
}

#[test]
fn settings_can_be_logged_without_their_secrets() {
    let serve = read(
        &[],
        &[
            ("COUNTERSIGN_ROOT_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("COUNTERSIGN_ROOT_SECRET_ACCESS_KEY", "hush-root"),
            ("COUNTERSIGN_SEAL_KEY", "hush-seal"),
            ("COUNTERSIGN_ADMIN_TOKEN", "hush-token-0123456789"),
        ],
    );
    let shown = format!("{serve:?}");
    assert!(shown.contains("AKIAIOSFODNN7EXAMPLE") && !shown.contains("hush"), "{shown}");
}

#[test]
fn an_unknown_variable_is_refused_by_every_command() {
    for args in [&["env"][..], &["account", "list"], &["backup", "f"]] {
        assert_eq!(run(args, &[("COUNTERSIGN_DATADIR", "d")]).code, Some(2), "{args:?}");
    }
}

fn config_file(text: &str) -> (TempDir, String) {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("countersign.toml");
    fs::write(&file, text).unwrap();
    (dir, file.to_str().unwrap().to_owned())
}

fn read(args: &[&str], variables: &[(&str, &str)]) -> Serve {
    let words = ["countersign", "serve"].iter().chain(args).map(OsString::from);
    let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
    match config::read(&words.collect::<Vec<_>>(), variables.collect()) {
        Ok(Command::Serve(serve)) => *serve,
        Ok(other) => panic!("{other:?}"),
        Err(Stop::Told(text) | Stop::Wrong(text)) => panic!("{text}"),
    }
}
