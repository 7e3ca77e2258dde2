# %% [markdown]
# # 2 · How Windows chooses a chain
#
# Windows does not send the file that the CA gave you. It builds every chain that its stores allow, gives each a
# quality, and sends the best without its root. This notebook walks through the choice, candidate by candidate. For
# each rule the table names what it rests on: **[D]** documented by Microsoft, **[W]** a test of Wine that passes on
# Windows, **[F]** a report from the field, **[I]** inference, **[?]** unknown.

# %%
import chainlab

AT = "2026-11-20"


def scenario(name, **options):
    return chainlab.make_lab(name, f"lab/{name}", **options)


def candidates(folder):
    (explanation,) = chainlab.explain(folder / "evidence.zip", at=AT).value.windows
    return explanation


def served(folder):
    chosen = candidates(folder).prediction.chosen
    return [certificate.subject.common for certificate in chosen.served]


# %% [markdown]
# ## One way up
#
# Only the old root is trusted. There is one chain, through the cross-certificate, and it is sent.

# %%
cross = scenario("cross-sign")
chainlab.explain(cross / "evidence.zip", at=AT)

# %% [markdown]
# ## Two good ways: the shorter wins
#
# **Exercise 1.** Import the new root as well. Before you run the cell: how many candidates are there, and which wins?
#
# <details><summary>Answer</summary>Two; both end in a trusted root and are flawless, so the shorter one wins, and the
# cross-certificate is no longer sent.</details>

# %%
new_root = cross / "clients" / "new-only.pem"
changed = chainlab.impact(
    cross / "evidence.zip", change=f"import {new_root} into LocalMachine/Root", at=AT, clients="none"
)
effect = changed.value.effects[0]

assert len(effect.before.first.chain) == 3
assert len(effect.after.first.chain) == 2
changed

# %% [markdown]
# ## Quality comes before length
#
# Now the new root is also among the *untrusted* certificates. The short chain is still built, and loses for its
# quality: compare the column *quality* of the two.

# %%
distrusted = scenario("distrusted-root")

assert served(distrusted)[-1] == "Lab Root 2021"
assert len(served(distrusted)) == 3
chainlab.explain(distrusted / "evidence.zip", at=AT)

# %% [markdown]
# **Exercise 2.** The untrusted root and the cross-certificate have the same name and key. Why is the chain with the
# cross-certificate good all the same?
#
# <details><summary>Answer</summary>Untrusted means one certificate (by its hash), not a key. The cross-certificate is
# another certificate.</details>

# %%
chosen = candidates(distrusted).prediction.chosen
untrusted, used = candidates(distrusted).candidates[1].path.certificates[2], chosen.certificates[2]

assert untrusted.entity == used.entity
assert untrusted.sha256 != used.sha256

# %% [markdown]
# ## Nothing good at all: something is sent
#
# An expired cross-certificate is the only way. Windows notes the error and sends the chain.

# %%
expired = scenario("expired-cross-sign")

assert candidates(expired).prediction.chosen.certificates[2].not_after.year == 2026
chainlab.explain(expired / "evidence.zip", at=AT)

# %% [markdown]
# It even sends a chain whose signature does not fit. Here the CA was renewed with a new key, and the store holds the
# certificate of the old key. The name fits, and there is nothing better.

# %%
renewed = scenario("renewed-ca-key")

status = chainlab.diagnose(renewed / "evidence.zip", at=AT, clients="none").value.targets[0].served.status
assert "CERT_TRUST_IS_NOT_SIGNATURE_VALID" in status
chainlab.explain(renewed / "evidence.zip", at=AT)

# %% [markdown]
# ## When nobody knows
#
# The documentation says that the shortest of equally good chains wins. Several servers were seen to prefer the one
# with the *newer issuer*. As long as the root is at least as new as the cross-certificate the two rules agree, and
# the prediction is *firm*. Here the cross-certificate is newer: *contested*.

# %%
contested = scenario("contested-choice")
answer = chainlab.diagnose(
    contested / "evidence.zip",
    at=AT,
    clients="none",
    own_clients=[f"old device=openssl-1.0.2:{contested}/clients/old-only.pem"],
)

assert answer.value.targets[0].served.certainty == "contested"
answer

# %% [markdown]
# **Exercise 3.** A handshake of the server itself settles which rule it follows. Give the transcript together with
# the evidence, and look at the certainty.
#
# <details><summary>Answer</summary>The transcript shows the short chain, so this server follows the documented rule,
# and the prediction becomes firm.</details>

# %%
settled = chainlab.diagnose(contested / "evidence.zip", contested / "handshake-www.txt", at=AT, clients="none")
predicted = [target.served for target in settled.value.targets if target.served.basis == "predicted"]

assert [served.certainty for served in predicted] == ["firm"]

# %% [markdown]
# ## A mesh
#
# Four CAs that all certify each other. The complete chains from the first to the trusted last one are few, the dead
# ends many; the shortest is chosen.
#
# **Exercise 4.** How many complete chains are there with four CAs? And with five?
#
# <details><summary>Answer</summary>1 + 2 + 2 = 5, and 1 + 3 + 6 + 6 = 16: choose which of the other CAs lie between,
# in order.</details>


# %%
def complete(size):
    folder = chainlab.make_lab("mesh", f"lab/mesh-{size}", size=size)
    ends = [candidate.path.certificates[-1] for candidate in candidates(folder).candidates]
    return sum(end.subject.common == f"Lab Mesh CA {size}" and end.looks_self_signed for end in ends)


assert (complete(3), complete(4), complete(5)) == (2, 5, 16)
