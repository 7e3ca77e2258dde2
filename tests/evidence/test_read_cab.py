"""Cabinet files: members are inputs; damage, unknown compression and bombs are told apart."""

import shutil
import struct
import subprocess
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError, LimitError
from chainlab.evidence import Evidence, Limits, Place, ReadOptions, read_bytes
from chainlab.evidence.cabinet import BLOCK, read_directory, unpack_folder
from chainlab.lab.writers import pem, sst
from tests.ctls import DISALLOWED, signed, trust_list
from tests.pki import Pki

STORED, MSZIP, LZX = 0, 1, 0x1503


def cabinet(members: Sequence[tuple[str, bytes]], method: int = MSZIP, reserved: bytes | None = None) -> bytes:
    """One folder with all members; ``reserved``: bytes kept free in header, folder and blocks."""
    stream = b"".join(content for _, content in members)
    blocks = list(_blocks(stream, method, len(reserved or b"")))
    files, offset = b"", 0
    for name, content in members:
        files += struct.pack("<IIHHHH", len(content), offset, 0, 0, 0, 0x80) + name.encode() + b"\0"
        offset += len(content)
    extra = struct.pack("<HBB", len(reserved), len(reserved), len(reserved)) + reserved if reserved is not None else b""
    first_file = 36 + len(extra) + 8 + len(reserved or b"")
    folder = struct.pack("<IHH", first_file + len(files), len(blocks), method) + (reserved or b"")
    total = first_file + len(files) + sum(map(len, blocks))
    flags = 4 if reserved is not None else 0
    head = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, total, 0, first_file, 0, 3, 1, 1, len(members), flags, 1, 0)
    return head + extra + folder + files + b"".join(blocks)


def _blocks(stream: bytes, method: int, reserved: int):
    before = b""
    for start in range(0, len(stream), BLOCK):
        content = stream[start : start + BLOCK]
        packed = content
        if method == MSZIP:
            deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=before) if before else None
            deflater = deflater or zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
            packed = b"CK" + deflater.compress(content) + deflater.flush()
        yield struct.pack("<IHH", 0, len(packed), len(content)) + bytes(reserved) + packed
        before = content


def read(data: bytes, limits: Limits | None = None) -> Evidence:
    return Evidence.of(read_bytes(data, Place("x.cab"), ReadOptions(limits or Limits())))


@pytest.mark.parametrize("method", [STORED, MSZIP])
@pytest.mark.parametrize("reserved", [None, b"", b"abcd"])
def test_each_member_is_an_input_of_its_own(pki: Pki, method: int, reserved: bytes | None) -> None:
    stl = signed(trust_list(DISALLOWED, [(number.to_bytes(20, "big"), {}) for number in range(2000)]), pki)
    members = [("roots.sst", sst([(pki.ca("A"), {})])), ("ca/inter.pem", pem([pki.ca("B", "A")]).encode())]
    evidence = read(cabinet([*members, ("disallowedcert.stl", stl)], method, reserved))
    assert [str(item.place) for item in evidence.certificates] == [
        "x.cab > roots.sst, element 1", "x.cab > ca/inter.pem, block 1 (line 2)",
    ]  # fmt: skip
    assert len(evidence.lists[0].hashes) == 2000
    assert not evidence.findings


def test_a_member_that_is_no_evidence_costs_itself(pki: Pki) -> None:
    evidence = read(cabinet([("setup.inf", b"[Version]\r\nSignature=1\r\n"), ("a.pem", pem([pki.ca("A")]).encode())]))
    assert len(evidence.certificates) == 1
    assert evidence.findings[0].message.startswith("x.cab > setup.inf: not recognised")


def test_nothing_but_unusable_members_is_an_input_error() -> None:
    with pytest.raises(InputError, match=r"x.cab > setup.inf: not recognised"):
        read(cabinet([("setup.inf", b"[Version]\r\nSignature=1\r\n")]))


def test_other_compressions_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="LZX; unpack it with cabextract"):
        read(cabinet([("a.pem", b"x" * 100)], LZX))


def test_cabinets_in_cabinets_end_at_the_depth_cap(pki: Pki) -> None:
    data = pem([pki.ca("A")]).encode()
    for _ in range(3):
        data = cabinet([("inner", data)])
    assert len(read(data).certificates) == 1
    evidence = read(cabinet([("inner", data)]))
    assert not evidence.certificates
    assert "nested deeper than 3" in evidence.findings[0].message


