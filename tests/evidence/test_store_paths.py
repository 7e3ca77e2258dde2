"""Which store a file of an export folder stands for."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.evidence.store_paths import store_of_path
from chainlab.server import StoreName

LM, CU = "LocalMachine", "CurrentUser"


@pytest.mark.parametrize(
    ("path", "store"),
    [
        ("LocalMachine/CA/x.cer", StoreName(LM, "CA")),
        ("export/localmachine/root/deep/x.cer", StoreName(LM, "Root")),
        ("LocalMachine/AuthRoot/x.cer", StoreName(LM, "Root", ".AuthRoot")),
        ("LocalMachine/Root/.GroupPolicy/x.cer", StoreName(LM, "Root", ".GroupPolicy")),
        ("HKLM/Root/x.cer", StoreName(LM, "Root")),
        ("HKEY_CURRENT_USER/CA/x.cer", StoreName(CU, "CA")),
        ("System/CA/x.cer", StoreName("System", "CA")),
        ("stores/LocalMachine/CA.sst", StoreName(LM, "CA")),
        ("stores/LocalMachine/authroot.sst", StoreName(LM, "Root", ".AuthRoot")),
        ("stores/LocalMachine/unknown.sst", None),
        ("HKLM/SOFTWARE/Microsoft/SystemCertificates/CA/Certificates/AB", StoreName(LM, "CA")),
        ("HKCU/Software/Microsoft/SystemCertificates/Root/Certificates/AB", StoreName(CU, "Root")),
        ("HKLM/SOFTWARE/Policies/Microsoft/SystemCertificates/Root/x", StoreName(LM, "Root", ".GroupPolicy")),
        ("HKLM/SOFTWARE/Microsoft/EnterpriseCertificates/CA/x", StoreName(LM, "CA", ".Enterprise")),
        ("CA/x.cer", StoreName(LM, "CA")),
        ("certutil/WebHosting/x.cer", StoreName(LM, "WebHosting")),
        ("Disallowed/x.cer", StoreName(LM, "Disallowed")),
        ("CA/sub/x.cer", None),
        ("ca.cer", None),
        ("certs/x.cer", None),
    ],
)
def test_the_path_below_the_export_folder_names_the_store(path: str, store: StoreName | None) -> None:
    assert store_of_path(Path(path)) == store


@given(st.lists(st.sampled_from(["LocalMachine", "CA", "a\\b", " ", "SystemCertificates", "HKLM", ".x"])))
def test_any_path_names_a_store_or_none(parts: list[str]) -> None:
    found = store_of_path(Path(*parts))
    assert found is None or found.location in (LM, CU, "System")
