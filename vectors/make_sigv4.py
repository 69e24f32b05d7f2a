#!/usr/bin/env python3
"""Writes the folders of vectors/sigv4: an independent signer, in plain Python, and
what the verifier has to answer. Run it after a change here; the tests only read
what it wrote."""

import hashlib
import hmac
import json
import pathlib
import re
import shutil

ROOT = pathlib.Path(__file__).parent / "sigv4"
DAY, STAMP = "20150830", "20150830T123600Z"
KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
FORM = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
TOKEN = "FwoGZXIvYXdzEBYaD/+=token"
LIST = "/?Action=ListUsers&Version=2010-05-08"
WHOAMI = "/?Action=GetCallerIdentity&Version=2011-06-15"
HEX0 = "0" * 64
SIGV4, SIGV4A = "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"

# --- the signer -----------------------------------------------------------------


def sha(data):
    return hashlib.sha256(data).hexdigest()


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def encode(data, safe=""):
    plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~" + safe
    return "".join(chr(b) if chr(b) in plain else "%%%02X" % b for b in data)


def decode(text):
    data = text if isinstance(text, bytes) else text.encode()
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), data)


def canonical_path(path, style):
    if style == "s3":
        return "/".join(encode(decode(part.replace("+", " "))) for part in path.split("/"))
    if style == "as_sent":
        return encode(path.encode(), "/")
    kept = []
    for part in path.split("/"):
        if part == "..":
            kept = kept[:-1]
        elif part not in ("", "."):
            kept.append(part)
    end = "/" if kept and path.rsplit("/", 1)[-1] in ("", ".", "..") else ""
    return encode(("/" + "/".join(kept) + end).encode(), "/")


def canonical_query(query):
    pairs = []
    for piece in filter(None, query.split("&")):
        name, _, value = piece.partition("=")
        pair = tuple(encode(decode(text.replace("+", " "))) for text in (name, value))
        pairs.append(pair)
    return "&".join("=".join(pair) for pair in sorted(pairs))


def canonical_value(value, folds_all):
    return re.sub(r"[ \t\n\r]+" if folds_all else " +", " ", value.strip())


# The curve P-256: its prime, its order, its base point. Its first coefficient is -3.
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    if a == b:
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(number, point):
    product = None
    while number:
        if number & 1:
            product = add(product, point)
        number, point = number >> 1, add(point, point)
    return product


def private_key(key_id, secret):
    for counter in range(1, 255):
        data = b"\0\0\0\1" + SIGV4A.encode() + b"\0" + key_id.encode() + bytes([counter]) + b"\0\0\1\0"
        number = int.from_bytes(hmac.new(("AWS4A" + secret).encode(), data, hashlib.sha256).digest(), "big")
        if number <= N - 2:
            return number + 1


def sign_by(private, text):
    """The two numbers of a signature, the same for the same text."""
    digest = hashlib.sha256(text.encode()).digest()
    nonce = int.from_bytes(hashlib.sha256(private.to_bytes(32, "big") + digest).digest(), "big") % N
    r = times(nonce, G)[0] % N
    return r, pow(nonce, -1, N) * (int.from_bytes(digest, "big") + r * private) % N


