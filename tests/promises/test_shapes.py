"""The judges of the outputs find what a name could add: each format's parser tells a broken text from a sound one."""

from __future__ import annotations

import pytest

from tests.promises.shapes import PARSERS, differences, file_text, html_shape, markdown_shape, shapes_of

PAGE = '<!doctype html><title>t</title><body><table><tr><td title="x">{}</td></tr></table>'
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><title>{}</title></svg>'

BROKEN = [
    ("csv", "a,{}\r\n", "=cmd|x"),
    ("csv", "a,{}\r\n", "b,c"),
    ("dot", 'digraph {{ a [label="{}"]; }}', '"]; b [label="'),
    ("dot", 'digraph {{ a [label="{}"]; }}', '", URL="http://evil.test'),
    ("graphml", "<graphml><data>{}</data></graphml>", "</data><data>"),
    ("html", PAGE, "<b>x</b>"),
    ("html", PAGE, "<!-- x -->"),
    ("html", PAGE, "</td><td>"),
    ("html", PAGE, "</table>"),
    ("html", PAGE, "<a href=javascript:alert(1)>x</a>"),
    ("html", PAGE, "&notit"),
    ("html", '<!doctype html><title>t</title><p title="{}">', '" onclick="alert(1)'),
    ("html", "<!doctype html><title>t</title><script>var x = '{}'</script>", "'; alert(1); '"),
    ("html", '<!doctype html><title>t</title><iframe srcdoc="{}"></iframe>', "&lt;script&gt;1&lt;/script&gt;"),
    ("html", '<!doctype html><title>t</title><script type="application/json">"{}"</script>', '"</script><b>"'),
    ("json", '{{"a": "{}"}}', '", "b": "'),
    ("junit", "<testsuites><case name='{}'/></testsuites>", "' id='1"),
    ("markdown", "- {}", "**x**"),
    ("markdown", "- {}", "www.evil.test"),
    ("markdown", "- {}", "http://evil.test"),
    ("markdown", "- {}", "<b>"),
    ("markdown", "- {}", "~~x~~"),
    ("markdown", "- {}", "x\n- y"),
    ("markdown", "| a |\n|---|\n| {} |", "x |\n\n# y"),
    ("md", "{}", "# x"),
    ("mmd", '  n0["{}"]', '"] --> n1["'),
    ("ps1", "$x = '{}'", "\u2019; calc; \u2018"),
    ("sh", "check '{}'", "' '"),
    ("svg", SVG, "</title><script>1</script><title>"),
    ("text", "{}", "\x1b[2J"),
    ("xml", "<a>{}</a>", "<b/>"),
]


@pytest.mark.parametrize(("kind", "form", "name"), BROKEN)
def test_what_a_name_adds_is_found(kind: str, form: str, name: str) -> None:
    harmless = shapes_of({f"x.{kind}": form.format("name")})
    try:
        found = differences({f"x.{kind}": form.format(name)}, harmless)
    except ValueError:  # it does not even parse
        return
    assert found


@pytest.mark.parametrize("kind", ["csv", "html", "json", "markdown", "text"])
def test_other_words_are_the_same_shape(kind: str) -> None:
    form = {"html": PAGE, "json": '{{"a": "{}"}}'}.get(kind, "{}")
    assert PARSERS[kind](form.format("name")) == PARSERS[kind](form.format("another name"))


def test_a_hidden_character_is_found_in_every_format() -> None:
    assert differences({"x.json": '{"a": "\u202e"}'}, shapes_of({"x.json": '{"a": "b"}'})) == {
        "x.json hides '\\u202e'": 1
    }


def test_a_mail_address_is_no_other_shape_but_a_link_that_says_something_else_is() -> None:
    assert markdown_shape("name@evil.test") == markdown_shape("name")
    assert markdown_shape("[name](mailto:a@evil.test)") != markdown_shape("name")


def test_the_tree_is_that_of_browsers() -> None:
    """What stands in a table where it must not goes before it, and an element that is not closed goes on."""
    shape = html_shape(PAGE.format("</td><p>x"))
    assert shape["body", "p", ()] == 1
    assert file_text("\ufeffa\r\nb".encode("utf-16-le")) == "a\nb"
