"""certutil's text in several languages: the same structure, the same evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError
from chainlab.evidence import Evidence, KeyPresence, Place, ReadOptions, StoreRecord, read_bytes
from chainlab.lab.writers import pem
from chainlab.properties import derive, encode_oid_list
from chainlab.server import LM_MY, StoreName
from tests.pki import Pki

LEAF, ROOT, CRL = "aabbccddeeff00112233445566778899aabbccdd", "b1bc968bd4f49d622aa89a81f2150152a41d829c", "cd" * 20

WORDS = {
    "english": (
        "Personal",
        "Certificate",
        "Serial Number",
        "Issuer",
        "NotBefore",
        "NotAfter",
        "Subject",
        "Non-root Certificate",
        "Cert Hash",
        "Key Container",
        "Unique container name",
        "Provider",
        "CRL",
        "CRL Hash",
        "-store command completed successfully.",
    ),
    "german": (
        "Eigene Zertifikate",
        "Zertifikat",
        "Seriennummer",
        "Aussteller",
        "Nicht vor",
        "Nicht nach",
        "Antragsteller",
        "Kein Stammzertifikat",
        "Zertifikathash",
        "Schlüsselcontainer",
        "Eindeutiger Containername",
        "Anbieter",
        "Sperrliste",
        "Sperrlistenhash",
        "-store-Befehl wurde erfolgreich ausgeführt.",
    ),
    "french": (
        "Personnel",
        "Certificat",
        "Numéro de série\u00a0",
        "Émetteur",
        "NotBefore\u00a0",
        "NotAfter\u00a0",
        "Objet",
        "Il ne s'agit pas d'un certificat racine",
        "Hach. cert. ",
        "Conteneur de clé\u00a0",
        "Nom de conteneur unique",
        "Fournisseur",
        "Liste de révocation",
        "Hach. liste ",
        "-store La commande s'est terminée correctement.",
    ),
    "japanese": (
        "個人",
        "証明書",
        "シリアル番号",
        "発行者",
        "この日付以後",
        "この日付以前",
        "サブジェクト",
        "ルート証明書ではありません",
        "証明書ハッシュ",
        "キー コンテナー",
        "一意のコンテナー名",
        "プロバイダー",
        "CRL",
        "CRL ハッシュ",
        "-store コマンドは正常に完了しました。",
    ),
}


def store_text(language: str, spaced: bool = False, store: str = "My") -> str:
    """``certutil -store My``: a certificate with its key, one without, and a CRL."""
    shown, certificate, serial, issuer, before, after, subject, kind, hashed, *more = WORDS[language]
    container, unique, provider, crl, crl_hash, done = more
    leaf, root, listed = (" ".join(h[i : i + 2] for i in range(0, 40, 2)) if spaced else h for h in (LEAF, ROOT, CRL))
    return (
        f'{store} "{shown}"\n'
        f"================ {certificate} 0 ================\n"
        f"{serial}: 1a2b3c4d5e\n{issuer}: CN=Test Root CA\n {before}: 01.01.2026 01:00\n {after}: 01.01.2027 01:00\n"
        f"{subject}: CN=www.example.com\n{kind}\n{hashed}(sha1): {leaf}\n"
        f"  {container} = job-1-abcd1234\n  {unique}: a11a37ef57bb64c3f31f8f99421d1550_e64079bf\n"
        f"  {provider} = Microsoft Software Key Storage Provider\n\n"
        f"================ {certificate} 1 ================\n"
        f"{serial}: 0400\n{issuer}: CN=Root, C=BE\n {before}: 1998-09-01\n {after}: 2028-01-28\n"
        f"{subject}: CN=Root, C=BE\n"
        f"{hashed}(sha1): {root}\n\n"
        f"================ {crl} 0 ================\n"
        f"{issuer}:\n    CN=Root\n    O=Example\n {before}: 01.01.2026 01:00\n{crl} 1: 12\n"
        f"{crl_hash}(sha1): {listed}\n\n"
        f"CertUtil: {done}\n"
    )


def read(text: str, encoding: str = "utf-8") -> Evidence:
    return Evidence.of(read_bytes(text.encode(encoding), Place("certutil.txt"), ReadOptions()))


def inventory(evidence: Evidence) -> list[tuple[str, str, KeyPresence]]:
    return [(record.sha1, str(record.store), record.key) for record in evidence.records]


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("spaced", [False, True], ids=["since 2016", "until 2012"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_store_listing_is_read_in_every_language(language: str, spaced: bool, line_end: str) -> None:
    evidence = read(store_text(language, spaced).replace("\n", line_end))
    assert inventory(evidence) == [
        (LEAF, "LocalMachine/My", KeyPresence.PRESENT), (ROOT, "LocalMachine/My", KeyPresence.UNKNOWN),
    ]  # fmt: skip
    assert not evidence.findings


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp932"])
def test_redirected_output_of_any_encoding_is_read(encoding: str) -> None:
    assert len(read(store_text("japanese"), encoding).records) == 2


def test_a_console_that_garbled_its_letters_is_read() -> None:
    garbled = store_text("french").replace("é", "\ufffd").replace("\u00a0", "\ufffd")
    assert inventory(read(garbled))[0] == (LEAF, "LocalMachine/My", KeyPresence.PRESENT)


def test_facts_are_kept_as_the_text_has_them() -> None:
    facts = dict(read(store_text("german")).records[0].facts)
    assert facts["Seriennummer"] == "1a2b3c4d5e"
    assert facts["Antragsteller"] == "CN=www.example.com"
    assert facts["Nicht nach"] == "01.01.2027 01:00"


@pytest.mark.parametrize(
    ("command", "store"),
    [
        ("certutil -store My", LM_MY),
        ("certutil.exe -f -user -store My", StoreName("CurrentUser", "My")),
        ("certutil /enterprise -store CA", StoreName("LocalMachine", "My", ".Enterprise")),
        ("certutil -grouppolicy -store Root", StoreName("LocalMachine", "My", ".GroupPolicy")),
    ],
)
def test_the_command_line_in_a_transcript_names_the_location(command: str, store: StoreName) -> None:
    assert read(f"C:\\> {command}\n{store_text('english')}").records[0].store == store


def test_several_stores_in_one_text_are_kept_apart() -> None:
    text = "C:\\> certutil -user -store my\n" + store_text("english") + "\nC:\\> certutil -store AuthRoot\n"
    text += store_text("german", store="AuthRoot")
    assert [record.store for record in read(text).records][::2] == [
        StoreName("CurrentUser", "My"), StoreName("LocalMachine", "Root", ".AuthRoot"),
    ]  # fmt: skip


VERBOSE = """Root "Vertrauenswürdige Stammzertifizierungsstellen"
================ Zertifikat 0 ================
X509-Zertifikat:
Version: 3
Seriennummer: 040000000001154b5ac394
Signaturalgorithmus:
    Algorithmus Objekt-ID: 1.2.840.113549.1.1.5 sha1RSA
