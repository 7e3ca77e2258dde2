"""The laboratory twin of the Sectigo R46 and E46 hierarchies: same names, structure, validity and key types, own keys.

Each twin stands for the real certificate of the same role (``STANDS_FOR``) in trust stores, catalogue and Microsoft's
list, so that the twin world behaves like the real one without a real certificate in it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from chainlab import oids
from chainlab.certificate import Certificate
from chainlab.lab.pki import LEAF, Entity, KeyRing, Profile, certify, day, make_name

_SECTIGO: Final = "C=GB, O=Sectigo Limited, CN=Sectigo Public Server Authentication "
_USERTRUST: Final = "C=US, ST=New Jersey, L=Jersey City, O=The USERTRUST Network, CN=USERTrust "
ENTITIES: Final = {
    "addtrust": ("C=SE, O=AddTrust AB, OU=AddTrust External TTP Network, CN=AddTrust External CA Root", "RSA-2048"),
    "aaa": (
        "C=GB, ST=Greater Manchester, L=Salford, O=Comodo CA Limited, CN=AAA Certificate Services", "RSA-2048"),
    "usertrust-rsa": (_USERTRUST + "RSA Certification Authority", "RSA-4096"),
    "usertrust-ecc": (_USERTRUST + "ECC Certification Authority", "P-384"),
    "r46": (_SECTIGO + "Root R46", "RSA-4096"),
    "e46": (_SECTIGO + "Root E46", "P-384"),
    "dv-r36": (_SECTIGO + "CA DV R36", "RSA-3072"),
    "ov-r36": (_SECTIGO + "CA OV R36", "RSA-3072"),
    "ev-r36": (_SECTIGO + "CA EV R36", "RSA-3072"),
    "dv-e36": (_SECTIGO + "CA DV E36", "P-256"),
    "ov-e36": (_SECTIGO + "CA OV E36", "P-256"),
    "ev-e36": (_SECTIGO + "CA EV E36", "P-256"),
    "www": ("C=GB, O=Chainlab Laboratory, CN=www.chainlab.example", "RSA-2048"),
    "shop": ("CN=shop.chainlab.example", "P-256"),
}  # fmt: skip

_TLS: Final = (oids.SERVER_AUTH, oids.CLIENT_AUTH)
_ROOT: Final = Profile(hash="sha384")
_OF_2021: Final = Profile(not_before=day("2021-03-22"), hash="sha384")
_R46: Final = replace(_OF_2021, not_after=day("2046-03-21T23:59:59"))
_CROSS: Final = replace(_OF_2021, purposes=_TLS, policies=(oids.ANY_POLICY,))
_BY_USERTRUST: Final = replace(_CROSS, not_after=day("2038-01-18T23:59:59"))
_BY_AAA: Final = replace(_CROSS, not_after=day("2028-12-31T23:59:59"))
_ISSUING: Final = replace(_CROSS, not_after=day("2036-03-21T23:59:59"), path_length=0)
_USERTRUST_ROOT: Final = replace(_ROOT, not_before=day("2010-02-01"), not_after=day("2038-01-18T23:59:59"))
_USERTRUST_BY_AAA: Final = replace(_ROOT, not_before=day("2019-03-12"), not_after=day("2028-12-31T23:59:59"))
_BY_ADDTRUST: Final = replace(
    _ROOT, not_before=day("2000-05-30T10:48:38"), not_after=day("2020-05-30T10:48:38"))  # fmt: skip

CERTIFICATES: Final = {
    "addtrust": ("addtrust", "addtrust", replace(_BY_ADDTRUST, hash="sha256")),
    "aaa": ("aaa", "aaa", replace(_ROOT, not_before=day("2004-01-01"), not_after=day("2028-12-31T23:59:59"),
                                  hash="sha256")),
    "aaa-by-addtrust": ("aaa", "addtrust", replace(_BY_ADDTRUST, not_before=day("2008-05-30T10:48:38"), path_length=0)),
    "usertrust-rsa": ("usertrust-rsa", "usertrust-rsa", _USERTRUST_ROOT),
    "usertrust-rsa-by-aaa": ("usertrust-rsa", "aaa", _USERTRUST_BY_AAA),
    "usertrust-rsa-by-addtrust": ("usertrust-rsa", "addtrust", _BY_ADDTRUST),
    "usertrust-ecc": ("usertrust-ecc", "usertrust-ecc", _USERTRUST_ROOT),
    "usertrust-ecc-by-aaa": ("usertrust-ecc", "aaa", _USERTRUST_BY_AAA),
    "usertrust-ecc-by-addtrust": ("usertrust-ecc", "addtrust", _BY_ADDTRUST),
    "r46": ("r46", "r46", _R46),
    "r46-by-usertrust": ("r46", "usertrust-rsa", _BY_USERTRUST),
    "r46-by-aaa": ("r46", "aaa", _BY_AAA),
    "e46": ("e46", "e46", _R46),
    "e46-by-usertrust": ("e46", "usertrust-ecc", _BY_USERTRUST),
    "e46-by-aaa": ("e46", "aaa", _BY_AAA),
    **{f"{kind}-r36": (f"{kind}-r36", "r46", _ISSUING) for kind in ("dv", "ov", "ev")},
    **{f"{kind}-e36": (f"{kind}-e36", "e46", _ISSUING) for kind in ("dv", "ov", "ev")},
    "www": ("www", "ov-r36", replace(LEAF, dns_names=("www.chainlab.example", "chainlab.example"),
                                     key_encipherment=True)),
    "shop": ("shop", "dv-e36", replace(LEAF, dns_names=("shop.chainlab.example",))),
}  # fmt: skip

STANDS_FOR: Final = {
    "addtrust": "687fa451382278fff0c8b11f8d43d576671c6eb2bceab413fb83d965d06d2ff2",
    "aaa": "d7a7a0fb5d7e2731d771e9484ebcdef71d5f0c3e0a2948782bc83ee0ea699ef4",
    "aaa-by-addtrust": "30801be2417d64bfdde9fb48a642003b91f6619ba7e776ccb41a2a8b3c271392",
    "usertrust-rsa": "e793c9b02fd8aa13e21c31228accb08119643b749c898964b1746d46c3d4cbd2",
    "usertrust-rsa-by-aaa": "68b9c761219a5b1f0131784474665db61bbdb109e00f05ca9f74244ee5f5f52b",
    "usertrust-rsa-by-addtrust": "1a5174980a294a528a110726d5855650266c48d9883bea692b67b6d726da98c5",
    "usertrust-ecc": "4ff460d54b9c86dabfbcfc5712e0400d2bed3fbc4d4fbdaa86e06adcd2a9ad7a",
    "usertrust-ecc-by-aaa": "a6cf64dbb4c8d5fd19ce48896068db03b533a8d1336c6256a87d00cbb3def3ea",
    "usertrust-ecc-by-addtrust": "c2b25bad6f6ed65216cadad7420be9a3c787b7789f4c0222c35a2574bbace92a",
    "r46": "7bb647a62aeeac88bf257aa522d01ffea395e0ab45c73f93f65654ec38f25a06",
    "r46-by-usertrust": "92f351bf3d54164dfa8dd8f9e1139d3150349786485d2b9eecd00e2971c1e6c5",
    "r46-by-aaa": "ce75580bc6796d3b3ea2c3e74259d0d403072408e960c77139c2fb5a3d9419e4",
    "e46": "c90f26f0fb1b4018b22227519b5ca2b53e2ca5b3be5cf18efe1bef47380c5383",
    "e46-by-usertrust": "ea6b89ed6907a209ff9188676fb164e7aced894b8996dfbe5ce5bbcc22de4ddd",
    "e46-by-aaa": "6802701f0fd0960ff2b51f39aaeb20a778d83261a959ad0d7ff0be54240f673d",
    "dv-r36": "8c54c334b66ba4e426772af4a3f9136c19a1aec729fdb28c535c07a5a4ef22e0",
    "ov-r36": "6542d176bed50f193c0ce297ae44ecd8a0a86bec2ede682769344059b4e78530",
    "ev-r36": "7a1a24285e25e94df27ce8b344b1bb6b32f0254ff0d7b5ab6e856ae90cfde55c",
    "dv-e36": "873f0ba80e3ac222656dfd04158cc15c2927d42d5d05f01dee4a47eb43a916df",
    "ov-e36": "4102bb08b7ea19e567eb6710384c540afdad993af0d9dfbf91ca6273755b8ba0",
    "ev-e36": "fd917b0d094faa4db1bbaf9ed7ac55be5162d971c227b34e7085ca537a4a4b47",
}
"""Role -> SHA-256 of the real certificate."""


def entities(keys: KeyRing) -> dict[str, Entity]:
    """Every CA and server of the twin hierarchies."""
    return {role: Entity(make_name(name), keys.get(role, kind)) for role, (name, kind) in ENTITIES.items()}


def certificates(keys: KeyRing) -> dict[str, Certificate]:
    """Every certificate of the twin hierarchies by role."""
    known = entities(keys)
    return {
        role: certify(known[subject], known[issuer], profile)
        for role, (subject, issuer, profile) in CERTIFICATES.items()
    }
