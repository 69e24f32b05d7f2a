"""The cases of SigV4A: what is let in, and what is refused, in the order of the checks."""

from __main__ import *  # noqa: F403 - the script that runs this
from sigv4_cases import h

BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
QUERY = {"form": "query", "method": "GET", "target": WHOAMI, "headers": h()}


def taken(name, rule, **more):
    case(name, rule, **{"service": "sts", "sigv4a": True, "algorithm": SIGV4A, "region_set": "us-east-1",
                        **({} if "form" in more else {"body": BODY}), **more})


def accepted():
    y = lambda name, rule, **more: taken("sigv4a-" + name, rule, **more)
    y("header", "The scope names no region, and a set of them is signed.")
    y("presigned", "The set may stand in the query.", **QUERY)
    y("presigned-post-signs-its-body", "Presigned is not unsigned.", form="query", headers=h(FORM), body=BODY)
    y("rest", "Any service may take it.", rules="rest", service="orders", method="PUT", target="/a/../b%20c?k&a=2", headers=h(), body=b"{}")
    y("s3", "S3 too.", rules="s3", service="s3", path_style="s3", method="PUT", target="/b/k", headers=h(("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")), payload="UNSIGNED-PAYLOAD", body=b"any")
    y("the-other-number", "A signature has a twin, and both are good.", der=lambda r, s: der(r, N - s))
    for name, found in [("many", "eu-west-1,us-east-1"), ("spaces", " eu-west-1 , us-east-1 "), ("star", "*"), ("start", "us-east-*"), ("some-known", "mars-1,us-east-1"), ("new", "eu-north-7")]:
        y(f"region-set-{name}", "One region of the set is one of ours.", region_set=found)
    y("region-set-presigned-star", "One region of the set is one of ours.", region_set="*", **QUERY)
    y("region-set-listed", "The configuration may name any region.", region_set="us-east-1,local", regions=["eu-west-1", "local"])
    y("region-set-listed-star", "A star is for listed regions too.", region_set="*", regions=["local"])
    y("session-token", "A temporary key comes with its token.", token=TOKEN, key_id="ASIDEXAMPLE", key_token=TOKEN)
    y("session-token-presigned", "A temporary key comes with its token.", token=TOKEN, key_id="ASIDEXAMPLE", key_token=TOKEN, **QUERY)
    y("payload-declared", "A declared hash that is the body's own is good.", headers=h(FORM, ("X-Amz-Content-Sha256", sha(BODY))))
    y("shared-secrets-are-still-taken", "Who takes the one takes the other.", algorithm=SIGV4, region_set=None)
    y("region-set-beside-a-region", "A scope that names its region needs no set.", algorithm=SIGV4, region_set="eu-west-1")


