"""Firefox over a batch of cases. argv[1] is the directory in which ``profile<position>`` holds each case's profile.

stdin: position|roots.pem|chain.pem|host|seconds|port; stdout: position|verdict|error|.
"""

import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

BLOCK = 65536
START_SECONDS = 40
FIRST_PORT = 23000
PREFERENCES = {
    "network.dns.forceResolve": "127.0.0.1", "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False, "app.update.enabled": False,
    "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
    "security.OCSP.enabled": 0, "security.remote_settings.intermediates.enabled": False,
    "services.settings.server": "http://127.0.0.1:9/", "dom.security.https_first": False,
    "network.stricttransportsecurity.preloadlist": False, "toolkit.telemetry.enabled": False,
    "browser.startup.page": 0, "network.proxy.type": 0, "marionette.enabled": True,
}  # fmt: skip
"""No services, no preloaded intermediates, every host is this machine."""

READ_PAGE = (
    "let code = null; try { code = document.getFailedCertSecurityInfo().errorCodeString } catch (e) {}"
    "return [document.body ? document.body.innerText.slice(0, 80) : '', code]"
)


class Marionette:
    """The browser's remote control: messages are ``length:[type, id, command, parameters]``."""

    def __init__(self, port: int) -> None:
        self.connection = self.connect(port)
        self.buffer = b""
        self.number = 0
        self.receive()

    @staticmethod
    def connect(port: int) -> socket.socket:
        """Connect as soon as the browser listens."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=30)
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def receive(self) -> list[Any]:
        """One message."""
        while b":" not in self.buffer:
            self.buffer += self.connection.recv(BLOCK)
        size, _, rest = self.buffer.partition(b":")
        while len(rest) < int(size):
            rest += self.connection.recv(BLOCK)
        self.buffer = rest[int(size) :]
        message: list[Any] = json.loads(rest[: int(size)])
        return message

    def call(self, command: str, parameters: dict[str, Any]) -> tuple[Any, Any]:
        """A command's error and result."""
        self.number += 1
        message = json.dumps([0, self.number, command, parameters]).encode()
        self.connection.sendall(str(len(message)).encode() + b":" + message)
        answer = self.receive()
        return answer[2], answer[3]


def ask(port: int, url: str) -> tuple[str, str]:
    """Verdict and error of one page."""
    browser = Marionette(port)
    browser.call("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": False}}})
    browser.call("WebDriver:SetTimeouts", {"pageLoad": 15000})
    error, _ = browser.call("WebDriver:Navigate", {"url": url})
    _, page = browser.call("WebDriver:ExecuteScript", {"script": READ_PAGE, "args": []})
    text, code = page["value"] if page else ("", None)
    if "chainlab-ok" in text:
        return "accept", ""
    words = " ".join(str((error or {}).get("message", error)).split())[:150]
    certificate = bool(code) or "insecure" in str((error or {}).get("error", ""))
    return ("reject" if certificate else "cannot"), f"{code} {words}"


def judge(line: str) -> str:
    """Start a browser for one case and stop it again."""
    number, _, _, host, _, port = line.strip().split("|")
    profile, control = Path(sys.argv[1]) / f"profile{number}", FIRST_PORT + int(number)
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in PREFERENCES.items()]
    (profile / "user.js").write_text("".join(lines) + f'user_pref("marionette.port", {control});\n')
    browser = subprocess.Popen(
        ["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", str(profile), "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(profile), "MOZ_HEADLESS": "1"},
    )
    try:
        verdict, error = ask(control, f"https://{host}:{port}/")
    except (OSError, ValueError, TypeError) as problem:
        verdict, error = "cannot", repr(problem)
    finally:
        browser.terminate()
        try:
            browser.wait(10)
        except subprocess.TimeoutExpired:
            browser.kill()
            browser.wait()
    return f"{number}|{verdict}|{error.replace('|', '/')}|"


def main() -> None:
    """Two browsers at a time."""
    with ThreadPoolExecutor(2) as pool:
        for answer in pool.map(judge, sys.stdin.readlines()):
            print(answer, flush=True)


if __name__ == "__main__":
    main()
