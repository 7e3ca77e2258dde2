# %% [markdown]
# # 5 · Three incidents, replayed on the clients of their time
#
# Twins of the certificates of the day, the real trust stores of 356 client snapshots, and the date: who failed, and
# why? Only the chain on the wire counts here, so each scenario is asked through its handshake.
#
# A snapshot is dated by its trust store. "Clients of 2016" are programs with a store from 2016 that run on the day of
# the incident, as devices without updates do.

# %%
from collections import defaultdict

import chainlab


def clients(name, at, selector="all", served="handshake-www.txt"):
    """Every client's verdict on the chain of a scenario at a moment, by id."""
    folder = chainlab.make_lab(name, f"lab/{name}")
    answer = chainlab.diagnose(served=folder / served, lab=folder / "lab.json", at=at, clients=selector)
    return {client.profile.id: client for client in answer.value.targets[0].clients}


def accepting(verdicts):
    return {identity for identity, client in verdicts.items() if client.verdict.value == "accept"}


def by_year(*columns):
    """One row a year of snapshot: how many there are, and how many accept in each column."""
    years = defaultdict(list)
    for identity, client in columns[0].items():
        years[client.profile.date[:4] or "?"].append(identity)
    print("year   clients  accepting")
    for year, members in sorted(years.items()):
        counts = [len(accepting(column) & set(members)) for column in columns]
        print(f"{year:<6} {len(members):>7}  " + "".join(f"{count:>6}" for count in counts))


# %% [markdown]
# ## AddTrust, 2020-05-30
#
# At 10:48:38 UTC the root of AddTrust expired, and with it the cross-certificate by which it vouched for USERTrust.
# Servers went on sending it.

# %%
before, after = clients("addtrust-2020", "2020-05-29"), clients("addtrust-2020", "2020-05-31")
by_year(before, after)

# %% [markdown]
# **Exercise 1.** What should operators have sent? Take the cross-certificate away and ask the same clients.
#
# <details><summary>Answer</summary>Nothing above the issuing CA: then only clients that know AddTrust alone are
# lost.</details>

# %%
from pathlib import Path


def without_last(name):
    folder = Path("lab") / name
    roles = {"addtrust-2020": ("www", "dv"), "dst-x3-2021": ("www", "r3")}[name]
    chain = "".join((folder / "certificates" / f"{role}.pem").read_text(encoding="utf-8") for role in roles)
    (folder.parent / f"{name}.pem").write_text(chain, encoding="utf-8")
    return f"../{name}.pem"


short = clients("addtrust-2020", "2020-05-31", served=without_last("addtrust-2020"))
by_year(before, after, short)

assert accepting(after) < accepting(short)

# %% [markdown]
# **Exercise 2.** So some clients knew USERTrust itself and failed all the same, because of a certificate that they
# did not need. What have they in common?
#
# <details><summary>Answer</summary>Their verifiers: programs that follow the chain as it is sent, to its expired end
# (OpenSSL before 1.1.1 and all that is built on it, old GnuTLS).</details>

# %%
needless = accepting(short) - accepting(after)
families = sorted({after[identity].profile.family for identity in needless})

assert {after[identity].reason for identity in needless} <= {"expired-anchor", "expired-intermediate"}
print(len(needless), "clients:", ", ".join(families))

# %% [markdown]
# ## DST Root CA X3, 2021-09-30
#
# Let's Encrypt knew it would happen. The root above its long chain expired, and the cross-certificate by it, valid
# until 2024, was sent on: for the sake of Android before 7.1.1, which does not look at the dates of roots.

# %%
before, after = clients("dst-x3-2021", "2021-09-29"), clients("dst-x3-2021", "2021-10-01")
short = clients("dst-x3-2021", "2021-10-01", served=without_last("dst-x3-2021"))
by_year(before, after, short)

# %% [markdown]
# The columns: the day before, the day after with the long chain, the day after with the short one.
#
# **Exercise 3.** Whom does the long chain save, whom the short one?

# %%
saved_by_long = accepting(after) - accepting(short)
saved_by_short = accepting(short) - accepting(after)

assert {after[identity].profile.family.split("-")[0] for identity in saved_by_long} >= {"android"}
assert any(identity.startswith("android-4.4") for identity in saved_by_long)
assert not any(identity.startswith("android") for identity in saved_by_short)
print("by the long chain: ", len(saved_by_long), sorted(saved_by_long)[:6])
print("by the short chain:", len(saved_by_short), sorted(saved_by_short)[:6])

# %% [markdown]
# <details><summary>Answer</summary>The long chain saves old Android (and other verifiers for which a root is a name
# and a key), the short one programs that follow the wire, such as those with OpenSSL 1.0.x, if they know ISRG Root
# X1. No chain saves both: each operator had to know the own clients. That is what `chainlab plan --traffic`
# counts.</details>
#
# ## Symantec, 2018 to 2020
#
# No certificate expired. Root programs took GeoTrust's root out of their lists, one after the other, and a valid
# chain lost its clients with each update.

# %%
verdicts = clients("symantec-2018", "2020-06-01")
by_year(verdicts)

# %% [markdown]
# **Exercise 4.** From which snapshot on do certifi (Python) and NSS (Firefox) reject? Why do the browsers of 2018,
# which had already distrusted Symantec, still accept here?
#
# <details><summary>Answer</summary>certifi from its lists of 2020 on, NSS between 3.53.1 and 3.68. Browsers
# distrusted by *code* (Chrome 66 and 70, Firefox 60 and 64) before the roots left the lists; chainlab's snapshots
# know the lists, so that part of the incident is not replayed.</details>

# %%
python = {i: c.verdict.value for i, c in verdicts.items() if i.startswith("py-certifi-20")}
nss = {i: c.verdict.value for i, c in verdicts.items() if i.startswith("nss-3")}

assert python["py-certifi-2018.1.18"] == "accept"
assert python["py-certifi-2026.10.18"] == "reject"
assert nss["nss-3.53.1"] == "accept"
nss

# %% [markdown]
# **Exercise 5.** Can the operator do anything on the server? Ask for a plan.

# %%
folder = Path("lab/symantec-2018")
modern = [f"modern=openssl-1.1.1:{folder}/clients/list-of-2020.pem"]
plan = chainlab.plan(folder / "evidence.zip", at="2020-06-01", clients="none", own_clients=modern).value

assert plan.chosen is None
assert not plan.well_as_it_is
print("No change of the stores helps: a new certificate from another CA is needed.")
