"""A SAML identity provider of ordinary libraries (lxml, signxml, cryptography).

    provider.py FOLDER NOW

writes into FOLDER the provider's metadata.xml, and a response a file as it signs them at
NOW, a Unix time: good/*.xml, which AWS would take, and bad/*.xml, which nobody should.
The keys are made anew each time, and are kept nowhere.
"""

import datetime
import pathlib
import sys
from base64 import b64encode

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from signxml import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
    SignatureReference,
    XMLSigner,
)

ENTITY = "https://idp.example.com/saml"
ACCOUNT = "123456789012"
AWS = "https://aws.amazon.com/SAML/Attributes/"
NAMES = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
ATTRIBUTES = [
    (AWS + "Role", [f"arn:aws:iam::{ACCOUNT}:role/Reader,arn:aws:iam::{ACCOUNT}:saml-provider/Example",
                    f"arn:aws:iam::{ACCOUNT}:saml-provider/Example,arn:aws:iam::{ACCOUNT}:role/team/Writer"]),
    (AWS + "RoleSessionName", ["ann@example.com"]),
    (AWS + "SessionDuration", ["1800"]),
    (AWS + "SourceIdentity", ["ann"]),
    (AWS + "PrincipalTag:Team", ["Blue = Green"]),
    (AWS + "PrincipalTag:Site", ["Zürich"]),
    (AWS + "TransitiveTagKeys", ["Team"]),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.1", ["staff", "Blue & <Green>"]),
    ("urn:oid:0.9.2342.19200300.100.1.3", ["ann@example.com"]),
]
ODD = [
    (AWS + "PrincipalTag:Odd", ["tab\t line\n return\r quotes\"' > \u00a0 \u2028 \U0001F511 ]]"]),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.7", [" ", "", "  two  "]),
    ("a&quot;b &lt; c&#9;d&#10;e&#13;f > g", ["x"]),
]


class Signer(XMLSigner):
    """Signs with what is broken, too, and says which prefixes it keeps."""

    def check_deprecated_methods(self):
        pass

    def _build_transforms_for_reference(self, *, transforms_node, reference, **how):
        super()._build_transforms_for_reference(transforms_node=transforms_node, reference=reference, **how)
        if reference.inclusive_ns_prefixes:
            name = f"{{{EXCLUSIVE.value}}}InclusiveNamespaces"
            etree.SubElement(transforms_node[-1], name, PrefixList=" ".join(reference.inclusive_ns_prefixes))


