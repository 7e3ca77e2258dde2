# %% [markdown]
# # 4 · What if? Change the store and watch
#
# Every change of a certificate store has effects that nobody sees at once: on what is served, on other services of
# the same server, on the server's own programs as clients, and after the next Windows Update. `impact` computes them
# before anybody touches the server. This notebook is a sandbox: change the phrases and run the cells again.

# %%
import chainlab

AT = "2026-11-20"
folder = chainlab.make_lab("both-roots", "lab/both-roots")
real = {"lab": folder / "lab.json", "at": AT}
certificate = {file.stem: file for file in (folder / "certificates").iterdir()}


def what_if(*changes):
    return chainlab.impact(folder / "evidence.zip", change=list(changes), **real)


def counts(*changes):
    """How many accept now, afterwards, and after a Windows Update."""
    effect = what_if(*changes).value.effects[0]
    return tuple(len(answer.surely_accepting) for answer in (effect.before, effect.after, effect.updated))


# %% [markdown]
# A change is a phrase: a verb, a certificate (a file, the start of its fingerprint, or a name), and keywords.

# %%
what_if(f"untrust {certificate['r46']}")

# %% [markdown]
# ## Order and combinations
#
# Changes apply one after the other. Removing the cross-certificate *and* distrusting the root leaves nothing to send
# but a chain that is not trusted on the server itself.

# %%
broken = what_if(f"untrust {certificate['r46']}", f"delete {certificate['r46-by-usertrust']} from LocalMachine/CA")
broken

# %% [markdown]
# **Exercise 1.** How many clients are left with both changes?
#
# <details><summary>Answer</summary>28: again those that know R46 themselves. What the server trusts and what its
# clients trust are two different things.</details>

# %%
both = counts(f"untrust {certificate['r46']}", f"delete {certificate['r46-by-usertrust']} from LocalMachine/CA")
assert both == (28, 28, 28)

# %% [markdown]
# ## Switches
#
# Deleting the root does not last, because automatic root update brings it back. What if that is switched off?

# %%
table = {
    "delete": counts(f"delete {certificate['r46']}"),
    "delete, root update off": counts(f"delete {certificate['r46']}", "root-update off"),
    "untrust": counts(f"untrust {certificate['r46']}"),
}

assert table["delete"] == (28, 88, 28)
assert table["delete, root update off"] == (28, 88, 88)
table

# %% [markdown]
# **Exercise 2.** It holds with root update switched off. Why is that not the recommended way?
#
# <details><summary>Answer</summary>The switch is for the whole server: no new root ever comes by itself again, and
# the server's own programs slowly lose the sites that use new roots. `plan` therefore prefers to distrust one
# certificate.</details>

# %%
plan = chainlab.plan(folder / "evidence.zip", **real).value
assert [change.code for change in plan.chosen.changes] == ["move-to-untrusted"]

# %% [markdown]
# ## The price of trusting an old root
#
# AAA Certificate Services is the oldest root of this hierarchy: almost every client knows it, and it ends in 2028.
# What if the server trusted it again?

# %%
oldest = (
    f"import {certificate['aaa']} into LocalMachine/Root",
    f"import {certificate['usertrust-rsa-by-aaa']} into LocalMachine/CA",
    f"untrust {certificate['usertrust-rsa']}",
    f"untrust {certificate['r46']}",
)
longest = what_if(*oldest)
longest

# %% [markdown]
# **Exercise 3.** How many accept then, and when does it end? (Ask `timeline` about the served chain.)
#
# <details><summary>Answer</summary>117 of 120. It ends with 2028, when AAA and the cross-certificate by it
# expire.</details>

# %%
from pathlib import Path

after = longest.value.effects[0].after
by_hash = {chainlab.read(file).value.evidence.certificates[0].certificate.sha256: file for file in certificate.values()}
wire = "".join(by_hash[one.sha256].read_text(encoding="utf-8") for one in after.first.chain)
Path("long.pem").write_text(wire, encoding="utf-8")
ends = chainlab.timeline(served="long.pem", until="2030-01-01", **real)
events = [event.at.year for event in ends.value.targets[0].events if event.worse]

assert len(after.surely_accepting) == 117
assert 2029 in events
ends

# %% [markdown]
# ## Wrong medicine
#
# A frequent advice is to put the cross-certificate into the *Root* store "so that Windows finds it".

# %%
wrong = what_if(f"import {certificate['r46-by-usertrust']} into LocalMachine/Root")

assert counts(f"import {certificate['r46-by-usertrust']} into LocalMachine/Root") == (28, 28, 28)
wrong

# %% [markdown]
# **Exercise 4.** Find a single change that makes things worse than they are. (There is one for the 28 that still
# accept.)
#
# <details><summary>Answer</summary>Delete the issuing CA: then the server certificate is sent alone.</details>

# %%
worse = counts(f"delete {certificate['ov-r36']}")
assert worse[1] == 0
worse
