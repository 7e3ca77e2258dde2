# %% [markdown]
# # 1 · The R46 story, from a seed to the fix
#
# A web server has a valid certificate, all intermediates are installed, browsers are content, and yet phones from
# 2022, Java programs and card terminals fail. This notebook makes such a server from a seed, finds out who fails and
# why, and mends it. Nothing leaves this machine; all certificates are laboratory twins with keys that everybody can
# have.
#
# Needed: `pip install 'chainlab[notebook]'`. Run the cells from above to below.

# %%
import chainlab

folder = chainlab.make_lab("both-roots", "lab/both-roots")
sorted(file.name for file in folder.iterdir())

# %% [markdown]
# ## What was collected
#
# `evidence.zip` is what the collector script brings from a Windows server: its certificate stores, its bindings, its
# settings. Look at what is in which store: **two** roots, R46 and USERTrust, and **two** intermediate certificates.
# One of these, "R46 signed by USERTrust", carries the same name and the same key as the root R46: a
# *cross-certificate*.

# %%
chainlab.read(folder / "evidence.zip")

# %% [markdown]
# `lab.json` says which real certificates the twins stand for, so that the trust stores of real clients can be asked.
# `at` fixes the date, so that the answers stay the same.

# %%
real = {"lab": folder / "lab.json", "at": "2026-11-20"}
chainlab.graph(folder / "evidence.zip", **real)

# %% [markdown]
# Read the drawing from below: an arrow goes from the issuer to what it certified, thick arrows are sent by the
# server. There are two ways up from the CA "OV R36": it ends at R46 itself, or goes on to USERTrust.
#
# ## Who fails?

# %%
now = chainlab.diagnose(folder / "evidence.zip", **real)
now

# %% [markdown]
# The server sends two certificates: its own and the issuing CA. A client needs R46 *in its own trust store* to accept
# that, and R46 exists since 2021. The cross-certificate, made for exactly those clients, lies in the store and is not
# sent.
#
# **Exercise 1.** How many of the 120 clients fail, and is there any reason other than a missing root?
#
# <details><summary>Answer</summary>92, and for most the only reason is that no path ends in a root they
# know.</details>

# %%
(target,) = now.value.targets
failing = [client for client in target.clients if client.verdict.value != "accept"]
reasons = {client.reason for client in failing}

assert len(failing) == 92
assert "no-anchor" in reasons
reasons

# %% [markdown]
# ## Why does Windows not send the cross-certificate?

# %%
chainlab.explain(folder / "evidence.zip", **real)

# %% [markdown]
# Both chains are good, and the shorter one wins. So the very presence of the new root keeps the bridge to the old
# world from being sent. Windows brings that root by itself (automatic root update) as soon as it meets it.
#
# ## Three attempts
#
# `impact` simulates a change before anybody makes it.

# %%
r46 = folder / "certificates" / "r46.pem"
deleted = chainlab.impact(folder / "evidence.zip", change=f"delete {r46}", **real)
deleted

# %% [markdown]
# 88 accept: it works. But read the line about Windows Update.
#
# **Exercise 2.** Three ways to get the root out of the way: delete it, disable its purposes, move it to *Untrusted
# Certificates*. Which of them survives a Windows Update?
#
# <details><summary>Answer</summary>Only the last. What is deleted or disabled in AuthRoot comes back with the next
# update of Microsoft's list; the Disallowed store is the administrator's own.</details>

# %%
lasting = {}
for verb in ("delete", "disable-purposes", "untrust"):
    effect = chainlab.impact(folder / "evidence.zip", change=f"{verb} {r46}", **real).value.effects[0]
    lasting[verb] = (len(effect.after.surely_accepting), len(effect.updated.surely_accepting))

assert lasting == {"delete": (88, 28), "disable-purposes": (88, 28), "untrust": (88, 88)}
lasting

# %% [markdown]
# ## The plan
#
# `plan` tries every combination of changes, before and after a Windows Update, and recommends the smallest set that
# helps.

# %%
plan = chainlab.plan(folder / "evidence.zip", **real)
plan

# %% [markdown]
# It recommends what exercise 2 found, and says what it costs. The alternative wins more clients by trusting a root
# that Microsoft has dropped: somebody has to decide that.
#
# **Exercise 3.** After the plan 32 clients still fail. What have they in common?
#
# <details><summary>Answer</summary>They know neither R46 nor USERTrust: trust stores from before 2010 to 2015. Only
# the still older AAA root could reach most of them.</details>

# %%
outcome = plan.value.chosen.outcomes[0].after
left = [client for client in outcome.verdicts if client.verdict.value != "accept"]

assert len(left) == 32
assert {client.reason for client in left} == {"no-anchor"}
assert len(plan.value.plan.alternatives[0].outcomes[0].lasting) == 117
sorted(client.profile.name for client in left)[:12]

# %% [markdown]
# ## Does it hold?
#
# The plan remembers what should be on the wire. Later, a transcript of `openssl s_client` (or a capture) is enough to
# check. The transcript in the folder is from *before* the change:

# %%
from pathlib import Path

Path("plan.json").write_text(plan.json(), encoding="utf-8")
check = chainlab.verify("plan.json", folder / "handshake-www.txt")

assert not check.value.holds
check

# %% [markdown]
# **Exercise 4.** Make the chain that should be served (server certificate, issuing CA, cross-certificate) as a file,
# and check that with it the promise is kept.

# %%
parts = ["www", "ov-r36", "r46-by-usertrust"]
chain = "".join((folder / "certificates" / f"{part}.pem").read_text(encoding="utf-8") for part in parts)
Path("served.pem").write_text(chain, encoding="utf-8")

assert chainlab.verify("plan.json", "served.pem").value.holds
