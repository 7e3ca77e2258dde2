"""Certificates as facts."""

from datetime import timedelta

from chainlab.certificate import Name, split_rdns, unescape_rdn
from tests.pki import NOW, Pki, at


def test_name_key_folds_case_and_blanks_only() -> None:
    assert Name("CN=Root  A,O=X").key == Name("cn=root a,o=x").key
    assert Name("CN=A").key != Name("CN=B").key


def test_name_key_has_no_blanks_at_the_ends_of_values() -> None:
    assert Name(r"CN=\ Root  A\ ,O= X \ ").key == Name("CN=root A,O=x").key
    assert Name("CN= A+OU=B ,O=C").key == Name("CN=a+OU=b,O=c").key
    assert Name(r"CN=a\, b,O=c").key == r"cn=a\, b,o=c"
    assert Name(r"CN=a\\ ,O=b").key == r"cn=a\\,o=b"
    assert Name(r"CN=a\ ,O=b").key == "cn=a,o=b"
    assert Name("CN=a b").key != Name("CN=ab").key


def test_names_without_encoding_are_compared_by_text() -> None:
    assert Name("CN=A", b"1").same_bytes(Name("CN=A"))
    assert not Name("CN=A", b"1").same_bytes(Name("CN=A", b"2"))


def test_common_prefers_cn_then_o() -> None:
    assert Name("O=Org,CN=Me").common == "Me"
    assert Name("O=Org\\, Inc.,OU=Unit").common == "Org, Inc."
    assert Name("").common == "(empty name)"
    assert Name("O=Org,CN=").common == "Org"
    assert Name("CN=").common == "CN="


def test_escaped_commas_do_not_split() -> None:
    assert split_rdns("O=A\\, B,C=GB") == ["O=A\\, B", "C=GB"]
    assert unescape_rdn("A\\, \\\\B") == "A, \\B"


def test_equality_is_the_fingerprint(pki: Pki) -> None:
    assert pki.ca("A") == pki.ca("A")
    assert pki.ca("A") != pki.ca("A", hash="sha384")
    assert len({pki.ca("A"), pki.ca("A")}) == 1


def test_self_signed_and_cross_signed_of_one_entity_share_the_entity(pki: Pki) -> None:
    own, cross = pki.ca("R"), pki.ca("R", "U")
    assert own.entity == cross.entity
    assert own.looks_self_signed
    assert not cross.looks_self_signed


def test_label_never_is_the_common_name_alone(pki: Pki) -> None:
    own, cross = pki.ca("R"), pki.ca("R", "U")
    assert own.label != cross.label
    assert "self-signed" in own.label
    assert "signed by U" in cross.label


def test_both_ends_of_the_validity_belong_to_it(pki: Pki) -> None:
    certificate = pki.ca("A", not_before=at("2020-01-01"), not_after=at("2030-01-01"))
    assert certificate.valid_at(certificate.not_before)
    assert certificate.valid_at(certificate.not_after)
    assert not certificate.valid_at(at("2030-01-02"))
    assert certificate.valid_at(NOW)


def test_purposes_with_any_eku_are_no_restriction(pki: Pki) -> None:
    assert pki.ca("A", purposes=("1.3.6.1.5.5.7.3.1", "2.5.29.37.0")).purposes is None
    assert pki.ca("A").purposes is None
    assert pki.ca("A", purposes=("1.3.6.1.5.5.7.3.4",)).purposes == {"1.3.6.1.5.5.7.3.4"}


def test_dns_names_come_from_the_san_else_from_a_host_like_cn(pki: Pki) -> None:
    assert pki.leaf("A", dns_names=("a.test", "b.test")).dns_names == ("a.test", "b.test")
    assert pki.leaf("A", dns_names=()).dns_names == ("www.example.test",)
    assert pki.ca("Some Root").dns_names == ()


def test_the_last_second_of_a_certificate_belongs_to_it(pki: Pki) -> None:
    leaf = pki.leaf("R")
    assert leaf.valid_at(leaf.not_after + timedelta(microseconds=999_999))
    assert not leaf.valid_at(leaf.not_after + timedelta(seconds=1))
    assert not leaf.valid_at(leaf.not_before - timedelta(microseconds=1))
