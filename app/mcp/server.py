"""The server of the tools, whichever way it is reached."""

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations

from app import __version__
from app.mcp.tools import Tools
from app.releases import ReleaseManager

INSTRUCTIONS = """
Official figures on China's economic cooperation with Belt and Road partner countries, and the
priority areas announced for 2025. Quote each figure in the words given: "over", "nearly" and the
period (full year, or January to November) belong to the number. Never compare figures of different
series, never annualise or convert, and never compute growth: where none is published there is none.
Name the source with its paragraph and sentence.
"""
READING = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


def create_server(releases: ReleaseManager, base: str) -> MCPServer:
    """Make the server over a release."""
    made = MCPServer(
        "bri-indicators",
        title="Belt and Road Cooperation Indicators",
        instructions=" ".join(INSTRUCTIONS.split()),
        website_url=base,
        version=__version__,
        log_level="WARNING",
    )
    for tool in Tools(releases, base).list_tools():
        made.add_tool(tool, annotations=READING, structured_output=False)
    return made