Aussteller:
    CN=GlobalSign Root CA
    C=BE
  Namenshash(sha1): 11b88de194daf1aa86ad8181262f59e944da9b01
 Nicht vor: 01.09.1998 14:00
Antragsteller:
    CN=GlobalSign Root CA
    C=BE
Schlüssel-ID-Hash(rfc-sha1): 60 7b 66 1a 45 0d 97 ca 89 50 2f 7d 04 cd 34 a8 ff fc fd 4b
Schlüssel-ID-Hash(sha1): 87 db d4 5f b0 92 8d 4e 1d f8 15 67 e7 f2 ab af d6 2b 67 75
Zertifikathash(md5): 3e 45 52 15 09 51 92 e1 b7 5d 37 9f b1 87 29 8a
Zertifikathash(sha1): b1 bc 96 8b d4 f4 9d 62 2a a8 9a 81 f2 15 01 52 a4 1d 82 9c

  CERT_ENHKEY_USAGE_PROP_ID(9):
    Erweiterte Schlüsselverwendung
        Serverauthentifizierung (1.3.6.1.5.5.7.3.1)
        Clientauthentifizierung (1.3.6.1.5.5.7.3.2)

  CERT_ROOT_PROGRAM_CERT_POLICIES_PROP_ID(83):
    Zertifikatrichtlinien
        [1]Zertifikatrichtlinie:
             Richtlinienkennung=1.3.6.1.4.1.4146.1.1

  Unbekannte Eigenschaft(98):
    eb d4 10 40 e4 bb 3e c7  42 c9 e3 81 d3 1e f2 a4   ...@..>.B.......
    1a 48 b6 68 5c 96 e7 ce  f3 c1 df 6c d4 33 1c 99   .H.h\\......l.3..

  CERT_FRIENDLY_NAME_PROP_ID(11):
    GlobalSign: R1

  CERT_SIGNATURE_HASH_PROP_ID(15) disallowedHash:
       0000  38 c4 1b 14 d8 74 95 42  1b fb 7d 72 d2 0b 03 ad
    0010  bd e8 aa 19 14 9e a2 41  30 fe b4 d4 93 b6 9f 3b

  CERT_SHA1_HASH_PROP_ID(3):
    b1 bc 96 8b d4 f4 9d 62 2a a8 9a 81 f2 15 01 52 a4 1d 82 9c

  Unbekannte Eigenschaft(126):
    01.09.2026 02:00

  CERT_ACCESS_STATE_PROP_ID(14):
    Zugriffsstatus = 6
    CERT_ACCESS_STATE_LM_SYSTEM_STORE_FLAG -- 4
