"""The cases: what is let in, and what is refused, in the order of the checks."""

from __main__ import *  # noqa: F403 - the script that runs this


def h(*more, host="example.com"):
    return [("Host", host), *more]


def accepted():
    rest = {"rules": "rest", "service": "orders"}
    s3 = {"rules": "s3", "service": "s3", "path_style": "s3"}
    hashed = ("X-Amz-Content-Sha256", sha(b""))
    # Paths
    case("path-is-encoded-twice", "Outside of S3 the path as sent is encoded once more.", target="/a%3Ab/%2f/@", headers=h(), **rest)
    case("path-loses-dots-and-double-slashes", "Dot segments and double slashes go before encoding.", target="/a/./b/../c//d/", headers=h(), **rest)
    case("path-ends-open-behind-dots", "What ends in a dot segment is a directory.", target="/a/b/..", headers=h(), **rest)
    case("path-keeps-encoded-dots", "%2E is a name, not a dot.", target="/a/%2E%2E/%2e/b", headers=h(), **rest)
    case("path-plus-is-a-plus", "Outside of S3 a plus in a path is itself.", target="/a+b", headers=h(), **rest)
    case("path-as-sent", "A service may ask for paths that are not normalized.", target="/a/../b//c%20", headers=h(), path_style="as_sent", **rest)
    case("path-s3-is-encoded-once", "S3's path is decoded once and encoded once.", target="/bucket/a=b*c@d$e%3d%c3%a9", headers=h(hashed), **s3)
    case("path-s3-is-never-normalized", "S3's path keeps dots and double slashes.", target="/bucket//a/../b/.", headers=h(hashed), **s3)
    case("path-s3-plus-is-a-space", "A plus in S3's path is read as a space.", target="/bucket/a+b", headers=h(hashed), **s3)
    case("path-empty-is-the-root", "A target without a path has the root.", target="http://example.com?a=1", headers=h(), **rest)
    case("target-in-absolute-form", "Scheme and authority of a target are not its path.", target="http://example.com/a?b=c", headers=h(), **rest)
    # Queries
    q = lambda name, rule, query, **more: case("query-" + name, rule, method="GET", target="/?" + query, headers=h(), **{**rest, **more})
    q("is-sorted-by-name-then-value", "Names are sorted before values, never the two as one text.", "Param-3=Value3&Param=Value2&%E1%88%B4=Value1")
    q("is-sorted-after-encoding", "The encoded names are sorted.", "z=1&%C3%A9=2&%7B=3&A=4&a=5")
    q("keeps-duplicates-sorted-by-value", "All values of a name are kept, sorted.", "a=b&a=a&a=10&a=2")
    q("name-alone-has-an-empty-value", "A name without an equals sign gets one.", "k&m=&z=1")
    q("empty-pieces-are-skipped", "Nothing between two ampersands is no parameter.", "&a=1&&b=2&")
    q("plus-is-a-space", "A plus in a query is a space.", "a=b+c&d+e=f")
    q("escaped-plus-is-a-plus", "An escaped plus stays one.", "a=b%2Bc")
    q("escapes-are-written-in-upper-case", "Escapes are decoded and written again.", "a=%2f%c3%a9&b=%7e%41")
    q("second-equals-sign-is-part-of-the-value", "A piece is split at its first equals sign.", "a=b=c&=d")
    q("every-other-sign-is-escaped", "Only unreserved characters stand for themselves.", "a=*!'();:@$,/?[]~-._")
    q("names-are-case-sensitive", "Names keep their case.", "param=1&Param=2&PARAM=3")
    q("signature-parameter-is-signed-in-the-header-form", "Only a presigned request leaves X-Amz-Signature out.", "X-Amz-Signature=1&a=2")
    # Headers
    v = lambda name, rule, *headers, **more: case("header-" + name, rule, headers=h(*headers), **{**rest, **more})
    v("values-are-trimmed-and-folded", "Runs of spaces become one, in quotes too.", ("My-Header", "  a   b  "), ("My-Quotes", ' "c   d"  e '))
    v("values-keep-their-order-of-arrival", "Values of one name are joined by commas and never sorted.", ("My-Header", "b"), ("other", "x"), ("My-Header", "a"), ("my-header", "c  c"))
    v("value-may-be-empty", "A header may say nothing.", ("My-Header", ""))
    v("tab-is-kept", "A signer may keep a tab in a value.", ("My-Header", "a\t  b"))
    v("tab-is-folded", "A signer may fold a tab as it folds spaces.", ("My-Header", "a\t  b"), folds_all=True)
    v("names-are-sorted", "Names are lower case and sorted.", ("Zoo", "z"), ("aBc", "a"), ("A-B", "x"))
    v("folded-lines-are-joined-with-spaces", "A value over several lines becomes one.", ("My-Header", "value1\n  value2\n\t value3"), folds_all=True, socket="folded headers are refused (RFC 9112 section 5.2)")
    case("host-keeps-its-port", "The host is signed as it was received.", headers=h(host="Example.com:7448"), **rest)
    case("authority-may-be-signed-for-host", "SignedHeaders may name :authority.", headers=[("Host", "example.com"), (":authority", "example.com")], signed=":authority;x-amz-date",
         change=set_header(":authority", None), **rest)
    case("content-type-may-be-unsigned", "curl signs host and date, and nothing else.", body=b"Action=ListUsers", unsigned=["content-type"])
    case("content-type-of-a-get-may-be-any", "The parameters of a GET are in its query; awscurl says application/json.", method="GET", target="/?Action=ListUsers&Version=2010-05-08", headers=h(("Content-Type", "application/json")))
    case("trace-id-may-be-unsigned", "x-amzn- is another prefix than x-amz-.", change=add_header("X-Amzn-Trace-Id", "Root=1"))
    case("listed-header-may-be-unsigned", "The configuration lists what a proxy adds.", tolerated=["x-amz-cf-id"], change=add_header("X-Amz-Cf-Id", "abc"))
    case("hop-by-hop-headers-may-be-signed", "None is forbidden.", headers=h(FORM, ("User-Agent", "curl/8"), ("Accept-Encoding", "identity"), ("amz-sdk-request", "attempt=1")))
    # The Authorization header
    a = lambda name, rule, edit, **more: case("authorization-" + name, rule, change=authorization(edit), **more)
    a("commas-need-no-space", "A comma may stand alone.", lambda v: v.replace(", ", ","))
    a("spaces-need-no-comma", "So may a space.", lambda v: v.replace(", ", " "))
    a("parameters-in-any-order", "Their order does not count.", lambda v: "AWS4-HMAC-SHA256 " + ", ".join(reversed(v.split(" ", 1)[1].split(", "))))
    a("unknown-parameters-are-not-looked-at", "Others may be there.", lambda v: v + ", Other=1")
    # Dates
    d = lambda name, rule, **more: case("date-" + name, rule, **more)
    d("in-rfc-1123", "Date may hold HTTP's form; the basic one is signed.", date_header="Date", sent_stamp="Sun, 30 Aug 2015 12:36:00 GMT")
    d("in-rfc-1123-with-the-zone-that-is-none", "One SDK writes -0000.", date_header="Date", sent_stamp="Sun, 30 Aug 2015 12:36:00 -0000")
    d("basic-in-the-date-header", "Date may hold the basic form.", date_header="Date")
    d("in-extended-form", "X-Amz-Date may hold the extended form; the basic one is signed.", sent_stamp="2015-08-30T12:36:00Z")
    d("of-amz-wins", "X-Amz-Date wins over Date.", headers=h(FORM, ("Date", "Sun, 30 Aug 2015 10:00:00 GMT")))
    d("need-not-be-listed", "The time is in the string to sign anyway.", unsigned=["x-amz-date"])
    d("fifteen-minutes-old", "The window includes its ends.", now="20150830T125100Z")
    d("fifteen-minutes-early", "The window includes its ends.", now="20150830T122100Z")
    d("five-minutes-old-where-the-window-is-five", "The window belongs to the service.", window=5, now="20150830T124100Z")
    d("over-midnight", "The scope has the day of the request, not of the server.", stamp="20150830T235900Z", now="20150831T000500Z")
    # Presigned
    p = lambda name, rule, **more: case("presigned-" + name, rule, form="query", **{"method": "GET", "target": LIST, "headers": h(), **more})
    p("get", "All of the signature stands in the query.")
    p("post-signs-its-body", "Presigned is not unsigned: the body's hash is signed.", method="POST", target="/", headers=h(FORM), body=b"Action=ListUsers&Version=2010-05-08")
    p("order-does-not-matter", "The parameters may stand in any order.", change=edit_target(lambda t: "/?" + "&".join(reversed(t[2:].split("&")))))
    p("eks-token-at-minute-14", "STS does not look at X-Amz-Expires.", target=WHOAMI, service="sts", headers=h(("x-k8s-aws-id", "cluster")), expires="60", now="20150830T125000Z")
    p("expires-may-be-anything-in-sts", "X-Amz-Expires is parsed for nothing.", target=WHOAMI, service="sts", expires="soon")
    p("database-token", "Database tokens are signed for GET without a scheme.", target="/?Action=connect&DBUser=ann", rules="rest", service="rds-db", headers=h(host="db.example.com:3306"), expires="900")
    p("token-is-signed", "The session token is part of the query.", token=TOKEN, key_id="ASIDEXAMPLE", key_token=TOKEN)
    p("token-added-late", "A few services take a token that was added after signing.", rules="rest", service="iotdevicegateway", target="/mqtt", token=TOKEN, key_id="ASIDEXAMPLE", key_token=TOKEN, late=True)
    p("token-signed-where-it-may-be-late", "There a signed token is good too.", rules="rest", service="iotdevicegateway", target="/mqtt?a=1", token=TOKEN, key_id="ASIDEXAMPLE", key_token=TOKEN)
    # Payloads
    body = b"Action=ListUsers&Version=2010-05-08"
    case("payload-is-hashed", "The body's hash is always part of what is signed.", body=body)
    case("payload-declared", "A declared hash that is the body's own is good.", headers=h(FORM, ("X-Amz-Content-Sha256", sha(body))), body=body)
    case("payload-of-a-get-is-signed", "A body is signed whatever the method.", method="GET", target=LIST, headers=h(), body=b"x")
    case("payload-content-length-signed", "content-length may be signed.", headers=h(FORM, ("Content-Length", str(len(body)))), body=body)
    case("payload-s3-unsigned", "S3 lets a client leave its body unsigned.", method="PUT", target="/b/k", headers=h(("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")), payload="UNSIGNED-PAYLOAD", body=b"any", **s3)
    case("payload-s3-declaration-may-be-unsigned", "S3 reads the declaration from the canonical request.", method="PUT", target="/b/k", headers=h(("X-Amz-Content-Sha256", sha(b"x"))), unsigned=["x-amz-content-sha256"], body=b"x", **s3)
    case("payload-s3-presigned", "A presigned request of S3 signs no body.", method="PUT", target="/b/k", form="query", headers=h(), payload="UNSIGNED-PAYLOAD", expires="60", body=b"any", **s3)
    case("payload-s3-presigned-at-its-end", "It lives as long as it says.", method="GET", target="/b/k", form="query", headers=h(), payload="UNSIGNED-PAYLOAD", expires="604800", now="20150906T123600Z", **s3)
    case("payload-s3-presigned-with-a-hash", "The query may declare a hash.", method="PUT", target="/b/k?X-Amz-Content-Sha256=" + sha(b"x"), form="query", headers=h(), payload=sha(b"x"), expires="60", body=b"x", **s3)
    # Scope, sessions
    case("scope-of-any-known-region", "SDKs sign with the region of their own configuration.", region="ap-southeast-7")
    case("scope-of-a-listed-region", "The configuration may name any region.", region="local", regions=["local"])
    case("session-token-in-a-header", "A temporary key comes with its token.", token=TOKEN, key_id="ASIDEXAMPLE", key_token=TOKEN)
    case("session-token-added-late", "A few services take a token that was added after signing.", rules="rest", service="iotdevicegateway", headers=h(), token=TOKEN, key_id="ASIDEXAMPLE", key_token=TOKEN, late=True)


