//! Signature wrapping: what was signed is still there, and somebody else's assertion stands
//! where it is looked for (Somorovsky and others, “On Breaking SAML: Be Whoever You Want to
//! Be”, whose eight variants these are).

use super::*;

/// A response in pieces, as an attacker takes it apart.
struct Pieces<'r> {
    /// The start tag of the response.
    head: &'r str,
    /// The whole assertion.
    assertion: &'r str,
    /// The whole signature.
    signature: &'r str,
    /// What the response ends with.
    tail: &'r str,
}

const END: &str = "</saml:Assertion>";

impl<'r> Pieces<'r> {
    fn of(response: &'r str) -> Self {
        let between = |from: &str, to: &str| {
            let begin = response.find(from).unwrap();
            let end = response[begin..].find(to).unwrap() + begin + to.len();
            &response[begin..end]
        };
        Self {
            head: between("<samlp:Response", "</samlp:Status>"),
            assertion: between("<saml:Assertion", END),
            signature: between("<ds:Signature ", "</ds:Signature>"),
            tail: "</samlp:Response>",
        }
    }

    /// The signed assertion without its signature.
    fn bare(&self) -> String {
        self.assertion.replace(self.signature, "")
    }

    /// The attacker's assertion, unsigned.
    fn evil(&self) -> String {
        self.bare().replace(">ann<", ">admin<").replace("_assertion", "_evil")
    }

    /// The signature with something more in it.
    fn signature_with(&self, more: &str) -> String {
        let object = format!("<ds:Object>{more}</ds:Object></ds:Signature>");
        self.signature.replace("</ds:Signature>", &object)
    }

    /// `inside` as the last thing in `assertion`.
    fn put(inside: &str, assertion: &str) -> String {
        format!("{}{inside}{END}", assertion.strip_suffix(END).unwrap())
    }

    fn response(&self, content: &str) -> String {
        format!("{}{content}{}", self.head, self.tail)
    }
}

/// Whatever is believed is what the provider said.
fn expect_refused(samples: &Samples, wrapped: &str, variant: &str) {
    // It is well-formed: it is not for that that it is refused.
    let Err(refused) = samples.read(wrapped) else { panic!("{variant} is believed") };
    let is_seen_through = matches!(
        refused,
        Refusal::Misplaced | Refusal::NotAResponse | Refusal::Form | Refusal::SameId
    );
    assert!(is_seen_through, "{variant}: {refused}");
}

#[test]
fn variants_1_and_2_wrap_a_signed_response() {
    let samples = Samples::kept();
    let signed = &samples.good["response-signed"];
    let pieces = Pieces::of(signed);
    let original = signed.split_once("?>").unwrap().1.replace(pieces.signature, "");
    let evil = original.replace(">ann<", ">admin<").replace("\"_response\"", "\"_evil\"");
    let end = "</samlp:Response>";
    let put = |more: &str| format!("{}{more}{end}", evil.trim().strip_suffix(end).unwrap());
    expect_refused(&samples, &put(&pieces.signature_with(&original)), "1");
    expect_refused(&samples, &put(&format!("{}{original}", pieces.signature)), "2: behind");
    expect_refused(&samples, &put(&format!("{original}{}", pieces.signature)), "2: before");
}

#[test]
fn variants_3_to_8_wrap_a_signed_assertion() {
    let samples = Samples::kept();
    let pieces = Pieces::of(samples.signed());
    let (signed, evil, bare) = (pieces.assertion, pieces.evil(), pieces.bare());
    let signature = pieces.signature;
    for (variant, content) in [
        ("3", format!("{evil}{signed}")),
        ("3: behind", format!("{signed}{evil}")),
        ("4", Pieces::put(signed, &evil)),
        ("5", format!("{}{bare}", Pieces::put(signature, &evil))),
        (
            "6",
            Pieces::put(
                &signature.replace("</ds:Signature>", &format!("{bare}</ds:Signature>")),
                &evil,
            ),
        ),
        ("7", format!("<samlp:Extensions>{evil}</samlp:Extensions>{signed}")),
        ("7: behind", format!("{signed}<samlp:Extensions>{evil}</samlp:Extensions>")),
        ("8", Pieces::put(&pieces.signature_with(&bare), &evil)),
        (
            "8: within the signed",
            format!("{evil}{}", Pieces::put(&pieces.signature_with(""), &bare)),
        ),
    ] {
        expect_refused(&samples, &pieces.response(&content), variant);
        // Also where both have one identifier.
        let same = content.replace("_evil", "_assertion");
        expect_refused(&samples, &pieces.response(&same), variant);
    }
}

#[test]
fn the_assertion_alone_in_another_envelope_is_what_it_was() {
    let samples = Samples::kept();
    let pieces = Pieces::of(samples.signed());
    assert!(samples.read(&pieces.response(pieces.assertion)).is_ok());
    // In no envelope it is no response.
    let bare = pieces.assertion.replace(
        "<saml:Assertion ",
        r#"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" "#,
    );
    assert_eq!(samples.read(&bare), Err(Refusal::NotAResponse));
}

#[test]
fn a_signature_that_is_moved_to_where_it_covers_something_else_is_refused() {
    let samples = Samples::kept();
    let pieces = Pieces::of(samples.signed());
    let (signature, evil, bare) = (pieces.signature, pieces.evil(), pieces.bare());
    // On the response, and by the response's identifier, too.
    expect_refused(&samples, &pieces.response(&format!("{signature}{bare}")), "on the response");
    let moved = signature.replace("#_assertion", "#_response");
    let moved = pieces.response(&format!("{moved}{bare}"));
    assert_eq!(samples.read(&moved), Err(Refusal::Signature));
    // On an assertion that has taken the other's identifier.
    let taken = Pieces::put(signature, &evil.replace("_evil", "_assertion"));
    assert_eq!(samples.read(&pieces.response(&taken)), Err(Refusal::Altered));
}

#[test]
fn a_signature_of_one_does_not_excuse_that_of_the_other() {
    let samples = Samples::kept();
    let both = &samples.good["both-signed"];
    let begin = both.rfind("<ds:SignatureValue>").unwrap() + "<ds:SignatureValue>".len();
    let other = if &both[begin..=begin] == "A" { "B" } else { "A" };
    let broken = format!("{}{other}{}", &both[..begin], &both[begin + 1..]);
    assert!(samples.read(&broken).is_err());
}

#[test]
fn there_is_one_signature_where_there_is_one() {
    let samples = Samples::kept();
    let pieces = Pieces::of(samples.signed());
    let twice = Pieces::put(pieces.signature, pieces.assertion);
    expect_refused(&samples, &pieces.response(&twice), "twice");
    let beside = format!("{}<x>{}</x>", pieces.assertion, pieces.signature);
    expect_refused(&samples, &pieces.response(&beside), "beside");
}
