"""The switches in which real verifiers differ when they judge a finished path; the defaults are RFC 5280."""

from __future__ import annotations

from enum import Flag, auto
from typing import Final

from chainlab.paths.hosts import HostRules
from chainlab.paths.name_rules import NameRules
from chainlab.paths.policies import PolicyInputs
from chainlab.records import dataclass, field

BROKEN_HASHES: Final = frozenset({"md2", "md4", "md5"})


class Demand(Flag):
    """Extensions that a verifier insists on where RFC 5280 validation does without."""

    NOTHING = 0
    LEAF_AKI = auto()
    CA_AKI = auto()
    """Not of the anchor."""
    CA_SKI = auto()
    CA_KEY_USAGE = auto()
    LEAF_KEY_USAGE = auto()
    LEAF_PURPOSE = auto()
    CRITICAL_BASIC_CONSTRAINTS = auto()


class Anchor(Flag):
    """What is judged of the anchor. RFC 5280 takes a name and a key from it and no more; verifiers differ."""

    NOTHING = 0
    VALIDITY = auto()
    CA = auto()
    """Basic constraints do not say that it is no CA."""
    KEY_USAGE = auto()
    SAYS_CA = auto()
    """Basic constraints must be there even if it is self-issued."""
    PATH_LENGTH = auto()
    PURPOSE = auto()
    NAMES = auto()
    EXTENSIONS = auto()
    """Unknown critical extensions."""
    KEY_SIZE = auto()
    ALL = VALIDITY | CA | SAYS_CA | KEY_USAGE | PATH_LENGTH | PURPOSE | NAMES | EXTENSIONS | KEY_SIZE


@dataclass(frozen=True, slots=True)
class Switches:
    """What a verifier checks of a finished path; the defaults are RFC 5280.

    ``anchor`` is what is judged of the anchor too. Purposes: ``leaf_purpose`` and ``ca_purposes`` judge extended key
    usages, ``any_on_leaf`` and ``any_on_ca`` take anyExtendedKeyUsage for all of them, ``also_on_ca`` other purposes
    of CAs. CAs: ``only_signers_are_cas`` asks only those with a key usage for basic constraints and counts no others,
    ``require_basic_constraints`` wants them in version 3 certificates unless ``key_usage_makes_ca`` takes keyCertSign
    instead or ``trust_makes_ca`` asks an anchor for none, ``key_usage`` wants keyCertSign where there is a key usage,
    ``path_lengths`` judges these, ``self_issued_limited`` those in self-issued ones too, ``self_issued_count`` counts
    such CAs against them. The leaf:
    ``leaf_key_usage`` names bits of which one must be there (``rsa_leaf_key_usage`` where its key is RSA),
    ``leaf_not_ca`` refuses a CA certificate. ``names`` says what name constraints mean.
    Algorithms: ``rejected_hashes`` and ``rejected_schemes`` of signatures
    below the anchor, ``min_rsa_bits`` of keys, the leaf's where ``leaf_key_size``.
    ``max_length`` counts certificates with the anchor. ``demands`` names extensions that must be there.
    ``policies`` are the inputs of policy processing (6.1.1); TLS clients do none (``None``).
    """

    anchor: Anchor = Anchor.VALIDITY | Anchor.KEY_SIZE
    leaf_purpose: bool = True
    ca_purposes: bool = True
    any_on_leaf: bool = True
    any_on_ca: bool = True
    also_on_ca: frozenset[str] = frozenset()
    require_basic_constraints: bool = True
    only_signers_are_cas: bool = False
    key_usage_makes_ca: bool = False
    trust_makes_ca: bool = False
    key_usage: bool = True
    self_issued_count: bool = False
    self_issued_limited: bool = True
    path_lengths: bool = True
    leaf_key_usage: frozenset[str] = frozenset()
    rsa_leaf_key_usage: frozenset[str] = frozenset()
    leaf_not_ca: bool = False
    names: NameRules = field(default_factory=NameRules)
    critical_extensions: bool = True
    rejected_hashes: frozenset[str] = BROKEN_HASHES
    rejected_schemes: frozenset[str] = frozenset()
    min_rsa_bits: int = 0
    leaf_key_size: bool = True
    host: HostRules = field(default_factory=HostRules)
    max_length: int = 0
    demands: Demand = Demand.NOTHING
    policies: PolicyInputs | None = None
