//! Responses that were altered, cut up, declared away, or made to be slow.

use super::*;

#[test]
fn whatever_is_altered_is_refused_or_is_no_part_of_what_is_believed() {
    let samples = Samples::kept();
    for name in ["assertion-signed", "response-signed", "prefix-list"] {
        let good = &samples.good[name];
        let believed = samples.read(good).unwrap();
        for at in (0..good.len()).step_by(13) {
            let mut bytes = good.clone().into_bytes();
            bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
            let Ok(altered) = String::from_utf8(bytes) else { continue };
            if let Ok(read) = samples.read(&altered) {
                assert_eq!(read, believed, "{name}, byte {at}");
            }
        }
    }
}

#[test]
fn every_altered_statement_is_noticed() {
    let samples = Samples::kept();
    for (from, to) in [
        (">ann<", ">admin<"),
        ("role/Reader", "role/Admin"),
        (">ann@example.com<", ">bob@example.com<"),
        (">1800<", ">43200<"),
        ("PrincipalTag:Team", "PrincipalTag:Root"),
        (">staff<", ">owner<"),
        ("NotOnOrAfter=\"2015-08-30T12:40:00.000Z\"", "NotOnOrAfter=\"2099-08-30T12:40:00.000Z\""),
        ("urn:amazon:webservices", "urn:amazon:webservice"),
        ("nameid-format:persistent", "nameid-format:transient"),
        ("\"_assertion\"", "\"_other\""),
    ] {
        let good = samples.signed();
        assert!(good.contains(from), "{from}");
        let refused = samples.read(&good.replace(from, to)).unwrap_err();
        assert!(matches!(refused, Refusal::Altered | Refusal::Form), "{from}: {refused}");
    }
}

#[test]
fn a_comment_cuts_no_name_short() {
    let samples = Samples::kept();
    for (name, response) in &samples.good {
        let believed = samples.read(response).unwrap();
        for cut in [">a<!-- -->nn<", "><!---->ann<", ">ann<!--.evil.com--><", "><![CDATA[a]]>nn<"] {
            let read = samples.read(&response.replace(">ann<", cut)).unwrap();
            assert_eq!(read, believed, "{name}: {cut}");
        }
        let role = response.replace("role/Reader,", "role/<!-- -->Reader,");
        assert_eq!(samples.read(&role).unwrap(), believed, "{name}");
        let longer = response.replace(">ann<", ">ann<!-- -->.evil.com<");
        assert!(samples.read(&longer).is_err(), "{name}");
    }
}

#[test]
fn document_types_entities_and_instructions_are_refused() {
    let samples = Samples::kept();
    let good = samples.signed();
    let typed = |declared: &str| good.replace("?>\n", &format!("?>\n{declared}"));
    for declared in [
        "<!DOCTYPE Response>",
        "<!DOCTYPE r [<!ENTITY a \"ann\">]>",
        "<!DOCTYPE r SYSTEM \"file:///etc/passwd\">",
        "<!DOCTYPE r [<!ATTLIST saml:Assertion ID ID #IMPLIED>]>",
        "<!DOCTYPE r [<!ENTITY % p SYSTEM \"http://evil.example.com/\"> %p;]>",
    ] {
        assert_eq!(samples.read(&typed(declared)), Err(Refusal::Doctype), "{declared}");
    }
    let named = good.replace(">ann<", ">&ann;<");
    assert_eq!(samples.read(&named), Err(Refusal::NotXml));
    let instructed = good.replace(">ann<", ">ann<?x y?><");
    assert_eq!(samples.read(&instructed), Err(Refusal::Instruction));
    // What XML itself declares is the same text.
    let counted = good.replace(">ann<", ">&#97;nn<");
    assert!(samples.read(&counted).is_ok());
}

