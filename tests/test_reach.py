"""What the owner of a site sets, and how the site reaches the rest of the web."""

from __future__ import annotations

import builtins
import json
import re
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from helpers import samples
from helpers.replay import answer, opened
from quizproof.errors import UsageError
from quizproof_renderers.site.build import BuildResult, build_site
from quizproof_renderers.site.reach.documentation import MAX_LINKS, addresses, documentation
from quizproof_renderers.site.reach.presentation import legible
from quizproof_renderers.site.reach.problem_report import ReportTo
from quizproof_renderers.site.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

PRACTICE = "freezing-layers/freezing-layers-pytorch-practice.html"
SETTINGS = """\
title: Proven & true
description: Questions that were run.
language: en-GB
base_url: https://example.org/quizzes
topics:
  - autograd
  - id: freezing-layers
    title: Frozen <layers>
    intro: How *training* stops.
logo: logo.svg
accent: "#ffdd00"
footer: Made by **us**.
report: https://example.org/issues/new
pages: [about.md]
style: own.css
templates: own
embed: true
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with settings and everything that they name."""
    folder = tmp_path_factory.mktemp("owner")
    (folder / "site.yaml").write_text(SETTINGS, encoding="utf-8")
    (folder / "about.md").write_text(
        "# About `us`\n\nWe run it: ![a dot](files/dot.svg)\n\n## Where\n\nHere.\n", encoding="utf-8"
    )
    dot = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><circle cx="4" cy="4" r="4"/></svg>'
    (folder / "files").mkdir()
    for place in ("files/dot.svg", "logo.svg"):
        (folder / place).write_text(dot, encoding="utf-8")
    (folder / "own.css").write_text("h1 { letter-spacing: 0.5em; }\n", encoding="utf-8")
    (folder / "own").mkdir()
    (folder / "own/404.html").write_text(
        '{% extends "quizproof/404.html" %}{% block main %}<h1>Gone fishing</h1>{% endblock %}', encoding="utf-8"
    )
    return folder


def build(folder: Path, out: Path) -> BuildResult:
    """Build the sample bank with the settings in a folder."""
    settings = load_settings(folder / "site.yaml")
    presentation = settings.presentation(folder)
    return build_site(samples.bank(), out, settings.title, settings.order, settings.source, presentation)


