"""Believes tokens of a gateway as any service would: by what it publishes of itself."""

import json
import sys
import urllib.request

import jwt

issuer, audience, *tokens = sys.argv[1:]

with urllib.request.urlopen(f"{issuer}/.well-known/openid-configuration") as answer:
    assert answer.headers["Content-Type"] == "application/json", answer.headers
    configuration = json.load(answer)
assert configuration["issuer"] == issuer, configuration
algorithms = configuration["id_token_signing_alg_values_supported"]
keys = jwt.PyJWKClient(configuration["jwks_uri"])

for token in tokens:
    key = keys.get_signing_key_from_jwt(token)
    claims = jwt.decode(
        token,
        key.key,
        algorithms=algorithms,
        audience=audience,
        issuer=issuer,
        options={"require": ["iss", "aud", "sub", "iat", "exp", "jti"]},
    )
    print(jwt.get_unverified_header(token)["alg"], claims["sub"])
    head, said, signature = token.split(".")
    forged = ".".join([head, said, ("A" if signature[0] != "A" else "B") + signature[1:]])
    try:
        jwt.decode(forged, key.key, algorithms=algorithms, audience=audience, issuer=issuer)
    except jwt.InvalidSignatureError:
        continue
    raise AssertionError("a forged token was believed")

print("the tokens are believed")
