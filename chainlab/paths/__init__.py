"""Certification paths: one search, the trust it ends in, and the judgement of finished paths (RFC 5280, RFC 4158)."""
