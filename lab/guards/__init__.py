"""What stands between strangers and Gradio's own server, outermost first."""

from starlette.middleware import Middleware

from lab.guards.bodies import Bodies
from lab.guards.folder import Folder
from lab.guards.headers import Headers
from lab.guards.origins import Origins
from lab.guards.paths import Paths
from lab.guards.refusal import Refusing
from lab.guards.routes import Routes
from lab.guards.uploads import Uploads
from lab.room import room


def guards(folder: str, head: str, hosts: frozenset[str], frames: tuple[str, ...]) -> list[Middleware]:
    """The ASGI middleware.

    folder: of visitors' files; head: what pages have in theirs; hosts: the lab's names; frames: sites that may show it.
    """
    return [
        Middleware(Headers, frames=frames, head=head),
        Middleware(Refusing),
        Middleware(Origins, hosts=hosts),
        Middleware(Routes),
        Middleware(Bodies),
        Middleware(Folder, room=room),
        Middleware(Paths, folder=folder),
        Middleware(Uploads, room=room),
    ]
