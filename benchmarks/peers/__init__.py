"""One validation of one chain by each tool, all called alike.

``python -m benchmarks.peers.NAME LEAF CHAIN ROOTS AT HOST [CALLS]`` reads PEM files, validates once (and CALLS times
more, if given) and prints one JSON object: ``verdict``, ``load`` (seconds to read the trust store), ``check`` (seconds
of the first validation), ``warm`` (seconds of each further one); the chain's files are parsed anew each time.
"""
