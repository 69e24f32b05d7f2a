//! Reports as the XML of `JUnit`, which every CI reads: a case is a test case.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::report::{Counts, Report, Verdict};

/// The document of all reports.
pub fn junit(reports: &[Report]) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let counts = Counts::of(reports);
    let [tests, failures, skipped] =
        [counts.all(), counts.failed, counts.skipped].map(|count| count.to_string());
    let attributes = [
        ("name", "countersign vectors"),
        ("tests", &tests),
        ("failures", &failures),
        ("errors", "0"),
        ("skipped", &skipped),
    ];
    let suite = writer.create_element("testsuite").with_attributes(attributes);
    suite.write_inner_content(|writer| {
        reports.iter().try_for_each(|report| write_case(writer, report))
    })?;
    let mut document = writer.into_inner();
    document.push(b'\n');
    Ok(document)
}

fn write_case(writer: &mut Writer<Vec<u8>>, report: &Report) -> io::Result<()> {
    let (class, name) = report.name.rsplit_once('/').unwrap_or(("", &report.name));
    let [class, name] = [class, name].map(printable);
    let class = if class.is_empty() { "vectors".to_owned() } else { class.replace('/', ".") };
    let attributes = [("classname", class.as_str()), ("name", name.as_str())];
    let case = writer.create_element("testcase").with_attributes(attributes);
    match (&report.verdict, report.first_difference()) {
        (Verdict::Skipped(why), _) => {
            case.write_inner_content(|writer| {
                let why = printable(why);
                writer
                    .create_element("skipped")
                    .with_attribute(("message", why.as_str()))
                    .write_empty()
                    .map(drop)
            })?;
        }
        (Verdict::Broken(why), _) => {
            case.write_inner_content(|writer| write_failure(writer, "cannot be run", why))?;
        }
        (Verdict::Ran(_), Some((stage, difference))) => {
            let message = format!("{} differs", stage.title());
            case.write_inner_content(|writer| write_failure(writer, &message, difference))?;
        }
        (Verdict::Ran(_), None) => {
            case.write_empty()?;
        }
    }
    Ok(())
}

fn write_failure(writer: &mut Writer<Vec<u8>>, message: &str, text: &str) -> io::Result<()> {
    let text = printable(text);
    writer
        .create_element("failure")
        .with_attribute(("message", message))
        .write_text_content(BytesText::new(&text))
        .map(drop)
}

/// The characters that XML may hold (XML 1.0 section 2.2); what it may not is replaced.
fn printable(text: &str) -> String {
    let is_held =
        |c: char| matches!(c, '\n' | '\t') || !c.is_control() && c < '\u{fffe}' || c > '\u{ffff}';
    text.chars().map(|c| if is_held(c) { c } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::{Outcome, Stage};

    #[test]
    fn a_case_is_a_test_case_and_nothing_breaks_out_of_it() {
        let report =
            |name: &str, verdict| Report { name: name.to_owned(), place: "x".into(), verdict };
        let differs = Outcome::Differs("-<a>&]]>\n+\u{1b}\n".to_owned());
        let reports = [
            report("v4/a/header", Verdict::Ran(vec![(Stage::Verification, Outcome::Same)])),
            report("b", Verdict::Ran(vec![(Stage::StringToSign, differs)])),
            report("c\"<", Verdict::Broken("no".to_owned())),
            report("d", Verdict::Skipped("why".to_owned())),
        ];
        let text = String::from_utf8(junit(&reports).unwrap()).unwrap();
        for part in [
            r#"tests="4" failures="2" errors="0" skipped="1""#,
            r#"<testcase classname="v4.a" name="header"/>"#,
            r#"<failure message="string to sign differs">-&lt;a&gt;&amp;]]&gt;"#,
            "+\u{fffd}\n</failure>",
            r#"name="c&quot;&lt;""#,
            r#"<skipped message="why"/>"#,
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
