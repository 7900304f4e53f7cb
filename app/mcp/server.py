"""The server of the tools, for both transports."""

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations

from app import __version__
from app.mcp.tools import Tools
from app.releases import ReleaseManager

INSTRUCTIONS = """
Official figures on China's economic cooperation with Belt and Road partner countries, and the
priority areas announced for each year. Quote each figure in the words given: "over", "nearly" and
the period (full year, or January to November) are part of the figure. Never compare figures of
different series, never annualise or convert figures, and never compute growth: use published rates
only. Name the source with its paragraph and sentence.
"""
READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


def create_server(releases: ReleaseManager, base: str) -> MCPServer:
    """Create the server.

    Args:
        releases: the releases to serve.
        base: the address that links start with.
    """
    server = MCPServer(
        "bri-indicators",
        title="Belt and Road Cooperation Indicators",
        instructions=" ".join(INSTRUCTIONS.split()),
        website_url=base,
        version=__version__,
        log_level="WARNING",
    )
    for tool in Tools(releases, base).list_tools():
        server.add_tool(tool, annotations=READ_ONLY, structured_output=False)
    return server