def refused():
    rest = {"rules": "rest", "service": "orders", "headers": h()}
    s3 = {"rules": "s3", "service": "s3", "path_style": "s3"}
    quiet = lambda status, reason: no(status, reason=reason)
    n = lambda row, name, rule, answer, **more: case(f"row-{row}-{name}", rule, answer=answer, **more)
    # 1 to 3
    for name, target in [("bad-escape", "/a%zz"), ("escape-cut-short", "/a%4"), ("above-the-root", "/a/../.."), ("not-absolute", "*")]:
        n("01", name, "The path begins at the root, stays below it, and its escapes are whole.", quiet(400, "bad_path"),
          target="/", change=edit_target(lambda t, target=target: target), **rest)
    n("02", "method", "A Query service is asked by GET and POST.", quiet(302, "no_call"), method="DELETE", headers=h())
    n("02", "no-action", "Who asks for no action is sent to the documentation.", quiet(302, "no_call"), method="GET", headers=h())
    n("03", "content-type", "The body of a call is a form.", quiet(403, "content_type"), headers=h(("Content-Type", "application/json")))
    # 4
    n("04", "escape-cut-short", "Escapes in a query are whole.", no(400, "MalformedQueryString", "Incomplete trailing escape % sequence", "bad_query"),
      change=edit_target(lambda t: "/?a=%4"), **rest)
    n("04", "illegal-escape", "Escapes in a query are hexadecimal.", no(400, "MalformedQueryString", "Illegal hex character in escape % pattern: %zz", "bad_query"),
      change=edit_target(lambda t: "/?a=%zz"), **rest)
    # 5
    n("05a", "both-forms", "A request is signed once.", no(403, "SignatureDoesNotMatch", "", "both_forms"), target="/?X-Amz-Algorithm=AWS4-HMAC-SHA256")
    missing = no(403, "MissingAuthenticationToken", "Request is missing Authentication Token", "unsigned")
    n("05b", "unsigned", "Nobody is let in without a signature.", missing, change=set_header("Authorization", None))
    n("05b", "token-alone", "A session token is no signature.", missing, change=both(set_header("Authorization", None), add_header("X-Amz-Security-Token", TOKEN)))
    # 6
    once = lambda name: incomplete(f"'{name}' must be given exactly once.", "twice")
    n("06", "two-authorization-headers", "There is one Authorization header.", once("Authorization"), change=add_header("Authorization", "AWS4-HMAC-SHA256 x"))
    for name, value, scheme in [
        ("sigv2", "AWS AKIDEXAMPLE:c2lnbmF0dXJl", "AWS"), ("bearer", "Bearer abc", "Bearer"), ("basic", "Basic abc", "Basic"),
        ("sigv4a", "AWS4-ECDSA-P256-SHA256 Credential=a/b/c/d", "AWS4-ECDSA-P256-SHA256"), ("lower-case", "aws4-hmac-sha256 Credential=a", "aws4-hmac-sha256"),
        ("prefix", "AWS4-HMAC-SHA256-PAYLOAD Credential=a", "AWS4-HMAC-SHA256-PAYLOAD"), ("nothing", "", "")]:
        n("06a", name, "The algorithm is compared exactly, and another is named.", incomplete(f"Unsupported AWS 'algorithm': '{scheme}'.", "algorithm"), change=set_header("Authorization", value))
    n("06a", "sigv2-in-the-query", "Older schemes are told by name.", incomplete("Unsupported AWS 'algorithm': 'SignatureVersion=2'.", "algorithm"),
      target="/?AWSAccessKeyId=A&SignatureVersion=2&SignatureMethod=HmacSHA256&Signature=x", change=set_header("Authorization", None))
    n("06a", "hmac-v1-in-the-query", "Older schemes are told by name.", incomplete("Unsupported AWS 'algorithm': 'AWS'.", "algorithm"),
      target="/?AWSAccessKeyId=A&Expires=1&Signature=x", change=set_header("Authorization", None))
    n("06a", "aws3", "Older schemes are told by name.", incomplete("Unsupported AWS 'algorithm': 'AWS3-HTTPS'.", "algorithm"),
      change=both(set_header("Authorization", None), set_header("X-Amzn-Authorization", "AWS3-HTTPS AWSAccessKeyId=A")))
    value = "AWS4-HMAC-SHA256 Credential=AK ID/20150830/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=00"
    n("06b", "space-in-the-key-id", "White space parts parameters.", incomplete(
        f"'ID/20150830/us-east-1/iam/aws4_request' not a valid key=value pair (missing equal-sign) in Authorization header: '{value}'.", "no_pair"),
      change=set_header("Authorization", value))
    n("06b", "no-equals-sign", "A parameter has an equals sign.", incomplete(
        "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential'.", "no_pair"),
      change=set_header("Authorization", "AWS4-HMAC-SHA256 Credential"))
    for name in ["Credential", "SignedHeaders", "Signature"]:
        n("06c", f"two-of-{name.lower()}", "A parameter is given once.", once(name), change=authorization(lambda v, name=name: f"{v}, {name}=x"))
    lacks = lambda *names: " ".join([f"Authorization header requires '{name}' parameter." for name in names] + ["Authorization=AWS4-HMAC-SHA256"])
    for name in ["Credential", "Signature", "SignedHeaders"]:
        n("06d", f"no-{name.lower()}", "What is missing is told.", incomplete(lacks(name), "header_lacks"),
          change=authorization(lambda v, name=name: re.sub(rf"{name}=[^, ]*,? ?", "", v)))
    date = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
    n("06d", "no-date", "What is missing is told.", incomplete(date + "Authorization=AWS4-HMAC-SHA256", "header_lacks"), change=set_header("X-Amz-Date", None))
    n("06d", "nothing-at-all", "All that is missing is told.", incomplete(
        lacks("Credential", "Signature", "SignedHeaders").replace("Authorization=", date + "Authorization="), "header_lacks"),
      change=both(set_header("Authorization", "AWS4-HMAC-SHA256"), set_header("X-Amz-Date", None)))
    n("06d", "two-dates", "There is one date.", once("X-Amz-Date"), change=add_header("X-Amz-Date", STAMP))
    n("06d", "two-tokens", "There is one token.", once("X-Amz-Security-Token"), token=TOKEN, change=add_header("X-Amz-Security-Token", TOKEN))
    # 7
    p = {"form": "query", "method": "GET", "target": LIST, "headers": h()}
    n("07a", "algorithm", "An algorithm of the query that is none of ours is none.", no(403, "MissingAuthenticationToken", "Request is missing Authentication Token", "query_algorithm"),
      change=edit_target(lambda t: t.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")), **p)
    for name in ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Expires"]:
        n("07c", f"two-of-{name.lower()}", "A parameter of the signature is given once.", once(name), expires="60",
          change=edit_target(lambda t, name=name: f"{t}&{name}=x"), **p)
    n("07c", "token-in-query-and-header", "A token is given once.", once("X-Amz-Security-Token"), form="query", method="GET", target=LIST,
      headers=h(("X-Amz-Security-Token", TOKEN)), token=TOKEN, key_token=TOKEN)
    lacks = lambda *names: " ".join([f"AWS query-string parameters must include '{name}'." for name in names] + ["Re-examine the query-string parameters."])
    for name in ["X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"]:
        n("07d", f"no-{name.lower()}", "What is missing is told.", incomplete(lacks(name), "query_lacks"),
          change=edit_target(lambda t, name=name: re.sub(rf"&{name}=[^&]*", "", t)), **p)
    n("07d", "names-are-case-sensitive", "A parameter of another case is another.", incomplete(lacks("X-Amz-Date"), "query_lacks"),
      change=edit_target(lambda t: t.replace("X-Amz-Date", "x-amz-date")), **p)
    # 8
    signed = lambda name: denied(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.", "header_not_signed")
    n("08", "host", "The host is signed.", denied("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.", "host_not_signed"), unsigned=["host"])
    for name in ["X-Amz-Target", "X-Amz-Copy-Source", "X-Amz-Content-Sha256", "X-Amz-Security-Token", "X-Amz-Meta-Any"]:
        n("08", f"unsigned-{name.lower()}", "A header of AWS's is signed.", signed(name), change=add_header(name, sha(b"") if "Sha" in name else "x"))
    n("08", "unsigned-in-a-presigned-request", "A header of AWS's is signed.", signed("X-Amz-Copy-Source"), change=add_header("x-amz-copy-source", "/b/k"), **p)
    n("08", "two-hosts", "There is one host.", once("Host"), change=add_header("Host", "other.example"))
    n("08", "host-and-authority-differ", "All that names the host names one.", once("Host"), target="http://other.example/", **rest)
    s3_unsigned = no(403, "AccessDenied", "There were headers present in the request which were not signed", "header_not_signed")
    n("08", "s3-unsigned-header", "S3 has a sentence of its own.", s3_unsigned, method="GET", target="/b/k", headers=h(("X-Amz-Content-Sha256", sha(b""))), change=add_header("x-amz-meta-a", "b"), **s3)
    n("08", "s3-payload-not-declared", "S3 wants the payload declared.", no(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256", "payload_undeclared"), method="GET", target="/b/k", headers=h(), **s3)
    n("08", "s3-parameter-and-header-differ", "A parameter stands in for the header of its name.", no(400, "InvalidRequest", "The parameter 'x-amz-acl' and the header of its name differ.", "parameter_differs"),
      form="query", method="PUT", target="/b/k?x-amz-acl=private", headers=h(("x-amz-acl", "public-read")), payload="UNSIGNED-PAYLOAD", expires="60", **s3)
    # 9
    def bad_date(text):
        return incomplete(f"Date must be in ISO-8601 'basic format'. Got '{text}'. See http://en.wikipedia.org/wiki/ISO_8601", "bad_date")
    for name, text in [("words", "yesterday"), ("second-60", "20150830T123660Z"), ("february-30", "20150230T123600Z"), ("no-zone", "20150830T123600"), ("epoch", "1440938160"),
                       ("rfc-1123", "Sun, 30 Aug 2015 12:36:00 GMT"), ("empty", "")]:
        n("09", name, "The time of a request can be read.", bad_date(text), change=set_header("X-Amz-Date", text))
    n("09", "presigned-extended", "A presigned request has the basic form.", bad_date("2015-08-30T12:36:00Z"), sent_stamp="2015-08-30T12:36:00Z", **p)
    # 10, 11
    old = lambda at, limit, now, m=15: denied(f"Signature expired: {at} is now earlier than {limit} ({now} - {m} min.)", "expired")
    new = lambda at, limit, now, m=15: denied(f"Signature not yet current: {at} is still later than {limit} ({now} + {m} min.)", "not_yet_current")
    n("10", "too-old", "A signature lives fifteen minutes.", old(STAMP, "20150830T123601Z", "20150830T125101Z"), now="20150830T125101Z")
    n("10", "too-old-presigned", "So does a presigned one of STS.", old(STAMP, "20150830T123601Z", "20150830T125101Z"), now="20150830T125101Z", expires="604800", **p)
    n("10", "too-old-by-five", "Or five, where the service says so.", old(STAMP, "20150830T123601Z", "20150830T124101Z", 5), now="20150830T124101Z", window=5)
    n("10", "year-0000", "The first year is a long time ago.", old("00000101T000000Z", "20150830T122100Z", STAMP), stamp="00000101T000000Z")
    n("10", "s3-presigned", "A presigned request of S3 ends when it says.", no(403, "AccessDenied", "Request has expired", "expired"), form="query", method="GET", target="/b/k", headers=h(), payload="UNSIGNED-PAYLOAD", expires="60", now="20150830T123701Z", **s3)
    n("11", "too-new", "A signature is not from the future.", new(STAMP, "20150830T123559Z", "20150830T122059Z"), now="20150830T122059Z")
    n("11", "too-new-presigned", "Nor is a presigned one.", new(STAMP, "20150830T123559Z", "20150830T122059Z"), now="20150830T122059Z", **p)
    n("11", "year-9999", "The last year is far ahead.", new("99991231T235959Z", "20150830T125100Z", STAMP), stamp="99991231T235959Z")
    n("11", "s3-presigned", "Nor is one of S3.", no(403, "AccessDenied", "Request is not valid yet", "not_yet_current"), form="query", method="GET", target="/b/k", headers=h(), payload="UNSIGNED-PAYLOAD", expires="604800", now="20150830T122059Z", **s3)
    for name, expires in [("none", None), ("zero", "0"), ("too-long", "604801"), ("negative", "-1"), ("words", "week"), ("overlong", "1" * 30)]:
        n("11", f"s3-expires-{name}", "S3 wants a lifetime of a second to a week.", incomplete("X-Amz-Expires must be a number of seconds, at least 1 and at most 604800.", "bad_expires"),
          form="query", method="GET", target="/b/k", headers=h(), payload="UNSIGNED-PAYLOAD", expires=expires, **s3)
    # 12, 13
    def parts(text):
        return incomplete(f"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{text}'", "bad_credential")
    for name, text in [("four", "AKID/20150830/iam/aws4_request"), ("six", "AK/ID/20150830/us-east-1/iam/aws4_request"), ("none", "")]:
        n("12", f"{name}-parts", "A credential has five parts.", parts(text), change=authorization(lambda v, text=text: re.sub("Credential=[^,]*", "Credential=" + text, v)))
    region, term = "Credential should be scoped to a valid region. ", "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. "
    right = "Credential should be scoped to correct service: 'iam'. "
    day = f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150829' != '20150830', from '{STAMP}'."
    scope = lambda *sentences: denied("".join(sentences), "out_of_scope")
    n("13", "region", "The region is a region.", scope(region), region="us-east-1a")
    n("13", "region-not-listed", "The region is one of those that are listed.", scope(region), region="eu-west-1", regions=["us-east-1"])
    n("13", "terminator", "The terminator is exact.", scope(term), terminator="aws5")
    n("13", "date", "The day is that of the request.", scope(day), day="20150829")
    wrong_service = lambda v: v.replace("/iam/", "/sts/")
    n("13", "service", "The service is the one that is asked.", scope(right), change=authorization(wrong_service))
    n("13", "all", "All that is wrong is told.", scope(region, right, term, day), change=authorization(lambda v: re.sub("Credential=[^,]*", "Credential=AKIDEXAMPLE/20150829/mars/sts/aws5", v)))
    # 14, 15
    token = no(403, "InvalidClientTokenId", "The security token included in the request is invalid", "wrong_token")
    unknown = lambda reason: no(403, "InvalidClientTokenId", "The security token included in the request is invalid.", reason)
    n("14b", "long-term-key-with-a-token", "A long-term key has no token.", token, key_id="AKIAIOSFODNN7EXAMPLE", token=TOKEN)
    n("14b", "unknown-long-term-key-with-a-token", "Nor has one that nobody knows.", token, key_id="AKIAIOSFODNN7EXAMPLE", token=TOKEN, key=None)
    n("14b", "temporary-key-of-no-session", "A temporary key is known by its token alone.", token, key=None, key_id="ASIAIOSFODNN7EXAMPLE", token=TOKEN)
    n("14b", "token-of-another-session", "The token is the key's own.", token, key_id="ASIDEXAMPLE", token="other", key_token=TOKEN)
    n("14b", "late-token-of-another-session", "So is one that is not signed.", token, key_id="ASIDEXAMPLE", token="other", key_token=TOKEN, late=True, rules="rest", service="iotdevicegateway", headers=h())
    n("14c", "session-over", "The end of a session is told before its signature is.", no(403, "ExpiredToken", "The security token included in the request is expired", "session_expired"),
      key_id="ASIDEXAMPLE", token=TOKEN, key_token=TOKEN, key_expires=STAMP, secret="wrong")
    n("15", "unknown", "Nobody knows the key.", unknown("unknown_key"), key=None)
    n("15", "inactive", "The key is disabled, whether it signed or not.", unknown("inactive_key"), active=False, secret="wrong")
    n("15", "token-missing", "A temporary key comes with its token.", unknown("token_missing"), key_id="ASIDEXAMPLE", key_token=TOKEN)
    # 16
    n("16", "secret", "Another secret makes another signature.", mismatch(), secret="wrong")
    n("16", "upper-case", "A signature is in lower case.", mismatch("no_signature"), change=authorization(lambda v: re.sub("(?<=Signature=).*", lambda found: found[0].upper(), v)))
    for name, text in [("short", "0" * 62), ("long", "0" * 66), ("odd", "0" * 63), ("no-hex", "g" * 64), ("empty", ""), ("base64", "A" * 43 + "=")]:
        n("16", f"signature-{name}", "A signature is 64 hexadecimal digits.", mismatch("no_signature"), change=authorization(lambda v, text=text: re.sub("(?<=Signature=).*", text, v)))
    n("16", "zeros", "No signature is a default.", mismatch(), change=authorization(lambda v: re.sub("(?<=Signature=).*", HEX0, v)))
    body = b"Action=ListUsers&Version=2010-05-08"
    n("16", "body-changed", "The body is signed.", mismatch(), body=body, change=lambda m, t, hs, b: [m, t, hs, b"Action=DeleteUser&UserName=ann&x=10"])
    n("16", "body-added-to-a-get", "So is that of a GET.", mismatch(), method="GET", target=LIST, headers=h(), change=lambda m, t, hs, b: [m, t, hs, b"Action=DeleteUser"])
    n("16", "body-added-to-a-presigned-request", "And of a presigned one.", mismatch(), change=lambda m, t, hs, b: [m, t, hs, b"Action=DeleteUser"], **p)
    n("16", "declared-hash-of-another-body", "A declared hash is the body's own.", mismatch("payload"), headers=h(FORM, ("X-Amz-Content-Sha256", sha(b"other"))), payload=sha(b"other"), body=body)
    for name, text in [("unsigned-payload", "UNSIGNED-PAYLOAD"), ("streaming", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), ("streaming-unsigned", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"), ("upper-case-hash", sha(body).upper())]:
        n("16", f"declared-{name}", "Outside of S3 the body is signed.", mismatch("payload"), headers=h(FORM, ("X-Amz-Content-Sha256", text)), payload=text, body=body)
    n("16", "declared-unsigned-payload-in-the-query", "Outside of S3 the body is signed.", mismatch("payload"), form="query", method="GET", target=LIST + "&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD", headers=h(), payload="UNSIGNED-PAYLOAD")
    n("16", "presigned-with-unsigned-payload", "Presigned is not unsigned.", mismatch(), form="query", method="GET", target=LIST, headers=h(), payload="UNSIGNED-PAYLOAD")
    n("16", "s3-streaming", "Bodies signed by the chunk are not read.", mismatch("payload"), method="PUT", target="/b/k", headers=h(("X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")), payload="STREAMING-AWS4-HMAC-SHA256-PAYLOAD", body=b"x", **s3)
    for name, text in [("unsorted", "x-amz-date;host;content-type"), ("upper-case", "Content-Type;host;x-amz-date"), ("twice", "content-type;host;host;x-amz-date"), ("ends-empty", "content-type;host;x-amz-date;")]:
        n("16", f"signed-headers-{name}", "SignedHeaders is a sorted list of names in lower case.", mismatch("signed_headers"), signed=text)
    n("16", "absent-header", "A header that is said to be signed is there.", mismatch("absent_header"), signed="content-type;host;x-absent;x-amz-date")
    n("16", "header-changed", "A signed header is signed.", mismatch(), headers=h(FORM, ("x-a", "b")), change=set_header("x-a", "c"))
    n("16", "header-added-again", "So is a second of its name.", mismatch(), headers=h(FORM, ("x-a", "b")), change=add_header("x-a", "b"))
    n("16", "host-changed", "The host is signed with its port.", mismatch(), change=set_header("Host", "iam.amazonaws.com:80"))
    n("16", "method-changed", "The method is signed.", mismatch(), change=lambda m, t, hs, b: ["PUT", t, hs, b], **rest)
    n("16", "path-changed", "The path is signed.", mismatch(), target="/a", change=edit_target(lambda t: "/A"), **rest)
    n("16", "path-encoded-once", "Outside of S3 the path is encoded twice.", mismatch(), target="/a%20b", path_style="s3", **rest)
    n("16", "path-not-normalized", "Outside of S3 the path is normalized.", mismatch(), target="/a//b/../c", stages=False, change=authorization(lambda v: re.sub("(?<=Signature=).*", SIGNED_AS_SENT, v)), **rest)
    n("16", "parameter-added", "Every parameter is signed.", mismatch(), change=edit_target(lambda t: t + "&UserName=ann"), **p)
    n("16", "parameter-added-to-the-header-form", "Every parameter is signed, X-Amz-Signature too.", mismatch(), target="/?a=1", change=edit_target(lambda t: t + "&X-Amz-Signature=1"))
    n("16", "expires-changed", "The lifetime is signed.", mismatch(), expires="60", change=edit_target(lambda t: t.replace("Expires=60", "Expires=6000")), **p)
    n("16", "plus-read-as-itself", "A plus in a query is a space.", mismatch(), target="/?a=b%2Bc", change=edit_target(lambda t: "/?a=b+c"), **rest)
    n("16", "time-changed", "The time is signed.", mismatch(), change=set_header("X-Amz-Date", "20150830T123601Z"), unsigned=["x-amz-date"])
    n("16", "scope-changed", "The scope is signed.", mismatch(), change=authorization(lambda v: v.replace("us-east-1", "us-east-2")))
    n("16", "late-token-where-none-may-be", "Elsewhere a token in the query is signed.", mismatch(), form="query", method="GET", target=LIST, headers=h(), key_id="ASIDEXAMPLE", key_token=TOKEN,
      change=edit_target(lambda t: t + "&X-Amz-Security-Token=" + encode(TOKEN.encode())))


SIGNED_AS_SENT = Signer(service="orders", path_style="as_sent").header_form("POST", "/a//b/../c", h(), b"")[0][2][-1][1].rsplit("=", 1)[1]