class Provider:
    def __init__(self, now):
        self.now = datetime.datetime.fromtimestamp(now, datetime.timezone.utc)
        self.rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.p256 = ec.generate_private_key(ec.SECP256R1())
        self.p384 = ec.generate_private_key(ec.SECP384R1())
        self.other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.certificates = {key: self.certificate(key) for key in (self.rsa, self.p256, self.p384, self.other)}

    def certificate(self, key):
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "idp.example.com")])
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number())
        # Long over: the dates of a provider's certificates do not count.
        made = made.not_valid_before(datetime.datetime(2000, 1, 1)).not_valid_after(datetime.datetime(2001, 1, 1))
        return made.sign(key, hashes.SHA256())

    def metadata(self):
        keys = "".join(
            '<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
            + b64encode(self.certificates[key].public_bytes(Encoding.DER)).decode()
            + "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            for key in (self.p256, self.p384, self.rsa)
        )
        return f"""<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="{NAMES['ds']}" entityID="{ENTITY}">
<md:IDPSSODescriptor protocolSupportEnumeration="{NAMES['samlp']}">{keys}
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{ENTITY}/sso"/>
</md:IDPSSODescriptor></md:EntityDescriptor>
"""

    def time(self, seconds):
        return (self.now + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def attributes(self, attributes):
        def values(values):
            for value in values:
                element = etree.Element("v")
                element.text = value
                text = etree.tostring(element, encoding="unicode")[3:-4]
                yield f'<saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">{text}</saml:AttributeValue>'

        return "".join(f'<saml:Attribute Name="{name}">{"".join(values(all))}</saml:Attribute>' for name, all in attributes)

    def response(self, **other):
        of = {
            "name": '<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ann</saml:NameID>',
            "more": "", "condition": "", "attributes": ATTRIBUTES, "status": "Success", "issuer": ENTITY,
            "recipient": "https://signin.aws.amazon.com/saml", "destination": None, "audience": "urn:amazon:webservices", **other,
        }
        confirmation = f"""<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="{self.time(240)}" Recipient="{of['recipient']}"/></saml:SubjectConfirmation>"""
        return etree.fromstring(f"""<samlp:Response xmlns:samlp="{NAMES['samlp']}" xmlns:saml="{NAMES['saml']}" xmlns:xs="http://www.w3.org/2001/XMLSchema" ID="_response" Version="2.0" IssueInstant="{self.time(0)}" Destination="{of['destination'] or of['recipient']}">
  <saml:Issuer>{of['issuer']}</saml:Issuer>
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{of['status']}"/></samlp:Status>
  <saml:Assertion ID="_assertion" Version="2.0" IssueInstant="{self.time(0)}">
    <saml:Issuer>{of['issuer']}</saml:Issuer>
    <saml:Subject>{of['name']}{confirmation}{of['more'] and confirmation}</saml:Subject>
    <saml:Conditions NotBefore="{self.time(-30)}" NotOnOrAfter="{self.time(270)}"><saml:AudienceRestriction><saml:Audience>{of['audience']}</saml:Audience></saml:AudienceRestriction>{of['condition']}</saml:Conditions>
    <saml:AuthnStatement AuthnInstant="{self.time(-5)}" SessionIndex="_session" SessionNotOnOrAfter="{self.time(7200)}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
    <saml:AttributeStatement>{self.attributes(of['attributes'])}</saml:AttributeStatement>
  </saml:Assertion>
</samlp:Response>""")

    def sign(self, element, key=None, method=SignatureMethod.RSA_SHA256, digest=DigestAlgorithm.SHA256, canonical=EXCLUSIVE, prefixes=None, uri=True):
        """The element with its signature behind its issuer, where SAML wants it."""
        key = key or self.rsa
        made = etree.fromstring(etree.tostring(element))
        place = etree.SubElement(made, f"{{{NAMES['ds']}}}Signature", Id="placeholder", nsmap={"ds": NAMES["ds"]})
        made.remove(place)
        made.insert(1, place)
        signer = Signer(SignatureConstructionMethod.enveloped, method, digest, canonical)
        signer.namespaces = {"ds": NAMES["ds"]}
        if uri is None:
            # Without an identifier, the whole document is referred to.
            del made.attrib["ID"]
        elif uri is True:
            uri = [SignatureReference(URI="#" + made.get("ID"), inclusive_ns_prefixes=prefixes)]
        with_key = {"key": key} if isinstance(key, bytes) else {"key": key, "cert": [self.certificates[key]]}
        return signer.sign(made, reference_uri=uri, id_attribute="ID", inclusive_ns_prefixes=prefixes, **with_key)

    def assertion_signed(self, response=None, **how):
        response = self.response() if response is None else response
        assertion = response.find("saml:Assertion", NAMES)
        signed = self.sign(assertion, **how)
        signed.tail = assertion.tail
        response.replace(assertion, signed)
        return response

    def rewritten(self, response, *changes):
        text = etree.tostring(response, encoding="unicode")
        for before, after in changes:
            text = text.replace(before, after)
        return etree.fromstring(text)

    def without_prefixes(self):
        """As providers write that use default namespaces."""
        named = f'xmlns:saml="{NAMES["saml"]}"'
        plain = self.rewritten(
            self.response(), ("samlp:", "p:"), (":samlp=", ":p="), (named, ""), ("saml:", ""),
            ("<Assertion ", f'<Assertion xmlns="{NAMES["saml"]}" '),
        )
        plain[0].tag = f"{{{NAMES['saml']}}}Issuer"
        return plain

    def good(self):
        hundred = [(AWS + "Role", [f"arn:aws:iam::{ACCOUNT}:role/Team{n},arn:aws:iam::{ACCOUNT}:saml-provider/Example" for n in range(100)])]
        yield "assertion-signed", self.assertion_signed()
        yield "response-signed", self.sign(self.response())
        yield "both-signed", self.sign(self.assertion_signed())
        yield "ecdsa-p256", self.assertion_signed(key=self.p256, method=SignatureMethod.ECDSA_SHA256)
        yield "ecdsa-p384", self.assertion_signed(key=self.p384, method=SignatureMethod.ECDSA_SHA384, digest=DigestAlgorithm.SHA384)
        yield "rsa-sha384", self.assertion_signed(method=SignatureMethod.RSA_SHA384, digest=DigestAlgorithm.SHA384)
        yield "rsa-sha512", self.assertion_signed(method=SignatureMethod.RSA_SHA512, digest=DigestAlgorithm.SHA512)
        yield "prefix-list", self.assertion_signed(prefixes=["xs"])
        yield "with-comments", self.assertion_signed(canonical=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0_WITH_COMMENTS)
        yield "other-prefixes", self.rewritten(self.assertion_signed(), ("samlp:", "p:"), (":samlp=", ":p="))
        yield "no-prefixes", self.assertion_signed(self.without_prefixes())
        yield "no-prefixes-response", self.sign(self.without_prefixes())
        yield "odd-characters", self.assertion_signed(self.response(attributes=ATTRIBUTES + ODD))
        yield "regional", self.assertion_signed(self.response(recipient="https://eu-central-1.signin.aws.amazon.com/saml", audience="https://signin.aws.amazon.com/saml"))
        yield "hundred-roles", self.assertion_signed(self.response(attributes=ATTRIBUTES[1:2] + hundred))

    def bad(self):
        public = self.certificates[self.rsa].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        without = lambda name: [one for one in ATTRIBUTES if one[0] != AWS + name]
        yield "other-key", self.assertion_signed(key=self.other)
        yield "hmac-of-the-public-key", self.assertion_signed(key=public, method=SignatureMethod.HMAC_SHA256)
        yield "rsa-sha1", self.assertion_signed(method=SignatureMethod.RSA_SHA1)
        yield "digest-sha1", self.assertion_signed(digest=DigestAlgorithm.SHA1)
        yield "inclusive", self.assertion_signed(canonical=CanonicalizationMethod.CANONICAL_XML_1_0)
        yield "empty-reference", self.sign(self.response(), uri=None)
        yield "two-references", self.sign(self.response(), uri=["#_response", "#_assertion"])
        yield "assertion-in-response-s-signature", self.sign(self.response(), uri="#_assertion")
        yield "unsigned", self.response()
        yield "status", self.sign(self.response(status="Responder"))
        yield "other-issuer", self.assertion_signed(self.response(issuer="https://other.example.com"))
        yield "no-name", self.assertion_signed(self.response(name=""))
        yield "two-bearers", self.assertion_signed(self.response(more="1"))
        yield "unknown-condition", self.assertion_signed(self.response(condition='<saml:Condition xmlns:x="urn:x" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x:Moon"/>'))
        yield "no-session-name", self.assertion_signed(self.response(attributes=without("RoleSessionName")))
        yield "bad-session-name", self.assertion_signed(self.response(attributes=without("RoleSessionName") + [(AWS + "RoleSessionName", ["Ann Smith"])]))
        yield "bad-source-identity", self.assertion_signed(self.response(attributes=without("SourceIdentity") + [(AWS + "SourceIdentity", ["aws:ann"])]))
        yield "long-session", self.assertion_signed(self.response(attributes=without("SessionDuration") + [(AWS + "SessionDuration", ["43201"])]))
        yield "other-recipient", self.assertion_signed(self.response(recipient="https://app.example.com/saml"))
        yield "other-destination", self.sign(self.response(destination="https://app.example.com/saml"))
        yield "other-audience", self.assertion_signed(self.response(audience="https://app.example.com"))


def main(folder, now):
    provider = Provider(now)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "metadata.xml").write_text(provider.metadata())
    for kind, cases in ("good", provider.good()), ("bad", provider.bad()):
        (folder / kind).mkdir(exist_ok=True)
        for name, response in cases:
            text = etree.tostring(response, xml_declaration=True, encoding="UTF-8")
            (folder / kind / f"{name}.xml").write_bytes(text)
            if name == "both-signed":
                # A parser reads all line ends as one.
                (folder / kind / f"{name}-crlf.xml").write_bytes(text.replace(b"\n", b"\r\n"))


main(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
