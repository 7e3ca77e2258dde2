"""Renderers: from results to text, JSON, pictures. They decide nothing."""
