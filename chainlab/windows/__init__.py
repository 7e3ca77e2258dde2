"""How Windows builds and selects a certificate chain (CryptoAPI) and what Schannel/IIS sends of it.

Every rule carries the tag of its evidence: [D] Microsoft documentation or SDK header, [W] asserted by a Wine test that
passes on real Windows, [F] field report, [I] inference, [?] unknown.
"""