#[test]
fn no_algorithm_is_taken_instead_of_a_better_one() {
    let samples = Samples::kept();
    let more = "http://www.w3.org/2001/04/xmldsig-more#";
    let good = samples.signed();
    for (from, to) in [
        (format!("{more}rsa-sha256"), "http://www.w3.org/2000/09/xmldsig#rsa-sha1".to_owned()),
        (format!("{more}rsa-sha256"), "http://www.w3.org/2000/09/xmldsig#hmac-sha1".to_owned()),
        (format!("{more}rsa-sha256"), format!("{more}hmac-sha256")),
        (format!("{more}rsa-sha256"), "none".to_owned()),
        ("xmlenc#sha256".to_owned(), "xmlenc#sha1".to_owned()),
        ("#enveloped-signature".to_owned(), "#base64".to_owned()),
        (
            "http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms>".to_owned(),
            "http://www.w3.org/TR/1999/REC-xslt-19991116\"/></ds:Transforms>".to_owned(),
        ),
        (
            "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>".to_owned(),
            String::new(),
        ),
        ("URI=\"#_assertion\"".to_owned(), "URI=\"\"".to_owned()),
        ("URI=\"#_assertion\"".to_owned(), String::new()),
        ("URI=\"#_assertion\"".to_owned(), "URI=\"#xpointer(id('_assertion'))\"".to_owned()),
        ("URI=\"#_assertion\"".to_owned(), "URI=\"http://evil.example.com/\"".to_owned()),
        (
            "#sha256\"/>".to_owned(),
            "#sha256\"><ds:HMACOutputLength>8</ds:HMACOutputLength></ds:DigestMethod>".to_owned(),
        ),
    ] {
        let changed = good.replacen(&from, &to, 1);
        assert_ne!(&changed, good, "{from}");
        let refused = samples.read(&changed).unwrap_err();
        assert!(matches!(refused, Refusal::Form | Refusal::Signature), "{to}: {refused}");
    }
    // Another algorithm that is taken is not that of the signature.
    let other = good.replace("rsa-sha256", "ecdsa-sha256");
    assert_eq!(samples.read(&other), Err(Refusal::Signature));
}

#[test]
fn identifiers_are_there_once() {
    let samples = Samples::kept();
    let good = samples.signed();
    for name in ["ID", "Id", "id", "xml:id"] {
        let twice =
            good.replace("<samlp:Status>", &format!("<samlp:Status {name}=\"_assertion\">"));
        assert_eq!(samples.read(&twice), Err(Refusal::SameId), "{name}");
    }
    let twice = good.replace("ID=\"_response\"", "ID=\"_assertion\"");
    assert_eq!(samples.read(&twice), Err(Refusal::SameId));
}

#[test]
fn encrypted_assertions_are_refused_and_said_to_be() {
    let samples = Samples::kept();
    let good = samples.signed();
    let encrypted = good.replace("saml:Assertion", "saml:EncryptedAssertion");
    assert_eq!(samples.read(&encrypted), Err(Refusal::Encrypted));
    let error = Error::from(Refusal::Encrypted);
    assert_eq!(error.message(), "Encrypted SAML assertions are not supported");
}

#[test]
fn a_failure_is_the_provider_s_whether_or_not_it_is_signed() {
    let samples = Samples::kept();
    let unsigned = samples.bad["unsigned"].replace("status:Success", "status:Responder");
    assert_eq!(samples.read(&unsigned), Err(Refusal::Status));
}

#[test]
fn what_is_too_large_or_too_deep_is_refused_before_it_costs() {
    let samples = Samples::kept();
    let good = samples.signed();
    let long = good.replace(">ann<", &format!(">{}<", "a".repeat(100_000)));
    assert_eq!(samples.read(&long), Err(Refusal::NotBase64));
    let within =
        |more: &str| good.replace("</samlp:Response>", &format!("{more}</samlp:Response>"));
    let deep = within(&format!("{}{}", "<a>".repeat(9000), "</a>".repeat(9000)));
    assert_eq!(samples.read(&deep), Err(Refusal::TooMuch));
    assert_eq!(samples.read(&within(&"<a/>".repeat(9000))), Err(Refusal::TooMuch));
    let attributes = numbered(0..5000, |n| format!(" a{n}=''"));
    assert_eq!(samples.read(&within(&format!("<a{attributes}/>"))), Err(Refusal::TooMuch));
    let names = numbered(0..100, |n| format!(" xmlns:a{n}='u'"));
    assert_eq!(samples.read(&within(&format!("<a{names}/>"))), Err(Refusal::TooMuch));
    let prefixes = numbered(0..2000, |n| format!("a{n} "));
    let listed = samples.good["prefix-list"].replace("\"xs\"", &format!("\"{prefixes}\""));
    assert_eq!(samples.read(&listed), Err(Refusal::TooMuch));
}

fn numbered(numbers: std::ops::Range<u32>, name: impl Fn(u32) -> String) -> String {
    numbers.map(name).collect::<Vec<_>>().concat()
}

#[test]
fn what_is_no_base64_of_xml_is_refused() {
    let samples = Samples::kept();
    let account = AccountId::parse("123456789012").unwrap();
    let (audiences, recipients) = (AUDIENCES, RECIPIENTS);
    let expected =
        Expected { account: &account, provider: "Example", audiences, recipients, now: NOW };
    let read = |text: &str| Asserted::read(text, &samples.metadata, &expected);
    for bad in ["", "!", "PGE+", "PGE-", "//79", "PGEvPg"] {
        let refused = read(bad).unwrap_err();
        let told = Error::from(refused);
        assert_eq!(told.message(), "Invalid base64 SAMLResponse", "{bad}");
    }
    // Base64 may come in lines.
    let lines: Vec<String> = BASE64
        .encode(samples.signed().as_bytes())
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    assert!(read(&lines.join("\r\n")).is_ok());
}
