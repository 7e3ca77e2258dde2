# %% [markdown]
# # 6 · A fleet: sixty servers at once
#
# One server is a diagnosis; a thousand servers are a question of which problems there are, how many servers have each,
# and whether one change helps them all. `chainlab fleet` answers each distinct server once, groups those with the same
# problem, and makes one plan for each group.
#
# Needed: `pip install 'chainlab[notebook,fleet]'`.

# %%
import shutil
from pathlib import Path

import chainlab

AT = "2026-11-20"
KINDS = {"both-roots": 24, "missing-intermediate": 16, "expired-cross-sign": 12, "misplaced-and-duplicates": 8}
servers = Path("servers")
servers.mkdir()
for kind, count in KINDS.items():
    folder = chainlab.make_lab(kind, f"lab/{kind}")
    for number in range(1, count + 1):
        shutil.copy(folder / "evidence.zip", servers / f"{kind}-{number:02}.zip")
(servers / "broken.zip").write_bytes(b"PK\x03\x04 cut off")
len(list(servers.iterdir()))

# %% [markdown]
# The clients: one with the roots of all these hierarchies and today's OpenSSL, one from before 2021 that lacks R46.


# %%
def roots(*files):
    return "".join((Path("lab") / file).read_text(encoding="utf-8") for file in files)


elsewhere = [
    "missing-intermediate/certificates/root.pem",
    "expired-cross-sign/certificates/new-root.pem",
    "misplaced-and-duplicates/certificates/root.pem",
]
Path("new.pem").write_text(roots("both-roots/clients/current.pem", *elsewhere), encoding="utf-8")
Path("old.pem").write_text(roots("both-roots/certificates/usertrust-rsa.pem", *elsewhere), encoding="utf-8")
asked = {"at": AT, "clients": "none", "own_clients": ["current=openssl-3:new.pem", "before 2021=openssl-1.0.1:old.pem"]}

fleet = chainlab.fleet(servers, results="run-1", **asked)
fleet

# %% [markdown]
# **Exercise 1.** Sixty-one inputs: how many were really diagnosed, and what became of the broken one?
#
# <details><summary>Answer</summary>Four: equal evidence is diagnosed once. The broken file is one row with an error,
# and the counts add up.</details>

# %%
counts = fleet.value.counts

assert counts.inputs == 61 == counts.computed + counts.duplicates + counts.errors + counts.pending
assert (counts.computed, counts.errors) == (4, 1)
counts

# %% [markdown]
# **Exercise 2.** Which group would you mend first, and with what?
#
# <details><summary>Answer</summary>The largest: 24 servers on which the new root keeps the cross-certificate from being
# sent. One change, the same for all.</details>

# %%
largest = fleet.value.groups[0]

assert largest.servers == 24
assert len(largest.plan.changes) == 1
largest.plan.changes[0].title

# %% [markdown]
# ## One change for everybody?
#
# A circular says: "move the R46 root to Untrusted everywhere". What would it do to the fleet?

# %%
r46 = Path("lab/both-roots/certificates/r46.pem")
proposed = chainlab.fleet(servers, results="run-2", change=f"untrust {r46}", **asked)

assert proposed.value.change.servers.get("gains") == 24
assert "loses" not in proposed.value.change.servers
proposed

# %% [markdown]
# ## Tables
#
# Everything stands in a DuckDB file, one row per server and site, to be joined with whatever you know of your servers.

# %%
import duckdb

query = """SELECT chain_words, min(accept) AS accept, count(*) AS servers FROM results
           WHERE NOT well GROUP BY 1 ORDER BY servers DESC"""
with duckdb.connect(str(fleet.value.database), read_only=True) as database:
    rows = database.execute(query).fetchall()

assert rows[0][1:] == (1, 24)
rows

# %% [markdown]
# **Exercise 3.** Ask the table: which findings (`findings`, a list) are there, and on how many servers each?
#
# <details><summary>Answer</summary>See the cell below: `unnest` makes a row of each code.</details>

# %%
query = "SELECT unnest(findings), count(DISTINCT server) FROM results GROUP BY 1 ORDER BY 1"
with duckdb.connect(str(fleet.value.database), read_only=True) as database:
    found = dict(database.execute(query).fetchall())

assert found["missing-intermediate"] == 16
assert found["cross-sign-unused"] == 24
found
