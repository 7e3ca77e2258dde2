"""gRPC's TLS stack (BoringSSL with partial chains) over a batch of cases.

argv[1] is the directory with the grpcio package; stdin: position|roots.pem|chain.pem|host|seconds|port; stdout:
position|verdict|error|. The servers speak no gRPC: a call always fails, and the error tells whether TLS did.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])

import grpc

CALL = "/x/y"
SECONDS = 3


def judge(line: str) -> str:
    """One call."""
    number, roots, _, host, _, port = line.strip().split("|")
    credentials = grpc.ssl_channel_credentials(Path(roots).read_bytes())
    options = [("grpc.ssl_target_name_override", host), ("grpc.enable_http_proxy", 0)]
    channel = grpc.secure_channel(f"127.0.0.1:{port}", credentials, options=options)
    try:
        channel.unary_unary(CALL)(b"", timeout=SECONDS)
        text = ""
    except grpc.RpcError as error:
        text = " ".join(error.debug_error_string().split()).replace("|", "/")
    finally:
        channel.close()
    if re.search(r"CERTIFICATE_VERIFY_FAILED|verification check failed|Peer name", text):
        found = re.search(r"CERTIFICATE_VERIFY_FAILED[^\"\\]*", text)
        return f"{number}|reject|{found.group(0) if found else text[:300]}|"
    if re.search("handshake|SSL_ERROR", text, re.IGNORECASE):
        return f"{number}|cannot|{text[:300]}|"
    return f"{number}|accept||"


for case in sys.stdin:
    print(judge(case), flush=True)
