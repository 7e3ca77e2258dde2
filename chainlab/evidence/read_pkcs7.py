"""PKCS#7 certificate bags (.p7b, .p7c, .spc): DER or BER. The order inside a SET means nothing and implies no chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chainlab.der import MALFORMED, more_than
from chainlab.errors import InputError, LimitError
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.read_der import is_ctl, shape
from chainlab.evidence.reading import ReadOptions, certificate_item
from chainlab.findings import BROKEN_CERTIFICATE, Finding

FORMAT = "PKCS#7"
PRIORITY = 500


def sniff(data: bytes) -> bool:
    """A ContentInfo with one of the PKCS#7 types, but no certificate trust list."""
    return shape(data) == "pkcs7" and not is_ctl(data)


def read(data: bytes, place: Place, options: ReadOptions) -> Iterator[Item]:
    """The certificates of a SignedData."""
    from asn1crypto import cms

    try:
        info = cms.ContentInfo.load(data)
        if info["content_type"].native != "signed_data":
            kind = str(info["content_type"].native).replace("_", " ")
            raise InputError(str(place), f"PKCS#7 of type '{kind}'", expected="signed data with certificates")
        certificates = info["content"]["certificates"]
        if more_than(certificates.contents or b"", options.limits.certificates):
            raise LimitError(str(place), f"more than {options.limits.certificates} certificates")
        choices = list(certificates or ())
    except MALFORMED as error:
        raise InputError(str(place), f"damaged PKCS#7 ({error})", hint="export it again") from None
    yield ContainerEvidence(place, FORMAT, (("certificates", str(len(choices))),))
    for number, choice in enumerate(choices, start=1):
        yield _item(choice, place.at(f"certificate {number}"))


def _item(choice: Any, place: Place) -> Item:
    """The certificate of one choice, or the finding that it is none; only here is it taken apart."""
    try:
        der = choice.chosen.dump()
    except MALFORMED as error:
        return Finding(BROKEN_CERTIFICATE, {"place": str(place), "why": str(error)})
    return certificate_item(der, place, FORMAT)