@pytest.fixture(scope="module")
def site(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its site."""
    return build(folder, tmp_path_factory.mktemp("built") / "site").out


def read(site: Path, path: str) -> str:
    """The text of a page."""
    return (site / path).read_text(encoding="utf-8")


def test_every_page_has_what_its_owner_set(site: Path) -> None:
    for path in ("index.html", "autograd/index.html", PRACTICE, "about.html"):
        html = read(site, path)
        assert '<html lang="en-GB">' in html
        assert "Proven &amp; true</title>" in html
        assert "<p>Made by <strong>us</strong>.</p>" in html
        assert '">About <code>us</code></a>' in html
        assert re.search(r'<link rel="icon" href="(\.\./)?assets/logo\.\w{10}\.svg">', html)
    topic = read(site, "freezing-layers/index.html")
    assert "<h1>Frozen &lt;layers&gt;</h1>" in topic
    assert "How <em>training</em> stops." in topic
    index = read(site, "index.html")
    assert index.index("Autograd</a>") < index.index("Frozen &lt;layers&gt;</a>")
    (css,) = (site / "assets").glob("quizproof.*.css")
    assert css.read_text(encoding="utf-8").endswith("h1 { letter-spacing: 0.5em; }\n")


def test_pages_of_the_owner(site: Path) -> None:
    """Their title is the first heading, the others come below it, and their images are copied."""
    html = read(site, "about.html")
    assert "<title>About us · Proven &amp; true</title>" in html
    assert html.count("<h1>") == 1
    assert "<h2>Where</h2>" in html
    assert (site / re.findall(r'<img class="image" src="([^"]+)"', html)[0]).is_file()


def test_templates_of_the_owner_come_first_and_can_extend_ours(site: Path) -> None:
    html = read(site, "404.html")
    assert "<h1>Gone fishing</h1>" in html
    # The address that is not there may be in any folder.
    assert 'href="/quizzes/assets/quizproof.' in html


def test_whatever_is_set_changes_the_pages_that_show_it(folder: Path, tmp_path: Path) -> None:
    """A later build takes over what is still right, and the result is that of a fresh build."""
    for each in folder.rglob("*.*"):
        target = tmp_path / "owner" / each.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(each.read_bytes())
    owner = tmp_path / "owner"
    build(owner, tmp_path / "site")
    assert build(owner, tmp_path / "site").reused > 20
    for name, old, new in [
        ("site.yaml", "**us**", "**them**"),
        ("site.yaml", "stops", "ends"),
        ("about.md", "We run it", "We ran it"),
        ("own.css", "0.5em", "0.4em"),
        ("own/404.html", "Gone", "Went"),
    ]:
        text = (owner / name).read_text(encoding="utf-8")
        (owner / name).write_text(text.replace(old, new), encoding="utf-8")
        build(owner, tmp_path / "site")
        fresh = build(owner, tmp_path / "fresh" / new.strip("*")).out
        assert tree(tmp_path / "site") == tree(fresh), name


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("acent: x\n", "1:1: unknown key `acent`; did you mean `accent`?"),
        ("topics:\n  - id: a\n    titel: b\n", "3:5: unknown key `titel`; did you mean `title`?"),
        ("accent: red\n", '1:9: `accent`: write a colour in quotation marks, such as `"#1d4e89"`'),
        ("language: English, please\n", "1:11: `language`: write a language tag, such as `en` or `de-AT`"),
        ("base_url: example.org\n", "1:11: `base_url`: write an address such as `https://example.org/quizzes/`"),
        ("report: here\n", "1:9: `report`: write a mail address, or an address that begins with `https://`"),
        ("embed: perhaps\n", "1:8: `embed`: "),
    ],
)
def test_mistakes_in_settings_are_reported_with_their_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=re.escape(f"site.yaml:{message}")):
        load_settings(tmp_path / "site.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("logo: none.png\n", "`logo`: `none.png` does not exist"),
        ("logo: site.yaml\n", "`logo`: `site.yaml` is not a PNG, JPEG, GIF, WebP or SVG image"),
        ("style: none.css\n", "`style`: "),
        ("templates: none\n", "`templates`: "),
        ("pages: [none.md]\n", "`pages`: "),
        ("pages: [index.md]\n", "`pages`: index.md would become index.html, which the site has already"),
    ],
)
def test_files_that_cannot_be_used_are_reported(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "index.md").write_text("# Index\n", encoding="utf-8")
    settings = load_settings(tmp_path / "site.yaml")
    with pytest.raises(UsageError, match=re.escape(message)):
        settings.presentation(tmp_path)


def test_a_template_that_is_wrong_stops_the_build(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/topic.html").write_text("{% nonsense %}", encoding="utf-8")
    (tmp_path / "site.yaml").write_text("templates: own\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"`templates`: topic\.html: Encountered unknown tag 'nonsense'"):
        build(tmp_path, tmp_path / "site")
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("colour", ["#ffdd00", "#1d4e89", "#000000", "#ffffff", "#808080"])
def test_any_accent_can_be_read(colour: str) -> None:
    """On paper and panels of both themes; a colour that can be read already stays as it is."""
    light, dark = re.fullmatch(r"light-dark\((#\w{6}), (#\w{6})\)", legible(colour)).groups()  # type: ignore[union-attr]
    for ink, grounds in ((light, ("#fbf9f3", "#f3efe4")), (dark, ("#171614", "#201e1b"))):
        for ground in grounds:
            low, high = sorted(map(luminance, (ink, ground)))
            assert (high + 0.05) / (low + 0.05) >= 4.5
    assert legible("#1d4e89").startswith("light-dark(#1d4e89,")


def luminance(colour: str) -> float:
    """The relative luminance of a colour."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_search_engines_read_what_a_page_is(site: Path) -> None:
    html = read(site, PRACTICE)
    address = f"https://example.org/quizzes/{PRACTICE}"
    assert f'<link rel="canonical" href="{address}">' in html
    assert f'<meta property="og:url" content="{address}">' in html
    assert '<meta name="description" content="' in html
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    quiz = json.loads(data)
    assert (quiz["@type"], quiz["url"], quiz["inLanguage"]) == ("Quiz", address, "en-GB")
    ids = re.findall(r'data-question="([\w-]+)"', html)
    assert [part["url"] for part in quiz["hasPart"]] == [f"{address}#q-{id_}" for id_ in ids]
    assert {part["@type"] for part in quiz["hasPart"]} == {"Question"}
    # The answers are not for search engines.
    assert not {key for part in quiz["hasPart"] for key in part} & {"acceptedAnswer", "suggestedAnswer"}
    assert '<meta name="description" content="Questions that were run.">' in read(site, "index.html")


def test_site_map_lists_every_page_once(site: Path) -> None:
    tree = ElementTree.fromstring((site / "sitemap.xml").read_bytes())
    listed = [str(each.text) for each in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    pages = {str(path.relative_to(site)) for path in site.rglob("*.html") if path.parent.name != "embed"} - {"404.html"}
    root = "https://example.org/quizzes/"
    assert sorted(listed) == sorted(root + path.removesuffix("index.html") for path in pages)


def test_without_an_address_nothing_speaks_of_one(tmp_path: Path) -> None:
    out = build_site(samples.bank(), tmp_path / "site").out
    assert not (out / "sitemap.xml").exists()
    assert not (out / "404.html").exists()
    html = read(out, PRACTICE)
    assert not re.search(r"canonical|og:|ld\+json|data-report|iframe", html)


def by_hand(folder: Path, frame: str) -> Path:
    """A page with a frame in it."""
    page = folder / "host.html"
    page.write_text(f"<!doctype html><title>Host</title>{frame}", encoding="utf-8")
    return page


def by_sphinx(folder: Path, frame: str) -> Path:
    """The same, as Sphinx builds it from Markdown."""
    (folder / "index.md").write_text(f"# A course\n\nTry this:\n\n{frame}\n", encoding="utf-8")
    (folder / "conf.py").write_text('project = "Course"\nextensions = ["myst_parser"]\n', encoding="utf-8")
    build = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", str(folder), str(folder / "out")]
    subprocess.run(build, check=True)
    return folder / "out/index.html"


@pytest.mark.parametrize("host", [by_hand, by_sphinx])
def test_a_question_works_in_a_frame_on_another_page(
    host: Callable[[Path, str], Path], site: Path, browser: Browser, tmp_path: Path
) -> None:
    """As it is pasted from the page on embedding, but for the address of the site: into HTML, and a page of Sphinx."""
    snippets = re.findall(r"&lt;iframe.*?&lt;/iframe&gt;", read(site, "embed.html"), re.DOTALL)
    frames = [unescaped(re.sub(r"<[^>]*>", "", snippet)) for snippet in snippets]
    assert len(frames) == len(list((site / "embed").glob("*.html"))) > 10
    frame = next(frame for frame in frames if "/embed/freeze-two-of-three.html" in frame)
    local = frame.replace("https://example.org/quizzes/", f"{site.as_uri()}/")
    with opened(browser, host(tmp_path, local)) as page:
        inside = page.frame_locator("iframe")
        inside.locator('[data-option="a"] input').check()
        inside.get_by_role("button", name="Check answer").click()
        expect(inside.locator(".result")).to_contain_text("right", ignore_case=True)
        expect(inside.get_by_role("link", name="Proven & true")).to_have_attribute("target", "_blank")


def test_a_frame_is_as_high_as_its_question(site: Path, browser: Browser, tmp_path: Path) -> None:
    """With the line that the page on embedding shows: from the beginning, and when the answer makes it longer."""
    text = read(site, "embed.html")
    found = (re.search(rf"&lt;{name}.*?&lt;/{name}&gt;", text, re.DOTALL) for name in ("script", "iframe"))
    lines = [unescaped(re.sub(r"<[^>]*>", "", match[0])) for match in found if match]
    local = "\n".join(lines).replace("https://example.org/quizzes/", f"{site.as_uri()}/")
    name = re.search(r"embed/([\w-]+)\.html", local)
    assert name
    local = local.replace(name[1], "freeze-two-of-three")
    with opened(browser, by_hand(tmp_path, local)) as page:
        frame = page.locator("iframe")
        inside = page.frame_locator("iframe")

        def fits() -> None:
            page.wait_for_function("document.querySelector('iframe').style.height.endsWith('px')")
            height = inside.locator("html").evaluate("html => Math.ceil(html.getBoundingClientRect().height)")
            expect(frame).to_have_css("height", f"{height}px")

        fits()
        before = frame.evaluate("frame => frame.offsetHeight")
        inside.locator('[data-option="a"] input').check()
        inside.get_by_role("button", name="Check answer").click()
        expect(inside.locator(".result")).to_contain_text("right", ignore_case=True)
        page.wait_for_function("before => document.querySelector('iframe').offsetHeight > before", arg=before)
        fits()


@pytest.mark.parametrize(
    "message",
    ['{quizproof: "height", height: 100001}', '{quizproof: "height", height: -1}', "{height: 333}", "333", "null"],
)
def test_a_frame_takes_no_other_message(site: Path, browser: Browser, tmp_path: Path, message: str) -> None:
    """What is no height, and what no frame of the page has sent, changes nothing."""
    script = f'<script src="{site.as_uri()}/embed/frames.js"></script>'
    stranger = f"<iframe srcdoc='<script>parent.postMessage({message}, \"*\")</script>' style='height: 77px'></iframe>"
    with opened(browser, by_hand(tmp_path, script + stranger)) as page:
        page.evaluate(f"postMessage({message}, '*')")
        page.wait_for_timeout(50)
        expect(page.locator("iframe")).to_have_css("height", "77px")
        # A frame of the page that sends a height is heard: the script is there.
        page.evaluate("""() => {
            const frame = document.querySelector("iframe");
            frame.srcdoc = '<script>parent.postMessage({quizproof: "height", height: 123}, "*")</' + 'script>';
        }""")
        expect(page.locator("iframe")).to_have_css("height", "123px")


def test_a_frame_is_named_in_the_language_of_the_site(tmp_path: Path) -> None:
    """Whoever hears the page around hears what is in the frame."""
    (tmp_path / "site.yaml").write_text("embed: true\nlanguage: de\n", encoding="utf-8")
    build(tmp_path, tmp_path / "public")
    titles = re.findall(r"title=(?:&#34;|&quot;|<[^>]*>)*([A-Z]\w+): ", read(tmp_path / "public", "embed.html"))
    assert set(titles) == {"Frage"}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, ThreadingHTTPServer]]:
    """A site that browsers may keep, below a path of a server of its own."""
    (tmp_path / "site.yaml").write_text("offline: true\n", encoding="utf-8")
    build(tmp_path, tmp_path / "www/quizzes")
    handler = partial(Quiet, directory=str(tmp_path / "www"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/quizzes/", server
        server.shutdown()
        thread.join()


class Quiet(SimpleHTTPRequestHandler):
    """A server that logs nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, which is its name
        pass


def test_a_site_that_is_kept_can_be_read_without_its_server(
    served: tuple[str, ThreadingHTTPServer], browser: Browser
) -> None:
    """Every page, also one that was never visited, with its marking; without the setting there is no worker."""
    address, server = served
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        server.shutdown()
        server.server_close()
        page.goto(f"{address}{PRACTICE}")
        assert answer(page, "freeze-two-of-three", ["a"])[0] == 1
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_text("quizproof")


def test_without_the_setting_nothing_is_kept(site: Path) -> None:
    assert not (site / "worker.js").exists()
    assert "offline" not in read(site, "index.html")


def unescaped(text: str) -> str:
    """Text of HTML."""
    return (
        text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#34;", '"')
        .replace("&quot;", '"')
        .replace("&amp;", "&")
    )


def test_a_report_carries_the_question_its_versions_and_the_answer(site: Path, browser: Browser) -> None:
    with opened(browser, site / PRACTICE) as page:
        answer(page, "freeze-two-of-three", ["b"])
        link = page.locator("#q-freeze-two-of-three").get_by_role("link", name="Report a problem")
        # Nothing leaves the page here: the address is only written.
        link.evaluate("link => link.addEventListener('click', event => event.preventDefault())")
        link.click()
        address = urlsplit(str(link.get_attribute("href")))
    asked = parse_qs(address.query)
    assert (address.netloc, address.path) == ("example.org", "/issues/new")
    assert asked["title"] == ["Problem with freeze-two-of-three"]
    assert asked["body"][0].splitlines()[3:] == [
        "Question: freeze-two-of-three",
        "Variant: 1",
        "Answer: b",
        "Ran on: PyTorch 2.13.0, Python 3.11.7",
        f"Page: https://example.org/quizzes/{PRACTICE}#q-freeze-two-of-three",
    ]


@pytest.mark.parametrize(
    ("address", "begins"),
    [
        ("help@example.org", "mailto:help@example.org?subject=Problem%20with%20q&body="),
        ("https://example.org/new", "https://example.org/new?title=Problem%20with%20q&body="),
        ("https://example.org/new?labels=quiz", "https://example.org/new?labels=quiz&title=Problem%20with%20q&body="),
        ("https://example.org/new?d={body}&t={title}", "https://example.org/new?d=What%20is%20wrong"),
    ],
)
def test_reports_go_to_mail_or_to_a_form(address: str, begins: str) -> None:
    to = ReportTo(address)
    assert to.known
    link = to.link("q", 1, "Python 3.11.7", "")
    assert link.startswith(begins)
    assert "Question%3A%20q%0AVariant%3A%201%0ARan%20on%3A%20Python%203.11.7" in link
    assert not ReportTo("javascript:alert(1)").known


def test_documentation_is_that_of_imported_names() -> None:
    sources = [
        "import torch.nn as nn\nfrom torch.optim import SGD",
        "model = nn.Sequential(nn.Linear(2, 3).train())",
        "SGD(m)",
    ]
    assert [link.name for link in documentation(sources)] == [
        "torch.nn.Sequential",
        "torch.nn.Linear",
        "torch.optim.SGD",
    ]
    assert documentation(["import tensorflow as tf\ntf.keras.layers.Dense(1)"])[0].address == (
        "https://www.tensorflow.org/api_docs/python/tf/keras/layers/Dense"
    )
    assert documentation(["from tensorflow.keras import layers\nlayers.Dense(1)"])[0].name == "tf.keras.layers.Dense"
    assert documentation(["import math\nmath.log2(8)"])[0].address == (
        "https://docs.python.org/3/library/math.html#math.log2"
    )


@pytest.mark.parametrize(
    "source",
    [
        "nn.Linear(2, 3)",  # nobody imports it
        "import torch.nn as nn\nnn = mine()\nnn.Linear(2, 3)",
        "import torch.nn as nn\ndef f(nn):\n    return nn.Linear(2, 3)",
        "import torch.nn as nn\nnn.NoSuchLayer(2, 3)",
        "import mine as torch\ntorch.nn.Linear(2, 3)",
        "sorted([1])",  # of built-in functions only where they count
        "not valid python",
    ],
)
def test_no_link_rather_than_a_wrong_one(source: str) -> None:
    assert documentation([source]) == ()


def test_built_in_functions_count_in_quizzes_about_python() -> None:
    assert [link.name for link in documentation(["sorted([1])"], built_in=True)] == ["sorted"]
    assert documentation(["sorted = 1\nsorted([1])"], built_in=True) == ()


def test_common_names_come_last_and_links_are_few() -> None:
    names = "tensor exp log sqrt sigmoid softmax stack"
    source = "import torch\n" + "\n".join(f"torch.{name}(x)" for name in names.split())
    links = [link.name for link in documentation([source])]
    assert links == [f"torch.{name}" for name in names.split()[1:]][:MAX_LINKS]


LOOK_UP = """
import functools, importlib, sys
def there(name):
    module, *rest = name.split(".")
    value = importlib.import_module({"tf": "tensorflow"}.get(module, module))
    for at, part in enumerate(rest, 1):
        if not hasattr(value, part):
            importlib.import_module(".".join([module, *rest[:at]]))
        value = getattr(value, part)
for name in sys.argv[1:]:
    there(name)
"""


@pytest.mark.parametrize("library", ["tf", "torch", "numpy", "sklearn", ""], ids=lambda name: name or "python")
def test_every_name_with_documentation_exists(library: str) -> None:
    """In the library that is installed; two frameworks never share a process."""
    libraries = ("tf", "torch", "numpy", "sklearn")
    names = [name for name in addresses() if (name.partition(".")[0] == library or not library)]
    names = [name for name in names if library or name.partition(".")[0] not in libraries]
    assert len(names) > 10
    done = subprocess.run([sys.executable, "-c", LOOK_UP, *names], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    assert all(hasattr(builtins, name.removeprefix("builtins.")) for name in names if name.startswith("builtins."))
