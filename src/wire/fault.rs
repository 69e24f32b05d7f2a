//! The document that says no: byte for byte as AWS sends it, in XML or JSON.

/// What an error document is made of.
#[derive(Clone, Copy, Debug)]
pub struct Fault<'a> {
    /// The XML namespace of the service that answers.
    pub namespace: &'a str,
    /// Whether the gateway failed (`Receiver`), not the caller (`Sender`).
    pub is_ours: bool,
    /// The error's code.
    pub code: &'a str,
    /// The sentence; the element is left out where it is empty.
    pub message: &'a str,
    /// The name of the request.
    pub request_id: &'a str,
}

impl Fault<'_> {
    /// The document in XML: indented by two spaces, with a newline at the end.
    pub fn xml(&self) -> String {
        let mut out = String::with_capacity(384);
        out.push_str("<ErrorResponse xmlns=\"");
        escape_xml(&mut out, self.namespace);
        out.push_str("\">\n  <Error>\n");
        element(&mut out, 4, "Type", self.side());
        element(&mut out, 4, "Code", self.code);
        if !self.message.is_empty() {
            element(&mut out, 4, "Message", self.message);
        }
        out.push_str("  </Error>\n");
        element(&mut out, 2, "RequestId", self.request_id);
        out.push_str("</ErrorResponse>\n");
        out
    }

    /// The same in JSON.
    pub fn json(&self) -> String {
        let mut out = String::with_capacity(256);
        out.push_str("{\"Error\":{");
        member(&mut out, "Code", self.code);
        if !self.message.is_empty() {
            out.push(',');
            member(&mut out, "Message", self.message);
        }
        out.push(',');
        member(&mut out, "Type", self.side());
        out.push_str("},");
        member(&mut out, "RequestId", self.request_id);
        out.push('}');
        out
    }

    fn side(&self) -> &'static str {
        if self.is_ours { "Receiver" } else { "Sender" }
    }
}

fn element(out: &mut String, indent: usize, name: &str, text: &str) {
    out.extend(std::iter::repeat_n(' ', indent));
    for part in ["<", name, ">"] {
        out.push_str(part);
    }
    escape_xml(out, text);
    for part in ["</", name, ">\n"] {
        out.push_str(part);
    }
}

fn member(out: &mut String, name: &str, text: &str) {
    out.push('"');
    out.push_str(name);
    out.push_str("\":\"");
    escape_json(out, text);
    out.push('"');
}

/// Appends `text` so that it stands for itself between tags and in an attribute.
/// Characters that no XML 1.0 document may hold (section 2.2) are left out.
pub fn escape_xml(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            '\n' | '\t' => out.push(character),
            '\0'..='\u{1F}' | '\u{7F}' | '\u{FFFE}' | '\u{FFFF}' => {}
            _ => out.push(character),
        }
    }
}

/// Appends `text` so that it stands for itself inside a JSON string (RFC 8259
/// section 7).
pub fn escape_json(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1F}' | '\u{7F}' | '\u{2028}' | '\u{2029}' => escape_unicode(out, character),
            _ => out.push(character),
        }
    }
}

fn escape_unicode(out: &mut String, character: char) {
    let code = u32::from(character);
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        out.extend(char::from_digit(code >> shift & 0xF, 16));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRANGER: Fault<'_> = Fault {
        namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
        is_ours: false,
        code: "InvalidClientTokenId",
        message: "The security token included in the request is invalid",
        request_id: "16fc956c-311e-4199-bee1-1680236e9698",
    };

    #[test]
    fn a_stranger_gets_the_305_bytes_that_aws_sends() {
        let xml = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  \
                   <Error>\n    <Type>Sender</Type>\n    <Code>InvalidClientTokenId</Code>\n    \
                   <Message>The security token included in the request is invalid</Message>\n  \
                   </Error>\n  <RequestId>16fc956c-311e-4199-bee1-1680236e9698</RequestId>\n\
                   </ErrorResponse>\n";
        assert_eq!(STRANGER.xml(), xml);
        assert_eq!(xml.len(), 305);
    }

    #[test]
    fn an_unsigned_request_gets_the_297_bytes_that_aws_sends() {
        let code = "MissingAuthenticationToken";
        let unsigned =
            Fault { code, message: "Request is missing Authentication Token", ..STRANGER };
        assert_eq!(unsigned.xml().len(), 297);
    }

    #[test]
    fn an_empty_sentence_has_no_element() {
        let silent = Fault { message: "", ..STRANGER };
        assert!(!silent.xml().contains("Message"));
        assert!(!silent.json().contains("Message"));
    }

    #[test]
    fn json_says_the_same() {
        let expected = "{\"Error\":{\"Code\":\"InvalidClientTokenId\",\"Message\":\"The security \
                        token included in the request is invalid\",\"Type\":\"Sender\"},\
                        \"RequestId\":\"16fc956c-311e-4199-bee1-1680236e9698\"}";
        assert_eq!(STRANGER.json(), expected);
    }

    #[test]
    fn no_text_leaves_its_element() {
        let hostile = Fault { message: "</Message>&\u{1}\"\r'", ..STRANGER };
        assert!(hostile.xml().contains("<Message>&lt;/Message&gt;&amp;&quot;&#xD;'</Message>"));
        let hostile = Fault { message: "\"}\\\u{1}\n\u{2028}é", ..STRANGER };
        assert!(hostile.json().contains(r#""Message":"\"}\\\u0001\n\u2028é""#));
    }
}
