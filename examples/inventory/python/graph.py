from collections.abc import Sequence

from pulumi_pocketid import GetClientResult, outputs

from escape import mermaid

# A node is its kind, its key and its encoded label.
Node = tuple[str, str, str]

# Mermaid renders no graph with more than 500 edges or 50,000 characters.
MAX_EDGES = 400
MAX_CHARACTERS = 40000

# A group with more members becomes one node with their number.
MAX_MEMBERS = 8

STYLES = [
    "classDef user fill:#e3f2fd,stroke:#1565c0,color:#000",
    "classDef group fill:#fff8e1,stroke:#f9a825,color:#000",
    "classDef client fill:#e8f5e9,stroke:#2e7d32,color:#000",
    "classDef workload fill:#f3e5f5,stroke:#6a1b9a,color:#000",
    "classDef open fill:#ffebee,stroke:#c62828,color:#000",
]

# How the nodes of each kind look: their brackets in Mermaid.
SHAPES = {
    "user": ('(["', '"])'),
    "group": ('{{"', '"}}'),
    "client": ('["', '"]'),
    "workload": ('[["', '"]]'),
    "open": ('["', '"]'),
}


class Graph:
    """A Mermaid graph."""

    def __init__(self) -> None:
        self.lines = ["flowchart LR", *STYLES]
        self.nodes: dict[tuple[str, str], str] = {}
        self.characters = 0
        self.edges = 0
        self.omitted = 0

    def connect(self, *ends: Node) -> None:
        """Adds an edge and those of its nodes that are new, or counts it if the graph is full."""
        added = [end for end in ends if end[:2] not in self.nodes]
        lines = []
        for i, (kind, _, label) in enumerate(added, len(self.nodes)):
            left, right = SHAPES[kind]
            lines.append(f"n{i}{left}{label}{right}:::{kind}")
        size = sum(len(line) for line in lines)
        if self.edges >= MAX_EDGES or self.characters + size > MAX_CHARACTERS:
            self.omitted += 1
            return
        for end in added:
            self.nodes[end[:2]] = f"n{len(self.nodes)}"
        from_node, to_node = [self.nodes[end[:2]] for end in ends]
        self.lines += [*lines, f"{from_node} --> {to_node}"]
        self.characters += size
        self.edges += 1

    def __str__(self) -> str:
        return "\n    ".join(self.lines)


def draw_access(
    clients: Sequence[GetClientResult], groups: Sequence[outputs.GroupSummary], users: Sequence[outputs.UserSummary]
) -> Graph:
    """Draws who may use which client. Edges from members come last, because a full graph
    lacks the last ones."""
    graph = Graph()
    open_clients = [client for client in clients if not client.is_group_restricted]
    if open_clients:
        graph.connect(("user", "", "every user"), ("open", "", f"open clients: {len(open_clients)}"))
    used = set()
    for client in clients:
        kind = "client" if client.is_group_restricted else "open"
        target = (kind, client.client_id, mermaid(client.name))
        for group in groups:
            if group.group_id in client.allowed_user_groups:
                graph.connect(("group", group.group_id, mermaid(group.name)), target)
                used.add(group.group_id)
        for identity in client.federated_identities:
            label = f"{mermaid(identity.issuer)}<br>{mermaid(identity.subject)}"
            graph.connect(("workload", f"{identity.issuer} {identity.subject}", label), target)
    for group in groups:
        if group.group_id in used:
            draw_members(graph, group, users)
    return graph


def draw_members(graph: Graph, group: outputs.GroupSummary, users: Sequence[outputs.UserSummary]) -> None:
    target = ("group", group.group_id, mermaid(group.name))
    members = [user for user in users if not user.disabled and group.group_id in user.user_groups]
    if len(members) > MAX_MEMBERS:
        graph.connect(("user", group.group_id, f"{len(members)} users"), target)
        return
    for user in members:
        graph.connect(("user", user.user_id, mermaid(user.username)), target)