def der_number(number):
    return number if isinstance(number, bytes) else number.to_bytes(number.bit_length() // 8 + 1, "big")


def der(*numbers):
    """Bytes that are given as such are taken as the digits."""
    both = b"".join(bytes([2, len(digits)]) + digits for digits in map(der_number, numbers))
    return bytes([48, len(both)]) + both


class Signer:
    """Signs a request: a method, a target, a list of headers and a body."""

    def __init__(self, **settings):
        self.key_id, self.secret, self.token = KEY_ID, SECRET, None
        self.region, self.service, self.terminator = "us-east-1", "iam", "aws4_request"
        self.stamp, self.day, self.sent_stamp, self.date_header = STAMP, None, None, "X-Amz-Date"
        self.path_style, self.signed, self.unsigned, self.payload = "normal", None, (), None
        self.folds_all, self.expires, self.late_token = False, None, False
        self.algorithm, self.region_set, self.der, self.key_made_for = SIGV4, None, der, None
        self.__dict__.update(settings)
        self.day = self.day or self.stamp[:8]

    def scope(self):
        region = [] if self.algorithm == SIGV4A else [self.region]
        return "/".join([self.day, *region, self.service, self.terminator])

    def canonical(self, method, target, headers, body, signed):
        target = re.sub("^https?://[^/?]*", "", target)
        path, _, query = target.partition("?")
        lines = []
        for name in signed.split(";"):
            values = [canonical_value(v, self.folds_all) for n, v in headers if n.lower() == name]
            lines.append(f"{name}:{','.join(values)}")
        payload = self.payload or sha(body)
        path = canonical_path(path or "/", self.path_style)
        query = canonical_query(query)
        return "\n".join([method, path, query, *lines, "", signed, payload])

    def to_sign(self, canonical):
        return "\n".join([self.algorithm, self.stamp, self.scope(), sha(canonical.encode())])

    def signature(self, to_sign):
        if self.algorithm == SIGV4A:
            return self.der(*sign_by(private_key(self.key_made_for or self.key_id, self.secret), to_sign)).hex()
        key = ("AWS4" + self.secret).encode()
        for step in self.scope().split("/"):
            key = mac(key, step)
        return mac(key, to_sign).hex()

    def names(self, headers):
        names = {n.lower() for n, _ in headers} - {n.lower() for n in self.unsigned}
        return self.signed or ";".join(sorted(names))

    def header_form(self, method, target, headers, body):
        headers = list(headers)
        if self.date_header:
            headers.append((self.date_header, self.sent_stamp or self.stamp))
        if self.token and not self.late_token:
            headers.append(("X-Amz-Security-Token", self.token))
        if self.region_set is not None:
            headers.append(("X-Amz-Region-Set", self.region_set))
        signed = self.names(headers)
        canonical = self.canonical(method, target, headers, body, signed)
        to_sign = self.to_sign(canonical)
        if self.token and self.late_token:
            headers.append(("X-Amz-Security-Token", self.token))
        headers.append(("Authorization", f"{self.algorithm} Credential={self.key_id}/{self.scope()}, "
                        f"SignedHeaders={signed}, Signature={self.signature(to_sign)}"))
        return [method, target, headers, body], canonical, to_sign

    def query_form(self, method, target, headers, body):
        signed = self.names(headers)
        parameters = {
            "X-Amz-Algorithm": self.algorithm,
            "X-Amz-Credential": f"{self.key_id}/{self.scope()}",
            "X-Amz-Date": self.sent_stamp or self.stamp,
            "X-Amz-SignedHeaders": signed,
        }
        if self.expires is not None:
            parameters["X-Amz-Expires"] = self.expires
        if self.token and not self.late_token:
            parameters["X-Amz-Security-Token"] = self.token
        if self.region_set is not None:
            parameters["X-Amz-Region-Set"] = self.region_set
        written = "&".join(f"{name}={encode(value.encode())}" for name, value in parameters.items())
        target += ("&" if "?" in target else "?") + written
        canonical = self.canonical(method, target, headers, body, signed)
        to_sign = self.to_sign(canonical)
        if self.token and self.late_token:
            target += "&X-Amz-Security-Token=" + encode(self.token.encode())
        target += "&X-Amz-Signature=" + self.signature(to_sign)
        return [method, target, headers, body], canonical, to_sign


# --- writing a case -------------------------------------------------------------

CASES = []


def case(name, rule, *, method="POST", target="/", headers=None, body=b"", form="header", change=None,
         stages=True, rules="query", service="iam", region="us-east-1", answer=None, socket=None,
         now=STAMP, key="known", active=True, key_token=None, key_expires="99991231T235959Z", regions=None,
         window=None, late=False, tolerated=(), sigv4a=False, **signer):
    """Signs a request by the settings in `signer`, changes it by `change`, and writes it down."""
    assert name not in CASES, name
    CASES.append(name)
    host = "iam.amazonaws.com" if headers is None else None
    headers = [("Host", host)] + ([FORM] if method == "POST" and rules == "query" else []) if host else headers
    signer = Signer(service=service, region=region, late_token=late, **signer)
    sign = signer.header_form if form == "header" else signer.query_form
    request, canonical, to_sign = sign(method, target, headers, body)
    if change:
        request = change(*request)
    context = {
        "rule": rule, "rules": rules, "service": service, "now": now,
        "key": None if key is None else {
            "id": signer.key_id, "secret": SECRET, "is_active": active, "token": key_token,
            "expires": key_expires if key_token else None},
        "regions": regions, "window": window, "late_token": late, "sigv4a": sigv4a, "tolerated": list(tolerated),
        "paths": "as_sent" if signer.path_style == "as_sent" else None,
        "not_over_http": socket, "answer": answer or {"status": 200},
    }
    write(name, context, request, (canonical, to_sign) if stages and not answer else None)


def write(name, context, request, stages):
    folder = ROOT / name
    folder.mkdir(parents=True)
    context = {name: value for name, value in context.items() if value not in (None, False, [])}
    (folder / "context.json").write_text(json.dumps(context, indent=2) + "\n")
    method, target, headers, body = request
    if body and not any(n.lower() == "content-length" for n, _ in headers):
        headers = headers + [("Content-Length", str(len(body)))]
    lines = [f"{method} {target} HTTP/1.1"] + [f"{n}:{v}" for n, v in headers]
    (folder / "request.txt").write_bytes(("\n".join(lines) + "\n\n").encode() + body)
    if stages:
        (folder / "canonical-request.txt").write_text(stages[0])
        (folder / "string-to-sign.txt").write_text(stages[1])


def set_header(name, value):
    def change(method, target, headers, body):
        kept = [(n, v) for n, v in headers if n.lower() != name.lower()]
        return [method, target, kept + ([(name, value)] if value is not None else []), body]
    return change


def add_header(name, value):
    return lambda method, target, headers, body: [method, target, headers + [(name, value)], body]


def authorization(edit):
    def change(method, target, headers, body):
        edited = [(n, edit(v) if n == "Authorization" else v) for n, v in headers]
        return [method, target, edited, body]
    return change


def edit_target(edit):
    return lambda method, target, headers, body: [method, edit(target), headers, body]


def both(*changes):
    def change(*request):
        for one in changes:
            request = one(*request)
        return request
    return change


def no(status, code=None, message=None, reason=None):
    answer = {"status": status, "reason": reason}
    if code:
        answer.update(code=code, message=message)
    return answer


MISMATCH = ("The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details.")


def mismatch(reason="signature"):
    return no(403, "SignatureDoesNotMatch", MISMATCH, reason)


def incomplete(message, reason):
    return no(400, "IncompleteSignature", message, reason)


def denied(message, reason):
    return no(403, "SignatureDoesNotMatch", message, reason)


if __name__ == "__main__":
    import sigv4_cases
    import sigv4a_cases

    for folder in [folder for folder in ROOT.iterdir() if folder.is_dir()]:
        shutil.rmtree(folder)
    sigv4_cases.accepted()
    sigv4_cases.refused()
    sigv4a_cases.accepted()
    sigv4a_cases.refused()
    print(len(CASES), "cases")
