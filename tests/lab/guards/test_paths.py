"""Only visitors' own files are served, and where they lie is not told."""

import re

import pytest

from lab.guards.paths import PUBLIC

PNG = b"\x89PNG\r\n\x1a\n"


def upload(client, name="a.png", content=PNG):
    """The path by which the page knows an uploaded file."""
    (path,) = client.post("/gradio_api/upload", files={"files": (name, content)}).json()
    return path


def test_an_uploaded_file_is_known_by_another_path_and_served_by_it(client, small):
    path = upload(client)
    assert re.fullmatch(rf"{PUBLIC}/[0-9a-f]{{64}}/a\.png", path)
    assert (small.folder / path.removeprefix(f"{PUBLIC}/")).read_bytes() == PNG
    answer = client.get(f"/gradio_api/file={path}")
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
    assert client.get(f"/gradio_api/file={path}", headers={"Range": "bytes=0-2"}).content == PNG[:3]
    asked = client.post("/gradio_api/run/look", json={"data": [{"path": path}]})
    assert asked.json()["data"] == [path]


@pytest.mark.parametrize(
    "before", ["/gradio_api/file=", "/gradio_api/file/", "/file=", "/static/", "/assets/", "/lab/"]
)
def test_nothing_else_is_served(client, before):
    for named in (
        *("/etc/passwd", "app.py", "/etc/hostname", "", "~/.bashrc", "/proc/self/environ", "C:\\a", "\\\\a\\b"),
        *(f"{PUBLIC}/../../../etc/passwd", f"{PUBLIC}/a/../../x", f"{PUBLIC}/%2e%2e/%2e%2e/etc/passwd", PUBLIC),
        *(f"{PUBLIC}/..%2f..%2fetc%2fpasswd", f"{PUBLIC}//etc/passwd", f"{PUBLIC}/", f"{PUBLIC}x/a", f"{PUBLIC}/%00"),
        *("http://127.0.0.1:1/a.png", "https://example.com/a.png", "//example.com/a.png", "file:///etc/passwd"),
        *("http%3A%2F%2F127.0.0.1%3A1%2Fa.png", "ftp://127.0.0.1/a", "data:text/html,x", f"{PUBLIC}/%252e%252e/x"),
    ):  # fmt: skip
        answer = client.get(before + named)
        assert answer.status_code in (403, 404), named
        assert b"root:" not in answer.content and b"import" not in answer.content


def test_a_link_or_a_device_is_not_followed(client, small, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (small.folder / "link").symlink_to(tmp_path / "secret")
    assert client.get(f"/gradio_api/file={PUBLIC}/link").status_code == 404


def test_the_folder_s_own_path_is_no_address(client, small):
    path = upload(client).removeprefix(PUBLIC)
    assert client.get(f"/gradio_api/file={small.folder}{path}").status_code == 404


@pytest.mark.parametrize(
    "name",
    ["../../../evil.png", "/etc/evil.png", "..\\evil.png", "<img src=x onerror=a()>.png", "a" * 300 + ".png", ""],
)
def test_a_file_name_leads_nowhere(client, small, name):
    body = b'--b\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n\r\nabc\r\n--b--\r\n' % name.encode()
    answer = client.post(
        "/gradio_api/upload", content=body, headers={"content-type": "multipart/form-data; boundary=b"}
    )
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        (path,) = answer.json()
        assert re.fullmatch(rf"{PUBLIC}/[0-9a-f]{{64}}/[^/<>\\]+", path)
    assert all(one.is_relative_to(small.folder) for one in small.folder.rglob("*"))


def test_no_answer_tells_a_path_of_the_server(client, small):
    path = upload(client)
    asked = [
        *(
            client.get(one)
            for one in ("/", "/config", "/gradio_api/info", "/gradio_api/openapi.json", "/manifest.json")
        ),
        *(client.post("/gradio_api/run/look", json={"data": [one]}) for one in ({"path": path}, {"path": f"{path}x"})),
        client.post(
            "/gradio_api/run/look", json={"data": [{"path": f"{path}x", "meta": {"_type": "gradio.FileData"}}]}
        ),
        client.get(f"/gradio_api/file={path}x"),
        client.post("/gradio_api/upload", content=b"x"),
    ]
    for answer in asked:
        assert str(small.folder) not in answer.text
        assert not re.search(r"/(?:tmp|home|root|work|usr|var)/", answer.text), answer.url


def test_what_a_visitor_writes_is_left_as_it_is(client, small):
    for said in (f"see {PUBLIC}/a", f"{PUBLIC}x"):
        answer = client.post("/gradio_api/run/look", json={"data": [{"path": said}]})
        assert answer.json()["data"] == ["photo.not_uploaded"]
    assert upload(client, content=f'"{PUBLIC}/a"'.encode()) != upload(client, content=f'"{small.folder}/a"'.encode())