def refused():
    n = lambda row, name, rule, answer, **more: taken(f"row-{row}-sigv4a-{name}", rule, answer=answer, **more)
    # 6, 7
    n("06a", "not-taken", "A service says that it takes it, or does not.", incomplete(f"Unsupported AWS 'algorithm': '{SIGV4A}'.", "algorithm"), sigv4a=False)
    n("06a", "prefix", "The algorithm is compared exactly.", incomplete(f"Unsupported AWS 'algorithm': '{SIGV4A}-PAYLOAD'.", "algorithm"), change=authorization(lambda v: v.replace(SIGV4A, SIGV4A + "-PAYLOAD")))
    n("06a", "lower-case", "The algorithm is compared exactly.", incomplete(f"Unsupported AWS 'algorithm': '{SIGV4A.lower()}'.", "algorithm"), change=authorization(lambda v: v.replace(SIGV4A, SIGV4A.lower())))
    n("07a", "not-taken", "A service says that it takes it, or does not.", no(403, "MissingAuthenticationToken", "Request is missing Authentication Token", "query_algorithm"), sigv4a=False, **QUERY)
    set_missing = "Authorization header requires existence of a 'X-Amz-Region-Set' header. "
    n("06d", "no-region-set", "What is missing is told.", incomplete(f"{set_missing}Authorization={SIGV4A}", "header_lacks"), region_set=None)
    n("06d", "region-set-in-the-query", "A header's signature is for a header's set.", incomplete(f"{set_missing}Authorization={SIGV4A}", "header_lacks"), region_set=None, target="/?X-Amz-Region-Set=us-east-1")
    lacks = " ".join(f"Authorization header requires '{name}' parameter." for name in ["Credential", "Signature", "SignedHeaders"])
    date = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
    n("06d", "nothing-at-all", "All that is missing is told.", incomplete(f"{lacks} {date}{set_missing}Authorization={SIGV4A}", "header_lacks"),
      change=both(set_header("Authorization", SIGV4A), set_header("X-Amz-Date", None), set_header("X-Amz-Region-Set", None)))
    twice = incomplete("'X-Amz-Region-Set' must be given exactly once.", "twice")
    n("06d", "two-region-sets", "There is one set.", twice, headers=h(FORM, ("X-Amz-Region-Set", "us-east-1")))
    n("07c", "two-region-sets", "There is one set.", twice, **{**QUERY, "target": WHOAMI + "&X-Amz-Region-Set=us-east-1"})
    n("07c", "region-set-in-query-and-header", "There is one set.", twice, **{**QUERY, "headers": h(("X-Amz-Region-Set", "us-east-1"))})
    query_lacks = incomplete("AWS query-string parameters must include 'X-Amz-Region-Set'. Re-examine the query-string parameters.", "query_lacks")
    n("07d", "no-region-set", "What is missing is told.", query_lacks, region_set=None, **QUERY)
    n("07d", "region-set-in-a-header", "A query's signature is for a query's set.", query_lacks, region_set=None, **{**QUERY, "headers": h(("X-Amz-Region-Set", "us-east-1"))})
    n("07d", "names-are-case-sensitive", "A parameter of another case is another.", query_lacks, change=edit_target(lambda t: t.replace("X-Amz-Region-Set", "x-amz-region-set")), **QUERY)
    # 8
    unsigned = denied("'X-Amz-Region-Set' must be a 'SignedHeader' in the AWS Authorization.", "header_not_signed")
    n("08", "region-set-unsigned", "The set is signed.", unsigned, unsigned=["x-amz-region-set"])
    n("08", "region-set-unsigned-where-tolerated", "The set is signed whatever a proxy may add.", unsigned, unsigned=["x-amz-region-set"], tolerated=["x-amz-region-set"])
    n("08", "region-set-too-long", "A set is bounded.", no(413, "RequestEntityTooLarge", "At most 1024 bytes of region set are allowed.", "region_set_too_long"), region_set="," * 1025)
    # 10, 12, 13
    n("10", "too-old", "It lives no longer than any other.", denied(f"Signature expired: {STAMP} is now earlier than 20150830T123601Z (20150830T125101Z - 15 min.)", "expired"), now="20150830T125101Z")
    parts = lambda text: incomplete(f"Credential must have exactly 4 slash-delimited elements, e.g. keyid/date/service/term, got '{text}'", "bad_credential")
    for name, text in [("five", f"{KEY_ID}/{DAY}/us-east-1/sts/aws4_request"), ("three", f"{DAY}/sts/aws4_request"), ("none", "")]:
        n("12", f"{name}-parts", "A credential has four parts.", parts(text), change=authorization(lambda v, text=text: re.sub("Credential=[^,]*", "Credential=" + text, v)))
    text = f"{KEY_ID}/{DAY}/sts/aws4_request"
    n("12", "four-parts-of-the-other", "Four parts are for no shared secret.", incomplete(f"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{text}'", "bad_credential"),
      change=authorization(lambda v: v.replace(SIGV4A, SIGV4)))
    region, term = "Credential should be scoped to a valid region. ", "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. "
    service = "Credential should be scoped to correct service: 'sts'. "
    day = f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150829' != '{DAY}', from '{STAMP}'."
    scope = lambda *sentences: denied("".join(sentences), "out_of_scope")
    for name, found in [("other", "mars-1"), ("empty", ""), ("commas", ",,"), ("star-within", "us-*-1"), ("star-before", "*-east-1"), ("upper-case", "US-EAST-1"), ("global", "aws-global")]:
        n("13", f"region-set-{name}", "A region of the set is one of ours.", scope(region), region_set=found)
    n("13", "region-set-presigned", "A region of the set is one of ours.", scope(region), region_set="mars-*", **QUERY)
    n("13", "region-set-not-listed", "A region of the set is one of those that are listed.", scope(region), region_set="eu-*", regions=["us-east-1"])
    n("13", "service", "The service is the one that is asked.", scope(service), change=authorization(lambda v: v.replace("/sts/", "/iam/")))
    n("13", "terminator", "The terminator is exact.", scope(term), terminator="aws5")
    n("13", "date", "The day is that of the request.", scope(day), day="20150829")
    n("13", "all", "All that is wrong is told.", scope(region, service, term, day), region_set="mars-1",
      change=authorization(lambda v: re.sub("Credential=[^,]*", f"Credential={KEY_ID}/20150829/iam/aws5", v)))
    # 14, 15
    gone = lambda reason: no(403, "InvalidClientTokenId", "The security token included in the request is invalid.", reason)
    n("14b", "token-of-another-session", "The token is the key's own.", no(403, "InvalidClientTokenId", "The security token included in the request is invalid", "wrong_token"), key_id="ASIDEXAMPLE", token="other", key_token=TOKEN)
    n("15", "unknown", "Nobody knows the key.", gone("unknown_key"), key=None)
    n("15", "inactive", "The key is disabled, though it signed.", gone("inactive_key"), active=False)
    n("15", "token-missing", "A temporary key comes with its token.", gone("token_missing"), key_id="ASIDEXAMPLE", key_token=TOKEN)
    # 16
    m = lambda name, rule, reason="signature", **more: n("16", name, rule, mismatch(reason), **more)
    signature = lambda text: authorization(lambda v: re.sub("(?<=Signature=).*", text if callable(text) else lambda _: text, v))
    m("secret", "Another secret makes another key.", secret="wrong")
    m("key-of-another-id", "So does another id.", key_made_for="AKIDEXAMPLF")
    m("body-changed", "The body is signed.", change=lambda method, t, hs, b: [method, t, hs, b.replace(b"GetCallerIdentity", b"GetSessionTokenXX")])
    m("header-changed", "A signed header is signed.", headers=h(FORM, ("x-a", "b")), change=set_header("x-a", "c"))
    m("region-set-changed", "The set is signed.", change=set_header("X-Amz-Region-Set", "*"))
    m("region-set-changed-in-the-query", "The set is signed.", change=edit_target(lambda t: t.replace("Region-Set=us-east-1", "Region-Set=%2A")), **QUERY)
    m("parameter-added", "Every parameter is signed.", change=edit_target(lambda t: t + "&DurationSeconds=900"), **QUERY)
    m("day-of-another", "The scope is signed.", change=both(set_header("X-Amz-Date", "20150831T000000Z"), authorization(lambda v: v.replace(DAY, "20150831"))), now="20150831T000000Z")
    for name, text in [("hmac", STREAM), ("ecdsa", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"), ("ecdsa-trailer", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER")]:
        m(f"streaming-{name}", "Bodies signed by the chunk are not read.", "payload", headers=h(FORM, ("X-Amz-Content-Sha256", text)), payload=text)
        m(f"s3-streaming-{name}", "Bodies signed by the chunk are not read.", "payload", rules="s3", service="s3", path_style="s3", method="PUT", target="/b/k", headers=h(("X-Amz-Content-Sha256", text)), payload=text)
    # The algorithm decides the kind of key.
    shared = {"algorithm": SIGV4, "region_set": "us-east-1"}
    m("hmac", "A shared secret makes no signature of a key pair.", "no_signature", change=lambda *r: as_sigv4a(*r), **shared)
    m("hmac-in-its-place", "Nor does it the other way round.", "no_signature", change=signature(lambda _: Signer(service="sts").signature("x")))
    m("of-a-key-pair-in-the-place-of-a-hmac", "Nor does a key pair.", "no_signature", algorithm=SIGV4, change=signature(lambda _: Signer(algorithm=SIGV4A).signature("x")))
    # The encoding of the signature.
    d = lambda name, made, reason="no_signature": m("der-" + name, "A signature has one encoding.", reason, der=made)
    whole = lambda n: n.to_bytes(33, "big")
    d("trailing-byte", lambda r, s: der(r, s) + b"\0")
    d("trailing-byte-within", lambda r, s: b"\x30" + bytes([len(der(r, s)) - 1]) + der(r, s)[2:] + b"\0")
    d("third-number", lambda r, s: der(r, s, 1))
    d("one-number", lambda r, s: der(r))
    d("negative", lambda r, s: der((-r).to_bytes(r.bit_length() // 8 + 1, "big", signed=True), s))
    d("high-bit", lambda r, s: der(b"\x80" + r.to_bytes(32, "big")[1:], s))
    d("leading-zero", lambda r, s: der(b"\0" + der_number(r), s))
    d("leading-zeros", lambda r, s: der(r, b"\0\0" + whole(s)))
    d("empty-number", lambda r, s: der(b"", s))
    d("zero-first", lambda r, s: der(0, s))
    d("zero-second", lambda r, s: der(r, 0))
    d("order-first", lambda r, s: der(N, s))
    d("order-second", lambda r, s: der(r, N))
    d("second-above-the-order", lambda r, s: der(r, s + N))
    d("long-length", lambda r, s: b"\x30\x81" + der(r, s)[1:])
    d("indefinite-length", lambda r, s: b"\x30\x80" + der(r, s)[2:] + b"\0\0")
    d("set", lambda r, s: b"\x31" + der(r, s)[1:])
    d("cut", lambda r, s: der(r, s)[:-1])
    d("fixed", lambda r, s: r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    d("ones", lambda r, s: der(1, 1), "signature")
    d("swapped", lambda r, s: der(s, r), "signature")
    d("of-a-negated-first", lambda r, s: der(N - r, s), "signature")
    for name, text in [("upper-case", lambda found: found[0].upper()), ("odd", lambda found: found[0] + "0"), ("no-hex", "g" * 140), ("empty", ""), ("overlong", "30" * 10_000)]:
        m(f"signature-{name}", "A signature is hexadecimal digits in lower case.", "no_signature", change=signature(text))


def as_sigv4a(method, target, headers, body):
    return authorization(lambda v: v.replace(SIGV4, SIGV4A).replace("/us-east-1/", "/"))(method, target, headers, body)


STREAM = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