"""


def record(text: str) -> StoreRecord:
    (found,) = read(text).records
    return found


def test_a_verbose_listing_gives_the_properties() -> None:
    found = record(VERBOSE)
    raw = dict(found.properties.raw)
    assert found.sha1 == ROOT
    assert found.properties.purposes == {"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"}
    assert found.properties.friendly_name == "GlobalSign: R1"
    assert raw[98].hex().startswith("ebd41040")
    assert len(raw[98]) == len(raw[15]) == 32
    assert raw[3].hex() == ROOT
    assert 83 not in raw  # its text has no bytes
    assert dict(found.facts)["Antragsteller"] == "CN=GlobalSign Root CA, C=BE"


def test_properties_from_text_mean_what_their_bytes_mean() -> None:
    expected, _ = derive({9: encode_oid_list(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"])})
    assert record(VERBOSE).properties.purposes == expected.purposes


def test_a_local_date_is_reported_and_not_guessed() -> None:
    evidence = read(VERBOSE)
    assert [finding.code for finding in evidence.findings] == ["local-date"]
    assert "01.09.2026 02:00" in evidence.findings[0].message
    assert evidence.records[0].properties.not_before_after is None


def test_a_list_of_purposes_without_any_is_disable_all_purposes() -> None:
    empty = VERBOSE.replace("        Serverauthentifizierung (1.3.6.1.5.5.7.3.1)\n", "")
    empty = empty.replace("        Clientauthentifizierung (1.3.6.1.5.5.7.3.2)\n", "")
    assert record(empty).properties.all_purposes_disabled
    assert record(VERBOSE.replace("CERT_ENHKEY_USAGE_PROP_ID(9)", "Gibt es nicht(40000)")).properties.purposes is None


@pytest.mark.parametrize(
    ("state", "store"),
    [
        ("6", StoreName("LocalMachine", "Root")), ("2", StoreName("CurrentUser", "Root")),
        ("c", StoreName("LocalMachine", "Root", ".GroupPolicy")),
    ],
)  # fmt: skip
def test_the_access_state_names_location_and_physical_store(state: str, store: StoreName) -> None:
    assert record(VERBOSE.replace("Zugriffsstatus = 6", f"Zugriffsstatus = {state}")).store == store


def test_an_identifier_longer_than_any_real_one_costs_its_property() -> None:
    found = record(VERBOSE.replace("1.3.6.1.5.5.7.3.1", "1." + ".".join(["9" * 40] * 30)))
    assert found.properties.purposes is None
    assert found.properties.friendly_name == "GlobalSign: R1"


def test_a_dump_of_a_single_certificate_has_no_store() -> None:
    found = record(VERBOSE.partition("================ Zertifikat 0 ================\n")[2])
    assert (found.sha1, found.store) == (ROOT, None)


def test_elements_of_a_nested_dump_are_certificates() -> None:
    text = (
        store_text("english")
        .partition("\n")[2]
        .replace("================ Certificate 0 ================", "Element 0:")
    )
    text = "================ Begin Nesting Level 1 ================\n" + text
    assert [entry.sha1 for entry in read(text).records] == [LEAF, ROOT]


CHAIN = """HCCE_LOCAL_MACHINE
CERT_CHAIN_POLICY_BASE
-------- CERT_CHAIN_CONTEXT --------
ChainContext.dwInfoStatus = CERT_TRUST_HAS_PREFERRED_ISSUER (0x100)

CertContext[0][0]: dwInfoStatus=102 dwErrorStatus=1000040
  Issuer: CN=Issuing CA
  NotBefore: 2026-01-01 01:00
  Subject: CN=www.example.com
  Serial: 2b00000007f3c3bf591575b55400000000000007
  Template: WebServer
  {first}
  Element.dwInfoStatus = CERT_TRUST_HAS_KEY_MATCH_ISSUER (0x2)
  ----------------  证书 AIA  ----------------
  已验证 "证书 (0)" 时间: 0 61f97870555401f3f4b9f152f4c1d40fe5e3b87b
    CRL: 72031475f7b9257a6052ced3e22368269fc35ad3

CertContext[0][1]: dwInfoStatus=10c dwErrorStatus=0
  Issuer: CN=Root CA
  Serial: 01
  {second}
  Element.dwInfoStatus = CERT_TRUST_IS_SELF_SIGNED (0x8)

CertContext[1][0]: dwInfoStatus=0 dwErrorStatus=0
  {third}

Exclude leaf cert:
  Chain: 5e9ce809c8f8728ec1a65b2cad97ad21ef61f30d