def test_a_bomb_is_refused() -> None:
    bomb = cabinet([("zeros", bytes(20_000_000))])
    assert len(bomb) < 60_000
    with pytest.raises(InputError, match="unpacks to more than"):
        read(bomb)
    with pytest.raises(InputError, match="unpacks to more than the cap of 1000 bytes"):
        read(cabinet([("zeros", bytes(50_000))], STORED), Limits(unpacked_bytes=1000))


def test_members_that_share_their_bytes_count_each_time(pki: Pki) -> None:
    data = bytearray(cabinet([("a", b"x" * 30_000), ("b", b"")], STORED))
    struct.pack_into("<II", data, data.index(b"b\0") - 16, 30_000, 0)
    with pytest.raises(LimitError, match="more than the cap of 40000 bytes"):
        read(bytes(data), Limits(unpacked_bytes=40_000))


def with_blocks(blocks: int, folders: int, content: bytes) -> bytes:
    """A stored cabinet whose folders all begin at the same run of blocks."""
    block = struct.pack("<IHH", 0, len(content), len(content)) + content
    files = b"".join(struct.pack("<IIHHHH", 0, 0, n, 0, 0, 0x80) + b"a%d\0" % n for n in range(folders))
    first_file = 36 + 8 * folders
    start = first_file + len(files)
    head = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, start, 0, first_file, 0, 3, 1, folders, folders, 0, 1, 0)
    return head + struct.pack("<IHH", start, blocks, STORED) * folders + files + block * blocks


def test_empty_blocks_are_refused_at_once() -> None:
    started = time.process_time()
    with pytest.raises(InputError, match="data block 0 is empty"):
        read(with_blocks(65_535, 1, b""))
    with pytest.raises(InputError, match=r"\d+ data blocks are more than the cap"):
        read(with_blocks(65_535, 4_000, b""))
    assert time.process_time() - started < 5


def test_folders_that_share_many_tiny_blocks_end_soon() -> None:
    started = time.process_time()
    with pytest.raises(InputError):
        read(with_blocks(60, 1_000, b"x"))
    assert time.process_time() - started < 5


def test_members_lie_in_the_stores_that_their_paths_name(pki: Pki) -> None:
    evidence = read(cabinet([("LocalMachine\\CA\\a.pem", pem([pki.ca("A")]).encode()), (".hidden", b"x")]))
    assert [str(item.store) for item in evidence.certificates] == ["LocalMachine/CA"]
    assert not evidence.findings


def test_too_many_members_are_refused() -> None:
    with pytest.raises(InputError, match="6 members are more than the cap of 5"):
        read(cabinet([(str(number), b"") for number in range(6)]), Limits(members=5))


def test_a_wrong_checksum_is_found(shared: Callable[[str], Path]) -> None:
    data = bytearray(shared("samples/authroot/authrootstl.cab").read_bytes())
    data[-100] ^= 1
    with pytest.raises(InputError, match="the checksum of data block 5 is wrong"):
        read(bytes(data))


def test_the_genuine_cabinet_holds_the_genuine_list(shared: Callable[[str], Path]) -> None:
    data = shared("samples/authroot/authrootstl.cab").read_bytes()
    directory = read_directory(data, 10)
    assert [(member.name, member.size) for member in directory.members] == [("authroot.stl", 189_331)]
    assert unpack_folder(data, directory, 0, 200_000) == shared("samples/authroot/authroot.stl").read_bytes()
    (found,) = read(data).lists
    assert len(found.roots) == 514
    assert str(found.place) == "x.cab > authroot.stl"


def test_the_result_is_cabextracts(tmp_path: Path, shared: Callable[[str], Path], pki: Pki) -> None:
    if shutil.which("cabextract") is None:
        pytest.skip("cabextract is not installed")
    own = cabinet([("a.bin", bytes(range(256)) * 300), ("b.bin", pem([pki.ca("A")]).encode())])
    for number, data in enumerate((own, shared("samples/authroot/authrootstl.cab").read_bytes())):
        file, folder = tmp_path / f"{number}.cab", tmp_path / str(number)
        file.write_bytes(data)
        subprocess.run(["cabextract", "-q", "-d", str(folder), str(file)], check=True)
        directory = read_directory(data, 10)
        stream = unpack_folder(data, directory, 0, 1_000_000)
        for member in directory.members:
            unpacked = stream[member.offset : member.offset + member.size]
            assert unpacked == (folder / member.name).read_bytes()


WHOLE = cabinet([("a.sst", sst([(Pki().ca("A"), {})])), ("b.txt", b"nothing" * 10)])


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=6))
def test_cabinets_with_any_damage_never_crash(position: int, noise: bytes) -> None:
    for data in (WHOLE[:position] + noise + WHOLE[position + len(noise) :], WHOLE[:position]):
        try:
            read(data)
        except InputError:
            pass
