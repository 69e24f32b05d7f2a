//! What programs read of a run: JSON, and the XML of `JUnit`.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use super::folders::Suite;

/// One case that passes, one that differs, one that cannot be read, one that is skipped.
fn mixed() -> Suite {
    let suite = Suite::of_aws("v4", &["get-vanilla", "double-url-encode"]);
    suite.alter("get-vanilla/header-canonical-request.txt", "GET", "G<T");
    suite.write("broken/context.json", "{");
    suite
}

#[test]
fn json_tells_every_stage_of_every_case() {
    let suite = mixed();
    let ended = suite.run(&["--format", "json"]);
    assert_eq!(ended.code, Some(1));
    let told: Value = serde_json::from_str(&ended.out).unwrap();
    let counts = ["passed", "failed", "skipped"].map(|count| told[count].as_u64().unwrap());
    assert_eq!(counts, [1, 2, 1]);
    let cases = told["cases"].as_array().unwrap();
    let results: Vec<_> = cases.iter().map(|case| case["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["failed", "skipped", "failed", "passed"]);
    assert!(cases[0]["reason"].as_str().unwrap().contains("must be a JSON object"));
    assert_eq!(cases[2]["case"], "get-vanilla/header");
    assert_eq!(cases[2]["stages"]["canonical_request"], "differs");
    assert_eq!(cases[2]["stages"]["verification"], "ok");
    assert_eq!(cases[2]["stage"], "canonical_request");
    assert!(cases[2]["difference"].as_str().unwrap().contains("-G<T\n+GET\n"));
}

#[test]
fn junit_is_well_formed_and_has_a_test_case_for_each_case() {
    let suite = mixed();
    let ended = suite.run(&["--format", "junit"]);
    assert_eq!(ended.code, Some(1));
    let mut reader = Reader::from_str(&ended.out);
    let mut elements = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                elements.push(element.name().as_ref().to_owned());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let case = "testcase";
    let order = ["testsuite", case, "failure", case, "skipped", case, "failure", case];
    assert_eq!(elements, order);
    assert!(ended.out.contains("-G&lt;T\n+GET\n"), "{}", ended.out);
}

#[test]
fn both_are_written_to_files_beside_the_table() {
    let (suite, files) = (mixed(), Suite::empty());
    let [json, junit] = ["r.json", "r.xml"].map(|name| files.file(name));
    let args = ["--json", json.to_str().unwrap(), "--junit", junit.to_str().unwrap()];
    let ended = suite.run(&args);
    assert!(ended.out.ends_with("\n1 passed, 2 failed, 1 skipped\n"), "{}", ended.out);
    assert_eq!(ended.err, "countersign: 2 of 4 cases failed, broken first\n");
    assert_eq!(files.text("r.json"), suite.run(&["--format", "json"]).out);
    assert_eq!(files.text("r.xml"), suite.run(&["--format", "junit"]).out);
}

#[test]
fn only_what_fails_has_a_line_where_that_is_asked_for() {
    let ended = mixed().run(&["--failing"]);
    let names: Vec<_> = ended.out.lines().take_while(|line| !line.is_empty()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names[1].starts_with("broken ") && names[2].starts_with("get-vanilla/header "));
}