"""


def chain_text(form: str) -> str:
    spaced = [" ".join(h[i : i + 2] for i in range(0, 40, 2)) for h in (LEAF, ROOT, CRL)]
    lines = spaced if form == "bare" else [f"Cert: {h}" for h in (LEAF, ROOT, CRL)]
    return CHAIN.format(first=lines[0], second=lines[1], third=lines[2])


@pytest.mark.parametrize("form", ["labelled", "bare"])
def test_the_chain_that_windows_built_is_read(form: str) -> None:
    (chain,) = read(chain_text(form)).chains
    assert chain.thumbprints == (LEAF, ROOT)
    assert chain.infos == (0x102, 0x10C)
    assert chain.errors == (0x1000040, 0)
    assert chain.engine == "machine"


def test_the_engine_of_the_user_is_told_apart_and_chains_are_kept_in_order() -> None:
    text = chain_text("labelled") + chain_text("bare").replace("HCCE_LOCAL_MACHINE", "HCCE_CURRENT_USER")
    assert [chain.engine for chain in read(text).chains] == ["machine", "user"]


def test_a_verified_store_gives_records_and_chains() -> None:
    evidence = read(store_text("english") + chain_text("labelled"))
    assert (len(evidence.records), len(evidence.chains), evidence.findings) == (2, 1, ())


def test_name_hashes_and_key_identifiers_are_no_thumbprints() -> None:
    verify = (
        "Issuer:\n    CN=Root\n  Name Hash(sha1): "
        + CRL
        + "\n  Name Hash(md5): "
        + "ab" * 16
        + "\nSubject:\n    CN=x\n"
    )
    verify += "  Name Hash(sha1): " + CRL + "\n  Name Hash(md5): " + "ab" * 16 + "\nCert Serial Number: 2b0000\n\n"
    evidence = read(verify + chain_text("labelled"))
    assert (len(evidence.records), len(evidence.chains), evidence.findings) == (0, 1, ())
    assert record(VERBOSE.replace("  CERT_SHA1_HASH_PROP_ID(3):", "  CERT_MD5_HASH_PROP_ID(4):")).sha1 == ROOT


def test_a_chain_without_thumbprints_is_a_finding() -> None:
    evidence = read(store_text("english") + chain_text("labelled").replace(f"Cert: {ROOT}", "Cert: garbled"))
    assert not evidence.chains
    assert "names 1 of its 2 thumbprints" in evidence.findings[0].message


def test_a_certificate_whose_hash_is_garbled_is_a_finding() -> None:
    evidence = read(store_text("english").replace(LEAF, "aabbcc\rgarbled"))
    assert [entry.sha1 for entry in evidence.records] == [ROOT]
    assert "without its SHA-1 hash" in evidence.findings[0].message


def test_pem_blocks_between_certutil_text_are_read_too(pki: Pki) -> None:
    evidence = read(store_text("english") + pem([pki.ca("A")]))
    assert (len(evidence.records), len(evidence.certificates)) == (2, 1)


def test_an_unfinished_pem_block_costs_itself(pki: Pki) -> None:
    cut = pem([pki.ca("A")])[:200]
    evidence = read(store_text("english") + cut)
    assert len(evidence.records) == 2
    assert "is not closed" in evidence.findings[0].message
    evidence = read(cut + "\n" + store_text("english") + pem([pki.ca("B")]))
    assert (len(evidence.records), len(evidence.certificates)) == (2, 1)
    assert [finding.code for finding in evidence.findings] == ["broken-certificate"]


def test_a_log_of_several_commands_gives_bindings_too() -> None:
    binding = (
        "\nSSL Certificate bindings:\n-------------------------\n\n"
        f"    IP:port                 : 0.0.0.0:443\n    Certificate Hash        : {LEAF}\n"
        "    Application ID          : {4dc3e181-e14b-4a21-b022-59fc669b0914}\n    Certificate Store Name  : My\n\n"
    )
    for text in (binding + store_text("english"), store_text("german") + binding):
        evidence = read(text)
        assert (len(evidence.records), [found.sha1 for found in evidence.bindings]) == (2, [LEAF])


def test_text_that_only_looks_like_it_is_an_input_error() -> None:
    with pytest.raises(InputError, match="certutil text without a certificate"):
        read("================ Certificate 0 ================\nthe hash (sha1) is missing\n")


WHOLE = (store_text("german") + VERBOSE + chain_text("bare")).encode()


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=8))
def test_text_with_any_damage_never_crashes(position: int, noise: bytes) -> None:
    for data in (WHOLE[:position] + noise + WHOLE[position + len(noise) :], WHOLE[:position]):
        try:
            Evidence.of(read_bytes(data, Place("x"), ReadOptions()))
        except InputError:
            pass
