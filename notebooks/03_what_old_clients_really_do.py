# %% [markdown]
# # 3 · What old clients really do
#
# One chain, one trust store, many verifiers: some accept, some do not. The rules of RFC 5280 say which paths are
# *valid*, not how a client *finds* one. Each family here was compared with the real program (`chainlab clients show`,
# docs/verifiers.md).

# %%
import chainlab

AT = "2026-11-20"
FAMILIES = [
    "openssl-1.0.1", "openssl-1.0.2", "openssl-1.1.1", "gnutls-2", "gnutls", "java-8", "android-4", "mozpkix", "go",
    "mbedtls-2", "wolfssl", "webpki",
]  # fmt: skip


def verdicts(folder, roots, at=AT):
    """Every family with the same roots, on the chain of the folder's handshake."""
    clients = [f"{family}={family}:{folder}/clients/{roots}.pem" for family in FAMILIES]
    answer = chainlab.diagnose(served=folder / "handshake-www.txt", at=at, clients="none", own_clients=clients)
    return {client.profile.name: client.reason or "accept" for client in answer.value.targets[0].clients}


# %% [markdown]
# ## The cross-certificate has expired, and both roots are known
#
# The server sends server certificate, issuing CA, and a cross-certificate that expired in May. All clients trust the
# new root, so a valid path exists for everybody: leave the third certificate aside.

# %%
expired = chainlab.make_lab("expired-cross-sign", "lab/expired-cross-sign")
found = verdicts(expired, "own-store-first")
found

# %% [markdown]
# **Exercise 1.** Which four families fail, and what have they in common?
#
# <details><summary>Answer</summary>OpenSSL 1.0.1 and 1.0.2, GnuTLS 2 and wolfSSL follow what was sent before they
# look into their own store; the others ask their own store first, or try another path when one fails.</details>

# %%
assert {family for family, verdict in found.items() if verdict != "accept"} == {
    "openssl-1.0.1",
    "openssl-1.0.2",
    "gnutls-2",
    "wolfssl",
}

# %% [markdown]
# The paths that two of them try, in order:

# %%
roots = f"{expired}/clients/own-store-first.pem"
asked = [f"OpenSSL 1.0.2=openssl-1.0.2:{roots}", f"OpenSSL 1.1.1=openssl-1.1.1:{roots}"]
chainlab.explain(client=asked, served=expired / "handshake-www.txt", at=AT)

# %% [markdown]
# **Exercise 2.** The operator cannot change OpenSSL 1.0.2. What must the *server* change so that it accepts?
#
# <details><summary>Answer</summary>Stop sending the cross-certificate: then the issuing CA's issuer is looked up in
# the store.</details>

# %%
from pathlib import Path

short = "".join((expired / "certificates" / f"{part}.pem").read_text(encoding="utf-8") for part in ("www", "issuing"))
Path("short.pem").write_text(short, encoding="utf-8")
clients = [f"{family}={family}:{roots}" for family in FAMILIES]
answer = chainlab.diagnose(served="short.pem", at=AT, clients="none", own_clients=clients)

assert all(client.verdict.value == "accept" for client in answer.value.targets[0].clients)
answer

# %% [markdown]
# ## The root itself has expired
#
# Now the cross-certificate is valid, but the old root that signed it has expired, and the client knows nothing else.

# %%
old = chainlab.make_lab("expired-old-root", "lab/expired-old-root")
found = verdicts(old, "phone")
found

# %% [markdown]
# **Exercise 3.** Who accepts, and is that a bug?
#
# <details><summary>Answer</summary>Java, Android, wolfSSL and webpki: for them a trust anchor is a name and a key.
# RFC 5280 (6.1.1 d) allows that: the anchor's certificate is not part of the path. It saved Let's Encrypt on old
# phones in 2021.</details>

# %%
assert {family for family, verdict in found.items() if verdict == "accept"} == {
    "java-8",
    "android-4",
    "wolfssl",
    "webpki",
}
assert set(found.values()) == {"accept", "expired-anchor"}

# %% [markdown]
# ## A path that is not valid for this name
#
# The cross-certificate carries name constraints for `partner.example` only. All clients know both roots.

# %%
constrained = chainlab.make_lab("name-constraints", "lab/name-constraints")
found = verdicts(constrained, "both")
found

# %% [markdown]
# **Exercise 4.** One family fails for another reason than all the others. Which, and why does it not matter here what
# the constraint says?
#
# <details><summary>Answer</summary>Mbed TLS 2 does not know the extension, and an unknown *critical* extension ends
# everything.</details>

# %%
assert found["mbedtls-2"] == "critical-extension"
assert {family for family, verdict in found.items() if verdict == "name-constraint"} == {
    "openssl-1.0.1",
    "openssl-1.0.2",
    "gnutls-2",
    "gnutls",
}

# %% [markdown]
# ## The lesson
#
# A chain is not good or bad by itself: it is good for a trust store *and a way of searching*. "It works in my
# browser" is one column of this table:

# %%
cases = {
    "expired cross-certificate": (expired, "own-store-first"),
    "expired root": (old, "phone"),
    "name constraints": (constrained, "both"),
}
table = {family: [verdicts(*case)[family] for case in cases.values()] for family in FAMILIES}

never = [family for family, row in table.items() if set(row) == {"accept"}]
assert never == ["java-8", "android-4", "webpki"]
print(f"{'':<16}" + "".join(f"{name:<28}" for name in cases))
for family, row in table.items():
    print(f"{family:<16}" + "".join(f"{verdict:<28}" for verdict in row))
